/*
 * Inside the SQLite backend: what its files share. Only store_sqlite*.c include this.
 *
 *   store_sqlite.c           open, close, lock, transactions
 *   store_sqlite_link.c      connections, statements, failures, names by number
 *   store_sqlite_schema.c    create and migrate (the only place that loads SpatiaLite)
 *   store_sqlite_write.c     identities, versions
 *   store_sqlite_numbers.c   numbers, hours, slots, edits
 *   store_sqlite_place.c     regions, streets, communities, meta, runs
 *   store_sqlite_row.c       rows to records
 *   store_sqlite_read.c      what is read by key: the history of a facility, edits
 *   store_sqlite_scan.c      scans, each on a connection of its own
 *   store_sqlite_geometry.c  SpatiaLite's BLOB format
 *   store_sqlite_check.c     check and backup
 *
 * Connections: one writer, which alone checkpoints; one reader behind a mutex; one a scan. All are
 * opened without SQLite's own mutex, because each is used by one thread at a time.
 */
#ifndef DATA_STORE_SQLITE_H
#define DATA_STORE_SQLITE_H

#include "data/store_backend.h"

#include <pthread.h>
#include <sqlite3.h>

enum {
    STORE_APPLICATION_ID = 0x54554F59, /* "TUOY" */
    VERSION_SHIFT = 20                 /* a version's key is owner << 20 | number */
};

/* One prepared statement a purpose, kept for the life of a connection. */
enum sqlite_slot {
    SLOT_BEGIN,
    SLOT_BEGIN_READ,
    SLOT_COMMIT,
    SLOT_GENERATION_NEXT,
    SLOT_META_GET,
    SLOT_META_PUT,
    SLOT_REGION_PUT,
    SLOT_REGIONS,
    SLOT_STREET_PUT,
    SLOT_STREETS,
    SLOT_COMMUNITY_PUT,
    SLOT_COMMUNITY_GEOMETRY_PUT,
    SLOT_COMMUNITY_GEOMETRY_DELETE,
    SLOT_COMMUNITIES,
    SLOT_RESIDENTS_DELETE,
    SLOT_RESIDENT_GEOMETRIES_DELETE,
    SLOT_RESIDENT_INSERT,
    SLOT_RESIDENT_GEOMETRY_INSERT,
    SLOT_RESIDENTS,
    SLOT_SOURCE_NAME,
    SLOT_SOURCE_FIND,
    SLOT_SOURCE_INSERT,
    SLOT_REGION_NAME,
    SLOT_REGION_FIND,
    SLOT_PUBLIC_ID_INSERT,
    SLOT_PUBLIC_ID_FIND,
    SLOT_FACILITY_INSERT,
    SLOT_FACILITY_FIND,
    SLOT_FACILITY_IDS,
    SLOT_GROUP_INSERT,
    SLOT_GROUP_FACILITY,
    SLOT_OFFER_INSERT,
    SLOT_FACILITY_VERSION_LAST,
    SLOT_GROUP_VERSION_LAST,
    SLOT_OFFER_VERSION_LAST,
    SLOT_FACILITY_VERSION_INSERT,
    SLOT_GROUP_VERSION_INSERT,
    SLOT_OFFER_VERSION_INSERT,
    SLOT_FACILITY_GEOMETRY_INSERT,
    SLOT_FACILITY_SUPERSEDE,
    SLOT_GROUP_SUPERSEDE,
    SLOT_OFFER_SUPERSEDE,
    SLOT_CHANGE_DAY_PUT,
    SLOT_CHANGE_DAYS,
    SLOT_NEXT_CHANGE,
    SLOT_PLACES_CURRENT,
    SLOT_PLACES_KEEP_PAST,
    SLOT_PLACES_INSERT,
    SLOT_PLACES_REPLACE,
    SLOT_PLACES_FORGET,
    SLOT_PLACES_FORGET_PAST,
    SLOT_FACILITY_HOURS_DELETE,
    SLOT_OFFER_HOURS_DELETE,
    SLOT_FACILITY_HOURS_INSERT,
    SLOT_OFFER_HOURS_INSERT,
    SLOT_FACILITY_EXCEPTIONS_DELETE,
    SLOT_OFFER_EXCEPTIONS_DELETE,
    SLOT_FACILITY_EXCEPTION_INSERT,
    SLOT_OFFER_EXCEPTION_INSERT,
    SLOT_SLOTS_DELETE,
    SLOT_SLOTS_VERSION,
    SLOT_SLOT_INSERT,
    SLOT_FIELD_EDIT_PUT,
    SLOT_FIELD_EDITS,
    SLOT_IMPORT_RUN_INSERT,
    SLOT_IMPORT_RUNS,
    SLOT_IMPORT_AFTER,
    SLOT_RUN_REPLACE,
    SLOT_RUN_INSERT,
    SLOT_RUNS,
    SLOT_RUN_RESULT,
    SLOT_RUN_DELETE,
    SLOT_HISTORY_FACILITIES,
    SLOT_HISTORY_GROUPS,
    SLOT_HISTORY_OFFERS,
    SLOT_HISTORY_PLACES,
    SLOT_HISTORY_HOURS,
    SLOT_HISTORY_EXCEPTIONS,
    SLOT_HISTORY_SLOTS,
    SLOT_COUNT
};

