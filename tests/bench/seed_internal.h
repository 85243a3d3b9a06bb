/* What the files of seed share among themselves. */
#ifndef TESTS_BENCH_SEED_INTERNAL_H
#define TESTS_BENCH_SEED_INTERNAL_H

#include "tests/bench/seed.h"

bool seed_chance(struct seed_random *random, uint32_t percent);

/* The local day of seed->now: the seeded region keeps UTC+8 all year. */
static inline day_t seed_day(const struct seed *seed)
{
    return (day_t)((seed->now + 8 * 3600) / 86400);
}

/* Twelve digits and a NUL. */
void seed_community_code(uint32_t community, char code[24]);

/* Gives offer i its ids, from its care type and the offers before it. */
void seed_name_offer(struct seed_facility *facility, uint32_t i);

/* Turns a plain facility into one of the rough kind. */
void seed_roughen(const struct seed *seed, struct seed_random *random,
                  struct seed_facility *facility);

#endif
