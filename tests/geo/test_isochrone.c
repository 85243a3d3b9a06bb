#include "geo/isochrone.h"

#include "geo/distance.h"
#include "tests/geo/streets.h"

#include <geos_c.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

/* Contours as GEOS sees them -------------------------------------------------------------------- */

static GEOSGeometry *ring_of(GEOSContextHandle_t geos, const struct geo_ring *ring)
{
    GEOSCoordSequence *sequence = GEOSCoordSeq_create_r(geos, ring->count, 2);
    for (uint32_t i = 0; i < ring->count; i++)
        GEOSCoordSeq_setXY_r(geos, sequence, i, ring->points[i].lon, ring->points[i].lat);
    return GEOSGeom_createLinearRing_r(geos, sequence);
}

static GEOSGeometry *contour_of(GEOSContextHandle_t geos, const struct isochrone_contour *contour)
{
    GEOSGeometry **polygons = calloc(contour->polygon_count + 1, sizeof *polygons);
    REQUIRE(polygons);
    for (uint32_t i = 0; i < contour->polygon_count; i++) {
        const struct isochrone_polygon *polygon = &contour->polygons[i];
        GEOSGeometry **holes = calloc(polygon->ring_count, sizeof *holes);
        REQUIRE(holes);
        for (uint32_t h = 1; h < polygon->ring_count; h++)
            holes[h - 1] = ring_of(geos, &polygon->rings[h]);
        polygons[i] = GEOSGeom_createPolygon_r(geos, ring_of(geos, &polygon->rings[0]), holes,
                                               polygon->ring_count - 1);
        free(holes);
    }
    GEOSGeometry *all =
        GEOSGeom_createCollection_r(geos, GEOS_MULTIPOLYGON, polygons, contour->polygon_count);
    free(polygons);
    return all;
}

/* The streets, and a second way around them ----------------------------------------------------- */

struct stretches {
    struct geo_point from[20000], to[20000];
    uint32_t count;
};

static void keep(void *context, struct geo_point from, struct geo_point to)
{
    struct stretches *stretches = context;
    REQUIRE(stretches->count < 20000);
    stretches->from[stretches->count] = from;
    stretches->to[stretches->count++] = to;
}

/* Metres to the nearest stretch, by the valley of the distance along each. */
static double to_nearest(const struct stretches *stretches, struct geo_point from)
{
    double best = INFINITY;
    for (uint32_t i = 0; i < stretches->count; i++) {
        struct geo_point a = stretches->from[i], b = stretches->to[i];
        double lon_m = 111320 * cos(from.lat * 0.017453292519943295), lat_m = 110850;
        double dx = (b.lon - a.lon) * lon_m, dy = (b.lat - a.lat) * lat_m;
        double px = (from.lon - a.lon) * lon_m, py = (from.lat - a.lat) * lat_m;
        double square = dx * dx + dy * dy, share = square > 0 ? (px * dx + py * dy) / square : 0;
        share = fmax(0, fmin(1, share));
        struct geo_point at = {a.lon + share * (b.lon - a.lon), a.lat + share * (b.lat - a.lat)};
        best = fmin(best, distance_m(from, at));
    }
    return best;
}

static void check_contour(GEOSContextHandle_t geos, const struct reach *reach,
                          const struct isochrone_contour *contour, struct stretches *stretches)
{
    stretches->count = 0;
    isochrone_streets(reach, contour->max_mm, keep, stretches);
    GEOSGeometry *area = contour_of(geos, contour);
    char *reason = GEOSisValidReason_r(geos, area);
    CHECK_TEXT(reason, "Valid Geometry");
    GEOSFree_r(geos, reason);
    const GEOSPreparedGeometry *prepared = GEOSPrepare_r(geos, area);
    for (uint32_t i = 0; i < stretches->count; i++) {
        GEOSCoordSequence *sequence = GEOSCoordSeq_create_r(geos, 2, 2);
        GEOSCoordSeq_setXY_r(geos, sequence, 0, stretches->from[i].lon, stretches->from[i].lat);
        GEOSCoordSeq_setXY_r(geos, sequence, 1, stretches->to[i].lon, stretches->to[i].lat);
        GEOSGeometry *line = GEOSGeom_createLineString_r(geos, sequence);
        CHECK(GEOSPreparedContains_r(geos, prepared, line) == 1);
        GEOSGeom_destroy_r(geos, line);
    }
    /* Its border is the farthest of it: no corner is more than 30 m from a reached street. */
    double farthest = 0;
    for (uint32_t p = 0; p < contour->polygon_count; p++)
        for (uint32_t r = 0; r < contour->polygons[p].ring_count; r++)
            for (uint32_t i = 0; i < contour->polygons[p].rings[r].count; i++)
                farthest =
                    fmax(farthest, to_nearest(stretches, contour->polygons[p].rings[r].points[i]));
    CHECK(farthest <= 30);
    GEOSPreparedGeom_destroy_r(geos, prepared);
    GEOSGeom_destroy_r(geos, area);
}

