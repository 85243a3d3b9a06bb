/*
 * Making pictures (app.h): whole from the store, or with new vacancies over the same dataset.
 *
 * Pictures made from one another share the dataset, its fragments and its names, which are freed with
 * the last of them.
 *
 * Pictures are made one at a time: the counters of coverage go with them.
 */
#ifndef SERVER_PICTURE_H
#define SERVER_PICTURE_H

#include "server/app.h"

/* A server shows what a command has no use for. */
enum picture_use { PICTURE_FOR_COMMAND, PICTURE_FOR_SERVER };

/*
 * Build all of it from what the store last committed, for the moment `now`. `previous` (NULL for
 * none; borrowed meanwhile) gives what was reported since and the tick to count on from. *picture is
 * the caller's: to app_publish(), or to picture->release().
 */
enum status MUST_CHECK picture_build(struct store *store, moment_t now,
                                     const struct picture *previous, enum picture_use use,
                                     struct picture **picture, struct error *error);

/*
 * Gather the names of a picture that picture_build() made and nobody has seen yet, in a thread of its
 * own: being ready does not wait for them, and who asks for a name before they are there waits for them.
 * Without it they are gathered when the first asks.
 */
void picture_gather_names(struct picture *picture);

/*
 * Coverage in three steps, so that nobody waits for it: picture_compute_coverage() of a picture that is
 * borrowed, by any thread; then, in the turn of who makes pictures, picture_settle(): the picture that
 * is current by then, with those runs (taken over in any case), moved on where its vacancies are
 * later. *picture is NULL where it is of another dataset by then.
 */
enum status MUST_CHECK picture_compute_coverage(const struct picture *picture,
                                                struct usual_runs **runs, struct error *error);
enum status MUST_CHECK picture_settle(const struct picture *current, const struct picture *computed,
                                      struct usual_runs *runs, struct picture **picture,
                                      struct error *error);

/* The same dataset with vacancies for the moment `now`. `previous` is borrowed meanwhile. */
enum status MUST_CHECK picture_renew(const struct picture *previous, moment_t now,
                                     struct picture **picture, struct error *error);

/* The same in all but the kept runs, which are read again. `previous` is borrowed meanwhile. */
enum status MUST_CHECK picture_rekeep(struct store *store, const struct picture *previous,
                                      struct picture **picture, struct error *error);

#endif
