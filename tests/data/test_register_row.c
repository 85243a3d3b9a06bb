/* Rows of invented registers become facilities, without a store. */
#include "data/register_place.h"
#include "data/register_row.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A register file read row by row. */
struct reading {
    struct region region;
    struct mapping mapping;
    struct table *table;
    struct register_reader reader;
    struct arena arena;
    struct register_row row;
    struct community_locator communities;
    struct register_placer placer;
    const char *identity;
};

static struct region read_region(const char *name)
{
    struct region region;
    struct error error;
    size_t length;
    char *json = test_read_file(test_fixture(name), &length);
    REQUIRE_OK(region_parse(json, length, &region, &error), &error);
    free(json);
    return region;
}

static const char east_outline[] = "{\"type\":\"Polygon\",\"coordinates\":[[[120.154,30.15],"
                                   "[120.2,30.15],[120.2,30.25],[120.154,30.25],[120.154,30.15]]]}";
static const char west_outline[] =
    "{\"type\":\"Polygon\",\"coordinates\":[[[120.15,30.15],"
    "[120.154,30.15],[120.154,30.25],[120.15,30.25],[120.15,30.15]]]}";

static struct reading *open_reading(const char *file, const char *mapping, const char *coordsys)
{
    struct reading *reading = calloc(1, sizeof *reading);
    struct error error;
    static const struct community_record records[] = {
        {.code = "330199001001", .name = "东岸", .outline = east_outline},
        {.code = "330199001002", .name = "河西", .outline = west_outline}};
    REQUIRE(reading);
    reading->region = read_region("regions/sample-town.json");
    arena_init(&reading->arena, 1 << 20);
    if (mapping)
        REQUIRE_OK(mapping_read(test_fixture(mapping), &reading->mapping, &error), &error);
    else
        REQUIRE_OK(mapping_default(&reading->mapping, &error), &error);
    REQUIRE_OK(table_open(test_fixture(file), NULL, &reading->table, &error), &error);
    uint32_t count;
    const char *const *columns = table_columns(reading->table, &count);
    day_t as_of = day_from_civil(2026, 11, 24);
    REQUIRE_OK(register_reader_init(&reading->reader, &reading->mapping, &reading->region, "town",
                                    as_of, (moment_t)as_of * 86400, columns, count, &error),
               &error);
    REQUIRE_OK(community_locator_build(&reading->communities, records, 2, &error), &error);
    REQUIRE_OK(register_placer_init(&reading->placer, &reading->region, &reading->mapping,
                                    &reading->communities, coordsys, &error),
               &error);
    return reading;
}

static void close_reading(struct reading *reading)
{
    register_placer_release(&reading->placer);
    community_locator_release(&reading->communities);
    register_reader_release(&reading->reader);
    table_close(reading->table);
    mapping_release(&reading->mapping);
    region_release(&reading->region);
    arena_release(&reading->arena);
    free(reading);
}

/* The row whose identity is `id`, read and placed. */
static const struct facility_bundle *go_to(struct reading *reading, const char *id)
{
    struct table_row row;
    struct error error;
    bool more = true;
    for (;;) {
        REQUIRE_OK(table_next(reading->table, &row, &more, &error), &error);
        REQUIRE(more);
        arena_reset(&reading->arena);
        const char *column;
        if (row.cell_count != reading->reader.column_count)
            continue;
        reading->identity = register_row_identity(&reading->reader, &row, &reading->arena, &column);
        if (reading->identity && strcmp(reading->identity, id) == 0)
            break;
    }
    REQUIRE_OK(register_row_read(&reading->reader, &row, reading->identity, &reading->arena,
                                 &reading->row, &error),
               &error);
    register_place(&reading->placer, &reading->row);
    return &reading->row.bundle;
}

