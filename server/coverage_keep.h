/*
 * Keeping runs of coverage: after every import and every day, for the usual question (a stroller,
 * 15 minutes, all facilities), so that an earlier day can be looked up.
 */
#ifndef SERVER_COVERAGE_KEEP_H
#define SERVER_COVERAGE_KEEP_H

#include "data/store.h"
#include "server/app.h"
#include "server/command.h"

/*
 * Compute and keep a run of every region that has streets and people, all in one transaction: on
 * failure the runs that were current stay so. The caller has the turn to write.
 */
enum status MUST_CHECK coverage_keep_all(struct store *store, const struct picture *picture,
                                         moment_t now, struct error *error);

/*
 * Of a command that has committed an import into `region`, and shown it where there is a server: keep
 * runs of what is now so. Does nothing where the region has no streets. The command's store is open to
 * write; now_text as command_clock(). A failure is worth a word to whoever imported, and no more: the
 * import is stored.
 */
enum status MUST_CHECK coverage_keep_import(struct command *command, const char *region,
                                            const char *now_text, struct error *error);
/* The same of a store that a command has just made, which nobody else has. */
enum status MUST_CHECK coverage_keep_new(struct store *store, moment_t now, struct error *error);
/* Say that word; nothing where status is OK. Not while the command has the turn to write. */
void coverage_keep_complain(struct command *command, enum status status, const struct error *error);

#endif
