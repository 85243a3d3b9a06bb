/*
 * Writing facilities, groups, offers and what hangs on them.
 *
 * An import writes some forty rows a facility and has fifty microseconds for them, so statements are
 * kept prepared, and what the writer has just done is remembered: the identity inserted last has no
 * version and no report yet, and needs no look.
 */
#include "data/store_sqlite.h"

#include <inttypes.h>
#include <string.h>

/* Identities -------------------------------------------------------------------------------------*/

static enum status insert_public_id(struct sqlite_link *link, const char *id, enum store_table kind,
                                    int64_t key, struct error *error)
{
    sqlite3_stmt *statement;
    enum status status = sqlite_statement(link, SLOT_PUBLIC_ID_INSERT,
                                          "INSERT INTO public_id(id, kind, key) VALUES (?, ?, ?)",
                                          &statement, error);
    if (status)
        return status;
    struct binder binder = {.statement = statement};
    bind_text(&binder, id);
    bind_int(&binder, kind);
    bind_int(&binder, key);
    status = sqlite_run(link, statement, "writing an id", error);
    if (status == STATUS_CONFLICT)
        return error_set(error, status, "id '%s' is in use already", id);
    return status;
}

/* Take the identity back whose id was refused: a refusal must not leave a row behind. */
static enum status take_back(struct sqlite_link *link, enum store_table kind, int64_t key,
                             struct error *error)
{
    static const char *const sql[] = {
        "DELETE FROM facility WHERE facility = ?",
        "DELETE FROM grp WHERE grp = ?",
        "DELETE FROM offer WHERE offer = ?",
    };
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(link->db, sql[kind], -1, &statement, NULL);
    if (code)
        return sqlite_failure(link, code, "writing an identity", error);
    sqlite3_bind_int64(statement, 1, key);
    enum status status = sqlite_run(link, statement, "writing an identity", error);
    sqlite3_finalize(statement);
    return status;
}

static enum status insert_identity(struct sqlite_store *store, sqlite3_stmt *statement,
                                   const char *what, enum store_table kind, const char *id,
                                   const char *source_id, int64_t *key, struct error *error)
{
    struct sqlite_link *link = &store->writer;
    enum status status = sqlite_run(link, statement, "writing an identity", error);
    if (status == STATUS_CONFLICT)
        return error_set(error, status, "%s '%s' of this source is stored already", what,
                         source_id);
    if (status)
        return status;
    *key = sqlite3_last_insert_rowid(link->db);
    status = insert_public_id(link, id, kind, *key, error);
    if (status) {
        enum status taken_back =
            status == STATUS_CONFLICT ? take_back(link, kind, *key, error) : STATUS_OK;
        *key = 0;
        return taken_back ? taken_back : status;
    }
    store->fresh[kind] = *key;
    if (kind == STORE_FACILITIES || kind == STORE_OFFERS)
        store->hourless[kind == STORE_OFFERS ? HOURS_OF_OFFER : HOURS_OF_FACILITY] = *key;
    return STATUS_OK;
}

enum status sqlite_facility_insert(struct store *base, struct facility_record *facility,
                                   struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    int64_t region, source;
    enum status status = sqlite_region_key(&store->writer, facility->region, &region, error);
    if (!status)
        status = sqlite_source_key(&store->writer, facility->source, true, &source, error);
    sqlite3_stmt *statement;
    if (!status)
        status = sqlite_statement(
            &store->writer, SLOT_FACILITY_INSERT,
            "INSERT INTO facility(id, region, source, source_id) VALUES (?, ?, ?, ?)", &statement,
            error);
    if (status)
        return status;
    struct binder binder = {.statement = statement};
    bind_text(&binder, facility->id);
    bind_int(&binder, region);
    bind_int(&binder, source);
    bind_text(&binder, facility->source_id);
    status = insert_identity(store, statement, "facility", STORE_FACILITIES, facility->id,
                             facility->source_id, &facility->key, error);
    int64_t number = status ? 0 : store_id_number(facility->id, store->number_prefix);
    if (store->next_number && number >= store->next_number)
        store->next_number = number + 1;
    return status;
}

