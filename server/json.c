#include "server/json.h"

#include "data/records.h"

#include <math.h>
#include <stdlib.h>

enum { FIRST_BYTES = 4096 };

void json_init(struct json *json, size_t max_bytes)
{
    *json = (struct json){.max_bytes = max_bytes};
}

void json_reset(struct json *json)
{
    json->length = 0;
    json->comma = false;
    json->failed = STATUS_OK;
}

void json_release(struct json *json)
{
    free(json->bytes);
    *json = (struct json){0};
}

enum status json_status(const struct json *json, struct error *error)
{
    if (json->failed == STATUS_LIMIT)
        return error_set(error, STATUS_LIMIT, "the answer is larger than %zu bytes",
                         json->max_bytes);
    if (json->failed)
        return error_memory(error, "writing the answer");
    return STATUS_OK;
}

bool json_reserve_slow(struct json *json, size_t bytes)
{
    if (json->failed)
        return false;
    if (bytes > json->max_bytes || json->length > json->max_bytes - bytes) {
        json->failed = STATUS_LIMIT;
        return false;
    }
    size_t wanted = json->length + bytes;
    size_t capacity = json->capacity ? json->capacity : FIRST_BYTES;
    while (capacity < wanted)
        capacity *= 2;
    if (capacity > json->max_bytes)
        capacity = json->max_bytes;
    char *grown = capacity > json->capacity ? realloc(json->bytes, capacity) : json->bytes;
    if (!grown) {
        json->failed = STATUS_MEMORY;
        return false;
    }
    json->bytes = grown;
    json->capacity = capacity;
    return true;
}

/* The comma before what comes next, and room for `bytes` after it. */
static bool before(struct json *json, size_t bytes)
{
    if (!json_reserve(json, bytes + 1))
        return false;
    if (json->comma)
        json->bytes[json->length++] = ',';
    json->comma = true;
    return true;
}

static void literal(struct json *json, const char *text, size_t length)
{
    if (before(json, length))
        json_raw(json, text, length);
}

void json_fragment(struct json *json, const char *bytes, size_t length)
{
    literal(json, bytes, length);
}

static void begin(struct json *json, const char *bracket)
{
    literal(json, bracket, 1);
    json->comma = false;
}

static void end(struct json *json, const char *bracket)
{
    json_raw(json, bracket, 1);
    json->comma = true;
}

void json_object_begin(struct json *json)
{
    begin(json, "{");
}

void json_object_end(struct json *json)
{
    end(json, "}");
}

void json_array_begin(struct json *json)
{
    begin(json, "[");
}

void json_array_end(struct json *json)
{
    end(json, "]");
}

void json_key(struct json *json, const char *key)
{
    size_t length = strlen(key);
    if (!before(json, length + 3))
        return;
    json->bytes[json->length++] = '"';
    memcpy(json->bytes + json->length, key, length);
    json->length += length;
    json->bytes[json->length++] = '"';
    json->bytes[json->length++] = ':';
    json->comma = false;
}

static size_t escape(char *out, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    out[0] = '\\';
    switch (c) {
    case '"':
    case '\\':
        out[1] = (char)c;
        return 2;
    case '\n':
        out[1] = 'n';
        return 2;
    case '\r':
        out[1] = 'r';
        return 2;
    case '\t':
        out[1] = 't';
        return 2;
    default:
        memcpy(out + 1, "u00", 3);
        out[4] = hex[c >> 4];
        out[5] = hex[c & 15];
        return 6;
    }
}

/* Between the quotes. */
static void write_escaped(struct json *json, const char *text, size_t length)
{
    size_t done = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        char escaped[6] = {0};
        json_raw(json, text + done, i - done);
        json_raw(json, escaped, escape(escaped, c));
        done = i + 1;
    }
    json_raw(json, text + done, length - done);
}

void json_text_n(struct json *json, const char *text, size_t length)
{
    if (!before(json, length + 2))
        return;
    json->bytes[json->length++] = '"';
    write_escaped(json, text, length);
    JSON_RAW(json, "\"");
}

void json_text_joined(struct json *json, const char *first, const char *second)
{
    size_t first_length = strlen(first), second_length = strlen(second);
    if (!before(json, first_length + second_length + 2))
        return;
    json->bytes[json->length++] = '"';
    write_escaped(json, first, first_length);
    write_escaped(json, second, second_length);
    JSON_RAW(json, "\"");
}

void json_text(struct json *json, const char *text)
{
    if (text)
        json_text_n(json, text, strlen(text));
    else
        json_nothing(json);
}

void json_bool(struct json *json, bool value)
{
    literal(json, value ? "true" : "false", value ? 4 : 5);
}

void json_nothing(struct json *json)
{
    literal(json, "null", 4);
}

size_t json_int_digits(char *text, int64_t value)
{
    char reversed[20];
    size_t count = 0, length = 0;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        reversed[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0)
        text[length++] = '-';
    while (count)
        text[length++] = reversed[--count];
    return length;
}

void json_int(struct json *json, int64_t value)
{
    if (before(json, 20))
        json->length += json_int_digits(json->bytes + json->length, value);
}

static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
static const int64_t whole_powers[] = {1,      10,      100,      1000,      10000,
                                       100000, 1000000, 10000000, 100000000, 1000000000};

size_t json_fixed_digits(char *text, double value, unsigned decimals)
{
    double scaled = value * powers[decimals];
    if (!(scaled > -9e15 && scaled < 9e15)) /* NaN fails both */
        return 0;
    int64_t units = (int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    int64_t whole = units / whole_powers[decimals], part = units % whole_powers[decimals];
    size_t length = 0;
    if (units < 0) {
        text[length++] = '-';
        whole = -whole;
        part = -part;
    }
    length += json_int_digits(text + length, whole);
    if (part == 0)
        return length;
    while (part % 10 == 0) {
        part /= 10;
        decimals--;
    }
    text[length++] = '.';
    for (unsigned i = decimals; i-- > 0; part /= 10)
        text[length + i] = (char)('0' + part % 10);
    return length + decimals;
}

void json_fixed(struct json *json, double value, unsigned decimals)
{
    char digits[32];
    size_t length = json_fixed_digits(digits, value, decimals);
    if (length)
        literal(json, digits, length);
    else
        json_nothing(json);
}

void json_key_text(struct json *json, const char *key, const char *text)
{
    json_key(json, key);
    json_text(json, text);
}

void json_key_bool(struct json *json, const char *key, bool value)
{
    json_key(json, key);
    json_bool(json, value);
}

void json_key_int(struct json *json, const char *key, int64_t value)
{
    json_key(json, key);
    json_int(json, value);
}

void json_key_int_or_null(struct json *json, const char *key, int32_t value)
{
    json_key(json, key);
    if (value == NONE)
        json_nothing(json);
    else
        json_int(json, value);
}

void json_key_fixed(struct json *json, const char *key, double value, unsigned decimals)
{
    json_key(json, key);
    json_fixed(json, value, decimals);
}

void json_key_null(struct json *json, const char *key)
{
    json_key(json, key);
    json_nothing(json);
}
