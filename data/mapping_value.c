/*
 * The small parts of a mapping file: texts, columns, conditions, values.
 */
#include "data/mapping_parse.h"

#include "data/cell_text.h"

#include <stdio.h>
#include <string.h>

void parse_where(char out[WHERE_BYTES], const char *where, const char *key)
{
    snprintf(out, WHERE_BYTES, "%s%s%.60s", where, *where ? "." : "", key);
}

void parse_where_number(char out[WHERE_BYTES], const char *where, size_t number)
{
    snprintf(out, WHERE_BYTES, "%.120s[%zu]", where, number + 1);
}

static enum status no_memory(struct error *error)
{
    return error_set(error, STATUS_LIMIT, "the mapping is too large");
}

static enum status wrong(struct error *error, const char *where, const char *key,
                         const char *wanted)
{
    return error_set_parameter(error, STATUS_INVALID, "mapping", "mapping: %s%s%s must be %s",
                               where, *where && *key ? "." : "", key, wanted);
}

enum status parse_keys(const json_t *object, const char *where, const char *const *keys,
                       struct error *error)
{
    if (!json_is_object(object))
        return wrong(error, *where ? where : "the file", "", "an object");
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        const char *const *known = keys;
        while (*known && strcmp(*known, key) != 0)
            known++;
        if (*known)
            continue;
        char list[300] = "";
        size_t used = 0;
        for (known = keys; *known && used + 40 < sizeof list; known++)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s",
                                     known == keys ? "" : ", ", *known);
        return error_set_parameter(error, STATUS_INVALID, "mapping",
                                   "mapping: %s%sunknown key '%.60s'; known are %s%s", where,
                                   *where ? ": " : "", key, list, *known ? ", …" : "");
    }
    return STATUS_OK;
}

enum status parse_text(struct mapping *mapping, const json_t *object, const char *where,
                       const char *key, const char **out, struct error *error)
{
    const json_t *json = json_object_get(object, key);
    if (!json)
        return STATUS_OK;
    if (!json_is_string(json) || json_string_length(json) == 0)
        return wrong(error, where, key, "a text that is not empty");
    *out = arena_copy(&mapping->arena, json_string_value(json), json_string_length(json));
    return *out ? STATUS_OK : no_memory(error);
}

enum status parse_bool(const json_t *object, const char *where, const char *key, bool *out,
                       struct error *error)
{
    const json_t *json = json_object_get(object, key);
    if (!json)
        return STATUS_OK;
    if (!json_is_boolean(json))
        return wrong(error, where, key, "true or false");
    *out = json_is_true(json);
    return STATUS_OK;
}

enum status parse_int(const json_t *object, const char *where, const char *key, int32_t least,
                      int32_t most, int32_t *out, struct error *error)
{
    const json_t *json = json_object_get(object, key);
    if (!json)
        return STATUS_OK;
    if (!json_is_integer(json) || json_integer_value(json) < least ||
        json_integer_value(json) > most) {
        char wanted[64];
        snprintf(wanted, sizeof wanted, "a whole number from %d to %d", least, most);
        return wrong(error, where, key, wanted);
    }
    *out = (int32_t)json_integer_value(json);
    return STATUS_OK;
}

enum status parse_word(const json_t *object, const char *where, const char *key,
                       const char *const *words, int32_t *out, struct error *error)
{
    const json_t *json = json_object_get(object, key);
    if (!json)
        return STATUS_OK;
    char wanted[160] = "one of";
    size_t used = strlen(wanted);
    for (int32_t i = 0; words[i]; i++) {
        if (json_is_string(json) && strcmp(json_string_value(json), words[i]) == 0) {
            *out = i;
            return STATUS_OK;
        }
        if (used + 20 < sizeof wanted)
            used += (size_t)snprintf(wanted + used, sizeof wanted - used, " \"%s\"", words[i]);
    }
    return wrong(error, where, key, wanted);
}

