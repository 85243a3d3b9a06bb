/*
 * Real register files (tests/README.md says whose), read where they are and never copied. What the
 * report says is counted a second way: by a plain scan of the file's own text, or by what the
 * register itself prints as its totals.
 */
#include "data/calendar.h"
#include "geo/distance.h"
#include "tests/data/import_helper.h"
#include "tests/test.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A second, plain reader of CSV: cells of a whole file, quotes taken off, in one array. */
enum { PLAIN_COLUMNS = 40 };
struct plain {
    char *text;
    char **cells; /* rows of PLAIN_COLUMNS */
    size_t rows, columns;
};

static struct plain plain_read(const char *path)
{
    struct plain plain = {.text = test_read_file(path, NULL)};
    char *in = plain.text, *out = plain.text;
    size_t column = 0;
    if (strncmp(in, "\xEF\xBB\xBF", 3) == 0)
        in += 3;
    plain.cells = calloc(2000 * PLAIN_COLUMNS, sizeof *plain.cells);
    while (*in) {
        char *cell = out;
        bool quoted = *in == '"';
        in += quoted;
        while (*in && (quoted ? !(*in == '"' && in[1] != '"') : !strchr(",\r\n", *in))) {
            in += quoted && *in == '"';
            *out++ = *in++;
        }
        in += quoted;
        char end = *in;
        if (end)
            in++;
        if (end == '\r' && *in == '\n')
            in++;
        while (out > cell && isspace((unsigned char)out[-1]))
            out--;
        *out++ = '\0';
        plain.cells[plain.rows * PLAIN_COLUMNS + column++] = cell;
        if (end != ',') {
            plain.rows++;
            plain.columns = column;
            column = 0;
        }
    }
    return plain;
}

static void plain_close(struct plain *plain)
{
    free(plain->cells);
    free(plain->text);
}

/* The cell of a column by name; row 1 is the first after the header. */
static const char *plain_cell(const struct plain *plain, size_t row, const char *name)
{
    for (size_t column = 0; column < plain->columns; column++)
        if (strcmp(plain->cells[column], name) == 0)
            return plain->cells[row * PLAIN_COLUMNS + column];
    test_fail(__FILE__, __LINE__, "no column %s", name);
    test_abandon();
}

/* Rows whose parts differ from their total, and rows whose licence ended before `as_of`. */
struct dc_counts {
    uint64_t rows, sums, lapsed;
};
static struct dc_counts count_dc(const char *path, const char *const parts[4], const char *total,
                                 const char *end, const char *as_of)
{
    struct plain plain = plain_read(path);
    struct dc_counts counts = {.rows = plain.rows - 1};
    for (size_t row = 1; row < plain.rows; row++) {
        int sum = 0;
        for (int i = 0; i < 4; i++)
            sum += atoi(plain_cell(&plain, row, parts[i]));
        counts.sums += sum != atoi(plain_cell(&plain, row, total));
        counts.lapsed += strncmp(plain_cell(&plain, row, end), as_of, 10) < 0;
    }
    plain_close(&plain);
    return counts;
}

TEST(the_washington_register_of_2017_imports_and_names_its_dirt)
{
    const char *path = test_data("washington_dc/facilities_2017.csv");
    static const char *const parts[] = {"LIC_CAP_INFANTS", "LIC_CAP_TOD", "LIC_CAP_PRE_CHILD",
                                        "LIC_CAP_SCH_AGE_CHILD"};
    struct dc_counts counts = count_dc(path, parts, "TOT_LIC_CAP", "LIC_EXP", "2017-06-01");
    CHECK_INT(counts.rows, 468);
    CHECK_INT(counts.sums, 5);
    struct import_case c;
    import_case_open(&c, "dc.db", "washington-dc", "washington-dc-2017");
    struct register_import_options options = import_case_options(&c);
    options.as_of = day_from_civil(2017, 6, 1);
    REQUIRE_OK(import_case_run(&c, path, &options), &c.error);
    import_case_counts(&c, 468, 0, 0, 0, 0);
    const struct import_case_warning expected[] = {{IMPORT_SUMS_DIFFER, counts.sums},
                                                   {IMPORT_LAPSED, counts.lapsed},
                                                   {IMPORT_WARNING_COUNT, 0}};
    import_case_warnings(&c, expected);
    uint32_t on_map, closed;
    CHECK_INT(import_case_count(&c, options.as_of, &closed, &on_map), 468);
    CHECK_INT(on_map, 468);
    CHECK_INT(closed, 0); /* a lapsed licence delists nobody */
    struct arena arena;
    struct facility_record facility;
    arena_init(&arena, 1 << 16);
    REQUIRE(import_case_facility(&c, "CDC-102563", options.as_of, &arena, &facility));
    CHECK_TEXT(facility.name, "Washington International School"); /* CR CR inside the quotes */
    CHECK_INT(facility.licensed_total, 168);
    arena_release(&arena);
    REQUIRE_OK(import_case_run(&c, path, &options), &c.error);
    import_case_counts(&c, 0, 0, 468, 0, 0);
    import_case_close(&c);
}

