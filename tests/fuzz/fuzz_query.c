/* A URL of a stranger: route, captures, parameters, both stages, links. */
#include "server/router.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
    if (!good)
        abort();
}

/* Whatever was taken must be within the bounds that the rest relies on. */
static void check_nearby(const struct nearby_query *query)
{
    check(query->from.lon >= -181 && query->from.lon <= 181);
    check(query->from.lat >= -91 && query->from.lat <= 91);
    check(query->limit >= 1 && query->limit <= NEARBY_MAX_LIMIT);
    check(query->within_m >= 1);
    check(query->day_kind == NEARBY_ANY_DAY || query->to_min > query->from_min);
    check(query->to_min <= 2880);
    check((query->max_price == NONE) == (query->price_unit == PRICE_UNIT_UNKNOWN));
    check(!query->has_after || record_id_is_valid(query->after_id));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct request request;
    struct error error = {0};
    struct arena arena;
    struct json out;
    arena_init(&arena, REQUEST_ARENA_BYTES);
    json_init(&out, 1 << 20);
    char *url = arena_copy(&arena, (const char *)data, size);
    enum status status = request_make(METHOD_GET, url, NULL, 1763942400, &arena, &request, &error);
    if (!status) {
        struct nearby_query nearby;
        struct facilities_query facilities;
        request_write_link(&request, "next", "AAAA", &out);
        if (request.route->parameters == params_nearby_table &&
            !params_nearby(&request, &nearby, &error))
            check_nearby(&nearby);
        if (request.route->parameters == params_facilities_table &&
            !params_facilities(&request, &facilities, &error))
            check(facilities.limit >= 1 && facilities.limit <= FACILITIES_MAX_LIMIT);
    } else {
        check(error.message[0] != '\0');
        problem_write(&out, problem_of_status(status), &error);
    }
    json_release(&out);
    arena_release(&arena);
    return 0;
}
