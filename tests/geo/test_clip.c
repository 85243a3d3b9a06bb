#include "geo/clip.h"

#include "geo/mvt.h"
#include "tests/test.h"

#include <geos_c.h>
#include <math.h>

static const struct grid_box box = {0, 0, 4096, 4096};

static GEOSCoordSequence *sequence_of(GEOSContextHandle_t geos, const struct grid_point *points,
                                      uint32_t count, bool close)
{
    GEOSCoordSequence *sequence = GEOSCoordSeq_create_r(geos, count + close, 2);
    for (uint32_t i = 0; i < count; i++)
        GEOSCoordSeq_setXY_r(geos, sequence, i, points[i].x, points[i].y);
    if (close)
        GEOSCoordSeq_setXY_r(geos, sequence, count, points[0].x, points[0].y);
    return sequence;
}

static GEOSGeometry *square(GEOSContextHandle_t geos)
{
    static const struct grid_point corners[] = {{0, 0}, {4096, 0}, {4096, 4096}, {0, 4096}};
    return GEOSGeom_createPolygon_r(
        geos, GEOSGeom_createLinearRing_r(geos, sequence_of(geos, corners, 4, true)), NULL, 0);
}

/* A star around a point near the box: simple, whatever its radii. */
static uint32_t draw_star(struct test_random *random, struct grid_point *points)
{
    uint32_t count = 3 + test_random_below(random, 60);
    double x = test_random_unit(random) * 8000 - 2000, y = test_random_unit(random) * 8000 - 2000;
    double size = pow(10, 1 + 3.3 * test_random_unit(random));
    for (uint32_t i = 0; i < count; i++) {
        double angle = 6.283185307179586 * i / count,
               radius = size * (0.2 + test_random_unit(random));
        points[i] = (struct grid_point){(int32_t)lround(x + cos(angle) * radius),
                                        (int32_t)lround(y + sin(angle) * radius)};
    }
    return count;
}

TEST(the_area_of_a_clipped_ring_is_that_of_the_intersection_by_geos)
{
    GEOSContextHandle_t geos = GEOS_init_r();
    GEOSGeometry *tile = square(geos);
    struct test_random random = test_random();
    struct grid_points out = {0}, spare = {0};
    uint32_t cut = 0;
    for (int round = 0; round < 3000; round++) {
        struct grid_point star[64];
        uint32_t count = draw_star(&random, star);
        GEOSGeometry *polygon = GEOSGeom_createPolygon_r(
            geos, GEOSGeom_createLinearRing_r(geos, sequence_of(geos, star, count, true)), NULL, 0);
        REQUIRE_OK(clip_ring(star, count, box, &out, &spare), NULL);
        double area = out.count < 3 ? 0 : (double)mvt_ring_area2(out.points, out.count) / 2;
        if (GEOSisValid_r(geos, polygon) == 1) {
            GEOSGeometry *both = GEOSIntersection_r(geos, polygon, tile);
            double whole, expected;
            GEOSArea_r(geos, polygon, &whole);
            GEOSArea_r(geos, both, &expected);
            /* each of the few crossings is moved by half a unit at most along an edge of 4096 */
            CHECK_NEAR(area, expected, 4096.0 * 0.5 * 4);
            if (whole == expected)
                CHECK_NEAR(area, expected, 0);
            cut += expected > 0 && expected < whole;
            GEOSGeom_destroy_r(geos, both);
        }
        for (uint32_t i = 0; i < out.count; i++)
            CHECK(out.points[i].x >= 0 && out.points[i].x <= 4096 && out.points[i].y >= 0 &&
                  out.points[i].y <= 4096);
        GEOSGeom_destroy_r(geos, polygon);
    }
    CHECK(cut > 500);
    grid_points_release(&out);
    grid_points_release(&spare);
    grid_points_release(&spare);
    GEOSGeom_destroy_r(geos, tile);
    GEOS_finish_r(geos);
}

/* On a seam both sides round alike: what one loses the other gains, and only the new points, half a
 * unit off at most, bend the outline. */
TEST(pieces_of_neighbouring_boxes_have_the_area_of_the_whole)
{
    struct test_random random = test_random();
    struct grid_points out = {0}, spare = {0};
    for (int round = 0; round < 200; round++) {
        struct grid_point star[64], moved[64];
        uint32_t count = draw_star(&random, star);
        double sum = 0, around_it = 0, whole = (double)mvt_ring_area2(star, count) / 2;
        for (uint32_t i = 0; i < count; i++)
            around_it +=
                hypot(star[i].x - star[(i + 1) % count].x, star[i].y - star[(i + 1) % count].y);
        const int around = 8; /* the largest star reaches some 25,000 units */
        for (int x = -around; x <= around; x++)
            for (int y = -around; y <= around; y++) {
                for (uint32_t i = 0; i < count; i++)
                    moved[i] = (struct grid_point){star[i].x - x * 4096, star[i].y - y * 4096};
                REQUIRE_OK(clip_ring(moved, count, box, &out, &spare), NULL);
                sum += out.count < 3 ? 0 : (double)mvt_ring_area2(out.points, out.count) / 2;
            }
        CHECK_NEAR(sum, whole, around_it / 2);
    }
    grid_points_release(&out);
    grid_points_release(&spare);
}