/* Exactly this one finding, and the point accordingly. */
static void check_only(struct reading *reading, const char *id, enum import_warning warning,
                       const char *value, bool placed)
{
    const struct facility_bundle *bundle = go_to(reading, id);
    bool right = CHECK_INT(reading->row.finding_count, 1) &&
                 CHECK_TEXT(import_warning_code(reading->row.findings[0].warning),
                            import_warning_code(warning));
    if (right && value)
        right = CHECK_TEXT(reading->row.findings[0].value, value);
    right &= CHECK((bundle->facility.lon_e7 != NONE) == placed);
    right &= CHECK((bundle->facility.lat_e7 != NONE) == placed);
    if (!right) {
        fprintf(stderr, "    of %s\n", id);
        for (uint32_t i = 0; i < reading->row.finding_count; i++)
            fprintf(stderr, "      %s %s\n", import_warning_code(reading->row.findings[i].warning),
                    reading->row.findings[i].value ? reading->row.findings[i].value : "");
    }
}

TEST(a_clean_row_becomes_a_facility_with_groups_offers_and_hours)
{
    struct reading *reading = open_reading("registers/town.csv", "mappings/town.json", "wgs84");
    const struct facility_bundle *bundle = go_to(reading, "T01");
    const struct facility_record *facility = &bundle->facility;
    CHECK_INT(reading->row.finding_count, 0);
    CHECK_TEXT(facility->name, "示例园");
    CHECK_TEXT(facility->source, "town");
    CHECK_TEXT(facility->source_id, "T01");
    CHECK_TEXT(facility->region, "sample-town");
    CHECK_INT(facility->kind, KIND_NURSERY);
    CHECK_INT(facility->state, STATE_FILED);
    CHECK_INT(facility->inclusive, YES);
    CHECK_INT(facility->demonstration, UNKNOWN);
    CHECK(!facility->point_consent);
    CHECK_INT(facility->opened_on, day_from_civil(2020, 3, 1));
    CHECK_INT(facility->filed_on, DAY_NONE);
    CHECK_INT(facility->licensed_total, 30);
    CHECK_INT(facility->staff, NONE);
    CHECK_INT(facility->lon_e7, 1201700000);
    CHECK_INT(facility->lat_e7, 302000000);
    CHECK_TEXT(facility->community, "330199001001");
    REQUIRE(bundle->group_count == 2);
    CHECK_TEXT(bundle->groups[0].source_id, "babies");
    CHECK_INT(bundle->groups[0].licensed, 10);
    CHECK_INT(bundle->groups[0].age_from_m, 6);
    CHECK_INT(bundle->groups[0].age_to_m, 12);
    CHECK_INT(bundle->places[0].as_of == TIME_NONE, 1);
    CHECK_INT(bundle->groups[1].age_from_m, 12);
    CHECK_INT(bundle->groups[1].age_to_m, 24);
    CHECK_INT(bundle->places[1].enrolled, 15);
    CHECK_INT(bundle->places[1].staffed, NONE);
    CHECK_INT(bundle->places[1].as_of,
              (moment_t)day_from_civil(2026, 11, 20) * 86400 - 8 * 3600); /* midnight in Shanghai */
    REQUIRE(bundle->offer_count == 3); /* full for both groups, drop-in for the toddlers */
    CHECK_TEXT(bundle->offers[0].source_id, "babies.full");
    CHECK_INT(bundle->offers[0].care, CARE_FULL_DAY);
    CHECK_INT(bundle->offers[0].price, 380000);
    CHECK_INT(bundle->offers[0].price_unit, PRICE_UNIT_MONTH);
    CHECK_TEXT(bundle->offers[2].source_id, "toddlers.drop");
    CHECK_INT(bundle->offers[2].care, CARE_DROP_IN);
    CHECK_INT(bundle->offers[2].price, NONE);
    CHECK_INT(bundle->offer_groups[2], 1);
    REQUIRE(bundle->hours_known && bundle->hours_count == 1);
    CHECK_INT(bundle->hours[0].open_min, 480);
    CHECK_INT(bundle->hours[0].close_min, 1080);
    CHECK_INT(bundle->hours[0].weekdays, 0x1F);
    close_reading(reading);
}

