#include "geo/generalize.h"

#include <math.h>

enum { STRETCH = 1024, DEPTH = STRETCH };

/* Points between two that are kept, and the least zoom that their own points may have. */
struct stretch {
    uint32_t first, last;
    uint8_t at_least;
};

/* Squared distance from a point to the segment a-b, in plane units. Doubles hold it well enough: it
 * decides between zooms, which are a factor of two apart. */
static double distance2(struct plane_point point, struct plane_point a, struct plane_point b)
{
    double x = (double)point.x - a.x, y = (double)point.y - a.y;
    double along_x = (double)b.x - a.x, along_y = (double)b.y - a.y;
    double length2 = along_x * along_x + along_y * along_y;
    double share = length2 > 0 ? (x * along_x + y * along_y) / length2 : 0;
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    x -= share * along_x;
    y -= share * along_y;
    return x * x + y * y;
}

/* The least zoom at which so large a distance is more than the tolerance. */
static uint8_t zoom_of(double squared)
{
    double tolerance = (double)GENERALIZE_UNITS * (1u << mercator_grid_shift(0));
    double tolerance2 = tolerance * tolerance;
    uint8_t zoom = 0;
    while (zoom <= TILE_MAX_ZOOM && squared <= tolerance2) {
        tolerance2 /= 4;
        zoom++;
    }
    return zoom;
}

/* The point between the two that stands off farthest; `first` itself where there is none. */
static uint32_t find_farthest(const struct plane_point *points, uint32_t first, uint32_t last,
                              double *farthest2)
{
    uint32_t farthest = first;
    *farthest2 = -1;
    for (uint32_t i = first + 1; i < last; i++) {
        double squared = distance2(points[i], points[first], points[last]);
        if (squared > *farthest2) {
            *farthest2 = squared;
            farthest = i;
        }
    }
    return farthest;
}

static void split(const struct plane_point *points, uint32_t first, uint32_t last,
                  uint8_t *least_zoom)
{
    struct stretch waiting[DEPTH];
    uint32_t count = 0;
    waiting[count++] = (struct stretch){first, last, 0};
    while (count > 0) {
        struct stretch at = waiting[--count];
        double squared;
        uint32_t middle = find_farthest(points, at.first, at.last, &squared);
        if (middle == at.first)
            continue;
        uint8_t zoom = zoom_of(squared);
        if (zoom < at.at_least)
            zoom = at.at_least;
        least_zoom[middle] = zoom;
        waiting[count++] = (struct stretch){at.first, middle, zoom};
        waiting[count++] = (struct stretch){middle, at.last, zoom};
    }
}

void generalize(const struct plane_point *points, uint32_t count, uint8_t *least_zoom)
{
    uint32_t last = count - 1, previous = 0, turn = 0;
    least_zoom[0] = least_zoom[last] = 0;
    bool is_ring = count > 3 && points[0].x == points[last].x && points[0].y == points[last].y;
    double ignored;
    if (is_ring) {
        turn = find_farthest(points, 0, last, &ignored);
        least_zoom[turn] = 0;
    }
    while (previous < last) {
        uint32_t next = last - previous > STRETCH ? previous + STRETCH : last;
        if (previous < turn && turn < next)
            next = turn;
        least_zoom[next] = 0;
        split(points, previous, next, least_zoom);
        previous = next;
    }
}
