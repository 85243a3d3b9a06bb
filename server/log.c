#include "server/log.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    RING_ENTRIES = 8192, /* a power of two */
    MAX_RINGS = 256,
    LINE_BYTES = 320,
    BATCH_BYTES = 64 * 1024,
    PIECE_BYTES =
        4096, /* what a pipe takes whole, or not at all, where there is room for anything */
    PATIENCE_MS = 200, /* with whoever reads the log; none with one who had it before */
    PAUSE_NS = 50 * 1000 * 1000
};

/* One producer, the ring's thread; one consumer, the log's. */
struct log_ring {
    struct log *log;
    _Atomic uint64_t written, read;
    struct log_entry entries[RING_ENTRIES];
};

struct log {
    int fd;
    bool is_file;         /* which takes everything, and at once */
    atomic_bool is_stuck; /* nobody read, the last time */
    enum log_format format;
    pthread_t thread;
    atomic_bool stopping;
    _Atomic uint64_t dropped;
    uint64_t dropped_told; /* the log's thread alone */
    pthread_mutex_t mutex; /* rings being added; the descriptor */
    struct log_ring *rings[MAX_RINGS];
    _Atomic uint32_t ring_count;
};

static bool can_write(struct log *log)
{
    struct pollfd waiting = {.fd = log->fd, .events = POLLOUT};
    bool can = log->is_file || poll(&waiting, 1, atomic_load(&log->is_stuck) ? 0 : PATIENCE_MS) > 0;
    atomic_store(&log->is_stuck, !can);
    return can;
}

/* As many whole lines as can be written without waiting. */
static size_t piece_bytes(const struct log *log, const char *bytes, size_t length)
{
    if (log->is_file || length <= PIECE_BYTES)
        return length;
    const char *end = memrchr(bytes, '\n', PIECE_BYTES);
    return end ? (size_t)(end + 1 - bytes) : PIECE_BYTES;
}

/* A log must not hold the program up, nor end it: what a pipe or a terminal that nobody reads does not
 * take is lost. Returns how many lines are. */
static uint64_t write_all(struct log *log, const char *bytes, size_t length)
{
    uint64_t lost = 0;
    pthread_mutex_lock(&log->mutex);
    while (length > 0 && can_write(log)) {
        ssize_t sent = write(log->fd, bytes, piece_bytes(log, bytes, length));
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            break;
        bytes += sent;
        length -= (size_t)sent;
    }
    pthread_mutex_unlock(&log->mutex);
    for (size_t i = 0; i < length; i++)
        lost += bytes[i] == '\n';
    return lost;
}

static void format_time(int64_t time_ms, char text[32])
{
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    size_t length = strftime(text, 32, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(text + length, 32 - length, ".%03dZ", (int)(time_ms % 1000));
}

static int64_t wall_clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static size_t format_entry(enum log_format format, const struct log_entry *entry, char *line)
{
    char when[32], reason[64] = "";
    format_time(entry->time_ms, when);
    if (entry->reason)
        snprintf(reason, sizeof reason, format == LOG_JSON ? ",\"reason\":\"%s\"" : " reason=%s",
                 status_text((enum status)entry->reason));
    const char *pattern = format == LOG_JSON
                              ? "{\"time\":\"%s\",\"method\":\"%s\",\"route\":\"%s\",\"status\":%u,"
                                "\"bytes\":%llu,\"us\":%u%s}\n"
                              : "time=%s method=%s route=%s status=%u bytes=%llu us=%u%s\n";
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    int length = snprintf(line, LINE_BYTES, pattern, when, entry->method,
                          entry->route ? entry->route : "-", (unsigned)entry->http_code,
                          (unsigned long long)entry->bytes, entry->micros, reason);
#pragma GCC diagnostic pop
    return length > 0 && length < LINE_BYTES ? (size_t)length : 0;
}

static void write_batch(struct log *log, const char *batch, size_t length)
{
    uint64_t lost = write_all(log, batch, length);
    if (lost)
        atomic_fetch_add_explicit(&log->dropped, lost, memory_order_relaxed);
}

static void drain(struct log *log, struct log_ring *ring, char *batch)
{
    uint64_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);
    uint64_t written = atomic_load_explicit(&ring->written, memory_order_acquire);
    size_t used = 0;
    for (; read < written; read++) {
        used += format_entry(log->format, &ring->entries[read % RING_ENTRIES], batch + used);
        if (used + LINE_BYTES > BATCH_BYTES) {
            write_batch(log, batch, used);
            used = 0;
        }
    }
    atomic_store_explicit(&ring->read, read, memory_order_release);
    if (used)
        write_batch(log, batch, used);
}

