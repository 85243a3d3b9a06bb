#include "data/osm_import.h"

#include "data/region_streets.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of a town whose bounds hold the village and the river town, in a store on disk. */
struct town {
    char path[4200];
    struct store *store;
    struct region region;
};

static const char region_json[] =
    "{\"name\":\"town\",\"title\":\"示例镇\",\"title_en\":\"Sample Town\",\"id_prefix\":\"st\","
    "\"timezone\":\"Asia/Shanghai\",\"currency\":\"CNY\",\"language\":\"zh-Hans\","
    "\"bounds\":[120.1,30.1,120.3,30.3],\"test\":true}";

static struct town town_make(const char *location)
{
    struct town town = {0};
    struct error error = {0};
    if (location)
        snprintf(town.path, sizeof town.path, "%s", location);
    else
        snprintf(town.path, sizeof town.path, "%s/town.db", test_folder());
    REQUIRE_OK(region_parse(region_json, strlen(region_json), &town.region, &error), &error);
    REQUIRE_OK(store_open(town.path, STORE_CREATE, &town.store, &error), &error);
    REQUIRE_OK(store_begin(town.store, &error), &error);
    REQUIRE_OK(store_region_put(town.store, "town", region_json, &error), &error);
    REQUIRE_OK(store_commit(town.store, &error), &error);
    return town;
}

static void town_release(struct town *town)
{
    store_close(town->store);
    region_release(&town->region);
}

static enum status import(struct town *town, const char *file, double min_island_m, bool dry_run,
                          struct osm_import_report *report, struct error *error)
{
    struct osm_import_options options = {
        .now = 1790562600, .min_island_m = min_island_m, .dry_run = dry_run};
    return osm_import_run(town->store, &town->region, test_fixture(file), &options, report, error);
}

static char *path_of(const struct town *town, const char *ending)
{
    char *path = malloc(4400);
    REQUIRE(path != NULL);
    snprintf(path, 4400, "%s.town.streets%s", town->path, ending);
    return path;
}

TEST(osm_import_keeps_counts_and_drops_what_the_town_has)
{
    struct town town = town_make(NULL);
    struct osm_import_report report;
    struct error error = {0};
    REQUIRE_OK(import(&town, "osm/river_town.osm", 2000, false, &report, &error), &error);
    CHECK(report.committed);
    CHECK_INT(report.counts.by_verdict[OSM_WALKABLE], 28);
    CHECK_INT(report.counts.by_verdict[OSM_DROPPED_HIGHWAY], 1);
    CHECK_INT(report.counts.by_verdict[OSM_DROPPED_FOOT], 1);
    CHECK_INT(report.counts.by_verdict[OSM_DROPPED_ACCESS], 1);
    CHECK_INT(report.build.missing_nodes, 1);
    CHECK_INT(report.build.components, 2);
    CHECK_INT(report.build.dropped_components, 1);
    CHECK(report.peak_memory_bytes > 1 << 20);

    struct network_file file;
    REQUIRE_OK(region_streets_open(town.store, "town", &file, &error), &error);
    CHECK_INT(file.checksum, report.checksum);
    CHECK_INT(file.network.piece_count, report.pieces);
    CHECK_INT(file.timestamp, report.osm_timestamp);
    network_file_close(&file);
    char *path = path_of(&town, "");
    struct stat info;
    REQUIRE(stat(path, &info) == 0);
    CHECK_INT(info.st_mode & 0777, 0600);
    free(path);
    town_release(&town);
}

TEST(osm_import_is_recorded_as_a_run_with_its_report)
{
    struct town town = town_make(NULL);
    struct osm_import_report report;
    struct error error = {0};
    struct arena arena;
    struct import_run *runs = NULL;
    uint32_t count = 0;
    arena_init(&arena, 1 << 20);
    REQUIRE_OK(import(&town, "osm/river_town.osm", 2000, false, &report, &error), &error);
    REQUIRE_OK(store_import_runs(town.store, "town", 5, &arena, &runs, &count, &error), &error);
    REQUIRE(count == 1);
    CHECK_TEXT(runs[0].kind, "osm");
    CHECK_TEXT(runs[0].file, "river_town.osm");
    CHECK_INT(runs[0].as_of, day_from_civil(2026, 2, 1));
    CHECK(strstr(runs[0].report, "\"committed\":true") != NULL);
    CHECK(strstr(runs[0].report, "\"dropped_m\":207") != NULL);
    arena_release(&arena);
    town_release(&town);
}

