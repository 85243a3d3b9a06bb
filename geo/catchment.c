#include "geo/catchment.h"

#include <math.h>
#include <stdlib.h>

uint32_t profile_snap_mm(const struct profile *profile, const struct snap *snap)
{
    return profile->snap_counts ? (uint32_t)lround(snap->distance_m * 1000) : 0;
}

/* Group the residents that are on the network by their pieces: count, sum, place. */
static void group_by_piece(struct residents *residents, uint32_t piece_count)
{
    for (uint32_t i = 0; i < residents->count; i++)
        if (residents->snaps[i].piece != NO_PIECE)
            residents->first[residents->snaps[i].piece + 2]++;
    for (uint32_t p = 0; p < piece_count; p++)
        residents->first[p + 2] += residents->first[p + 1];
    for (uint32_t i = 0; i < residents->count; i++)
        if (residents->snaps[i].piece != NO_PIECE)
            residents->by_piece[residents->first[residents->snaps[i].piece + 1]++] = i;
}

enum status residents_build(const struct network *network, const struct profile *profile,
                            const struct snapper *snapper, const struct geo_point *points,
                            uint32_t count, struct residents *residents, struct error *error)
{
    size_t room = (size_t)count + 1;
    *residents = (struct residents){
        .count = count,
        .snaps = calloc(room, sizeof *residents->snaps),
        .snap_mm = calloc(room, sizeof *residents->snap_mm),
        .first = calloc((size_t)network->piece_count + 2, sizeof *residents->first),
        .by_piece = calloc(room, sizeof *residents->by_piece)};
    if (!residents->snaps || !residents->snap_mm || !residents->first || !residents->by_piece) {
        residents_release(residents);
        return error_memory(error, "laying residents on the network");
    }
    for (uint32_t i = 0; i < count; i++) {
        struct snap *snap = &residents->snaps[i];
        if (snap_point(snapper, points[i], profile->resident_snap_max_m, snap, NULL)) {
            snap->piece = NO_PIECE;
            residents->off_network++;
        } else {
            residents->snap_mm[i] = profile_snap_mm(profile, snap);
        }
    }
    group_by_piece(residents, network->piece_count);
    return STATUS_OK;
}

void residents_release(struct residents *residents)
{
    free(residents->snaps);
    free(residents->snap_mm);
    free(residents->first);
    free(residents->by_piece);
    *residents = (struct residents){0};
}

struct collection {
    const struct residents *residents;
    const struct reach *reach;
    uint32_t added_mm, max_mm;
    struct catchment_entry *entries;
    uint32_t capacity, count;
};

static void collect_piece(struct collection *collection, uint32_t piece)
{
    const struct residents *residents = collection->residents;
    for (uint32_t i = residents->first[piece]; i < residents->first[piece + 1]; i++) {
        uint32_t resident = residents->by_piece[i];
        uint32_t way = reach_position_mm(collection->reach, &residents->snaps[resident]);
        uint64_t mm = (uint64_t)way + collection->added_mm + residents->snap_mm[resident];
        if (way == REACH_FAR || mm > collection->max_mm)
            continue;
        if (collection->count < collection->capacity)
            collection->entries[collection->count] =
                (struct catchment_entry){resident, (uint32_t)mm};
        collection->count++;
    }
}

static int compare_entries(const void *left, const void *right)
{
    const struct catchment_entry *x = left, *y = right;
    return x->resident < y->resident ? -1 : x->resident > y->resident;
}

enum status catchment_compute(const struct network *network, const struct profile *profile,
                              const struct residents *residents, const struct snap *facility,
                              uint32_t facility_snap_mm, uint32_t max_mm, struct reach *reach,
                              struct catchment_entry *entries, uint32_t capacity, uint32_t *count,
                              struct error *error)
{
    *count = 0;
    if (facility_snap_mm > max_mm)
        return STATUS_OK;
    enum status status = reach_compute(network, profile, facility, REACH_TO,
                                       max_mm - facility_snap_mm, reach, error);
    if (status)
        return status;
    struct collection collection = {residents, reach, facility_snap_mm, max_mm, entries,
                                    capacity,  0};
    for (uint32_t i = 0; i < reach->count; i++) {
        uint32_t node = reach->nodes[i];
        for (uint32_t e = network->first_edge[node]; e < network->first_edge[node + 1]; e++) {
            const struct network_edge *edge = &network->edges[e];
            uint32_t piece = network_edge_piece(edge);
            /* Once a piece: from its smaller end where both are reached; the facility's own, and
             * a loop's second edge, are left for later or skipped. */
            bool from_other = edge->to < node && reach_node_mm(reach, edge->to) != REACH_FAR;
            bool loop_again = edge->to == node && e > network->first_edge[node] &&
                              network_edge_piece(edge - 1) == piece;
            if (piece != facility->piece && !from_other && !loop_again)
                collect_piece(&collection, piece);
        }
    }
    collect_piece(&collection, facility->piece);
    if (collection.count > capacity)
        return error_set(error, STATUS_LIMIT,
                         "a catchment has %u resident points; there is room "
                         "for %u",
                         collection.count, capacity);
    qsort(entries, collection.count, sizeof *entries, compare_entries);
    *count = collection.count;
    return STATUS_OK;
}
