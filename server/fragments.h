/*
 * Prepared fragments: what an answer says of a facility or an offer and what no clock changes,
 * escaped once, when a dataset is published, as bytes that requests copy.
 *
 * Belongs to one dataset and is never changed. Coordinates are not in it: they are written as each
 * request's coordsys asks.
 */
#ifndef SERVER_FRAGMENTS_H
#define SERVER_FRAGMENTS_H

#include "data/dataset.h"

#include <string.h>

/* Two pieces that stand together: `first`, then `second`. */
struct fragment {
    const char *first;
    uint16_t first_length, second_length;
};

enum {
    FRAGMENT_CHUNKS = 2 /* made by a thread each: the first half of the layout, the second */
};

/*
 * A facility's fragments lie in one run, in the order in which an answer reads them: its own, then
 * those of its offers, each behind its two lengths. Runs lie in the order of dataset->layout, so
 * that neighbours on the map are neighbours in memory.
 *
 * A facility's: first its id without quotes; second "name":…, to "community":…, members without
 * braces. An offer's: first {"id":…,"group":…,"care":…,"age_months":…,"licensed":…  and second
 * ,"price":…,"price_unit":…,"currency":…,"hours_today":  for an answer to fill and close.
 */
struct fragments {
    const struct dataset *dataset;
    uint64_t
        *runs; /* beside facilities: the chunk in the lowest bit, above it where the run begins */
    char *chunks[FRAGMENT_CHUNKS];
};

/* Where the facility's run begins. */
static inline const char *fragments_run(const struct fragments *fragments, uint32_t facility)
{
    uint64_t run = fragments->runs[facility];
    return fragments->chunks[run & 1] + (run >> 1);
}

/* The fragment at *at, which moves on to the next of the run. */
static inline struct fragment fragment_read(const char **at)
{
    uint16_t lengths[2];
    memcpy(lengths, *at, sizeof lengths);
    struct fragment fragment = {*at + sizeof lengths, lengths[0], lengths[1]};
    *at = fragment.first + lengths[0] + lengths[1];
    return fragment;
}

/* The dataset must outlive it. *fragments is yours: fragments_release(). LIMIT past 2 GiB a chunk. */
enum status MUST_CHECK fragments_build(const struct dataset *dataset, struct fragments **fragments,
                                       struct error *error);
void fragments_release(struct fragments *fragments); /* safe on NULL */

#endif
