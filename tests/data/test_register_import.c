/* Register files into both stores: outcomes, reports, all or nothing. */
#include "data/calendar.h"
#include "data/dataset.h"
#include "tests/data/import_helper.h"
#include "tests/test.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const locations[] = {"memory:", "import.db"};
#define EACH_STORE(c, mapping)                                                            \
    for (size_t n_ = 0;                                                                   \
         n_ < 2 && (import_case_open(&(c), locations[n_], "sample-town", mapping), true); \
         import_case_close(&(c)), n_++)

static day_t today(void)
{
    return day_from_civil(2026, 11, 24);
}

static const char *write_bytes(const char *name, const char *bytes, size_t length)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", test_folder(), name);
    FILE *out = fopen(path, "wb");
    REQUIRE(out && fwrite(bytes, 1, length, out) == length && fclose(out) == 0);
    return path;
}

TEST(every_kind_of_dirt_is_named_and_does_not_stop_the_other_rows)
{
    struct import_case c;
    EACH_STORE(c, "town")
    {
        REQUIRE_OK(import_case_communities(&c, test_fixture("registers/communities.geojson")),
                   &c.error);
        struct register_import_options options = import_case_options(&c);
        REQUIRE_OK(import_case_run(&c, test_fixture("registers/town.csv"), &options), &c.error);
        CHECK_INT(c.report.rows, 27);
        import_case_counts(&c, 23, 0, 0, 0, 4);
        CHECK(c.report.committed && import_report_has_rejections(&c.report));
        static const struct import_case_warning expected[] = {
            {IMPORT_NO_COORDINATES, 1},     {IMPORT_UNREADABLE_COORDINATES, 1},
            {IMPORT_ZERO_COORDINATES, 1},   {IMPORT_SWAPPED_AXES, 1},
            {IMPORT_LOST_DECIMAL_POINT, 1}, {IMPORT_OUTSIDE_REGION, 1},
            {IMPORT_PROBABLY_GCJ02, 1},     {IMPORT_COARSE_COORDINATES, 1},
            {IMPORT_COMMUNITY_DIFFERS, 1},  {IMPORT_UNKNOWN_COMMUNITY, 1},
            {IMPORT_SUMS_DIFFER, 1},        {IMPORT_UNREADABLE_NUMBER, 2},
            {IMPORT_UNREADABLE_AGE, 1},     {IMPORT_UNREADABLE_HOURS, 1},
            {IMPORT_UNREADABLE_DATE, 2},    {IMPORT_FUTURE_DATE, 1},
            {IMPORT_UNREADABLE_PRICE, 1},   {IMPORT_UNREADABLE_FLAG, 1},
            {IMPORT_UNKNOWN_CODE, 1},       {IMPORT_LAPSED, 1},
            {IMPORT_DELISTED, 1},           {IMPORT_PERHAPS_A_HOME, 1},
            {IMPORT_WARNING_COUNT, 0}};
        import_case_warnings(&c, expected);
        CHECK_INT(c.report.off_map, 8);
        uint32_t on_map;
        CHECK_INT(import_case_count(&c, today(), NULL, &on_map), 23);
        CHECK_INT(on_map, 15);
    }
}

TEST(rejections_give_line_column_value_and_reason)
{
    struct import_case c;
    import_case_open(&c, "memory:", "sample-town", "town");
    struct register_import_options options = import_case_options(&c);
    REQUIRE_OK(import_case_run(&c, test_fixture("registers/town.csv"), &options), &c.error);
    REQUIRE(c.report.rejections.count == 4);
    const struct import_entry *items = c.report.rejections.items;
    CHECK_INT(items[0].line, 15);
    CHECK_TEXT(items[0].column, "编号");
    CHECK_CONTAINS(items[0].reason, "no identity");
    CHECK_INT(items[1].line, 16);
    CHECK_TEXT(items[1].value, "T15");
    CHECK_CONTAINS(items[1].reason, "stands also on line 17");
    CHECK_CONTAINS(items[2].reason, "stands also on line 16");
    CHECK_INT(items[3].line, 18);
    CHECK_CONTAINS(items[3].reason, "the row has 7 cells, the file 22 columns");
    import_case_close(&c);
}

TEST(the_same_file_twice_changes_nothing)
{
    struct import_case c;
    EACH_STORE(c, "town")
    {
        struct register_import_options options = import_case_options(&c);
        REQUIRE_OK(import_case_run(&c, test_fixture("registers/town.csv"), &options), &c.error);
        import_case_counts(&c, 23, 0, 0, 0, 4);
        for (int again = 0; again < 2; again++) { /* on the same day, and on a later one */
            options.now += 86400;
            options.as_of = today() + again;
            REQUIRE_OK(import_case_run(&c, test_fixture("registers/town.csv"), &options), &c.error);
            import_case_counts(&c, 0, 0, 23, 0, 4);
        }
        CHECK_INT(import_case_count(&c, DAY_NONE, NULL, NULL), 23); /* one version each */
    }
}

