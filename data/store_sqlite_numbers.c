/*
 * Writing what has no versions: reports of a group's numbers, hours, slots, edits by hand.
 */
#include "data/store_sqlite.h"

#include <inttypes.h>
#include <string.h>

/* Numbers ----------------------------------------------------------------------------------------*/

/* The stored report's place in time; seq 0 where there is none. */
static enum status current_report(struct sqlite_store *store, int64_t group, int32_t *seq,
                                  moment_t *as_of, struct error *error)
{
    *seq = 0;
    *as_of = TIME_NONE;
    if (store->report_group == group) {
        store->report_group = 0;
        return STATUS_OK;
    }
    sqlite3_stmt *statement;
    enum status status =
        sqlite_statement(&store->writer, SLOT_PLACES_CURRENT,
                         "SELECT seq, as_of FROM grp_places WHERE grp = ?", &statement, error);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, group);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        *seq = sqlite3_column_int(statement, 0);
        *as_of = sqlite3_column_int64(statement, 1);
    } else if (code != SQLITE_DONE) {
        status = sqlite_failure(&store->writer, code, "reading a report", error);
    }
    sqlite3_reset(statement);
    return status;
}

static enum status keep_past_report(struct sqlite_link *link, int64_t group, struct error *error)
{
    sqlite3_stmt *statement;
    enum status status = sqlite_statement(
        link, SLOT_PLACES_KEEP_PAST,
        "INSERT INTO grp_places_past SELECT grp, seq, as_of, recorded_at, source, staffed, "
        "enrolled, held, next_open, next_open_from, open_until FROM grp_places WHERE grp = ?",
        &statement, error);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, group);
    return sqlite_run(link, statement, "keeping a report", error);
}

enum status sqlite_places_append(struct store *base, struct places_record *places,
                                 struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    struct sqlite_link *link = &store->writer;
    int32_t seq;
    moment_t as_of;
    int64_t source;
    enum status status = current_report(store, places->group, &seq, &as_of, error);
    if (!status && seq && places->as_of < as_of)
        status =
            error_set(error, STATUS_CONFLICT, "a newer report of the group's places is stored");
    if (!status && seq)
        status = keep_past_report(link, places->group, error);
    if (!status)
        status = sqlite_source_key(link, places->source, true, &source, error);
    sqlite3_stmt *statement;
    if (!status)
        status = sqlite_statement(
            link, seq ? SLOT_PLACES_REPLACE : SLOT_PLACES_INSERT,
            seq ? "REPLACE INTO grp_places(grp, seq, as_of, recorded_at, source, staffed, "
                  "enrolled, held, next_open, next_open_from, open_until) "
                  "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                : "INSERT INTO grp_places(grp, seq, as_of, recorded_at, source, staffed, "
                  "enrolled, held, next_open, next_open_from, open_until) "
                  "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            &statement, error);
    if (status)
        return status;
    struct binder binder = {.statement = statement};
    bind_int(&binder, places->group);
    bind_int(&binder, seq + 1);
    bind_int(&binder, places->as_of);
    bind_int(&binder, places->recorded_at);
    bind_int(&binder, source);
    bind_optional(&binder, places->staffed, NONE);
    bind_optional(&binder, places->enrolled, NONE);
    bind_optional(&binder, places->held, NONE);
    bind_optional(&binder, places->next_open, NONE);
    bind_optional(&binder, places->next_open_from, DAY_NONE);
    bind_optional(&binder, places->open_until, DAY_NONE);
    status = sqlite_run(link, statement, "writing a report", error);
    if (!status)
        places->seq = seq + 1;
    return status;
}

static enum status forget_reports(struct sqlite_link *link, enum sqlite_slot slot, const char *sql,
                                  int64_t group, struct error *error)
{
    sqlite3_stmt *statement;
    enum status status = sqlite_statement(link, slot, sql, &statement, error);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, group);
    return sqlite_run(link, statement, "dropping reports", error);
}

enum status sqlite_places_forget(struct store *base, int64_t group, struct error *error)
{
    struct sqlite_link *link = &sqlite_of(base)->writer;
    enum status status = forget_reports(link, SLOT_PLACES_FORGET_PAST,
                                        "DELETE FROM grp_places_past WHERE grp = ?", group, error);
    return status ? status
                  : forget_reports(link, SLOT_PLACES_FORGET, "DELETE FROM grp_places WHERE grp = ?",
                                   group, error);
}

/* Hours, slots, edits ----------------------------------------------------------------------------*/

static enum status run_of(struct sqlite_link *link, enum sqlite_slot slot, const char *sql,
                          int64_t owner, struct error *error)
{
    sqlite3_stmt *statement;
    enum status status = sqlite_statement(link, slot, sql, &statement, error);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, owner);
    return sqlite_run(link, statement, "replacing hours or slots", error);
}

static enum status insert_hours(struct sqlite_link *link, bool of_offer, int64_t owner,
                                const struct hours_record *hours, uint32_t count,
                                struct error *error)
{
    sqlite3_stmt *statement;
    enum status status =
        sqlite_statement(link, of_offer ? SLOT_OFFER_HOURS_INSERT : SLOT_FACILITY_HOURS_INSERT,
                         of_offer ? "INSERT INTO offer_hours VALUES (?, ?, ?, ?, ?)"
                                  : "INSERT INTO facility_hours VALUES (?, ?, ?, ?, ?)",
                         &statement, error);
    for (uint32_t i = 0; i < count && !status; i++) {
        struct binder binder = {.statement = statement};
        bind_int(&binder, owner);
        bind_int(&binder, i);
        bind_int(&binder, hours[i].weekdays);
        bind_int(&binder, hours[i].open_min);
        bind_int(&binder, hours[i].close_min);
        status = sqlite_run(link, statement, "writing hours", error);
    }
    return status;
}

