#include "server/app.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

/* A cache line each: a reader's stores touch nobody else's. */
struct app_reader {
    _Alignas(64) _Atomic(struct picture *) holds;
    atomic_bool taken;
    struct app *app;
};

struct app {
    _Alignas(64) _Atomic(struct picture *) current;
    pthread_mutex_t publishing; /* guards the two below, and the turn of publishers */
    struct picture *retired[APP_MAX_GENERATIONS];
    uint32_t retired_count;
    uint64_t published_count;
    struct app_reader readers[APP_MAX_READERS];
};

enum status app_open(struct app **app, struct error *error)
{
    *app = NULL;
    struct app *opened = aligned_alloc(_Alignof(struct app), sizeof *opened);
    if (!opened)
        return error_memory(error, "preparing to serve");
    atomic_init(&opened->current, NULL);
    opened->retired_count = 0;
    opened->published_count = 0;
    for (uint32_t i = 0; i < APP_MAX_READERS; i++) {
        atomic_init(&opened->readers[i].holds, NULL);
        atomic_init(&opened->readers[i].taken, false);
        opened->readers[i].app = opened;
    }
    pthread_mutex_init(&opened->publishing, NULL);
    *app = opened;
    return STATUS_OK;
}

enum status app_reader_open(struct app *app, struct app_reader **reader, struct error *error)
{
    for (uint32_t i = 0; i < APP_MAX_READERS; i++) {
        bool free_before = false;
        if (atomic_compare_exchange_strong(&app->readers[i].taken, &free_before, true)) {
            *reader = &app->readers[i];
            return STATUS_OK;
        }
    }
    *reader = NULL;
    return error_set(error, STATUS_LIMIT, "%d threads read already; no more are allowed",
                     APP_MAX_READERS);
}

void app_reader_close(struct app_reader *reader)
{
    if (!reader)
        return;
    assert(atomic_load(&reader->holds) == NULL);
    atomic_store(&reader->taken, false);
}

/*
 * The order matters and is the sequentially consistent one: we say what we hold, then look whether
 * it still is the current one. A publisher first replaces the current one, then looks at what is
 * held. Whichever came first, either the publisher sees our slot, or we see its replacement.
 */
const struct picture *app_borrow(struct app_reader *reader)
{
    struct app *app = reader->app;
    assert(atomic_load_explicit(&reader->holds, memory_order_relaxed) == NULL);
    struct picture *picture = atomic_load(&app->current);
    for (;;) {
        atomic_store(&reader->holds, picture);
        struct picture *now_current = atomic_load(&app->current);
        if (now_current == picture)
            return picture;
        picture = now_current;
    }
}

void app_return(struct app_reader *reader)
{
    atomic_store(&reader->holds, NULL);
}

static bool is_held(struct app *app, const struct picture *picture)
{
    for (uint32_t i = 0; i < APP_MAX_READERS; i++)
        if (atomic_load(&app->readers[i].holds) == picture)
            return true;
    return false;
}

static void release_unheld(struct app *app)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < app->retired_count; i++) {
        struct picture *picture = app->retired[i];
        if (is_held(app, picture))
            app->retired[kept++] = picture;
        else
            picture->release(picture);
    }
    app->retired_count = kept;
}

void app_publish(struct app *app, struct picture *picture)
{
    pthread_mutex_lock(&app->publishing);
    release_unheld(app);
    while (app->retired_count + 1 >= APP_MAX_GENERATIONS) { /* +1: the current one */
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        release_unheld(app);
    }
    picture->generation = ++app->published_count;
    struct picture *replaced = atomic_exchange(&app->current, picture);
    if (replaced)
        app->retired[app->retired_count++] = replaced;
    release_unheld(app);
    pthread_mutex_unlock(&app->publishing);
}

uint32_t app_generations_alive(struct app *app)
{
    pthread_mutex_lock(&app->publishing);
    release_unheld(app);
    uint32_t alive = app->retired_count + (atomic_load(&app->current) ? 1 : 0);
    pthread_mutex_unlock(&app->publishing);
    return alive;
}

void app_close(struct app *app)
{
    if (!app)
        return;
    struct picture *current = atomic_load(&app->current);
    if (current)
        current->release(current);
    for (uint32_t i = 0; i < app->retired_count; i++)
        app->retired[i]->release(app->retired[i]);
    pthread_mutex_destroy(&app->publishing);
    free(app);
}
