#include "server/coverage_ask.h"

#include "server/clock.h"
#include "server/memo.h"

#include <stdio.h>

/* What everybody asks: the others are asked by whoever turns a knob. */
static bool is_usual(const struct coverage_parameters *parameters)
{
    return parameters->minutes == COVERAGE_MINUTES_DEFAULT &&
           parameters->profile == PROFILE_STROLLER && !parameters->inclusive;
}

/* The question, exact: two that differ in any of these never share an answer. */
static uint64_t question_of(const struct coverage_parameters *parameters)
{
    uint64_t minutes = (uint64_t)parameters->minutes; /* whole: params_coverage() */
    return (uint64_t)parameters->region << 32 | (uint64_t)parameters->profile << 16 | minutes << 1 |
           (uint64_t)parameters->inclusive;
}

static enum status compute(struct worker *worker, const struct coverage_parameters *parameters,
                           struct held_run *held, struct error *error)
{
    const struct picture *picture = worker->picture;
    struct coverage_run *run = NULL;
    enum status status =
        coverage_run_make(picture->dataset, picture->vacancies, parameters, &run, error);
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

enum status coverage_ask(struct worker *worker, const struct coverage_query *query, uint16_t region,
                         struct held_run *held, struct error *error)
{
    *held = (struct held_run){0};
    const struct coverage_parameters parameters = {.region = region,
                                                   .profile = query->profile,
                                                   .minutes = query->minutes,
                                                   .inclusive = query->inclusive};
    switch (memo_find(worker->coverage, question_of(&parameters), is_usual(&parameters),
                      worker->picture->generation, clock_monotonic_ms(), &held->answer)) {
    case MEMO_FOUND:
        held->run = held->answer->value;
        return STATUS_OK;
    case MEMO_COMPUTE:
        return compute(worker, &parameters, held, error);
    default:
        return error_set(error, STATUS_BUSY, "too many other questions of coverage are asked");
    }
}

void coverage_give_back(struct worker *worker, struct held_run *held)
{
    if (held->answer)
        memo_return(worker->coverage, held->answer);
}

void coverage_tag(struct worker *worker, const struct coverage_run *run)
{
    snprintf(worker->response.etag, sizeof worker->response.etag, "%llx-%llx",
             (unsigned long long)run->dataset_generation, (unsigned long long)run->made_for);
}
