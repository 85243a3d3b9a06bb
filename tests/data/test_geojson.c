#include "data/geojson.h"
#include "data/geojson_geometry.h"
#include "tests/test.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum status open_text(const char *bytes, size_t length, struct geojson **geojson,
                             struct error *error)
{
    char *text = malloc(length + 1);
    REQUIRE(text);
    memcpy(text, bytes, length);
    text[length] = '\0';
    return geojson_open(text, length, NULL, geojson, error);
}

/* Flat: "column|column;line:cell|cell@x,y=geometry;"; null cells as "~". */
static char *flatten(const char *text, size_t length, struct error *error, enum status *status)
{
    char *flat = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&flat, &size);
    REQUIRE(out);
    struct geojson *geojson;
    *status = open_text(text, length, &geojson, error);
    uint32_t count = 0;
    const char *const *columns = *status ? NULL : geojson_columns(geojson, &count);
    for (uint32_t i = 0; i < count; i++)
        fprintf(out, "%s%s", i ? "|" : "", columns[i]);
    struct table_row row;
    bool more = !*status;
    while (more && (*status = geojson_next(geojson, &row, &more, error)) == STATUS_OK && more) {
        fprintf(out, ";%llu:", (unsigned long long)row.line);
        CHECK_INT(row.cell_count, count);
        for (uint32_t i = 0; i < row.cell_count; i++) {
            CHECK_INT(strlen(row.cells[i].text), row.cells[i].length);
            fprintf(out, "%s%s", i ? "|" : "", row.cells[i].is_null ? "~" : row.cells[i].text);
        }
        if (row.has_point)
            fprintf(out, "@%.9g,%.9g", row.x, row.y);
        if (row.geometry) {
            CHECK_INT(strlen(row.geometry), row.geometry_length);
            fprintf(out, "=%s", row.geometry);
        }
    }
    geojson_close(geojson);
    fclose(out);
    return flat;
}

static void check_reads_as(const char *text, const char *expected)
{
    struct error error = {0};
    enum status status;
    char *flat = flatten(text, strlen(text), &error, &status);
    REQUIRE_OK(status, &error);
    CHECK_TEXT(flat, expected);
    free(flat);
}

static void check_refused(const char *text, enum status expected, const char *sentence)
{
    struct error error = {0};
    enum status status;
    free(flatten(text, strlen(text), &error, &status));
    if (!CHECK_INT(status, expected) || !CHECK_CONTAINS(error.message, sentence))
        fprintf(stderr, "    for <%.200s>\n", text);
}

/* One feature with these properties (or another piece) in its place. */
static void check_feature_refused(const char *feature, enum status expected, const char *sentence)
{
    char text[1024];
    REQUIRE(snprintf(text, sizeof text, "{\"type\":\"FeatureCollection\",\"features\":[\n%s]}",
                     feature) < (int)sizeof text);
    check_refused(text, expected, sentence);
}

static void check_value_refused(const char *value, enum status expected, const char *sentence)
{
    char text[512];
    REQUIRE(snprintf(text, sizeof text,
                     "{\"type\":\"Feature\",\"geometry\":null,\"properties\":{\"a\":%s}}",
                     value) < (int)sizeof text);
    check_feature_refused(text, expected, sentence);
}

#define COLLECTION(features) "{\"type\":\"FeatureCollection\",\"features\":[" features "]}"
#define FEATURE(properties, geometry) \
    "{\"type\":\"Feature\",\"properties\":" properties ",\"geometry\":" geometry "}"

TEST(geojson_features_are_rows_and_the_union_of_their_keys_is_the_columns)
{
    check_reads_as(COLLECTION(FEATURE("{\"a\":1,\"b\":\"x\"}", "null") ",\n" FEATURE(
                       "{\"c\":null,\"a\":\"\"}", "null") "\r\n," FEATURE("null", "null")),
                   "a|b|c;1:1|x|~;2:|~|~;3:~|~|~");
    check_reads_as(COLLECTION(""), "");
    check_reads_as("{\"features\":[],\"type\":\"FeatureCollection\",\"name\":[{\"q\":1}]}", "");
}

