/*
 * Seeded facilities: invented, deterministic, the same for every test and bench that needs many.
 *
 * Facility i of a seed is always the same, whoever asks and in whatever order. The plain kind is
 * what benches measure: clustered as in cities, 3 groups and 4 offers on average, hours, prices,
 * 64-byte Chinese names and addresses (示例…, invented and saying so), one in ten with 40 slots;
 * 1 to 2 in a hundred answer "hourly and open and 18 months and inclusive". The rough kind is what
 * tests search in: a small area, equal points, and everything that may be unknown, expired, closed,
 * staff only, overnight or exceptional.
 */
#ifndef TESTS_BENCH_SEED_H
#define TESTS_BENCH_SEED_H

#include "data/store.h"
#include "geo/geometry.h"

struct seed {
    uint64_t seed;
    uint32_t count;
    moment_t now; /* numbers are dated from here back, slots from this day on */
    bool rough;
};

#define SEED_REGION "seed"
#define SEED_PREFIX "sd"
enum {
    SEED_MAX_GROUPS = 5,
    SEED_MAX_OFFERS = 8,
    SEED_MAX_HOURS = 24,
    SEED_MAX_EXCEPTIONS = 8,
    SEED_SLOTS = 40,
    SEED_MAX_SLOTS = 2 * SEED_SLOTS,
    SEED_COMMUNITIES = 256
};

/* A bundle and the room it points into; text lives here too. Big: keep one and fill it again. */
struct seed_facility {
    struct facility_bundle bundle;
    struct group_record groups[SEED_MAX_GROUPS];
    struct places_record places[SEED_MAX_GROUPS];
    struct offer_record offers[SEED_MAX_OFFERS];
    uint32_t offer_groups[SEED_MAX_OFFERS];
    struct hours_record hours[SEED_MAX_HOURS];
    struct hours_exception_record exceptions[SEED_MAX_EXCEPTIONS];
    struct slot_record slots[SEED_MAX_SLOTS];
    char id[16], source_id[16], name[80], name_en[64], address[80], phone[24], community[24];
    char group_ids[SEED_MAX_GROUPS][24], group_source_ids[SEED_MAX_GROUPS][8];
    char offer_ids[SEED_MAX_OFFERS][24], offer_source_ids[SEED_MAX_OFFERS][8];
};

/* Facility `number` (0..count-1) of the seed. Keys are 0; ids are given: sd-000000, then -g1 and,
 * by care type, -f1 -h1 -u1 -d1 -o1. */
void seed_facility(const struct seed *seed, uint32_t number, struct seed_facility *facility);

/* The region.json of the seeded region (its bounds hold every point). */
const char *seed_region_json(void);

/* The region and its communities, and one facility, into a store between begin and commit; keys are
 * filled in. */
enum status MUST_CHECK seed_region_write(struct store *store, struct error *error);
enum status MUST_CHECK seed_facility_write(struct seed_facility *facility, struct store *store,
                                           struct error *error);

/*
 * Write region, communities and all facilities into an open store, in one transaction, straight
 * through the store's inserts (no history is compared: the store must not hold them yet).
 */
enum status MUST_CHECK seed_store_write(const struct seed *seed, struct store *store,
                                        struct error *error);

/*
 * Points and masks alone, for benches of the index: masks as data/vacancies.h defines them (care,
 * age class, open now, inclusive). Both arrays have room for `count`; masks may be NULL.
 */
void seed_points(const struct seed *seed, struct geo_point *points, uint64_t *masks);

/* The generator beneath it (SplitMix64; Steele, Lea, Flood 2014), for benches that need queries. */
struct seed_random {
    uint64_t state;
};
uint64_t seed_random_u64(struct seed_random *random);
double seed_random_unit(struct seed_random *random);                    /* [0, 1) */
uint32_t seed_random_below(struct seed_random *random, uint32_t bound); /* [0, bound) */

/* A point people would ask from: near one of the seed's clusters. */
struct geo_point seed_query_point(const struct seed *seed, struct seed_random *random);

#endif
