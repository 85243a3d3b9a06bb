/*
 * Reading the fields of our own JSON files strictly: unknown keys are refused by name, every value
 * by its bound, each in one sentence. `where` names the object in that sentence ("the calendar").
 * A field that is absent (or null, where not required) leaves its out value as it was.
 */
#ifndef DATA_JSON_FIELDS_H
#define DATA_JSON_FIELDS_H

#include "data/records.h"

#include <jansson.h>
#include <string.h>

/* Parse a whole file's text; the message gives line and column. *root is yours (json_decref). */
enum status MUST_CHECK fields_parse(const char *json, size_t length, size_t max_bytes,
                                    const char *what, json_t **root, struct error *error);

/* An object, and every key among `known` (ends with NULL). */
enum status MUST_CHECK fields_check(const json_t *object, const char *where,
                                    const char *const *known, struct error *error);

enum need { OPTIONAL, REQUIRED };

/* A text of 1 to size - 1 bytes without control characters, copied. */
enum status MUST_CHECK fields_text(const json_t *object, const char *where, const char *key,
                                   enum need need, char *buffer, size_t size, struct error *error);
/* The same, borrowed: it lives as long as the JSON value. */
enum status MUST_CHECK fields_borrow_text(const json_t *object, const char *where, const char *key,
                                          enum need need, size_t max_bytes, const char **text,
                                          struct error *error);
enum status MUST_CHECK fields_flag(const json_t *object, const char *where, const char *key,
                                   bool *flag, struct error *error);
enum status MUST_CHECK fields_integer(const json_t *object, const char *where, const char *key,
                                      enum need need, int32_t least, int32_t most, int32_t *value,
                                      struct error *error);
enum status MUST_CHECK fields_number(const json_t *object, const char *where, const char *key,
                                     enum need need, double least, double most, double *value,
                                     struct error *error);
/* YYYY-MM-DD, a date that exists. */
enum status MUST_CHECK fields_day(const json_t *object, const char *where, const char *key,
                                  enum need need, int32_t *day, struct error *error);
/* An array; *array is borrowed, NULL where absent. */
enum status MUST_CHECK fields_array(const json_t *object, const char *where, const char *key,
                                    enum need need, const json_t **array, struct error *error);

/*
 * FIELDS_DEFINE_CODE(care) makes read_care(): the key "care", a code of that list (records.h).
 */
#define FIELDS_DEFINE_CODE(type)                                                               \
    static enum status read_##type(const json_t *object, const char *where, enum need need,    \
                                   int8_t *code, struct error *error)                          \
    {                                                                                          \
        const char *text = NULL;                                                               \
        enum type value;                                                                       \
        enum status status = fields_borrow_text(object, where, #type, need, 64, &text, error); \
        if (status || !text)                                                                   \
            return status;                                                                     \
        if ((status = type##_parse(text, strlen(text), &value, error)))                        \
            error_prefix(error, "%s", where);                                                  \
        else                                                                                   \
            *code = (int8_t)value;                                                             \
        return status;                                                                         \
    }

/* "mon" … "sun" to 0 … 6; -1 for anything else. */
int fields_weekday(const char *text, size_t length);

#endif
