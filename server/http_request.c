/*
 * The way of one request: accepted, its head guarded, its row found, its body read, answered
 * (http_respond.c), its connection watched (http_reaper.c). Bodies gather in the conversation; arena
 * and scratch are the thread's and are used only within the one call that answers.
 */
#include "server/http_internal.h"
#include "server/negotiate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BODY_DROP_BYTES = 1 << 20 /* of a body past its limit, read away before the 413 */ };

int64_t http_monotonic_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* The calling thread's worker; NULL when there are more threads than workers, which would be our
 * own mistake. */
static struct http_worker *worker_of_thread(struct http *http)
{
    struct http_worker *worker = pthread_getspecific(http->worker_key);
    if (worker)
        return worker;
    uint32_t number = atomic_fetch_add(&http->workers_taken, 1);
    if (number >= http->worker_count)
        return NULL;
    worker = &http->workers[number];
    return pthread_setspecific(http->worker_key, worker) == 0 ? worker : NULL;
}

/* Connections -------------------------------------------------------------------------------- */

static void forget_request(struct conversation *conversation)
{
    free(conversation->body);
    conversation->body = NULL;
    conversation->body_length = conversation->body_capacity = conversation->body_dropped = 0;
    conversation->begun = false;
    conversation->route = NULL;
    conversation->url_length = 0;
}

void http_on_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
                        enum MHD_ConnectionNotificationCode code)
{
    struct http *http = cls;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        struct conversation *conversation = info ? calloc(1, sizeof *conversation) : NULL;
        *socket_context = conversation; /* NULL: its requests are refused in http_on_request() */
        if (!conversation)
            return;
        conversation->fd = info->connect_fd;
        reaper_stage(http, conversation, CUT_HEAD);
        reaper_add(&http->reaper, conversation);
        metrics_connection(http->metrics, 1);
        return;
    }
    struct conversation *conversation = *socket_context;
    if (!conversation)
        return;
    reaper_remove(&http->reaper, conversation);
    metrics_connection(http->metrics, -1);
    forget_request(conversation);
    free(conversation);
    *socket_context = NULL;
}

static struct conversation *conversation_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/*
 * The library keeps 64 bytes of its pool for each argument of a query, and closes without an answer
 * when the pool is full. Nobody asks it for arguments (params_input.c reads the copy), so it is shown
 * one: the ampersands, in the connection's own buffer, which it cuts up next, become another character.
 */
static void hide_arguments(char *url, size_t length)
{
    char *query = memchr(url, '?', length);
    for (char *c = query; c && c < url + length; c++)
        if (*c == '&')
            *c = ';';
}

/* The request line is there; the library is about to cut it up, so it is copied as it was sent. */
void *http_on_request_line(void *cls, const char *url, struct MHD_Connection *connection)
{
    struct conversation *conversation = conversation_of(connection);
    if (!conversation)
        return NULL;
    forget_request(conversation);
    conversation->url_length = strlen(url);
    size_t kept =
        conversation->url_length > GUARD_URL_BYTES ? GUARD_URL_BYTES : conversation->url_length;
    memcpy(conversation->url, url, kept);
    conversation->url[kept] = '\0';
    hide_arguments((char *)url, conversation->url_length);
    reaper_stage(cls, conversation, CUT_HEAD);
    return conversation;
}

void http_on_completed(void *cls, struct MHD_Connection *connection, void **context,
                       enum MHD_RequestTerminationCode code)
{
    (void)connection, (void)code;
    struct conversation *conversation = *context;
    if (!conversation)
        return;
    forget_request(conversation);
    reaper_stage(cls, conversation, CUT_IDLE);
    *context = NULL;
}

/* Requests ----------------------------------------------------------------------------------- */

struct gathered {
    struct guard_header headers[GUARD_HEADERS_MAX];
    uint32_t count;
    bool too_many;
};

static enum MHD_Result gather_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                     size_t name_length, const char *value, size_t value_length)
{
    (void)kind;
    struct gathered *gathered = cls;
    if (gathered->count == GUARD_HEADERS_MAX) {
        gathered->too_many = true;
        return MHD_NO;
    }
    gathered->headers[gathered->count++] =
        (struct guard_header){name, value ? value : "", name_length, value ? value_length : 0};
    return MHD_YES;
}

static enum MHD_Result refuse(struct http *http, struct http_worker *worker,
                              struct MHD_Connection *connection, struct conversation *conversation,
                              enum problem problem, enum metrics_refusal why,
                              const struct error *error, unsigned retry_after_s)
{
    metrics_refused(http->metrics, worker->number, why);
    return http_problem(http, worker, connection, conversation, problem, error, true,
                        retry_after_s);
}

