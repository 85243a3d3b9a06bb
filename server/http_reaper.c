/*
 * Deadlines. The library's own timeout counts silence alone: a byte now and then holds a connection
 * for ever. The reaper looks at every connection several times a second and shuts down the socket of
 * those past their deadline; the library then sees its end and closes it. shutdown() is called under
 * the mutex that the closing callback needs too, so the descriptor is never another's by then.
 */
#include "server/http_internal.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { DRAIN_HEAD_MS = 1000 /* for a head that was on its way when the drain began */ };

static unsigned stage_ms(const struct http *http, enum metrics_cut stage)
{
    switch (stage) {
    case CUT_HEAD:
        return http->options.head_ms;
    case CUT_BODY:
        return http->options.body_ms;
    case CUT_RESPONSE:
        return http->options.response_ms;
    default:
        return http->options.idle_ms;
    }
}

void reaper_stage(const struct http *http, struct conversation *conversation,
                  enum metrics_cut stage)
{
    int64_t deadline = clock_monotonic_ms() + stage_ms(http, stage);
    atomic_store_explicit(&conversation->stage, (int)stage, memory_order_relaxed);
    atomic_store_explicit(&conversation->deadline_ms, deadline, memory_order_relaxed);
}

void reaper_add(struct reaper *reaper, struct conversation *conversation)
{
    pthread_mutex_lock(&reaper->mutex);
    conversation->previous = NULL;
    conversation->next = reaper->first;
    if (reaper->first)
        reaper->first->previous = conversation;
    reaper->first = conversation;
    reaper->count++;
    pthread_mutex_unlock(&reaper->mutex);
}

void reaper_remove(struct reaper *reaper, struct conversation *conversation)
{
    pthread_mutex_lock(&reaper->mutex);
    if (conversation->previous)
        conversation->previous->next = conversation->next;
    else
        reaper->first = conversation->next;
    if (conversation->next)
        conversation->next->previous = conversation->previous;
    if (--reaper->count == 0)
        pthread_cond_broadcast(&reaper->wake);
    pthread_mutex_unlock(&reaper->mutex);
}

/* Under the mutex. */
static void cut_late(struct reaper *reaper, int64_t now_ms)
{
    for (struct conversation *c = reaper->first; c; c = c->next) {
        int stage = atomic_load_explicit(&c->stage, memory_order_relaxed);
        int64_t deadline = atomic_load_explicit(&c->deadline_ms, memory_order_relaxed);
        bool idle = reaper->draining && stage == CUT_IDLE;
        if (!idle && now_ms < deadline)
            continue;
        shutdown(c->fd, SHUT_RDWR);
        /* one look more if it should still be there, and each is counted once */
        atomic_store_explicit(&c->deadline_ms, INT64_MAX, memory_order_relaxed);
        if (!idle)
            metrics_cut(reaper->http->metrics, (enum metrics_cut)stage);
    }
}

static void wait_ms(struct reaper *reaper, int64_t milliseconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += milliseconds / 1000;
    until.tv_nsec += milliseconds % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    pthread_cond_timedwait(&reaper->wake, &reaper->mutex, &until);
}

/* A tenth of the shortest deadline, so that none is overrun by more than that; 10 to 250 ms. */
static int64_t pause_ms(const struct http *http)
{
    unsigned shortest = http->options.idle_ms;
    for (int stage = 0; stage < CUT_COUNT; stage++)
        if (stage_ms(http, (enum metrics_cut)stage) < shortest)
            shortest = stage_ms(http, (enum metrics_cut)stage);
    return shortest < 100 ? 10 : shortest > 2500 ? 250 : shortest / 10;
}

static void *run(void *argument)
{
    struct reaper *reaper = argument;
    int64_t pause = pause_ms(reaper->http);
    pthread_mutex_lock(&reaper->mutex);
    while (!reaper->stopping) {
        cut_late(reaper, clock_monotonic_ms());
        wait_ms(reaper, reaper->draining && pause > 20 ? 20 : pause);
    }
    pthread_mutex_unlock(&reaper->mutex);
    return NULL;
}

enum status reaper_start(struct reaper *reaper, struct http *http, struct error *error)
{
    pthread_condattr_t monotonic;
    reaper->http = http;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&reaper->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&reaper->mutex, NULL);
    int failed = pthread_create(&reaper->thread, NULL, run, reaper);
    if (!failed)
        return STATUS_OK;
    pthread_cond_destroy(&reaper->wake);
    pthread_mutex_destroy(&reaper->mutex);
    reaper->http = NULL;
    return error_set(error, STATUS_IO, "cannot start a thread: %s", strerror(failed));
}

unsigned reaper_drain(struct reaper *reaper, unsigned seconds)
{
    int64_t now = clock_monotonic_ms(), until = now + (int64_t)seconds * 1000;
    pthread_mutex_lock(&reaper->mutex);
    reaper->draining = true;
    for (struct conversation *c = reaper->first; c; c = c->next) {
        int64_t deadline = atomic_load_explicit(&c->deadline_ms, memory_order_relaxed);
        if (atomic_load_explicit(&c->stage, memory_order_relaxed) == CUT_HEAD &&
            deadline > now + DRAIN_HEAD_MS)
            atomic_store_explicit(&c->deadline_ms, now + DRAIN_HEAD_MS, memory_order_relaxed);
    }
    pthread_cond_broadcast(&reaper->wake);
    while (reaper->count > 0 && (now = clock_monotonic_ms()) < until)
        wait_ms(reaper, until - now);
    unsigned left = reaper->count;
    pthread_mutex_unlock(&reaper->mutex);
    return left;
}

void reaper_stop(struct reaper *reaper)
{
    if (!reaper->http)
        return;
    pthread_mutex_lock(&reaper->mutex);
    reaper->stopping = true;
    pthread_cond_broadcast(&reaper->wake);
    pthread_mutex_unlock(&reaper->mutex);
    pthread_join(reaper->thread, NULL);
    pthread_cond_destroy(&reaper->wake);
    pthread_mutex_destroy(&reaper->mutex);
    reaper->http = NULL;
}
