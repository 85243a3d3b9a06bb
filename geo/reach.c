#include "geo/reach.h"

#include <stdlib.h>
#include <string.h>

/*
 * Nodes that wait stand in buckets of 16.384 m (a shift of 14 bits) around a ring; a node is in at
 * most one bucket, in a doubly linked list through its own record, so that a shorter way found later
 * moves it. Within a bucket order is not kept: a node may be relaxed again when a shorter way to it
 * starts in the same bucket (label correcting), which is rare where streets are longer than that
 * and always right.
 *
 * A record belongs to the query whose number it carries; all others are as good as cleared.
 */
enum { BUCKET_SHIFT = 14, RING_BUCKETS = 1 << 12 };

#define NO_NODE UINT32_MAX

struct record {
    uint32_t mm;
    uint32_t previous, next; /* in its bucket; NO_NODE at the ends */
    uint32_t query;          /* number << 2 | is waiting << 1 | is listed */
};

enum { IS_LISTED = 1, IS_WAITING = 2, QUERY_SHIFT = 2 };

struct reach_scratch {
    uint32_t query;    /* of the running number, unshifted */
    uint32_t capacity; /* nodes */
    uint32_t waiting;  /* nodes in all buckets */
    uint32_t *sources; /* by node, for sweeps; made at the first */
    uint32_t heads[RING_BUCKETS];
    struct record records[];
};

enum status reach_init(struct reach *reach, uint32_t node_count, struct error *error)
{
    *reach = (struct reach){0};
    size_t capacity = node_count ? node_count : 1;
    reach->scratch = calloc(1, sizeof *reach->scratch + capacity * sizeof(struct record));
    reach->nodes = malloc(capacity * sizeof *reach->nodes);
    if (!reach->scratch || !reach->nodes) {
        reach_release(reach);
        return error_memory(error, "making room for a reach");
    }
    reach->scratch->capacity = node_count;
    memset(reach->scratch->heads, 0xFF, sizeof reach->scratch->heads);
    return STATUS_OK;
}

void reach_release(struct reach *reach)
{
    if (reach->scratch)
        free(reach->scratch->sources);
    free(reach->scratch);
    free(reach->nodes);
    *reach = (struct reach){0};
}

/* A new query number; when they run out all records are cleared, once in a billion queries. */
static void begin_query(struct reach_scratch *scratch)
{
    if (++scratch->query >= UINT32_MAX >> QUERY_SHIFT) {
        memset(scratch->records, 0, scratch->capacity * sizeof *scratch->records);
        scratch->query = 1;
    }
    scratch->waiting = 0;
}

static bool is_current(const struct reach_scratch *scratch, const struct record *record)
{
    return record->query >> QUERY_SHIFT == scratch->query;
}

static void unlink_node(struct reach_scratch *scratch, uint32_t node)
{
    struct record *record = &scratch->records[node];
    if (record->previous == NO_NODE)
        scratch->heads[(record->mm >> BUCKET_SHIFT) % RING_BUCKETS] = record->next;
    else
        scratch->records[record->previous].next = record->next;
    if (record->next != NO_NODE)
        scratch->records[record->next].previous = record->previous;
    record->query &= ~(uint32_t)IS_WAITING;
    scratch->waiting--;
}

static void link_node(struct reach_scratch *scratch, uint32_t node)
{
    struct record *record = &scratch->records[node];
    uint32_t *head = &scratch->heads[(record->mm >> BUCKET_SHIFT) % RING_BUCKETS];
    record->previous = NO_NODE;
    record->next = *head;
    if (*head != NO_NODE)
        scratch->records[*head].previous = node;
    *head = node;
    record->query |= IS_WAITING;
    scratch->waiting++;
}

/*
 * A way of `mm` to the node has been found: keep it when it is shorter. In a sweep (`sources` given)
 * one of equal length from a source of smaller number is kept as well.
 */
