/*
 * A SpatiaLite file for other programs (data/export.h): three tables with geometry_columns and
 * spatial indexes that SpatiaLite itself makes, and `about`. No store: it knows nothing of ours.
 */
#include "data/export_rows.h"
#include "data/store_sqlite.h"

#include <stdlib.h>
#include <string.h>

enum { SQL_BYTES = 2048 };

static const char *sql_type(enum export_type type)
{
    switch (type) {
    case EXPORT_INTEGER:
    case EXPORT_FLAG:
        return "INTEGER";
    case EXPORT_DATE:
        return "DATE";
    case EXPORT_MOMENT:
        return "TIMESTAMP";
    default:
        return "TEXT";
    }
}

/* Names are our own constants; "group" is a word of SQL, so all are quoted. */
static enum status make_table(struct sqlite_link *link, const struct export_shape *shape,
                              struct error *error)
{
    char sql[SQL_BYTES];
    size_t used = (size_t)snprintf(sql, sizeof sql, "CREATE TABLE \"%s\"(fid INTEGER PRIMARY KEY",
                                   shape->name);
    for (uint32_t i = 0; i < shape->column_count && used < sizeof sql; i++)
        used += (size_t)snprintf(sql + used, sizeof sql - used, ", \"%s\" %s",
                                 shape->columns[i].name, sql_type(shape->columns[i].type));
    if (used < sizeof sql)
        used += (size_t)snprintf(sql + used, sizeof sql - used,
                                 "); SELECT AddGeometryColumn('%s', 'geometry', 4326, '%s', 'XY'); "
                                 "SELECT CreateSpatialIndex('%s', 'geometry')",
                                 shape->name, shape->has_outlines ? "MULTIPOLYGON" : "POINT",
                                 shape->name);
    if (used >= sizeof sql)
        return error_set(error, STATUS_LIMIT, "layer %s has too many columns", shape->name);
    return sqlite_exec(link, sql, error);
}

static enum status prepare_insert(struct sqlite_link *link, const struct export_shape *shape,
                                  sqlite3_stmt **insert, struct error *error)
{
    char sql[SQL_BYTES];
    size_t used = (size_t)snprintf(sql, sizeof sql, "INSERT INTO \"%s\" VALUES(NULL", shape->name);
    for (uint32_t i = 0; i <= shape->column_count && used < sizeof sql; i++)
        used += (size_t)snprintf(sql + used, sizeof sql - used, ",?");
    if (used + 1 < sizeof sql)
        memcpy(sql + used, ")", 2);
    int code = sqlite3_prepare_v2(link->db, sql, -1, insert, NULL);
    return code ? sqlite_failure(link, code, "writing the export", error) : STATUS_OK;
}

static enum status bind_geometry(struct binder *binder, const struct export_row *row,
                                 struct error *error)
{
    unsigned char point[POINT_BLOB_BYTES], *outline = NULL;
    size_t bytes = 0;
    int code = SQLITE_OK;
    if (row->has_point) {
        sqlite_point_blob(geo_e7(row->point.lon), geo_e7(row->point.lat), point);
        code = sqlite3_bind_blob(binder->statement, ++binder->at, point, sizeof point,
                                 SQLITE_TRANSIENT);
    } else if (row->outline) {
        enum status status = sqlite_outline_blob(row->outline, &outline, &bytes, error);
        if (status)
            return status;
        code = sqlite3_bind_blob(binder->statement, ++binder->at, outline, (int)bytes, free);
    } else {
        code = sqlite3_bind_null(binder->statement, ++binder->at);
    }
    binder->code = binder->code ? binder->code : code;
    return STATUS_OK;
}

static enum status insert_row(struct sqlite_link *link, sqlite3_stmt *insert,
                              const struct export_shape *shape, const struct export_row *row,
                              struct error *error)
{
    struct binder binder = {.statement = insert};
    for (uint32_t i = 0; i < shape->column_count; i++) {
        const struct export_cell *cell = &row->cells[i];
        bool is_number =
            shape->columns[i].type == EXPORT_INTEGER || shape->columns[i].type == EXPORT_FLAG;
        if (is_number && cell->is_known)
            bind_int(&binder, cell->integer);
        else
            bind_text(&binder, cell->text);
    }
    enum status status = bind_geometry(&binder, row, error);
    if (!status && binder.code)
        status = sqlite_failure(link, binder.code, "writing the export", error);
    return status ? status : sqlite_run(link, insert, "writing the export", error);
}

static enum status write_layer(struct sqlite_link *link, struct export_cursor *cursor,
                               uint32_t *rows, struct error *error)
{
    const struct export_shape *shape = export_shape_of(cursor->layer);
    struct export_row row;
    sqlite3_stmt *insert = NULL;
    enum status status = make_table(link, shape, error);
    if (!status)
        status = prepare_insert(link, shape, &insert, error);
    while (!status && export_next(cursor, &row)) {
        status = insert_row(link, insert, shape, &row, error);
        ++*rows;
    }
    sqlite3_finalize(insert);
    return status;
}

/* What the file is, of when; and of sample data that they are a sample. */
static enum status write_about(struct sqlite_link *link, const struct export_cursor *cursor,
                               struct error *error)
{
    const struct region *region = &cursor->dataset->regions[cursor->region];
    char moment[21];
    moment_format(cursor->vacancies->now, moment);
    const char *const facts[][2] = {
        {"region", region->name}, {"title", region->title},   {"title_en", region->title_en},
        {"timeStamp", moment},    {"notice", region->notice}, {"notice_en", region->notice_en}};
    sqlite3_stmt *insert = NULL;
    enum status status =
        sqlite_exec(link, "CREATE TABLE about(name TEXT PRIMARY KEY, value TEXT)", error);
    int code =
        status ? SQLITE_OK
               : sqlite3_prepare_v2(link->db, "INSERT INTO about VALUES(?,?)", -1, &insert, NULL);
    if (code)
        status = sqlite_failure(link, code, "writing the export", error);
    for (size_t i = 0; i < sizeof facts / sizeof *facts && !status; i++) {
        if (!facts[i][1][0])
            continue;
        struct binder binder = {.statement = insert};
        bind_text(&binder, facts[i][0]);
        bind_text(&binder, facts[i][1]);
        status = sqlite_run(link, insert, "writing the export", error);
    }
    sqlite3_finalize(insert);
    return status;
}

enum status export_spatialite_write(const struct export_cursor *cursor, const char *path,
                                    struct export_counts *counts, struct error *error)
{
    struct sqlite_link link = {0};
    enum status status = sqlite_link_open(&link, path, SQLITE_OPEN_READWRITE, error);
    if (!status)
        status = sqlite_load_spatialite(&link, error);
    if (!status) /* nobody reads the file before it has its name */
        status = sqlite_exec(&link,
                             "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; "
                             "SELECT InitSpatialMetadata(1)",
                             error);
    if (!status)
        status = sqlite_exec(&link, "BEGIN", error);
    for (int layer = 0; layer < EXPORT_LAYER_COUNT && !status; layer++) {
        struct export_cursor of_layer = *cursor;
        of_layer.layer = (enum export_layer)layer;
        of_layer.next = 0;
        status = write_layer(&link, &of_layer, &counts->rows[layer], error);
    }
    if (!status)
        status = write_about(&link, cursor, error);
    if (!status)
        status = sqlite_exec(&link, "COMMIT", error);
    sqlite_close_spatialite(&link);
    return status;
}
