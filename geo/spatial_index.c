#include "geo/distance.h"
#include "geo/spatial_index_scan.h"

#include <string.h>

enum { K_MAX = 1024, SPARE = K_MAX, FOUND = FAN + K_MAX + SPARE };

struct candidate {
    float key;
    uint32_t slot;
};

/*
 * One pass over the tree, nearest subtree first. `limit` is the key above which nothing can be among
 * the k nearest: once k keys are known, the k-th of them, stretched by what the ellipsoid and the
 * rounding can make of it. The k smallest keys are the best so far; others up to the limit are
 * spare, a few. The exact distance decides among best and spare at the end.
 */
struct search {
    const struct spatial_index *index;
    const struct spatial_filter *filter;
    const struct spatial_hit *after;
    struct scan_from from;
    uint64_t wanted; /* 0 = no masks */
    double max_m;
    float limit, after_low, after_high;
    uint32_t k, k_lanes;     /* k, and k in whole lanes */
    float keys[FAN + K_MAX]; /* from keys[FAN] on the k_lanes smallest, ascending; before it -1 */
    uint32_t slots[FAN + K_MAX]; /* beside them */
    uint32_t spare_count;
    struct candidate spare[SPARE];
};

struct found {
    struct spatial_hit hit;
    struct candidate candidate;
};

static bool comes_before(struct spatial_hit a, struct spatial_hit b)
{
    return a.distance_m < b.distance_m || (a.distance_m == b.distance_m && a.item < b.item);
}

