/*
 * `tuoyu import residents`: where people live, as points or cells, from CSV, GeoJSON or what ogr2ogr
 * reads. The file is the whole picture of its region: it replaces the resident points that were
 * there.
 *
 * Columns: id, residents and children_under_3 (or what options.columns calls them), and, in a file
 * without geometries, lon and lat (x and y of the declared system). At least one of the two figures
 * must be a column; an empty cell is null. A cell (polygon, in degrees) stands for a point inside it
 * (GEOS's point on surface).
 *
 * A row is rejected without an id, with an id that stands twice (both rows), with the wrong number of
 * cells, with a figure that is no count from 0 to 1,000,000, with more children than residents, or
 * with a point that cannot be used: none, 0,0, outside the region's bounds (with a word on what would
 * fit: axes exchanged, GCJ-02). A point in no community's outline is kept, with a warning: it counts
 * for the region only.
 */
#ifndef DATA_RESIDENTS_IMPORT_H
#define DATA_RESIDENTS_IMPORT_H

#include "data/import_report.h"
#include "data/region.h"
#include "data/store.h"

#include <stdatomic.h>

struct residents_columns {
    const char *id, *lon, *lat, *residents, *children; /* NULL: named as above */
};

struct residents_import_options {
    const char *coordsys; /* required: as in register_import.h, but not "none" */
    moment_t now;         /* required */
    day_t as_of;          /* required: of what day the file speaks; kept with the report */
    struct residents_columns columns;
    const char *source; /* NULL: the file's base name */
    const char *layer, *encoding;
    bool dry_run, strict; /* as in register_import.h */
    const atomic_bool *cancelled;
};

/* As register_import_run(): accepted, changed, unchanged by id against what was there;
 * report->closed counts the points that are there no more. */
enum status MUST_CHECK residents_import_run(struct store *store, const struct region *region,
                                            const char *path,
                                            const struct residents_import_options *options,
                                            struct import_report *report, struct error *error);

#endif
