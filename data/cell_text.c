#include "data/cell_text.h"

#include "data/text.h"
#include "geo/number.h"

#include <math.h>
#include <string.h>

bool cell_plain(const char *text, size_t length, char plain[CELL_PLAIN_BYTES])
{
    text_trim(&text, &length);
    if (length >= CELL_PLAIN_BYTES)
        return false;
    text_fold_digits(text, length, plain);
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void skip_blanks(const char **at)
{
    while (**at == ' ')
        ++*at;
}

/* Take `word` (ASCII letters in any case) if it stands at *at. */
static bool take(const char **at, const char *word)
{
    const char *p = *at;
    for (; *word; word++, p++) {
        char c = *p;
        if (c >= 'A' && c <= 'Z' && *word >= 'a' && *word <= 'z')
            c = (char)(c - 'A' + 'a');
        if (c != *word)
            return false;
    }
    *at = p;
    return true;
}

static bool take_any(const char **at, const char *const *words)
{
    for (; *words; words++)
        if (take(at, *words))
            return true;
    return false;
}

/* One to `most` digits. */
static bool take_digits(const char **at, int most, int32_t *value, int *count)
{
    int32_t sum = 0;
    int digits = 0;
    while (is_digit(**at) && digits < most) {
        sum = sum * 10 + (**at - '0');
        ++*at, ++digits;
    }
    if (digits == 0 || is_digit(**at))
        return false;
    *value = sum;
    if (count)
        *count = digits;
    return true;
}

bool cell_number(const char *text, size_t length, double *number)
{
    char plain[CELL_PLAIN_BYTES];
    if (!cell_plain(text, length, plain))
        return false;
    return number_parse_double(plain, strlen(plain), number) == STATUS_OK;
}

/* Digits with commas at the thousands ("1,200"), as one number; at most 9 digits. */
static bool take_grouped(const char **at, int64_t *value)
{
    int64_t sum = 0;
    int digits = 0, since_comma = -1;
    const char *p = *at;
    for (; is_digit(*p) || (*p == ',' && is_digit(p[1])); p++) {
        if (*p == ',') {
            if (digits == 0 || digits > 3 * (since_comma >= 0 ? 99 : 1) ||
                (since_comma >= 0 && since_comma != 3))
                return false;
            since_comma = 0;
            continue;
        }
        if (++digits > 9)
            return false;
        if (since_comma >= 0)
            since_comma++;
        sum = sum * 10 + (*p - '0');
    }
    if (digits == 0 || (since_comma >= 0 && since_comma != 3))
        return false;
    *value = sum;
    *at = p;
    return true;
}

bool cell_count(const char *text, size_t length, int32_t *count)
{
    static const char *const counters[] = {"名", "人",     "个",       "個",
                                           "位", "places", "children", NULL};
    char plain[CELL_PLAIN_BYTES];
    if (!cell_plain(text, length, plain))
        return false;
    const char *at = plain;
    int64_t value;
    if (!take_grouped(&at, &value) || value > 1000000)
        return false;
    if (*at == '.') { /* spreadsheets write 40.0 */
        at++;
        if (*at != '0')
            return false;
        while (*at == '0')
            at++;
    }
    skip_blanks(&at);
    take_any(&at, counters);
    if (*at)
        return false;
    *count = (int32_t)value;
    return true;
}

bool cell_money(const char *text, size_t length, int decimals, int32_t *minor_units)
{
    static const char *const before[] = {"¥", "￥", "$", NULL};
    static const char *const after[] = {"元", "円", "圆", "yuan", "yen", NULL};
    char plain[CELL_PLAIN_BYTES];
    if (!cell_plain(text, length, plain))
        return false;
    const char *at = plain;
    take_any(&at, before);
    skip_blanks(&at);
    int64_t amount;
    if (!take_grouped(&at, &amount) || amount > 10000000)
        return false;
    int given = 0;
    if (*at == '.') {
        for (at++; is_digit(*at); at++) {
            if (given < decimals)
                amount = amount * 10 + (*at - '0'), given++;
            else if (*at != '0')
                return false;
        }
        if (at[-1] == '.')
            return false;
    }
    for (; given < decimals; given++)
        amount *= 10;
    skip_blanks(&at);
    take_any(&at, after);
    if (*at || amount > INT32_MAX)
        return false;
    *minor_units = (int32_t)amount;
    return true;
}

bool cell_flag(const char *text, size_t length, bool *flag)
{
    static const char *const yes[] = {"1", "true", "yes", "y", "是", "有", NULL};
    static const char *const no[] = {"0", "false", "no", "n", "否", "无", "無", NULL};
    char plain[CELL_PLAIN_BYTES];
    if (!cell_plain(text, length, plain))
        return false;
    for (int answer = 0; answer < 2; answer++)
        for (const char *const *word = answer ? yes : no; *word; word++) {
            const char *at = plain;
            if (take(&at, *word) && *at == '\0') {
                *flag = answer;
                return true;
            }
        }
    return false;
}

static bool take_minute_words(const char **at, int32_t *minute)
{
    static const char *const hour_words[] = {"時", "时", "点", "點", "h", NULL};
    int32_t hour, part = 0;
    if (!take_digits(at, 2, &hour, NULL) || !take_any(at, hour_words))
        return false;
    if (take(at, "半"))
        part = 30;
    else if (is_digit(**at)) {
        if (!take_digits(at, 2, &part, NULL))
            return false;
        if (!take(at, "分"))
            take(at, "min");
    }
    if (hour > 48 || part > 59 || hour * 60 + part > 2880)
        return false;
    *minute = hour * 60 + part;
    return true;
}

/* H:MM or H:MM:SS; seconds are read over. */
static bool take_minute(const char **at, int32_t *minute)
{
    const char *p = *at;
    int32_t hour, part, seconds;
    int part_digits;
    if (take_digits(&p, 2, &hour, NULL) && *p == ':') {
        p++;
        if (!take_digits(&p, 2, &part, &part_digits) || part_digits != 2)
            return false;
        if (*p == ':') {
            p++;
            if (!take_digits(&p, 2, &seconds, NULL) || seconds > 59)
                return false;
        }
        if (hour > 48 || part > 59 || hour * 60 + part > 2880)
            return false;
        *minute = hour * 60 + part;
        *at = p;
        return true;
    }
    return take_minute_words(at, minute);
}

bool cell_minute(const char *text, size_t length, int32_t *minute)
{
    char plain[CELL_PLAIN_BYTES];
    if (!cell_plain(text, length, plain))
        return false;
    const char *at = plain;
    int32_t value;
    if (take_minute(&at, &value) && *at == '\0') {
        *minute = value;
        return true;
    }
    double fraction;
    if (!cell_number(plain, strlen(plain), &fraction) || fraction < 0 || fraction > 2)
        return false;
    if (fraction > 1 && !strchr(plain, '.')) /* a bare 2 is no time of day */
        return false;
    *minute = (int32_t)lround(fraction * 1440);
    return true;
}

bool cell_hours(int32_t open, int32_t close, int16_t *open_min, int16_t *close_min)
{
    if (close == 0 || close < open)
        close += 1440;
    if (open < 0 || open >= 1440 || close <= open || close > 2880)
        return false;
    *open_min = (int16_t)open;
    *close_min = (int16_t)close;
    return true;
}

static bool take_between(const char **at)
{
    static const char *const words[] = {"-", "~", "–", "—", "至", "到", "から", NULL};
    skip_blanks(at);
    if (!take_any(at, words))
        return false;
    skip_blanks(at);
    return true;
}

bool cell_hours_text(const char *text, size_t length, int16_t *open_min, int16_t *close_min)
{
    char plain[CELL_PLAIN_BYTES];
    if (!cell_plain(text, length, plain))
        return false;
    const char *at = plain;
    int32_t open, close;
    return take_minute(&at, &open) && take_between(&at) && take_minute(&at, &close) &&
           *at == '\0' && cell_hours(open, close, open_min, close_min);
}
