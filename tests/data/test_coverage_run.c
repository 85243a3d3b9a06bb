/*
 * Coverage of a whole region against a second way: every resident point's own walk to every facility,
 * the levels asked of the offers one by one, sums and quantiles the plain way.
 */
#include "data/coverage_counts.h"
#include "data/coverage_ground.h"
#include "data/vacancies.h"
#include "tests/data/coverage_world.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool overlaps(const struct dataset_offer *offer, uint32_t age)
{
    static const int bounds[][2] = {{0, 0}, {6, 12}, {12, 24}, {24, 36}};
    if (age == COVERAGE_AGE_ANY)
        return true;
    if (offer->age_from_m == NONE16 || offer->age_to_m == NONE16)
        return false;
    for (int month = bounds[age][0]; month < bounds[age][1]; month++)
        if (offer->age_from_m <= month && month < offer->age_to_m)
            return true;
    return false;
}

/* Does a facility answer the question? */
static bool answers(const struct world *world, uint32_t number, uint32_t care, uint32_t age,
                    enum coverage_level level, bool inclusive)
{
    const struct dataset *dataset = world->dataset;
    const struct dataset_facility *facility = &dataset->facilities[number];
    if (!world->vacancies->is_public[number] || (inclusive && facility->inclusive != YES))
        return false;
    for (uint32_t i = 0; i < dataset->offer_count; i++) {
        const struct dataset_offer *offer = &dataset->offers[i];
        const struct offer_state *state = &world->vacancies->offers[i];
        if (offer->facility == number && offer->care == (int)care && overlaps(offer, age) &&
            dataset->groups[offer->group].admission != ADMISSION_STAFF_ONLY &&
            (level == COVERAGE_REACHABLE ||
             (state->availability == AVAILABILITY_OPEN && state->freshness == FRESHNESS_FRESH)))
            return true;
    }
    return false;
}

/* Millimetres of every resident to every facility: UINT32_MAX where it is beyond the horizon. */
static uint32_t *walk_from_every_door(const struct coverage_world *town, uint32_t profile)
{
    const struct dataset *dataset = town->world->dataset;
    const struct walking *walking = &dataset->networks[0]->by_profile[profile];
    struct walker walker = {0};
    struct error error = {0};
    uint32_t *mm = malloc((size_t)town->people.count * dataset->facility_count * sizeof *mm);
    uint32_t horizon_mm = (uint32_t)profile_reach_mm(&walking->profile, 3600);
    REQUIRE(mm != NULL);
    for (uint32_t k = 0; k < town->people.count; k++) {
        struct walking_start start;
        bool reaches = false;
        if (!walking_find_start(dataset, town->people.points[k], profile, NULL, &start, &error))
            REQUIRE_OK(walker_reach(&walker, &start, REACH_FROM, horizon_mm, &reaches, &error),
                       &error);
        for (uint32_t j = 0; j < dataset->facility_count; j++) {
            uint64_t way = reaches ? walker_facility_mm(&walker, &start, j) : UINT64_MAX;
            mm[(size_t)k * dataset->facility_count + j] =
                way <= horizon_mm ? (uint32_t)way : UINT32_MAX;
        }
    }
    walker_release(&walker);
    return mm;
}

struct expectation {
    double weight, served;
    uint32_t median_mm, p90_mm;
};

static uint32_t plain_quantile(const double *by_mm_weight, const uint32_t *mm, uint32_t count,
                               double p, double whole)
{
    uint32_t best = UINT32_MAX;
    for (uint32_t c = 0; c < count; c++) {
        double sum = 0;
        for (uint32_t k = 0; k < count; k++)
            sum += mm[k] <= mm[c] ? by_mm_weight[k] : 0;
        if (mm[c] != UINT32_MAX && by_mm_weight[c] > 0 && sum >= p * whole && mm[c] < best)
            best = mm[c];
    }
    return best;
}

