/*
 * A strict pull reader of JSON (RFC 8259) over text in memory: the caller walks, nothing is built.
 *
 * Beyond the grammar it refuses: the same key twice in an object (compared as decoded), lone
 * surrogates, the character U+0000, numbers that no double can hold or of more than
 * NUMBER_MAX_BYTES, more than JSON_MAX_DEPTH levels, more than JSON_MAX_MEMBERS members in one
 * object. Sentences give line and column. The text must be valid UTF-8, NUL-terminated at its
 * length.
 *
 *   json_reader_begin_object(&reader, error);
 *   while (!(status = json_reader_next_member(&reader, &key, &more, error)) && more)
 *       if (json_span_is(key, "name")) … json_reader_string(&reader, &name, error);
 *       else … json_reader_skip(&reader, &value, error);
 */
#ifndef DATA_JSON_READER_H
#define DATA_JSON_READER_H

#include "data/json_span.h"
#include "geo/status.h"

#include <stdint.h>

enum { JSON_MAX_DEPTH = 64, JSON_MAX_MEMBERS = 4096 };

enum json_kind {
    JSON_KIND_OBJECT,
    JSON_KIND_ARRAY,
    JSON_KIND_STRING,
    JSON_KIND_NUMBER,
    JSON_KIND_TRUE,
    JSON_KIND_FALSE,
    JSON_KIND_NULL
};

struct json_reader {
    const char *text;
    size_t length, at;
    uint32_t depth;
    bool keys_are_checked; /* off for text that was read once already */
    struct json_reader_level {
        uint32_t first_key; /* of this object, among `keys` */
        bool has_elements;
        char close; /* } or ] */
    } levels[JSON_MAX_DEPTH];
    struct json_span *keys; /* of all open objects */
    uint32_t key_count, key_capacity;
};

/* The text is borrowed for as long as the reader is used. */
void json_reader_init(struct json_reader *reader, const char *text, size_t length);
void json_reader_release(struct json_reader *reader); /* safe on {0} and safe twice */

/* What value begins next; white space is passed over. CORRUPT where none can. */
enum status MUST_CHECK json_reader_peek(struct json_reader *reader, enum json_kind *kind,
                                        struct error *error);

/* Step into the object (array) that begins here; REJECTED where another value does. */
enum status MUST_CHECK json_reader_begin_object(struct json_reader *reader, struct error *error);
enum status MUST_CHECK json_reader_begin_array(struct json_reader *reader, struct error *error);

/* To the next member's value (element); *more is false where the object (array) has ended, and the
 * reader is then behind it. */
enum status MUST_CHECK json_reader_next_member(struct json_reader *reader, struct json_span *key,
                                               bool *more, struct error *error);
enum status MUST_CHECK json_reader_next_element(struct json_reader *reader, bool *more,
                                                struct error *error);

/* Read one value; REJECTED where it is of another type. A number's span is its source text. */
enum status MUST_CHECK json_reader_string(struct json_reader *reader, struct json_span *string,
                                          struct error *error);
enum status MUST_CHECK json_reader_number(struct json_reader *reader, struct json_span *number,
                                          struct error *error);

/* Pass over any value, checking it whole; its source text. */
enum status MUST_CHECK json_reader_skip(struct json_reader *reader, struct json_span *value,
                                        struct error *error);

/* Only white space may follow. */
enum status MUST_CHECK json_reader_end(struct json_reader *reader, struct error *error);

/* A refusal with the position put in front: "line 3, column 14: …" of `at`, a place in the text. */
enum status json_reader_refuse(const struct json_reader *reader, const char *at, enum status status,
                               struct error *error, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#endif
