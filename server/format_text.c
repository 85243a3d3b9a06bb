#include "server/format_text.h"

#include "server/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400 };

void format_number(int64_t value, char text[FORMAT_BYTES])
{
    char digits[32];
    size_t length = (size_t)snprintf(digits, sizeof digits, "%" PRId64, value), out = 0;
    for (size_t i = 0; i < length; i++) {
        size_t left = length - i;
        if (i > 0 && left % 3 == 0 && digits[i - 1] != '-')
            text[out++] = ',';
        text[out++] = digits[i];
    }
    text[out] = '\0';
}

void format_decimal(double value, unsigned decimals, char text[FORMAT_BYTES])
{
    size_t length = json_fixed_digits(text, value, decimals);
    text[length] = '\0';
}

void format_count(enum language language, struct text_pair pair, int64_t n, char text[FORMAT_BYTES])
{
    char number[FORMAT_BYTES];
    format_number(n, number);
    text_fill(language, n == 1 ? pair.one : pair.other, TEXT_VALUES({"n", number}), text,
              FORMAT_BYTES);
}

void format_ago(enum language language, int64_t seconds, char text[FORMAT_BYTES])
{
    if (seconds < 2 * MINUTE_S)
        text_fill(language, TEXT_AGO_NOW, NULL, text, FORMAT_BYTES);
    else if (seconds < HOUR_S)
        format_count(language, TEXT_PAIR(TEXT_AGO_MINUTES), seconds / MINUTE_S, text);
    else if (seconds < DAY_S)
        format_count(language, TEXT_PAIR(TEXT_AGO_HOURS), seconds / HOUR_S, text);
    else
        format_count(language, TEXT_PAIR(TEXT_AGO_DAYS), seconds / DAY_S, text);
}

void format_as_of(enum language language, moment_t as_of, moment_t now, char text[FORMAT_BYTES])
{
    char ago[FORMAT_BYTES];
    format_ago(language, now - as_of, ago);
    text_fill(language, TEXT_ASOF, TEXT_VALUES({"ago", ago}), text, FORMAT_BYTES);
}

void format_distance(enum language language, double metres, char text[FORMAT_BYTES])
{
    char number[FORMAT_BYTES];
    bool far = metres >= 995;
    if (far)
        format_decimal(metres / 1000, 1, number);
    else
        format_number(llround(metres / 10) * 10, number);
    text_fill(language, far ? TEXT_DISTANCE_KM : TEXT_DISTANCE_M, TEXT_VALUES({"n", number}), text,
              FORMAT_BYTES);
}

void format_minutes(enum language language, double minutes, char text[FORMAT_BYTES])
{
    int64_t whole = (int64_t)ceil(minutes);
    format_count(language, TEXT_PAIR(TEXT_MINUTES), whole < 1 ? 1 : whole, text);
}

/* ISO 4217: code, how many digits its minor units are, its sign as each language writes it. */
static const struct currency {
    const char *code;
    unsigned decimals;
    const char *signs[LANGUAGE_COUNT];
} currencies[] = {
    {"CNY", 2, {"¥", "CN¥"}},   {"JPY", 0, {"JP¥", "JP¥"}}, {"KRW", 0, {"₩", "₩"}},
    {"USD", 2, {"US$", "US$"}}, {"EUR", 2, {"€", "€"}},     {"HKD", 2, {"HK$", "HK$"}},
};

static const struct currency *find_currency(const char *code)
{
    for (size_t i = 0; i < sizeof currencies / sizeof *currencies; i++)
        if (strcmp(currencies[i].code, code) == 0)
            return &currencies[i];
    return NULL;
}

static bool has_minor_units(const struct currency *currency)
{
    return !currency || currency->decimals == 2;
}

double format_major_units(int32_t minor_units, const char *currency)
{
    return has_minor_units(find_currency(currency)) ? minor_units / 100.0 : minor_units;
}

void format_money(enum language language, int32_t minor_units, const char *currency,
                  char text[FORMAT_BYTES])
{
    const struct currency *known = find_currency(currency);
    char number[FORMAT_BYTES];
    bool has_minor = has_minor_units(known);
    format_number(has_minor ? minor_units / 100 : minor_units, number);
    size_t length = strlen(number);
    if (has_minor && minor_units % 100 != 0)
        snprintf(number + length, sizeof number - length, ".%02d",
                 minor_units % 100 < 0 ? -(minor_units % 100) : minor_units % 100);
    snprintf(text, FORMAT_BYTES, "%s%.60s%s%.8s", known ? known->signs[language] : "", number,
             known ? "" : " ", known ? "" : currency);
}

void format_fee(enum language language, int32_t price, int8_t unit, const char *currency,
                char text[FORMAT_BYTES])
{
    static const enum text_key per[PRICE_UNIT_COUNT] = {
        [PRICE_UNIT_HOUR] = TEXT_FEE_PER_HOUR,
        [PRICE_UNIT_HALF_DAY] = TEXT_FEE_PER_HALF_DAY,
        [PRICE_UNIT_DAY] = TEXT_FEE_PER_DAY,
        [PRICE_UNIT_MONTH] = TEXT_FEE_PER_MONTH,
    };
    char amount[FORMAT_BYTES];
    if (price == NONE) {
        text_fill(language, TEXT_FEE_UNKNOWN, NULL, text, FORMAT_BYTES);
        return;
    }
    format_money(language, price, currency, amount);
    if (unit < 0 || unit >= PRICE_UNIT_COUNT)
        snprintf(text, FORMAT_BYTES, "%s", amount);
    else
        text_fill(language, per[unit], TEXT_VALUES({"amount", amount}), text, FORMAT_BYTES);
}

