/* The dataset equals the register it was built from. */
#include "tests/data/nearby_reference.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const moment_t NOW = 1790562600; /* 2026-09-28, 10:30 in the seeded region */
static const day_t TODAY = 20724;

static void check_facility(const struct world *world, uint32_t i)
{
    const struct dataset *dataset = world->dataset;
    const struct facility_record *record = &world->facilities[i].bundle.facility;
    uint32_t number = UINT32_MAX;
    REQUIRE(dataset_find_facility(dataset, record->id, &number) == STATUS_OK);
    const struct dataset_facility *facility = &dataset->facilities[number];
    CHECK_INT(number, i); /* seeded ids ascend */
    CHECK_TEXT(dataset_text(dataset, facility->id), record->id);
    CHECK_TEXT(dataset_text(dataset, facility->name), record->name);
    CHECK_TEXT(dataset_text(dataset, facility->name_en), record->name_en);
    CHECK_TEXT(dataset_text(dataset, facility->community), record->community);
    CHECK_TEXT(dataset_text(dataset, facility->source_id), record->source_id);
    CHECK_INT(facility->kind, record->kind);
    CHECK_INT(facility->ownership, record->ownership);
    CHECK_INT(facility->inclusive, record->inclusive);
    CHECK_INT(facility->opens_on, record->opens_on);
    CHECK_INT(facility->licensed_total, record->licensed_total);
    CHECK_INT(facility->group_count, world->facilities[i].bundle.group_count);
    CHECK_INT(facility->offer_count, world->facilities[i].bundle.offer_count);
    struct geo_point point = reference_point(record);
    if (record->lon_e7 == NONE)
        CHECK(isnan(facility->point.lon) && dataset->facility_items[number] == UINT32_MAX);
    else
        CHECK(facility->point.lon == point.lon && facility->point.lat == point.lat);
}

static void check_groups(const struct world *world, uint32_t i)
{
    const struct dataset *dataset = world->dataset;
    const struct seed_facility *seeded = &world->facilities[i];
    const struct dataset_facility *facility = &dataset->facilities[i];
    for (uint32_t k = 0; k < facility->group_count; k++) {
        const struct dataset_group *group = &dataset->groups[facility->first_group + k];
        const struct group_numbers *numbers = &dataset->numbers[facility->first_group + k];
        CHECK_TEXT(dataset_text(dataset, group->id), seeded->groups[k].id);
        CHECK_INT(group->facility, i);
        CHECK_INT(group->licensed, seeded->groups[k].licensed);
        CHECK_INT(group->admission, seeded->groups[k].admission);
        CHECK_INT(numbers->as_of, seeded->places[k].as_of);
        if (numbers->as_of == TIME_NONE)
            continue;
        CHECK_INT(numbers->enrolled, seeded->places[k].enrolled);
        CHECK_INT(numbers->staffed, seeded->places[k].staffed);
        CHECK_INT(numbers->open_until, seeded->places[k].open_until);
        CHECK_TEXT(dataset_text(dataset, numbers->source), "seed");
    }
}

/* Rows of one owner in a bundle. */
static uint32_t count_hours(const struct facility_bundle *bundle, int kind, int64_t owner)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < bundle->hours_count; i++)
        count += bundle->hours[i].owner_kind == kind && bundle->hours[i].owner == owner;
    for (uint32_t i = 0; i < bundle->exception_count; i++)
        count += bundle->exceptions[i].owner_kind == kind && bundle->exceptions[i].owner == owner &&
                 bundle->exceptions[i].day >= TODAY - 1;
    return count;
}

/* Has the offer any row of its own, of whatever day? */
static bool has_own_rows(const struct facility_bundle *bundle, int64_t offer)
{
    for (uint32_t i = 0; i < bundle->hours_count; i++)
        if (bundle->hours[i].owner_kind == HOURS_OF_OFFER && bundle->hours[i].owner == offer)
            return true;
    for (uint32_t i = 0; i < bundle->exception_count; i++)
        if (bundle->exceptions[i].owner_kind == HOURS_OF_OFFER &&
            bundle->exceptions[i].owner == offer)
            return true;
    return false;
}

