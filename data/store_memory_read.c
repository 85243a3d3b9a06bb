/*
 * The memory backend's histories and scans: filtered copies of its lists, sorted.
 */
#include "data/store_memory.h"

#include <stdlib.h>
#include <string.h>

/* Orders -----------------------------------------------------------------------------------------*/

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* By (key, valid_from), then in the order of insertion. */
static int by_version(int64_t key_a, const struct validity *a, int64_t version_a, int64_t key_b,
                      const struct validity *b, int64_t version_b)
{
    int order = compare(key_a, key_b);
    if (!order)
        order = compare(a->valid_from, b->valid_from);
    return order ? order : compare(version_a, version_b);
}

static int by_facility(const void *left, const void *right)
{
    const struct facility_record *a = left, *b = right;
    return by_version(a->key, &a->validity, a->version_key, b->key, &b->validity, b->version_key);
}

static int by_group(const void *left, const void *right)
{
    const struct group_record *a = left, *b = right;
    return by_version(a->key, &a->validity, a->version_key, b->key, &b->validity, b->version_key);
}

static int by_offer(const void *left, const void *right)
{
    const struct offer_record *a = left, *b = right;
    return by_version(a->key, &a->validity, a->version_key, b->key, &b->validity, b->version_key);
}

static int by_places(const void *left, const void *right)
{
    const struct places_record *a = left, *b = right;
    return compare(a->group, b->group);
}

/* Rows of one owner stay in the order in which they were given: sorting must be stable, so this is
 * an insertion sort. The lists of tests are short. */
static void sort_stable(struct memory_list *list, enum memory_list_name name,
                        int (*order)(const void *, const void *))
{
    size_t bytes = memory_item_bytes[name];
    char *items = list->items, *kept = malloc(bytes);
    for (uint32_t i = 1; i < list->count && kept; i++) {
        uint32_t at = i;
        memcpy(kept, items + i * bytes, bytes);
        for (; at > 0 && order(items + (at - 1) * bytes, kept) > 0; at--)
            memcpy(items + at * bytes, items + (at - 1) * bytes, bytes);
        memcpy(items + at * bytes, kept, bytes);
    }
    free(kept);
}

static int by_hours(const void *left, const void *right)
{
    const struct hours_record *a = left, *b = right;
    int order = compare(a->owner_kind, b->owner_kind);
    return order ? order : compare(a->owner, b->owner);
}

static int by_exception(const void *left, const void *right)
{
    const struct hours_exception_record *a = left, *b = right;
    int order = compare(a->owner_kind, b->owner_kind);
    if (!order)
        order = compare(a->owner, b->owner);
    return order ? order : compare(a->day, b->day);
}

static int by_slot(const void *left, const void *right)
{
    const struct slot_record *a = left, *b = right;
    int order = compare(a->offer, b->offer);
    if (!order)
        order = compare(a->day, b->day);
    return order ? order : compare(a->from_min, b->from_min);
}

static void sort(struct memory_list *list, enum memory_list_name name)
{
    static int (*const orders[LIST_COUNT])(const void *, const void *) = {
        [FACILITY_VERSIONS] = by_facility,
        [GROUP_VERSIONS] = by_group,
        [OFFER_VERSIONS] = by_offer,
        [PLACES] = by_places,
        [HOURS] = by_hours,
        [EXCEPTIONS] = by_exception,
        [SLOTS] = by_slot,
    };
    if (name == HOURS || name == EXCEPTIONS)
        sort_stable(list, name, orders[name]);
    else if (list->count)
        qsort(list->items, list->count, memory_item_bytes[name], orders[name]);
}

/* Picking rows -----------------------------------------------------------------------------------*/

struct picking {
    struct memory_list *lists;
    int64_t facility; /* 0 = of all */
    day_t day;        /* DAY_NONE = of any */
    bool any_length;  /* also versions that hold on no day */
};

static bool holds(const struct picking *picking, const struct validity *validity)
{
    if (validity->superseded_at != TIME_NONE)
        return false;
    if (!picking->any_length && validity->valid_from >= validity->valid_to)
        return false;
    return picking->day == DAY_NONE ||
           (validity->valid_from <= picking->day && picking->day < validity->valid_to);
}

static bool is_of_facility(const struct picking *picking, enum store_table table, int64_t key)
{
    if (picking->facility == 0)
        return true;
    if (table == STORE_FACILITIES)
        return key == picking->facility;
    if (table == STORE_GROUPS) {
        struct group_record *group = memory_identity(picking->lists, GROUPS, key);
        return group && group->facility == picking->facility;
    }
    struct facility_offer *offer = memory_identity(picking->lists, OFFERS, key);
    return offer && offer->facility == picking->facility;
}