TEST(wrong_coordinates_are_named_and_leave_the_facility_off_the_map)
{
    struct reading *reading = open_reading("registers/town.csv", "mappings/town.json", "wgs84");
    check_only(reading, "T02", IMPORT_NO_COORDINATES, NULL, false);
    check_only(reading, "T03", IMPORT_ZERO_COORDINATES, "0, 0", false);
    check_only(reading, "T04", IMPORT_SWAPPED_AXES, "30.2, 120.17", false);
    CHECK_TEXT(reading->row.findings[0].column, "经度, 纬度"); /* the pair is meant */
    check_only(reading, "T05", IMPORT_LOST_DECIMAL_POINT, "12017, 302", false);
    check_only(reading, "T06", IMPORT_OUTSIDE_REGION, "121.5, 31.2", false);
    check_only(reading, "T07", IMPORT_PROBABLY_GCJ02, "120.1567, 30.1978", false);
    check_only(reading, "T18", IMPORT_COMMUNITY_DIFFERS, "120.19, 30.16", true);
    check_only(reading, "T19", IMPORT_UNKNOWN_COMMUNITY, "月亮湾", true);
    check_only(reading, "T20", IMPORT_UNREADABLE_COORDINATES, "东经120度, 30.2", false);
    check_only(reading, "T25", IMPORT_COARSE_COORDINATES, "120.17, 30.2", false);
    close_reading(reading);
}

TEST(coordinates_declared_as_gcj02_are_moved_and_then_fit_their_community)
{
    struct reading *reading = open_reading("registers/town.csv", "mappings/town.json", "gcj02");
    const struct facility_bundle *bundle = go_to(reading, "T07");
    CHECK_INT(reading->row.finding_count, 0);
    CHECK_TEXT(bundle->facility.community, "330199001002");
    struct geo_point point = crs_to_wgs84(COORDSYS_GCJ02, (struct geo_point){120.1567, 30.1978});
    CHECK_INT(bundle->facility.lon_e7, geo_e7(point.lon));
    CHECK_INT(bundle->facility.lat_e7, geo_e7(point.lat));
    close_reading(reading);
}

TEST(what_cannot_be_read_is_null_with_a_named_finding_and_never_zero)
{
    struct reading *reading = open_reading("registers/town.csv", "mappings/town.json", "wgs84");
    check_only(reading, "T08", IMPORT_SUMS_DIFFER, "31", true);
    CHECK_INT(reading->row.bundle.facility.licensed_total, 31); /* both figures are kept */
    CHECK_INT(reading->row.bundle.groups[0].licensed + reading->row.bundle.groups[1].licensed, 30);
    CHECK_TEXT(reading->row.findings[0].detail, "the groups have 30, the total says 31");
    check_only(reading, "T09", IMPORT_UNREADABLE_AGE, "大班", true);
    CHECK_INT(reading->row.bundle.groups[1].age_from_m, NONE);
    CHECK_INT(reading->row.bundle.groups[1].age_to_m, NONE);
    check_only(reading, "T10", IMPORT_UNREADABLE_HOURS, "早上", true);
    CHECK_INT(reading->row.bundle.hours_count, 0);
    const struct facility_bundle *bundle = go_to(reading, "T11");
    CHECK_INT(reading->row.finding_count, 2); /* the total and the babies; no sum is judged */
    CHECK_INT(reading->row.findings[0].warning, IMPORT_UNREADABLE_NUMBER);
    CHECK_INT(bundle->facility.licensed_total, NONE);
    CHECK_INT(bundle->groups[0].licensed, NONE);
    bundle = go_to(reading, "T12");
    CHECK_INT(reading->row.finding_count, 3); /* the opening day, the report's, the price */
    CHECK_INT(bundle->facility.opened_on, DAY_NONE);
    CHECK_INT(bundle->offers[0].price, NONE);
    CHECK(bundle->places[1].as_of == TIME_NONE); /* undated numbers are no report */
    bundle = go_to(reading, "T13");
    CHECK_INT(reading->row.finding_count, 3); /* no such kind, so it may be a home; no such flag */
    CHECK_INT(reading->row.findings[0].warning, IMPORT_UNKNOWN_CODE);
    CHECK_INT(reading->row.findings[2].warning, IMPORT_PERHAPS_A_HOME);
    CHECK_INT(bundle->facility.kind, KIND_UNKNOWN);
    CHECK_INT(bundle->facility.inclusive, UNKNOWN);
    close_reading(reading);
}

