/* Regions, streets and communities: few, read whole into the dataset's arena. */
#include "data/dataset_internal.h"

#include <string.h>

enum status dataset_read_regions(struct dataset *dataset, struct raw *raw, struct error *error)
{
    struct store_region *rows = NULL;
    uint32_t count = 0;
    enum status status = store_regions(raw->store, &dataset->arena, &rows, &count, error);
    if (!status && count > UINT16_MAX)
        status = error_set(error, STATUS_LIMIT, "the store has %u regions; at most %u are possible",
                           count, UINT16_MAX);
    if (!status)
        status = raw_make_array((void **)&dataset->regions, count, sizeof *dataset->regions, error);
    if (!status)
        status = raw_make_array((void **)&raw->region_days, count, sizeof(day_t), error);
    for (uint32_t i = 0; i < count && !status; i++) {
        status = region_parse(rows[i].json, strlen(rows[i].json), &dataset->regions[i], error);
        if (status) {
            error_prefix(error, "region '%s' in the store", rows[i].name);
            break;
        }
        dataset->region_count++;
        day_t day = calendar_local(&dataset->regions[i].calendar, raw->now).day;
        raw->region_days[i] = day;
        raw->first_day = i && raw->first_day < day ? raw->first_day : day;
        raw->last_day = i && raw->last_day > day ? raw->last_day : day;
    }
    raw->regions = dataset->regions;
    raw->region_count = dataset->region_count;
    return status;
}

enum status dataset_read_communities(struct dataset *dataset, struct store *store,
                                     struct error *error)
{
    for (uint32_t i = 0; i < dataset->region_count; i++) {
        const char *region = dataset->regions[i].name;
        struct street_record *streets = NULL;
        struct community_record *communities = NULL;
        uint32_t street_count = 0, community_count = 0;
        enum status status =
            store_streets(store, region, &dataset->arena, &streets, &street_count, error);
        if (!status)
            status = store_communities(store, region, &dataset->arena, &communities,
                                       &community_count, error);
        if (status)
            return status;
        uint32_t all_streets = dataset->street_count + street_count;
        uint32_t all = dataset->community_count + community_count;
        struct arena *arena = &dataset->arena;
        struct street_record *s = arena_calloc(arena, all_streets, sizeof *s);
        struct community_record *c = arena_calloc(arena, all, sizeof *c);
        uint16_t *sr = arena_calloc(arena, all_streets, sizeof *sr);
        uint16_t *cr = arena_calloc(arena, all, sizeof *cr);
        if (!s || !c || !sr || !cr)
            return error_memory(error, "reading the communities");
        for (uint32_t k = 0; k < all_streets; k++) {
            bool old = k < dataset->street_count;
            s[k] = old ? dataset->streets[k] : streets[k - dataset->street_count];
            sr[k] = old ? dataset->street_regions[k] : (uint16_t)i;
        }
        for (uint32_t k = 0; k < all; k++) {
            bool old = k < dataset->community_count;
            c[k] = old ? dataset->communities[k] : communities[k - dataset->community_count];
            cr[k] = old ? dataset->community_regions[k] : (uint16_t)i;
        }
        dataset->streets = s;
        dataset->street_regions = sr;
        dataset->street_count = all_streets;
        dataset->communities = c;
        dataset->community_regions = cr;
        dataset->community_count = all;
    }
    return STATUS_OK;
}
