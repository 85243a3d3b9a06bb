/*
 * What is small and read whole: named facts, regions, streets, communities, runs of imports; and
 * finding facilities by their names.
 */
#include "data/store_sqlite.h"

#include <stdlib.h>
#include <string.h>

/* Growing lists in an arena ----------------------------------------------------------------------*/

struct list {
    struct arena *arena;
    void *items;
    size_t item_bytes;
    uint32_t count, capacity;
};

static enum status list_add(struct list *list, void **item, struct error *error)
{
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity ? list->capacity * 2 : 16;
        void *grown = arena_calloc(list->arena, capacity, list->item_bytes);
        if (!grown)
            return error_memory(error, "reading a store");
        if (list->count)
            memcpy(grown, list->items, list->count * list->item_bytes);
        list->items = grown;
        list->capacity = capacity;
    }
    *item = (char *)list->items + list->count++ * list->item_bytes;
    return STATUS_OK;
}

static const char *copy_text(struct arena *arena, sqlite3_stmt *row, int column, bool *failed)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    if (!text)
        return NULL;
    const char *copy = arena_copy(arena, text, (size_t)sqlite3_column_bytes(row, column));
    *failed |= !copy;
    return copy;
}

static int32_t optional(sqlite3_stmt *row, int column)
{
    return sqlite3_column_type(row, column) == SQLITE_NULL ? NONE : sqlite3_column_int(row, column);
}

/* Run a statement and have `read` fill one item a row. */
typedef void read_item(struct arena *arena, sqlite3_stmt *row, void *item, bool *failed);

static enum status read_list(struct sqlite_link *link, sqlite3_stmt *statement, read_item *read,
                             struct list *list, struct error *error)
{
    enum status status = STATUS_OK;
    int code;
    while (!status && (code = sqlite3_step(statement)) != SQLITE_DONE) {
        void *item = NULL;
        bool failed = false;
        if (code != SQLITE_ROW) {
            status = sqlite_failure(link, code, "reading", error);
            break;
        }
        status = list_add(list, &item, error);
        if (!status)
            read(list->arena, statement, item, &failed);
        if (failed)
            status = error_memory(error, "reading a store");
    }
    sqlite3_reset(statement);
    return status;
}

/* Named facts ------------------------------------------------------------------------------------*/

enum status sqlite_meta_get(struct store *base, const char *name, struct arena *arena,
                            const char **value, struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    struct sqlite_link *link;
    enum status status = sqlite_borrow(store, &link, error);
    if (status)
        return status;
    sqlite3_stmt *statement;
    status = sqlite_statement(link, SLOT_META_GET, "SELECT value FROM meta WHERE name = ?",
                              &statement, error);
    if (!status) {
        sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
        bool failed = false;
        int code = sqlite3_step(statement);
        if (code == SQLITE_ROW)
            *value = copy_text(arena, statement, 0, &failed);
        else if (code == SQLITE_DONE)
            status = error_set(error, STATUS_NOT_FOUND, "the store says nothing of '%s'", name);
        else
            status = sqlite_failure(link, code, "reading", error);
        if (failed)
            status = error_memory(error, "reading a store");
        sqlite3_reset(statement);
    }
    sqlite_give_back(store, link);
    return status;
}

enum status sqlite_meta_put(struct store *base, const char *name, const char *value,
                            struct error *error)
{
    struct sqlite_link *link = &sqlite_of(base)->writer;
    sqlite3_stmt *statement;
    enum status status = sqlite_statement(
        link, SLOT_META_PUT, "REPLACE INTO meta(name, value) VALUES (?, ?)", &statement, error);
    if (status)
        return status;
    struct binder binder = {.statement = statement};
    bind_text(&binder, name);
    bind_text(&binder, value);
    return sqlite_run(link, statement, "writing", error);
}

/* Regions, streets, communities ------------------------------------------------------------------*/

