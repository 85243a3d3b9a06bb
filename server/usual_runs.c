#include "server/usual_runs.h"

#include "data/walking.h"

#include <stdatomic.h>
#include <stdlib.h>

/* Grounds ---------------------------------------------------------------------------------------- */

static bool has_walkers(const struct dataset *dataset, uint32_t region)
{
    bool has_streets = false;
    for (uint32_t i = 0; i < dataset->network_count; i++)
        has_streets |= dataset->networks[i]->region == region;
    return has_streets && dataset->people[region].count > 0;
}

enum status usual_grounds_make(const struct dataset *dataset, struct usual_grounds *grounds,
                               struct error *error)
{
    *grounds = (struct usual_grounds){
        .regions = calloc((size_t)dataset->region_count + 1, sizeof *grounds->regions)};
    enum status status =
        grounds->regions ? STATUS_OK : error_memory(error, "laying residents on the streets");
    for (uint32_t i = 0; i < dataset->region_count && !status; i++) {
        if (has_walkers(dataset, i))
            status = coverage_usual_make(dataset, (uint16_t)i, &grounds->regions[i], error);
        grounds->count += !status;
    }
    if (status)
        usual_grounds_release(grounds);
    return status;
}

void usual_grounds_release(struct usual_grounds *grounds)
{
    for (uint32_t i = 0; i < grounds->count; i++)
        coverage_usual_release(grounds->regions[i]);
    free(grounds->regions);
    *grounds = (struct usual_grounds){0};
}

/* Runs ------------------------------------------------------------------------------------------- */

struct usual_runs {
    atomic_uint holders;
    uint32_t count;
    struct coverage_run *runs[]; /* by region */
};

static struct usual_runs *make_room(uint32_t regions)
{
    struct usual_runs *runs = calloc(1, sizeof *runs + regions * sizeof *runs->runs);
    if (runs)
        atomic_init(&runs->holders, 1);
    return runs;
}

struct usual_runs *usual_runs_hold(struct usual_runs *runs)
{
    if (runs)
        atomic_fetch_add(&runs->holders, 1);
    return runs;
}

void usual_runs_release(struct usual_runs *runs)
{
    if (!runs || atomic_fetch_sub(&runs->holders, 1) > 1)
        return;
    for (uint32_t i = 0; i < runs->count; i++)
        coverage_run_release(runs->runs[i]);
    free(runs);
}

const struct coverage_run *usual_runs_of(const struct usual_runs *runs, uint32_t region)
{
    return runs->runs[region];
}

bool usual_runs_are_settled(const struct usual_runs *runs)
{
    for (uint32_t i = 0; i < runs->count; i++)
        if (runs->runs[i] && !runs->runs[i]->is_settled)
            return false;
    return true;
}

enum status usual_runs_compute(const struct usual_grounds *grounds,
                               const struct vacancies *vacancies, struct usual_runs **runs,
                               struct error *error)
{
    *runs = NULL;
    struct usual_runs *made = make_room(grounds->count);
    enum status status = made ? STATUS_OK : error_memory(error, "computing coverage");
    for (uint32_t i = 0; i < grounds->count && !status; i++) {
        if (grounds->regions[i])
            status = coverage_usual_compute(grounds->regions[i], vacancies, &made->runs[i], error);
        made->count += !status;
    }
    if (status)
        usual_runs_release(made);
    else
        *runs = made;
    return status;
}

/* Regions may have come since. */
static const struct coverage_run *find_last(const struct coverage_usual *usual,
                                            const struct usual_runs *last)
{
    for (uint32_t i = 0; last && i < last->count; i++)
        if (coverage_usual_follows(usual, last->runs[i]))
            return last->runs[i];
    return NULL;
}

static enum status move_one(struct coverage_usual *usual, const struct vacancies *vacancies,
                            const struct coverage_run *last, bool is_next,
                            struct coverage_run **run, struct error *error)
{
    bool changed = true;
    enum status status = coverage_usual_move(usual, vacancies, &changed, error);
    if (status)
        return status;
    if (!last)
        return coverage_usual_compute(usual, vacancies, run, error);
    status = coverage_usual_run(usual, vacancies, last, run, error);
    if (!status)
        (*run)->is_settled = is_next && !changed && last->is_settled;
    return status;
}

enum status usual_runs_move(struct usual_grounds *grounds, const struct vacancies *vacancies,
                            const struct usual_runs *last, bool is_next, struct usual_runs **runs,
                            struct error *error)
{
    *runs = NULL;
    struct usual_runs *made = make_room(grounds->count);
    enum status status = made ? STATUS_OK : error_memory(error, "computing coverage");
    for (uint32_t i = 0; i < grounds->count && !status; i++) {
        struct coverage_usual *usual = grounds->regions[i];
        if (usual)
            status =
                move_one(usual, vacancies, find_last(usual, last), is_next, &made->runs[i], error);
        made->count += !status;
    }
    if (status)
        usual_runs_release(made);
    else
        *runs = made;
    return status;
}
