#include "geo/spatial_index_scan.h"

#include <stdlib.h>
#include <string.h>

#define RADIANS 0.017453292519943295769

/* Floats near 2^30 are 64 apart. A box is widened by this, for its own rounding (64) and for that of
 * the point it is compared with (32). */
#define BOX_MARGIN 128.0f
#define FAR_AWAY   4e18f
#define PIVOT_SEED 0x9E3779B97F4A7C15u

/* fminf() and fmaxf() are calls: they mind NaN. */
static float lesser(float a, float b)
{
    return a < b ? a : b;
}

static float greater(float a, float b)
{
    return a > b ? a : b;
}

struct entry {
    int32_t at[3];
    uint32_t item;
};

struct builder {
    struct spatial_index *index;
    struct entry *entries;
    const struct geo_point *points; /* of entries, by entry.item */
    const uint32_t *numbers;        /* the items' numbers, by entry.item; NULL = the same */
    uint64_t random;                /* of pivots: no order of the input is a bad one on purpose */
};

void spatial_index_vector(struct geo_point point, int32_t vector[3])
{
    double lon = point.lon * RADIANS, lat = point.lat * RADIANS;
    double flat = cos(lat) * UNIT;
    vector[0] = (int32_t)lrint(flat * cos(lon));
    vector[1] = (int32_t)lrint(flat * sin(lon));
    vector[2] = (int32_t)lrint(sin(lat) * UNIT);
}

static int widest_axis(const struct entry *entries, uint32_t count)
{
    int64_t best_width = -1;
    int best = 0;
    for (int axis = 0; axis < 3; axis++) {
        int32_t low = INT32_MAX, high = INT32_MIN;
        for (uint32_t i = 0; i < count; i++) {
            int32_t at = entries[i].at[axis];
            low = at < low ? at : low;
            high = at > high ? at : high;
        }
        if ((int64_t)high - low > best_width) {
            best_width = (int64_t)high - low;
            best = axis;
        }
    }
    return best;
}

