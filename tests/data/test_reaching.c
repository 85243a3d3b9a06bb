/* What reaches a community, against a walk from every door of it. */
#include "data/reaching.h"

#include "data/vacancies.h"
#include "tests/data/coverage_world.h"

#include <stdlib.h>

static bool offers_anything(const struct dataset *dataset, uint32_t number)
{
    for (uint32_t i = 0; i < dataset->offer_count; i++)
        if (dataset->offers[i].facility == number && dataset->offers[i].care >= 0 &&
            dataset->groups[dataset->offers[i].group].admission != ADMISSION_STAFF_ONLY)
            return true;
    return false;
}

/* People of the community by facility, each door walked from on its own; nearest_mm beside. */
static void walk(const struct coverage_world *town, const struct reaching_query *query,
                 double *people, uint64_t *nearest_mm)
{
    const struct dataset *dataset = town->world->dataset;
    const struct walking *walking = &dataset->networks[0]->by_profile[query->profile];
    uint64_t max_mm = profile_reach_mm(&walking->profile, query->minutes * 60);
    struct walker walker = {0};
    struct error error = {0};
    for (uint32_t k = 0; k < town->people.count; k++) {
        struct walking_start start;
        bool reaches = false;
        const int32_t *figures =
            query->weighs_children ? town->people.children : town->people.residents;
        if (town->people.communities[k] != query->community || figures[k] == NONE ||
            figures[k] == 0 ||
            walking_find_start(dataset, town->people.points[k], query->profile, NULL, &start,
                               &error))
            continue;
        REQUIRE_OK(walker_reach(&walker, &start, REACH_FROM, (uint32_t)max_mm, &reaches, &error),
                   &error);
        for (uint32_t j = 0; reaches && j < dataset->facility_count; j++) {
            uint64_t mm = walker_facility_mm(&walker, &start, j);
            if (mm > max_mm || !town->world->vacancies->is_public[j] ||
                (query->inclusive && dataset->facilities[j].inclusive != YES) ||
                !offers_anything(dataset, j))
                continue;
            people[j] += figures[k];
            nearest_mm[j] = mm < nearest_mm[j] ? mm : nearest_mm[j];
        }
    }
    walker_release(&walker);
}

static uint32_t check_one(const struct coverage_world *town, const struct reaching_query *query)
{
    const struct dataset *dataset = town->world->dataset;
    double *people = calloc(dataset->facility_count, sizeof *people);
    uint64_t *nearest_mm = malloc(dataset->facility_count * sizeof *nearest_mm);
    struct arena arena;
    struct walker walker = {0};
    struct reaching_list list;
    struct error error = {0};
    REQUIRE(people && nearest_mm);
    for (uint32_t j = 0; j < dataset->facility_count; j++)
        nearest_mm[j] = UINT64_MAX;
    walk(town, query, people, nearest_mm);
    arena_init(&arena, 1 << 20);
    REQUIRE_OK(
        reaching_find(dataset, town->world->vacancies, query, &walker, &arena, &list, &error),
        &error);
    uint32_t expected = 0;
    for (uint32_t j = 0; j < dataset->facility_count; j++)
        expected += people[j] > 0;
    CHECK_INT(list.count, expected);
    for (uint32_t i = 0; i < list.count; i++) {
        const struct reaching *one = &list.items[i];
        CHECK_NEAR(one->people, people[one->facility], 0);
        CHECK_INT(one->nearest_mm, nearest_mm[one->facility]);
        CHECK(one->nearest_mm <= one->farthest_mm && one->cares != 0);
        CHECK(i == 0 || one[-1].people >= one->people);
    }
    arena_release(&arena);
    walker_release(&walker);
    free(people);
    free(nearest_mm);
    return list.count;
}

TEST(what_reaches_a_community_is_what_a_walk_from_every_door_of_it_reaches)
{
    struct test_random random = test_random();
    uint32_t found = 0;
    for (uint32_t round = 0; round < 3; round++) {
        struct coverage_world town = coverage_world_make(&random, 40, 60);
        for (uint32_t community = 0; community < 5; community++)
            for (uint32_t minutes = 5; minutes <= 60; minutes += 20)
                found += check_one(&town, &(struct reaching_query){.community = community,
                                                                   .profile = round,
                                                                   .minutes = minutes,
                                                                   .inclusive = community == 2,
                                                                   .weighs_children = round != 1});
        coverage_world_release(&town);
    }
    CHECK(found > 100);
}

TEST(without_streets_or_people_nothing_reaches_a_community)
{
    struct test_random random = test_random();
    struct coverage_world town = coverage_world_make(&random, 10, 10);
    struct dataset *dataset = town.world->dataset;
    struct people *before = dataset->people, none = {0};
    struct walker walker = {0};
    struct reaching_list list;
    struct arena arena;
    struct error error = {0};
    arena_init(&arena, 1 << 16);
    dataset->people = &none;
    const struct reaching_query query = {.community = 0, .minutes = 15};
    REQUIRE_OK(
        reaching_find(dataset, town.world->vacancies, &query, &walker, &arena, &list, &error),
        &error);
    CHECK_INT(list.count, 0);
    dataset->people = before;
    arena_release(&arena);
    walker_release(&walker);
    coverage_world_release(&town);
}
