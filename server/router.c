#include "server/router.h"

#include "data/text.h"
#include "server/params_input.h"

#include <stdio.h>

static const char *const words[] = {
    [METHOD_GET] = "GET", [METHOD_HEAD] = "HEAD",       [METHOD_POST] = "POST",
    [METHOD_PUT] = "PUT", [METHOD_OPTIONS] = "OPTIONS", [METHOD_OTHER] = "(other)",
};

enum method method_parse(const char *word)
{
    for (int method = METHOD_GET; method < METHOD_OTHER; method++)
        if (strcmp(words[method], word) == 0)
            return (enum method)method;
    return METHOD_OTHER;
}

const char *method_word(enum method method)
{
    return words[method];
}

uint32_t route_parameter_count(const struct route *route)
{
    return route->parameter_count ? *route->parameter_count : 0;
}

/* A piece of a path between slashes that stood for a {…}. */
struct piece {
    const char *start;
    size_t length;
};

/* Does the path fit the template? {…} stands for a piece that is not empty: up to a slash, or to the
 * first character of what the template has behind it ({y}.mvt). */
static bool fits(const char *template, const char *path, struct piece pieces[CAPTURES_MAX])
{
    uint32_t count = 0;
    while (*template) {
        if (*template != '{') {
            if (*template ++ != *path++)
                return false;
            continue;
        }
        template = strchr(template, '}') + 1;
        const char ends[] = {'/', *template, '\0'};
        size_t length = strcspn(path, ends);
        if (length == 0 || count == CAPTURES_MAX)
            return false;
        pieces[count++] = (struct piece){path, length};
        path += length;
    }
    return *path == '\0';
}

static enum status decode_captures(const struct piece pieces[CAPTURES_MAX], struct arena *arena,
                                   const char *captures[CAPTURES_MAX], struct error *error)
{
    for (int i = 0; i < CAPTURES_MAX; i++) {
        captures[i] = NULL;
        if (!pieces[i].start)
            continue;
        size_t length = 0;
        char *decoded = arena_alloc(arena, pieces[i].length + 1);
        if (!decoded)
            return error_memory(error, "reading the path");
        if (params_percent_decode(pieces[i].start, pieces[i].length, false, decoded, &length) ||
            memchr(decoded, '\0', length) || text_utf8_length(decoded, length) != length)
            return error_set(error, STATUS_NOT_FOUND, "there is nothing at this path");
        captures[i] = decoded;
    }
    return STATUS_OK;
}

enum status router_find(enum method method, const char *path, struct arena *arena,
                        const struct route **route, const char *captures[CAPTURES_MAX],
                        struct error *error)
{
    const struct route *other = NULL;
    for (uint32_t i = 0; i < route_count; i++) {
        struct piece pieces[CAPTURES_MAX] = {{0}};
        if (!fits(routes[i].path, path, pieces))
            continue;
        other = &routes[i];
        if (routes[i].method != method && !(method == METHOD_HEAD && other->method == METHOD_GET))
            continue;
        *route = &routes[i];
        return decode_captures(pieces, arena, captures, error);
    }
    *route = other;
    if (!other)
        return error_set(error, STATUS_NOT_FOUND,
                         "there is nothing at this path; /v1/openapi.json lists what there is");
    char allow[64];
    router_allow(path, allow);
    return error_set(error, STATUS_UNSUPPORTED, "this path takes %s", allow);
}

void router_allow(const char *path, char allow[64])
{
    bool takes[METHOD_OTHER] = {false};
    for (uint32_t i = 0; i < route_count; i++) {
        struct piece pieces[CAPTURES_MAX];
        if (fits(routes[i].path, path, pieces))
            takes[routes[i].method] = takes[METHOD_OPTIONS] = true;
    }
    takes[METHOD_HEAD] = takes[METHOD_GET];
    size_t used = 0;
    allow[0] = '\0';
    for (int method = METHOD_GET; method < METHOD_OTHER; method++)
        if (takes[method])
            used +=
                (size_t)snprintf(allow + used, 64 - used, "%s%s", used ? ", " : "", words[method]);
}
