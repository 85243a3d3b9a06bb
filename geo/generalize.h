/*
 * Leaving points out by zoom: how small a map may be before a point of a line is no longer seen.
 *
 * Computed once, when a map is imported; drawing a tile then only compares a byte a point, and two
 * tiles beside one another leave out the same points, so that no seam shows between them.
 */
#ifndef GEO_GENERALIZE_H
#define GEO_GENERALIZE_H

#include "geo/mercator.h"

/* What a point may stand off the line without being missed, in units of a tile's grid (4096): a
 * quarter of a pixel on a tile drawn 256 pixels wide. */
enum { GENERALIZE_UNITS = 4 };

/*
 * For each point of a line or a closed ring (last = first) the least zoom at which it is kept:
 * Douglas and Peucker (1973) with a tolerance of GENERALIZE_UNITS, for every zoom at once. What is
 * kept at one zoom is kept at all greater ones. Both ends get 0, as does, in a ring, the point that is
 * farthest from them; a point that no zoom needs gets TILE_MAX_ZOOM + 1.
 *
 * count  at least 1; of a long line every 1,024th point is kept always, which bounds the time to
 *        count × 1,024 steps however the line winds
 */
void generalize(const struct plane_point *points, uint32_t count, uint8_t *least_zoom);

#endif
