/*
 * Coverage as the public may see it: of one community, or the region, for one age.
 *
 * People are counted by tens, and whatever is made of people is made of the rounded counts
 * (public_count.h), so that neither one answer nor the difference of two speaks of a building. What a
 * community *is* (reachable, open) is decided by the exact numbers, as planners' ledgers decide it.
 */
#ifndef SERVER_COVERAGE_PUBLIC_H
#define SERVER_COVERAGE_PUBLIC_H

#include "data/records.h"
#include "geo/coverage.h"

/* What is exactly so; officers' numbers. Texts are borrowed. */
struct coverage_row {
    const char *code, *name, *name_en, *street; /* of the region: its name, titles, NULL */
    const char *outline;                        /* GeoJSON in WGS 84; NULL = none */
    double residents, children;                 /* NaN = no figure */
    const struct coverage_community *figures;
    int32_t places;            /* licensed, open to the public */
    int32_t places_staff_only; /* counted apart */
    double standard_per_1000;  /* NaN = none is set */
    double access;             /* places per child within walk, weighted mean; NaN = none */
};

enum coverage_state {
    COVERAGE_OK,
    COVERAGE_FEW,         /* fewer than ten: no share is told */
    COVERAGE_OFF_NETWORK, /* nobody lives near a street that may be walked */
    COVERAGE_NO_DATA      /* no figures: never 0 % */
};
const char *coverage_state_code(enum coverage_state state); /* "ok", "few", … */
extern const char *const coverage_age_codes[];              /* "any", "6-12", …; NULL ends it */

/* Of one care type. */
struct public_care {
    uint32_t located;                     /* facilities that stand inside */
    double share[COVERAGE_LEVELS];        /* 0..1; NaN unless the state is OK */
    bool is_level[COVERAGE_LEVELS];       /* is the community reachable, open? exact */
    double median_minutes, p90_minutes;   /* rounded up to 0.1; NaN = null */
    bool median_is_beyond, p90_is_beyond; /* … because it is beyond 60 minutes */
};

struct public_coverage {
    enum coverage_state state;
    double residents, children, weight; /* exact: to be written by json_key_people() */
    struct public_care care[COVERAGE_CARES];
    double off_network_share; /* NaN without figures, or of few */
    double places_per_1000;   /* NaN where residents are unknown or few */
    int64_t places_needed;    /* -1 = unknown */
    double access;            /* two digits; NaN */
};

/*
 * minutes are of `profile`'s speed; `share` is the region's community_share: from which share of its
 * weight on a community is reachable or open.
 */
void coverage_public(const struct coverage_row *row, uint32_t age, const struct profile *profile,
                     double share, struct public_coverage *shown);

#endif
