/*
 * Putting what a source says of a facility on a day into its history, over any store.
 */
#ifndef DATA_HISTORY_H
#define DATA_HISTORY_H

#include "data/store.h"

enum history_outcome { HISTORY_ACCEPTED, HISTORY_CHANGED, HISTORY_UNCHANGED, HISTORY_CONFLICTING };

struct history_conflict {
    char field[48];    /* "facility.name", "group 2.licensed", … */
    char stored[160];  /* what is stored */
    char given[160];   /* what the source says */
    char because[160]; /* "edited on 2026-11-20", "newer version of 2026-11-01", … */
};

/*
 * Make the store believe, from day `as_of` on, what the bundle says of one facility.
 *
 * bundle       facility.region, source and source_id name it; groups and offers are named by their
 *              source_id. Ids (facility.id, groups[i].id, offers[i].id) may be given for new
 *              records and are made otherwise: PREFIX-0001, then -g1, and for offers -f1, -h1, -u1,
 *              -d1, -o1 by care type full, half, hourly, drop-in, unknown. Keys are filled in, and
 *              ids where the bundle has an arena. Groups and offers that the source no longer names
 *              end on `as_of`; one that comes back keeps its key and id.
 * id_prefix    for new facilities (region.id_prefix)
 * as_of, now   the day the source speaks of; the moment of recording
 * outcome      ACCEPTED: new; where a newer report of the same source does not name it, it ends on
 *              that report's day (facility.validity.valid_to): history, not of today. CHANGED, UNCHANGED: known. CONFLICTING: something newer says
 *              otherwise: nothing was written, conflicts[] says where
 * conflicts    room for `conflict_capacity`; may be NULL. *conflict_count is how many there are
 *
 * Newer is: a version that begins (or ends) after as_of; an import run of the same region and source
 * with a later as_of (store_import_run_insert), even where that run changed nothing; an edit by hand
 * (store_field_edit_put, fields named as in records.h, "hours" and "slots" too) that was made on the
 * day as_of or later, in whatever zone; for numbers and slots, stored ones with a later as_of. What
 * is newer and says the same is no conflict. A value that the bundle leaves absent replaces what is
 * stored, except where an officer entered it.
 *
 * Numbers are appended when their as_of is later than the stored report's, also when they are equal
 * to it (a confirmation is news: it makes them fresh), or when they differ at the same as_of (a
 * correction); older ones that are equal append nothing.
 *
 * Inside a transaction of the store; after a failure (not a conflict) roll it back. INVALID for a
 * group or an offer named twice; CONFLICT for a given id that is in use.
 */
enum status MUST_CHECK history_put(struct store *store, struct facility_bundle *bundle,
                                   const char *id_prefix, day_t as_of, moment_t now,
                                   enum history_outcome *outcome,
                                   struct history_conflict *conflicts, uint32_t conflict_capacity,
                                   uint32_t *conflict_count, struct error *error);

/* End a facility on `as_of` (state closed, closed_on = as_of; its groups and offers stay as they
 * were): for --close-missing. CHANGED, UNCHANGED (it is closed), CONFLICTING: the first thing that
 * speaks against it is then in *conflict, which may be NULL. */
enum status MUST_CHECK history_close(struct store *store, int64_t facility_key, day_t as_of,
                                     moment_t now, const char *source,
                                     enum history_outcome *outcome,
                                     struct history_conflict *conflict, struct error *error);

#endif
