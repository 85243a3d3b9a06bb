#include "data/calendar.h"

#include "tests/test.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const zones[] = {"Asia/Shanghai",       "America/New_York", "Europe/Berlin",
                                    "Australia/Lord_Howe", "Asia/Kathmandu",   "America/Sao_Paulo",
                                    "Pacific/Apia",        "Africa/Casablanca"};
enum { ZONE_COUNT = sizeof zones / sizeof *zones };

static struct calendar calendar_of(const char *zone)
{
    struct calendar calendar;
    struct error error;
    REQUIRE_OK(calendar_init(&calendar, zone, &error), &error);
    return calendar;
}

static day_t day_of(const char *text)
{
    day_t day = 0;
    REQUIRE(day_parse(text, strlen(text), &day) == STATUS_OK);
    return day;
}

static moment_t moment_of(const char *text)
{
    moment_t moment = 0;
    REQUIRE(moment_parse(text, strlen(text), &moment) == STATUS_OK);
    return moment;
}

/* A moment of 1970 to 2099. */
static moment_t random_moment(struct test_random *random)
{
    return (moment_t)(test_random_unit(random) * 4102444800.0);
}

/* The second way: the C library's own reading of the zone database, in this test's own process. */
static void use_zone(const char *zone)
{
    setenv("TZ", zone, 1);
    tzset();
}

static bool is_local(struct local_time local, const struct tm *tm)
{
    return local.day == day_from_civil(tm->tm_year + 1900, tm->tm_mon + 1, tm->tm_mday) &&
           local.minute == tm->tm_hour * 60 + tm->tm_min && local.weekday == (tm->tm_wday + 6) % 7;
}

TEST(calendar_local_time_equals_the_c_librarys_in_every_zone)
{
    struct test_random random = test_random();
    for (int z = 0; z < ZONE_COUNT; z++) {
        struct calendar calendar = calendar_of(zones[z]);
        use_zone(zones[z]);
        int wrong = 0;
        for (int i = 0; i < 20000; i++) {
            time_t now = random_moment(&random);
            struct tm tm;
            REQUIRE(localtime_r(&now, &tm));
            wrong += !is_local(calendar_local(&calendar, now), &tm);
        }
        /* And close by every change of the offset. */
        for (uint32_t o = 1; o < calendar.offset_count; o++) {
            for (int s = -1; s <= 1; s++) {
                time_t now = calendar.offsets[o].from + s;
                struct tm tm;
                REQUIRE(localtime_r(&now, &tm));
                wrong += !is_local(calendar_local(&calendar, now), &tm);
            }
        }
        if (wrong)
            test_fail(__FILE__, __LINE__, "%d moments differ in %s", wrong, zones[z]);
        calendar_release(&calendar);
    }
}

TEST(calendar_moment_is_the_first_at_which_the_clocks_show_that_minute)
{
    struct test_random random = test_random();
    for (int z = 0; z < ZONE_COUNT; z++) {
        struct calendar calendar = calendar_of(zones[z]);
        int wrong = 0;
        for (int i = 0; i < 2000; i++) {
            /* Every other one near a change of the offset, where it is hard. */
            uint32_t change = test_random_below(&random, calendar.offset_count);
            moment_t near = i % 2 && change > 0 ? calendar.offsets[change].from : 0;
            near = near ? near + (int)test_random_below(&random, 14400) - 7200
                        : random_moment(&random);
            struct local_time local = calendar_local(&calendar, near);
            moment_t found = calendar_moment(&calendar, local.day, local.minute);
            /* Brute force: the first minute of the 26 hours before that reads the same. */
            moment_t first = near - near % 60;
            for (moment_t m = first - 26 * 3600; m < first; m += 60) {
                struct local_time at = calendar_local(&calendar, m);
                if (at.day == local.day && at.minute == local.minute) {
                    first = m;
                    break;
                }
            }
            wrong += found != first;
        }
        if (wrong)
            test_fail(__FILE__, __LINE__, "%d moments differ in %s", wrong, zones[z]);
        calendar_release(&calendar);
    }
}

