/*
 * The server: where it listens, its workers, the library's daemon, its start and end. The way of a
 * request is http_request.c.
 */
#include "server/http_internal.h"
#include "server/memo.h"

#include "data/base_tile.h"
#include "data/coverage_run.h"
#include "data/nearby.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    DEFAULT_CONNECTIONS = 4096,
    LEAST_CONNECTIONS = 64,
    /* Of one connection: a head of GUARD_HEAD_BYTES, its lines as the library keeps them, and the head
     * of the answer. All of it is cleared after every request, so it is no larger than that. */
    POOL_BYTES = 32 * 1024,
    POOL_INCREMENT = 4 * 1024,
    BACKLOG = 1024,
    SPARE_FILES = 256 /* beside connections: the store, the log, … */
};

/* "127.0.0.1:8080", "[::1]:8080": a numeric address and a port. */
static enum status parse_listen(const char *listen_on, char host[64], char port[8],
                                struct error *error)
{
    const char *colon = listen_on ? strrchr(listen_on, ':') : NULL;
    size_t host_length = colon ? (size_t)(colon - listen_on) : 0;
    size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;
    bool bracketed = host_length > 2 && listen_on[0] == '[' && colon[-1] == ']';
    if (digits == 0 || digits > 5 || colon[1 + digits] || strtoul(colon + 1, NULL, 10) > 65535 ||
        host_length == 0 || host_length >= 64 ||
        (!bracketed && memchr(listen_on, ':', host_length)))
        return error_set_parameter(error, STATUS_INVALID, "listen",
                                   "listen is '%.80s'; it must be ADDRESS:PORT, as 127.0.0.1:8080 "
                                   "or [::1]:8080",
                                   listen_on ? listen_on : "");
    snprintf(host, 64, "%.*s", (int)(host_length - 2 * bracketed), listen_on + bracketed);
    snprintf(port, 8, "%s", colon + 1);
    return STATUS_OK;
}

static enum status listen_at(struct http *http, struct error *error)
{
    const char *where = http->options.listen;
    char host[64], port[8];
    enum status status = parse_listen(where, host, port, error);
    if (status)
        return status;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    struct addrinfo *found = NULL;
    if (getaddrinfo(host, port, &hints, &found) != 0)
        return error_set_parameter(error, STATUS_INVALID, "listen",
                                   "listen is '%.80s'; '%s' is not a numeric address", where, host);
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), yes = 1;
    struct sockaddr_storage bound;
    socklen_t bound_length = sizeof bound;
    bool good = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
                bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0 &&
                getsockname(fd, (struct sockaddr *)&bound, &bound_length) == 0;
    int failed = errno;
    freeaddrinfo(found);
    if (!good) {
        if (fd >= 0)
            close(fd);
        return failed == EADDRINUSE
                   ? error_set_parameter(error, STATUS_BUSY, "listen",
                                         "another program listens at %s already", where)
                   : error_set_parameter(error, STATUS_IO, "listen", "cannot listen at %s: %s",
                                         where, strerror(failed));
    }
    char number[8];
    getnameinfo((struct sockaddr *)&bound, bound_length, NULL, 0, number, sizeof number,
                NI_NUMERICSERV);
    http->listen_fd = fd;
    http->port = (unsigned)strtoul(number, NULL, 10);
    if (http->options.public_url)
        snprintf(http->url, sizeof http->url, "%s", http->options.public_url);
    else
        snprintf(http->url, sizeof http->url, strchr(host, ':') ? "http://[%s]:%u" : "http://%s:%u",
                 host, http->port);
    return STATUS_OK;
}

/* "https://example.org", perhaps with a path; no last slash, nothing that JSON or HTTP would mind. */
static enum status check_public_url(const char *url, struct error *error)
{
    if (!url)
        return STATUS_OK;
    const char *host = strncmp(url, "https://", 8) == 0  ? url + 8
                       : strncmp(url, "http://", 7) == 0 ? url + 7
                                                         : "";
    size_t length = strlen(url), host_length = strcspn(host, "/");
    bool good = guard_is_host(host, host_length) && length < 256 && url[length - 1] != '/';
    for (const char *c = url; *c && good; c++)
        good = *c > 0x20 && *c < 0x7F && !strchr("\"\\<>?#", *c);
    return good ? STATUS_OK
                : error_set_parameter(error, STATUS_INVALID, "public-url",
                                      "public-url is '%.80s'; it must be like https://example.org, "
                                      "without a slash at the end",
                                      url);
}

static unsigned or_default(unsigned value, unsigned otherwise)
{
    return value ? value : otherwise;
}

static void fill_defaults(struct http_options *options)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    options->threads = or_default(options->threads, processors > 0 ? (unsigned)processors : 1);
    if (options->threads > APP_MAX_READERS / 2)
        options->threads = APP_MAX_READERS / 2;
    options->max_connections = or_default(options->max_connections, DEFAULT_CONNECTIONS);
    if (options->max_connections < LEAST_CONNECTIONS)
        options->max_connections = LEAST_CONNECTIONS;
    options->head_ms = or_default(options->head_ms, 5000);
    options->body_ms = or_default(options->body_ms, 10000);
    options->response_ms = or_default(options->response_ms, 60000);
    options->idle_ms = or_default(options->idle_ms, 30000);
    if (options->public_url && !*options->public_url)
        options->public_url = NULL;
}

