/* Stage one: arguments against the table of their route. Where they come from: params_input.c. */
#include "server/params.h"

#include "data/text.h"
#include "geo/number.h"
#include "server/params_input.h"
#include "server/router.h"

#include <stdio.h>

enum { SHOWN_VALUE_BYTES = 40, HASH_SEED = 0x7475 };

void params_show(const char *value, size_t length, char shown[PARAMS_SHOWN_BYTES])
{
    size_t out = 0, i = 0;
    bool cut = length > SHOWN_VALUE_BYTES;
    size_t end = cut ? SHOWN_VALUE_BYTES : length;
    while (cut && end > SHOWN_VALUE_BYTES - 4 && ((unsigned char)value[end] & 0xC0) == 0x80)
        end--; /* not through a character */
    while (i < end) {
        size_t good = text_utf8_length(value + i, end - i);
        for (size_t stop = i + good; i < stop; i++) {
            unsigned char c = (unsigned char)value[i];
            if (c >= 0x20 && c != 0x7F)
                shown[out++] = value[i];
            else
                out += (size_t)snprintf(shown + out, 5, "\\x%02X", c);
        }
        if (i < end)
            out += (size_t)snprintf(shown + out, 5, "\\x%02X", (unsigned char)value[i++]);
    }
    snprintf(shown + out, PARAMS_SHOWN_BYTES - out, "%s", cut ? "…" : "");
}

/* A failed value: "NAME is 'VALUE'; it must be RULE". */
static enum status refuse(const struct parameter *parameter, const char *text, size_t length,
                          struct error *error, const char *rule)
{
    char shown[PARAMS_SHOWN_BYTES];
    params_show(text, length, shown);
    return error_set_parameter(error, STATUS_INVALID, parameter->name, "%s is '%s'; it must be %s",
                               parameter->name, shown, rule);
}

static enum status refuse_number(const struct parameter *parameter, const char *text, size_t length,
                                 struct error *error)
{
    char rule[96];
    snprintf(rule, sizeof rule, "a %s from %.10g to %.10g",
             parameter->type == PARAMETER_INTEGER ? "whole number" : "decimal number",
             parameter->minimum, parameter->maximum);
    return refuse(parameter, text, length, error, rule);
}

static enum status refuse_code(const struct parameter *parameter, const char *text, size_t length,
                               struct error *error)
{
    char rule[300];
    size_t used =
        (size_t)snprintf(rule, sizeof rule, "%s",
                         parameter->type == PARAMETER_CODES ? "one or more of " : "one of ");
    for (const char *const *code = parameter->codes; *code && used < sizeof rule; code++)
        used += (size_t)snprintf(rule + used, sizeof rule - used, "%s%s",
                                 code == parameter->codes ? "" : ", ", *code);
    return refuse(parameter, text, length, error, rule);
}

static int find_code(const char *const *codes, const char *text, size_t length)
{
    for (int i = 0; codes[i]; i++)
        if (strlen(codes[i]) == length && memcmp(codes[i], text, length) == 0)
            return i;
    return -1;
}

static enum status read_codes(const struct parameter *parameter, const char *text, size_t length,
                              struct param_value *value, struct error *error)
{
    const char *end = text + length;
    for (const char *part = text;; part++) {
        const char *comma = memchr(part, ',', (size_t)(end - part));
        const char *stop = comma ? comma : end;
        int code = find_code(parameter->codes, part, (size_t)(stop - part));
        if (code < 0)
            return refuse_code(parameter, text, length, error);
        value->integer |= INT64_C(1) << code;
        if (!comma)
            return STATUS_OK;
        part = comma;
    }
}

static enum status read_number(const struct parameter *parameter, const char *text, size_t length,
                               struct param_value *value, struct error *error)
{
    double number = 0;
    int32_t whole = 0;
    enum status status = parameter->type == PARAMETER_INTEGER
                             ? number_parse_int32(text, length, &whole)
                             : number_parse_double(text, length, &number);
    if (parameter->type == PARAMETER_INTEGER)
        number = whole;
    if (status || !(number >= parameter->minimum && number <= parameter->maximum))
        return refuse_number(parameter, text, length, error);
    value->integer = whole;
    value->decimal[0] = number + 0.0; /* no negative zero */
    return STATUS_OK;
}

