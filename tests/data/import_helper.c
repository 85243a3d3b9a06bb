#include "tests/data/import_helper.h"

#include "data/calendar.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void import_case_open(struct import_case *c, const char *location, const char *region,
                      const char *mapping)
{
    char path[512], name[256];
    size_t length;
    *c = (struct import_case){0};
    snprintf(name, sizeof name, "regions/%s.json", region);
    char *json = test_read_file(test_fixture(name), &length);
    REQUIRE_OK(region_parse(json, length, &c->region, &c->error), &c->error);
    if (strcmp(location, "memory:") == 0)
        snprintf(path, sizeof path, "%s", location);
    else
        snprintf(path, sizeof path, "%s/%s", test_folder(), location);
    REQUIRE_OK(store_open(path, STORE_CREATE, &c->store, &c->error), &c->error);
    REQUIRE_OK(store_begin(c->store, &c->error), &c->error);
    REQUIRE_OK(store_region_put(c->store, c->region.name, json, &c->error), &c->error);
    REQUIRE_OK(store_commit(c->store, &c->error), &c->error);
    free(json);
    if (mapping) {
        snprintf(name, sizeof name, "mappings/%s.json", mapping);
        REQUIRE_OK(mapping_read(test_fixture(name), &c->mapping, &c->error), &c->error);
        c->has_mapping = true;
    }
}

void import_case_close(struct import_case *c)
{
    import_report_release(&c->report);
    store_close(c->store);
    region_release(&c->region);
    mapping_release(&c->mapping);
}

struct register_import_options import_case_options(const struct import_case *c)
{
    day_t day = day_from_civil(2026, 11, 24);
    return (struct register_import_options){.coordsys = "wgs84",
                                            .as_of = day,
                                            .now = (moment_t)day * 86400 + 43200,
                                            .mapping = c->has_mapping ? &c->mapping : NULL};
}

enum status import_case_run(struct import_case *c, const char *path,
                            const struct register_import_options *options)
{
    import_report_release(&c->report);
    return register_import_run(c->store, &c->region, path, options, &c->report, &c->error);
}

enum status import_case_communities(struct import_case *c, const char *path)
{
    day_t day = day_from_civil(2026, 11, 24);
    struct community_import_options options = {.now = (moment_t)day * 86400 + 43200, .as_of = day};
    import_report_release(&c->report);
    return community_import_run(c->store, &c->region, path, &options, &c->report, &c->error);
}

void import_case_counts(const struct import_case *c, uint64_t accepted, uint64_t changed,
                        uint64_t unchanged, uint64_t conflicting, uint64_t rejected)
{
    CHECK_INT(c->report.accepted, accepted);
    CHECK_INT(c->report.changed, changed);
    CHECK_INT(c->report.unchanged, unchanged);
    CHECK_INT(c->report.conflicting, conflicting);
    CHECK_INT(c->report.rejected, rejected);
}

void import_case_warnings(const struct import_case *c, const struct import_case_warning *expected)
{
    uint64_t wanted[IMPORT_WARNING_COUNT] = {0};
    for (; expected->warning != IMPORT_WARNING_COUNT; expected++)
        wanted[expected->warning] = expected->count;
    for (int i = 0; i < IMPORT_WARNING_COUNT; i++) {
        const struct import_entries *entries = &c->report.warnings[i];
        if (CHECK_INT(entries->total, wanted[i]))
            continue;
        fprintf(stderr, "    of %s\n", import_warning_code((enum import_warning)i));
        for (uint32_t n = 0; n < entries->count && n < 5; n++)
            fprintf(stderr, "      line %llu %s: %s\n", (unsigned long long)entries->items[n].line,
                    entries->items[n].id ? entries->items[n].id : "",
                    entries->items[n].value ? entries->items[n].value : "");
    }
}

bool import_case_facility(struct import_case *c, const char *source_id, day_t day,
                          struct arena *arena, struct facility_record *facility)
{
    struct store_scan *scan;
    bool more = true, found = false;
    REQUIRE_OK(store_scan_open(c->store, STORE_ROWS_FACILITIES, day, &scan, &c->error), &c->error);
    while (!found) {
        REQUIRE_OK(store_scan_next(scan, facility, &more, &c->error), &c->error);
        if (!more)
            break;
        found = strcmp(facility->source_id, source_id) == 0;
    }
    if (found) {
        facility->id = arena_string(arena, facility->id);
        facility->name = arena_string(arena, facility->name);
        facility->community = arena_string(arena, facility->community);
        facility->address = arena_string(arena, facility->address);
    }
    store_scan_close(scan);
    return found;
}

uint32_t import_case_count(struct import_case *c, day_t day, uint32_t *closed, uint32_t *on_map)
{
    struct store_scan *scan;
    struct facility_record facility;
    bool more = true;
    uint32_t count = 0, closed_count = 0, map_count = 0;
    REQUIRE_OK(store_scan_open(c->store, STORE_ROWS_FACILITIES, day, &scan, &c->error), &c->error);
    for (;;) {
        REQUIRE_OK(store_scan_next(scan, &facility, &more, &c->error), &c->error);
        if (!more)
            break;
        count++;
        closed_count += facility.state == STATE_CLOSED;
        map_count += facility.lon_e7 != NONE;
    }
    store_scan_close(scan);
    if (closed)
        *closed = closed_count;
    if (on_map)
        *on_map = map_count;
    return count;
}
