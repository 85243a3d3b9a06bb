#include "server/service.h"

#include "data/dataset.h"
#include "data/sample.h"
#include "data/vacancies.h"
#include "server/coverage_keep.h"
#include "server/picture.h"
#include "server/usual_runs.h"

#include <time.h>

enum status service_open(struct service *service, struct store *store, const struct clock *clock,
                         struct error *error)
{
    *service = (struct service){.store = store, .clock = *clock};
    enum status status = app_open(&service->app, error);
    if (!status)
        status = app_reader_open(service->app, &service->reader, error);
    if (status) {
        app_close(service->app);
        service->app = NULL;
        return status;
    }
    pthread_mutex_init(&service->turn, NULL);
    pthread_mutex_init(&service->publishing, NULL);
    pthread_mutex_init(&service->waking, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&service->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return STATUS_OK;
}

void service_close(struct service *service)
{
    if (!service->app)
        return;
    app_reader_close(service->reader);
    app_close(service->app);
    service->app = NULL;
    pthread_mutex_destroy(&service->turn);
    pthread_mutex_destroy(&service->publishing);
    pthread_mutex_destroy(&service->waking);
    pthread_cond_destroy(&service->wake);
}

/* Looks now and then whether the person who waits has gone: a long import may hold the turn. */
enum status service_take_turn(struct service *service, const atomic_bool *cancelled,
                              struct error *error)
{
    while (pthread_mutex_trylock(&service->turn) != 0) {
        if (cancelled && atomic_load(cancelled))
            return error_set(error, STATUS_CANCELLED,
                             "it was cancelled while it waited for another command to finish");
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
    return STATUS_OK;
}

void service_give_turn(struct service *service)
{
    pthread_mutex_unlock(&service->turn);
}

static void wake_waiting(struct service *service, bool ending)
{
    pthread_mutex_lock(&service->waking);
    service->ending = service->ending || ending;
    pthread_cond_broadcast(&service->wake);
    pthread_mutex_unlock(&service->waking);
}

enum status service_reload(struct service *service, struct error *error)
{
    struct picture *picture = NULL;
    pthread_mutex_lock(&service->publishing);
    const struct picture *current = app_borrow(service->reader);
    enum status status = picture_build(service->store, clock_now(&service->clock), current,
                                       PICTURE_FOR_SERVER, &picture, error);
    app_return(service->reader);
    if (!status) {
        picture_gather_names(picture);
        app_publish(service->app, picture);
    }
    pthread_mutex_unlock(&service->publishing);
    if (!status)
        wake_waiting(service, false);
    return status;
}

enum status service_refresh(struct service *service, struct error *error)
{
    struct picture *picture = NULL;
    pthread_mutex_lock(&service->publishing);
    const struct picture *current = app_borrow(service->reader);
    enum status status = picture_renew(current, clock_now(&service->clock), &picture, error);
    app_return(service->reader);
    if (!status)
        app_publish(service->app, picture);
    pthread_mutex_unlock(&service->publishing);
    return status;
}

enum status service_show_kept(struct service *service, struct error *error)
{
    struct picture *picture = NULL;
    pthread_mutex_lock(&service->publishing);
    const struct picture *current = app_borrow(service->reader);
    enum status status =
        current ? picture_rekeep(service->store, current, &picture, error) : STATUS_OK;
    app_return(service->reader);
    if (picture)
        app_publish(service->app, picture);
    pthread_mutex_unlock(&service->publishing);
    return status;
}

/* Computed of a borrowed picture, while others are published. */
enum status service_settle(struct service *service, struct error *error)
{
    struct app_reader *reader;
    enum status status = app_reader_open(service->app, &reader, error);
    if (status)
        return status;
    const struct picture *computed = app_borrow(reader);
    struct usual_runs *runs;
    struct picture *picture = NULL;
    status = picture_compute_coverage(computed, &runs, error);
    if (!status) {
        pthread_mutex_lock(&service->publishing);
        const struct picture *current = app_borrow(service->reader);
        status = picture_settle(current, computed, runs, &picture, error);
        app_return(service->reader);
        if (picture)
            app_publish(service->app, picture);
        pthread_mutex_unlock(&service->publishing);
    }
    app_return(reader);
    app_reader_close(reader);
    return status;
}

/* The day's run of coverage joins the history. */
static enum status keep_coverage(struct service *service, struct error *error)
{
    struct app_reader *reader;
    enum status status = app_reader_open(service->app, &reader, error);
    if (status)
        return status;
    status = service_take_turn(service, NULL, error);
    if (!status) {
        const struct picture *picture = app_borrow(reader);
        status = coverage_keep_all(service->store, picture, clock_now(&service->clock), error);
        app_return(reader);
        service_give_turn(service);
    }
    app_reader_close(reader);
    return status ? status : service_show_kept(service, error);
}

/* A sample that cannot be dated anew is no reason to show yesterday's picture. */
enum status service_new_day(struct service *service, struct error *error)
{
    bool changed = false;
    enum status redated = service_take_turn(service, NULL, error);
    if (!redated) {
        redated = sample_redate(service->store, clock_now(&service->clock), &changed, error);
        service_give_turn(service);
    }
    enum status reloaded = service_reload(service, redated ? NULL : error);
    if (!redated && !reloaded)
        return keep_coverage(service, error);
    return redated ? redated : reloaded;
}

/* The earliest beginning of the next day in any region. */
static moment_t next_midnight(const struct picture *picture)
{
    moment_t earliest = INT64_MAX;
    for (uint32_t i = 0; i < picture->dataset->region_count; i++) {
        const struct calendar *calendar = &picture->dataset->regions[i].calendar;
        moment_t midnight = calendar_day_start(calendar, picture->vacancies->local[i].day + 1);
        if (midnight < earliest)
            earliest = midnight;
    }
    return earliest;
}

struct service_changes service_next_changes(struct service *service)
{
    struct service_changes changes = {INT64_MIN, INT64_MAX, INT64_MAX, INT64_MAX, true};
    pthread_mutex_lock(&service->publishing);
    const struct picture *current = app_borrow(service->reader);
    if (current) {
        changes.made_for = current->vacancies->now;
        changes.dataset_at = current->dataset->next_change_at;
        changes.vacancies_at = current->vacancies->next_change_at;
        changes.midnight_at = next_midnight(current);
        changes.is_settled = usual_runs_are_settled(current->usual);
    }
    app_return(service->reader);
    pthread_mutex_unlock(&service->publishing);
    return changes;
}

void service_end(struct service *service)
{
    wake_waiting(service, true);
}