static enum status read_integers(const struct parameter *parameter, const char *text, size_t length,
                                 struct param_value *value, struct error *error)
{
    enum { MAX_COUNT = sizeof value->decimal / sizeof *value->decimal };
    char rule[112];
    snprintf(rule, sizeof rule,
             "1 to %d whole numbers from %.10g to %.10g, parted by commas, each once", MAX_COUNT,
             parameter->minimum, parameter->maximum);
    const char *end = text + length;
    for (const char *part = text;; part++) {
        const char *comma = memchr(part, ',', (size_t)(end - part));
        const char *stop = comma ? comma : end;
        int32_t number = 0;
        if (value->integer == MAX_COUNT ||
            number_parse_int32(part, (size_t)(stop - part), &number) ||
            number < parameter->minimum || number > parameter->maximum)
            return refuse(parameter, text, length, error, rule);
        for (int64_t i = 0; i < value->integer; i++)
            if (value->decimal[i] == number)
                return refuse(parameter, text, length, error, rule);
        value->decimal[value->integer++] = number;
        if (!comma)
            return STATUS_OK;
        part = comma;
    }
}

static enum status read_day(const struct parameter *parameter, const char *text, size_t length,
                            struct param_value *value, struct error *error)
{
    static const char *const weekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};
    int weekday = find_code(weekdays, text, length);
    day_t day = 0;
    if (weekday >= 0) {
        value->integer = weekday;
        return STATUS_OK;
    }
    if (day_parse(text, length, &day))
        return refuse(parameter, text, length, error,
                      "mon, tue, wed, thu, fri, sat, sun, or a date YYYY-MM-DD");
    value->is_date = true;
    value->integer = day;
    return STATUS_OK;
}

static enum status read_date(const struct parameter *parameter, const char *text, size_t length,
                             struct param_value *value, struct error *error)
{
    day_t day = DAY_NONE;
    if (day_parse(text, length, &day))
        return refuse(parameter, text, length, error, "a date YYYY-MM-DD");
    value->integer = day;
    return STATUS_OK;
}

static enum status read_box(const struct parameter *parameter, const char *text, size_t length,
                            struct param_value *value, struct error *error)
{
    static const double bounds[4] = {180, 90, 180, 90};
    const char *part = text, *end = text + length;
    for (int i = 0; i < 4; i++) {
        const char *comma = memchr(part, ',', (size_t)(end - part));
        const char *stop = i < 3 ? comma : end;
        double number = 0;
        if (!stop || number_parse_double(part, (size_t)(stop - part), &number) ||
            number < -bounds[i] || number > bounds[i])
            return refuse(parameter, text, length, error,
                          "west,south,east,north in degrees: longitudes -180 to 180, latitudes "
                          "-90 to 90");
        value->decimal[i] = number + 0.0;
        part = stop + 1;
    }
    if (value->decimal[1] > value->decimal[3])
        return refuse(parameter, text, length, error,
                      "west,south,east,north with south not above north");
    return STATUS_OK;
}

static enum status read_time(const struct parameter *parameter, const char *text, size_t length,
                             struct param_value *value, struct error *error)
{
    int16_t minute = 0;
    if (minute_parse(text, length, &minute) || minute > parameter->maximum)
        return refuse(parameter, text, length, error,
                      parameter->maximum < 1440 ? "a time HH:MM, 00:00 to 23:59"
                                                : "a time HH:MM, 00:00 to 24:00");
    value->integer = minute;
    return STATUS_OK;
}

static enum status read_month(const struct parameter *parameter, const char *text, size_t length,
                              struct param_value *value, struct error *error)
{
    int32_t month = 0;
    if (month_parse(text, length, &month))
        return refuse(parameter, text, length, error, "a month YYYY-MM, 1900-01 to 2199-12");
    value->integer = month;
    return STATUS_OK;
}

