#include "server/ticker.h"

#include "server/log.h"

#include <stdlib.h>
#include <time.h>

struct ticker {
    struct service *service;
    struct log *log;
    pthread_t thread;
};

static moment_t earlier(moment_t a, moment_t b)
{
    return a < b ? a : b;
}

struct ticker_decision ticker_decide(struct service_changes changes, moment_t now,
                                     int64_t since_settled_ms)
{
    struct ticker_decision decision = {TICKER_NOTHING, TICKER_MAX_SLEEP_S};
    if (changes.made_for == INT64_MIN)
        return decision; /* nothing is shown yet: whoever loads the first picture wakes us */
    if (now >= changes.midnight_at)
        decision.action = TICKER_NEW_DAY;
    else if (now >= changes.dataset_at || now < changes.made_for)
        decision.action = TICKER_RELOAD;
    else if (now >= changes.vacancies_at)
        decision.action = TICKER_REFRESH;
    moment_t next = earlier(changes.midnight_at, earlier(changes.dataset_at, changes.vacancies_at));
    if (decision.action == TICKER_NOTHING && next < now + TICKER_MAX_SLEEP_S)
        decision.sleep_s = (int32_t)(next - now);
    if (decision.action != TICKER_NOTHING || changes.is_settled)
        return decision;
    if (since_settled_ms >= TICKER_SETTLES_MS)
        decision.action = TICKER_SETTLE;
    else
        decision.sleep_s = 1;
    return decision;
}

static enum status act(struct service *service, enum ticker_action action, struct error *error)
{
    switch (action) {
    case TICKER_NEW_DAY:
        return service_new_day(service, error);
    case TICKER_RELOAD:
        return service_reload(service, error);
    case TICKER_REFRESH:
        return service_refresh(service, error);
    case TICKER_SETTLE:
        return service_settle(service, error);
    case TICKER_NOTHING:
        break;
    }
    return STATUS_OK;
}

/* Sleeps; wakes early when something is published or it ends. Returns false when it ends. */
static bool sleep_for(struct service *service, int32_t seconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += seconds;
    pthread_mutex_lock(&service->waking);
    if (!service->ending)
        pthread_cond_timedwait(&service->wake, &service->waking, &until);
    bool goes_on = !service->ending;
    pthread_mutex_unlock(&service->waking);
    return goes_on;
}

/* After a failure the current picture stays, and it is tried again a minute later. */
static void *tick(void *context)
{
    struct ticker *ticker = context;
    struct service *service = ticker->service;
    int32_t sleep_s = 1;
    int64_t settled_ms = clock_monotonic_ms() - TICKER_SETTLES_MS;
    while (sleep_for(service, sleep_s)) {
        struct error error = {0};
        struct ticker_decision decision =
            ticker_decide(service_next_changes(service), clock_now(&service->clock),
                          clock_monotonic_ms() - settled_ms);
        if (decision.action == TICKER_SETTLE)
            settled_ms = clock_monotonic_ms();
        if (act(service, decision.action, &error)) {
            log_message(ticker->log, "the answers could not be brought up to date: %s",
                        error.message);
            sleep_s = TICKER_MAX_SLEEP_S;
        } else {
            sleep_s = decision.action == TICKER_NOTHING ? decision.sleep_s : 1;
        }
    }
    return NULL;
}

enum status ticker_start(struct service *service, struct log *log, struct ticker **ticker,
                         struct error *error)
{
    *ticker = NULL;
    struct ticker *started = malloc(sizeof *started);
    if (!started)
        return error_memory(error, "starting the ticker");
    *started = (struct ticker){.service = service, .log = log};
    int failure = pthread_create(&started->thread, NULL, tick, started);
    if (failure) {
        free(started);
        return error_set(error, STATUS_IO, "no thread could be started for the ticker (error %d)",
                         failure);
    }
    *ticker = started;
    return STATUS_OK;
}

void ticker_stop(struct ticker *ticker)
{
    if (!ticker)
        return;
    pthread_join(ticker->thread, NULL);
    free(ticker);
}
