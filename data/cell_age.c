/*
 * Ages of cell_text.h.
 */
#include "data/cell_text.h"

#include <math.h>
#include <string.h>

enum { MAX_AGE_M = 216 };

static bool take(const char **at, const char *word)
{
    size_t length = strlen(word);
    if (strncasecmp(*at, word, length) != 0)
        return false;
    *at += length;
    return true;
}

static bool take_any(const char **at, const char *const *words)
{
    if (**at == '\0')
        return false;

    for (; *words; words++)
        if (take(at, *words))
            return true;
    return false;
}

static void skip_blanks(const char **at)
{
    while (**at == ' ')
        ++*at;
}

#define DAYS_A_MONTH 30.436875 /* 146,097 days of 400 years over 4,800 months */

/* Longer words first: 周岁 before 周, months before month. */
static const struct {
    const char *word;
    double months;
} units[] = {
    {"周岁", 12},
    {"週歳", 12},
    {"岁", 12},
    {"歳", 12},
    {"歲", 12},
    {"才", 12},
    {"years", 12},
    {"year", 12},
    {"yrs", 12},
    {"か月", 1},
    {"ヶ月", 1},
    {"ヵ月", 1},
    {"カ月", 1},
    {"ケ月", 1},
    {"箇月", 1},
    {"个月", 1},
    {"個月", 1},
    {"月龄", 1},
    {"月齢", 1},
    {"月", 1},
    {"months", 1},
    {"month", 1},
    {"weeks", 7 / DAYS_A_MONTH},
    {"week", 7 / DAYS_A_MONTH},
    {"週", 7 / DAYS_A_MONTH},
    {"周", 7 / DAYS_A_MONTH},
    {"days", 1 / DAYS_A_MONTH},
    {"日", 1 / DAYS_A_MONTH},
    {"天", 1 / DAYS_A_MONTH},
};

/* Ages said in words. -1: no age at that end. */
static const struct {
    const char *word;
    int32_t from_m, to_m;
} words[] = {
    {"産休あけ", 2, -1}, /* 57 days after birth: the end of maternity leave */
    {"産休明け", 2, -1}, {"新生児", 0, -1},  {"新生儿", 0, -1},  {"出生", 0, -1},
    {"就学前", 72, 72},  {"学齢前", 72, 72}, {"学龄前", 72, 72}, {"学童", 72, 144},
};

struct age {
    double months;
    double unit;    /* of the first number; 0 where it had none */
    bool is_class;  /* 2歳児: the year that begins there */
    bool is_limit;  /* 以下, 未満: an upper end */
    bool is_bottom; /* 以上: a lower end */
};

static bool take_amount(const char **at, double *amount)
{
    const char *p = *at;
    double value = 0, place = 1;
    int digits = 0;
    for (; *p >= '0' && *p <= '9'; p++, digits++)
        value = value * 10 + (*p - '0');
    if (digits == 0 || digits > 4)
        return false;
    if (*p == '.' && p[1] >= '0' && p[1] <= '9')
        for (p++; *p >= '0' && *p <= '9' && digits < 8; p++, digits++)
            value += (*p - '0') * (place /= 10);
    *amount = value;
    *at = p;
    return true;
}

static double take_unit(const char **at)
{
    skip_blanks(at);
    if (**at == '\0') /* most columns hold bare numbers */
        return 0;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (take(at, units[i].word))
            return units[i].months;
    return 0;
}

/* One or two amounts (1岁10个月) and what may stand around them. */
static bool take_age(const char **at, double bare_months, struct age *age)
{
    static const char *const before[] = {"满", "滿", "満", "生後", "生后", NULL};
    static const char *const child[] = {"児", "儿", "兒", NULL};
    static const char *const limits[] = {"未満", "未满", "以下", "以内", "まで", "以前", NULL};
    static const char *const bottoms[] = {"以上", "から", "起", NULL};
    *age = (struct age){0};
    take_any(at, before);
    double amount;
    if (!take_amount(at, &amount))
        return false;
    age->unit = take_unit(at);
    double unit = age->unit > 0 ? age->unit : bare_months;
    if (unit <= 0)
        return false;
    age->months = amount * unit;
    if (unit > 11 && take(at, "半"))
        age->months += 6;
    skip_blanks(at);
    const char *p = *at;
    double second, second_unit;
    if (age->unit > 11 && take_amount(&p, &second) && (second_unit = take_unit(&p)) > 0 &&
        second_unit < 11) {
        age->months += second * second_unit;
        *at = p;
    }
    age->is_class = take_any(at, child) && age->unit > 11;
    age->is_limit = take_any(at, limits);
    age->is_bottom = !age->is_limit && take_any(at, bottoms);
    return true;
}

