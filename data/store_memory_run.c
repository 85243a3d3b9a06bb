/* Kept runs in memory. */
#include "data/store_memory.h"

enum status memory_run_insert(struct store *base, struct run_record *run, struct error *error)
{
    struct memory_list *list = memory_writing(base, KEPT_RUNS);
    struct run_record item = *run;
    item.key = list->count + 1;
    enum status status = memory_need_region(memory_lists(base), run->region, error);
    if (!status)
        status = KEEP(base, error, &item.region, &item.kind, &item.parameters, &item.result);
    if (!status && run->is_current) {
        EACH(struct run_record, other, list)
        if (memory_same(other->region, run->region) && memory_same(other->kind, run->kind))
            other->is_current = false;
    }
    if (!status)
        status = memory_add(list, KEPT_RUNS, &item, error);
    if (!status)
        run->key = item.key;
    return status;
}

enum status memory_run_find(struct store *base, const char *region, const char *kind,
                            const char *parameters, day_t day, struct arena *arena,
                            struct run_record *run, struct error *error)
{
    const struct run_record *best = NULL;
    const struct memory_list *lists = memory_lists(base);
    EACH(struct run_record, item, &lists[KEPT_RUNS])
    if (memory_same(item->region, region) && memory_same(item->kind, kind) &&
        memory_same(item->parameters, parameters) && item->day <= day &&
        (!best || item->day >= best->day))
        best = item;
    bool fits = true;
    if (best) {
        *run = *best;
        fits = LEND(arena, &run->region, &run->kind, &run->parameters, &run->result);
    }
    memory_done(base);
    if (!best)
        return error_set(error, STATUS_NOT_FOUND, "no run of %s is kept of region '%s'", kind,
                         region);
    return fits ? STATUS_OK : error_memory(error, "reading a store");
}
