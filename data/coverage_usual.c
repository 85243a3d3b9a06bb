#include "data/coverage_usual.h"

#include "data/coverage_run_internal.h"

#include <stdlib.h>
#include <string.h>

static enum status make_counts(struct coverage_usual *usual, struct error *error)
{
    size_t room = (size_t)usual->ground->facility_count + 1;
    usual->marks = calloc(room, sizeof *usual->marks);
    usual->supply = calloc(room, sizeof *usual->supply);
    if (!usual->marks || !usual->supply)
        return error_memory(error, "counting who is within walk");
    enum status status = coverage_counts_init(usual->ground, &usual->offered, error);
    return status ? status : coverage_counts_init(usual->ground, &usual->open, error);
}

enum status coverage_usual_make(const struct dataset *dataset, uint16_t region,
                                struct coverage_usual **usual, struct error *error)
{
    *usual = NULL;
    const struct coverage_parameters parameters = {
        .region = region, .profile = PROFILE_STROLLER, .minutes = COVERAGE_MINUTES_DEFAULT};
    struct coverage_usual *made = calloc(1, sizeof *made);
    if (!made)
        return error_memory(error, "laying residents on the streets");
    enum status status = coverage_ground_make(dataset, &parameters, &made->ground, error);
    if (!status)
        status = make_counts(made, error);
    if (status)
        coverage_usual_release(made);
    else
        *usual = made;
    return status;
}

void coverage_usual_release(struct coverage_usual *usual)
{
    if (!usual)
        return;
    coverage_counts_release(&usual->offered);
    coverage_counts_release(&usual->open);
    coverage_ground_release(usual->ground);
    free(usual->marks);
    free(usual->supply);
    free(usual);
}

enum status coverage_usual_compute(const struct coverage_usual *usual,
                                   const struct vacancies *vacancies, struct coverage_run **run,
                                   struct error *error)
{
    return coverage_run_over(usual->ground, vacancies, COVERAGE_MINUTES_DEFAULT, false, run, error);
}

bool coverage_usual_follows(const struct coverage_usual *usual, const struct coverage_run *last)
{
    const struct coverage_ground *ground = usual->ground;
    const struct dataset *dataset = ground->dataset;
    bool follows = last != NULL && strcmp(last->region, dataset->regions[ground->region].name) == 0 &&
                   last->community_count == ground->community_count;
    for (uint32_t c = 0; follows && c < ground->community_count; c++)
        follows = strcmp(last->communities[c].code,
                         dataset->communities[ground->first_community + c].code) == 0;
    return follows;
}

/* Whether anything that a run is made of has changed since the last move. */
static bool move_counters(struct coverage_usual *usual, const struct coverage_supply *supply)
{
    const struct coverage_ground *ground = usual->ground;
    bool changed = !usual->has_moved;
    for (uint32_t j = 0; j < ground->facility_count; j++) {
        changed |= coverage_counts_set(&usual->offered, j, usual->marks[j].offered) != 0;
        changed |= coverage_counts_set(&usual->open, j, usual->marks[j].open) != 0;
        changed |= supply[j].places != usual->supply[j].places ||
                   supply[j].places_staff_only != usual->supply[j].places_staff_only ||
                   supply[j].is_public != usual->supply[j].is_public;
        usual->supply[j] = supply[j];
    }
    usual->has_moved = true;
    return changed;
}

enum status coverage_usual_move(struct coverage_usual *usual, const struct vacancies *vacancies,
                                bool *changed, struct error *error)
{
    const struct coverage_ground *ground = usual->ground;
    struct coverage_supply *supply = calloc((size_t)ground->facility_count + 1, sizeof *supply);
    if (!supply)
        return error_memory(error, "counting who is within walk");
    coverage_ground_mark(ground, vacancies, false, usual->marks);
    coverage_supply_find(ground, vacancies, false, supply);
    *changed = move_counters(usual, supply);
    free(supply);
    return STATUS_OK;
}

enum status coverage_usual_run(const struct coverage_usual *usual,
                               const struct vacancies *vacancies, const struct coverage_run *last,
                               struct coverage_run **run, struct error *error)
{
    const struct coverage_moved moved = {&usual->offered, &usual->open, last};
    return coverage_run_moved(usual->ground, vacancies, &moved, run, error);
}