enum status sqlite_region_put(struct store *base, const char *name, const char *json,
                              struct error *error)
{
    struct sqlite_link *link = &sqlite_of(base)->writer;
    sqlite3_stmt *statement;
    enum status status = sqlite_statement(link, SLOT_REGION_PUT,
                                          "INSERT INTO region(name, json) VALUES (?1, ?2) "
                                          "ON CONFLICT(name) DO UPDATE SET json = ?2",
                                          &statement, error);
    if (status)
        return status;
    struct binder binder = {.statement = statement};
    bind_text(&binder, name);
    bind_text(&binder, json);
    return sqlite_run(link, statement, "writing a region", error);
}

static void read_region(struct arena *arena, sqlite3_stmt *row, void *item, bool *failed)
{
    *(struct store_region *)item = (struct store_region){
        .name = copy_text(arena, row, 0, failed),
        .json = copy_text(arena, row, 1, failed),
    };
}

enum status sqlite_regions(struct store *base, struct arena *arena, struct store_region **regions,
                           uint32_t *count, struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    struct sqlite_link *link;
    enum status status = sqlite_borrow(store, &link, error);
    if (status)
        return status;
    struct list list = {.arena = arena, .item_bytes = sizeof **regions};
    sqlite3_stmt *statement;
    status = sqlite_statement(link, SLOT_REGIONS, "SELECT name, json FROM region ORDER BY region",
                              &statement, error);
    if (!status)
        status = read_list(link, statement, read_region, &list, error);
    sqlite_give_back(store, link);
    if (!status) {
        *regions = list.items;
        *count = list.count;
    }
    return status;
}

enum status sqlite_street_put(struct store *base, const char *region,
                              const struct street_record *street, struct error *error)
{
    struct sqlite_link *link = &sqlite_of(base)->writer;
    sqlite3_stmt *statement;
    int64_t key;
    enum status status = sqlite_region_key(link, region, &key, error);
    if (!status)
        status =
            sqlite_statement(link, SLOT_STREET_PUT,
                             "REPLACE INTO street(region, code, name, name_en) VALUES (?, ?, ?, ?)",
                             &statement, error);
    if (status)
        return status;
    struct binder binder = {.statement = statement};
    bind_int(&binder, key);
    bind_text(&binder, street->code);
    bind_text(&binder, street->name);
    bind_text(&binder, street->name_en);
    return sqlite_run(link, statement, "writing a street", error);
}

static void read_street(struct arena *arena, sqlite3_stmt *row, void *item, bool *failed)
{
    *(struct street_record *)item = (struct street_record){
        .code = copy_text(arena, row, 0, failed),
        .name = copy_text(arena, row, 1, failed),
        .name_en = copy_text(arena, row, 2, failed),
    };
}

/* The rows of one region, by a statement with the region's key as its only parameter. */
static enum status read_of_region(struct store *base, const char *region, enum sqlite_slot slot,
                                  const char *sql, read_item *read, struct list *list,
                                  struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    struct sqlite_link *link;
    enum status status = sqlite_borrow(store, &link, error);
    if (status)
        return status;
    int64_t key;
    sqlite3_stmt *statement;
    status = sqlite_region_key(link, region, &key, error);
    if (!status)
        status = sqlite_statement(link, slot, sql, &statement, error);
    if (!status) {
        sqlite3_bind_int64(statement, 1, key);
        status = read_list(link, statement, read, list, error);
    }
    sqlite_give_back(store, link);
    return status;
}

enum status sqlite_streets(struct store *base, const char *region, struct arena *arena,
                           struct street_record **streets, uint32_t *count, struct error *error)
{
    struct list list = {.arena = arena, .item_bytes = sizeof **streets};
    enum status status =
        read_of_region(base, region, SLOT_STREETS,
                       "SELECT code, name, name_en FROM street WHERE region = ? ORDER BY code",
                       read_street, &list, error);
    if (!status) {
        *streets = list.items;
        *count = list.count;
    }
    return status;
}