/* community UINT32_MAX = the region. */
static struct expectation expect(const struct coverage_world *town, const uint32_t *nearest_mm,
                                 uint32_t community, uint32_t limit_mm)
{
    struct expectation expected = {0};
    double *weights = calloc(town->people.count, sizeof *weights);
    REQUIRE(weights != NULL);
    for (uint32_t k = 0; k < town->people.count; k++) {
        if (community != UINT32_MAX && town->people.communities[k] != community)
            continue;
        weights[k] = town->people.children[k] == NONE ? 0 : town->people.children[k];
        expected.weight += weights[k];
        expected.served += nearest_mm[k] <= limit_mm ? weights[k] : 0;
    }
    expected.median_mm =
        plain_quantile(weights, nearest_mm, town->people.count, 0.5, expected.weight);
    expected.p90_mm = plain_quantile(weights, nearest_mm, town->people.count, 0.9, expected.weight);
    free(weights);
    return expected;
}

static void check_question(const struct coverage_world *town, const struct coverage_run *run,
                           const uint32_t *mm, uint32_t care, uint32_t age,
                           enum coverage_level level)
{
    uint32_t facilities = town->world->dataset->facility_count;
    uint32_t *nearest = malloc(town->people.count * sizeof *nearest);
    REQUIRE(nearest != NULL);
    for (uint32_t k = 0; k < town->people.count; k++)
        nearest[k] = UINT32_MAX;
    for (uint32_t j = 0; j < facilities; j++)
        if (answers(town->world, j, care, age, level, run->inclusive))
            for (uint32_t k = 0; k < town->people.count; k++)
                if (mm[(size_t)k * facilities + j] < nearest[k])
                    nearest[k] = mm[(size_t)k * facilities + j];
    uint32_t limit_mm = (uint32_t)profile_reach_mm(&run->profile, run->minutes * 60);
    for (uint32_t c = 0; c <= run->community_count; c++) {
        bool is_whole = c == run->community_count;
        const struct coverage_entry *entry = is_whole ? &run->whole : &run->communities[c];
        const struct coverage_cell *cell = &entry->figures->cells[care][age][level];
        struct expectation expected = expect(town, nearest, entry->community, limit_mm);
        CHECK_NEAR(entry->figures->weight, expected.weight, 0);
        CHECK_NEAR(cell->served, expected.served, 0);
        CHECK_INT(cell->median_mm, expected.median_mm);
        CHECK_INT(cell->p90_mm, expected.p90_mm);
    }
    free(nearest);
}

TEST(a_coverage_run_equals_a_walk_from_every_door)
{
    struct test_random random = test_random();
    struct error error = {0};
    for (uint32_t round = 0; round < 3; round++) {
        struct coverage_world town = coverage_world_make(&random, 40, 60);
        const struct coverage_parameters parameters = {.profile = round};
        struct coverage_ground *ground;
        struct coverage_run *run;
        REQUIRE_OK(coverage_ground_make(town.world->dataset, &parameters, &ground, &error), &error);
        REQUIRE_OK(coverage_run_over(ground, town.world->vacancies, 5 + 10 * round, round == 1,
                                     &run, &error),
                   &error);
        CHECK_TEXT(run->profile.name, profile_builtin(round)->name);
        CHECK(run->weighs_children && run->has_network);
        CHECK_INT(run->source, RESIDENTS_IMPORTED);
        uint32_t *mm = walk_from_every_door(&town, round);
        for (uint32_t number = 0; number < COVERAGE_QUESTIONS; number += 3)
            check_question(&town, run, mm, number / 8, number / 2 % 4,
                           (enum coverage_level)(number % 2));
        free(mm);
        coverage_run_release(run);
        coverage_ground_release(ground);
        coverage_world_release(&town);
    }
}

/* Conservation: what is given out is what there is, over facilities that anybody can reach. */
TEST(the_places_of_a_run_are_all_given_to_somebody)
{
    struct test_random random = test_random();
    struct error error = {0};
    struct coverage_world town = coverage_world_make(&random, 60, 80);
    const struct coverage_parameters parameters = {0};
    struct coverage_ground *ground;
    struct coverage_run *run;
    REQUIRE_OK(coverage_ground_make(town.world->dataset, &parameters, &ground, &error), &error);
    for (int minutes = 15; minutes <= 45; minutes += 30) {
        REQUIRE_OK(coverage_run_over(ground, town.world->vacancies, minutes, false, &run, &error),
                   &error);
        double supply = run->whole.places;
        CHECK(supply > 0 && run->empty_supply < supply);
        CHECK_NEAR(run->whole.access * run->whole.figures->weight + run->empty_supply, supply,
                   1e-6);
        double sum = 0;
        for (uint32_t c = 0; c < run->community_count; c++)
            if (run->communities[c].state == COVERAGE_RUN_KNOWN)
                sum += run->communities[c].access * run->communities[c].figures->weight;
        CHECK(sum <= run->whole.access * run->whole.figures->weight + 1e-6);
        CHECK(run->whole.access_plain > 0);
        coverage_run_release(run);
    }
    coverage_ground_release(ground);
    coverage_world_release(&town);
}

