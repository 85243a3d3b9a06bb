/*
 * The search on foot against a second way: for every facility its own walk, by rounds over all edges
 * until nothing changes, and the reference's rules asked at the facility's very point.
 */
#include "data/network_file.h"
#include "data/walking.h"
#include "geo/distance.h"
#include "tests/data/nearby_reference.h"
#include "tests/geo/streets.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Monday 2026-09-28 10:30 in the seeded region. */
static const moment_t NOW = 1790562600;

static struct nearby_query plain_query(struct geo_point from)
{
    return (struct nearby_query){.from = from,
                                 .within_m = INFINITY,
                                 .within_minutes = NONE,
                                 .age_months = NONE,
                                 .born_month = NONE,
                                 .start_month = NONE,
                                 .max_price = NONE,
                                 .price_unit = PRICE_UNIT_UNKNOWN,
                                 .limit = 20};
}

/* The streets become the region's street file. */
static void add_streets(struct world *world, const struct streets *streets)
{
    struct osm_extract extract = {.text = "", .text_bytes = 1};
    struct network_file file;
    struct error error = {0};
    char path[4200];
    snprintf(path, sizeof path, "%s/world.streets", test_folder());
    REQUIRE_OK(network_file_write(path, &streets->network, &extract, &error), &error);
    REQUIRE_OK(network_file_open(path, &file, &error), &error);
    REQUIRE_OK(walking_add_network(world->dataset, 0, &file, &error), &error);
}

static struct geo_point random_point(struct test_random *random, const struct network *network)
{
    struct geo_box box = network->bounds;
    return (struct geo_point){
        box.west - 0.002 + (box.east - box.west + 0.004) * test_random_unit(random),
        box.south - 0.002 + (box.north - box.south + 0.004) * test_random_unit(random)};
}

/* Rough facilities of the seed, scattered over the streets; some share a point. */
static struct world *walking_world(struct test_random *random, const struct streets *streets,
                                   uint32_t count)
{
    struct seed seed = {.seed = test_random_u64(random), .count = count, .now = NOW, .rough = true};
    struct seed_facility *facilities = calloc(count, sizeof *facilities);
    REQUIRE(facilities != NULL);
    for (uint32_t i = 0; i < count; i++) {
        seed_facility(&seed, i, &facilities[i]);
        struct facility_record *record = &facilities[i].bundle.facility;
        struct geo_point point = random_point(random, &streets->network);
        if (record->lon_e7 == NONE)
            continue; /* off the map */
        record->lon_e7 = geo_e7(point.lon);
        record->lat_e7 = geo_e7(point.lat);
        if (i > 0 && test_random_below(random, 6) == 0 &&
            facilities[i - 1].bundle.facility.lon_e7 != NONE) {
            record->lon_e7 = facilities[i - 1].bundle.facility.lon_e7;
            record->lat_e7 = facilities[i - 1].bundle.facility.lat_e7;
        }
    }
    struct world *world = world_make_of(facilities, count, NOW);
    free(facilities);
    add_streets(world, streets);
    return world;
}

/* The second way -------------------------------------------------------------------------------- */

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void plain_walk(const struct network *network, const struct profile *profile,
                       const struct snap *origin, uint64_t *node_mm)
{
    const struct network_piece *piece = &network->pieces[origin->piece];
    for (uint32_t n = 0; n < network->node_count; n++)
        node_mm[n] = UINT32_MAX;
    node_mm[piece->from] = origin->from_start_mm;
    node_mm[piece->to] = least(node_mm[piece->to], piece->length_mm - origin->from_start_mm);
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < network->piece_count; i++) {
            const struct network_piece *p = &network->pieces[i];
            if (!profile_allows(profile, p->street_class))
                continue;
            uint64_t from = least(node_mm[p->from], node_mm[p->to] + p->length_mm);
            uint64_t to = least(node_mm[p->to], node_mm[p->from] + p->length_mm);
            changed = changed || from != node_mm[p->from] || to != node_mm[p->to];
            node_mm[p->from] = from;
            node_mm[p->to] = to;
        }
    }
}

