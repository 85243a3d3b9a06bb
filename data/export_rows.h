/*
 * What the formats of an export share: layers as columns, and a cursor that gives one row after the
 * other. Only export*.c and store_sqlite_export.c include this.
 */
#ifndef DATA_EXPORT_ROWS_H
#define DATA_EXPORT_ROWS_H

#include "data/export.h"

enum export_type {
    EXPORT_TEXT,
    EXPORT_INTEGER,
    EXPORT_FLAG,  /* 0, 1 */
    EXPORT_DATE,  /* text: 2026-11-25 */
    EXPORT_MOMENT /* text: 2026-11-25T03:10:00Z */
};

struct export_column {
    const char *name;
    enum export_type type;
};

struct export_shape {
    const char *name; /* of the layer */
    const struct export_column *columns;
    uint32_t column_count;
    bool has_outlines; /* else points */
};
const struct export_shape *export_shape_of(enum export_layer layer);

/* text: texts, dates and moments, NULL where unknown. integer: the others, with is_known. */
struct export_cell {
    const char *text;
    int64_t integer;
    bool is_known;
};

enum { EXPORT_MAX_COLUMNS = 24, EXPORT_MAX_DATES = 6 };

/* Borrowed until the next row. */
struct export_row {
    struct export_cell cells[EXPORT_MAX_COLUMNS]; /* beside the shape's columns; [0] is the id */
    bool has_point;
    struct geo_point point;
    const char *outline; /* GeoJSON; NULL = none */
    char dates[EXPORT_MAX_DATES][21];
    uint32_t date_count;
};

struct export_cursor {
    const struct dataset *dataset;
    const struct vacancies *vacancies;
    uint16_t region;
    enum export_layer layer;
    uint32_t next;             /* facility or community; of offers, their facility */
    uint32_t next_in_facility; /* of its offers */
};
bool export_next(struct export_cursor *cursor, struct export_row *row);

/* The formats: every row the cursor gives, counted. */
enum status MUST_CHECK export_csv_write(struct export_cursor *cursor, FILE *out, uint32_t *rows,
                                        struct error *error);
enum status MUST_CHECK export_geojson_write(struct export_cursor *cursor, FILE *out, uint32_t *rows,
                                            struct error *error);
/* Into the empty file `path`, all layers. In store_sqlite_export.c, where SQL is. */
enum status MUST_CHECK export_spatialite_write(const struct export_cursor *cursor, const char *path,
                                               struct export_counts *counts, struct error *error);

#endif