void format_age_band(enum language language, int16_t from_m, int16_t to_m, char text[FORMAT_BYTES])
{
    char low[FORMAT_BYTES], high[FORMAT_BYTES];
    if (from_m == NONE16 && to_m == NONE16) {
        text_fill(language, TEXT_AGE_BAND_UNKNOWN, NULL, text, FORMAT_BYTES);
        return;
    }
    format_number(from_m == NONE16 ? 0 : from_m, low);
    format_number(to_m, high);
    text_fill(language, to_m == NONE16 ? TEXT_AGE_BAND_FROM : TEXT_AGE_BAND,
              TEXT_VALUES({"low", low}, {"high", high}), text, FORMAT_BYTES);
}

void format_age(enum language language, int32_t months, char text[FORMAT_BYTES])
{
    char years[FORMAT_BYTES], rest[FORMAT_BYTES];
    if (months < 0) {
        text_fill(language, TEXT_AGE_UNBORN, NULL, text, FORMAT_BYTES);
    } else if (months < 24) {
        format_count(language, TEXT_PAIR(TEXT_AGE_MONTHS), months, text);
    } else if (months % 12 == 0) {
        format_count(language, TEXT_PAIR(TEXT_AGE_YEARS), months / 12, text);
    } else {
        format_number(months / 12, years);
        format_number(months % 12, rest);
        text_fill(language, TEXT_AGE_YEARS_MONTHS, TEXT_VALUES({"years", years}, {"months", rest}),
                  text, FORMAT_BYTES);
    }
}

void format_day(enum language language, day_t day, char text[FORMAT_BYTES])
{
    static const enum text_key months[12] = {
        TEXT_DATE_MONTH_01, TEXT_DATE_MONTH_02, TEXT_DATE_MONTH_03, TEXT_DATE_MONTH_04,
        TEXT_DATE_MONTH_05, TEXT_DATE_MONTH_06, TEXT_DATE_MONTH_07, TEXT_DATE_MONTH_08,
        TEXT_DATE_MONTH_09, TEXT_DATE_MONTH_10, TEXT_DATE_MONTH_11, TEXT_DATE_MONTH_12,
    };
    int32_t year, month, of_month;
    char year_text[16], day_text[16];
    day_to_civil(day, &year, &month, &of_month);
    snprintf(year_text, sizeof year_text, "%" PRId32, year);
    snprintf(day_text, sizeof day_text, "%" PRId32, of_month);
    text_fill(language, TEXT_DATE_DAY,
              TEXT_VALUES({"year", year_text}, {"month", text_get(language, months[month - 1])},
                          {"day", day_text}),
              text, FORMAT_BYTES);
}

void format_moment(enum language language, const struct calendar *calendar, moment_t moment,
                   char text[FORMAT_BYTES])
{
    struct local_time local = calendar_local(calendar, moment);
    char date[FORMAT_BYTES], time[16];
    format_day(language, local.day, date);
    snprintf(time, sizeof time, "%02d:%02d", local.minute / 60, local.minute % 60);
    text_fill(language, TEXT_DATE_MOMENT, TEXT_VALUES({"date", date}, {"time", time}), text,
              FORMAT_BYTES);
}

static void format_minute(enum language language, int16_t minute, char text[64])
{
    if (minute <= 1440) {
        snprintf(text, 64, "%02d:%02d", minute / 60, minute % 60);
        return;
    }
    char time[16];
    snprintf(time, sizeof time, "%02d:%02d", minute / 60 - 24, minute % 60);
    text_fill(language, TEXT_HOURS_NEXT_DAY, TEXT_VALUES({"time", time}), text, 64);
}

void format_intervals(enum language language, const struct interval *intervals, uint32_t count,
                      char text[FORMAT_BYTES])
{
    size_t used = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < count; i++) {
        char from[64], to[64], one[160];
        format_minute(language, intervals[i].from_min, from);
        format_minute(language, intervals[i].to_min, to);
        int length = snprintf(one, sizeof one, "%s%s–%s",
                              i ? text_get(language, TEXT_LIST_SEPARATOR) : "", from, to);
        if (used + (size_t)length >= FORMAT_BYTES)
            return;
        memcpy(text + used, one, (size_t)length + 1);
        used += (size_t)length;
    }
}

void format_hours_today(enum language language, const struct interval *intervals, uint32_t count,
                        char text[FORMAT_BYTES])
{
    char hours[FORMAT_BYTES];
    format_intervals(language, intervals, count, hours);
    text_fill(language, count ? TEXT_HOURS_TODAY : TEXT_HOURS_CLOSED_TODAY,
              TEXT_VALUES({"hours", hours}), text, FORMAT_BYTES);
}