TEST(geojson_values_keep_their_source_except_strings_which_are_decoded)
{
    check_reads_as(
        COLLECTION(FEATURE("{\"n\":-1.50e+2,\"t\":true,\"f\":false,\"o\":{\"x\": [1 , 2]},"
                           "\"s\":\"a\\n\\u6258\\ud83d\\ude00\\/\\\"\"}",
                           "null")),
        "n|t|f|o|s;1:-1.50e+2|true|false|{\"x\": [1 , 2]}|a\n托😀/\"");
    check_reads_as(COLLECTION(FEATURE("{\"\\u0061\":1}", "null") "," FEATURE("{\"a\":2}", "null")),
                   "a;1:1;1:2");
}

TEST(geojson_points_give_coordinates_and_the_rest_text)
{
    check_reads_as(
        COLLECTION(FEATURE(
            "{\"a\":1}",
            "{\"type\":\"Point\",\"coordinates\":[120.25,30."
            "5,7]}") "," FEATURE("{}",
                                 "{\"coordinates\":[ ],\"type\":\"Point\"}") "," FEATURE("{}",
                                                                                         "{\"type\""
                                                                                         ":"
                                                                                         "\"LineStr"
                                                                                         "ing\","
                                                                                         "\"coordin"
                                                                                         "ates\":[["
                                                                                         "1,2],[3,"
                                                                                         "4]]}")),
        "a;1:1@120.25,30.5={\"type\":\"Point\",\"coordinates\":[120.25,30.5,7]};1:~={"
        "\"coordinates\":[ ],"
        "\"type\":\"Point\"};1:~={\"type\":\"LineString\",\"coordinates\":[[1,2],[3,4]]"
        "}");
    check_feature_refused(FEATURE("{}", "{\"type\":\"Point\",\"coordinates\":[1]}"),
                          STATUS_REJECTED, "a position has one number");
    check_feature_refused(FEATURE("{}", "{\"type\":\"Point\",\"coordinates\":[1,\"2\"]}"),
                          STATUS_REJECTED, "a number should stand here");
    check_feature_refused(FEATURE("{}", "{\"type\":\"Blob\",\"coordinates\":[1,2]}"),
                          STATUS_REJECTED, "none of the seven geometry types");
    check_feature_refused(FEATURE("{}", "{\"type\":\"Point\"}"), STATUS_REJECTED,
                          "has no \"coordinates\"");
    check_feature_refused(FEATURE("{}", "{\"coordinates\":[1,2]}"), STATUS_REJECTED,
                          "has no \"type\"");
    check_feature_refused(FEATURE("{}", "{\"type\":\"GeometryCollection\",\"coordinates\":[]}"),
                          STATUS_REJECTED, "has no \"geometries\"");
    check_feature_refused(FEATURE("{}", "[1,2]"), STATUS_REJECTED, "an object should stand here");
}

TEST(geojson_ids_of_features_are_a_column_unless_a_property_has_the_name)
{
    check_reads_as(
        COLLECTION(
            "{\"type\":\"Feature\",\"id\":\"x1\",\"properties\":{\"a\":1},\"geometry\":null},"
            "{\"type\":\"Feature\",\"id\":7,\"properties\":null,\"geometry\":null}"),
        "a|id;1:1|x1;1:~|7");
    check_reads_as(
        COLLECTION("{\"type\":\"Feature\",\"id\":7,\"properties\":{\"id\":3},\"geometry\":null}"),
        "id;1:3");
    check_feature_refused(
        "{\"type\":\"Feature\",\"id\":null,\"properties\":null,\"geometry\":null}", STATUS_REJECTED,
        "\"id\" must be a string or a number");
}

