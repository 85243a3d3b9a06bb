/*
 * A region's time: its zone, its public holidays, its 调休 working weekends; days, weekdays and
 * opening hours. Pure values: `now` comes in, nothing reads a clock or the environment's zone.
 */
#ifndef DATA_CALENDAR_H
#define DATA_CALENDAR_H

#include "data/records.h"

/* One stretch of a zone: from this moment on, local = UTC + offset. */
struct calendar_offset {
    moment_t from;
    int32_t offset_s;
};

/* A weekend day that is worked, and the weekday whose hours hold on it (0 = Monday). */
struct calendar_working_day {
    day_t day;
    uint8_t as_weekday;
};

struct calendar {
    char zone_name[64];
    struct calendar_offset *offsets; /* ascending; the first holds from the beginning of time */
    uint32_t offset_count;
    day_t *holidays; /* ascending */
    uint32_t holiday_count;
    struct calendar_working_day *working_days; /* ascending by day */
    uint32_t working_day_count;
    day_t known_until; /* the last day whose holidays are published; DAY_NONE = not said */
};

/*
 * Look `zone_name` (IANA, "Asia/Shanghai") up in the system's zone database, by GLib, and keep its
 * offsets from 1970 to 2100 (before and after, the first and the last offset hold). STATUS_INVALID,
 * naming the zone, when the database does not know it. Holidays and working days are added by the
 * caller (region.c) with calendar_add_*(); a day named twice is STATUS_INVALID.
 */
enum status MUST_CHECK calendar_init(struct calendar *calendar, const char *zone_name,
                                     struct error *error);
enum status MUST_CHECK calendar_add_holiday(struct calendar *calendar, day_t day,
                                            struct error *error);
enum status MUST_CHECK calendar_add_working_day(struct calendar *calendar, day_t day,
                                                uint8_t as_weekday, struct error *error);
void calendar_release(struct calendar *calendar); /* safe on {0} and safe twice */
bool calendar_is_holiday(const struct calendar *calendar, day_t day);
/* Are the public holidays of that day published? If not, it counts as an ordinary one, and whoever
 * shows its hours says so. */
bool calendar_knows_holidays(const struct calendar *calendar, day_t day);

/* A local moment taken apart. */
struct local_time {
    day_t day;
    int16_t minute;  /* 0..1439 */
    uint8_t weekday; /* 0 = Monday */
};
struct local_time calendar_local(const struct calendar *calendar, moment_t now);

/* The moment of local midnight at which `day` begins (of a skipped midnight, the first moment). */
moment_t calendar_day_start(const struct calendar *calendar, day_t day);
/* The moment at which the clocks show `minute` (0..2880) of `day`: where they show it twice, the
 * first; where it is skipped, the first moment after the gap. */
moment_t calendar_moment(const struct calendar *calendar, day_t day, int32_t minute);

/* The proleptic Gregorian calendar. */
day_t day_from_civil(int32_t year, int32_t month, int32_t day);
void day_to_civil(day_t day, int32_t *year, int32_t *month, int32_t *day_of_month);
uint8_t day_weekday(day_t day); /* 0 = Monday */
/* Months since year 0: year * 12 + month - 1. */
int32_t day_month(day_t day);
day_t month_first_day(int32_t month);

/* Exactly YYYY-MM-DD (or YYYY-MM), a date that exists, years 1900 to 2199. */
enum status MUST_CHECK day_parse(const char *text, size_t length, day_t *day);
enum status MUST_CHECK month_parse(const char *text, size_t length, int32_t *month);
/* HH:MM, 00:00 to 24:00. */
enum status MUST_CHECK minute_parse(const char *text, size_t length, int16_t *minute);
/* Writes 10 (20) bytes and a NUL: 2026-11-24, 2026-11-24T03:10:00Z. Years 0 to 9999. */
void day_format(day_t day, char text[11]);
void moment_format(moment_t moment, char text[21]);
/* RFC 3339 with seconds and a zone (Z or ±HH:MM); a fraction of a second is dropped. */
enum status MUST_CHECK moment_parse(const char *text, size_t length, moment_t *moment);

/* Hours of one owner: rows and exceptions that belong to it alone, exceptions ascending by day. */
struct hours {
    const struct hours_record *rules;
    uint32_t rule_count;
    const struct hours_exception_record *exceptions;
    uint32_t exception_count;
};

enum { HOURS_MAX_INTERVALS = 8 };
struct interval {
    int16_t from_min, to_min; /* of the day; to_min up to 2880 */
};

/*
 * The intervals of one day, ascending, at most HOURS_MAX_INTERVALS, what follows on dropped:
 * exceptions first, then (on a public holiday) only the weekday's rules with HOURS_HOLIDAYS, then
 * (on a working weekend) the rules of the weekday it stands for, else the weekday's. Returns how
 * many. They may touch or overlap.
 */
uint32_t hours_of_day(const struct hours *hours, const struct calendar *calendar, day_t day,
                      struct interval intervals[HOURS_MAX_INTERVALS]);

/* The regular week: holidays and exceptions ignored. weekday 0 = Monday. */
uint32_t hours_of_weekday(const struct hours *hours, uint8_t weekday,
                          struct interval intervals[HOURS_MAX_INTERVALS]);

/*
 * Open for the whole of [from_min, to_min) of the day; to_min up to 2880 runs into the next day.
 * What the day before left open past midnight counts, and intervals that touch or overlap join.
 * False for an empty interval.
 */
bool hours_cover_day(const struct hours *hours, const struct calendar *calendar, day_t day,
                     int32_t from_min, int32_t to_min);
bool hours_cover_weekday(const struct hours *hours, uint8_t weekday, int32_t from_min,
                         int32_t to_min);

#endif