TEST(counters_after_openings_and_closings_equal_a_fresh_computation)
{
    struct test_random random = test_random();
    struct error error = {0};
    struct coverage_world town = coverage_world_make(&random, 60, 120);
    const struct coverage_parameters parameters = {0};
    struct coverage_ground *ground;
    struct coverage_counts counts, fresh;
    REQUIRE_OK(coverage_ground_make(town.world->dataset, &parameters, &ground, &error), &error);
    REQUIRE_OK(coverage_counts_init(ground, &counts, &error), &error);
    uint16_t *open = calloc(ground->facility_count + 1, sizeof *open);
    REQUIRE(open && ground->facility_count > 10);
    for (int i = 0; i < 400; i++) {
        uint32_t facility = test_random_below(&random, ground->facility_count);
        uint16_t before = open[facility];
        open[facility] = (uint16_t)test_random_u64(&random) & (uint16_t)test_random_u64(&random);
        CHECK_INT(coverage_counts_set(&counts, facility, open[facility]), before ^ open[facility]);
    }
    REQUIRE_OK(coverage_counts_init(ground, &fresh, &error), &error);
    for (uint32_t j = 0; j < ground->facility_count; j++)
        coverage_counts_set(&fresh, j, open[j]);
    size_t cells = (size_t)(ground->community_count + 1) * COVERAGE_BITS;
    size_t points = (size_t)ground->residents.count * COVERAGE_BITS;
    CHECK(memcmp(counts.within, fresh.within, points * sizeof *fresh.within) == 0);
    CHECK(memcmp(counts.served, fresh.served, cells * sizeof *fresh.served) == 0);
    coverage_counts_release(&fresh);
    coverage_counts_release(&counts);
    coverage_ground_release(ground);
    free(open);
    coverage_world_release(&town);
}

/* The second way to the same shares: one by lists and counters, the other by sweeps. */
TEST(counters_equal_what_a_run_sweeps)
{
    struct test_random random = test_random();
    struct error error = {0};
    struct coverage_world town = coverage_world_make(&random, 60, 120);
    const struct coverage_parameters parameters = {.profile = PROFILE_TODDLER};
    struct coverage_ground *ground;
    struct coverage_counts counts;
    struct coverage_run *run;
    REQUIRE_OK(coverage_ground_make(town.world->dataset, &parameters, &ground, &error), &error);
    REQUIRE_OK(coverage_counts_init(ground, &counts, &error), &error);
    struct coverage_marks *marks = calloc(ground->facility_count + 1, sizeof *marks);
    REQUIRE(marks != NULL);
    coverage_ground_mark(ground, town.world->vacancies, false, marks);
    for (uint32_t j = 0; j < ground->facility_count; j++)
        coverage_counts_set(&counts, j, marks[j].open);
    REQUIRE_OK(coverage_run_over(ground, town.world->vacancies, 15, false, &run, &error), &error);
    double served = 0;
    for (uint32_t c = 0; c <= run->community_count; c++)
        for (uint32_t bit = 0; bit < COVERAGE_BITS; bit++) {
            uint32_t care = bit / COVERAGE_AGES, age = bit % COVERAGE_AGES;
            const struct coverage_cell *cell =
                &run->coverage.communities[c].cells[care][age][COVERAGE_OPEN];
            CHECK_NEAR(coverage_counts_served(&counts, c, care, age), cell->served, 0);
            served += cell->served;
        }
    CHECK(served > 0);
    free(marks);
    coverage_run_release(run);
    coverage_counts_release(&counts);
    coverage_ground_release(ground);
    coverage_world_release(&town);
}

