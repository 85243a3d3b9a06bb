/*
 * The sample region's streets and homes, read by the readers of real files: is it a town one can walk
 * through, and do the people in its buildings add up?
 */
#include "data/community_locator.h"
#include "data/osm_reader.h"
#include "data/region_init.h"
#include "data/region_streets.h"
#include "data/sample.h"
#include "data/table.h"
#include "geo/number.h"
#include "geo/snap.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "data/regions/binjiang/"

enum { STREET_CODE_DIGITS = 9, MAX_COMMUNITIES = 200 };

/* The town, its network, and where an adult may stand on it. */
struct town {
    struct osm_extract extract;
    struct network network;
    struct network_build_report report;
    struct snapper *snapper;
};

/* The snapper points into *town: it stays where it is. */
static void town_read(struct town *town, double min_component_m)
{
    struct error error = {0};
    const struct network_build_options options = {.min_component_m = min_component_m};
    REQUIRE_OK(osm_read(FOLDER "streets.osm", NULL, NULL, &town->extract, &error), &error);
    REQUIRE_OK(
        network_build(&town->extract.streets, &options, &town->network, &town->report, &error),
        &error);
    REQUIRE_OK(snapper_build(&town->network, profile_builtin(PROFILE_STROLLER), 10000,
                             &town->snapper, &error),
               &error);
}

static void town_release(struct town *town)
{
    snapper_release(town->snapper);
    network_build_release(&town->network);
    osm_extract_release(&town->extract);
}

/* Metres to the stroller's main network; -1 where it is more than max_m. */
static double metres_to_street(const struct town *town, struct geo_point from, double max_m)
{
    struct snap snap;
    struct error error;
    enum status status = snap_point(town->snapper, from, max_m, &snap, &error);
    REQUIRE(status == STATUS_OK || status == STATUS_OFF_NETWORK);
    return status ? -1 : snap.distance_m;
}

static struct store *open_sample(void)
{
    struct store *store;
    struct error error = {0};
    REQUIRE_OK(store_open("memory:", STORE_CREATE, &store, &error), &error);
    REQUIRE_OK(region_init(store, FOLDER "region.json", INT64_C(1795575600), NULL, &error), &error);
    return store;
}

TEST(the_sample_streets_are_whole_and_one_town)
{
    struct town town;
    town_read(&town, 0);
    const struct osm_counts *counts = &town.extract.counts;
    CHECK_INT(counts->missing_references, 0);
    CHECK_INT(counts->broken_areas, 0);
    CHECK_INT(counts->by_verdict[OSM_DROPPED_HIGHWAY], 2); /* a motorway and its link */
    CHECK_INT(town.report.missing_nodes, 0);
    CHECK_INT(town.report.self_loops, 0);
    CHECK_INT(town.report.zero_length, 0);
    CHECK_INT(town.report.components, 2); /* the town, and a path on an island in the lake */
    CHECK(town.report.kept_mm > UINT64_C(600000000));
    CHECK(town.extract.timestamp > 0);
    CHECK_INT(counts->features[MAP_STATION], 7);
    CHECK_INT(counts->features[MAP_PLACE], 3 + 67);
    CHECK(counts->features[MAP_BUILDING] > 2500);
    CHECK(counts->features[MAP_GREEN] > 100);
    CHECK(counts->features[MAP_WATER] >= 3);
    town_release(&town);

    town_read(&town, 1000);
    CHECK_INT(town.report.components, 2);
    CHECK_INT(town.report.dropped_components, 1);
    CHECK(town.report.dropped_mm < 1000000);
    town_release(&town);
}

TEST(most_of_the_sample_box_is_near_a_street)
{
    enum { COLUMNS = 70, ROWS = 60 };
    struct town town;
    uint32_t near = 0;
    town_read(&town, 1000);
    for (uint32_t row = 0; row < ROWS; row++)
        for (uint32_t column = 0; column < COLUMNS; column++)
            near += metres_to_street(&town,
                                     (struct geo_point){120.145 + 0.070 * (column + 0.5) / COLUMNS,
                                                        30.16 + 0.060 * (row + 0.5) / ROWS},
                                     300) >= 0;
    double share = (double)near / (COLUMNS * ROWS);
    CHECK(share >= 0.70);
    /* tests/flow/test_sample_is_reproducible.py measures the same without our code */
    CHECK_NEAR(share, 0.927, 0.01);
    town_release(&town);
}

