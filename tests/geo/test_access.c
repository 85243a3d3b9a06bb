#include "geo/access.h"

#include "tests/test.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The published small cases: 3 demand points, 2 facilities, all pairs. */
static void check_case(const json_t *cases, const char *name, const struct access_zone *zones,
                       uint32_t zone_count)
{
    double supply[2], demand[3], ratio[2], access[3];
    struct access_pair pairs[6];
    const uint32_t first[3] = {0, 3, 6};
    for (size_t j = 0; j < 2; j++)
        supply[j] = json_number_value(json_array_get(json_object_get(cases, "supply"), j));
    for (size_t k = 0; k < 3; k++) {
        const json_t *row = json_array_get(json_object_get(cases, "cost_rows_are_demand"), k);
        demand[k] = json_number_value(json_array_get(json_object_get(cases, "demand"), k));
        for (size_t j = 0; j < 2; j++)
            pairs[j * 3 + k] = (struct access_pair){
                (uint32_t)k, (uint32_t)json_number_value(json_array_get(row, j))};
    }
    const struct access_input input = {supply, first, pairs, 2, demand, 3, zones, zone_count};
    struct error error = {0};
    REQUIRE_OK(access_compute(&input, ratio, access, NULL, &error), &error);
    size_t index;
    json_t *one;
    bool found = false;
    json_array_foreach(json_object_get(cases, "cases"), index, one)
    {
        if (strcmp(json_string_value(json_object_get(one, "name")), name) != 0)
            continue;
        found = true;
        for (size_t k = 0; k < 3; k++)
            CHECK_NEAR(access[k],
                       json_number_value(json_array_get(json_object_get(one, "access"), k)), 1e-9);
    }
    CHECK(found);
}

TEST(access_equals_the_published_cases)
{
    json_error_t problem;
    json_t *cases = json_load_file(test_data("catchment/cases.json"), 0, &problem);
    REQUIRE(cases);
    const struct access_zone one[] = {{29, 1}}; /* cost < 30, whole minutes */
    const struct access_zone steps[] = {{20, 1}, {40, 0.68}, {60, 0.22}};
    check_case(cases, "2SFCA cost < 30", one, 1);
    check_case(cases, "E2SFCA steps 20:1, 40:.68, 60:.22", steps, 3);
    json_decref(cases);
}

TEST(children_times_access_is_the_supply_that_somebody_reaches)
{
    struct test_random random = test_random();
    const struct access_zone zones[] = {{300, 1}, {600, 0.68}, {900, 0.22}};
    enum { FACILITIES = 40, POINTS = 300 };
    for (int round = 0; round < 50; round++) {
        static struct access_pair pairs[FACILITIES * POINTS];
        uint32_t first[FACILITIES + 1] = {0}, count = 0, empty, want_empty = 0;
        double supply[FACILITIES], demand[POINTS], ratio[FACILITIES], access[POINTS];
        double reached = 0, served = 0;
        for (uint32_t k = 0; k < POINTS; k++)
            demand[k] = test_random_below(&random, 4) ? test_random_below(&random, 50) : 0;
        for (uint32_t j = 0; j < FACILITIES; j++) {
            double weighted = 0;
            supply[j] = test_random_below(&random, 120);
            uint32_t want = test_random_below(&random, 8);
            for (uint32_t i = 0; i < want; i++) {
                pairs[count] = (struct access_pair){test_random_below(&random, POINTS),
                                                    test_random_below(&random, 1200)};
                weighted +=
                    demand[pairs[count].demand] * access_weight(zones, 3, pairs[count].cost);
                count++;
            }
            first[j + 1] = count;
            reached += weighted > 0 ? supply[j] : 0;
            want_empty += weighted <= 0 && supply[j] > 0;
        }
        const struct access_input input = {supply, first,  pairs, FACILITIES,
                                           demand, POINTS, zones, 3};
        struct error error = {0};
        REQUIRE_OK(access_compute(&input, ratio, access, &empty, &error), &error);
        for (uint32_t k = 0; k < POINTS; k++) {
            CHECK(isfinite(access[k]));
            served += demand[k] * access[k];
        }
        CHECK_NEAR(served, reached, 1e-9 * (1 + reached));
        CHECK_INT(empty, want_empty);
    }
}

TEST(access_refuses_what_is_no_amount)
{
    const struct access_zone zones[] = {{300, 1}};
    double supply[1] = {-1}, demand[1] = {5}, ratio[1], access[1];
    const uint32_t first[2] = {0, 1};
    struct access_pair pairs[1] = {{0, 10}};
    struct access_input input = {supply, first, pairs, 1, demand, 1, zones, 1};
    struct error error = {0};
    CHECK_INT(access_compute(&input, ratio, access, NULL, &error), STATUS_INVALID);
    CHECK_CONTAINS(error.message, "supply 0 is -1");
    supply[0] = 10;
    demand[0] = NAN;
    CHECK_INT(access_compute(&input, ratio, access, NULL, &error), STATUS_INVALID);
    demand[0] = 5;
    pairs[0].demand = 7;
    CHECK_INT(access_compute(&input, ratio, access, NULL, &error), STATUS_INVALID);
    CHECK_CONTAINS(error.message, "demand point 7 of 1");
    pairs[0].demand = 0;
    REQUIRE_OK(access_compute(&input, ratio, access, NULL, &error), &error);
    CHECK_NEAR(access[0], 2, 0);
}