enum status parse_texts(struct mapping *mapping, const json_t *list, const char *where,
                        const char *const **out, uint32_t *count, struct error *error)
{
    size_t size = json_array_size(list);
    if (!json_is_array(list) || size == 0 || size > MAPPING_MAX_LIST)
        return wrong(error, where, "", "a list of texts");
    const char **texts = arena_calloc(&mapping->arena, size, sizeof *texts);
    if (!texts)
        return no_memory(error);
    for (size_t i = 0; i < size; i++) {
        const json_t *text = json_array_get(list, i);
        if (!json_is_string(text))
            return wrong(error, where, "", "a list of texts");
        texts[i] = arena_string(&mapping->arena, json_string_value(text));
        if (!texts[i])
            return no_memory(error);
    }
    *out = texts;
    *count = (uint32_t)size;
    return STATUS_OK;
}

enum status parse_column(struct mapping *mapping, const json_t *name, const char *where,
                         uint16_t *column, struct error *error)
{
    if (!json_is_string(name) || json_string_length(name) == 0)
        return wrong(error, where, "", "the name of a column");
    const char *text = json_string_value(name);
    for (uint32_t i = 0; i < mapping->column_count; i++)
        if (strcmp(mapping->columns[i], text) == 0) {
            *column = (uint16_t)i;
            return STATUS_OK;
        }
    if (mapping->column_count == MAPPING_MAX_COLUMNS)
        return error_set(error, STATUS_LIMIT, "mapping: more than %d columns are named",
                         MAPPING_MAX_COLUMNS);
    char *copy = arena_string(&mapping->arena, text);
    if (!copy)
        return no_memory(error);
    *column = (uint16_t)mapping->column_count;
    mapping->columns[mapping->column_count++] = copy;
    return STATUS_OK;
}

enum status parse_columns(struct mapping *mapping, const json_t *names, const char *where,
                          uint16_t **columns, uint32_t *count, struct error *error)
{
    bool single = !json_is_array(names);
    size_t size = single ? 1 : json_array_size(names);
    if (size == 0 || size > MAPPING_MAX_LIST)
        return wrong(error, where, "", "the name of a column, or a list of them");
    *columns = arena_calloc(&mapping->arena, size, sizeof **columns);
    if (!*columns)
        return no_memory(error);
    for (size_t i = 0; i < size; i++) {
        enum status status = parse_column(mapping, single ? names : json_array_get(names, i), where,
                                          &(*columns)[i], error);
        if (status)
            return status;
    }
    *count = (uint32_t)size;
    return STATUS_OK;
}

/* Conditions ------------------------------------------------------------------------------------- */

static enum status parse_one_condition(struct mapping *mapping, const json_t *json,
                                       const char *where, struct mapping_condition *condition,
                                       struct error *error)
{
    static const char *const keys[] = {"column", "is", "is_not", "empty", "number", NULL};
    enum status status = parse_keys(json, where, keys, error);
    if (status)
        return status;
    const json_t *is = json_object_get(json, "is"), *is_not = json_object_get(json, "is_not");
    const json_t *empty = json_object_get(json, "empty"), *number = json_object_get(json, "number");
    if (!!is + !!is_not + !!empty + !!number != 1)
        return wrong(error, where, "", "a column with one of is, is_not, empty, number");
    status =
        parse_column(mapping, json_object_get(json, "column"), where, &condition->column, error);
    bool yes = true;
    if (is || is_not) {
        condition->test = is ? MAPPING_IS : MAPPING_IS_NOT;
        if (!status)
            status = parse_texts(mapping, is ? is : is_not, where, &condition->values,
                                 &condition->value_count, error);
        return status;
    }
    if (!status)
        status = parse_bool(json, where, empty ? "empty" : "number", &yes, error);
    if (empty)
        condition->test = yes ? MAPPING_EMPTY : MAPPING_NOT_EMPTY;
    else
        condition->test = yes ? MAPPING_NUMBER : MAPPING_NOT_NUMBER;
    return status;
}

