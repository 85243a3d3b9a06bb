#include "data/region_init.h"

#include "data/input_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 1 << 20, MAX_PATH_BYTES = 4096 };

/* A file beside region.json. */
static enum status path_beside(const char *region_file, const char *name, char path[MAX_PATH_BYTES],
                               struct error *error)
{
    const char *slash = strrchr(region_file, '/');
    int folder = slash ? (int)(slash - region_file) + 1 : 0;
    int length = snprintf(path, MAX_PATH_BYTES, "%.*s%s", folder, region_file, name);
    if (length >= MAX_PATH_BYTES)
        return error_set(error, STATUS_LIMIT, "the path of %s has %d bytes; it may have %d", name,
                         length, MAX_PATH_BYTES - 1);
    return STATUS_OK;
}

/* The region that a region.json describes; yours, also on failure: region_release(). */
static enum status read_region(const char *region_file, struct region *region, struct error *error)
{
    char *json = NULL;
    size_t length = 0;
    *region = (struct region){0};
    enum status status = input_file_read(region_file, MAX_BYTES, NULL, &json, &length, error);
    if (!status)
        status = region_parse(json, length, region, error);
    free(json);
    return status;
}

enum status region_init_osm(struct store *store, const char *region_file,
                            const struct osm_import_options *options, bool *imported,
                            struct osm_import_report *report, struct error *error)
{
    struct region region;
    char path[MAX_PATH_BYTES];
    *imported = false;
    *report = (struct osm_import_report){0};
    enum status status = read_region(region_file, &region, error);
    if (!status && region.osm_file[0]) {
        status = path_beside(region_file, region.osm_file, path, error);
        if (!status)
            status = osm_import_run(store, &region, path, options, report, error);
        *imported = status == STATUS_OK;
    }
    region_release(&region);
    return status;
}

static enum status import_residents(struct store *store, const struct region *region,
                                    const char *path,
                                    const struct residents_import_options *options,
                                    uint32_t *points, struct error *error)
{
    struct import_report report;
    enum status status = residents_import_run(store, region, path, options, &report, error);
    if (!status && import_report_has_rejections(&report)) {
        const struct import_entry *first = &report.rejections.items[0];
        status = error_set(error, STATUS_REJECTED, "%s, %s %llu: %s", region->residents_file,
                           report.row_word, (unsigned long long)first->line, first->reason);
    } else if (!status) {
        *points = (uint32_t)(report.accepted + report.changed + report.unchanged);
    }
    import_report_release(&report);
    return status;
}

enum status region_init_residents(struct store *store, const char *region_file, moment_t now,
                                  const atomic_bool *cancelled, uint32_t *points,
                                  struct error *error)
{
    struct region region;
    char path[MAX_PATH_BYTES];
    *points = 0;
    enum status status = read_region(region_file, &region, error);
    if (!status && region.residents_file[0]) {
        struct residents_import_options options = {.coordsys = "wgs84",
                                                   .now = now,
                                                   .as_of =
                                                       calendar_local(&region.calendar, now).day,
                                                   .strict = true,
                                                   .cancelled = cancelled};
        status = path_beside(region_file, region.residents_file, path, error);
        if (!status)
            status = import_residents(store, &region, path, &options, points, error);
    }
    region_release(&region);
    return status;
}