/* The current report of a group is its last. */
static bool is_current(const struct picking *picking, const struct places_record *places)
{
    EACH(struct places_record, other, &picking->lists[PLACES])
    if (other->group == places->group && other->seq > places->seq)
        return false;
    return true;
}

static bool is_picked(const struct picking *picking, enum memory_list_name name, const void *item)
{
    const struct facility_record *facility = item;
    const struct group_record *group = item;
    const struct offer_record *offer = item;
    const struct places_record *places = item;
    const struct hours_record *hours = item;
    const struct hours_exception_record *exception = item;
    const struct slot_record *slot = item;
    switch (name) {
    case FACILITY_VERSIONS:
        return holds(picking, &facility->validity) &&
               is_of_facility(picking, STORE_FACILITIES, facility->key);
    case GROUP_VERSIONS:
        return holds(picking, &group->validity) &&
               is_of_facility(picking, STORE_GROUPS, group->key);
    case OFFER_VERSIONS:
        return holds(picking, &offer->validity) &&
               is_of_facility(picking, STORE_OFFERS, offer->key);
    case PLACES:
        return is_of_facility(picking, STORE_GROUPS, places->group) && is_current(picking, places);
    case HOURS:
        return is_of_facility(picking,
                              hours->owner_kind == HOURS_OF_OFFER ? STORE_OFFERS : STORE_FACILITIES,
                              hours->owner);
    case EXCEPTIONS:
        return is_of_facility(
            picking, exception->owner_kind == HOURS_OF_OFFER ? STORE_OFFERS : STORE_FACILITIES,
            exception->owner);
    case SLOTS:
        return (picking->day == DAY_NONE || slot->day >= picking->day) &&
               is_of_facility(picking, STORE_OFFERS, slot->offer);
    default:
        return false;
    }
}

static enum status pick(const struct picking *picking, enum memory_list_name name,
                        struct memory_list *picked, struct error *error)
{
    enum status status = STATUS_OK;
    const struct memory_list *from = &picking->lists[name];
    for (uint32_t i = 0; i < from->count && !status; i++) {
        const void *item = (const char *)from->items + i * memory_item_bytes[name];
        if (is_picked(picking, name, item))
            status = memory_add(picked, name, item, error);
    }
    if (!status)
        sort(picked, name);
    return status;
}

/* A facility's history ---------------------------------------------------------------------------*/

static enum status pick_into(const struct picking *picking, enum memory_list_name name,
                             struct arena *arena, void **items, uint32_t *count,
                             struct error *error)
{
    struct memory_list picked = {0};
    enum status status = pick(picking, name, &picked, error);
    size_t bytes = picked.count * memory_item_bytes[name];
    if (!status) {
        *items = arena_alloc(arena, bytes);
        if (!*items)
            status = error_memory(error, "reading a facility");
        else if (bytes)
            memcpy(*items, picked.items, bytes);
        *count = picked.count;
    }
    free(picked.items);
    return status;
}

/* One a group, without a report where there is none. */
static enum status pick_places(const struct picking *picking, struct arena *arena,
                               struct store_history *history, struct error *error)
{
    struct memory_list *groups = &picking->lists[GROUPS];
    history->places = arena_calloc(arena, groups->count, sizeof *history->places);
    if (!history->places)
        return error_memory(error, "reading a facility");
    EACH(struct group_record, group, groups)
    {
        if (group->facility != picking->facility)
            continue;
        struct places_record *places = &history->places[history->place_count++];
        *places = (struct places_record){.group = group->key,
                                         .as_of = TIME_NONE,
                                         .recorded_at = TIME_NONE,
                                         .staffed = NONE,
                                         .enrolled = NONE,
                                         .held = NONE,
                                         .next_open = NONE,
                                         .next_open_from = DAY_NONE,
                                         .open_until = DAY_NONE};
        EACH(struct places_record, other, &picking->lists[PLACES])
        if (other->group == group->key && other->seq > places->seq)
            *places = *other;
    }
    return STATUS_OK;
}

