/*
 * Answers: the handler called, its body or its problem given to the library, with the headers that
 * caching, languages of compression, browsers and proxies need. One malloc: the body.
 */
#include "server/http_internal.h"
#include "server/negotiate.h"

#include "data/vacancies.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char *const cache_control[] = {
    [CACHE_PRIVATE] = "private, no-cache",
    [CACHE_PUBLIC] = "public, no-cache",
    [CACHE_NONE] = "no-store",
};

/* What goes out. */
struct outgoing {
    unsigned http_code;
    const char *content_type; /* NULL = no body */
    const char *cache;
    const char *etag; /* with quotes; NULL = none */
    const char *allow, *allow_methods;
    unsigned retry_after_s;
    bool gzip, may_vary, close;
    enum status reason;
};

static void finish(struct http *http, struct http_worker *worker,
                   const struct conversation *conversation, const struct outgoing *outgoing,
                   size_t bytes)
{
    int64_t micros = http_monotonic_us() - conversation->started_us;
    const struct route *route = conversation->route;
    if (conversation->method == METHOD_HEAD)
        bytes = 0;
    metrics_request(http->metrics, worker->number, route ? (int)(route - routes) : -1,
                    outgoing->http_code, (uint64_t)micros, bytes);
    if (!worker->log)
        return;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct log_entry entry = {
        .time_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000,
        .method = method_word(conversation->method),
        .route = route ? route->path : NULL,
        .bytes = bytes,
        .micros = micros > UINT32_MAX ? UINT32_MAX : (uint32_t)micros,
        .http_code = (uint16_t)outgoing->http_code,
        .reason = (uint8_t)outgoing->reason,
    };
    log_request(worker->log, &entry);
}