TEST(a_changed_row_changes_its_facility_from_its_day_on)
{
    struct import_case c;
    EACH_STORE(c, "town")
    {
        struct register_import_options options = import_case_options(&c);
        options.as_of = today() - 30;
        REQUIRE_OK(import_case_run(&c, test_fixture("registers/town-40.csv"), &options), &c.error);
        import_case_counts(&c, 40, 0, 0, 0, 0);
        CHECK(!import_report_has_rejections(&c.report));
        options.as_of = today();
        REQUIRE_OK(import_case_run(&c, test_fixture("registers/town-changed.csv"), &options),
                   &c.error);
        import_case_counts(&c, 0, 1, 39, 0, 0);
    }
}

/* The moment that an answer's timeStamp says. */
static moment_t changed_at(struct import_case *c, moment_t now)
{
    struct dataset *dataset;
    REQUIRE_OK(dataset_build(c->store, now, &dataset, &c->error), &c->error);
    moment_t at = dataset->changed_at;
    dataset_release(dataset);
    return at;
}

TEST(new_hours_alone_move_the_moment_of_the_last_change)
{
    static const char before[] = "id,name,open,close\n1,a,08:00,17:00\n2,b,08:00,17:00\n";
    static const char after[] = "id,name,open,close\n1,a,08:00,18:00\n2,b,08:00,17:00\n";
    struct import_case c;
    EACH_STORE(c, NULL)
    {
        struct register_import_options options = import_case_options(&c);
        const char *path = write_bytes("hours.csv", before, strlen(before));
        CHECK_INT(changed_at(&c, options.now), TIME_NONE);
        REQUIRE_OK(import_case_run(&c, path, &options), &c.error);
        moment_t first = options.now;
        CHECK_INT(changed_at(&c, first), first);
        options.now += 60;
        REQUIRE_OK(import_case_run(&c, path, &options), &c.error); /* nothing new */
        CHECK_INT(changed_at(&c, options.now), first);
        path = write_bytes("hours.csv", after, strlen(after));
        REQUIRE_OK(import_case_run(&c, path, &options), &c.error);
        import_case_counts(&c, 0, 1, 1, 0, 0);
        CHECK_INT(changed_at(&c, options.now), options.now);
        CHECK_INT(changed_at(&c, options.now - 1), first); /* nor before it was */
        REQUIRE_OK(import_case_communities(&c, test_fixture("registers/communities.geojson")),
                   &c.error);
        CHECK(changed_at(&c, options.now + 86400) >= options.now);
    }
}

TEST(an_older_file_conflicts_where_a_newer_one_says_otherwise)
{
    struct import_case c;
    EACH_STORE(c, "town")
    {
        struct register_import_options options = import_case_options(&c);
        REQUIRE_OK(import_case_run(&c, test_fixture("registers/town-changed.csv"), &options),
                   &c.error);
        import_case_counts(&c, 40, 0, 0, 0, 0);
        options.as_of = today() - 10;
        REQUIRE_OK(import_case_run(&c, test_fixture("registers/town-40.csv"), &options), &c.error);
        CHECK_INT(c.report.conflicting, 1);
        CHECK_INT(c.report.rejected, 0);
        REQUIRE(c.report.conflict_count >= 1);
        CHECK_TEXT(c.report.conflicts[0].id, "C05");
        CHECK_INT(c.report.conflicts[0].line, 6);
        CHECK_CONTAINS(c.report.conflicts[0].field, "price");
        CHECK_TEXT(c.report.conflicts[0].stored, "420000");
        CHECK_TEXT(c.report.conflicts[0].given, "380000");
        CHECK(import_report_has_rejections(&c.report) && c.report.committed);
        options.strict = true; /* and with --strict nothing of such a file is taken */
        uint64_t generation = store_generation(c.store);
        REQUIRE_OK(import_case_run(&c, test_fixture("registers/town-40.csv"), &options), &c.error);
        CHECK(!c.report.committed);
        CHECK_INT(store_generation(c.store), generation);
    }
}

