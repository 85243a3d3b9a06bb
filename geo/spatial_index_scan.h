/*
 * What every search in the spatial index does at a node and at a leaf. For spatial_index*.c only.
 *
 * A key is the square of a chord of the sphere of radius 2^30, as a float: what proposes.
 */
#ifndef GEO_SPATIAL_INDEX_SCAN_H
#define GEO_SPATIAL_INDEX_SCAN_H

#include "geo/fetch.h"
#include "geo/lanes.h"
#include "geo/spatial_index_layout.h"

#include <math.h>

enum { STACK_MAX = (FAN - 1) * (DEPTH_MAX / 2 + 1) + FAN };

/* Half a unit of rounding on each axis, at both ends, is a chord of 1.8 units; distance_m() may be
 * wrong by 5 mm, which is one. Floats lose a few parts in 10^7 on the way. */
#define CHORD_MARGIN    8.0
#define DISTANCE_MARGIN 0.006
#define KEY_SLACK       4e-6

struct scan_from {
    struct geo_point point;
    int32_t whole[3];
    float real[3];
};

static inline struct scan_from scan_from(struct geo_point point)
{
    struct scan_from from = {.point = point};
    spatial_index_vector(point, from.whole);
    for (int axis = 0; axis < 3; axis++)
        from.real[axis] = (float)from.whole[axis];
    return from;
}

/* No item within `metres` has a key above this. */
static inline float key_at_most(double metres)
{
    double half = (metres + DISTANCE_MARGIN) / (2 * INDEX_R_MIN);
    if (!(half < 1.57))
        return KEY_MAX;
    double chord = 2.0 * UNIT * sin(half) + CHORD_MARGIN;
    return chord > 0 ? (float)(chord * chord * (1 + KEY_SLACK)) : 0;
}

/* No item at `metres` or farther has a key below this. */
static inline float key_at_least(double metres)
{
    double half = (metres - DISTANCE_MARGIN) / (2 * INDEX_R_MAX);
    double chord = 2.0 * UNIT * sin(fmin(half, 1.57)) - CHORD_MARGIN;
    return chord > 0 ? (float)(chord * chord * (1 - KEY_SLACK)) : 0;
}

static inline lanes box_axis(const struct box4 *box, const struct scan_from *from, int axis)
{
    lanes at = lanes_all(from->real[axis]);
    lanes below = lanes_sub(lanes_load(box->low[axis]), at);
    lanes above = lanes_sub(at, lanes_load(box->high[axis]));
    lanes apart = lanes_max(lanes_max(below, above), lanes_all(0));
    return lanes_mul(apart, apart);
}

/* The least key that anything in each of the four boxes can have. */
static inline lanes box_keys(const struct box4 *box, const struct scan_from *from)
{
    return lanes_add(lanes_add(box_axis(box, from, 0), box_axis(box, from, 1)),
                     box_axis(box, from, 2));
}

/* The keys of slots i to i + 3 of a leaf whose coordinates start at `block`. */
static inline lanes point_keys(const int32_t *block, uint32_t stride, uint32_t i,
                               const struct scan_from *from)
{
    lanes x = lanes_difference(block + i, from->whole[0]);
    lanes y = lanes_difference(block + stride + i, from->whole[1]);
    lanes z = lanes_difference(block + 2 * stride + i, from->whole[2]);
    return lanes_add(lanes_add(lanes_mul(x, x), lanes_mul(y, y)), lanes_mul(z, z));
}

/* The key of one slot: the same floats as point_keys() gives. */
static inline float point_key(const int32_t *block, uint32_t stride, uint32_t i,
                              const struct scan_from *from)
{
    float x = (float)(block[i] - from->whole[0]);
    float y = (float)(block[stride + i] - from->whole[1]);
    float z = (float)(block[2 * stride + i] - from->whole[2]);
    return x * x + y * y + z * z;
}

/* Which of the four children have something wanted below them: one bit each. */
static inline uint32_t wanted_children(const uint64_t *node_masks, uint32_t first, uint64_t wanted)
{
    const uint64_t *mask = node_masks + first;
    return (uint32_t)((mask[0] & wanted) != 0) | (uint32_t)((mask[1] & wanted) != 0) << 1 |
           (uint32_t)((mask[2] & wanted) != 0) << 2 | (uint32_t)((mask[3] & wanted) != 0) << 3;
}

static inline uint32_t leaf_all(uint32_t count)
{
    return count >= 32 ? UINT32_MAX : (1u << count) - 1;
}

/* The slots of a leaf that have any of the wanted combinations. */
static inline uint32_t leaf_wanted(const uint64_t *words, uint64_t wanted)
{
    uint64_t either = 0;
    for (; wanted; wanted &= wanted - 1) {
        uint32_t bit = (uint32_t)__builtin_ctzll(wanted);
        either |= words[bit / 2] >> (bit % 2 * 32);
    }
    return (uint32_t)either;
}

static inline uint32_t bit_count(uint32_t bits)
{
    bits -= bits >> 1 & 0x55555555u;
    bits = (bits & 0x33333333u) + (bits >> 2 & 0x33333333u);
    return ((bits + (bits >> 4)) & 0x0F0F0F0Fu) * 0x01010101u >> 24;
}

static inline bool has_masks(const struct spatial_filter *filter)
{
    return filter && filter->item_masks && filter->node_masks;
}

static inline enum status scan_check(struct geo_point from, const struct spatial_filter *filter,
                                     struct error *error)
{
    if (!geo_point_is_valid(from))
        return error_set(error, STATUS_INVALID,
                         "the search is from longitude %g, latitude %g; that is not on the globe",
                         from.lon, from.lat);
    if (filter && filter->item_masks && !filter->wanted)
        return error_set(error, STATUS_INVALID, "the filter has masks but wants nothing of them");
    return STATUS_OK;
}

/* The item's number is looked up only for a filter that asks for it: it is often not in the cache. */
static inline bool accepts(const struct spatial_filter *filter, const uint32_t *items,
                           uint32_t slot)
{
    if (!filter)
        return true;
    if (filter->item_masks && !filter->node_masks &&
        !(filter->item_masks[items[slot]] & filter->wanted))
        return false;
    return !filter->accept || filter->accept(filter->context, items[slot]);
}

/* The lines of a leaf's coordinates that a search will want next. */
static inline __attribute__((always_inline)) void leaf_prefetch(const struct spatial_index *index,
                                                                uint32_t leaf)
{
    fetch_bytes(index->coordinates + (size_t)leaf * 3 * index->stride,
                3 * (size_t)index->stride * sizeof(int32_t));
}

#endif
