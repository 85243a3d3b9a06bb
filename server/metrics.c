#include "server/metrics.h"

#include "data/vacancies.h"
#include "server/app.h"
#include "server/router.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_ROUTES = 64, BUCKETS = 12 };

/* Upper bounds of the latency histogram, in microseconds, and as Prometheus has them. */
static const uint64_t bucket_micros[BUCKETS] = {50,   100,   250,   500,    1000,   2500,
                                                5000, 10000, 50000, 100000, 500000, 2500000};
static const char *const bucket_texts[BUCKETS] = {"0.00005", "0.0001", "0.00025", "0.0005",
                                                  "0.001",   "0.0025", "0.005",   "0.01",
                                                  "0.05",    "0.1",    "0.5",     "2.5"};
/* What we answer with; anything else counts under the first slot. */
static const unsigned codes[] = {0,   200, 204, 304, 400, 401, 403, 404, 405, 409, 410, 412,
                                 413, 414, 415, 417, 422, 428, 429, 431, 500, 501, 503};
enum { CODE_COUNT = sizeof codes / sizeof *codes };

static const char *const refusal_texts[] = {
#define X(name, text) text,
    METRICS_REFUSAL_LIST(X)
#undef X
};
static const char *const cut_texts[] = {
#define X(name, text) text,
    METRICS_CUT_LIST(X)
#undef X
};

/* One thread adds, others read: a load and a store, no locked instruction. */
struct block {
    _Atomic uint64_t requests[MAX_ROUTES + 1][CODE_COUNT]; /* the last row: no route */
    _Atomic uint64_t buckets[BUCKETS + 1];
    _Atomic uint64_t micros, bytes;
    _Atomic uint64_t refusals[REFUSAL_COUNT];
};

struct metrics {
    struct block *blocks;
    uint32_t block_count;
    _Atomic int64_t connections;
    _Atomic uint64_t connections_total;
    _Atomic uint64_t cuts[CUT_COUNT];
};

enum status metrics_open(uint32_t workers, struct metrics **metrics, struct error *error)
{
    struct metrics *opened = calloc(1, sizeof *opened);
    *metrics = NULL;
    if (opened)
        opened->blocks = calloc(workers, sizeof *opened->blocks);
    if (!opened || !opened->blocks) {
        free(opened);
        return error_memory(error, "making room for metrics");
    }
    opened->block_count = workers;
    *metrics = opened;
    return STATUS_OK;
}

void metrics_close(struct metrics *metrics)
{
    if (!metrics)
        return;
    free(metrics->blocks);
    free(metrics);
}

static void add(_Atomic uint64_t *counter, uint64_t value)
{
    uint64_t old = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, old + value, memory_order_relaxed);
}

