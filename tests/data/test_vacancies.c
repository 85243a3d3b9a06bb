/* Vacancies hold exactly as long as they say, and their masks promise enough. */
#include "tests/data/nearby_reference.h"
#include "tests/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400 };
static const moment_t NOW = 1790562600; /* 2026-09-28, 10:30 in the seeded region */

static struct vacancies *vacancies_at(const struct dataset *dataset, moment_t now)
{
    struct error error;
    struct vacancies *vacancies;
    REQUIRE_OK(vacancies_build(dataset, now, NULL, &vacancies, &error), &error);
    return vacancies;
}

static bool same_states(const struct vacancies *a, const struct vacancies *b)
{
    const struct dataset *dataset = a->dataset;
    for (uint32_t i = 0; i < dataset->offer_count; i++) {
        const struct offer_state *x = &a->offers[i], *y = &b->offers[i];
        if (x->as_of != y->as_of || x->open != y->open || x->freshness != y->freshness ||
            x->availability != y->availability)
            return false;
    }
    for (uint32_t i = 0; i < dataset->hours_pattern_count; i++) {
        const struct hours_today *x = &a->hours_today[i], *y = &b->hours_today[i];
        if (x->count != y->count ||
            memcmp(x->intervals, y->intervals, x->count * sizeof *x->intervals) != 0)
            return false;
    }
    return memcmp(a->is_public, b->is_public, dataset->facility_count) == 0 &&
           memcmp(a->in_nearby, b->in_nearby, dataset->facility_count) == 0 &&
           memcmp(a->item_masks, b->item_masks, dataset->index_count * sizeof *a->item_masks) == 0;
}

TEST(nothing_changes_by_the_clock_before_the_next_change_and_the_change_is_dated)
{
    struct test_random random = test_random();
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct world *world = world_make(seed, 60, NOW);
        struct vacancies *now = vacancies_at(world->dataset, NOW);
        uint32_t differing = 0;
        for (int step = 0; step < 60; step++) {
            moment_t until = now->next_change_at;
            REQUIRE(until > now->now && until <= now->now + DAY_S);
            moment_t span = until - now->now;
            moment_t between = now->now + (moment_t)(test_random_unit(&random) * (double)span);
            moment_t moments[] = {between, until - 1};
            for (int i = 0; i < 2; i++) {
                struct vacancies *later = vacancies_at(world->dataset, moments[i]);
                CHECK(same_states(now, later));
                CHECK_INT(later->next_change_at, until);
                CHECK_INT(later->changed_at, now->changed_at);
                CHECK_INT(later->tick, now->tick);
                vacancies_release(later);
            }
            struct vacancies *next = vacancies_at(world->dataset, until);
            CHECK_INT(next->changed_at, until);
            CHECK(next->tick != now->tick);
            differing += !same_states(now, next);
            vacancies_release(now);
            now = next;
        }
        CHECK(differing > 20); /* most changes are seen; some only by dates or starts */
        vacancies_release(now);
        world_release(world);
    }
}

TEST(answers_do_not_change_by_the_clock_before_the_next_change)
{
    struct error error;
    struct test_random random = test_random();
    struct world *world = world_make(9, 200, NOW);
    struct nearby_list *before = malloc(sizeof *before), *after = malloc(sizeof *after);
    struct vacancies *now = vacancies_at(world->dataset, NOW);
    for (int step = 0; step < 60; step++) {
        struct vacancies *later = vacancies_at(world->dataset, now->next_change_at - 1);
        struct nearby_query query = {.from = {120.13, 30.2},
                                     .within_m = 20000,
                                     .within_minutes = NONE,
                                     .age_months = NONE,
                                     .born_month = NONE,
                                     .start_month = NONE,
                                     .max_price = NONE,
                                     .price_unit = PRICE_UNIT_UNKNOWN,
                                     .limit = 50,
                                     .open = true,
                                     .day_kind = NEARBY_DATE,
                                     .date =
                                         now->local[0].day + (day_t)test_random_below(&random, 6),
                                     .from_min = (int16_t)(60 * test_random_below(&random, 22)),
                                     .cares = 15};
        query.to_min = (int16_t)(query.from_min + 60);
        if (step % 2)
            query.start_month = day_month(now->local[0].day) + 1;
        REQUIRE_OK(nearby_find(world->dataset, now, NULL, &query, before, &error), &error);
        REQUIRE_OK(nearby_find(world->dataset, later, NULL, &query, after, &error), &error);
        CHECK_INT(after->matched, before->matched);
        CHECK_INT(after->unknown_matched, before->unknown_matched);
        CHECK_INT(after->offer_count, before->offer_count);
        for (uint32_t i = 0; i < before->offer_count && i < after->offer_count; i++)
            CHECK(before->offers[i].offer == after->offers[i].offer &&
                  before->offers[i].state.open == after->offers[i].state.open);
        vacancies_release(later);
        later = vacancies_at(world->dataset, now->next_change_at);
        vacancies_release(now);
        now = later;
    }
    vacancies_release(now);
    free(before);
    free(after);
    world_release(world);
}