TEST(geojson_what_is_no_feature_collection_is_refused)
{
    check_refused("", STATUS_CORRUPT, "the file is empty");
    check_refused(" \r\n", STATUS_CORRUPT, "the file is empty");
    check_refused("[]", STATUS_REJECTED, "line 1, column 1: an object should stand here");
    check_refused("{}", STATUS_REJECTED, "it has no \"type\"");
    check_refused("{\"type\":\"FeatureCollection\"}", STATUS_REJECTED, "it has no \"features\"");
    check_refused("{\"type\":\"Topology\"}", STATUS_REJECTED,
                  "\"type\" is 'Topology'; it must be FeatureCollection");
    check_refused("{\"type\":\"FeatureCollection\",\"features\":{}}", STATUS_REJECTED,
                  "an array should stand here");
    check_feature_refused("{\"type\":\"Point\",\"coordinates\":[1,2]}", STATUS_REJECTED,
                          "line 2, column 10: \"type\" is 'Point'; it must be Feature");
    check_feature_refused("{\"properties\":{},\"geometry\":null}", STATUS_REJECTED,
                          "a Feature has no \"type\"");
    check_feature_refused("{\"type\":\"Feature\",\"geometry\":null}", STATUS_REJECTED,
                          "a Feature has no \"properties\"");
    check_feature_refused("{\"type\":\"Feature\",\"properties\":{}}", STATUS_REJECTED,
                          "line 2, column 1: a Feature has no \"geometry\"");
    check_feature_refused("null", STATUS_REJECTED, "an object should stand here");
}

TEST(geojson_broken_json_is_refused_with_line_and_column)
{
    check_refused("{\"type\":\"FeatureCollection\",\n\"features\":[],}", STATUS_CORRUPT,
                  "line 2, column 15: '}' stands where a key in quotation marks should");
    check_refused("{\"type\":\"FeatureCollection\",\"features\":[]} x", STATUS_CORRUPT,
                  "'x' stands where the end of the file should");
    check_refused("{\"type\":\"FeatureCollection\"\r\n\"features\":[]}", STATUS_CORRUPT,
                  "line 2, column 1: '\"' stands where ',' or '}' should");
    check_refused("{\"托育\" 1}", STATUS_CORRUPT, "line 1, column 7: '1' stands where ':' should");
    check_refused("{\"type\":\"FeatureCollection\",\"features\":[", STATUS_CORRUPT,
                  "the file ends where a value should stand");
    check_feature_refused("{}{}", STATUS_REJECTED, "has no \"type\"");
    check_feature_refused(FEATURE("{}", "null") " " FEATURE("{}", "null"), STATUS_CORRUPT,
                          "'{' stands where ',' or ']' should");
    check_feature_refused(FEATURE("{}", "null") ",", STATUS_CORRUPT,
                          "']' stands where a value should");
}

TEST(geojson_names_the_feature_that_is_broken)
{
    static const char text[] =
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{},"
        "\"geometry\":null},{\"type\":\"Feature\",\"properties\":{\"a\":01},\"geometry\":null}]}";
    struct geojson *geojson = NULL;
    struct error error;
    char *copy = strdup(text);
    REQUIRE(copy);
    CHECK(geojson_open(copy, strlen(text), NULL, &geojson, &error) != STATUS_OK);
    CHECK_CONTAINS(error.message, "feature 2: line 1, column ");
    geojson_close(geojson);
}

TEST(geojson_bad_strings_are_refused)
{
    check_value_refused("\"\\ud800\"", STATUS_CORRUPT, "half a surrogate pair");
    check_value_refused("\"\\udc00\\ud800\"", STATUS_CORRUPT, "half a surrogate pair");
    check_value_refused("\"\\ud800\\u0041\"", STATUS_CORRUPT, "half a surrogate pair");
    check_value_refused("\"\\u00g0\"", STATUS_CORRUPT, "this escape is none of JSON's");
    check_value_refused("\"\\x41\"", STATUS_CORRUPT, "this escape is none of JSON's");
    check_value_refused("\"\\u0000\"", STATUS_CORRUPT, "U+0000");
    check_value_refused("\"a\nb\"", STATUS_CORRUPT, "a control character");
    check_value_refused("\"a", STATUS_CORRUPT, "this string is never closed");
    check_value_refused("'a'", STATUS_CORRUPT, "''' stands where a value should");
}