enum status parse_condition(struct mapping *mapping, const json_t *json, const char *where,
                            struct mapping_when *when, struct error *error)
{
    bool single = !json_is_array(json);
    size_t size = single ? 1 : json_array_size(json);
    if (size == 0 || size > MAPPING_MAX_LIST)
        return wrong(error, where, "", "a condition, or a list of them");
    struct mapping_condition *conditions = arena_calloc(&mapping->arena, size, sizeof *conditions);
    if (!conditions)
        return no_memory(error);
    for (size_t i = 0; i < size; i++) {
        enum status status = parse_one_condition(mapping, single ? json : json_array_get(json, i),
                                                 where, &conditions[i], error);
        if (status)
            return status;
    }
    *when = (struct mapping_when){conditions, (uint32_t)size};
    return STATUS_OK;
}

enum status parse_when(struct mapping *mapping, const json_t *object, const char *where,
                       const char *key, struct mapping_when *when, struct error *error)
{
    const json_t *json = json_object_get(object, key);
    if (!json)
        return STATUS_OK;
    char place[WHERE_BYTES];
    parse_where(place, where, key);
    return parse_condition(mapping, json, place, when, error);
}

/* Values ----------------------------------------------------------------------------------------- */

/* A text, or a whole number written as one. */
static enum status parse_literal(struct mapping *mapping, const json_t *json, const char *where,
                                 const char *key, const char **out, struct error *error)
{
    char number[32];
    const char *text = NULL;
    if (json_is_integer(json)) {
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(json));
        text = number;
    } else if (json_is_boolean(json)) {
        text = json_is_true(json) ? "true" : "false";
    } else if (json_is_string(json) && json_string_length(json) > 0) {
        text = json_string_value(json);
    }
    if (!text)
        return wrong(error, where, key, "a text that is not empty, a whole number, true or false");
    *out = arena_string(&mapping->arena, text);
    return *out ? STATUS_OK : no_memory(error);
}

static enum status parse_codes(struct mapping *mapping, const json_t *codes, const char *where,
                               struct mapping_choice *choice, struct error *error)
{
    size_t size = json_object_size(codes);
    if (!json_is_object(codes) || size == 0 || size > MAPPING_MAX_LIST)
        return wrong(error, where, "codes", "an object that is not empty");
    struct mapping_code *list = arena_calloc(&mapping->arena, size, sizeof *list);
    if (!list)
        return no_memory(error);
    const char *key;
    json_t *value;
    size_t count = 0;
    json_object_foreach((json_t *)codes, key, value)
    {
        struct mapping_code *code = &list[count++];
        code->from = arena_string(&mapping->arena, key);
        if (!code->from)
            return no_memory(error);
        code->from_length = (uint32_t)strlen(code->from);
        if (json_is_null(value))
            continue;
        enum status status = parse_literal(mapping, value, where, "codes", &code->to, error);
        if (status)
            return status;
        code->to_length = (uint32_t)strlen(code->to);
    }
    choice->codes = list;
    choice->code_count = (uint32_t)size;
    return STATUS_OK;
}

static enum status parse_dates(const json_t *dates, const char *where, uint32_t *bits,
                               struct error *error)
{
    if (!json_is_array(dates) || json_array_size(dates) == 0)
        return wrong(error, where, "dates", "a list of date formats");
    size_t i;
    json_t *json;
    json_array_foreach(dates, i, json)
    {
        int format = 0;
        const char *text = json_string_value(json);
        while (format < CELL_DATE_COUNT && (!text || strcmp(text, cell_date_code(format)) != 0))
            format++;
        if (format == CELL_DATE_COUNT)
            return error_set_parameter(error, STATUS_INVALID, "mapping",
                                       "mapping: %s.dates: '%.40s' is no date format", where,
                                       text ? text : "(not a text)");
        *bits |= 1u << format;
    }
    return STATUS_OK;
}