static void check_offers(const struct world *world, uint32_t i)
{
    const struct dataset *dataset = world->dataset;
    const struct seed_facility *seeded = &world->facilities[i];
    const struct dataset_facility *facility = &dataset->facilities[i];
    for (uint32_t k = 0; k < facility->offer_count; k++) {
        const struct dataset_offer *offer = &dataset->offers[facility->first_offer + k];
        uint32_t slots = 0;
        for (uint32_t s = 0; s < seeded->bundle.slot_count; s++)
            slots += seeded->slots[s].offer == k && seeded->slots[s].day >= TODAY - 1;
        CHECK_TEXT(dataset_text(dataset, offer->id), seeded->offers[k].id);
        CHECK_INT(offer->group, facility->first_group + seeded->offer_groups[k]);
        CHECK_INT(offer->care, seeded->offers[k].care);
        CHECK_INT(offer->price, seeded->offers[k].price);
        CHECK_INT(offer->slot_count, slots);
        bool own = has_own_rows(&seeded->bundle, k);
        uint32_t rows = own ? count_hours(&seeded->bundle, HOURS_OF_OFFER, k)
                            : count_hours(&seeded->bundle, HOURS_OF_FACILITY, 0);
        struct hours hours = dataset_offer_hours(dataset, facility->first_offer + k);
        CHECK_INT(offer->has_own_hours, own);
        CHECK_INT(hours.rule_count + hours.exception_count, rows);
    }
}

TEST(a_dataset_read_on_two_threads_holds_each_facility_group_and_offer)
{
    struct world *world = world_make(11, 400, NOW);
    CHECK_INT(world->dataset->facility_count, 400);
    for (uint32_t i = 0; i < 400; i++) {
        check_facility(world, i);
        check_groups(world, i);
        check_offers(world, i);
    }
    CHECK_INT(world->dataset->community_count, SEED_COMMUNITIES);
    CHECK(world->dataset->next_change_at == INT64_MAX); /* no version ends */
    world_release(world);
}

/* What a dataset says of its facility `number`, by ids and texts alone. */
static void describe(const struct dataset *dataset, uint32_t number, FILE *out)
{
    const struct dataset_facility *facility = &dataset->facilities[number];
    fprintf(out, "%s %s %s\n", dataset_text(dataset, facility->id),
            dataset_text(dataset, facility->name), dataset_text(dataset, facility->source));
    for (uint32_t i = 0; i < facility->group_count; i++) {
        const struct dataset_group *group = &dataset->groups[facility->first_group + i];
        const struct group_numbers *numbers = &dataset->numbers[facility->first_group + i];
        const char *source = dataset_text(dataset, numbers->source);
        fprintf(out, " %s %d %lld %s\n", dataset_text(dataset, group->id),
                group->facility == number, (long long)numbers->as_of, source ? source : "");
    }
    for (uint32_t i = 0; i < facility->offer_count; i++) {
        const struct dataset_offer *offer = &dataset->offers[facility->first_offer + i];
        fprintf(out, " %s %s %d %d %u\n", dataset_text(dataset, offer->id),
                dataset_text(dataset, dataset->groups[offer->group].id), offer->facility == number,
                offer->price, offer->slot_count);
    }
}

static char *description(const struct dataset *dataset)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    for (uint32_t i = 0; i < dataset->facility_count; i++)
        describe(dataset, i, out);
    fclose(out);
    return text;
}

