#include "server/router.h"

#include "server/openapi.h"
#include "tests/test.h"

#include <jansson.h>
#include <stdio.h>

static enum status find(enum method method, const char *path, const struct route **route,
                        const char *captures[CAPTURES_MAX])
{
    static struct arena arena;
    arena_release(&arena);
    arena_init(&arena, 1 << 16);
    return router_find(method, path, &arena, route, captures, NULL);
}

TEST(router_finds_rows_and_captures)
{
    const struct route *route;
    const char *captures[CAPTURES_MAX];
    CHECK_INT(find(METHOD_GET, "/v1/facilities/bj-0007/offers/bj-0007-h2/places", &route, captures),
              STATUS_OK);
    CHECK_TEXT(route->operation, "offerPlaces");
    CHECK_TEXT(captures[0], "bj-0007");
    CHECK_TEXT(captures[1], "bj-0007-h2");
    CHECK(captures[2] == NULL);
    CHECK_INT(find(METHOD_GET, "/v1/facilities/a%2Fb", &route, captures), STATUS_OK);
    CHECK_TEXT(captures[0], "a/b");
    CHECK_INT(find(METHOD_HEAD, "/healthz", &route, captures), STATUS_OK);
    CHECK_INT(find(METHOD_POST, "/v1/nearby", &route, captures), STATUS_OK);
    CHECK_TEXT(route->operation, "nearbyByBody");
}

TEST(router_ends_a_capture_where_the_template_goes_on)
{
    const struct route *route;
    const char *captures[CAPTURES_MAX];
    CHECK_INT(find(METHOD_GET, "/v1/tiles/base/14/13662/6790.mvt", &route, captures), STATUS_OK);
    CHECK_TEXT(route->operation, "baseTile");
    CHECK_TEXT(captures[0], "14");
    CHECK_TEXT(captures[1], "13662");
    CHECK_TEXT(captures[2], "6790");
    CHECK_INT(find(METHOD_GET, "/v1/tiles/base.json", &route, captures), STATUS_OK);
    CHECK_TEXT(route->operation, "baseTiles");
    static const char *const not [] = {"/v1/tiles/base/14/1/2", "/v1/tiles/base/14/1/.mvt",
                                       "/v1/tiles/base/14/1/2.3.mvt", "/v1/tiles/base/14/1/2.mvtx",
                                       "/v1/tiles/base/14/1/2/.mvt"};
    for (size_t i = 0; i < sizeof not / sizeof *not ; i++)
        CHECK_INT(find(METHOD_GET, not [i], &route, captures), STATUS_NOT_FOUND);
}

TEST(router_refuses_paths_that_are_almost_right)
{
    static const char *const paths[] = {"//",
                                        "",
                                        "/static/",
                                        "/static/a/b",
                                        "/v1",
                                        "/v1/nearby/",
                                        "/v1//nearby",
                                        "/V1/nearby",
                                        "/v1/facilities/",
                                        "/v1/facilities/a/offers",
                                        "/v1/facilities/a/offers//places",
                                        "/healthz/x",
                                        "/v1/facilities/%FF",
                                        "/v1/nearbyx"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        const struct route *route;
        const char *captures[CAPTURES_MAX];
        if (find(METHOD_GET, paths[i], &route, captures) != STATUS_NOT_FOUND)
            test_fail(__FILE__, __LINE__, "%s was found", paths[i]);
    }
}

TEST(router_knows_what_a_path_allows)
{
    const struct route *route;
    const char *captures[CAPTURES_MAX];
    char allow[64];
    CHECK_INT(find(METHOD_PUT, "/v1/nearby", &route, captures), STATUS_UNSUPPORTED);
    router_allow("/v1/nearby", allow);
    CHECK_TEXT(allow, "GET, HEAD, POST, OPTIONS");
    router_allow("/healthz", allow);
    CHECK_TEXT(allow, "GET, HEAD, OPTIONS");
    router_allow("/nowhere", allow);
    CHECK_TEXT(allow, "");
    CHECK_INT(method_parse("get"), METHOD_OTHER);
    CHECK_INT(method_parse("POST"), METHOD_POST);
}

