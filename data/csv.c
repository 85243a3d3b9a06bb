#include "data/csv.h"

#include "data/column_names.h"
#include "data/text.h"

#include <stdlib.h>
#include <string.h>

struct csv {
    char *text; /* cells end in a NUL of ours where their delimiter stood */
    size_t length, at;
    uint64_t line;    /* of text[at], from 1 */
    uint64_t records; /* read, empty ones too */
    uint64_t rows;    /* handed over */
    bool lines_are_rows;
    bool stops[256]; /* what ends the quick run through an unquoted cell */
    struct column_names names;
    struct table_cell *cells; /* of the last record */
    uint32_t cell_count, cell_capacity;
};

static enum status add_cell(struct csv *csv, const char *text, size_t length, struct error *error)
{
    if (length > TABLE_MAX_CELL_BYTES)
        return error_set(error, STATUS_LIMIT,
                         "line %llu: cell %u has %zu bytes; at most %d are read (a quotation mark "
                         "may be missing)",
                         (unsigned long long)csv->line, csv->cell_count + 1, length,
                         TABLE_MAX_CELL_BYTES);
    if (csv->cell_count == TABLE_MAX_COLUMNS)
        return error_set(error, STATUS_LIMIT, "line %llu: more than %d cells in a row",
                         (unsigned long long)csv->line, TABLE_MAX_COLUMNS);
    if (csv->cell_count == csv->cell_capacity) {
        uint32_t capacity = csv->cell_capacity ? csv->cell_capacity * 2 : 32;
        struct table_cell *cells = realloc(csv->cells, capacity * sizeof *cells);
        if (!cells)
            return error_memory(error, "reading a row");
        csv->cells = cells;
        csv->cell_capacity = capacity;
    }
    csv->cells[csv->cell_count++] = (struct table_cell){text, length, false};
    return STATUS_OK;
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

/* The quoted cell at csv->at, unquoted in place; csv->at is then behind its closing quote. */
static enum status read_quoted(struct csv *csv, struct error *error)
{
    const uint64_t opened = csv->line;
    size_t start = csv->at + 1, out = start, at = start;
    for (;;) {
        const char *quote = memchr(csv->text + at, '"', csv->length - at);
        if (!quote)
            return error_set(error, STATUS_CORRUPT,
                             "line %llu: a quoted cell begins here and is never closed",
                             (unsigned long long)opened);
        size_t piece = (size_t)(quote - (csv->text + at));
        csv->line += text_count_line_ends(csv->text + at, piece);
        if (out != at)
            memmove(csv->text + out, csv->text + at, piece);
        out += piece;
        at += piece + 1;
        if (csv->text[at] != '"')
            break;
        csv->text[out++] = '"';
        at++;
    }
    char behind = csv->text[at];
    if (at < csv->length && (!csv->stops[(unsigned char)behind] || behind == '"'))
        return error_set(error, STATUS_CORRUPT,
                         "line %llu: text follows the closing quotation mark of cell %u (a mark "
                         "inside a quoted cell is written twice)",
                         (unsigned long long)csv->line, csv->cell_count + 1);
    csv->text[out] = '\0';
    csv->at = at;
    return add_cell(csv, csv->text + start, out - start, error);
}

/* The unquoted cell at csv->at; csv->at is then at what ended it, which is not yet a NUL. */
static enum status read_unquoted(struct csv *csv, struct error *error)
{
    size_t start = csv->at, at = start;
    while (!csv->stops[(unsigned char)csv->text[at]])
        at++;
    if (csv->text[at] == '"')
        return error_set(
            error, STATUS_CORRUPT,
            "line %llu: a quotation mark inside cell %u, which does not begin with one "
            "(quote the whole cell and write the mark twice)",
            (unsigned long long)csv->line, csv->cell_count + 1);
    csv->at = at;
    return add_cell(csv, csv->text + start, at - start, error);
}

/* The next record into csv->cells, begun at *line. There is one: csv->at < csv->length. */
static enum status read_record(struct csv *csv, uint64_t *line, struct error *error)
{
    *line = csv->line;
    csv->cell_count = 0;
    csv->records++;
    for (;;) {
        enum status status =
            csv->text[csv->at] == '"' ? read_quoted(csv, error) : read_unquoted(csv, error);
        if (status)
            return status;
        if (csv->at >= csv->length)
            return STATUS_OK;
        char end = csv->text[csv->at];
        csv->text[csv->at++] = '\0';
        if (!is_line_end(end))
            continue;
        if (end == '\r' && csv->text[csv->at] == '\n')
            csv->at++;
        csv->line++;
        return STATUS_OK;
    }
}

static bool is_empty(const struct csv *csv)
{
    for (uint32_t i = 0; i < csv->cell_count; i++)
        if (csv->cells[i].length)
            return false;
    return true;
}

static enum status read_header(struct csv *csv, uint32_t header_row, struct error *error)
{
    uint64_t line;
    while (csv->at < csv->length) {
        enum status status = read_record(csv, &line, error);
        if (status)
            return status;
        if (header_row ? csv->records == header_row : !is_empty(csv))
            return is_empty(csv)
                       ? error_set_parameter(error, STATUS_REJECTED, "header_row",
                                             "row %u is empty; it must name the columns",
                                             header_row)
                       : column_names_set(&csv->names, csv->cells, csv->cell_count, error);
    }
    if (csv->records == 0 || !header_row)
        return error_set(error, STATUS_REJECTED, "the file is empty: no row names the columns");
    return error_set_parameter(error, STATUS_REJECTED, "header_row",
                               "row %u should name the columns, but there are only %llu rows",
                               header_row, (unsigned long long)csv->records);
}

enum status csv_open(char *text, size_t length, const struct csv_options *options, struct csv **csv,
                     struct error *error)
{
    *csv = NULL;
    if (!options->delimiter || !strchr(",;|\t", options->delimiter)) {
        free(text);
        return error_set_parameter(error, STATUS_INVALID, "delimiter",
                                   "delimiter is byte 0x%02X; it must be , ; | or a tab",
                                   (unsigned char)options->delimiter);
    }
    struct csv *made = calloc(1, sizeof *made);
    if (!made) {
        free(text);
        return error_memory(error, "opening a CSV file");
    }
    made->text = text;
    made->length = length;
    made->line = 1;
    made->lines_are_rows = options->lines_are_rows;
    const unsigned char stops[] = {'\0', '\r', '\n', '"', (unsigned char)options->delimiter};
    for (size_t i = 0; i < sizeof stops; i++)
        made->stops[stops[i]] = true;
    enum status status = read_header(made, options->header_row, error);
    if (status)
        csv_close(made);
    else
        *csv = made;
    return status;
}

const char *const *csv_columns(const struct csv *csv, uint32_t *count)
{
    *count = csv->names.count;
    return csv->names.names;
}

enum status csv_next(struct csv *csv, struct table_row *row, bool *more, struct error *error)
{
    *row = (struct table_row){0};
    *more = false;
    while (csv->at < csv->length) {
        uint64_t line;
        enum status status = read_record(csv, &line, error);
        if (status)
            return status;
        if (is_empty(csv))
            continue;
        if (csv->rows == TABLE_MAX_ROWS)
            return error_set(error, STATUS_LIMIT, "more than %d rows", TABLE_MAX_ROWS);
        *row = (struct table_row){.line = csv->lines_are_rows ? csv->records : line,
                                  .number = ++csv->rows,
                                  .cells = csv->cells,
                                  .cell_count = csv->cell_count};
        *more = true;
        return STATUS_OK;
    }
    return STATUS_OK;
}

double csv_progress(const struct csv *csv)
{
    return csv->length ? (double)csv->at / (double)csv->length : 1;
}

void csv_close(struct csv *csv)
{
    if (!csv)
        return;
    column_names_release(&csv->names);
    free(csv->cells);
    free(csv->text);
    free(csv);
}