TEST(what_only_an_older_file_names_is_history_and_not_open_today)
{
    static const char newer[] = "id,name\nA,a\nB,b\n", older[] = "id,name\nA,a\nC,c\n";
    struct import_case c;
    EACH_STORE(c, NULL)
    {
        struct register_import_options options = import_case_options(&c);
        options.source = "town";
        const char *path = write_bytes("newer.csv", newer, strlen(newer));
        REQUIRE_OK(import_case_run(&c, path, &options), &c.error);
        options.as_of = today() - 10;
        path = write_bytes("older.csv", older, strlen(older));
        REQUIRE_OK(import_case_run(&c, path, &options), &c.error);
        import_case_counts(&c, 1, 0, 1, 0, 0);
        const struct import_entries *warned = &c.report.warnings[IMPORT_HISTORY_ONLY];
        REQUIRE(warned->count == 1);
        CHECK_TEXT(warned->items[0].id, "C");
        CHECK_TEXT(warned->items[0].value, "2026-11-24");
        CHECK_INT(import_case_count(&c, today(), NULL, NULL), 2);
        CHECK_INT(import_case_count(&c, today() - 1, NULL, NULL), 1); /* C; A began today */
    }
}

/* A mapping of two age bands, and an offer whose ages are the row's. */
static const char bands[] =
    "{\"version\":1,\"identity\":\"id\",\"fields\":{\"name\":\"name\"},"
    "\"groups\":[{\"id\":\"small\",\"ages\":{\"from_months\":6,\"to_months\":12}},"
    "{\"id\":\"large\",\"ages\":{\"from_months\":12,\"to_months\":36}}],"
    "\"offers\":[{\"id\":\"day\",\"care\":{\"constant\":\"full_day\"},"
    "\"ages\":{\"from\":\"from\",\"to\":\"to\",\"unit\":\"months\"}}]}";

TEST(offers_whose_ages_reach_beyond_their_groups_are_cut_to_them_by_name)
{
    static const char file[] = "id,name,from,to\nA,a,8,24\nB,b,12,48\nC,c,6,36\nD,d,40,48\n";
    struct import_case c;
    EACH_STORE(c, NULL)
    {
        REQUIRE_OK(mapping_parse(bands, strlen(bands), &c.mapping, &c.error), &c.error);
        c.has_mapping = true;
        struct register_import_options options = import_case_options(&c);
        options.coordsys = "none";
        const char *path = write_bytes("ages.csv", file, strlen(file));
        REQUIRE_OK(import_case_run(&c, path, &options), &c.error);
        import_case_counts(&c, 4, 0, 0, 0, 0);
        CHECK_INT(c.report.warnings[IMPORT_AGES_BEYOND_GROUP].total, 2);
        const struct import_entry *first = c.report.warnings[IMPORT_AGES_BEYOND_GROUP].items;
        CHECK_TEXT(first->value, "12-48"); /* 8-24 and 6-36 are what the two groups sell together */
        CHECK_CONTAINS(first->reason, "groups have 6-36: cut");
        CHECK_TEXT(first[1].id, "D");
        CHECK_CONTAINS(first[1].reason, "left out");
        struct store_scan *scan;
        struct offer_record offer;
        int count = 0, expected[5][2] = {{8, 12}, {12, 24}, {12, 36}, {6, 12}, {12, 36}};
        bool more = true;
        REQUIRE_OK(store_scan_open(c.store, STORE_ROWS_OFFERS, today(), &scan, &c.error), &c.error);
        while (!store_scan_next(scan, &offer, &more, &c.error) && more && count < 5) {
            CHECK_INT(offer.age_from_m, expected[count][0]);
            CHECK_INT(offer.age_to_m, expected[count++][1]);
        }
        CHECK(!more && count == 5);
        store_scan_close(scan);
    }
}

TEST(a_dry_run_reports_everything_and_stores_nothing)
{
    struct import_case c;
    EACH_STORE(c, "town")
    {
        struct register_import_options options = import_case_options(&c);
        options.dry_run = true;
        uint64_t generation = store_generation(c.store);
        REQUIRE_OK(import_case_run(&c, test_fixture("registers/town.csv"), &options), &c.error);
        import_case_counts(&c, 23, 0, 0, 0, 4);
        CHECK(!c.report.committed && c.report.dry_run);
        CHECK_INT(import_case_count(&c, DAY_NONE, NULL, NULL), 0);
        CHECK_INT(store_generation(c.store), generation);
        struct arena arena;
        struct import_run *runs;
        uint32_t count = 9;
        arena_init(&arena, 1 << 20);
        REQUIRE_OK(store_import_runs(c.store, "sample-town", 10, &arena, &runs, &count, &c.error),
                   &c.error);
        CHECK_INT(count, 0);
        arena_release(&arena);
    }
}

