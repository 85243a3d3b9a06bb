/* Resident points from files: what is taken, what is rejected and why, and that the file replaces. */
#include "data/calendar.h"
#include "data/geojson_geometry.h"
#include "data/residents_import.h"
#include "tests/data/import_helper.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

static enum status run(struct import_case *c, const char *fixture, const char *coordsys,
                       bool dry_run, bool strict)
{
    day_t day = day_from_civil(2026, 11, 24);
    struct residents_import_options options = {.coordsys = coordsys,
                                               .now = (moment_t)day * 86400 + 43200,
                                               .as_of = day,
                                               .dry_run = dry_run,
                                               .strict = strict};
    import_report_release(&c->report);
    return residents_import_run(c->store, &c->region, test_fixture(fixture), &options, &c->report,
                                &c->error);
}

static struct resident_record *stored(struct import_case *c, struct arena *arena, uint32_t *count)
{
    struct resident_record *residents;
    REQUIRE_OK(store_residents(c->store, "sample-town", arena, &residents, count, &c->error),
               &c->error);
    return residents;
}

/* The reason of the rejection of this id; NULL = it was not rejected. */
static const char *reason_of(const struct import_case *c, const char *id)
{
    for (uint32_t i = 0; i < c->report.rejections.count; i++) {
        const struct import_entry *entry = &c->report.rejections.items[i];
        if (entry->id ? strcmp(entry->id, id) == 0 : !*id)
            return entry->reason;
    }
    return NULL;
}

TEST(resident_points_are_stored_with_their_community_and_the_same_file_changes_nothing)
{
    static const char *const locations[] = {"memory:", "residents.db"};
    for (int n = 0; n < 2; n++) {
        struct import_case c;
        struct arena arena;
        uint32_t count;
        arena_init(&arena, 1 << 20);
        import_case_open(&c, locations[n], "sample-town", NULL);
        REQUIRE_OK(import_case_communities(&c, test_fixture("registers/communities.geojson")),
                   &c.error);
        REQUIRE_OK(run(&c, "residents/town.csv", "wgs84", false, false), &c.error);
        import_case_counts(&c, 3, 0, 0, 0, 0);
        CHECK_INT(c.report.warnings[IMPORT_IN_NO_COMMUNITY].total, 1);
        const struct resident_record *residents = stored(&c, &arena, &count);
        REQUIRE(count == 3);
        CHECK_TEXT(residents[0].community, "330199001001");
        CHECK_TEXT(residents[1].community, "330199001002");
        CHECK_TEXT(residents[2].community, NULL);
        CHECK_INT(residents[0].lon_e7, 1201600000);
        CHECK_INT(residents[1].children, NONE);

        uint64_t generation = store_generation(c.store);
        REQUIRE_OK(run(&c, "residents/town.csv", "wgs84", true, false), &c.error);
        import_case_counts(&c, 0, 0, 3, 0, 0);
        CHECK_INT(store_generation(c.store), generation);
        REQUIRE_OK(run(&c, "residents/cells.geojson", "wgs84", false, false), &c.error);
        CHECK_INT(c.report.closed, 3);
        stored(&c, &arena, &count);
        CHECK_INT(count, 2);
        arena_release(&arena);
        import_case_close(&c);
    }
}

TEST(every_kind_of_dirt_in_a_file_of_residents_is_rejected_with_its_reason)
{
    static const struct {
        const char *id, *reason;
    } expected[] = {
        {"", "no id"},
        {"twice", "stands twice"},
        {"minus", "not a count"},
        {"half", "not a count"},
        {"words", "not a count"},
        {"young", "more children than the 3 residents"},
        {"nowhere", "no coordinates"},
        {"zero", "0, 0"},
        {"swapped", "axes exchanged"},
        {"far", "outside the region"},
        {"chinese", "fits as gcj02"},
        {"letters", "not a number"},
    };
    struct import_case c;
    struct arena arena;
    uint32_t count;
    arena_init(&arena, 1 << 20);
    import_case_open(&c, "memory:", "sample-town", NULL);
    REQUIRE_OK(run(&c, "residents/dirt.csv", "wgs84", false, true), &c.error);
    CHECK(c.report.refused && !c.report.committed);
    stored(&c, &arena, &count);
    CHECK_INT(count, 0);
    REQUIRE_OK(run(&c, "residents/dirt.csv", "wgs84", false, false), &c.error);
    import_case_counts(&c, 1, 0, 0, 0, 14);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const char *reason = reason_of(&c, expected[i].id);
        if (CHECK(reason))
            CHECK_CONTAINS(reason, expected[i].reason);
    }
    const struct resident_record *residents = stored(&c, &arena, &count);
    REQUIRE(count == 1);
    CHECK_INT(residents[0].residents, 120);

    /* a file of which nothing can be taken leaves what is there */
    REQUIRE_OK(run(&c, "residents/town.csv", "EPSG:4549", false, false), &c.error);
    CHECK(c.report.refused);
    stored(&c, &arena, &count);
    CHECK_INT(count, 1);
    CHECK_INT(run(&c, "registers/default.csv", "wgs84", false, false), STATUS_REJECTED);
    CHECK_INT(run(&c, "residents/town.csv", "EPSG:1", false, false), STATUS_INVALID);
    arena_release(&arena);
    import_case_close(&c);
}

/* The cell is a U whose centroid lies outside it. */
TEST(a_cell_stands_for_a_point_inside_it)
{
    static const char shape[] =
        "{\"type\":\"Polygon\",\"coordinates\":[[[120.16,30.18],[120.19,30.18],[120.19,30.2],"
        "[120.186,30.2],[120.186,30.184],[120.164,30.184],[120.164,30.2],[120.16,30.2],"
        "[120.16,30.18]]]}";
    struct import_case c;
    struct arena arena;
    struct geo_polygon polygon;
    uint32_t count;
    arena_init(&arena, 1 << 20);
    import_case_open(&c, "memory:", "sample-town", NULL);
    REQUIRE_OK(run(&c, "residents/cells.geojson", "wgs84", false, false), &c.error);
    import_case_counts(&c, 2, 0, 0, 0, 1);
    CHECK_CONTAINS(reason_of(&c, "bow"), "not valid");
    const struct resident_record *residents = stored(&c, &arena, &count);
    REQUIRE(count == 2);
    CHECK_TEXT(residents[1].source_id, "u");
    REQUIRE_OK(geojson_polygon_parse(shape, strlen(shape), &arena, &polygon, &c.error), &c.error);
    CHECK(geo_polygon_contains(&polygon,
                               geo_point_from_e7(residents[1].lon_e7, residents[1].lat_e7)));
    CHECK_INT(residents[0].children, NONE);
    arena_release(&arena);
    import_case_close(&c);
}
