#include "tests/data/nearby_reference.h"

#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

static void build(struct world *world, moment_t now)
{
    struct error error;
    REQUIRE_OK(dataset_build(world->store, now, &world->dataset, &error), &error);
    REQUIRE_OK(vacancies_build(world->dataset, now, NULL, &world->vacancies, &error), &error);
}

static void fill_store(struct world *world)
{
    struct error error;
    const char *json = seed_region_json();
    REQUIRE_OK(region_parse(json, strlen(json), &world->region, &error), &error);
    REQUIRE_OK(store_open("memory:", STORE_CREATE, &world->store, &error), &error);
    REQUIRE_OK(store_begin(world->store, &error), &error);
    REQUIRE_OK(seed_region_write(world->store, &error), &error);
    for (uint32_t i = 0; i < world->seed.count; i++)
        REQUIRE_OK(seed_facility_write(&world->facilities[i], world->store, &error), &error);
    REQUIRE_OK(store_commit(world->store, &error), &error);
}

static struct world *new_world(uint32_t count, moment_t now)
{
    struct world *world = calloc(1, sizeof *world);
    REQUIRE(world != NULL);
    world->seed = (struct seed){.count = count, .now = now, .rough = true};
    world->facilities = calloc(count ? count : 1, sizeof *world->facilities);
    REQUIRE(world->facilities != NULL);
    return world;
}

struct world *world_make(uint64_t seed, uint32_t count, moment_t now)
{
    struct world *world = new_world(count, now);
    world->seed.seed = seed;
    for (uint32_t i = 0; i < count; i++)
        seed_facility(&world->seed, i, &world->facilities[i]);
    fill_store(world);
    build(world, now);
    return world;
}

struct world *world_make_of(const struct seed_facility *facilities, uint32_t count, moment_t now)
{
    struct world *world = new_world(count, now);
    for (uint32_t i = 0; i < count; i++) {
        struct seed_facility *copy = &world->facilities[i];
        *copy = facilities[i];
        copy->bundle.groups = copy->groups;
        copy->bundle.places = copy->places;
        copy->bundle.offers = copy->offers;
        copy->bundle.offer_groups = copy->offer_groups;
        copy->bundle.hours = copy->hours;
        copy->bundle.exceptions = copy->exceptions;
        copy->bundle.slots = copy->slots;
    }
    fill_store(world);
    build(world, now);
    return world;
}

void world_move(struct world *world, moment_t now)
{
    vacancies_release(world->vacancies);
    dataset_release(world->dataset);
    build(world, now);
}

void world_release(struct world *world)
{
    vacancies_release(world->vacancies);
    dataset_release(world->dataset);
    store_close(world->store);
    region_release(&world->region);
    free(world->facilities);
    free(world);
}
