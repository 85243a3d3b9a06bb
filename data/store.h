/*
 * The store: what lasts. An interface with two backends: store_sqlite.c (SQLite with SpatiaLite,
 * the embedded default) and store_memory.c (tests). SQL is written only in schema.sql and
 * store_sqlite*.c. tests/data/test_store.c is the contract that every backend passes.
 *
 * The store keeps rows; it knows nothing of how histories are compared or imports judged
 * (data/history.h, data/register_import.h). One process owns it. Writing is for one thread at a
 * time and only between store_begin() and store_commit(), which belong to the same thread. Reading
 * is for any thread: the thread that has a transaction open reads what it has written, every other
 * thread the last commit. Scans always read the last commit, each scan on one thread.
 *
 * Text handed in is copied. Text handed out by a scan is borrowed until that scan's next call;
 * text handed out with an arena lives in the arena.
 */
#ifndef DATA_STORE_H
#define DATA_STORE_H

#include "data/records.h"
#include "data/store_lock.h"
#include "geo/arena.h"

struct store;
struct store_scan;

enum store_mode {
    STORE_READ,   /* may be opened while nobody owns it; never creates */
    STORE_WRITE,  /* takes the lock; STATUS_NOT_FOUND where there is none */
    STORE_CREATE, /* takes the lock; creates; STATUS_CONFLICT where there is one */
};

/*
 * Open by location: a path, or "memory:". Errors, each one clear sentence: NOT_FOUND, BUSY (another
 * process holds it), READ_ONLY, CORRUPT (not a store, or damaged), VERSION (newer than this
 * program), UNSUPPORTED (mod_spatialite is not installed), IO. Older schemas are migrated forward.
 */
enum status MUST_CHECK store_open(const char *location, enum store_mode mode, struct store **store,
                                  struct error *error);
void store_close(struct store *store); /* safe on NULL; rolls back what is open */
/* Close it and go on holding its lock, now the caller's: for who puts another store in its place. */
void store_close_locked(struct store *store, struct store_lock *lock);
/* Where it is: the path it was opened by, or "memory:". Lives as long as the store. */
const char *store_location(const struct store *store);

/* Transactions. After a commit that failed with STATUS_IO the outcome is unknown: the store answers
 * READ_ONLY to every further write until it is opened again. */
enum status MUST_CHECK store_begin(struct store *store, struct error *error);
enum status MUST_CHECK store_commit(struct store *store, struct error *error);
void store_rollback(struct store *store);

/* Counts the commits that wrote anything, over the whole life of the store: two equal numbers mean
 * nothing has changed. Any thread. */
uint64_t store_generation(struct store *store);

/* Small named facts of the store itself: "sample", "loaded_at", … NOT_FOUND; text in the arena. */
enum status MUST_CHECK store_meta_get(struct store *store, const char *name, struct arena *arena,
                                      const char **value, struct error *error);
enum status MUST_CHECK store_meta_put(struct store *store, const char *name, const char *value,
                                      struct error *error);

/* When what the store holds last changed, said by who changes rows that do not say so themselves
 * (hours, slots, communities, residents, streets). Noting an earlier moment than is there changes
 * nothing; TIME_NONE where none was noted. */
enum status MUST_CHECK store_change_note(struct store *store, moment_t at, struct error *error);
enum status MUST_CHECK store_change_read(struct store *store, moment_t *at, struct error *error);

/* Regions: name and the text of their region.json (data/region.h parses it). */
enum status MUST_CHECK store_region_put(struct store *store, const char *name, const char *json,
                                        struct error *error);
struct store_region {
    const char *name, *json;
};
enum status MUST_CHECK store_regions(struct store *store, struct arena *arena,
                                     struct store_region **regions, uint32_t *count,
                                     struct error *error);

/* Streets and communities of a region: put inserts or replaces by code. */
enum status MUST_CHECK store_street_put(struct store *store, const char *region,
                                        const struct street_record *street, struct error *error);
enum status MUST_CHECK store_community_put(struct store *store, const char *region,
                                           const struct community_record *community,
                                           struct error *error);
enum status MUST_CHECK store_streets(struct store *store, const char *region, struct arena *arena,
                                     struct street_record **streets, uint32_t *count,
                                     struct error *error);
enum status MUST_CHECK store_communities(struct store *store, const char *region,
                                         struct arena *arena, struct community_record **communities,
                                         uint32_t *count, struct error *error);

/*
 * Resident points of a region. One file is the whole picture: replacing drops all that were there,
 * whatever their source, since two pictures together would count people twice. Read in ascending
 * order of source_id. CONFLICT for a source_id that stands twice.
 */
