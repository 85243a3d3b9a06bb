#include "server/picture.h"

#include "data/dataset.h"
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

struct made {
    struct picture picture; /* first: a picture is what made it */
    struct base *base;
    struct vacancies *vacancies;
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

static void release_made(struct picture *picture)
{
    struct made *made = (struct made *)picture;
    vacancies_release(made->vacancies);
    release_base(made->base);
    free(made);
}

/* A picture over `base`, whose count of pictures has this one in it already: on failure it is let
 * go. */
static enum status make_over(struct base *base, struct vacancies *vacancies,
                             struct picture **picture, struct error *error)
{
    struct made *made = calloc(1, sizeof *made);
    if (!made) {
        vacancies_release(vacancies);
        release_base(base);
        return error_memory(error, "preparing what requests read");
    }
    made->base = base;
    made->vacancies = vacancies;
    made->picture = (struct picture){.dataset = base->dataset,
                                     .vacancies = vacancies,
                                     .fragments = base->fragments,
                                     .suggest = base->suggest,
                                     .release = release_made};
    *picture = &made->picture;
    return STATUS_OK;
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
                          struct picture **picture, struct error *error)
{
    *picture = NULL;
    struct base *base = calloc(1, sizeof *base);
    if (!base)
        return error_memory(error, "preparing what requests read");
    atomic_init(&base->pictures, 1);
    struct vacancies *vacancies = NULL;
    enum status status = dataset_build(store, now, &base->dataset, error);
    if (!status)
        status = suggest_open(base->dataset, &base->suggest, error);
    if (!status)
        status =
            build_over_dataset(base, now, previous ? previous->vacancies : NULL, &vacancies, error);
    if (status) {
        release_base(base);
        return status;
    }
    return make_over(base, vacancies, picture, error);
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
    struct base *base = ((const struct made *)previous)->base;
    struct vacancies *vacancies;
    enum status status =
        vacancies_build(base->dataset, now, previous->vacancies, &vacancies, error);
    if (status)
        return status;
    atomic_fetch_add(&base->pictures, 1);
    return make_over(base, vacancies, picture, error);
}
