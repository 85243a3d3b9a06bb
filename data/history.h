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
 *              -d1, -o1 by care type full, half, hourly, drop-in, unknown. Keys and ids are filled
 *              in. Groups and offers that the source no longer names end on `as_of`.
 * id_prefix    for new facilities (region.id_prefix)
 * as_of, now   the day the source speaks of; the moment of recording
 * outcome      ACCEPTED: new. CHANGED, UNCHANGED: known. CONFLICTING: a newer version, report or
 *              field edit says otherwise: nothing was written, conflicts[] says where
 * conflicts    room for `conflict_capacity`; may be NULL
 * Inside a transaction of the store. Numbers (places) with the as_of of the stored report, or
 * equal to it in all numbers, append nothing.
 */
enum status MUST_CHECK history_put(struct store *store, struct facility_bundle *bundle,
                                   const char *id_prefix, day_t as_of, moment_t now,
                                   enum history_outcome *outcome,
                                   struct history_conflict *conflicts, uint32_t conflict_capacity,
                                   uint32_t *conflict_count, struct error *error);

/* End a facility on `as_of` (state closed, closed_on = as_of): for --close-missing. Same outcomes. */
enum status MUST_CHECK history_close(struct store *store, int64_t facility_key, day_t as_of,
                                     moment_t now, const char *source,
                                     enum history_outcome *outcome, struct error *error);

#endif
