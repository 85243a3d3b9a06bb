/*
 * The second way: the nearby search as DOMAIN.md and API.md put it into words, over facility
 * bundles, one after another, without dataset, vacancies, masks or index. Slow and plain.
 */
#ifndef TESTS_DATA_NEARBY_REFERENCE_H
#define TESTS_DATA_NEARBY_REFERENCE_H

#include "data/nearby.h"
#include "tests/bench/seed.h"

/* A register in a store and in memory, its dataset and its vacancies. */
struct world {
    struct seed seed;
    struct seed_facility *facilities; /* beside each other, in the order of their ids */
    struct region region;
    struct store *store;
    struct dataset *dataset;
    struct vacancies *vacancies;
};
/* Facilities of the seed, in a store in memory. Ends the test on failure. */
struct world *world_make(uint64_t seed, uint32_t count, moment_t now);
/* The same from bundles the test has filled (copied). */
struct world *world_make_of(const struct seed_facility *facilities, uint32_t count, moment_t now);
/* The vacancies of another moment (and, on another day, the dataset). */
void world_move(struct world *world, moment_t now);
void world_release(struct world *world);

struct reference_offer {
    const char *id;
    struct offer_state state;
};
struct reference_match {
    uint32_t facility; /* number in world->facilities */
    double distance_m;
    struct reference_offer offers[SEED_MAX_OFFERS];
    uint32_t offer_count;
};
struct reference_answer {
    struct reference_match *matches; /* by (distance, id); all of them, the cursor ignored */
    uint32_t match_count;
    uint32_t unknown_count;
};
struct reference_answer reference_find(const struct world *world, const struct nearby_query *query);
void reference_release(struct reference_answer *answer);

/* What reference_find() works from; also asked one by one. */
bool reference_is_public(const struct facility_record *facility, day_t today);
struct geo_point reference_point(const struct facility_record *facility);

#endif