enum status MUST_CHECK store_residents_replace(struct store *store, const char *region,
                                               const char *source,
                                               const struct resident_record *residents,
                                               uint32_t count, struct error *error);
enum status MUST_CHECK store_residents(struct store *store, const char *region, struct arena *arena,
                                       struct resident_record **residents, uint32_t *count,
                                       struct error *error);

/*
 * Identities. Insert gives the key; CONFLICT for an id or an identity that exists already.
 * A group's and an offer's source_id is unique within its facility. Ids are never reused, also
 * across kinds: facility, group and offer ids live in one space.
 */
enum status MUST_CHECK store_facility_insert(struct store *store, struct facility_record *facility,
                                             struct error *error);
enum status MUST_CHECK store_group_insert(struct store *store, struct group_record *group,
                                          struct error *error);
enum status MUST_CHECK store_offer_insert(struct store *store, struct offer_record *offer,
                                          int64_t facility, struct error *error);
/* The key of an identity, or of a public id; NOT_FOUND. */
enum status MUST_CHECK store_facility_find(struct store *store, const char *region,
                                           const char *source, const char *source_id, int64_t *key,
                                           struct error *error);
enum status MUST_CHECK store_facility_find_id(struct store *store, const char *id, int64_t *key,
                                              struct error *error);
/* The number for the next new facility PREFIX-0001, PREFIX-0002, …: one more than the greatest that
 * any facility has or had, so that none is used again. */
enum status MUST_CHECK store_facility_next_number(struct store *store, const char *prefix,
                                                  int64_t *number, struct error *error);

/*
 * Versions: insert writes record->validity and all fields and sets version_key (facilities with a
 * point get their SpatiaLite geometry in the same transaction); supersede stamps a version that is
 * no longer believed.
 */
enum status MUST_CHECK store_facility_version_insert(struct store *store,
                                                     struct facility_record *facility,
                                                     struct error *error);
enum status MUST_CHECK store_group_version_insert(struct store *store, struct group_record *group,
                                                  struct error *error);
enum status MUST_CHECK store_offer_version_insert(struct store *store, struct offer_record *offer,
                                                  struct error *error);
enum store_table { STORE_FACILITIES, STORE_GROUPS, STORE_OFFERS };
enum status MUST_CHECK store_version_supersede(struct store *store, enum store_table table,
                                               int64_t version_key, moment_t superseded_at,
                                               struct error *error);

/* Every believed version (superseded_at none) of one facility, its groups and its offers, ascending
 * by (key, valid_from), in the arena. */
struct store_history {
    struct facility_record *facilities;
    struct group_record *groups;
    struct offer_record *offers;
    uint32_t facility_count, group_count, offer_count;
    struct places_record *places; /* beside groups of the latest valid_from: the current report, or
                                     as_of TIME_NONE; one a distinct group key, ascending */
    uint32_t place_count;
    struct hours_record *hours;
    struct hours_exception_record *exceptions;
    struct slot_record *slots;
    uint32_t hours_count, exception_count, slot_count;
};
enum status MUST_CHECK store_facility_history(struct store *store, int64_t key, struct arena *arena,
                                              struct store_history *history, struct error *error);

/* Append one report (seq is given); CONFLICT when as_of is older than the stored one. */
enum status MUST_CHECK store_places_append(struct store *store, struct places_record *places,
                                           struct error *error);
/* Drop every report of a group: only where a sample is dated again (data/sample.h). */
enum status MUST_CHECK store_places_forget(struct store *store, int64_t group, struct error *error);

/* Replace all hours and exceptions of one owner; slots of an offer, whose slots_version rises by one
 * in every version. Counts may be 0. */
enum status MUST_CHECK store_hours_replace(struct store *store, enum hours_owner owner_kind,
                                           int64_t owner, const struct hours_record *hours,
                                           uint32_t hours_count,
                                           const struct hours_exception_record *exceptions,
                                           uint32_t exception_count, struct error *error);
enum status MUST_CHECK store_slots_replace(struct store *store, int64_t offer,
                                           const struct slot_record *slots, uint32_t count,
                                           struct error *error);

/* Fields an officer edited by hand; an import's as-of must be later than edited_at to touch them. */
struct field_edit {
    int8_t table; /* enum store_table */
    int64_t key;  /* of the facility, group or offer */
    const char *field;
    moment_t edited_at;
    const char *actor;
};
enum status MUST_CHECK store_field_edit_put(struct store *store, const struct field_edit *edit,
                                            struct error *error);
enum status MUST_CHECK store_field_edits(struct store *store, int64_t facility, struct arena *arena,
                                         struct field_edit **edits, uint32_t *count,
                                         struct error *error);