TEST(strict_takes_all_or_nothing)
{
    struct import_case c;
    EACH_STORE(c, "town")
    {
        struct register_import_options options = import_case_options(&c);
        options.strict = true;
        REQUIRE_OK(import_case_run(&c, test_fixture("registers/town.csv"), &options), &c.error);
        CHECK(!c.report.committed);
        CHECK_CONTAINS(c.report.refused, "4 rows are rejected");
        CHECK_INT(import_case_count(&c, DAY_NONE, NULL, NULL), 0);
        REQUIRE_OK(import_case_run(&c, test_fixture("registers/town-40.csv"), &options), &c.error);
        CHECK(c.report.committed && !c.report.refused);
        CHECK_INT(import_case_count(&c, today(), NULL, NULL), 40);
    }
}

TEST(close_missing_closes_up_to_five_per_cent_and_more_only_by_force)
{
    struct import_case c;
    EACH_STORE(c, "town")
    {
        struct register_import_options options = import_case_options(&c);
        options.as_of = today() - 30;
        REQUIRE_OK(import_case_run(&c, test_fixture("registers/town-40.csv"), &options), &c.error);
        options.as_of = today();
        options.close_missing = true;
        CHECK_INT(import_case_run(&c, test_fixture("registers/town-37.csv"), &options),
                  STATUS_REJECTED);
        CHECK_CONTAINS(c.error.message, "3 of the 40 facilities of town are not in the file");
        uint32_t closed;
        import_case_count(&c, today(), &closed, NULL);
        CHECK_INT(closed, 0);

        REQUIRE_OK(import_case_run(&c, test_fixture("registers/town-38.csv"), &options), &c.error);
        CHECK_INT(c.report.closed, 2); /* exactly 5 % */
        struct arena arena;
        struct facility_record facility;
        arena_init(&arena, 1 << 16);
        CHECK(import_case_facility(&c, "C07", today(), &arena, &facility));
        CHECK_INT(facility.state, STATE_CLOSED);
        CHECK_INT(facility.closed_on, today());
        CHECK(import_case_facility(&c, "C07", today() - 1, &arena, &facility));
        CHECK_INT(facility.state, STATE_FILED); /* that day it was open */
        arena_release(&arena);

        REQUIRE_OK(import_case_run(&c, test_fixture("registers/town-38.csv"), &options), &c.error);
        CHECK_INT(c.report.closed, 0); /* the same again changes nothing */
        import_case_counts(&c, 0, 0, 38, 0, 0);
        options.force = true;
        REQUIRE_OK(import_case_run(&c, test_fixture("registers/town-37.csv"), &options), &c.error);
        CHECK_INT(c.report.closed, 1);
        import_case_count(&c, today(), &closed, NULL);
        CHECK_INT(closed, 3);
    }
}

TEST(another_source_is_never_closed)
{
    struct import_case c;
    import_case_open(&c, "memory:", "sample-town", "town");
    struct register_import_options options = import_case_options(&c);
    REQUIRE_OK(import_case_run(&c, test_fixture("registers/town-40.csv"), &options), &c.error);
    options.source = "other";
    options.close_missing = options.force = true;
    REQUIRE_OK(import_case_run(&c, test_fixture("registers/town-37.csv"), &options), &c.error);
    CHECK_INT(c.report.closed, 0);
    CHECK_INT(import_case_count(&c, today(), NULL, NULL), 77);
    import_case_close(&c);
}

TEST(the_report_is_stored_with_the_data_as_json)
{
    struct import_case c;
    EACH_STORE(c, "town")
    {
        struct register_import_options options = import_case_options(&c);
        REQUIRE_OK(import_case_run(&c, test_fixture("registers/town.csv"), &options), &c.error);
        struct arena arena;
        struct import_run *runs;
        uint32_t count;
        arena_init(&arena, 1 << 20);
        REQUIRE_OK(store_import_runs(c.store, "sample-town", 10, &arena, &runs, &count, &c.error),
                   &c.error);
        REQUIRE(count == 1);
        CHECK_TEXT(runs[0].kind, "register");
        CHECK_TEXT(runs[0].file, "town.csv"); /* never a path */
        CHECK_TEXT(runs[0].source, "town");
        CHECK_INT(runs[0].as_of, today());
        json_t *json = json_loads(runs[0].report, 0, NULL);
        REQUIRE(json);
        CHECK_INT(json_integer_value(json_object_get(json, "accepted")), 23);
        CHECK(json_is_true(json_object_get(json, "committed")));
        CHECK_INT(json_array_size(json_object_get(json, "rejections")), 4);
        json_t *zero = json_object_get(json_object_get(json, "warnings"), "zero_coordinates");
        CHECK_INT(json_integer_value(json_object_get(zero, "count")), 1);
        json_t *row = json_array_get(json_object_get(zero, "rows"), 0);
        CHECK_TEXT(json_string_value(json_object_get(row, "value")), "0, 0");
        CHECK_TEXT(json_string_value(json_object_get(row, "id")), "T03");
        json_decref(json);
        arena_release(&arena);
    }
}