TEST(the_order_in_which_facilities_came_to_the_store_does_not_matter)
{
    enum { COUNT = 150 };
    struct world *forwards = world_make(5, COUNT, NOW);
    struct seed_facility *reversed = calloc(COUNT, sizeof *reversed);
    REQUIRE(reversed != NULL);
    for (uint32_t i = 0; i < COUNT; i++)
        seed_facility(&forwards->seed, COUNT - 1 - i, &reversed[i]);
    struct world *backwards = world_make_of(reversed, COUNT, NOW);
    char *one = description(forwards->dataset), *other = description(backwards->dataset);
    CHECK_TEXT(one, other);
    free(one);
    free(other);
    free(reversed);
    world_release(forwards);
    world_release(backwards);
}

TEST(an_offer_whose_only_hours_of_its_own_have_passed_does_not_take_its_facilitys)
{
    struct seed seed = {.seed = 1, .count = 1, .now = NOW};
    struct seed_facility facility;
    seed_facility(&seed, 1, &facility);
    struct facility_bundle *bundle = &facility.bundle;
    bundle->hours_count = bundle->exception_count = 0;
    facility.hours[bundle->hours_count++] =
        (struct hours_record){0, HOURS_OF_FACILITY, HOURS_ALL_WEEK, 480, 1080};
    for (day_t day = TODAY - 30; day < TODAY - 27; day++)
        facility.exceptions[bundle->exception_count++] =
            (struct hours_exception_record){0, HOURS_OF_OFFER, day, 600, 700};
    struct world *world = world_make_of(&facility, 1, NOW);
    const struct dataset *dataset = world->dataset;
    const struct dataset_facility *built = &dataset->facilities[0];
    REQUIRE(built->offer_count >= 1);
    for (uint32_t i = 0; i < built->offer_count; i++) {
        const struct dataset_offer *offer = &dataset->offers[built->first_offer + i];
        bool own = strcmp(dataset_text(dataset, offer->id), facility.offers[0].id) == 0;
        CHECK_INT(offer->has_own_hours, own);
        CHECK_INT(dataset_offer_hours(dataset, built->first_offer + i).rule_count, own ? 0 : 1);
        CHECK_INT(dataset_offer_hours(dataset, built->first_offer + i).exception_count, 0);
    }
    world_release(world);
}

TEST(a_dataset_of_an_empty_store_and_of_an_empty_region_can_be_built)
{
    struct error error;
    struct store *store;
    struct dataset *dataset;
    struct vacancies *vacancies;
    REQUIRE_OK(store_open("memory:", STORE_CREATE, &store, &error), &error);
    REQUIRE_OK(dataset_build(store, NOW, &dataset, &error), &error);
    CHECK_INT(dataset->facility_count, 0);
    REQUIRE_OK(vacancies_build(dataset, NOW, NULL, &vacancies, &error), &error);
    vacancies_release(vacancies);
    dataset_release(dataset);
    store_close(store);
    struct world *world = world_make(1, 0, NOW);
    CHECK_INT(world->dataset->region_count, 1);
    world_release(world);
}

/* Is the text anywhere in the dataset's pool? */
static bool holds_text(const struct dataset *dataset, const char *text)
{
    return memmem(dataset->text, dataset->text_bytes, text, strlen(text)) != NULL;
}

TEST(the_exact_point_address_and_phone_of_what_may_be_a_home_are_not_in_the_dataset)
{
    struct world *world = world_make(12, 400, NOW);
    uint32_t homes = 0, unknown = 0;
    for (uint32_t i = 0; i < 400; i++) {
        const struct facility_record *record = &world->facilities[i].bundle.facility;
        const struct dataset_facility *facility = &world->dataset->facilities[i];
        bool may_be_home = record->kind == KIND_HOME || record->kind == KIND_UNKNOWN;
        bool withheld = may_be_home && !record->point_consent;
        CHECK_INT(facility->point_is_rounded, withheld);
        if (record->phone)
            CHECK(holds_text(world->dataset, record->phone) == !withheld);
        if (record->address)
            CHECK(holds_text(world->dataset, record->address) == !withheld);
        if (withheld && record->lon_e7 != NONE) {
            homes += record->kind == KIND_HOME;
            unknown += record->kind == KIND_UNKNOWN;
            CHECK_INT(geo_e7(facility->point.lon) % 10000, 0);
            CHECK_INT(geo_e7(facility->point.lat) % 10000, 0);
            CHECK_NEAR(facility->point.lon, record->lon_e7 / 1e7, 0.000500001);
        }
    }
    CHECK(homes > 10 && unknown > 10);
    world_release(world);
}