TEST(geojson_bad_numbers_and_words_are_refused)
{
    static const char *const values[] = {"01",  "-",    "1.",    ".5",     "+1",       "1e",
                                         "1e+", "-01",  "0x1",   "NaN",    "Infinity", "-Infinity",
                                         "nul", "True", "1e999", "-1e400", "tru",      "1,2"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        check_value_refused(values[i], STATUS_CORRUPT, "line 2, column ");
    check_value_refused("1e999", STATUS_CORRUPT, "this number is too large");
    char digits[200];
    memset(digits, '1', 128);
    digits[128] = '\0';
    check_value_refused(digits, STATUS_CORRUPT, "too many digits");
}

TEST(geojson_the_same_key_twice_is_refused)
{
    check_feature_refused(FEATURE("{\"a\":1,\"b\":2,\"a\":3}", "null"), STATUS_CORRUPT,
                          "line 2, column 45: the key \"a\" is in this object twice");
    check_feature_refused(FEATURE("{\"a\":1,\"\\u0061\":2}", "null"), STATUS_CORRUPT, "twice");
    check_feature_refused(FEATURE("{\"x\":[{\"k\":{},\"k\":{}}]}", "null"), STATUS_CORRUPT,
                          "the key \"k\"");
    check_refused("{\"type\":\"FeatureCollection\",\"features\":[],\"features\":[]}",
                  STATUS_CORRUPT, "the key \"features\"");
}

TEST(geojson_ceilings_hold_for_depth_members_and_values)
{
    char nested[200], text[400];
    for (size_t depth = 60; depth <= 61; depth++) { /* inside the four levels of the file's own */
        memset(nested, '[', depth);
        memset(nested + depth, ']', depth);
        nested[2 * depth] = '\0';
        snprintf(text, sizeof text, COLLECTION(FEATURE("{\"a\":%s}", "null")), nested);
        if (depth == 60) {
            struct error error = {0};
            enum status status;
            free(flatten(text, strlen(text), &error, &status));
            REQUIRE_OK(status, &error);
        } else {
            check_refused(text, STATUS_LIMIT, "more than 64 levels");
        }
    }
    char *flat = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&flat, &size);
    REQUIRE(out);
    fputs("{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"geometry\":null,"
          "\"properties\":{\"k\":1",
          out);
    for (int i = 0; i < 4096; i++)
        fprintf(out, ",\"k%d\":1", i);
    fputs("}}]}", out);
    fclose(out);
    check_refused(flat, STATUS_LIMIT, "more than 4096 ");
    free(flat);
}