TEST(full_width_digits_hours_past_midnight_and_lapsed_licences_are_understood)
{
    struct reading *reading = open_reading("registers/town.csv", "mappings/town.json", "wgs84");
    const struct facility_bundle *bundle = go_to(reading, "T21");
    CHECK_INT(reading->row.finding_count, 0);
    CHECK_INT(bundle->facility.licensed_total, 30);
    CHECK_INT(bundle->groups[1].licensed, 20);
    CHECK_INT(bundle->groups[1].age_from_m, 12);
    CHECK_INT(bundle->groups[1].age_to_m, 24);
    CHECK_INT(bundle->offers[0].price, 380000);
    CHECK_INT(bundle->hours[0].open_min, 450);
    CHECK_INT(bundle->hours[0].close_min, 1440);
    bundle = go_to(reading, "T22");
    CHECK_INT(bundle->hours[0].close_min, 1620);
    CHECK_INT(bundle->facility.kind, KIND_HOME);
    check_only(reading, "T23", IMPORT_LAPSED, "2026-11-10", true);
    CHECK_INT(reading->row.bundle.facility.state, STATE_FILED); /* 14 days ago: notice runs */
    CHECK_INT(reading->row.bundle.facility.delists_on, day_from_civil(2026, 12, 10));
    check_only(reading, "T24", IMPORT_DELISTED, "2026-10-01", true);
    CHECK_INT(reading->row.bundle.facility.state, STATE_FILED); /* as the register has it */
    CHECK_INT(reading->row.bundle.facility.delists_on, day_from_civil(2026, 10, 31));
    check_only(reading, "T26", IMPORT_FUTURE_DATE, "2027-01-01", true);
    CHECK(reading->row.bundle.places[1].as_of == TIME_NONE);
    bundle = go_to(reading, "T27");
    CHECK_INT(reading->row.finding_count, 0);
    CHECK_TEXT(bundle->facility.name, "示例 两行"); /* line breaks and U+3000 are white space */
    CHECK_INT(bundle->facility.state, STATE_SUSPENDED);
    CHECK_INT(bundle->group_count, 1);           /* no babies */
    CHECK_INT(bundle->places[0].enrolled, NONE); /* 无资料 */
    close_reading(reading);
}

TEST(without_a_mapping_columns_are_named_as_fields_and_care_stays_unknown_when_empty)
{
    struct reading *reading = open_reading("registers/default.csv", NULL, "wgs84");
    const struct facility_bundle *bundle = go_to(reading, "D1");
    CHECK_INT(reading->row.finding_count, 0);
    CHECK_INT(bundle->offers[0].care, CARE_FULL_DAY);
    CHECK_INT(bundle->groups[0].age_from_m, 12);
    CHECK_INT(bundle->places[0].as_of, (moment_t)day_from_civil(2026, 11, 20) * 86400);
    bundle = go_to(reading, "D2");
    CHECK_INT(reading->row.finding_count, 1);
    CHECK_INT(reading->row.findings[0].warning, IMPORT_PERHAPS_A_HOME); /* no kind is given */
    CHECK_INT(bundle->offer_count, 1);
    CHECK_INT(bundle->offers[0].care, CARE_UNKNOWN);
    CHECK_INT(bundle->groups[0].age_from_m, NONE);
    CHECK_INT(bundle->groups[0].licensed, NONE);
    CHECK_INT(bundle->hours_count, 0);
    close_reading(reading);
}

