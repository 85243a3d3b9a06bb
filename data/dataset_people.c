/* Where the people of each region live, read once with the dataset. */
#include "data/dataset_internal.h"
#include "data/walking.h"

#define SCRATCH_MAX_BYTES ((size_t)512 << 20)

/* Communities of a region stand together, ascending by code. */
static void find_communities(const struct dataset *dataset, uint32_t region, uint32_t *first,
                             uint32_t *count)
{
    *first = *count = 0;
    while (*first < dataset->community_count && dataset->community_regions[*first] != region)
        ++*first;
    while (*first + *count < dataset->community_count &&
           dataset->community_regions[*first + *count] == region)
        ++*count;
}

static const struct base_map *map_of(const struct dataset *dataset, uint32_t region)
{
    const struct walking_network *network = walking_network_of(dataset, region);
    return network ? &network->file.map : NULL;
}

static enum status place_people(struct dataset *dataset, struct store *store, uint32_t region,
                                struct error *error)
{
    struct people *people = &dataset->people[region];
    struct resident_record *residents;
    struct arena scratch; /* the records go again, what is made of them stays */
    uint32_t count, first, community_count;
    arena_init(&scratch, SCRATCH_MAX_BYTES);
    find_communities(dataset, region, &first, &community_count);
    const struct community_record *communities = dataset->communities + first;
    enum status status =
        store_residents(store, dataset->regions[region].name, &scratch, &residents, &count, error);
    if (!status && count)
        status = people_from_points(residents, count, communities, community_count, &dataset->arena,
                                    people, error);
    else if (!status && community_count)
        status = people_spread(communities, community_count, map_of(dataset, region),
                               &dataset->arena, people, error);
    arena_release(&scratch);
    for (uint32_t i = 0; i < people->count && !status; i++)
        if (people->communities[i] != UINT32_MAX)
            people->communities[i] += first;
    return status;
}

enum status dataset_place_people(struct dataset *dataset, struct store *store, struct error *error)
{
    dataset->people =
        arena_calloc(&dataset->arena, dataset->region_count + 1, sizeof *dataset->people);
    enum status status = dataset->people ? STATUS_OK : error_memory(error, "placing residents");
    for (uint32_t i = 0; i < dataset->region_count && !status; i++)
        status = place_people(dataset, store, i, error);
    return status;
}
