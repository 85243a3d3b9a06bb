#include "server/openapi.h"

#include "server/http.h"
#include "server/router.h"

#include <stdio.h>

/* The shapes of answers, server/openapi_schemas.json, carried in the program as text. */
extern const char openapi_schemas[];
extern const unsigned long openapi_schemas_length;

static void write_codes(const char *const *codes, struct json *out)
{
    json_key(out, "enum");
    json_array_begin(out);
    for (; *codes; codes++)
        json_text(out, *codes);
    json_array_end(out);
}

static void write_typed(const char *type, const char *pattern, struct json *out)
{
    json_key_text(out, "type", type);
    if (pattern)
        json_key_text(out, "pattern", pattern);
}

static void write_bounds(const struct parameter *parameter, struct json *out)
{
    json_key_fixed(out, "minimum", parameter->minimum, 6);
    json_key_fixed(out, "maximum", parameter->maximum, 6);
}

/* Members of a list or a box: an array in a body, a comma list in a query (style form, not exploded). */
static void write_array(const struct parameter *parameter, struct json *out)
{
    bool is_box = parameter->type == PARAMETER_BOX;
    bool is_integers = parameter->type == PARAMETER_INTEGERS;
    json_key_text(out, "type", "array");
    json_key(out, "items");
    json_object_begin(out);
    json_key_text(out, "type", is_box ? "number" : is_integers ? "integer" : "string");
    if (is_integers)
        write_bounds(parameter, out);
    else if (!is_box)
        write_codes(parameter->codes, out);
    json_object_end(out);
    json_key_int(out, "minItems", is_box ? 4 : 1);
    if (is_box || is_integers)
        json_key_int(out, "maxItems", 4);
}

static void write_default(const struct parameter *parameter, struct json *out)
{
    if (!parameter->default_text)
        return;
    const char *text = parameter->default_text;
    bool quoted = parameter->type == PARAMETER_CODE || parameter->type == PARAMETER_CODES;
    json_key(out, "default");
    if (quoted)
        json_text(out, text);
    else if (parameter->type == PARAMETER_INTEGERS) {
        json_array_begin(out);
        json_fragment(out, text, strlen(text));
        json_array_end(out);
    } else
        json_fragment(out, text, strlen(text));
}