TEST(masks_promise_every_facility_that_matches)
{
    struct test_random random = test_random();
    struct world *world = world_make(21, 400, NOW);
    const struct dataset *dataset = world->dataset;
    uint64_t promised = 0, matching = 0;
    for (int i = 0; i < 300; i++) {
        struct mask_query masked = {.cares = (uint8_t)test_random_below(&random, 16),
                                    .age_months = test_random_below(&random, 2)
                                                      ? (int32_t)test_random_below(&random, 45)
                                                      : NONE,
                                    .open = test_random_below(&random, 2),
                                    .inclusive = test_random_below(&random, 2)};
        struct nearby_query query = {.from = {120.13, 30.2},
                                     .within_m = INFINITY,
                                     .within_minutes = NONE,
                                     .age_months = masked.age_months,
                                     .born_month = NONE,
                                     .start_month = NONE,
                                     .max_price = NONE,
                                     .cares = masked.cares,
                                     .open = masked.open,
                                     .inclusive = masked.inclusive};
        if (test_random_below(&random, 3) == 0)
            query.start_month = day_month(world->vacancies->local[0].day) + 2;
        uint64_t wanted = mask_wanted(&masked);
        for (uint32_t item = 0; item < dataset->index_count; item++)
            promised += (world->vacancies->item_masks[item] & wanted) != 0;
        struct reference_answer answer = reference_find(world, &query);
        for (uint32_t k = 0; k < answer.match_count; k++) {
            uint32_t item = dataset->facility_items[answer.matches[k].facility];
            CHECK((world->vacancies->item_masks[item] & wanted) != 0);
        }
        matching += answer.match_count;
        reference_release(&answer);
    }
    CHECK(matching > 1000 && promised < 6 * matching); /* they do prune */
    world_release(world);
}

TEST(the_tick_moves_on_where_the_clock_steps_back)
{
    struct error error;
    struct world *world = world_make(2, 50, NOW);
    struct vacancies *now = vacancies_at(world->dataset, NOW), *earlier, *again;
    REQUIRE_OK(vacancies_build(world->dataset, NOW - 3 * DAY_S, now, &earlier, &error), &error);
    CHECK(earlier->tick > now->tick);
    REQUIRE_OK(vacancies_build(world->dataset, NOW, earlier, &again, &error), &error);
    CHECK(again->tick > earlier->tick);
    vacancies_release(again);
    vacancies_release(earlier);
    vacancies_release(now);
    world_release(world);
}

TEST(unknown_parts_of_a_groups_numbers_count_as_the_rule_says)
{
    struct dataset_group group = {.licensed = 15};
    struct group_numbers numbers = {.as_of = NOW, .staffed = NONE, .enrolled = 8, .held = NONE};
    CHECK_INT(group_open_places(&group, &numbers), 7); /* staffed: licensed; held: none */
    numbers.staffed = 20;
    CHECK_INT(group_open_places(&group, &numbers), 7); /* never more than licensed */
    numbers.staffed = 5;
    CHECK_INT(group_open_places(&group, &numbers), 0); /* over-enrolled is not negative */
    numbers.enrolled = NONE;
    CHECK_INT(group_open_places(&group, &numbers), NONE);
    group.licensed = NONE;
    numbers.enrolled = 1;
    CHECK_INT(group_open_places(&group, &numbers), NONE);
}
