#include "geo/distance.h"
#include "geo/spatial_index_scan.h"

#define RADIANS 0.017453292519943295769

/* Every item of an area: the circle round a point, or a box of longitude and latitude. */
struct area {
    const struct spatial_index *index;
    const struct spatial_filter *filter;
    uint64_t wanted; /* 0 = no masks */
    uint32_t found, capacity;

    struct scan_from from; /* the circle's centre */
    double radius_m;
    float limit, sure; /* keys: above it none is inside, below it all are */
    struct spatial_hit *hits;

    struct geo_box box;
    bool is_wide;           /* more than half the globe round: outside is the wedge, not inside */
    float west[2], east[2]; /* inside is west . (x, y) >= 0 and east . (x, y) >= 0 (or: or) */
    float south_z, north_z;
    uint32_t *items;
};

/* Which of four boxes, or points of a leaf, may be inside; and what to do with one that may. */
struct area_kind {
    uint32_t (*boxes)(const struct area *area, const struct box4 *box);
    uint32_t (*points)(const struct area *area, const int32_t *block, uint32_t count, float *keys);
    void (*take)(struct area *area, float key, uint32_t slot);
};

static void take_leaf(struct area *area, const struct area_kind *kind, uint32_t leaf)
{
    const struct spatial_index *index = area->index;
    uint32_t begin = leaf_begin(index, leaf), count = leaf_begin(index, leaf + 1) - begin;
    const int32_t *block = index->coordinates + (size_t)leaf * 3 * index->stride;
    float keys[LEAF_MAX] = {0};
    uint32_t inside = leaf_all(count) & kind->points(area, block, count, keys);
    if (area->wanted)
        inside &= leaf_wanted(leaf_words(index, area->filter->node_masks, leaf), area->wanted);
    for (; inside; inside &= inside - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(inside);
        kind->take(area, keys[i], begin + i);
    }
}

static void walk(struct area *area, const struct area_kind *kind)
{
    const struct spatial_index *index = area->index;
    uint32_t stack[STACK_MAX] = {0}, depth = 0;
    const struct box4 *box = &index->boxes[index->leaf_first];
    uint32_t first = 0;
    for (;;) {
        uint32_t inside = kind->boxes(area, box);
        if (area->wanted)
            inside &= wanted_children(area->filter->node_masks, first, area->wanted);
        for (; inside; inside &= inside - 1)
            stack[depth++] = first + (uint32_t)__builtin_ctz(inside);
        while (depth && stack[depth - 1] >= index->leaf_first)
            take_leaf(area, kind, stack[--depth] - index->leaf_first);
        if (!depth)
            return;
        uint32_t node = stack[--depth];
        box = &index->boxes[node];
        first = FAN * node + index->roots;
    }
}

/* The circle ------------------------------------------------------------------------------------ */

static uint32_t circle_boxes(const struct area *area, const struct box4 *box)
{
    return lanes_at_most(box_keys(box, &area->from), lanes_all(area->limit));
}

static uint32_t circle_points(const struct area *area, const int32_t *block, uint32_t count,
                              float *keys)
{
    uint32_t inside = 0;
    for (uint32_t i = 0; i < count; i += FAN) {
        lanes four = point_keys(block, area->index->stride, i, &area->from);
        lanes_store(keys + i, four);
        inside |= lanes_at_most(four, lanes_all(area->limit)) << i;
    }
    return inside;
}

static void circle_take(struct area *area, float key, uint32_t slot)
{
    bool write = area->found < area->capacity;
    double metres = 0;
    if (write || key >= area->sure)
        metres = distance_m(area->from.point, area->index->points[slot]);
    if (metres > area->radius_m || !accepts(area->filter, area->index->items, slot))
        return;
    if (write)
        area->hits[area->found] = (struct spatial_hit){metres, area->index->items[slot]};
    area->found++;
}