TEST(geojson_declared_crs_is_surfaced_and_nothing_else)
{
    static const struct {
        const char *crs, *expected;
    } cases[] = {
        {"{\"type\":\"name\",\"properties\":{\"name\":\"urn:ogc:def:crs:EPSG::3857\"}}",
         "urn:ogc:def:crs:EPSG::3857"},
        {"{\"properties\":{\"x\":1,\"name\":\"EPSG\\u003a4490\"}}", "EPSG:4490"},
        {"null", NULL},
        {"\"EPSG:1\"", "\"EPSG:1\""},
        {"{\"type\":\"link\",\"properties\":{\"href\":\"a\"}}",
         "{\"type\":\"link\",\"properties\":{\"href\":\"a\"}}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[400];
        snprintf(text, sizeof text, "{\"type\":\"FeatureCollection\",\"crs\":%s,\"features\":[]}",
                 cases[i].crs);
        struct error error = {0};
        struct geojson *geojson;
        REQUIRE_OK(open_text(text, strlen(text), &geojson, &error), &error);
        const char *crs = geojson_declared_crs(geojson);
        CHECK((crs == NULL) == (cases[i].expected == NULL));
        if (crs && cases[i].expected)
            CHECK_TEXT(crs, cases[i].expected);
        geojson_close(geojson);
    }
}

TEST(geojson_cut_anywhere_is_refused)
{
    static const char text[] = COLLECTION(
        FEATURE("{\"a\":\"\\ud83d\\ude00x\",\"b\":[1,{\"c\":-1.5e3}],\"d\":true}",
                "{\"type\":\"Point\",\"coordinates\":[1,2]}") "," FEATURE("null", "null"));
    for (size_t length = 0; length < sizeof text - 1; length++) {
        struct error error = {0};
        enum status status;
        free(flatten(text, length, &error, &status));
        CHECK_INT(status, STATUS_CORRUPT);
        CHECK(error.message[0]);
    }
}

/* Random JSON values by jansson, printed by jansson, read back by both. */
static json_t *random_value(struct test_random *random, int depth)
{
    static const char *const texts[] = {"", "托育", "a\"b\\c/", "\n\t\x01", "😀", "null", "é"};
    switch (test_random_below(random, depth > 2 ? 5 : 7)) {
    case 0:
        return json_null();
    case 1:
        return json_boolean(test_random_below(random, 2));
    case 2:
        return json_integer((json_int_t)test_random_u64(random) >> test_random_below(random, 64));
    case 3:
        return json_real((test_random_unit(random) - 0.5) * 1e6);
    case 4:
        return json_string(texts[test_random_below(random, 7)]);
    case 5: {
        json_t *array = json_array();
        for (uint32_t i = test_random_below(random, 4); i > 0; i--)
            json_array_append_new(array, random_value(random, depth + 1));
        return array;
    }
    default: {
        json_t *object = json_object();
        for (uint32_t i = test_random_below(random, 4); i > 0; i--)
            json_object_set_new(object, texts[test_random_below(random, 7)],
                                random_value(random, depth + 1));
        return object;
    }
    }
}

static void check_cell(const struct table_cell *cell, const json_t *value)
{
    if (!value || json_is_null(value)) {
        CHECK(cell->is_null && cell->length == 0);
    } else if (json_is_string(value)) {
        CHECK(!cell->is_null);
        CHECK_TEXT(cell->text, json_string_value(value));
    } else {
        json_t *again = json_loadb(cell->text, cell->length, JSON_DECODE_ANY, NULL);
        CHECK(again && json_equal(again, value));
        json_decref(again);
    }
}

TEST(geojson_random_features_read_as_another_parser_reads_them)
{
    static const char *const keys[] = {"a", "名称", "\"q\"", "x/y", "k\n", "z"};
    struct test_random random = test_random();
    for (int round = 0; round < 400; round++) {
        json_t *features = json_array();
        for (uint32_t i = 1 + test_random_below(&random, 5); i > 0; i--) {
            json_t *properties = json_object();
            for (uint32_t k = test_random_below(&random, 6); k > 0; k--)
                json_object_set_new(properties, keys[test_random_below(&random, 6)],
                                    random_value(&random, 0));
            json_array_append_new(features, json_pack("{s:s,s:o,s:n}", "type", "Feature",
                                                      "properties", properties, "geometry"));
        }
        json_t *collection =
            json_pack("{s:s,s:O}", "type", "FeatureCollection", "features", features);
        size_t flags = test_random_below(&random, 2) ? JSON_ENSURE_ASCII : 0;
        char *text = json_dumps(collection, flags | JSON_INDENT(test_random_below(&random, 3)));
        REQUIRE(text);
        struct error error = {0};
        struct geojson *geojson;
        REQUIRE_OK(open_text(text, strlen(text), &geojson, &error), &error);
        uint32_t count;
        const char *const *columns = geojson_columns(geojson, &count);
        struct table_row row;
        bool more;
        for (size_t i = 0; i < json_array_size(features); i++) {
            REQUIRE_OK(geojson_next(geojson, &row, &more, &error), &error);
            REQUIRE(more && row.cell_count == count);
            const json_t *properties = json_object_get(json_array_get(features, i), "properties");
            for (uint32_t column = 0; column < count; column++) {
                const char *key = strcmp(columns[column], "k") == 0 ? "k\n" : columns[column];
                check_cell(&row.cells[column], json_object_get(properties, key));
            }
        }
        REQUIRE_OK(geojson_next(geojson, &row, &more, &error), &error);
        CHECK(!more);
        geojson_close(geojson);
        free(text);
        json_decref(features);
        json_decref(collection);
    }
}

/* Outlines ----------------------------------------------------------------------------------- */

static enum status parse_polygon(const char *text, struct arena *arena, struct geo_polygon *polygon,
                                 struct error *error)
{
    return geojson_polygon_parse(text, strlen(text), arena, polygon, error);
}

TEST(geojson_polygons_and_multipolygons_give_their_rings)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct geo_polygon polygon;
    struct error error = {0};
    REQUIRE_OK(
        parse_polygon("{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[4,0],[4,4],[0,4],[0,0]],"
                      "[[1,1],[1,2,9],[2,2],[1,1]]]}",
                      &arena, &polygon, &error),
        &error);
    REQUIRE(polygon.ring_count == 2);
    CHECK_INT(polygon.rings[0].count, 5);
    CHECK_INT(polygon.rings[1].count, 4);
    CHECK(polygon.rings[0].points[2].lon == 4 && polygon.rings[1].points[1].lat == 2);
    CHECK(geo_polygon_contains(&polygon, (struct geo_point){3, 3}));
    CHECK(!geo_polygon_contains(&polygon, (struct geo_point){1.2, 1.8}));
    REQUIRE_OK(parse_polygon("{\"coordinates\":[[[[0,0],[1,0],[1,1],[0,0]]],[[[-180,-90],[180,-90],"
                             "[180,90],[-180,-90]]]],\"type\":\"MultiPolygon\"}",
                             &arena, &polygon, &error),
               &error);
    CHECK_INT(polygon.ring_count, 2);
    arena_release(&arena);
}

