/*
 * Keeping runs of coverage: after every import and every day, for the usual question (a stroller,
 * 15 minutes, all facilities), so that an earlier day can be looked up.
 */
#ifndef SERVER_COVERAGE_KEEP_H
#define SERVER_COVERAGE_KEEP_H

#include "data/store.h"
#include "server/app.h"

/*
 * Compute and keep a run of every region that has streets and people, all in one transaction: on
 * failure the runs that were current stay so. The caller has the turn to write.
 */
enum status MUST_CHECK coverage_keep_all(struct store *store, const struct picture *picture,
                                         moment_t now, struct error *error);

#endif
