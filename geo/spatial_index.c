#include "geo/distance.h"
#include "geo/spatial_index_scan.h"

#include <string.h>

enum { K_MAX = 1024, CANDIDATES = 2 * K_MAX + 64 };

struct candidate {
    float key;
    uint32_t slot;
};

/*
 * One pass over the tree, nearest subtree first. `limit` is the key above which nothing can be among
 * the k nearest: once k keys are known, the k-th of them, stretched by what the ellipsoid and the
 * rounding can make of it. All that passes is a candidate; the exact distance decides at the end.
 */
struct search {
    const struct spatial_index *index;
    const struct spatial_filter *filter;
    const struct spatial_hit *after;
    struct scan_from from;
    uint64_t wanted; /* 0 = no masks */
    double max_m;
    float limit, after_low, after_high;
    uint32_t k, k_lanes; /* k, and k in whole lanes */
    uint32_t candidate_count;
    float keys[FAN + K_MAX]; /* from keys[FAN] on the k smallest, ascending; before it -1 */
    struct candidate candidates[CANDIDATES];
};

struct found {
    struct spatial_hit hit;
    struct candidate candidate;
};

static bool comes_before(struct spatial_hit a, struct spatial_hit b)
{
    return a.distance_m < b.distance_m || (a.distance_m == b.distance_m && a.item < b.item);
}

/* Shell's sort (gaps: Ciura 2001): a few dozen hits mostly, two thousand at most, no memory. */
static void sort_found(struct found *found, uint32_t count)
{
    static const uint32_t gaps[] = {701, 301, 132, 57, 23, 10, 4, 1};
    for (size_t g = 0; g < sizeof gaps / sizeof gaps[0]; g++) {
        uint32_t gap = gaps[g];
        for (uint32_t i = gap; i < count; i++) {
            struct found moving = found[i];
            uint32_t j = i;
            for (; j >= gap && comes_before(moving.hit, found[j - gap].hit); j -= gap)
                found[j] = found[j - gap];
            found[j] = moving;
        }
    }
}

static struct spatial_hit exact_hit(const struct search *search, uint32_t slot)
{
    return (struct spatial_hit){distance_m(search->from.point, search->index->points[slot]),
                                search->index->items[slot]};
}

/* The candidates that still pass, with their exact distances, in the order of the answer. */
static uint32_t settle(const struct search *search, struct found *found)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < search->candidate_count; i++) {
        const struct candidate candidate = search->candidates[i];
        if (candidate.key > search->limit)
            continue;
        found[count] = (struct found){exact_hit(search, candidate.slot), candidate};
        count += found[count].hit.distance_m <= search->max_m;
    }
    sort_found(found, count);
    return count;
}

/* The table of candidates is full: keep what can still be in the answer. Where that is nearly all
 * of them (many points in one place), the best k by exact distance stand for the rest. */
__attribute__((noinline)) static void make_room(struct search *search)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < search->candidate_count; i++)
        if (search->candidates[i].key <= search->limit)
            search->candidates[kept++] = search->candidates[i];
    search->candidate_count = kept;
    if (kept <= K_MAX)
        return;
    struct found found[CANDIDATES];
    uint32_t count = settle(search, found);
    search->candidate_count = count < search->k ? count : search->k;
    for (uint32_t i = 0; i < search->candidate_count; i++)
        search->candidates[i] = found[i].candidate;
}

/* What a nearer point on the ellipsoid can have as its key at most, given one with this key. */
static float stretched(float key)
{
    const float ratio = (float)(INDEX_R_MAX / INDEX_R_MIN * (1 + KEY_SLACK));
    float chord = sqrtf(key) * ratio + (float)(2 * CHORD_MARGIN);
    return chord * chord;
}

/* A new key into its place, without a branch to guess wrong: each place takes the smaller of what it
 * has and the larger of its left neighbour and the new key. */
static void insert_key(struct search *search, float key)
{
    const lanes new_key = lanes_all(key);
    for (float *four = search->keys + search->k_lanes; four > search->keys; four -= FAN)
        lanes_store(four, lanes_min(lanes_load(four), lanes_max(lanes_load(four - 1), new_key)));

    float limit = stretched(search->keys[FAN + search->k - 1]);
    search->limit = limit < search->limit ? limit : search->limit;
}

/* Does it belong to an earlier page? Only a ring of keys needs the exact distance to say. */
static bool was_before(const struct search *search, float key, uint32_t slot)
{
    if (key > search->after_high)
        return false;
    return key < search->after_low || !comes_before(*search->after, exact_hit(search, slot));
}

static void consider(struct search *search, float key, uint32_t slot)
{
    if (key > search->limit)
        return; /* it has shrunk since the leaf was looked at */
    if (search->after && was_before(search, key, slot))
        return;
    if (!accepts(search->filter, search->index->items[slot]))
        return;
    if (search->candidate_count == CANDIDATES)
        make_room(search);
    search->candidates[search->candidate_count++] = (struct candidate){key, slot};
    if (key < search->keys[FAN + search->k - 1])
        insert_key(search, key);
}

