/*
 * The usual run of coverage of a region (a stroller, 15 minutes, all facilities), kept up with what
 * opens and closes.
 *
 * Beside its ground stand counters of who is within the walk of an offer, and of an open one. When
 * places open or close, they are moved, and coverage_usual_run() makes a run whose shares, levels, located facilities and
 * places are those of a fresh computation, to the bit, without a step through the streets: only the
 * people on the lists of the facilities that changed are touched. Minutes to the nearest and
 * accessibility are the last whole run's, until one is computed anew: such a run is not settled.
 */
#ifndef DATA_COVERAGE_USUAL_H
#define DATA_COVERAGE_USUAL_H

#include "data/coverage_counts.h"

struct coverage_supply;

struct coverage_usual {
    struct coverage_ground *ground;
    struct coverage_counts offered, open; /* of `vacancies` as last moved */
    struct coverage_marks *marks;         /* scratch, by facility of the ground */
    struct coverage_supply *supply;       /* of the vacancies last moved to */
    bool has_moved;                       /* once at least */
};

/* Lay the ground; all closed until the first move. The dataset must outlive it. Yours:
 * coverage_usual_release(). */
enum status MUST_CHECK coverage_usual_make(const struct dataset *dataset, uint16_t region,
                                           struct coverage_usual **usual, struct error *error);
void coverage_usual_release(struct coverage_usual *usual); /* safe on NULL */

/* A whole run over the ground, settled; any thread. */
enum status MUST_CHECK coverage_usual_compute(const struct coverage_usual *usual,
                                              const struct vacancies *vacancies,
                                              struct coverage_run **run, struct error *error);

/* Is `last` of the same communities, so that a run can be made of it? */
bool coverage_usual_follows(const struct coverage_usual *usual, const struct coverage_run *last);

/* Move the counters to `vacancies` (of the same dataset). *changed: whether anything that a run is made
 * of is other than at the last move. One thread at a time. */
enum status MUST_CHECK coverage_usual_move(struct coverage_usual *usual,
                                           const struct vacancies *vacancies, bool *changed,
                                           struct error *error);

/* A run of the vacancies last moved to, by the counters; what they do not tell is taken from `last`,
 * which it follows. Not settled. */
enum status MUST_CHECK coverage_usual_run(const struct coverage_usual *usual,
                                          const struct vacancies *vacancies,
                                          const struct coverage_run *last,
                                          struct coverage_run **run, struct error *error);

#endif
