/*
 * Answers: the handler called, its body or its problem given to the library, with the headers that
 * caching, languages of compression, browsers and proxies need.
 */
#include "server/files.h"
#include "server/http_internal.h"
#include "server/negotiate.h"
#include "server/page_problem.h"

#include "data/vacancies.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char *const cache_control[] = {
    [CACHE_PRIVATE] = "private, no-cache",
    [CACHE_PUBLIC] = "public, no-cache",
    [CACHE_DAY] = "public, max-age=86400",
    [CACHE_NONE] = "no-store",
};

/* What goes out. */
struct outgoing {
    unsigned http_code;
    const char *content_type; /* NULL = no body */
    const char *cache;
    const char *etag; /* with quotes; NULL = none */
    const char *allow, *allow_methods;
    const char *encoding, *vary; /* NULL = none */
    const char *language;        /* of a page */
    const char *policy;          /* NULL = that of what is no page */
    const char *file_name;       /* to be saved under; NULL = shown */
    unsigned retry_after_s;
    bool is_page, may_pack, close;
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
    char retry[16] = "", disposition[160] = "";
    if (outgoing->retry_after_s)
        snprintf(retry, sizeof retry, "%u", outgoing->retry_after_s);
    if (outgoing->file_name)
        snprintf(disposition, sizeof disposition, "attachment; filename=\"%s\"",
                 outgoing->file_name);
    /* what a script of another origin may read beside what it always may */
    const char *exposed = outgoing->is_page         ? NULL
                          : outgoing->etag          ? "ETag"
                          : outgoing->retry_after_s ? "Retry-After"
                                                    : NULL;
    const struct {
        const char *name, *value;
    } headers[] = {
        {MHD_HTTP_HEADER_CONTENT_TYPE, outgoing->content_type},
        {MHD_HTTP_HEADER_CACHE_CONTROL, outgoing->cache},
        {MHD_HTTP_HEADER_ETAG, outgoing->etag},
        {MHD_HTTP_HEADER_CONTENT_ENCODING, outgoing->encoding},
        {MHD_HTTP_HEADER_CONTENT_LANGUAGE, outgoing->language},
        {MHD_HTTP_HEADER_VARY, outgoing->vary},
        {MHD_HTTP_HEADER_ALLOW, outgoing->allow},
        {MHD_HTTP_HEADER_RETRY_AFTER, retry[0] ? retry : NULL},
        {MHD_HTTP_HEADER_CONTENT_DISPOSITION, disposition[0] ? disposition : NULL},
        {MHD_HTTP_HEADER_CONNECTION, outgoing->close ? "close" : NULL},
        {"Access-Control-Allow-Origin", outgoing->is_page ? NULL : "*"},
        {"Access-Control-Expose-Headers", exposed},
        {"Access-Control-Allow-Methods", outgoing->allow_methods},
        {"Access-Control-Allow-Headers",
         outgoing->allow_methods ? "Content-Type, If-None-Match" : NULL},
        {"Access-Control-Max-Age", outgoing->allow_methods ? "86400" : NULL},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Content-Security-Policy",
         outgoing->policy ? outgoing->policy : "default-src 'none'; frame-ancestors 'none'"},
        {"Permissions-Policy", outgoing->is_page ? "geolocation=(self)" : NULL},
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        if (headers[i].value &&
            MHD_add_response_header(response, headers[i].name, headers[i].value) != MHD_YES)
            return false;
    return true;
}

/* Whose buffer it is, while the library has it. */
struct loan {
    struct http_worker *worker;
    char *bytes;
};

/* A body on its way out. */
struct body {
    char *bytes; /* NULL = none */
    size_t length;
    struct loan *loan; /* NULL = malloc'd and given away */
    bool is_kept;      /* neither: it lives as long as the server */
};

static const struct body no_body;

static void return_body(void *cls)
{
    struct loan *loan = cls;
    struct http_worker *worker = loan->worker;
    if (worker->spare_count < BODIES_SPARE)
        worker->spare_bodies[worker->spare_count++] = loan->bytes;
    else
        free(loan->bytes);
    free(loan);
}

static void drop_body(const struct body *body)
{
    if (body->loan)
        return_body(body->loan);
    else if (!body->is_kept)
        free(body->bytes);
}

static struct MHD_Response *response_of(const struct body *body)
{
    if (body->loan)
        return MHD_create_response_from_buffer_with_free_callback_cls(body->length, body->bytes,
                                                                      return_body, body->loan);
    return MHD_create_response_from_buffer(body->length, body->bytes,
                                           body->bytes && !body->is_kept ? MHD_RESPMEM_MUST_FREE
                                                                         : MHD_RESPMEM_PERSISTENT);
}

