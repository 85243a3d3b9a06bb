#include "server/coverage_ask.h"

#include "data/kept_runs.h"
#include "server/clock.h"
#include "server/memo.h"
#include "server/usual_runs.h"

#include <stdio.h>

/* A kept run is its own question, told apart from the others by this bit. It never changes. */
#define OF_KEPT ((uint64_t)1 << 63)

/* The question, exact: two that differ in any of these never share an answer. */
static uint64_t question_of(const struct coverage_parameters *parameters)
{
    uint64_t minutes = (uint64_t)parameters->minutes; /* whole: params_coverage() */
    return (uint64_t)parameters->region << 32 | (uint64_t)parameters->profile << 16 | minutes << 1 |
           (uint64_t)parameters->inclusive;
}

static enum status keep_answer(struct worker *worker, enum status status, struct coverage_run *run,
                               struct held_run *held, struct error *error)
{
    if (status) {
        memo_give_up(worker->coverage, clock_monotonic_ms());
        return status;
    }
    held->answer = memo_put(worker->coverage, run, clock_monotonic_ms());
    if (!held->answer)
        return error_memory(error, "keeping a coverage run");
    held->run = held->answer->value;
    return STATUS_OK;
}

static enum status compute(struct worker *worker, const struct coverage_parameters *parameters,
                           struct held_run *held, struct error *error)
{
    const struct picture *picture = worker->picture;
    struct coverage_run *run = NULL;
    enum status status =
        coverage_run_make(picture->dataset, picture->vacancies, parameters, &run, error);
    return keep_answer(worker, status, run, held, error);
}

static enum status refuse_busy(struct error *error)
{
    return error_set(error, STATUS_BUSY, "too many other questions of coverage are asked");
}

/* Read from memory and unpacked by the first who asks, as others are computed. */
static enum status ask_kept(struct worker *worker, const struct kept_question *question, day_t day,
                            struct held_run *held, struct error *error)
{
    const struct kept_run *kept;
    struct coverage_run *run = NULL;
    enum status status = kept_runs_find(worker->picture->kept, question, day, &kept, error);
    if (status)
        return status;
    switch (memo_find(worker->coverage, OF_KEPT | (uint64_t)kept->key, 0, clock_monotonic_ms(),
                      &held->answer)) {
    case MEMO_FOUND:
        held->run = held->answer->value;
        return STATUS_OK;
    case MEMO_COMPUTE:
        status = kept_run_read(kept, NULL, &run, error);
        return keep_answer(worker, status, run, held, error);
    default:
        return refuse_busy(error);
    }
}

enum status coverage_ask(struct worker *worker, const struct coverage_query *query, uint16_t region,
                         struct held_run *held, struct error *error)
{
    *held = (struct held_run){0};
    const struct coverage_parameters parameters = {.region = region,
                                                   .profile = query->profile,
                                                   .minutes = query->minutes,
                                                   .inclusive = query->inclusive};
    const struct kept_question question = {worker->picture->dataset->regions[region].name,
                                           query->profile, query->minutes, query->inclusive};
    if (query->as_of != DAY_NONE)
        return ask_kept(worker, &question, query->as_of, held, error);
    if (kept_question_is_usual(&question))
        held->run = usual_runs_of(worker->picture->usual, region);
    if (held->run)
        return STATUS_OK;
    switch (memo_find(worker->coverage, question_of(&parameters), worker->picture->generation,
                      clock_monotonic_ms(), &held->answer)) {
    case MEMO_FOUND:
        held->run = held->answer->value;
        return STATUS_OK;
    case MEMO_COMPUTE:
        return compute(worker, &parameters, held, error);
    default:
        return refuse_busy(error);
    }
}

void coverage_give_back(struct worker *worker, struct held_run *held)
{
    if (held->answer)
        memo_return(worker->coverage, held->answer);
}

void coverage_tag(struct worker *worker, const struct coverage_run *run)
{
    snprintf(worker->response.etag, sizeof worker->response.etag, "%llx-%llx%s",
             (unsigned long long)run->dataset_generation, (unsigned long long)run->made_for,
             run->is_settled ? "" : "-moved");
}
