/*
 * Days and moments of cell_text.h.
 */
#include "data/cell_text.h"

#include <math.h>
#include <string.h>

static const char *const codes[CELL_DATE_COUNT] = {
#define X(name, code) [CELL_DATE_##name] = code,
    CELL_DATE_LIST(X)
#undef X
};

const char *cell_date_code(int format)
{
    return format >= 0 && format < CELL_DATE_COUNT ? codes[format] : NULL;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool take_digits(const char **at, int least, int most, int32_t *value)
{
    int32_t sum = 0;
    int digits = 0;
    while (is_digit(**at) && digits < most) {
        sum = sum * 10 + (**at - '0');
        ++*at, ++digits;
    }
    *value = sum;
    return digits >= least;
}

static bool take(const char **at, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(*at, word, length) != 0)
        return false;
    *at += length;
    return true;
}

/* A day that exists, of a year that a register may speak of. */
static bool civil(int32_t year, int32_t month, int32_t day, day_t *out)
{
    if (year < 1900 || year > 2199 || month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    day_t value = day_from_civil(year, month, day);
    int32_t y, m, d;
    day_to_civil(value, &y, &m, &d);
    if (y != year || m != month || d != day)
        return false;
    *out = value;
    return true;
}

/* YYYY, separator, M or MM, separator, D or DD, tail. */
static bool take_civil(const char **at, const char *first, const char *second, const char *tail,
                       day_t *day)
{
    const char *p = *at;
    int32_t y, m, d;
    if (!take_digits(&p, 4, 4, &y) || !take(&p, first) || !take_digits(&p, 1, 2, &m) ||
        !take(&p, second) || !take_digits(&p, 1, 2, &d) || !take(&p, tail) || !civil(y, m, d, day))
        return false;
    *at = p;
    return true;
}

static bool take_any_civil(const char **at, day_t *day)
{
    return take_civil(at, "-", "-", "", day) || take_civil(at, "/", "/", "", day);
}

/* Z, +HH, +HHMM, +HH:MM: seconds east of UTC. */
static bool take_zone(const char **at, int32_t *offset_s)
{
    if (take(at, "Z") || take(at, "z")) {
        *offset_s = 0;
        return true;
    }
    bool west = **at == '-';
    if (**at != '+' && **at != '-')
        return false;
    ++*at;
    int32_t hours, minutes = 0;
    if (!take_digits(at, 2, 2, &hours))
        return false;
    if (**at == ':')
        ++*at;
    if (is_digit(**at) && !take_digits(at, 2, 2, &minutes))
        return false;
    if (hours > 14 || minutes > 59)
        return false;
    *offset_s = (hours * 3600 + minutes * 60) * (west ? -1 : 1);
    return true;
}

/* The time after a date: T or a blank, hh:mm, :ss and its fraction where given, and the zone. */
static bool take_time(const char **at, int32_t *second, bool *has_zone, int32_t *offset_s)
{
    int32_t h, m, s = 0;
    if (!take(at, "T") && !take(at, " "))
        return false;
    if (!take_digits(at, 2, 2, &h) || !take(at, ":") || !take_digits(at, 2, 2, &m))
        return false;
    if (take(at, ":")) {
        if (!take_digits(at, 2, 2, &s))
            return false;
        if (take(at, ".") || take(at, ","))
            while (is_digit(**at))
                ++*at;
    }
    if (h > 23 || m > 59 || s > 60)
        return false;
    *second = h * 3600 + m * 60 + s;
    take(at, " ");
    *has_zone = **at != '\0';
    return !*has_zone || take_zone(at, offset_s);
}

static bool read_time(const char *plain, moment_t *moment, day_t *written)
{
    const char *at = plain;
    day_t day;
    int32_t second, offset_s = 0;
    bool has_zone;
    if (!take_any_civil(&at, &day) || !take_time(&at, &second, &has_zone, &offset_s) || *at)
        return false;
    if (written)
        *written = day;
    if (moment && !has_zone)
        return false;
    if (moment)
        *moment = (moment_t)day * 86400 + second - offset_s;
    return true;
}

/* Spreadsheet days: 1 is 1900-01-01, and 60 the 29 February 1900 that never was, so that from
 * 1900-03-01 (61) on day 25569 is 1970-01-01. Earlier ones are not read. */
static bool read_excel(const char *plain, day_t *day)
{
    double serial;
    if (!cell_number(plain, strlen(plain), &serial) || serial < 61 || serial >= 109573)
        return false;
    *day = (day_t)floor(serial) - 25569;
    return true;
}

static bool read_compact(const char *plain, day_t *day)
{
    const char *at = plain;
    int32_t y, m, d;
    return take_digits(&at, 4, 4, &y) && take_digits(&at, 2, 2, &m) && take_digits(&at, 2, 2, &d) &&
           *at == '\0' && civil(y, m, d, day);
}

static bool read_format(const char *plain, int format, const struct calendar *calendar, day_t *day)
{
    const char *at = plain;
    moment_t moment;
    switch (format) {
    case CELL_DATE_DASHED:
        return take_civil(&at, "-", "-", "", day) && *at == '\0';
    case CELL_DATE_SLASHED:
        return take_civil(&at, "/", "/", "", day) && *at == '\0';
    case CELL_DATE_COMPACT:
        return read_compact(plain, day);
    case CELL_DATE_WORDED:
        return take_civil(&at, "年", "月", "日", day) && *at == '\0';
    case CELL_DATE_TIME:
        if (!read_time(plain, &moment, NULL))
            return false;
        *day = calendar_local(calendar, moment).day;
        return true;
    case CELL_DATE_TIME_AS_WRITTEN:
        return read_time(plain, NULL, day) || (take_any_civil(&at, day) && *at == '\0');
    case CELL_DATE_EXCEL:
        return read_excel(plain, day);
    default:
        return false;
    }
}

bool cell_day(const char *text, size_t length, uint32_t dates, const struct calendar *calendar,
              day_t *day)
{
    char plain[CELL_PLAIN_BYTES];
    if (!cell_plain(text, length, plain))
        return false;
    for (int format = 0; format < CELL_DATE_COUNT; format++) {
        day_t found;
        if ((dates >> format & 1) && read_format(plain, format, calendar, &found)) {
            *day = found;
            return true;
        }
    }
    return false;
}

bool cell_moment(const char *text, size_t length, uint32_t dates, const struct calendar *calendar,
                 moment_t *moment)
{
    char plain[CELL_PLAIN_BYTES];
    if (!cell_plain(text, length, plain))
        return false;
    moment_t found;
    if ((dates >> CELL_DATE_TIME & 1) && read_time(plain, &found, NULL)) {
        *moment = found;
        return true;
    }
    day_t day;
    if (!cell_day(text, length, dates, calendar, &day))
        return false;
    *moment = calendar_day_start(calendar, day);
    return true;
}
