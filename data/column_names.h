/*
 * The names of a table's columns, made usable: trimmed, none empty, no two alike.
 */
#ifndef DATA_COLUMN_NAMES_H
#define DATA_COLUMN_NAMES_H

#include "data/table.h"

/* Starts as {0}. */
struct column_names {
    const char **names; /* `count` of them, into `pool` */
    uint32_t count;
    char *pool;
};

/*
 * From a header's cells, once: white space at the ends goes; an empty name becomes "#7" (its
 * number, from 1); of names that appear twice each gets its number: "NAME #3". STATUS_REJECTED
 * where that makes two alike after all.
 */
enum status MUST_CHECK column_names_set(struct column_names *names, const struct table_cell *cells,
                                        uint32_t count, struct error *error);

void column_names_release(struct column_names *names); /* safe on {0} and safe twice */

#endif
