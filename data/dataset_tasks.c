/* Tasks that need one another's results, run by two threads. */
#include "data/dataset_internal.h"

#include <pthread.h>

enum { TASKS_MOST = 32 };

struct crew {
    struct build *build;
    const struct build_task *tasks;
    uint32_t count;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t ended; /* some task has */
    uint32_t begun, done; /* bit i: task i */
    enum status status;   /* of the first that failed */
    struct error error;
};

static const uint32_t nothing = UINT32_MAX;

/* The first of the list that nobody has begun and that lacks nothing; waits while others may still
 * provide it. `nothing` when all are begun, or one has failed. */
static uint32_t next_task(struct crew *crew)
{
    for (;;) {
        bool any_left = false;
        for (uint32_t i = 0; i < crew->count && !crew->status; i++) {
            if (crew->begun >> i & 1)
                continue;
            any_left = true;
            if ((crew->tasks[i].needs & ~crew->done) == 0)
                return i;
        }
        if (!any_left)
            return nothing;
        pthread_cond_wait(&crew->ended, &crew->lock);
    }
}

static void *work(void *context)
{
    struct crew *crew = context;
    pthread_mutex_lock(&crew->lock);
    for (uint32_t i; (i = next_task(crew)) != nothing;) {
        struct error error = {0};
        crew->begun |= 1u << i;
        pthread_mutex_unlock(&crew->lock);
        enum status status = crew->tasks[i].run(crew->build, &error);
        pthread_mutex_lock(&crew->lock);
        crew->done |= 1u << i;
        if (status && !crew->status) {
            crew->status = status;
            crew->error = error;
        }
        pthread_cond_broadcast(&crew->ended);
    }
    pthread_mutex_unlock(&crew->lock);
    return NULL;
}

enum status build_run_tasks(struct build *build, const struct build_task *tasks, uint32_t count,
                            struct error *error)
{
    if (count > TASKS_MOST)
        return error_set(error, STATUS_LIMIT, "%u tasks are more than %d", count, TASKS_MOST);
    struct crew crew = {.build = build, .tasks = tasks, .count = count};
    pthread_mutex_init(&crew.lock, NULL);
    pthread_cond_init(&crew.ended, NULL);
    pthread_t helper;
    bool helped = pthread_create(&helper, NULL, work, &crew) == 0;
    work(&crew);
    if (helped)
        pthread_join(helper, NULL);
    pthread_cond_destroy(&crew.ended);
    pthread_mutex_destroy(&crew.lock);
    if (crew.status && error)
        *error = crew.error;
    return crew.status;
}
