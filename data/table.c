#include "data/table.h"

#include "data/csv.h"
#include "data/geojson.h"
#include "data/input_file.h"
#include "data/ogr.h"
#include "data/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ROWS_BETWEEN_LOOKS = 1024 }; /* at `cancelled` */

enum table_kind { TABLE_CSV, TABLE_GEOJSON, TABLE_OGR };

/* What a name's ending says the file is. */
struct table_ending {
    const char *ending;
    enum table_kind kind;
    const char *format;
    char delimiter;      /* where none is declared */
    enum ogr_format ogr; /* of TABLE_OGR */
};

static const struct table_ending endings[] = {
    {".csv", TABLE_CSV, "CSV", ',', 0},
    {".txt", TABLE_CSV, "CSV", ',', 0},
    {".tsv", TABLE_CSV, "TSV", '\t', 0},
    {".geojson", TABLE_GEOJSON, "GeoJSON", 0, 0},
    {".json", TABLE_GEOJSON, "GeoJSON", 0, 0},
    {".xlsx", TABLE_OGR, "XLSX", 0, OGR_XLSX},
    {".ods", TABLE_OGR, "ODS", 0, OGR_ODS},
    {".shp", TABLE_OGR, "Shapefile", 0, OGR_SHAPEFILE},
    {".zip", TABLE_OGR, "Shapefile", 0, OGR_ZIPPED_SHAPEFILE},
    {".gpkg", TABLE_OGR, "GeoPackage", 0, OGR_GEOPACKAGE},
    {".kml", TABLE_OGR, "KML", 0, OGR_KML},
};

struct table {
    const struct table_ending *ending;
    char name[256]; /* the file's own, without folders: for sentences */
    const atomic_bool *cancelled;
    uint64_t rows;
    struct csv *csv; /* this or the next is NULL */
    struct geojson *geojson;
};

static const struct table_ending *find_ending(const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t size = strlen(endings[i].ending);
        if (length > size && strcasecmp(name + length - size, endings[i].ending) == 0)
            return &endings[i];
    }
    return NULL;
}

/* The whole file as UTF-8 text; malloc'd. */
static enum status read_text(const struct table *table, const char *path,
                             const struct table_options *options, char **text, size_t *length,
                             struct error *error)
{
    enum status status =
        input_file_read(path, options->max_bytes ? options->max_bytes : TABLE_MAX_BYTES,
                        options->cancelled, text, length, error);
    if (!status)
        status = input_file_check_text(*text, *length, table->ending->format, error);
    if (!status)
        status = text_decode(text, length, options->encoding, error);
    if (status) {
        free(*text);
        *text = NULL;
    }
    return status;
}

/* By ogr2ogr's text, with our own readers. */
static enum status open_converted(struct table *table, const char *path,
                                  const struct table_options *options, struct error *error)
{
    struct ogr_text text;
    enum status status = ogr_convert(path, table->ending->ogr, options, &text, error);
    if (status)
        return status;
    if (!text.is_csv)
        return geojson_open(text.text, text.length, options->cancelled, &table->geojson, error);
    struct csv_options csv = {
        .delimiter = ',', .header_row = options->header_row, .lines_are_rows = true};
    return csv_open(text.text, text.length, &csv, &table->csv, error);
}

static enum status open_text(struct table *table, const char *path,
                             const struct table_options *options, struct error *error)
{
    if (options->layer)
        return error_set_parameter(error, STATUS_INVALID, "layer",
                                   "layer is '%.100s', but a %s file has no layers", options->layer,
                                   table->ending->format);
    char *text;
    size_t length;
    enum status status = read_text(table, path, options, &text, &length, error);
    if (status)
        return status;
    if (table->ending->kind == TABLE_GEOJSON)
        return geojson_open(text, length, options->cancelled, &table->geojson, error);
    struct csv_options csv = {
        .delimiter = options->delimiter ? options->delimiter : table->ending->delimiter,
        .header_row = options->header_row,
    };
    return csv_open(text, length, &csv, &table->csv, error);
}

enum status table_open(const char *path, const struct table_options *options, struct table **table,
                       struct error *error)
{
    static const struct table_options no_options = {0};
    options = options ? options : &no_options;
    *table = NULL;
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const struct table_ending *ending = find_ending(name);
    if (!ending)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%.200s: the name ends in none of .csv .tsv .txt .geojson .json "
                         ".xlsx .ods .shp .zip .gpkg .kml, "
                         "which say what it is",
                         name);
    struct table *made = calloc(1, sizeof *made);
    if (!made)
        return error_memory(error, "opening a file");
    made->ending = ending;
    made->cancelled = options->cancelled;
    strncpy(made->name, name, sizeof made->name - 1);
    enum status status = ending->kind == TABLE_OGR ? open_converted(made, path, options, error)
                                                   : open_text(made, path, options, error);
    if (status) {
        error_prefix(error, "%s", made->name);
        table_close(made);
        return status;
    }
    *table = made;
    return STATUS_OK;
}

const char *const *table_columns(const struct table *table, uint32_t *count)
{
    return table->geojson ? geojson_columns(table->geojson, count) : csv_columns(table->csv, count);
}

/* The lines of a converted file are those of a text that nobody sees. */
static bool counts_features(const struct table *table)
{
    return table->geojson &&
           (table->ending->kind == TABLE_OGR || geojson_shares_lines(table->geojson));
}

const char *table_row_word(const struct table *table)
{
    if (counts_features(table))
        return "feature";
    return table->ending->kind == TABLE_OGR ? "row" : "line";
}

enum status table_next(struct table *table, struct table_row *row, bool *more, struct error *error)
{
    if (table->cancelled && table->rows++ % ROWS_BETWEEN_LOOKS == 0 &&
        atomic_load(table->cancelled))
        return error_set(error, STATUS_CANCELLED, "%s: reading was cancelled", table->name);
    enum status status = table->geojson ? geojson_next(table->geojson, row, more, error)
                                        : csv_next(table->csv, row, more, error);
    if (status)
        error_prefix(error, "%s", table->name);
    else if (counts_features(table))
        row->line = row->number;
    return status;
}

double table_progress(const struct table *table)
{
    return table->geojson ? geojson_progress(table->geojson) : csv_progress(table->csv);
}

const char *table_declared_crs(const struct table *table)
{
    return table->geojson ? geojson_declared_crs(table->geojson) : NULL;
}

const char *table_format(const struct table *table)
{
    return table->ending->format;
}

void table_close(struct table *table)
{
    if (!table)
        return;
    csv_close(table->csv);
    geojson_close(table->geojson);
    free(table);
}
