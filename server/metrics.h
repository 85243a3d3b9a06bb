/*
 * Counters for Prometheus. Each serving thread adds to a block of its own, without a lock; a scrape
 * sums the blocks. Labels are route templates, codes and reasons from fixed lists: never a value
 * that came with a request.
 */
#ifndef SERVER_METRICS_H
#define SERVER_METRICS_H

#include "server/json.h"

struct metrics;
struct picture;

/* What the guard refuses (http_guard.h makes one of these), what the reaper cuts. */
/* clang-format off */
#define METRICS_REFUSAL_LIST(X) \
    X(REQUEST_LINE, "request_line") \
    X(URL, "url") \
    X(HEAD_SIZE, "head_size") \
    X(HOST, "host") \
    X(HEADER_NAME, "header_name") \
    X(HEADER_VALUE, "header_value") \
    X(FRAMING, "framing") \
    X(BODY_SIZE, "body_size") \
    X(RATE, "rate")
/* clang-format on */
#define METRICS_CUT_LIST(X) X(HEAD, "head") X(BODY, "body") X(RESPONSE, "response") X(IDLE, "idle")

enum metrics_refusal {
#define X(name, text) REFUSAL_##name,
    METRICS_REFUSAL_LIST(X)
#undef X
        REFUSAL_COUNT
};
enum metrics_cut {
#define X(name, text) CUT_##name,
    METRICS_CUT_LIST(X)
#undef X
        CUT_COUNT
};

/* One block of counters for each of `workers` threads. */
enum status MUST_CHECK metrics_open(uint32_t workers, struct metrics **metrics,
                                    struct error *error);
void metrics_close(struct metrics *metrics); /* safe on NULL */

/* By thread `worker` only. route: its place in routes, or -1. */
void metrics_request(struct metrics *metrics, uint32_t worker, int route, unsigned http_code,
                     uint64_t micros, uint64_t bytes);
void metrics_refused(struct metrics *metrics, uint32_t worker, enum metrics_refusal why);

/* Any thread. */
void metrics_connection(struct metrics *metrics, int change);
void metrics_cut(struct metrics *metrics, enum metrics_cut why);
uint64_t metrics_connections(const struct metrics *metrics);

/* Everything as Prometheus text. picture may be NULL. */
void metrics_write(const struct metrics *metrics, const struct picture *picture,
                   uint64_t log_dropped, struct json *out);

#endif
