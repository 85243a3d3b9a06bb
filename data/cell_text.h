/*
 * Reading the text of a cell as people write it in registers: numbers with full-width digits and
 * counting words, days, times of day, ages in Chinese, Japanese and English words.
 *
 * Every function takes UTF-8 text and its length (no NUL needed), trims it, and answers false for
 * what it cannot read: then the out value is untouched. Nothing is guessed, nothing becomes zero.
 */
#ifndef DATA_CELL_TEXT_H
#define DATA_CELL_TEXT_H

#include "data/calendar.h"

/* A copy of the text, trimmed and with full-width signs as ASCII (data/text.h); false when it is
 * too long to be any of what follows. */
enum { CELL_PLAIN_BYTES = 128 };
bool cell_plain(const char *text, size_t length, char plain[CELL_PLAIN_BYTES]);

/* A decimal number, as number_parse_double() (geo/number.h) reads it. */
bool cell_number(const char *text, size_t length, double *number);

/* A count: 0 to 1,000,000, alone or followed by one of 名 人 个 個 位 places children. "1,200" and
 * "40.0" are read. */
bool cell_count(const char *text, size_t length, int32_t *count);

/* An amount of money in minor units: `decimals` places are kept exactly (2: "12.5" becomes 1250),
 * further places than that are not read; 0 to 10,000,000 major units; ¥ $ before it and 元 円 圆 after
 * it, and commas between thousands, are read over. */
bool cell_money(const char *text, size_t length, int decimals, int32_t *minor_units);

/* 1 0, true false, yes no, Y N, 是 否, 有 无 無 (any case). */
bool cell_flag(const char *text, size_t length, bool *flag);

#define CELL_DATE_LIST(X)                 \
    X(DASHED, "YYYY-MM-DD")               \
    X(SLASHED, "YYYY/MM/DD")              \
    X(COMPACT, "YYYYMMDD")                \
    X(WORDED, "YYYY年M月D日")             \
    X(TIME, "time")                       \
    X(TIME_AS_WRITTEN, "time_as_written") \
    X(EXCEL, "excel")
enum cell_date {
#define X(name, code) CELL_DATE_##name,
    CELL_DATE_LIST(X)
#undef X
        CELL_DATE_COUNT,
    CELL_DATES_DEFAULT = 1 << CELL_DATE_DASHED | 1 << CELL_DATE_SLASHED | 1 << CELL_DATE_COMPACT |
                         1 << CELL_DATE_WORDED | 1 << CELL_DATE_TIME
};
const char *cell_date_code(int format);

/* A day in any of the formats of the bits `dates`; a moment with a zone becomes the local day of
 * `calendar`. Dates that do not exist, and years outside 1900 to 2199, are not read. */
bool cell_day(const char *text, size_t length, uint32_t dates, const struct calendar *calendar,
              day_t *day);
/* A moment: as "time" reads it, or else the start of the local day that cell_day() reads. */
bool cell_moment(const char *text, size_t length, uint32_t dates, const struct calendar *calendar,
                 moment_t *moment);

/*
 * Minutes after midnight, 0 to 2880: 7:30, 07:30:00, 24:00, 7時30分, 7点半, 7点, 7h30; or a fraction of a
 * day as spreadsheets keep it (0.3125), rounded to the minute.
 */
bool cell_minute(const char *text, size_t length, int32_t *minute);

/*
 * Opening hours: closing 0:00 means 24:00, and a closing time before the opening one means the next
 * day (7:00 to 3:00 is 420 to 1620). Equal times, and openings past midnight, are not read.
 */
bool cell_hours(int32_t open, int32_t close, int16_t *open_min, int16_t *close_min);
/* "08:00-18:00", also with ~ or 至 or から between. */
bool cell_hours_text(const char *text, size_t length, int16_t *open_min, int16_t *close_min);

/*
 * An age in months, at one end of a band [from, to), 0 to 216:
 *   5か月 5ヶ月 5个月 5月龄 5 months -> 5;  1歳10か月 1岁10个月 -> 22;  1岁半 -> 18;  1.5岁 -> 18;  3周岁 -> 36
 *   産休あけ (57 days) -> 2;  6 weeks, 57日 -> rounded up to months;  新生児 出生 -> 0
 *   就学前 学齢前 学龄前 -> 72;  学童 (to the end of primary school) -> 144
 *   2歳児 (the class of two-year-olds): from 24, to 36;  2歳未満 2岁以下 2岁以内 (an upper end only): 24
 *   以上 after a lower end is read over; a part of a month is rounded into the band
 * bare_months  what a number without a unit counts: 1 (months), 12 (years), 0 (not read)
 */
enum cell_age_end { CELL_AGE_FROM, CELL_AGE_TO };
bool cell_age(const char *text, size_t length, enum cell_age_end end, int32_t bare_months,
              int32_t *months);
/* Both ends in one text: 6-36个月, 0~3岁, 18个月至3岁, 3岁以下 (0 to 36), 2歳児 (24 to 36). The first
 * end takes the second's unit where it has none. */
bool cell_age_band(const char *text, size_t length, int32_t bare_months, int32_t *from_m,
                   int32_t *to_m);

#endif