static bool add_headers(struct MHD_Response *response, const struct outgoing *outgoing)
{
    char retry[16];
    snprintf(retry, sizeof retry, "%u", outgoing->retry_after_s);
    const struct {
        const char *name, *value;
    } headers[] = {
        {MHD_HTTP_HEADER_CONTENT_TYPE, outgoing->content_type},
        {MHD_HTTP_HEADER_CACHE_CONTROL, outgoing->cache},
        {MHD_HTTP_HEADER_ETAG, outgoing->etag},
        {MHD_HTTP_HEADER_CONTENT_ENCODING, outgoing->gzip ? "gzip" : NULL},
        {MHD_HTTP_HEADER_VARY, outgoing->may_vary ? "Accept-Encoding" : NULL},
        {MHD_HTTP_HEADER_ALLOW, outgoing->allow},
        {MHD_HTTP_HEADER_RETRY_AFTER, outgoing->retry_after_s ? retry : NULL},
        {MHD_HTTP_HEADER_CONNECTION, outgoing->close ? "close" : NULL},
        {"Access-Control-Allow-Origin", "*"},
        {"Access-Control-Expose-Headers", outgoing->etag ? "ETag" : NULL},
        {"Access-Control-Allow-Methods", outgoing->allow_methods},
        {"Access-Control-Allow-Headers", outgoing->allow_methods ? "Content-Type" : NULL},
        {"Access-Control-Max-Age", outgoing->allow_methods ? "86400" : NULL},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        if (headers[i].value &&
            MHD_add_response_header(response, headers[i].name, headers[i].value) != MHD_YES)
            return false;
    return true;
}

/* `bytes` is malloc'd and given away; NULL for an answer without a body. */
static enum MHD_Result send_out(struct http *http, struct http_worker *worker,
                                struct MHD_Connection *connection,
                                struct conversation *conversation, struct outgoing *outgoing,
                                char *bytes, size_t length)
{
    if (atomic_load_explicit(&http->draining, memory_order_relaxed))
        outgoing->close = true;
    struct MHD_Response *response = MHD_create_response_from_buffer(
        length, bytes, bytes ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
    if (!response) {
        free(bytes);
        return MHD_NO;
    }
    enum MHD_Result queued = MHD_NO;
    if (add_headers(response, outgoing)) {
        finish(http, worker, conversation, outgoing, length);
        reaper_stage(http, conversation, CUT_RESPONSE);
        queued = MHD_queue_response(connection, outgoing->http_code, response);
    }
    MHD_destroy_response(response);
    return queued;
}

/* The bytes of worker->out in a malloc of their own, packed where that was asked for and helps. */
static char *take_body(struct http_worker *worker, struct outgoing *outgoing, bool may_pack,
                       size_t *length)
{
    const struct json *out = &worker->out;
    const char *bytes = out->bytes;
    *length = out->length;
    if (may_pack && out->length >= GZIP_LEAST_BYTES && worker->gzip) {
        if (worker->packed_capacity < out->length) {
            free(worker->packed);
            worker->packed = malloc(out->length);
            worker->packed_capacity = worker->packed ? out->length : 0;
        }
        size_t packed = worker->packed
                            ? libdeflate_gzip_compress(worker->gzip, out->bytes, out->length,
                                                       worker->packed, out->length - 1)
                            : 0;
        if (packed) {
            bytes = worker->packed;
            *length = packed;
            outgoing->gzip = true;
        }
    }
    char *body = malloc(*length + 1);
    if (body && *length)
        memcpy(body, bytes, *length);
    return body;
}

enum MHD_Result http_problem(struct http *http, struct http_worker *worker,
                             struct MHD_Connection *connection, struct conversation *conversation,
                             enum problem problem, const struct error *error, bool close,
                             unsigned retry_after_s)
{
    char allow[64];
    struct outgoing outgoing = {
        .http_code = problem_http_code(problem),
        .content_type = "application/problem+json",
        .cache = cache_control[CACHE_NONE],
        .close = close,
        .retry_after_s = retry_after_s,
        .reason = error ? error->status : STATUS_OK,
    };
    if (problem == PROBLEM_METHOD_NOT_ALLOWED) {
        router_allow(worker->request.path, allow);
        outgoing.allow = allow;
    }
    size_t length = 0;
    json_reset(&worker->out);
    problem_write(&worker->out, problem, error);
    char *body = worker->out.failed ? NULL : take_body(worker, &outgoing, false, &length);
    return body ? send_out(http, worker, connection, conversation, &outgoing, body, length)
                : MHD_NO;
}

enum MHD_Result http_preflight(struct http *http, struct http_worker *worker,
                               struct MHD_Connection *connection, struct conversation *conversation)
{
    char allow[64];
    router_allow(worker->request.path, allow);
    struct outgoing outgoing = {
        .http_code = MHD_HTTP_NO_CONTENT,
        .cache = cache_control[CACHE_NONE],
        .allow = allow,
        .allow_methods = allow,
    };
    return send_out(http, worker, connection, conversation, &outgoing, NULL, 0);
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9E3779B97F4A7C15u;
    return hash ^ (hash >> 29);
}

static uint64_t mix_text(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = mix(hash, (unsigned char)*text);
    return mix(hash, 0);
}

/*
 * W/"…" of all that the answer is made from: the picture, the question, and the address that links
 * begin with. A tick alone would not do: it counts from the start of the process.
 */
static void weak_etag(const struct http_worker *worker, const char *version, char text[72])
{
    const struct request *request = &worker->request;
    const struct picture *picture = worker->worker.picture;
    uint64_t hash = mix_text(1, version);
    hash = mix_text(hash, request->route->path);
    hash = mix_text(hash, request->base_url);
    hash = mix_text(hash, request->path);
    hash = mix(hash, request->parameters_hash);
    uint32_t count = route_parameter_count(request->route);
    for (uint32_t i = 0; i < count; i++) /* links repeat values as they were written */
        if (request->values[i].given)
            hash = mix_text(mix(hash, i), request->values[i].text);
    if (picture) {
        hash = mix(hash, picture->dataset->generation);
        hash = mix(hash, (uint64_t)picture->dataset->built_for);
        hash = mix(hash, picture->vacancies->tick);
        hash = mix(hash, (uint64_t)picture->vacancies->changed_at);
    }
    snprintf(text, 72, "W/\"%016llx\"", (unsigned long long)hash);
}

static enum MHD_Result answer_ok(struct http *http, struct http_worker *worker,
                                 struct MHD_Connection *connection,
                                 struct conversation *conversation, const char *etag)
{
    const struct route *route = worker->request.route;
    const struct response *response = &worker->worker.response;
    struct outgoing outgoing = {
        .http_code = response->http_code ? response->http_code : MHD_HTTP_OK,
        .content_type = response->content_type ? response->content_type : route->content_type,
        .cache = cache_control[route->cache],
        .etag = etag[0] ? etag : NULL,
        .may_vary = route->etag != ETAG_STRONG,
    };
    if (outgoing.etag && negotiate_etag_matches(conversation->found.if_none_match, etag)) {
        outgoing.http_code = MHD_HTTP_NOT_MODIFIED;
        outgoing.content_type = NULL;
        return send_out(http, worker, connection, conversation, &outgoing, NULL, 0);
    }
    size_t length = 0;
    bool may_pack = outgoing.may_vary && negotiate_gzip(conversation->found.accept_encoding);
    char *body = take_body(worker, &outgoing, may_pack, &length);
    return body ? send_out(http, worker, connection, conversation, &outgoing, body, length)
                : MHD_NO;
}

/* Parameters, then the handler; the picture is borrowed around both. */
static enum status run_handler(struct http_worker *worker, const struct conversation *conversation,
                               enum problem *problem, struct error *error)
{
    struct request *request = &worker->request;
    const struct route *route = request->route;
    const char *query = strchr(conversation->url, '?');
    query = query ? query + 1 : "";
    *problem = PROBLEM_COUNT;
    enum status status = STATUS_OK;
    if (route->max_body_bytes && *query)
        return error_set(error, STATUS_INVALID,
                         "the parameters of a %s stand in its body, not in the URL",
                         method_word(route->method));
    if (route->needs_picture && !worker->worker.picture) {
        *problem = PROBLEM_NOT_READY;
        return error_set(error, STATUS_BUSY, "no dataset is loaded yet");
    }
    status = route->max_body_bytes
                 ? params_read_body(request, conversation->body ? conversation->body : "",
                                    conversation->body_length, error)
                 : params_read_query(request, query, strlen(query), error);
    if (!status)
        status = route->handler(&worker->worker, request, &worker->out, error);
    if (!status)
        status = json_status(&worker->out, error);
    return status;
}

enum MHD_Result http_answer(struct http *http, struct http_worker *worker,
                            struct MHD_Connection *connection, struct conversation *conversation)
{
    struct error error = {0};
    enum problem problem;
    char etag[80] = "";
    const struct route *route = worker->request.route;
    json_reset(&worker->out);
    memset(&worker->worker.response, 0, sizeof worker->worker.response);
    worker->worker.picture = app_borrow(worker->reader);
    enum status status = run_handler(worker, conversation, &problem, &error);
    if (!status && route->etag == ETAG_WEAK)
        weak_etag(worker, http->options.version, etag);
    worker->worker.picture = NULL;
    app_return(worker->reader);
    if (!status && route->etag == ETAG_STRONG)
        snprintf(etag, sizeof etag, "\"%s\"", worker->worker.response.etag);
    if (!status)
        return answer_ok(http, worker, connection, conversation, etag);
    if (problem == PROBLEM_COUNT)
        problem = problem_of_status(status);
    if (problem == PROBLEM_INVALID_PARAMETER && !error.parameter[0])
        problem = PROBLEM_BAD_REQUEST; /* the question as a whole */
    error.status = status;
    return http_problem(http, worker, connection, conversation, problem, &error, false,
                        problem == PROBLEM_NOT_READY ? 1 : 0);
}