TEST(the_washington_register_of_2025_places_the_same_by_degrees_and_by_web_mercator)
{
    const char *path = test_data("washington_dc/facilities_2025.csv");
    static const char *const parts[] = {"NUMBER_OF_INFANTS", "NUMBER_OF_TODDLERS",
                                        "NUMBER_OF_PRESCHOOL_CHILDREN",
                                        "NUM_OF_SCHOOL_AGE_CHILDREN"};
    struct dc_counts counts =
        count_dc(path, parts, "AUTHORIZED_CAPACITY", "LICENSE_EXPIRATION_DATE", "2025/06/01");
    struct import_case degrees, metres;
    import_case_open(&degrees, "memory:", "washington-dc", "washington-dc-2025");
    import_case_open(&metres, "memory:", "washington-dc", "washington-dc-2025-mercator");
    struct register_import_options options = import_case_options(&degrees);
    options.as_of = day_from_civil(2025, 6, 1);
    REQUIRE_OK(import_case_run(&degrees, path, &options), &degrees.error);
    import_case_counts(&degrees, 457, 0, 0, 0, 0);
    CHECK_INT(counts.rows, 457);
    CHECK_INT(counts.lapsed, 34);
    const struct import_case_warning expected[] = {
        {IMPORT_LAPSED, 34},
        {IMPORT_SUMS_DIFFER, counts.sums},
        {IMPORT_PERHAPS_A_HOME, 457}, /* the list has no column that tells homes from centres */
        {IMPORT_WARNING_COUNT, 0}};
    import_case_warnings(&degrees, expected);

    /* degrees read as metres, or metres as degrees, is refused before any row */
    options.coordsys = "EPSG:3857";
    CHECK_INT(import_case_run(&degrees, path, &options), STATUS_INVALID);
    options.mapping = &metres.mapping;
    REQUIRE_OK(import_case_run(&metres, path, &options), &metres.error);
    import_case_counts(&metres, 457, 0, 0, 0, 0);
    struct store_scan *a, *b;
    struct facility_record one, other;
    bool more_a = true, more_b = true;
    uint32_t suspended = 0, compared = 0;
    REQUIRE_OK(
        store_scan_open(degrees.store, STORE_ROWS_FACILITIES, options.as_of, &a, &degrees.error),
        &degrees.error);
    REQUIRE_OK(
        store_scan_open(metres.store, STORE_ROWS_FACILITIES, options.as_of, &b, &metres.error),
        &metres.error);
    for (;;) {
        REQUIRE_OK(store_scan_next(a, &one, &more_a, &degrees.error), &degrees.error);
        REQUIRE_OK(store_scan_next(b, &other, &more_b, &metres.error), &metres.error);
        if (!more_a || !more_b)
            break;
        compared++;
        suspended += one.state == STATE_SUSPENDED;
        CHECK_TEXT(one.source_id, other.source_id);
        CHECK(distance_m(geo_point_from_e7(one.lon_e7, one.lat_e7),
                         geo_point_from_e7(other.lon_e7, other.lat_e7)) < 2);
    }
    CHECK(!more_a && !more_b);
    CHECK_INT(compared, 457);
    CHECK_INT(suspended, 5); /* Temporary Closure */
    store_scan_close(a);
    store_scan_close(b);
    import_case_close(&degrees);
    import_case_close(&metres);
}

