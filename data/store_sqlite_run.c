/* Kept runs: each is one row, and one of a region and kind is the current one. */
#include "data/store_sqlite.h"

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

static enum status read_row(sqlite3_stmt *row, struct arena *arena, struct run_record *run,
                            struct error *error)
{
    bool failed = false;
    run->key = sqlite3_column_int64(row, 0);
    run->generation = (uint64_t)sqlite3_column_int64(row, 1);
    run->day = sqlite3_column_int(row, 2);
    run->started_at = sqlite3_column_int64(row, 3);
    run->ended_at = sqlite3_column_int64(row, 4);
    run->is_current = sqlite3_column_int(row, 5) != 0;
    run->parameters = copy_column(arena, row, 6, &failed);
    run->result = copy_column(arena, row, 7, &failed);
    return failed ? error_memory(error, "reading a run") : STATUS_OK;
}

static enum status find_row(struct sqlite_link *link, const char *region, const char *kind,
                            const char *parameters, day_t day, struct arena *arena,
                            struct run_record *run, struct error *error)
{
    sqlite3_stmt *statement;
    enum status status = sqlite_statement(
        link, SLOT_RUN_FIND,
        "SELECT u.run, u.generation, u.day, u.started_at, u.ended_at, u.is_current, u.parameters, "
        "u.result FROM run u JOIN region r ON r.region = u.region WHERE r.name = ? AND u.kind = ? "
        "AND u.parameters = ? AND u.day <= ? AND u.result IS NOT NULL "
        "ORDER BY u.day DESC, u.run DESC LIMIT 1",
        &statement, error);
    if (status)
        return status;
    struct binder binder = {.statement = statement};
    bind_text(&binder, region);
    bind_text(&binder, kind);
    bind_text(&binder, parameters);
    bind_int(&binder, day);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        status = read_row(statement, arena, run, error);
    else if (code == SQLITE_DONE)
        status =
            error_set(error, STATUS_NOT_FOUND, "no run of %s is kept of region '%s'", kind, region);
    else
        status = sqlite_failure(link, code, "reading a run", error);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return status;
}

enum status sqlite_run_find(struct store *base, const char *region, const char *kind,
                            const char *parameters, day_t day, struct arena *arena,
                            struct run_record *run, struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    struct sqlite_link *link;
    run->region = arena_string(arena, region);
    run->kind = arena_string(arena, kind);
    if (!run->region || !run->kind)
        return error_memory(error, "reading a run");
    enum status status = sqlite_borrow(store, &link, error);
    if (status)
        return status;
    status = find_row(link, region, kind, parameters, day, arena, run, error);
    sqlite_give_back(store, link);
    return status;
}
