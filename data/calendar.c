/*
 * Time zones come from the system's database through GLib (GTimeZone, which is thread-safe and never
 * touches the process's own zone); a zone is enumerated once into a flat table, so that everything
 * after calendar_init() is arithmetic. Days are the proleptic Gregorian calendar, counted from a
 * 1 March, so that the leap day is the last day of its year.
 */
#include "data/calendar.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DAY_MINUTES = 1440,
    DAY_SECONDS = 86400,
    ERA_YEARS = 400,      /* the Gregorian calendar repeats after these years */
    ERA_DAYS = 146097,    /* days in them */
    EPOCH_SHIFT = 719468, /* days from 0000-03-01 to 1970-01-01 */
    USUAL_DAYS = 2932897, /* from 1970-01-01 to 10000-01-01 */
    FIRST_YEAR = 1900,    /* of dates that are parsed */
    LAST_YEAR = 2199,
    TABLE_FROM_YEAR = 1970,
    TABLE_TO_YEAR = 2100,
    MAX_OFFSETS = 4096,
    MAX_DAYS = 10000 /* holidays, or working days */
};

static int64_t floor_div(int64_t value, int64_t by)
{
    return value / by - (value % by < 0);
}

/* The civil calendar ----------------------------------------------------------------------------- */

day_t day_from_civil(int32_t year, int32_t month, int32_t day)
{
    int64_t march_year = (int64_t)year - (month < 3);
    int64_t march_month = (month + 9) % 12;
    int64_t era = floor_div(march_year, ERA_YEARS);
    int64_t year_of_era = march_year - era * ERA_YEARS;
    int64_t day_of_year = (153 * march_month + 2) / 5 + day - 1; /* months of 31,30,31,30,31 days */
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (day_t)(era * ERA_DAYS + day_of_era - EPOCH_SHIFT);
}

/* Days of the years 0 to 9999: each division below is then one of 32 bits by a constant. */
static void usual_day_to_civil(uint32_t shifted, int32_t *year, int32_t *month,
                               int32_t *day_of_month)
{
    uint32_t era = shifted / ERA_DAYS, day_of_era = shifted % ERA_DAYS;
    uint32_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / (ERA_DAYS - 1)) / 365;
    uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint32_t march_month = (5 * day_of_year + 2) / 153;
    uint32_t civil_month = march_month < 10 ? march_month + 3 : march_month - 9;
    *day_of_month = (int32_t)(day_of_year - (153 * march_month + 2) / 5 + 1);
    *month = (int32_t)civil_month;
    *year = (int32_t)(era * ERA_YEARS + year_of_era + (civil_month < 3));
}

void day_to_civil(day_t day, int32_t *year, int32_t *month, int32_t *day_of_month)
{
    if (day >= -EPOCH_SHIFT && day < USUAL_DAYS) {
        usual_day_to_civil((uint32_t)(day + EPOCH_SHIFT), year, month, day_of_month);
        return;
    }
    int64_t shifted = (int64_t)day + EPOCH_SHIFT;
    int64_t era = floor_div(shifted, ERA_DAYS);
    int64_t day_of_era = shifted - era * ERA_DAYS;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / (ERA_DAYS - 1)) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t march_month = (5 * day_of_year + 2) / 153;
    *day_of_month = (int32_t)(day_of_year - (153 * march_month + 2) / 5 + 1);
    *month = (int32_t)((march_month + 2) % 12 + 1);
    *year = (int32_t)(era * ERA_YEARS + year_of_era + (*month < 3));
}

uint8_t day_weekday(day_t day)
{
    int64_t from_monday = (int64_t)day + 3; /* 1970-01-01 was a Thursday */
    return (uint8_t)(from_monday - floor_div(from_monday, 7) * 7);
}

int32_t day_month(day_t day)
{
    int32_t year, month, day_of_month;
    day_to_civil(day, &year, &month, &day_of_month);
    return year * 12 + month - 1;
}

day_t month_first_day(int32_t month)
{
    int32_t year = (int32_t)floor_div(month, 12);
    return day_from_civil(year, month - year * 12 + 1, 1);
}

/* Text ------------------------------------------------------------------------------------------- */

