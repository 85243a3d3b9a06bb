#include "geo/reach.h"

#include "tests/geo/streets.h"

#include <stdlib.h>

static const struct profile *stroller(void)
{
    return profile_builtin(PROFILE_STROLLER);
}

/* The number of `ways` node for each network node, by its place (drawn and random nodes may share a
 * place: then any of them with a segment, which have the same distance only if joined; such nodes
 * are left out). */
static uint32_t *find_origins(const struct streets *streets)
{
    const struct network *network = &streets->network;
    uint32_t *origin = malloc((network->node_count + 1) * sizeof *origin);
    REQUIRE(origin);
    for (uint32_t n = 0; n < network->node_count; n++) {
        uint32_t matches = 0;
        origin[n] = UINT32_MAX;
        for (uint32_t i = 0; i < streets->ways.node_count; i++) {
            if (streets->ways.nodes[i].lon_e7 == network->nodes[n].lon_e7 &&
                streets->ways.nodes[i].lat_e7 == network->nodes[n].lat_e7) {
                origin[n] = i;
                matches++;
            }
        }
        if (matches != 1)
            origin[n] = UINT32_MAX;
    }
    return origin;
}

TEST(a_reach_is_nearest_first_and_ends_at_its_limit)
{
    struct streets streets = streets_draw(100, "A--B--C\n"
                                               "   |   \n"
                                               "   D   ");
    struct snap at = streets_snap(&streets, stroller(), 'A');
    struct reach reach;
    struct error error = {0};
    REQUIRE_OK(reach_init(&reach, streets.network.node_count, &error), &error);
    REQUIRE_OK(reach_compute(&streets.network, stroller(), &at, REACH_FROM, 400000, &reach, &error),
               &error);
    CHECK_INT(reach.count, 2); /* A and B: D is 500 m away, C 600 */
    for (uint32_t i = 1; i < reach.count; i++)
        CHECK(reach_node_mm(&reach, reach.nodes[i - 1]) <= reach_node_mm(&reach, reach.nodes[i]));
    struct snap far = streets_snap(&streets, stroller(), 'C');
    CHECK(reach_position_mm(&reach, &far) == REACH_FAR);
    uint32_t exact;
    REQUIRE_OK(reach_compute(&streets.network, stroller(), &at, REACH_FROM, 700000, &reach, &error),
               &error);
    exact = reach_position_mm(&reach, &far);
    CHECK_NEAR(exact, 600000, 3000);
    REQUIRE_OK(reach_compute(&streets.network, stroller(), &at, REACH_FROM, exact, &reach, &error),
               &error);
    CHECK_INT(reach_position_mm(&reach, &far), exact); /* a limit is inclusive */
    REQUIRE_OK(
        reach_compute(&streets.network, stroller(), &at, REACH_FROM, exact - 1, &reach, &error),
        &error);
    CHECK(reach_position_mm(&reach, &far) == REACH_FAR);
    reach_release(&reach);
    reach_release(&reach);
    streets_release(&streets);
}

TEST(steps_stop_a_stroller_and_not_an_adult)
{
    struct streets streets = streets_draw(100, "A==B--C\n"
                                               "|  |   \n"
                                               "+--+   ");
    struct error error = {0};
    struct reach reach;
    REQUIRE_OK(reach_init(&reach, streets.network.node_count, &error), &error);
    struct snap from = streets_snap(&streets, stroller(), 'A');
    struct snap to = streets_snap(&streets, stroller(), 'B');
    REQUIRE_OK(
        reach_compute(&streets.network, stroller(), &from, REACH_FROM, 2000000, &reach, &error),
        &error);
    CHECK_NEAR(reach_position_mm(&reach, &to), 700000, 3000); /* around: 200 + 300 + 200 */
    const struct profile *adult = profile_builtin(PROFILE_ADULT);
    from = streets_snap(&streets, adult, 'A');
    to = streets_snap(&streets, adult, 'B');
    REQUIRE_OK(reach_compute(&streets.network, adult, &from, REACH_FROM, 2000000, &reach, &error),
               &error);
    CHECK_NEAR(reach_position_mm(&reach, &to), 300000, 2000);
    reach_release(&reach);
    streets_release(&streets);
}

TEST(two_points_on_one_piece_are_joined_along_it)
{
    struct streets streets = streets_draw(100, "A--------B");
    struct error error = {0};
    struct reach reach;
    REQUIRE_OK(reach_init(&reach, streets.network.node_count, &error), &error);
    uint32_t length = streets.network.pieces[0].length_mm;
    struct snap a = {.piece = 0, .from_start_mm = length / 4};
    struct snap b = {.piece = 0, .from_start_mm = length / 4 + 5000};
    REQUIRE_OK(reach_compute(&streets.network, stroller(), &a, REACH_FROM, 6000, &reach, &error),
               &error);
    CHECK_INT(reach.count, 0); /* neither end is within 6 m */
    CHECK_INT(reach_position_mm(&reach, &b), 5000);
    CHECK_INT(reach_position_mm(&reach, &a), 0);
    reach_release(&reach);
    streets_release(&streets);
}