TEST(geojson_bad_outlines_are_refused_with_ring_and_point)
{
    static const struct {
        const char *text;
        enum status status;
        const char *sentence;
    } cases[] = {
        {"{\"type\":\"Polygon\",\"coordinates\":[]}", STATUS_REJECTED, "no rings"},
        {"{\"type\":\"MultiPolygon\",\"coordinates\":[[]]}", STATUS_REJECTED, "no rings"},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[0,0]]]}", STATUS_REJECTED,
         "ring 1 has 3 points; it needs at least 4"},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,0]],[[0,0],[1,0],[1,1],[0,1]"
         "]]}",
         STATUS_REJECTED, "ring 2 is not closed"},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[181,0],[1,1],[0,0]]]}", STATUS_REJECTED,
         "ring 1, point 2 is 181, 0; longitude must be"},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[],[1,1],[0,0]]]}", STATUS_REJECTED,
         "ring 1, point 2 is empty"},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1],[1,1],[0,0]]]}", STATUS_REJECTED,
         "a position has one number"},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,1e999],[1,1],[0,0]]]}", STATUS_CORRUPT,
         "too large"},
        {"{\"type\":\"Polygon\",\"coordinates\":[[0,0],[1,0]]}", STATUS_REJECTED,
         "an array should stand here"},
        {"{\"type\":\"Polygon\",\"coordinates\":null}", STATUS_REJECTED, "an array should stand"},
        {"{\"type\":\"Point\",\"coordinates\":[1,2]}", STATUS_REJECTED, "no Polygon"},
        {"{\"coordinates\":[1,2]}", STATUS_REJECTED, "no Polygon"},
        {"{\"type\":\"Polygon\"}", STATUS_REJECTED, "no \"coordinates\""},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[0,0]", STATUS_CORRUPT, "the file ends"},
        {"", STATUS_CORRUPT, "the file ends where an object should stand"},
    };
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct geo_polygon polygon = {(struct geo_ring *)&arena, 9};
        struct error error = {0};
        CHECK_INT(parse_polygon(cases[i].text, &arena, &polygon, &error), cases[i].status);
        CHECK_CONTAINS(error.message, cases[i].sentence);
        CHECK(polygon.ring_count == 0 && polygon.rings == NULL);
    }
    arena_release(&arena);
}

TEST(geojson_an_outline_has_a_ceiling_of_points)
{
    for (int extra = 0; extra <= 1; extra++) {
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        REQUIRE(out);
        fputs("{\"type\":\"Polygon\",\"coordinates\":[[", out);
        for (int i = 0; i < GEOJSON_MAX_POINTS - 1 + extra; i++)
            fprintf(out, "[%d,%d],", i % 7, i % 5);
        fputs("[0,0]]]}", out);
        fclose(out);
        struct arena arena;
        arena_init(&arena, 64 << 20);
        struct geo_polygon polygon;
        struct error error = {0};
        CHECK_INT(parse_polygon(text, &arena, &polygon, &error), extra ? STATUS_LIMIT : STATUS_OK);
        arena_release(&arena);
        arena_init(&arena, 100);
        if (!extra)
            CHECK_INT(parse_polygon(text, &arena, &polygon, &error), STATUS_MEMORY);
        arena_release(&arena);
        free(text);
    }
}
