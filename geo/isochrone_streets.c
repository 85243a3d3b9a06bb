#include "geo/isochrone.h"

#include "geo/distance.h"

#include <math.h>

/* A part of a piece, in mm from its start. */
struct stretch {
    uint32_t piece;
    uint64_t from_mm, to_mm;
};

static struct geo_point point_at(const struct network *network, uint32_t point)
{
    return geo_point_from_e7(network->points[point].lon_e7, network->points[point].lat_e7);
}

static struct geo_point between(struct geo_point a, struct geo_point b, double share)
{
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    return (struct geo_point){a.lon + share * (b.lon - a.lon), a.lat + share * (b.lat - a.lat)};
}

static void visit_stretch(const struct network *network, struct stretch stretch,
                          isochrone_visit *visit, void *context)
{
    const struct network_piece *piece = &network->pieces[stretch.piece];
    double from = (double)stretch.from_mm, to = (double)stretch.to_mm, along = 0;
    bool whole = stretch.from_mm == 0 && stretch.to_mm >= piece->length_mm;
    for (uint32_t p = piece->first_point; p + 1 < piece->first_point + piece->point_count; p++) {
        struct geo_point a = point_at(network, p), b = point_at(network, p + 1);
        if (whole) {
            visit(context, a, b);
            continue;
        }
        double length = fmax(1, round(distance_m(a, b) * 1000));
        if (along + length >= from && along <= to)
            visit(context, between(a, b, (from - along) / length),
                  between(a, b, (to - along) / length));
        along += length;
    }
}

/* How far into the piece one comes from a node that is mm away. */
static uint64_t depth(uint32_t mm, uint32_t max_mm)
{
    return mm <= max_mm ? max_mm - mm : 0;
}

static void visit_piece(const struct reach *reach, uint32_t number, uint32_t max_mm,
                        isochrone_visit *visit, void *context)
{
    const struct network *network = reach->network;
    const struct network_piece *piece = &network->pieces[number];
    uint32_t from_mm = reach_node_mm(reach, piece->from), to_mm = reach_node_mm(reach, piece->to);
    uint64_t length = piece->length_mm;
    uint64_t head = from_mm <= max_mm ? depth(from_mm, max_mm) : 0;
    uint64_t tail = to_mm <= max_mm ? depth(to_mm, max_mm) : 0;
    if (head + tail >= length) {
        visit_stretch(network, (struct stretch){number, 0, length}, visit, context);
        return;
    }
    if (from_mm <= max_mm)
        visit_stretch(network, (struct stretch){number, 0, head}, visit, context);
    if (to_mm <= max_mm)
        visit_stretch(network, (struct stretch){number, length - tail, length}, visit, context);
}

void isochrone_streets(const struct reach *reach, uint32_t max_mm, isochrone_visit *visit,
                       void *context)
{
    const struct network *network = reach->network;
    for (uint32_t i = 0; i < reach->count; i++) {
        uint32_t node = reach->nodes[i];
        if (reach_node_mm(reach, node) > max_mm)
            break;
        for (uint32_t e = network->first_edge[node]; e < network->first_edge[node + 1]; e++) {
            const struct network_edge *edge = &network->edges[e];
            uint32_t other = reach_node_mm(reach, edge->to);
            if (reach->barred >> network_edge_class(edge) & 1)
                continue;
            /* A piece with both ends reached is visited from its smaller end. */
            bool both = other <= max_mm;
            if (!both || node < edge->to ||
                (node == edge->to && e + 1 < network->first_edge[node + 1] &&
                 network_edge_piece(&network->edges[e + 1]) == network_edge_piece(edge)))
                visit_piece(reach, network_edge_piece(edge), max_mm, visit, context);
        }
    }
    /* The origin's own piece is reached from the middle. */
    const struct network_piece *piece = &network->pieces[reach->origin.piece];
    uint64_t at = reach->origin.from_start_mm, end = at + max_mm;
    visit_stretch(network,
                  (struct stretch){reach->origin.piece, at > max_mm ? at - max_mm : 0,
                                   end < piece->length_mm ? end : piece->length_mm},
                  visit, context);
}
