/* Communities from GeoJSON, and facilities put into them. */
#include "data/calendar.h"
#include "tests/data/import_helper.h"
#include "tests/test.h"

#include <string.h>

static const char *const locations[] = {"memory:", "communities.db"};

static uint32_t in_community(struct import_case *c, const char *code)
{
    struct store_scan *scan;
    struct facility_record facility;
    bool more = true;
    uint32_t count = 0;
    REQUIRE_OK(store_scan_open(c->store, STORE_ROWS_FACILITIES, day_from_civil(2026, 11, 24), &scan,
                               &c->error),
               &c->error);
    for (;;) {
        REQUIRE_OK(store_scan_next(scan, &facility, &more, &c->error), &c->error);
        if (!more)
            break;
        count += code ? facility.community && strcmp(facility.community, code) == 0
                      : !facility.community;
    }
    store_scan_close(scan);
    return count;
}

TEST(communities_are_stored_and_every_facility_gets_its_own)
{
    for (int n = 0; n < 2; n++) {
        struct import_case c;
        import_case_open(&c, locations[n], "sample-town", "town");
        struct register_import_options options = import_case_options(&c);
        REQUIRE_OK(import_case_run(&c, test_fixture("registers/town-40.csv"), &options), &c.error);
        CHECK_INT(in_community(&c, NULL), 40); /* none is known yet */
        REQUIRE_OK(import_case_communities(&c, test_fixture("registers/communities.geojson")),
                   &c.error);
        import_case_counts(&c, 2, 0, 0, 0, 0);
        CHECK_INT(c.report.reassigned, 40);
        CHECK_INT(in_community(&c, "330199001001"), 40);
        REQUIRE_OK(import_case_communities(&c, test_fixture("registers/communities.geojson")),
                   &c.error);
        import_case_counts(&c, 0, 0, 2, 0, 0);
        CHECK_INT(c.report.reassigned, 0);
        REQUIRE_OK(import_case_communities(&c, test_fixture("registers/communities-moved.geojson")),
                   &c.error);
        import_case_counts(&c, 0, 2, 0, 0, 0);
        CHECK_INT(c.report.reassigned, 40);
        CHECK_INT(in_community(&c, "330199001002"), 40);
        CHECK_INT(import_case_count(&c, day_from_civil(2026, 11, 24), NULL, NULL), 40);
        /* the register again changes nothing: it computes the same communities */
        REQUIRE_OK(import_case_run(&c, test_fixture("registers/town-40.csv"), &options), &c.error);
        import_case_counts(&c, 0, 0, 40, 0, 0);

        struct arena arena;
        struct community_record *communities;
        uint32_t count;
        arena_init(&arena, 1 << 20);
        REQUIRE_OK(
            store_communities(c.store, "sample-town", &arena, &communities, &count, &c.error),
            &c.error);
        REQUIRE(count == 2);
        CHECK_TEXT(communities[0].name, "东岸");
        CHECK_TEXT(communities[0].street, "330199001000");
        CHECK_INT(communities[0].residents, 5200);
        CHECK_INT(communities[0].children, 160);
        CHECK_INT(communities[0].standard, STANDARD_BUILT);
        CHECK_INT(communities[1].standard, STANDARD_NEW);
        arena_release(&arena);
        import_case_close(&c);
    }
}

TEST(invalid_outlines_and_doubled_codes_are_rejected_and_overlaps_warned_about)
{
    struct import_case c;
    import_case_open(&c, "memory:", "sample-town", NULL);
    REQUIRE_OK(import_case_communities(&c, test_fixture("registers/communities-dirt.geojson")),
               &c.error);
    CHECK_INT(c.report.rows, 7);
    import_case_counts(&c, 3, 0, 0, 0, 4);
    static const struct import_case_warning expected[] = {
        {IMPORT_OVERLAP, 1},           {IMPORT_NO_OUTLINE, 1},   {IMPORT_NO_FIGURE, 2},
        {IMPORT_UNREADABLE_NUMBER, 1}, {IMPORT_UNKNOWN_CODE, 1}, {IMPORT_WARNING_COUNT, 0}};
    import_case_warnings(&c, expected);
    bool bow_tie = false;
    for (uint32_t i = 0; i < c.report.rejections.count; i++) {
        const struct import_entry *entry = &c.report.rejections.items[i];
        if (entry->id && strcmp(entry->id, "330199001003") == 0) {
            bow_tie = true;
            CHECK_CONTAINS(entry->reason, "Self-intersection[120.105 30.105]");
        }
    }
    CHECK(bow_tie);
    CHECK_CONTAINS(c.report.warnings[IMPORT_OVERLAP].items[0].reason, "with 330199001004: 50.0 %");
    import_case_close(&c);
}
