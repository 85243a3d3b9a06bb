/* A run that was kept is the run that was computed. */
#include "data/coverage_record.h"
#include "data/vacancies.h"
#include "tests/data/coverage_world.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct coverage_run *make_run(const struct coverage_world *town, double minutes)
{
    const struct coverage_parameters parameters = {0};
    struct coverage_ground *ground;
    struct coverage_run *run;
    struct error error = {0};
    REQUIRE_OK(
        coverage_ground_make(town->world->dataset, &parameters, &town->people, &ground, &error),
        &error);
    REQUIRE_OK(coverage_run_over(ground, town->world->vacancies, minutes, false, &run, &error),
               &error);
    coverage_ground_release(ground);
    return run;
}

/* NaN is NaN; else to the last bit. */
static void check_same(double actual, double expected)
{
    CHECK(isnan(expected) ? isnan(actual) : actual == expected);
}

static void check_entry(const struct coverage_entry *a, const struct coverage_entry *b)
{
    CHECK_TEXT(a->code, b->code);
    CHECK_TEXT(a->name, b->name);
    CHECK_TEXT(a->name_en, b->name_en);
    CHECK_TEXT(a->street, b->street);
    CHECK_INT(a->state, b->state);
    CHECK_INT(a->residents, b->residents);
    CHECK_INT(a->children, b->children);
    CHECK_INT(a->located, b->located);
    CHECK_INT(a->reachable, b->reachable);
    CHECK_INT(a->open, b->open);
    CHECK_INT(a->missing, b->missing);
    CHECK_INT(a->facilities, b->facilities);
    CHECK_INT(a->places, b->places);
    CHECK_INT(a->places_staff_only, b->places_staff_only);
    CHECK_INT(a->places_needed, b->places_needed);
    check_same(a->places_per_1000, b->places_per_1000);
    check_same(a->public_places_per_1000, b->public_places_per_1000);
    check_same(a->standard_per_1000, b->standard_per_1000);
    check_same(a->access, b->access);
    check_same(a->access_plain, b->access_plain);
    CHECK(memcmp(a->figures->cells, b->figures->cells, sizeof a->figures->cells) == 0);
    CHECK(memcmp(a->figures->located, b->figures->located, sizeof a->figures->located) == 0);
    check_same(a->figures->weight, b->figures->weight);
    check_same(a->figures->off_network_weight, b->figures->off_network_weight);
}

TEST(a_kept_run_is_read_back_to_the_bit)
{
    struct test_random random = test_random();
    struct error error = {0};
    struct coverage_world town = coverage_world_make(&random, 40, 60);
    struct coverage_run *run = make_run(&town, 15), *again;
    char *text;
    REQUIRE_OK(coverage_record_write(run, &text, &error), &error);
    REQUIRE_OK(coverage_record_read(run->region, text, strlen(text), &again, &error), &error);
    CHECK_TEXT(again->region, run->region);
    CHECK_TEXT(again->profile.name, "stroller");
    CHECK_INT(again->day, run->day);
    CHECK_INT(again->made_for, run->made_for);
    CHECK_INT(again->dataset_at, run->dataset_at);
    CHECK_INT(again->known_communities, run->known_communities);
    CHECK_INT(again->resident_points, run->resident_points);
    CHECK(memcmp(again->reachable, run->reachable, sizeof run->reachable) == 0);
    check_same(again->empty_supply, run->empty_supply);
    REQUIRE(again->community_count == run->community_count);
    check_entry(&again->whole, &run->whole);
    for (uint32_t c = 0; c < run->community_count; c++)
        check_entry(&again->communities[c], &run->communities[c]);
    coverage_run_release(again);

    /* Cut short or changed anywhere, it is refused or read; never half read. */
    size_t length = strlen(text);
    for (int i = 0; i < 300; i++) {
        size_t at = test_random_below(&random, (uint32_t)length);
        char kept = text[at];
        text[at] = "0[]{}\",x-n"[test_random_below(&random, 10)];
        size_t cut = i % 3 ? length : at;
        enum status status = coverage_record_read("r", text, cut, &again, &error);
        CHECK(status == STATUS_OK ? again != NULL : status == STATUS_CORRUPT && !again);
        coverage_run_release(again);
        text[at] = kept;
    }
    free(text);
    coverage_run_release(run);
    coverage_world_release(&town);
}

TEST(runs_are_kept_by_day_and_parameters)
{
    struct test_random random = test_random();
    struct error error = {0};
    struct coverage_world town = coverage_world_make(&random, 20, 30);
    struct coverage_run *usual = make_run(&town, 15), *other = make_run(&town, 5), *found;
    struct store *store = town.world->store;
    const char *region = usual->region;
    day_t day = usual->day;
    REQUIRE_OK(store_begin(store, &error), &error);
    REQUIRE_OK(coverage_record_keep(store, usual, PROFILE_STROLLER, 1, 2, &error), &error);
    usual->day = day + 10;
    REQUIRE_OK(coverage_record_keep(store, usual, PROFILE_STROLLER, 3, 4, &error), &error);
    REQUIRE_OK(coverage_record_keep(store, other, PROFILE_STROLLER, 5, 6, &error), &error);
    REQUIRE_OK(store_commit(store, &error), &error);
    for (int i = 0; i < 3; i++) {
        static const int asked[] = {0, 9, 10}, shown[] = {0, 0, 10};
        REQUIRE_OK(coverage_record_find(store, region, PROFILE_STROLLER, 15, false, day + asked[i],
                                        &found, &error),
                   &error);
        CHECK_INT(found->day, day + shown[i]);
        CHECK_NEAR(found->minutes, 15, 0);
        coverage_run_release(found);
    }
    REQUIRE_OK(
        coverage_record_find(store, region, PROFILE_STROLLER, 5, false, DAY_NONE, &found, &error),
        &error);
    CHECK_NEAR(found->minutes, 5, 0);
    coverage_run_release(found);
    CHECK_INT(
        coverage_record_find(store, region, PROFILE_ADULT, 15, false, DAY_NONE, &found, &error),
        STATUS_NOT_FOUND);
    CHECK_INT(coverage_record_find(store, region, PROFILE_STROLLER, 15, true, day, &found, &error),
              STATUS_NOT_FOUND);
    CHECK_INT(
        coverage_record_find(store, region, PROFILE_STROLLER, 15, false, day - 1, &found, &error),
        STATUS_NOT_FOUND);
    coverage_run_release(usual);
    coverage_run_release(other);
    coverage_world_release(&town);
}
