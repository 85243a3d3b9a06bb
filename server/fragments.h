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

/* Two pieces that stand together: `first`, then `second`. */
struct fragment {
    uint32_t chunk : 1, at : 31;
    uint16_t first_length, second_length;
};

enum {
    FRAGMENT_CHUNKS = 2 /* made by a thread each: the first half of the layout, the second */
};

struct fragments {
    const struct dataset *dataset;
    /* first: the id without quotes. second: "name":…, to "community":…, members without braces. */
    struct fragment *facilities;
    /* first: {"id":…,"group":…,"care":…,"age_months":…,"licensed":…  and second:
     * ,"price":…,"price_unit":…,"currency":…,"hours_today":  for an answer to fill and close */
    struct fragment *offers;
    char *chunks[FRAGMENT_CHUNKS]; /* by dataset->layout: a facility, then its offers, and so on */
};

static inline const char *fragments_of_facility(const struct fragments *fragments,
                                                uint32_t facility)
{
    struct fragment fragment = fragments->facilities[facility];
    return fragments->chunks[fragment.chunk] + fragment.at;
}
static inline const char *fragments_of_offer(const struct fragments *fragments, uint32_t offer)
{
    struct fragment fragment = fragments->offers[offer];
    return fragments->chunks[fragment.chunk] + fragment.at;
}

/* The dataset must outlive it. *fragments is yours: fragments_release(). LIMIT past 2 GiB a chunk. */
enum status MUST_CHECK fragments_build(const struct dataset *dataset, struct fragments **fragments,
                                       struct error *error);
void fragments_release(struct fragments *fragments); /* safe on NULL */

#endif
