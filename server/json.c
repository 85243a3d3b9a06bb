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

static void literal(struct json *json, const char *text, size_t length)
{
    if (json_before(json, length))
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

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

/* Must one of these eight bytes be escaped? Subtracting borrows from the bit 7 of a byte that was less;
 * what a borrow does to the bytes above can add no answer to one that is yes already. */
static bool any_is_escaped(uint64_t bytes)
{
    uint64_t quote = bytes ^ EACH_BYTE('"'), backslash = bytes ^ EACH_BYTE('\\');
    uint64_t control = (bytes - EACH_BYTE(0x20)) & ~bytes;
    uint64_t found =
        control | ((quote - EACH_BYTE(1)) & ~quote) | ((backslash - EACH_BYTE(1)) & ~backslash);
    return (found & EACH_BYTE(0x80)) != 0;
}

/* How many bytes from `text` on need no escape: at most `length`. */
static size_t plain_length(const char *text, size_t length)
{
    size_t plain = 0;
    for (uint64_t bytes; length - plain >= sizeof bytes; plain += sizeof bytes) {
        memcpy(&bytes, text + plain, sizeof bytes);
        if (any_is_escaped(bytes))
            break;
    }
    while (plain < length && (unsigned char)text[plain] >= 0x20 && text[plain] != '"' &&
           text[plain] != '\\')
        plain++;
    return plain;
}

/* Between the quotes. */
static void write_escaped(struct json *json, const char *text, size_t length)
{
    for (;;) {
        size_t plain = plain_length(text, length);
        json_raw(json, text, plain);
        if (plain == length)
            return;
        char escaped[6] = {0};
        json_raw(json, escaped, escape(escaped, (unsigned char)text[plain]));
        text += plain + 1;
        length -= plain + 1;
    }
}

void json_text_n(struct json *json, const char *text, size_t length)
{
    if (!json_before(json, length + 2))
        return;
    json->bytes[json->length++] = '"';
    write_escaped(json, text, length);
    JSON_RAW(json, "\"");
}

void json_text_joined(struct json *json, const char *first, const char *second)
{
    size_t first_length = strlen(first), second_length = strlen(second);
    if (!json_before(json, first_length + second_length + 2))
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

/* Exactly `count` digits of a value that has no more. */
static void write_digits(char *text, uint64_t value, unsigned count)
{
    static const char pairs[] = "0001020304050607080910111213141516171819"
                                "2021222324252627282930313233343536373839"
                                "4041424344454647484950515253545556575859"
                                "6061626364656667686970717273747576777879"
                                "8081828384858687888990919293949596979899";
    for (; count >= 2; count -= 2, value /= 100)
        memcpy(text + count - 2, pairs + value % 100 * 2, 2);
    if (count)
        text[0] = (char)('0' + value % 10);
}

static unsigned digit_count(uint64_t value)
{
    unsigned count = 1;
    for (; value >= 100; value /= 100)
        count += 2;
    return count + (value >= 10);
}

size_t json_int_digits(char *text, int64_t value)
{
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    unsigned count = digit_count(rest), sign = value < 0;
    text[0] = '-';
    write_digits(text + sign, rest, count);
    return sign + count;
}

void json_int(struct json *json, int64_t value)
{
    if (json_before(json, 20))
        json->length += json_int_digits(json->bytes + json->length, value);
}

void json_int_or_null(struct json *json, int32_t value)
{
    if (value == NONE)
        json_nothing(json);
    else
        json_int(json, value);
}

static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
static const uint64_t whole_powers[] = {1,      10,      100,      1000,      10000,
                                        100000, 1000000, 10000000, 100000000, 1000000000};

size_t json_fixed_digits(char *text, double value, unsigned decimals)
{
    double scaled = value * powers[decimals];
    if (!(scaled > -9e15 && scaled < 9e15)) /* NaN fails both */
        return 0;
    int64_t units = (int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    bool is_negative = units < 0;
    uint64_t size = is_negative ? 0 - (uint64_t)units : (uint64_t)units;
    uint64_t whole = size / whole_powers[decimals], part = size % whole_powers[decimals];
    text[0] = '-';
    size_t length = is_negative + json_int_digits(text + is_negative, (int64_t)whole);
    if (part == 0)
        return length;
    text[length++] = '.';
    write_digits(text + length, part, decimals);
    length += decimals;
    while (text[length - 1] == '0')
        length--;
    return length;
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
