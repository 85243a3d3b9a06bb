/*
 * Times, distances, ages and money in the reader's language. The page's script has the same rules
 * (web/src/format.ts): both sides of a page say the same thing the same way.
 *
 * Each writes into `text`, at least FORMAT_BYTES; what would not fit is cut between characters.
 */
#ifndef SERVER_FORMAT_TEXT_H
#define SERVER_FORMAT_TEXT_H

#include "data/calendar.h"
#include "server/text.h"

enum { FORMAT_BYTES = 256 };

/* 1234567 -> "1,234,567". */
void format_number(int64_t value, char text[FORMAT_BYTES]);
/* With at most `decimals` digits after the point. */
void format_decimal(double value, unsigned decimals, char text[FORMAT_BYTES]);

/* KEY.one or KEY.other with its {n}: format_count(language, TEXT_PAIR(TEXT_OPEN_PLACES), 3, text). */
struct text_pair {
    enum text_key one, other;
};
#define TEXT_PAIR(KEY) ((struct text_pair){KEY##_ONE, KEY##_OTHER})
void format_count(enum language language, struct text_pair pair, int64_t n,
                  char text[FORMAT_BYTES]);

/* "3 hours ago"; below two minutes, and ahead of now, "just now". */
void format_ago(enum language language, int64_t seconds, char text[FORMAT_BYTES]);
/* "updated 3 hours ago" */
void format_as_of(enum language language, moment_t as_of, moment_t now, char text[FORMAT_BYTES]);

/* Metres to 10 m, from 995 m on kilometres to 0.1. */
void format_distance(enum language language, double metres, char text[FORMAT_BYTES]);
/* Minutes on foot: whole ones, rounded up, at least 1. */
void format_minutes(enum language language, double minutes, char text[FORMAT_BYTES]);

/* Minor units: "¥40", "CN¥40", "¥40.50"; of a currency whose sign is not known "40 XYZ". */
void format_money(enum language language, int32_t minor_units, const char *currency,
                  char text[FORMAT_BYTES]);
/* 4050 -> 40.5: what programs are told. */
double format_major_units(int32_t minor_units, const char *currency);
/* "¥40/小时", "fee unknown". price NONE, unit PRICE_UNIT_UNKNOWN = not known. */
void format_fee(enum language language, int32_t price, int8_t unit, const char *currency,
                char text[FORMAT_BYTES]);

/* "12–24 months"; NONE16 = unknown. */
void format_age_band(enum language language, int16_t from_m, int16_t to_m, char text[FORMAT_BYTES]);
/* "18 months", "2 years 3 months", "not yet born". */
void format_age(enum language language, int32_t months, char text[FORMAT_BYTES]);

/* "2026年11月25日", "25 November 2026"; with the time of day in the calendar's zone. */
void format_day(enum language language, day_t day, char text[FORMAT_BYTES]);
void format_moment(enum language language, const struct calendar *calendar, moment_t moment,
                   char text[FORMAT_BYTES]);

/* "08:00–12:00、14:00–18:00", past midnight "22:00–next day 06:00"; none: "". */
void format_intervals(enum language language, const struct interval *intervals, uint32_t count,
                      char text[FORMAT_BYTES]);
/* "today 08:00–18:00", "closed today". */
void format_hours_today(enum language language, const struct interval *intervals, uint32_t count,
                        char text[FORMAT_BYTES]);

#endif
