/* What people write into cells, read or refused. */
#include "data/cell_text.h"
#include "tests/test.h"

#include <stdio.h>
#include <string.h>

static int32_t age(const char *text, enum cell_age_end end)
{
    int32_t months = NONE;
    return cell_age(text, strlen(text), end, 0, &months) ? months : NONE;
}

TEST(ages_in_chinese_japanese_and_english_are_months)
{
    static const struct {
        const char *text;
        int32_t from, to;
    } cases[] = {
        {"0歳", 0, 0},         {"1歳", 12, 12},          {"5か月", 5, 5},
        {"1歳10か月", 22, 22}, {"１歳１０か月", 22, 22}, {"産休あけ", 2, NONE},
        {"就学前", 72, 72},    {"学童", 72, 144},        {"3歳児", 36, 48},
        {"2歳未満", NONE, 24}, {"3岁以下", NONE, 36},    {"6个月", 6, 6},
        {"18个月", 18, 18},    {"1岁半", 18, 18},        {"1.5岁", 18, 18},
        {"3周岁", 36, 36},     {"满3周岁", 36, 36},      {"1岁6个月", 18, 18},
        {"6 weeks", 2, 1},     {"57日", 2, 1},           {"18 months", 18, 18},
        {"2 Years", 24, 24},   {"6个月以上", 6, NONE},   {" 2歳 ", 24, 24},
        {"生後57日", 2, 1},    {"出生", 0, NONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool right = CHECK_INT(age(cases[i].text, CELL_AGE_FROM), cases[i].from);
        right &= CHECK_INT(age(cases[i].text, CELL_AGE_TO), cases[i].to);
        if (!right)
            fprintf(stderr, "    of \"%s\"\n", cases[i].text);
    }
}

TEST(an_age_that_cannot_be_read_is_no_age_and_never_zero)
{
    static const char *const cases[] = {"",       "NA",     "不明",    "3",    "-1歳",
                                        "19岁",   "1歳x",   "歳",      "か月", "1e3歳",
                                        "1..5岁", "3岁3岁", "99999歳", "1歳２"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int32_t months = 7;
        bool right = CHECK(!cell_age(cases[i], strlen(cases[i]), CELL_AGE_FROM, 0, &months));
        right &= CHECK_INT(months, 7);
        if (!right)
            fprintf(stderr, "    of \"%s\"\n", cases[i]);
    }
}

TEST(a_bare_age_is_read_only_when_the_mapping_says_what_it_counts)
{
    int32_t months = NONE;
    CHECK(!cell_age("3", 1, CELL_AGE_TO, 0, &months));
    CHECK(cell_age("3", 1, CELL_AGE_TO, 1, &months));
    CHECK_INT(months, 3);
    CHECK(cell_age("3", 1, CELL_AGE_TO, 12, &months));
    CHECK_INT(months, 36);
}

TEST(age_bands_in_one_text_have_two_ends)
{
    static const struct {
        const char *text;
        int32_t from, to;
    } cases[] = {
        {"6-36个月", 6, 36},        {"0~3岁", 0, 36},        {"18个月至3岁", 18, 36},
        {"１８～３６月龄", 18, 36}, {"3岁以下", 0, 36},      {"2歳児", 24, 36},
        {"6 - 12 months", 6, 12},   {"0歳から2歳児", 0, 36}, {"産休あけ～就学前", 2, 72},
        {"36-6个月", NONE, NONE},   {"6个月", NONE, NONE},   {"-", NONE, NONE},
        {"6-6个月", NONE, NONE},    {"全部", NONE, NONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int32_t from = NONE, to = NONE;
        cell_age_band(cases[i].text, strlen(cases[i].text), 0, &from, &to);
        bool right = CHECK_INT(from, cases[i].from);
        right &= CHECK_INT(to, cases[i].to);
        if (!right)
            fprintf(stderr, "    of \"%s\"\n", cases[i].text);
    }
}

TEST(times_of_day_are_minutes_whether_words_or_fractions)
{
    static const struct {
        const char *text;
        int32_t minute;
    } cases[] = {
        {"7:00", 420},
        {"07:30:00", 450},
        {"24:00", 1440},
        {"７：３０", 450},
        {"7時30分", 450},
        {"7点半", 450},
        {"19时", 1140},
        {"0.3125", 450},
        {"0.29166666666666669", 420},
        {"0.91666666666666696", 1320},
        {"0", 0},
        {"1", 1440},
        {"27:00", 1620},
        {"7:60", NONE},
        {"7:5", NONE},
        {"2", NONE},
        {"49:00", NONE},
        {"", NONE},
        {"-0.1", NONE},
        {"seven", NONE},
        {"7:00-9:00", NONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int32_t minute = NONE;
        cell_minute(cases[i].text, strlen(cases[i].text), &minute);
        if (!CHECK_INT(minute, cases[i].minute))
            fprintf(stderr, "    of \"%s\"\n", cases[i].text);
    }
}

TEST(closing_at_midnight_or_after_runs_into_the_next_day)
{
    int16_t open, close;
    CHECK(cell_hours(420, 0, &open, &close));
    CHECK_INT(close, 1440);
    CHECK(cell_hours(1080, 180, &open, &close)); /* 18:00 to 3:00 */
    CHECK_INT(close, 1620);
    CHECK(cell_hours(0, 0, &open, &close)); /* the whole day */
    CHECK_INT(close, 1440);
    CHECK(!cell_hours(420, 420, &open, &close));
    CHECK(!cell_hours(1440, 1500, &open, &close));
    CHECK(cell_hours_text("08:00～18:30", strlen("08:00～18:30"), &open, &close));
    CHECK_INT(open, 480);
    CHECK_INT(close, 1110);
    CHECK(!cell_hours_text("08:00", 5, &open, &close));
}

TEST(counts_take_full_width_digits_and_counting_words_and_refuse_the_rest)
{
    static const struct {
        const char *text;
        int32_t count;
    } cases[] = {
        {"90", 90},     {"９０", 90},     {"40名", 40},     {"30 人", 30},     {"1,200", 1200},
        {"40.0", 40},   {"0", 0},         {"12個", 12},     {"NA", NONE},      {"", NONE},
        {"-1", NONE},   {"4.5", NONE},    {"12,34", NONE},  {"1000001", NONE}, {"約30", NONE},
        {"0x10", NONE}, {"30～40", NONE}, {"1,2000", NONE}, {",5", NONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int32_t count = NONE;
        cell_count(cases[i].text, strlen(cases[i].text), &count);
        if (!CHECK_INT(count, cases[i].count))
            fprintf(stderr, "    of \"%s\"\n", cases[i].text);
    }
}

TEST(money_is_exact_in_minor_units)
{
    static const struct {
        const char *text;
        int decimals;
        int32_t amount;
    } cases[] = {
        {"12.5", 2, 1250},   {"￥3,800元", 2, 380000}, {"0.07", 2, 7},         {"4000", 0, 4000},
        {"4000.0", 0, 4000}, {"12.345", 2, NONE},      {"12.", 2, NONE},       {"面议", 2, NONE},
        {"-5", 2, NONE},     {"10000001", 2, NONE},    {"35元/小时", 2, NONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int32_t amount = NONE;
        cell_money(cases[i].text, strlen(cases[i].text), cases[i].decimals, &amount);
        if (!CHECK_INT(amount, cases[i].amount))
            fprintf(stderr, "    of \"%s\"\n", cases[i].text);
    }
}

static struct calendar new_york(void)
{
    struct calendar calendar;
    struct error error;
    REQUIRE_OK(calendar_init(&calendar, "America/New_York", &error), &error);
    return calendar;
}

TEST(dates_are_read_in_the_formats_that_are_named_and_no_other)
{
    struct calendar calendar = new_york();
    static const struct {
        const char *text;
        uint32_t dates;
        int32_t year, month, day; /* 0: not read */
    } cases[] = {
        {"2017-03-05", CELL_DATES_DEFAULT, 2017, 3, 5},
        {"2017/3/5", CELL_DATES_DEFAULT, 2017, 3, 5},
        {"20170305", CELL_DATES_DEFAULT, 2017, 3, 5},
        {"２０１７年３月５日", CELL_DATES_DEFAULT, 2017, 3, 5},
        {"2017-02-29", CELL_DATES_DEFAULT, 0, 0, 0},
        {"38292", CELL_DATES_DEFAULT, 0, 0, 0},
        {"38292", 1 << CELL_DATE_EXCEL, 2004, 11, 1},
        {"2017-03-05", 1 << CELL_DATE_EXCEL, 0, 0, 0},
        {"60", 1 << CELL_DATE_EXCEL, 0, 0, 0},
        {"61", 1 << CELL_DATE_EXCEL, 1900, 3, 1},
        /* five in the morning UTC is midnight in New York, in winter */
        {"2024/01/26 05:00:00+00", CELL_DATES_DEFAULT, 2024, 1, 26},
        {"2024/07/26 04:00:00+00", CELL_DATES_DEFAULT, 2024, 7, 26},
        {"2016-10-09T00:00:00.000Z", CELL_DATES_DEFAULT, 2016, 10, 8},
        {"2016-10-09T00:00:00.000Z", 1 << CELL_DATE_TIME_AS_WRITTEN, 2016, 10, 9},
        {"2016-10-09T00:00:00", CELL_DATES_DEFAULT, 0, 0, 0}, /* whose midnight? */
        {"1899-12-31", CELL_DATES_DEFAULT, 0, 0, 0},
        {"2017-13-01", CELL_DATES_DEFAULT, 0, 0, 0},
        {"27年4月新設", CELL_DATES_DEFAULT, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        day_t day = DAY_NONE;
        cell_day(cases[i].text, strlen(cases[i].text), cases[i].dates, &calendar, &day);
        day_t wanted =
            cases[i].year ? day_from_civil(cases[i].year, cases[i].month, cases[i].day) : DAY_NONE;
        if (!CHECK_INT(day, wanted))
            fprintf(stderr, "    of \"%s\"\n", cases[i].text);
    }
    calendar_release(&calendar);
}

TEST(a_moment_without_a_time_is_the_start_of_the_local_day)
{
    struct calendar calendar = new_york();
    moment_t moment = 0;
    CHECK(cell_moment("2024-01-26", 10, CELL_DATES_DEFAULT, &calendar, &moment));
    CHECK_INT(moment, (moment_t)day_from_civil(2024, 1, 26) * 86400 + 5 * 3600);
    CHECK(cell_moment("2024-01-26T08:00:00+08:00", 25, CELL_DATES_DEFAULT, &calendar, &moment));
    CHECK_INT(moment, (moment_t)day_from_civil(2024, 1, 26) * 86400);
    CHECK(!cell_moment("yesterday", 9, CELL_DATES_DEFAULT, &calendar, &moment));
    calendar_release(&calendar);
}

TEST(flags_are_yes_no_or_not_read)
{
    bool flag = false;
    CHECK(cell_flag("是", 3, &flag) && flag);
    CHECK(cell_flag("Ｙ", 3, &flag) && flag);
    CHECK(cell_flag("FALSE", 5, &flag) && !flag);
    CHECK(!cell_flag("maybe", 5, &flag));
}