static int32_t pivot_of(struct builder *builder, const struct entry *entries, uint32_t count,
                        int axis)
{
    uint64_t r = builder->random;
    r ^= r << 13;
    r ^= r >> 7;
    r ^= r << 17;
    builder->random = r;
    int32_t a = entries[(uint32_t)r % count].at[axis];
    int32_t b = entries[(uint32_t)(r >> 32) % count].at[axis];
    int32_t c = entries[count / 2].at[axis];
    int32_t low = a < b ? a : b, high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

/* Order the entries so that none before `nth` is above one from `nth` on (Hoare's selection). */
static void select_nth(struct builder *builder, struct entry *entries, uint32_t count, uint32_t nth,
                       int axis)
{
    int64_t left = 0, right = (int64_t)count - 1;
    while (left < right) {
        int32_t pivot = pivot_of(builder, entries + left, (uint32_t)(right - left + 1), axis);
        int64_t i = left, j = right;
        while (i <= j) {
            while (entries[i].at[axis] < pivot)
                i++;
            while (entries[j].at[axis] > pivot)
                j--;
            if (i <= j) {
                struct entry swapped = entries[i];
                entries[i++] = entries[j];
                entries[j--] = swapped;
            }
        }
        if ((int64_t)nth <= j)
            right = j;
        else if ((int64_t)nth >= i)
            left = i;
        else
            return;
    }
}

/* Put the entries of leaves [from, to), a power of two of them, into kd order. */
static void arrange(struct builder *builder, uint32_t from, uint32_t to)
{
    while (to - from > 1) {
        uint32_t middle = from + (to - from) / 2;
        uint32_t begin = leaf_begin(builder->index, from), end = leaf_begin(builder->index, to);
        struct entry *entries = builder->entries + begin;
        select_nth(builder, entries, end - begin, leaf_begin(builder->index, middle) - begin,
                   widest_axis(entries, end - begin));
        arrange(builder, from, middle); /* as deep as the tree: DEPTH_MAX at most */
        from = middle;
    }
}

static void fill_leaf(struct builder *builder, uint32_t leaf, float low[3], float high[3])
{
    struct spatial_index *index = builder->index;
    uint32_t begin = leaf_begin(index, leaf), end = leaf_begin(index, leaf + 1);
    int32_t *block = index->coordinates + (size_t)leaf * 3 * index->stride;
    for (int axis = 0; axis < 3; axis++) {
        low[axis] = FAR_AWAY;
        high[axis] = -FAR_AWAY;
    }
    for (uint32_t slot = begin; slot < end; slot++) {
        const struct entry *entry = &builder->entries[slot];
        index->items[slot] = builder->numbers ? builder->numbers[entry->item] : entry->item;
        if (index->slots)
            index->slots[entry->item] = slot;
        index->points[slot] = builder->points[entry->item];
        for (uint32_t axis = 0; axis < 3; axis++) {
            block[axis * index->stride + (slot - begin)] = entry->at[axis];
            low[axis] = lesser(low[axis], (float)entry->at[axis] - BOX_MARGIN);
            high[axis] = greater(high[axis], (float)entry->at[axis] + BOX_MARGIN);
        }
    }
}

static void join_children(const struct box4 *box, float low[3], float high[3])
{
    for (int axis = 0; axis < 3; axis++) {
        low[axis] = box->low[axis][0];
        high[axis] = box->high[axis][0];
        for (int child = 1; child < FAN; child++) {
            low[axis] = lesser(low[axis], box->low[axis][child]);
            high[axis] = greater(high[axis], box->high[axis][child]);
        }
    }
}

/* Leaves and boxes, from the last node to the first, so that children come before their parent. */
static void fill_nodes(struct builder *builder)
{
    struct spatial_index *index = builder->index;
    struct box4 *top = &index->boxes[index->leaf_first];
    for (int axis = 0; axis < 3; axis++)
        for (int child = 0; child < FAN; child++) {
            top->low[axis][child] = FAR_AWAY;
            top->high[axis][child] = -FAR_AWAY;
        }
    for (uint32_t node = node_total(index); node-- > 0;) {
        float low[3], high[3];
        if (node >= index->leaf_first)
            fill_leaf(builder, node - index->leaf_first, low, high);
        else
            join_children(&index->boxes[node], low, high);
        bool root = node < index->roots;
        struct box4 *parent = root ? top : &index->boxes[(node - index->roots) / FAN];
        uint32_t child = root ? node : (node - index->roots) % FAN;
        for (int axis = 0; axis < 3; axis++) {
            parent->low[axis][child] = low[axis];
            parent->high[axis][child] = high[axis];
        }
    }
}

static struct spatial_index *allocate(uint32_t count, bool with_slots)
{
    struct spatial_index *index = calloc(1, sizeof *index);
    if (!index)
        return NULL;
    index->count = count;
    while (((uint64_t)LEAF_MAX << index->depth) < count)
        index->depth++;
    index->roots = index->depth % 2 ? 2 : 1;
    index->leaf_count = 1u << index->depth;
    index->leaf_first = (index->leaf_count - index->roots) / 3;
    uint32_t fullest = (uint32_t)(((uint64_t)count + index->leaf_count - 1) >> index->depth);
    index->stride = (fullest + FAN - 1) / FAN * FAN;
    index->boxes = calloc((size_t)index->leaf_first + 1, sizeof *index->boxes);
    index->coordinates =
        calloc((size_t)index->leaf_count * 3 * index->stride + 1, sizeof *index->coordinates);
    index->points = calloc((size_t)count + 1, sizeof *index->points);
    index->items = calloc((size_t)count + 1, sizeof *index->items);
    if (with_slots)
        index->slots = calloc((size_t)count + 1, sizeof *index->slots);
    if (index->boxes && index->coordinates && index->points && index->items &&
        (index->slots || !with_slots))
        return index;
    spatial_index_release(index);
    return NULL;
}

enum status spatial_index_build(const struct geo_point *points, uint32_t count,
                                struct spatial_index **index, struct error *error)
{
    *index = NULL;
    if (count > 1u << 28)
        return error_set(error, STATUS_LIMIT, "the index is given %u points; it takes %u", count,
                         1u << 28);
    for (uint32_t i = 0; i < count; i++)
        if (!geo_point_is_valid(points[i]))
            return error_set(error, STATUS_INVALID,
                             "point %u is longitude %g, latitude %g; that is not on the globe", i,
                             points[i].lon, points[i].lat);

    struct builder builder = {.index = allocate(count, true),
                              .entries = malloc(((size_t)count + 1) * sizeof(struct entry)),
                              .points = points,
                              .random = PIVOT_SEED};
    if (!builder.index || !builder.entries) {
        free(builder.entries);
        spatial_index_release(builder.index);
        return error_memory(error, "building the spatial index");
    }
    for (uint32_t i = 0; i < count; i++) {
        builder.entries[i].item = i;
        spatial_index_vector(points[i], builder.entries[i].at);
    }
    arrange(&builder, 0, builder.index->leaf_count);
    fill_nodes(&builder);
    free(builder.entries);
    *index = builder.index;
    return STATUS_OK;
}

/* Subsets -------------------------------------------------------------------------------------- */

/* In the order of the index they are taken from. */
static void take_wanted(const struct spatial_index *index, const uint64_t *item_masks,
                        uint64_t wanted, struct entry *entries)
{
    for (uint32_t leaf = 0; leaf < index->leaf_count; leaf++) {
        const int32_t *block = index->coordinates + (size_t)leaf * 3 * index->stride;
        uint32_t begin = leaf_begin(index, leaf), end = leaf_begin(index, leaf + 1);
        for (uint32_t slot = begin; slot < end; slot++) {
            if (!(item_masks[index->items[slot]] & wanted))
                continue;
            uint32_t i = slot - begin;
            *entries++ = (struct entry){
                {block[i], block[index->stride + i], block[2 * (size_t)index->stride + i]}, slot};
        }
    }
}

enum status spatial_index_build_subset(const struct spatial_index *index,
                                       const uint64_t *item_masks, uint64_t wanted,
                                       struct spatial_index **subset, struct error *error)
{
    *subset = NULL;
    uint32_t count = 0;
    for (uint32_t slot = 0; slot < index->count; slot++)
        count += (item_masks[index->items[slot]] & wanted) != 0;
    struct builder builder = {.index = allocate(count, false),
                              .entries = malloc(((size_t)count + 1) * sizeof(struct entry)),
                              .points = index->points,
                              .numbers = index->items,
                              .random = PIVOT_SEED};
    if (!builder.index || !builder.entries) {
        free(builder.entries);
        spatial_index_release(builder.index);
        return error_memory(error, "building a subset of the spatial index");
    }
    take_wanted(index, item_masks, wanted, builder.entries);
    /* What stands in kd order stays about in it when a few are left out. Where most are, or for the
     * second time, leaves would reach from one town to the next. */
    if (count < index->count / 4 || !index->slots)
        arrange(&builder, 0, builder.index->leaf_count);
    fill_nodes(&builder);
    free(builder.entries);
    *subset = builder.index;
    return STATUS_OK;
}

void spatial_index_release(struct spatial_index *index)
{
    if (!index)
        return;
    free(index->boxes);
    free(index->coordinates);
    free(index->points);
    free(index->items);
    free(index->slots);
    free(index);
}

uint32_t spatial_index_count(const struct spatial_index *index)
{
    return index->count;
}

size_t spatial_index_bytes(const struct spatial_index *index)
{
    return sizeof *index + ((size_t)index->leaf_first + 1) * sizeof *index->boxes +
           (size_t)index->leaf_count * 3 * index->stride * sizeof *index->coordinates +
           (size_t)index->count * (sizeof *index->points + sizeof *index->items +
                                   (index->slots ? sizeof *index->slots : 0));
}

uint32_t spatial_index_node_count(const struct spatial_index *index)
{
    return node_total(index) + index->leaf_count * LEAF_WORDS;
}

/* Masks ---------------------------------------------------------------------------------------- */

static void fill_leaf_masks(const struct spatial_index *index, const uint64_t *item_masks,
                            uint64_t *node_masks, uint32_t leaf)
{
    uint64_t *words = node_masks + node_total(index) + (size_t)leaf * LEAF_WORDS;
    uint32_t begin = leaf_begin(index, leaf), end = leaf_begin(index, leaf + 1);
    uint64_t all = 0;
    memset(words, 0, LEAF_WORDS * sizeof *words);
    for (uint32_t slot = begin; slot < end; slot++) {
        uint64_t mask = item_masks[index->items[slot]];
        all |= mask;
        for (; mask; mask &= mask - 1) {
            uint32_t bit = (uint32_t)__builtin_ctzll(mask);
            words[bit / 2] |= (uint64_t)1 << (bit % 2 * 32 + (slot - begin));
        }
    }
    node_masks[index->leaf_first + leaf] = all;
}

static uint64_t children_mask(const struct spatial_index *index, const uint64_t *node_masks,
                              uint32_t node)
{
    const uint64_t *children = node_masks + (size_t)FAN * node + index->roots;
    return children[0] | children[1] | children[2] | children[3];
}

void spatial_index_fill_masks(const struct spatial_index *index, const uint64_t *item_masks,
                              uint64_t *node_masks)
{
    for (uint32_t leaf = 0; leaf < index->leaf_count; leaf++)
        fill_leaf_masks(index, item_masks, node_masks, leaf);
    for (uint32_t node = index->leaf_first; node-- > 0;)
        node_masks[node] = children_mask(index, node_masks, node);
}

void spatial_index_mend_masks(const struct spatial_index *index, const uint64_t *item_masks,
                              uint64_t *node_masks, uint32_t item)
{
    /* The leaf whose part of the array holds the slot: leaf_begin() turned round. */
    uint64_t after = ((uint64_t)index->slots[item] + 1) << index->depth;
    uint32_t leaf = (uint32_t)((after - 1) / index->count);
    fill_leaf_masks(index, item_masks, node_masks, leaf);
    for (uint32_t node = index->leaf_first + leaf; node >= index->roots;) {
        node = (node - index->roots) / FAN;
        uint64_t mask = children_mask(index, node_masks, node);
        if (node_masks[node] == mask)
            break;
        node_masks[node] = mask;
    }
}