static enum status read_word(const struct parameter *parameter, const char *text, size_t length,
                             struct param_value *value, struct error *error)
{
    static const char *const flags[] = {"false", "true", NULL};
    switch (parameter->type) {
    case PARAMETER_FLAG:
        value->integer = find_code(flags, text, length);
        return value->integer < 0 ? refuse(parameter, text, length, error, "true or false")
                                  : STATUS_OK;
    case PARAMETER_TRUE:
        value->integer = find_code(flags, text, length);
        return value->integer != 1
                   ? refuse(parameter, text, length, error, "true; without it, any match")
                   : STATUS_OK;
    case PARAMETER_CODE:
        value->integer = find_code(parameter->codes, text, length);
        return value->integer < 0 ? refuse_code(parameter, text, length, error) : STATUS_OK;
    default: /* PARAMETER_NAME */
        return record_id_is_valid(text) ? STATUS_OK
                                        : refuse(parameter, text, length, error,
                                                 "1 to 64 lower case letters, digits and hyphens");
    }
}

/* Characters are counted, as a person counts what is typed: bytes that continue one do not count. */
static enum status read_text(const struct parameter *parameter, const char *text, size_t length,
                             struct error *error)
{
    char rule[64];
    const char *inner = text;
    size_t inner_length = length, characters = 0;
    for (size_t i = 0; i < length; i++)
        characters += ((unsigned char)text[i] & 0xC0) != 0x80;
    text_trim(&inner, &inner_length);
    if (inner_length > 0 && (double)characters <= parameter->maximum)
        return STATUS_OK;
    snprintf(rule, sizeof rule, "1 to %.0f characters, not all of them spaces", parameter->maximum);
    return refuse(parameter, text, length, error, rule);
}

static enum status read_value(const struct parameter *parameter, const char *text, size_t length,
                              struct param_value *value, struct error *error)
{
    switch (parameter->type) {
    case PARAMETER_DECIMAL:
    case PARAMETER_INTEGER:
        return read_number(parameter, text, length, value, error);
    case PARAMETER_INTEGERS:
        return read_integers(parameter, text, length, value, error);
    case PARAMETER_CODES:
        return read_codes(parameter, text, length, value, error);
    case PARAMETER_MONTH:
        return read_month(parameter, text, length, value, error);
    case PARAMETER_TIME:
        return read_time(parameter, text, length, value, error);
    case PARAMETER_DAY:
        return read_day(parameter, text, length, value, error);
    case PARAMETER_DATE:
        return read_date(parameter, text, length, value, error);
    case PARAMETER_BOX:
        return read_box(parameter, text, length, value, error);
    case PARAMETER_TEXT:
        return read_text(parameter, text, length, error);
    case PARAMETER_CURSOR:
        return STATUS_OK;
    default:
        return read_word(parameter, text, length, value, error);
    }
}

static enum status refuse_unknown(const struct route *route, const char *name, size_t length,
                                  struct error *error)
{
    char shown[PARAMS_SHOWN_BYTES], known[360] = "";
    params_show(name, length > 24 ? 24 : length, shown);
    size_t used = 0;
    uint32_t count = route_parameter_count(route);
    for (uint32_t i = 0; i < count && used < sizeof known; i++)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "",
                                 route->parameters[i].name);
    char parameter[40]; /* whole characters of it */
    size_t fits = strnlen(shown, sizeof parameter - 1);
    fits = text_utf8_length(shown, fits);
    snprintf(parameter, sizeof parameter, "%.*s", (int)fits, shown);
    if (count == 0)
        return error_set_parameter(error, STATUS_INVALID, parameter,
                                   "unknown parameter '%s'; this path takes none", shown);
    return error_set_parameter(error, STATUS_INVALID, parameter,
                               "unknown parameter '%s'; this path takes %s", shown, known);
}

enum status params_find(const struct request *request, const char *name, size_t length,
                        uint32_t *place, struct error *error)
{
    const struct route *route = request->route;
    uint32_t count = route_parameter_count(route);
    for (uint32_t i = 0; i < count; i++)
        if (strlen(route->parameters[i].name) == length &&
            memcmp(route->parameters[i].name, name, length) == 0) {
            *place = i;
            return STATUS_OK;
        }
    return refuse_unknown(route, name, length, error);
}

