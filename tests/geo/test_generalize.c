#include "geo/generalize.h"

#include "tests/test.h"

#include <math.h>
#include <stdlib.h>

enum { MOST = 600 };

static double off(struct plane_point p, struct plane_point a, struct plane_point b)
{
    double ax = a.x, ay = a.y, bx = b.x, by = b.y, px = p.x, py = p.y;
    double length2 = (bx - ax) * (bx - ax) + (by - ay) * (by - ay);
    double t = length2 > 0 ? ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length2 : 0;
    t = fmin(fmax(t, 0), 1);
    return hypot(px - ax - t * (bx - ax), py - ay - t * (by - ay));
}

/* Douglas and Peucker as it is told, for one tolerance. */
static void reference(const struct plane_point *points, uint32_t first, uint32_t last,
                      double tolerance, bool *kept)
{
    double worst = -1;
    uint32_t at = first;
    for (uint32_t i = first + 1; i < last; i++)
        if (off(points[i], points[first], points[last]) > worst) {
            worst = off(points[i], points[first], points[last]);
            at = i;
        }
    if (worst <= tolerance)
        return;
    kept[at] = true;
    reference(points, first, at, tolerance, kept);
    reference(points, at, last, tolerance, kept);
}

static uint32_t walk(struct test_random *random, struct plane_point *points)
{
    uint32_t count = 2 + test_random_below(random, MOST - 2);
    double step = pow(2, test_random_unit(random) * 18), heading = 0;
    double x = 3e9, y = 1e9;
    for (uint32_t i = 0; i < count; i++) {
        points[i] = (struct plane_point){(uint32_t)x, (uint32_t)y};
        heading += (test_random_unit(random) - 0.5) * 2;
        x += cos(heading) * step * test_random_unit(random);
        y += sin(heading) * step * test_random_unit(random);
    }
    return count;
}

TEST(what_is_kept_at_a_zoom_is_what_douglas_and_peucker_keep)
{
    struct test_random random = test_random();
    struct plane_point points[MOST];
    uint8_t least[MOST];
    uint32_t left_out = 0;
    for (int round = 0; round < 300; round++) {
        uint32_t count = walk(&random, points);
        generalize(points, count, least);
        for (uint32_t zoom = 0; zoom <= TILE_MAX_ZOOM; zoom++) {
            bool kept[MOST] = {false};
            kept[0] = kept[count - 1] = true;
            double tolerance = (double)GENERALIZE_UNITS * (1u << mercator_grid_shift(zoom));
            reference(points, 0, count - 1, tolerance, kept);
            for (uint32_t i = 0; i < count; i++) {
                CHECK_INT(least[i] <= zoom, kept[i]);
                left_out += !kept[i];
            }
        }
    }
    CHECK(left_out > 100000);
}

TEST(no_point_that_is_left_out_is_far_from_what_stays)
{
    struct test_random random = test_random();
    struct plane_point points[MOST];
    uint8_t least[MOST];
    for (int round = 0; round < 200; round++) {
        uint32_t count = walk(&random, points);
        generalize(points, count, least);
        for (uint32_t zoom = 0; zoom <= TILE_MAX_ZOOM; zoom += 3) {
            double tolerance = (double)GENERALIZE_UNITS * (1u << mercator_grid_shift(zoom));
            for (uint32_t before = 0, i = 1; i < count; i++) {
                if (least[i] > zoom)
                    continue;
                for (uint32_t j = before + 1; j < i; j++)
                    CHECK(off(points[j], points[before], points[i]) <= tolerance * 1.0001);
                before = i;
            }
        }
    }
}

TEST(a_ring_keeps_a_point_across_from_where_it_begins)
{
    static const struct plane_point square[] = {
        {1000, 1000}, {2000, 1000}, {2000, 2000}, {1000, 2000}, {1000, 1000}};
    uint8_t least[5];
    generalize(square, 5, least);
    CHECK(least[0] == 0 && least[2] == 0 && least[4] == 0);
    CHECK(least[1] == least[3] && least[1] > 0 && least[1] <= TILE_MAX_ZOOM);
}

TEST(lines_of_one_point_two_points_and_one_place_are_no_trouble)
{
    static const struct plane_point same[] = {{7, 7}, {7, 7}, {7, 7}, {7, 7}, {7, 7}};
    uint8_t least[5];
    generalize(same, 1, least);
    CHECK_INT(least[0], 0);
    generalize(same, 2, least);
    CHECK(least[0] == 0 && least[1] == 0);
    generalize(same, 5, least);
    CHECK(least[1] > TILE_MAX_ZOOM || least[2] > TILE_MAX_ZOOM);
}

TEST(a_line_of_a_million_points_that_winds_as_badly_as_can_be_takes_no_hour)
{
    /* every point farther out than the last: each split takes off one point */
    uint32_t count = 1000000;
    struct plane_point *points = malloc(count * sizeof *points);
    uint8_t *least = malloc(count);
    REQUIRE(points && least);
    for (uint32_t i = 0; i < count; i++)
        points[i] = (struct plane_point){i * 4000, i % 2 ? 1u << 31 : (1u << 31) + i * 1000};
    generalize(points, count, least);
    for (uint32_t i = 0; i < count; i += 1024)
        CHECK_INT(least[i], 0);
    free(points);
    free(least);
}