TEST(routes_keep_the_promises_of_their_table)
{
    for (uint32_t i = 0; i < route_count; i++) {
        const struct route *route = &routes[i];
        CHECK(route->path[0] == '/' && route->operation && route->summary && route->handler);
        CHECK(route->content_type != NULL);
        CHECK(route_parameter_count(route) <= PARAMETERS_MAX);
        CHECK(route->max_body_bytes == 0 || route->method != METHOD_GET);
        for (uint32_t j = 0; j < route_parameter_count(route); j++) {
            const struct parameter *parameter = &route->parameters[j];
            CHECK(parameter->name && parameter->doc);
            CHECK(strlen(parameter->name) < sizeof((struct error){0}.parameter));
        }
    }
}

/* Every example of every parameter must be a value that the parameter takes. */
TEST(parameters_take_their_own_examples)
{
    static struct request request;
    struct arena arena;
    arena_init(&arena, REQUEST_ARENA_BYTES);
    for (uint32_t i = 0; i < route_count; i++)
        for (uint32_t j = 0; j < route_parameter_count(&routes[i]); j++) {
            const struct parameter *parameter = &routes[i].parameters[j];
            if (!parameter->example)
                continue;
            struct error error;
            struct argument arguments[PARAMETERS_MAX];
            uint32_t count = 0; /* itself, and what is required beside it */
            for (uint32_t k = 0; k < route_parameter_count(&routes[i]); k++) {
                const struct parameter *other = &routes[i].parameters[k];
                if (k == j || other->required)
                    arguments[count++] =
                        (struct argument){other->name, other->example, strlen(other->example)};
            }
            memset(&request, 0, sizeof request);
            request.route = &routes[i];
            request.arena = &arena;
            REQUIRE_OK(params_read_arguments(&request, arguments, count, &error), &error);
        }
    arena_release(&arena);
}

/* Follow a "#/components/schemas/X" reference. */
static void check_references(const json_t *root, const json_t *value)
{
    const char *key;
    json_t *member;
    size_t i;
    if (json_is_object(value)) {
        json_object_foreach((json_t *)value, key, member)
        {
            if (strcmp(key, "$ref") == 0) {
                const char *name = strrchr(json_string_value(member), '/') + 1;
                const json_t *schemas =
                    json_object_get(json_object_get(root, "components"), "schemas");
                if (!json_object_get(schemas, name))
                    test_fail(__FILE__, __LINE__, "nothing is at %s", json_string_value(member));
            }
            check_references(root, member);
        }
    } else if (json_is_array(value)) {
        json_array_foreach(value, i, member) check_references(root, member);
    }
}

TEST(openapi_lists_every_route_parameter_and_problem)
{
    struct json out;
    json_init(&out, 1 << 20);
    openapi_write(&out, "https://example.org", "1.2.3");
    REQUIRE(!out.failed);
    json_error_t failure;
    json_t *root = json_loadb(out.bytes, out.length, JSON_REJECT_DUPLICATES, &failure);
    if (!root) {
        test_fail(__FILE__, __LINE__, "not JSON: %s at %d", failure.text, failure.position);
        test_abandon();
    }
    CHECK_TEXT(json_string_value(json_object_get(root, "openapi")), "3.0.3");
    const json_t *paths = json_object_get(root, "paths");
    for (uint32_t i = 0; i < route_count; i++) {
        const json_t *path = json_object_get(paths, routes[i].path);
        if (routes[i].kind != ROUTE_API) { /* pages are for people, and not in it */
            CHECK(path == NULL);
            continue;
        }
        const json_t *operation =
            json_object_get(path, routes[i].method == METHOD_POST ? "post" : "get");
        CHECK_TEXT(json_string_value(json_object_get(operation, "operationId")),
                   routes[i].operation);
        const json_t *responses = json_object_get(operation, "responses");
        CHECK(json_object_get(responses, "200") && json_object_get(responses, "default"));
        size_t in_path = 0;
        for (const char *c = routes[i].path; *c; c++)
            in_path += *c == '{';
        size_t listed = json_array_size(json_object_get(operation, "parameters"));
        if (routes[i].max_body_bytes)
            CHECK(json_object_get(operation, "requestBody") != NULL);
        else
            CHECK_INT(listed, in_path + route_parameter_count(&routes[i]));
    }
    const json_t *schemas = json_object_get(json_object_get(root, "components"), "schemas");
    const json_t *types = json_object_get(
        json_object_get(json_object_get(json_object_get(schemas, "Problem"), "properties"), "type"),
        "enum");
    CHECK_INT(json_array_size(types), PROBLEM_COUNT);
    check_references(root, root);
    json_decref(root);
    json_release(&out);
}

