#include "geo/mercator.h"

#include "tests/test.h"

#include <math.h>
#include <proj.h>

TEST(the_plane_is_that_of_web_mercator_by_proj)
{
    PJ_CONTEXT *context = proj_context_create();
    PJ *proj = proj_create_crs_to_crs(context, "OGC:CRS84", "EPSG:3857", NULL);
    REQUIRE(proj);
    const double half = 20037508.342789244, unit = 2 * half / 4294967296.0;
    struct test_random random = test_random();
    for (int i = 0; i < 20000; i++) {
        struct geo_point point = {test_random_unit(&random) * 360 - 180,
                                  (test_random_unit(&random) * 2 - 1) * 85.05};
        PJ_COORD metres = proj_trans(proj, PJ_FWD, proj_coord(point.lon, point.lat, 0, 0));
        struct plane_point at = mercator_project(point);
        CHECK_NEAR(at.x * unit - half, metres.xy.x, unit * 0.51);
        CHECK_NEAR(half - at.y * unit, metres.xy.y, unit * 0.51);
    }
    proj_destroy(proj);
    proj_context_destroy(context);
}

TEST(a_point_comes_back_from_the_plane_within_a_centimetre)
{
    struct test_random random = test_random();
    for (int i = 0; i < 20000; i++) {
        struct geo_point point = {test_random_unit(&random) * 360 - 180,
                                  (test_random_unit(&random) * 2 - 1) * 85};
        struct geo_point back = mercator_unproject(mercator_project(point));
        CHECK_NEAR(back.lon, point.lon, 0.5e-7);
        CHECK_NEAR(back.lat, point.lat, 0.5e-7);
    }
}

TEST(the_corners_of_the_world_stay_on_the_plane)
{
    struct plane_point corner = mercator_project((struct geo_point){-180, 90});
    CHECK(corner.x == 0 && corner.y == 0);
    corner = mercator_project((struct geo_point){180, -90});
    CHECK(corner.x == UINT32_MAX && corner.y == UINT32_MAX);
    corner = mercator_project((struct geo_point){0, 0});
    CHECK(corner.x == 1u << 31 && corner.y == 1u << 31);
}

TEST(tiles_lie_side_by_side_and_are_cut_at_the_edge_of_the_world)
{
    struct plane_box world = mercator_tile_box((struct tile_id){0, 0, 0}, 100);
    CHECK(world.x0 == 0 && world.y0 == 0 && world.x1 == UINT32_MAX && world.y1 == UINT32_MAX);
    struct plane_box west = mercator_tile_box((struct tile_id){14, 13671, 6744}, 0);
    struct plane_box east = mercator_tile_box((struct tile_id){14, 13672, 6744}, 0);
    CHECK(west.x1 == east.x0 && west.y0 == east.y0 && west.y1 == east.y1);
    CHECK_INT(west.x1 - west.x0, 1 << 18);
    struct plane_box wide = mercator_tile_box((struct tile_id){14, 13671, 6744}, 128);
    CHECK_INT(west.x0 - wide.x0, 128 << 6);
    /* Binjiang's: openstreetmap.org shows the place at 14/13672/6745 */
    struct plane_point at = mercator_project((struct geo_point){120.21, 30.2});
    CHECK_INT(at.x >> 18, (uint32_t)floor((120.21 + 180) / 360 * 16384));
}