/* Texts stay the store's: they live until it closes, longer than any arena of a test. */
enum status memory_facility_history(struct store *base, int64_t key, struct arena *arena,
                                    struct store_history *history, struct error *error)
{
    struct picking picking = {memory_lists(base), key, DAY_NONE, true};
    void *items[LIST_COUNT] = {0};
    static const enum memory_list_name names[] = {
        FACILITY_VERSIONS, GROUP_VERSIONS, OFFER_VERSIONS, HOURS, EXCEPTIONS, SLOTS};
    uint32_t *counts[] = {&history->facility_count,  &history->group_count,
                          &history->offer_count,     &history->hours_count,
                          &history->exception_count, &history->slot_count};
    enum status status = STATUS_OK;
    for (size_t i = 0; i < sizeof names / sizeof *names && !status; i++)
        status = pick_into(&picking, names[i], arena, &items[names[i]], counts[i], error);
    if (!status)
        status = pick_places(&picking, arena, history, error);
    memory_done(base);
    history->facilities = items[FACILITY_VERSIONS];
    history->groups = items[GROUP_VERSIONS];
    history->offers = items[OFFER_VERSIONS];
    history->hours = items[HOURS];
    history->exceptions = items[EXCEPTIONS];
    history->slots = items[SLOTS];
    if (status)
        *history = (struct store_history){0};
    return status;
}

enum status memory_field_edits(struct store *base, int64_t facility, struct arena *arena,
                               struct field_edit **edits, uint32_t *count, struct error *error)
{
    struct picking picking = {memory_lists(base), facility, DAY_NONE, true};
    struct memory_list *list = &picking.lists[EDITS];
    *edits = arena_calloc(arena, list->count, sizeof **edits);
    if (*edits)
        EACH(struct field_edit, edit, list)
    if (is_of_facility(&picking, (enum store_table)edit->table, edit->key))
        (*edits)[(*count)++] = *edit;
    memory_done(base);
    return *edits ? STATUS_OK : error_memory(error, "reading edits");
}

/* Scans ------------------------------------------------------------------------------------------*/

enum status memory_scan_open(struct store *base, enum store_rows rows, day_t day,
                             struct store_scan **out, struct error *error)
{
    static const enum memory_list_name names[] = {
        [STORE_ROWS_FACILITIES] = FACILITY_VERSIONS,
        [STORE_ROWS_GROUPS] = GROUP_VERSIONS,
        [STORE_ROWS_OFFERS] = OFFER_VERSIONS,
        [STORE_ROWS_PLACES] = PLACES,
        [STORE_ROWS_HOURS] = HOURS,
        [STORE_ROWS_EXCEPTIONS] = EXCEPTIONS,
        [STORE_ROWS_SLOTS] = SLOTS,
    };
    struct memory_store *store = memory_of(base);
    struct memory_scan *scan = calloc(1, sizeof *scan);
    if (!scan)
        return error_memory(error, "reading a store");
    scan->base.backend = base->backend;
    scan->name = names[rows];
    pthread_mutex_lock(&store->lock);
    struct picking picking = {store->committed.lists, 0, day, false};
    enum status status = pick(&picking, scan->name, &scan->rows, error);
    pthread_mutex_unlock(&store->lock);
    if (status)
        memory_scan_close(&scan->base);
    else
        *out = &scan->base;
    return status;
}

enum status memory_scan_next(struct store_scan *base, void *record, bool *more, struct error *error)
{
    (void)error;
    struct memory_scan *scan = (struct memory_scan *)base;
    size_t bytes = memory_item_bytes[scan->name];
    *more = scan->at < scan->rows.count;
    if (*more)
        memcpy(record, (char *)scan->rows.items + scan->at++ * bytes, bytes);
    return STATUS_OK;
}

void memory_scan_close(struct store_scan *base)
{
    struct memory_scan *scan = (struct memory_scan *)base;
    free(scan->rows.items);
    free(scan);
}

static void consider(day_t day, day_t *next, const struct validity *validity)
{
    const day_t days[] = {validity->valid_from, validity->valid_to};
    for (int i = 0; i < 2; i++)
        if (days[i] > day && days[i] != DAY_OPEN && (*next == DAY_NONE || days[i] < *next))
            *next = days[i];
}

enum status memory_next_change(struct store *base, day_t day, day_t *next, struct error *error)
{
    (void)error;
    struct memory_list *lists = memory_lists(base);
    EACH(struct facility_record, facility, &lists[FACILITY_VERSIONS])
    consider(day, next, &facility->validity);
    EACH(struct group_record, group, &lists[GROUP_VERSIONS])
    consider(day, next, &group->validity);
    EACH(struct offer_record, offer, &lists[OFFER_VERSIONS])
    consider(day, next, &offer->validity);
    memory_done(base);
    return STATUS_OK;
}
