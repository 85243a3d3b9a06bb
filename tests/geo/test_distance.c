#include "tests/test.h"

#include "geo/distance.h"

#include <geodesic.h>
#include <math.h>

static double reference_m(struct geo_point from, struct geo_point to, double *azimuth)
{
    struct geod_geodesic wgs84;
    double metres;
    geod_init(&wgs84, 6378137, 1 / 298.257223563);
    geod_inverse(&wgs84, from.lat, from.lon, to.lat, to.lon, &metres, azimuth, NULL);
    return metres;
}

static struct geo_point away(struct geo_point from, double azimuth, double metres)
{
    struct geod_geodesic wgs84;
    struct geo_point to;
    geod_init(&wgs84, 6378137, 1 / 298.257223563);
    geod_direct(&wgs84, from.lat, from.lon, azimuth, metres, &to.lat, &to.lon, NULL);
    return to;
}

static struct geo_point random_point(struct test_random *random, double max_lat)
{
    double top = sin(max_lat * 0.017453292519943295);
    return (struct geo_point){360 * test_random_unit(random) - 180,
                              asin(top * (2 * test_random_unit(random) - 1)) * 57.29577951308232};
}

/* The largest error against the geodesic over random pairs of at most max_m. */
static double worst_error_m(double max_lat, double max_m, int pairs)
{
    struct test_random random = test_random();
    double worst = 0;
    for (int i = 0; i < pairs; i++) {
        struct geo_point from = random_point(&random, max_lat);
        struct geo_point to =
            away(from, 360 * test_random_unit(&random), max_m * test_random_unit(&random));
        double error = fabs(distance_m(from, to) - reference_m(from, to, NULL));
        worst = fmax(worst, error);
    }
    return worst;
}

TEST(short_distances_are_within_a_thirtieth_of_a_millimetre)
{
    double worst = worst_error_m(80, 10000, 200000);
    CHECK(worst <= 0.00003);
    CHECK(worst > 0); /* it is another formula: were it 0, nothing would have been compared */
}

TEST(distances_up_to_fifty_kilometres_are_within_five_millimetres)
{
    CHECK(worst_error_m(80, 50000, 200000) <= 0.005);
    CHECK(worst_error_m(89.9, 60000, 100000) <= 0.005);
}

TEST(long_distances_are_the_geodesic)
{
    struct test_random random = test_random();
    for (int i = 0; i < 20000; i++) {
        struct geo_point from = random_point(&random, 90), to = random_point(&random, 90);
        double expected = reference_m(from, to, NULL);
        CHECK_NEAR(distance_m(from, to), expected, expected > 51000 ? 1e-6 : 0.005);
        CHECK_NEAR(distance_geodesic_m(from, to), expected, 1e-6);
    }
}

TEST(distance_is_the_same_both_ways_to_the_last_bit)
{
    struct test_random random = test_random();
    for (int i = 0; i < 50000; i++) {
        struct geo_point from = random_point(&random, 90);
        struct geo_point to =
            i % 2 ? random_point(&random, 90)
                  : away(from, 360 * test_random_unit(&random), 60000 * test_random_unit(&random));
        CHECK(distance_m(from, to) == distance_m(to, from));
        CHECK(distance_m(from, from) == 0);
    }
}

TEST(the_antimeridian_and_the_poles_are_no_walls)
{
    struct geo_point east = {179.9, 10}, west = {-179.9, 10};
    CHECK_NEAR(distance_m(east, west), reference_m(east, west, NULL), 0.005);
    CHECK(distance_m(east, west) < 22000);
    CHECK(distance_m((struct geo_point){180, 45}, (struct geo_point){-180, 45}) == 0);

    struct geo_point one = {0, 89.9}, other = {180, 89.9};
    CHECK_NEAR(distance_m(one, other), reference_m(one, other, NULL), 1e-6);
    CHECK_NEAR(distance_m((struct geo_point){17, 90}, (struct geo_point){-99, 90}), 0, 1e-6);
    CHECK_NEAR(distance_m((struct geo_point){0, 90}, (struct geo_point){0, -90}), 20003931.4586,
               0.001); /* half a meridian: Karney, GeographicLib documentation */
}

/* Where one formula takes over from the other nothing may jump by more than the stated error. */
TEST(the_change_of_formula_leaves_no_step)
{
    struct test_random random = test_random();
    for (int i = 0; i < 20000; i++) {
        struct geo_point from = random_point(&random, 82);
        double azimuth = 360 * test_random_unit(&random);
        struct geo_point to = away(from, azimuth, 50000 + 0.2 * test_random_unit(&random) - 0.1);
        CHECK_NEAR(distance_m(from, to), reference_m(from, to, NULL), 0.005);
    }
}

/* Near and far, across the antimeridian and at the poles, in every place of an odd or even number. */
TEST(many_distances_are_the_single_ones_to_the_last_bit)
{
    enum { MOST = 9 };
    struct test_random random = test_random();
    for (int i = 0; i < 20000; i++) {
        struct geo_point from = random_point(&random, 90), to[MOST];
        double metres[MOST + 1];
        uint32_t count = test_random_below(&random, MOST + 1);
        for (uint32_t j = 0; j < count; j++)
            to[j] = test_random_below(&random, 3) ? away(from, 360 * test_random_unit(&random),
                                                         60000 * test_random_unit(&random))
                                                  : random_point(&random, 90);
        metres[count] = -1;
        distance_many_m(from, to, count, metres);
        for (uint32_t j = 0; j < count; j++)
            CHECK(metres[j] == distance_m(from, to[j]));
        CHECK(metres[count] == -1);
    }
}
