#include "data/calendar.h"
#include "data/store_backend.h"

#include <pthread.h>
#include <string.h>

enum status store_open(const char *location, enum store_mode mode, struct store **store,
                       struct error *error)
{
    *store = NULL;
    if (strcmp(location, "memory:") == 0)
        return store_memory_open(store, error);
    return store_sqlite_open(location, mode, store, error);
}

void store_close(struct store *store)
{
    if (!store)
        return;
    store_rollback(store);
    store->backend->close(store);
}

void store_close_locked(struct store *store, struct store_lock *lock)
{
    *lock = store->lock;
    store->lock = (struct store_lock){0};
    store_close(store);
}

const char *store_location(const struct store *store)
{
    return store->location;
}

bool store_is_mine(const struct store *store)
{
    return atomic_load(&store->writer) == (unsigned long)pthread_self();
}

int64_t store_id_number(const char *id, const char *prefix)
{
    size_t length = strlen(prefix);
    if (strncmp(id, prefix, length) != 0 || id[length] != '-')
        return 0;
    const char *digits = id + length + 1;
    size_t count = strspn(digits, "0123456789");
    if (count == 0 || count > 15 || digits[count] != '\0')
        return 0;
    int64_t number = 0;
    for (size_t i = 0; i < count; i++)
        number = number * 10 + (digits[i] - '0');
    return number;
}

/* Transactions ----------------------------------------------------------------------------------*/

static enum status refuse_failed(const struct store *store, struct error *error)
{
    return error_set(error, STATUS_READ_ONLY,
                     "store %s: an earlier write failed and its outcome is unknown; it may only be "
                     "read until it is opened again",
                     store->location);
}

enum status store_begin(struct store *store, struct error *error)
{
    if (!store->may_write)
        return error_set(error, STATUS_READ_ONLY, "store %s was opened for reading only",
                         store->location);
    if (atomic_load(&store->failed))
        return refuse_failed(store, error);
    unsigned long nobody = 0;
    if (!atomic_compare_exchange_strong(&store->writer, &nobody, (unsigned long)pthread_self()))
        return error_set(error, STATUS_BUSY, "store %s: a transaction is open already",
                         store->location);
    store->dirty = false;
    enum status status = store->backend->begin(store, error);
    if (status)
        atomic_store(&store->writer, 0);
    return status;
}

static enum status may_write(struct store *store, struct error *error)
{
    if (!store_is_mine(store))
        return error_set(error, STATUS_INVALID, "store %s: a write outside a transaction",
                         store->location);
    if (atomic_load(&store->failed))
        return refuse_failed(store, error);
    store->dirty = true;
    return STATUS_OK;
}

enum status store_commit(struct store *store, struct error *error)
{
    if (!store_is_mine(store))
        return error_set(error, STATUS_INVALID, "store %s: a commit outside a transaction",
                         store->location);
    enum status status = store->backend->commit(store, error);
    if (!status && store->dirty)
        atomic_fetch_add(&store->generation, 1);
    atomic_store(&store->writer, 0);
    return status;
}

void store_rollback(struct store *store)
{
    if (!store_is_mine(store))
        return;
    store->backend->rollback(store);
    atomic_store(&store->writer, 0);
}

uint64_t store_generation(struct store *store)
{
    return atomic_load(&store->generation);
}

/* What the store itself and its regions say ------------------------------------------------------*/

enum status store_meta_get(struct store *store, const char *name, struct arena *arena,
                           const char **value, struct error *error)
{
    *value = NULL;
    return store->backend->meta_get(store, name, arena, value, error);
}

enum status store_meta_put(struct store *store, const char *name, const char *value,
                           struct error *error)
{
    enum status status = may_write(store, error);
    return status ? status : store->backend->meta_put(store, name, value, error);
}

#define CHANGED_AT "changed_at"

