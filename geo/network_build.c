#include "geo/network_build.h"

#include "geo/distance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One straight stretch between two neighbouring nodes of a way, before contraction. */
struct segment {
    uint32_t a, b; /* a < b */
    uint32_t length_mm;
    uint8_t street_class;
    bool used; /* already part of a piece, or of a dropped island */
};

/* A piece while its nodes still have their old numbers. */
struct chain {
    uint32_t from, to;
    uint32_t first, count; /* into chain_nodes: the nodes it passes, both ends included */
    uint32_t length_mm;
    uint32_t street_class;
};

struct builder {
    const struct street_ways *ways;
    struct segment *segments;
    uint32_t segment_count;
    uint32_t *first_incident; /* by node: its segments are incident[first_incident[n]] … */
    uint32_t *incident;
    bool *is_junction;
    struct chain *chains;
    uint32_t chain_count;
    uint32_t *chain_nodes;
    uint32_t chain_node_count;
    uint32_t *new_number; /* of junctions, in the order of the curve */
    struct network_build_report *report;
};

static void *make(size_t count, size_t size)
{
    return calloc(count ? count : 1, size);
}

/* Segments ------------------------------------------------------------------------------------- */

static uint32_t segment_length_mm(const struct street_ways *ways, uint32_t a, uint32_t b)
{
    struct network_point from = ways->nodes[a], to = ways->nodes[b];
    double metres = distance_m(geo_point_from_e7(from.lon_e7, from.lat_e7),
                               geo_point_from_e7(to.lon_e7, to.lat_e7));
    return (uint32_t)lround(metres * 1000);
}

static int compare_segments(const void *left, const void *right)
{
    const struct segment *x = left, *y = right;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    if (x->b != y->b)
        return x->b < y->b ? -1 : 1;
    return (int)x->street_class - (int)y->street_class;
}

static void add_segment(struct builder *builder, uint32_t a, uint32_t b, uint8_t street_class)
{
    if (a == UINT32_MAX || b == UINT32_MAX) {
        builder->report->missing_nodes++;
        return;
    }
    if (a == b) {
        builder->report->self_loops++;
        return;
    }
    uint32_t length_mm = segment_length_mm(builder->ways, a, b);
    if (length_mm == 0) {
        builder->report->zero_length++;
        length_mm = 1;
    }
    builder->segments[builder->segment_count++] =
        (struct segment){a < b ? a : b, a < b ? b : a, length_mm, street_class, false};
}

static enum status collect_segments(struct builder *builder, struct error *error)
{
    const struct street_ways *ways = builder->ways;
    builder->segments = make(ways->ref_count, sizeof *builder->segments);
    if (!builder->segments)
        return error_memory(error, "collecting street segments");
    for (uint32_t w = 0; w < ways->way_count; w++) {
        const struct street_way *way = &ways->ways[w];
        for (uint32_t i = 1; i < way->ref_count; i++)
            add_segment(builder, ways->refs[way->first_ref + i - 1], ways->refs[way->first_ref + i],
                        way->street_class);
    }
    qsort(builder->segments, builder->segment_count, sizeof *builder->segments, compare_segments);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < builder->segment_count; i++) {
        const struct segment *segment = &builder->segments[i];
        if (kept && builder->segments[kept - 1].a == segment->a &&
            builder->segments[kept - 1].b == segment->b)
            builder->report->duplicates++;
        else
            builder->segments[kept++] = *segment;
    }
    builder->segment_count = kept;
    builder->report->pieces_before = kept;
    return STATUS_OK;
}

static enum status index_incidents(struct builder *builder, struct error *error)
{
    uint32_t node_count = builder->ways->node_count;
    builder->first_incident = make((size_t)node_count + 2, sizeof *builder->first_incident);
    builder->incident = make((size_t)builder->segment_count * 2, sizeof *builder->incident);
    if (!builder->first_incident || !builder->incident)
        return error_memory(error, "indexing street segments");
    uint32_t *place = builder->first_incident + 1; /* one ahead, so that filling shifts it back */
    for (uint32_t i = 0; i < builder->segment_count; i++) {
        place[builder->segments[i].a + 1]++;
        place[builder->segments[i].b + 1]++;
    }
    for (uint32_t n = 0; n < node_count; n++)
        place[n + 1] += place[n];
    for (uint32_t i = 0; i < builder->segment_count; i++) {
        builder->incident[place[builder->segments[i].a]++] = i;
        builder->incident[place[builder->segments[i].b]++] = i;
    }
    return STATUS_OK;
}

static uint32_t degree(const struct builder *builder, uint32_t node)
{
    return builder->first_incident[node + 1] - builder->first_incident[node];
}

/* Islands -------------------------------------------------------------------------------------- */