static enum status put_outline(struct sqlite_link *link, int64_t community, const char *outline,
                               struct error *error)
{
    unsigned char *blob = NULL;
    size_t bytes = 0;
    sqlite3_stmt *statement;
    enum status status = outline ? sqlite_outline_blob(outline, &blob, &bytes, error) : STATUS_OK;
    if (!status && outline)
        status =
            sqlite_statement(link, SLOT_COMMUNITY_GEOMETRY_PUT,
                             "REPLACE INTO community_geometry(community, geometry) VALUES (?, ?)",
                             &statement, error);
    else if (!status)
        status = sqlite_statement(link, SLOT_COMMUNITY_GEOMETRY_DELETE,
                                  "DELETE FROM community_geometry WHERE community = ?", &statement,
                                  error);
    if (!status) {
        sqlite3_bind_int64(statement, 1, community);
        if (outline)
            sqlite3_bind_blob64(statement, 2, blob, bytes, SQLITE_STATIC);
        status = sqlite_run(link, statement, "writing a geometry", error);
        sqlite3_clear_bindings(statement);
    }
    free(blob);
    return status;
}

enum status sqlite_community_put(struct store *base, const char *region,
                                 const struct community_record *community, struct error *error)
{
    struct sqlite_link *link = &sqlite_of(base)->writer;
    sqlite3_stmt *statement;
    int64_t key, community_key = 0;
    enum status status = sqlite_region_key(link, region, &key, error);
    if (!status)
        status = sqlite_statement(
            link, SLOT_COMMUNITY_PUT,
            "INSERT INTO community(region, code, name, name_en, street, residents, children, "
            "children_estimated, standard, outline) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
            "?10) ON CONFLICT(region, code) DO UPDATE SET name = ?3, name_en = ?4, street = ?5, "
            "residents = ?6, children = ?7, children_estimated = ?8, standard = ?9, outline = ?10 "
            "RETURNING community",
            &statement, error);
    if (status)
        return status;
    struct binder binder = {.statement = statement};
    bind_int(&binder, key);
    bind_text(&binder, community->code);
    bind_text(&binder, community->name);
    bind_text(&binder, community->name_en);
    bind_text(&binder, community->street);
    bind_optional(&binder, community->residents, NONE);
    bind_optional(&binder, community->children, NONE);
    bind_int(&binder, community->children_estimated);
    bind_optional(&binder, community->standard, STANDARD_UNKNOWN);
    bind_text(&binder, community->outline);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        community_key = sqlite3_column_int64(statement, 0);
        code = sqlite3_step(statement);
    }
    if (code != SQLITE_DONE)
        status = sqlite_failure(link, code, "writing a community", error);
    sqlite3_reset(statement);
    if (!status)
        status = put_outline(link, community_key, community->outline, error);
    if (status == STATUS_INVALID)
        error_prefix(error, "community %s", community->code);
    return status;
}

static void read_community(struct arena *arena, sqlite3_stmt *row, void *item, bool *failed)
{
    int32_t standard = optional(row, 7);
    *(struct community_record *)item = (struct community_record){
        .code = copy_text(arena, row, 0, failed),
        .name = copy_text(arena, row, 1, failed),
        .name_en = copy_text(arena, row, 2, failed),
        .street = copy_text(arena, row, 3, failed),
        .residents = optional(row, 4),
        .children = optional(row, 5),
        .children_estimated = sqlite3_column_int(row, 6) != 0,
        .standard = standard == NONE ? STANDARD_UNKNOWN : (int8_t)standard,
        .outline = copy_text(arena, row, 8, failed),
    };
}

enum status sqlite_communities(struct store *base, const char *region, struct arena *arena,
                               struct community_record **communities, uint32_t *count,
                               struct error *error)
{
    struct list list = {.arena = arena, .item_bytes = sizeof **communities};
    enum status status = read_of_region(
        base, region, SLOT_COMMUNITIES,
        "SELECT code, name, name_en, street, residents, children, children_estimated, standard, "
        "outline FROM community WHERE region = ? ORDER BY code",
        read_community, &list, error);
    if (!status) {
        *communities = list.items;
        *count = list.count;
    }
    return status;
}

/* Finding facilities -----------------------------------------------------------------------------*/

