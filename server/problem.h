/*
 * Problems: what an answer says when it is not the one asked for (RFC 9457). The one place that
 * knows which status is which HTTP code.
 */
#ifndef SERVER_PROBLEM_H
#define SERVER_PROBLEM_H

#include "server/json.h"

/* name, HTTP code, type (/problems/TYPE), title. Types are a promise to clients: never renamed. */
#define PROBLEM_LIST(X)                                                                     \
    X(BAD_REQUEST, 400, "bad-request", "The request is malformed")                          \
    X(INVALID_PARAMETER, 400, "invalid-parameter", "A parameter is not as it must be")      \
    X(NO_SUCH_PATH, 404, "no-such-path", "There is nothing at this path")                   \
    X(NOT_FOUND, 404, "not-found", "No such record")                                        \
    X(METHOD_NOT_ALLOWED, 405, "method-not-allowed", "This path does not take this method") \
    X(CONFLICT, 409, "conflict", "Something newer says otherwise")                          \
    X(GONE, 410, "gone", "It was public once and is no longer")                             \
    X(BODY_TOO_LARGE, 413, "body-too-large", "The request body is too large")               \
    X(URL_TOO_LONG, 414, "url-too-long", "The URL is too long")                             \
    X(MEDIA_TYPE, 415, "unsupported-media-type", "The body must be application/json")       \
    X(EXPECTATION, 417, "expectation-failed", "Only Expect: 100-continue is understood")    \
    X(REJECTED, 422, "rejected", "The data were refused")                                   \
    X(TOO_MUCH, 422, "too-much", "The answer would be larger than the server gives")        \
    X(NO_NETWORK, 422, "no-network", "The region has no pedestrian network")                \
    X(OFF_NETWORK, 422, "off-network", "The point is too far from the pedestrian network")  \
    X(TOO_MANY_REQUESTS, 429, "too-many-requests", "Too many requests from this client")    \
    X(HEAD_TOO_LARGE, 431, "head-too-large", "The request's header lines are too large")    \
    X(INTERNAL, 500, "internal-error", "The server failed")                                 \
    X(NOT_BUILT_IN, 501, "not-built-in", "This server cannot do that")                      \
    X(NOT_READY, 503, "not-ready", "The server has no data loaded yet")                     \
    X(OVERLOADED, 503, "overloaded", "The server cannot do this now")

enum problem {
#define X(name, code, type, title) PROBLEM_##name,
    PROBLEM_LIST(X)
#undef X
        PROBLEM_COUNT
};

unsigned problem_http_code(enum problem problem);
const char *problem_type(enum problem problem); /* "invalid-parameter" */

/* The problem that a failure of a handler is. STATUS_OK is not a failure: INTERNAL. */
enum problem problem_of_status(enum status status);

/*
 * Write the problem document: type, title, status, detail, parameter. Of our own failures (500 and
 * above) the error's sentence is kept from the client: it may speak of files. `error` may be NULL.
 */
void problem_write(struct json *json, enum problem problem, const struct error *error);

#endif
