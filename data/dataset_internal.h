/*
 * What the files of the dataset share: rows as the scans leave them, before they are put in their
 * places, and the tasks that do both.
 *
 * dataset_build.c    the tasks and what each needs; the whole
 * dataset_tasks.c    runs them on two threads
 * dataset_scan.c     store -> struct raw, each scan its own part
 * dataset_place.c    struct raw -> struct dataset
 * dataset_layout.c   in which order groups and offers stand
 * dataset_regions.c  regions, streets, communities
 * dataset_text.c     text and arrays that grow
 * dataset_hours.c    hours and exceptions of owners -> shared patterns
 */
#ifndef DATA_DATASET_INTERNAL_H
#define DATA_DATASET_INTERNAL_H

#include "data/dataset.h"
#include "data/large_memory.h"

/* Text one scan has gathered. Byte 0 is NUL, so that reference 0 means none. */
struct text_pool {
    char *bytes;
    size_t length, capacity;
    struct text_seen *seen; /* texts that repeat; NULL until one is added */
    uint32_t seen_count;
};
/* NULL and "" give 0. `repeats`: look for the same text first (codes and sources, not names). */
enum status MUST_CHECK text_pool_add(struct text_pool *pool, const char *text, bool repeats,
                                     text_ref *ref, struct error *error);
void text_pool_release(struct text_pool *pool);

/* Rows in the order of the scan, as small as they can be: a large register is mostly these, and
 * the pages they touch are a good part of the time of a load. Keys of the store are dense from 1. */
enum { LARGEST_KEY = 1 << 28, NOT_PLACED = 0 };

struct raw_group {
    uint32_t key, facility; /* keys; once placed, the facility's number */
    text_ref id;            /* group_text */
    int32_t licensed;
    int16_t age_from_m, age_to_m;
    int8_t admission;
    uint8_t days; /* bit i: holds on first_day + i */
};

struct raw_offer {
    uint32_t key, group; /* keys; once placed, the group's number */
    text_ref id;         /* offer_text */
    int32_t price;
    int16_t age_from_m, age_to_m;
    int8_t care, price_unit;
    uint8_t days;
    uint32_t slots_version;
};

/* The slots of one offer: a run of dataset->slots. */
struct raw_slot_run {
    int64_t offer_key;
    uint32_t first, count;
};

struct raw {
    struct store *store;
    moment_t now;
    const struct region *regions;
    uint32_t region_count;
    day_t *region_days;        /* today in each */
    day_t first_day, last_day; /* the least and greatest of them */

    struct dataset_facility *facilities; /* texts in facility_text */
    uint32_t *facility_keys;             /* beside them, ascending */
    struct raw_group *groups;
    struct raw_offer *offers;
    struct dataset_slot *slots;
    struct raw_slot_run *slot_runs;
    struct hours_record *rules; /* ascending by (owner_kind, owner) */
    /* likewise, then by day; DAY_NONE stands for days that have passed */
    struct hours_exception_record *exceptions;
    size_t facility_count, group_count, offer_count, slot_count, slot_run_count;
    size_t facility_capacity, key_capacity, group_capacity, offer_capacity, slot_capacity;
    size_t slot_run_capacity, rule_capacity, exception_capacity;
    size_t rule_count, exception_count;
    struct text_pool facility_text, group_text, offer_text, number_text;
    moment_t changed_at[4]; /* facilities, groups, offers, numbers */
};
void raw_release(struct raw *raw);

/* Key of the store -> number in the dataset. */
struct key_map {
    uint32_t *numbers; /* UINT32_MAX = none */
    size_t size;
};
static inline uint32_t key_map_find(const struct key_map *map, int64_t key)
{
    return key >= 0 && (uint64_t)key < map->size ? map->numbers[key] : UINT32_MAX;
}

struct build {
    struct dataset *dataset;
    struct raw raw;
    struct key_map facilities, groups, offers;
};

/*
 * Tasks: each reads what the tasks it needs have left, and nothing that others touch. They are begun
 * in the order of the list, as soon as what they need is done.
 */
struct build_task {
    enum status (*run)(struct build *build, struct error *error);
    uint32_t needs; /* bit i: task i must be done before */
};
/* All of them, on this thread and one more. The first failure ends it and is returned. */
enum status MUST_CHECK build_run_tasks(struct build *build, const struct build_task *tasks,
                                       uint32_t count, struct error *error);

enum status MUST_CHECK build_scan_facilities(struct build *build, struct error *error);
enum status MUST_CHECK build_scan_groups(struct build *build, struct error *error);
enum status MUST_CHECK build_scan_offers(struct build *build, struct error *error);
enum status MUST_CHECK build_scan_numbers(struct build *build, struct error *error);
enum status MUST_CHECK build_scan_slots(struct build *build, struct error *error);
enum status MUST_CHECK build_scan_hours(struct build *build, struct error *error);

enum status MUST_CHECK build_place_facilities(struct build *build, struct error *error);
enum status MUST_CHECK build_find_layout(struct build *build, struct error *error);
enum status MUST_CHECK build_place_groups(struct build *build, struct error *error);
enum status MUST_CHECK build_place_offers(struct build *build, struct error *error);
enum status MUST_CHECK build_place_slots(struct build *build, struct error *error);
enum status MUST_CHECK build_place_hours(struct build *build, struct error *error);

/* Every array of raw rows and of the dataset is from large_memory.h. Room for one more in a growing
 * array. MEMORY; LIMIT past 2^28 elements. */
enum status MUST_CHECK raw_grow(void **array, size_t count, size_t *capacity, size_t element_bytes,
                                struct error *error);

/* A zeroed array that is never NULL, so that an empty register is no special case. */
enum status MUST_CHECK raw_make_array(void **array, size_t count, size_t element_bytes,
                                      struct error *error);

/* Fill the dataset's regions, and what the scans need to know of them. */
enum status MUST_CHECK dataset_read_regions(struct dataset *dataset, struct raw *raw,
                                            struct error *error);
/* After the networks are open: buildings are on their maps. */
enum status MUST_CHECK dataset_place_people(struct dataset *dataset, struct store *store,
                                            struct error *error);
enum status MUST_CHECK dataset_read_communities(struct dataset *dataset, struct store *store,
                                                struct error *error);

/* Interning of hours. */
struct hours_builder {
    struct dataset *dataset;
    size_t pattern_capacity, rule_capacity, exception_capacity;
    uint32_t *table; /* open addressing, pattern + 1 */
    uint32_t table_size;
};
enum status MUST_CHECK hours_builder_init(struct hours_builder *builder, struct dataset *dataset,
                                          struct error *error);
/* The pattern of these rows; 0 when there are none. */
enum status MUST_CHECK hours_builder_add(struct hours_builder *builder, uint16_t region,
                                         const struct hours_record *rules, uint32_t rule_count,
                                         const struct hours_exception_record *exceptions,
                                         uint32_t exception_count, uint32_t *pattern,
                                         struct error *error);
void hours_builder_release(struct hours_builder *builder);

#endif