TEST(the_report_for_people_names_what_is_wrong_and_where)
{
    struct import_case c;
    import_case_open(&c, "memory:", "sample-town", "town");
    struct register_import_options options = import_case_options(&c);
    REQUIRE_OK(import_case_run(&c, test_fixture("registers/town.csv"), &options), &c.error);
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    REQUIRE(out);
    import_report_print(&c.report, out);
    fclose(out);
    CHECK_CONTAINS(text, "town.csv, as of 2026-11-24: 27 rows\n");
    CHECK_CONTAINS(text, "23 accepted, 0 changed, 0 unchanged, 0 conflicting, 4 rejected");
    CHECK_CONTAINS(text, "line 16, T15, 编号 \"T15\": the identity stands also on line 17");
    CHECK_CONTAINS(text, "swapped_axes 1: ");
    CHECK_CONTAINS(text, "line 5, T04, 经度, 纬度 \"30.2, 120.17\"");
    free(text);
    import_case_close(&c);
}

TEST(a_file_or_option_that_is_wrong_as_a_whole_leaves_the_store_unchanged)
{
    struct import_case c;
    EACH_STORE(c, "town")
    {
        uint64_t generation = store_generation(c.store);
        struct register_import_options options = import_case_options(&c);
        CHECK_INT(import_case_run(&c, test_fixture("registers/none.csv"), &options),
                  STATUS_NOT_FOUND);
        CHECK_INT(import_case_run(&c, test_fixture("registers/default.csv"), &options),
                  STATUS_REJECTED);
        CHECK_CONTAINS(c.error.message, "no column");
        CHECK_INT(import_case_run(&c, test_fixture("registers/town-gb18030.csv"), &options),
                  STATUS_CORRUPT);
        CHECK_CONTAINS(c.error.message, "GB18030"); /* the hint */
        options.coordsys = NULL;
        CHECK_INT(import_case_run(&c, test_fixture("registers/town.csv"), &options),
                  STATUS_INVALID);
        CHECK_TEXT(c.error.parameter, "coordsys");
        options = import_case_options(&c);
        options.as_of = DAY_NONE;
        CHECK_INT(import_case_run(&c, test_fixture("registers/town.csv"), &options),
                  STATUS_INVALID);
        options.as_of = today() + 1;
        CHECK_INT(import_case_run(&c, test_fixture("registers/town.csv"), &options),
                  STATUS_INVALID);
        CHECK_CONTAINS(c.error.message, "must not be after today, 2026-11-24");
        options = import_case_options(&c);
        options.source = "Not A Source";
        CHECK_INT(import_case_run(&c, test_fixture("registers/town.csv"), &options),
                  STATUS_INVALID);
        atomic_bool cancelled = true;
        options = import_case_options(&c);
        options.cancelled = &cancelled;
        CHECK_INT(import_case_run(&c, test_fixture("registers/town.csv"), &options),
                  STATUS_CANCELLED);
        CHECK_INT(store_generation(c.store), generation);
        CHECK_INT(import_case_count(&c, DAY_NONE, NULL, NULL), 0);
    }
}

/* A file of these bytes in the test's folder. */
TEST(a_file_that_breaks_in_its_middle_leaves_the_store_unchanged)
{
    struct import_case c;
    size_t length;
    char *whole = test_read_file(test_fixture("registers/town-40.csv"), &length);
    EACH_STORE(c, "town")
    {
        struct register_import_options options = import_case_options(&c);
        uint64_t generation = store_generation(c.store);
        whole[length - 3] = '"'; /* a quote that nobody closes, in the last row */
        CHECK(import_case_run(&c, write_bytes("quote.csv", whole, length), &options) != STATUS_OK);
        CHECK_CONTAINS(c.error.message, "quote.csv");
        whole[length - 3] = (char)0xFF; /* bytes that are not UTF-8 */
        CHECK_INT(import_case_run(&c, write_bytes("bytes.csv", whole, length), &options),
                  STATUS_CORRUPT);
        CHECK_CONTAINS(c.error.message, "line 41");
        CHECK(import_case_run(&c, write_bytes("empty.csv", "", 0), &options) != STATUS_OK);
        CHECK(import_case_run(&c, write_bytes("zip.csv", "PK\3\4\0\0", 6), &options) != STATUS_OK);
        CHECK(import_case_run(&c, write_bytes("cut.geojson", "{\"type\":", 8), &options) !=
              STATUS_OK);
        CHECK_INT(store_generation(c.store), generation);
        CHECK_INT(import_case_count(&c, DAY_NONE, NULL, NULL), 0);
    }
    free(whole);
}

