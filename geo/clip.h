/*
 * Lines and rings cut at the edges of a tile, on the tile's own grid of whole numbers.
 *
 * Where an edge is crossed the point is put on it and rounded along it, by a rule that gives the same
 * point whichever way the line runs and from whichever side of the edge one looks: pieces of
 * neighbouring tiles fit.
 */
#ifndef GEO_CLIP_H
#define GEO_CLIP_H

#include "geo/status.h"

#include <stdbool.h>
#include <stdint.h>

/* From the tile's north-west corner, y to the south; beyond the tile too, no two points of a line or
 * ring more than 2^30 apart. */
struct grid_point {
    int32_t x, y;
};

/* Edges belong to it. */
struct grid_box {
    int32_t x0, y0, x1, y1;
};

/* Points that grow: {0} to begin with, kept and reused. */
struct grid_points {
    struct grid_point *points;
    uint32_t count, capacity;
};
/* Room for `more` of them; MEMORY. */
enum status MUST_CHECK grid_points_reserve(struct grid_points *points, uint32_t more);
void grid_points_release(struct grid_points *points); /* safe on {0} and safe twice */

struct grid_box grid_points_box(const struct grid_point *points, uint32_t count); /* count >= 1 */

/*
 * The part of a ring (closed, its last point not repeated) inside the box: Sutherland and Hodgman
 * (1974). What comes out is one ring, in `out` (emptied first), that may run along the box's edges to
 * join parts, back and forth: the area, by sign and by either fill rule, is that of the intersection.
 * `spare` is scratch. Fewer than 3 points: nothing is left. MEMORY.
 */
enum status MUST_CHECK clip_ring(const struct grid_point *ring, uint32_t count, struct grid_box box,
                                 struct grid_points *out, struct grid_points *spare);

/* The first stretch of a line inside the box, from the segment that begins at point *next on, into
 * `out` (emptied first), at least 2 points; *next is where to go on. false: there is none. The line is
 * `count` points, at least 2, and `out` has room for as many and 2 more. */
bool clip_line_next(const struct grid_point *line, uint32_t count, struct grid_box box,
                    uint32_t *next, struct grid_points *out);

#endif
