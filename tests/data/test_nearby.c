/* The search against the reference, and the rules one by one. */
#include "geo/distance.h"
#include "tests/data/nearby_reference.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400, HOUR_S = 3600 };
/* Monday 2026-09-28 10:30 in the seeded region: public holidays and a working Saturday follow. */
static const moment_t NOW = 1790562600;

static struct nearby_query plain_query(void)
{
    return (struct nearby_query){.from = {120.13, 30.2},
                                 .within_m = INFINITY,
                                 .within_minutes = NONE,
                                 .age_months = NONE,
                                 .born_month = NONE,
                                 .start_month = NONE,
                                 .max_price = NONE,
                                 .price_unit = PRICE_UNIT_UNKNOWN,
                                 .limit = 20};
}

static bool chance(struct test_random *random, uint32_t percent)
{
    return test_random_below(random, 100) < percent;
}

static void random_day(struct test_random *random, day_t today, struct nearby_query *query)
{
    query->day_kind = chance(random, 40) ? NEARBY_WEEKDAY : NEARBY_DATE;
    query->weekday = (uint8_t)test_random_below(random, 7);
    query->date = today + (day_t)test_random_below(random, 12) - 1;
    query->from_min = (int16_t)(30 * test_random_below(random, 47));
    query->to_min = (int16_t)(query->from_min + 30 * (1 + (int)test_random_below(random, 20)));
}

static struct nearby_query random_query(struct test_random *random, day_t today)
{
    struct nearby_query query = plain_query();
    int32_t month = day_month(today);
    query.from.lon += 0.2 * (test_random_unit(random) - 0.3);
    query.from.lat += 0.2 * (test_random_unit(random) - 0.5);
    if (chance(random, 50))
        query.within_m = 100 + 20000 * test_random_unit(random);
    if (chance(random, 40))
        query.cares = (uint8_t)(1 + test_random_below(random, 15));
    if (chance(random, 30))
        query.age_months = (int32_t)test_random_below(random, 40);
    else if (chance(random, 30))
        query.born_month = month - (int32_t)test_random_below(random, 36) + 3;
    if (chance(random, 30))
        query.start_month = month + (int32_t)test_random_below(random, 6) - 1;
    query.open = chance(random, 50);
    query.inclusive = chance(random, 20);
    query.demonstration = chance(random, 10);
    if (chance(random, 15))
        query.kinds = (uint8_t)(1 + test_random_below(random, 63));
    if (chance(random, 15))
        query.ownerships = (uint8_t)(1 + test_random_below(random, 15));
    if (chance(random, 20)) {
        query.max_price = (int32_t)test_random_below(random, 400000);
        query.price_unit = (int8_t)test_random_below(random, PRICE_UNIT_COUNT);
    }
    if (chance(random, 35))
        random_day(random, today, &query);
    query.limit = 1 + test_random_below(random, 30);
    query.relax = chance(random, 20);
    return query;
}

static bool same_state(const struct offer_state *a, const struct offer_state *b)
{
    return CHECK_INT(a->open, b->open) && CHECK_INT(a->as_of, b->as_of) &&
           CHECK_INT(a->availability, b->availability) && CHECK_INT(a->freshness, b->freshness) &&
           CHECK_INT(a->open_because, b->open_because);
}

static bool same_item(const struct world *world, const struct nearby_list *list,
                      const struct nearby_item *item, const struct reference_match *match)
{
    const struct dataset *dataset = world->dataset;
    const char *id = dataset_text(dataset, dataset->facilities[item->facility].id);
    bool same = CHECK_TEXT(id, world->facilities[match->facility].id) &&
                CHECK(item->distance_m == match->distance_m) &&
                CHECK_INT(item->offer_count, match->offer_count);
    for (uint32_t i = 0; same && i < item->offer_count; i++) {
        const struct nearby_offer *offer = &list->offers[item->first_offer + i];
        same = CHECK_TEXT(dataset_text(dataset, dataset->offers[offer->offer].id),
                          match->offers[i].id) &&
               same_state(&offer->state, &match->offers[i].state);
    }
    return same;
}

