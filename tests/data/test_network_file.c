#include "data/network_file.h"

#include "tests/geo/streets.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *path_of(const char *name)
{
    static char path[4200];
    snprintf(path, sizeof path, "%s/%s", test_folder(), name);
    return path;
}

struct village {
    struct osm_extract extract;
    struct network network;
};

static struct village read_village(void)
{
    struct village village;
    struct network_build_report report;
    struct network_build_options options = {0};
    struct error error = {0};
    REQUIRE_OK(osm_read(test_fixture("osm/village.osm"), NULL, NULL, &village.extract, &error),
               &error);
    REQUIRE_OK(network_build(&village.extract.streets, &options, &village.network, &report, &error),
               &error);
    return village;
}

static void village_release(struct village *village)
{
    osm_extract_release(&village->extract);
    network_build_release(&village->network);
}

TEST(a_street_file_gives_back_what_was_written)
{
    struct village village = read_village();
    const struct network *network = &village.network;
    struct network_file file;
    struct error error = {0};
    const char *path = path_of("village.streets");
    REQUIRE_OK(network_file_write(path, network, &village.extract, &error), &error);
    REQUIRE_OK(network_file_open(path, &file, &error), &error);
    CHECK_INT(file.network.node_count, network->node_count);
    CHECK_INT(file.network.piece_count, network->piece_count);
    CHECK(memcmp(file.network.nodes, network->nodes,
                 network->node_count * sizeof *network->nodes) == 0);
    CHECK(memcmp(file.network.edges, network->edges,
                 network->edge_count * sizeof *network->edges) == 0);
    CHECK(memcmp(file.network.pieces, network->pieces,
                 network->piece_count * sizeof *network->pieces) == 0);
    CHECK(memcmp(file.network.points, network->points,
                 network->point_count * sizeof *network->points) == 0);
    CHECK_INT(file.map.feature_count, village.extract.feature_count);
    CHECK_INT(file.map.point_count, village.extract.point_count);
    CHECK(!file.is_invented);
    CHECK_INT(file.timestamp, village.extract.timestamp);
    CHECK_NEAR(file.network.bounds.east, network->bounds.east, 0);
    CHECK(access(path_of("village.streets.new"), F_OK) != 0);
    network_file_close(&file);
    network_file_close(&file);
    village_release(&village);
}

TEST(an_empty_network_is_written_and_read)
{
    struct osm_extract extract = {.text = "", .text_bytes = 1};
    struct network network;
    struct network_build_report report;
    struct network_build_options options = {0};
    struct street_ways none = {0};
    struct network_file file;
    struct error error = {0};
    const char *path = path_of("empty.streets");
    REQUIRE_OK(network_build(&none, &options, &network, &report, &error), &error);
    REQUIRE_OK(network_file_write(path, &network, &extract, &error), &error);
    REQUIRE_OK(network_file_open(path, &file, &error), &error);
    CHECK_INT(file.network.node_count, 0);
    network_file_close(&file);
    network_build_release(&network);
}

static enum status open_bytes(const char *bytes, size_t length, struct error *error)
{
    const char *path = path_of("damaged.streets");
    FILE *out = fopen(path, "wb");
    REQUIRE(out && fwrite(bytes, 1, length, out) == length && fclose(out) == 0);
    struct network_file file;
    enum status status = network_file_open(path, &file, error);
    network_file_close(&file);
    return status;
}

TEST(every_cut_and_every_flipped_byte_is_refused)
{
    struct village village = read_village();
    struct error error = {0};
    const char *path = path_of("village.streets");
    REQUIRE_OK(network_file_write(path, &village.network, &village.extract, &error), &error);
    size_t length;
    char *bytes = test_read_file(path, &length);
    CHECK_INT(open_bytes(bytes, length, &error), STATUS_OK); /* the control */
    for (size_t cut = 0; cut < length; cut += 7)
        CHECK_INT(open_bytes(bytes, cut, &error), STATUS_CORRUPT);
    uint32_t unnoticed = 0;
    for (size_t at = 0; at < length; at += 3) {
        bytes[at] ^= 0x40;
        unnoticed += open_bytes(bytes, length, &error) == STATUS_OK;
        bytes[at] ^= 0x40;
    }
    /* only padding between sections is not covered: less than 8 bytes each */
    CHECK(unnoticed <= 11 * 7);
    free(bytes);
    village_release(&village);
}

TEST(a_street_file_of_another_version_is_refused_by_its_number)
{
    struct village village = read_village();
    struct error error = {0};
    const char *path = path_of("village.streets");
    REQUIRE_OK(network_file_write(path, &village.network, &village.extract, &error), &error);
    size_t length;
    char *bytes = test_read_file(path, &length);
    bytes[8] = 3;
    CHECK_INT(open_bytes(bytes, length, &error), STATUS_VERSION);
    CHECK_CONTAINS(error.message, "version 3");
    bytes[8] = 1;
    CHECK_INT(open_bytes(bytes, length, &error), STATUS_VERSION);
    CHECK_CONTAINS(error.message, "import the OpenStreetMap file again");
    free(bytes);
    village_release(&village);
}

TEST(a_street_file_that_cannot_be_written_leaves_the_old_one)
{
    struct village village = read_village();
    struct error error = {0};
    const char *path = path_of("kept.streets");
    REQUIRE_OK(network_file_write(path, &village.network, &village.extract, &error), &error);
    char aside[4300];
    snprintf(aside, sizeof aside, "%s.new", path);
    REQUIRE(mkdir(aside, 0700) == 0); /* what cannot be opened as a file */
    CHECK_INT(network_file_write(path, &village.network, &village.extract, &error), STATUS_IO);
    CHECK_CONTAINS(error.message, "kept.streets.new");
    struct network_file file;
    CHECK_INT(network_file_open(path, &file, &error), STATUS_OK);
    network_file_close(&file);
    CHECK_INT(network_file_open(path_of("nowhere"), &file, &error), STATUS_NOT_FOUND);
    CHECK_INT(network_file_open(test_folder(), &file, &error), STATUS_IO);
    village_release(&village);
}