enum status spatial_index_within(const struct spatial_index *index, struct geo_point from,
                                 double radius_m, const struct spatial_filter *filter,
                                 struct spatial_hit *hits, uint32_t capacity, uint32_t *hit_count,
                                 struct error *error)
{
    static const struct area_kind circle = {circle_boxes, circle_points, circle_take};
    *hit_count = 0;
    enum status status = scan_check(from, filter, error);
    if (status || !(radius_m >= 0))
        return status;
    struct area area = {
        .index = index,
        .filter = filter,
        .wanted = has_masks(filter) ? filter->wanted : 0,
        .capacity = hits ? capacity : 0,
        .from = scan_from(from),
        .radius_m = radius_m,
        .limit = key_at_most(radius_m),
        .sure = key_at_least(radius_m),
        .hits = hits,
    };
    walk(&area, &circle);
    *hit_count = area.found;
    return STATUS_OK;
}

/* The box --------------------------------------------------------------------------------------- */

/* The most that a*x + b*y can be in each of the four boxes. */
static lanes most(const struct box4 *box, const float normal[2])
{
    lanes sum = lanes_all(0);
    for (int axis = 0; axis < 2; axis++) {
        lanes factor = lanes_all(normal[axis]);
        sum = lanes_add(sum, lanes_max(lanes_mul(factor, lanes_load(box->low[axis])),
                                       lanes_mul(factor, lanes_load(box->high[axis]))));
    }
    return sum;
}

/* Half a degree of meridian either side is a plane through the axis; between the two is a wedge.
 * Rounding is a few hundred units at most, the margin of 1,000 is 6 m. */
static uint32_t box_boxes(const struct area *area, const struct box4 *box)
{
    const lanes margin = lanes_all(-1000);
    uint32_t west = lanes_at_most(margin, most(box, area->west));
    uint32_t east = lanes_at_most(margin, most(box, area->east));
    uint32_t south = lanes_at_most(lanes_all(area->south_z), lanes_load(box->high[2]));
    uint32_t north = lanes_at_most(lanes_load(box->low[2]), lanes_all(area->north_z));
    return (area->is_wide ? west | east : west & east) & south & north;
}

static uint32_t box_points(const struct area *area, const int32_t *block, uint32_t count,
                           float *keys)
{
    (void)area, (void)block, (void)count, (void)keys;
    return UINT32_MAX; /* the exact test costs no more */
}

static void box_take(struct area *area, float key, uint32_t slot)
{
    (void)key;
    if (!geo_box_contains(area->box, area->index->points[slot]) ||
        !accepts(area->filter, area->index->items, slot))
        return;
    if (area->found < area->capacity)
        area->items[area->found] = area->index->items[slot];
    area->found++;
}

static bool is_box(struct geo_box box)
{
    return geo_point_is_valid((struct geo_point){box.west, box.south}) &&
           geo_point_is_valid((struct geo_point){box.east, box.north});
}

enum status spatial_index_box(const struct spatial_index *index, struct geo_box box,
                              const struct spatial_filter *filter, uint32_t *items,
                              uint32_t capacity, uint32_t *item_count, struct error *error)
{
    static const struct area_kind box_kind = {box_boxes, box_points, box_take};
    *item_count = 0;
    if (!is_box(box))
        return error_set(error, STATUS_INVALID, "the box %g, %g, %g, %g does not lie on the globe",
                         box.west, box.south, box.east, box.north);
    enum status status = scan_check((struct geo_point){0, 0}, filter, error);
    if (status)
        return status;
    double width = box.west <= box.east ? box.east - box.west : 360 - (box.west - box.east);
    struct area area = {
        .index = index,
        .filter = filter,
        .wanted = has_masks(filter) ? filter->wanted : 0,
        .capacity = items ? capacity : 0,
        .box = box,
        .is_wide = width > 180,
        .west = {(float)-sin(box.west * RADIANS), (float)cos(box.west * RADIANS)},
        .east = {(float)sin(box.east * RADIANS), (float)-cos(box.east * RADIANS)},
        .south_z = (float)(sin(box.south * RADIANS) * UNIT - 1000),
        .north_z = (float)(sin(box.north * RADIANS) * UNIT + 1000),
        .items = items,
    };
    walk(&area, &box_kind);
    *item_count = area.found;
    return STATUS_OK;
}