enum status store_change_read(struct store *store, moment_t *at, struct error *error)
{
    struct arena arena;
    const char *value = NULL;
    *at = TIME_NONE;
    arena_init(&arena, 4096);
    enum status status = store_meta_get(store, CHANGED_AT, &arena, &value, error);
    if (status == STATUS_NOT_FOUND)
        status = STATUS_OK;
    else if (!status && moment_parse(value, strlen(value), at))
        status = error_set(error, STATUS_CORRUPT, "store %s: its fact " CHANGED_AT " is no moment",
                           store->location);
    arena_release(&arena);
    return status;
}

enum status store_change_note(struct store *store, moment_t at, struct error *error)
{
    char text[32];
    moment_t noted;
    enum status status = store_change_read(store, &noted, error);
    if (status || (noted != TIME_NONE && noted >= at))
        return status;
    moment_format(at, text);
    return store_meta_put(store, CHANGED_AT, text, error);
}

enum status store_region_put(struct store *store, const char *name, const char *json,
                             struct error *error)
{
    enum status status = may_write(store, error);
    if (!status && !record_id_is_valid(name))
        status = error_set(error, STATUS_INVALID,
                           "region name '%s' must be 1 to 64 of a-z, 0-9 and -", name);
    return status ? status : store->backend->region_put(store, name, json, error);
}

enum status store_regions(struct store *store, struct arena *arena, struct store_region **regions,
                          uint32_t *count, struct error *error)
{
    *regions = NULL;
    *count = 0;
    return store->backend->regions(store, arena, regions, count, error);
}

enum status store_street_put(struct store *store, const char *region,
                             const struct street_record *street, struct error *error)
{
    enum status status = may_write(store, error);
    return status ? status : store->backend->street_put(store, region, street, error);
}

enum status store_community_put(struct store *store, const char *region,
                                const struct community_record *community, struct error *error)
{
    enum status status = may_write(store, error);
    return status ? status : store->backend->community_put(store, region, community, error);
}

enum status store_streets(struct store *store, const char *region, struct arena *arena,
                          struct street_record **streets, uint32_t *count, struct error *error)
{
    *streets = NULL;
    *count = 0;
    return store->backend->streets(store, region, arena, streets, count, error);
}

enum status store_communities(struct store *store, const char *region, struct arena *arena,
                              struct community_record **communities, uint32_t *count,
                              struct error *error)
{
    *communities = NULL;
    *count = 0;
    return store->backend->communities(store, region, arena, communities, count, error);
}

enum status store_residents_replace(struct store *store, const char *region, const char *source,
                                    const struct resident_record *residents, uint32_t count,
                                    struct error *error)
{
    enum status status = may_write(store, error);
    return status
               ? status
               : store->backend->residents_replace(store, region, source, residents, count, error);
}

enum status store_residents(struct store *store, const char *region, struct arena *arena,
                            struct resident_record **residents, uint32_t *count,
                            struct error *error)
{
    *residents = NULL;
    *count = 0;
    return store->backend->residents(store, region, arena, residents, count, error);
}

/* Identities -------------------------------------------------------------------------------------*/

static enum status may_insert(struct store *store, const char *what, const char *id,
                              struct error *error)
{
    enum status status = may_write(store, error);
    if (!status && !record_id_is_valid(id))
        status = error_set(error, STATUS_INVALID, "%s id '%s' must be 1 to 64 of a-z, 0-9 and -",
                           what, id ? id : "");
    return status;
}

enum status store_facility_insert(struct store *store, struct facility_record *facility,
                                  struct error *error)
{
    enum status status = may_insert(store, "facility", facility->id, error);
    return status ? status : store->backend->facility_insert(store, facility, error);
}

enum status store_group_insert(struct store *store, struct group_record *group, struct error *error)
{
    enum status status = may_insert(store, "group", group->id, error);
    return status ? status : store->backend->group_insert(store, group, error);
}

enum status store_offer_insert(struct store *store, struct offer_record *offer, int64_t facility,
                               struct error *error)
{
    enum status status = may_insert(store, "offer", offer->id, error);
    return status ? status : store->backend->offer_insert(store, offer, facility, error);
}

