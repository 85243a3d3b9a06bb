/*
 * What a backend of the store provides: one function for each of data/store.h, under the same
 * contract. store.c checks what is common to all (ids, transactions, who writes) before it asks.
 * Only store*.c include this.
 */
#ifndef DATA_STORE_BACKEND_H
#define DATA_STORE_BACKEND_H

#include "data/store.h"

#include <stdatomic.h>

struct store_backend {
    void (*close)(struct store *);
    enum status (*begin)(struct store *, struct error *);
    enum status (*commit)(struct store *, struct error *);
    void (*rollback)(struct store *);

    enum status (*meta_get)(struct store *, const char *, struct arena *, const char **,
                            struct error *);
    enum status (*meta_put)(struct store *, const char *, const char *, struct error *);
    enum status (*region_put)(struct store *, const char *, const char *, struct error *);
    enum status (*regions)(struct store *, struct arena *, struct store_region **, uint32_t *,
                           struct error *);
    enum status (*street_put)(struct store *, const char *, const struct street_record *,
                              struct error *);
    enum status (*community_put)(struct store *, const char *, const struct community_record *,
                                 struct error *);
    enum status (*streets)(struct store *, const char *, struct arena *, struct street_record **,
                           uint32_t *, struct error *);
    enum status (*communities)(struct store *, const char *, struct arena *,
                               struct community_record **, uint32_t *, struct error *);
    enum status (*residents_replace)(struct store *, const char *, const char *,
                                     const struct resident_record *, uint32_t, struct error *);
    enum status (*residents)(struct store *, const char *, struct arena *,
                             struct resident_record **, uint32_t *, struct error *);

    enum status (*facility_insert)(struct store *, struct facility_record *, struct error *);
    enum status (*group_insert)(struct store *, struct group_record *, struct error *);
    enum status (*offer_insert)(struct store *, struct offer_record *, int64_t, struct error *);
    enum status (*facility_find)(struct store *, const char *, const char *, const char *,
                                 int64_t *, struct error *);
    enum status (*facility_find_id)(struct store *, const char *, int64_t *, struct error *);
    enum status (*facility_next_number)(struct store *, const char *, int64_t *, struct error *);

    enum status (*facility_version_insert)(struct store *, struct facility_record *,
                                           struct error *);
    enum status (*group_version_insert)(struct store *, struct group_record *, struct error *);
    enum status (*offer_version_insert)(struct store *, struct offer_record *, struct error *);
    enum status (*version_supersede)(struct store *, enum store_table, int64_t, moment_t,
                                     struct error *);
    enum status (*facility_history)(struct store *, int64_t, struct arena *, struct store_history *,
                                    struct error *);
    enum status (*places_append)(struct store *, struct places_record *, struct error *);
    enum status (*places_forget)(struct store *, int64_t, struct error *);
    enum status (*hours_replace)(struct store *, enum hours_owner, int64_t,
                                 const struct hours_record *, uint32_t,
                                 const struct hours_exception_record *, uint32_t, struct error *);
    enum status (*slots_replace)(struct store *, int64_t, const struct slot_record *, uint32_t,
                                 struct error *);
    enum status (*field_edit_put)(struct store *, const struct field_edit *, struct error *);
    enum status (*field_edits)(struct store *, int64_t, struct arena *, struct field_edit **,
                               uint32_t *, struct error *);
    enum status (*import_run_insert)(struct store *, struct import_run *, struct error *);
    enum status (*import_runs)(struct store *, const char *, uint32_t, struct arena *,
                               struct import_run **, uint32_t *, struct error *);
    enum status (*import_after)(struct store *, const char *, const char *, day_t, day_t *,
                                struct error *);
    enum status (*run_insert)(struct store *, struct run_record *, struct error *);
    enum status (*runs)(struct store *, const char *, struct arena *, struct run_record **,
                        uint32_t *, struct error *);
    enum status (*run_result)(struct store *, int64_t, struct arena *, const char **,
                              struct error *);
    enum status (*run_delete)(struct store *, int64_t, struct error *);

    enum status (*scan_open)(struct store *, enum store_rows, day_t, struct store_scan **,
                             struct error *);
    enum status (*scan_next)(struct store_scan *, void *, bool *, struct error *);
    void (*scan_close)(struct store_scan *);
    /* NULL: rows are pulled one by one */
    enum status (*scan_each)(struct store *, enum store_rows, day_t, store_visitor *, void *,
                             struct error *);
    enum status (*next_change)(struct store *, day_t, day_t *, struct error *);
    enum status (*check)(struct store *, struct error *);
    enum status (*backup)(struct store *, const char *, struct error *);
};

/* The beginning of every backend's own struct. */
struct store {
    const struct store_backend *backend;
    const char *location; /* for messages; the backend's */
    struct store_lock lock;
    bool may_write;      /* opened with STORE_WRITE or STORE_CREATE */
    bool dirty;          /* the open transaction has written something */
    atomic_bool failed;  /* a commit failed with an unknown outcome: read only from now on */
    atomic_ulong writer; /* pthread_self() of whoever has a transaction open; 0 = nobody */
    atomic_uint_fast64_t generation;
};

/* A row of any kind. */
union store_record {
    struct facility_record facility;
    struct group_record group;
    struct offer_record offer;
    struct places_record places;
    struct hours_record hours;
    struct hours_exception_record exception;
    struct slot_record slot;
};

/* The beginning of every backend's scan. */
struct store_scan {
    const struct store_backend *backend;
};

/* Has the calling thread a transaction open? Then it reads what it has written; every other thread
 * reads the last commit. */
bool store_is_mine(const struct store *store);

/* What a facility id PREFIX-NUMBER says: the number, or 0 when it has another form. */
int64_t store_id_number(const char *id, const char *prefix);

/* The backends. `path` may be "memory:" for none. */
enum status MUST_CHECK store_sqlite_open(const char *path, enum store_mode mode,
                                         struct store **store, struct error *error);
enum status MUST_CHECK store_memory_open(struct store **store, struct error *error);

#endif