/* Each connection is a file; the usual soft limit of 1,024 would be the ceiling otherwise. */
static void raise_file_limit(unsigned connections)
{
    struct rlimit limit;
    rlim_t wanted = connections + SPARE_FILES;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void release_run(void *run)
{
    coverage_run_release(run);
}

static enum status make_workers(struct http *http, struct error *error)
{
    const struct http_options *options = &http->options;
    http->workers = calloc(options->threads, sizeof *http->workers);
    if (!http->workers)
        return error_memory(error, "starting the server");
    enum status status = metrics_open(options->threads, &http->metrics, error);
    if (!status)
        status = memo_open(release_run, &http->coverage, error);
    for (; !status && http->worker_count < options->threads; http->worker_count++) {
        struct http_worker *worker = &http->workers[http->worker_count];
        worker->number = http->worker_count;
        worker->worker.options = options;
        worker->worker.metrics = http->metrics;
        worker->worker.coverage = http->coverage;
        worker->worker.nearby = malloc(sizeof *worker->worker.nearby);
        worker->worker.walker = calloc(1, sizeof *worker->worker.walker);
        worker->gzip = libdeflate_alloc_compressor(1);
        arena_init(&worker->arena, REQUEST_ARENA_BYTES);
        json_init(&worker->out, ANSWER_MAX_BYTES);
        status = worker->worker.nearby && worker->worker.walker && worker->gzip
                     ? app_reader_open(options->app, &worker->reader, error)
                     : error_memory(error, "starting the server");
        if (!status)
            status = base_tiler_open(&worker->worker.tiler, error);
        if (!status && options->log)
            status = log_ring_open(options->log, &worker->log, error);
    }
    return status;
}

static void free_workers(struct http *http)
{
    for (uint32_t i = 0; i < http->worker_count; i++) {
        struct http_worker *worker = &http->workers[i];
        app_reader_close(worker->reader);
        free(worker->worker.nearby);
        if (worker->worker.walker)
            walker_release(worker->worker.walker);
        free(worker->worker.walker);
        base_tiler_close(worker->worker.tiler);
        free(worker->packed);
        libdeflate_free_compressor(worker->gzip);
        arena_release(&worker->arena);
        json_release(&worker->out);
        while (worker->spare_count)
            free(worker->spare_bodies[--worker->spare_count]);
    }
    free(http->workers);
    memo_close(http->coverage);
    metrics_close(http->metrics);
}

static enum status start_daemon(struct http *http, struct error *error)
{
    const struct http_options *options = &http->options;
    unsigned slowest_ms =
        options->response_ms > options->idle_ms ? options->response_ms : options->idle_ms;
    struct MHD_OptionItem items[] = {
        {MHD_OPTION_LISTEN_SOCKET, http->listen_fd, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)options->max_connections, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)(slowest_ms / 1000 + 1), NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, POOL_BYTES, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_INCREMENT, POOL_INCREMENT, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)http_on_request_line, http},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)http_on_completed, http},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)http_on_connection, http},
        /* one thread is no pool; the option must then not be there */
        {options->threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END,
         (intptr_t)options->threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    http->daemon =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
                         http_on_request, http, MHD_OPTION_ARRAY, items, MHD_OPTION_END);
    return http->daemon ? STATUS_OK : error_set(error, STATUS_IO, "the HTTP library did not start");
}

static void destroy(struct http *http)
{
    if (http->daemon)
        MHD_stop_daemon(http->daemon); /* its threads end; every connection is closed */
    reaper_stop(&http->reaper);
    if (http->listen_fd >= 0 && !http->daemon)
        close(http->listen_fd); /* else the daemon has closed it */
    free_workers(http);
    client_limit_close(http->limit);
    pthread_key_delete(http->worker_key);
    free(http);
}

enum status http_start(const struct http_options *options, struct http **http, struct error *error)
{
    *http = NULL;
    struct http *started = calloc(1, sizeof *started);
    if (!started || pthread_key_create(&started->worker_key, NULL) != 0) {
        free(started);
        return error_memory(error, "starting the server");
    }
    started->options = *options;
    started->listen_fd = -1;
    fill_defaults(&started->options);
    enum status status = check_public_url(started->options.public_url, error);
    if (!status)
        status = client_networks_parse(options->trusted_proxies, &started->trusted, error);
    if (!status && options->rate_per_second > 0)
        status = client_limit_open(options->rate_per_second, options->rate_burst, &started->limit,
                                   error);
    if (!status)
        status = make_workers(started, error);
    if (!status)
        status = listen_at(started, error);
    if (!status)
        status = reaper_start(&started->reaper, started, error);
    if (!status) {
        raise_file_limit(started->options.max_connections);
        status = start_daemon(started, error);
    }
    if (status) {
        destroy(started);
        return status;
    }
    *http = started;
    return STATUS_OK;
}

unsigned http_port(const struct http *http)
{
    return http->port;
}

const char *http_url(const struct http *http)
{
    return http->url;
}

bool http_stop(struct http *http, unsigned seconds)
{
    if (!http)
        return true;
    atomic_store(&http->draining, true);
    /* Whoever connects now is refused, not kept waiting. MHD_quiesce_daemon() is not for us: it and a
     * worker that wakes just then may both take the socket out of epoll, and the second aborts the
     * process (libmicrohttpd 0.9.75). The workers wake again and again until the drain ends. */
    shutdown(http->listen_fd, SHUT_RDWR);
    unsigned left = reaper_drain(&http->reaper, seconds);
    destroy(http);
    return left == 0;
}