static uint64_t position_mm(const struct network *network, const uint64_t *node_mm,
                            const struct snap *origin, const struct snap *position)
{
    const struct network_piece *piece = &network->pieces[position->piece];
    uint64_t mm = least(node_mm[piece->from] + position->from_start_mm,
                        node_mm[piece->to] + piece->length_mm - position->from_start_mm);
    if (position->piece == origin->piece)
        mm = least(mm, (uint64_t)llabs((long long)position->from_start_mm -
                                       (long long)origin->from_start_mm));
    return mm;
}

struct expected {
    uint64_t mm;
    uint32_t facility;
};
struct expectation {
    struct expected *matches; /* by (mm, number) */
    uint32_t match_count;
    int64_t unknown_count;
};

static int nearer(const void *a, const void *b)
{
    const struct expected *x = a, *y = b;
    return x->mm != y->mm ? (x->mm < y->mm ? -1 : 1) : x->facility < y->facility ? -1 : 1;
}

/* What the reference says of the facilities at this very point, each at most once. */
static void ask_at(const struct world *world, const struct nearby_query *query, uint32_t facility,
                   uint64_t mm, struct expectation *expectation)
{
    struct nearby_query here = *query;
    struct geo_point point = reference_point(&world->facilities[facility].bundle.facility);
    for (uint32_t i = 0; i < facility; i++) {
        struct geo_point earlier = reference_point(&world->facilities[i].bundle.facility);
        if (earlier.lon == point.lon && earlier.lat == point.lat)
            return; /* asked already */
    }
    here.from = point;
    here.within_m = 0;
    here.by = NEARBY_LINE;
    struct reference_answer answer = reference_find(world, &here);
    for (uint32_t i = 0; i < answer.match_count; i++)
        expectation->matches[expectation->match_count++] =
            (struct expected){mm, answer.matches[i].facility};
    expectation->unknown_count += answer.unknown_count;
    reference_release(&answer);
}

static struct expectation expect(const struct world *world, const struct network *network,
                                 const struct profile *profile, const struct nearby_query *query,
                                 uint64_t limit_mm)
{
    struct expectation expectation = {calloc(world->seed.count, sizeof(struct expected)), 0, 0};
    struct snapper *snapper = NULL;
    struct snap origin, position;
    struct error error = {0};
    uint64_t *node_mm = calloc(network->node_count, sizeof *node_mm);
    REQUIRE(node_mm && expectation.matches);
    REQUIRE_OK(snapper_build(network, profile, profile->min_component_m, &snapper, &error), &error);
    REQUIRE_OK(snap_point(snapper, query->from, 300, &origin, &error), &error);
    plain_walk(network, profile, &origin, node_mm);
    for (uint32_t i = 0; i < world->seed.count; i++) {
        const struct facility_record *record = &world->facilities[i].bundle.facility;
        if (record->lon_e7 == NONE ||
            snap_point(snapper, reference_point(record), 300, &position, NULL))
            continue;
        uint64_t mm = position_mm(network, node_mm, &origin, &position) +
                      (uint64_t)lround(origin.distance_m * 1000) +
                      (uint64_t)lround(position.distance_m * 1000);
        if (mm <= limit_mm)
            ask_at(world, query, i, mm, &expectation);
    }
    qsort(expectation.matches, expectation.match_count, sizeof *expectation.matches, nearer);
    snapper_release(snapper);
    free(node_mm);
    return expectation;
}

/* Comparing ------------------------------------------------------------------------------------- */

static bool same_pages(const struct world *world, struct nearby_query query,
                       const struct expectation *expectation, struct walker *walker,
                       struct nearby_list *list)
{
    const struct dataset *dataset = world->dataset;
    struct error error = {0};
    uint32_t seen = 0;
    do {
        REQUIRE_OK(nearby_find(dataset, world->vacancies, walker, &query, list, &error), &error);
        if (!CHECK_INT(list->by, NEARBY_WALK) ||
            !CHECK_INT(list->matched, expectation->match_count))
            return false;
        for (uint32_t i = 0; i < list->item_count; i++, seen++) {
            const struct nearby_item *item = &list->items[i];
            if (!CHECK(seen < expectation->match_count) ||
                !CHECK_TEXT(dataset_text(dataset, dataset->facilities[item->facility].id),
                            world->facilities[expectation->matches[seen].facility].id) ||
                !CHECK_INT(item->walk_mm, expectation->matches[seen].mm) ||
                !CHECK((double)item->walk_mm / 1000 > item->distance_m * 0.999 - 0.01))
                return false;
            query.after_walk_mm = item->walk_mm;
            snprintf(query.after_id, sizeof query.after_id, "%s",
                     dataset_text(dataset, dataset->facilities[item->facility].id));
        }
        query.has_after = true;
        query.after_by = NEARBY_WALK;
        if (!CHECK(list->complete == (seen == expectation->match_count)))
            return false;
    } while (!list->complete);
    return true;
}

