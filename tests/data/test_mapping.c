/* Mapping files: what they may say, and that every wrong word is named. */
#include "data/cell_text.h"
#include "data/mapping.h"
#include "tests/test.h"

#include <stdio.h>
#include <string.h>

static struct error refuse(const char *json)
{
    struct mapping mapping;
    struct error error = {0};
    enum status status = mapping_parse(json, strlen(json), &mapping, &error);
    if (!CHECK_INT(status, STATUS_INVALID))
        fprintf(stderr, "    of %s\n", json);
    CHECK(mapping.arena.block == NULL); /* nothing is left behind */
    mapping_release(&mapping);
    return error;
}

static struct mapping parse(const char *json)
{
    struct mapping mapping;
    struct error error;
    REQUIRE_OK(mapping_parse(json, strlen(json), &mapping, &error), &error);
    return mapping;
}

TEST(the_smallest_mapping_has_one_group_with_an_offer_of_unknown_care)
{
    struct mapping mapping = parse("{\"version\":1,\"identity\":\"id\"}");
    CHECK_INT(mapping.identity_count, 1);
    CHECK_TEXT(mapping.columns[mapping.identity[0]], "id");
    CHECK_INT(mapping.group_count, 1);
    CHECK_INT(mapping.groups[0].ages.from_m, NONE);
    CHECK_INT(mapping.offer_count, 1);
    CHECK_INT(mapping.offers[0].group_count, 1);
    CHECK_INT(mapping.offers[0].care.count, 0);
    CHECK(!mapping.has_hours && !mapping.coordinates.given && !mapping.lapse_delists);
    mapping_release(&mapping);
    mapping_release(&mapping); /* safe twice */
}

TEST(the_default_mapping_is_one)
{
    struct mapping mapping;
    struct error error;
    REQUIRE_OK(mapping_default(&mapping, &error), &error);
    CHECK(mapping.ignore_missing_columns);
    CHECK_INT(mapping.offers[0].care.count, 1);
    for (int field = 0; field < MAPPING_FIELD_COUNT; field++) /* every field has its column */
        if (!CHECK_INT(mapping.fields[field].count, 1))
            fprintf(stderr, "    %s\n", mapping_field_name((enum mapping_field)field));
    mapping_release(&mapping);
}

TEST(every_part_of_a_mapping_is_read)
{
    struct mapping mapping =
        parse("{\"version\":1,\"title\":\"t\",\"source\":\"s-1\",\"identity\":[\"A\",\"B\"],"
              "\"file\":{\"encoding\":\"GB18030\",\"layer\":\"L\",\"delimiter\":\"tab\","
              "\"header_row\":4},\"empty\":[\"NA\"],"
              "\"skip\":[{\"column\":\"No\",\"number\":false}],"
              "\"coordinates\":{\"x\":\"X\",\"y\":\"Y\",\"unit\":\"metres\",\"swapped\":true,"
              "\"coarse\":{\"column\":\"L\",\"is\":[\"district\"]}},"
              "\"fields\":{\"name\":\"N\",\"kind\":{\"column\":\"K\",\"codes\":{\"home\":\"home\","
              "\"?\":null}},\"opened_on\":{\"column\":\"D\",\"dates\":[\"excel\",\"YYYY/MM/DD\"]},"
              "\"address\":{\"columns\":[\"A1\",\"A2\"],\"join\":\"\"}},"
              "\"lapses\":{\"on\":\"E\",\"delists\":true},"
              "\"groups\":[{\"id\":\"g\",\"when\":{\"column\":\"C\",\"is_not\":[\"0\"]},"
              "\"ages\":{\"from_months\":6,\"to_months\":12},\"licensed\":\"C\"},"
              "{\"id\":\"h\",\"ages\":{\"text\":\"AGE\",\"unit\":\"years\"},"
              "\"places\":{\"enrolled\":\"ENR\",\"as_of\":\"WHEN\"}}],"
              "\"offers\":[{\"id\":\"f\",\"care\":{\"constant\":\"full_day\"},\"price\":\"P\","
              "\"price_unit\":{\"constant\":\"month\"},\"price_in\":\"minor\"},"
              "{\"id\":\"d\",\"groups\":[\"h\"],\"care\":{\"constant\":\"drop_in\"},"
              "\"hours\":[{\"all_day\":true,\"weekdays\":[\"sat\",\"sun\"]}]}],"
              "\"hours\":[{\"open\":\"O\",\"close\":\"C2\",\"holidays\":true},{\"text\":\"H\"}]}");
    CHECK_INT(mapping.delimiter, '\t');
    CHECK_INT(mapping.header_row, 4);
    CHECK_INT(mapping.skips[0].conditions[0].test, MAPPING_NOT_NUMBER);
    CHECK(mapping.coordinates.swapped && mapping.coordinates.has_coarse);
    CHECK_INT(mapping.coordinates.unit, MAPPING_UNIT_METRES);
    CHECK_INT(mapping.fields[MAPPING_KIND].choices[0].code_count, 2);
    CHECK_INT(mapping.fields[MAPPING_OPENED_ON].choices[0].dates,
              1 << CELL_DATE_EXCEL | 1 << CELL_DATE_SLASHED);
    CHECK_TEXT(mapping.fields[MAPPING_ADDRESS].choices[0].join, "");
    CHECK(mapping.lapse_delists);
    CHECK_INT(mapping.groups[0].ages.from_m, 6);
    CHECK_INT(mapping.groups[1].ages.bare_months, 12);
    CHECK_INT(mapping.offers[0].group_count, 2);
    CHECK(mapping.offers[0].price_is_minor);
    CHECK_INT(mapping.offers[1].groups[0], 1);
    CHECK_INT(mapping.offers[1].hours.rules[0].weekdays, 0x60);
    CHECK(mapping.hours.rules[0].always_holidays);
    CHECK(mapping.has_hours);
    mapping_release(&mapping);
}

