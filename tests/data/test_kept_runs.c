/* The history of coverage: found by day and question, bounded by a rule, held in memory. */
#include "data/kept_runs.h"

#include "data/calendar.h"
#include "tests/data/coverage_same.h"

#include <stdlib.h>
#include <string.h>

static void keep(struct store *store, struct coverage_run *run, day_t day, uint32_t profile)
{
    struct error error = {0};
    run->day = day;
    REQUIRE_OK(store_begin(store, &error), &error);
    REQUIRE_OK(kept_runs_keep(store, run, profile, 1, 2, &error), &error);
    REQUIRE_OK(store_commit(store, &error), &error);
}

static struct kept_question question_of(const struct coverage_run *run)
{
    return (struct kept_question){run->region, PROFILE_STROLLER, run->minutes, run->inclusive};
}

TEST(kept_runs_are_found_by_day_and_question_in_the_store_and_in_memory)
{
    struct test_random random = test_random();
    struct error error = {0};
    struct coverage_world town = coverage_world_make(&random, 20, 30);
    struct coverage_run *usual = coverage_world_run(&town, 15),
                        *other = coverage_world_run(&town, 5);
    struct store *store = town.world->store;
    day_t day = usual->day;
    keep(store, usual, day, PROFILE_STROLLER);
    keep(store, usual, day + 10, PROFILE_STROLLER);
    keep(store, other, day + 5, PROFILE_STROLLER);
    struct kept_runs *listed, *loaded;
    REQUIRE_OK(kept_runs_list(store, &listed, &error), &error);
    REQUIRE_OK(kept_runs_load(store, NULL, &loaded, &error), &error);
    for (int i = 0; i < 4; i++) {
        static const int asked[] = {0, 9, 10, 1000}, shown[] = {0, 0, 10, 10};
        const struct kept_question question = question_of(usual);
        const struct kept_run *in_store, *in_memory;
        struct coverage_run *a, *b;
        REQUIRE_OK(kept_runs_find(listed, &question, day + asked[i], &in_store, &error), &error);
        REQUIRE_OK(kept_runs_find(loaded, &question, day + asked[i], &in_memory, &error), &error);
        REQUIRE_OK(kept_run_read(in_store, store, &a, &error), &error);
        REQUIRE_OK(kept_run_read(in_memory, NULL, &b, &error), &error);
        usual->day = day + shown[i];
        coverage_runs_check_same(a, usual);
        coverage_runs_check_same(b, usual);
        coverage_run_release(a);
        coverage_run_release(b);
    }
    const struct kept_question five = question_of(other);
    const struct kept_run *found;
    struct coverage_run *run;
    REQUIRE_OK(kept_runs_find(loaded, &five, day + 5, &found, &error), &error);
    REQUIRE_OK(kept_run_read(found, NULL, &run, &error), &error);
    coverage_runs_check_same(run, other);
    coverage_run_release(run);
    kept_runs_release(listed);
    kept_runs_release(loaded);
    coverage_run_release(usual);
    coverage_run_release(other);
    coverage_world_release(&town);
}

TEST(a_day_of_which_nothing_is_kept_is_told_with_the_days_that_are)
{
    struct test_random random = test_random();
    struct error error = {0};
    struct coverage_world town = coverage_world_make(&random, 5, 5);
    struct coverage_run *run = coverage_world_run(&town, 15);
    struct store *store = town.world->store;
    struct kept_question question = question_of(run);
    const struct kept_run *found;
    struct kept_runs *kept;
    REQUIRE_OK(kept_runs_list(store, &kept, &error), &error);
    CHECK_INT(kept_runs_find(kept, &question, day_from_civil(2026, 9, 1), &found, &error),
              STATUS_NOT_FOUND);
    CHECK_TEXT(error.parameter, "as_of");
    CHECK_CONTAINS(error.message, "as_of is 2026-09-01; no run is kept of region");
    CHECK(!strstr(error.message, "other questions"));
    kept_runs_release(kept);
    for (int32_t i = 0; i < 20; i++)
        keep(store, run, day_from_civil(2026, 9, 2 + i), PROFILE_STROLLER);
    REQUIRE_OK(kept_runs_list(store, &kept, &error), &error);
    CHECK_INT(kept_runs_find(kept, &question, day_from_civil(2026, 9, 1), &found, &error),
              STATUS_NOT_FOUND);
    CHECK_CONTAINS(error.message, "as_of is 2026-09-01; ");
    CHECK_CONTAINS(error.message, "stroller, 15 minutes, but of 2026-09-02 … 2026-09-17, "
                                  "2026-09-18, 2026-09-19, 2026-09-20, 2026-09-21");
    question.inclusive = true;
    CHECK_INT(kept_runs_find(kept, &question, day_from_civil(2026, 9, 30), &found, &error),
              STATUS_NOT_FOUND);
    CHECK_CONTAINS(error.message, "15 minutes, inclusive; other questions have some");
    question.region = "elsewhere";
    CHECK_INT(kept_runs_find(kept, &question, day_from_civil(2026, 9, 30), &found, &error),
              STATUS_NOT_FOUND);
    CHECK_CONTAINS(error.message, "'elsewhere'");
    CHECK(!found);
    kept_runs_release(kept);
    coverage_run_release(run);
    coverage_world_release(&town);
}