/* A part of a month is rounded into the band, so that it promises nothing outside itself. The
 * small slack keeps 1.4 years of binary fractions from moving a whole month. */
static bool whole_months(double months, enum cell_age_end end, int32_t *out)
{
    double whole = end == CELL_AGE_FROM ? ceil(months - 1e-6) : floor(months + 1e-6);
    if (whole < 0 || whole > MAX_AGE_M)
        return false;
    *out = (int32_t)whole;
    return true;
}

static bool end_months(const struct age *age, enum cell_age_end end, int32_t *months)
{
    if (end == CELL_AGE_FROM)
        return !age->is_limit && whole_months(age->months, end, months);
    return !age->is_bottom &&
           whole_months(age->months + (age->is_class && !age->is_limit ? 12 : 0), end, months);
}

static bool age_word(const char *plain, enum cell_age_end end, int32_t *months)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        int32_t value = end == CELL_AGE_FROM ? words[i].from_m : words[i].to_m;
        if (strcmp(plain, words[i].word) == 0 && value >= 0) {
            *months = value;
            return true;
        }
    }
    return false;
}

static bool read_age(const char *plain, enum cell_age_end end, double bare_months, int32_t *months)
{
    bool is_number = *plain >= '0' && *plain <= '9';
    if (!is_number && age_word(plain, end, months))
        return true;
    const char *at = plain;
    struct age age;
    return take_age(&at, bare_months, &age) && *at == '\0' && end_months(&age, end, months);
}

bool cell_age(const char *text, size_t length, enum cell_age_end end, int32_t bare_months,
              int32_t *months)
{
    char plain[CELL_PLAIN_BYTES];
    return cell_plain(text, length, plain) && read_age(plain, end, bare_months, months);
}

/* Where the first end of a band stops: the place of the sign between, or NULL. */
static char *find_between(char *plain, size_t *bytes)
{
    static const char *const signs[] = {"~", "-", "–", "—", "至", "到", "から", NULL};
    for (const char *const *sign = signs; *sign; sign++) {
        char *found = strstr(plain, *sign);
        size_t length = strlen(*sign);
        if (found && found > plain && found[length]) {
            *bytes = length;
            return found;
        }
    }
    return NULL;
}

/* One end alone tells the other only where it says so: 3岁以下, 2歳児. */
static bool one_ended(const char *plain, double bare_months, int32_t *from_m, int32_t *to_m)
{
    const char *at = plain;
    struct age age;
    if (!take_age(&at, bare_months, &age) || *at)
        return false;
    if (age.is_limit) {
        *from_m = 0;
        return whole_months(age.months, CELL_AGE_TO, to_m);
    }
    return age.is_class && end_months(&age, CELL_AGE_FROM, from_m) &&
           end_months(&age, CELL_AGE_TO, to_m);
}

bool cell_age_band(const char *text, size_t length, int32_t bare_months, int32_t *from_m,
                   int32_t *to_m)
{
    char plain[CELL_PLAIN_BYTES];
    if (!cell_plain(text, length, plain))
        return false;
    int32_t from, to;
    size_t bytes;
    char *between = find_between(plain, &bytes);
    if (!between) {
        if (!one_ended(plain, bare_months, &from, &to))
            return false;
    } else {
        const char *second = between + bytes;
        skip_blanks(&second);
        while (between > plain && between[-1] == ' ')
            between--;
        *between = '\0';
        if (!read_age(second, CELL_AGE_TO, bare_months, &to))
            return false;
        const char *at = second;
        struct age age;
        double unit = take_age(&at, bare_months, &age) && age.unit > 0 ? age.unit : bare_months;
        if (!read_age(plain, CELL_AGE_FROM, unit, &from))
            return false;
    }
    if (from >= to)
        return false;
    *from_m = from;
    *to_m = to;
    return true;
}