TEST(nobody_walks_across_the_sample_river)
{
    /* Points in the river, at least 300 m off its shore, and beyond it: none is near a street. */
    static const struct geo_point spots[] = {
        {120.145, 30.2095}, {120.160, 30.2180}, {120.178, 30.2290}, {120.118, 30.190},
        {120.112, 30.170},  {120.130, 30.2150}, {120.150, 30.2250}, {120.100, 30.180}};
    struct town town;
    town_read(&town, 0);
    for (size_t i = 0; i < sizeof spots / sizeof *spots; i++)
        if (metres_to_street(&town, spots[i], 300) >= 0)
            test_fail(__FILE__, __LINE__, "a street within 300 m of %.4f, %.4f", spots[i].lon,
                      spots[i].lat);
    town_release(&town);
}

TEST(sample_facilities_stand_at_streets_except_one)
{
    struct town town;
    struct store *store = open_sample();
    struct store_scan *scan;
    struct facility_record facility;
    struct error error = {0};
    bool more;
    uint32_t on_map = 0, off_network = 0;
    town_read(&town, 1000);
    REQUIRE_OK(store_scan_open(store, STORE_ROWS_FACILITIES, DAY_NONE, &scan, &error), &error);
    for (;;) {
        REQUIRE_OK(store_scan_next(scan, &facility, &more, &error), &error);
        if (!more)
            break;
        if (facility.lon_e7 == NONE)
            continue;
        struct geo_point at = geo_point_from_e7(facility.lon_e7, facility.lat_e7);
        double metres = metres_to_street(&town, at, 300);
        on_map++;
        off_network += metres < 0;
        if (metres > 100)
            test_fail(__FILE__, __LINE__, "%s is %.0f m from a street", facility.name, metres);
    }
    store_scan_close(scan);
    store_close(store);
    town_release(&town);
    CHECK(on_map > 60);
    CHECK_INT(off_network, 1);
}

TEST(the_sample_region_brings_its_streets_into_a_store_on_disk)
{
    const struct osm_import_options options = {.now = INT64_C(1795575600),
                                               .min_island_m = OSM_IMPORT_MIN_ISLAND_M};
    static struct osm_import_report report;
    char location[4200];
    struct store *store;
    struct network_file file;
    struct error error = {0};
    bool imported = false;
    snprintf(location, sizeof location, "%s/walk.db", test_folder());
    REQUIRE_OK(store_open(location, STORE_CREATE, &store, &error), &error);
    REQUIRE_OK(region_init(store, FOLDER "region.json", options.now, NULL, &error), &error);
    REQUIRE_OK(region_init_osm(store, FOLDER "region.json", &options, &imported, &report, &error),
               &error);
    CHECK(imported && report.committed);
    CHECK_TEXT(report.file, "streets.osm");
    CHECK_TEXT(report.region, "binjiang");
    CHECK_INT(report.build.dropped_components, 1);
    REQUIRE_OK(region_streets_open(store, "binjiang", &file, &error), &error);
    CHECK_INT(file.checksum, report.checksum);
    network_file_close(&file);
    store_close(store);
}

TEST(a_sample_with_its_streets_and_residents_is_still_dated_again)
{
    const struct osm_import_options options = {.now = INT64_C(1795575600),
                                               .min_island_m = OSM_IMPORT_MIN_ISLAND_M};
    static struct osm_import_report report;
    char location[4200];
    struct store *store;
    struct sample_state state;
    struct error error = {0};
    bool imported = false, changed = false;
    uint32_t points = 0;
    snprintf(location, sizeof location, "%s/dated.db", test_folder());
    REQUIRE_OK(store_open(location, STORE_CREATE, &store, &error), &error);
    REQUIRE_OK(region_init(store, FOLDER "region.json", options.now, NULL, &error), &error);
    REQUIRE_OK(region_init_osm(store, FOLDER "region.json", &options, &imported, &report, &error),
               &error);
    REQUIRE_OK(
        region_init_residents(store, FOLDER "region.json", options.now, NULL, &points, &error),
        &error);
    CHECK(imported && points > 2000);
    REQUIRE_OK(sample_state(store, options.now + 8 * 86400, &state, &error), &error);
    CHECK(state.is_sample && !state.has_own_data);
    REQUIRE_OK(sample_redate(store, options.now + 8 * 86400, &changed, &error), &error);
    CHECK(changed);
    store_close(store);
}

TEST(a_region_that_names_no_streets_gets_none)
{
    const struct osm_import_options options = {.now = INT64_C(1795575600)};
    static struct osm_import_report report;
    struct store *store;
    struct error error = {0};
    bool imported = true;
    const char *region = test_fixture("regions/sample-town.json");
    REQUIRE_OK(store_open("memory:", STORE_CREATE, &store, &error), &error);
    REQUIRE_OK(region_init_osm(store, region, &options, &imported, &report, &error), &error);
    CHECK(!imported && !report.committed);
    CHECK_INT(region_init_osm(store, FOLDER "region.json", &options, &imported, &report, &error),
              STATUS_UNSUPPORTED); /* a store in memory keeps no streets */
    store_close(store);
}

