/* Kept runs in memory. */
#include "data/store_memory.h"

#include <stdlib.h>
#include <string.h>

static int64_t next_key(struct memory_list *list)
{
    int64_t last = 0;
    EACH(struct run_record, item, list)
    if (item->key > last)
        last = item->key;
    return last + 1;
}

enum status memory_run_insert(struct store *base, struct run_record *run, struct error *error)
{
    struct memory_list *list = memory_writing(base, KEPT_RUNS);
    struct run_record item = *run;
    item.key = next_key(list);
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

static int compare_runs(const void *a, const void *b)
{
    const struct run_record *left = a, *right = b;
    int order = strcmp(left->region, right->region);
    if (!order)
        order = strcmp(left->parameters, right->parameters);
    if (!order)
        order = (left->day > right->day) - (left->day < right->day);
    return order ? order : (left->key > right->key) - (left->key < right->key);
}

enum status memory_runs(struct store *base, const char *kind, struct arena *arena,
                        struct run_record **runs, uint32_t *count, struct error *error)
{
    struct memory_list *list = &memory_lists(base)[KEPT_RUNS];
    struct run_record *out = arena_calloc(arena, (size_t)list->count + 1, sizeof *out);
    bool fits = out != NULL;
    uint32_t used = 0;
    EACH(struct run_record, item, list)
    {
        if (!fits || !memory_same(item->kind, kind))
            continue;
        out[used] = *item;
        out[used].result = NULL;
        fits = LEND(arena, &out[used].region, &out[used].kind, &out[used].parameters);
        used++;
    }
    memory_done(base);
    if (!fits)
        return error_memory(error, "reading a store");
    if (used)
        qsort(out, used, sizeof *out, compare_runs);
    *runs = out;
    *count = used;
    return STATUS_OK;
}

enum status memory_run_result(struct store *base, int64_t key, struct arena *arena,
                              const char **result, struct error *error)
{
    enum status status = error_set(error, STATUS_NOT_FOUND, "run %lld is not kept", (long long)key);
    struct memory_list *list = &memory_lists(base)[KEPT_RUNS];
    EACH(struct run_record, item, list)
    {
        if (item->key != key)
            continue;
        *result = item->result;
        status = LEND(arena, result) ? STATUS_OK : error_memory(error, "reading a store");
    }
    memory_done(base);
    return status;
}

enum status memory_run_delete(struct store *base, int64_t key, struct error *error)
{
    struct memory_list *list = memory_writing(base, KEPT_RUNS);
    struct run_record *items = list->items;
    for (uint32_t i = 0; i < list->count; i++) {
        if (items[i].key != key)
            continue;
        memmove(&items[i], &items[i + 1], (list->count - i - 1) * sizeof *items);
        list->count--;
        return STATUS_OK;
    }
    return error_set(error, STATUS_NOT_FOUND, "run %lld is not kept", (long long)key);
}