TEST(isochrones_of_random_streets_are_valid_hold_their_streets_and_nest)
{
    struct test_random random = test_random();
    struct error error = {0};
    GEOSContextHandle_t geos = GEOS_init_r();
    struct stretches *stretches = malloc(sizeof *stretches);
    REQUIRE(stretches);
    for (int round = 0; round < 12; round++) {
        struct streets streets = streets_random(&random, 200);
        const struct network *network = &streets.network;
        const struct profile *profile = profile_builtin(PROFILE_ADULT);
        struct reach reach;
        struct arena arena;
        arena_init(&arena, 64 << 20);
        REQUIRE_OK(reach_init(&reach, network->node_count, &error), &error);
        struct snap at = {.piece = test_random_below(&random, network->piece_count)};
        at.from_start_mm = test_random_below(&random, network->pieces[at.piece].length_mm + 1);
        const uint32_t limits[3] = {900000, 600000, 300000};
        struct isochrone_contour contours[3];
        REQUIRE_OK(reach_compute(network, profile, &at, REACH_FROM, limits[0], &reach, &error),
                   &error);
        REQUIRE_OK(isochrone_draw(&reach, limits, 3, &arena, contours, &error), &error);
        for (int i = 0; i < 3; i++)
            check_contour(geos, &reach, &contours[i], stretches);
        for (int i = 0; i < 2; i++) {
            GEOSGeometry *outer = contour_of(geos, &contours[i]);
            GEOSGeometry *inner = contour_of(geos, &contours[i + 1]);
            GEOSGeometry *outside = GEOSDifference_r(geos, inner, outer);
            double area;
            REQUIRE(outside && GEOSArea_r(geos, outside, &area));
            CHECK(area < 1e-11); /* square degrees: 0.1 m2 in all, from rounding to 1e-7 degree */
            CHECK(contours[i].area_m2 >= contours[i + 1].area_m2);
            GEOSGeom_destroy_r(geos, outer);
            GEOSGeom_destroy_r(geos, inner);
            GEOSGeom_destroy_r(geos, outside);
        }
        arena_release(&arena);
        reach_release(&reach);
        streets_release(&streets);
    }
    free(stretches);
    GEOS_finish_r(geos);
}

static bool inside(const struct isochrone_contour *contour, struct geo_point point)
{
    for (uint32_t i = 0; i < contour->polygon_count; i++) {
        struct geo_polygon polygon = {contour->polygons[i].rings, contour->polygons[i].ring_count};
        if (geo_polygon_contains(&polygon, point))
            return true;
    }
    return false;
}

TEST(an_isochrone_keeps_holes_and_does_not_jump_a_river)
{
    /* A block of 400 m; and a street on the far bank, 100 m away, joined only by a far bridge. */
    struct streets streets = streets_draw(100, "A---B-------------------+\n"
                                               "|   |                   |\n"
                                               "|   |                   |\n"
                                               "|   |                   |\n"
                                               "C---D                   |\n"
                                               "                        |\n"
                                               "E---F-------------------+");
    struct error error = {0};
    struct reach reach;
    struct arena arena;
    struct isochrone_contour contour;
    const uint32_t limit = 900000;
    arena_init(&arena, 64 << 20);
    struct snap at = streets_snap(&streets, profile_builtin(PROFILE_ADULT), 'A');
    REQUIRE_OK(reach_init(&reach, streets.network.node_count, &error), &error);
    REQUIRE_OK(reach_compute(&streets.network, profile_builtin(PROFILE_ADULT), &at, REACH_FROM,
                             limit, &reach, &error),
               &error);
    REQUIRE_OK(isochrone_draw(&reach, &limit, 1, &arena, &contour, &error), &error);
    struct geo_point a = streets_point(&streets, 'A'), d = streets_point(&streets, 'D');
    struct geo_point middle = {(a.lon + d.lon) / 2, (a.lat + d.lat) / 2};
    CHECK(inside(&contour, a));
    CHECK(inside(&contour, d));
    CHECK(!inside(&contour, middle));
    CHECK_INT(contour.polygon_count, 1);
    CHECK_INT(contour.polygons[0].ring_count, 2); /* the outline and the block */
    CHECK(!inside(&contour, streets_point(&streets, 'E')));
    CHECK(!inside(&contour, streets_point(&streets, 'F')));
    arena_release(&arena);
    reach_release(&reach);
    streets_release(&streets);
}

TEST(an_isochrone_of_no_minutes_is_the_spot_itself)
{
    struct streets streets = streets_draw(100, "A--B");
    struct error error = {0};
    struct reach reach;
    struct arena arena;
    struct isochrone_contour contour;
    const uint32_t limit = 0;
    arena_init(&arena, 64 << 20);
    struct snap at = streets_snap(&streets, profile_builtin(PROFILE_ADULT), 'A');
    REQUIRE_OK(reach_init(&reach, streets.network.node_count, &error), &error);
    REQUIRE_OK(reach_compute(&streets.network, profile_builtin(PROFILE_ADULT), &at, REACH_FROM,
                             limit, &reach, &error),
               &error);
    REQUIRE_OK(isochrone_draw(&reach, &limit, 1, &arena, &contour, &error), &error);
    CHECK(inside(&contour, streets_point(&streets, 'A')));
    CHECK_NEAR(contour.area_m2, 3.14159 * 20 * 20, 250);
    const uint32_t too_far = 1000;
    CHECK_INT(isochrone_draw(&reach, &too_far, 1, &arena, &contour, &error), STATUS_INVALID);
    struct arena small;
    arena_init(&small, 100);
    CHECK_INT(isochrone_draw(&reach, &limit, 1, &small, &contour, &error), STATUS_LIMIT);
    arena_release(&small);
    arena_release(&arena);
    reach_release(&reach);
    streets_release(&streets);
}
