#include "server/problem.h"

#include <stdio.h>

struct problem_row {
    unsigned http_code;
    const char *type, *title;
};

static const struct problem_row rows[PROBLEM_COUNT] = {
#define X(name, code, type, title) [PROBLEM_##name] = {code, type, title},
    PROBLEM_LIST(X)
#undef X
};

static const enum problem of_status[STATUS_COUNT] = {
    [STATUS_OK] = PROBLEM_INTERNAL,
    [STATUS_INVALID] = PROBLEM_INVALID_PARAMETER,
    [STATUS_NOT_FOUND] = PROBLEM_NOT_FOUND,
    [STATUS_GONE] = PROBLEM_GONE,
    [STATUS_CONFLICT] = PROBLEM_CONFLICT,
    [STATUS_REJECTED] = PROBLEM_REJECTED,
    [STATUS_LIMIT] = PROBLEM_TOO_MUCH,
    [STATUS_MEMORY] = PROBLEM_OVERLOADED,
    [STATUS_IO] = PROBLEM_INTERNAL,
    [STATUS_CORRUPT] = PROBLEM_INTERNAL,
    [STATUS_VERSION] = PROBLEM_INTERNAL,
    [STATUS_BUSY] = PROBLEM_OVERLOADED,
    [STATUS_READ_ONLY] = PROBLEM_OVERLOADED,
    [STATUS_CANCELLED] = PROBLEM_OVERLOADED,
    [STATUS_UNSUPPORTED] = PROBLEM_NOT_BUILT_IN,
    [STATUS_NO_NETWORK] = PROBLEM_NO_NETWORK,
    [STATUS_OFF_NETWORK] = PROBLEM_OFF_NETWORK,
};

unsigned problem_http_code(enum problem problem)
{
    return rows[problem].http_code;
}

const char *problem_type(enum problem problem)
{
    return rows[problem].type;
}

enum problem problem_of_status(enum status status)
{
    return (unsigned)status < STATUS_COUNT ? of_status[status] : PROBLEM_INTERNAL;
}

void problem_write(struct json *json, enum problem problem, const struct error *error)
{
    const struct problem_row *row = &rows[problem];
    char type[64];
    snprintf(type, sizeof type, "/problems/%s", row->type);
    bool told = error && error->message[0] && row->http_code < 500;
    json_object_begin(json);
    json_key_text(json, "type", type);
    json_key_text(json, "title", row->title);
    json_key_int(json, "status", row->http_code);
    json_key_text(json, "detail", told ? error->message : row->title);
    if (told && error->parameter[0])
        json_key_text(json, "parameter", error->parameter);
    json_object_end(json);
}
