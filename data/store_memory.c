/*
 * The store in memory, for tests: the same contract, as plainly as it can be written.
 *
 * All rows are in lists. A transaction works on a copy of all lists; committing makes the copy the
 * state that others read, rolling back drops it. Text is kept in one arena until the store closes.
 */
#include "data/store_memory.h"

#include <stdlib.h>
#include <string.h>

const size_t memory_item_bytes[LIST_COUNT] = {
    [METAS] = sizeof(struct meta),
    [REGIONS] = sizeof(struct store_region),
    [STREETS] = sizeof(struct region_street),
    [COMMUNITIES] = sizeof(struct region_community),
    [RESIDENTS] = sizeof(struct region_resident),
    [IDS] = sizeof(struct public_id),
    [FACILITIES] = sizeof(struct facility_record),
    [GROUPS] = sizeof(struct group_record),
    [OFFERS] = sizeof(struct facility_offer),
    [FACILITY_VERSIONS] = sizeof(struct facility_record),
    [GROUP_VERSIONS] = sizeof(struct group_record),
    [OFFER_VERSIONS] = sizeof(struct offer_record),
    [PLACES] = sizeof(struct places_record),
    [HOURS] = sizeof(struct hours_record),
    [EXCEPTIONS] = sizeof(struct hours_exception_record),
    [SLOTS] = sizeof(struct slot_record),
    [EDITS] = sizeof(struct field_edit),
    [RUNS] = sizeof(struct import_run),
    [KEPT_RUNS] = sizeof(struct run_record),
};

/* Lists ------------------------------------------------------------------------------------------*/

enum status memory_add(struct memory_list *list, enum memory_list_name name, const void *item,
                       struct error *error)
{
    size_t bytes = memory_item_bytes[name];
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity ? list->capacity * 2 : 8;
        void *grown = realloc(list->items, capacity * bytes);
        if (!grown)
            return error_memory(error, "keeping a row");
        list->items = grown;
        list->capacity = capacity;
    }
    memcpy((char *)list->items + list->count++ * bytes, item, bytes);
    return STATUS_OK;
}

void memory_remove(struct memory_list *list, enum memory_list_name name, void *item)
{
    size_t bytes = memory_item_bytes[name];
    char *end = (char *)list->items + list->count-- * bytes;
    memmove(item, (char *)item + bytes, (size_t)(end - ((char *)item + bytes)));
}

static void state_release(struct memory_state *state)
{
    for (int i = 0; i < LIST_COUNT; i++)
        free(state->lists[i].items);
    *state = (struct memory_state){0};
}

static enum status state_copy(const struct memory_state *from, struct memory_state *to,
                              struct error *error)
{
    *to = (struct memory_state){0};
    for (int i = 0; i < LIST_COUNT; i++) {
        uint32_t count = from->lists[i].count;
        if (!count)
            continue;
        to->lists[i] = (struct memory_list){malloc(count * memory_item_bytes[i]), count, count};
        if (!to->lists[i].items) {
            state_release(to);
            return error_memory(error, "beginning a transaction");
        }
        memcpy(to->lists[i].items, from->lists[i].items, count * memory_item_bytes[i]);
    }
    return STATUS_OK;
}

/* What this thread reads; memory_done() gives it back. */
struct memory_list *memory_lists(struct store *base)
{
    struct memory_store *store = memory_of(base);
    if (store_is_mine(base))
        return store->working.lists;
    pthread_mutex_lock(&store->lock);
    return store->committed.lists;
}

void memory_done(struct store *base)
{
    if (!store_is_mine(base))
        pthread_mutex_unlock(&memory_of(base)->lock);
}

struct memory_list *memory_writing(struct store *base, enum memory_list_name name)
{
    return &memory_of(base)->working.lists[name];
}

enum status memory_keep(struct store *base, const char **texts[], size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (!*texts[i])
            continue;
        *texts[i] = arena_string(&memory_of(base)->text, *texts[i]);
        if (!*texts[i])
            return error_memory(error, "keeping a row");
    }
    return STATUS_OK;
}
bool memory_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Add `item`, in place of an equal one where `found` says so. */
enum status memory_put(struct memory_list *list, enum memory_list_name name, void *found,
                       const void *item, struct error *error)
{
    if (!found)
        return memory_add(list, name, item, error);
    memcpy(found, item, memory_item_bytes[name]);
    return STATUS_OK;
}

/* Transactions -----------------------------------------------------------------------------------*/

static void memory_close(struct store *base)
{
    struct memory_store *store = memory_of(base);
    state_release(&store->committed);
    state_release(&store->working);
    arena_release(&store->text);
    pthread_mutex_destroy(&store->lock);
    free(store);
}

static enum status memory_begin(struct store *base, struct error *error)
{
    struct memory_store *store = memory_of(base);
    return state_copy(&store->committed, &store->working, error);
}

