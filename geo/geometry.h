/*
 * Points, boxes and polygons on the map: WGS 84 degrees, longitude first.
 */
#ifndef GEO_GEOMETRY_H
#define GEO_GEOMETRY_H

#include "geo/status.h"

#include <stdbool.h>
#include <stdint.h>

/* WGS 84 degrees: lon -180..180, lat -90..90. Never two loose doubles. */
struct geo_point {
    double lon, lat;
};

/* west > east means the box crosses the antimeridian. Edges belong to the box. */
struct geo_box {
    double west, south, east, north;
};

/* A ring is closed: its last point repeats its first. */
struct geo_ring {
    struct geo_point *points;
    uint32_t count;
};

/* Rings of one or more polygons together; inside is decided by the even-odd rule, so that outer
 * rings and holes need no marks. Owned by whoever built it. */
struct geo_polygon {
    struct geo_ring *rings;
    uint32_t ring_count;
};

/* Finite and inside the ranges above. */
bool geo_point_is_valid(struct geo_point point);

bool geo_box_contains(struct geo_box box, struct geo_point point);

/* The box of all rings; {0,0,0,0} for an empty polygon. */
struct geo_box geo_polygon_box(const struct geo_polygon *polygon);

/*
 * Is the point inside, by the even-odd rule on plain longitude and latitude? A point on an edge is
 * in exactly one of two polygons that share the edge (edges are half open in latitude).
 * Polygons that cross the antimeridian are not supported here.
 */
bool geo_polygon_contains(const struct geo_polygon *polygon, struct geo_point point);

/* Degrees as integers of 1e-7 degree (11 mm), rounded to nearest, as the store keeps them. */
static inline int32_t geo_e7(double degrees)
{
    return (int32_t)(degrees < 0 ? degrees * 1e7 - 0.5 : degrees * 1e7 + 0.5);
}

static inline struct geo_point geo_point_from_e7(int32_t lon_e7, int32_t lat_e7)
{
    return (struct geo_point){lon_e7 / 1e7, lat_e7 / 1e7};
}

#endif
