/* Where values come from: a query string, a JSON body, the command line. */
#include "server/params_input.h"
#include "server/router.h"

#include <jansson.h>
#include <stdio.h>

enum { JSON_MAX_DEPTH = 8 };

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

enum status params_percent_decode(const char *text, size_t length, bool plus_is_space,
                                  char *decoded, size_t *decoded_length)
{
    size_t out = 0;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (c == '%') {
            bool whole = length - i > 2;
            int high = whole ? hex_digit(text[i + 1]) : -1;
            int low = whole ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                return STATUS_INVALID;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        decoded[out++] = c;
    }
    decoded[out] = '\0';
    *decoded_length = out;
    return STATUS_OK;
}

/* One NAME=VALUE of a query. */
static enum status read_pair(struct request *request, const char *pair, size_t length,
                             struct error *error)
{
    const char *equals = memchr(pair, '=', length);
    size_t name_length = equals ? (size_t)(equals - pair) : length;
    size_t value_length = equals ? length - name_length - 1 : 0;
    char *name = arena_alloc(request->arena, name_length + 1);
    char *value = arena_alloc(request->arena, value_length + 1);
    if (!name || !value)
        return error_memory(error, "reading the query");
    uint32_t place = 0;
    if (params_percent_decode(pair, name_length, true, name, &name_length))
        return error_set(error, STATUS_INVALID,
                         "a parameter's name in the query has a %% without "
                         "two hexadecimal digits behind it");
    enum status status = params_find(request, name, name_length, &place, error);
    if (status)
        return status;
    const char *known = request->route->parameters[place].name;
    if (equals && params_percent_decode(equals + 1, value_length, true, value, &value_length)) {
        char shown[PARAMS_SHOWN_BYTES];
        params_show(equals + 1, length - (size_t)(equals + 1 - pair), shown);
        return error_set_parameter(error, STATUS_INVALID, known,
                                   "%s is '%s'; a %% must have two hexadecimal digits behind it",
                                   known, shown);
    }
    return params_put(request, place, value, value_length, error);
}

enum status params_read_query(struct request *request, const char *query, size_t length,
                              struct error *error)
{
    const char *end = query + length;
    for (const char *pair = query; pair < end;) {
        const char *ampersand = memchr(pair, '&', (size_t)(end - pair));
        const char *stop = ampersand ? ampersand : end;
        if (stop > pair) { /* "a=1&&b=2" and a last & say nothing */
            enum status status = read_pair(request, pair, (size_t)(stop - pair), error);
            if (status)
                return status;
        }
        pair = ampersand ? stop + 1 : end;
    }
    return params_finish(request, error);
}

enum status params_read_arguments(struct request *request, const struct argument *arguments,
                                  uint32_t count, struct error *error)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct argument *argument = &arguments[i];
        uint32_t place = 0;
        enum status status =
            params_find(request, argument->name, strlen(argument->name), &place, error);
        if (!status)
            status = params_put(request, place, argument->value, argument->value_length, error);
        if (status)
            return status;
    }
    return params_finish(request, error);
}

/*
 * JSON bodies: an object whose members are the parameters. A parser that builds trees is only let at
 * a text whose nesting is known to be shallow.
 */
static enum status check_depth(const char *body, size_t length, struct error *error)
{
    unsigned depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < length; i++) {
        char c = body[i];
        if (in_string && c == '\\')
            i++;
        else if (c == '"')
            in_string = !in_string;
        else if (!in_string && (c == '{' || c == '['))
            depth++;
        else if (!in_string && (c == '}' || c == ']') && depth > 0)
            depth--;
        if (depth > JSON_MAX_DEPTH)
            return error_set(error, STATUS_INVALID,
                             "the body is nested deeper than %d levels at byte %zu", JSON_MAX_DEPTH,
                             i);
    }
    return STATUS_OK;
}

