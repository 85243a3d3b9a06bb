#include "data/coverage_counts.h"

#include <stdlib.h>

enum status coverage_counts_init(const struct coverage_ground *ground,
                                 struct coverage_counts *counts, struct error *error)
{
    size_t communities = (size_t)ground->community_count + 1;
    *counts = (struct coverage_counts){
        .ground = ground,
        .open = calloc((size_t)ground->facility_count + 1, sizeof *counts->open),
        .within =
            calloc(((size_t)ground->residents.count + 1) * COVERAGE_BITS, sizeof *counts->within),
        .served = calloc(communities * COVERAGE_BITS, sizeof *counts->served)};
    if (counts->open && counts->within && counts->served)
        return STATUS_OK;
    coverage_counts_release(counts);
    return error_memory(error, "counting who is within walk");
}

void coverage_counts_release(struct coverage_counts *counts)
{
    free(counts->open);
    free(counts->within);
    free(counts->served);
    *counts = (struct coverage_counts){0};
}

static void add_weight(struct coverage_counts *counts, uint32_t resident, uint32_t bit, double sign)
{
    const struct coverage_ground *ground = counts->ground;
    double weight = sign * ground->weights[resident];
    counts->served[(size_t)ground->community_count * COVERAGE_BITS + bit] += weight;
    if (ground->communities[resident] != UINT32_MAX)
        counts->served[(size_t)ground->communities[resident] * COVERAGE_BITS + bit] += weight;
}

/* The first open facility within walk serves; the last that closes no longer does. */
static void move_one(struct coverage_counts *counts, uint32_t resident, uint32_t bit, bool opens)
{
    uint32_t *within = &counts->within[(size_t)resident * COVERAGE_BITS + bit];
    if (opens && (*within)++ == 0)
        add_weight(counts, resident, bit, 1);
    else if (!opens && --*within == 0)
        add_weight(counts, resident, bit, -1);
}

uint16_t coverage_counts_set(struct coverage_counts *counts, uint32_t facility, uint16_t open)
{
    const struct catchments *lists = &counts->ground->catchments;
    uint16_t changed = counts->open[facility] ^ open;
    for (uint32_t bit = 0; bit < COVERAGE_BITS; bit++) {
        if (!(changed >> bit & 1))
            continue;
        for (uint32_t i = lists->first[facility]; i < lists->first[facility + 1]; i++)
            move_one(counts, lists->entries[i].resident, bit, open >> bit & 1);
    }
    counts->open[facility] = open;
    return changed;
}
