/* RFC 4180, as spreadsheets read it: see export.h for what is added for them. */
#include "data/export_rows.h"

#include <inttypes.h>
#include <string.h>

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

/* A text cell; what would be a formula is made text by an apostrophe. */
static void write_text(FILE *out, const char *text)
{
    bool is_formula = text[0] && strchr("=+-@\t\r", text[0]);
    bool quoted = strpbrk(text, "\",\r\n");
    if (quoted)
        fputc('"', out);
    if (is_formula)
        fputc('\'', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    if (quoted)
        fputc('"', out);
}

static void write_cell(FILE *out, const struct export_cell *cell, enum export_type type)
{
    if (!cell->is_known)
        return;
    if (type == EXPORT_INTEGER)
        fprintf(out, "%" PRId64, cell->integer);
    else if (type == EXPORT_FLAG)
        fputs(cell->integer ? "true" : "false", out);
    else
        write_text(out, cell->text);
}

static void write_head(FILE *out, const struct export_shape *shape)
{
    fputs(BYTE_ORDER_MARK, out);
    for (uint32_t i = 0; i < shape->column_count; i++)
        fprintf(out, "%s%s", i ? "," : "", shape->columns[i].name);
    fputs(shape->has_outlines ? "\r\n" : ",lon,lat\r\n", out);
}

enum status export_csv_write(struct export_cursor *cursor, FILE *out, uint32_t *rows,
                             struct error *error)
{
    const struct export_shape *shape = export_shape_of(cursor->layer);
    struct export_row row;
    write_head(out, shape);
    while (export_next(cursor, &row)) {
        for (uint32_t i = 0; i < shape->column_count; i++) {
            if (i)
                fputc(',', out);
            write_cell(out, &row.cells[i], shape->columns[i].type);
        }
        if (row.has_point)
            fprintf(out, ",%.7f,%.7f", row.point.lon, row.point.lat);
        else if (!shape->has_outlines)
            fputs(",,", out);
        fputs("\r\n", out);
        ++*rows;
    }
    return ferror(out) ? error_set(error, STATUS_IO, "the CSV file cannot be written") : STATUS_OK;
}
