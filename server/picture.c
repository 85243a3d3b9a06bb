#include "server/picture.h"

#include "data/dataset.h"
#include "data/kept_runs.h"
#include "data/suggest.h"
#include "data/vacancies.h"
#include "server/fragments.h"
#include "server/usual_runs.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/* What pictures of one dataset share. Counters beside the grounds are moved by who makes pictures, one
 * at a time. */
struct base {
    struct dataset *dataset;
    struct fragments *fragments;
    struct suggest *suggest;
    pthread_t gatherer; /* of the names, where there is one */
    bool has_gatherer;
    struct usual_grounds grounds;
    uint64_t moved_to; /* tick of the vacancies that the counters stand at */
    atomic_uint pictures;
};

/* Vacancies that pictures share, where only something else is new. */
struct shared_vacancies {
    struct vacancies *vacancies;
    atomic_uint pictures;
};

/* What a picture holds; each has it counted. */
struct parts {
    struct base *base;
    struct shared_vacancies *vacancies;
    struct kept_runs *kept;
    struct usual_runs *usual;
};

struct made {
    struct picture picture; /* first: a picture is what made it */
    struct parts parts;
};

static const struct parts *parts_of(const struct picture *picture)
{
    return &((const struct made *)picture)->parts;
}

static void release_base(struct base *base)
{
    if (!base || atomic_fetch_sub(&base->pictures, 1) > 1)
        return;
    if (base->has_gatherer)
        pthread_join(base->gatherer, NULL);
    suggest_close(base->suggest);
    usual_grounds_release(&base->grounds);
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

static void release_parts(const struct parts *parts)
{
    usual_runs_release(parts->usual);
    kept_runs_release(parts->kept);
    release_vacancies(parts->vacancies);
    release_base(parts->base);
}

static void release_made(struct picture *picture)
{
    release_parts(parts_of(picture));
    free(picture);
}

/* One holder more of what another picture has, but for what is new. */
static struct parts share(const struct picture *picture)
{
    const struct parts *parts = parts_of(picture);
    atomic_fetch_add(&parts->base->pictures, 1);
    return (struct parts){.base = parts->base};
}

static struct shared_vacancies *share_vacancies(const struct picture *picture)
{
    atomic_fetch_add(&parts_of(picture)->vacancies->pictures, 1);
    return parts_of(picture)->vacancies;
}

/* A picture of the parts, which are let go where that fails, or has failed: `so_far`. */
static enum status make_of(const struct parts *parts, enum status so_far, struct picture **picture,
                           struct error *error)
{
    *picture = NULL;
    struct made *made = so_far ? NULL : calloc(1, sizeof *made);
    if (!made) {
        release_parts(parts);
        return so_far ? so_far : error_memory(error, "preparing what requests read");
    }
    made->parts = *parts;
    made->picture = (struct picture){.dataset = parts->base->dataset,
                                     .vacancies = parts->vacancies->vacancies,
                                     .fragments = parts->base->fragments,
                                     .suggest = parts->base->suggest,
                                     .kept = parts->kept,
                                     .usual = parts->usual,
                                     .release = release_made};
    *picture = &made->picture;
    return STATUS_OK;
}

/* Takes them over, also where it fails. */
static enum status hold_vacancies(struct vacancies *vacancies, struct shared_vacancies **shared,
                                  struct error *error)
{
    *shared = calloc(1, sizeof **shared);
    if (!*shared) {
        vacancies_release(vacancies);
        return error_memory(error, "preparing what requests read");
    }
    (*shared)->vacancies = vacancies;
    atomic_init(&(*shared)->pictures, 1);
    return STATUS_OK;
}

/* Runs of the parts' vacancies, of those of the picture before. */
static enum status move_coverage(struct parts *parts, const struct picture *previous,
                                 struct error *error)
{
    struct base *base = parts->base;
    const struct vacancies *vacancies = parts->vacancies->vacancies;
    const struct usual_runs *last = previous ? previous->usual : NULL;
    bool is_next =
        previous && parts_of(previous)->base == base && base->moved_to == previous->vacancies->tick;
    base->moved_to = vacancies->tick;
    return usual_runs_move(&base->grounds, vacancies, last, is_next, &parts->usual, error);
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

/* What a server shows besides. */
static enum status build_for_server(struct store *store, const struct picture *previous,
                                    struct parts *parts, struct error *error)
{
    struct base *base = parts->base;
    enum status status =
        kept_runs_load(store, previous ? previous->kept : NULL, &parts->kept, error);
    if (!status)
        status = usual_grounds_make(base->dataset, &base->grounds, error);
    return status ? status : move_coverage(parts, previous, error);
}

enum status picture_build(struct store *store, moment_t now, const struct picture *previous,
                          enum picture_use use, struct picture **picture, struct error *error)
{
    *picture = NULL;
    struct parts parts = {.base = calloc(1, sizeof *parts.base)};
    if (!parts.base)
        return error_memory(error, "preparing what requests read");
    atomic_init(&parts.base->pictures, 1);
    struct vacancies *vacancies = NULL;
    enum status status = dataset_build(store, now, &parts.base->dataset, error);
    if (!status)
        status = suggest_open(parts.base->dataset, &parts.base->suggest, error);
    if (!status)
        status = build_over_dataset(parts.base, now, previous ? previous->vacancies : NULL,
                                    &vacancies, error);
    if (!status)
        status = hold_vacancies(vacancies, &parts.vacancies, error);
    if (!status && use == PICTURE_FOR_SERVER)
        status = build_for_server(store, previous, &parts, error);
    return make_of(&parts, status, picture, error);
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
    struct base *base = parts_of(picture)->base;
    base->has_gatherer = pthread_create(&base->gatherer, NULL, gather_names, base->suggest) == 0;
}

enum status picture_renew(const struct picture *previous, moment_t now, struct picture **picture,
                          struct error *error)
{
    struct parts parts = share(previous);
    struct vacancies *vacancies;
    enum status status =
        vacancies_build(parts.base->dataset, now, previous->vacancies, &vacancies, error);
    if (!status)
        status = hold_vacancies(vacancies, &parts.vacancies, error);
    parts.kept = kept_runs_hold(parts_of(previous)->kept);
    if (!status && previous->usual)
        status = move_coverage(&parts, previous, error);
    return make_of(&parts, status, picture, error);
}

enum status picture_rekeep(struct store *store, const struct picture *previous,
                           struct picture **picture, struct error *error)
{
    struct parts parts = share(previous);
    parts.vacancies = share_vacancies(previous);
    parts.usual = usual_runs_hold(parts_of(previous)->usual);
    enum status status = kept_runs_load(store, previous->kept, &parts.kept, error);
    return make_of(&parts, status, picture, error);
}

enum status picture_compute_coverage(const struct picture *picture, struct usual_runs **runs,
                                     struct error *error)
{
    return usual_runs_compute(&parts_of(picture)->base->grounds, picture->vacancies, runs, error);
}

enum status picture_settle(const struct picture *current, const struct picture *computed,
                           struct usual_runs *runs, struct picture **picture, struct error *error)
{
    *picture = NULL;
    if (parts_of(current)->base != parts_of(computed)->base) {
        usual_runs_release(runs);
        return STATUS_OK;
    }
    struct parts parts = share(current);
    enum status status = STATUS_OK;
    parts.vacancies = share_vacancies(current);
    parts.kept = kept_runs_hold(parts_of(current)->kept);
    if (current->vacancies == computed->vacancies) {
        parts.usual = runs;
    } else {
        status = usual_runs_move(&parts.base->grounds, current->vacancies, runs, false,
                                 &parts.usual, error);
        usual_runs_release(runs);
    }
    return make_of(&parts, status, picture, error);
}
