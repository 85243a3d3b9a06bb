/*
 * A sample store stays like new: its numbers, slots and dated exceptions are told as ages, and are
 * dated again each day, so that what was fresh, stale, free or full on the first day is so today.
 * Only as long as the store is nothing but a sample: a report, an edit, or an import of facilities or
 * communities of somebody's own is never touched, nor anything beside it. (Streets and residents can
 * be imported over a sample: they hold no number that ages.)
 */
#ifndef DATA_SAMPLE_H
#define DATA_SAMPLE_H

#include "data/store.h"

/* The `source` of everything that came from a sample register, and the kind of its import run. */
#define SAMPLE_SOURCE "sample"

/* Facts of the store (store_meta_get) that region_init() writes for a sample register: its region,
 * its JSON text, the local day it was dated for last. */
#define SAMPLE_META_REGION    "sample_region"
#define SAMPLE_META_REGISTER  "sample_register"
#define SAMPLE_META_DATED_FOR "sample_dated_for"

struct sample_state {
    bool is_sample;    /* the store was made from a sample register */
    bool has_own_data; /* and holds a report, an edit or an import besides */
    day_t dated_for;   /* the local day for which it was dated last; DAY_NONE */
    int32_t age_days;  /* from that day to now; 0 where it is not a sample */
};

/* Reads the last commit. */
enum status MUST_CHECK sample_state(struct store *store, moment_t now, struct sample_state *state,
                                    struct error *error);

/*
 * Date the sample for the local day of `now`, in a transaction of its own. Does nothing (*changed
 * false) where the store is no sample, is dated for this day already, or has data of its own.
 * Public ids and versions stay; no history grows: the sample's reports are replaced.
 * A dataset built before is to be built again when *changed.
 */
enum status MUST_CHECK sample_redate(struct store *store, moment_t now, bool *changed,
                                     struct error *error);

#endif
