/*
 * The plane that web maps are drawn on: Web Mercator (EPSG:3857), a square of 2^32 units a side, x to
 * the east from 180° W, y to the SOUTH from 85.0511° N, as tiles are numbered. A unit is 9.3 mm at the
 * equator. Integers, so that a point falls on the same grid in every tile that shows it.
 */
#ifndef GEO_MERCATOR_H
#define GEO_MERCATOR_H

#include "geo/geometry.h"

#define MERCATOR_MAX_LAT \
    85.0511287798066 /* where the plane is square; what lies beyond is on its edge */

struct plane_point {
    uint32_t x, y;
};

/* Edges belong to it; x0 <= x1, y0 <= y1. */
struct plane_box {
    uint32_t x0, y0, x1, y1;
};

/* At zoom z the plane is cut into 2^z by 2^z tiles. */
enum { TILE_MAX_ZOOM = 18, TILE_EXTENT = 4096 };
struct tile_id {
    uint32_t z, x, y; /* z 0..TILE_MAX_ZOOM; x, y below 2^z */
};

/* A valid point (geometry.h) to its nearest unit. Within half a unit of the closed formula. */
struct plane_point mercator_project(struct geo_point point);
struct geo_point mercator_unproject(struct plane_point point);

/* How many bits of a plane coordinate lie below one unit of a tile's grid of 4096 by 4096. */
static inline uint32_t mercator_grid_shift(uint32_t z)
{
    return 32 - 12 - z;
}

/* The tile with `margin` units of its grid around it, cut at the edges of the plane. */
struct plane_box mercator_tile_box(struct tile_id tile, uint32_t margin);

static inline bool plane_boxes_touch(struct plane_box a, struct plane_box b)
{
    return a.x0 <= b.x1 && b.x0 <= a.x1 && a.y0 <= b.y1 && b.y0 <= a.y1;
}

#endif
