#include "server/picture.h"

#include "data/dataset.h"
#include "data/vacancies.h"
#include "server/fragments.h"

#include <stdatomic.h>
#include <stdlib.h>

/* What pictures of one dataset share. */
struct base {
    struct dataset *dataset;
    struct fragments *fragments;
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

/* Vacancies over `base`, whose count of pictures has this one in it already: on failure it is let
 * go. */
static enum status make_over(struct base *base, moment_t now, const struct picture *previous,
                             struct picture **picture, struct error *error)
{
    struct made *made = calloc(1, sizeof *made);
    if (!made) {
        release_base(base);
        return error_memory(error, "preparing what requests read");
    }
    made->base = base;
    enum status status = vacancies_build(base->dataset, now, previous ? previous->vacancies : NULL,
                                         &made->vacancies, error);
    if (status) {
        release_made(&made->picture);
        return status;
    }
    made->picture = (struct picture){.dataset = base->dataset,
                                     .vacancies = made->vacancies,
                                     .fragments = base->fragments,
                                     .release = release_made};
    *picture = &made->picture;
    return STATUS_OK;
}

enum status picture_build(struct store *store, moment_t now, const struct picture *previous,
                          struct picture **picture, struct error *error)
{
    *picture = NULL;
    struct base *base = calloc(1, sizeof *base);
    if (!base)
        return error_memory(error, "preparing what requests read");
    atomic_init(&base->pictures, 1);
    enum status status = dataset_build(store, now, &base->dataset, error);
    if (!status)
        status = fragments_build(base->dataset, &base->fragments, error);
    if (status) {
        release_base(base);
        return status;
    }
    return make_over(base, now, previous, picture, error);
}

enum status picture_renew(const struct picture *previous, moment_t now, struct picture **picture,
                          struct error *error)
{
    *picture = NULL;
    struct base *base = ((const struct made *)previous)->base;
    atomic_fetch_add(&base->pictures, 1);
    return make_over(base, now, previous, picture, error);
}
