#include "geo/clip.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_POINTS = 1 << 27 };

enum status grid_points_reserve(struct grid_points *points, uint32_t more)
{
    uint64_t needed = (uint64_t)points->count + more, capacity = points->capacity;
    if (needed <= capacity)
        return STATUS_OK;
    if (needed > MAX_POINTS)
        return STATUS_MEMORY;
    if (capacity < 256)
        capacity = 256;
    while (capacity < needed)
        capacity *= 2;
    struct grid_point *grown = realloc(points->points, capacity * sizeof *grown);
    if (!grown)
        return STATUS_MEMORY;
    points->points = grown;
    points->capacity = (uint32_t)capacity;
    return STATUS_OK;
}

void grid_points_release(struct grid_points *points)
{
    free(points->points);
    *points = (struct grid_points){0};
}

struct grid_box grid_points_box(const struct grid_point *points, uint32_t count)
{
    struct grid_box box = {points[0].x, points[0].y, points[0].x, points[0].y};
    for (uint32_t i = 1; i < count; i++) {
        box.x0 = points[i].x < box.x0 ? points[i].x : box.x0;
        box.x1 = points[i].x > box.x1 ? points[i].x : box.x1;
        box.y0 = points[i].y < box.y0 ? points[i].y : box.y0;
        box.y1 = points[i].y > box.y1 ? points[i].y : box.y1;
    }
    return box;
}

/* Edges of the box ------------------------------------------------------------------------------ */

enum edge { WEST, EAST, NORTH, SOUTH };

static bool is_within(struct grid_point point, enum edge edge, const struct grid_box *box)
{
    switch (edge) {
    case WEST:
        return point.x >= box->x0;
    case EAST:
        return point.x <= box->x1;
    case NORTH:
        return point.y >= box->y0;
    default:
        return point.y <= box->y1;
    }
}

/* Where a-b reaches `at` in its first coordinate, the second rounded to nearest, halves up. The two
 * ends are taken in one order always. */
static int32_t second_at(int32_t at, int32_t a1, int32_t a2, int32_t b1, int32_t b2)
{
    if (a1 > b1) {
        int32_t swapped = a1;
        a1 = b1;
        b1 = swapped;
        swapped = a2;
        a2 = b2;
        b2 = swapped;
    }
    int64_t length = (int64_t)b1 - a1; /* > 0: they lie on both sides of `at` */
    int64_t twice = 2 * ((int64_t)at - a1) * ((int64_t)b2 - a2) + length;
    int64_t steps = twice / (2 * length);
    if (twice < 0 && twice % (2 * length) != 0)
        steps--; /* toward the same side for negative numbers */
    return a2 + (int32_t)steps;
}

static struct grid_point crossing(struct grid_point a, struct grid_point b, enum edge edge,
                                  const struct grid_box *box)
{
    if (edge == WEST || edge == EAST) {
        int32_t x = edge == WEST ? box->x0 : box->x1;
        return (struct grid_point){x, second_at(x, a.x, a.y, b.x, b.y)};
    }
    int32_t y = edge == NORTH ? box->y0 : box->y1;
    return (struct grid_point){second_at(y, a.y, a.x, b.y, b.x), y};
}

/* Rings ----------------------------------------------------------------------------------------- */

/* `out` has room for twice as many points as the ring has. */
static void clip_at_edge(const struct grid_point *ring, uint32_t count, enum edge edge,
                         const struct grid_box *box, struct grid_points *out)
{
    out->count = 0;
    struct grid_point previous = ring[count - 1];
    bool was_within = is_within(previous, edge, box);
    for (uint32_t i = 0; i < count; i++) {
        bool within = is_within(ring[i], edge, box);
        if (within != was_within)
            out->points[out->count++] = crossing(previous, ring[i], edge, box);
        if (within)
            out->points[out->count++] = ring[i];
        previous = ring[i];
        was_within = within;
    }
}

enum status clip_ring(const struct grid_point *ring, uint32_t count, struct grid_box box,
                      struct grid_points *out, struct grid_points *spare)
{
    const struct grid_box around = grid_points_box(ring, count);
    const bool crosses[4] = {around.x0<box.x0, around.x1> box.x1,
                             around.y0<box.y0, around.y1> box.y1};
    struct grid_points *to = out, *from = spare;
    out->count = spare->count = 0;
    if (grid_points_reserve(out, count))
        return STATUS_MEMORY;
    memcpy(out->points, ring, count * sizeof *ring);
    out->count = count;
    for (enum edge edge = WEST; edge <= SOUTH; edge++) {
        if (!crosses[edge] || to->count == 0)
            continue;
        struct grid_points *swapped = to;
        to = from;
        from = swapped;
        to->count = 0;
        if (grid_points_reserve(to, 2 * from->count))
            return STATUS_MEMORY;
        clip_at_edge(from->points, from->count, edge, &box, to);
    }
    if (to != out) {
        struct grid_points swapped = *out;
        *out = *spare;
        *spare = swapped;
    }
    return STATUS_OK;
}

/* Lines ----------------------------------------------------------------------------------------- */

static bool is_inside_box(struct grid_point point, const struct grid_box *box)
{
    return point.x >= box->x0 && point.x <= box->x1 && point.y >= box->y0 && point.y <= box->y1;
}

/* Where p-q comes into the box, p being outside; false where it does not. */
static bool find_entry(struct grid_point p, struct grid_point q, const struct grid_box *box,
                       struct grid_point *entry)
{
    for (enum edge edge = WEST; edge <= SOUTH; edge++) {
        if (is_within(p, edge, box))
            continue;
        if (!is_within(q, edge, box))
            return false;
        *entry = crossing(p, q, edge, box);
        if (is_inside_box(*entry, box))
            return true;
    }
    return false;
}

/* Move the ends of a segment onto the box; false where none of it is inside. */
static bool clip_segment(struct grid_point *a, struct grid_point *b, const struct grid_box *box)
{
    const struct grid_point p = *a, q = *b;
    return (is_inside_box(p, box) || find_entry(p, q, box, a)) &&
           (is_inside_box(q, box) || find_entry(q, p, box, b));
}

static bool are_same(struct grid_point a, struct grid_point b)
{
    return a.x == b.x && a.y == b.y;
}

bool clip_line_next(const struct grid_point *line, uint32_t count, struct grid_box box,
                    uint32_t *next, struct grid_points *out)
{
    uint32_t i = *next;
    for (out->count = 0; i + 1 < count; i++) {
        struct grid_point a = line[i], b = line[i + 1];
        bool is_inside = clip_segment(&a, &b, &box);
        if (is_inside && out->count == 0)
            out->points[out->count++] = a;
        if (is_inside)
            out->points[out->count++] = b;
        /* it ends where the line leaves the box, or stays outside */
        if (out->count > 0 && (!is_inside || !are_same(b, line[i + 1]))) {
            i++;
            break;
        }
    }
    *next = i;
    return out->count > 0;
}
