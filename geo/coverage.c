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
            uint32_t offers = facility->offered >> bit & 1;
            region->located[bit] += offers;
            if (facility->community < input->community_count)
                coverage->communities[facility->community].located[bit] += offers;
        }
    }
    return STATUS_OK;
}

void coverage_release(struct coverage *coverage)
{
    free(coverage->communities);
    *coverage = (struct coverage){0};
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
        .by_mm = malloc(points * sizeof *scratch->by_mm),
        .spare = malloc(points * sizeof *scratch->spare),
        .sums = malloc(((size_t)input->community_count + 1) * sizeof *scratch->sums)};
    if (!scratch->node_mm || !scratch->node_source || !scratch->resident_mm || !scratch->sources ||
        !scratch->start_mm || !scratch->by_mm || !scratch->spare || !scratch->sums) {
        coverage_scratch_release(scratch);
        return error_memory(error, "making room for a sweep");
    }
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
    free(scratch->by_mm);
    free(scratch->spare);
    free(scratch->sums);
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

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };

/* One stable pass of a radix sort: `from` in the order of one digit of the millimetres into `to`. */
static void sort_by_digit(const uint32_t *mm, const uint32_t *from, uint32_t count, uint32_t shift,
                          uint32_t *to)
{
    uint32_t first[DIGITS + 1] = {0};
    for (uint32_t i = 0; i < count; i++)
        first[(mm[from[i]] >> shift) % DIGITS + 1]++;
    for (uint32_t digit = 0; digit < DIGITS; digit++)
        first[digit + 1] += first[digit];
    for (uint32_t i = 0; i < count; i++)
        to[first[(mm[from[i]] >> shift) % DIGITS]++] = from[i];
}

/* scratch->by_mm: the residents within the horizon, nearest first, ties by number. Returns how many:
 * every resident is sorted for every question, which is why it is not done by comparing. */
static uint32_t sort_residents(const struct coverage_input *input, struct coverage_scratch *scratch)
{
    uint32_t count = 0, longest_mm = 0;
    for (uint32_t k = 0; k < input->residents->count; k++) {
        if (scratch->resident_mm[k] == REACH_FAR)
            continue;
        scratch->by_mm[count++] = k;
        if (scratch->resident_mm[k] > longest_mm)
            longest_mm = scratch->resident_mm[k];
    }
    for (uint32_t shift = 0; shift < 32 && longest_mm >> shift; shift += DIGIT_BITS) {
        sort_by_digit(scratch->resident_mm, scratch->by_mm, count, shift, scratch->spare);
        uint32_t *sorted = scratch->spare;
        scratch->spare = scratch->by_mm;
        scratch->by_mm = sorted;
    }
    return count;
}

/* The next nearest of a community's people joins its cell; *sum is the weight of all up to them. */
static void add_to_cell(const struct coverage_input *input, uint32_t mm, double resident_weight,
                        double weight, double *sum, struct coverage_cell *cell)
{
    *sum += resident_weight;
    if (mm <= input->limit_mm)
        cell->served = *sum;
    /* A hair below, so that sums in another order do not move a quantile. */
    if (cell->median_mm == REACH_FAR && weight > 0 && *sum >= 0.5 * weight * (1 - 1e-12))
        cell->median_mm = mm;
    if (cell->p90_mm == REACH_FAR && weight > 0 && *sum >= 0.9 * weight * (1 - 1e-12))
        cell->p90_mm = mm;
}

static void fill_cells(const struct coverage_input *input, struct coverage_scratch *scratch,
                       uint32_t care, uint32_t age, enum coverage_level level,
                       struct coverage *coverage)
{
    uint32_t region = input->community_count;
    for (uint32_t c = 0; c <= region; c++) {
        scratch->sums[c] = 0;
        coverage->communities[c].cells[care][age][level] =
            (struct coverage_cell){0, REACH_FAR, REACH_FAR};
    }
    uint32_t count = sort_residents(input, scratch);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t k = scratch->by_mm[i], own = input->communities[k];
        struct coverage_community *community = &coverage->communities[region];
        add_to_cell(input, scratch->resident_mm[k], input->weights[k], community->weight,
                    &scratch->sums[region], &community->cells[care][age][level]);
        if (own >= region)
            continue;
        community = &coverage->communities[own];
        add_to_cell(input, scratch->resident_mm[k], input->weights[k], community->weight,
                    &scratch->sums[own], &community->cells[care][age][level]);
    }
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
    fill_cells(input, scratch, care, age, level, coverage);
    return STATUS_OK;
}

double coverage_share(const struct coverage_community *community, const struct coverage_cell *cell)
{
    return community->weight > 0 ? fmin(1, cell->served / community->weight) : (double)NAN;
}