TEST(a_reach_equals_plain_rounds_over_uncontracted_random_streets)
{
    struct test_random random = test_random();
    struct error error = {0};
    for (int round = 0; round < 40; round++) {
        struct streets streets = streets_random(&random, 20 + test_random_below(&random, 200));
        const struct network *network = &streets.network;
        uint32_t *origin = find_origins(&streets);
        uint64_t *start = malloc(streets.ways.node_count * sizeof *start);
        uint64_t *mm = malloc(streets.ways.node_count * sizeof *mm);
        struct reach reach;
        REQUIRE(start && mm);
        REQUIRE_OK(reach_init(&reach, network->node_count, &error), &error);
        const struct profile *profile = profile_builtin((uint32_t)round % PROFILE_COUNT);
        for (int query = 0; query < 10 && network->node_count; query++) {
            uint32_t node = test_random_below(&random, network->node_count);
            uint32_t first = network->first_edge[node];
            if (origin[node] == UINT32_MAX || first == network->first_edge[node + 1])
                continue;
            const struct network_edge *edge = &network->edges[first];
            if (!profile_allows(profile, network_edge_class(edge)))
                continue;
            uint32_t piece = network_edge_piece(edge);
            struct snap at = {.piece = piece,
                              .from_start_mm = network->pieces[piece].from == node
                                                   ? 0
                                                   : network->pieces[piece].length_mm};
            uint32_t max_mm = test_random_below(&random, 3000000);
            REQUIRE_OK(reach_compute(network, profile, &at, REACH_FROM, max_mm, &reach, &error),
                       &error);
            for (uint32_t i = 0; i < streets.ways.node_count; i++)
                start[i] = UINT64_MAX;
            start[origin[node]] = 0;
            streets_plain_walk(&streets, profile->barred, start, mm);
            uint32_t listed = 0, expected_count = 0;
            for (uint32_t n = 0; n < network->node_count; n++) {
                listed += reach_node_mm(&reach, n) != REACH_FAR;
                if (origin[n] == UINT32_MAX)
                    continue;
                uint64_t expected = mm[origin[n]] <= max_mm ? mm[origin[n]] : REACH_FAR;
                CHECK_INT(reach_node_mm(&reach, n), expected);
                expected_count += expected != REACH_FAR;
            }
            CHECK_INT(reach.count, listed);
            CHECK(reach.count >= expected_count);
            for (uint32_t i = 1; i < reach.count; i++) {
                uint32_t a = reach_node_mm(&reach, reach.nodes[i - 1]);
                uint32_t b = reach_node_mm(&reach, reach.nodes[i]);
                CHECK(a < b || (a == b && reach.nodes[i - 1] < reach.nodes[i]));
            }
        }
        reach_release(&reach);
        free(origin);
        free(start);
        free(mm);
        streets_release(&streets);
    }
}

TEST(a_sweep_gives_every_node_its_nearest_source)
{
    struct test_random random = test_random();
    struct error error = {0};
    for (int round = 0; round < 30; round++) {
        struct streets streets = streets_random(&random, 20 + test_random_below(&random, 300));
        const struct network *network = &streets.network;
        const struct profile *profile = profile_builtin((uint32_t)round % PROFILE_COUNT);
        enum { SOURCES = 7 };
        struct snap sources[SOURCES];
        uint32_t start[SOURCES], count = 0;
        for (int i = 0; i < SOURCES * 3 && count < SOURCES; i++) {
            uint32_t piece = test_random_below(&random, network->piece_count);
            if (!profile_allows(profile, network->pieces[piece].street_class))
                continue;
            sources[count] = (struct snap){
                .piece = piece,
                .from_start_mm = test_random_below(&random, network->pieces[piece].length_mm + 1)};
            start[count++] = test_random_below(&random, 200000);
        }
        uint32_t max_mm = 1000000 + test_random_below(&random, 2000000);
        uint32_t *mm = malloc((network->node_count + 1) * sizeof *mm);
        uint32_t *source = malloc((network->node_count + 1) * sizeof *source);
        struct reach sweep, one;
        REQUIRE(mm && source);
        REQUIRE_OK(reach_init(&sweep, network->node_count, &error), &error);
        REQUIRE_OK(reach_init(&one, network->node_count, &error), &error);
        REQUIRE_OK(reach_sweep(network, profile, sources, start, count, max_mm, &sweep, mm, source,
                               &error),
                   &error);
        uint32_t *best = malloc((network->node_count + 1) * sizeof *best);
        uint32_t *best_source = malloc((network->node_count + 1) * sizeof *best_source);
        REQUIRE(best && best_source);
        for (uint32_t n = 0; n < network->node_count; n++)
            best[n] = best_source[n] = UINT32_MAX;
        for (uint32_t i = 0; i < count; i++) {
            REQUIRE_OK(reach_compute(network, profile, &sources[i], REACH_TO, max_mm - start[i],
                                     &one, &error),
                       &error);
            for (uint32_t n = 0; n < network->node_count; n++) {
                uint32_t way = reach_node_mm(&one, n);
                if (way != REACH_FAR && way + start[i] < best[n]) {
                    best[n] = way + start[i];
                    best_source[n] = i;
                }
            }
        }
        for (uint32_t n = 0; n < network->node_count; n++) {
            CHECK_INT(mm[n], best[n]);
            CHECK_INT(source[n], best_source[n]);
        }
        free(mm);
        free(source);
        free(best);
        free(best_source);
        reach_release(&sweep);
        reach_release(&one);
        streets_release(&streets);
    }
}

TEST(a_reach_without_room_says_so)
{
    struct streets streets = streets_draw(100, "A--B--C\n"
                                               "   |   \n"
                                               "   D   ");
    struct error error = {0};
    struct reach reach;
    REQUIRE_OK(reach_init(&reach, 1, &error), &error);
    struct snap at = {0};
    CHECK_INT(reach_compute(&streets.network, stroller(), &at, REACH_FROM, 1000, &reach, &error),
              STATUS_INVALID);
    CHECK_CONTAINS(error.message, "room for 1 nodes");
    reach_release(&reach);
    streets_release(&streets);
}