static void write_parameter_schema(const struct parameter *parameter, struct json *out)
{
    json_object_begin(out);
    switch (parameter->type) {
    case PARAMETER_DECIMAL:
    case PARAMETER_INTEGER:
        json_key_text(out, "type", parameter->type == PARAMETER_DECIMAL ? "number" : "integer");
        write_bounds(parameter, out);
        break;
    case PARAMETER_FLAG:
        json_key_text(out, "type", "boolean");
        break;
    case PARAMETER_TRUE:
        json_key_text(out, "type", "boolean");
        json_key(out, "enum");
        json_array_begin(out);
        json_bool(out, true);
        json_array_end(out);
        break;
    case PARAMETER_CODE:
        json_key_text(out, "type", "string");
        write_codes(parameter->codes, out);
        break;
    case PARAMETER_CODES:
    case PARAMETER_INTEGERS:
    case PARAMETER_BOX:
        write_array(parameter, out);
        break;
    case PARAMETER_MONTH:
        write_typed("string", "^[0-9]{4}-(0[1-9]|1[0-2])$", out);
        break;
    case PARAMETER_TIME:
        write_typed("string",
                    parameter->maximum < 1440 ? "^([01][0-9]|2[0-3]):[0-5][0-9]$"
                                              : "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$",
                    out);
        break;
    case PARAMETER_DAY:
        write_typed("string", "^(mon|tue|wed|thu|fri|sat|sun|[0-9]{4}-[0-9]{2}-[0-9]{2})$", out);
        break;
    case PARAMETER_DATE:
        write_typed("string", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", out);
        break;
    case PARAMETER_NAME:
        write_typed("string", "^[a-z0-9-]{1,64}$", out);
        break;
    case PARAMETER_TEXT:
        json_key_text(out, "type", "string");
        json_key_int(out, "minLength", 1);
        json_key_int(out, "maxLength", (int64_t)parameter->maximum);
        break;
    case PARAMETER_CURSOR:
        write_typed("string", "^[A-Za-z0-9_-]+$", out);
        break;
    }
    write_default(parameter, out);
    json_object_end(out);
}

static void write_query_parameter(const struct parameter *parameter, struct json *out)
{
    json_object_begin(out);
    json_key_text(out, "name", parameter->name);
    json_key_text(out, "in", "query");
    json_key_bool(out, "required", parameter->required);
    json_key_text(out, "description", parameter->doc);
    if (parameter->type == PARAMETER_CODES || parameter->type == PARAMETER_BOX ||
        parameter->type == PARAMETER_INTEGERS) {
        json_key_text(out, "style", "form");
        json_key_bool(out, "explode", false);
    }
    json_key(out, "schema");
    write_parameter_schema(parameter, out);
    json_object_end(out);
}

/* What stands for {…} in a path: ids, or numbers. */
static void write_path_parameters(const struct route *route, struct json *out)
{
    for (const char *open = strchr(route->path, '{'); open; open = strchr(open + 1, '{')) {
        size_t length = strcspn(open + 1, "}");
        json_object_begin(out);
        json_key(out, "name");
        json_text_n(out, open + 1, length);
        json_key_text(out, "in", "path");
        json_key_bool(out, "required", true);
        json_key(out, "schema");
        json_object_begin(out);
        if (route->takes_numbers) {
            write_typed("integer", NULL, out);
            json_key_int(out, "minimum", 0);
        } else {
            write_typed("string", "^[a-z0-9-]{1,64}$", out);
        }
        json_object_end(out);
        json_object_end(out);
    }
}

static void write_parameters(const struct route *route, struct json *out)
{
    json_key(out, "parameters");
    json_array_begin(out);
    write_path_parameters(route, out);
    uint32_t count = route->max_body_bytes ? 0 : route_parameter_count(route);
    for (uint32_t i = 0; i < count; i++)
        write_query_parameter(&route->parameters[i], out);
    json_array_end(out);
}

static void write_body(const struct route *route, struct json *out)
{
    uint32_t count = route_parameter_count(route);
    json_key(out, "requestBody");
    json_object_begin(out);
    json_key_bool(out, "required", true);
    json_key(out, "content");
    json_object_begin(out);
    json_key(out, "application/json");
    json_object_begin(out);
    json_key(out, "schema");
    json_object_begin(out);
    json_key_text(out, "type", "object");
    json_key_bool(out, "additionalProperties", false);
    json_key(out, "required");
    json_array_begin(out);
    for (uint32_t i = 0; i < count; i++)
        if (route->parameters[i].required)
            json_text(out, route->parameters[i].name);
    json_array_end(out);
    json_key(out, "properties");
    json_object_begin(out);
    for (uint32_t i = 0; i < count; i++) {
        json_key(out, route->parameters[i].name);
        write_parameter_schema(&route->parameters[i], out);
    }
    json_object_end(out);
    json_object_end(out);
    json_object_end(out);
    json_object_end(out);
    json_object_end(out);
}

static void write_media(const char *content_type, const char *schema, struct json *out)
{
    json_key(out, content_type);
    json_object_begin(out);
    json_key(out, "schema");
    json_object_begin(out);
    if (schema) {
        json_key(out, "$ref");
        JSON_RAW(out, "\"#/components/schemas/");
        json_raw(out, schema, strlen(schema));
        JSON_RAW(out, "\"");
        out->comma = true;
    } else {
        json_key_text(out, "type", "string");
    }
    json_object_end(out);
    json_object_end(out);
}

/* One shape in its own type; others, of a route that has files to take along, are just text. */
static void write_content(const char *content_type, const char *schema,
                          const char *const *other_types, struct json *out)
{
    json_key(out, "content");
    json_object_begin(out);
    write_media(content_type, schema, out);
    for (; other_types && *other_types; other_types++)
        write_media(*other_types, NULL, out);
    json_object_end(out);
}

static void write_header(const char *name, const char *description, struct json *out)
{
    json_key(out, "headers");
    json_object_begin(out);
    json_key(out, name);
    json_object_begin(out);
    json_key_text(out, "description", description);
    json_key(out, "schema");
    json_object_begin(out);
    json_key_text(out, "type", "string");
    json_object_end(out);
    json_object_end(out);
    json_object_end(out);
}

static void write_problem_response(const char *code, const char *description, struct json *out)
{
    json_key(out, code);
    json_object_begin(out);
    json_key_text(out, "description", description);
    write_content("application/problem+json", "Problem", NULL, out);
    json_object_end(out);
}

static void write_bare_response(const char *code, const char *description, struct json *out)
{
    json_key(out, code);
    json_object_begin(out);
    json_key_text(out, "description", description);
    json_object_end(out);
}

static void write_responses(const struct route *route, struct json *out)
{
    json_key(out, "responses");
    json_object_begin(out);
    json_key(out, "200");
    json_object_begin(out);
    json_key_text(out, "description", route->summary);
    if (route->etag)
        write_header("ETag",
                     route->etag == ETAG_STRONG ? "Strong: what a report names in If-Match."
                                                : "Weak: send it back in If-None-Match.",
                     out);
    write_content(route->content_type, route->schema, route->other_types, out);
    json_object_end(out);
    if (route->may_be_empty)
        write_bare_response("204", "There is nothing in it.", out);
    if (route->etag)
        write_bare_response("304", "Not modified since the ETag given in If-None-Match.", out);
    write_problem_response("default", "A problem; its type is one of the list in Problem.", out);
    json_object_end(out);
}

static void write_operation(const struct route *route, struct json *out)
{
    json_key(out, route->method == METHOD_POST ? "post" : "get");
    json_object_begin(out);
    json_key_text(out, "operationId", route->operation);
    json_key_text(out, "summary", route->summary);
    write_parameters(route, out);
    if (route->max_body_bytes)
        write_body(route, out);
    write_responses(route, out);
    json_object_end(out);
}

/* Rows of one path follow one another in the table. */
static void write_paths(struct json *out)
{
    json_key(out, "paths");
    json_object_begin(out);
    for (uint32_t i = 0; i < route_count; i++) {
        if (routes[i].kind != ROUTE_API)
            continue;
        bool begins = i == 0 || strcmp(routes[i - 1].path, routes[i].path) != 0;
        bool ends = i + 1 == route_count || strcmp(routes[i + 1].path, routes[i].path) != 0;
        if (begins) {
            json_key(out, routes[i].path);
            json_object_begin(out);
        }
        write_operation(&routes[i], out);
        if (ends)
            json_object_end(out);
    }
    json_object_end(out);
}

static void write_problem_schema(struct json *out)
{
    json_key(out, "Problem");
    json_object_begin(out);
    json_key_text(out, "type", "object");
    json_key_text(out, "description",
                  "RFC 9457. `type` is constant: translate by it. `detail` is English.");
    static const char required[] = "\"required\":[\"type\",\"title\",\"status\",\"detail\"]";
    json_fragment(out, required, sizeof required - 1);
    json_key(out, "properties");
    json_object_begin(out);
    json_key(out, "type");
    json_object_begin(out);
    json_key_text(out, "type", "string");
    json_key(out, "enum");
    json_array_begin(out);
    for (int i = 0; i < PROBLEM_COUNT; i++) {
        json_fragment(out, "\"/problems/", 11);
        json_raw(out, problem_type((enum problem)i), strlen(problem_type((enum problem)i)));
        JSON_RAW(out, "\"");
    }
    json_array_end(out);
    json_object_end(out);
    static const char rest[] =
        "\"title\":{\"type\":\"string\"},\"status\":{\"type\":\"integer\"},"
        "\"detail\":{\"type\":\"string\"},"
        "\"parameter\":{\"type\":\"string\",\"description\":\"The parameter at fault.\"}";
    json_fragment(out, rest, sizeof rest - 1);
    json_object_end(out);
    json_object_end(out);
}

#define CODE_OF(name, code) code,
static const struct {
    const char *name;
    const char *const *codes;
} lists[] = {
    {"Care", (const char *const[]){CARE_LIST(CODE_OF) NULL}},
    {"Kind", (const char *const[]){KIND_LIST(CODE_OF) NULL}},
    {"Ownership", (const char *const[]){OWNERSHIP_LIST(CODE_OF) NULL}},
    {"PriceUnit", (const char *const[]){PRICE_UNIT_LIST(CODE_OF) NULL}},
    {"Coordsys", (const char *const[]){COORDSYS_LIST(CODE_OF) NULL}},
};

static void write_list_schemas(struct json *out)
{
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        json_key(out, lists[i].name);
        json_object_begin(out);
        json_key_text(out, "type", "string");
        write_codes(lists[i].codes, out);
        json_object_end(out);
    }
}