/* The body is given away. */
static enum MHD_Result send_out(struct http *http, struct http_worker *worker,
                                struct MHD_Connection *connection,
                                struct conversation *conversation, struct outgoing *outgoing,
                                const struct body *body)
{
    if (atomic_load_explicit(&http->draining, memory_order_relaxed))
        outgoing->close = true;
    struct MHD_Response *response = response_of(body);
    if (!response) {
        drop_body(body);
        return MHD_NO;
    }
    enum MHD_Result queued = MHD_NO;
    if (add_headers(response, outgoing)) {
        finish(http, worker, conversation, outgoing, body->length);
        reaper_stage(http, conversation, CUT_RESPONSE);
        queued = MHD_queue_response(connection, outgoing->http_code, response);
    }
    MHD_destroy_response(response);
    return queued;
}

/* An empty worker->out, in a buffer that can be lent where there is one. */
static void begin_body(struct http_worker *worker)
{
    struct json *out = &worker->out;
    json_reset(out);
    if (!out->bytes && worker->spare_count) {
        out->bytes = worker->spare_bodies[--worker->spare_count];
        out->capacity = BODY_BYTES;
    } else if (!out->bytes && (out->bytes = malloc(BODY_BYTES))) {
        out->capacity = BODY_BYTES;
    }
}

/* The bytes of worker->out packed, in worker->packed; 0 where that does not help. */
static size_t pack_body(struct http_worker *worker)
{
    const struct json *out = &worker->out;
    if (out->length < GZIP_LEAST_BYTES || !worker->gzip)
        return 0;
    if (worker->packed_capacity < out->length) {
        free(worker->packed);
        worker->packed = malloc(out->length);
        worker->packed_capacity = worker->packed ? out->length : 0;
    }
    return worker->packed ? libdeflate_gzip_compress(worker->gzip, out->bytes, out->length,
                                                     worker->packed, out->length - 1)
                          : 0;
}

static struct body copy_body(const char *bytes, size_t length)
{
    struct body body = {.bytes = malloc(length + 1), .length = length};
    if (body.bytes && length)
        memcpy(body.bytes, bytes, length);
    return body;
}

/* What the handler had packed already. */
static struct body take_packed(const struct response *response, struct outgoing *outgoing)
{
    outgoing->encoding = "gzip";
    return copy_body((const char *)response->packed, response->packed_bytes);
}

/* What was written to worker->out, packed where that was asked for and helps. */
static struct body take_body(struct http_worker *worker, struct outgoing *outgoing, bool may_pack)
{
    struct json *out = &worker->out;
    size_t packed = may_pack ? pack_body(worker) : 0;
    outgoing->encoding = packed ? "gzip" : NULL;
    if (packed)
        return copy_body(worker->packed, packed);
    bool may_lend = out->capacity == BODY_BYTES && out->length >= BODY_LENT_BYTES;
    struct loan *loan = may_lend ? malloc(sizeof *loan) : NULL;
    if (!loan)
        return copy_body(out->bytes, out->length);
    *loan = (struct loan){worker, out->bytes};
    struct body body = {.bytes = out->bytes, .length = out->length, .loan = loan};
    out->bytes = NULL;
    out->capacity = out->length = 0;
    return body;
}

/* People get a page, programs a problem document; what is asked of the API is always the latter. */
static bool wants_page(const struct conversation *conversation)
{
    const struct route *route = conversation->route;
    if (route)
        return route->kind == ROUTE_PAGE;
    return strncmp(conversation->url, "/v1/", 4) != 0 && negotiate_html(conversation->found.accept);
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
    begin_body(worker);
    if (wants_page(conversation)) {
        const struct page_problem page = {
            .problem = problem,
            .url = conversation->url,
            .accept_language = conversation->found.accept_language,
            .files = http->options.files,
        };
        outgoing.is_page = true;
        outgoing.content_type = "text/html; charset=utf-8";
        outgoing.language = page_problem_write(&worker->out, &page);
        outgoing.policy = PAGE_POLICY;
        outgoing.vary = PAGE_VARY;
    } else {
        problem_write(&worker->out, problem, error);
    }
    if (worker->out.failed)
        return MHD_NO;
    struct body body = take_body(worker, &outgoing, false);
    return body.bytes ? send_out(http, worker, connection, conversation, &outgoing, &body) : MHD_NO;
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
    return send_out(http, worker, connection, conversation, &outgoing, &no_body);
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9E3779B97F4A7C15u;
    return hash ^ (hash >> 29);
}

/* Eight bytes at a time: links repeat values as they were written, so all of them count. */
static uint64_t mix_text(uint64_t hash, const char *text)
{
    size_t length = strlen(text), at = 0;
    for (; length - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, text + at, 8);
        hash = mix(hash, word);
    }
    uint64_t rest = 0;
    memcpy(&rest, text + at, length - at);
    return mix(mix(hash, rest), length);
}

