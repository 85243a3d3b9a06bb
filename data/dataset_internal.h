/*
 * What the files of the dataset share: raw rows as the scans leave them, before they are put in
 * their places.
 *
 * dataset_scan.c   store -> struct raw (any number of scans at once, each fills its own part)
 * dataset_build.c  struct raw -> struct dataset
 * dataset_regions.c  regions, streets, communities
 * dataset_text.c   text and arrays that grow
 * dataset_hours.c  hours and exceptions of owners -> shared patterns
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

struct raw_facility {
    int64_t key;
    struct dataset_facility facility; /* texts in raw->facility_text */
};

struct raw_group {
    int64_t key, facility_key;
    day_t valid_from, valid_to;
    text_ref id; /* raw->group_text */
    int32_t licensed;
    int16_t age_from_m, age_to_m;
    int8_t admission;
};

struct raw_offer {
    int64_t key, group_key;
    day_t valid_from, valid_to;
    text_ref id; /* raw->offer_text */
    int32_t price;
    int16_t age_from_m, age_to_m;
    int8_t care, price_unit;
};

struct raw_numbers {
    int64_t group_key;
    struct group_numbers numbers; /* source in raw->number_text */
};

/* The slots of one offer: a run of raw->slots. */
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

    struct raw_facility *facilities;
    struct raw_group *groups;
    struct raw_offer *offers;
    struct raw_numbers *numbers;
    struct dataset_slot *slots;
    struct raw_slot_run *slot_runs;
    struct hours_record *rules;                /* ascending by (owner_kind, owner) */
    struct hours_exception_record *exceptions; /* likewise, then by day */
    size_t facility_count, group_count, offer_count, number_count, slot_count, slot_run_count;
    size_t rule_count, exception_count;
    struct text_pool facility_text, group_text, offer_text, number_text;
    moment_t changed_at[4]; /* facilities, groups, offers, numbers */
};

/* Run every scan, on two threads. */
enum status MUST_CHECK dataset_scan_all(struct raw *raw, struct error *error);
void raw_release(struct raw *raw);

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
