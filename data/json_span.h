/*
 * Pieces of JSON text, as a json_reader hands them out: still escaped, and how to read them.
 */
#ifndef DATA_JSON_SPAN_H
#define DATA_JSON_SPAN_H

#include <stdbool.h>
#include <stddef.h>

/* A piece of the source. Of a string: what is between its quotes, escapes and all, which the reader
 * has checked. Borrowed from the text. */
struct json_span {
    const char *text;
    size_t length;
    bool escaped; /* a string with a backslash in it */
};

/* The order of the decoded bytes: below 0, 0 (the same string, however written), above 0. */
int json_span_compare(struct json_span a, struct json_span b);

/* Is the decoded string this text? */
bool json_span_is(struct json_span string, const char *text);

/* Decode a string; `out` has room for length + 1 bytes and may be the span's own place. Returns the
 * decoded length, which is never more than `length`; a NUL follows. */
size_t json_span_decode(struct json_span string, char *out);

#endif