/* Names that rows refer to by number: names[key], NULL where not yet read. Few, so they are kept. */
struct sqlite_names {
    char **names;
    int64_t count;
};

struct sqlite_link {
    sqlite3 *db; /* NULL = not open */
    const char *path;
    bool in_transaction; /* of the writer: SQLite may end it by itself after an error */
    atomic_bool *failed; /* of the writer: set by an I/O error inside a transaction */
    sqlite3_stmt *statements[SLOT_COUNT];
    struct sqlite_names sources, regions;
};

enum { CHANGE_DAYS_KEPT = 64 };

struct sqlite_store {
    struct store base;
    char *path;
    bool immutable; /* on a medium that cannot be written: no lock, no log */
    struct sqlite_link writer;
    struct sqlite_link reader;
    pthread_mutex_t reader_lock;
    int wal_pages; /* after the last commit */
    /* What the writer knows without asking; forgotten at every rollback. */
    int64_t fresh[3]; /* by enum store_table: the identity inserted last, no version of it yet */
    int64_t last_facility, last_group, group_facility; /* of last_group */
    char number_prefix[ID_MAX_BYTES + 1];              /* of next_number */
    int64_t next_number;                               /* 0 = not known */
    day_t change_days[CHANGE_DAYS_KEPT];               /* known to be in change_day */
    uint32_t change_day_count;
    int64_t report_group; /* the identity inserted last has no report yet */
    int64_t hourless[2];  /* by enum hours_owner: the identity inserted last has no hours yet */
};

static inline struct sqlite_store *sqlite_of(struct store *store)
{
    return (struct sqlite_store *)store;
}

/* store_sqlite.c --------------------------------------------------------------------------------*/

/* A connection to `path`; flags are sqlite3_open_v2's. `link` must be {0}. */
enum status MUST_CHECK sqlite_link_open(struct sqlite_link *link, const char *path, int flags,
                                        struct error *error);
/* A connection that only reads and never checkpoints. */
enum status MUST_CHECK sqlite_link_open_reader(struct sqlite_link *link,
                                               const struct sqlite_store *store,
                                               struct error *error);
void sqlite_forget_names(struct sqlite_names *names); /* safe on {0} and safe twice */
void sqlite_link_close(struct sqlite_link *link);     /* safe on {0} and safe twice */
enum status MUST_CHECK sqlite_exec(struct sqlite_link *link, const char *sql, struct error *error);
/* The statement of a slot, prepared on first use; NULL on failure (error says why). */
enum status MUST_CHECK sqlite_statement(struct sqlite_link *link, enum sqlite_slot slot,
                                        const char *sql, sqlite3_stmt **statement,
                                        struct error *error);
/* The status and the sentence of SQLite's last failure: "store PATH: DOING: …". */
enum status sqlite_failure(struct sqlite_link *link, int code, const char *doing,
                           struct error *error);
