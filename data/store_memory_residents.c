/* Resident points in memory: replaced whole, read whole. */
#include "data/store_memory.h"

#include <stdlib.h>
#include <string.h>

static void drop_all(struct memory_list *list, const char *region)
{
    struct region_resident *items = list->items;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < list->count; i++)
        if (!memory_same(items[i].region, region))
            items[kept++] = items[i];
    list->count = kept;
}

static bool stands_twice(const struct resident_record *residents, uint32_t count)
{
    const char *before = NULL; /* the caller's order is any; most are ascending */
    bool ascending = true;
    for (uint32_t i = 0; i < count; i++) {
        ascending &= !before || strcmp(before, residents[i].source_id) < 0;
        before = residents[i].source_id;
    }
    for (uint32_t i = 0; i < count && !ascending; i++)
        for (uint32_t j = i + 1; j < count; j++)
            if (strcmp(residents[i].source_id, residents[j].source_id) == 0)
                return true;
    return false;
}

enum status memory_residents_replace(struct store *base, const char *region, const char *source,
                                     const struct resident_record *residents, uint32_t count,
                                     struct error *error)
{
    (void)source;
    struct memory_list *list = memory_writing(base, RESIDENTS);
    enum status status = memory_need_region(memory_lists(base), region, error);
    if (!status && stands_twice(residents, count))
        status = error_set(error, STATUS_CONFLICT, "a resident point stands twice");
    if (!status)
        drop_all(list, region);
    for (uint32_t i = 0; i < count && !status; i++) {
        struct region_resident item = {region, residents[i]};
        status =
            KEEP(base, error, &item.region, &item.resident.source_id, &item.resident.community);
        if (!status)
            status = memory_add(list, RESIDENTS, &item, error);
    }
    return status;
}

static int by_source_id(const void *a, const void *b)
{
    const struct resident_record *left = a, *right = b;
    return strcmp(left->source_id, right->source_id);
}

enum status memory_residents(struct store *base, const char *region, struct arena *arena,
                             struct resident_record **residents, uint32_t *count,
                             struct error *error)
{
    struct memory_list *lists = memory_lists(base);
    enum status status = memory_need_region(lists, region, error);
    uint32_t used = 0, room = lists[RESIDENTS].count;
    struct resident_record *out = arena_calloc(arena, room ? room : 1, sizeof *out);
    bool fits = out != NULL;
    EACH(struct region_resident, item, &lists[RESIDENTS])
    {
        if (!fits || !memory_same(item->region, region))
            continue;
        out[used] = item->resident;
        fits = LEND(arena, &out[used].source_id, &out[used].community);
        used++;
    }
    memory_done(base);
    if (!status && !fits)
        status = error_memory(error, "reading a store");
    if (status)
        return status;
    if (used)
        qsort(out, used, sizeof *out, by_source_id);
    *residents = out;
    *count = used;
    return STATUS_OK;
}