static struct nearby_query random_query(struct test_random *random, const struct network *network)
{
    struct nearby_query query = plain_query(random_point(random, network));
    query.profile = (int32_t)test_random_below(random, PROFILE_COUNT);
    if (test_random_below(random, 3))
        query.within_minutes = 1 + (int32_t)test_random_below(random, 60);
    query.by = test_random_below(random, 2) ? NEARBY_WALK : NEARBY_UNSET;
    query.open = test_random_below(random, 2);
    query.inclusive = test_random_below(random, 4) == 0;
    if (test_random_below(random, 3) == 0)
        query.cares = (uint8_t)(1 + test_random_below(random, 15));
    if (test_random_below(random, 3) == 0)
        query.age_months = (int32_t)test_random_below(random, 40);
    query.limit = 1 + test_random_below(random, 12);
    query.relax = test_random_below(random, 3) == 0;
    return query;
}

static uint64_t limit_of(const struct nearby_query *query)
{
    int32_t minutes = query->within_minutes == NONE ? 30 : query->within_minutes;
    return profile_reach_mm(profile_builtin((uint32_t)query->profile), 60.0 * minutes);
}

static void check_relax(const struct world *world, const struct network *network,
                        const struct nearby_query *query, const struct nearby_list *list)
{
    const struct profile *profile = profile_builtin((uint32_t)query->profile);
    struct nearby_query without = *query;
    without.open = false;
    struct expectation expectation = expect(world, network, profile, &without, limit_of(query));
    CHECK_INT(list->relax[NEARBY_FILTER_OPEN], query->open ? (int64_t)expectation.match_count : -1);
    free(expectation.matches);
    expectation = expect(world, network, profile, query, profile_reach_mm(profile, 3600));
    CHECK_INT(list->relax[NEARBY_FILTER_WITHIN_MINUTES],
              query->within_minutes != NONE ? (int64_t)expectation.match_count : -1);
    CHECK_INT(list->relax[NEARBY_FILTER_WITHIN], -1);
    free(expectation.matches);
}

TEST(walking_equals_a_plain_walk_to_every_facility_on_random_streets)
{
    struct test_random random = test_random();
    struct nearby_list *list = malloc(sizeof *list);
    struct walker walker = {0};
    REQUIRE(list != NULL);
    uint64_t matches = 0, unknown = 0, walked = 0;
    for (uint32_t round = 0; round < 6; round++) {
        struct streets streets = streets_random(&random, 120 + 120 * (round % 3));
        struct world *world = walking_world(&random, &streets, 80);
        const struct network *network = &world->dataset->networks[0]->file.network;
        for (uint32_t i = 0; i < 30; i++) {
            struct nearby_query query = random_query(&random, network);
            struct walking_start start;
            if (walking_find_start(world->dataset, query.from, (uint32_t)query.profile, NULL,
                                   &start, NULL))
                continue;
            walked++;
            const struct profile *profile = profile_builtin((uint32_t)query.profile);
            struct expectation expectation =
                expect(world, network, profile, &query, limit_of(&query));
            bool same = same_pages(world, query, &expectation, &walker, list);
            struct error error = {0};
            REQUIRE_OK(nearby_find(world->dataset, world->vacancies, &walker, &query, list, &error),
                       &error);
            bool filtered =
                query.open || query.inclusive || query.cares || query.age_months != NONE;
            CHECK_INT(list->unknown_matched, filtered ? expectation.unknown_count : -1);
            if (query.relax)
                check_relax(world, network, &query, list);
            matches += expectation.match_count;
            unknown += (uint64_t)expectation.unknown_count;
            free(expectation.matches);
            REQUIRE(same);
        }
        world_release(world);
        streets_release(&streets);
    }
    CHECK(walked > 60 && matches > 300 && unknown > 100);
    walker_release(&walker);
    free(list);
}