TEST(a_row_that_cannot_be_read_closes_no_facility)
{
    struct import_case c;
    size_t length;
    char *whole = test_read_file(test_fixture("registers/town-40.csv"), &length);
    EACH_STORE(c, "town")
    {
        struct register_import_options options = import_case_options(&c);
        options.source = "town";
        options.as_of = today() - 30;
        REQUIRE_OK(import_case_run(&c, write_bytes("all.csv", whole, length), &options), &c.error);
        import_case_counts(&c, 40, 0, 0, 0, 0);
        char *torn = malloc(length + 1);
        REQUIRE(torn);
        memcpy(torn, whole, length + 1);
        *strchr(strstr(torn, "C07"), ',') = '.'; /* a cell too few */
        options.as_of = today();
        options.close_missing = true;
        CHECK_INT(import_case_run(&c, write_bytes("torn.csv", torn, length), &options),
                  STATUS_REJECTED);
        CHECK_CONTAINS(c.error.message, "1 of the 40 facilities of town are not in the file, but 1 "
                                        "of its rows do not say which facility they are of, the "
                                        "first on line 8");
        uint32_t closed;
        import_case_count(&c, today(), &closed, NULL);
        CHECK_INT(closed, 0);
        options.force = true;
        REQUIRE_OK(import_case_run(&c, write_bytes("torn.csv", torn, length), &options), &c.error);
        CHECK_INT(c.report.closed, 1);
        free(torn);
    }
    free(whole);
}

/* A later report of the same register is newer than the file that lacks one. */
TEST(what_speaks_against_closing_a_facility_is_named)
{
    struct import_case c;
    EACH_STORE(c, "town")
    {
        struct register_import_options options = import_case_options(&c);
        options.as_of = today() - 1;
        REQUIRE_OK(import_case_run(&c, test_fixture("registers/town-40.csv"), &options), &c.error);
        options.as_of = today();
        REQUIRE_OK(import_case_run(&c, test_fixture("registers/town-40.csv"), &options), &c.error);
        options.as_of = today() - 1;
        options.close_missing = true;
        REQUIRE_OK(import_case_run(&c, test_fixture("registers/town-38.csv"), &options), &c.error);
        CHECK_INT(c.report.closed, 0);
        CHECK_INT(c.report.conflicting, 2);
        REQUIRE(c.report.conflict_count == 2);
        CHECK_INT(c.report.conflicts[0].line, 0);
        CHECK_TEXT(c.report.conflicts[0].id, "C07");
        CHECK_CONTAINS(c.report.conflicts[0].because, "newer report of 2026-11-24");
    }
}

TEST(a_report_lists_ten_thousand_rows_of_a_kind_and_counts_the_others)
{
    struct import_case c;
    import_case_open(&c, "memory:", "sample-town", NULL);
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    REQUIRE(out);
    fprintf(out, "id,name,lon,lat\n");
    for (int i = 0; i < REPORT_MAX_ENTRIES + 7; i++)
        fprintf(out, ",示例,120.17,30.2\n");
    fclose(out);
    struct register_import_options options = import_case_options(&c);
    REQUIRE_OK(import_case_run(&c, write_bytes("long.csv", text, length), &options), &c.error);
    CHECK_INT(c.report.rejected, REPORT_MAX_ENTRIES + 7);
    CHECK_INT(c.report.rejections.count, REPORT_MAX_ENTRIES);
    CHECK_INT(c.report.not_listed, 7);
    free(text);
    import_case_close(&c);
}

/* A mapping whose one identity column has a name of `length` letters. */
static void map_long_column(struct import_case *c, char *name, size_t length)
{
    char *json = NULL;
    size_t bytes;
    FILE *out = open_memstream(&json, &bytes);
    REQUIRE(out);
    memset(name, 'a', length);
    name[length] = '\0';
    fprintf(out, "{\"version\":1,\"source\":\"town\",\"identity\":\"%s\"}", name);
    fclose(out);
    REQUIRE_OK(mapping_parse(json, bytes, &c->mapping, &c->error), &c->error);
    c->has_mapping = true;
    free(json);
}