TEST(what_is_left_of_a_line_is_the_intersection_by_geos)
{
    GEOSContextHandle_t geos = GEOS_init_r();
    GEOSGeometry *tile = square(geos);
    struct test_random random = test_random();
    struct grid_points out = {0};
    uint32_t in_parts = 0;
    REQUIRE_OK(grid_points_reserve(&out, 100), NULL);
    for (int round = 0; round < 3000; round++) {
        struct grid_point line[40];
        uint32_t count = 2 + test_random_below(&random, 38), next = 0, parts = 0;
        for (uint32_t i = 0; i < count; i++)
            line[i] = (struct grid_point){(int32_t)test_random_below(&random, 9000) - 2500,
                                          (int32_t)test_random_below(&random, 9000) - 2500};
        GEOSGeometry *whole =
            GEOSGeom_createLineString_r(geos, sequence_of(geos, line, count, false));
        GEOSGeometry *both = GEOSIntersection_r(geos, whole, tile);
        double expected = 0, length = 0;
        GEOSLength_r(geos, both, &expected);
        while (clip_line_next(line, count, box, &next, &out)) {
            parts++;
            REQUIRE(out.count >= 2 && out.count <= count + 2);
            GEOSGeometry *part =
                GEOSGeom_createLineString_r(geos, sequence_of(geos, out.points, out.count, false));
            double part_length, distance;
            GEOSLength_r(geos, part, &part_length);
            length += part_length;
            for (uint32_t i = 0; i < out.count; i++) { /* each point lies on the line, as it was */
                GEOSGeometry *point =
                    GEOSGeom_createPointFromXY_r(geos, out.points[i].x, out.points[i].y);
                GEOSDistance_r(geos, point, whole, &distance);
                CHECK(distance <= 0.75);
                GEOSGeom_destroy_r(geos, point);
            }
            GEOSGeom_destroy_r(geos, part);
        }
        CHECK_NEAR(length, expected, 2.0 * count);
        in_parts += parts > 1;
        GEOSGeom_destroy_r(geos, whole);
        GEOSGeom_destroy_r(geos, both);
    }
    CHECK(in_parts > 1000);
    grid_points_release(&out);
    GEOSGeom_destroy_r(geos, tile);
    GEOS_finish_r(geos);
}

TEST(a_line_is_cut_at_the_same_point_from_both_sides_and_both_ways)
{
    struct test_random random = test_random();
    struct grid_points out = {0};
    REQUIRE_OK(grid_points_reserve(&out, 8), NULL);
    for (int round = 0; round < 20000; round++) {
        /* from the box in the west to the one in the east, across x = 4096 */
        struct grid_point west = {(int32_t)test_random_below(&random, 4096),
                                  (int32_t)test_random_below(&random, 4097)};
        struct grid_point east = {4097 + (int32_t)test_random_below(&random, 4095),
                                  (int32_t)test_random_below(&random, 4097)};
        struct grid_point there[2] = {west, east}, back[2] = {east, west};
        struct grid_point moved[2] = {{west.x - 4096, west.y}, {east.x - 4096, east.y}};
        uint32_t next = 0;
        REQUIRE(clip_line_next(there, 2, box, &next, &out));
        int32_t y = out.points[1].y;
        next = 0;
        REQUIRE(clip_line_next(back, 2, box, &next, &out));
        CHECK_INT(out.points[0].y, y);
        next = 0;
        REQUIRE(clip_line_next(moved, 2, box, &next, &out));
        CHECK(out.points[0].x == 0 && out.points[0].y == y);
    }
    grid_points_release(&out);
}

TEST(a_line_that_leaves_and_comes_back_is_in_parts)
{
    static const struct grid_point line[] = {{-10, 10},  {100, 10}, {100, -50},
                                             {200, -50}, {200, 20}, {300, 20}};
    struct grid_points out = {0};
    REQUIRE_OK(grid_points_reserve(&out, 8), NULL);
    uint32_t next = 0;
    REQUIRE(clip_line_next(line, 6, box, &next, &out));
    CHECK_INT(out.count, 3);
    CHECK(out.points[0].x == 0 && out.points[0].y == 10 && out.points[2].y == 0);
    REQUIRE(clip_line_next(line, 6, box, &next, &out));
    CHECK_INT(out.count, 3);
    CHECK(out.points[0].x == 200 && out.points[0].y == 0 && out.points[2].x == 300);
    CHECK(!clip_line_next(line, 6, box, &next, &out));
    grid_points_release(&out);
}
