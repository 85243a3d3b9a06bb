/*
 * Scans: the whole of the register, as a start reads it.
 *
 * Each is one plain scan of one table in the order of its key, on a connection of its own, so that
 * two threads may run theirs at once. An identity is found beside its version without a search: both
 * tables are in the same order, and SQLite steps to the next row when that is the one asked for.
 *
 * A start does not pull rows out of SQLite: it has each statement hand its rows to a function of
 * ours, an aggregate that aggregates nothing. Half of the time of a scan was spent between rows, on
 * leaving and entering the statement and on asking for columns one by one.
 */
#include "data/store_sqlite.h"

#include <stdio.h>
#include <stdlib.h>

enum { STATEMENTS_A_SCAN = 2, SQL_BYTES = 1024 };
#define VISITOR "tuoyu_visit"

struct sqlite_scan {
    struct store_scan base;
    enum store_rows rows;
    struct sqlite_link link;
    sqlite3_stmt *statements[STATEMENTS_A_SCAN]; /* one after another; NULL = none */
    int at;
};

struct part {
    const char *columns, *from, *order; /* NULL = no such part */
    const char *lean_columns;           /* NULL = the same */
};

/* A facility's hours come before an offer's. */
static const struct part parts[][STATEMENTS_A_SCAN] = {
    [STORE_ROWS_FACILITIES] = {{FACILITY_COLUMNS,
                                "facility_version v CROSS JOIN facility f ON f.facility = "
                                "v.facility",
                                "v.version", LEAN_FACILITY_COLUMNS}},
    [STORE_ROWS_GROUPS] = {{GROUP_COLUMNS, "grp_version v CROSS JOIN grp g ON g.grp = v.grp",
                            "v.version", LEAN_GROUP_COLUMNS}},
    [STORE_ROWS_OFFERS] = {{OFFER_COLUMNS,
                            "offer_version v CROSS JOIN offer o ON o.offer = v.offer", "v.version",
                            LEAN_OFFER_COLUMNS}},
    [STORE_ROWS_PLACES] = {{PLACES_COLUMNS, "grp_places p", "p.grp", NULL}},
    [STORE_ROWS_HOURS] = {{"facility, weekdays, open_min, close_min", "facility_hours",
                           "facility, n", NULL},
                          {"offer, weekdays, open_min, close_min", "offer_hours", "offer, n",
                           NULL}},
    [STORE_ROWS_EXCEPTIONS] = {{"facility, day, open_min, close_min", "facility_hours_exception",
                                "facility, day, n", NULL},
                               {"offer, day, open_min, close_min", "offer_hours_exception",
                                "offer, day, n", NULL}},
    [STORE_ROWS_SLOTS] = {{SLOT_COLUMNS, "slot s", "s.offer, s.day, s.from_min", NULL}},
};

static const char *condition(enum store_rows rows, day_t day)
{
    if (rows == STORE_ROWS_SLOTS)
        return " WHERE s.day >= ?1";
    if (rows > STORE_ROWS_OFFERS)
        return "";
    return day == DAY_NONE ? " WHERE v.superseded_at IS NULL AND v.valid_from < v.valid_to"
                           : " WHERE v.superseded_at IS NULL AND v.valid_from < v.valid_to "
                             "AND v.valid_from <= ?1 AND v.valid_to > ?1";
}

/* Rows come out of it one by one, or go into VISITOR and nothing comes out. */
static enum status prepare_part(struct sqlite_link *link, enum store_rows rows, int number,
                                day_t day, bool visited, sqlite3_stmt **statement,
                                struct error *error)
{
    const struct part *part = &parts[rows][number];
    const char *columns = visited && part->lean_columns ? part->lean_columns : part->columns;
    char sql[SQL_BYTES];
    *statement = NULL;
    if (!part->columns)
        return STATUS_OK;
    /* The visitor is called in the order of the walk along the one table, which is that order. */
    snprintf(sql, sizeof sql, "SELECT %s%s%s FROM %s%s%s%s", visited ? VISITOR "(" : "", columns,
             visited ? ")" : "", part->from, condition(rows, day), visited ? "" : " ORDER BY ",
             visited ? "" : part->order);
    int code = sqlite3_prepare_v2(link->db, sql, -1, statement, NULL);
    if (code)
        return sqlite_failure(link, code, "reading its tables", error);
    if (sqlite3_bind_parameter_count(*statement) > 0)
        sqlite3_bind_int(*statement, 1, day);
    return STATUS_OK;
}

enum status sqlite_scan_open(struct store *base, enum store_rows rows, day_t day,
                             struct store_scan **out, struct error *error)
{
    struct sqlite_scan *scan = calloc(1, sizeof *scan);
    if (!scan)
        return error_memory(error, "reading a store");
    scan->base.backend = base->backend;
    scan->rows = rows;
    enum status status = sqlite_link_open_reader(&scan->link, sqlite_of(base), error);
    if (!status)
        status = sqlite_exec(&scan->link, "BEGIN", error); /* both statements see one commit */
    for (int i = 0; i < STATEMENTS_A_SCAN && !status; i++)
        status = prepare_part(&scan->link, rows, i, day, false, &scan->statements[i], error);
    if (status)
        sqlite_scan_close(&scan->base);
    else
        *out = &scan->base;
    return status;
}