static struct client_address client_of(const struct http *http, struct MHD_Connection *connection,
                                       const struct conversation *conversation, bool *is_trusted)
{
    struct client_address address = {{0}};
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    *is_trusted = false;
    if (!info || !info->client_addr || !client_address_of(info->client_addr, &address))
        return address;
    *is_trusted = client_networks_contain(&http->trusted, &address);
    return client_behind(&http->trusted, address, conversation->found.forwarded_for);
}

/* What links begin with: what we were told; else what a trusted proxy says; else where we listen.
 * Never the Host header of whoever asks. */
static const char *base_url(const struct http *http, struct http_worker *worker,
                            const struct conversation *conversation, bool is_trusted)
{
    const char *host = conversation->found.forwarded_host;
    const char *proto = conversation->found.forwarded_proto;
    if (http->options.public_url || !is_trusted || !host || !guard_is_host(host, strlen(host)))
        return http->url;
    bool https = proto && strcmp(proto, "https") == 0;
    size_t bytes = strlen(host) + sizeof "https://";
    char *url = arena_alloc(&worker->arena, bytes);
    if (!url)
        return http->url;
    snprintf(url, bytes, "%s://%s", https ? "https" : "http", host);
    return url;
}

/* Arena and request anew, and the row that the path and the method have. */
static enum status find_route(struct http *http, struct http_worker *worker,
                              struct MHD_Connection *connection, struct conversation *conversation,
                              struct error *error)
{
    struct request *request = &worker->request;
    bool is_trusted = false;
    arena_reset(&worker->arena);
    memset(request, 0, sizeof *request);
    if (http->trusted.count)
        client_of(http, connection, conversation, &is_trusted);
    request->method = conversation->method == METHOD_HEAD ? METHOD_GET : conversation->method;
    request->arena = &worker->arena;
    request->now = clock_now(http->options.clock);
    request->base_url = base_url(http, worker, conversation, is_trusted);
    request->accept_language = conversation->found.accept_language;
    request->accept_encoding = conversation->found.accept_encoding;
    request->path = arena_copy(&worker->arena, conversation->url, strcspn(conversation->url, "?"));
    if (!request->path)
        return error_memory(error, "reading the request");
    enum status status = router_find(conversation->method, request->path, &worker->arena,
                                     &request->route, request->captures, error);
    conversation->route = status ? NULL : request->route;
    return status;
}

static bool has_body(const struct conversation *conversation)
{
    return conversation->found.chunked || conversation->found.content_length > 0;
}

static enum MHD_Result refuse_route(struct http *http, struct http_worker *worker,
                                    struct MHD_Connection *connection,
                                    struct conversation *conversation, enum status status,
                                    const struct error *error)
{
    enum problem problem = status == STATUS_NOT_FOUND     ? PROBLEM_NO_SUCH_PATH
                           : status == STATUS_UNSUPPORTED ? PROBLEM_METHOD_NOT_ALLOWED
                                                          : problem_of_status(status);
    return http_problem(http, worker, connection, conversation, problem, error,
                        has_body(conversation), 0);
}

/* A body is announced: may it come? PROBLEM_COUNT = yes. */
static enum problem judge_body(const struct conversation *conversation, struct error *error)
{
    const struct route *route = conversation->route;
    const struct guard_found *found = &conversation->found;
    if (route->max_body_bytes == 0) {
        error_set(error, STATUS_INVALID, "this path takes no body");
        return PROBLEM_BAD_REQUEST;
    }
    if (found->content_length > route->max_body_bytes) {
        error_set(error, STATUS_LIMIT, "the body is longer than %zu bytes", route->max_body_bytes);
        return PROBLEM_BODY_TOO_LARGE;
    }
    bool is_page = route->kind == ROUTE_PAGE;
    if (!(is_page ? negotiate_is_form : negotiate_is_json)(found->content_type)) {
        error_set(error, STATUS_INVALID, "the body's Content-Type must be application/%s",
                  is_page ? "x-www-form-urlencoded" : "json");
        return PROBLEM_MEDIA_TYPE;
    }
    return PROBLEM_COUNT;
}

/* Find the row now: it says whether the body may come. */
static enum MHD_Result expect_body(struct http *http, struct http_worker *worker,
                                   struct MHD_Connection *connection,
                                   struct conversation *conversation)
{
    struct error error = {0};
    enum status status = find_route(http, worker, connection, conversation, &error);
    if (status)
        return refuse_route(http, worker, connection, conversation, status, &error);
    enum problem problem = judge_body(conversation, &error);
    if (problem != PROBLEM_COUNT)
        return refuse(http, worker, connection, conversation, problem, REFUSAL_BODY_SIZE, &error,
                      0);
    reaper_stage(http, conversation, CUT_BODY);
    return MHD_YES; /* the library sends 100 Continue now, if it was asked for */
}

