/* Resident points: replaced whole, read whole, each with its SpatiaLite geometry beside it. */
#include "data/store_sqlite.h"

#include <string.h>

/* A statement whose only parameter is the region's key. */
static enum status run_of_region(struct sqlite_link *link, enum sqlite_slot slot, const char *sql,
                                 int64_t region, struct error *error)
{
    sqlite3_stmt *statement;
    enum status status = sqlite_statement(link, slot, sql, &statement, error);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, region);
    return sqlite_run(link, statement, "replacing resident points", error);
}

static enum status drop_all(struct sqlite_link *link, int64_t region, struct error *error)
{
    enum status status =
        run_of_region(link, SLOT_RESIDENT_GEOMETRIES_DELETE,
                      "DELETE FROM resident_point_geometry WHERE resident_point IN "
                      "(SELECT resident_point FROM resident_point WHERE region = ?)",
                      region, error);
    return status ? status
                  : run_of_region(link, SLOT_RESIDENTS_DELETE,
                                  "DELETE FROM resident_point WHERE region = ?", region, error);
}

static enum status insert_geometry(struct sqlite_link *link, const struct resident_record *resident,
                                   struct error *error)
{
    unsigned char blob[POINT_BLOB_BYTES];
    sqlite3_stmt *statement;
    enum status status = sqlite_statement(
        link, SLOT_RESIDENT_GEOMETRY_INSERT,
        "INSERT INTO resident_point_geometry(resident_point, geometry) VALUES (?, ?)", &statement,
        error);
    if (status)
        return status;
    sqlite_point_blob(resident->lon_e7, resident->lat_e7, blob);
    sqlite3_bind_int64(statement, 1, sqlite3_last_insert_rowid(link->db));
    sqlite3_bind_blob(statement, 2, blob, sizeof blob, SQLITE_STATIC);
    status = sqlite_run(link, statement, "writing a geometry", error);
    sqlite3_clear_bindings(statement);
    return status;
}

static enum status insert_one(struct sqlite_link *link, int64_t region, int64_t source,
                              const struct resident_record *resident, struct error *error)
{
    sqlite3_stmt *statement;
    enum status status = sqlite_statement(
        link, SLOT_RESIDENT_INSERT,
        "INSERT INTO resident_point(region, source, source_id, lon_e7, lat_e7, community, "
        "residents, children) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        &statement, error);
    if (status)
        return status;
    struct binder binder = {.statement = statement};
    bind_int(&binder, region);
    bind_int(&binder, source);
    bind_text(&binder, resident->source_id);
    bind_int(&binder, resident->lon_e7);
    bind_int(&binder, resident->lat_e7);
    bind_text(&binder, resident->community);
    bind_optional(&binder, resident->residents, NONE);
    bind_optional(&binder, resident->children, NONE);
    status = sqlite_run(link, statement, "writing a resident point", error);
    if (status == STATUS_CONFLICT)
        return error_set(error, status, "resident point '%.60s' stands twice", resident->source_id);
    return status ? status : insert_geometry(link, resident, error);
}

enum status sqlite_residents_replace(struct store *base, const char *region, const char *source,
                                     const struct resident_record *residents, uint32_t count,
                                     struct error *error)
{
    struct sqlite_link *link = &sqlite_of(base)->writer;
    int64_t region_key, source_key = 0;
    enum status status = sqlite_region_key(link, region, &region_key, error);
    if (!status)
        status = sqlite_source_key(link, source, true, &source_key, error);
    if (!status)
        status = drop_all(link, region_key, error);
    for (uint32_t i = 0; i < count && !status; i++)
        status = insert_one(link, region_key, source_key, &residents[i], error);
    return status;
}

static enum status count_rows(struct sqlite_link *link, sqlite3_stmt *statement, uint32_t *count,
                              struct error *error)
{
    int code;
    *count = 0;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW)
        ++*count;
    sqlite3_reset(statement);
    return code == SQLITE_DONE ? STATUS_OK : sqlite_failure(link, code, "reading", error);
}

static bool read_one(struct arena *arena, sqlite3_stmt *row, struct resident_record *resident)
{
    const char *id = (const char *)sqlite3_column_text(row, 0);
    const char *community = (const char *)sqlite3_column_text(row, 3);
    bool has_residents = sqlite3_column_type(row, 4) != SQLITE_NULL;
    bool has_children = sqlite3_column_type(row, 5) != SQLITE_NULL;
    *resident = (struct resident_record){
        .source_id = id ? arena_string(arena, id) : NULL,
        .lon_e7 = sqlite3_column_int(row, 1),
        .lat_e7 = sqlite3_column_int(row, 2),
        .community = community ? arena_string(arena, community) : NULL,
        .residents = has_residents ? sqlite3_column_int(row, 4) : NONE,
        .children = has_children ? sqlite3_column_int(row, 5) : NONE,
    };
    return resident->source_id && (!community || resident->community);
}

static enum status read_all(struct sqlite_link *link, sqlite3_stmt *statement, struct arena *arena,
                            struct resident_record **residents, uint32_t *count,
                            struct error *error)
{
    enum status status = count_rows(link, statement, count, error);
    if (status)
        return status;
    *residents = arena_calloc(arena, *count ? *count : 1, sizeof **residents);
    if (!*residents)
        return error_memory(error, "reading resident points");
    uint32_t used = 0;
    int code = SQLITE_DONE;
    while (used < *count && (code = sqlite3_step(statement)) == SQLITE_ROW)
        if (!read_one(arena, statement, &(*residents)[used++])) {
            sqlite3_reset(statement);
            return error_memory(error, "reading resident points");
        }
    sqlite3_reset(statement);
    *count = used;
    return code == SQLITE_ROW || code == SQLITE_DONE ? STATUS_OK
                                                     : sqlite_failure(link, code, "reading", error);
}

enum status sqlite_residents(struct store *base, const char *region, struct arena *arena,
                             struct resident_record **residents, uint32_t *count,
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
        status = sqlite_statement(link, SLOT_RESIDENTS,
                                  "SELECT source_id, lon_e7, lat_e7, community, residents, "
                                  "children FROM resident_point WHERE region = ? "
                                  "ORDER BY source_id",
                                  &statement, error);
    if (!status) {
        sqlite3_bind_int64(statement, 1, key);
        status = read_all(link, statement, arena, residents, count, error);
    }
    sqlite_give_back(store, link);
    return status;
}
