/*
 * Any file of rows, read one way: named columns, then rows of text cells.
 *
 * CSV, TSV and GeoJSON are read by our own strict readers (csv.h, geojson.h); XLSX, ODS, Shapefile,
 * GeoPackage and KML by ogr2ogr in a process of its own (ogr.h). Which one: by the name's ending,
 * and the content must agree. Nothing is guessed: not the encoding, the delimiter or the numbers.
 *
 * A broken file is a status with one sentence (the file's name, the line, what is wrong) and means
 * that nothing of the file can be trusted; rows handed over before it must not be committed.
 *   NOT_FOUND    no such file or layer
 *   UNSUPPORTED  a kind of file that is not read, or ogr2ogr is not installed
 *   CORRUPT      bytes invalid in the encoding, broken CSV, JSON or archive, wrong content
 *   REJECTED     well formed, but no table: no header, unusable names, no FeatureCollection
 *   LIMIT        above a ceiling: bytes, rows, columns, bytes of a cell, depth, time
 *   INVALID      an option is wrong;  IO, MEMORY, CANCELLED as everywhere
 */
#ifndef DATA_TABLE_H
#define DATA_TABLE_H

#include "geo/status.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    TABLE_MAX_COLUMNS = 4096,
    TABLE_MAX_CELL_BYTES = 1 << 20,
    TABLE_MAX_ROWS = 5000000,
    TABLE_MAX_BYTES = 256 << 20, /* of the file, unless table_options says otherwise */
};

/*
 * text is valid UTF-8 as it stands in the file (not trimmed, not folded), NUL-terminated, without
 * another NUL. is_null (text is then ""): a GeoJSON null, or a property that the feature does not
 * have. CSV has no null: an empty cell is empty text.
 */
struct table_cell {
    const char *text;
    size_t length;
    bool is_null;
};

/* Good until the next table_next() or table_close(). */
struct table_row {
    uint64_t line;   /* where the row begins, for people: the line of a CSV or GeoJSON file, the row
                        of a sheet, else (also where features of a GeoJSON share a line) the number
                        of a feature; from 1: table_row_word() */
    uint64_t number; /* of the row among those handed over, from 1 (a GeoJSON may be one line) */
    const struct table_cell *cells;
    uint32_t
        cell_count; /* CSV: may differ from the number of columns; the importer rejects the row */
    bool has_point; /* a point geometry, in the file's own system, finite */
    double x, y;
    const char
        *geometry; /* GeoJSON: the geometry's own JSON text (also of points); NULL without one */
    size_t geometry_length;
};

/* {0} is a UTF-8, comma separated file with the header in its first row. */
struct table_options {
    const char *encoding; /* of CSV; as iconv names it ("GB18030"); NULL = UTF-8 */
    const char *layer;    /* sheet or layer, by name; NULL = the only one that the file has */
    char delimiter;       /* of CSV: , ; | or tab; 0 = comma (tab for .tsv) */
    size_t max_bytes;     /* of the file, checked before it is read; 0 = TABLE_MAX_BYTES */
    uint32_t header_row;  /* CSV and sheets: which row names the columns, from 1; 0 = the first */
    const atomic_bool *cancelled; /* looked at now and then; may be NULL */
};

struct table;

/*
 * Open the file and learn its columns. *table is yours (table_close). Reads the file whole, so that
 * it may change or go afterwards. `options` may be NULL; what it points to is not kept, except
 * `cancelled`.
 */
enum status MUST_CHECK table_open(const char *path, const struct table_options *options,
                                  struct table **table, struct error *error);

/*
 * The columns' names, trimmed; no two alike and none empty: an empty name reads "#7" (the column's
 * number, from 1), and columns of the same name read "NAME #3", "NAME #7". GeoJSON: the union of
 * the features' property keys, in the order of their first appearance. Good until table_close().
 */
const char *const *table_columns(const struct table *table, uint32_t *count);

/*
 * The next row. *more is false, and the row {0}, behind the last one. Of CSV and sheets, rows of
 * which every cell is empty are skipped.
 */
enum status MUST_CHECK table_next(struct table *table, struct table_row *row, bool *more,
                                  struct error *error);

/* How much is behind us, 0 to 1. */
double table_progress(const struct table *table);

/*
 * The coordinate system that the file itself names (a GeoJSON's "crs" member, of old files, for
 * example "urn:ogc:def:crs:OGC:1.3:CRS84"); NULL where it names none. Never acted upon here: the
 * caller compares it with what was declared.
 */
const char *table_declared_crs(const struct table *table);

/* "CSV", "GeoJSON", "XLSX", …: what the file was read as. */
const char *table_format(const struct table *table);

/* What table_row.line counts: "line", "row" (of a sheet) or "feature". */
const char *table_row_word(const struct table *table);

void table_close(struct table *table); /* safe on NULL */

#endif