TEST(problems_of_our_own_failures_tell_no_secrets)
{
    struct error error;
    struct json out;
    json_init(&out, 4096);
    error_set(&error, STATUS_IO, "cannot read the file named secret");
    CHECK_INT(problem_of_status(STATUS_IO), PROBLEM_INTERNAL);
    problem_write(&out, PROBLEM_INTERNAL, &error);
    json_raw(&out, "", 1);
    CHECK(strstr(out.bytes, "secret") == NULL);
    CHECK_CONTAINS(out.bytes, "\"status\":500");
    json_reset(&out);
    error_set_parameter(&error, STATUS_INVALID, "lon", "lon is '\"'; it must be a number");
    problem_write(&out, PROBLEM_INVALID_PARAMETER, &error);
    json_raw(&out, "", 1);
    CHECK_CONTAINS(out.bytes, "\"type\":\"/problems/invalid-parameter\"");
    CHECK_CONTAINS(out.bytes, "\"detail\":\"lon is '\\\"'; it must be a number\"");
    CHECK_CONTAINS(out.bytes, "\"parameter\":\"lon\"");
    json_release(&out);
}

TEST(problems_exist_for_every_status)
{
    for (int status = 1; status < STATUS_COUNT; status++) {
        enum problem problem = problem_of_status((enum status)status);
        CHECK(problem_http_code(problem) >= 400 && problem_http_code(problem) < 600);
        CHECK(problem != PROBLEM_BAD_REQUEST);
    }
}

TEST(links_repeat_the_question_and_only_the_question)
{
    static struct request request;
    struct error error;
    struct arena arena;
    struct json out;
    arena_init(&arena, REQUEST_ARENA_BYTES);
    json_init(&out, 1 << 16);
    REQUIRE_OK(request_make(METHOD_GET, "/v1/nearby?lat=30.2&care=hourly%2Cdrop_in&lon=120.20",
                            NULL, 0, &arena, &request, &error),
               &error);
    request.base_url = "https://example.org";
    request_write_link(&request, "next", "AbC-_", &out);
    json_raw(&out, "", 1);
    CHECK_TEXT(out.bytes, "{\"rel\":\"next\",\"href\":\"https://example.org/v1/nearby?lon=120.20"
                          "&lat=30.2&care=hourly,drop_in&cursor=AbC-_\"}");
    json_reset(&out);
    REQUIRE_OK(request_make(METHOD_POST, "/v1/nearby", "{\"lon\":120.2,\"lat\":30.2}", 0, &arena,
                            &request, &error),
               &error);
    request_write_link(&request, "next", "AbC-_", &out);
    json_raw(&out, "", 1);
    CHECK_TEXT(out.bytes, "{\"rel\":\"next\",\"href\":\"http://localhost/v1/nearby\","
                          "\"method\":\"POST\",\"cursor\":\"AbC-_\"}");
    json_release(&out);
    arena_release(&arena);
}