TEST(without_streets_or_people_a_run_says_so)
{
    struct test_random random = test_random();
    struct error error = {0};
    struct coverage_world town = coverage_world_make(&random, 20, 30);
    const struct coverage_parameters parameters = {0};
    struct people nobody = {.count = 0};
    struct coverage_ground *ground;
    struct coverage_run *run;
    town.world->dataset->people[0] = nobody;
    REQUIRE_OK(coverage_ground_make(town.world->dataset, &parameters, &ground, &error), &error);
    REQUIRE_OK(coverage_run_over(ground, town.world->vacancies, 15, false, &run, &error), &error);
    CHECK_INT(run->source, RESIDENTS_NONE);
    CHECK_INT(run->whole.state, COVERAGE_RUN_NO_DATA);
    CHECK(isnan(run->whole.access));
    CHECK_INT(run->known_communities, 0);
    coverage_run_release(run);
    coverage_ground_release(ground);

    town.world->dataset->people[0] = town.people;
    walking_close_all(town.world->dataset);
    REQUIRE_OK(coverage_ground_make(town.world->dataset, &parameters, &ground, &error), &error);
    REQUIRE_OK(coverage_run_over(ground, town.world->vacancies, 15, false, &run, &error), &error);
    CHECK(!run->has_network);
    CHECK_INT(run->whole.state, COVERAGE_RUN_OFF_NETWORK);
    CHECK_INT(run->whole.figures->cells[0][0][0].median_mm, REACH_FAR);
    CHECK(isnan(coverage_run_minutes(run, REACH_FAR)));
    coverage_run_release(run);
    CHECK_INT(coverage_run_over(ground, town.world->vacancies, 61, false, &run, &error),
              STATUS_INVALID);
    CHECK_TEXT(error.parameter, "minutes");
    CHECK_CONTAINS(error.message, "61");
    coverage_ground_release(ground);
    coverage_world_release(&town);
}

TEST(sums_that_no_count_holds_stay_at_the_largest_one)
{
    struct test_random random = test_random();
    struct error error = {0};
    struct coverage_world town = coverage_world_make(&random, 20, 30);
    struct dataset *dataset = town.world->dataset;
    const struct coverage_parameters parameters = {0};
    struct coverage_ground *ground;
    struct coverage_run *run;
    for (uint32_t k = 0; k < town.people.count; k++)
        town.people.residents[k] = town.people.children[k] = INT32_MAX / 2;
    for (uint32_t i = 0; i < dataset->group_count; i++)
        dataset->groups[i].licensed = INT32_MAX / 2;
    REQUIRE_OK(coverage_ground_make(dataset, &parameters, &ground, &error), &error);
    REQUIRE_OK(coverage_run_over(ground, town.world->vacancies, 15, false, &run, &error), &error);
    CHECK_INT(run->whole.residents, INT32_MAX);
    CHECK_INT(run->whole.children, INT32_MAX);
    CHECK_INT(run->whole.places, INT32_MAX);
    CHECK(run->whole.places_per_1000 > 0 && run->whole.public_places_per_1000 > 0);
    CHECK(run->whole.places_needed == NONE || run->whole.places_needed > 0);
    coverage_run_release(run);
    coverage_ground_release(ground);
    coverage_world_release(&town);
}

TEST(people_whom_the_dataset_has_moved_onto_the_streets_are_not_moved_again)
{
    struct test_random random = test_random();
    struct error error = {0};
    struct coverage_world town = coverage_world_make(&random, 20, 60);
    for (uint32_t profile = 0; profile < PROFILE_COUNT; profile++) {
        const struct coverage_parameters parameters = {.profile = profile};
        const struct walking *walking = &town.world->dataset->networks[0]->by_profile[profile];
        struct coverage_ground *ground;
        struct residents fresh = {0};
        REQUIRE_OK(coverage_ground_make(town.world->dataset, &parameters, &ground, &error), &error);
        CHECK(ground->residents.snaps == walking->people.snaps);
        REQUIRE_OK(residents_build(walking->network, &walking->profile, walking->snapper,
                                   town.people.points, town.people.count, &fresh, &error),
                   &error);
        CHECK_INT(ground->residents.off_network, fresh.off_network);
        for (uint32_t k = 0; k < fresh.count; k++) {
            CHECK_INT(ground->residents.snaps[k].piece, fresh.snaps[k].piece);
            CHECK_INT(ground->residents.snaps[k].from_start_mm, fresh.snaps[k].from_start_mm);
            CHECK_INT(ground->residents.snap_mm[k], fresh.snap_mm[k]);
        }
        residents_release(&fresh);
        coverage_ground_release(ground);
    }
    coverage_world_release(&town);
}
