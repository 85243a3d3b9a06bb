/*
 * Coverage: what part of each community's weight is within walk of care, by care type, age and level.
 *
 * Decided per resident point by network cost, never by testing points against isochrones. Pure
 * arithmetic on arrays: the same functions serve a whole region, a what-if and the tests. One sweep
 * answers one question (care, age, level); questions are independent of each other, so that callers
 * may give them to several threads, each with its own scratch.
 */
#ifndef GEO_COVERAGE_H
#define GEO_COVERAGE_H

#include "geo/catchment.h"

enum {
    COVERAGE_CARES = 4,  /* full day, half day, hourly, drop-in: as the register numbers them */
    COVERAGE_AGES = 4,   /* any, 6-12, 12-24, 24-36 months */
    COVERAGE_LEVELS = 2, /* reachable, open */
    COVERAGE_QUESTIONS = COVERAGE_CARES * COVERAGE_AGES * COVERAGE_LEVELS
};
enum coverage_level { COVERAGE_REACHABLE, COVERAGE_OPEN };

/* The bit of a care type and an age in the masks below. */
static inline uint32_t coverage_bit(uint32_t care, uint32_t age)
{
    return care * COVERAGE_AGES + age;
}

/* A public facility as coverage sees it. */
struct coverage_facility {
    struct snap snap;   /* piece NO_PIECE: off the network, so it reaches nobody */
    uint32_t snap_mm;   /* profile_snap_mm() of it */
    uint32_t community; /* where it stands; UINT32_MAX = in none */
    uint16_t offered;   /* coverage_bit() of all it offers to the public */
    uint16_t open;      /* of those with a fresh open place */
};

struct coverage_input {
    const struct network *network;
    const struct profile *profile;
    const struct residents *residents;
    const double *weights;       /* by resident point: children, or residents; never mixed */
    const uint32_t *communities; /* by resident point; UINT32_MAX = in none (the region only) */
    uint32_t community_count;
    const struct coverage_facility *facilities;
    uint32_t facility_count;
    uint32_t limit_mm;   /* the minutes asked, as millimetres; inclusive */
    uint32_t horizon_mm; /* how far minutes are measured: 60 minutes; at least limit_mm */
};

/* Of one community (or the region) for one question. */
struct coverage_cell {
    double served;              /* weight within the limit */
    uint32_t median_mm, p90_mm; /* REACH_FAR = beyond the horizon: too little is reached */
};

struct coverage_community {
    double weight;                                    /* all of it, off the network too */
    double off_network_weight;                        /* unserved, but still in the denominator */
    uint32_t located[COVERAGE_CARES * COVERAGE_AGES]; /* facilities standing inside, by bit */
    struct coverage_cell cells[COVERAGE_CARES][COVERAGE_AGES][COVERAGE_LEVELS];
};

/* communities[community_count] is the region as a whole. Yours: coverage_release(). */
struct coverage {
    struct coverage_community *communities;
    uint32_t community_count; /* without the region */
};

/* Scratch of one thread: sweeps, and the residents' answers. */
struct coverage_scratch {
    struct reach reach;
    uint32_t *node_mm, *node_source, *resident_mm;
    struct snap *sources;
    uint32_t *start_mm;
    uint32_t *by_mm, *spare; /* residents within the horizon, nearest first; room to sort them */
    double *sums;            /* by community, the region's last */
};

/* Weights, what is located where, and room for the answers; nothing is swept yet. */
enum status MUST_CHECK coverage_init(const struct coverage_input *input, struct coverage *coverage,
                                     struct error *error);
void coverage_release(struct coverage *coverage); /* safe on {0} */

enum status MUST_CHECK coverage_scratch_init(const struct coverage_input *input,
                                             struct coverage_scratch *scratch, struct error *error);
void coverage_scratch_release(struct coverage_scratch *scratch); /* safe on {0} */

/*
 * Answer one question for every community and the region: one sweep from the facilities whose mask
 * has the bit, then each resident's millimetres (scratch->resident_mm, REACH_FAR beyond the
 * horizon), then sums and quantiles (p-quantile: the least cost whose cumulative weight is at least
 * p of the whole weight).
 */
enum status MUST_CHECK coverage_answer(const struct coverage_input *input, uint32_t care,
                                       uint32_t age, enum coverage_level level,
                                       struct coverage_scratch *scratch, struct coverage *coverage,
                                       struct error *error);

/* The share served, 0..1; NaN where there is no weight (no data: never 0 %). */
double coverage_share(const struct coverage_community *community, const struct coverage_cell *cell);

#endif
