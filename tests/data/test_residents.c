/* Where people are taken to live: figures shared out keep their sums, and stay in their community. */
#include "data/dataset.h"
#include "data/region_init.h"
#include "geo/mercator.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BUILDINGS = 40 };

TEST(shares_add_up_and_none_is_a_whole_one_away_from_its_due)
{
    struct test_random random = test_random();
    for (int round = 0; round < 2000; round++) {
        double weights[50], sum = 0;
        int32_t shares[50], total = (int32_t)test_random_below(&random, 3000);
        uint32_t count = 1 + (uint32_t)test_random_below(&random, 50);
        struct error error;
        for (uint32_t i = 0; i < count; i++) {
            weights[i] = test_random_below(&random, 4) ? test_random_unit(&random) * 900 : 0;
            sum += weights[i];
        }
        REQUIRE_OK(share_out(total, weights, count, shares, &error), &error);
        int64_t given = 0;
        for (uint32_t i = 0; i < count; i++) {
            double due = sum > 0 ? total * weights[i] / sum : (double)total / count;
            given += shares[i];
            REQUIRE(shares[i] > due - 1 - 1e-9 && shares[i] < due + 1 + 1e-9);
        }
        REQUIRE(given == total);
    }
    int32_t none[2];
    struct error error;
    REQUIRE_OK(share_out(NONE, (double[]){1, 2}, 2, none, &error), &error);
    CHECK(none[0] == NONE && none[1] == NONE);
}

/* A map of square buildings along a line of latitude, each three times as wide as the one before. */
struct small_map {
    struct base_map map;
    struct base_feature features[BUILDINGS + 1];
    struct base_ring rings[BUILDINGS + 1];
    struct plane_point points[(BUILDINGS + 1) * 4];
};

static void add_square(struct small_map *small, struct geo_point south_west, double degrees,
                       uint8_t kind)
{
    uint32_t number = small->map.feature_count++;
    struct plane_point *points = &small->points[number * 4];
    const double corners[4][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};
    for (int i = 0; i < 4; i++)
        points[i] = mercator_project((struct geo_point){south_west.lon + corners[i][0] * degrees,
                                                        south_west.lat + corners[i][1] * degrees});
    small->features[number] =
        (struct base_feature){.box = {points[3].x, points[3].y, points[1].x, points[1].y},
                              .first_ring = number,
                              .ring_count = 1,
                              .kind = kind,
                              .shape = MAP_AREA};
    small->rings[number] = (struct base_ring){number * 4, 4, 0};
    small->map.features = small->features;
    small->map.rings = small->rings;
    small->map.points = small->points;
    small->map.ring_count++;
    small->map.point_count += 4;
}

#define OUTLINE(west, east)                                                          \
    "{\"type\":\"Polygon\",\"coordinates\":[[[" west ",30.1],[" east ",30.1],[" east \
    ",30.2],[" west ",30.2],[" west ",30.1]]]}"

static const struct community_record three[] = {
    {.code = "1", .residents = 1001, .children = 40, .outline = OUTLINE("120.10", "120.20")},
    {.code = "2", .residents = 77, .children = NONE, .outline = OUTLINE("120.20", "120.30")},
    {.code = "3", .residents = NONE, .children = NONE, .outline = OUTLINE("120.30", "120.40")},
};

static int64_t sum_of(const struct people *people, const int32_t *figures, uint32_t community)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < people->count; i++)
        if (people->communities[i] == community && figures[i] != NONE)
            sum += figures[i];
    return sum;
}