static enum status parse_source(struct mapping *mapping, const json_t *json, const char *where,
                                struct mapping_choice *choice, struct error *error)
{
    const json_t *column = json_object_get(json, "column");
    const json_t *columns = json_object_get(json, "columns");
    const json_t *constant = json_object_get(json, "constant");
    if (!!column + !!columns + !!constant != 1)
        return wrong(error, where, "", "an object with one of column, columns, constant");
    if (constant)
        return parse_literal(mapping, constant, where, "constant", &choice->constant, error);
    uint16_t *list = NULL;
    enum status status = parse_columns(mapping, column ? column : columns, where, &list,
                                       &choice->column_count, error);
    choice->columns = list;
    return status;
}

static enum status parse_choice(struct mapping *mapping, const json_t *json, const char *where,
                                struct mapping_choice *choice, struct error *error)
{
    static const char *const keys[] = {"column",  "columns", "join",  "constant", "when",
                                       "default", "codes",   "dates", NULL};
    *choice = (struct mapping_choice){.join = " "};
    if (json_is_string(json)) {
        uint16_t *column = NULL;
        enum status status =
            parse_columns(mapping, json, where, &column, &choice->column_count, error);
        choice->columns = column;
        return status;
    }
    enum status status = parse_keys(json, where, keys, error);
    if (!status)
        status = parse_source(mapping, json, where, choice, error);
    if (!status)
        status = parse_when(mapping, json, where, "when", &choice->when, error);
    const json_t *join = json_object_get(json, "join");
    if (!status && join) {
        if (!json_is_string(join))
            return wrong(error, where, "join", "a text");
        choice->join = arena_string(&mapping->arena, json_string_value(join));
        if (!choice->join)
            return no_memory(error);
    }
    const json_t *fallback = json_object_get(json, "default");
    if (!status && fallback)
        status = parse_literal(mapping, fallback, where, "default", &choice->fallback, error);
    const json_t *codes = json_object_get(json, "codes"), *dates = json_object_get(json, "dates");
    if (!status && codes)
        status = parse_codes(mapping, codes, where, choice, error);
    if (!status && dates)
        status = parse_dates(dates, where, &choice->dates, error);
    return status;
}

enum status parse_value(struct mapping *mapping, const json_t *object, const char *where,
                        const char *key, struct mapping_value *value, struct error *error)
{
    const json_t *json = json_object_get(object, key);
    if (!json)
        return STATUS_OK;
    char place[WHERE_BYTES];
    parse_where(place, where, key);
    bool single = !json_is_array(json);
    size_t size = single ? 1 : json_array_size(json);
    if (size == 0 || size > MAPPING_MAX_LIST)
        return wrong(error, place, "", "a column, an object, or a list of objects");
    struct mapping_choice *choices = arena_calloc(&mapping->arena, size, sizeof *choices);
    if (!choices)
        return no_memory(error);
    for (size_t i = 0; i < size; i++) {
        enum status status = parse_choice(mapping, single ? json : json_array_get(json, i), place,
                                          &choices[i], error);
        if (status)
            return status;
    }
    *value = (struct mapping_value){choices, (uint32_t)size};
    return STATUS_OK;
}

enum status parse_coded(struct mapping *mapping, const json_t *object, const char *where,
                        const char *key, parse_code check, struct mapping_value *value,
                        struct error *error)
{
    enum status status = parse_value(mapping, object, where, key, value, error);
    for (uint32_t i = 0; i < value->count && !status; i++) {
        const struct mapping_choice *choice = &value->choices[i];
        const char *given[] = {choice->constant, choice->fallback};
        for (int n = 0; n < 2 && !status; n++)
            if (given[n])
                status = check(given[n], strlen(given[n]), error);
        for (uint32_t n = 0; n < choice->code_count && !status; n++)
            if (choice->codes[n].to)
                status = check(choice->codes[n].to, choice->codes[n].to_length, error);
        if (status)
            error_prefix(error, "mapping: %s%s%s", where, *where ? "." : "", key);
    }
    return status;
}