TEST(a_list_of_kept_runs_shares_what_the_list_before_it_holds)
{
    struct test_random random = test_random();
    struct error error = {0};
    struct coverage_world town = coverage_world_make(&random, 10, 10);
    struct coverage_run *run = coverage_world_run(&town, 15), *again;
    const struct kept_question question = question_of(run);
    struct kept_runs *before, *after, *held;
    const struct kept_run *old, *same, *next;
    day_t day = run->day;
    keep(town.world->store, run, day, PROFILE_STROLLER);
    REQUIRE_OK(kept_runs_load(town.world->store, NULL, &before, &error), &error);
    keep(town.world->store, run, day + 1, PROFILE_STROLLER);
    REQUIRE_OK(kept_runs_load(town.world->store, before, &after, &error), &error);
    REQUIRE_OK(kept_runs_find(before, &question, day + 1, &old, &error), &error);
    REQUIRE_OK(kept_runs_find(after, &question, day, &same, &error), &error);
    REQUIRE_OK(kept_runs_find(after, &question, day + 1, &next, &error), &error);
    CHECK_INT(old->day, day);
    CHECK(old->text == same->text && old->text != next->text);
    held = kept_runs_hold(after);
    kept_runs_release(before);
    kept_runs_release(after);
    REQUIRE_OK(kept_run_read(same, NULL, &again, &error), &error);
    CHECK_INT(again->day, day);
    coverage_run_release(again);
    kept_runs_release(held);
    coverage_run_release(run);
    coverage_world_release(&town);
}

/* The rule ---------------------------------------------------------------------------------------- */

enum { LISTED = 700 };

/* The second way: is there another, later run that speaks for the same day, or month? */
static bool is_spoken_for(const struct run_record *runs, uint32_t count, uint32_t i)
{
    day_t newest = INT32_MIN;
    for (uint32_t k = 0; k < count; k++)
        if (strcmp(runs[k].parameters, runs[i].parameters) == 0 && runs[k].day > newest)
            newest = runs[k].day;
    bool is_recent = newest - runs[i].day < KEPT_RUNS_DAYS;
    if (!is_recent && day_month(newest) - day_month(runs[i].day) > KEPT_RUNS_MONTHS)
        return true;
    for (uint32_t k = 0; k < count; k++) {
        if (strcmp(runs[k].parameters, runs[i].parameters) != 0)
            continue;
        bool is_later =
            runs[k].day > runs[i].day || (runs[k].day == runs[i].day && runs[k].key > runs[i].key);
        bool k_is_recent = newest - runs[k].day < KEPT_RUNS_DAYS;
        if (is_later &&
            (is_recent ? runs[k].day == runs[i].day
                       : !k_is_recent && day_month(runs[k].day) == day_month(runs[i].day)))
            return true;
    }
    return false;
}

static int by_question_and_day(const void *a, const void *b)
{
    const struct run_record *left = a, *right = b;
    int order = strcmp(left->parameters, right->parameters);
    if (!order)
        order = (left->day > right->day) - (left->day < right->day);
    return order ? order : (left->key > right->key) - (left->key < right->key);
}