TEST(figures_are_spread_over_buildings_by_footprint_and_else_over_the_outline)
{
    static struct small_map small;
    struct arena arena;
    struct people people;
    struct error error;
    arena_init(&arena, 1 << 20);
    memset(&small, 0, sizeof small);
    add_square(&small, (struct geo_point){120.11, 30.15}, 0.0001, MAP_BUILDING);
    add_square(&small, (struct geo_point){120.12, 30.15}, 0.0003, MAP_BUILDING);
    add_square(&small, (struct geo_point){120.13, 30.15}, 0.01, MAP_GREEN);
    add_square(&small, (struct geo_point){120.35, 30.15}, 0.0003, MAP_BUILDING);
    REQUIRE_OK(people_spread(three, 3, &small.map, &arena, &people, &error), &error);
    CHECK_INT(people.source, RESIDENTS_OUTLINE); /* the second has no building */
    CHECK_INT(sum_of(&people, people.residents, 0), 1001);
    CHECK_INT(sum_of(&people, people.children, 0), 40);
    CHECK_INT(sum_of(&people, people.residents, 1), 77);
    CHECK_INT(sum_of(&people, people.children, 1), 0);
    REQUIRE(people.count > 3);
    CHECK(people.communities[0] == 0 && people.communities[1] == 0 && people.communities[2] == 1);
    /* nine times the footprint, nine times the people */
    CHECK_INT(people.residents[0], 100);
    CHECK_INT(people.residents[1], 901);
    for (uint32_t i = 2; i < people.count; i++) {
        CHECK_INT(people.communities[i], 1);
        CHECK(people.points[i].lon > 120.2 && people.points[i].lon < 120.3);
        CHECK_INT(people.children[i], NONE);
    }
    REQUIRE_OK(people_spread(three, 1, &small.map, &arena, &people, &error), &error);
    CHECK_INT(people.source, RESIDENTS_BUILDINGS);
    CHECK_INT(people.count, 2);
    arena_release(&arena);
}

TEST(an_outline_too_thin_for_a_coarse_grid_gets_a_finer_one)
{
    static const struct community_record thin = {
        .code = "1",
        .residents = 500,
        .children = 9,
        .outline =
            "{\"type\":\"Polygon\",\"coordinates\":[[[120.1,30.1],[120.2,30.2],[120.2,30.2001],"
            "[120.1,30.1001],[120.1,30.1]]]}"};
    struct arena arena;
    struct people people;
    struct error error;
    arena_init(&arena, 1 << 20);
    REQUIRE_OK(people_spread(&thin, 1, NULL, &arena, &people, &error), &error);
    CHECK(people.count > 0);
    CHECK_INT(sum_of(&people, people.residents, 0), 500);
    CHECK_INT(sum_of(&people, people.children, 0), 9);
    REQUIRE_OK(people_spread(&three[2], 1, NULL, &arena, &people, &error), &error);
    CHECK_INT(people.count, 0);
    CHECK_INT(people.source, RESIDENTS_NONE);
    arena_release(&arena);
}

/* The census of 2020 by street, transcribed in data/regions/binjiang/README.md. */
TEST(the_sample_has_as_many_people_as_the_census_counted_imported_or_spread)
{
    static const struct {
        const char *street;
        int64_t residents;
    } census[] = {{"330108001000", 143318}, {"330108002000", 168276}, {"330108003000", 192265}};
    for (int imported = 0; imported < 2; imported++) {
        struct store *store;
        struct dataset *dataset;
        struct error error = {0};
        const moment_t now = INT64_C(1795575600);
        const char *region = "data/regions/binjiang/region.json";
        uint32_t points = 0;
        REQUIRE_OK(store_open("memory:", STORE_CREATE, &store, &error), &error);
        REQUIRE_OK(region_init(store, region, now, NULL, &error), &error);
        if (imported)
            REQUIRE_OK(region_init_residents(store, region, now, NULL, &points, &error), &error);
        REQUIRE_OK(dataset_build(store, now, &dataset, &error), &error);
        const struct people *people = &dataset->people[0];
        CHECK_INT(people->source, imported ? RESIDENTS_IMPORTED : RESIDENTS_OUTLINE);
        for (int i = 0; i < 3; i++) {
            int64_t sum = 0;
            for (uint32_t k = 0; k < people->count; k++) {
                REQUIRE(people->communities[k] < dataset->community_count);
                const char *street = dataset->communities[people->communities[k]].street;
                sum += strcmp(street, census[i].street) == 0 ? people->residents[k] : 0;
            }
            CHECK_INT(sum, census[i].residents);
        }
        dataset_release(dataset);
        store_close(store);
    }
}