static uint64_t get(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void metrics_request(struct metrics *metrics, uint32_t worker, int route, unsigned http_code,
                     uint64_t micros, uint64_t bytes)
{
    struct block *block = &metrics->blocks[worker];
    int row = route >= 0 && route < MAX_ROUTES ? route : MAX_ROUTES;
    int slot = CODE_COUNT - 1, bucket = 0;
    while (slot > 0 && codes[slot] != http_code)
        slot--;
    while (bucket < BUCKETS && micros > bucket_micros[bucket])
        bucket++;
    add(&block->requests[row][slot], 1);
    add(&block->buckets[bucket], 1);
    add(&block->micros, micros);
    add(&block->bytes, bytes);
}

void metrics_refused(struct metrics *metrics, uint32_t worker, enum metrics_refusal why)
{
    add(&metrics->blocks[worker].refusals[why], 1);
}

void metrics_connection(struct metrics *metrics, int change)
{
    atomic_fetch_add_explicit(&metrics->connections, change, memory_order_relaxed);
    if (change > 0)
        atomic_fetch_add_explicit(&metrics->connections_total, 1, memory_order_relaxed);
}

void metrics_cut(struct metrics *metrics, enum metrics_cut why)
{
    atomic_fetch_add_explicit(&metrics->cuts[why], 1, memory_order_relaxed);
}

uint64_t metrics_connections(const struct metrics *metrics)
{
    int64_t open = atomic_load_explicit(&metrics->connections, memory_order_relaxed);
    return open > 0 ? (uint64_t)open : 0;
}

__attribute__((format(printf, 2, 3))) static void line(struct json *out, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (length > 0 && (size_t)length < sizeof text)
        json_raw(out, text, (size_t)length);
}

static void head(struct json *out, const char *name, const char *type, const char *help)
{
    line(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void value(struct json *out, const char *name, const char *type, const char *help,
                  uint64_t number)
{
    head(out, name, type, help);
    line(out, "%s %llu\n", name, (unsigned long long)number);
}

static void write_requests(const struct metrics *metrics, struct json *out)
{
    head(out, "tuoyu_requests_total", "counter", "Answers by route and code.");
    for (uint32_t row = 0; row <= MAX_ROUTES; row++)
        for (uint32_t slot = 0; slot < CODE_COUNT; slot++) {
            uint64_t sum = 0;
            for (uint32_t i = 0; i < metrics->block_count; i++)
                sum += get(&metrics->blocks[i].requests[row][slot]);
            if (sum)
                line(out, "tuoyu_requests_total{method=\"%s\",route=\"%s\",code=\"%u\"} %llu\n",
                     row < route_count ? method_word(routes[row].method) : "-",
                     row < route_count ? routes[row].path : "-", codes[slot],
                     (unsigned long long)sum);
        }
}

static void write_latency(const struct metrics *metrics, struct json *out)
{
    uint64_t sums[BUCKETS + 1] = {0}, micros = 0, bytes = 0, below = 0;
    for (uint32_t i = 0; i < metrics->block_count; i++) {
        const struct block *block = &metrics->blocks[i];
        for (int bucket = 0; bucket <= BUCKETS; bucket++)
            sums[bucket] += get(&block->buckets[bucket]);
        micros += get(&block->micros);
        bytes += get(&block->bytes);
    }
    head(out, "tuoyu_request_seconds", "histogram", "From the whole request to its answer.");
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
        below += sums[bucket];
        line(out, "tuoyu_request_seconds_bucket{le=\"%s\"} %llu\n", bucket_texts[bucket],
             (unsigned long long)below);
    }
    below += sums[BUCKETS];
    line(out, "tuoyu_request_seconds_bucket{le=\"+Inf\"} %llu\n", (unsigned long long)below);
    line(out, "tuoyu_request_seconds_sum %llu.%06llu\n", (unsigned long long)(micros / 1000000),
         (unsigned long long)(micros % 1000000));
    line(out, "tuoyu_request_seconds_count %llu\n", (unsigned long long)below);
    value(out, "tuoyu_response_bytes_total", "counter", "Bytes of bodies sent.", bytes);
}

static void write_connections(const struct metrics *metrics, struct json *out)
{
    value(out, "tuoyu_connections", "gauge", "Connections open.", metrics_connections(metrics));
    value(out, "tuoyu_connections_total", "counter", "Connections accepted.",
          get(&metrics->connections_total));
    head(out, "tuoyu_refused_total", "counter", "Requests refused by the guard, by reason.");
    for (int why = 0; why < REFUSAL_COUNT; why++) {
        uint64_t sum = 0;
        for (uint32_t i = 0; i < metrics->block_count; i++)
            sum += get(&metrics->blocks[i].refusals[why]);
        line(out, "tuoyu_refused_total{reason=\"%s\"} %llu\n", refusal_texts[why],
             (unsigned long long)sum);
    }
    head(out, "tuoyu_cut_total", "counter", "Connections cut at a deadline, by stage.");
    for (int why = 0; why < CUT_COUNT; why++)
        line(out, "tuoyu_cut_total{stage=\"%s\"} %llu\n", cut_texts[why],
             (unsigned long long)get(&metrics->cuts[why]));
}

static void write_picture(const struct picture *picture, struct json *out)
{
    value(out, "tuoyu_ready", "gauge", "1 once a dataset is loaded.", picture != NULL);
    if (!picture)
        return;
    const struct dataset *dataset = picture->dataset;
    value(out, "tuoyu_dataset_generation", "gauge", "Commits of the store in the dataset.",
          dataset->generation);
    value(out, "tuoyu_facilities", "gauge", "Facilities in the dataset.", dataset->facility_count);
    value(out, "tuoyu_facilities_public", "gauge", "Facilities that are public now.",
          picture->vacancies->public_count);
    value(out, "tuoyu_groups", "gauge", "Groups in the dataset.", dataset->group_count);
    value(out, "tuoyu_offers", "gauge", "Offers in the dataset.", dataset->offer_count);
    value(out, "tuoyu_communities", "gauge", "Communities in the dataset.",
          dataset->community_count);
    value(out, "tuoyu_pictures_published_total", "counter", "Pictures published so far.",
          picture->generation);
}

void metrics_write(const struct metrics *metrics, const struct picture *picture,
                   uint64_t log_dropped, struct json *out)
{
    write_requests(metrics, out);
    write_latency(metrics, out);
    write_connections(metrics, out);
    value(out, "tuoyu_log_dropped_total", "counter", "Log lines dropped.", log_dropped);
    write_picture(picture, out);
}
