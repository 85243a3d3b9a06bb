#include "data/recompute.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct sharing {
    const struct recompute *recompute;
    atomic_uint next;
    atomic_bool failed;
};

struct worker {
    struct sharing *sharing;
    enum status status;
    struct error error;
};

static void *draw(void *argument)
{
    struct worker *worker = argument;
    struct sharing *sharing = worker->sharing;
    const struct recompute *recompute = sharing->recompute;
    void *scratch = NULL;
    worker->status = recompute->begin(recompute->context, &scratch, &worker->error);
    if (worker->status) {
        atomic_store(&sharing->failed, true);
        return NULL;
    }
    while (!worker->status && !atomic_load(&sharing->failed)) {
        uint32_t item = atomic_fetch_add(&sharing->next, 1);
        if (item >= recompute->count)
            break;
        worker->status = recompute->work(recompute->context, scratch, item, &worker->error);
    }
    if (worker->status)
        atomic_store(&sharing->failed, true);
    recompute->end(recompute->context, scratch);
    return NULL;
}

enum status recompute_all(const struct recompute *recompute, struct error *error)
{
    struct sharing sharing = {.recompute = recompute};
    struct worker workers[2] = {{.sharing = &sharing}, {.sharing = &sharing}};
    pthread_t helper;
    atomic_init(&sharing.next, 0);
    atomic_init(&sharing.failed, false);
    bool helped = recompute->count > 1 && pthread_create(&helper, NULL, draw, &workers[1]) == 0;
    draw(&workers[0]);
    if (helped)
        pthread_join(helper, NULL);
    const struct worker *unlucky = workers[0].status ? &workers[0] : &workers[1];
    if (unlucky->status && error)
        *error = unlucky->error;
    return unlucky->status;
}
