#include "server/request.h"

#include "server/router.h"

#include <assert.h>
#include <stdio.h>

const struct param_value *request_value(const struct request *request, const char *name)
{
    uint32_t count = route_parameter_count(request->route), place = 0;
    while (place < count && strcmp(request->route->parameters[place].name, name) != 0)
        place++;
    assert(place < count); /* asking for what the route does not take is our own mistake */
    return &request->values[place];
}

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           (c && strchr("-._~,:", c));
}

/* Percent-encode all but what RFC 3986 calls unreserved, and the comma of our lists. */
static void write_encoded(struct json *out, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    while (*text) {
        size_t length = 0;
        while (is_plain(text[length]))
            length++;
        json_raw(out, text, length);
        text += length;
        if (!*text)
            return;
        unsigned char c = (unsigned char)*text++;
        char encoded[3] = {'%', hex[c >> 4], hex[c & 15]};
        json_raw(out, encoded, sizeof encoded);
    }
}

/* The question again, in the order of the table; its values are the client's own. */
static void write_query(const struct request *request, const char *cursor, struct json *out)
{
    uint32_t count = route_parameter_count(request->route);
    char separator = '?';
    for (uint32_t i = 0; i < count; i++) {
        const struct parameter *parameter = &request->route->parameters[i];
        const struct param_value *value = &request->values[i];
        const char *text = value->given ? value->text : NULL;
        if (cursor && parameter->type == PARAMETER_CURSOR)
            text = cursor;
        if (!text)
            continue;
        json_raw(out, &separator, 1);
        json_raw(out, parameter->name, strlen(parameter->name));
        JSON_RAW(out, "=");
        write_encoded(out, text);
        separator = '&';
    }
}

/* base_url and path hold nothing that JSON escapes: the guard lets no such byte through. */
static void begin_link(const struct request *request, const char *rel, struct json *out)
{
    json_object_begin(out);
    json_key_text(out, "rel", rel);
    json_key(out, "href");
    JSON_RAW(out, "\"");
    json_raw(out, request->base_url, strlen(request->base_url));
    for (const char *c = request->path; *c; c++) {
        if (*c == '"' || *c == '\\')
            write_encoded(out, (char[]){*c, '\0'});
        else
            json_raw(out, c, 1);
    }
}

static void end_text(struct json *out)
{
    JSON_RAW(out, "\"");
    out->comma = true;
}

void request_write_link(const struct request *request, const char *rel, const char *cursor,
                        struct json *out)
{
    begin_link(request, rel, out);
    if (request->method != METHOD_POST)
        write_query(request, cursor, out);
    end_text(out);
    if (request->method == METHOD_POST && cursor) {
        json_key_text(out, "method", "POST");
        json_key_text(out, "cursor", cursor);
    }
    json_object_end(out);
}

enum status request_make(enum method method, const char *url, const char *body, moment_t now,
                         struct arena *arena, struct request *request, struct error *error)
{
    memset(request, 0, sizeof *request);
    const char *query = strchrnul(url, '?');
    request->method = method == METHOD_HEAD ? METHOD_GET : method;
    request->path = arena_copy(arena, url, (size_t)(query - url));
    request->base_url = "http://localhost";
    request->now = now;
    request->arena = arena;
    if (!request->path)
        return error_memory(error, "reading a request");
    enum status status =
        router_find(method, request->path, arena, &request->route, request->captures, error);
    if (status)
        return status;
    if (body)
        return params_read_body(request, body, strlen(body), error);
    return params_read_query(request, query + (*query == '?'), strlen(query + (*query == '?')),
                             error);
}
