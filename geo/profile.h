/*
 * How a family walks. Costs are computed at query time from metres and class with these; a profile is
 * not baked into the network file.
 */
#ifndef GEO_PROFILE_H
#define GEO_PROFILE_H

#include "geo/network.h"

struct profile {
    char name[17];    /* [a-z0-9-]{1,16} */
    double speed_m_s; /* 0.1 to 5 */
    uint32_t barred;  /* bit per street class that is closed to it */
    bool snap_counts; /* do the metres to the network count as walked? */
    /* Farther from the network is off it, 1 to 1,000: facilities; and resident points, and where
     * somebody begins to walk. */
    double snap_max_m, resident_snap_max_m;
    /* A part of the network without what is barred that has less street than this, in metres, is
     * not snapped to (a stretch of path between two stairs); the largest part always is. */
    double min_component_m;
};

enum { PROFILE_STROLLER, PROFILE_TODDLER, PROFILE_ADULT, PROFILE_COUNT };

/* The three of DOMAIN.md, with their sources, in profile.c; by number above. */
const struct profile *profile_builtin(uint32_t number);
/* By name; NOT_FOUND naming the three. */
enum status MUST_CHECK profile_find(const char *name, size_t length, uint32_t *number,
                                    struct error *error);

static inline bool profile_allows(const struct profile *profile, uint32_t street_class)
{
    return !(profile->barred >> street_class & 1);
}

/* Seconds of millimetres, and the most millimetres that are walked within seconds (inclusive). */
double profile_seconds(const struct profile *profile, uint64_t millimetres);
uint64_t profile_reach_mm(const struct profile *profile, double seconds);

#endif
