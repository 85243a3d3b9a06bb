#include "data/json_fields.h"

#include "data/calendar.h"

#include "geo/plain.h"

#include <stdio.h>
#include <string.h>

enum status fields_parse(const char *json, size_t length, size_t max_bytes, const char *what,
                         json_t **root, struct error *error)
{
    *root = NULL;
    if (length > max_bytes)
        return error_set(error, STATUS_INVALID, "%s has %zu bytes; it may have %zu", what, length,
                         max_bytes);
    json_error_t where;
    *root = json_loadb(json, length, JSON_REJECT_DUPLICATES, &where);
    if (!*root)
        return error_set(error, STATUS_INVALID, "%s is not JSON: line %d, column %d: %s", what,
                         where.line, where.column, where.text);
    return STATUS_OK;
}

enum status fields_check(const json_t *object, const char *where, const char *const *known,
                         struct error *error)
{
    if (!json_is_object(object))
        return error_set(error, STATUS_INVALID, "%s must be a JSON object", where);
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        const char *const *k = known;
        while (*k && strcmp(*k, key) != 0)
            k++;
        if (*k)
            continue;
        char list[384] = "";
        for (k = known; *k; k++) {
            size_t used = strlen(list);
            snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "", *k);
        }
        return error_set(error, STATUS_INVALID, "%s has the unknown key '%.60s'; it may have: %s",
                         where, key, list);
    }
    return STATUS_OK;
}

/* The value of the key; NULL where it is absent, or null. */
static enum status find(const json_t *object, const char *where, const char *key, enum need need,
                        const json_t **value, struct error *error)
{
    *value = json_object_get(object, key);
    if (json_is_null(*value))
        *value = NULL;
    if (!*value && need == REQUIRED)
        return error_set(error, STATUS_INVALID, "%s lacks the key '%s'", where, key);
    return STATUS_OK;
}

enum status fields_borrow_text(const json_t *object, const char *where, const char *key,
                               enum need need, size_t max_bytes, const char **text,
                               struct error *error)
{
    const json_t *value;
    enum status status = find(object, where, key, need, &value, error);
    if (status || !value)
        return status;
    if (!json_is_string(value))
        return error_set(error, STATUS_INVALID, "'%s' of %s must be a text", key, where);
    const char *bytes = json_string_value(value);
    size_t length = json_string_length(value);
    if (length == 0 || length > max_bytes)
        return error_set(error, STATUS_INVALID, "'%s' of %s has %zu bytes; it must have 1 to %zu",
                         key, where, length, max_bytes);
    if (plain_length(bytes, length) < length)
        return error_set(error, STATUS_INVALID, "'%s' of %s holds a control character", key, where);
    *text = bytes;
    return STATUS_OK;
}

enum status fields_text(const json_t *object, const char *where, const char *key, enum need need,
                        char *buffer, size_t size, struct error *error)
{
    const char *text = NULL;
    enum status status = fields_borrow_text(object, where, key, need, size - 1, &text, error);
    if (!status && text)
        memcpy(buffer, text, strlen(text) + 1);
    return status;
}

enum status fields_flag(const json_t *object, const char *where, const char *key, bool *flag,
                        struct error *error)
{
    const json_t *value;
    enum status status = find(object, where, key, OPTIONAL, &value, error);
    if (status || !value)
        return status;
    if (!json_is_boolean(value))
        return error_set(error, STATUS_INVALID, "'%s' of %s must be true or false", key, where);
    *flag = json_is_true(value);
    return STATUS_OK;
}

enum status fields_integer(const json_t *object, const char *where, const char *key, enum need need,
                           int32_t least, int32_t most, int32_t *out, struct error *error)
{
    const json_t *value;
    enum status status = find(object, where, key, need, &value, error);
    if (status || !value)
        return status;
    json_int_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < least || number > most)
        return error_set(error, STATUS_INVALID, "'%s' of %s must be a whole number from %d to %d",
                         key, where, (int)least, (int)most);
    *out = (int32_t)number;
    return STATUS_OK;
}

enum status fields_number(const json_t *object, const char *where, const char *key, enum need need,
                          double least, double most, double *out, struct error *error)
{
    const json_t *value;
    enum status status = find(object, where, key, need, &value, error);
    if (status || !value)
        return status;
    double number = json_number_value(value);
    if (!json_is_number(value) || !(number >= least && number <= most))
        return error_set(error, STATUS_INVALID, "'%s' of %s must be a number from %g to %g", key,
                         where, least, most);
    *out = number;
    return STATUS_OK;
}

enum status fields_day(const json_t *object, const char *where, const char *key, enum need need,
                       int32_t *day, struct error *error)
{
    const char *text = NULL;
    enum status status = fields_borrow_text(object, where, key, need, 32, &text, error);
    if (!status && text && day_parse(text, strlen(text), day))
        return error_set(error, STATUS_INVALID,
                         "'%s' of %s is '%s'; it must be a date YYYY-MM-DD that exists", key, where,
                         text);
    return status;
}

enum status fields_array(const json_t *object, const char *where, const char *key, enum need need,
                         const json_t **array, struct error *error)
{
    enum status status = find(object, where, key, need, array, error);
    if (!status && *array && !json_is_array(*array))
        return error_set(error, STATUS_INVALID, "'%s' of %s must be a list", key, where);
    return status;
}

int fields_weekday(const char *text, size_t length)
{
    static const char names[7][4] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    for (int i = 0; i < 7; i++)
        if (length == 3 && memcmp(names[i], text, 3) == 0)
            return i;
    return -1;
}