static enum status memory_commit(struct store *base, struct error *error)
{
    (void)error;
    struct memory_store *store = memory_of(base);
    pthread_mutex_lock(&store->lock);
    state_release(&store->committed);
    store->committed = store->working;
    store->working = (struct memory_state){0};
    pthread_mutex_unlock(&store->lock);
    return STATUS_OK;
}

static void memory_rollback(struct store *base)
{
    state_release(&memory_of(base)->working);
}

/* Named facts, regions, streets, communities -----------------------------------------------------*/

static enum status memory_meta_get(struct store *base, const char *name, struct arena *arena,
                                   const char **value, struct error *error)
{
    struct memory_list *lists = memory_lists(base);
    enum status status = error_set(error, STATUS_NOT_FOUND, "the store says nothing of '%s'", name);
    EACH(struct meta, meta, &lists[METAS])
    {
        if (!memory_same(meta->name, name))
            continue;
        *value = arena_string(arena, meta->value);
        status = *value ? STATUS_OK : error_memory(error, "reading a store");
    }
    memory_done(base);
    return status;
}

static enum status memory_meta_put(struct store *base, const char *name, const char *value,
                                   struct error *error)
{
    struct memory_list *list = memory_writing(base, METAS);
    struct meta *found = NULL, item = {name, value};
    EACH(struct meta, meta, list)
    if (memory_same(meta->name, name))
        found = meta;
    enum status status = KEEP(base, error, &item.name, &item.value);
    return status ? status : memory_put(list, METAS, found, &item, error);
}

static struct store_region *find_region(struct memory_list *lists, const char *name)
{
    EACH(struct store_region, region, &lists[REGIONS])
    if (memory_same(region->name, name))
        return region;
    return NULL;
}

enum status memory_need_region(struct memory_list *lists, const char *name, struct error *error)
{
    return find_region(lists, name) ? STATUS_OK
                                    : error_set(error, STATUS_NOT_FOUND, "no region '%s'", name);
}

static enum status memory_region_put(struct store *base, const char *name, const char *json,
                                     struct error *error)
{
    struct memory_list *list = memory_writing(base, REGIONS);
    struct store_region item = {name, json}, *found = find_region(memory_lists(base), name);
    enum status status = KEEP(base, error, &item.name, &item.json);
    return status ? status : memory_put(list, REGIONS, found, &item, error);
}

/* A copy of the texts of one item in the reader's arena. */
bool memory_lend(struct arena *arena, const char **texts[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *copy = arena_string(arena, *texts[i]);
        if (*texts[i] && !copy)
            return false;
        *texts[i] = copy;
    }
    return true;
}

static enum status memory_regions(struct store *base, struct arena *arena,
                                  struct store_region **regions, uint32_t *count,
                                  struct error *error)
{
    struct memory_list *list = &memory_lists(base)[REGIONS];
    struct store_region *out = arena_calloc(arena, list->count, sizeof *out);
    bool fits = out != NULL;
    uint32_t used = 0;
    EACH(struct store_region, region, list)
    {
        if (!fits)
            break;
        out[used] = *region;
        fits = LEND(arena, &out[used].name, &out[used].json);
        used++;
    }
    memory_done(base);
    if (!fits)
        return error_memory(error, "reading a store");
    *regions = out;
    *count = used;
    return STATUS_OK;
}

static enum status memory_street_put(struct store *base, const char *region,
                                     const struct street_record *street, struct error *error)
{
    struct memory_list *list = memory_writing(base, STREETS);
    struct region_street item = {region, *street}, *found = NULL;
    EACH(struct region_street, other, list)
    if (memory_same(other->region, region) && memory_same(other->street.code, street->code))
        found = other;
    enum status status = memory_need_region(memory_lists(base), region, error);
    if (!status)
        status = KEEP(base, error, &item.region, &item.street.code, &item.street.name,
                      &item.street.name_en);
    return status ? status : memory_put(list, STREETS, found, &item, error);
}

static enum status memory_community_put(struct store *base, const char *region,
                                        const struct community_record *community,
                                        struct error *error)
{
    struct memory_list *list = memory_writing(base, COMMUNITIES);
    struct region_community item = {region, *community}, *found = NULL;
    struct community_record *of = &item.community;
    EACH(struct region_community, other, list)
    if (memory_same(other->region, region) && memory_same(other->community.code, community->code))
        found = other;
    enum status status = memory_need_region(memory_lists(base), region, error);
    if (!status)
        status = KEEP(base, error, &item.region, &of->code, &of->name, &of->name_en, &of->street,
                      &of->outline);
    return status ? status : memory_put(list, COMMUNITIES, found, &item, error);
}

static int by_street_code(const void *a, const void *b)
{
    const struct street_record *left = a, *right = b;
    return strcmp(left->code, right->code);
}