/* Runs of imports with their reports (JSON). Newest first. */
struct import_run {
    int64_t key;
    const char *region, *kind; /* "register", "communities", "sample", … */
    const char *file;          /* base name only */
    const char *source;
    day_t as_of;
    moment_t recorded_at;
    const char *report; /* JSON */
};
enum status MUST_CHECK store_import_run_insert(struct store *store, struct import_run *run,
                                               struct error *error);
enum status MUST_CHECK store_import_runs(struct store *store, const char *region, uint32_t limit,
                                         struct arena *arena, struct import_run **runs,
                                         uint32_t *count, struct error *error);
/* The first as_of later than `day` of any run with this region and source; DAY_NONE for none. */
enum status MUST_CHECK store_import_after(struct store *store, const char *region,
                                          const char *source, day_t day, day_t *as_of,
                                          struct error *error);

/* What was computed of a region and is kept, with its history: runs of coverage. */
struct run_record {
    int64_t key;
    const char *region, *kind; /* "coverage" */
    const char *parameters;    /* JSON: equal questions have equal texts */
    const char *result;        /* JSON */
    uint64_t generation;       /* of the store that it was computed from */
    day_t day;                 /* local: what the run shows */
    moment_t started_at, ended_at;
    bool
        is_current; /* in the place of the region's current run of this kind, in this transaction */
};
enum status MUST_CHECK store_run_insert(struct store *store, struct run_record *run,
                                        struct error *error);
/* Every kept run of a kind, of all regions, in the arena, without results (NULL): ascending by region,
 * parameters, day and key. */
enum status MUST_CHECK store_runs(struct store *store, const char *kind, struct arena *arena,
                                  struct run_record **runs, uint32_t *count, struct error *error);
/* What a run found, by its key, in the arena; NOT_FOUND. */
enum status MUST_CHECK store_run_result(struct store *store, int64_t key, struct arena *arena,
                                        const char **result, struct error *error);
/* NOT_FOUND. Keys rise, but that of the newest may be given again once it is deleted. */
enum status MUST_CHECK store_run_delete(struct store *store, int64_t key, struct error *error);

/*
 * Scans: every believed row that holds on `day` (DAY_NONE: every believed version of any day), in
 * ascending order of key (places: of group; hours, exceptions: of (owner_kind, owner); slots: of
 * (offer, day, from_min), only days >= `day`). Each scan sees the last commit and may run on a
 * thread of its own. next() sets *more false at the end.
 */
enum store_rows {
    STORE_ROWS_FACILITIES, /* struct facility_record */
    STORE_ROWS_GROUPS,     /* struct group_record */
    STORE_ROWS_OFFERS,     /* struct offer_record */
    STORE_ROWS_PLACES,     /* struct places_record: the current one of each group */
    STORE_ROWS_HOURS,      /* struct hours_record */
    STORE_ROWS_EXCEPTIONS, /* struct hours_exception_record */
    STORE_ROWS_SLOTS,      /* struct slot_record */
};
enum status MUST_CHECK store_scan_open(struct store *store, enum store_rows rows, day_t day,
                                       struct store_scan **scan, struct error *error);
enum status MUST_CHECK store_scan_next(struct store_scan *scan, void *record, bool *more,
                                       struct error *error);
void store_scan_close(struct store_scan *scan); /* safe on NULL */

/*
 * The same rows in the same order, each handed to `visit` on the calling thread, in half the time:
 * for whoever reads the whole register. The record and its text are borrowed until visit returns.
 * Left out of versions (0, NULL) may be what a start has no use for: version_key, validity.source,
 * and the source_id of groups and offers. What visit returns other than OK ends the scan and is
 * returned.
 */
typedef enum status store_visitor(void *context, const void *record, struct error *error);
enum status MUST_CHECK store_scan_each(struct store *store, enum store_rows rows, day_t day,
                                       store_visitor *visit, void *context, struct error *error);

/* The first day after `day` on which a version begins or ends; DAY_NONE for never. It may name a day
 * on which nothing changes (a version no longer believed), never one too late. */
enum status MUST_CHECK store_next_change(struct store *store, day_t day, day_t *next,
                                         struct error *error);

/* Read-only health check: SQLite's integrity and foreign keys, geometries beside their facts, ids,
 * overlapping versions. OK, or CORRUPT with the first thing found. */
enum status MUST_CHECK store_check(struct store *store, struct error *error);

/* Write a consistent copy of the whole store to a new file (backup). SQLite only; UNSUPPORTED. */
enum status MUST_CHECK store_backup(struct store *store, const char *path, struct error *error);

#endif
