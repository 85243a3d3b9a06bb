#include "tests/test.h"

#include "geo/geometry.h"

#include <math.h>

static struct geo_polygon square(struct geo_ring *ring, struct geo_point *points, double west,
                                 double south, double east, double north)
{
    struct geo_point corners[] = {
        {west, south}, {east, south}, {east, north}, {west, north}, {west, south}};
    for (int i = 0; i < 5; i++)
        points[i] = corners[i];
    *ring = (struct geo_ring){points, 5};
    return (struct geo_polygon){ring, 1};
}

TEST(a_point_must_be_finite_and_on_the_globe)
{
    CHECK(geo_point_is_valid((struct geo_point){180, 90}));
    CHECK(geo_point_is_valid((struct geo_point){-180, -90}));
    CHECK(!geo_point_is_valid((struct geo_point){180.0000001, 0}));
    CHECK(!geo_point_is_valid((struct geo_point){0, -90.0000001}));
    CHECK(!geo_point_is_valid((struct geo_point){NAN, 0}));
    CHECK(!geo_point_is_valid((struct geo_point){0, NAN}));
    CHECK(!geo_point_is_valid((struct geo_point){INFINITY, 0}));
    CHECK(!geo_point_is_valid((struct geo_point){0, -INFINITY}));
}

TEST(a_box_owns_its_edges_and_may_cross_the_antimeridian)
{
    struct geo_box box = {120, 30, 121, 31};
    CHECK(geo_box_contains(box, (struct geo_point){120, 30}));
    CHECK(geo_box_contains(box, (struct geo_point){121, 31}));
    CHECK(!geo_box_contains(box, (struct geo_point){119.9999999, 30.5}));
    CHECK(!geo_box_contains(box, (struct geo_point){120.5, 31.0000001}));
    CHECK(!geo_box_contains(box, (struct geo_point){NAN, 30.5}));

    struct geo_box fiji = {177, -20, -178, -15};
    CHECK(geo_box_contains(fiji, (struct geo_point){180, -17}));
    CHECK(geo_box_contains(fiji, (struct geo_point){-180, -17}));
    CHECK(geo_box_contains(fiji, (struct geo_point){-178, -15}));
    CHECK(!geo_box_contains(fiji, (struct geo_point){-177.9, -17}));
    CHECK(!geo_box_contains(fiji, (struct geo_point){0, -17}));
}

TEST(the_box_of_a_polygon_holds_all_rings)
{
    struct geo_point first[5], second[5];
    struct geo_ring rings[2];
    square(&rings[0], first, 1, 2, 3, 4);
    square(&rings[1], second, -5, 3, -4, 9);
    struct geo_box box = geo_polygon_box(&(struct geo_polygon){rings, 2});
    CHECK_NEAR(box.west, -5, 0);
    CHECK_NEAR(box.south, 2, 0);
    CHECK_NEAR(box.east, 3, 0);
    CHECK_NEAR(box.north, 9, 0);
    struct geo_box none = geo_polygon_box(&(struct geo_polygon){NULL, 0});
    CHECK(none.west == 0 && none.south == 0 && none.east == 0 && none.north == 0);
}

TEST(a_hole_is_outside_and_an_island_in_it_inside)
{
    struct geo_point points[3][5];
    struct geo_ring rings[3];
    square(&rings[0], points[0], 0, 0, 10, 10);
    square(&rings[1], points[1], 2, 2, 8, 8);
    square(&rings[2], points[2], 4, 4, 6, 6);
    struct geo_polygon polygon = {rings, 3};
    CHECK(geo_polygon_contains(&polygon, (struct geo_point){1, 5}));
    CHECK(!geo_polygon_contains(&polygon, (struct geo_point){3, 5}));
    CHECK(geo_polygon_contains(&polygon, (struct geo_point){5, 5}));
    CHECK(!geo_polygon_contains(&polygon, (struct geo_point){11, 5}));
    CHECK(!geo_polygon_contains(&polygon, (struct geo_point){-1, 5}));
}

/* The winding number, by angles: another way to the same answer for a simple ring. */
static bool winds(const struct geo_ring *ring, struct geo_point point)
{
    double sum = 0;
    for (uint32_t i = 1; i < ring->count; i++) {
        double ax = ring->points[i - 1].lon - point.lon, ay = ring->points[i - 1].lat - point.lat;
        double bx = ring->points[i].lon - point.lon, by = ring->points[i].lat - point.lat;
        sum += atan2(ax * by - ay * bx, ax * bx + ay * by);
    }
    return fabs(sum) > 3;
}

TEST(even_odd_agrees_with_the_winding_number_on_random_stars)
{
    struct test_random random = test_random();
    for (int round = 0; round < 200; round++) {
        struct geo_point points[30];
        uint32_t corners = 3 + test_random_below(&random, 26);
        for (uint32_t i = 0; i < corners; i++) {
            double angle = 2 * 3.14159265358979 * i / corners;
            double radius = 0.2 + test_random_unit(&random);
            points[i] = (struct geo_point){120 + radius * cos(angle), 30 + radius * sin(angle)};
        }
        points[corners] = points[0];
        struct geo_ring ring = {points, corners + 1};
        struct geo_polygon polygon = {&ring, 1};
        for (int i = 0; i < 100; i++) {
            struct geo_point at = {118.7 + 2.6 * test_random_unit(&random),
                                   28.7 + 2.6 * test_random_unit(&random)};
            CHECK(geo_polygon_contains(&polygon, at) == winds(&ring, at));
        }
    }
}

TEST(a_point_on_a_shared_edge_is_in_exactly_one_of_the_two)
{
    struct test_random random = test_random();
    for (int round = 0; round < 2000; round++) {
        struct geo_point a = {test_random_unit(&random), test_random_unit(&random)};
        struct geo_point b = {test_random_unit(&random), test_random_unit(&random)};
        struct geo_point left[] = {a, b, {-3, 0.5}, a}, right[] = {b, a, {4, 0.5}, b};
        if ((b.lon - a.lon) * (0.5 - a.lat) - (b.lat - a.lat) * (-3 - a.lon) == 0)
            continue;
        struct geo_ring rings[2] = {{left, 4}, {right, 4}};
        struct geo_polygon first = {&rings[0], 1}, second = {&rings[1], 1};
        struct geo_ring quad_ring = {(struct geo_point[]){a, {4, 0.5}, b, {-3, 0.5}, a}, 5};
        struct geo_polygon both = {&quad_ring, 1};
        double along = 0.001 + 0.998 * test_random_unit(&random);
        struct geo_point on = {a.lon + along * (b.lon - a.lon), a.lat + along * (b.lat - a.lat)};
        int owners = geo_polygon_contains(&first, on) + geo_polygon_contains(&second, on);
        if (geo_polygon_contains(&both, on))
            CHECK_INT(owners, 1);
    }
}

TEST(degrees_survive_as_integers_of_a_ten_millionth)
{
    CHECK_INT(geo_e7(120.2106), 1202106000);
    CHECK_INT(geo_e7(-180), -1800000000);
    CHECK_INT(geo_e7(0.00000004), 0);
    CHECK_INT(geo_e7(-0.00000006), -1);
    struct geo_point point = geo_point_from_e7(1202106001, -302066001);
    CHECK_INT(geo_e7(point.lon), 1202106001);
    CHECK_INT(geo_e7(point.lat), -302066001);
}