TEST(osm_import_keeps_islands_of_the_length_that_is_asked_for)
{
    struct town town = town_make(NULL);
    struct osm_import_report with, without;
    struct error error = {0};
    REQUIRE_OK(import(&town, "osm/river_town.osm", 200, true, &with, &error), &error);
    REQUIRE_OK(import(&town, "osm/river_town.osm", 2000, true, &without, &error), &error);
    CHECK_INT(with.build.dropped_components, 0);
    CHECK_INT(with.build.kept_mm, without.build.kept_mm + without.build.dropped_mm);
    town_release(&town);
}

TEST(osm_import_dry_run_and_failure_change_nothing)
{
    struct town town = town_make(NULL);
    struct osm_import_report report;
    struct error error = {0};
    struct network_file file;
    char *path = path_of(&town, ""), *next = path_of(&town, ".next");
    uint64_t before = store_generation(town.store);
    REQUIRE_OK(import(&town, "osm/river_town.osm", 2000, true, &report, &error), &error);
    CHECK(!report.committed);
    CHECK_INT(import(&town, "osm/nowhere.osm", 2000, false, &report, &error), STATUS_NOT_FOUND);
    town.region.bounds = (struct geo_box){10, 50, 11, 51};
    CHECK_INT(import(&town, "osm/river_town.osm", 2000, false, &report, &error), STATUS_REJECTED);
    CHECK(strstr(error.message, "outside the bounds of region 'town'") != NULL);
    CHECK_INT(store_generation(town.store), before);
    CHECK(access(path, F_OK) != 0 && access(next, F_OK) != 0);
    CHECK_INT(region_streets_open(town.store, "town", &file, &error), STATUS_NOT_FOUND);
    free(path);
    free(next);
    town_release(&town);
}

TEST(a_street_file_that_is_missing_or_another_is_refused_with_what_to_do)
{
    struct town town = town_make(NULL);
    struct osm_import_report report;
    struct error error = {0};
    struct network_file file;
    char *path = path_of(&town, ""), *next = path_of(&town, ".next"),
         *kept = path_of(&town, ".old");
    REQUIRE_OK(import(&town, "osm/village.osm", 0, false, &report, &error), &error);
    REQUIRE(rename(path, kept) == 0);
    CHECK_INT(region_streets_open(town.store, "town", &file, &error), STATUS_CONFLICT);
    CHECK(strstr(error.message, "is missing") && strstr(error.message, "tuoyu import osm"));

    REQUIRE_OK(import(&town, "osm/river_town.osm", 2000, false, &report, &error), &error);
    REQUIRE(rename(path, next) == 0); /* a process that died between commit and rename */
    REQUIRE_OK(region_streets_open(town.store, "town", &file, &error), &error);
    CHECK_INT(file.checksum, report.checksum);
    network_file_close(&file);
    REQUIRE(unlink(next) == 0 && rename(kept, path) == 0);
    CHECK_INT(region_streets_open(town.store, "town", &file, &error), STATUS_CONFLICT);
    CHECK(strstr(error.message, "is not the one") != NULL);

    REQUIRE(truncate(path, 100) == 0);
    CHECK_INT(region_streets_open(town.store, "town", &file, &error), STATUS_CORRUPT);
    free(path);
    free(next);
    free(kept);
    town_release(&town);
}

TEST(osm_import_says_that_a_store_in_memory_keeps_no_streets)
{
    struct town town = town_make("memory:");
    struct osm_import_report report;
    struct error error = {0};
    CHECK_INT(import(&town, "osm/village.osm", 0, false, &report, &error), STATUS_UNSUPPORTED);
    CHECK(strstr(error.message, "beside the store") != NULL);
    town_release(&town);
}

static void cancel(void *context, double done)
{
    (void)done;
    atomic_store((atomic_bool *)context, true);
}

TEST(osm_import_stops_when_it_is_cancelled)
{
    struct town town = town_make(NULL);
    struct osm_import_report report;
    struct error error = {0};
    atomic_bool cancelled = false;
    struct osm_import_options options = {
        .cancelled = &cancelled, .progress = cancel, .progress_context = &cancelled};
    CHECK_INT(osm_import_run(town.store, &town.region, test_fixture("osm/village.osm"), &options,
                             &report, &error),
              STATUS_CANCELLED);
    CHECK(!report.committed);
    town_release(&town);
}
