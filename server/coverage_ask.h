/*
 * The run of coverage that a question asks for: one that was computed for whoever asked before, or
 * computed now, within the bounds of the memo (memo.h). The API and the planners' page show the same.
 *
 *   status = coverage_ask(worker, &query, region, &held, &error);
 *   … read held.run …
 *   coverage_give_back(worker, &held);
 */
#ifndef SERVER_COVERAGE_ASK_H
#define SERVER_COVERAGE_ASK_H

#include "data/coverage_run.h"
#include "data/dataset.h"
#include "server/params.h"

struct memo_answer;

/* A run that is held until it has been shown. */
struct held_run {
    const struct coverage_run *run;
    struct memo_answer *answer; /* NULL = none is held */
};

/* `region`: into the dataset; query->region is not read. BUSY: too much else is being computed. */
enum status MUST_CHECK coverage_ask(struct worker *worker, const struct coverage_query *query,
                                    uint16_t region, struct held_run *held, struct error *error);
void coverage_give_back(struct worker *worker, struct held_run *held); /* safe on {0} */

/* Which run it is: the tag of the answer, beside what every answer's is made of. */
void coverage_tag(struct worker *worker, const struct coverage_run *run);

#endif