/* Walk all pages: every match exactly once, in order. */
static bool same_pages(const struct world *world, struct nearby_query query,
                       const struct reference_answer *answer, struct nearby_list *list)
{
    struct error error;
    uint32_t seen = 0;
    for (;;) {
        REQUIRE_OK(nearby_find(world->dataset, world->vacancies, NULL, &query, list, &error),
                   &error);
        for (uint32_t i = 0; i < list->item_count; i++, seen++)
            if (!CHECK(seen < answer->match_count) ||
                !same_item(world, list, &list->items[i], &answer->matches[seen]))
                return false;
        if (!CHECK(list->complete == (seen == answer->match_count)))
            return false;
        if (list->complete)
            return true;
        if (!CHECK_INT(list->item_count, query.limit))
            return false;
        const struct nearby_item *last = &list->items[list->item_count - 1];
        const struct dataset *dataset = world->dataset;
        query.has_after = true;
        query.after_distance_m = last->distance_m;
        snprintf(query.after_id, sizeof query.after_id, "%s",
                 dataset_text(dataset, dataset->facilities[last->facility].id));
    }
}

static bool has_filter(const struct nearby_query *query)
{
    return query->open || query->cares || query->age_months != NONE || query->born_month != NONE ||
           query->max_price != NONE || query->day_kind != NEARBY_ANY_DAY || query->inclusive ||
           query->demonstration || query->kinds || query->ownerships;
}

static bool same_counts(const struct world *world, const struct nearby_query *query,
                        const struct reference_answer *answer, struct nearby_list *list)
{
    struct error error;
    REQUIRE_OK(nearby_find(world->dataset, world->vacancies, NULL, query, list, &error), &error);
    bool limited = isfinite(query->within_m);
    bool complete = answer->match_count <= query->limit;
    bool unknown_counted = has_filter(query) && (limited || complete);
    return CHECK_INT(list->by, NEARBY_LINE) &&
           CHECK_INT(list->matched, limited ? (int64_t)answer->match_count : -1) &&
           CHECK_INT(list->unknown_matched, unknown_counted ? (int64_t)answer->unknown_count : -1);
}

static int64_t count_without(const struct world *world, struct nearby_query query)
{
    struct reference_answer answer = reference_find(world, &query);
    int64_t count = answer.match_count;
    reference_release(&answer);
    return count;
}

