#include "server/json.h"

#include "data/records.h"
#include "tests/test.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char *text_of(struct json *json)
{
    json_raw(json, "", 1);
    json->length--;
    return json->bytes;
}

TEST(json_puts_commas_where_they_belong)
{
    struct json json;
    json_init(&json, 4096);
    json_object_begin(&json);
    json_key_int(&json, "a", -1);
    json_key(&json, "b");
    json_array_begin(&json);
    json_int(&json, 1);
    json_nothing(&json);
    json_object_begin(&json);
    json_object_end(&json);
    json_fragment(&json, "2,3", 3);
    json_array_end(&json);
    json_key_bool(&json, "c", true);
    json_key_int_or_null(&json, "d", NONE);
    json_object_end(&json);
    CHECK_TEXT(text_of(&json), "{\"a\":-1,\"b\":[1,null,{},2,3],\"c\":true,\"d\":null}");
    json_release(&json);
    json_release(&json);
}

TEST(json_joins_two_texts_into_one)
{
    struct json json;
    json_init(&json, 4096);
    json_array_begin(&json);
    json_text_joined(&json, "a\"", "\\b");
    json_text_joined(&json, "", "");
    json_array_end(&json);
    CHECK_TEXT(text_of(&json), "[\"a\\\"\\\\b\",\"\"]");
    json_release(&json);
}

TEST(json_text_reads_back_as_it_was)
{
    struct test_random random = test_random();
    struct json json;
    json_init(&json, 1 << 16);
    for (int round = 0; round < 2000; round++) {
        char text[64];
        size_t length = test_random_below(&random, sizeof text);
        for (size_t i = 0; i < length; i++)
            text[i] = (char)(1 + test_random_below(&random, 0x7F));
        json_reset(&json);
        json_array_begin(&json);
        json_text_n(&json, text, length);
        json_array_end(&json);
        json_t *root = json_loadb(json.bytes, json.length, 0, NULL);
        REQUIRE(root);
        const json_t *item = json_array_get(root, 0);
        CHECK_INT(json_string_length(item), length);
        CHECK(memcmp(json_string_value(item), text, length) == 0);
        json_decref(root);
    }
    json_release(&json);
}

/* Texts are looked at eight bytes at a time: each byte at every place among characters of three. */
TEST(json_escapes_a_byte_wherever_it_stands)
{
    struct json json;
    json_init(&json, 4096);
    for (unsigned c = 1; c < 128; c++)
        for (size_t before = 0; before < 12; before++)
            for (size_t after = 0; after < 8; after++) {
                char text[40] = "";
                for (size_t i = 0; i < before % 4; i++)
                    strcat(text, "a");
                for (size_t i = 0; i < before / 4; i++)
                    strcat(text, "\u6258"); /* 0xE6 0x89 0x98 */
                strcat(text, (char[]){(char)c, 0});
                for (size_t i = 0; i < after; i++)
                    strcat(text, i % 2 ? "b" : "\u80b2");
                json_reset(&json);
                json_text(&json, text);
                json_t *value = json_loadb(json.bytes, json.length, JSON_DECODE_ANY, NULL);
                REQUIRE(value);
                CHECK_TEXT(json_string_value(value), text);
                json_decref(value);
            }
    json_release(&json);
}

TEST(json_fixed_is_the_number_rounded_and_nothing_else)
{
    static const struct {
        double value;
        unsigned decimals;
        const char *text;
    } cases[] = {
        {120.2104, 7, "120.2104"},
        {30.2071, 4, "30.2071"},
        {120, 7, "120"},
        {-0.5, 1, "-0.5"},
        {0.00000004, 7, "0"},
        {-0.00000004, 7, "0"},
        {0.00000005, 7, "0.0000001"},
        {8.25, 1, "8.3"},
        {-8.25, 1, "-8.3"},
        {-180, 7, "-180"},
        {0.05, 2, "0.05"},
        {1e9, 0, "1000000000"},
        {NAN, 3, "null"},
        {INFINITY, 0, "null"},
        {-INFINITY, 0, "null"},
        {1e300, 1, "null"},
    };
    struct json json;
    json_init(&json, 4096);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_reset(&json);
        json_fixed(&json, cases[i].value, cases[i].decimals);
        CHECK_TEXT(text_of(&json), cases[i].text);
    }
    json_release(&json);
}

TEST(json_fixed_agrees_with_printf_on_random_coordinates)
{
    struct test_random random = test_random();
    for (int round = 0; round < 100000; round++) {
        double value = test_random_unit(&random) * 360 - 180;
        char ours[40] = "";
        size_t length = json_fixed_digits(ours, value, 7);
        ours[length] = '\0';
        if (fabs(strtod(ours, NULL) - value) > 0.5000001e-7) {
            test_fail(__FILE__, __LINE__, "%.17g became %s", value, ours);
            return;
        }
    }
}

TEST(json_int_writes_every_extreme)
{
    char text[32];
    static const int64_t values[] = {0, -1, 9, 10, INT64_MAX, INT64_MIN, INT32_MIN, 1000000};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char expected[32];
        snprintf(expected, sizeof expected, "%lld", (long long)values[i]);
        text[json_int_digits(text, values[i])] = '\0';
        CHECK_TEXT(text, expected);
    }
}

TEST(json_stops_at_its_ceiling_and_says_so)
{
    struct json json;
    struct error error;
    json_init(&json, 100);
    json_array_begin(&json);
    for (int i = 0; i < 100; i++)
        json_text(&json, "0123456789");
    CHECK(json.length <= 100);
    CHECK_INT(json_status(&json, &error), STATUS_LIMIT);
    CHECK_CONTAINS(error.message, "100 bytes");
    json_reset(&json);
    CHECK_INT(json_status(&json, NULL), STATUS_OK);
    json_release(&json);
}
