/* The usual run, moved by counters, against one that is computed anew. */
#include "data/coverage_usual.h"

#include "data/vacancies.h"
#include "tests/data/coverage_same.h"

#include <string.h>

enum { DAY_S = 86400 };

/* Minutes and accessibility of another run in the place of its own. */
static void take_rest(struct coverage_run *run, const struct coverage_run *from)
{
    for (uint32_t c = 0; c <= run->community_count; c++) {
        bool is_whole = c == run->community_count;
        struct coverage_entry *entry = is_whole ? &run->whole : &run->communities[c];
        const struct coverage_entry *other = is_whole ? &from->whole : &from->communities[c];
        entry->access = other->access;
        entry->access_plain = other->access_plain;
        for (uint32_t number = 0; number < COVERAGE_QUESTIONS; number++) {
            uint32_t care = number / 8, age = number / 2 % 4, level = number % 2;
            struct coverage_cell *cell = &run->coverage.communities[c].cells[care][age][level];
            const struct coverage_cell *its =
                &from->coverage.communities[c].cells[care][age][level];
            cell->median_mm = its->median_mm;
            cell->p90_mm = its->p90_mm;
        }
    }
    run->empty_supply = from->empty_supply;
}

static double open_weight(const struct coverage_run *run)
{
    double sum = 0;
    for (uint32_t care = 0; care < COVERAGE_CARES; care++)
        sum += run->whole.figures->cells[care][COVERAGE_AGE_ANY][COVERAGE_OPEN].served;
    return sum;
}

TEST(a_run_that_was_moved_is_a_fresh_one_but_for_minutes_and_access)
{
    struct test_random random = test_random();
    struct error error = {0};
    struct coverage_world town = coverage_world_make(&random, 80, 120);
    struct dataset *dataset = town.world->dataset;
    struct coverage_usual *usual;
    struct coverage_run *first, *moved, *fresh;
    bool changed;
    REQUIRE_OK(coverage_usual_make(dataset, 0, &usual, &error), &error);
    REQUIRE_OK(coverage_usual_compute(usual, town.world->vacancies, &first, &error), &error);
    CHECK(first->is_settled && coverage_usual_follows(usual, first));
    REQUIRE_OK(coverage_usual_move(usual, town.world->vacancies, &changed, &error), &error);
    CHECK(changed);
    REQUIRE_OK(coverage_usual_run(usual, town.world->vacancies, first, &moved, &error), &error);
    coverage_runs_check_same(moved, first);
    CHECK(!moved->is_settled);
    coverage_run_release(moved);
    uint32_t differing = 0;
    for (int i = 0; i < 8; i++) { /* numbers age, slots pass, and the clock is set back */
        static const int days[] = {1, 2, 9, 14, 30, 100, 3, 0};
        struct vacancies *vacancies;
        REQUIRE_OK(vacancies_build(dataset, town.world->vacancies->now + days[i] * DAY_S, NULL,
                                   &vacancies, &error),
                   &error);
        REQUIRE_OK(coverage_usual_move(usual, vacancies, &changed, &error), &error);
        REQUIRE_OK(coverage_usual_run(usual, vacancies, first, &moved, &error), &error);
        REQUIRE_OK(coverage_usual_compute(usual, vacancies, &fresh, &error), &error);
        differing += open_weight(fresh) != open_weight(first);
        take_rest(fresh, first);
        coverage_runs_check_same(moved, fresh);
        CHECK_INT(moved->day, vacancies->local[0].day);
        coverage_run_release(moved);
        coverage_run_release(fresh);
        REQUIRE_OK(coverage_usual_move(usual, vacancies, &changed, &error), &error);
        CHECK(!changed);
        vacancies_release(vacancies);
    }
    CHECK(differing >= 4);
    coverage_run_release(first);
    coverage_usual_release(usual);
    coverage_world_release(&town);
}

TEST(a_run_of_other_communities_is_not_followed)
{
    struct test_random random = test_random();
    struct error error = {0};
    struct coverage_world town = coverage_world_make(&random, 5, 5);
    struct coverage_usual *usual;
    REQUIRE_OK(coverage_usual_make(town.world->dataset, 0, &usual, &error), &error);
    struct coverage_run *run = coverage_world_run(&town, 15);
    CHECK(coverage_usual_follows(usual, run) && !coverage_usual_follows(usual, NULL));
    REQUIRE(run->community_count > 1);
    const char *code = run->communities[1].code;
    run->communities[1].code = "another";
    CHECK(!coverage_usual_follows(usual, run));
    run->communities[1].code = code;
    run->community_count--;
    CHECK(!coverage_usual_follows(usual, run));
    run->community_count++;
    run->region = "elsewhere";
    CHECK(!coverage_usual_follows(usual, run));
    coverage_run_release(run);
    coverage_usual_release(usual);
    coverage_world_release(&town);
}
