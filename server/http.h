/*
 * The HTTP server: libmicrohttpd, and around it what it lacks: a guard over request heads, deadlines
 * for whole requests, a drain at the end. Only http*.c know the library.
 */
#ifndef SERVER_HTTP_H
#define SERVER_HTTP_H

#include "server/app.h"
#include "server/clock.h"

struct files; /* server/files.h */
struct http;
struct log;

/* Zero or NULL = the default named. All is read only while the server runs and must outlive it. */
struct http_options {
    const char *listen;        /* "127.0.0.1:8080", "[::1]:8080"; port 0 = any free; required */
    const char *public_url;    /* what links begin with, no last slash; http://ADDR:PORT */
    const char *version;       /* of the program, for /v1/status; required */
    struct app *app;           /* required; may have nothing published yet */
    const struct clock *clock; /* required */
    struct log *log;           /* NULL = no request log */
    const struct files *files; /* of the pages; NULL = none */

    /* Whose X-Forwarded-For, -Proto and -Host count: numeric addresses or CIDR blocks, parted by
     * commas; nobody's. Behind such a proxy links follow the headers, unless public_url is set. */
    const char *trusted_proxies;

    unsigned threads;         /* one a processor */
    unsigned max_connections; /* 4096 */
    unsigned head_ms;     /* from connecting, or from the request line, to the whole head: 5000 */
    unsigned body_ms;     /* from the head to the whole body: 10000 */
    unsigned response_ms; /* from the answer's start to its last byte: 60000 */
    unsigned idle_ms;     /* between requests of one connection: 30000 */

    /* Requests a second and client (an address; of IPv6 its /64), 0 = no limit; and how many at
     * once before that (twice the rate). */
    double rate_per_second;
    unsigned rate_burst;
};

/*
 * Listen and serve, on threads of its own. INVALID: an option, named; BUSY: the port is in use; IO:
 * it cannot listen. *http is yours: http_stop().
 */
enum status MUST_CHECK http_start(const struct http_options *options, struct http **http,
                                  struct error *error);

/* The port that it listens on. */
unsigned http_port(const struct http *http);
/* "http://127.0.0.1:8080": where it listens, or the public URL. Lives as long as the server. */
const char *http_url(const struct http *http);

/*
 * Accept nothing more, finish what is running within `seconds`, then close everything and free.
 * Returns true when nothing had to be cut. Safe on NULL.
 */
bool http_stop(struct http *http, unsigned seconds);

#endif