/* A property's text of a Sapporo feature; "" for null. */
static const char *property(const json_t *feature, const char *name)
{
    const char *text =
        json_string_value(json_object_get(json_object_get(feature, "properties"), name));
    return text ? text : "";
}

TEST(the_sapporo_register_imports_with_ages_hours_and_care_from_japanese_text)
{
    const char *path = test_data("sapporo/nurseryFacilities.geojson");
    json_t *root = json_load_file(path, 0, NULL);
    REQUIRE(root);
    const json_t *features = json_object_get(root, "features");
    size_t n;
    json_t *feature;
    uint64_t unreadable = 0, drop_in = 0, staff_only = 0;
    json_array_foreach(features, n, feature)
    {
        const char *full = property(feature, "Full");
        unreadable += *full && strspn(full, "0123456789") != strlen(full);
        drop_in += strcmp(property(feature, "Temp"), "Y") == 0 ||
                   strcmp(property(feature, "Memo"), "一時預かりのみ") == 0;
        staff_only += strcmp(property(feature, "Shanai"), "Y") == 0 ||
                      strcmp(property(feature, "Memo"), "大学関係者専用") == 0;
    }
    CHECK_INT(json_array_size(features), 528);
    struct import_case c;
    import_case_open(&c, "sapporo.db", "sapporo", "sapporo");
    struct register_import_options options = import_case_options(&c);
    options.as_of = day_from_civil(2015, 4, 1);
    REQUIRE_OK(import_case_run(&c, path, &options), &c.error);
    import_case_counts(&c, 528, 0, 0, 0, 0);
    /* each unreadable capacity twice: as the facility's total and as its group's */
    const struct import_case_warning expected[] = {{IMPORT_UNREADABLE_NUMBER, unreadable * 2},
                                                   {IMPORT_WARNING_COUNT, 0}};
    import_case_warnings(&c, expected);
    uint32_t on_map;
    CHECK_INT(import_case_count(&c, options.as_of, NULL, &on_map), 528);
    CHECK_INT(on_map, 528);

    struct store_scan *scan;
    bool more = true;
    uint64_t drop_in_found = 0, staff_only_found = 0, ages_known = 0, late = 0;
    struct offer_record offer;
    REQUIRE_OK(store_scan_open(c.store, STORE_ROWS_OFFERS, options.as_of, &scan, &c.error),
               &c.error);
    while (REQUIRE_OK(store_scan_next(scan, &offer, &more, &c.error), &c.error), more)
        drop_in_found += offer.care == CARE_DROP_IN;
    store_scan_close(scan);
    struct group_record group;
    REQUIRE_OK(store_scan_open(c.store, STORE_ROWS_GROUPS, options.as_of, &scan, &c.error),
               &c.error);
    while (REQUIRE_OK(store_scan_next(scan, &group, &more, &c.error), &c.error), more) {
        staff_only_found += group.admission == ADMISSION_STAFF_ONLY;
        ages_known += group.age_from_m != NONE && group.age_to_m != NONE;
    }
    store_scan_close(scan);
    struct hours_record hours;
    REQUIRE_OK(store_scan_open(c.store, STORE_ROWS_HOURS, options.as_of, &scan, &c.error),
               &c.error);
    while (REQUIRE_OK(store_scan_next(scan, &hours, &more, &c.error), &c.error), more)
        late += hours.close_min == 1620; /* closing 3:00 the next day */
    store_scan_close(scan);
    CHECK_INT(drop_in_found, drop_in);
    CHECK_INT(staff_only_found, staff_only);
    CHECK_INT(ages_known, 526); /* two rows have no ages */
    CHECK_INT(late, 1);
    REQUIRE_OK(import_case_run(&c, path, &options), &c.error);
    import_case_counts(&c, 0, 0, 528, 0, 0);
    json_decref(root);
    import_case_close(&c);
}