static uint32_t find_root(uint32_t *parent, uint32_t node)
{
    while (parent[node] != node) {
        parent[node] = parent[parent[node]];
        node = parent[node];
    }
    return node;
}

/* Mark the segments of small islands as used, so that nothing is built of them. */
static enum status drop_islands(struct builder *builder, double min_component_m,
                                struct error *error)
{
    uint32_t node_count = builder->ways->node_count;
    struct network_build_report *report = builder->report;
    uint32_t *parent = make(node_count, sizeof *parent);
    uint64_t *length_mm = make(node_count, sizeof *length_mm);
    if (!parent || !length_mm) {
        free(parent);
        free(length_mm);
        return error_memory(error, "finding islands");
    }
    for (uint32_t n = 0; n < node_count; n++)
        parent[n] = n;
    for (uint32_t i = 0; i < builder->segment_count; i++) {
        uint32_t a = find_root(parent, builder->segments[i].a);
        uint32_t b = find_root(parent, builder->segments[i].b);
        parent[a > b ? a : b] = a > b ? b : a;
    }
    for (uint32_t i = 0; i < builder->segment_count; i++)
        length_mm[find_root(parent, builder->segments[i].a)] += builder->segments[i].length_mm;
    uint64_t longest = 0, least = (uint64_t)(fmin(min_component_m, 1e12) * 1000);
    for (uint32_t n = 0; n < node_count; n++) {
        report->components += length_mm[n] > 0;
        report->nodes_before += degree(builder, n) > 0;
        longest = length_mm[n] > longest ? length_mm[n] : longest;
    }
    least = least < longest ? least : longest; /* the largest is always kept */
    for (uint32_t n = 0; n < node_count; n++) {
        report->dropped_components += length_mm[n] > 0 && length_mm[n] < least;
        if (length_mm[n] < least)
            report->dropped_mm += length_mm[n];
        else
            report->kept_mm += length_mm[n];
    }
    for (uint32_t i = 0; i < builder->segment_count; i++) {
        struct segment *segment = &builder->segments[i];
        segment->used = length_mm[find_root(parent, segment->a)] < least;
        report->dropped_pieces += segment->used;
    }
    free(parent);
    free(length_mm);
    return STATUS_OK;
}

/* Contraction ---------------------------------------------------------------------------------- */

/* A node where a piece must end: not two segments, or two of different class. */
static bool ends_pieces(const struct builder *builder, uint32_t node)
{
    if (degree(builder, node) != 2)
        return true;
    const uint32_t *incident = builder->incident + builder->first_incident[node];
    return builder->segments[incident[0]].street_class !=
           builder->segments[incident[1]].street_class;
}

/* Follow the chain that begins at `node` with `segment` to the next junction. */
static void follow_chain(struct builder *builder, uint32_t node, uint32_t segment)
{
    struct chain *chain = &builder->chains[builder->chain_count++];
    *chain = (struct chain){.from = node,
                            .first = builder->chain_node_count,
                            .street_class = builder->segments[segment].street_class};
    builder->chain_nodes[builder->chain_node_count++] = node;
    for (;;) {
        struct segment *step = &builder->segments[segment];
        step->used = true;
        chain->length_mm += step->length_mm;
        node = step->a == node ? step->b : step->a;
        builder->chain_nodes[builder->chain_node_count++] = node;
        if (builder->is_junction[node])
            break;
        const uint32_t *incident = builder->incident + builder->first_incident[node];
        segment = incident[0] == segment ? incident[1] : incident[0];
    }
    chain->to = node;
    chain->count = builder->chain_node_count - chain->first;
}

static enum status contract(struct builder *builder, struct error *error)
{
    uint32_t node_count = builder->ways->node_count;
    builder->is_junction = make(node_count, sizeof *builder->is_junction);
    builder->chains = make(builder->segment_count, sizeof *builder->chains);
    builder->chain_nodes = make((size_t)builder->segment_count * 2, sizeof *builder->chain_nodes);
    if (!builder->is_junction || !builder->chains || !builder->chain_nodes)
        return error_memory(error, "contracting streets");
    for (uint32_t n = 0; n < node_count; n++)
        builder->is_junction[n] = degree(builder, n) > 0 && ends_pieces(builder, n);
    for (uint32_t n = 0; n < node_count; n++) {
        if (!builder->is_junction[n])
            continue;
        for (uint32_t i = builder->first_incident[n]; i < builder->first_incident[n + 1]; i++)
            if (!builder->segments[builder->incident[i]].used)
                follow_chain(builder, n, builder->incident[i]);
    }
    /* What is left are rings without any junction: the first node of each becomes one. */
    for (uint32_t i = 0; i < builder->segment_count; i++) {
        if (builder->segments[i].used)
            continue;
        builder->is_junction[builder->segments[i].a] = true;
        follow_chain(builder, builder->segments[i].a, i);
    }
    return STATUS_OK;
}