/* Exactly `digits` decimal digits at `text`, as a number; -1 when they are not. */
static int32_t read_digits(const char *text, int digits)
{
    int32_t value = 0;
    for (int i = 0; i < digits; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

enum status month_parse(const char *text, size_t length, int32_t *month)
{
    if (length != 7 || text[4] != '-')
        return STATUS_INVALID;
    int32_t year = read_digits(text, 4), of_year = read_digits(text + 5, 2);
    if (year < FIRST_YEAR || year > LAST_YEAR || of_year < 1 || of_year > 12)
        return STATUS_INVALID;
    *month = year * 12 + of_year - 1;
    return STATUS_OK;
}

enum status day_parse(const char *text, size_t length, day_t *day)
{
    int32_t month;
    if (length != 10 || text[7] != '-' || month_parse(text, 7, &month))
        return STATUS_INVALID;
    int32_t day_of_month = read_digits(text + 8, 2);
    if (day_of_month < 1 || day_of_month > month_first_day(month + 1) - month_first_day(month))
        return STATUS_INVALID;
    *day = month_first_day(month) + day_of_month - 1;
    return STATUS_OK;
}

enum status minute_parse(const char *text, size_t length, int16_t *minute)
{
    if (length != 5 || text[2] != ':')
        return STATUS_INVALID;
    int32_t hours = read_digits(text, 2), minutes = read_digits(text + 3, 2);
    if (hours < 0 || minutes < 0 || minutes > 59 || hours * 60 + minutes > DAY_MINUTES)
        return STATUS_INVALID;
    *minute = (int16_t)(hours * 60 + minutes);
    return STATUS_OK;
}

/* The zone designator of RFC 3339: Z, or an offset ±HH:MM in seconds. */
static enum status parse_offset(const char *text, size_t length, int32_t *offset_s)
{
    if (length == 1 && (text[0] == 'Z' || text[0] == 'z')) {
        *offset_s = 0;
        return STATUS_OK;
    }
    int16_t minutes;
    if (length != 6 || (text[0] != '+' && text[0] != '-') || minute_parse(text + 1, 5, &minutes) ||
        minutes == DAY_MINUTES)
        return STATUS_INVALID;
    *offset_s = (text[0] == '-' ? -60 : 60) * (int32_t)minutes;
    return STATUS_OK;
}

enum status moment_parse(const char *text, size_t length, moment_t *moment)
{
    day_t day;
    int16_t minute;
    if (length < 20 || (text[10] != 'T' && text[10] != 't') || text[16] != ':' ||
        day_parse(text, 10, &day) || minute_parse(text + 11, 5, &minute) || minute == DAY_MINUTES)
        return STATUS_INVALID;
    int32_t second = read_digits(text + 17, 2);
    size_t zone = 19;
    if (text[zone] == '.') {
        while (++zone < length && text[zone] >= '0' && text[zone] <= '9')
            ;
        if (zone == 20)
            return STATUS_INVALID;
    }
    int32_t offset_s;
    if (second < 0 || second > 59 || zone >= length ||
        parse_offset(text + zone, length - zone, &offset_s))
        return STATUS_INVALID;
    *moment = (moment_t)day * DAY_SECONDS + minute * 60 + second - offset_s;
    return STATUS_OK;
}

/* 0 to 99. */
static void write_two(char *text, uint32_t value)
{
    text[0] = (char)('0' + value / 10);
    text[1] = (char)('0' + value % 10);
}

void day_format(day_t day, char text[11])
{
    int32_t year, month, day_of_month;
    day_to_civil(day, &year, &month, &day_of_month);
    year = year < 0 ? 0 : year > 9999 ? 9999 : year;
    memcpy(text, "0000-00-00", 11);
    write_two(text, (uint32_t)year / 100);
    write_two(text + 2, (uint32_t)year % 100);
    write_two(text + 5, (uint32_t)month);
    write_two(text + 8, (uint32_t)day_of_month);
}

void moment_format(moment_t moment, char text[21])
{
    int64_t day = floor_div(moment, DAY_SECONDS);
    uint32_t second = (uint32_t)(moment - day * DAY_SECONDS);
    day_format((day_t)day, text);
    memcpy(text + 10, "T00:00:00Z", 11);
    write_two(text + 11, second / 3600);
    write_two(text + 14, second / 60 % 60);
    write_two(text + 17, second % 60);
}

/* Zones ------------------------------------------------------------------------------------------ */

/* Names of the database only: GLib would also open paths and read POSIX rules and offsets. */
static bool zone_name_is_plain(const char *name)
{
    size_t length = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                 "0123456789_+-/");
    bool starts_with_letter = (name[0] | 0x20) >= 'a' && (name[0] | 0x20) <= 'z';
    return starts_with_letter && name[length] == '\0';
}

/* The first moment in (from, to] whose interval is not `interval`; `to` is known to be such. */
static moment_t find_transition(GTimeZone *zone, gint interval, moment_t from, moment_t to)
{
    while (to - from > 1) {
        moment_t middle = from + (to - from) / 2;
        if (g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, middle) == interval)
            from = middle;
        else
            to = middle;
    }
    return to;
}