/* Run a bound statement that gives no rows, and reset it. */
enum status MUST_CHECK sqlite_run(struct sqlite_link *link, sqlite3_stmt *statement,
                                  const char *doing, struct error *error);
/* Where this thread reads: its open transaction's connection, or the shared reader. Give it back. */
enum status MUST_CHECK sqlite_borrow(struct sqlite_store *store, struct sqlite_link **link,
                                     struct error *error);
void sqlite_give_back(struct sqlite_store *store, struct sqlite_link *link);
/* The key of a name, made if `make`; NOT_FOUND otherwise. */
enum status MUST_CHECK sqlite_source_key(struct sqlite_link *link, const char *name, bool make,
                                         int64_t *key, struct error *error);
enum status MUST_CHECK sqlite_region_key(struct sqlite_link *link, const char *name, int64_t *key,
                                         struct error *error);
/* The name of a key; it lives as long as the link. NULL (and CORRUPT) when there is none. */
enum status MUST_CHECK sqlite_source_name(struct sqlite_link *link, int64_t key, const char **name,
                                          struct error *error);
enum status MUST_CHECK sqlite_region_name(struct sqlite_link *link, int64_t key, const char **name,
                                          struct error *error);

/* store_sqlite_schema.c -------------------------------------------------------------------------*/

/* The number of the last step of schema.sql. */
int sqlite_schema_version(void);
/* Make the file `path` with the steps up to `version`, whole or not at all. CONFLICT where it is. */
enum status MUST_CHECK sqlite_create(const char *path, int version, struct error *error);
/* Refuse what is not a store or newer than this program; take the missing steps when `may_write`. */
enum status MUST_CHECK sqlite_migrate(struct sqlite_link *link, bool may_write,
                                      struct error *error);
/* An empty file of the owner alone, over what a run that was cut off left under this name. */
enum status MUST_CHECK sqlite_make_empty_file(const char *path, struct error *error);
/* Give a finished file its name, never over another, and make that last. */
enum status MUST_CHECK sqlite_publish_file(const char *from, const char *to, struct error *error);
/* SpatiaLite's functions on this connection. One mutex is held around loading and closing. */
enum status MUST_CHECK sqlite_load_spatialite(struct sqlite_link *link, struct error *error);
void sqlite_close_spatialite(struct sqlite_link *link);

/* store_sqlite_geometry.c -----------------------------------------------------------------------*/

enum { POINT_BLOB_BYTES = 60 };
/* SpatiaLite's BLOB of a WGS 84 point. */
void sqlite_point_blob(int32_t lon_e7, int32_t lat_e7, unsigned char blob[POINT_BLOB_BYTES]);
/* SpatiaLite's BLOB of a GeoJSON Polygon or MultiPolygon, as a MULTIPOLYGON (malloc). INVALID. */
enum status MUST_CHECK sqlite_outline_blob(const char *geojson, unsigned char **blob, size_t *bytes,
                                           struct error *error);

/* Rows (store_sqlite_row.c) ---------------------------------------------------------------------*/

/* Two kinds: whole rows, and rows without what store_scan_each() leaves out (NULL). */
#define VALIDITY_COLUMNS \
    "v.version, v.valid_from, v.valid_to, v.recorded_at, v.superseded_at, v.source"
#define LEAN_VALIDITY_COLUMNS "NULL, v.valid_from, v.valid_to, v.recorded_at, NULL, NULL"
#define FACILITY_COLUMNS_WITH(validity)                                                      \
    "f.facility, f.id, f.region, f.source, f.source_id, " validity                           \
    ", v.name, v.name_en, v.declared_community, v.community, v.address, v.phone, v.lon_e7, " \
    "v.lat_e7, v.opens_on, v.opened_on, v.filed_on, v.closed_on, v.inclusive_since, "        \
    "v.demonstration_since, v.staff_on, v.licensed_total, v.staff, v.certified, v.kind, "    \
    "v.ownership, v.registrar, v.state, v.inclusive, v.demonstration, v.point_consent, "     \
    "v.delists_on"
