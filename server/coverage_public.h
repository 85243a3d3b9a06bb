/*
 * Coverage as the public may see it: of one community, or the region, for one age.
 *
 * People are counted by tens, and whatever is made of people is made of the rounded counts
 * (public_count.h), so that neither one answer nor the difference of two speaks of a building. What a
 * community *is* (reachable, open) is decided by the exact numbers, as planners' ledgers decide it.
 */
#ifndef SERVER_COVERAGE_PUBLIC_H
#define SERVER_COVERAGE_PUBLIC_H

#include "data/coverage_run.h"

enum coverage_state {
    COVERAGE_KNOWN,
    COVERAGE_FEW,         /* fewer than ten: no share is told */
    COVERAGE_OFF_NETWORK, /* nobody lives near a street that may be walked */
    COVERAGE_NO_DATA      /* no figures: never 0 % */
};
const char *coverage_state_code(enum coverage_state state);       /* "known", "few", … */
const char *coverage_weight_code(const struct coverage_run *run); /* "children", "residents" */
extern const char *const coverage_age_codes[]; /* "any", "6-12", …; NULL ends it */

/* Of one care type. */
struct public_care {
    uint32_t located;                   /* facilities that stand inside */
    double share[COVERAGE_LEVELS];      /* 0..1; NaN unless the state is KNOWN */
    bool is_level[COVERAGE_LEVELS];     /* is the community reachable, open? exact */
    double median_minutes, p90_minutes; /* rounded up to 0.1; NaN = null */
    bool p90_is_beyond;                 /* … because it is beyond 60 minutes */
};

struct public_coverage {
    enum coverage_state state;
    double residents, children; /* exact: to be written by json_key_people() */
    struct public_care care[COVERAGE_CARES];
    double off_network_share; /* NaN without figures, or of few */
    /* With places for an employer's own staff, and without; NaN where residents are unknown or few. */
    double places_per_1000, public_places_per_1000;
    int64_t places_needed; /* of the region: the sum of its communities'; -1 = unknown */
    double access;         /* two digits; NaN */
};

/* Of a run's entry, for one age (enum coverage_age). */
void coverage_public(const struct coverage_run *run, const struct coverage_entry *entry,
                     uint32_t age, struct public_coverage *shown);

/* How many communities are located, reachable, open: of those with figures that may be told. What the
 * few of a small one can reach is not told in a sum either. */
struct public_tally {
    uint32_t of, located, level[COVERAGE_LEVELS];
};
struct public_tally coverage_public_tally(const struct coverage_run *run, uint32_t care,
                                          uint32_t age);

/* Neither located in it nor reachable for it. Of few and of no_data nothing may be said: false. */
bool public_is_missing(const struct public_coverage *shown, uint32_t care);

#endif