/* A scalar as the text a query would have; NULL for what is none. */
static const char *scalar_text(struct request *request, const json_t *value, size_t *length)
{
    char digits[40];
    switch (json_typeof(value)) {
    case JSON_STRING:
        *length = json_string_length(value);
        return arena_copy(request->arena, json_string_value(value), *length);
    case JSON_INTEGER:
        *length = json_int_digits(digits, json_integer_value(value));
        break;
    case JSON_REAL:
        /* 17 digits give the same double back; the locale is never set, so the point is a point */
        *length = (size_t)snprintf(digits, sizeof digits, "%.17g", json_real_value(value));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        *length = (size_t)snprintf(digits, sizeof digits, json_is_true(value) ? "true" : "false");
        break;
    default:
        return NULL;
    }
    return arena_copy(request->arena, digits, *length);
}

/* ["a","b"] or [5,10] for a comma list, [west,south,east,north] for a box: joined as a query has them. */
static const char *array_text(struct request *request, const json_t *array, size_t *length)
{
    enum { MAX_ITEMS = 32 };
    const char *parts[MAX_ITEMS];
    size_t lengths[MAX_ITEMS], count = json_array_size(array), total = 0;
    if (count == 0 || count > MAX_ITEMS)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        parts[i] = scalar_text(request, json_array_get(array, i), &lengths[i]);
        if (!parts[i] || memchr(parts[i], ',', lengths[i]))
            return NULL;
        total += lengths[i] + 1;
    }
    char *text = arena_alloc(request->arena, total);
    if (!text)
        return NULL;
    *length = 0;
    for (size_t i = 0; i < count; i++) {
        if (i)
            text[(*length)++] = ',';
        memcpy(text + *length, parts[i], lengths[i]);
        *length += lengths[i];
    }
    return text;
}

static bool takes_array(enum parameter_type type)
{
    return type == PARAMETER_CODES || type == PARAMETER_BOX || type == PARAMETER_INTEGERS;
}

static enum status read_member(struct request *request, const char *name, size_t name_length,
                               const json_t *value, struct error *error)
{
    uint32_t place = 0;
    enum status status = params_find(request, name, name_length, &place, error);
    if (status)
        return status;
    const struct parameter *parameter = &request->route->parameters[place];
    const char *text = NULL;
    size_t length = 0;
    bool is_list = json_is_array(value) && takes_array(parameter->type);
    if (is_list)
        text = array_text(request, value, &length);
    else
        text = scalar_text(request, value, &length);
    if (text)
        return params_put(request, place, text, length, error);
    return error_set_parameter(error, STATUS_INVALID, parameter->name,
                               "%s must be a %s, not %s; leave it out for none", parameter->name,
                               takes_array(parameter->type)
                                   ? "string or an array of 1 to 32 plain values"
                                   : "string, a number or a boolean",
                               json_is_null(value)     ? "null"
                               : json_is_object(value) ? "an object"
                               : is_list               ? "this array"
                                                       : "an array");
}

/* What is well-formed and yet refused, in words. */
static const char *body_fault(enum json_error_code code)
{
    switch (code) {
    case json_error_duplicate_key:
        return ": a member is there twice";
    case json_error_numeric_overflow:
        return ": a number is larger than can be";
    case json_error_null_character:
        return ": a text has a NUL";
    default:
        return "";
    }
}

enum status params_read_body(struct request *request, const char *body, size_t length,
                             struct error *error)
{
    enum status status = check_depth(body, length, error);
    if (status)
        return status;
    json_error_t failure;
    json_t *root = json_loadb(body, length, JSON_REJECT_DUPLICATES, &failure);
    if (!root)
        return error_set(error, STATUS_INVALID, "the body is not valid JSON, line %d, column %d%s",
                         failure.line, failure.column, body_fault(json_error_code(&failure)));
    if (!json_is_object(root))
        status = error_set(error, STATUS_INVALID,
                           "the body must be a JSON object whose members are the parameters");
    for (void *member = json_object_iter(root); member && !status;
         member = json_object_iter_next(root, member))
        status =
            read_member(request, json_object_iter_key(member), json_object_iter_key_len(member),
                        json_object_iter_value(member), error);
    json_decref(root);
    return status ? status : params_finish(request, error);
}
