#include "geo/geometry.h"

#include <math.h>

bool geo_point_is_valid(struct geo_point point)
{
    /* NaN fails every comparison, infinity the bounds. */
    return point.lon >= -180 && point.lon <= 180 && point.lat >= -90 && point.lat <= 90;
}

bool geo_box_contains(struct geo_box box, struct geo_point point)
{
    if (!(point.lat >= box.south && point.lat <= box.north))
        return false;
    if (box.west <= box.east)
        return point.lon >= box.west && point.lon <= box.east;
    return point.lon >= box.west || point.lon <= box.east;
}

struct geo_box geo_polygon_box(const struct geo_polygon *polygon)
{
    struct geo_box box = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (uint32_t r = 0; r < polygon->ring_count; r++) {
        const struct geo_ring *ring = &polygon->rings[r];
        for (uint32_t i = 0; i < ring->count; i++) {
            struct geo_point point = ring->points[i];
            box.west = fmin(box.west, point.lon);
            box.east = fmax(box.east, point.lon);
            box.south = fmin(box.south, point.lat);
            box.north = fmax(box.north, point.lat);
        }
    }
    return box.west <= box.east ? box : (struct geo_box){0, 0, 0, 0};
}

/* Does a ray from the point eastward cross the edge? The edge is taken from its southern end, so
 * that both polygons that share it round alike: a point on it is then in exactly one of them. */
static bool crosses(struct geo_point a, struct geo_point b, struct geo_point point)
{
    if ((a.lat > point.lat) == (b.lat > point.lat))
        return false;
    struct geo_point south = a.lat < b.lat ? a : b, north = a.lat < b.lat ? b : a;
    double along = (point.lat - south.lat) / (north.lat - south.lat);
    return point.lon < south.lon + along * (north.lon - south.lon);
}

bool geo_polygon_contains(const struct geo_polygon *polygon, struct geo_point point)
{
    bool inside = false;
    for (uint32_t r = 0; r < polygon->ring_count; r++) {
        const struct geo_ring *ring = &polygon->rings[r];
        for (uint32_t i = 1; i < ring->count; i++)
            if (crosses(ring->points[i - 1], ring->points[i], point))
                inside = !inside;
    }
    return inside;
}
