/* A town for tests of coverage: random streets, rough facilities of the seed, invented people. */
#ifndef TESTS_DATA_COVERAGE_WORLD_H
#define TESTS_DATA_COVERAGE_WORLD_H

#include "data/coverage_ground.h"
#include "tests/data/nearby_reference.h"
#include "tests/geo/streets.h"

struct coverage_world {
    struct streets streets;
    struct world *world;
    struct people
        people; /* the dataset's too; some in no community, some off the streets, some without a
                                      figure */
};

struct coverage_world coverage_world_make(struct test_random *random, uint32_t facilities,
                                          uint32_t people);
/* For a stroller, all facilities, of the world's moment. Yours: coverage_run_release(). */
struct coverage_run *coverage_world_run(const struct coverage_world *town, double minutes);
void coverage_world_release(struct coverage_world *town);

#endif
