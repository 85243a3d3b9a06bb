#include "geo/coverage.h"

#include <math.h>
#include <stdlib.h>

enum status coverage_init(const struct coverage_input *input, struct coverage *coverage,
                          struct error *error)
{
    size_t count = (size_t)input->community_count + 1;
    *coverage = (struct coverage){.communities = calloc(count, sizeof *coverage->communities),
                                  .community_count = input->community_count};
    if (!coverage->communities)
        return error_memory(error, "making room for coverage");
    struct coverage_community *region = &coverage->communities[input->community_count];
    for (uint32_t k = 0; k < input->residents->count; k++) {
        double weight = input->weights[k];
        double off = input->residents->snaps[k].piece == NO_PIECE ? weight : 0;
        region->weight += weight;
        region->off_network_weight += off;
        if (input->communities[k] >= input->community_count)
            continue;
        coverage->communities[input->communities[k]].weight += weight;
        coverage->communities[input->communities[k]].off_network_weight += off;
    }
    for (uint32_t j = 0; j < input->facility_count; j++) {
        const struct coverage_facility *facility = &input->facilities[j];
        for (uint32_t bit = 0; bit < COVERAGE_CARES * COVERAGE_AGES; bit++) {
            uint16_t offers = facility->offered >> bit & 1;
            region->located[bit] = (uint16_t)(region->located[bit] + offers);
            if (facility->community < input->community_count)
                coverage->communities[facility->community].located[bit] =
                    (uint16_t)(coverage->communities[facility->community].located[bit] + offers);
        }
    }
    return STATUS_OK;
}

void coverage_release(struct coverage *coverage)
{
    free(coverage->communities);
    *coverage = (struct coverage){0};
}

/* Residents grouped by community, those in none last: count, sum, place. */
static void group_by_community(const struct coverage_input *input, struct coverage_scratch *scratch)
{
    uint32_t groups = input->community_count + 1;
    for (uint32_t k = 0; k < input->residents->count; k++) {
        uint32_t c = input->communities[k];
        scratch->first[(c < input->community_count ? c : input->community_count) + 2]++;
    }
    for (uint32_t c = 0; c < groups; c++)
        scratch->first[c + 2] += scratch->first[c + 1];
    for (uint32_t k = 0; k < input->residents->count; k++) {
        uint32_t c = input->communities[k];
        c = c < input->community_count ? c : input->community_count;
        scratch->by_community[scratch->first[c + 1]++] = k;
    }
}

enum status coverage_scratch_init(const struct coverage_input *input,
                                  struct coverage_scratch *scratch, struct error *error)
{
    size_t nodes = (size_t)input->network->node_count + 1;
    size_t points = (size_t)input->residents->count + 1;
    size_t facilities = (size_t)input->facility_count + 1;
    *scratch = (struct coverage_scratch){
        .node_mm = malloc(nodes * sizeof *scratch->node_mm),
        .node_source = malloc(nodes * sizeof *scratch->node_source),
        .resident_mm = malloc(points * sizeof *scratch->resident_mm),
        .sources = malloc(facilities * sizeof *scratch->sources),
        .start_mm = malloc(facilities * sizeof *scratch->start_mm),
        .first = calloc((size_t)input->community_count + 3, sizeof *scratch->first),
        .by_community = malloc(points * sizeof *scratch->by_community)};
    if (!scratch->node_mm || !scratch->node_source || !scratch->resident_mm || !scratch->sources ||
        !scratch->start_mm || !scratch->first || !scratch->by_community) {
        coverage_scratch_release(scratch);
        return error_memory(error, "making room for a sweep");
    }
    group_by_community(input, scratch);
    enum status status = reach_init(&scratch->reach, input->network->node_count, error);
    if (status)
        coverage_scratch_release(scratch);
    return status;
}

void coverage_scratch_release(struct coverage_scratch *scratch)
{
    reach_release(&scratch->reach);
    free(scratch->node_mm);
    free(scratch->node_source);
    free(scratch->resident_mm);
    free(scratch->sources);
    free(scratch->start_mm);
    free(scratch->first);
    free(scratch->by_community);
    *scratch = (struct coverage_scratch){0};
}

static uint64_t over_node(const struct coverage_scratch *scratch, uint32_t node, uint32_t along_mm)
{
    uint32_t mm = scratch->node_mm[node];
    return mm == REACH_FAR ? UINT64_MAX : (uint64_t)mm + along_mm;
}