#define GROUP_COLUMNS_WITH(source_id, validity)         \
    "g.grp, g.facility, g.id, " source_id ", " validity \
    ", v.age_from_m, v.age_to_m, v.licensed, v.admission"
#define OFFER_COLUMNS_WITH(source_id, validity)      \
    "o.offer, o.grp, o.id, " source_id ", " validity \
    ", v.age_from_m, v.age_to_m, v.price, v.price_unit, v.care, o.slots_version"
#define FACILITY_COLUMNS      FACILITY_COLUMNS_WITH(VALIDITY_COLUMNS)
#define GROUP_COLUMNS         GROUP_COLUMNS_WITH("g.source_id", VALIDITY_COLUMNS)
#define OFFER_COLUMNS         OFFER_COLUMNS_WITH("o.source_id", VALIDITY_COLUMNS)
#define LEAN_FACILITY_COLUMNS FACILITY_COLUMNS_WITH(LEAN_VALIDITY_COLUMNS)
#define LEAN_GROUP_COLUMNS    GROUP_COLUMNS_WITH("NULL", LEAN_VALIDITY_COLUMNS)
#define LEAN_OFFER_COLUMNS    OFFER_COLUMNS_WITH("NULL", LEAN_VALIDITY_COLUMNS)
#define PLACES_COLUMNS                                                                \
    "p.grp, p.seq, p.as_of, p.recorded_at, p.source, p.staffed, p.enrolled, p.held, " \
    "p.next_open, p.next_open_from, p.open_until"
#define SLOT_COLUMNS "s.offer, s.day, s.from_min, s.to_min, s.places, s.taken, s.as_of"

/* A row: of a statement that was stepped, or what a statement hands to a function of ours. */
struct sqlite_row {
    sqlite3_stmt *statement;
    sqlite3_value **values; /* NULL = the statement's */
};

/* A row of these columns to a record whose text is SQLite's, until the statement's next step. */
enum status MUST_CHECK sqlite_read_facility(struct sqlite_link *link, const struct sqlite_row *row,
                                            struct facility_record *facility, struct error *error);
enum status MUST_CHECK sqlite_read_group(struct sqlite_link *link, const struct sqlite_row *row,
                                         struct group_record *group, struct error *error);
enum status MUST_CHECK sqlite_read_offer(struct sqlite_link *link, const struct sqlite_row *row,
                                         struct offer_record *offer, struct error *error);
enum status MUST_CHECK sqlite_read_places(struct sqlite_link *link, const struct sqlite_row *row,
                                          struct places_record *places, struct error *error);
/* owner, weekdays, open_min, close_min; and owner, day, open_min, close_min */
void sqlite_read_hours(const struct sqlite_row *row, enum hours_owner owner_kind,
                       struct hours_record *hours);
void sqlite_read_exception(const struct sqlite_row *row, enum hours_owner owner_kind,
                           struct hours_exception_record *exception);
void sqlite_read_slot(const struct sqlite_row *row, struct slot_record *slot);

/* Values into a statement, from parameter 1 on -------------------------------------------------*/

struct binder {
    sqlite3_stmt *statement;
    int at, code;
};
static inline void bind_int(struct binder *binder, int64_t value)
{
    int code = sqlite3_bind_int64(binder->statement, ++binder->at, value);
    binder->code = binder->code ? binder->code : code;
}
static inline void bind_optional(struct binder *binder, int64_t value, int64_t none)
{
    int code = value == none ? sqlite3_bind_null(binder->statement, ++binder->at)
                             : sqlite3_bind_int64(binder->statement, ++binder->at, value);
    binder->code = binder->code ? binder->code : code;
}
/* The text must live until the statement is reset. NULL is NULL. */
static inline void bind_text(struct binder *binder, const char *text)
{
    int code = sqlite3_bind_text(binder->statement, ++binder->at, text, -1, SQLITE_STATIC);
    binder->code = binder->code ? binder->code : code;
}

/* The backend's functions, by file ---------------------------------------------------------------*/

