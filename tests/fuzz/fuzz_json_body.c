/* A body of a stranger to POST /v1/nearby. */
#include "server/router.h"

#include <jansson.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct request request;
    struct nearby_query query;
    struct error error = {0};
    struct arena arena;
    const char *captures[CAPTURES_MAX];
    if (size > ROUTE_BODY_BYTES)
        return 0;
    arena_init(&arena, REQUEST_ARENA_BYTES);
    memset(&request, 0, sizeof request);
    request.arena = &arena;
    request.now = 1763942400;
    if (router_find(METHOD_POST, "/v1/nearby", &arena, &request.route, captures, &error))
        abort();
    enum status status = params_read_body(&request, (const char *)data, size, &error);
    if (!status)
        status = params_nearby(&request, &query, &error);
    if (status) { /* the problem that a client would get is itself JSON, whatever was echoed in it */
        struct json out;
        json_init(&out, 1 << 20);
        problem_write(&out, problem_of_status(status), &error);
        json_t *root = json_loadb(out.bytes, out.length, JSON_REJECT_DUPLICATES, NULL);
        if (!root)
            abort();
        json_decref(root);
        json_release(&out);
    }
    arena_release(&arena);
    return 0;
}
