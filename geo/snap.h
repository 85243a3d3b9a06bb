/*
 * Snapping: a point moved onto the nearest piece that its profile may walk.
 */
#ifndef GEO_SNAP_H
#define GEO_SNAP_H

#include "geo/profile.h"

/* A position on the network: on a piece, so far from its first node. */
struct snap {
    uint32_t piece;
    uint32_t from_start_mm; /* 0 .. length_mm */
    double distance_m;      /* how far the point was moved */
    struct geo_point at;    /* where to */
};

/* Which pieces a profile may stand on, and an index over their segments. One a profile and network;
 * read by any thread. */
struct snapper;

/*
 * A profile's own main components: the network without what it bars may fall apart; a component with
 * less than `min_component_m` metres of street is not snapped to (a stretch of path between two
 * stairs). The largest is always kept.
 */
enum status MUST_CHECK snapper_build(const struct network *network, const struct profile *profile,
                                     double min_component_m, struct snapper **snapper,
                                     struct error *error);
void snapper_release(struct snapper *snapper); /* safe on NULL */

/*
 * The nearest spot on any piece of the snapper's, by distance_m(); ties to the smaller piece.
 * OFF_NETWORK when it is farther than max_m, naming both distances; the snap is then empty.
 */
enum status MUST_CHECK snap_point(const struct snapper *snapper, struct geo_point from,
                                  double max_m, struct snap *snap, struct error *error);

#endif
