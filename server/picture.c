#include "server/picture.h"

#include "data/dataset.h"
#include "data/kept_runs.h"
#include "data/suggest.h"
#include "data/vacancies.h"
#include "server/fragments.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/* What pictures of one dataset share. */
struct base {
    struct dataset *dataset;
    struct fragments *fragments;
    struct suggest *suggest;
    pthread_t gatherer; /* of the names, where there is one */
    bool has_gatherer;
    atomic_uint pictures;
};

/* Vacancies that pictures share, where only something else is new. */
struct shared_vacancies {
    struct vacancies *vacancies;
    atomic_uint pictures;
};

struct made {
    struct picture picture; /* first: a picture is what made it */
    struct base *base;
    struct shared_vacancies *vacancies;
    struct kept_runs *kept;
};

static void release_base(struct base *base)
{
    if (!base || atomic_fetch_sub(&base->pictures, 1) > 1)
        return;
    if (base->has_gatherer)
        pthread_join(base->gatherer, NULL);
    suggest_close(base->suggest);
    fragments_release(base->fragments);
    dataset_release(base->dataset);
    free(base);
}

static void release_vacancies(struct shared_vacancies *shared)
{
    if (!shared || atomic_fetch_sub(&shared->pictures, 1) > 1)
        return;
    vacancies_release(shared->vacancies);
    free(shared);
}

static void release_made(struct picture *picture)
{
    struct made *made = (struct made *)picture;
    kept_runs_release(made->kept);
    release_vacancies(made->vacancies);
    release_base(made->base);
    free(made);
}

/* A picture of these, each of which has this picture counted already: on failure they are let go. */
static enum status make_of(struct base *base, struct shared_vacancies *vacancies,
                           struct kept_runs *kept, struct picture **picture, struct error *error)
{
    struct made *made = calloc(1, sizeof *made);
    if (!made) {
        kept_runs_release(kept);
        release_vacancies(vacancies);
        release_base(base);
        return error_memory(error, "preparing what requests read");
    }
    made->base = base;
    made->vacancies = vacancies;
    made->kept = kept;
    made->picture = (struct picture){.dataset = base->dataset,
                                     .vacancies = vacancies->vacancies,
                                     .fragments = base->fragments,
                                     .suggest = base->suggest,
                                     .kept = kept,
                                     .release = release_made};
    *picture = &made->picture;
    return STATUS_OK;
}

/* The same with vacancies of its own. */
static enum status make_over(struct base *base, struct vacancies *vacancies, struct kept_runs *kept,
                             struct picture **picture, struct error *error)
{
    struct shared_vacancies *shared = calloc(1, sizeof *shared);
    if (!shared) {
        kept_runs_release(kept);
        vacancies_release(vacancies);
        release_base(base);
        return error_memory(error, "preparing what requests read");
    }
    shared->vacancies = vacancies;
    atomic_init(&shared->pictures, 1);
    return make_of(base, shared, kept, picture, error);
}

struct fragments_work {
    struct base *base;
    enum status status;
    struct error error;
};

static void *build_fragments(void *context)
{
    struct fragments_work *work = context;
    work->status = fragments_build(work->base->dataset, &work->base->fragments, &work->error);
    return NULL;
}

/* Fragments and vacancies need the dataset alone, so they are made beside one another. */
static enum status build_over_dataset(struct base *base, moment_t now,
                                      const struct vacancies *previous,
                                      struct vacancies **vacancies, struct error *error)
{
    struct fragments_work work = {.base = base};
    pthread_t helper;
    bool helped = pthread_create(&helper, NULL, build_fragments, &work) == 0;
    enum status status = vacancies_build(base->dataset, now, previous, vacancies, error);
    if (helped)
        pthread_join(helper, NULL);
    else
        build_fragments(&work);
    if (!status && work.status) {
        status = work.status;
        if (error)
            *error = work.error;
        vacancies_release(*vacancies);
        *vacancies = NULL;
    }
    return status;
}

enum status picture_build(struct store *store, moment_t now, const struct picture *previous,
                          enum picture_use use, struct picture **picture, struct error *error)
{
    *picture = NULL;
    struct base *base = calloc(1, sizeof *base);
    if (!base)
        return error_memory(error, "preparing what requests read");
    atomic_init(&base->pictures, 1);
    struct vacancies *vacancies = NULL;
    struct kept_runs *kept = NULL;
    enum status status = dataset_build(store, now, &base->dataset, error);
    if (!status && use == PICTURE_FOR_SERVER)
        status = kept_runs_load(store, previous ? previous->kept : NULL, &kept, error);
    if (!status)
        status = suggest_open(base->dataset, &base->suggest, error);
    if (!status)
        status =
            build_over_dataset(base, now, previous ? previous->vacancies : NULL, &vacancies, error);
    if (status) {
        kept_runs_release(kept);
        release_base(base);
        return status;
    }
    return make_over(base, vacancies, kept, picture, error);
}

/* What fails is tried again, and told, when somebody asks. */
static void *gather_names(void *suggest)
{
    enum status status = suggest_gather(suggest, NULL);
    (void)status;
    return NULL;
}

void picture_gather_names(struct picture *picture)
{
    struct base *base = ((struct made *)picture)->base;
    base->has_gatherer = pthread_create(&base->gatherer, NULL, gather_names, base->suggest) == 0;
}

enum status picture_renew(const struct picture *previous, moment_t now, struct picture **picture,
                          struct error *error)
{
    *picture = NULL;
    const struct made *made = (const struct made *)previous;
    struct vacancies *vacancies;
    enum status status =
        vacancies_build(made->base->dataset, now, previous->vacancies, &vacancies, error);
    if (status)
        return status;
    atomic_fetch_add(&made->base->pictures, 1);
    return make_over(made->base, vacancies, kept_runs_hold(made->kept), picture, error);
}

enum status picture_rekeep(struct store *store, const struct picture *previous,
                           struct picture **picture, struct error *error)
{
    *picture = NULL;
    const struct made *made = (const struct made *)previous;
    struct kept_runs *kept;
    enum status status = kept_runs_load(store, made->kept, &kept, error);
    if (status)
        return status;
    atomic_fetch_add(&made->base->pictures, 1);
    atomic_fetch_add(&made->vacancies->pictures, 1);
    return make_of(made->base, made->vacancies, kept, picture, error);
}
