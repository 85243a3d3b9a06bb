/*
 * Coverage as a flat table: one line a community, one column a figure, the same for spreadsheets and
 * for the properties of GeoJSON features.
 */
#ifndef SERVER_COVERAGE_TABLE_H
#define SERVER_COVERAGE_TABLE_H

#include "server/json_coverage.h"

enum { COVERAGE_COLUMNS = 17 + COVERAGE_CARES * 5 };

enum coverage_cell_type { CELL_UNKNOWN, CELL_TEXT, CELL_NUMBER, CELL_PEOPLE };
struct coverage_table_cell {
    enum coverage_cell_type type;
    const char *text;
    double number; /* of people: exact */
    uint8_t decimals;
    char own[48]; /* room for a text that is made here */
};

/* "community", …, "full_day_reachable", …; in `name` of 40 bytes. */
void coverage_table_name(uint32_t column, char name[40]);
/* Texts of cells are borrowed from the entry, and `missing` from the cell itself. */
void coverage_table_row(const struct coverage_answer *answer, const struct coverage_entry *entry,
                        struct coverage_table_cell cells[COVERAGE_COLUMNS]);

/* The members of a feature's properties. CSV: csv_coverage() of json_coverage.h. */
void coverage_table_properties(struct json *out, const struct coverage_answer *answer,
                               const struct coverage_entry *entry);

#endif
