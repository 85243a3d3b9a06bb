/* Work on two threads: all of it, each piece once, and the first failure is the answer. */
#include "data/recompute.h"
#include "data/vacancies.h"
#include "tests/data/coverage_world.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { ITEMS = 5000 };

struct counting {
    uint32_t done[ITEMS]; /* written by whoever drew the item: a race if two did */
    atomic_uint begun, ended;
    uint32_t fails_at; /* UINT32_MAX = never */
    bool begin_fails;
};

static enum status count_begin(void *context, void **scratch, struct error *error)
{
    struct counting *counting = context;
    if (counting->begin_fails)
        return error_memory(error, "counting");
    atomic_fetch_add(&counting->begun, 1);
    *scratch = calloc(1, sizeof(uint32_t));
    return *scratch ? STATUS_OK : error_memory(error, "counting");
}

static enum status count_work(void *context, void *scratch, uint32_t item, struct error *error)
{
    struct counting *counting = context;
    if (item == counting->fails_at)
        return error_set(error, STATUS_INVALID, "item %u is bad", item);
    counting->done[item]++;
    ++*(uint32_t *)scratch; /* a thread's own */
    return STATUS_OK;
}

static void count_end(void *context, void *scratch)
{
    struct counting *counting = context;
    atomic_fetch_add(&counting->ended, 1);
    free(scratch);
}

static struct recompute counting_of(struct counting *counting, uint32_t count)
{
    return (struct recompute){.count = count,
                              .context = counting,
                              .begin = count_begin,
                              .work = count_work,
                              .end = count_end};
}

TEST(two_threads_do_every_piece_of_work_once)
{
    static const uint32_t counts[] = {0, 1, 2, 3, ITEMS};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct counting counting = {.fails_at = UINT32_MAX};
        struct recompute work = counting_of(&counting, counts[i]);
        struct error error = {0};
        REQUIRE_OK(recompute_all(&work, &error), &error);
        for (uint32_t item = 0; item < ITEMS; item++)
            CHECK_INT(counting.done[item], item < counts[i]);
        CHECK_INT(counting.ended, counting.begun);
        CHECK(counting.begun <= 2);
    }
}

TEST(a_failure_stops_both_threads_and_is_named)
{
    for (uint32_t fails_at = 0; fails_at < 4; fails_at++) {
        struct counting counting = {.fails_at = fails_at};
        struct recompute work = counting_of(&counting, ITEMS);
        struct error error = {0};
        CHECK_INT(recompute_all(&work, &error), STATUS_INVALID);
        CHECK_CONTAINS(error.message, "is bad");
        CHECK_INT(counting.done[fails_at], 0);
        CHECK_INT(counting.ended, counting.begun);
    }
    struct counting counting = {.begin_fails = true, .fails_at = UINT32_MAX};
    struct recompute work = counting_of(&counting, ITEMS);
    struct error error = {0};
    CHECK_INT(recompute_all(&work, &error), STATUS_MEMORY);
    for (uint32_t item = 0; item < ITEMS; item++)
        CHECK_INT(counting.done[item], 0);
    CHECK_INT(counting.ended, 0);
}

/* One region, asked by several threads at once, each of which works on two. */
struct asking {
    const struct coverage_ground *ground;
    const struct vacancies *vacancies;
    struct coverage_run *run;
    enum status status;
    struct error error;
};

static void *ask(void *argument)
{
    struct asking *asking = argument;
    asking->status = coverage_run_over(asking->ground, asking->vacancies, 15, false, &asking->run,
                                       &asking->error);
    return NULL;
}

TEST(threads_that_compute_coverage_together_say_the_same)
{
    enum { ASKING = 3 };
    struct test_random random = test_random();
    struct coverage_world town = coverage_world_make(&random, 40, 60);
    const struct coverage_parameters parameters = {0};
    struct coverage_ground *ground;
    struct error error = {0};
    REQUIRE_OK(coverage_ground_make(town.world->dataset, &parameters, &ground, &error), &error);
    struct asking asking[ASKING];
    pthread_t threads[ASKING];
    for (int i = 0; i < ASKING; i++) {
        asking[i] = (struct asking){.ground = ground, .vacancies = town.world->vacancies};
        REQUIRE(pthread_create(&threads[i], NULL, ask, &asking[i]) == 0);
    }
    for (int i = 0; i < ASKING; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < ASKING; i++) {
        REQUIRE_OK(asking[i].status, &asking[i].error);
        const struct coverage_run *first = asking[0].run, *run = asking[i].run;
        for (uint32_t c = 0; c <= first->community_count; c++)
            CHECK(memcmp(run->coverage.communities[c].cells, first->coverage.communities[c].cells,
                         sizeof first->coverage.communities[c].cells) == 0);
        CHECK_NEAR(run->whole.access, first->whole.access, 0);
    }
    for (int i = 0; i < ASKING; i++)
        coverage_run_release(asking[i].run);
    coverage_ground_release(ground);
    coverage_world_release(&town);
}