/* People write latitude first, too: what is no latitude may well be the longitude. */
static void hint_exchange(const struct request *request, const struct parameter *parameter,
                          const char *text, size_t length, struct error *error)
{
    double lat = 0;
    uint32_t lon;
    if (!error || strcmp(parameter->name, "lat") != 0 || number_parse_double(text, length, &lat) ||
        lat < -180 || lat > 180 || params_find(request, "lon", 3, &lon, NULL))
        return;
    const struct param_value *value = &request->values[lon];
    if (value->given && (value->decimal[0] < -90 || value->decimal[0] > 90))
        return;
    char shown_lat[PARAMS_SHOWN_BYTES], shown_lon[PARAMS_SHOWN_BYTES] = "";
    params_show(text, length, shown_lat);
    if (value->given)
        params_show(value->text, strlen(value->text), shown_lon);
    error_set_parameter(error, STATUS_INVALID, parameter->name,
                        "lat is '%s'; it must be a decimal number from -90 to 90; did you mean "
                        "lon=%s%s%s?",
                        shown_lat, shown_lat, *shown_lon ? ", lat=" : "", shown_lon);
}

enum status params_put(struct request *request, uint32_t place, const char *text, size_t length,
                       struct error *error)
{
    const struct parameter *parameter = &request->route->parameters[place];
    struct param_value *value = &request->values[place];
    if (value->given)
        return error_set_parameter(error, STATUS_INVALID, parameter->name,
                                   "%s is given more than once; give it once", parameter->name);
    if (length == 0)
        return error_set_parameter(error, STATUS_INVALID, parameter->name,
                                   "%s is empty; give a value%s", parameter->name,
                                   parameter->required ? "" : " or leave it out");
    if (memchr(text, '\0', length) || text_utf8_length(text, length) != length)
        return refuse(parameter, text, length, error, "valid UTF-8 without NUL");
    value->given = value->set = true;
    value->text = text;
    enum status status = read_value(parameter, text, length, value, error);
    if (status == STATUS_INVALID)
        hint_exchange(request, parameter, text, length, error);
    return status;
}

/* A mixing step of MurmurHash3's finalizer (Appleby): spreads every bit. */
static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash ^= value;
    hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCDu;
    hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53u;
    return hash ^ (hash >> 33);
}

static uint64_t hash_value(uint64_t hash, uint32_t place, const struct parameter *parameter,
                           const struct param_value *value)
{
    hash = mix(hash, place + 1);
    hash = mix(hash, (uint64_t)value->integer * 2 + value->is_date);
    for (int i = 0; i < 4; i++) {
        uint64_t bits;
        memcpy(&bits, &value->decimal[i], sizeof bits);
        hash = mix(hash, bits);
    }
    if (parameter->type == PARAMETER_NAME || parameter->type == PARAMETER_TEXT)
        for (const char *c = value->text; *c; c++)
            hash = mix(hash, (unsigned char)*c);
    return hash;
}

enum status params_finish(struct request *request, struct error *error)
{
    uint32_t count = route_parameter_count(request->route);
    uint64_t hash = HASH_SEED;
    for (uint32_t i = 0; i < count; i++) {
        const struct parameter *parameter = &request->route->parameters[i];
        struct param_value *value = &request->values[i];
        if (!value->given && parameter->required)
            return error_set_parameter(error, STATUS_INVALID, parameter->name,
                                       "%s is missing; it is required", parameter->name);
        if (!value->given && parameter->default_text) {
            value->set = true;
            enum status status = read_value(parameter, parameter->default_text,
                                            strlen(parameter->default_text), value, error);
            if (status)
                return status;
        }
        if (value->set && parameter->type != PARAMETER_CURSOR)
            hash = hash_value(hash, i, parameter, value);
    }
    request->parameters_hash = hash;
    return STATUS_OK;
}
