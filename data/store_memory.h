/*
 * Inside the memory backend: what its files share. Only store_memory*.c include this.
 *
 *   store_memory.c        lists, transactions, named facts, regions, streets, communities
 *   store_memory_rows.c   identities, versions, numbers, hours, slots, edits, runs
 *   store_memory_read.c   histories and scans
 */
#ifndef DATA_STORE_MEMORY_H
#define DATA_STORE_MEMORY_H

#include "data/store_backend.h"

#include <pthread.h>

enum memory_list_name {
    METAS,
    REGIONS,
    STREETS,
    COMMUNITIES,
    RESIDENTS,
    IDS,
    FACILITIES,
    GROUPS,
    OFFERS,
    FACILITY_VERSIONS,
    GROUP_VERSIONS,
    OFFER_VERSIONS,
    PLACES,
    HOURS,
    EXCEPTIONS,
    SLOTS,
    EDITS,
    RUNS,
    KEPT_RUNS,
    LIST_COUNT
};

struct meta {
    const char *name, *value;
};
struct region_street {
    const char *region;
    struct street_record street;
};
struct region_community {
    const char *region;
    struct community_record community;
};
struct region_resident {
    const char *region;
    struct resident_record resident;
};
struct public_id {
    const char *id;
    enum store_table table;
    int64_t key;
};
struct facility_offer {
    int64_t facility;
    struct offer_record offer;
};

struct memory_list {
    void *items;
    uint32_t count, capacity;
};

struct memory_state {
    struct memory_list lists[LIST_COUNT];
};

struct memory_store {
    struct store base;
    pthread_mutex_t lock;          /* held while reading or swapping `committed` */
    struct memory_state committed; /* what everyone reads */
    struct memory_state working;   /* of the open transaction */
    struct arena text;             /* written by the writing thread alone */
};

struct memory_scan {
    struct store_scan base;
    enum memory_list_name name;
    struct memory_list rows;
    uint32_t at;
};

static inline struct memory_store *memory_of(struct store *store)
{
    return (struct memory_store *)store;
}

/* for each `item` of a list */
#define EACH(type, item, list)                                                         \
    for (type *item = (list)->items, *item##_end = item ? item + (list)->count : NULL; \
         item != item##_end; item++)

extern const size_t memory_item_bytes[LIST_COUNT];

enum status MUST_CHECK memory_add(struct memory_list *list, enum memory_list_name name,
                                  const void *item, struct error *error);
void memory_remove(struct memory_list *list, enum memory_list_name name, void *item);
/* Add `item`, in place of `found` unless that is NULL. */
enum status MUST_CHECK memory_put(struct memory_list *list, enum memory_list_name name, void *found,
                                  const void *item, struct error *error);

/* What this thread reads; memory_done() gives it back. */
struct memory_list *memory_lists(struct store *store);
void memory_done(struct store *store);
struct memory_list *memory_writing(struct store *store, enum memory_list_name name);

/* The item with this key: keys are places in the list, from 1. NULL for none. */
void *memory_identity(struct memory_list *lists, enum memory_list_name name, int64_t key);
enum status MUST_CHECK memory_need(struct memory_list *lists, enum memory_list_name name,
                                   int64_t key, const char *what, struct error *error);
enum status MUST_CHECK memory_need_region(struct memory_list *lists, const char *name,
                                          struct error *error);

bool memory_same(const char *a, const char *b);
/* Copies of texts, in the store; and in a reader's arena (false: out of memory). */
enum status MUST_CHECK memory_keep(struct store *store, const char **texts[], size_t count,
                                   struct error *error);
bool memory_lend(struct arena *arena, const char **texts[], size_t count);
#define TEXTS(...) \
    (const char **[]){__VA_ARGS__}, sizeof((const char **[]){__VA_ARGS__}) / sizeof(const char **)
#define KEEP(store, error, ...) memory_keep(store, TEXTS(__VA_ARGS__), error)
#define LEND(arena, ...)        memory_lend(arena, TEXTS(__VA_ARGS__))

/* The backend's functions of the other files. */
enum status memory_facility_insert(struct store *base, struct facility_record *facility,
                                   struct error *error);
enum status memory_group_insert(struct store *base, struct group_record *group,
                                struct error *error);
enum status memory_offer_insert(struct store *base, struct offer_record *offer, int64_t facility,
                                struct error *error);
enum status memory_facility_find(struct store *base, const char *region, const char *source,
                                 const char *source_id, int64_t *key, struct error *error);
enum status memory_facility_find_id(struct store *base, const char *id, int64_t *key,
                                    struct error *error);
enum status memory_next_number(struct store *base, const char *prefix, int64_t *number,
                               struct error *error);
enum status memory_facility_version_insert(struct store *base, struct facility_record *facility,
                                           struct error *error);
enum status memory_group_version_insert(struct store *base, struct group_record *group,
                                        struct error *error);
enum status memory_offer_version_insert(struct store *base, struct offer_record *offer,
                                        struct error *error);
enum status memory_version_supersede(struct store *base, enum store_table table, int64_t version,
                                     moment_t superseded_at, struct error *error);
enum status memory_places_append(struct store *base, struct places_record *places,
                                 struct error *error);
enum status memory_places_forget(struct store *base, int64_t group, struct error *error);
enum status memory_residents_replace(struct store *base, const char *region, const char *source,
                                     const struct resident_record *residents, uint32_t count,
                                     struct error *error);
enum status memory_residents(struct store *base, const char *region, struct arena *arena,
                             struct resident_record **residents, uint32_t *count,
                             struct error *error);
enum status memory_hours_replace(struct store *base, enum hours_owner owner_kind, int64_t owner,
                                 const struct hours_record *hours, uint32_t hours_count,
                                 const struct hours_exception_record *exceptions,
                                 uint32_t exception_count, struct error *error);
enum status memory_slots_replace(struct store *base, int64_t offer, const struct slot_record *slots,
                                 uint32_t count, struct error *error);
enum status memory_field_edit_put(struct store *base, const struct field_edit *edit,
                                  struct error *error);
enum status memory_run_insert(struct store *base, struct run_record *run, struct error *error);
enum status memory_runs(struct store *, const char *, struct arena *, struct run_record **,
                        uint32_t *, struct error *);
enum status memory_run_result(struct store *, int64_t, struct arena *, const char **,
                              struct error *);
enum status memory_run_delete(struct store *, int64_t, struct error *);
enum status memory_import_run_insert(struct store *base, struct import_run *run,
                                     struct error *error);
enum status memory_import_runs(struct store *base, const char *region, uint32_t limit,
                               struct arena *arena, struct import_run **runs, uint32_t *count,
                               struct error *error);
enum status memory_import_after(struct store *base, const char *region, const char *source,
                                day_t day, day_t *as_of, struct error *error);
enum status memory_facility_history(struct store *base, int64_t key, struct arena *arena,
                                    struct store_history *history, struct error *error);
enum status memory_field_edits(struct store *base, int64_t facility, struct arena *arena,
                               struct field_edit **edits, uint32_t *count, struct error *error);
enum status memory_scan_open(struct store *base, enum store_rows rows, day_t day,
                             struct store_scan **out, struct error *error);
enum status memory_scan_next(struct store_scan *base, void *record, bool *more,
                             struct error *error);
void memory_scan_close(struct store_scan *base);
enum status memory_next_change(struct store *base, day_t day, day_t *next, struct error *error);

#endif