static inline void offer_way(struct reach_scratch *scratch, uint32_t *sources, uint32_t node,
                             uint32_t mm, uint32_t source)
{
    struct record *record = &scratch->records[node];
    if (!is_current(scratch, record)) {
        record->query = scratch->query << QUERY_SHIFT;
    } else {
        if (record->mm < mm || (record->mm == mm && (!sources || sources[node] <= source)))
            return;
        if (record->query & IS_WAITING)
            unlink_node(scratch, node);
    }
    record->mm = mm;
    if (sources)
        sources[node] = source;
    link_node(scratch, node);
}

/* Take a node out of a bucket; NO_NODE when none of this lap of the ring is left in it. */
static inline uint32_t take_node(struct reach_scratch *scratch, uint32_t bucket)
{
    uint32_t node = scratch->heads[bucket % RING_BUCKETS];
    while (node != NO_NODE && scratch->records[node].mm >> BUCKET_SHIFT != bucket)
        node = scratch->records[node].next;
    if (node != NO_NODE)
        unlink_node(scratch, node);
    return node;
}

struct walk {
    const struct network *network;
    uint32_t barred;
    uint32_t max_mm;
};

static inline void relax_edges(struct reach_scratch *scratch, uint32_t *sources,
                               const struct walk *walk, uint32_t node)
{
    const struct network *network = walk->network;
    const struct network_edge *edge = network->edges + network->first_edge[node];
    const struct network_edge *end = network->edges + network->first_edge[node + 1];
    uint32_t mm = scratch->records[node].mm, source = sources ? sources[node] : 0;
    for (; edge < end; edge++) {
        if (edge->length_mm > walk->max_mm - mm || (walk->barred >> network_edge_class(edge) & 1))
            continue;
        offer_way(scratch, sources, edge->to, mm + edge->length_mm, source);
    }
}

/* Nearest first, ties by number, among the nodes of one bucket: few, so by insertion. */
static void sort_bucket(const struct reach_scratch *scratch, uint32_t *nodes, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        uint32_t node = nodes[i], mm = scratch->records[node].mm, place = i;
        while (place > 0 &&
               (scratch->records[nodes[place - 1]].mm > mm ||
                (scratch->records[nodes[place - 1]].mm == mm && nodes[place - 1] > node))) {
            nodes[place] = nodes[place - 1];
            place--;
        }
        nodes[place] = node;
    }
}

/* The positions a search starts from: both ends of the origin's piece. */
static void start_at(struct reach_scratch *scratch, uint32_t *sources, const struct walk *walk,
                     const struct snap *origin, uint32_t start_mm, uint32_t source)
{
    const struct network_piece *piece = &walk->network->pieces[origin->piece];
    uint64_t to_from = (uint64_t)start_mm + origin->from_start_mm;
    uint64_t to_to = (uint64_t)start_mm + (piece->length_mm - origin->from_start_mm);
    if (to_from <= walk->max_mm)
        offer_way(scratch, sources, piece->from, (uint32_t)to_from, source);
    if (to_to <= walk->max_mm)
        offer_way(scratch, sources, piece->to, (uint32_t)to_to, source);
}

static enum status check_room(const struct network *network, const struct reach *reach,
                              struct error *error)
{
    if (!reach->scratch || reach->scratch->capacity < network->node_count)
        return error_set(error, STATUS_INVALID, "the reach has room for %u nodes of %u",
                         reach->scratch ? reach->scratch->capacity : 0, network->node_count);
    return STATUS_OK;
}

static enum status check_origin(const struct network *network, const struct snap *origin,
                                struct error *error)
{
    if (origin->piece >= network->piece_count ||
        origin->from_start_mm > network->pieces[origin->piece].length_mm)
        return error_set(error, STATUS_INVALID, "the origin stands on piece %u of %u",
                         origin->piece, network->piece_count);
    return STATUS_OK;
}

