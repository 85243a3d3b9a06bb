#include "geo/distance.h"
#include "geo/fetch.h"
#include "geo/spatial_index_scan.h"

#include <string.h>

enum {
    K_MAX = 1024,
    ROOM = 2 * K_MAX,              /* candidates before the worse ones must go */
    CROWDED = K_MAX + K_MAX / 2,   /* so many that going through them all pays */
    TABLE = ROOM + LEAF_MAX + FAN, /* a leaf more, and a whole number of lanes */
    CHUNK = 64,                    /* points whose distances are taken together */
    ROUNDS = 8,                    /* of drawing in, where many keys are equal */
    LEVELS = DEPTH_MAX / 2 + 2     /* of nodes on the way down */
};

/*
 * One pass over the tree, nearest subtree first, in two tables: what may be among the k nearest is
 * appended, unordered, and now and then `limit` is drawn in: the key above which nothing can be
 * among them, which is a key that at least k candidates do not exceed, stretched by what the
 * ellipsoid and the rounding can make of it. The exact distances decide once, at the end.
 */
struct search {
    const struct spatial_index *index;
    const struct spatial_filter *filter;
    const struct spatial_hit *after;
    struct scan_from from;
    uint64_t wanted; /* 0 = no masks */
    double max_m;
    bool is_picky; /* single candidates are looked at: for `after` or for the filter */
    float limit, after_low, after_high;
    float kth; /* at least k candidates have a key up to it; INFINITY while there are not k */
    uint32_t k, count;
    uint32_t enough; /* as soon as there are so many, `limit` is drawn in */
    float keys[TABLE];
    uint32_t slots[TABLE];
};

struct found {
    struct spatial_hit hit;
    uint32_t candidate;
};

static inline bool comes_before(const struct spatial_hit *a, const struct spatial_hit *b)
{
    return a->distance_m < b->distance_m || (a->distance_m == b->distance_m && a->item < b->item);
}

/* Order -------------------------------------------------------------------------------------- */

static void insert_with_gap(struct found *found, uint32_t count, uint32_t gap)
{
    for (uint32_t i = gap; i < count; i++) {
        if (!comes_before(&found[i].hit, &found[i - gap].hit))
            continue;
        struct found moving = found[i];
        uint32_t j = i;
        for (; j >= gap && comes_before(&moving.hit, &found[j - gap].hit); j -= gap)
            found[j] = found[j - gap];
        found[j] = moving;
    }
}

/* places[i] = how many of the values do not exceed the i-th: for eight values at a time, so that
 * there is room for seven more than `count`. */
static void count_places(const float *values, uint32_t count, uint32_t *places)
{
    for (uint32_t i = 0; i < count; i += 2 * FAN) {
        const lanes four = lanes_load(values + i), more = lanes_load(values + i + FAN);
        lane_counts counts = lane_counts_none(), more_counts = counts;
        for (uint32_t j = 0; j < count; j++) {
            const lanes value = lanes_all(values[j]);
            counts = lane_counts_at_most(counts, value, four);
            more_counts = lane_counts_at_most(more_counts, value, more);
        }
        lane_counts_store(places + i, counts);
        lane_counts_store(places + i + FAN, more_counts);
    }
}

/* Each to the place that the number of those not after it gives, without a branch to guess wrong.
 * Floats tell nearly all apart; who shares a place goes one down, and insertion does the rest. */
static void order_few(struct found *found, uint32_t count)
{
    float metres[CHUNK + 2 * FAN];
    uint32_t places[CHUNK + 2 * FAN];
    struct found ordered[CHUNK];
    uint64_t taken = 0;
    for (uint32_t i = 0; i < count; i++)
        metres[i] = (float)found[i].hit.distance_m;
    lanes_store(metres + count, lanes_all(0)); /* past the end anything may stand */
    lanes_store(metres + count + FAN, lanes_all(0));
    count_places(metres, count, places);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t place = places[i] - 1;
        while (taken >> place & 1)
            place--;
        taken |= (uint64_t)1 << place;
        ordered[place] = found[i];
    }
    // cppcheck-suppress uninitvar ; the first `count` are filled
    memcpy(found, ordered, count * sizeof *found);
    insert_with_gap(found, count, 1);
}

/* Insertion with Shell's gaps (Ciura 2001) for long tables; no memory. */
static void order(struct found *found, uint32_t count)
{
    static const uint32_t gaps[] = {701, 301, 132, 57, 23, 10, 4, 1};
    if (count <= CHUNK) {
        order_few(found, count);
        return;
    }
    for (size_t g = 0; g < sizeof gaps / sizeof gaps[0]; g++)
        insert_with_gap(found, count, gaps[g]);
}

static void drop_far(struct search *search)
{
    const float limit = search->limit;
    const uint32_t count = search->count;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        float key = search->keys[i];
        search->keys[kept] = key;
        search->slots[kept] = search->slots[i];
        kept += key <= limit;
    }
    search->count = kept;
}