/* Rules, on drawn streets ------------------------------------------------------------------------ */

struct drawn {
    struct streets streets;
    struct world *world;
    struct walker walker;
    struct nearby_list *list;
};

/* One facility at each of the letters, with the plainest of offers. */
static struct drawn draw(const char *picture, const char *letters)
{
    struct drawn drawn = {.streets = streets_draw(100, picture),
                          .list = malloc(sizeof *drawn.list)};
    uint32_t count = (uint32_t)strlen(letters);
    struct seed seed = {.seed = 1, .count = count, .now = NOW};
    struct seed_facility *facilities = calloc(count, sizeof *facilities);
    REQUIRE(facilities && drawn.list);
    for (uint32_t i = 0; i < count; i++) {
        seed_facility(&seed, i, &facilities[i]);
        struct geo_point point = streets_point(&drawn.streets, letters[i]);
        struct facility_record *record = &facilities[i].bundle.facility;
        record->kind = KIND_NURSERY;
        record->state = STATE_FILED;
        record->opens_on = record->closed_on = record->delists_on = DAY_NONE;
        record->lon_e7 = geo_e7(point.lon);
        record->lat_e7 = geo_e7(point.lat);
        for (uint32_t g = 0; g < facilities[i].bundle.group_count; g++)
            facilities[i].groups[g].admission = ADMISSION_PUBLIC;
    }
    drawn.world = world_make_of(facilities, count, NOW);
    free(facilities);
    add_streets(drawn.world, &drawn.streets);
    return drawn;
}

static void drawn_release(struct drawn *drawn)
{
    walker_release(&drawn->walker);
    world_release(drawn->world);
    streets_release(&drawn->streets);
    free(drawn->list);
}

static enum status find(struct drawn *drawn, const struct nearby_query *query, struct error *error)
{
    return nearby_find(drawn->world->dataset, drawn->world->vacancies, &drawn->walker, query,
                       drawn->list, error);
}

TEST(what_is_near_by_line_and_far_on_foot_comes_after_what_is_near_on_foot)
{
    struct drawn drawn = draw("A---------+\n"
                              "          |\n"
                              "B---------+",
                              "B");
    struct error error = {0};
    struct nearby_query query = plain_query(streets_point(&drawn.streets, 'A'));
    REQUIRE_OK(find(&drawn, &query, &error), &error);
    CHECK_INT(drawn.list->by, NEARBY_WALK);
    REQUIRE(drawn.list->item_count ==
            0); /* 200 m by line, 2,200 m round the end: over 30 minutes */
    query.within_minutes = 37;
    REQUIRE_OK(find(&drawn, &query, &error), &error);
    REQUIRE(drawn.list->item_count == 1);
    CHECK_NEAR(drawn.list->items[0].distance_m, 200, 1);
    CHECK_NEAR((double)drawn.list->items[0].walk_mm, 2200000, 5000);
    drawn_release(&drawn);
}

TEST(stairs_bar_a_stroller_and_not_a_toddler)
{
    struct drawn drawn = draw("A==B", "B");
    struct error error = {0};
    struct nearby_query query = plain_query(streets_point(&drawn.streets, 'A'));
    query.by = NEARBY_WALK;
    CHECK_INT(find(&drawn, &query, &error), STATUS_OFF_NETWORK); /* nothing a stroller may use */
    query.profile = PROFILE_TODDLER;
    REQUIRE_OK(find(&drawn, &query, &error), &error);
    REQUIRE(drawn.list->item_count == 1);
    CHECK_NEAR(nearby_walk_minutes(&drawn.list->profile, drawn.list->items[0].walk_mm),
               300 / 0.88 / 60, 0.1);
    drawn_release(&drawn);
}

