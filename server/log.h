/*
 * The request log: one line a request, saying what was answered and how fast, and nothing of who
 * asked what. An entry has no room for a URL, a query, a coordinate or an address: what cannot be
 * put in cannot leak.
 *
 *   time=2026-11-24T03:10:00.125Z method=GET route=/v1/nearby status=200 bytes=20412 us=183
 *
 * Each serving thread writes into a ring of its own, without a lock; one thread of the log's reads
 * the rings and writes lines. A full ring drops entries, and so does a pipe or a terminal that nobody
 * reads; they are counted, and a line says how many: what takes the log slows no answer, nor the end.
 */
#ifndef SERVER_LOG_H
#define SERVER_LOG_H

#include "geo/status.h"

#include <stdbool.h>
#include <stdint.h>

struct log;

enum log_format { LOG_KEY_VALUE, LOG_JSON };

struct log_entry {
    int64_t time_ms;    /* UTC, since 1970; the wall clock */
    const char *method; /* a constant */
    const char *route;  /* the template "/v1/facilities/{id}", a constant; NULL = none matched */
    uint64_t bytes;     /* of the body sent */
    uint32_t micros;
    uint16_t http_code;
    uint8_t reason; /* enum status, where the answer is a problem; else OK */
};

/* fd is borrowed and must outlive the log. */
enum status MUST_CHECK log_open(int fd, enum log_format format, struct log **log,
                                struct error *error);
/* Writes out what is waiting, as far as it is taken. Safe on NULL. */
void log_close(struct log *log);

/* A ring for one thread; LIMIT past 256. It is closed with the log. */
struct log_ring;
enum status MUST_CHECK log_ring_open(struct log *log, struct log_ring **ring, struct error *error);
/* By the ring's own thread only. Never blocks. ring NULL = nothing is logged. */
void log_request(struct log_ring *ring, const struct log_entry *entry);

/* A line of the program's own (starting, loading, stopping): never of a request. Any thread; lost
 * where nobody takes it within a fifth of a second. */
void log_message(struct log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Entries dropped so far, by full rings or by who does not read. Any thread. */
uint64_t log_dropped(const struct log *log);

#endif