#define CHECK_RELAX(filter, is_set, change)                                               \
    do {                                                                                  \
        struct nearby_query without = *query;                                             \
        change;                                                                           \
        int64_t expected = query->relax && (is_set) ? count_without(world, without) : -1; \
        CHECK_INT(list->relax[NEARBY_FILTER_##filter], expected);                         \
    } while (0)

static void check_relax(const struct world *world, const struct nearby_query *query,
                        const struct nearby_list *list)
{
    CHECK_RELAX(OPEN, query->open, without.open = false);
    CHECK_RELAX(CARE, query->cares, without.cares = 0);
    CHECK_RELAX(AGE, query->age_months != NONE || query->born_month != NONE,
                without.age_months = without.born_month = NONE);
    CHECK_RELAX(DAY, query->day_kind != NEARBY_ANY_DAY, without.day_kind = NEARBY_ANY_DAY);
    CHECK_RELAX(PRICE, query->max_price != NONE, without.max_price = NONE);
    CHECK_RELAX(INCLUSIVE, query->inclusive, without.inclusive = false);
    CHECK_RELAX(DEMONSTRATION, query->demonstration, without.demonstration = false);
    CHECK_RELAX(KIND, query->kinds, without.kinds = 0);
    CHECK_RELAX(OWNERSHIP, query->ownerships, without.ownerships = 0);
    CHECK_RELAX(WITHIN, isfinite(query->within_m), without.within_m = INFINITY);
}

TEST(nearby_equals_a_plain_scan_by_the_rules_for_random_registers_and_queries)
{
    struct test_random random = test_random();
    struct nearby_list *list = malloc(sizeof *list);
    REQUIRE(list != NULL);
    uint64_t matches = 0, unknown = 0, empty = 0;
    for (uint32_t round = 0; round < 12; round++) {
        moment_t now = NOW + (moment_t)test_random_below(&random, 14 * DAY_S);
        struct world *world = world_make(test_random_u64(&random), 40 + 30 * round, now);
        for (int i = 0; i < 120; i++) {
            struct nearby_query query = random_query(&random, world->vacancies->local[0].day);
            struct reference_answer answer = reference_find(world, &query);
            bool same = same_counts(world, &query, &answer, list);
            check_relax(world, &query, list);
            same = same_pages(world, query, &answer, list) && same;
            if (!same)
                test_fail(__FILE__, __LINE__, "round %u, query %d", round, i);
            matches += answer.match_count;
            unknown += answer.unknown_count;
            empty += answer.match_count == 0;
            reference_release(&answer);
            REQUIRE(same);
        }
        world_release(world);
    }
    /* the comparison is worth something only where there is something to compare */
    CHECK(matches > 10000 && unknown > 10000 && empty < 700);
    free(list);
}

/* Each picture takes over what still holds of the one before; going back, what had lapsed is there
 * again, as if places opened. */
TEST(nearby_equals_a_plain_scan_while_the_clock_moves_on_and_back)
{
    static const int minutes[] = {780, 779, -600, 45, 200, 700, 300, -400, 750, -500};
    struct test_random random = test_random();
    struct nearby_list *list = malloc(sizeof *list);
    struct world *world = world_make(test_random_u64(&random), 1500, NOW + 780 * 60);
    uint32_t made = 0, taken_over = 0;
    uint64_t matches = 0;
    REQUIRE(list != NULL);
    for (size_t step = 0; step < sizeof minutes / sizeof *minutes; step++) {
        struct vacancies *moved;
        struct error error;
        REQUIRE_OK(vacancies_build(world->dataset, NOW + minutes[step] * 60, world->vacancies,
                                   &moved, &error),
                   &error);
        vacancies_release(world->vacancies);
        world->vacancies = moved;
        struct subsets_size size = subsets_size(moved->subsets);
        made += size.fresh;
        taken_over += size.count - size.fresh;
        for (int i = 0; i < 40; i++) {
            struct nearby_query query = random_query(&random, moved->local[0].day);
            struct reference_answer answer = reference_find(world, &query);
            REQUIRE(same_counts(world, &query, &answer, list));
            REQUIRE(same_pages(world, query, &answer, list));
            matches += answer.match_count;
            reference_release(&answer);
        }
    }
    CHECK(matches > 1000 && made > 0 && taken_over > 0);
    world_release(world);
    free(list);
}

TEST(a_cursor_whose_facility_is_gone_goes_on_at_the_same_distance)
{
    struct error error;
    struct world *world = world_make(5, 300, NOW);
    struct nearby_list *list = malloc(sizeof *list);
    struct nearby_query query = plain_query();
    query.limit = 100;
    struct reference_answer answer = reference_find(world, &query);
    REQUIRE(answer.match_count > 30);
    for (uint32_t i = 1; i < answer.match_count && i < 60; i++) {
        const struct reference_match *match = &answer.matches[i];
        query.has_after = true;
        query.after_distance_m = match->distance_m;
        /* an id that sorts just before the match's, and is nobody's */
        snprintf(query.after_id, sizeof query.after_id, "%s",
                 world->facilities[match->facility].id);
        query.after_id[strlen(query.after_id) - 1]--;
        strcat(query.after_id, "zz");
        REQUIRE_OK(nearby_find(world->dataset, world->vacancies, NULL, &query, list, &error),
                   &error);
        const struct dataset *dataset = world->dataset;
        REQUIRE(list->item_count > 0);
        CHECK_TEXT(dataset_text(dataset, dataset->facilities[list->items[0].facility].id),
                   world->facilities[match->facility].id);
    }
    reference_release(&answer);
    free(list);
    world_release(world);
}

TEST(walking_without_a_network_is_refused_and_unset_falls_back_to_line)
{
    struct error error;
    struct world *world = world_make(3, 20, NOW);
    struct nearby_list *list = malloc(sizeof *list);
    struct nearby_query query = plain_query();
    REQUIRE_OK(nearby_find(world->dataset, world->vacancies, NULL, &query, list, &error), &error);
    CHECK_INT(list->by, NEARBY_LINE);
    query.by = NEARBY_WALK;
    CHECK_INT(nearby_find(world->dataset, world->vacancies, NULL, &query, list, &error),
              STATUS_NO_NETWORK);
    CHECK_TEXT(error.parameter, "by");
    query.by = NEARBY_UNSET;
    query.within_minutes = 15;
    CHECK_INT(nearby_find(world->dataset, world->vacancies, NULL, &query, list, &error),
              STATUS_NO_NETWORK);
    CHECK_TEXT(error.parameter, "within_minutes");
    free(list);
    world_release(world);
}

/* One facility with one offer, to be changed by each test ----------------------------------------- */

static struct seed_facility *one_offer(int8_t care)
{
    static struct seed_facility facility;
    struct seed seed = {.seed = 1, .count = 1, .now = NOW};
    seed_facility(&seed, 1, &facility);
    struct facility_bundle *bundle = &facility.bundle;
    bundle->group_count = bundle->offer_count = 1;
    bundle->slot_count = bundle->hours_count = bundle->exception_count = 0;
    bundle->facility.kind = KIND_NURSERY;
    facility.groups[0].age_from_m = 12;
    facility.groups[0].age_to_m = 24;
    facility.groups[0].licensed = 15;
    facility.places[0] = (struct places_record){.as_of = NOW - HOUR_S,
                                                .recorded_at = NOW - HOUR_S,
                                                .source = "test",
                                                .staffed = 12,
                                                .enrolled = 8,
                                                .held = 1,
                                                .next_open = NONE,
                                                .next_open_from = DAY_NONE,
                                                .open_until = DAY_NONE};
    facility.offers[0].care = care;
    facility.offers[0].age_from_m = facility.offers[0].age_to_m = NONE;
    return &facility;
}

static void add_slot(struct seed_facility *facility, day_t day, int16_t from_h, int16_t to_h,
                     int32_t places, int32_t taken, moment_t as_of)
{
    facility->slots[facility->bundle.slot_count++] =
        (struct slot_record){.offer = 0,
                             .day = day,
                             .from_min = (int16_t)(60 * from_h),
                             .to_min = (int16_t)(60 * to_h),
                             .places = places,
                             .taken = taken,
                             .as_of = as_of};
}

struct outcome {
    struct offer_state state;
    uint32_t found;
    int64_t unknown;
    int32_t age_months;
};

static struct outcome ask(const struct seed_facility *facility, const struct nearby_query *query)
{
    struct error error;
    struct world *world = world_make_of(facility, 1, NOW);
    struct nearby_list *list = malloc(sizeof *list);
    REQUIRE_OK(nearby_find(world->dataset, world->vacancies, NULL, query, list, &error), &error);
    struct outcome outcome = {.found = list->item_count,
                              .unknown = list->unknown_matched,
                              .age_months = list->age_months};
    if (list->offer_count)
        outcome.state = list->offers[0].state;
    free(list);
    world_release(world);
    return outcome;
}

static const day_t TODAY = 20724; /* 2026-09-28 */

TEST(open_places_are_the_staffed_ones_less_the_enrolled_and_the_held)
{
    struct nearby_query query = plain_query();
    query.open = true;
    struct outcome outcome = ask(one_offer(CARE_FULL_DAY), &query);
    CHECK_INT(outcome.found, 1);
    CHECK_INT(outcome.state.open, 3);
    CHECK_INT(outcome.state.availability, AVAILABILITY_OPEN);
}

TEST(a_stale_number_is_shown_with_its_age_and_never_matched)
{
    struct seed_facility *facility = one_offer(CARE_FULL_DAY);
    facility->places[0].as_of = NOW - 14 * DAY_S - 1;
    struct nearby_query query = plain_query();
    struct outcome outcome = ask(facility, &query);
    CHECK_INT(outcome.state.open, 3);
    CHECK_INT(outcome.state.freshness, FRESHNESS_STALE);
    CHECK_INT(outcome.state.availability, AVAILABILITY_UNKNOWN);
    query.open = true;
    outcome = ask(facility, &query);
    CHECK_INT(outcome.found, 0);
    CHECK_INT(outcome.unknown, 1);
    facility->places[0].as_of++; /* an age equal to the bound is inside it */
    CHECK_INT(ask(facility, &query).found, 1);
}

TEST(expired_numbers_are_unknown_neither_free_nor_none)
{
    struct seed_facility *facility = one_offer(CARE_FULL_DAY);
    facility->places[0].as_of = NOW - 60 * DAY_S - 1;
    struct nearby_query query = plain_query();
    CHECK_INT(ask(facility, &query).state.open, NONE);
    CHECK_INT(ask(facility, &query).state.availability, AVAILABILITY_UNKNOWN);
    query.open = true;
    CHECK_INT(ask(facility, &query).unknown, 1);
}

TEST(hourly_without_published_slots_must_be_asked_and_is_never_free)
{
    struct nearby_query query = plain_query();
    CHECK_INT(ask(one_offer(CARE_HOURLY), &query).state.availability, AVAILABILITY_ASK);
    CHECK_INT(ask(one_offer(CARE_HOURLY), &query).state.open, NONE);
    query.open = true;
    CHECK_INT(ask(one_offer(CARE_HOURLY), &query).found, 0);
    CHECK_INT(ask(one_offer(CARE_HOURLY), &query).unknown, 1);
}

TEST(hourly_without_a_date_has_the_most_places_of_any_one_slot_of_seven_days)
{
    struct seed_facility *facility = one_offer(CARE_HOURLY);
    add_slot(facility, TODAY, 8, 10, 9, 0, NOW - HOUR_S); /* over since 10:00 */
    add_slot(facility, TODAY + 1, 8, 10, 5, 3, NOW - HOUR_S);
    add_slot(facility, TODAY + 6, 8, 10, 4, 1, NOW - HOUR_S);
    add_slot(facility, TODAY + 7, 8, 10, 9, 0, NOW - HOUR_S); /* the eighth day */
    struct nearby_query query = plain_query();
    query.open = true;
    CHECK_INT(ask(facility, &query).state.open, 3);
}

TEST(hourly_on_a_date_needs_one_slot_that_covers_the_interval)
{
    struct seed_facility *facility = one_offer(CARE_HOURLY);
    facility->hours[0] = (struct hours_record){0, HOURS_OF_FACILITY, 0xFF, 0, 2880};
    facility->bundle.hours_count = 1;
    add_slot(facility, TODAY + 1, 8, 10, 5, 3, NOW - HOUR_S);
    add_slot(facility, TODAY + 1, 10, 12, 5, 3, NOW - HOUR_S);
    struct nearby_query query = plain_query();
    query.day_kind = NEARBY_DATE;
    query.date = TODAY + 1;
    query.from_min = 8 * 60;
    query.to_min = 10 * 60;
    query.open = true;
    CHECK_INT(ask(facility, &query).state.open, 2);
    query.to_min = 11 * 60; /* two slots do not make one */
    CHECK_INT(ask(facility, &query).found, 0);
    CHECK_INT(ask(facility, &query).unknown, 0);
    query.date = TODAY + 2; /* nothing is published for that day */
    CHECK_INT(ask(facility, &query).unknown, 1);
}

TEST(a_later_start_says_by_which_rule_it_is_open)
{
    struct seed_facility *facility = one_offer(CARE_FULL_DAY);
    struct nearby_query query = plain_query();
    query.open = true;
    query.start_month = 2026 * 12 + 10; /* November 2026 */
    CHECK_INT(ask(facility, &query).state.open_because, OPEN_BECAUSE_NOW);
    facility->places[0].open_until = day_from_civil(2026, 11, 1);
    CHECK_INT(ask(facility, &query).state.open_because, OPEN_BECAUSE_NOW);
    facility->places[0].open_until--;
    CHECK_INT(ask(facility, &query).found, 0);
    facility->places[0].next_open = 2;
    facility->places[0].next_open_from = day_from_civil(2026, 11, 30);
    CHECK_INT(ask(facility, &query).state.open_because, OPEN_BECAUSE_NEXT_OPEN);
    CHECK_INT(ask(facility, &query).state.open, 2);
    facility->places[0].next_open_from++;
    CHECK_INT(ask(facility, &query).found, 0);
}

TEST(age_counts_at_the_start_month_and_an_unborn_child_may_ask)
{
    struct nearby_query query = plain_query();
    query.born_month = 2025 * 12 + 2;  /* March 2025 */
    query.start_month = 2026 * 12 + 1; /* February 2026 */
    CHECK_INT(ask(one_offer(CARE_FULL_DAY), &query).age_months, 11);
    CHECK_INT(ask(one_offer(CARE_FULL_DAY), &query).found, 0);
    query.start_month = NONE; /* the present month, September 2026 */
    CHECK_INT(ask(one_offer(CARE_FULL_DAY), &query).age_months, 18);
    CHECK_INT(ask(one_offer(CARE_FULL_DAY), &query).found, 1);
    query.born_month = 2026 * 12 + 11; /* in three months */
    CHECK_INT(ask(one_offer(CARE_FULL_DAY), &query).age_months, -3);
    CHECK_INT(ask(one_offer(CARE_FULL_DAY), &query).found, 0);
    query.start_month = 2027 * 12 + 11;
    CHECK_INT(ask(one_offer(CARE_FULL_DAY), &query).age_months, 12);
    CHECK_INT(ask(one_offer(CARE_FULL_DAY), &query).found, 1);
}

TEST(a_staff_only_facility_is_in_no_answer)
{
    struct seed_facility *facility = one_offer(CARE_FULL_DAY);
    struct nearby_query query = plain_query();
    facility->groups[0].admission = ADMISSION_STAFF_ONLY;
    CHECK_INT(ask(facility, &query).found, 0);
}

TEST(a_facility_without_offers_appears_only_where_no_offer_filter_is_set)
{
    struct seed_facility *facility = one_offer(CARE_FULL_DAY);
    facility->bundle.offer_count = 0;
    facility->bundle.facility.inclusive = YES;
    struct nearby_query query = plain_query();
    query.inclusive = true;
    CHECK_INT(ask(facility, &query).found, 1);
    query.cares = 1 << CARE_FULL_DAY;
    CHECK_INT(ask(facility, &query).found, 0);
    CHECK_INT(ask(facility, &query).unknown, 0);
}

TEST(all_offer_filters_must_hold_in_one_offer)
{
    struct seed_facility *facility = one_offer(CARE_FULL_DAY);
    facility->bundle.offer_count = facility->bundle.group_count = 2;
    facility->groups[1] = facility->groups[0];
    facility->groups[1].id = facility->group_ids[1];
    facility->groups[1].source_id = facility->group_source_ids[1];
    snprintf(facility->group_ids[1], sizeof facility->group_ids[1], "sd-000001-g2");
    snprintf(facility->group_source_ids[1], sizeof facility->group_source_ids[1], "g2");
    facility->places[1] = facility->places[0];
    facility->places[1].enrolled = 12; /* full */
    facility->offers[1] = facility->offers[0];
    facility->offers[1].care = CARE_HALF_DAY;
    facility->offers[1].id = facility->offer_ids[1];
    facility->offers[1].source_id = facility->offer_source_ids[1];
    snprintf(facility->offer_ids[1], sizeof facility->offer_ids[1], "sd-000001-h1");
    snprintf(facility->offer_source_ids[1], sizeof facility->offer_source_ids[1], "o2");
    facility->offer_groups[1] = 1;
    struct nearby_query query = plain_query();
    query.open = true;
    CHECK_INT(ask(facility, &query).found, 1);
    query.cares = 1 << CARE_HALF_DAY; /* open is the other one */
    CHECK_INT(ask(facility, &query).found, 0);
}