/* GLib numbers a zone's intervals in ascending order, so each one's end can be bisected for. */
static enum status enumerate_offsets(GTimeZone *zone, struct calendar *calendar,
                                     struct error *error)
{
    moment_t at = (moment_t)day_from_civil(TABLE_FROM_YEAR, 1, 1) * DAY_SECONDS;
    moment_t end = (moment_t)day_from_civil(TABLE_TO_YEAR, 1, 1) * DAY_SECONDS;
    gint last = g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, end);
    for (;;) {
        gint interval = g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, at);
        int32_t offset_s = g_time_zone_get_offset(zone, interval);
        uint32_t count = calendar->offset_count;
        if (count == 0 || calendar->offsets[count - 1].offset_s != offset_s) {
            if (count == MAX_OFFSETS)
                return error_set(error, STATUS_LIMIT,
                                 "time zone %s changes its offset more than %d times",
                                 calendar->zone_name, MAX_OFFSETS);
            calendar->offsets[count] = (struct calendar_offset){at, offset_s};
            calendar->offset_count++;
        }
        if (interval >= last)
            return STATUS_OK;
        at = find_transition(zone, interval, at, end);
    }
}

enum status calendar_init(struct calendar *calendar, const char *zone_name, struct error *error)
{
    *calendar = (struct calendar){.known_until = DAY_NONE};
    GTimeZone *zone = NULL;
    if (strlen(zone_name) < sizeof calendar->zone_name && zone_name_is_plain(zone_name))
        zone = g_time_zone_new_identifier(zone_name);
    if (!zone)
        return error_set(error, STATUS_INVALID,
                         "time zone '%.80s' is not in the system's zone database; it must be a "
                         "name like Asia/Shanghai",
                         zone_name);
    memcpy(calendar->zone_name, zone_name, strlen(zone_name) + 1);
    calendar->offsets = calloc(MAX_OFFSETS, sizeof *calendar->offsets);
    enum status status = calendar->offsets ? enumerate_offsets(zone, calendar, error)
                                           : error_memory(error, "reading a time zone");
    g_time_zone_unref(zone);
    if (status) {
        calendar_release(calendar);
        return status;
    }
    void *fitted = realloc(calendar->offsets, calendar->offset_count * sizeof *calendar->offsets);
    if (fitted)
        calendar->offsets = fitted;
    return STATUS_OK;
}

void calendar_release(struct calendar *calendar)
{
    free(calendar->offsets);
    free(calendar->holidays);
    free(calendar->working_days);
    *calendar = (struct calendar){.known_until = DAY_NONE};
}

/* The stretch that holds at `now`: the last one that begins at or before it, or the first. */
static uint32_t stretch_at(const struct calendar *calendar, moment_t now)
{
    uint32_t low = 0, high = calendar->offset_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (calendar->offsets[middle].from <= now)
            low = middle;
        else
            high = middle;
    }
    return low;
}

struct local_time calendar_local(const struct calendar *calendar, moment_t now)
{
    int64_t local = now + calendar->offsets[stretch_at(calendar, now)].offset_s;
    int64_t day = floor_div(local, DAY_SECONDS);
    return (struct local_time){.day = (day_t)day,
                               .minute = (int16_t)((local - day * DAY_SECONDS) / 60),
                               .weekday = day_weekday((day_t)day)};
}

/*
 * Local time is turned back by the first stretch that ends after it (ends told in the stretch's own
 * offset): that is the earlier of two equal readings of the clock; and a reading that is skipped
 * lies before the stretch begins, hence becomes its first moment.
 */