TEST(calendar_knows_the_summer_times_of_shanghai_until_1991)
{
    struct calendar calendar = calendar_of("Asia/Shanghai");
    struct local_time summer = calendar_local(&calendar, moment_of("1988-07-01T00:00:00Z"));
    struct local_time now = calendar_local(&calendar, moment_of("2026-07-01T00:00:00Z"));
    CHECK_INT(summer.minute, 9 * 60);
    CHECK_INT(now.minute, 8 * 60);
    CHECK_INT(now.weekday, 2);
    CHECK_INT(calendar_day_start(&calendar, day_of("2026-11-25")),
              moment_of("2026-11-24T16:00:00Z"));
    CHECK_INT(calendar_moment(&calendar, day_of("2026-11-25"), 1500),
              moment_of("2026-11-26T01:00:00+08:00"));
    calendar_release(&calendar);
}

TEST(calendar_skipped_minutes_become_the_first_moment_after_the_gap)
{
    struct calendar berlin = calendar_of("Europe/Berlin");
    /* 02:00 to 03:00 of 2026-03-29 do not exist; of 2026-10-25 they come twice. */
    moment_t gap = moment_of("2026-03-29T01:00:00Z");
    CHECK_INT(calendar_moment(&berlin, day_of("2026-03-29"), 150), gap);
    CHECK_INT(calendar_moment(&berlin, day_of("2026-03-29"), 119), gap - 60);
    CHECK_INT(calendar_moment(&berlin, day_of("2026-03-29"), 180), gap);
    CHECK_INT(calendar_moment(&berlin, day_of("2026-10-25"), 150),
              moment_of("2026-10-25T00:30:00Z"));
    /* Samoa left out 2011-12-30 altogether; São Paulo began days at 01:00. */
    struct calendar apia = calendar_of("Pacific/Apia");
    CHECK_INT(calendar_day_start(&apia, day_of("2011-12-30")),
              calendar_day_start(&apia, day_of("2011-12-31")));
    struct calendar sao_paulo = calendar_of("America/Sao_Paulo");
    moment_t start = calendar_day_start(&sao_paulo, day_of("2018-11-04"));
    CHECK_INT(start, moment_of("2018-11-04T03:00:00Z"));
    CHECK_INT(calendar_local(&sao_paulo, start).minute, 60);
    calendar_release(&berlin);
    calendar_release(&apia);
    calendar_release(&sao_paulo);
}

TEST(calendar_refuses_names_that_are_not_zones)
{
    static const char *const names[] = {
        "",         "Asia/Binjiang",  "/etc/localtime",        "+08:00", "../zoneinfo/UTC",
        "CST-8;rm", "Asia/ Shanghai", "Asia/Shanghai/../Tokyo"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct calendar calendar;
        struct error error = {0};
        CHECK_INT(calendar_init(&calendar, names[i], &error), STATUS_INVALID);
        CHECK_CONTAINS(error.message, "zone database");
        calendar_release(&calendar);
        calendar_release(&calendar);
    }
}

TEST(days_and_dates_equal_timegm_and_gmtime)
{
    struct test_random random = test_random();
    for (int i = 0; i < 100000; i++) {
        day_t day = (day_t)test_random_below(&random, 6000000) - 3000000;
        time_t seconds = (time_t)day * 86400;
        struct tm tm;
        REQUIRE(gmtime_r(&seconds, &tm));
        int32_t year, month, day_of_month;
        day_to_civil(day, &year, &month, &day_of_month);
        REQUIRE(year == tm.tm_year + 1900 && month == tm.tm_mon + 1 && day_of_month == tm.tm_mday);
        REQUIRE(day_weekday(day) == (tm.tm_wday + 6) % 7);
        REQUIRE(timegm(&tm) == seconds && day_from_civil(year, month, day_of_month) == day);
        REQUIRE(day_month(day) == year * 12 + month - 1);
        REQUIRE(month_first_day(day_month(day)) == day - day_of_month + 1);
    }
}

TEST(dates_are_written_as_they_are_read)
{
    for (day_t day = day_of("1900-01-01"); day <= day_of("2199-12-31"); day++) {
        char text[11];
        day_t again = 0;
        day_format(day, text);
        REQUIRE(day_parse(text, strlen(text), &again) == STATUS_OK && again == day);
    }
    char text[21];
    moment_format(moment_of("2026-11-24T03:10:07Z"), text);
    CHECK_TEXT(text, "2026-11-24T03:10:07Z");
    moment_format(-1, text);
    CHECK_TEXT(text, "1969-12-31T23:59:59Z");
}

