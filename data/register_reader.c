/*
 * Tying a mapping to a file's columns, and what is asked of a row before it is read.
 */
#include "data/register_row.h"

#include "data/register_value.h"

#include <stdio.h>
#include <string.h>

enum { READER_MAX_BYTES = 4 << 20 };

/* Currencies without a minor unit in use (ISO 4217, 2024). */
static int currency_decimals(const char *currency)
{
    static const char *const whole[] = {"JPY", "KRW", "VND", "CLP", "ISK"};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if (strcmp(whole[i], currency) == 0)
            return 0;
    return 2;
}

/* Tying to a file -------------------------------------------------------------------------------- */

static enum status bind_columns(struct register_reader *reader, struct error *error)
{
    const struct mapping *mapping = reader->mapping;
    for (uint32_t i = 0; i < mapping->column_count; i++) {
        reader->bound[i] = -1;
        for (uint32_t column = 0; column < reader->column_count; column++)
            if (strcmp(reader->columns[column], mapping->columns[i]) == 0)
                reader->bound[i] = (int32_t)column;
    }
    for (uint32_t i = 0; i < mapping->column_count; i++) {
        bool needed = !mapping->ignore_missing_columns;
        for (uint32_t n = 0; n < mapping->identity_count; n++)
            needed |= mapping->identity[n] == i;
        if (reader->bound[i] >= 0 || !needed)
            continue;
        char list[300] = "";
        size_t used = 0;
        for (uint32_t column = 0; column < reader->column_count && used + 80 < sizeof list;
             column++)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%.60s", column ? ", " : "",
                                     reader->columns[column]);
        return error_set_parameter(
            error, STATUS_REJECTED, "mapping", "the file has no column '%.60s'%s; it has %s%s",
            mapping->columns[i],
            mapping->is_default ? ", which it needs where no --mapping says what its columns mean"
                                : ", which the mapping names",
            list, used + 80 < sizeof list ? "" : ", …");
    }
    return STATUS_OK;
}

/* What is wrong with coordinates is of the pair. */
static enum status name_coordinates(struct register_reader *reader, struct error *error)
{
    const struct mapping_coordinates *mapped = &reader->mapping->coordinates;
    char names[400];
    if (!mapped->given || mapped->from_geometry)
        return STATUS_OK;
    snprintf(names, sizeof names, "%.180s, %.180s", reader->mapping->columns[mapped->x],
             reader->mapping->columns[mapped->y]);
    reader->coordinate_columns = arena_string(&reader->arena, names);
    return reader->coordinate_columns ? STATUS_OK
                                      : error_memory(error, "tying a mapping to a file");
}

/* An offer's source id is its own id, and the group's where it may sell several. */
static enum status name_offers(struct register_reader *reader, struct error *error)
{
    const struct mapping *mapping = reader->mapping;
    for (uint32_t i = 0; i < mapping->offer_count; i++) {
        reader->max_offers += mapping->offers[i].group_count;
        reader->max_hours += mapping->offers[i].group_count * mapping->offers[i].hours.count;
    }
    reader->max_hours += mapping->hours.count;
    reader->offer_ids = arena_calloc(&reader->arena, reader->max_offers, sizeof *reader->offer_ids);
    if (!reader->offer_ids)
        return error_memory(error, "tying a mapping to a file");
    uint32_t next = 0;
    for (uint32_t i = 0; i < mapping->offer_count; i++)
        for (uint32_t n = 0; n < mapping->offers[i].group_count; n++) {
            const struct mapping_group *group = &mapping->groups[mapping->offers[i].groups[n]];
            char id[80];
            snprintf(id, sizeof id, "%s.%s", group->id, mapping->offers[i].id);
            reader->offer_ids[next] = arena_string(&reader->arena, id);
            if (!reader->offer_ids[next++])
                return error_memory(error, "tying a mapping to a file");
        }
    return STATUS_OK;
}

enum status register_reader_init(struct register_reader *reader, const struct mapping *mapping,
                                 const struct region *region, const char *source, day_t as_of,
                                 moment_t now, const char *const *columns, uint32_t column_count,
                                 struct error *error)
{
    *reader = (struct register_reader){.mapping = mapping,
                                       .region = region,
                                       .source = source,
                                       .as_of = as_of,
                                       .now = now,
                                       .columns = columns,
                                       .column_count = column_count,
                                       .price_decimals = currency_decimals(region->currency)};
    arena_init(&reader->arena, READER_MAX_BYTES);
    reader->bound = arena_calloc(&reader->arena, mapping->column_count, sizeof *reader->bound);
    enum status status = reader->bound ? bind_columns(reader, error)
                                       : error_memory(error, "tying a mapping to a file");
    if (!status)
        status = name_coordinates(reader, error);
    if (!status)
        status = name_offers(reader, error);
    if (status)
        register_reader_release(reader);
    return status;
}

void register_reader_release(struct register_reader *reader)
{
    arena_release(&reader->arena);
    *reader = (struct register_reader){0};
}

bool register_reader_uses(const struct register_reader *reader, uint32_t column)
{
    for (uint32_t i = 0; i < reader->mapping->column_count; i++)
        if (reader->bound[i] == (int32_t)column)
            return true;
    return false;
}

void register_row_find(struct register_row *row, enum import_warning warning, const char *column,
                       const char *value, const char *detail)
{
    if (row->finding_count < REGISTER_MAX_FINDINGS)
        row->findings[row->finding_count++] =
            (struct register_finding){warning, column, value, detail};
}

bool register_row_skipped(const struct register_reader *reader, const struct table_row *row,
                          struct arena *arena)
{
    struct row_context context = {.reader = reader, .row = row, .arena = arena};
    for (uint32_t i = 0; i < reader->mapping->skip_count; i++)
        if (row_when(&context, &reader->mapping->skips[i]))
            return true;
    return false;
}

const char *register_row_identity(const struct register_reader *reader, const struct table_row *row,
                                  struct arena *arena, const char **column)
{
    struct row_context context = {.reader = reader, .row = row, .arena = arena};
    const struct mapping *mapping = reader->mapping;
    char joined[REGISTER_MAX_ID_BYTES];
    size_t used = 0;
    for (uint32_t i = 0; i < mapping->identity_count; i++) {
        struct row_text part = row_column(&context, mapping->identity[i]);
        *column = part.column;
        size_t slash = used ? 1 : 0;
        if (!part.text || used + slash + part.length > REGISTER_MAX_ID_BYTES)
            return NULL;
        if (slash)
            joined[used++] = '/';
        memcpy(joined + used, part.text, part.length);
        used += part.length;
    }
    for (size_t i = 0; i < used; i++)
        if ((unsigned char)joined[i] < ' ')
            joined[i] = ' ';
    return arena_copy(arena, joined, used);
}