TEST(a_column_that_the_mapping_names_and_the_file_lacks_is_named)
{
    struct mapping mapping;
    struct region region = read_region("regions/sample-town.json");
    struct register_reader reader;
    struct error error;
    static const char *const columns[] = {"编号", "名称"};
    REQUIRE_OK(mapping_read(test_fixture("mappings/town.json"), &mapping, &error), &error);
    CHECK_INT(register_reader_init(&reader, &mapping, &region, "town", 0, 0, columns, 2, &error),
              STATUS_REJECTED);
    CHECK_CONTAINS(error.message, "no column '定位'");
    CHECK_CONTAINS(error.message, "which the mapping names; it has 编号, 名称");
    mapping_release(&mapping);
    REQUIRE_OK(mapping_default(&mapping, &error), &error);
    CHECK_INT(register_reader_init(&reader, &mapping, &region, "town", 0, 0, columns, 2, &error),
              STATUS_REJECTED);
    CHECK_CONTAINS(error.message, "no column 'id', which it needs where no --mapping says");
    mapping_release(&mapping);
    region_release(&region);
}

TEST(the_coordinate_system_must_be_declared_and_fit_the_mapping)
{
    struct mapping mapping;
    struct region region = read_region("regions/sample-town.json");
    struct register_placer placer;
    struct error error;
    static const struct {
        const char *coordsys, *said;
    } cases[] = {{NULL, "never guessed"},
                 {"", "never guessed"},
                 {"none", "the mapping reads coordinates"},
                 {"utm", "utm"},
                 {"EPSG:3857", "counts metres, but the mapping says degrees"}};
    REQUIRE_OK(mapping_read(test_fixture("mappings/town.json"), &mapping, &error), &error);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_INT(register_placer_init(&placer, &region, &mapping, NULL, cases[i].coordsys, &error),
                  STATUS_INVALID);
        CHECK_CONTAINS(error.message, cases[i].said);
    }
    REQUIRE_OK(register_placer_init(&placer, &region, &mapping, NULL, "EPSG:4490", &error), &error);
    CHECK(placer.is_degrees && placer.not_shifted);
    register_placer_release(&placer);
    mapping_release(&mapping);
    region_release(&region);
    CHECK(register_same_system("urn:ogc:def:crs:OGC:1.3:CRS84", "wgs84"));
    CHECK(!register_same_system("urn:ogc:def:crs:EPSG::3857", "wgs84"));
    CHECK(register_same_system("urn:ogc:def:crs:EPSG::3857", "EPSG:3857"));
}