/* openapi_schemas.json: one object, whose members go between the others. */
static void write_answer_schemas(struct json *out)
{
    size_t length = openapi_schemas_length;
    while (length > 0 && openapi_schemas[length - 1] != '}')
        length--;
    json_fragment(out, openapi_schemas + 1, length - 2);
}

void openapi_write(struct json *out, const char *base_url, const char *version)
{
    json_object_begin(out);
    json_key_text(out, "openapi", "3.0.3");
    json_key(out, "info");
    json_object_begin(out);
    json_key_text(out, "title", "Tuoyu 托育");
    json_key_text(out, "version", version);
    json_key_text(
        out, "description",
        "Finds childcare that fits and really has a free place. Reading needs no key."
        " Times are RFC 3339 UTC, money is integer minor units, coordinates are longitude,"
        " latitude.");
    json_key(out, "license");
    json_object_begin(out);
    json_key_text(out, "name", "Apache-2.0");
    json_object_end(out);
    json_object_end(out);
    json_key(out, "servers");
    json_array_begin(out);
    json_object_begin(out);
    json_key_text(out, "url", base_url);
    json_object_end(out);
    json_array_end(out);
    write_paths(out);
    json_key(out, "components");
    json_object_begin(out);
    json_key(out, "schemas");
    json_object_begin(out);
    write_problem_schema(out);
    write_list_schemas(out);
    write_answer_schemas(out);
    json_object_end(out);
    json_object_end(out);
    json_object_end(out);
}

/* Of the document itself (FNV-1a): two builds may call themselves by one version. */
static void write_etag(const struct json *document, char *etag, size_t size)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < document->length; i++)
        hash = (hash ^ (unsigned char)document->bytes[i]) * 0x100000001b3u;
    snprintf(etag, size, "%016llx", (unsigned long long)hash);
}

enum status api_openapi(struct worker *worker, const struct request *request, struct json *out,
                        struct error *error)
{
    (void)error;
    openapi_write(out, request->base_url, worker->options->version);
    write_etag(out, worker->response.etag, sizeof worker->response.etag);
    return STATUS_OK;
}
