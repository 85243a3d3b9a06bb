/*
 * A request as handlers see it, and the worker that serves it. No socket here: a test makes one with
 * request_make() and calls the handler.
 *
 * A handler reads, asks and writes:
 *
 *   enum status api_x(struct worker *worker, const struct request *request, struct json *out,
 *                     struct error *error);
 *
 * It writes the body into `out` (empty at the start) and returns OK, or returns a status with its
 * sentence: http_respond.c turns every failure into a problem answer and drops what was written. Picture,
 * scratch and arena are good until the handler returns.
 */
#ifndef SERVER_REQUEST_H
#define SERVER_REQUEST_H

#include "data/records.h"
#include "geo/arena.h"
#include "server/app.h"
#include "server/json.h"

struct base_tiler; /* data/base_tile.h */
struct file;       /* server/files.h */
struct http_options;
struct memo; /* server/memo.h */
struct metrics;
struct nearby_list;
struct route;
struct walker; /* data/walking.h */

enum method { METHOD_GET, METHOD_HEAD, METHOD_POST, METHOD_PUT, METHOD_OPTIONS, METHOD_OTHER };

enum {
    PARAMETERS_MAX = 32,          /* of one route */
    CAPTURES_MAX = 3,             /* {…} of one route's path */
    REQUEST_ARENA_BYTES = 2 << 20 /* a 64 KiB body takes up to 79 times its size to parse */
};

/* One parameter as it was given, or its default. Which member holds what: params.h. */
struct param_value {
    bool given; /* by the client; a default leaves it false */
    bool set;   /* given, or a default */
    bool is_date;
    const char *text; /* as given, decoded, valid UTF-8; NULL when not given */
    int64_t integer;
    double decimal[4];
};

struct request {
    enum method method; /* HEAD is GET here */
    const struct route *route;
    const char *path;                          /* as sent, percent-encoded, without the query */
    const char *captures[CAPTURES_MAX];        /* decoded; what stood for {…}, in order */
    struct param_value values[PARAMETERS_MAX]; /* beside route->parameters */
    uint64_t parameters_hash; /* of all values but the cursor: equal for equal questions */
    const char *base_url;     /* scheme and authority that clients see, without a last slash */
    moment_t now;
    struct arena *arena;

    /* For pages, which read their own; empty in tests that do not set them. */
    const char *query; /* as sent, behind the '?'; NULL = none */
    const char *body;  /* of a POST, as sent; NULL = none */
    size_t body_length;
    const char *accept_language, *accept_encoding; /* header values; NULL = not there */
};

/* What an answer says besides its body; empty when the handler starts. */
struct response {
    /* Of a route with ETAG_STRONG: the tag without quotes, [A-Za-z0-9-]. Such a handler must set it.
     * Of one with ETAG_WEAK: what the answer is made of besides the picture and the question. Of one
     * with ETAG_OF_OWN: besides the question. */
    char etag[72];
    char file_name[112];      /* it is to be saved under: ASCII without quotes; "" = shown */
    unsigned http_code;       /* 0 = 200; 204 has no body */
    const char *content_type; /* NULL = the route's */

    const char *language; /* of a page: "zh-Hans"; NULL = none */
    const char *policy;   /* of a page: its Content-Security-Policy, in the request's arena */

    /* Instead of what was written: a file, in one of its encodings (enum file_encoding). It lives as
     * long as the server. */
    const struct file *file;
    uint8_t file_encoding;

    /* Likewise: a body that is gzipped already, for a client that takes it. The worker's scratch: it
     * is copied when the handler has returned. */
    const uint8_t *packed;
    size_t packed_bytes;
};

/* What one serving thread keeps. */
struct worker {
    const struct picture *picture; /* borrowed for this request; NULL before the first is loaded */
    struct nearby_list *nearby;    /* scratch; NULL in tests that do not set it */
    struct walker *walker;         /* likewise; needed where there is a street network */
    struct base_tiler *tiler;      /* likewise; needed by tiles alone */
    struct memo *coverage;         /* runs by question, shared by all workers; likewise */
    struct response response;
    const struct http_options *options; /* read only */
    const struct metrics *metrics;      /* for /metrics; NULL in tests */
};

/* The value of a parameter of the request's route, by name, which must be in its table. */
const struct param_value *request_value(const struct request *request, const char *name);

/*
 * Links, as members of a "links" array:  {"rel":"self","href":"…"}
 * `self` repeats the question; `next` has the cursor beside it. A POST's have no query; its next has
 * "method":"POST" and "cursor". cursor NULL = self.
 */
void request_write_link(const struct request *request, const char *rel, const char *cursor,
                        struct json *out);

/*
 * Make a request without a socket: route by method and path ("/v1/nearby?lon=…" or with a JSON
 * body, NULL = none), everything checked as http.c does. For tests, and for `tuoyu near`.
 */
enum status MUST_CHECK request_make(enum method method, const char *url, const char *body,
                                    moment_t now, struct arena *arena, struct request *request,
                                    struct error *error);

#endif
