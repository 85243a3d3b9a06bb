/*
 * A packed spatial index over points on the globe: built once, in memory, read by any thread.
 *
 * Items are numbered 0..count-1 by the caller's array; ties in distance go to the smaller number,
 * so a caller who numbers items in the order of their public ids gets the API's order for nothing.
 * Answers are exact: equal to a scan of all items with distance_m() (geo/distance.h).
 *
 * Filters prune inside the tree. The caller keeps one 64-bit mask an item (which combinations of
 * care, age, openness, … it may satisfy) and one a node (the union below it), apart from the index,
 * because masks change by the minute and the index does not. A filter names the combinations it
 * wants; a subtree, and an item, whose mask has none of them is skipped. What is left goes to
 * `accept`, which decides exactly. Masks are upper bounds: they may promise too much, never too
 * little.
 */
#ifndef GEO_SPATIAL_INDEX_H
#define GEO_SPATIAL_INDEX_H

#include "geo/geometry.h"

struct spatial_index;

struct spatial_filter {
    const uint64_t *item_masks; /* by item number; NULL = no masks, `wanted` is ignored */
    const uint64_t
        *node_masks; /* from spatial_index_fill_masks(); NULL = items are asked one by one */
    uint64_t wanted; /* any of these bits; must not be 0 where masks are given */
    bool (*accept)(const void *context, uint32_t item); /* NULL = accept all */
    const void *context;
};

struct spatial_hit {
    double distance_m; /* distance_m() from the query point: exact, unrounded */
    uint32_t item;
};

/*
 * points  `count` valid points; read only during the call
 * Returns STATUS_OK and *index (yours, spatial_index_release()); STATUS_INVALID for a point out of
 * range, named by number; STATUS_LIMIT past 2^28 points; STATUS_MEMORY. count 0 is fine.
 */
enum status MUST_CHECK spatial_index_build(const struct geo_point *points, uint32_t count,
                                           struct spatial_index **index, struct error *error);
void spatial_index_release(struct spatial_index *index); /* safe on NULL */

/*
 * An index of those items alone whose masks have any of `wanted`. The items keep their numbers, so its
 * hits mean the same; it borrows nothing, and may be made of a subset itself. It is the filter made
 * ready: nearest-k takes no longer in it than without a filter. Yours, spatial_index_release().
 * STATUS_MEMORY.
 *
 * item_masks  by item number, as of the whole index
 *
 * A filter for it has no node masks, and none are filled or mended.
 */
enum status MUST_CHECK spatial_index_build_subset(const struct spatial_index *index,
                                                  const uint64_t *item_masks, uint64_t wanted,
                                                  struct spatial_index **subset,
                                                  struct error *error);

uint32_t spatial_index_count(const struct spatial_index *index);
size_t spatial_index_bytes(const struct spatial_index *index);

/* How many node masks the index has: the caller allocates that many. */
uint32_t spatial_index_node_count(const struct spatial_index *index);

/* node_masks[n] = union of the masks of all items below node n. */
void spatial_index_fill_masks(const struct spatial_index *index, const uint64_t *item_masks,
                              uint64_t *node_masks);

/* One item's mask has changed: mend its ancestors (item_masks[item] already holds the new one). */
void spatial_index_mend_masks(const struct spatial_index *index, const uint64_t *item_masks,
                              uint64_t *node_masks, uint32_t item);

/*
 * The k nearest items that pass the filter, nearest first, ties by number.
 *
 * max_m   inclusive limit in metres; INFINITY for none
 * after   only items strictly after this (distance, number) in that order; NULL for all. It is how
 *         a page follows a page.
 * filter  NULL for all items
 * hits    out: room for k (k <= 1,024)
 * Allocates nothing.
 */
enum status MUST_CHECK spatial_index_nearest(const struct spatial_index *index,
                                             struct geo_point from, uint32_t k, double max_m,
                                             const struct spatial_hit *after,
                                             const struct spatial_filter *filter,
                                             struct spatial_hit *hits, uint32_t *hit_count,
                                             struct error *error);

/*
 * Every item within radius_m (inclusive) that passes, in no particular order. `hits` may be NULL
 * with capacity 0 to count only. *hit_count is the whole number found; past `capacity` the rest is
 * counted, not written. Allocates nothing.
 */
enum status MUST_CHECK spatial_index_within(const struct spatial_index *index,
                                            struct geo_point from, double radius_m,
                                            const struct spatial_filter *filter,
                                            struct spatial_hit *hits, uint32_t capacity,
                                            uint32_t *hit_count, struct error *error);

/* The same for a box of longitude and latitude (west > east crosses the antimeridian). */
enum status MUST_CHECK spatial_index_box(const struct spatial_index *index, struct geo_box box,
                                         const struct spatial_filter *filter, uint32_t *items,
                                         uint32_t capacity, uint32_t *item_count,
                                         struct error *error);

#endif
