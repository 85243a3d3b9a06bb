/*
 * Isochrones: the picture of a reach. Coverage is never decided by them (it is decided per resident
 * point by network cost).
 *
 * A contour is all that lies within some 20 m of a reached stretch of street. It contains every
 * reached stretch, and nothing farther than 30 m from one; contours of one reach nest; blocks that no
 * reached street runs through stay holes; what no street crosses, a river, is not crossed.
 */
#ifndef GEO_ISOCHRONE_H
#define GEO_ISOCHRONE_H

#include "geo/arena.h"
#include "geo/reach.h"

enum { ISOCHRONE_MAX_CONTOURS = 4 };

/* One polygon of a contour: rings[0] is its outline, counter-clockwise, the others are its holes,
 * clockwise (RFC 7946). */
struct isochrone_polygon {
    struct geo_ring *rings;
    uint32_t ring_count;
};

struct isochrone_contour {
    uint32_t max_mm;
    struct isochrone_polygon *polygons; /* largest first */
    uint32_t polygon_count;
    double area_m2;
};

/*
 * Draw contours of a reach that reach_compute() has just made.
 *
 * reach     holds at least the largest of max_mm
 * max_mm    `count` limits in mm, any order; each at most reach->max_mm
 * contours  out: in the order of max_mm; rings live in `arena`
 *
 * A contour whose limit is 0 still shows the spot itself. LIMIT when the arena's ceiling is too low:
 * some 5 MB serve 15 minutes in a dense city, 40 MB an hour. Coordinates are rounded to 1e-7 degree.
 * Source: a distance field on a grid of 12 m and its contour over triangles, which has no ambiguous
 * cells, so that contours nest. test_isochrone.c holds it against GEOS and against the streets.
 */
enum status MUST_CHECK isochrone_draw(const struct reach *reach, const uint32_t *max_mm,
                                      uint32_t count, struct arena *arena,
                                      struct isochrone_contour *contours, struct error *error);

/*
 * Call `visit` with every reached straight stretch of street within max_mm: what a contour is drawn
 * around. Ends are on the street; a piece that is reached from both ends in part gives two.
 */
typedef void isochrone_visit(void *context, struct geo_point from, struct geo_point to);
void isochrone_streets(const struct reach *reach, uint32_t max_mm, isochrone_visit *visit,
                       void *context);

#endif