static void tell_dropped(struct log *log)
{
    uint64_t dropped = log_dropped(log);
    if (dropped == log->dropped_told)
        return;
    log_message(log, "%llu requests were not logged: what takes the log is too slow",
                (unsigned long long)(dropped - log->dropped_told));
    if (!atomic_load(&log->is_stuck)) /* else nobody has heard it */
        log->dropped_told = dropped;
}

static void *run(void *argument)
{
    struct log *log = argument;
    char *batch = malloc(BATCH_BYTES);
    bool stopping;
    do {
        stopping = atomic_load(&log->stopping); /* read before the last draining */
        uint32_t count = atomic_load_explicit(&log->ring_count, memory_order_acquire);
        for (uint32_t i = 0; i < count && batch; i++)
            drain(log, log->rings[i], batch);
        tell_dropped(log);
        if (!stopping)
            nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
    } while (!stopping);
    free(batch);
    return NULL;
}

enum status log_open(int fd, enum log_format format, struct log **log, struct error *error)
{
    struct log *opened = calloc(1, sizeof *opened);
    *log = NULL;
    if (!opened)
        return error_memory(error, "opening the log");
    struct stat info;
    opened->fd = fd;
    opened->is_file = fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    opened->format = format;
    pthread_mutex_init(&opened->mutex, NULL);
    int failed = pthread_create(&opened->thread, NULL, run, opened);
    if (failed) {
        pthread_mutex_destroy(&opened->mutex);
        free(opened);
        return error_set(error, STATUS_IO, "cannot start the log's thread: %s", strerror(failed));
    }
    *log = opened;
    return STATUS_OK;
}

void log_close(struct log *log)
{
    if (!log)
        return;
    atomic_store(&log->stopping, true);
    pthread_join(log->thread, NULL);
    for (uint32_t i = 0; i < log->ring_count; i++)
        free(log->rings[i]);
    pthread_mutex_destroy(&log->mutex);
    free(log);
}

enum status log_ring_open(struct log *log, struct log_ring **ring, struct error *error)
{
    *ring = NULL;
    struct log_ring *opened = calloc(1, sizeof *opened);
    if (!opened)
        return error_memory(error, "opening the log");
    opened->log = log;
    pthread_mutex_lock(&log->mutex);
    uint32_t count = atomic_load(&log->ring_count);
    if (count < MAX_RINGS) {
        log->rings[count] = opened;
        atomic_store_explicit(&log->ring_count, count + 1, memory_order_release);
        *ring = opened;
    }
    pthread_mutex_unlock(&log->mutex);
    if (!*ring)
        free(opened);
    return *ring ? STATUS_OK
                 : error_set(error, STATUS_LIMIT, "the log serves at most %d threads", MAX_RINGS);
}

void log_request(struct log_ring *ring, const struct log_entry *entry)
{
    if (!ring)
        return;
    uint64_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
    uint64_t read = atomic_load_explicit(&ring->read, memory_order_acquire);
    if (written - read == RING_ENTRIES) {
        atomic_fetch_add_explicit(&ring->log->dropped, 1, memory_order_relaxed);
        return;
    }
    ring->entries[written % RING_ENTRIES] = *entry;
    atomic_store_explicit(&ring->written, written + 1, memory_order_release);
}

void log_message(struct log *log, const char *format, ...)
{
    char when[32], text[600], line[1400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    format_time(wall_clock_ms(), when);
    size_t used = (size_t)snprintf(
        line, sizeof line,
        log->format == LOG_JSON ? "{\"time\":\"%s\",\"message\":\"" : "time=%s message=\"", when);
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\')
            line[used++] = '\\';
        line[used++] = (unsigned char)*c < 0x20 ? ' ' : *c;
    }
    used += (size_t)snprintf(line + used, sizeof line - used,
                             log->format == LOG_JSON ? "\"}\n" : "\"\n");
    write_all(log, line, used);
}

uint64_t log_dropped(const struct log *log)
{
    return atomic_load_explicit(&log->dropped, memory_order_relaxed);
}