/*
 * W/"…" of all that the answer is made from: the picture, the question, and the address that links
 * begin with; or, where the handler says what it is made of, of that in the picture's place. A tick
 * alone would not do: it counts from the start of the process.
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
    hash = mix_text(hash, worker->worker.response.etag);
    uint32_t count = route_parameter_count(request->route);
    for (uint32_t i = 0; i < count; i++) /* links repeat values as they were written */
        if (request->values[i].given)
            hash = mix_text(mix(hash, i), request->values[i].text);
    if (picture && request->route->etag == ETAG_WEAK) {
        hash = mix(hash, picture->dataset->generation);
        hash = mix(hash, (uint64_t)picture->dataset->built_for);
        hash = mix(hash, picture->vacancies->tick);
        hash = mix(hash, (uint64_t)picture->vacancies->changed_at);
    }
    if (request->route->kind == ROUTE_PAGE) { /* which says how many minutes ago something was */
        const char *language = worker->worker.response.language;
        hash = mix(hash, (uint64_t)(request->now / 60));
        hash = mix_text(hash, request->query ? request->query : "");
        hash = mix_text(hash, language ? language : "");
    }
    static const char hex[] = "0123456789abcdef";
    memcpy(text, "W/\"0000000000000000\"", 21);
    for (int i = 0; i < 16; i++)
        text[3 + i] = hex[hash >> (60 - 4 * i) & 15];
}

/* A file, in the encoding that its handler chose; the tag is of that encoding. */
static enum MHD_Result answer_file(struct http *http, struct http_worker *worker,
                                   struct MHD_Connection *connection,
                                   struct conversation *conversation, struct outgoing *outgoing)
{
    const struct response *response = &worker->worker.response;
    const struct file *file = response->file;
    outgoing->vary = "Accept-Encoding";
    outgoing->cache = file->immutable ? "public, max-age=31536000, immutable" : outgoing->cache;
    if (negotiate_etag_matches(conversation->found.if_none_match, outgoing->etag)) {
        outgoing->http_code = MHD_HTTP_NOT_MODIFIED;
        outgoing->content_type = NULL;
        return send_out(http, worker, connection, conversation, outgoing, &no_body);
    }
    const struct body body = {
        .bytes = (char *)file->encodings[response->file_encoding].bytes,
        .length = file->encodings[response->file_encoding].length,
        .is_kept = true,
    };
    outgoing->encoding = file_encoding_word((enum file_encoding)response->file_encoding);
    return send_out(http, worker, connection, conversation, outgoing, &body);
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
        .may_pack = route->etag != ETAG_STRONG,
        .is_page = route->kind == ROUTE_PAGE,
        .language = response->language,
        .policy = response->policy,
        .file_name = response->file_name[0] ? response->file_name : NULL,
    };
    outgoing.vary = outgoing.is_page ? PAGE_VARY : outgoing.may_pack ? "Accept-Encoding" : NULL;
    if (response->file)
        return answer_file(http, worker, connection, conversation, &outgoing);
    if (outgoing.etag && negotiate_etag_matches(conversation->found.if_none_match, etag)) {
        outgoing.http_code = MHD_HTTP_NOT_MODIFIED;
        outgoing.content_type = NULL;
        return send_out(http, worker, connection, conversation, &outgoing, &no_body);
    }
    if (outgoing.http_code == MHD_HTTP_NO_CONTENT) {
        outgoing.content_type = NULL;
        return send_out(http, worker, connection, conversation, &outgoing, &no_body);
    }
    bool may_pack = outgoing.may_pack && negotiate_gzip(conversation->found.accept_encoding);
    struct body body = response->packed ? take_packed(response, &outgoing)
                                        : take_body(worker, &outgoing, may_pack);
    return body.bytes ? send_out(http, worker, connection, conversation, &outgoing, &body) : MHD_NO;
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
    request->query = query;
    request->body = conversation->body;
    request->body_length = conversation->body_length;
    if (route->kind == ROUTE_API && route->max_body_bytes && *query)
        return error_set(error, STATUS_INVALID,
                         "the parameters of a %s stand in its body, not in the URL",
                         method_word(route->method));
    if (route->needs_picture && !worker->worker.picture) {
        *problem = PROBLEM_NOT_READY;
        return error_set(error, STATUS_BUSY, "no dataset is loaded yet");
    }
    if (route->kind == ROUTE_API)
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
    begin_body(worker);
    memset(&worker->worker.response, 0, sizeof worker->worker.response);
    worker->worker.picture = app_borrow(worker->reader);
    enum status status = run_handler(worker, conversation, &problem, &error);
    if (!status && (route->etag == ETAG_WEAK || route->etag == ETAG_OF_OWN))
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
                        problem == PROBLEM_NOT_READY || status == STATUS_BUSY ? 1 : 0);
}
