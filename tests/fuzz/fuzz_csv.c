/* A CSV file from anybody. What is read must be text, and reading must come to an end. */
#include "data/csv.h"
#include "data/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte chooses the delimiter and the header row; the rest is the file. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    size_t length = size - 1;
    char *text = malloc(size);
    if (!text)
        return 0;
    memcpy(text, data + 1, length);
    if (text_decode(&text, &length, NULL, NULL)) {
        free(text);
        return 0;
    }
    struct csv_options options = {.delimiter = ",;|\t"[data[0] & 3], .header_row = data[0] >> 6};
    const uint64_t lines = text_count_line_ends(text, length) + 1;
    struct csv *csv;
    struct error error;
    if (csv_open(text, length, &options, &csv, &error))
        return 0;
    struct table_row row;
    bool more = true;
    uint64_t line = 0;
    while (csv_next(csv, &row, &more, &error) == STATUS_OK && more) {
        if (row.line <= line || row.line > lines || row.cell_count == 0)
            abort();
        line = row.line;
        for (uint32_t i = 0; i < row.cell_count; i++)
            if (strlen(row.cells[i].text) != row.cells[i].length)
                abort();
    }
    csv_close(csv);
    return 0;
}