static void visit_leaf(struct search *search, uint32_t leaf)
{
    const struct spatial_index *index = search->index;
    uint32_t begin = leaf_begin(index, leaf), count = leaf_begin(index, leaf + 1) - begin;
    uint32_t live = leaf_all(count);
    if (search->wanted)
        live &= leaf_wanted(leaf_words(index, search->filter->node_masks, leaf), search->wanted);

    const int32_t *block = index->coordinates + (size_t)leaf * 3 * index->stride;
    const lanes limit = lanes_all(search->limit);
    float keys[LEAF_MAX];
    uint32_t near = 0;
    for (uint32_t i = 0; i < count; i += FAN) {
        lanes four = point_keys(block, index->stride, i, &search->from);
        lanes_store(keys + i, four);
        near |= lanes_at_most(four, limit) << i;
    }
    for (near &= live; near; near &= near - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(near);
        consider(search, keys[i], begin + i);
    }
}

/* A node still to visit and the least key in its box, as one number that sorts by the key: the bits
 * of a float that is not negative rise with it. */
static uint64_t task_of(float key, uint32_t node)
{
    uint32_t bits;
    memcpy(&bits, &key, sizeof bits);
    return (uint64_t)bits << 32 | node;
}

static float task_key(uint64_t task)
{
    uint32_t bits = (uint32_t)(task >> 32);
    float key;
    memcpy(&key, &bits, sizeof key);
    return key;
}

/* Put the children that may hold something on the stack, the nearest on top. */
static uint32_t push_children(const struct search *search, const struct box4 *box, uint32_t first,
                              uint64_t *stack, uint32_t depth)
{
    float keys[FAN];
    lanes four = box_keys(box, &search->from);
    lanes_store(keys, four);
    uint32_t near = lanes_at_most(four, lanes_all(search->limit));
    if (search->wanted)
        near &= wanted_children(search->filter->node_masks, first, search->wanted);
    uint32_t bottom = depth;
    for (; near; near &= near - 1) {
        uint32_t child = (uint32_t)__builtin_ctz(near);
        uint64_t task = task_of(keys[child], first + child);
        uint32_t at = depth++;
        for (; at > bottom && stack[at - 1] < task; at--)
            stack[at] = stack[at - 1];
        stack[at] = task;
    }
    return depth;
}

static void walk(struct search *search)
{
    const struct spatial_index *index = search->index;
    uint64_t stack[STACK_MAX];
    uint32_t depth = push_children(search, &index->boxes[index->leaf_first], 0, stack, 0);
    while (depth) {
        uint64_t task = stack[--depth];
        if (task_key(task) > search->limit)
            continue;
        uint32_t node = (uint32_t)task;
        if (node >= index->leaf_first)
            visit_leaf(search, node - index->leaf_first);
        else
            depth =
                push_children(search, &index->boxes[node], FAN * node + index->roots, stack, depth);
    }
}

/* Field by field: the tables are long and need no zeroes. */
static void begin(struct search *search, struct geo_point from, uint32_t k, double max_m)
{
    search->from = scan_from(from);
    search->max_m = max_m;
    search->limit = key_at_most(max_m);
    search->k = k;
    search->k_lanes = (k + FAN - 1) / FAN * FAN;
    search->candidate_count = 0;
    for (uint32_t i = 0; i < FAN + search->k_lanes; i++)
        search->keys[i] = i < FAN ? -1 : KEY_MAX;
    if (search->after) {
        search->after_low = key_at_least(search->after->distance_m);
        search->after_high = key_at_most(search->after->distance_m);
    }
}

enum status spatial_index_nearest(const struct spatial_index *index, struct geo_point from,
                                  uint32_t k, double max_m, const struct spatial_hit *after,
                                  const struct spatial_filter *filter, struct spatial_hit *hits,
                                  uint32_t *hit_count, struct error *error)
{
    *hit_count = 0;
    if (k > K_MAX)
        return error_set(error, STATUS_INVALID, "k is %u; it must be 0 to %u", k, (unsigned)K_MAX);
    enum status status = scan_check(from, filter, error);
    if (status || k == 0 || !(max_m >= 0))
        return status;

    struct search search;
    search.index = index;
    search.filter = filter;
    search.after = after;
    search.wanted = has_masks(filter) ? filter->wanted : 0;
    begin(&search, from, k, max_m);
    walk(&search);

    struct found found[CANDIDATES];
    uint32_t count = settle(&search, found);
    *hit_count = count < k ? count : k;
    for (uint32_t i = 0; i < *hit_count; i++)
        hits[i] = found[i].hit;
    return STATUS_OK;
}
