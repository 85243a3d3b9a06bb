#include "geo/catchment.h"

#include "tests/geo/streets.h"

#include <stdlib.h>

TEST(a_catchment_is_what_a_walk_to_each_resident_finds)
{
    struct test_random random = test_random();
    struct error error = {0};
    enum { POINTS = 120 };
    for (int round = 0; round < 20; round++) {
        struct streets streets = streets_random(&random, 150);
        const struct network *network = &streets.network;
        struct profile profile = *profile_builtin((uint32_t)round % PROFILE_COUNT);
        profile.snap_counts = round % 2 == 0;
        profile.resident_snap_max_m = 60;
        struct snapper *snapper;
        struct residents residents;
        struct reach reach;
        struct geo_point points[POINTS];
        for (int i = 0; i < POINTS; i++) {
            struct geo_box box = network->bounds;
            points[i] =
                (struct geo_point){box.west + test_random_unit(&random) * (box.east - box.west),
                                   box.south + test_random_unit(&random) * (box.north - box.south)};
        }
        REQUIRE_OK(snapper_build(network, &profile, 0, &snapper, &error), &error);
        REQUIRE_OK(residents_build(network, &profile, snapper, points, POINTS, &residents, &error),
                   &error);
        REQUIRE_OK(reach_init(&reach, network->node_count, &error), &error);
        uint32_t off = 0;
        for (int i = 0; i < POINTS; i++)
            off += residents.snaps[i].piece == NO_PIECE;
        CHECK_INT(residents.off_network, off);
        for (int query = 0; query < 10; query++) {
            uint32_t at = test_random_below(&random, POINTS), count;
            if (residents.snaps[at].piece == NO_PIECE)
                continue;
            const struct snap *facility = &residents.snaps[at];
            uint32_t snap_mm = profile_snap_mm(&profile, facility);
            uint32_t max_mm = test_random_below(&random, 1200000);
            struct catchment_entry entries[POINTS];
            REQUIRE_OK(catchment_compute(network, &profile, &residents, facility, snap_mm, max_mm,
                                         &reach, entries, POINTS, &count, &error),
                       &error);
            uint32_t next = 0;
            for (uint32_t i = 0; i < POINTS; i++) {
                /* The second way: from the resident's door to the facility's. */
                uint64_t mm = UINT64_MAX;
                if (residents.snaps[i].piece != NO_PIECE) {
                    REQUIRE_OK(reach_compute(network, &profile, &residents.snaps[i], REACH_FROM,
                                             2000000, &reach, &error),
                               &error);
                    uint32_t way = reach_position_mm(&reach, facility);
                    if (way != REACH_FAR)
                        mm = (uint64_t)way + snap_mm + residents.snap_mm[i];
                }
                if (mm > max_mm)
                    continue;
                REQUIRE(next < count);
                CHECK_INT(entries[next].resident, i);
                CHECK_INT(entries[next].mm, mm);
                next++;
            }
            CHECK_INT(next, count);
        }
        reach_release(&reach);
        residents_release(&residents);
        snapper_release(snapper);
        streets_release(&streets);
    }
}

TEST(a_catchment_without_room_says_how_much_it_needs)
{
    struct streets streets = streets_draw(100, "A--B--C");
    struct error error = {0};
    const struct profile *adult = profile_builtin(PROFILE_ADULT);
    struct geo_point points[3] = {streets_point(&streets, 'A'), streets_point(&streets, 'B'),
                                  streets_point(&streets, 'C')};
    struct snapper *snapper;
    struct residents residents;
    struct reach reach;
    struct catchment_entry entries[3];
    uint32_t count;
    REQUIRE_OK(snapper_build(&streets.network, adult, 0, &snapper, &error), &error);
    REQUIRE_OK(residents_build(&streets.network, adult, snapper, points, 3, &residents, &error),
               &error);
    REQUIRE_OK(reach_init(&reach, streets.network.node_count, &error), &error);
    CHECK_INT(catchment_compute(&streets.network, adult, &residents, &residents.snaps[0], 0, 900000,
                                &reach, entries, 2, &count, &error),
              STATUS_LIMIT);
    CHECK_CONTAINS(error.message, "3 resident points");
    REQUIRE_OK(catchment_compute(&streets.network, adult, &residents, &residents.snaps[0], 0,
                                 900000, &reach, entries, 3, &count, &error),
               &error);
    CHECK_INT(count, 3);
    CHECK_INT(entries[0].mm, 0);
    reach_release(&reach);
    residents_release(&residents);
    snapper_release(snapper);
    streets_release(&streets);
}

TEST(residents_are_bridged_by_the_residents_limit_not_the_facilities)
{
    struct streets streets = streets_draw(100, "A---B");
    struct geo_point a = streets_point(&streets, 'A');
    const struct geo_point points[2] = {{a.lon, a.lat + 0.0009}, {a.lon, a.lat + 0.0015}};
    struct profile profile = *profile_builtin(PROFILE_ADULT); /* 100 m and 166 m from the street */
    struct snapper *snapper;
    struct residents residents;
    struct error error = {0};
    profile.snap_max_m = 50;
    profile.resident_snap_max_m = 150;
    REQUIRE_OK(snapper_build(&streets.network, &profile, 0, &snapper, &error), &error);
    REQUIRE_OK(residents_build(&streets.network, &profile, snapper, points, 2, &residents, &error),
               &error);
    CHECK_INT(residents.off_network, 1);
    CHECK(residents.snaps[0].piece != NO_PIECE && residents.snaps[1].piece == NO_PIECE);
    residents_release(&residents);
    snapper_release(snapper);
    streets_release(&streets);
}