enum status store_facility_find(struct store *store, const char *region, const char *source,
                                const char *source_id, int64_t *key, struct error *error)
{
    *key = 0;
    return store->backend->facility_find(store, region, source, source_id, key, error);
}

enum status store_facility_find_id(struct store *store, const char *id, int64_t *key,
                                   struct error *error)
{
    *key = 0;
    return store->backend->facility_find_id(store, id, key, error);
}

enum status store_facility_next_number(struct store *store, const char *prefix, int64_t *number,
                                       struct error *error)
{
    *number = 0;
    return store->backend->facility_next_number(store, prefix, number, error);
}

/* Versions ---------------------------------------------------------------------------------------*/

/* Empty (valid_from = valid_to) is allowed: it holds on no day, and keeps the identity known. */
static enum status may_insert_version(struct store *store, const char *what, const char *id,
                                      const struct validity *validity, struct error *error)
{
    enum status status = may_write(store, error);
    if (!status && (validity->valid_from == DAY_NONE || validity->valid_from > validity->valid_to))
        status = error_set(error, STATUS_INVALID,
                           "%s %s: a version from day %d to day %d; it must begin, and not end "
                           "before it begins",
                           what, id ? id : "", validity->valid_from, validity->valid_to);
    if (!status && !validity->source)
        status = error_set(error, STATUS_INVALID, "%s %s: a version without a source", what,
                           id ? id : "");
    return status;
}

enum status store_facility_version_insert(struct store *store, struct facility_record *facility,
                                          struct error *error)
{
    enum status status =
        may_insert_version(store, "facility", facility->id, &facility->validity, error);
    if (!status && (facility->lon_e7 == NONE) != (facility->lat_e7 == NONE))
        status = error_set(error, STATUS_INVALID, "facility %s: a point with one coordinate only",
                           facility->id ? facility->id : "");
    return status ? status : store->backend->facility_version_insert(store, facility, error);
}

enum status store_group_version_insert(struct store *store, struct group_record *group,
                                       struct error *error)
{
    enum status status = may_insert_version(store, "group", group->id, &group->validity, error);
    return status ? status : store->backend->group_version_insert(store, group, error);
}

enum status store_offer_version_insert(struct store *store, struct offer_record *offer,
                                       struct error *error)
{
    enum status status = may_insert_version(store, "offer", offer->id, &offer->validity, error);
    return status ? status : store->backend->offer_version_insert(store, offer, error);
}

enum status store_version_supersede(struct store *store, enum store_table table,
                                    int64_t version_key, moment_t superseded_at,
                                    struct error *error)
{
    enum status status = may_write(store, error);
    return status
               ? status
               : store->backend->version_supersede(store, table, version_key, superseded_at, error);
}

enum status store_facility_history(struct store *store, int64_t key, struct arena *arena,
                                   struct store_history *history, struct error *error)
{
    *history = (struct store_history){0};
    return store->backend->facility_history(store, key, arena, history, error);
}

/* Numbers, hours, slots --------------------------------------------------------------------------*/

enum status store_places_append(struct store *store, struct places_record *places,
                                struct error *error)
{
    enum status status = may_write(store, error);
    if (!status && places->as_of == TIME_NONE)
        status = error_set(error, STATUS_INVALID, "a report of places without as_of");
    if (!status && !places->source)
        status = error_set(error, STATUS_INVALID, "a report of places without a source");
    return status ? status : store->backend->places_append(store, places, error);
}

enum status store_places_forget(struct store *store, int64_t group, struct error *error)
{
    enum status status = may_write(store, error);
    return status ? status : store->backend->places_forget(store, group, error);
}

enum status store_hours_replace(struct store *store, enum hours_owner owner_kind, int64_t owner,
                                const struct hours_record *hours, uint32_t hours_count,
                                const struct hours_exception_record *exceptions,
                                uint32_t exception_count, struct error *error)
{
    enum status status = may_write(store, error);
    return status ? status
                  : store->backend->hours_replace(store, owner_kind, owner, hours, hours_count,
                                                  exceptions, exception_count, error);
}