moment_t calendar_moment(const struct calendar *calendar, day_t day, int32_t minute)
{
    int64_t local = (int64_t)day * DAY_SECONDS + (int64_t)minute * 60;
    const struct calendar_offset *offsets = calendar->offsets;
    uint32_t low = 0, high = calendar->offset_count - 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (local < offsets[middle + 1].from + offsets[middle].offset_s)
            high = middle;
        else
            low = middle + 1;
    }
    moment_t moment = local - offsets[low].offset_s;
    return low > 0 && moment < offsets[low].from ? offsets[low].from : moment;
}

moment_t calendar_day_start(const struct calendar *calendar, day_t day)
{
    return calendar_moment(calendar, day, 0);
}

/* Holidays and working weekends ------------------------------------------------------------------ */

static uint32_t holiday_place(const struct calendar *calendar, day_t day)
{
    uint32_t low = 0, high = calendar->holiday_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (calendar->holidays[middle] < day)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint32_t working_day_place(const struct calendar *calendar, day_t day)
{
    uint32_t low = 0, high = calendar->working_day_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (calendar->working_days[middle].day < day)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool calendar_is_holiday(const struct calendar *calendar, day_t day)
{
    uint32_t place = holiday_place(calendar, day);
    return place < calendar->holiday_count && calendar->holidays[place] == day;
}

bool calendar_knows_holidays(const struct calendar *calendar, day_t day)
{
    return calendar->known_until == DAY_NONE || day <= calendar->known_until;
}

/* The working day of that date, or NULL. */
static const struct calendar_working_day *find_working_day(const struct calendar *calendar,
                                                           day_t day)
{
    uint32_t place = working_day_place(calendar, day);
    bool found = place < calendar->working_day_count && calendar->working_days[place].day == day;
    return found ? &calendar->working_days[place] : NULL;
}

/* Make room for one more element of `size` bytes at `place`; calendars are small, so one by one. */
static enum status open_gap(void **array, uint32_t count, uint32_t place, size_t size,
                            struct error *error)
{
    if (count >= MAX_DAYS)
        return error_set(error, STATUS_LIMIT, "a calendar has at most %d special days", MAX_DAYS);
    char *grown = realloc(*array, (count + 1) * size);
    if (!grown)
        return error_memory(error, "reading a calendar");
    memmove(grown + (place + 1) * size, grown + place * size, (count - place) * size);
    *array = grown;
    return STATUS_OK;
}

static enum status refuse_twice(day_t day, struct error *error)
{
    char text[11];
    day_format(day, text);
    return error_set(error, STATUS_INVALID, "the calendar names %s twice", text);
}

enum status calendar_add_holiday(struct calendar *calendar, day_t day, struct error *error)
{
    if (calendar_is_holiday(calendar, day) || find_working_day(calendar, day))
        return refuse_twice(day, error);
    uint32_t place = holiday_place(calendar, day);
    void *array = calendar->holidays;
    enum status status =
        open_gap(&array, calendar->holiday_count, place, sizeof *calendar->holidays, error);
    if (status)
        return status;
    calendar->holidays = array;
    calendar->holidays[place] = day;
    calendar->holiday_count++;
    return STATUS_OK;
}

enum status calendar_add_working_day(struct calendar *calendar, day_t day, uint8_t as_weekday,
                                     struct error *error)
{
    if (as_weekday > 6)
        return error_set(error, STATUS_INVALID, "weekday %u does not exist; it must be 0 to 6",
                         as_weekday);
    if (calendar_is_holiday(calendar, day) || find_working_day(calendar, day))
        return refuse_twice(day, error);
    uint32_t place = working_day_place(calendar, day);
    void *array = calendar->working_days;
    enum status status =
        open_gap(&array, calendar->working_day_count, place, sizeof *calendar->working_days, error);
    if (status)
        return status;
    calendar->working_days = array;
    calendar->working_days[place] = (struct calendar_working_day){day, as_weekday};
    calendar->working_day_count++;
    return STATUS_OK;
}

/* Hours ------------------------------------------------------------------------------------------ */

/* Keep the intervals ascending by (from, to); of more than fit, the last is dropped. */
static uint32_t add_interval(struct interval intervals[HOURS_MAX_INTERVALS], uint32_t count,
                             int16_t open_min, int16_t close_min)
{
    if (open_min < 0 || close_min <= open_min)
        return count;
    uint32_t place = count;
    while (place > 0 &&
           (intervals[place - 1].from_min > open_min ||
            (intervals[place - 1].from_min == open_min && intervals[place - 1].to_min > close_min)))
        place--;
    if (place == HOURS_MAX_INTERVALS)
        return count;
    if (count < HOURS_MAX_INTERVALS)
        count++;
    for (uint32_t i = count - 1; i > place; i--)
        intervals[i] = intervals[i - 1];
    intervals[place] = (struct interval){open_min, close_min};
    return count;
}

/* The intervals of the rules that have every bit of `wanted`. */
static uint32_t intervals_of_rules(const struct hours *hours, uint8_t wanted,
                                   struct interval intervals[HOURS_MAX_INTERVALS])
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < hours->rule_count; i++) {
        const struct hours_record *rule = &hours->rules[i];
        if ((rule->weekdays & wanted) == wanted)
            count = add_interval(intervals, count, rule->open_min, rule->close_min);
    }
    return count;
}