static enum status insert_exceptions(struct sqlite_link *link, bool of_offer, int64_t owner,
                                     const struct hours_exception_record *exceptions,
                                     uint32_t count, struct error *error)
{
    sqlite3_stmt *statement;
    enum status status = sqlite_statement(
        link, of_offer ? SLOT_OFFER_EXCEPTION_INSERT : SLOT_FACILITY_EXCEPTION_INSERT,
        of_offer ? "INSERT INTO offer_hours_exception VALUES (?, ?, ?, ?, ?)"
                 : "INSERT INTO facility_hours_exception VALUES (?, ?, ?, ?, ?)",
        &statement, error);
    for (uint32_t i = 0; i < count && !status; i++) {
        struct binder binder = {.statement = statement};
        bind_int(&binder, owner);
        bind_int(&binder, exceptions[i].day);
        bind_int(&binder, i);
        bind_optional(&binder, exceptions[i].open_min, NONE16);
        bind_optional(&binder, exceptions[i].close_min, NONE16);
        status = sqlite_run(link, statement, "writing exceptions of hours", error);
    }
    return status;
}

static enum status delete_hours(struct sqlite_link *link, bool of_offer, int64_t owner,
                                struct error *error)
{
    enum status status =
        run_of(link, of_offer ? SLOT_OFFER_HOURS_DELETE : SLOT_FACILITY_HOURS_DELETE,
               of_offer ? "DELETE FROM offer_hours WHERE offer = ?"
                        : "DELETE FROM facility_hours WHERE facility = ?",
               owner, error);
    if (!status)
        status =
            run_of(link, of_offer ? SLOT_OFFER_EXCEPTIONS_DELETE : SLOT_FACILITY_EXCEPTIONS_DELETE,
                   of_offer ? "DELETE FROM offer_hours_exception WHERE offer = ?"
                            : "DELETE FROM facility_hours_exception WHERE facility = ?",
                   owner, error);
    return status;
}

enum status sqlite_hours_replace(struct store *base, enum hours_owner owner_kind, int64_t owner,
                                 const struct hours_record *hours, uint32_t hours_count,
                                 const struct hours_exception_record *exceptions,
                                 uint32_t exception_count, struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    struct sqlite_link *link = &store->writer;
    bool of_offer = owner_kind == HOURS_OF_OFFER;
    enum status status = STATUS_OK;
    if (store->hourless[owner_kind] == owner)
        store->hourless[owner_kind] = 0; /* nothing to delete */
    else
        status = delete_hours(link, of_offer, owner, error);
    if (!status)
        status = insert_hours(link, of_offer, owner, hours, hours_count, error);
    return status ? status
                  : insert_exceptions(link, of_offer, owner, exceptions, exception_count, error);
}

enum status sqlite_slots_replace(struct store *base, int64_t offer, const struct slot_record *slots,
                                 uint32_t count, struct error *error)
{
    struct sqlite_link *link = &sqlite_of(base)->writer;
    enum status status =
        run_of(link, SLOT_SLOTS_DELETE, "DELETE FROM slot WHERE offer = ?", offer, error);
    if (!status)
        status = run_of(link, SLOT_SLOTS_VERSION,
                        "UPDATE offer SET slots_version = slots_version + 1 WHERE offer = ?", offer,
                        error);
    sqlite3_stmt *statement;
    if (!status)
        status =
            sqlite_statement(link, SLOT_SLOT_INSERT,
                             "INSERT INTO slot VALUES (?, ?, ?, ?, ?, ?, ?)", &statement, error);
    for (uint32_t i = 0; i < count && !status; i++) {
        struct binder binder = {.statement = statement};
        bind_int(&binder, offer);
        bind_int(&binder, slots[i].day);
        bind_int(&binder, slots[i].from_min);
        bind_int(&binder, slots[i].to_min);
        bind_int(&binder, slots[i].places);
        bind_int(&binder, slots[i].taken);
        bind_int(&binder, slots[i].as_of);
        status = sqlite_run(link, statement, "writing slots", error);
        if (status == STATUS_CONFLICT)
            status = error_set(error, status,
                               "two slots of one offer begin on the same day at "
                               "the same minute");
    }
    return status;
}

enum status sqlite_field_edit_put(struct store *base, const struct field_edit *edit,
                                  struct error *error)
{
    struct sqlite_link *link = &sqlite_of(base)->writer;
    sqlite3_stmt *statement;
    enum status status = sqlite_statement(
        link, SLOT_FIELD_EDIT_PUT,
        "REPLACE INTO field_edit(kind, key, field, edited_at, actor) VALUES (?, ?, ?, ?, ?)",
        &statement, error);
    if (status)
        return status;
    struct binder binder = {.statement = statement};
    bind_int(&binder, edit->table);
    bind_int(&binder, edit->key);
    bind_text(&binder, edit->field);
    bind_int(&binder, edit->edited_at);
    bind_text(&binder, edit->actor);
    return sqlite_run(link, statement, "writing an edit", error);
}
