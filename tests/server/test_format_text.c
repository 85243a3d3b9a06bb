#include "server/format_text.h"

#include "data/records.h"
#include "tests/test.h"

TEST(ages_of_numbers_are_said_in_the_largest_unit_that_has_passed)
{
    static const struct {
        int64_t seconds;
        const char *zh, *en;
    } cases[] = {
        {-500, "刚刚", "just now"},         {119, "刚刚", "just now"},
        {120, "2 分钟前", "2 minutes ago"}, {3599, "59 分钟前", "59 minutes ago"},
        {3600, "1 小时前", "1 hour ago"},   {86399, "23 小时前", "23 hours ago"},
        {86400, "1 天前", "1 day ago"},     {86400 * 1200, "1,200 天前", "1,200 days ago"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[FORMAT_BYTES];
        format_ago(LANGUAGE_ZH, cases[i].seconds, text);
        CHECK_TEXT(text, cases[i].zh);
        format_ago(LANGUAGE_EN, cases[i].seconds, text);
        CHECK_TEXT(text, cases[i].en);
    }
}

TEST(money_is_written_as_its_readers_write_it)
{
    static const struct {
        int32_t minor;
        const char *currency, *zh, *en;
    } cases[] = {
        {4000, "CNY", "¥40", "CN¥40"},
        {4050, "CNY", "¥40.50", "CN¥40.50"},
        {5, "CNY", "¥0.05", "CN¥0.05"},
        {320000, "CNY", "¥3,200", "CN¥3,200"},
        {55000, "JPY", "JP¥55,000", "JP¥55,000"},
        {120000, "USD", "US$1,200", "US$1,200"},
        {100, "XYZ", "1 XYZ", "1 XYZ"},
        {0, "CNY", "¥0", "CN¥0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[FORMAT_BYTES];
        format_money(LANGUAGE_ZH, cases[i].minor, cases[i].currency, text);
        CHECK_TEXT(text, cases[i].zh);
        format_money(LANGUAGE_EN, cases[i].minor, cases[i].currency, text);
        CHECK_TEXT(text, cases[i].en);
    }
}

TEST(fees_name_their_unit_and_say_when_they_are_unknown)
{
    char text[FORMAT_BYTES];
    format_fee(LANGUAGE_ZH, 2700, PRICE_UNIT_HOUR, "CNY", text);
    CHECK_TEXT(text, "¥27/小时");
    format_fee(LANGUAGE_EN, 320000, PRICE_UNIT_MONTH, "CNY", text);
    CHECK_TEXT(text, "CN¥3,200 a month");
    format_fee(LANGUAGE_EN, 320000, PRICE_UNIT_UNKNOWN, "CNY", text);
    CHECK_TEXT(text, "CN¥3,200");
    format_fee(LANGUAGE_ZH, NONE, PRICE_UNIT_HOUR, "CNY", text);
    CHECK_TEXT(text, "收费未知");
}

TEST(distances_and_minutes_never_promise_less_than_there_is)
{
    char text[FORMAT_BYTES];
    format_distance(LANGUAGE_ZH, 412, text);
    CHECK_TEXT(text, "410 米");
    format_distance(LANGUAGE_EN, 994.9, text);
    CHECK_TEXT(text, "990 m");
    format_distance(LANGUAGE_EN, 995, text);
    CHECK_TEXT(text, "1 km");
    format_distance(LANGUAGE_ZH, 1260, text);
    CHECK_TEXT(text, "1.3 公里");
    format_minutes(LANGUAGE_ZH, 8.1, text);
    CHECK_TEXT(text, "9 分钟");
    format_minutes(LANGUAGE_EN, 0, text);
    CHECK_TEXT(text, "1 minute");
    format_minutes(LANGUAGE_EN, 15.0, text);
    CHECK_TEXT(text, "15 minutes");
}

TEST(ages_of_children_are_said_as_parents_say_them)
{
    char text[FORMAT_BYTES];
    format_age(LANGUAGE_EN, -1, text);
    CHECK_TEXT(text, "not yet born");
    format_age(LANGUAGE_EN, 1, text);
    CHECK_TEXT(text, "1 month");
    format_age(LANGUAGE_ZH, 23, text);
    CHECK_TEXT(text, "23 个月");
    format_age(LANGUAGE_EN, 24, text);
    CHECK_TEXT(text, "2 years");
    format_age(LANGUAGE_ZH, 27, text);
    CHECK_TEXT(text, "2 岁 3 个月");
    format_age_band(LANGUAGE_EN, 12, 24, text);
    CHECK_TEXT(text, "12–24 months");
    format_age_band(LANGUAGE_EN, NONE16, 24, text);
    CHECK_TEXT(text, "0–24 months");
    format_age_band(LANGUAGE_ZH, 12, NONE16, text);
    CHECK_TEXT(text, "12 个月起");
    format_age_band(LANGUAGE_ZH, NONE16, NONE16, text);
    CHECK_TEXT(text, "月龄未知");
}

TEST(days_and_hours_are_those_of_the_region)
{
    char text[FORMAT_BYTES];
    struct calendar calendar = {0};
    struct error error = {0};
    REQUIRE_OK(calendar_init(&calendar, "Asia/Shanghai", &error), &error);
    moment_t moment;
    REQUIRE_OK(moment_parse("2026-11-24T16:05:00Z", 20, &moment), &error);
    format_moment(LANGUAGE_ZH, &calendar, moment, text);
    CHECK_TEXT(text, "2026年11月25日 00:05");
    format_moment(LANGUAGE_EN, &calendar, moment, text);
    CHECK_TEXT(text, "25 November 2026, 00:05");
    calendar_release(&calendar);

    const struct interval intervals[] = {{480, 720}, {840, 1440}, {1320, 1800}};
    format_intervals(LANGUAGE_ZH, intervals, 3, text);
    CHECK_TEXT(text, "08:00–12:00、14:00–24:00、22:00–次日 06:00");
    format_hours_today(LANGUAGE_EN, intervals, 1, text);
    CHECK_TEXT(text, "today 08:00–12:00");
    format_hours_today(LANGUAGE_EN, intervals, 0, text);
    CHECK_TEXT(text, "closed today");
}