static enum status read_row(struct sqlite_link *link, enum store_rows rows, int part,
                            const struct sqlite_row *row, void *record, struct error *error)
{
    enum hours_owner owner_kind = part == 0 ? HOURS_OF_FACILITY : HOURS_OF_OFFER;
    switch (rows) {
    case STORE_ROWS_FACILITIES:
        return sqlite_read_facility(link, row, record, error);
    case STORE_ROWS_GROUPS:
        return sqlite_read_group(link, row, record, error);
    case STORE_ROWS_OFFERS:
        return sqlite_read_offer(link, row, record, error);
    case STORE_ROWS_PLACES:
        return sqlite_read_places(link, row, record, error);
    case STORE_ROWS_HOURS:
        sqlite_read_hours(row, owner_kind, record);
        return STATUS_OK;
    case STORE_ROWS_EXCEPTIONS:
        sqlite_read_exception(row, owner_kind, record);
        return STATUS_OK;
    case STORE_ROWS_SLOTS:
        sqlite_read_slot(row, record);
        return STATUS_OK;
    }
    return error_set(error, STATUS_INVALID, "no such rows: %d", rows);
}

enum status sqlite_scan_next(struct store_scan *base, void *record, bool *more, struct error *error)
{
    struct sqlite_scan *scan = (struct sqlite_scan *)base;
    *more = false;
    for (; scan->at < STATEMENTS_A_SCAN; scan->at++) {
        sqlite3_stmt *statement = scan->statements[scan->at];
        if (!statement)
            continue;
        int code = sqlite3_step(statement);
        if (code == SQLITE_ROW) {
            *more = true;
            return read_row(&scan->link, scan->rows, scan->at,
                            &(struct sqlite_row){.statement = statement}, record, error);
        }
        if (code != SQLITE_DONE)
            return sqlite_failure(&scan->link, code, "reading", error);
        sqlite3_finalize(statement); /* a step past the end would begin again */
        scan->statements[scan->at] = NULL;
    }
    return STATUS_OK;
}

void sqlite_scan_close(struct store_scan *base)
{
    struct sqlite_scan *scan = (struct sqlite_scan *)base;
    for (int i = 0; i < STATEMENTS_A_SCAN; i++)
        sqlite3_finalize(scan->statements[i]);
    sqlite_link_close(&scan->link);
    free(scan);
}

/* Visiting ---------------------------------------------------------------------------------------*/

struct visit {
    struct sqlite_link link;
    enum store_rows rows;
    int part;
    store_visitor *visit;
    void *context;
    enum status status; /* what ended it early */
    struct error *error;
};

static void visit_row(sqlite3_context *call, int count, sqlite3_value **values)
{
    (void)count;
    struct visit *visit = sqlite3_user_data(call);
    union store_record record;
    visit->status = read_row(&visit->link, visit->rows, visit->part,
                             &(struct sqlite_row){.values = values}, &record, visit->error);
    if (!visit->status)
        visit->status = visit->visit(visit->context, &record, visit->error);
    if (visit->status)
        sqlite3_result_error_code(call, SQLITE_ABORT);
}

static void end_visit(sqlite3_context *call)
{
    sqlite3_result_null(call);
}

static enum status visit_part(struct visit *visit, day_t day, struct error *error)
{
    sqlite3_stmt *statement;
    enum status status =
        prepare_part(&visit->link, visit->rows, visit->part, day, true, &statement, error);
    if (status || !statement)
        return status;
    int code = sqlite3_step(statement);
    if (visit->status)
        status = visit->status;
    else if (code != SQLITE_ROW)
        status = sqlite_failure(&visit->link, code, "reading", error);
    sqlite3_finalize(statement);
    return status;
}

enum status sqlite_scan_each(struct store *base, enum store_rows rows, day_t day,
                             store_visitor *visitor, void *context, struct error *error)
{
    struct visit visit = {.rows = rows, .visit = visitor, .context = context, .error = error};
    enum status status = sqlite_link_open_reader(&visit.link, sqlite_of(base), error);
    if (!status)
        status = sqlite_exec(&visit.link, "BEGIN", error);
    if (!status &&
        sqlite3_create_function(visit.link.db, VISITOR, -1, SQLITE_UTF8 | SQLITE_DIRECTONLY, &visit,
                                NULL, visit_row, end_visit))
        status = error_memory(error, "reading a store");
    for (; visit.part < STATEMENTS_A_SCAN && !status; visit.part++)
        status = visit_part(&visit, day, error);
    sqlite_link_close(&visit.link);
    return status;
}