TEST(strict_takes_nothing_also_where_the_report_has_no_room_to_say_so)
{
    enum { NAME_BYTES = 8000, ROWS = 8600 };
    struct import_case c;
    char name[NAME_BYTES + 1], *text = NULL;
    size_t length;
    import_case_open(&c, "memory:", "sample-town", NULL);
    map_long_column(&c, name, NAME_BYTES);
    FILE *out = open_memstream(&text, &length);
    REQUIRE(out);
    fprintf(out, "%s,b\nA1,x\n", name);
    for (int i = 0; i < ROWS; i++)
        fprintf(out, ",x\n"); /* no identity: the report keeps the column's name each time */
    fclose(out);
    struct register_import_options options = import_case_options(&c);
    options.coordsys = "none";
    options.strict = true;
    REQUIRE_OK(import_case_run(&c, write_bytes("full.csv", text, length), &options), &c.error);
    CHECK_INT(c.report.rejected, ROWS);
    CHECK(c.report.arena.used_bytes + 64 >= REPORT_MAX_BYTES); /* the report is full */
    CHECK(!c.report.committed);
    CHECK(c.report.refused && c.report.refused[0]);
    CHECK_INT(import_case_count(&c, DAY_NONE, NULL, NULL), 0);
    free(text);
    import_case_close(&c);
}

TEST(the_encoding_is_declared_by_option_or_mapping)
{
    struct import_case c;
    import_case_open(&c, "memory:", "sample-town", "town");
    struct register_import_options options = import_case_options(&c);
    options.encoding = "GB18030";
    REQUIRE_OK(import_case_run(&c, test_fixture("registers/town-gb18030.csv"), &options), &c.error);
    import_case_counts(&c, 3, 0, 0, 0, 0);
    struct arena arena;
    struct facility_record facility;
    arena_init(&arena, 1 << 16);
    REQUIRE(import_case_facility(&c, "C02", today(), &arena, &facility));
    CHECK_TEXT(facility.name, "示例园2");
    arena_release(&arena);
    import_case_close(&c);
}

TEST(bare_carriage_returns_end_rows_and_are_trimmed_inside_quotes)
{
    struct import_case c;
    import_case_open(&c, "memory:", "sample-town", NULL);
    struct register_import_options options = import_case_options(&c);
    REQUIRE_OK(import_case_run(&c, test_fixture("registers/bare-cr.csv"), &options), &c.error);
    import_case_counts(&c, 3, 0, 0, 0, 0);
    CHECK_TEXT(c.report.source, "bare-cr");
    struct arena arena;
    struct facility_record facility;
    arena_init(&arena, 1 << 16);
    REQUIRE(import_case_facility(&c, "B2", today(), &arena, &facility));
    CHECK_TEXT(facility.name, "示例二");
    CHECK(import_case_facility(&c, "B3", today(), &arena, &facility));
    arena_release(&arena);
    import_case_close(&c);
}

TEST(a_source_name_comes_from_the_file_name)
{
    char name[ID_MAX_BYTES + 1];
    register_source_name("/some/where/Licensed Centres 2025.csv", name);
    CHECK_TEXT(name, "licensed-centres-2025");
    register_source_name("示例.csv", name);
    CHECK_TEXT(name, "register");
    register_source_name("a", name);
    CHECK_TEXT(name, "a");
}

TEST(a_sheet_of_a_workbook_gives_times_serial_days_and_names_without_their_readings)
{
    struct import_case c;
    EACH_STORE(c, "town-sheets")
    {
        struct register_import_options options = import_case_options(&c);
        options.coordsys = "none";
        options.layer = "行政順";
        REQUIRE_OK(import_case_run(&c, test_fixture("registers/town-sheets.xlsx"), &options),
                   &c.error);
        import_case_counts(&c, 3, 0, 0, 0, 0);
        CHECK_INT(c.report.skipped, 1); /* the line of the sum */
        CHECK_INT(c.report.off_map, 3);
        static const struct import_case_warning none[] = {{IMPORT_WARNING_COUNT, 0}};
        import_case_warnings(&c, none);
        struct arena arena;
        struct facility_record facility;
        arena_init(&arena, 1 << 16);
        REQUIRE(import_case_facility(&c, "示例保育室甲/示例市一丁目", today(), &arena, &facility));
        CHECK_TEXT(facility.name, "示例保育室甲");
        CHECK_INT(facility.opened_on, day_from_civil(2004, 11, 1));
        CHECK_INT(facility.licensed_total, 40);
        REQUIRE(import_case_facility(&c, "示例保育室丙/示例市三丁目", today(), &arena, &facility));
        CHECK_INT(facility.licensed_total, 30); /* full-width digits */
        arena_release(&arena);
        struct store_scan *scan;
        struct hours_record hours;
        bool more = true;
        static const int wanted[][2] = {{450, 1230}, {0, 1440}, {1080, 1620}};
        REQUIRE_OK(store_scan_open(c.store, STORE_ROWS_HOURS, today(), &scan, &c.error), &c.error);
        for (int i = 0; i < 3; i++) {
            REQUIRE_OK(store_scan_next(scan, &hours, &more, &c.error), &c.error);
            REQUIRE(more);
            CHECK_INT(hours.open_min, wanted[i][0]);
            CHECK_INT(hours.close_min, wanted[i][1]);
        }
        store_scan_close(scan);
        /* the other sheet has the same facilities in another order */
        options.layer = "設置順";
        REQUIRE_OK(import_case_run(&c, test_fixture("registers/town-sheets.xlsx"), &options),
                   &c.error);
        import_case_counts(&c, 0, 0, 3, 0, 0);
    }
}

