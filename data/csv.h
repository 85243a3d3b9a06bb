/*
 * CSV, strictly: RFC 4180 in memory, and LF, CR LF or bare CR as line ends, mixed as they come.
 *
 * A cell is quoted whole or not at all; a quotation mark inside a quoted cell is doubled; line ends
 * and delimiters may stand in quotes. Refused, with the line: a quote that is never closed (the
 * line where it opened), text behind a closing quote, a quotation mark inside an unquoted cell. All
 * three can shift cells silently, so the file cannot be trusted. A row with too many or too few
 * cells is handed over as it is. Lines of nothing, and rows of empty cells, are skipped.
 */
#ifndef DATA_CSV_H
#define DATA_CSV_H

#include "data/table.h"

struct csv;

struct csv_options {
    char delimiter;      /* , ; | or tab */
    uint32_t header_row; /* which row names the columns, from 1, empty ones counted; 0 = the first
                             that is not empty */
    bool lines_are_rows; /* table_row.line counts rows instead of lines: for converted sheets */
};

/*
 * Read the header. `text` is valid UTF-8 without NUL, NUL-terminated at `length`, malloc'd; it
 * becomes the reader's, also on failure, and is changed by reading. *csv is yours (csv_close).
 */
enum status MUST_CHECK csv_open(char *text, size_t length, const struct csv_options *options,
                                struct csv **csv, struct error *error);
/* As table.h says of table_columns(), table_next() and table_progress(). */
const char *const *csv_columns(const struct csv *csv, uint32_t *count);
enum status MUST_CHECK csv_next(struct csv *csv, struct table_row *row, bool *more,
                                struct error *error);
double csv_progress(const struct csv *csv);
void csv_close(struct csv *csv); /* safe on NULL */

#endif