/* The one number a bound statement finds. */
static enum status find_one(struct sqlite_link *link, sqlite3_stmt *statement, int64_t *value,
                            struct error *error)
{
    enum status status = STATUS_OK;
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *value = sqlite3_column_int64(statement, 0);
    else if (code == SQLITE_DONE)
        status = STATUS_NOT_FOUND;
    else
        status = sqlite_failure(link, code, "looking for a facility", error);
    sqlite3_reset(statement);
    return status;
}

static enum status find_by_identity(struct sqlite_link *link, const char *region,
                                    const char *source, const char *source_id, int64_t *key,
                                    struct error *error)
{
    int64_t region_key, source_key;
    sqlite3_stmt *statement;
    enum status status = sqlite_region_key(link, region, &region_key, error);
    if (!status)
        status = sqlite_source_key(link, source, false, &source_key, error);
    if (!status)
        status = sqlite_statement(
            link, SLOT_FACILITY_FIND,
            "SELECT facility FROM facility WHERE region = ? AND source = ? AND source_id = ?",
            &statement, error);
    if (status)
        return status;
    struct binder binder = {.statement = statement};
    bind_int(&binder, region_key);
    bind_int(&binder, source_key);
    bind_text(&binder, source_id);
    return find_one(link, statement, key, error);
}

enum status sqlite_facility_find(struct store *base, const char *region, const char *source,
                                 const char *source_id, int64_t *key, struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    struct sqlite_link *link;
    enum status status = sqlite_borrow(store, &link, error);
    if (status)
        return status;
    status = find_by_identity(link, region, source, source_id, key, error);
    sqlite_give_back(store, link);
    if (status == STATUS_NOT_FOUND)
        return error_set(error, status, "no facility '%s' of source '%s' in region '%s'", source_id,
                         source, region);
    return status;
}

enum status sqlite_facility_find_id(struct store *base, const char *id, int64_t *key,
                                    struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    struct sqlite_link *link;
    enum status status = sqlite_borrow(store, &link, error);
    if (status)
        return status;
    sqlite3_stmt *statement;
    status =
        sqlite_statement(link, SLOT_PUBLIC_ID_FIND,
                         "SELECT key FROM public_id WHERE id = ? AND kind = 0", &statement, error);
    if (!status) {
        sqlite3_bind_text(statement, 1, id, -1, SQLITE_STATIC);
        status = find_one(link, statement, key, error);
    }
    sqlite_give_back(store, link);
    return status == STATUS_NOT_FOUND ? error_set(error, status, "no facility '%s'", id) : status;
}

static enum status greatest_number(struct sqlite_link *link, const char *prefix, int64_t *greatest,
                                   struct error *error)
{
    sqlite3_stmt *statement;
    enum status status =
        sqlite_statement(link, SLOT_FACILITY_IDS, "SELECT id FROM facility", &statement, error);
    if (status)
        return status;
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        int64_t number = store_id_number((const char *)sqlite3_column_text(statement, 0), prefix);
        *greatest = number > *greatest ? number : *greatest;
    }
    if (code != SQLITE_DONE)
        status = sqlite_failure(link, code, "reading ids", error);
    sqlite3_reset(statement);
    return status;
}

enum status sqlite_facility_next_number(struct store *base, const char *prefix, int64_t *number,
                                        struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    bool mine = store_is_mine(base);
    if (mine && store->next_number && strcmp(store->number_prefix, prefix) == 0) {
        *number = store->next_number;
        return STATUS_OK;
    }
    struct sqlite_link *link;
    enum status status = sqlite_borrow(store, &link, error);
    if (status)
        return status;
    int64_t greatest = 0;
    status = greatest_number(link, prefix, &greatest, error);
    sqlite_give_back(store, link);
    if (status)
        return status;
    *number = greatest + 1;
    if (mine && strlen(prefix) < sizeof store->number_prefix) {
        memcpy(store->number_prefix, prefix, strlen(prefix) + 1);
        store->next_number = *number;
    }
    return STATUS_OK;
}