/* All candidates up to the limit with their exact distances, in the order of the answer. */
static uint32_t settle(struct search *search, struct found *found)
{
    const struct spatial_index *index = search->index;
    struct geo_point points[CHUNK];
    double metres[CHUNK];
    uint32_t found_count = 0;
    drop_far(search);
    for (uint32_t begin = 0; begin < search->count; begin += CHUNK) {
        uint32_t left = search->count - begin, count = left < CHUNK ? left : CHUNK;
        for (uint32_t i = 0; i < count; i++)
            points[i] = index->points[search->slots[begin + i]];
        distance_many_m(search->from.point, points, count, metres);
        for (uint32_t i = 0; i < count; i++) {
            struct found *next = &found[found_count];
            next->hit.distance_m = metres[i];
            next->hit.item = index->items[search->slots[begin + i]];
            next->candidate = begin + i;
            found_count += metres[i] <= search->max_m;
        }
    }
    order(found, found_count);
    return found_count;
}

/* The limit ---------------------------------------------------------------------------------- */

/* The largest key that can belong to a nearer point than one with this key does. */
static float stretched(float key)
{
    const float ratio = (float)(INDEX_R_MAX / INDEX_R_MIN * (1 + KEY_SLACK));
    float chord = sqrtf(key) * ratio + (float)(2 * CHORD_MARGIN);
    return chord * chord;
}

/* How many candidates have a key up to each of the four cuts. What fills the last lanes has none. */
static void count_at_most(const struct search *search, const float cuts[FAN], uint32_t counts[FAN])
{
    const lanes a = lanes_all(cuts[0]), b = lanes_all(cuts[1]);
    const lanes c = lanes_all(cuts[2]), d = lanes_all(cuts[3]);
    lane_counts in_a = lane_counts_none(), in_b = in_a, in_c = in_a, in_d = in_a;
    for (uint32_t i = 0; i < search->count; i += FAN) {
        const lanes keys = lanes_load(search->keys + i);
        in_a = lane_counts_at_most(in_a, keys, a);
        in_b = lane_counts_at_most(in_b, keys, b);
        in_c = lane_counts_at_most(in_c, keys, c);
        in_d = lane_counts_at_most(in_d, keys, d);
    }
    counts[0] = lane_counts_sum(in_a);
    counts[1] = lane_counts_sum(in_b);
    counts[2] = lane_counts_sum(in_c);
    counts[3] = lane_counts_sum(in_d);
}

static float greatest_key(const struct search *search)
{
    lanes greatest = lanes_all(0);
    uint32_t i = 0;
    for (; i + FAN <= search->count; i += FAN)
        greatest = lanes_max(greatest, lanes_load(search->keys + i));
    for (; i < search->count; i++)
        greatest = lanes_max(greatest, lanes_all(search->keys[i]));
    return lanes_first(lanes_greatest(greatest));
}

/*
 * A key that at least k candidates do not exceed, and not many more than `plenty`. Any that has k
 * below it is right; a close one saves work. Four cuts in a round, and of the five parts between
 * them the one where the k-th must be is the next round's. Round one is nearly always enough, even
 * spread of the points given; where a few lie in the next town the first part is small, and small
 * again.
 */
static void find_kth(struct search *search, uint32_t plenty)
{
    static const float skewed[FAN] = {0.05f, 0.35f, 0.6f, 0.8f},
                       even[FAN] = {0.2f, 0.4f, 0.6f, 0.8f};
    float low = 0, high = search->kth == INFINITY ? greatest_key(search) : search->kth;
    uint32_t up_to = search->count;
    lanes_store(search->keys + search->count, lanes_all(INFINITY));
    for (int round = 0; round < ROUNDS && up_to > plenty; round++) {
        const float *parts = low > 0 ? even : skewed;
        float ends[FAN + 2] = {low, 0, 0, 0, 0, high};
        uint32_t counts[FAN + 1], few = 0;
        for (int i = 0; i < FAN; i++)
            ends[i + 1] = low + (high - low) * parts[i];
        count_at_most(search, ends + 1, counts);
        counts[FAN] = up_to;
        for (int i = 0; i < FAN; i++)
            few += counts[i] < search->k;
        low = ends[few];
        high = ends[few + 1];
        up_to = counts[few];
    }
    search->kth = high;
    float limit = stretched(high);
    search->limit = limit < search->limit ? limit : search->limit;
}

/* Hardly any could go (many points in one place): the best k by exact distance stand for all seen so
 * far. */
__attribute__((noinline)) static void keep_best(struct search *search)
{
    struct found found[TABLE];
    float keys[K_MAX];
    uint32_t slots[K_MAX], count = settle(search, found);
    count = count < search->k ? count : search->k;
    for (uint32_t i = 0; i < count; i++) {
        keys[i] = search->keys[found[i].candidate];
        slots[i] = search->slots[found[i].candidate];
    }
    // cppcheck-suppress uninitvar ; the first `count` are filled
    memcpy(search->keys, keys, count * sizeof *keys);
    // cppcheck-suppress uninitvar ; the first `count` are filled
    memcpy(search->slots, slots, count * sizeof *slots);
    search->count = count;
}