TEST(only_exact_dates_months_minutes_and_moments_are_read)
{
    static const char *const days[] = {"2026-02-29", "2026-13-01", "2026-00-10", "2026-1-01",
                                       "2026-01-00", "1899-12-31", "2200-01-01", "2026-01-011",
                                       "2026/01/01", " 2026-01-1", "+026-01-01", ""};
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        day_t day;
        if (!CHECK_INT(day_parse(days[i], strlen(days[i]), &day), STATUS_INVALID))
            test_fail(__FILE__, __LINE__, "for '%s'", days[i]);
    }
    CHECK_INT(day_of("2024-02-29") - day_of("2024-02-28"), 1);
    int32_t month = 0;
    CHECK_INT(month_parse("2026-02", 7, &month), STATUS_OK);
    CHECK_INT(month, 2026 * 12 + 1);
    CHECK_INT(month_parse("2026-2", 6, &month), STATUS_INVALID);
    CHECK_INT(month_parse("2026-02-01", 10, &month), STATUS_INVALID);
    int16_t minute = 0;
    CHECK(minute_parse("00:00", 5, &minute) == STATUS_OK && minute == 0);
    CHECK(minute_parse("24:00", 5, &minute) == STATUS_OK && minute == 1440);
    static const char *const minutes[] = {"24:01", "25:00", "8:00", "08:60", "08-00", "08:0 ", ""};
    for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++)
        CHECK_INT(minute_parse(minutes[i], strlen(minutes[i]), &minute), STATUS_INVALID);
    CHECK_INT(moment_of("2026-11-24T03:10:00.5Z"), moment_of("2026-11-24t11:10:00+08:00"));
    CHECK_INT(moment_of("2026-11-24T03:10:00-00:30"), moment_of("2026-11-24T03:40:00Z"));
    static const char *const moments[] = {"2026-11-24T03:10:00",       "2026-11-24 03:10:00Z",
                                          "2026-11-24T24:00:00Z",      "2026-11-24T03:10:60Z",
                                          "2026-11-24T03:10:00.Z",     "2026-11-24T03:10:00+8:00",
                                          "2026-11-24T03:10:00+24:00", "2026-11-24T03:10:00ZZ",
                                          "2026-02-30T00:00:00Z",      "2026-11-24T03:10Z"};
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        moment_t moment;
        if (!CHECK_INT(moment_parse(moments[i], strlen(moments[i]), &moment), STATUS_INVALID))
            test_fail(__FILE__, __LINE__, "for '%s'", moments[i]);
    }
}

TEST(a_calendar_refuses_the_same_day_twice)
{
    struct calendar calendar = calendar_of("Asia/Shanghai");
    struct error error = {0};
    day_t day = day_of("2026-10-01");
    REQUIRE_OK(calendar_add_holiday(&calendar, day + 1, &error), &error);
    REQUIRE_OK(calendar_add_holiday(&calendar, day, &error), &error);
    CHECK_INT(calendar_add_holiday(&calendar, day, &error), STATUS_INVALID);
    CHECK_CONTAINS(error.message, "2026-10-01 twice");
    CHECK_INT(calendar_add_working_day(&calendar, day, 0, &error), STATUS_INVALID);
    CHECK_INT(calendar_add_working_day(&calendar, day + 9, 7, &error), STATUS_INVALID);
    CHECK(calendar_is_holiday(&calendar, day) && calendar_is_holiday(&calendar, day + 1));
    CHECK(!calendar_is_holiday(&calendar, day - 1) && !calendar_is_holiday(&calendar, day + 2));
    calendar_release(&calendar);
}

/* Hours ------------------------------------------------------------------------------------------ */