/* A store of one facility with two versions, the second from `turn` on. */
static struct store *two_versions(int8_t first_state, int8_t second_state, day_t turn)
{
    struct error error;
    struct store *store;
    struct seed seed = {.seed = 1, .count = 1, .now = NOW};
    struct seed_facility facility;
    seed_facility(&seed, 1, &facility);
    struct facility_record *record = &facility.bundle.facility;
    REQUIRE_OK(store_open("memory:", STORE_CREATE, &store, &error), &error);
    REQUIRE_OK(store_begin(store, &error), &error);
    REQUIRE_OK(seed_region_write(store, &error), &error);
    record->state = first_state;
    record->validity.valid_to = turn;
    REQUIRE_OK(seed_facility_write(&facility, store, &error), &error);
    record->state = second_state;
    record->name = "示例新名";
    record->validity.valid_from = turn;
    record->validity.valid_to = DAY_OPEN;
    REQUIRE_OK(store_facility_version_insert(store, record, &error), &error);
    REQUIRE_OK(store_commit(store, &error), &error);
    return store;
}

static struct dataset *dataset_of(struct store *store, moment_t now)
{
    struct error error;
    struct dataset *dataset;
    REQUIRE_OK(dataset_build(store, now, &dataset, &error), &error);
    REQUIRE(dataset->facility_count == 1);
    return dataset;
}

TEST(a_dataset_shows_the_version_of_its_day_and_knows_when_the_next_begins)
{
    struct store *store = two_versions(STATE_FILED, STATE_FILED, TODAY + 1);
    struct dataset *dataset = dataset_of(store, NOW);
    moment_t midnight = calendar_day_start(&dataset->regions[0].calendar, TODAY + 1);
    CHECK(dataset->next_change_at == midnight);
    CHECK(strcmp(dataset_text(dataset, dataset->facilities[0].name), "示例新名") != 0);
    dataset_release(dataset);
    dataset = dataset_of(store, midnight - 1);
    CHECK(strcmp(dataset_text(dataset, dataset->facilities[0].name), "示例新名") != 0);
    dataset_release(dataset);
    dataset = dataset_of(store, midnight);
    CHECK_TEXT(dataset_text(dataset, dataset->facilities[0].name), "示例新名");
    CHECK(dataset->next_change_at == INT64_MAX);
    dataset_release(dataset);
    store_close(store);
}

TEST(a_facility_that_was_public_once_is_told_from_one_that_never_was)
{
    struct store *store = two_versions(STATE_FILED, STATE_SUSPENDED, TODAY - 5);
    struct dataset *dataset = dataset_of(store, NOW);
    CHECK(!dataset_facility_is_public(&dataset->facilities[0], TODAY));
    CHECK(dataset_facility_was_public(&dataset->facilities[0], TODAY));
    dataset_release(dataset);
    store_close(store);
    store = two_versions(STATE_REGISTERED, STATE_SUSPENDED, TODAY - 5);
    dataset = dataset_of(store, NOW);
    CHECK(!dataset_facility_was_public(&dataset->facilities[0], TODAY));
    dataset_release(dataset);
    store_close(store);
    store = two_versions(STATE_REGISTERED, STATE_FILED, TODAY + 5); /* not yet */
    dataset = dataset_of(store, NOW);
    CHECK(!dataset_facility_was_public(&dataset->facilities[0], TODAY));
    dataset_release(dataset);
    store_close(store);
}

