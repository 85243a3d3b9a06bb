/*
 * From ways to a network: contraction, components, order.
 */
#ifndef GEO_NETWORK_BUILD_H
#define GEO_NETWORK_BUILD_H

#include "geo/network.h"

/* One walkable way: a list of node numbers and a class. */
struct street_way {
    uint32_t first_ref, ref_count; /* into refs */
    uint8_t street_class;
};

struct street_ways {
    const struct network_point *nodes; /* where each node is */
    uint32_t node_count;
    const uint32_t *refs; /* node numbers; UINT32_MAX = missing from the extract */
    uint32_t ref_count;
    const struct street_way *ways;
    uint32_t way_count;
};

struct network_build_options {
    double min_component_m; /* islands with less street than this are dropped; 0 keeps all */
};

struct network_build_report {
    uint32_t missing_nodes, self_loops, duplicates; /* segments left out, by reason */
    uint32_t zero_length; /* kept, as 1 mm, so that what they join stays joined */
    uint32_t components, dropped_components, dropped_pieces;
    uint64_t kept_mm, dropped_mm;
    uint32_t nodes_before, pieces_before; /* before contraction */
};

/*
 * Build. *network is yours: network_build_release(). Segments with a missing node are left out, the
 * way continues behind it. Several segments between the same two nodes count once (the first in
 * the list of classes). Chains of degree two are contracted, broken where the class changes.
 * Lengths: geodesic (distance_m) of each segment, summed, rounded to 1 mm per segment.
 */
enum status MUST_CHECK network_build(const struct street_ways *ways,
                                     const struct network_build_options *options,
                                     struct network *network, struct network_build_report *report,
                                     struct error *error);
void network_build_release(struct network *network); /* safe on {0} */

#endif