TEST(a_limit_on_foot_is_inclusive_to_the_millimetre)
{
    struct drawn drawn = draw("A------B", "B");
    struct error error = {0};
    struct nearby_query query = plain_query(streets_point(&drawn.streets, 'A'));
    REQUIRE_OK(find(&drawn, &query, &error), &error);
    REQUIRE(drawn.list->item_count == 1);
    uint64_t mm = drawn.list->items[0].walk_mm;
    query.within_seconds = (double)mm / 1000; /* at 1 m/s */
    REQUIRE_OK(find(&drawn, &query, &error), &error);
    CHECK_INT(drawn.list->matched, 1);
    query.within_seconds = (double)(mm - 1) / 1000;
    REQUIRE_OK(find(&drawn, &query, &error), &error);
    CHECK_INT(drawn.list->matched, 0);
    drawn_release(&drawn);
}

TEST(minutes_on_foot_are_rounded_up_to_a_tenth_and_no_further)
{
    const struct profile *stroller = profile_builtin(PROFILE_STROLLER);
    CHECK_NEAR(nearby_walk_minutes(stroller, 498000), 8.3, 1e-12);
    CHECK_NEAR(nearby_walk_minutes(stroller, 498001), 8.4, 1e-12);
    CHECK_NEAR(nearby_walk_minutes(stroller, 0), 0, 0);
    CHECK_NEAR(nearby_walk_minutes(profile_builtin(PROFILE_ADULT), 78000), 1, 1e-12);
    CHECK_NEAR(nearby_walk_minutes(stroller, 900000), 15, 1e-12);
}

TEST(farther_than_300_m_from_a_street_is_off_the_network_or_by_line)
{
    struct drawn drawn = draw("A---B", "B");
    struct error error = {0};
    struct nearby_query query = plain_query(streets_point(&drawn.streets, 'A'));
    query.from.lat += 0.0028; /* 310 m */
    REQUIRE_OK(find(&drawn, &query, &error), &error);
    CHECK_INT(drawn.list->by, NEARBY_LINE);
    CHECK_INT(drawn.list->item_count, 1);
    query.within_minutes = 20;
    CHECK_INT(find(&drawn, &query, &error), STATUS_OFF_NETWORK);
    CHECK_TEXT(error.parameter, "within_minutes");
    query.by = NEARBY_WALK;
    CHECK_INT(find(&drawn, &query, &error), STATUS_OFF_NETWORK);
    CHECK_TEXT(error.parameter, "by");
    query.from.lat -= 0.0002; /* 288 m */
    REQUIRE_OK(find(&drawn, &query, &error), &error);
    CHECK_INT(drawn.list->by, NEARBY_WALK);
    CHECK_NEAR((double)drawn.list->items[0].walk_mm, 688000,
               2000);                              /* the way to the street counts */
    query.from = (struct geo_point){120.13, 30.2}; /* in the region's bounds, which has a network */
    CHECK_INT(find(&drawn, &query, &error), STATUS_OFF_NETWORK);
    drawn_release(&drawn);
}

TEST(a_cursor_goes_on_by_what_its_page_was_ordered_by)
{
    struct drawn drawn = draw("A---B--C-D", "BCD");
    struct error error = {0};
    struct nearby_query query = plain_query(streets_point(&drawn.streets, 'A'));
    query.has_after = true;
    query.after_by = NEARBY_LINE; /* a page from before there were streets */
    query.after_distance_m = 500;
    snprintf(query.after_id, sizeof query.after_id, "a");
    REQUIRE_OK(find(&drawn, &query, &error), &error);
    CHECK_INT(drawn.list->by, NEARBY_LINE);
    CHECK_INT(drawn.list->item_count, 2);
    query.after_by = NEARBY_WALK;
    query.after_walk_mm = 800000;
    REQUIRE_OK(find(&drawn, &query, &error), &error);
    CHECK_INT(drawn.list->by, NEARBY_WALK);
    CHECK_INT(drawn.list->item_count, 1);
    walking_close_all(drawn.world->dataset); /* and when the streets are gone */
    CHECK_INT(find(&drawn, &query, &error), STATUS_NO_NETWORK);
    CHECK_TEXT(error.parameter, "cursor");
    drawn_release(&drawn);
}