/* Runs of imports --------------------------------------------------------------------------------*/

enum status sqlite_import_run_insert(struct store *base, struct import_run *run,
                                     struct error *error)
{
    struct sqlite_link *link = &sqlite_of(base)->writer;
    int64_t region;
    sqlite3_stmt *statement;
    enum status status = sqlite_region_key(link, run->region, &region, error);
    if (!status)
        status = sqlite_statement(link, SLOT_IMPORT_RUN_INSERT,
                                  "INSERT INTO import_run(region, kind, file, source, as_of, "
                                  "recorded_at, report) VALUES (?, ?, ?, ?, ?, ?, ?)",
                                  &statement, error);
    if (status)
        return status;
    struct binder binder = {.statement = statement};
    bind_int(&binder, region);
    bind_text(&binder, run->kind);
    bind_text(&binder, run->file);
    bind_text(&binder, run->source);
    bind_optional(&binder, run->as_of, DAY_NONE);
    bind_int(&binder, run->recorded_at);
    bind_text(&binder, run->report);
    status = sqlite_run(link, statement, "writing a run", error);
    if (!status)
        run->key = sqlite3_last_insert_rowid(link->db);
    return status;
}

static void read_run(struct arena *arena, sqlite3_stmt *row, void *item, bool *failed)
{
    *(struct import_run *)item = (struct import_run){
        .key = sqlite3_column_int64(row, 0),
        .region = copy_text(arena, row, 1, failed),
        .kind = copy_text(arena, row, 2, failed),
        .file = copy_text(arena, row, 3, failed),
        .source = copy_text(arena, row, 4, failed),
        .as_of = optional(row, 5),
        .recorded_at = sqlite3_column_int64(row, 6),
        .report = copy_text(arena, row, 7, failed),
    };
}

enum status sqlite_import_runs(struct store *base, const char *region, uint32_t limit,
                               struct arena *arena, struct import_run **runs, uint32_t *count,
                               struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    struct sqlite_link *link;
    enum status status = sqlite_borrow(store, &link, error);
    if (status)
        return status;
    struct list list = {.arena = arena, .item_bytes = sizeof **runs};
    sqlite3_stmt *statement;
    status = sqlite_statement(link, SLOT_IMPORT_RUNS,
                              "SELECT i.run, r.name, i.kind, i.file, i.source, i.as_of, "
                              "i.recorded_at, i.report FROM import_run i JOIN region r "
                              "ON r.region = i.region WHERE r.name = ? ORDER BY i.run DESC LIMIT ?",
                              &statement, error);
    if (!status) {
        sqlite3_bind_text(statement, 1, region, -1, SQLITE_STATIC);
        sqlite3_bind_int64(statement, 2, limit);
        status = read_list(link, statement, read_run, &list, error);
    }
    sqlite_give_back(store, link);
    if (!status) {
        *runs = list.items;
        *count = list.count;
    }
    return status;
}

enum status sqlite_import_after(struct store *base, const char *region, const char *source,
                                day_t day, day_t *as_of, struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    struct sqlite_link *link;
    enum status status = sqlite_borrow(store, &link, error);
    if (status)
        return status;
    sqlite3_stmt *statement;
    int64_t first = DAY_NONE;
    status = sqlite_statement(link, SLOT_IMPORT_AFTER,
                              "SELECT ifnull(min(i.as_of), ?3) FROM import_run i JOIN region r ON "
                              "r.region = i.region WHERE r.name = ?1 AND i.source = ?2 AND "
                              "i.as_of > ?4",
                              &statement, error);
    if (!status) {
        sqlite3_bind_text(statement, 1, region, -1, SQLITE_STATIC);
        sqlite3_bind_text(statement, 2, source, -1, SQLITE_STATIC);
        sqlite3_bind_int(statement, 3, DAY_NONE);
        sqlite3_bind_int(statement, 4, day);
        status = find_one(link, statement, &first, error);
    }
    sqlite_give_back(store, link);
    *as_of = (day_t)first;
    return status;
}