/* Order ---------------------------------------------------------------------------------------- */

/* The place of a cell on the Hilbert curve of order 16 (Hilbert 1891; the usual bit recurrence). */
static uint32_t hilbert_place(uint32_t x, uint32_t y)
{
    uint32_t place = 0;
    for (uint32_t side = UINT32_C(1) << 15; side; side >>= 1) {
        uint32_t right = (x & side) != 0, upper = (y & side) != 0;
        place += side * side * ((3 * right) ^ upper);
        if (!upper) {
            if (right) {
                x = ~x;
                y = ~y;
            }
            uint32_t swapped = x;
            x = y;
            y = swapped;
        }
    }
    return place;
}

static struct geo_box bounds_of(const struct builder *builder)
{
    struct geo_box box = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (uint32_t i = 0; i < builder->chain_node_count; i++) {
        struct network_point at = builder->ways->nodes[builder->chain_nodes[i]];
        struct geo_point point = geo_point_from_e7(at.lon_e7, at.lat_e7);
        box.west = fmin(box.west, point.lon);
        box.east = fmax(box.east, point.lon);
        box.south = fmin(box.south, point.lat);
        box.north = fmax(box.north, point.lat);
    }
    return builder->chain_node_count ? box : (struct geo_box){0, 0, 0, 0};
}

static uint32_t curve_cell(double value, double low, double high)
{
    return high > low ? (uint32_t)((value - low) / (high - low) * 65535) : 0;
}

static int compare_u64(const void *left, const void *right)
{
    uint64_t x = *(const uint64_t *)left, y = *(const uint64_t *)right;
    return x < y ? -1 : x > y;
}

/* Number the junctions that pieces end at along the curve; returns how many through *count. */
static enum status number_junctions(struct builder *builder, struct geo_box box, uint32_t *count,
                                    struct error *error)
{
    uint32_t node_count = builder->ways->node_count;
    uint64_t *order = make(node_count, sizeof *order);
    builder->new_number = malloc(((size_t)node_count + 1) * sizeof *builder->new_number);
    if (!order || !builder->new_number) {
        free(order);
        return error_memory(error, "ordering nodes");
    }
    memset(builder->new_number, 0xFF, ((size_t)node_count + 1) * sizeof *builder->new_number);
    for (uint32_t i = 0; i < builder->chain_count; i++) {
        builder->new_number[builder->chains[i].from] = 0;
        builder->new_number[builder->chains[i].to] = 0;
    }
    uint32_t junctions = 0;
    for (uint32_t n = 0; n < node_count; n++) {
        if (builder->new_number[n] == UINT32_MAX)
            continue;
        struct network_point at = builder->ways->nodes[n];
        struct geo_point point = geo_point_from_e7(at.lon_e7, at.lat_e7);
        uint32_t place = hilbert_place(curve_cell(point.lon, box.west, box.east),
                                       curve_cell(point.lat, box.south, box.north));
        order[junctions++] = (uint64_t)place << 32 | n;
    }
    qsort(order, junctions, sizeof *order, compare_u64);
    for (uint32_t i = 0; i < junctions; i++)
        builder->new_number[(uint32_t)order[i]] = i;
    free(order);
    *count = junctions;
    return STATUS_OK;
}

static int compare_chains(const void *left, const void *right)
{
    const struct chain *x = left, *y = right;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    if (x->to != y->to)
        return x->to < y->to ? -1 : 1;
    if (x->length_mm != y->length_mm)
        return x->length_mm < y->length_mm ? -1 : 1;
    return x->first < y->first ? -1 : x->first > y->first;
}

/* Give chains their new numbers, from <= to, and sort them. */
static void order_chains(struct builder *builder)
{
    for (uint32_t i = 0; i < builder->chain_count; i++) {
        struct chain *chain = &builder->chains[i];
        chain->from = builder->new_number[chain->from];
        chain->to = builder->new_number[chain->to];
        if (chain->from <= chain->to)
            continue;
        uint32_t from = chain->from, *nodes = builder->chain_nodes + chain->first;
        chain->from = chain->to;
        chain->to = from;
        for (uint32_t low = 0, high = chain->count - 1; low < high; low++, high--) {
            uint32_t node = nodes[low];
            nodes[low] = nodes[high];
            nodes[high] = node;
        }
    }
    qsort(builder->chains, builder->chain_count, sizeof *builder->chains, compare_chains);
}

/* Writing the arrays --------------------------------------------------------------------------- */

struct arrays {
    struct network_point *nodes, *points;
    uint32_t *first_edge;
    struct network_edge *edges;
    struct network_piece *pieces;
};