enum status sqlite_meta_get(struct store *, const char *, struct arena *, const char **,
                            struct error *);
enum status sqlite_meta_put(struct store *, const char *, const char *, struct error *);
enum status sqlite_region_put(struct store *, const char *, const char *, struct error *);
enum status sqlite_regions(struct store *, struct arena *, struct store_region **, uint32_t *,
                           struct error *);
enum status sqlite_street_put(struct store *, const char *, const struct street_record *,
                              struct error *);
enum status sqlite_community_put(struct store *, const char *, const struct community_record *,
                                 struct error *);
enum status sqlite_streets(struct store *, const char *, struct arena *, struct street_record **,
                           uint32_t *, struct error *);
enum status sqlite_residents_replace(struct store *, const char *, const char *,
                                     const struct resident_record *, uint32_t, struct error *);
enum status sqlite_residents(struct store *, const char *, struct arena *,
                             struct resident_record **, uint32_t *, struct error *);
enum status sqlite_communities(struct store *, const char *, struct arena *,
                               struct community_record **, uint32_t *, struct error *);
enum status sqlite_run_insert(struct store *, struct run_record *, struct error *);
enum status sqlite_runs(struct store *, const char *, struct arena *, struct run_record **,
                        uint32_t *, struct error *);
enum status sqlite_run_result(struct store *, int64_t, struct arena *, const char **,
                              struct error *);
enum status sqlite_run_delete(struct store *, int64_t, struct error *);
enum status sqlite_import_run_insert(struct store *, struct import_run *, struct error *);
enum status sqlite_import_runs(struct store *, const char *, uint32_t, struct arena *,
                               struct import_run **, uint32_t *, struct error *);
enum status sqlite_import_after(struct store *, const char *, const char *, day_t, day_t *,
                                struct error *);

enum status sqlite_facility_insert(struct store *, struct facility_record *, struct error *);
enum status sqlite_group_insert(struct store *, struct group_record *, struct error *);
enum status sqlite_offer_insert(struct store *, struct offer_record *, int64_t, struct error *);
enum status sqlite_facility_find(struct store *, const char *, const char *, const char *,
                                 int64_t *, struct error *);
enum status sqlite_facility_find_id(struct store *, const char *, int64_t *, struct error *);
enum status sqlite_facility_next_number(struct store *, const char *, int64_t *, struct error *);
enum status sqlite_facility_version_insert(struct store *, struct facility_record *,
                                           struct error *);
enum status sqlite_group_version_insert(struct store *, struct group_record *, struct error *);
enum status sqlite_offer_version_insert(struct store *, struct offer_record *, struct error *);
enum status sqlite_version_supersede(struct store *, enum store_table, int64_t, moment_t,
                                     struct error *);
enum status sqlite_places_append(struct store *, struct places_record *, struct error *);
enum status sqlite_places_forget(struct store *, int64_t, struct error *);
enum status sqlite_hours_replace(struct store *, enum hours_owner, int64_t,
                                 const struct hours_record *, uint32_t,
                                 const struct hours_exception_record *, uint32_t, struct error *);
enum status sqlite_slots_replace(struct store *, int64_t, const struct slot_record *, uint32_t,
                                 struct error *);
enum status sqlite_field_edit_put(struct store *, const struct field_edit *, struct error *);

enum status sqlite_facility_history(struct store *, int64_t, struct arena *, struct store_history *,
                                    struct error *);
enum status sqlite_field_edits(struct store *, int64_t, struct arena *, struct field_edit **,
                               uint32_t *, struct error *);
enum status sqlite_next_change(struct store *, day_t, day_t *, struct error *);

enum status sqlite_scan_open(struct store *, enum store_rows, day_t, struct store_scan **,
                             struct error *);
enum status sqlite_scan_next(struct store_scan *, void *, bool *, struct error *);
void sqlite_scan_close(struct store_scan *);
enum status sqlite_scan_each(struct store *, enum store_rows, day_t, store_visitor *, void *,
                             struct error *);

enum status sqlite_check(struct store *, struct error *);
enum status sqlite_backup(struct store *, const char *, struct error *);

#endif