TEST(hours_follow_exceptions_then_holidays_then_worked_weekends)
{
    struct calendar calendar = calendar_of("Asia/Shanghai");
    struct error error;
    REQUIRE_OK(calendar_add_holiday(&calendar, day_of("2026-10-01"), &error), &error);
    REQUIRE_OK(calendar_add_working_day(&calendar, day_of("2026-10-10"), 2, &error), &error);
    enum { WORKDAYS = 0x1F, SUNDAY = HOURS_MONDAY << 6, WEDNESDAY = HOURS_MONDAY << 2 };
    const struct hours_record rules[] = {
        {.weekdays = WORKDAYS, .open_min = 480, .close_min = 1080},
        {.weekdays = WEDNESDAY, .open_min = 1140, .close_min = 1260},
        {.weekdays = HOURS_ALL_WEEK | HOURS_HOLIDAYS, .open_min = 540, .close_min = 600}};
    const struct hours_exception_record exceptions[] = {
        {.day = day_of("2026-10-08"), .open_min = 900, .close_min = 960},
        {.day = day_of("2026-10-08"), .open_min = 600, .close_min = 660},
        {.day = day_of("2026-10-09"), .open_min = NONE16, .close_min = NONE16}};
    const struct hours hours = {rules, 3, exceptions, 3};
    struct interval i[HOURS_MAX_INTERVALS];

    REQUIRE(hours_of_day(&hours, &calendar, day_of("2026-09-30"), i) == 3); /* a Wednesday */
    CHECK(i[0].from_min == 480 && i[1].from_min == 540 && i[2].from_min == 1140);
    REQUIRE(hours_of_day(&hours, &calendar, day_of("2026-10-01"), i) == 1); /* holiday */
    CHECK(i[0].from_min == 540 && i[0].to_min == 600);
    REQUIRE(hours_of_day(&hours, &calendar, day_of("2026-10-08"), i) == 2); /* as dated */
    CHECK(i[0].from_min == 600 && i[1].from_min == 900);
    CHECK_INT(hours_of_day(&hours, &calendar, day_of("2026-10-09"), i), 0); /* closed */
    CHECK_INT(hours_of_day(&hours, &calendar, day_of("2026-10-10"), i), 3); /* Saturday as Wed */
    CHECK_INT(hours_of_day(&hours, &calendar, day_of("2026-10-17"), i), 1); /* a plain Saturday */
    CHECK_INT(hours_of_weekday(&hours, 5, i), 1);
    CHECK_INT(hours_of_weekday(&hours, 2, i), 3);
    calendar_release(&calendar);
}

TEST(hours_beyond_the_most_intervals_of_a_day_are_dropped_from_the_end)
{
    struct hours_record rules[10];
    for (int16_t i = 0; i < 10; i++)
        rules[i] = (struct hours_record){.weekdays = HOURS_MONDAY,
                                         .open_min = (int16_t)((9 - i) * 60),
                                         .close_min = (int16_t)((9 - i) * 60 + 30)};
    const struct hours hours = {.rules = rules, .rule_count = 10};
    struct interval intervals[HOURS_MAX_INTERVALS];
    REQUIRE(hours_of_weekday(&hours, 0, intervals) == HOURS_MAX_INTERVALS);
    for (int i = 0; i < HOURS_MAX_INTERVALS; i++)
        CHECK_INT(intervals[i].from_min, i * 60);
}

struct random_hours {
    struct hours_record rules[6];
    struct hours_exception_record exceptions[6];
    struct hours hours;
};

/* On a grid of three hours, so that intervals often touch, overlap and run past midnight. */
static int16_t random_step(struct test_random *random, uint32_t steps)
{
    return (int16_t)(test_random_below(random, steps) * 180);
}

static void make_hours(struct test_random *random, day_t day, struct random_hours *made)
{
    uint32_t rules = test_random_below(random, 7), exceptions = 0;
    for (uint32_t i = 0; i < rules; i++) {
        int16_t open = random_step(random, 8);
        made->rules[i] =
            (struct hours_record){.weekdays = (uint8_t)test_random_below(random, 256),
                                  .open_min = open,
                                  .close_min = (int16_t)(open + 180 + random_step(random, 8))};
        if (made->rules[i].close_min > 2880)
            made->rules[i].close_min = 2880;
    }
    for (day_t d = day - 1; d <= day + 2; d++) {
        uint32_t chance = test_random_below(random, 6);
        for (uint32_t i = 0; i < chance / 4 && exceptions < 6; i++) {
            int16_t open = random_step(random, 8);
            bool closed = i == 0 && chance == 4 && test_random_below(random, 2);
            made->exceptions[exceptions++] = (struct hours_exception_record){
                .day = d,
                .open_min = closed ? NONE16 : open,
                .close_min = closed ? NONE16 : (int16_t)(open + 180 + random_step(random, 6))};
        }
    }
    made->hours = (struct hours){made->rules, rules, made->exceptions, exceptions};
}