uint32_t hours_of_weekday(const struct hours *hours, uint8_t weekday,
                          struct interval intervals[HOURS_MAX_INTERVALS])
{
    return intervals_of_rules(hours, (uint8_t)(HOURS_MONDAY << weekday), intervals);
}

/* The first exception at or after `day`. */
static uint32_t exception_place(const struct hours *hours, day_t day)
{
    uint32_t low = 0, high = hours->exception_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (hours->exceptions[middle].day < day)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t hours_of_day(const struct hours *hours, const struct calendar *calendar, day_t day,
                      struct interval intervals[HOURS_MAX_INTERVALS])
{
    uint32_t i = exception_place(hours, day);
    if (i < hours->exception_count && hours->exceptions[i].day == day) {
        uint32_t count = 0;
        for (; i < hours->exception_count && hours->exceptions[i].day == day; i++)
            count = add_interval(intervals, count, hours->exceptions[i].open_min,
                                 hours->exceptions[i].close_min);
        return count; /* a closed day's one row has no interval */
    }
    if (calendar_is_holiday(calendar, day)) {
        uint8_t weekday = (uint8_t)(HOURS_MONDAY << day_weekday(day));
        return intervals_of_rules(hours, (uint8_t)(weekday | HOURS_HOLIDAYS), intervals);
    }
    const struct calendar_working_day *worked = find_working_day(calendar, day);
    return hours_of_weekday(hours, worked ? worked->as_weekday : day_weekday(day), intervals);
}

/* Intervals of the day before, the day and the day after, in minutes of the day. */
struct three_days {
    struct interval intervals[3][HOURS_MAX_INTERVALS];
    uint32_t counts[3];
};

/* Go on from the end of whatever is open, as long as something open carries further. */
static bool is_covered(const struct three_days *open, int32_t from_min, int32_t to_min)
{
    if (to_min <= from_min)
        return false;
    int32_t covered_to = from_min;
    bool further = true;
    while (further && covered_to < to_min) {
        further = false;
        for (int d = 0; d < 3; d++) {
            for (uint32_t i = 0; i < open->counts[d]; i++) {
                int32_t shift = (d - 1) * DAY_MINUTES;
                int32_t from = open->intervals[d][i].from_min + shift;
                int32_t to = open->intervals[d][i].to_min + shift;
                if (from <= covered_to && to > covered_to) {
                    covered_to = to;
                    further = true;
                }
            }
        }
    }
    return covered_to >= to_min;
}

bool hours_cover_day(const struct hours *hours, const struct calendar *calendar, day_t day,
                     int32_t from_min, int32_t to_min)
{
    struct three_days open = {0};
    for (int d = 0; d < 3; d++)
        open.counts[d] = hours_of_day(hours, calendar, day + d - 1, open.intervals[d]);
    return is_covered(&open, from_min, to_min);
}

bool hours_cover_weekday(const struct hours *hours, uint8_t weekday, int32_t from_min,
                         int32_t to_min)
{
    struct three_days open = {0};
    for (int d = 0; d < 3; d++)
        open.counts[d] =
            hours_of_weekday(hours, (uint8_t)((weekday + 6 + d) % 7), open.intervals[d]);
    return is_covered(&open, from_min, to_min);
}
