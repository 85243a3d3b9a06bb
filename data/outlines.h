/*
 * Outlines of communities as GEOS sees them: is one valid, and do two overlap?
 *
 * One thread at a time: a GEOS context is not shared. Only text that geojson_polygon_parse() has
 * accepted comes in (Polygon or MultiPolygon, finite, bounded).
 */
#ifndef DATA_OUTLINES_H
#define DATA_OUTLINES_H

#include "geo/geometry.h"

struct outlines; /* a context */
struct outline;

enum status MUST_CHECK outlines_open(struct outlines **outlines, struct error *error);
void outlines_close(struct outlines *outlines); /* safe on NULL; outlines are released before it */

/* *outline is yours. REJECTED for a shape that GEOS finds invalid, with its reason and the place
 * ("Self-intersection[120.1 30.2]"). */
enum status MUST_CHECK outline_read(struct outlines *outlines, const char *geojson,
                                    struct outline **outline, struct error *error);
void outline_release(struct outlines *outlines, struct outline *outline); /* safe on NULL */

/* A point inside a polygon (GEOS's point on surface). `geojson` is any geometry's text in degrees, of
 * `length` bytes; REJECTED, with a reason, for what is no valid Polygon or MultiPolygon. */
enum status MUST_CHECK outline_point(struct outlines *outlines, const char *geojson, size_t length,
                                     struct geo_point *point, struct error *error);

/* The part of the smaller one's area that both share, 0 to 1; IO where GEOS fails. */
enum status MUST_CHECK outline_overlap(struct outlines *outlines, const struct outline *a,
                                       const struct outline *b, double *share, struct error *error);

/* Are two outlines (GeoJSON geometries, or NULL) the same but for blanks and the way in which their
 * numbers are written? To 1e-7 degree, in the same order. */
bool outline_is_same(const char *a, const char *b);

#endif