TEST(the_nanjing_register_leaves_off_the_map_what_is_not_placed_well)
{
    const char *path = test_data("nanjing/nanjing_tuoyu_gcj02.csv");
    struct plain plain = plain_read(path);
    uint64_t without = 0, coarse = 0, elsewhere = 0, formless = 0;
    for (size_t row = 1; row < plain.rows; row++) {
        bool rough = strcmp(plain_cell(&plain, row, "geocode_level"), "区县") == 0;
        bool none = !*plain_cell(&plain, row, "lng_gcj02");
        formless += !*plain_cell(&plain, row, "institution_form");
        coarse += rough;
        without += none;
        elsewhere += !rough && !none && strcmp(plain_cell(&plain, row, "city"), "南京") != 0;
    }
    CHECK_INT(plain.rows - 1, 85);
    CHECK_INT(without, 6);
    CHECK_INT(coarse, 3);
    plain_close(&plain);
    struct import_case c;
    import_case_open(&c, "nanjing.db", "nanjing", "nanjing");
    struct register_import_options options = import_case_options(&c);
    options.coordsys = "gcj02";
    options.as_of = day_from_civil(2025, 12, 31);
    REQUIRE_OK(import_case_run(&c, path, &options), &c.error);
    import_case_counts(&c, 85, 0, 0, 0, 0);
    const struct import_case_warning expected[] = {{IMPORT_NO_COORDINATES, without},
                                                   {IMPORT_COARSE_COORDINATES, coarse},
                                                   {IMPORT_OUTSIDE_REGION, elsewhere},
                                                   {IMPORT_PERHAPS_A_HOME, formless},
                                                   {IMPORT_WARNING_COUNT, 0}};
    import_case_warnings(&c, expected);
    uint32_t on_map;
    CHECK_INT(import_case_count(&c, options.as_of, NULL, &on_map), 85);
    CHECK_INT(on_map, 85 - without - coarse - elsewhere);
    CHECK_INT(c.report.off_map, without + coarse + elsewhere);
    import_case_close(&c);
}

/* What a sheet's facilities may take together. */
static int64_t licensed_sum(struct import_case *c, day_t day)
{
    struct store_scan *scan;
    struct facility_record facility;
    bool more = true;
    int64_t sum = 0;
    REQUIRE_OK(store_scan_open(c->store, STORE_ROWS_FACILITIES, day, &scan, &c->error), &c->error);
    while (REQUIRE_OK(store_scan_next(scan, &facility, &more, &c->error), &c->error), more)
        sum += facility.licensed_total;
    store_scan_close(scan);
    return sum;
}

TEST(the_tokyo_workbook_imports_sheet_by_sheet_and_adds_up_to_its_own_totals)
{
    const char *path = test_data("tokyo_xls/ninsho_20171201.xlsx");
    struct import_case c;
    import_case_open(&c, "tokyo.db", "tokyo", "tokyo");
    struct register_import_options options = import_case_options(&c);
    options.coordsys = "none";
    options.as_of = day_from_civil(2017, 12, 1);
    CHECK_INT(import_case_run(&c, path, &options), STATUS_REJECTED); /* which sheet? */
    options.layer = "認証Ａ型（行政順）";
    REQUIRE_OK(import_case_run(&c, path, &options), &c.error);
    import_case_counts(&c, 560, 0, 0, 0, 0); /* "A型 560件", says the sheet */
    static const struct import_case_warning none[] = {{IMPORT_WARNING_COUNT, 0}};
    import_case_warnings(&c, none);
    CHECK_INT(licensed_sum(&c, options.as_of), 20108); /* its own total */
    CHECK_INT(c.report.off_map, 560);
    options.layer = "認証Ｂ型（行政順）";
    REQUIRE_OK(import_case_run(&c, path, &options), &c.error);
    import_case_counts(&c, 73, 0, 0, 0, 0);
    CHECK_INT(licensed_sum(&c, options.as_of), 20108 + 1552);
    /* the other two sheets list the same facilities in another order */
    options.layer = "認証Ａ型（設置順）";
    REQUIRE_OK(import_case_run(&c, path, &options), &c.error);
    import_case_counts(&c, 0, 0, 560, 0, 0);
    options.layer = "認証Ｂ型（設置順）";
    REQUIRE_OK(import_case_run(&c, path, &options), &c.error);
    import_case_counts(&c, 0, 0, 73, 0, 0);
    CHECK_INT(import_case_count(&c, options.as_of, NULL, NULL), 633);
    options.layer = "認証Ｃ型";
    CHECK_INT(import_case_run(&c, path, &options), STATUS_NOT_FOUND);
    CHECK_CONTAINS(c.error.message, "認証Ａ型（行政順）");
    import_case_close(&c);
}
