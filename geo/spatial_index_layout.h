/*
 * How the spatial index lies in memory. For spatial_index*.c only.
 *
 * Points are unit vectors of longitude and geodetic latitude, in whole numbers of 2^-30 (6 mm on
 * the ground). They stand in kd order: the array is halved along its widest axis, down to leaves of
 * 16 to 32; so a leaf's part of the array follows from its number alone.
 *
 *   leaves     2^depth of them; leaf l has slots [l * count / 2^depth, (l + 1) * count / 2^depth)
 *   nodes      two halvings make one node of four children, so that one pass of four lanes looks
 *              at all of them; where depth is odd the top halving makes two roots instead.
 *              Children of node n: 4n + roots .. 4n + roots + 3. Leaves come last.
 *   boxes      of inner node n: the boxes of its four children, rounded outward;
 *              boxes[leaf_first]: those of the roots (absent ones are empty, nearer to nothing)
 *   leaf       coordinates of leaf l: x[stride], y[stride], z[stride] at l * 3 * stride
 *   masks      node_masks[n]: union below node n; after the nodes 32 words a leaf, its item masks
 *              turned on their side: bit i of the b-th half word is bit b of the i-th item's mask.
 *              A leaf is asked for a combination by one load, not one a point.
 *
 * Why the answers are exact: on the ellipsoid every arc is between R_MIN and R_MAX times as long as
 * its picture on the sphere of normals (the radii of curvature M and N lie between them everywhere),
 * and so is the geodesic between two points. Distances as chords of that sphere therefore propose,
 * with a margin for rounding, and distance_m() decides.
 */
#ifndef GEO_SPATIAL_INDEX_LAYOUT_H
#define GEO_SPATIAL_INDEX_LAYOUT_H

#include "geo/spatial_index.h"

enum {
    LEAF_MAX = 32,        /* items in a leaf: the bits of a uint32_t */
    FAN = 4,              /* children of a node: the lanes */
    LEAF_WORDS = 32,      /* uint64_t a leaf for its turned masks: 64 combinations of 32 bits */
    DEPTH_MAX = 23,       /* 2^28 points in leaves of 32 */
    UNIT = (1 << 30) - 1, /* the length of a unit vector; differences fit an int32_t */
};

#define INDEX_R_MIN 6335439.0 /* M at the equator: 6335439.327 m */
#define INDEX_R_MAX 6399594.0 /* M = N at the poles: 6399593.626 m */

/* Farther than any two points: the square of a chord longer than the diameter. */
#define KEY_MAX 5e18f

struct box4 {
    float low[3][FAN], high[3][FAN];
};

struct spatial_index {
    uint32_t count, depth, roots, leaf_first, leaf_count, stride;
    struct box4 *boxes;       /* leaf_first + 1 */
    int32_t *coordinates;     /* leaf_count * 3 * stride */
    struct geo_point *points; /* by slot */
    uint32_t *items;          /* slot -> item */
    uint32_t *slots;          /* item -> slot; NULL in a subset */
};

static inline uint32_t leaf_begin(const struct spatial_index *index, uint32_t leaf)
{
    return (uint32_t)(((uint64_t)leaf * index->count) >> index->depth);
}

static inline uint32_t node_total(const struct spatial_index *index)
{
    return index->leaf_first + index->leaf_count;
}

/* The turned masks of a leaf. */
static inline const uint64_t *leaf_words(const struct spatial_index *index,
                                         const uint64_t *node_masks, uint32_t leaf)
{
    return node_masks + node_total(index) + (size_t)leaf * LEAF_WORDS;
}

/* The unit vector in whole numbers. */
void spatial_index_vector(struct geo_point point, int32_t vector[3]);

#endif
