#include "geo/network_build.h"

#include "tests/geo/streets.h"

#include <stdlib.h>
#include <string.h>

TEST(chains_are_contracted_and_keep_their_geometry)
{
    struct streets streets = streets_draw(100, "A----B----C\n"
                                               "     |     \n"
                                               "     D     ");
    CHECK_INT(streets.network.node_count, 4);
    CHECK_INT(streets.network.piece_count, 3);
    CHECK_INT(streets.network.edge_count, 6);
    CHECK_INT(streets.network.point_count, 6 + 6 + 3);
    CHECK_INT(streets.report.pieces_before, 12);
    streets_release(&streets);
}

TEST(a_chain_breaks_where_its_class_changes)
{
    struct streets streets = streets_draw(100, "A---==..--B");
    /* road to the first =, steps to the first ., path to the last -, road */
    CHECK_INT(streets.network.piece_count, 4);
    streets_release(&streets);
}

TEST(a_ring_without_junctions_is_one_piece)
{
    struct streets streets = streets_draw(100, "+--+\n"
                                               "|  |\n"
                                               "+--+");
    CHECK_INT(streets.network.node_count, 1);
    CHECK_INT(streets.network.piece_count, 1);
    CHECK_INT(streets.network.pieces[0].from, streets.network.pieces[0].to);
    CHECK_NEAR(streets.network.pieces[0].length_mm, 1000000, 5000);
    streets_release(&streets);
}

TEST(faults_are_counted_and_small_islands_dropped)
{
    struct network_point nodes[] = {{0, 0},     {10000, 0},       {20000, 0},
                                    {20000, 0}, {500000, 500000}, {501000, 500000}};
    uint32_t refs[] = {0, 1, 1, 2, 3, UINT32_MAX, 3, 2, /* one way */ 0, 1, /* a second */ 4, 5};
    struct street_way list[] = {{0, 8, STREET_ROAD}, {8, 2, STREET_PATH}, {10, 2, STREET_ROAD}};
    struct street_ways ways = {nodes, 6, refs, 12, list, 3};
    struct network_build_options options = {.min_component_m = 50};
    struct network network;
    struct network_build_report report;
    struct error error = {0};
    REQUIRE_OK(network_build(&ways, &options, &network, &report, &error), &error);
    REQUIRE_OK(network_check(&network, &error), &error);
    CHECK_INT(report.missing_nodes, 2);
    CHECK_INT(report.self_loops, 1);
    CHECK_INT(report.zero_length, 2); /* 2-3 and 3-2: the same two nodes twice, both of no length */
    CHECK_INT(report.duplicates, 2);
    CHECK_INT(report.components, 2);
    CHECK_INT(report.dropped_components, 1);
    CHECK_INT(report.dropped_pieces, 1);
    CHECK_INT(network.piece_count, 1);
    CHECK_INT(network.pieces[0].street_class, STREET_ROAD);
    network_build_release(&network);
    network_build_release(&network);
}

TEST(no_metre_is_lost_in_contraction)
{
    struct test_random random = test_random();
    for (int round = 0; round < 30; round++) {
        struct streets streets = streets_random(&random, 150);
        uint64_t sum = 0;
        for (uint32_t i = 0; i < streets.network.piece_count; i++)
            sum += streets.network.pieces[i].length_mm;
        CHECK_INT(sum, streets.report.kept_mm);
        CHECK_INT(streets.report.dropped_mm, 0);
        streets_release(&streets);
    }
}

TEST(a_network_that_does_not_agree_with_itself_is_corrupt)
{
    struct streets streets = streets_draw(100, "A--B--C\n"
                                               "   |   \n"
                                               "   D   ");
    const struct network *good = &streets.network;
    struct error error = {0};
    struct network bad = *good;
    struct network_edge *edges = malloc(good->edge_count * sizeof *edges);
    struct network_piece *pieces = malloc(good->piece_count * sizeof *pieces);
    uint32_t *first = malloc((good->node_count + 1) * sizeof *first);
    REQUIRE(edges && pieces && first);
    for (int fault = 0; fault < 7; fault++) {
        memcpy(edges, good->edges, good->edge_count * sizeof *edges);
        memcpy(pieces, good->pieces, good->piece_count * sizeof *pieces);
        memcpy(first, good->first_edge, (good->node_count + 1) * sizeof *first);
        bad.edges = edges;
        bad.pieces = pieces;
        bad.first_edge = first;
        CHECK_INT(network_check(&bad, &error), STATUS_OK); /* the control: nothing is wrong yet */
        switch (fault) {
        case 0:
            edges[1].to = 99;
            break;
        case 1:
            edges[2].length_mm++;
            break;
        case 2:
            pieces[1].first_point++;
            break;
        case 3:
            pieces[0].length_mm = 0;
            break;
        case 4:
            first[1] = 1000;
            break;
        case 5:
            edges[0].piece_and_class |= 31;
            break;
        default:
            pieces[2].to = 4;
        }
        CHECK_INT(network_check(&bad, &error), STATUS_CORRUPT);
        CHECK(error.message[0] != '\0');
    }
    free(edges);
    free(pieces);
    free(first);
    streets_release(&streets);
}