enum status reach_compute(const struct network *network, const struct profile *profile,
                          const struct snap *origin, enum reach_direction direction,
                          uint32_t max_mm, struct reach *reach, struct error *error)
{
    (void)direction; /* every piece is walked both ways */
    enum status status = check_room(network, reach, error);
    if (!status)
        status = check_origin(network, origin, error);
    if (status)
        return status;
    struct reach_scratch *scratch = reach->scratch;
    const struct walk walk = {network, profile->barred, max_mm};
    begin_query(scratch);
    reach->network = network;
    reach->origin = *origin;
    reach->max_mm = max_mm;
    reach->barred = profile->barred;
    reach->count = 0;
    start_at(scratch, NULL, &walk, origin, 0, 0);
    for (uint32_t bucket = 0; scratch->waiting; bucket++) {
        uint32_t first = reach->count, node;
        while ((node = take_node(scratch, bucket)) != NO_NODE) {
            if (!(scratch->records[node].query & IS_LISTED)) {
                scratch->records[node].query |= IS_LISTED;
                reach->nodes[reach->count++] = node;
            }
            relax_edges(scratch, NULL, &walk, node);
        }
        sort_bucket(scratch, reach->nodes + first, reach->count - first);
    }
    return STATUS_OK;
}

uint32_t reach_node_mm(const struct reach *reach, uint32_t node)
{
    const struct record *record = &reach->scratch->records[node];
    return is_current(reach->scratch, record) ? record->mm : REACH_FAR;
}

static uint64_t over_end(const struct reach *reach, uint32_t node, uint32_t along_mm)
{
    uint32_t mm = reach_node_mm(reach, node);
    return mm == REACH_FAR ? REACH_FAR : (uint64_t)mm + along_mm;
}

uint32_t reach_position_mm(const struct reach *reach, const struct snap *position)
{
    const struct network_piece *piece = &reach->network->pieces[position->piece];
    uint64_t best = over_end(reach, piece->from, position->from_start_mm);
    uint64_t other = over_end(reach, piece->to, piece->length_mm - position->from_start_mm);
    best = other < best ? other : best;
    if (position->piece == reach->origin.piece) {
        uint32_t a = position->from_start_mm, b = reach->origin.from_start_mm;
        other = a > b ? a - b : b - a;
        best = other < best ? other : best;
    }
    return best <= reach->max_mm ? (uint32_t)best : REACH_FAR;
}

static enum status prepare_sweep(struct reach_scratch *scratch, struct error *error)
{
    if (!scratch->sources)
        scratch->sources = malloc(((size_t)scratch->capacity + 1) * sizeof *scratch->sources);
    return scratch->sources ? STATUS_OK : error_memory(error, "preparing a sweep");
}

enum status reach_sweep(const struct network *network, const struct profile *profile,
                        const struct snap *sources, const uint32_t *start_mm, uint32_t source_count,
                        uint32_t max_mm, struct reach *reach, uint32_t *node_mm,
                        uint32_t *node_source, struct error *error)
{
    enum status status = check_room(network, reach, error);
    for (uint32_t i = 0; !status && i < source_count; i++)
        status = check_origin(network, &sources[i], error);
    if (!status)
        status = prepare_sweep(reach->scratch, error);
    if (status)
        return status;
    struct reach_scratch *scratch = reach->scratch;
    const struct walk walk = {network, profile->barred, max_mm};
    begin_query(scratch);
    reach->count = 0;
    for (uint32_t i = 0; i < source_count; i++)
        start_at(scratch, scratch->sources, &walk, &sources[i], start_mm ? start_mm[i] : 0, i);
    for (uint32_t bucket = 0; scratch->waiting; bucket++) {
        uint32_t node;
        while ((node = take_node(scratch, bucket)) != NO_NODE)
            relax_edges(scratch, scratch->sources, &walk, node);
    }
    for (uint32_t n = 0; n < network->node_count; n++) {
        bool reached = is_current(scratch, &scratch->records[n]);
        node_mm[n] = reached ? scratch->records[n].mm : REACH_FAR;
        node_source[n] = reached ? scratch->sources[n] : UINT32_MAX;
    }
    return STATUS_OK;
}
