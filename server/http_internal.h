/*
 * Shared by http.c (start and end), http_request.c (the way of a request), http_head.c (heads),
 * http_respond.c (answers) and http_reaper.c (deadlines). Nobody else includes it.
 */
#ifndef SERVER_HTTP_INTERNAL_H
#define SERVER_HTTP_INTERNAL_H

#include "server/client.h"
#include "server/http.h"
#include "server/http_guard.h"
#include "server/log.h"
#include "server/router.h"

#include <libdeflate.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

/*
 * One connection: made when it is accepted, freed when it is closed. Its serving thread owns it; the
 * reaper reads stage and deadline, and fd only under the list's mutex.
 */
struct conversation {
    struct conversation *next, *previous; /* the reaper's list; under its mutex */
    int fd;
    _Atomic int stage; /* enum metrics_cut: what it is at */
    _Atomic int64_t deadline_ms;

    /* of the request under way */
    bool begun; /* its head has been looked at */
    size_t url_length;
    int64_t started_us;
    const struct route *route; /* NULL = none matched */
    enum method method;
    struct guard_found found; /* values live as long as the request */
    char *body;
    size_t body_length, body_capacity, body_dropped;
    char url[GUARD_URL_BYTES + 1]; /* as sent; cut if longer, url_length says how long it was */
};

struct reaper {
    struct http *http;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake; /* stopping, or the last connection gone */
    struct conversation *first;
    unsigned count;
    bool stopping, draining;
};

/*
 * A body of the usual size is not copied: its buffer is lent to the library, which gives it back when
 * the answer is sent, and the next one is written into a buffer that has come back. Both happen in
 * the worker's thread, or in the one that stops the server, when no worker runs any more.
 */
enum {
    BODY_BYTES = 64 << 10, /* what is lent has just this capacity; larger ones are copied */
    BODY_LENT_BYTES =
        4 << 10, /* at least so many in it: small ones are copied, slow readers hold less */
    BODIES_SPARE = 8
};

/* What one serving thread has, for its requests alone. */
struct http_worker {
    struct worker worker;
    uint32_t number;
    struct app_reader *reader;
    struct log_ring *log;
    struct arena arena;
    struct json out; /* the body is written here, then lent to the library or copied for it */
    char *spare_bodies[BODIES_SPARE]; /* came back: BODY_BYTES each */
    uint32_t spare_count;
    struct libdeflate_compressor *gzip;
    char *packed; /* scratch of the compressor */
    size_t packed_capacity;
    struct request request;
};

struct http {
    struct http_options options; /* defaults filled in */
    char url[300];
    unsigned port;
    int listen_fd;
    struct MHD_Daemon *daemon;
    struct client_networks trusted;
    struct client_limit *limit;
    struct metrics *metrics;
    struct memo *coverage; /* struct coverage_run by question */
    struct reaper reaper;
    atomic_bool draining;
    pthread_key_t worker_key; /* which of workers a thread is; per server, so not a global */
    _Atomic uint32_t workers_taken;
    struct http_worker *workers;
    uint32_t worker_count;
};

/* http_request.c: what the library calls; cls is the struct http. */
void http_on_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
                        enum MHD_ConnectionNotificationCode code);
void *http_on_request_line(void *cls, const char *url, struct MHD_Connection *connection);
enum MHD_Result http_on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *upload,
                                size_t *upload_length, void **context);
void http_on_completed(void *cls, struct MHD_Connection *connection, void **context,
                       enum MHD_RequestTerminationCode code);

/* http_respond.c */
enum { ANSWER_MAX_BYTES = 32 << 20, GZIP_LEAST_BYTES = 1024 };
enum MHD_Result http_answer(struct http *http, struct http_worker *worker,
                            struct MHD_Connection *connection, struct conversation *conversation);
enum MHD_Result http_problem(struct http *http, struct http_worker *worker,
                             struct MHD_Connection *connection, struct conversation *conversation,
                             enum problem problem, const struct error *error, bool close,
                             unsigned retry_after_s);
enum MHD_Result http_preflight(struct http *http, struct http_worker *worker,
                               struct MHD_Connection *connection,
                               struct conversation *conversation);

/* http_head.c: did the library take the head for what it is? Only for a head that guard_check() lets
 * through, on the first call for a request. */
bool http_head_is_whole(struct MHD_Connection *connection, const struct guard_head *head);

/* http_reaper.c */
enum status MUST_CHECK reaper_start(struct reaper *reaper, struct http *http, struct error *error);
void reaper_add(struct reaper *reaper, struct conversation *conversation);
void reaper_remove(struct reaper *reaper, struct conversation *conversation);
/* By the conversation's own thread. */
void reaper_stage(const struct http *http, struct conversation *conversation,
                  enum metrics_cut stage);
/* Cut what is idle, and wait until all are gone or the seconds have passed; how many were left. */
unsigned reaper_drain(struct reaper *reaper, unsigned seconds);
void reaper_stop(struct reaper *reaper);

int64_t http_monotonic_us(void);

#endif