enum status sqlite_group_insert(struct store *base, struct group_record *group, struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    sqlite3_stmt *statement;
    enum status status = sqlite_statement(
        &store->writer, SLOT_GROUP_INSERT,
        "INSERT INTO grp(facility, id, source_id) VALUES (?, ?, ?)", &statement, error);
    if (status)
        return status;
    struct binder binder = {.statement = statement};
    bind_int(&binder, group->facility);
    bind_text(&binder, group->id);
    bind_text(&binder, group->source_id);
    status = insert_identity(store, statement, "group", STORE_GROUPS, group->id, group->source_id,
                             &group->key, error);
    if (!status)
        store->report_group = group->key;
    return status;
}

enum status sqlite_offer_insert(struct store *base, struct offer_record *offer, int64_t facility,
                                struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    sqlite3_stmt *statement;
    enum status status = sqlite_statement(
        &store->writer, SLOT_OFFER_INSERT,
        "INSERT INTO offer(facility, grp, id, source_id) VALUES (?, ?, ?, ?)", &statement, error);
    if (status)
        return status;
    struct binder binder = {.statement = statement};
    bind_int(&binder, facility);
    bind_int(&binder, offer->group);
    bind_text(&binder, offer->id);
    bind_text(&binder, offer->source_id);
    return insert_identity(store, statement, "offer", STORE_OFFERS, offer->id, offer->source_id,
                           &offer->key, error);
}

/* Versions ---------------------------------------------------------------------------------------*/

/* The key of the owner's next version. */
static enum status next_version(struct sqlite_store *store, enum store_table table, int64_t owner,
                                int64_t *version, struct error *error)
{
    static const struct {
        enum sqlite_slot slot;
        const char *sql;
    } last[] = {
        {SLOT_FACILITY_VERSION_LAST,
         "SELECT max(version) FROM facility_version WHERE version BETWEEN ?1 AND ?2"},
        {SLOT_GROUP_VERSION_LAST,
         "SELECT max(version) FROM grp_version WHERE version BETWEEN ?1 AND ?2"},
        {SLOT_OFFER_VERSION_LAST,
         "SELECT max(version) FROM offer_version WHERE version BETWEEN ?1 AND ?2"},
    };
    int64_t first = owner << VERSION_SHIFT, end = first + (INT64_C(1) << VERSION_SHIFT) - 1;
    *version = first + 1;
    if (store->fresh[table] == owner) {
        store->fresh[table] = 0;
        return STATUS_OK;
    }
    sqlite3_stmt *statement;
    enum status status =
        sqlite_statement(&store->writer, last[table].slot, last[table].sql, &statement, error);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, first);
    sqlite3_bind_int64(statement, 2, end);
    int code = sqlite3_step(statement);
    if (code != SQLITE_ROW)
        status = sqlite_failure(&store->writer, code, "reading versions", error);
    else if (sqlite3_column_type(statement, 0) != SQLITE_NULL)
        *version = sqlite3_column_int64(statement, 0) + 1;
    sqlite3_reset(statement);
    if (!status && *version > end)
        status = error_set(error, STATUS_LIMIT, "store %s: more than a million versions of one row",
                           store->path);
    return status;
}

static enum status put_change_day(struct sqlite_store *store, day_t day, struct error *error)
{
    if (day == DAY_OPEN)
        return STATUS_OK;
    for (uint32_t i = 0; i < store->change_day_count; i++)
        if (store->change_days[i] == day)
            return STATUS_OK;
    sqlite3_stmt *statement;
    enum status status =
        sqlite_statement(&store->writer, SLOT_CHANGE_DAY_PUT,
                         "INSERT OR IGNORE INTO change_day(day) VALUES (?)", &statement, error);
    if (status)
        return status;
    sqlite3_bind_int(statement, 1, day);
    status = sqlite_run(&store->writer, statement, "writing a version", error);
    if (store->change_day_count == CHANGE_DAYS_KEPT)
        store->change_day_count = 0;
    if (!status)
        store->change_days[store->change_day_count++] = day;
    return status;
}