/* The head is whole: guard it. */
static enum MHD_Result begin(struct http *http, struct http_worker *worker,
                             struct MHD_Connection *connection, struct conversation *conversation,
                             const char *method, const char *version)
{
    struct gathered gathered = {.count = 0};
    struct error error = {0};
    enum problem problem = PROBLEM_BAD_REQUEST;
    enum metrics_refusal why = REFUSAL_REQUEST_LINE;
    conversation->begun = true;
    conversation->started_us = http_monotonic_us();
    conversation->method = method_parse(method);
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, gather_header, &gathered);
    const struct guard_head head = {
        method,           version,        conversation->url, conversation->url_length,
        gathered.headers, gathered.count, gathered.too_many,
    };
    if (!guard_check(&head, &conversation->found, &problem, &why, &error))
        return refuse(http, worker, connection, conversation, problem, why, &error, 0);
    if (!http_head_is_whole(connection, &head)) {
        error_set(
            &error, STATUS_INVALID,
            "the head has a folded line, a line without a name, a NUL, or more than one space "
            "in its first line");
        return refuse(http, worker, connection, conversation, PROBLEM_BAD_REQUEST, REFUSAL_FRAMING,
                      &error, 0);
    }

    unsigned retry_after_s = 0;
    bool is_trusted = false;
    if (http->limit) {
        struct client_address client = client_of(http, connection, conversation, &is_trusted);
        if (!client_limit_take(http->limit, &client, clock_monotonic_ms(), &retry_after_s)) {
            error_set(&error, STATUS_BUSY, "at most %g requests a second; try again in %u s",
                      http->options.rate_per_second, retry_after_s);
            return refuse(http, worker, connection, conversation, PROBLEM_TOO_MANY_REQUESTS,
                          REFUSAL_RATE, &error, retry_after_s);
        }
    }

    /* An answer given now would cost the connection: the library closes after early ones. */
    return has_body(conversation) ? expect_body(http, worker, connection, conversation) : MHD_YES;
}

/* More of the body. Past the limit it is read away, so that the 413 can be read, but not for long. */
static enum MHD_Result take_body(struct conversation *conversation, const char *bytes,
                                 size_t length)
{
    size_t most = conversation->route->max_body_bytes;
    size_t wanted = conversation->body_length + length;
    if (conversation->body_dropped || wanted > most) {
        conversation->body_dropped += length;
        return conversation->body_dropped <= BODY_DROP_BYTES ? MHD_YES : MHD_NO;
    }
    if (wanted > conversation->body_capacity) {
        size_t announced = (size_t)conversation->found.content_length;
        size_t capacity =
            conversation->body_capacity * 2 > wanted ? conversation->body_capacity * 2 : wanted;
        capacity = announced > capacity ? announced : capacity;
        char *grown = realloc(conversation->body, capacity > most ? most : capacity);
        if (!grown)
            return MHD_NO;
        conversation->body = grown;
        conversation->body_capacity = capacity > most ? most : capacity;
    }
    memcpy(conversation->body + conversation->body_length, bytes, length);
    conversation->body_length = wanted;
    return MHD_YES;
}

/* Head and body are whole. The row is looked for again after a body: the arena has been others'. */
static enum MHD_Result end(struct http *http, struct http_worker *worker,
                           struct MHD_Connection *connection, struct conversation *conversation)
{
    struct error error = {0};
    enum status status = find_route(http, worker, connection, conversation, &error);
    if (status == STATUS_UNSUPPORTED && conversation->method == METHOD_OPTIONS)
        return http_preflight(http, worker, connection, conversation);
    if (status)
        return refuse_route(http, worker, connection, conversation, status, &error);
    if (conversation->body_dropped) {
        error_set(&error, STATUS_LIMIT, "the body is longer than %zu bytes",
                  conversation->route->max_body_bytes);
        return refuse(http, worker, connection, conversation, PROBLEM_BODY_TOO_LARGE,
                      REFUSAL_BODY_SIZE, &error, 0);
    }
    return http_answer(http, worker, connection, conversation);
}

enum MHD_Result http_on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *upload,
                                size_t *upload_length, void **context)
{
    (void)url;
    struct http *http = cls;
    struct conversation *conversation = *context;
    struct http_worker *worker = worker_of_thread(http);
    if (!conversation || !worker)
        return MHD_NO;
    if (!conversation->begun)
        return begin(http, worker, connection, conversation, method, version);
    if (*upload_length == 0)
        return end(http, worker, connection, conversation);
    enum MHD_Result taken = take_body(conversation, upload, *upload_length);
    *upload_length = 0;
    return taken;
}
