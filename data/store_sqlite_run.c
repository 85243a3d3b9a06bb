/* Kept runs: each is one row, and one of a region and kind is the current one. */
#include "data/store_sqlite.h"

#include <string.h>

static enum status step_down(struct sqlite_link *link, int64_t region, const char *kind,
                             struct error *error)
{
    sqlite3_stmt *statement;
    enum status status = sqlite_statement(
        link, SLOT_RUN_REPLACE,
        "UPDATE run SET is_current = 0 WHERE region = ? AND kind = ? AND is_current = 1",
        &statement, error);
    if (status)
        return status;
    struct binder binder = {.statement = statement};
    bind_int(&binder, region);
    bind_text(&binder, kind);
    return sqlite_run(link, statement, "replacing a run", error);
}

enum status sqlite_run_insert(struct store *base, struct run_record *run, struct error *error)
{
    struct sqlite_link *link = &sqlite_of(base)->writer;
    int64_t region;
    sqlite3_stmt *statement;
    enum status status = sqlite_region_key(link, run->region, &region, error);
    if (!status && run->is_current)
        status = step_down(link, region, run->kind, error);
    if (!status)
        status = sqlite_statement(link, SLOT_RUN_INSERT,
                                  "INSERT INTO run(region, kind, generation, day, started_at, "
                                  "ended_at, is_current, parameters, result) "
                                  "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                  &statement, error);
    if (status)
        return status;
    struct binder binder = {.statement = statement};
    bind_int(&binder, region);
    bind_text(&binder, run->kind);
    bind_int(&binder, (int64_t)run->generation);
    bind_int(&binder, run->day);
    bind_int(&binder, run->started_at);
    bind_int(&binder, run->ended_at);
    bind_int(&binder, run->is_current);
    bind_text(&binder, run->parameters);
    bind_text(&binder, run->result);
    status = sqlite_run(link, statement, "keeping a run", error);
    if (!status)
        run->key = sqlite3_last_insert_rowid(link->db);
    return status;
}

static const char *copy_column(struct arena *arena, sqlite3_stmt *row, int column, bool *failed)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    const char *copy = text ? arena_string(arena, text) : NULL;
    *failed |= text && !copy;
    return copy;
}

static bool read_row(sqlite3_stmt *row, struct arena *arena, struct run_record *run)
{
    bool failed = false;
    *run = (struct run_record){.key = sqlite3_column_int64(row, 0),
                               .region = copy_column(arena, row, 1, &failed),
                               .kind = copy_column(arena, row, 2, &failed),
                               .generation = (uint64_t)sqlite3_column_int64(row, 3),
                               .day = sqlite3_column_int(row, 4),
                               .started_at = sqlite3_column_int64(row, 5),
                               .ended_at = sqlite3_column_int64(row, 6),
                               .is_current = sqlite3_column_int(row, 7) != 0,
                               .parameters = copy_column(arena, row, 8, &failed)};
    return !failed;
}

static enum status read_rows(struct sqlite_link *link, sqlite3_stmt *statement, struct arena *arena,
                             struct run_record **runs, uint32_t *count, struct error *error)
{
    uint32_t capacity = 0;
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        if (*count == capacity) {
            capacity = capacity ? capacity * 2 : 64;
            struct run_record *grown = arena_calloc(arena, capacity, sizeof *grown);
            if (!grown)
                return error_memory(error, "reading kept runs");
            if (*count)
                memcpy(grown, *runs, *count * sizeof *grown);
            *runs = grown;
        }
        if (!read_row(statement, arena, &(*runs)[*count]))
            return error_memory(error, "reading kept runs");
        ++*count;
    }
    return code == SQLITE_DONE ? STATUS_OK : sqlite_failure(link, code, "reading kept runs", error);
}

enum status sqlite_runs(struct store *base, const char *kind, struct arena *arena,
                        struct run_record **runs, uint32_t *count, struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    struct sqlite_link *link;
    sqlite3_stmt *statement;
    enum status status = sqlite_borrow(store, &link, error);
    if (status)
        return status;
    status = sqlite_statement(link, SLOT_RUNS,
                              "SELECT u.run, r.name, u.kind, u.generation, u.day, u.started_at, "
                              "u.ended_at, u.is_current, u.parameters FROM run u JOIN region r ON "
                              "r.region = u.region WHERE u.kind = ? AND u.result IS NOT NULL "
                              "ORDER BY r.name, u.parameters, u.day, u.run",
                              &statement, error);
    if (!status) {
        struct binder binder = {.statement = statement};
        bind_text(&binder, kind);
        status = read_rows(link, statement, arena, runs, count, error);
        sqlite3_reset(statement);
        sqlite3_clear_bindings(statement);
    }
    sqlite_give_back(store, link);
    return status;
}

static enum status read_result(struct sqlite_link *link, int64_t key, struct arena *arena,
                               const char **result, struct error *error)
{
    sqlite3_stmt *statement;
    enum status status = sqlite_statement(
        link, SLOT_RUN_RESULT, "SELECT result FROM run WHERE run = ? AND result IS NOT NULL",
        &statement, error);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, key);
    int code = sqlite3_step(statement);
    bool failed = false;
    if (code == SQLITE_ROW)
        *result = copy_column(arena, statement, 0, &failed);
    else if (code == SQLITE_DONE)
        status = error_set(error, STATUS_NOT_FOUND, "run %lld is not kept", (long long)key);
    else
        status = sqlite_failure(link, code, "reading a kept run", error);
    sqlite3_reset(statement);
    return failed ? error_memory(error, "reading a kept run") : status;
}

enum status sqlite_run_result(struct store *base, int64_t key, struct arena *arena,
                              const char **result, struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    struct sqlite_link *link;
    enum status status = sqlite_borrow(store, &link, error);
    if (status)
        return status;
    status = read_result(link, key, arena, result, error);
    sqlite_give_back(store, link);
    return status;
}

enum status sqlite_run_delete(struct store *base, int64_t key, struct error *error)
{
    struct sqlite_link *link = &sqlite_of(base)->writer;
    sqlite3_stmt *statement;
    enum status status =
        sqlite_statement(link, SLOT_RUN_DELETE, "DELETE FROM run WHERE run = ?", &statement, error);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, key);
    status = sqlite_run(link, statement, "forgetting a run", error);
    if (!status && sqlite3_changes(link->db) == 0)
        status = error_set(error, STATUS_NOT_FOUND, "run %lld is not kept", (long long)key);
    return status;
}
