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

enum status region_init_osm(struct store *store, const char *region_file,
                            const struct osm_import_options *options, bool *imported,
                            struct osm_import_report *report, struct error *error)
{
    struct region region = {0};
    char path[MAX_PATH_BYTES];
    char *json = NULL;
    size_t length = 0;
    *imported = false;
    *report = (struct osm_import_report){0};
    enum status status = input_file_read(region_file, MAX_BYTES, NULL, &json, &length, error);
    if (!status)
        status = region_parse(json, length, &region, error);
    if (!status && region.osm_file[0]) {
        status = path_beside(region_file, region.osm_file, path, error);
        if (!status)
            status = osm_import_run(store, &region, path, options, report, error);
        *imported = status == STATUS_OK;
    }
    region_release(&region);
    free(json);
    return status;
}