TEST(coordinates_in_metres_come_through_proj_and_swapped_ones_are_seen)
{
    struct import_case c;
    import_case_open(&c, "memory:", "sample-town", "town-mercator");
    struct register_import_options options = import_case_options(&c);
    CHECK_INT(import_case_run(&c, test_fixture("registers/town-mercator.csv"), &options),
              STATUS_INVALID); /* wgs84 is not in metres */
    options.coordsys = "EPSG:3857";
    REQUIRE_OK(import_case_run(&c, test_fixture("registers/town-mercator.csv"), &options),
               &c.error);
    import_case_counts(&c, 4, 0, 0, 0, 0);
    static const struct import_case_warning expected[] = {
        {IMPORT_SWAPPED_AXES, 1}, {IMPORT_PERHAPS_A_HOME, 4}, {IMPORT_WARNING_COUNT, 0}};
    import_case_warnings(&c, expected);
    struct arena arena;
    struct facility_record facility;
    arena_init(&arena, 1 << 16);
    REQUIRE(import_case_facility(&c, "M2", today(), &arena, &facility));
    CHECK_INT(facility.lon_e7, 1201100000); /* the formula of the projection, by hand */
    CHECK_INT(facility.lat_e7, 302900000);
    arena_release(&arena);
    import_case_close(&c);
}

/* Reading on a thread of its own ------------------------------------------------------------------*/

enum { MANY_ROWS = 1000 };

/* Many rows of default columns: every tenth twice with the same identity, every hundredth with a cell
 * too few, and one whose name is longer than a whole batch of rows may be. */
static const char *write_many(void)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    REQUIRE(out);
    fprintf(out, "id,name,lon,lat\n");
    for (int i = 1; i <= MANY_ROWS; i++) {
        const char *cells = i % 100 == 50 ? ",示例\n" : ",示例,120.17,30.2\n";
        for (int twice = 0; twice <= (i % 10 == 0); twice++)
            fprintf(out, "M%d%s", i, cells);
        if (i == MANY_ROWS / 2)
            fprintf(out, "LONG,%*s示例,120.17,30.2\n", 1040000, "");
    }
    fclose(out);
    const char *path = write_bytes("many.csv", text, length);
    free(text);
    return path;
}

TEST(rows_read_on_a_thread_of_their_own_come_whole_and_in_order)
{
    struct import_case c;
    import_case_open(&c, "memory:", "sample-town", NULL);
    struct register_import_options options = import_case_options(&c);
    REQUIRE_OK(import_case_run(&c, write_many(), &options), &c.error);
    uint64_t twice = MANY_ROWS / 10 * 2; /* both rows of each; the short ones are among them */
    CHECK_INT(c.report.rows, MANY_ROWS + MANY_ROWS / 10 + 1);
    import_case_counts(&c, MANY_ROWS - MANY_ROWS / 10 + 1, 0, 0, 0, twice);
    for (uint32_t i = 1; i < c.report.rejections.count; i++)
        CHECK(c.report.rejections.items[i - 1].line < c.report.rejections.items[i].line);
    struct arena arena;
    struct facility_record facility;
    arena_init(&arena, 1 << 16);
    REQUIRE(import_case_facility(&c, "M1", today(), &arena, &facility));
    CHECK_TEXT(facility.id, "st-0001"); /* numbers follow the file */
    REQUIRE(import_case_facility(&c, "M999", today(), &arena, &facility));
    CHECK_TEXT(facility.id, "st-0901");
    arena_release(&arena);
    import_case_close(&c);
}

static void cancel_late(void *context, double done, uint64_t rows)
{
    (void)done;
    if (rows >= 512)
        atomic_store((atomic_bool *)context, true);
}

TEST(an_import_that_is_cancelled_stops_its_reading_thread)
{
    struct import_case c;
    import_case_open(&c, "memory:", "sample-town", NULL);
    atomic_bool cancelled = false;
    struct register_import_options options = import_case_options(&c);
    options.cancelled = &cancelled;
    options.progress = cancel_late;
    options.progress_context = &cancelled;
    CHECK_INT(import_case_run(&c, write_many(), &options), STATUS_CANCELLED);
    CHECK_INT(import_case_count(&c, DAY_NONE, NULL, NULL), 0);
    import_case_close(&c);
}
