/*
 * Catchments: the resident points within walk of a facility.
 *
 * Residents are laid on the network once: each resident point's snap, grouped by piece, so that a
 * reach meets only the residents of the pieces it walks.
 */
#ifndef GEO_CATCHMENT_H
#define GEO_CATCHMENT_H

#include "geo/reach.h"

/* Resident points as one profile's network sees them. Yours: residents_release(). */
struct residents {
    uint32_t count;
    struct snap *snaps;   /* by resident point; piece NO_PIECE = off the network */
    uint32_t *snap_mm;    /* walked to the street: 0 where the profile does not count it */
    uint32_t *first;      /* by piece: piece_count + 1; the residents of a piece are */
    uint32_t *by_piece;   /* by_piece[first[piece]] … */
    uint32_t off_network; /* how many are */
};
#define NO_PIECE UINT32_MAX

/* Snap `count` points for a profile. */
enum status MUST_CHECK residents_build(const struct network *network, const struct profile *profile,
                                       const struct snapper *snapper,
                                       const struct geo_point *points, uint32_t count,
                                       struct residents *residents, struct error *error);
void residents_release(struct residents *residents); /* safe on {0} */

struct catchment_entry {
    uint32_t resident;
    uint32_t mm; /* door to door: both snaps and the way between */
};

/*
 * Every resident point within max_mm of a facility, ascending by number. The reach is computed here.
 *
 * facility_snap_mm  what the facility's own snap adds
 * entries           out: room for `capacity` (residents->count always suffices)
 * LIMIT when there are more than capacity.
 */
enum status MUST_CHECK catchment_compute(
    const struct network *network, const struct profile *profile, const struct residents *residents,
    const struct snap *facility, uint32_t facility_snap_mm, uint32_t max_mm, struct reach *reach,
    struct catchment_entry *entries, uint32_t capacity, uint32_t *count, struct error *error);

/* Millimetres of a snap under a profile: 0 where it does not count. */
uint32_t profile_snap_mm(const struct profile *profile, const struct snap *snap);

#endif