static enum status memory_streets(struct store *base, const char *region, struct arena *arena,
                                  struct street_record **streets, uint32_t *count,
                                  struct error *error)
{
    struct memory_list *lists = memory_lists(base);
    enum status status = memory_need_region(lists, region, error);
    struct street_record *out = arena_calloc(arena, lists[STREETS].count, sizeof *out);
    bool fits = out != NULL;
    uint32_t used = 0;
    EACH(struct region_street, item, &lists[STREETS])
    {
        if (!fits || !memory_same(item->region, region))
            continue;
        out[used] = item->street;
        fits = LEND(arena, &out[used].code, &out[used].name, &out[used].name_en);
        used++;
    }
    memory_done(base);
    if (!status && !fits)
        status = error_memory(error, "reading a store");
    if (status)
        return status;
    if (used)
        qsort(out, used, sizeof *out, by_street_code);
    *streets = out;
    *count = used;
    return STATUS_OK;
}

static int by_community_code(const void *a, const void *b)
{
    const struct community_record *left = a, *right = b;
    return strcmp(left->code, right->code);
}

static enum status memory_communities(struct store *base, const char *region, struct arena *arena,
                                      struct community_record **communities, uint32_t *count,
                                      struct error *error)
{
    struct memory_list *lists = memory_lists(base);
    enum status status = memory_need_region(lists, region, error);
    struct community_record *out = arena_calloc(arena, lists[COMMUNITIES].count, sizeof *out);
    bool fits = out != NULL;
    uint32_t used = 0;
    EACH(struct region_community, item, &lists[COMMUNITIES])
    {
        if (!fits || !memory_same(item->region, region))
            continue;
        struct community_record *of = &out[used++];
        *of = item->community;
        fits = LEND(arena, &of->code, &of->name, &of->name_en, &of->street, &of->outline);
    }
    memory_done(base);
    if (!status && !fits)
        status = error_memory(error, "reading a store");
    if (status)
        return status;
    if (used)
        qsort(out, used, sizeof *out, by_community_code);
    *communities = out;
    *count = used;
    return STATUS_OK;
}

/* Upkeep -----------------------------------------------------------------------------------------*/

static enum status memory_check(struct store *base, struct error *error)
{
    (void)base, (void)error;
    return STATUS_OK;
}

static enum status memory_backup(struct store *base, const char *path, struct error *error)
{
    (void)base, (void)path;
    return error_set(error, STATUS_UNSUPPORTED, "a store in memory has no backup");
}

static const struct store_backend memory_backend = {
    .close = memory_close,
    .begin = memory_begin,
    .commit = memory_commit,
    .rollback = memory_rollback,
    .meta_get = memory_meta_get,
    .meta_put = memory_meta_put,
    .region_put = memory_region_put,
    .regions = memory_regions,
    .street_put = memory_street_put,
    .community_put = memory_community_put,
    .streets = memory_streets,
    .communities = memory_communities,
    .residents_replace = memory_residents_replace,
    .residents = memory_residents,
    .facility_insert = memory_facility_insert,
    .group_insert = memory_group_insert,
    .offer_insert = memory_offer_insert,
    .facility_find = memory_facility_find,
    .facility_find_id = memory_facility_find_id,
    .facility_next_number = memory_next_number,
    .facility_version_insert = memory_facility_version_insert,
    .group_version_insert = memory_group_version_insert,
    .offer_version_insert = memory_offer_version_insert,
    .version_supersede = memory_version_supersede,
    .facility_history = memory_facility_history,
    .places_append = memory_places_append,
    .places_forget = memory_places_forget,
    .hours_replace = memory_hours_replace,
    .slots_replace = memory_slots_replace,
    .field_edit_put = memory_field_edit_put,
    .field_edits = memory_field_edits,
    .import_run_insert = memory_import_run_insert,
    .import_runs = memory_import_runs,
    .run_insert = memory_run_insert,
    .runs = memory_runs,
    .run_result = memory_run_result,
    .run_delete = memory_run_delete,
    .import_after = memory_import_after,
    .scan_open = memory_scan_open,
    .scan_next = memory_scan_next,
    .scan_close = memory_scan_close,
    .next_change = memory_next_change,
    .check = memory_check,
    .backup = memory_backup,
};

enum status store_memory_open(struct store **out, struct error *error)
{
    struct memory_store *store = calloc(1, sizeof *store);
    if (!store)
        return error_memory(error, "opening a store");
    pthread_mutex_init(&store->lock, NULL);
    arena_init(&store->text, SIZE_MAX / 2);
    store->base.backend = &memory_backend;
    store->base.location = "memory:";
    store->base.may_write = true;
    atomic_store(&store->base.generation, 1);
    *out = &store->base;
    return STATUS_OK;
}