static void draw_in(struct search *search)
{
    find_kth(search, search->k + search->k / 4);
    if (search->count >= CROWDED)
        drop_far(search);
    if (search->count >= CROWDED)
        keep_best(search);
    uint32_t enough = search->count + search->k / 4 + 4;
    search->enough = enough < ROOM ? enough : ROOM;
}

/* Candidates --------------------------------------------------------------------------------- */

/* Does it belong to an earlier page? Only a ring of keys needs the exact distance to say. */
static bool was_before(const struct search *search, float key, uint32_t slot)
{
    if (key > search->after_high)
        return false;
    struct spatial_hit hit = {distance_m(search->from.point, search->index->points[slot]),
                              search->index->items[slot]};
    return key < search->after_low || !comes_before(search->after, &hit);
}

/* Of the slots from `begin` on those whose bits are live; keys[i] is that of slot begin + i. */
static void append(struct search *search, uint32_t begin, uint32_t live, const float *keys)
{
    uint32_t count = search->count;
    for (; live; live &= live - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(live), slot = begin + i;
        if (search->is_picky && ((search->after && was_before(search, keys[i], slot)) ||
                                 !accepts(search->filter, search->index->items, slot)))
            continue;
        fetch_line(&search->index->points[slot]); /* for settle() */
        search->keys[count] = keys[i];
        search->slots[count++] = slot;
    }
    search->count = count;
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
            live ^= (uint32_t)(keys[i] > search->limit) << i;
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
    append(search, begin, live, keys);
    if (search->count >= search->enough)
        draw_in(search);
}

/* The walk ----------------------------------------------------------------------------------- */

/* The children of a node on the way down: those done or not wanted are at INFINITY. */
struct level {
    float keys[FAN];
    uint32_t first;
};

/* INFINITY in the lanes of the bits set, 0 elsewhere: with it the maximum puts lanes out. */
static lanes put_out(lanes keys, uint32_t bits)
{
#define OUT(bit) ((bit) ? INFINITY : 0)
#define ROW(n)                                         \
    {                                                  \
        OUT((n)&1), OUT((n)&2), OUT((n)&4), OUT((n)&8) \
    }
    static const float rows[1 << FAN][FAN] = {ROW(0),  ROW(1),  ROW(2),  ROW(3), ROW(4),  ROW(5),
                                              ROW(6),  ROW(7),  ROW(8),  ROW(9), ROW(10), ROW(11),
                                              ROW(12), ROW(13), ROW(14), ROW(15)};
#undef ROW
#undef OUT
    return lanes_max(keys, lanes_load(rows[bits]));
}

static void enter(const struct search *search, const struct box4 *box, uint32_t first,
                  struct level *level)
{
    lanes keys = box_keys(box, &search->from);
    if (search->wanted)
        keys = put_out(keys, ~wanted_children(search->filter->node_masks, first, search->wanted) &
                                 ((1u << FAN) - 1));
    lanes_store(level->keys, keys);
    level->first = first;
}

static void walk(struct search *search)
{
    const struct spatial_index *index = search->index;
    struct level levels[LEVELS], *level = levels;
    enter(search, &index->boxes[index->leaf_first], 0, level);
    while (level >= levels) {
        lanes keys = lanes_load(level->keys), least = lanes_least(keys);
        if (lanes_first(least) > search->limit) {
            level--;
            continue;
        }
        uint32_t child = (uint32_t)__builtin_ctz(lanes_at_most(keys, least));
        lanes_store(level->keys, put_out(keys, 1u << child));
        uint32_t node = level->first + child;
        if (node >= index->leaf_first) {
            lanes others = lanes_load(level->keys), nearest = lanes_least(others);
            if (lanes_first(nearest) <= search->limit)
                leaf_prefetch(index, level->first - index->leaf_first +
                                         (uint32_t)__builtin_ctz(lanes_at_most(others, nearest)));
            visit_leaf(search, node - index->leaf_first);
        } else {
            level++;
            enter(search, &index->boxes[node], FAN * node + index->roots, level);
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
    search.is_picky =
        after || (filter && (filter->accept || (filter->item_masks && !filter->node_masks)));
    search.limit = key_at_most(max_m);
    search.after_low = after ? key_at_least(after->distance_m) : 0;
    search.after_high = after ? key_at_most(after->distance_m) : 0;
    search.kth = INFINITY;
    search.k = k;
    search.count = 0;
    search.enough = k;
    walk(&search);
    if (search.count > k)
        find_kth(&search, k + k / 16);

    struct found found[TABLE];
    uint32_t count = settle(&search, found);
    *hit_count = count < k ? count : k;
    for (uint32_t i = 0; i < *hit_count; i++)
        hits[i] = found[i].hit;
    return STATUS_OK;
}