/* The slow, plain way: three days as minutes, each marked by whatever day's rule reaches it. */
static void mark_day(const struct hours *hours, const struct calendar *calendar, day_t day,
                     day_t first, bool open[5 * 1440])
{
    bool excepted = false;
    for (uint32_t i = 0; i < hours->exception_count; i++) {
        const struct hours_exception_record *e = &hours->exceptions[i];
        if (e->day != day)
            continue;
        excepted = true;
        for (int m = e->open_min; m >= 0 && m < e->close_min; m++)
            open[(day - first) * 1440 + m] = true;
    }
    bool holiday = false;
    int weekday = day_weekday(day);
    for (uint32_t i = 0; i < calendar->holiday_count; i++)
        holiday = holiday || calendar->holidays[i] == day;
    for (uint32_t i = 0; i < calendar->working_day_count; i++)
        if (calendar->working_days[i].day == day)
            weekday = calendar->working_days[i].as_weekday;
    for (uint32_t i = 0; i < hours->rule_count && !excepted; i++) {
        const struct hours_record *r = &hours->rules[i];
        if (!(r->weekdays >> weekday & 1) || (holiday && !(r->weekdays & HOURS_HOLIDAYS)))
            continue;
        for (int m = r->open_min; m < r->close_min; m++)
            open[(day - first) * 1440 + m] = true;
    }
}

TEST(hours_cover_what_a_minute_by_minute_map_of_three_days_covers)
{
    struct test_random random = test_random();
    struct calendar calendar = calendar_of("Asia/Shanghai");
    day_t start = day_of("2026-09-01");
    for (int i = 0; i < 20; i++) {
        struct error error;
        day_t day = start + i * 3;
        if (i % 2)
            REQUIRE_OK(calendar_add_holiday(&calendar, day, &error), &error);
        else
            REQUIRE_OK(calendar_add_working_day(&calendar, day, (uint8_t)(i % 7), &error), &error);
    }
    int covered = 0;
    for (int round = 0; round < 3000; round++) {
        day_t day = start + (day_t)test_random_below(&random, 60);
        struct random_hours made;
        make_hours(&random, day, &made);
        bool open[5 * 1440] = {false};
        for (day_t d = day - 1; d <= day + 1; d++)
            mark_day(&made.hours, &calendar, d, day - 1, open);
        for (int trial = 0; trial < 20; trial++) {
            int from = (int)test_random_below(&random, 1440);
            int to = from + 1 + (int)test_random_below(&random, 1440);
            if (trial % 2) { /* on the edges of the grid too */
                from -= from % 180;
                to = from + 180 * (1 + (int)test_random_below(&random, 8));
            }
            bool expected = true;
            for (int m = from; m < to && expected; m++)
                expected = open[1440 + m];
            covered += expected;
            REQUIRE(hours_cover_day(&made.hours, &calendar, day, from, to) == expected);
        }
    }
    CHECK(covered > 1000); /* both answers were met */
    calendar_release(&calendar);
}

TEST(hours_of_the_regular_week_run_round_from_sunday_to_monday)
{
    const struct hours_record nights = {
        .weekdays = HOURS_MONDAY << 6, .open_min = 1200, .close_min = 1920};
    const struct hours hours = {.rules = &nights, .rule_count = 1};
    CHECK(hours_cover_weekday(&hours, 6, 1200, 1920));
    CHECK(hours_cover_weekday(&hours, 0, 0, 480));
    CHECK(!hours_cover_weekday(&hours, 0, 0, 481));
    CHECK(!hours_cover_weekday(&hours, 6, 1199, 1300));
    CHECK(!hours_cover_weekday(&hours, 6, 1300, 1300));
    CHECK(!hours_cover_weekday(&hours, 5, 1200, 1300));
}