TEST(a_wrong_mapping_is_refused_and_the_place_named)
{
#define START "{\"version\":1,\"identity\":\"id\","
    static const struct {
        const char *json, *named;
    } cases[] = {
        {"", "line 1"},
        {"[]", "object"},
        {"{\"identity\":\"id\"}", "\"version\": 1 is missing"},
        {"{\"version\":2,\"identity\":\"id\"}", "version must be a whole number from 1 to 1"},
        {"{\"version\":1}", "identity must be"},
        {"{\"version\":1,\"identity\":[]}", "identity must be"},
        {"{\"version\":1,\"identity\":\"\"}", "identity must be the name of a column"},
        {START "\"colour\":1}", "unknown key 'colour'"},
        {START "\"version\":1}", "duplicate"},
        {START "\"source\":\"Two Words\"}", "source must be"},
        {START "\"file\":{\"delimiter\":\"::\"}}", "file.delimiter"},
        {START "\"file\":{\"header_row\":0}}", "file.header_row"},
        {START "\"fields\":{\"nmae\":\"N\"}}", "unknown key 'nmae'"},
        {START "\"fields\":{\"name\":{}}}", "fields.name must be"},
        {START "\"fields\":{\"name\":{\"column\":\"A\",\"constant\":\"B\"}}}", "fields.name"},
        {START "\"fields\":{\"name\":7}}", "fields.name must be an object"},
        {START "\"fields\":{\"kind\":{\"constant\":\"castle\"}}}", "fields.kind: kind is 'castle'"},
        {START "\"fields\":{\"state\":{\"column\":\"S\",\"codes\":{\"x\":\"open\"}}}}",
         "state is 'open'; it must be one of registered"},
        {START "\"fields\":{\"licensed_total\":{\"constant\":\"many\"}}}", "must be a count"},
        {START "\"fields\":{\"point_consent\":{\"constant\":\"maybe\"}}}", "true or false"},
        {START "\"fields\":{\"opened_on\":{\"column\":\"D\",\"dates\":[\"DD.MM.YY\"]}}}",
         "'DD.MM.YY' is no date format"},
        {START "\"coordinates\":{\"x\":\"X\"}}", "columns x and y"},
        {START "\"coordinates\":{\"from\":\"geometry\",\"x\":\"X\",\"y\":\"Y\"}}", "x and y"},
        {START "\"coordinates\":{\"x\":\"X\",\"y\":\"Y\",\"unit\":\"feet\"}}",
         "coordinates.unit must be one of"},
        {START "\"skip\":[{\"column\":\"A\"}]}", "skip[1] must be a column with one of"},
        {START "\"skip\":[{\"column\":\"A\",\"is\":[\"b\"],\"empty\":true}]}", "skip[1]"},
        {START "\"groups\":[]}", "groups must be a list"},
        {START "\"groups\":[{\"id\":\"Big One\"}]}", "groups[1].id"},
        {START "\"groups\":[{\"id\":\"a\"},{\"id\":\"a\"}]}", "'a' stands twice"},
        {START "\"groups\":[{\"id\":\"a\",\"ages\":{\"from_months\":6}}]}", "groups[1].ages need"},
        {START "\"groups\":[{\"id\":\"a\",\"ages\":{\"from_months\":12,\"to_months\":12}}]}",
         "from 12 to 12 months is no band"},
        {START "\"groups\":[{\"id\":\"a\",\"ages\":{\"from_months\":0,\"to_months\":217}}]}",
         "to_months must be a whole number from 0 to 216"},
        {START "\"offers\":[{\"id\":\"a\",\"groups\":[\"none\"]}]}", "'none', which is no group"},
        {START "\"offers\":[{\"id\":\"a\",\"care\":{\"constant\":\"night\"}}]}",
         "care type is 'night'"},
        {START "\"hours\":[{\"open\":\"O\"}]}", "hours[1] needs open and close"},
        {START "\"hours\":[{\"all_day\":true,\"weekdays\":[\"funday\"]}]}", "weekdays must be"},
        {START "\"lapses\":{\"delists\":true}}", "lapses.on"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error = refuse(cases[i].json);
        if (!CHECK_CONTAINS(error.message, cases[i].named))
            fprintf(stderr, "    of %s\n", cases[i].json);
    }
}

TEST(a_mapping_that_is_too_large_is_refused)
{
    static char json[MAPPING_MAX_BYTES + 2];
    memset(json, ' ', sizeof json);
    struct mapping mapping;
    struct error error;
    CHECK_INT(mapping_parse(json, sizeof json, &mapping, &error), STATUS_LIMIT);
    CHECK_INT(mapping_read("tests/fixtures/mappings/not-there.json", &mapping, &error),
              STATUS_NOT_FOUND);
    CHECK_CONTAINS(error.message, "not-there.json");
}
