/*
 * Stores of a test region and imports into them, shared by the import's tests.
 */
#ifndef TESTS_DATA_IMPORT_HELPER_H
#define TESTS_DATA_IMPORT_HELPER_H

#include "data/community_import.h"
#include "data/register_import.h"

struct import_case {
    struct store *store;
    struct region region;
    struct mapping mapping;
    bool has_mapping;
    struct import_report report; /* of the last import */
    struct error error;          /* of the last import */
};

/* A new store at `location` ("memory:", or a file name in the test's folder) with the region of
 * tests/fixtures/regions/REGION.json; `mapping` names a file of tests/fixtures/mappings, or NULL. */
void import_case_open(struct import_case *c, const char *location, const char *region,
                      const char *mapping);
void import_case_close(struct import_case *c);

/* The usual options: wgs84, as of 2026-11-24, now the day's noon, the case's mapping. */
struct register_import_options import_case_options(const struct import_case *c);
enum status import_case_run(struct import_case *c, const char *path,
                            const struct register_import_options *options);
enum status import_case_communities(struct import_case *c, const char *path);

/* accepted, changed, unchanged, conflicting, rejected of the last report. */
void import_case_counts(const struct import_case *c, uint64_t accepted, uint64_t changed,
                        uint64_t unchanged, uint64_t conflicting, uint64_t rejected);

/* Exactly these counts for each warning of `expected` (ending in IMPORT_WARNING_COUNT), and none
 * of any other. */
struct import_case_warning {
    enum import_warning warning;
    uint64_t count;
};
void import_case_warnings(const struct import_case *c, const struct import_case_warning *expected);

/* A facility as it holds on `day`, by its source id: true when it is there. Text lives in `arena`. */
bool import_case_facility(struct import_case *c, const char *source_id, day_t day,
                          struct arena *arena, struct facility_record *facility);
/* How many facilities hold on the day; in *closed how many of them are closed, *on_map how many have a
 * point. Either may be NULL. */
uint32_t import_case_count(struct import_case *c, day_t day, uint32_t *closed, uint32_t *on_map);

#endif