/* What every version begins with: its key, its owner and V. */
static enum status bind_version(struct sqlite_store *store, struct binder *binder,
                                enum store_table table, int64_t owner,
                                const struct validity *validity, int64_t *version,
                                struct error *error)
{
    int64_t source;
    enum status status = sqlite_source_key(&store->writer, validity->source, true, &source, error);
    if (!status)
        status = next_version(store, table, owner, version, error);
    if (!status)
        status = put_change_day(store, validity->valid_from, error);
    if (!status)
        status = put_change_day(store, validity->valid_to, error);
    if (status)
        return status;
    bind_int(binder, *version);
    bind_int(binder, owner);
    bind_int(binder, validity->valid_from);
    bind_int(binder, validity->valid_to);
    bind_int(binder, validity->recorded_at);
    bind_optional(binder, validity->superseded_at, TIME_NONE);
    bind_int(binder, source);
    return STATUS_OK;
}

static enum status insert_geometry(struct sqlite_store *store,
                                   const struct facility_record *facility, struct error *error)
{
    unsigned char blob[POINT_BLOB_BYTES];
    sqlite_point_blob(facility->lon_e7, facility->lat_e7, blob);
    sqlite3_stmt *statement;
    enum status status = sqlite_statement(
        &store->writer, SLOT_FACILITY_GEOMETRY_INSERT,
        "INSERT INTO facility_geometry(version, geometry) VALUES (?, ?)", &statement, error);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, facility->version_key);
    sqlite3_bind_blob(statement, 2, blob, sizeof blob, SQLITE_STATIC);
    status = sqlite_run(&store->writer, statement, "writing a geometry", error);
    sqlite3_clear_bindings(statement); /* the blob lives on this stack */
    return status;
}

