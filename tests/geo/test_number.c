#include "geo/number.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reads_as(const char *text, double expected)
{
    double value = -99;
    return number_parse_double(text, strlen(text), &value) == STATUS_OK && value == expected &&
           signbit(value) == signbit(expected);
}

TEST(a_decimal_is_the_nearest_double)
{
    CHECK(reads_as("30.2071", 30.2071));
    CHECK(reads_as("-.5", -0.5));
    CHECK(reads_as("5.", 5));
    CHECK(reads_as("+12", 12));
    CHECK(reads_as("1e-3", 0.001));
    CHECK(reads_as("12E+2", 1200));
    CHECK(reads_as("-0", -0.0));
    CHECK(reads_as("007", 7));
    CHECK(reads_as("1e-999", 0));
    CHECK(reads_as("1.7976931348623157e308", 0x1.fffffffffffffp1023));
    /* halfway between two doubles, and a hair above: ties go to even */
    CHECK(reads_as("9007199254740993", 9007199254740992.0));
    CHECK(reads_as("9007199254740993.0000000000000000000000000000000001", 9007199254740994.0));
}

TEST(random_decimals_are_what_strtod_makes_of_them)
{
    struct test_random random = test_random();
    for (int i = 0; i < 200000; i++) {
        char text[40];
        double number = (test_random_unit(&random) - 0.5) * pow(10, (double)(i % 12));
        snprintf(text, sizeof text, "%.*f", i % 13, number);
        if (!reads_as(text, strtod(text, NULL)))
            test_fail(__FILE__, __LINE__, "%s is read as another number", text);
    }
}

TEST(what_is_no_plain_decimal_is_refused)
{
    static const char *const texts[] = {"",
                                        "-",
                                        "+",
                                        ".",
                                        "-.",
                                        "e5",
                                        "1e",
                                        "1e+",
                                        " 1",
                                        "1 ",
                                        "1,5",
                                        "1.2.3",
                                        "--1",
                                        "+-1",
                                        "inf",
                                        "-inf",
                                        "nan",
                                        "NaN",
                                        "0x10",
                                        "0x1p3",
                                        "1e999",
                                        "1_0",
                                        "１",
                                        "1\t",
                                        "1f",
                                        "∞",
                                        "1e1.5",
                                        "infinity",
                                        "-1e9999999999999",
                                        "1.8e308",
                                        "nan(1)"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double value = 7;
        if (!CHECK_INT(number_parse_double(texts[i], strlen(texts[i]), &value), STATUS_INVALID))
            fprintf(stderr, "    for '%s'\n", texts[i]);
        CHECK(value == 7);
    }
    char nul[] = {'1', '\0', '2'};
    double value = 7;
    CHECK_INT(number_parse_double(nul, sizeof nul, &value), STATUS_INVALID);
    char digits[NUMBER_MAX_BYTES + 1];
    memset(digits, '1', sizeof digits);
    CHECK_INT(number_parse_double(digits, NUMBER_MAX_BYTES, &value), STATUS_OK);
    CHECK_INT(number_parse_double(digits, NUMBER_MAX_BYTES + 1, &value), STATUS_INVALID);
}

TEST(only_length_bytes_of_the_text_are_read)
{
    double value = 0;
    REQUIRE_OK(number_parse_double("12345", 3, &value), NULL);
    CHECK(value == 123);
    int32_t whole = 0;
    REQUIRE_OK(number_parse_int32("12345", 3, &whole), NULL);
    CHECK_INT(whole, 123);
}

TEST(random_doubles_come_back_bit_for_bit)
{
    struct test_random random = test_random();
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = test_random_u64(&random);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value))
            continue;
        char text[64];
        snprintf(text, sizeof text, "%.17g", value);
        CHECK(reads_as(text, value));
    }
}

TEST(whole_numbers_have_no_other_form)
{
    static const struct {
        const char *text;
        int32_t expected;
    } good[] = {
        {"0", 0}, {"-0", 0}, {"007", 7}, {"2147483647", INT32_MAX}, {"-2147483647", -INT32_MAX}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        int32_t value = -99;
        REQUIRE_OK(number_parse_int32(good[i].text, strlen(good[i].text), &value), NULL);
        CHECK_INT(value, good[i].expected);
    }
    static const char *const bad[] = {"",    "-",          "+1",          " 1",
                                      "1 ",  "1.0",        "1e3",         "0x1",
                                      "--1", "2147483648", "-2147483648", "99999999999999999999999",
                                      "１"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int32_t value = 7;
        CHECK_INT(number_parse_int32(bad[i], strlen(bad[i]), &value), STATUS_INVALID);
        CHECK_INT(value, 7);
    }
}
