#include "geo/snap.h"

#include "geo/distance.h"
#include "tests/geo/streets.h"

#include <math.h>

/* The second way: every segment of every allowed piece, walked in small steps with distance_m(). */
static double nearest_by_steps(const struct network *network, const struct profile *profile,
                               struct geo_point from)
{
    double best = INFINITY;
    for (uint32_t i = 0; i < network->piece_count; i++) {
        const struct network_piece *piece = &network->pieces[i];
        if (!profile_allows(profile, piece->street_class))
            continue;
        for (uint32_t p = piece->first_point; p + 1 < piece->first_point + piece->point_count;
             p++) {
            struct geo_point a =
                geo_point_from_e7(network->points[p].lon_e7, network->points[p].lat_e7);
            struct geo_point b =
                geo_point_from_e7(network->points[p + 1].lon_e7, network->points[p + 1].lat_e7);
            double low = 0, high = 1; /* the distance along a straight line has one valley */
            for (int step = 0; step < 60; step++) {
                double left = low + (high - low) / 3, right = high - (high - low) / 3;
                struct geo_point x = {a.lon + left * (b.lon - a.lon),
                                      a.lat + left * (b.lat - a.lat)};
                struct geo_point y = {a.lon + right * (b.lon - a.lon),
                                      a.lat + right * (b.lat - a.lat)};
                if (distance_m(from, x) < distance_m(from, y))
                    high = right;
                else
                    low = left;
            }
            struct geo_point at = {a.lon + low * (b.lon - a.lon), a.lat + low * (b.lat - a.lat)};
            best = fmin(best, distance_m(from, at));
        }
    }
    return best;
}

TEST(a_snap_is_the_nearest_spot_of_all_segments)
{
    struct test_random random = test_random();
    struct error error = {0};
    for (int round = 0; round < 6; round++) {
        struct streets streets = streets_random(&random, 60);
        const struct network *network = &streets.network;
        for (uint32_t number = 0; number < PROFILE_COUNT; number++) {
            const struct profile *profile = profile_builtin(number);
            struct snapper *snapper;
            REQUIRE_OK(snapper_build(network, profile, 0, &snapper, &error), &error);
            for (int query = 0; query < 20; query++) {
                struct geo_box box = network->bounds;
                struct geo_point from = {
                    box.west + (test_random_unit(&random) * 1.2 - 0.1) * (box.east - box.west),
                    box.south + (test_random_unit(&random) * 1.2 - 0.1) * (box.north - box.south)};
                double expected = nearest_by_steps(network, profile, from);
                double max_m = 20 + test_random_unit(&random) * 400;
                struct snap snap;
                enum status status = snap_point(snapper, from, max_m, &snap, &error);
                if (fabs(expected - max_m) < 0.01)
                    continue;
                CHECK_INT(status, expected <= max_m ? STATUS_OK : STATUS_OFF_NETWORK);
                if (status)
                    continue;
                CHECK_NEAR(snap.distance_m, expected, 0.005);
                CHECK_NEAR(distance_m(from, snap.at), snap.distance_m, 1e-9);
                CHECK(profile_allows(profile, network->pieces[snap.piece].street_class));
                CHECK(snap.from_start_mm <= network->pieces[snap.piece].length_mm);
            }
            snapper_release(snapper);
        }
        streets_release(&streets);
    }
}

TEST(a_snap_says_how_far_along_its_piece_it_is)
{
    struct streets streets = streets_draw(100, "A----B\n"
                                               "     |\n"
                                               "     C");
    const struct profile *profile = profile_builtin(PROFILE_ADULT);
    struct snap a = streets_snap(&streets, profile, 'A'), b = streets_snap(&streets, profile, 'B');
    struct snap c = streets_snap(&streets, profile, 'C');
    CHECK_INT(streets.network.piece_count, 1); /* the corner is no junction */
    uint32_t length = streets.network.pieces[0].length_mm;
    CHECK_NEAR(length, 700000, 3000);
    CHECK_INT(a.from_start_mm + c.from_start_mm, length);
    CHECK(a.from_start_mm == 0 || c.from_start_mm == 0);
    uint32_t corner = a.from_start_mm == 0 ? b.from_start_mm : length - b.from_start_mm;
    CHECK_NEAR(corner, 500000, 3000);
    streets_release(&streets);
}

TEST(a_stretch_between_two_stairs_takes_no_stroller)
{
    /* Without steps B--C is an island of 300 m; the way above is the main component. */
    struct streets streets = streets_draw(100, "A-----------D\n"
                                               "!           !\n"
                                               "B---C       E");
    struct error error = {0};
    struct snapper *snapper;
    struct snap snap;
    const struct profile *stroller = profile_builtin(PROFILE_STROLLER);
    REQUIRE_OK(snapper_build(&streets.network, stroller, 500, &snapper, &error), &error);
    REQUIRE_OK(snap_point(snapper, streets_point(&streets, 'C'), 300, &snap, &error), &error);
    CHECK_NEAR(snap.distance_m, 200, 2); /* up to the main street, not onto the island */
    snapper_release(snapper);
    REQUIRE_OK(
        snapper_build(&streets.network, profile_builtin(PROFILE_ADULT), 500, &snapper, &error),
        &error);
    REQUIRE_OK(snap_point(snapper, streets_point(&streets, 'C'), 300, &snap, &error), &error);
    CHECK_NEAR(snap.distance_m, 0, 0.01);
    CHECK_INT(snap_point(snapper, (struct geo_point){1, 31}, 300, &snap, &error),
              STATUS_OFF_NETWORK);
    snapper_release(snapper);
    streets_release(&streets);
}

TEST(an_empty_network_is_off_network)
{
    struct network network = {0};
    uint32_t first_edge[1] = {0};
    network.first_edge = first_edge;
    struct snapper *snapper;
    struct snap snap;
    struct error error = {0};
    REQUIRE_OK(snapper_build(&network, profile_builtin(0), 0, &snapper, &error), &error);
    CHECK_INT(snap_point(snapper, (struct geo_point){0, 0}, INFINITY, &snap, &error),
              STATUS_OFF_NETWORK);
    snapper_release(snapper);
}