static uint64_t lesser(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Every resident's way over the ends of its piece; those who stand on a source's own piece may also
 * walk along it. */
static void fill_resident_mm(const struct coverage_input *input, uint32_t source_count,
                             struct coverage_scratch *scratch)
{
    const struct residents *residents = input->residents;
    for (uint32_t k = 0; k < residents->count; k++) {
        const struct snap *snap = &residents->snaps[k];
        scratch->resident_mm[k] = REACH_FAR;
        if (snap->piece == NO_PIECE)
            continue;
        const struct network_piece *piece = &input->network->pieces[snap->piece];
        uint64_t mm = lesser(over_node(scratch, piece->from, snap->from_start_mm),
                             over_node(scratch, piece->to, piece->length_mm - snap->from_start_mm));
        mm = mm == UINT64_MAX ? mm : mm + residents->snap_mm[k];
        if (mm <= input->horizon_mm)
            scratch->resident_mm[k] = (uint32_t)mm;
    }
    for (uint32_t i = 0; i < source_count; i++) {
        const struct snap *source = &scratch->sources[i];
        for (uint32_t r = residents->first[source->piece]; r < residents->first[source->piece + 1];
             r++) {
            uint32_t k = residents->by_piece[r], at = residents->snaps[k].from_start_mm;
            uint64_t along = at > source->from_start_mm ? at - source->from_start_mm
                                                        : source->from_start_mm - at;
            uint64_t mm = along + scratch->start_mm[i] + residents->snap_mm[k];
            if (mm <= input->horizon_mm)
                scratch->resident_mm[k] = (uint32_t)lesser(mm, scratch->resident_mm[k]);
        }
    }
}

/* A resident point and its cost. */
struct priced {
    uint32_t mm, resident;
};

static int compare_priced(const void *left, const void *right)
{
    const struct priced *x = left, *y = right;
    if (x->mm != y->mm)
        return x->mm < y->mm ? -1 : 1;
    return x->resident < y->resident ? -1 : x->resident > y->resident;
}

/* Sum and quantiles of `count` residents. */
static void fill_cell(const struct coverage_input *input, struct priced *priced, uint32_t count,
                      double weight, struct coverage_cell *cell)
{
    *cell = (struct coverage_cell){0, REACH_FAR, REACH_FAR};
    qsort(priced, count, sizeof *priced, compare_priced);
    double sum = 0;
    for (uint32_t i = 0; i < count && priced[i].mm != REACH_FAR; i++) {
        sum += input->weights[priced[i].resident];
        if (priced[i].mm <= input->limit_mm)
            cell->served = sum;
        /* A hair below, so that sums in another order do not move a quantile. */
        if (cell->median_mm == REACH_FAR && weight > 0 && sum >= 0.5 * weight * (1 - 1e-12))
            cell->median_mm = priced[i].mm;
        if (cell->p90_mm == REACH_FAR && weight > 0 && sum >= 0.9 * weight * (1 - 1e-12))
            cell->p90_mm = priced[i].mm;
    }
}

static enum status fill_cells(const struct coverage_input *input, struct coverage_scratch *scratch,
                              uint32_t care, uint32_t age, enum coverage_level level,
                              struct coverage *coverage, struct error *error)
{
    uint32_t count = input->residents->count;
    struct priced *priced = malloc(((size_t)count + 1) * sizeof *priced);
    if (!priced)
        return error_memory(error, "summing coverage");
    for (uint32_t i = 0; i < count; i++)
        priced[i] = (struct priced){scratch->resident_mm[scratch->by_community[i]],
                                    scratch->by_community[i]};
    for (uint32_t c = 0; c < input->community_count; c++) {
        struct coverage_community *community = &coverage->communities[c];
        fill_cell(input, priced + scratch->first[c], scratch->first[c + 1] - scratch->first[c],
                  community->weight, &community->cells[care][age][level]);
    }
    struct coverage_community *region = &coverage->communities[input->community_count];
    fill_cell(input, priced, count, region->weight, &region->cells[care][age][level]);
    free(priced);
    return STATUS_OK;
}

enum status coverage_answer(const struct coverage_input *input, uint32_t care, uint32_t age,
                            enum coverage_level level, struct coverage_scratch *scratch,
                            struct coverage *coverage, struct error *error)
{
    if (care >= COVERAGE_CARES || age >= COVERAGE_AGES || (unsigned)level >= COVERAGE_LEVELS)
        return error_set(error, STATUS_INVALID, "coverage has no question %u, %u, %u", care, age,
                         (unsigned)level);
    uint32_t source_count = 0;
    for (uint32_t j = 0; j < input->facility_count; j++) {
        const struct coverage_facility *facility = &input->facilities[j];
        uint16_t mask = level == COVERAGE_OPEN ? facility->open : facility->offered;
        if (!(mask >> coverage_bit(care, age) & 1) || facility->snap.piece == NO_PIECE)
            continue;
        scratch->sources[source_count] = facility->snap;
        scratch->start_mm[source_count++] = facility->snap_mm;
    }
    enum status status = reach_sweep(
        input->network, input->profile, scratch->sources, scratch->start_mm, source_count,
        input->horizon_mm, &scratch->reach, scratch->node_mm, scratch->node_source, error);
    if (status)
        return status;
    fill_resident_mm(input, source_count, scratch);
    return fill_cells(input, scratch, care, age, level, coverage, error);
}

double coverage_share(const struct coverage_community *community, const struct coverage_cell *cell)
{
    return community->weight > 0 ? fmin(1, cell->served / community->weight) : (double)NAN;
}
