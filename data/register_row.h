/*
 * One row of a register file to one facility, by a mapping. A pure function of the row: no store, no
 * files; where the point belongs is decided after it (register_place.h).
 */
#ifndef DATA_REGISTER_ROW_H
#define DATA_REGISTER_ROW_H

#include "data/import_report.h"
#include "data/mapping.h"
#include "data/region.h"
#include "data/table.h"

enum { REGISTER_MAX_FINDINGS = 64, REGISTER_MAX_TEXT_BYTES = 1000, REGISTER_MAX_ID_BYTES = 200 };

/* A mapping tied to the columns of one file. */
struct register_reader {
    const struct mapping *mapping;
    const struct region *region;
    const char *const *columns; /* of the file; borrowed */
    uint32_t column_count;
    const char *source;
    day_t as_of;
    moment_t now;
    int price_decimals; /* of the region's currency */
    int32_t *bound;     /* beside mapping->columns: the file's column, or -1 */
    const char **offer_ids;
    const char *coordinate_columns; /* both, for reports; NULL where none are read */
    uint32_t max_offers, max_hours; /* a row's bundle has at most these */
    struct arena arena;
};

/* Something about a row that people must see. Text lives as the row does. */
struct register_finding {
    enum import_warning warning;
    const char *column, *value, *detail; /* may be NULL */
};

/* The coordinates as the row gives them. */
struct register_given {
    bool said;           /* the mapping reads coordinates at all */
    bool present;        /* both are there */
    bool readable;       /* and are numbers */
    bool coarse;         /* known only roughly, says the mapping's condition */
    double x, y;         /* in the declared system, x first whatever the file's order */
    const char *text;    /* "x, y" as given, for reports; NULL when nothing is there */
    const char *columns; /* "X, Y", both; NULL for a geometry */
};

struct register_row {
    struct facility_bundle bundle; /* text and arrays in the row's arena, or the row itself */
    struct register_given given;
    struct register_finding findings[REGISTER_MAX_FINDINGS];
    uint32_t finding_count;
};

/*
 * Tie the mapping to the file's columns: STATUS_REJECTED, naming the column and where the mapping
 * names it, when one is missing (unless the mapping ignores that). What is passed in is kept by
 * reference. The reader is yours: register_reader_release().
 */
enum status MUST_CHECK register_reader_init(struct register_reader *reader,
                                            const struct mapping *mapping,
                                            const struct region *region, const char *source,
                                            day_t as_of, moment_t now, const char *const *columns,
                                            uint32_t column_count, struct error *error);
void register_reader_release(struct register_reader *reader); /* safe on {0} and safe twice */

/* Is the file's column read by the mapping? */
bool register_reader_uses(const struct register_reader *reader, uint32_t column);

/* Does a condition of `skip` hold? Then the row is no facility. */
bool register_row_skipped(const struct register_reader *reader, const struct table_row *row,
                          struct arena *arena);

/* The identity the register gives the row: in the arena, or NULL with the column that is empty (or
 * too long) in *column. */
const char *register_row_identity(const struct register_reader *reader, const struct table_row *row,
                                  struct arena *arena, const char **column);

/*
 * Read the row, whose cell count is the file's, into *out. STATUS_LIMIT when the arena is full.
 * The facility has no point yet.
 */
enum status MUST_CHECK register_row_read(const struct register_reader *reader,
                                         const struct table_row *row, const char *identity,
                                         struct arena *arena, struct register_row *out,
                                         struct error *error);

/* Used by register_place.c too. Beyond REGISTER_MAX_FINDINGS they are dropped. */
void register_row_find(struct register_row *row, enum import_warning warning, const char *column,
                       const char *value, const char *detail);

#endif
