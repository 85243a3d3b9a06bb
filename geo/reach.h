/*
 * Reach: every network node within so many millimetres' walk of a position.
 *
 * Bounded one-to-many search in scratch that the caller keeps: nothing is allocated per query, and
 * only what a query touched is cleared before the next.
 */
#ifndef GEO_REACH_H
#define GEO_REACH_H

#include "geo/snap.h"

enum reach_direction { REACH_FROM, REACH_TO }; /* the same while all streets are two-way */

#define REACH_FAR UINT32_MAX

struct reach {
    /* out */
    uint32_t *nodes; /* `count` nodes, nearest first (ties by number) */
    uint32_t count;
    uint32_t *node_mm; /* by node: millimetres from the origin, REACH_FAR where not reached */
    /* the query it holds */
    const struct network *network;
    struct snap origin;
    uint32_t max_mm;
    uint32_t barred;
    /* scratch; reach.c says how */
    struct reach_scratch *scratch;
};

/* Room for a network of node_count nodes. Yours: reach_release(). */
enum status MUST_CHECK reach_init(struct reach *reach, uint32_t node_count, struct error *error);
void reach_release(struct reach *reach); /* safe on {0} and safe twice */

/*
 * Find every node within max_mm of walking from `origin` (inclusive; the snap distance is not part:
 * callers subtract it from max_mm where it counts). What the reach held before is gone. INVALID for
 * a network larger than reach_init() was told. Source: Dijkstra (1959) with a queue of buckets
 * (Dial 1969); test_reach.c checks it against a plain Dijkstra without contraction.
 */
enum status MUST_CHECK reach_compute(const struct network *network, const struct profile *profile,
                                     const struct snap *origin, enum reach_direction direction,
                                     uint32_t max_mm, struct reach *reach, struct error *error);

/* Millimetres from the origin to a node, REACH_FAR where it was not reached. */
uint32_t reach_node_mm(const struct reach *reach, uint32_t node);

/* Millimetres from the origin to a position, REACH_FAR where it is beyond max_mm: over either end of
 * its piece, or along the piece where both stand on it. */
uint32_t reach_position_mm(const struct reach *reach, const struct snap *position);

/*
 * One sweep from many positions at once: for every node the millimetres to, and the number of, the
 * nearest source (ties to the smaller number). node_mm and node_source: room for node_count each;
 * REACH_FAR and UINT32_MAX where none is within max_mm. `reach` lends its scratch and holds nothing
 * afterwards. start_mm[i] is added to source i (its snap, where that counts); NULL = 0.
 */
enum status MUST_CHECK reach_sweep(const struct network *network, const struct profile *profile,
                                   const struct snap *sources, const uint32_t *start_mm,
                                   uint32_t source_count, uint32_t max_mm, struct reach *reach,
                                   uint32_t *node_mm, uint32_t *node_source, struct error *error);

#endif
