#include "tests/data/coverage_world.h"

#include "data/network_file.h"

#include <stdio.h>
#include <stdlib.h>

enum { COMMUNITIES_USED = 5 };

/* Monday 2026-09-28 10:30 in the seeded region. */
static const moment_t NOW = 1790562600;

static struct geo_point random_point(struct test_random *random, struct geo_box box)
{
    return (struct geo_point){
        box.west - 0.003 + (box.east - box.west + 0.006) * test_random_unit(random),
        box.south - 0.003 + (box.north - box.south + 0.006) * test_random_unit(random)};
}

static void add_streets(struct world *world, const struct streets *streets)
{
    struct osm_extract extract = {.text = "", .text_bytes = 1};
    struct network_file file;
    struct error error = {0};
    char path[4200];
    snprintf(path, sizeof path, "%s/coverage.streets", test_folder());
    REQUIRE_OK(network_file_write(path, &streets->network, &extract, &error), &error);
    REQUIRE_OK(network_file_open(path, &file, &error), &error);
    REQUIRE_OK(walking_add_network(world->dataset, 0, &file, &error), &error);
}

static struct world *make_world(struct test_random *random, const struct streets *streets,
                                uint32_t count)
{
    struct seed seed = {.seed = test_random_u64(random), .count = count, .now = NOW, .rough = true};
    struct seed_facility *facilities = calloc(count, sizeof *facilities);
    REQUIRE(facilities != NULL);
    for (uint32_t i = 0; i < count; i++) {
        seed_facility(&seed, i, &facilities[i]);
        struct facility_record *record = &facilities[i].bundle.facility;
        if (record->lon_e7 == NONE)
            continue; /* off the map */
        struct geo_point point = random_point(random, streets->network.bounds);
        record->lon_e7 = geo_e7(point.lon);
        record->lat_e7 = geo_e7(point.lat);
    }
    struct world *world = world_make_of(facilities, count, NOW);
    free(facilities);
    add_streets(world, streets);
    return world;
}

static struct people make_people(struct test_random *random, const struct streets *streets,
                                 uint32_t count)
{
    struct geo_point *points = calloc(count, sizeof *points);
    int32_t *residents = calloc(count, sizeof *residents);
    int32_t *children = calloc(count, sizeof *children);
    uint32_t *communities = calloc(count, sizeof *communities);
    REQUIRE(points && residents && children && communities);
    for (uint32_t k = 0; k < count; k++) {
        points[k] = random_point(random, streets->network.bounds);
        residents[k] = (int32_t)test_random_below(random, 300);
        children[k] = test_random_below(random, 8) == 0
                          ? NONE
                          : (int32_t)test_random_below(random, 1 + (uint32_t)residents[k] / 10);
        communities[k] = test_random_below(random, COMMUNITIES_USED + 1);
        if (communities[k] == COMMUNITIES_USED)
            communities[k] = UINT32_MAX;
    }
    return (struct people){points, residents, children, communities, count, RESIDENTS_IMPORTED};
}

struct coverage_world coverage_world_make(struct test_random *random, uint32_t facilities,
                                          uint32_t people)
{
    struct coverage_world town = {.streets = streets_random(random, 300)};
    town.world = make_world(random, &town.streets, facilities);
    town.people = make_people(random, &town.streets, people);
    town.world->dataset->people[0] = town.people;
    struct error error = {0};
    REQUIRE_OK(walking_place_people(town.world->dataset, &error), &error);
    return town;
}

struct coverage_run *coverage_world_run(const struct coverage_world *town, double minutes)
{
    const struct coverage_parameters parameters = {0};
    struct coverage_ground *ground;
    struct coverage_run *run;
    struct error error = {0};
    REQUIRE_OK(coverage_ground_make(town->world->dataset, &parameters, &ground, &error), &error);
    REQUIRE_OK(coverage_run_over(ground, town->world->vacancies, minutes, false, &run, &error),
               &error);
    coverage_ground_release(ground);
    return run;
}

void coverage_world_release(struct coverage_world *town)
{
    free(town->people.points);
    free(town->people.residents);
    free(town->people.children);
    free(town->people.communities);
    world_release(town->world);
    streets_release(&town->streets);
}
