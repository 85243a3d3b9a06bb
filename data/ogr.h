/*
 * What GDAL reads and we do not: spreadsheets and map files, converted by ogr2ogr in a process of
 * its own (subprocess.h) to text that our own readers read.
 *
 * The process sees a folder of its own with a copy of the file under a plain name, one driver for
 * it, none that follows links to other files, databases or the network, and no environment of ours.
 * Limits: 60 s, 1 GiB of memory, 256 MiB of text.
 *
 * Sheets keep their cells as text: numbers as they are stored (a date is a serial day, a time the
 * fraction of a day), readings written over Chinese characters (furigana) left out.
 */
#ifndef DATA_OGR_H
#define DATA_OGR_H

#include "data/table.h"

enum ogr_format { OGR_XLSX, OGR_ODS, OGR_SHAPEFILE, OGR_ZIPPED_SHAPEFILE, OGR_GEOPACKAGE, OGR_KML };

struct ogr_text {
    char *text; /* malloc'd, yours, NUL-terminated: valid UTF-8 without NUL */
    size_t length;
    bool is_csv; /* comma separated, a record for every row of the sheet, from its first; else
                    GeoJSON */
};

/*
 * Of `options`: layer (a sheet's or layer's name; needed where there are several), encoding (a
 * Shapefile's, where no .cpg file names it), max_bytes, cancelled.
 *
 * NOT_FOUND for a layer that is not there, with those that are; UNSUPPORTED where ogr2ogr is not
 * installed; CORRUPT for what it cannot read, with its own words; LIMIT for what takes too long or
 * is too large.
 */
enum status MUST_CHECK ogr_convert(const char *path, enum ogr_format format,
                                   const struct table_options *options, struct ogr_text *text,
                                   struct error *error);

#endif
