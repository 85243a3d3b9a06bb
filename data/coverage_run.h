/*
 * A coverage run: what part of every community's children is within walk of care, by care type, age
 * and level, at one moment, with the parameters it was computed by (DOMAIN.md, "Coverage of a
 * community").
 *
 * A run is plain values, computed whole by coverage_run_make() and never changed. It copies the texts
 * it holds, so it outlives the dataset it was made of. Figures are exact: whoever shows them to the
 * public rounds counts of people first.
 */
#ifndef DATA_COVERAGE_RUN_H
#define DATA_COVERAGE_RUN_H

#include "data/residents.h"
#include "geo/coverage.h"

struct dataset;
struct vacancies;
struct walking;

enum {
    COVERAGE_MINUTES_DEFAULT = 15,
    COVERAGE_MINUTES_MAX = 60 /* minutes to the nearest are measured up to here: `beyond_60` */
};
/* An offer serves an age class when its band has a month in common with it; an offer whose ages are
 * unknown serves ANY alone. Numbers of the `ages` of geo/coverage.h. */
enum coverage_age { COVERAGE_AGE_ANY, COVERAGE_AGE_6_12, COVERAGE_AGE_12_24, COVERAGE_AGE_24_36 };
const char *coverage_age_code(uint32_t age); /* "any", "6-12", "12-24", "24-36" */
/* INVALID, with the list. */
enum status MUST_CHECK coverage_age_parse(const char *text, uint32_t *age, struct error *error);

struct coverage_parameters {
    uint16_t region;                /* into dataset->regions */
    uint32_t profile;               /* PROFILE_STROLLER, … */
    double minutes;                 /* more than 0, at most COVERAGE_MINUTES_MAX; inclusive */
    bool inclusive;                 /* of inclusive-price facilities alone */
    const struct walking *walkings; /* a profile of one's own, placed beside dataset->networks, in
                                       the place of `profile`; NULL = none */
};

/* Why a community has no shares. */
enum coverage_run_state {
    COVERAGE_RUN_KNOWN,
    COVERAGE_RUN_NO_DATA,    /* nobody is known to live there: never 0 % */
    COVERAGE_RUN_OFF_NETWORK /* nobody who lives there is within the snap limit of a street */
};
const char *coverage_run_state_code(uint32_t state); /* "known", "no_data", "off_network" */

/* A community, or the region as a whole. */
struct coverage_entry {
    const char *code, *name, *name_en; /* of the region: its name and titles; name_en may be NULL */
    const char *street;                /* code; NULL for the region */
    uint32_t community;                /* into dataset->communities; UINT32_MAX for the region */
    uint8_t state;                     /* enum coverage_run_state */
    int32_t residents, children;       /* who live there; NONE = no figure */
    /* Weights, located counts, and for each question weight served and millimetres to the nearest
     * (median, p90): coverage_share() gives shares, coverage_run_minutes() minutes. The run's own. */
    const struct coverage_community *figures;
    /* Bits by care type, of any age. A community is reachable (or open) for a care type when at least
     * community_share of its weight is. `missing`: neither located in it nor reachable for it. */
    uint8_t located, reachable, open, missing;
    int32_t facilities;        /* public, standing inside */
    int32_t places;            /* licensed, inside, open to the public */
    int32_t places_staff_only; /* licensed, inside, for an employer's own staff: counted apart */
    double places_per_1000, public_places_per_1000; /* with those for staff, and without; NaN */
    double standard_per_1000;                       /* NaN: not known; the region: they differ */
    int32_t places_needed; /* ceil(standard x residents / 1000); the region: the sum; NONE */
    /* Places per child (per resident where the run weighs residents) within walk, weighted mean of
     * all who live there: E2SFCA with zones of 5, 10 and 15 minutes, whatever the run's minutes are;
     * and 2SFCA within the run's minutes. NaN where state is not KNOWN. */
    double access, access_plain;
};

struct coverage_run {
    const char *region; /* name */
    struct profile profile;
    double minutes;
    bool inclusive;
    bool weighs_children;        /* else residents: chosen once for a region, never mixed */
    uint8_t source;              /* enum resident_source */
    bool has_network;            /* without one, everybody is off the network */
    double community_share;      /* the region's */
    uint64_t dataset_generation; /* of the store that it was computed from */
    moment_t dataset_at;         /* when the register last changed (dataset->changed_at) */
    moment_t made_for;           /* the moment whose vacancies it shows */
    day_t day;                   /* local */
    uint32_t resident_points;    /* of the region */
    double empty_supply;         /* places of facilities within walk of which nobody lives */
    bool is_settled; /* else minutes and accessibility are of a moment before (coverage_usual.h) */
    /* How many communities are what, by care type: located of all, reachable and open of the
     * known_communities. */
    uint32_t located[CARE_COUNT], reachable[CARE_COUNT], open[CARE_COUNT];
    uint32_t known_communities;         /* whose state is KNOWN */
    struct coverage_entry *communities; /* ascending by code */
    uint32_t community_count;
    struct coverage_entry whole; /* the region */
    struct coverage coverage;    /* what `figures` points into */
    struct arena arena;          /* texts and entries */
};

/*
 * Compute a run; two threads work at it. *run is yours: coverage_run_release(). INVALID (parameter
 * "minutes") for minutes out of range. A region without network or without people gives a run that
 * says so.
 */
enum status MUST_CHECK coverage_run_make(const struct dataset *dataset,
                                         const struct vacancies *vacancies,
                                         const struct coverage_parameters *parameters,
                                         struct coverage_run **run, struct error *error);
void coverage_run_release(struct coverage_run *run); /* safe on NULL */

/* By code; NULL where the run has no such community. */
const struct coverage_entry *coverage_run_find(const struct coverage_run *run, const char *code);

/* Minutes of a figure's median_mm or p90_mm, exact; NaN for REACH_FAR: beyond 60 minutes. */
double coverage_run_minutes(const struct coverage_run *run, uint32_t mm);

#endif
