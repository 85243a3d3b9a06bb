#include "geo/number.h"

#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t count_digits(const char *text, size_t length)
{
    size_t count = 0;
    while (count < length && is_digit(text[count]))
        count++;
    return count;
}

/* The grammar of the header, so that strtod() sees nothing it could read another way. */
static bool is_decimal(const char *text, size_t length)
{
    size_t at = length && (text[0] == '-' || text[0] == '+');
    size_t whole = count_digits(text + at, length - at), fraction = 0;
    at += whole;
    if (at < length && text[at] == '.') {
        at++;
        fraction = count_digits(text + at, length - at);
        at += fraction;
    }
    if (whole + fraction == 0)
        return false;
    if (at < length && (text[at] == 'e' || text[at] == 'E')) {
        at++;
        at += at < length && (text[at] == '-' || text[at] == '+');
        size_t exponent = count_digits(text + at, length - at);
        if (exponent == 0)
            return false;
        at += exponent;
    }
    return at == length;
}

/* Up to 15 digits are exact as a double, and so are powers of ten to 22: one division of the two is
 * rounded once, which is what strtod() gives (Clinger 1990). False where it is not so simple. */
static bool parse_short(const char *text, size_t length, double *value)
{
    static const double powers[] = {1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    size_t sign = text[0] == '-' || text[0] == '+';
    uint64_t digits = 0;
    size_t fraction = 0;
    if (length - sign > 16) /* 15 digits and a point */
        return false;
    for (size_t i = sign, is_fraction = 0; i < length; i++) {
        if (text[i] == '.') {
            is_fraction = 1;
            continue;
        }
        if (!is_digit(text[i]))
            return false;
        digits = digits * 10 + (uint64_t)(text[i] - '0');
        fraction += is_fraction;
    }
    if (digits >= 1000000000000000u)
        return false;
    double magnitude = (double)digits / powers[fraction];
    *value = text[0] == '-' ? -magnitude : magnitude;
    return true;
}

enum status number_parse_double(const char *text, size_t length, double *value)
{
    if (length > NUMBER_MAX_BYTES || !is_decimal(text, length))
        return STATUS_INVALID;
    if (parse_short(text, length, value))
        return STATUS_OK;
    char copy[NUMBER_MAX_BYTES + 1];
    memcpy(copy, text, length);
    copy[length] = '\0';
    /* The C locale is built into the library: nothing is allocated, nothing to free. */
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c)
        return STATUS_INVALID;
    double parsed = strtod_l(copy, NULL, c);
    freelocale(c);
    if (!isfinite(parsed))
        return STATUS_INVALID;
    *value = parsed;
    return STATUS_OK;
}

enum status number_parse_int32(const char *text, size_t length, int32_t *value)
{
    bool negative = length && text[0] == '-';
    size_t at = negative;
    if (at == length)
        return STATUS_INVALID;
    int64_t magnitude = 0;
    for (; at < length; at++) {
        if (!is_digit(text[at]))
            return STATUS_INVALID;
        magnitude = magnitude * 10 + (text[at] - '0');
        if (magnitude > INT32_MAX)
            return STATUS_INVALID;
    }
    *value = (int32_t)(negative ? -magnitude : magnitude);
    return STATUS_OK;
}
