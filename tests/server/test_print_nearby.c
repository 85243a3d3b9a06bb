#include "server/print_nearby.h"
#include "tests/test.h"

static const char *distance(double metres, char text[PRINT_TEXT_BYTES])
{
    print_format_distance(metres, text);
    return text;
}

static const char *age(int64_t seconds, char text[PRINT_TEXT_BYTES])
{
    print_format_age(seconds, text);
    return text;
}

static const char *money(int32_t minor_units, const char *currency, char text[PRINT_TEXT_BYTES])
{
    print_format_money(minor_units, currency, text);
    return text;
}

TEST(distances_are_told_in_metres_and_then_in_kilometres)
{
    char text[PRINT_TEXT_BYTES];
    CHECK_TEXT(distance(0, text), "0 m");
    CHECK_TEXT(distance(411.5, text), "412 m");
    CHECK_TEXT(distance(999.4, text), "999 m");
    CHECK_TEXT(distance(999.6, text), "1.0 km"); /* never "1000 m" */
    CHECK_TEXT(distance(12345, text), "12.3 km");
}

TEST(ages_are_told_in_the_largest_whole_unit)
{
    char text[PRINT_TEXT_BYTES];
    CHECK_TEXT(age(0, text), "just now");
    CHECK_TEXT(age(59, text), "just now");
    CHECK_TEXT(age(60, text), "1 minute ago");
    CHECK_TEXT(age(3599, text), "59 minutes ago");
    CHECK_TEXT(age(7200, text), "2 hours ago");
    CHECK_TEXT(age(86400 * 2 - 1, text), "1 day ago");
    CHECK_TEXT(age(86400 * 30, text), "30 days ago");
    CHECK_TEXT(age(-30, text), "just now"); /* a report may run ahead of us a little */
}

TEST(money_is_told_as_people_write_it)
{
    char text[PRINT_TEXT_BYTES];
    CHECK_TEXT(money(4000, "CNY", text), "40 CNY");
    CHECK_TEXT(money(4005, "CNY", text), "40.05 CNY");
    CHECK_TEXT(money(0, "CNY", text), "0 CNY");
    CHECK_TEXT(money(3000, "JPY", text), "3000 JPY");
}