TEST(of_every_question_the_last_run_of_a_day_stays_and_later_of_a_month)
{
    static const char *const questions[] = {
        "{\"profile\":\"adult\",\"minutes\":15,\"inclusive\":false}",
        "{\"profile\":\"stroller\",\"minutes\":15,\"inclusive\":false}"};
    struct test_random random = test_random();
    for (int round = 0; round < 40; round++) {
        struct run_record runs[200];
        bool goes[200];
        uint32_t count = 1 + test_random_below(&random, 200), stay = 0;
        uint32_t span = round % 2 ? 120 : 6000;
        for (uint32_t i = 0; i < count; i++)
            runs[i] = (struct run_record){.key = i + 1,
                                          .parameters = questions[test_random_below(&random, 2)],
                                          .day = 20000 + (day_t)test_random_below(&random, span)};
        qsort(runs, count, sizeof *runs, by_question_and_day);
        int64_t newest = 1 + test_random_below(&random, count);
        kept_runs_choose(runs, count, newest, goes);
        for (uint32_t i = 0; i < count; i++) {
            CHECK_INT(goes[i], runs[i].key != newest && is_spoken_for(runs, count, i));
            stay += !goes[i];
        }
        CHECK(stay <= 2 * (KEPT_RUNS_DAYS + KEPT_RUNS_MONTHS + 1) + 1);
    }
}

TEST(of_too_many_runs_the_oldest_of_unusual_questions_go_first)
{
    static struct run_record runs[LISTED];
    static char parameters[LISTED][64];
    static bool goes[LISTED];
    uint32_t usual = 100, stay = 0, stay_usual = 0;
    day_t oldest_left = INT32_MAX, newest_gone = INT32_MIN;
    for (uint32_t i = 0; i < LISTED; i++) {
        bool is_usual = i >= LISTED - usual;
        snprintf(parameters[i], sizeof parameters[i],
                 "{\"profile\":\"%s\",\"minutes\":%s%u,\"inclusive\":false}",
                 is_usual ? "stroller" : "adult", is_usual ? "" : "0.", is_usual ? 15 : i + 1);
        runs[i] = (struct run_record){.key = i + 1,
                                      .parameters = parameters[i],
                                      .day = is_usual ? 400 + 31 * (day_t)i
                                                      : 20000 + (day_t)(i * 37 % 600)};
    }
    kept_runs_choose(runs, LISTED, 1, goes); /* the first shows the oldest day, and is the newest */
    CHECK(!goes[0]);
    for (uint32_t i = 1; i < LISTED; i++) {
        bool is_usual = i >= LISTED - usual;
        stay += !goes[i];
        stay_usual += !goes[i] && is_usual;
        if (!is_usual && goes[i] && runs[i].day > newest_gone)
            newest_gone = runs[i].day;
        if (!is_usual && !goes[i] && runs[i].day < oldest_left)
            oldest_left = runs[i].day;
    }
    CHECK_INT(stay + 1, KEPT_RUNS_MAX);
    CHECK_INT(stay_usual, usual);
    CHECK(newest_gone < oldest_left);
}

TEST(what_is_forgotten_goes_in_the_transaction_that_keeps_the_next)
{
    struct test_random random = test_random();
    struct error error = {0};
    struct coverage_world town = coverage_world_make(&random, 5, 5);
    struct coverage_run *run = coverage_world_run(&town, 15);
    struct store *store = town.world->store;
    struct run_record *runs;
    struct arena arena;
    uint32_t count;
    day_t day = day_from_civil(2026, 6, 1);
    arena_init(&arena, 1 << 20);
    for (int i = 0; i < 3; i++)
        keep(store, run, day, PROFILE_STROLLER);
    keep(store, run, day, PROFILE_ADULT);
    for (int i = 1; i < 100; i++)
        keep(store, run, day + i, PROFILE_STROLLER);
    /* the adult's, 35 days, and June, July and August, of which 2026-08-04 is the last before them */
    REQUIRE_OK(store_runs(store, "coverage", &arena, &runs, &count, &error), &error);
    CHECK_INT(count, 1 + KEPT_RUNS_DAYS + 3);
    CHECK_INT(runs[1].day, day_from_civil(2026, 6, 30));
    CHECK_INT(runs[2].day, day_from_civil(2026, 7, 31));
    CHECK_INT(runs[3].day, day_from_civil(2026, 8, 4));
    CHECK_INT(runs[4].day, runs[3].day + 1);
    CHECK(runs[count - 1].is_current && !runs[count - 2].is_current);
    REQUIRE_OK(store_begin(store, &error), &error);
    run->day = day + 1000;
    REQUIRE_OK(kept_runs_keep(store, run, PROFILE_STROLLER, 1, 2, &error), &error);
    store_rollback(store);
    REQUIRE_OK(store_runs(store, "coverage", &arena, &runs, &count, &error), &error);
    CHECK_INT(count, 1 + KEPT_RUNS_DAYS + 3);
    CHECK(runs[count - 1].is_current);
    arena_release(&arena);
    coverage_run_release(run);
    coverage_world_release(&town);
}