TEST(japanese_ages_hours_and_flags_become_bands_intervals_and_offers)
{
    struct reading *reading =
        open_reading("registers/papamama.geojson", "mappings/papamama.json", "wgs84");
    const struct facility_bundle *bundle = go_to(reading, "1");
    CHECK_INT(reading->row.finding_count, 0);
    CHECK_INT(bundle->groups[0].age_from_m, 2); /* 57 days after birth */
    CHECK_INT(bundle->groups[0].age_to_m, 72);
    REQUIRE(bundle->offer_count == 2); /* both sell the same group's places */
    CHECK_INT(bundle->offers[0].care, CARE_FULL_DAY);
    CHECK_INT(bundle->offers[1].care, CARE_DROP_IN);
    CHECK_INT(bundle->offer_groups[1], 0);
    CHECK_INT(bundle->facility.lon_e7, 1201700000);
    bundle = go_to(reading, "2");
    CHECK_INT(reading->row.finding_count, 2); /* ＮＡ as total and as the group's */
    CHECK_TEXT(reading->row.findings[0].value, "ＮＡ");
    CHECK_INT(bundle->groups[0].age_from_m, 22);
    CHECK_INT(bundle->groups[0].age_to_m, 36);
    CHECK_INT(bundle->groups[0].licensed, NONE);
    bundle = go_to(reading, "3");
    CHECK_INT(bundle->hours[0].close_min, 1440);
    CHECK_INT(bundle->hours[0].weekdays, 0x3F | HOURS_HOLIDAYS);
    bundle = go_to(reading, "4");
    CHECK_INT(bundle->hours[0].open_min, 1080);
    CHECK_INT(bundle->hours[0].close_min, 1620);
    bundle = go_to(reading, "5");
    REQUIRE(bundle->hours_count == 1);
    CHECK_INT(bundle->hours[0].open_min, 0);
    CHECK_INT(bundle->hours[0].close_min, 1440);
    CHECK_INT(bundle->hours[0].weekdays, HOURS_ALL_WEEK | HOURS_HOLIDAYS);
    check_only(reading, "6", IMPORT_UNREADABLE_AGE, "不明", true);
    CHECK_INT(reading->row.bundle.groups[0].age_to_m, NONE);
    bundle = go_to(reading, "7");
    CHECK_INT(bundle->groups[0].licensed, 12);
    REQUIRE(bundle->offer_count == 1);
    CHECK_INT(bundle->offers[0].care, CARE_DROP_IN);
    check_only(reading, "8", IMPORT_NO_COORDINATES, NULL, false);
    bundle = go_to(reading, "9");
    CHECK_INT(reading->row.finding_count, 0);
    CHECK_INT(bundle->groups[0].age_from_m, NONE);
    CHECK_INT(bundle->hours[0].weekdays, 0x16); /* Tuesday, Wednesday, Friday */
    close_reading(reading);
}

/* The identity that a row with these cells has; NULL = none. */
static const char *identity_of(const char *const *texts, uint32_t count, struct arena *arena)
{
    static const char *const columns[] = {"a", "b"};
    struct table_cell cells[2];
    struct mapping mapping;
    struct error error;
    struct register_reader reader;
    struct region region = read_region("regions/sample-town.json");
    const char *json = count == 2 ? "{\"version\":1,\"identity\":[\"a\",\"b\"]}"
                                  : "{\"version\":1,\"identity\":\"a\"}";
    const char *column;
    for (uint32_t i = 0; i < count; i++)
        cells[i] = (struct table_cell){texts[i], strlen(texts[i]), false};
    REQUIRE_OK(mapping_parse(json, strlen(json), &mapping, &error), &error);
    REQUIRE_OK(
        register_reader_init(&reader, &mapping, &region, "town", 0, 0, columns, count, &error),
        &error);
    const struct table_row row = {.line = 2, .cells = cells, .cell_count = count};
    const char *identity = register_row_identity(&reader, &row, arena, &column);
    register_reader_release(&reader);
    mapping_release(&mapping);
    region_release(&region);
    return identity;
}

TEST(an_identity_may_be_as_long_as_its_refusal_says)
{
    char text[REGISTER_MAX_ID_BYTES + 2];
    struct arena arena;
    arena_init(&arena, 1 << 20);
    memset(text, 'x', sizeof text);
    text[REGISTER_MAX_ID_BYTES + 1] = '\0';
    CHECK(!identity_of((const char *[]){text}, 1, &arena)); /* one byte too long */
    CHECK_TEXT(identity_of((const char *[]){text + 1}, 1, &arena), text + 1);
    CHECK(!identity_of((const char *[]){text + 2, "b"}, 2, &arena)); /* with the slash, too long */
    char joined[REGISTER_MAX_ID_BYTES + 1];
    snprintf(joined, sizeof joined, "%s/b", text + 3);
    CHECK_TEXT(identity_of((const char *[]){text + 3, "b"}, 2, &arena), joined);
    arena_release(&arena);
}
