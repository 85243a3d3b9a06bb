/*
 * Metres between two points: geodesic on the WGS 84 ellipsoid.
 */
#ifndef GEO_DISTANCE_H
#define GEO_DISTANCE_H

#include "geo/geometry.h"

/*
 * The one measure of straight-line distance in the program. Up to 50 km (and below 80 degrees of
 * latitude) the mid-latitude formula with the ellipsoid's radii of curvature, within 5 mm of the
 * geodesic and about ten times as fast; beyond, PROJ's geod_inverse(). Symmetric; 0 for equal
 * points; correct across the antimeridian and at the poles.
 */
double distance_m(struct geo_point from, struct geo_point to);

/* metres[i] = distance_m(from, to[i]), to the last bit, in half the time. */
void distance_many_m(struct geo_point from, const struct geo_point *to, uint32_t count,
                     double *metres);

/* PROJ's geod_inverse() (Karney 2013) always: the reference the tests compare with. */
double distance_geodesic_m(struct geo_point from, struct geo_point to);

#endif
