/*
 * `tuoyu import communities`: outlines of communities with their figures, from a GeoJSON file (or
 * what ogr2ogr reads), in WGS 84; then every believed version of every facility of the region gets its
 * community anew, by point in polygon (a version that changes is superseded, its days kept).
 *
 * Columns (properties), of which only code must be there:
 *   code       1 to 64 characters, the statistical code      name, name_en
 *   street     code of the street
 *   residents  a count                                       children  under 3, a count
 *   children_estimated  yes or no                            standard  "new" or "built"
 * Other names are given by options.columns. Outlines are Polygons or MultiPolygons; one that GEOS
 * finds invalid rejects its row with the reason and the place; outlines that overlap by more than a
 * thousandth of the smaller are warned about, both kept.
 */
#ifndef DATA_COMMUNITY_IMPORT_H
#define DATA_COMMUNITY_IMPORT_H

#include "data/import_report.h"
#include "data/region.h"
#include "data/store.h"

#include <stdatomic.h>

struct community_columns {
    const char *code, *name, *name_en, *street, *residents, *children, *children_estimated,
        *standard; /* NULL: named as here */
};

struct community_import_options {
    moment_t now; /* required */
    day_t as_of;  /* required: of what day the file speaks; kept with the report */
    struct community_columns columns;
    const char *source; /* NULL: the file's base name */
    const char *layer, *encoding;
    bool dry_run, strict; /* as in register_import.h */
    const atomic_bool *cancelled;
};

/* As register_import_run(): accepted counts new communities, changed and unchanged known ones;
 * report->reassigned how many facilities changed community. */
enum status MUST_CHECK community_import_run(struct store *store, const struct region *region,
                                            const char *path,
                                            const struct community_import_options *options,
                                            struct import_report *report, struct error *error);

#endif