static void bind_facility(struct binder *binder, const struct facility_record *facility)
{
    bind_text(binder, facility->name);
    bind_text(binder, facility->name_en);
    bind_text(binder, facility->declared_community);
    bind_text(binder, facility->community);
    bind_text(binder, facility->address);
    bind_text(binder, facility->phone);
    const int32_t numbers[] = {
        facility->lon_e7,          facility->lat_e7,
        facility->opens_on,        facility->opened_on,
        facility->filed_on,        facility->closed_on,
        facility->inclusive_since, facility->demonstration_since,
        facility->staff_on,        facility->licensed_total,
        facility->staff,           facility->certified,
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        bind_optional(binder, numbers[i], NONE);
    const int8_t codes[] = {facility->kind,  facility->ownership, facility->registrar,
                            facility->state, facility->inclusive, facility->demonstration};
    for (size_t i = 0; i < sizeof codes; i++)
        bind_optional(binder, codes[i], UNKNOWN);
    bind_int(binder, facility->point_consent);
    bind_optional(binder, facility->delists_on, DAY_NONE);
}

enum status sqlite_facility_version_insert(struct store *base, struct facility_record *facility,
                                           struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    sqlite3_stmt *statement;
    enum status status = sqlite_statement(
        &store->writer, SLOT_FACILITY_VERSION_INSERT,
        "INSERT INTO facility_version(version, facility, valid_from, valid_to, recorded_at, "
        "superseded_at, source, name, name_en, declared_community, community, address, phone, "
        "lon_e7, lat_e7, opens_on, opened_on, filed_on, closed_on, inclusive_since, "
        "demonstration_since, staff_on, licensed_total, staff, certified, kind, ownership, "
        "registrar, state, inclusive, demonstration, point_consent, delists_on) VALUES (?, ?, ?, "
        "?, "
        "?, ?, ?, ?, "
        "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        &statement, error);
    struct binder binder = {.statement = statement};
    if (!status)
        status = bind_version(store, &binder, STORE_FACILITIES, facility->key, &facility->validity,
                              &facility->version_key, error);
    if (status)
        return status;
    bind_facility(&binder, facility);
    status = sqlite_run(&store->writer, statement, "writing a facility", error);
    if (!status && facility->lon_e7 != NONE)
        status = insert_geometry(store, facility, error);
    if (status)
        facility->version_key = 0;
    return status;
}

enum status sqlite_group_version_insert(struct store *base, struct group_record *group,
                                        struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    sqlite3_stmt *statement;
    enum status status =
        sqlite_statement(&store->writer, SLOT_GROUP_VERSION_INSERT,
                         "INSERT INTO grp_version(version, grp, valid_from, valid_to, recorded_at, "
                         "superseded_at, source, age_from_m, age_to_m, licensed, admission) "
                         "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                         &statement, error);
    struct binder binder = {.statement = statement};
    if (!status)
        status = bind_version(store, &binder, STORE_GROUPS, group->key, &group->validity,
                              &group->version_key, error);
    if (status)
        return status;
    bind_optional(&binder, group->age_from_m, NONE);
    bind_optional(&binder, group->age_to_m, NONE);
    bind_optional(&binder, group->licensed, NONE);
    bind_optional(&binder, group->admission, UNKNOWN);
    status = sqlite_run(&store->writer, statement, "writing a group", error);
    if (status)
        group->version_key = 0;
    return status;
}

enum status sqlite_offer_version_insert(struct store *base, struct offer_record *offer,
                                        struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    sqlite3_stmt *statement;
    enum status status =
        sqlite_statement(&store->writer, SLOT_OFFER_VERSION_INSERT,
                         "INSERT INTO offer_version(version, offer, valid_from, valid_to, "
                         "recorded_at, superseded_at, source, age_from_m, age_to_m, price, "
                         "price_unit, care) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                         &statement, error);
    struct binder binder = {.statement = statement};
    if (!status)
        status = bind_version(store, &binder, STORE_OFFERS, offer->key, &offer->validity,
                              &offer->version_key, error);
    if (status)
        return status;
    bind_optional(&binder, offer->age_from_m, NONE);
    bind_optional(&binder, offer->age_to_m, NONE);
    bind_optional(&binder, offer->price, NONE);
    bind_optional(&binder, offer->price_unit, UNKNOWN);
    bind_optional(&binder, offer->care, UNKNOWN);
    status = sqlite_run(&store->writer, statement, "writing an offer", error);
    if (status)
        offer->version_key = 0;
    return status;
}

enum status sqlite_version_supersede(struct store *base, enum store_table table, int64_t version,
                                     moment_t superseded_at, struct error *error)
{
    static const struct {
        enum sqlite_slot slot;
        const char *sql;
    } supersede[] = {
        {SLOT_FACILITY_SUPERSEDE, "UPDATE facility_version SET superseded_at = ?1 WHERE version = "
                                  "?2 AND superseded_at IS NULL"},
        {SLOT_GROUP_SUPERSEDE,
         "UPDATE grp_version SET superseded_at = ?1 WHERE version = ?2 AND superseded_at IS NULL"},
        {SLOT_OFFER_SUPERSEDE, "UPDATE offer_version SET superseded_at = ?1 WHERE version = ?2 AND "
                               "superseded_at IS NULL"},
    };
    struct sqlite_link *link = &sqlite_of(base)->writer;
    sqlite3_stmt *statement;
    enum status status =
        sqlite_statement(link, supersede[table].slot, supersede[table].sql, &statement, error);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, superseded_at);
    sqlite3_bind_int64(statement, 2, version);
    status = sqlite_run(link, statement, "superseding a version", error);
    if (!status && sqlite3_changes(link->db) != 1)
        status = error_set(error, STATUS_NOT_FOUND, "no believed version %" PRId64, version);
    return status;
}
