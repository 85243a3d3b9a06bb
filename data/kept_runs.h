/*
 * Kept runs of coverage: what is asked with `as_of`.
 *
 * A run is kept after every import, every day and on request, and the history is bounded: of every
 * question (profile, minutes, inclusive) the last run of a day, of each of the KEPT_RUNS_DAYS days up
 * to its newest; before that the last of a month, for KEPT_RUNS_MONTHS months; and of a region at most
 * KEPT_RUNS_MAX in all, the oldest of unusual questions going first. What goes, goes in the
 * transaction that keeps the next.
 *
 * A server holds them in memory, packed (some 17 KB a run of 67 communities), so that a request reads
 * them without the store.
 */
#ifndef DATA_KEPT_RUNS_H
#define DATA_KEPT_RUNS_H

#include "data/coverage_run.h"
#include "data/store.h"

enum { KEPT_RUNS_DAYS = 35, KEPT_RUNS_MONTHS = 120, KEPT_RUNS_MAX = 400 };

/* Whose run: of a built-in profile. */
struct kept_question {
    const char *region; /* name */
    uint32_t profile;
    double minutes;
    bool inclusive;
};
/* A stroller, 15 minutes, all facilities. */
bool kept_question_is_usual(const struct kept_question *question);

/* Keep a run, between begin and commit, and forget what goes; `started_at` is when computing it began.
 * A run of the usual question becomes the region's current one. */
enum status MUST_CHECK kept_runs_keep(struct store *store, const struct coverage_run *run,
                                      uint32_t profile, moment_t started_at, moment_t ended_at,
                                      struct error *error);

/* One of them. */
struct kept_run {
    int64_t key;
    const char *region, *parameters;
    day_t day;
    struct kept_text *text; /* NULL: kept_runs_load() has not been called */
};

/* All that a store keeps, of all regions; ascending by region, parameters, day and key. Read by any
 * thread, never changed. */
struct kept_runs;

/* What there is, without texts. Yours: kept_runs_release(). */
enum status MUST_CHECK kept_runs_list(struct store *store, struct kept_runs **kept,
                                      struct error *error);
/* With texts, those that `previous` (NULL = none) has already shared with it. */
enum status MUST_CHECK kept_runs_load(struct store *store, const struct kept_runs *previous,
                                      struct kept_runs **kept, struct error *error);
/* One holder more, who releases it too. Safe on NULL. */
struct kept_runs *kept_runs_hold(struct kept_runs *kept);
void kept_runs_release(struct kept_runs *kept); /* safe on NULL */

/*
 * The newest that shows `day` or an earlier day. NOT_FOUND (parameter as_of) names the day, and the
 * days that are kept of the question, or says that none is. Borrowed from `kept`.
 */
enum status MUST_CHECK kept_runs_find(const struct kept_runs *kept,
                                      const struct kept_question *question, day_t day,
                                      const struct kept_run **found, struct error *error);

/* Read it back: of its text, or of the store where it has none (`store` NULL: it has). *run is yours:
 * coverage_run_release(). CORRUPT. */
enum status MUST_CHECK kept_run_read(const struct kept_run *kept, struct store *store,
                                     struct coverage_run **run, struct error *error);

/* The rule, of the runs of one region as store_runs() lists them: goes[i] says which are forgotten.
 * The run of key `newest` never is. */
void kept_runs_choose(const struct run_record *runs, uint32_t count, int64_t newest, bool *goes);

#endif
