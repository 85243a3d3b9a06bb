/* A mapping file from anybody, and then a row read by it. */
#include "data/register_row.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The row that a mapping which was accepted reads: its own bytes, cut into cells. */
static void read_row(const struct mapping *mapping, const uint8_t *data, size_t size)
{
    static struct region region = {.name = "fuzz", .currency = "CNY"};
    static struct register_row out;
    struct calendar_offset zone = {INT64_MIN, 28800};
    region.calendar.offsets = &zone;
    region.calendar.offset_count = 1;
    struct table_cell cells[MAPPING_MAX_COLUMNS] = {0};
    char text[64];
    size_t length = size < sizeof text ? size : sizeof text - 1;
    for (size_t i = 0; i < length; i++)
        text[i] = (char)(data[size - length + i] & 0x7F ? data[size - length + i] & 0x7F : ' ');
    text[length] = '\0';
    for (uint32_t i = 0; i < mapping->column_count; i++)
        cells[i] = (struct table_cell){text + i % (length + 1), length - i % (length + 1), false};
    struct table_row row = {.line = 1, .cells = cells, .cell_count = mapping->column_count};
    struct register_reader reader;
    struct arena arena;
    arena_init(&arena, 4 << 20);
    if (register_reader_init(&reader, mapping, &region, "fuzz", 20000, 20001 * INT64_C(86400),
                             mapping->columns, mapping->column_count, NULL) == STATUS_OK) {
        const char *column;
        register_row_skipped(&reader, &row, &arena);
        const char *identity = register_row_identity(&reader, &row, &arena, &column);
        if (register_row_read(&reader, &row, identity, &arena, &out, NULL) == STATUS_OK)
            for (uint32_t i = 0; i < out.bundle.offer_count; i++)
                if (out.bundle.offer_groups[i] >= out.bundle.group_count)
                    abort();
        register_reader_release(&reader);
    }
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mapping mapping;
    struct error error;
    if (mapping_parse((const char *)data, size, &mapping, &error) == STATUS_OK)
        read_row(&mapping, data, size);
    mapping_release(&mapping);
    return 0;
}