/* Closed before the register first spoke of it: it has never been listed. */
TEST(a_facility_that_was_closed_before_it_was_known_never_was_public)
{
    struct store *store = two_versions(STATE_REGISTERED, STATE_FILED, TODAY - 5);
    struct dataset *dataset = dataset_of(store, NOW);
    struct dataset_facility facility = dataset->facilities[0];
    facility.was_public = false;
    facility.opens_on = DAY_NONE;
    facility.closed_on = TODAY - 40;
    CHECK(!dataset_facility_is_public(&facility, TODAY));
    CHECK(!dataset_facility_was_public(&facility, TODAY));
    facility.closed_on = TODAY - 4; /* the fifth day back it was */
    CHECK(dataset_facility_was_public(&facility, TODAY));
    facility.opens_on = TODAY - 4;
    CHECK(!dataset_facility_was_public(&facility, TODAY));
    dataset_release(dataset);
    store_close(store);
}

TEST(a_lapsed_licence_takes_a_facility_off_the_list_when_its_day_comes)
{
    struct store *store = two_versions(STATE_REGISTERED, STATE_FILED, TODAY - 5);
    struct dataset *dataset = dataset_of(store, NOW);
    struct dataset_facility *facility = &dataset->facilities[0];
    struct vacancies *vacancies;
    struct error error;
    facility->opens_on = facility->closed_on = DAY_NONE;
    facility->delists_on = TODAY + 1;
    moment_t midnight = calendar_day_start(&dataset->regions[0].calendar, TODAY + 1);
    REQUIRE_OK(vacancies_build(dataset, midnight - 1, NULL, &vacancies, &error), &error);
    CHECK(vacancies->is_public[0]);
    CHECK_INT(vacancies->next_change_at, midnight); /* so the ticker makes the next */
    vacancies_release(vacancies);
    REQUIRE_OK(vacancies_build(dataset, midnight, NULL, &vacancies, &error), &error);
    CHECK(!vacancies->is_public[0]);
    CHECK(dataset_facility_was_public(facility, TODAY + 1)); /* 410, not 404 */
    vacancies_release(vacancies);
    facility->delists_on = TODAY - 5; /* before it was known as filed */
    CHECK(!dataset_facility_is_public(facility, TODAY));
    facility->was_public = false;
    CHECK(!dataset_facility_was_public(facility, TODAY));
    dataset_release(dataset);
    store_close(store);
}

TEST(a_region_is_found_by_name_or_as_the_only_one)
{
    struct error error;
    uint16_t region = 9;
    struct world *world = world_make(1, 3, NOW);
    REQUIRE_OK(dataset_find_region(world->dataset, NULL, &region, &error), &error);
    CHECK_INT(region, 0);
    REQUIRE_OK(dataset_find_region(world->dataset, SEED_REGION, &region, &error), &error);
    CHECK_INT(dataset_find_region(world->dataset, "elsewhere", &region, &error), STATUS_NOT_FOUND);
    CHECK_TEXT(error.parameter, "region");
    CHECK_CONTAINS(error.message, SEED_REGION);
    world_release(world);
}

TEST(many_owners_share_one_pattern_of_hours)
{
    struct error error;
    struct store *store;
    struct dataset *dataset;
    struct seed seed = {.seed = 4, .count = 500, .now = NOW};
    REQUIRE_OK(store_open("memory:", STORE_CREATE, &store, &error), &error);
    REQUIRE_OK(seed_store_write(&seed, store, &error), &error);
    REQUIRE_OK(dataset_build(store, NOW, &dataset, &error), &error);
    CHECK_INT(dataset->facility_count, 500);
    CHECK(dataset->hours_pattern_count > 20 && dataset->hours_pattern_count < 120);
    for (uint32_t i = 0; i < dataset->facility_count; i++)
        CHECK(dataset->facilities[i].hours != 0);
    dataset_release(dataset);
    store_close(store);
}
