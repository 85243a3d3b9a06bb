/*
 * Scans: the whole of the register, as a start reads it.
 *
 * Each is one plain scan of one table in the order of its key, on a connection of its own, so that
 * two threads may run theirs at once. An identity is found beside its version without a search: both
 * tables are in the same order, and SQLite steps to the next row when that is the one asked for.
 */
#include "data/store_sqlite.h"

#include <stdlib.h>

enum { STATEMENTS_A_SCAN = 2 };

struct sqlite_scan {
    struct store_scan base;
    enum store_rows rows;
    struct sqlite_link link;
    sqlite3_stmt *statements[STATEMENTS_A_SCAN]; /* one after another; NULL = none */
    int at;
};

#define BELIEVED " WHERE v.superseded_at IS NULL AND v.valid_from < v.valid_to"
#define ON_DAY   BELIEVED " AND v.valid_from <= ?1 AND v.valid_to > ?1"

#define FACILITIES             \
    "SELECT " FACILITY_COLUMNS \
    " FROM facility_version v CROSS JOIN facility f ON f.facility = v.facility"
#define GROUPS "SELECT " GROUP_COLUMNS " FROM grp_version v CROSS JOIN grp g ON g.grp = v.grp"
#define OFFERS \
    "SELECT " OFFER_COLUMNS " FROM offer_version v CROSS JOIN offer o ON o.offer = v.offer"
#define IN_ORDER " ORDER BY v.version"

/* [rows][statement], for one day and for any day; a facility's hours come before an offer's. */
static const char *const sql_on_day[][STATEMENTS_A_SCAN] = {
    [STORE_ROWS_FACILITIES] = {FACILITIES ON_DAY IN_ORDER},
    [STORE_ROWS_GROUPS] = {GROUPS ON_DAY IN_ORDER},
    [STORE_ROWS_OFFERS] = {OFFERS ON_DAY IN_ORDER},
    [STORE_ROWS_PLACES] = {"SELECT " PLACES_COLUMNS " FROM grp_places p ORDER BY p.grp"},
    [STORE_ROWS_HOURS] = {"SELECT facility, weekdays, open_min, close_min FROM facility_hours "
                          "ORDER BY facility, n",
                          "SELECT offer, weekdays, open_min, close_min FROM offer_hours "
                          "ORDER BY offer, n"},
    [STORE_ROWS_EXCEPTIONS] = {"SELECT facility, day, open_min, close_min FROM "
                               "facility_hours_exception ORDER BY facility, day, n",
                               "SELECT offer, day, open_min, close_min FROM "
                               "offer_hours_exception ORDER BY offer, day, n"},
    [STORE_ROWS_SLOTS] = {"SELECT " SLOT_COLUMNS " FROM slot s WHERE s.day >= ?1 "
                          "ORDER BY s.offer, s.day, s.from_min"},
};
static const char *const sql_any_day[] = {
    [STORE_ROWS_FACILITIES] = FACILITIES BELIEVED IN_ORDER,
    [STORE_ROWS_GROUPS] = GROUPS BELIEVED IN_ORDER,
    [STORE_ROWS_OFFERS] = OFFERS BELIEVED IN_ORDER,
};

static enum status prepare(struct sqlite_scan *scan, day_t day, struct error *error)
{
    for (int i = 0; i < STATEMENTS_A_SCAN; i++) {
        const char *sql = sql_on_day[scan->rows][i];
        if (day == DAY_NONE && scan->rows <= STORE_ROWS_OFFERS)
            sql = i == 0 ? sql_any_day[scan->rows] : NULL;
        if (!sql)
            continue;
        int code = sqlite3_prepare_v2(scan->link.db, sql, -1, &scan->statements[i], NULL);
        if (code)
            return sqlite_failure(&scan->link, code, "reading its tables", error);
        if (sqlite3_bind_parameter_count(scan->statements[i]) > 0)
            sqlite3_bind_int(scan->statements[i], 1, day);
    }
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
    if (!status)
        status = prepare(scan, day, error);
    if (status)
        sqlite_scan_close(&scan->base);
    else
        *out = &scan->base;
    return status;
}

static enum status read_row(struct sqlite_scan *scan, sqlite3_stmt *row, void *record,
                            struct error *error)
{
    enum hours_owner owner_kind = scan->at == 0 ? HOURS_OF_FACILITY : HOURS_OF_OFFER;
    switch (scan->rows) {
    case STORE_ROWS_FACILITIES:
        return sqlite_read_facility(&scan->link, row, record, error);
    case STORE_ROWS_GROUPS:
        return sqlite_read_group(&scan->link, row, record, error);
    case STORE_ROWS_OFFERS:
        return sqlite_read_offer(&scan->link, row, record, error);
    case STORE_ROWS_PLACES:
        return sqlite_read_places(&scan->link, row, record, error);
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
    return error_set(error, STATUS_INVALID, "no such rows: %d", scan->rows);
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
            return read_row(scan, statement, record, error);
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
