/*
 * Indexes made ready for what people ask: packed subsets of the spatial index, by care type × age
 * class × open × inclusive, each of these also "any". In one of them nearest-k costs the same as
 * without a filter.
 *
 * Only what pays is made: a subset much smaller than the smallest other one that holds it all. A
 * question is answered from the smallest that holds its answer, at worst from the whole index with
 * its masks. Where the subset holds more than was asked for, the items' masks are asked one by one.
 *
 * Immutable, like the vacancies they belong to, and shared by those that follow: subsets are upper
 * bounds, so one stays right until an item is wanted that is not in it.
 */
#ifndef DATA_SUBSETS_H
#define DATA_SUBSETS_H

#include "data/masks.h"
#include "geo/spatial_index.h"

struct subsets;

/* Masks as they are now. All three must outlive the subsets made of them. */
struct subsets_source {
    const struct spatial_index *index;
    const uint64_t *item_masks; /* masks.h; 0 = in no answer at all */
    const uint64_t *node_masks; /* filled of them */
};

/*
 * `previous` (may be NULL) is of the same index and other masks: what has not become too small is
 * taken over from it. It may be released afterwards, by any thread. Yours: subsets_release().
 * STATUS_MEMORY.
 */
enum status MUST_CHECK subsets_build(const struct subsets_source *source,
                                     const struct subsets *previous, struct subsets **subsets,
                                     struct error *error);
void subsets_release(struct subsets *subsets); /* safe on NULL */

/* Where to look, and what to ask of each item there. */
struct subsets_choice {
    const struct spatial_index *index; /* the whole, or a subset; numbers are the whole's */
    struct spatial_filter filter;      /* of masks; `accept` is the caller's to set */
};

/* Every item whose mask has any bit of the query is there and passes the filter, and no other. */
struct subsets_choice subsets_choose(const struct subsets *subsets, const struct mask_query *query);

/* How much there is of it: subsets made, those of them not taken over, items and bytes in all. */
struct subsets_size {
    uint32_t count, fresh, items;
    size_t bytes;
};
struct subsets_size subsets_size(const struct subsets *subsets);

#endif