enum status store_slots_replace(struct store *store, int64_t offer, const struct slot_record *slots,
                                uint32_t count, struct error *error)
{
    enum status status = may_write(store, error);
    return status ? status : store->backend->slots_replace(store, offer, slots, count, error);
}

/* Edits by hand and runs of imports --------------------------------------------------------------*/

enum status store_field_edit_put(struct store *store, const struct field_edit *edit,
                                 struct error *error)
{
    enum status status = may_write(store, error);
    return status ? status : store->backend->field_edit_put(store, edit, error);
}

enum status store_field_edits(struct store *store, int64_t facility, struct arena *arena,
                              struct field_edit **edits, uint32_t *count, struct error *error)
{
    *edits = NULL;
    *count = 0;
    return store->backend->field_edits(store, facility, arena, edits, count, error);
}

enum status store_import_run_insert(struct store *store, struct import_run *run,
                                    struct error *error)
{
    enum status status = may_write(store, error);
    return status ? status : store->backend->import_run_insert(store, run, error);
}

enum status store_run_insert(struct store *store, struct run_record *run, struct error *error)
{
    enum status status = may_write(store, error);
    return status ? status : store->backend->run_insert(store, run, error);
}

enum status store_runs(struct store *store, const char *kind, struct arena *arena,
                       struct run_record **runs, uint32_t *count, struct error *error)
{
    *runs = NULL;
    *count = 0;
    return store->backend->runs(store, kind, arena, runs, count, error);
}

enum status store_run_result(struct store *store, int64_t key, struct arena *arena,
                             const char **result, struct error *error)
{
    *result = NULL;
    return store->backend->run_result(store, key, arena, result, error);
}

enum status store_run_delete(struct store *store, int64_t key, struct error *error)
{
    enum status status = may_write(store, error);
    return status ? status : store->backend->run_delete(store, key, error);
}

enum status store_import_runs(struct store *store, const char *region, uint32_t limit,
                              struct arena *arena, struct import_run **runs, uint32_t *count,
                              struct error *error)
{
    *runs = NULL;
    *count = 0;
    return store->backend->import_runs(store, region, limit, arena, runs, count, error);
}

enum status store_import_after(struct store *store, const char *region, const char *source,
                               day_t day, day_t *as_of, struct error *error)
{
    *as_of = DAY_NONE;
    return store->backend->import_after(store, region, source, day, as_of, error);
}

/* Scans and upkeep -------------------------------------------------------------------------------*/

enum status store_scan_open(struct store *store, enum store_rows rows, day_t day,
                            struct store_scan **scan, struct error *error)
{
    *scan = NULL;
    return store->backend->scan_open(store, rows, day, scan, error);
}

enum status store_scan_next(struct store_scan *scan, void *record, bool *more, struct error *error)
{
    return scan->backend->scan_next(scan, record, more, error);
}

void store_scan_close(struct store_scan *scan)
{
    if (scan)
        scan->backend->scan_close(scan);
}

enum status store_scan_each(struct store *store, enum store_rows rows, day_t day,
                            store_visitor *visit, void *context, struct error *error)
{
    if (store->backend->scan_each)
        return store->backend->scan_each(store, rows, day, visit, context, error);
    struct store_scan *scan;
    union store_record record;
    bool more = true;
    enum status status = store_scan_open(store, rows, day, &scan, error);
    while (!status && more) {
        status = store_scan_next(scan, &record, &more, error);
        if (!status && more)
            status = visit(context, &record, error);
    }
    store_scan_close(scan);
    return status;
}

enum status store_next_change(struct store *store, day_t day, day_t *next, struct error *error)
{
    *next = DAY_NONE;
    return store->backend->next_change(store, day, next, error);
}

enum status store_check(struct store *store, struct error *error)
{
    return store->backend->check(store, error);
}

enum status store_backup(struct store *store, const char *path, struct error *error)
{
    return store->backend->backup(store, path, error);
}