/* Insertion with Shell's gaps (Ciura 2001) for long tables out of order; no memory. */
static void sort_found(struct found *found, uint32_t count)
{
    static const uint32_t gaps[] = {701, 301, 132, 57, 1};
    for (size_t g = 0; g < sizeof gaps / sizeof gaps[0]; g++) {
        uint32_t gap = gaps[g];
        for (uint32_t i = gap; i < count; i++) {
            if (!comes_before(found[i].hit, found[i - gap].hit))
                continue;
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

/* Adds one, if it is near enough: 1 or 0. */
static uint32_t settle_one(const struct search *search, struct candidate candidate,
                           struct found *found)
{
    *found = (struct found){exact_hit(search, candidate.slot), candidate};
    return found->hit.distance_m <= search->max_m;
}

/* Best and spare with their exact distances, in the order of the answer. By key they are nearly in
 * it, so that the sort has next to nothing to do. */
static uint32_t settle(const struct search *search, struct found *found)
{
    uint32_t count = 0;
    for (uint32_t i = FAN; i < FAN + search->k_lanes; i++) {
        struct candidate best = {search->keys[i], search->slots[i]};
        if (best.key <= search->limit && best.key < KEY_MAX)
            count += settle_one(search, best, &found[count]);
    }
    for (uint32_t i = 0; i < search->spare_count; i++)
        if (search->spare[i].key <= search->limit)
            count += settle_one(search, search->spare[i], &found[count]);
    sort_found(found, count);
    return count;
}

/* The largest key that can belong to a nearer point than one with this key does. */
static float stretched(float key)
{
    const float ratio = (float)(INDEX_R_MAX / INDEX_R_MIN * (1 + KEY_SLACK));
    float chord = sqrtf(key) * ratio + (float)(2 * CHORD_MARGIN);
    return chord * chord;
}

/* A new key into its place, without a branch to guess wrong: a place that is above the new key takes
 * its left neighbour where that is above too, else the new key. What falls off the end is lost. A
 * long table is left once the rest stays as it is. (Neighbours are shifted, not loaded one off: a
 * load across two fresh stores waits for both.) */
static void insert_best(struct search *search, struct candidate candidate)
{
    const lanes key = lanes_all(candidate.key), slot = lanes_all_bits(candidate.slot);
    const bool is_long = search->k_lanes > 32;
    float *keys = search->keys + search->k_lanes;
    uint32_t *slots = search->slots + search->k_lanes;
    lanes here = lanes_load(keys), slots_here = lanes_load_bits(slots);
    for (; keys > search->keys; keys -= FAN, slots -= FAN) {
        lanes below = lanes_load(keys - FAN), slots_below = lanes_load_bits(slots - FAN);
        lanes left = lanes_shift(below, here), slots_left = lanes_shift(slots_below, slots_here);
        lanes moved = lanes_choose(lanes_above(left, key), slots_left, slot);
        lanes_store_bits(slots, lanes_choose(lanes_above(here, key), moved, slots_here));
        lanes_store(keys, lanes_min(here, lanes_max(left, key)));
        if (is_long && keys[-1] <= candidate.key)
            break;
        here = below;
        slots_here = slots_below;
    }
    float limit = stretched(search->keys[FAN + search->k - 1]);
    search->limit = limit < search->limit ? limit : search->limit;
}

static void empty_tables(struct search *search)
{
    search->spare_count = 0;
    for (uint32_t i = 0; i < FAN + search->k_lanes; i++) {
        search->keys[i] = i < FAN ? -1 : KEY_MAX;
        search->slots[i] = 0;
    }
}

/* No room for another spare one: drop those that are past the limit by now. Where hardly any are
 * (many points in one place), the best k by exact distance stand for all seen so far. */
__attribute__((noinline)) static void make_room(struct search *search)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < search->spare_count; i++)
        if (search->spare[i].key <= search->limit)
            search->spare[kept++] = search->spare[i];
    search->spare_count = kept;
    if (kept <= SPARE / 2)
        return;
    struct found found[FOUND];
    uint32_t count = settle(search, found);
    empty_tables(search);
    for (uint32_t i = 0; i < count && i < search->k; i++)
        insert_best(search, found[i].candidate);
}

/* Does it belong to an earlier page? Only a ring of keys needs the exact distance to say. */
static bool was_before(const struct search *search, struct candidate candidate)
{
    if (candidate.key > search->after_high)
        return false;
    return candidate.key < search->after_low ||
           !comes_before(*search->after, exact_hit(search, candidate.slot));
}

static void consider(struct search *search, struct candidate candidate)
{
    const uint32_t last = FAN + search->k_lanes - 1;
    if (candidate.key > search->limit)
        return; /* it has shrunk since the leaf was looked at */
    if (search->after && was_before(search, candidate))
        return;
    if (!accepts(search->filter, search->index->items, candidate.slot))
        return;
    struct candidate loser = candidate;
    if (candidate.key < search->keys[last]) {
        __builtin_prefetch(&search->index->points[candidate.slot]); /* for settle() */
        loser = (struct candidate){search->keys[last], search->slots[last]};
        insert_best(search, candidate);
    }
    search->spare[search->spare_count] = loser;
    search->spare_count += loser.key <= search->limit && loser.key < KEY_MAX;
    if (search->spare_count == SPARE)
        make_room(search);
}

/* At most four? Those that a filter leaves of a leaf are looked at one by one. */
static bool is_few(uint32_t live)
{
    for (int i = 0; i < 4; i++)
        live &= live - 1;
    return live == 0;
}

static void visit_leaf(struct search *search, uint32_t leaf)
{
    const struct spatial_index *index = search->index;
    uint32_t begin = leaf_begin(index, leaf), count = leaf_begin(index, leaf + 1) - begin;
    const int32_t *block = index->coordinates + (size_t)leaf * 3 * index->stride;
    uint32_t live = leaf_all(count);
    float keys[LEAF_MAX];
    if (search->wanted)
        live &= leaf_wanted(leaf_words(index, search->filter->node_masks, leaf), search->wanted);
    if (search->wanted && is_few(live)) {
        for (uint32_t rest = live; rest; rest &= rest - 1) {
            uint32_t i = (uint32_t)__builtin_ctz(rest);
            keys[i] = point_key(block, index->stride, i, &search->from);
        }
    } else {
        const lanes limit = lanes_all(search->limit);
        uint32_t near = 0;
        for (uint32_t i = 0; i < index->stride; i += FAN) {
            lanes four = point_keys(block, index->stride, i, &search->from);
            lanes_store(keys + i, four);
            near |= lanes_at_most(four, limit) << i;
        }
        live &= near;
    }
    for (; live; live &= live - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(live);
        consider(search, (struct candidate){keys[i], begin + i});
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

static void larger_first(uint64_t *a, uint64_t *b)
{
    uint64_t first = *a, second = *b;
    *a = first > second ? first : second;
    *b = first > second ? second : first;
}

/* Put the children that may hold something on the stack, the nearest on top; returns how many. Which
 * comes first is anybody's guess, so nothing here branches: all four are sorted, those left out as
 * zeroes at the end. */
static uint32_t push_children(const struct search *search, const struct box4 *box, uint32_t first,
                              uint64_t *stack)
{
    float keys[FAN];
    lanes four = box_keys(box, &search->from);
    lanes_store(keys, four);
    uint32_t near = lanes_at_most(four, lanes_all(search->limit));
    if (search->wanted)
        near &= wanted_children(search->filter->node_masks, first, search->wanted);
    uint64_t task[FAN];
    for (uint32_t i = 0; i < FAN; i++)
        task[i] = task_of(keys[i], first + i) & -(uint64_t)(near >> i & 1);
    larger_first(&task[0], &task[1]);
    larger_first(&task[2], &task[3]);
    larger_first(&task[0], &task[2]);
    larger_first(&task[1], &task[3]);
    larger_first(&task[1], &task[2]);
    memcpy(stack, task, sizeof task);
    return (near & 1) + (near >> 1 & 1) + (near >> 2 & 1) + (near >> 3);
}

static void walk(struct search *search)
{
    const struct spatial_index *index = search->index;
    uint64_t stack[STACK_MAX + FAN];
    uint32_t depth = push_children(search, &index->boxes[index->leaf_first], 0, stack);
    while (depth) {
        uint64_t task = stack[--depth];
        if (task_key(task) > search->limit)
            continue;
        uint32_t node = (uint32_t)task;
        if (node >= index->leaf_first) {
            uint32_t next = depth ? (uint32_t)stack[depth - 1] : 0;
            if (next >= index->leaf_first && !search->wanted)
                leaf_prefetch(index, next - index->leaf_first);
            visit_leaf(search, node - index->leaf_first);
        } else {
            depth += push_children(search, &index->boxes[node], FAN * node + index->roots,
                                   stack + depth);
        }
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

    struct search search; /* field by field: the tables are long and need no zeroes */
    search.index = index;
    search.filter = filter;
    search.after = after;
    search.from = scan_from(from);
    search.wanted = has_masks(filter) ? filter->wanted : 0;
    search.max_m = max_m;
    search.limit = key_at_most(max_m);
    search.after_low = after ? key_at_least(after->distance_m) : 0;
    search.after_high = after ? key_at_most(after->distance_m) : 0;
    search.k = k;
    search.k_lanes = (k + FAN - 1) / FAN * FAN;
    empty_tables(&search);
    walk(&search);

    struct found found[FOUND];
    uint32_t count = settle(&search, found);
    *hit_count = count < k ? count : k;
    for (uint32_t i = 0; i < *hit_count; i++)
        hits[i] = found[i].hit;
    return STATUS_OK;
}
