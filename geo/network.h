/*
 * The pedestrian network: a street graph in flat arrays, read by any thread.
 *
 * A piece is a stretch of street between two nodes, without a junction inside: chains of points of
 * degree two are contracted, their geometry kept. Every piece is walked both ways, so it is two
 * edges. Lengths are millimetres as integers, so that sums are exact and equal however they are
 * added up; seconds are computed at query time from millimetres, class and profile, never stored.
 * Nodes stand in the order of a space-filling curve: neighbours in space are neighbours in memory.
 *
 * The arrays belong to whoever made the struct: network_build() (memory) or network_file (a mapping).
 */
#ifndef GEO_NETWORK_H
#define GEO_NETWORK_H

#include "geo/geometry.h"

/* Classes of street pieces, by what may bar or slow a walker. */
enum street_class {
    STREET_ROAD,       /* a carriageway one may walk along */
    STREET_PATH,       /* footways, paths, pedestrian streets and areas, tracks */
    STREET_STEPS,      /* highway=steps */
    STREET_CROSSING,   /* footway=crossing */
    STREET_CLASS_COUNT /* at most 32: profiles bar by bit */
};

struct network_piece {
    uint32_t from, to;     /* nodes; equal for a loop */
    uint32_t first_point;  /* into points; both ends included, in the order from -> to */
    uint32_t point_count;  /* at least 2 */
    uint32_t length_mm;    /* along the points; at least 1 */
    uint32_t street_class; /* enum street_class */
};

/* One direction of a piece, as the search reads it: 12 bytes. */
struct network_edge {
    uint32_t to;
    uint32_t length_mm;
    uint32_t piece_and_class; /* piece << 5 | class; use the functions below */
};

struct network_point {
    int32_t lon_e7, lat_e7;
};

struct network {
    uint32_t node_count, edge_count, piece_count, point_count;
    const struct network_point *nodes;
    const uint32_t *first_edge; /* node_count + 1: edges of node n are first_edge[n] … */
    const struct network_edge *edges;
    const struct network_piece *pieces;
    const struct network_point *points;
    struct geo_box bounds;
};

static inline uint32_t network_edge_piece(const struct network_edge *edge)
{
    return edge->piece_and_class >> 5;
}

static inline uint32_t network_edge_class(const struct network_edge *edge)
{
    return edge->piece_and_class & 31;
}

/* Offsets ascending, ends in range, every piece two edges that agree with it, lengths at least 1:
 * what a file from a stranger must prove before anything walks on it. CORRUPT with the first fault. */
enum status MUST_CHECK network_check(const struct network *network, struct error *error);

#endif