/* Residents -------------------------------------------------------------------------------------- */

struct people {
    int64_t residents, children;
    uint32_t buildings;
};

static int64_t cell_integer(const struct table_row *row, uint32_t column)
{
    double value = 0;
    REQUIRE(column < row->cell_count);
    const struct table_cell *cell = &row->cells[column];
    REQUIRE(number_parse_double(cell->text, cell->length, &value) == STATUS_OK);
    REQUIRE(value >= 0 && value == (double)(int64_t)value);
    return (int64_t)value;
}

static double cell_double(const struct table_row *row, uint32_t column)
{
    double value = 0;
    REQUIRE(column < row->cell_count);
    const struct table_cell *cell = &row->cells[column];
    REQUIRE(number_parse_double(cell->text, cell->length, &value) == STATUS_OK);
    return value;
}

/* Sum the rows by community, each checked to stand in the community that it names. */
static uint32_t sum_residents(const struct town *town, const struct community_locator *locator,
                              struct people *sums)
{
    enum { ID, LON, LAT, RESIDENTS, CHILDREN, COMMUNITY, COLUMNS = 7 };
    struct table *table;
    struct table_row row;
    struct error error = {0};
    uint32_t count = 0, columns;
    bool more;
    REQUIRE_OK(table_open(FOLDER "residents.csv", NULL, &table, &error), &error);
    CHECK_TEXT(table_columns(table, &columns)[CHILDREN], "children_under_3");
    CHECK_INT(columns, COLUMNS);
    for (;; count++) {
        REQUIRE_OK(table_next(table, &row, &more, &error), &error);
        if (!more)
            break;
        struct geo_point at = {cell_double(&row, LON), cell_double(&row, LAT)};
        int32_t community = community_locator_at(locator, at);
        REQUIRE(community != COMMUNITY_NONE);
        CHECK_TEXT(row.cells[COMMUNITY].text, locator->communities[community].code);
        CHECK(geo_polygon_contains(&locator->communities[community].outline, at));
        CHECK(metres_to_street(town, at, 300) >= 0);
        sums[community].residents += cell_integer(&row, RESIDENTS);
        sums[community].children += cell_integer(&row, CHILDREN);
        sums[community].buildings++;
    }
    table_close(table);
    return count;
}

TEST(sample_residents_add_up_to_their_communities_and_to_the_census)
{
    /* The seventh census, 2020-11-01; children: three fifths of those aged 0 to 4, an estimate. */
    static const struct {
        const char *street;
        int64_t residents, children_estimate;
    } census[] = {
        {"330108001", 143318, 5304}, {"330108002", 168276, 5515}, {"330108003", 192265, 5981}};
    static struct people sums[MAX_COMMUNITIES];
    struct town town;
    struct store *store = open_sample();
    struct community_locator locator;
    struct community_record *records;
    struct arena arena;
    struct error error = {0};
    uint32_t count;
    struct people streets[3] = {{0}};
    arena_init(&arena, 16 << 20);
    town_read(&town, 1000);
    REQUIRE_OK(community_locator_init(&locator, store, "binjiang", &error), &error);
    REQUIRE_OK(store_communities(store, "binjiang", &arena, &records, &count, &error), &error);
    REQUIRE(count == locator.count && count == 67);
    uint32_t buildings = sum_residents(&town, &locator, sums);
    CHECK(buildings >= 2000 && buildings <= 4000);
    for (uint32_t i = 0; i < count; i++) {
        CHECK_TEXT(records[i].code, locator.communities[i].code);
        CHECK(sums[i].buildings >= 5);
        CHECK_INT(sums[i].residents, records[i].residents);
        CHECK_INT(sums[i].children, records[i].children);
        for (size_t s = 0; s < 3; s++) {
            if (strncmp(records[i].code, census[s].street, STREET_CODE_DIGITS) != 0)
                continue;
            streets[s].residents += sums[i].residents;
            streets[s].children += sums[i].children;
        }
    }
    for (size_t s = 0; s < 3; s++) {
        CHECK_INT(streets[s].residents, census[s].residents);
        CHECK_INT(streets[s].children, census[s].children_estimate);
    }
    community_locator_release(&locator);
    arena_release(&arena);
    store_close(store);
    town_release(&town);
}
