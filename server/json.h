/*
 * An appending JSON writer for answers: no tree, no allocation but its one buffer, a ceiling.
 *
 * Commas are its own business: a value or a key puts one where it is needed. Errors stick: after
 * the ceiling or an allocation failure further calls do nothing, and json_status() says so once,
 * at the end. What it writes is valid JSON if begin and end are balanced; a number that is not
 * finite becomes null. One thread at a time; kept and reused request after request.
 */
#ifndef SERVER_JSON_H
#define SERVER_JSON_H

#include "geo/status.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct json {
    char *bytes;
    size_t length, capacity, max_bytes;
    bool comma; /* a comma goes before the next key or value */
    enum status failed;
};

/* Nothing is allocated until something is written. */
void json_init(struct json *json, size_t max_bytes);
/* Empty again; the buffer is kept. */
void json_reset(struct json *json);
void json_release(struct json *json); /* safe on {0} and safe twice */

/* OK, LIMIT (more than max_bytes) or MEMORY. */
enum status MUST_CHECK json_status(const struct json *json, struct error *error);

/* Room for `bytes` more; false (and failed is set) where there is none. */
bool json_reserve_slow(struct json *json, size_t bytes);
static inline bool json_reserve(struct json *json, size_t bytes)
{
    return json->capacity - json->length >= bytes || json_reserve_slow(json, bytes);
}

/* Bytes exactly as they are, no comma: for prepared fragments that bring their own punctuation. */
static inline void json_raw(struct json *json, const char *bytes, size_t length)
{
    if (!json_reserve(json, length))
        return;
    memcpy(json->bytes + json->length, bytes, length);
    json->length += length;
}
#define JSON_RAW(json, literal) json_raw(json, literal, sizeof(literal) - 1)

/* The comma before what comes next, and room for `bytes` after it. */
static inline bool json_before(struct json *json, size_t bytes)
{
    if (!json_reserve(json, bytes + 1))
        return false;
    if (json->comma)
        json->bytes[json->length++] = ',';
    json->comma = true;
    return true;
}

/* A prepared value, or a prepared run of members ("a":1,"b":2), with the comma before it. */
void json_fragment(struct json *json, const char *bytes, size_t length);

void json_object_begin(struct json *json);
void json_object_end(struct json *json);
void json_array_begin(struct json *json);
void json_array_end(struct json *json);

/* Keys are plain ASCII without quotes or backslashes: they are written by us, not by people. Inline,
 * since the length of one that is written out is known to the compiler. */
static inline void json_key(struct json *json, const char *key)
{
    size_t length = strlen(key);
    if (!json_before(json, length + 3))
        return;
    char *at = json->bytes + json->length;
    *at = '"';
    memcpy(at + 1, key, length);
    at[length + 1] = '"';
    at[length + 2] = ':';
    json->length += length + 3;
    json->comma = false;
}

void json_text(struct json *json, const char *text); /* NULL becomes null; valid UTF-8 */
void json_text_n(struct json *json, const char *text, size_t length);
void json_text_joined(struct json *json, const char *first, const char *second); /* one text */
void json_bool(struct json *json, bool value);
void json_nothing(struct json *json); /* null; jansson has the name json_null */
void json_int(struct json *json, int64_t value);
void json_int_or_null(struct json *json, int32_t value); /* NONE = null */
/* At most `decimals` (0..9) digits after the point, rounded half away from zero, no zeros at the
 * end: 30.2071, 120, -0.5. Beyond 9e15 / 10^decimals, and for NaN and infinity: null. */
void json_fixed(struct json *json, double value, unsigned decimals);

/* key and value at once; NULL text is null. */
static inline void json_key_text(struct json *json, const char *key, const char *text)
{
    json_key(json, key);
    json_text(json, text);
}
static inline void json_key_bool(struct json *json, const char *key, bool value)
{
    json_key(json, key);
    json_bool(json, value);
}
static inline void json_key_int(struct json *json, const char *key, int64_t value)
{
    json_key(json, key);
    json_int(json, value);
}
static inline void json_key_int_or_null(struct json *json, const char *key, int32_t value)
{
    json_key(json, key);
    json_int_or_null(json, value);
}
static inline void json_key_fixed(struct json *json, const char *key, double value,
                                  unsigned decimals)
{
    json_key(json, key);
    json_fixed(json, value, decimals);
}
static inline void json_key_null(struct json *json, const char *key)
{
    json_key(json, key);
    json_nothing(json);
}

/* The digits of a number, as json_int() and json_fixed() write them, into `text` (at least 32
 * bytes); returns how many, without a NUL. json_fixed_digits() gives 0 where it would be null. */
size_t json_int_digits(char *text, int64_t value);
size_t json_fixed_digits(char *text, double value, unsigned decimals);

#endif
