#include "geo/network.h"

static bool point_is_valid(struct network_point point)
{
    return geo_point_is_valid(geo_point_from_e7(point.lon_e7, point.lat_e7));
}

static enum status check_pieces(const struct network *network, struct error *error)
{
    uint64_t next_point = 0;
    for (uint32_t i = 0; i < network->piece_count; i++) {
        const struct network_piece *piece = &network->pieces[i];
        if (piece->from >= network->node_count || piece->to >= network->node_count)
            return error_set(error, STATUS_CORRUPT, "piece %u ends at node %u of %u", i,
                             piece->from > piece->to ? piece->from : piece->to,
                             network->node_count);
        if (piece->first_point != next_point || piece->point_count < 2 ||
            piece->point_count > network->point_count - next_point)
            return error_set(error, STATUS_CORRUPT,
                             "piece %u has %u points from number %u on; there are %u", i,
                             piece->point_count, piece->first_point, network->point_count);
        if (piece->length_mm == 0 || piece->street_class >= STREET_CLASS_COUNT)
            return error_set(error, STATUS_CORRUPT, "piece %u is %u mm long and of class %u", i,
                             piece->length_mm, piece->street_class);
        next_point += piece->point_count;
    }
    if (next_point != network->point_count)
        return error_set(error, STATUS_CORRUPT, "pieces have %llu points; the network has %u",
                         (unsigned long long)next_point, network->point_count);
    return STATUS_OK;
}

/* Every edge is one direction of a piece that agrees with it. */
static enum status check_edges(const struct network *network, struct error *error)
{
    if (network->first_edge[0] != 0 ||
        network->first_edge[network->node_count] != network->edge_count ||
        network->edge_count != network->piece_count * 2)
        return error_set(error, STATUS_CORRUPT, "%u edges are listed for %u pieces",
                         network->first_edge[network->node_count], network->piece_count);
    for (uint32_t n = 0; n < network->node_count; n++) {
        uint32_t first = network->first_edge[n], end = network->first_edge[n + 1];
        if (first > end || end > network->edge_count)
            return error_set(error, STATUS_CORRUPT, "the edges of node %u end before they begin",
                             n);
        for (uint32_t e = first; e < end; e++) {
            const struct network_edge *edge = &network->edges[e];
            uint32_t number = network_edge_piece(edge);
            if (number >= network->piece_count)
                return error_set(error, STATUS_CORRUPT, "edge %u is of piece %u of %u", e, number,
                                 network->piece_count);
            const struct network_piece *piece = &network->pieces[number];
            bool forward = piece->from == n && piece->to == edge->to;
            bool backward = piece->to == n && piece->from == edge->to;
            if (!(forward || backward) || piece->length_mm != edge->length_mm ||
                piece->street_class != network_edge_class(edge))
                return error_set(error, STATUS_CORRUPT, "edge %u does not agree with its piece %u",
                                 e, number);
        }
    }
    return STATUS_OK;
}

enum status network_check(const struct network *network, struct error *error)
{
    for (uint32_t i = 0; i < network->node_count; i++)
        if (!point_is_valid(network->nodes[i]))
            return error_set(error, STATUS_CORRUPT, "node %u is not on the globe", i);
    for (uint32_t i = 0; i < network->point_count; i++)
        if (!point_is_valid(network->points[i]))
            return error_set(error, STATUS_CORRUPT, "point %u is not on the globe", i);
    enum status status = check_pieces(network, error);
    if (!status)
        status = check_edges(network, error);
    return status;
}