static void write_pieces(const struct builder *builder, struct arrays *arrays)
{
    uint32_t point_count = 0;
    for (uint32_t i = 0; i < builder->chain_count; i++) {
        const struct chain *chain = &builder->chains[i];
        const uint32_t *passed = builder->chain_nodes + chain->first;
        arrays->pieces[i] =
            (struct network_piece){chain->from,  chain->to,        point_count,
                                   chain->count, chain->length_mm, chain->street_class};
        for (uint32_t p = 0; p < chain->count; p++)
            arrays->points[point_count++] = builder->ways->nodes[passed[p]];
        arrays->nodes[chain->from] = builder->ways->nodes[passed[0]];
        arrays->nodes[chain->to] = builder->ways->nodes[passed[chain->count - 1]];
    }
}

static void write_edges(const struct builder *builder, uint32_t node_count, struct arrays *arrays)
{
    uint32_t *place = arrays->first_edge;
    for (uint32_t i = 0; i < builder->chain_count; i++) {
        place[builder->chains[i].from + 1]++;
        place[builder->chains[i].to + 1]++;
    }
    for (uint32_t n = 0; n < node_count; n++)
        place[n + 1] += place[n];
    for (uint32_t i = builder->chain_count; i-- > 0;) {
        const struct chain *chain = &builder->chains[i];
        uint32_t piece_and_class = i << 5 | chain->street_class;
        arrays->edges[--place[chain->to + 1]] =
            (struct network_edge){chain->from, chain->length_mm, piece_and_class};
        arrays->edges[--place[chain->from + 1]] =
            (struct network_edge){chain->to, chain->length_mm, piece_and_class};
    }
    /* place[n + 1] has come down to where n begins: shift the starts into their places. */
    memmove(place, place + 1, node_count * sizeof *place);
    place[node_count] = builder->chain_count * 2;
}

static enum status write_network(const struct builder *builder, struct geo_box box,
                                 uint32_t node_count, struct network *network, struct error *error)
{
    uint32_t pieces = builder->chain_count, points = builder->chain_node_count;
    struct arrays arrays = {.nodes = make(node_count, sizeof *arrays.nodes),
                            .points = make(points, sizeof *arrays.points),
                            .first_edge = make((size_t)node_count + 2, sizeof *arrays.first_edge),
                            .edges = make((size_t)pieces * 2, sizeof *arrays.edges),
                            .pieces = make(pieces, sizeof *arrays.pieces)};
    *network = (struct network){.node_count = node_count,
                                .edge_count = pieces * 2,
                                .piece_count = pieces,
                                .point_count = points,
                                .nodes = arrays.nodes,
                                .first_edge = arrays.first_edge,
                                .edges = arrays.edges,
                                .pieces = arrays.pieces,
                                .points = arrays.points,
                                .bounds = box};
    if (!arrays.nodes || !arrays.points || !arrays.first_edge || !arrays.edges || !arrays.pieces) {
        network_build_release(network);
        return error_memory(error, "writing the network");
    }
    write_pieces(builder, &arrays);
    write_edges(builder, node_count, &arrays);
    return STATUS_OK;
}

static void builder_release(struct builder *builder)
{
    free(builder->segments);
    free(builder->first_incident);
    free(builder->incident);
    free(builder->is_junction);
    free(builder->chains);
    free(builder->chain_nodes);
    free(builder->new_number);
}

enum status network_build(const struct street_ways *ways,
                          const struct network_build_options *options, struct network *network,
                          struct network_build_report *report, struct error *error)
{
    struct builder builder = {.ways = ways, .report = report};
    struct geo_box box = {0};
    uint32_t node_count = 0;
    *network = (struct network){0};
    *report = (struct network_build_report){0};
    if (ways->ref_count >= UINT32_C(1) << 26)
        return error_set(error, STATUS_LIMIT, "the ways have %u points; at most %u can be built",
                         ways->ref_count, (UINT32_C(1) << 26) - 1);
    enum status status = collect_segments(&builder, error);
    if (!status)
        status = index_incidents(&builder, error);
    if (!status)
        status = drop_islands(&builder, options->min_component_m, error);
    if (!status)
        status = contract(&builder, error);
    if (!status) {
        box = bounds_of(&builder);
        status = number_junctions(&builder, box, &node_count, error);
    }
    if (!status) {
        order_chains(&builder);
        status = write_network(&builder, box, node_count, network, error);
    }
    builder_release(&builder);
    return status;
}

void network_build_release(struct network *network)
{
    free((void *)network->nodes);
    free((void *)network->first_edge);
    free((void *)network->edges);
    free((void *)network->pieces);
    free((void *)network->points);
    *network = (struct network){0};
}
