/*
 * The usual runs of coverage of a picture: one of each region that has streets and people, always
 * there, never computed by a request. Of the others there is little to say, and who asks computes it.
 *
 * With a dataset the grounds are laid; with new vacancies the counters are moved and runs made by them
 * (data/coverage_usual.h), before the picture is published: what opens or closes is in the first
 * answer of the new picture. What counters do not tell is computed anew at most once a second
 * (ticker.h), and meanwhile as it was.
 */
#ifndef SERVER_USUAL_RUNS_H
#define SERVER_USUAL_RUNS_H

#include "data/coverage_usual.h"

/* Of a dataset, which must outlive them: by region; NULL = it has no streets or nobody. */
struct usual_grounds {
    uint32_t count;
    struct coverage_usual **regions;
};
enum status MUST_CHECK usual_grounds_make(const struct dataset *dataset,
                                          struct usual_grounds *grounds, struct error *error);
void usual_grounds_release(struct usual_grounds *grounds); /* safe on {0} and safe twice */

/* Read only; shared by the pictures that hold them. */
struct usual_runs;

/* By region of the dataset; NULL = it has none. */
const struct coverage_run *usual_runs_of(const struct usual_runs *runs, uint32_t region);
/* Has every region minutes and accessibility of this very moment? */
bool usual_runs_are_settled(const struct usual_runs *runs);

/* Whole, without touching the counters; any thread that holds the grounds. */
enum status MUST_CHECK usual_runs_compute(const struct usual_grounds *grounds,
                                          const struct vacancies *vacancies,
                                          struct usual_runs **runs, struct error *error);
/*
 * Move the counters to `vacancies`, and make runs: of those in `last` (NULL = none) that they follow,
 * else whole. `is_next`: `last` is of the vacancies that the counters were last moved to. One thread
 * at a time.
 */
enum status MUST_CHECK usual_runs_move(struct usual_grounds *grounds,
                                       const struct vacancies *vacancies,
                                       const struct usual_runs *last, bool is_next,
                                       struct usual_runs **runs, struct error *error);

/* One holder more, who releases them too. */
struct usual_runs *usual_runs_hold(struct usual_runs *runs); /* safe on NULL */
void usual_runs_release(struct usual_runs *runs);            /* safe on NULL */

#endif
