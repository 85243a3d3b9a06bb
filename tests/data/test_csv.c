#include "data/csv.h"
#include "data/table.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct csv_options plain = {.delimiter = ','};

static enum status open_bytes(const char *bytes, size_t length, const struct csv_options *options,
                              struct csv **csv, struct error *error)
{
    char *text = malloc(length + 1);
    REQUIRE(text);
    memcpy(text, bytes, length);
    text[length] = '\0';
    return csv_open(text, length, options, csv, error);
}

/* What a CSV text is, written flat: "line:cell|cell;line:cell|cell" behind "column|column;". */
static char *flatten(const char *text, size_t length, const struct csv_options *options,
                     struct error *error, enum status *status)
{
    char *flat = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&flat, &size);
    REQUIRE(out);
    struct csv *csv;
    *status = open_bytes(text, length, options, &csv, error);
    uint32_t count = 0;
    const char *const *columns = *status ? NULL : csv_columns(csv, &count);
    for (uint32_t i = 0; i < count; i++)
        fprintf(out, "%s%s", i ? "|" : "", columns[i]);
    fputc(';', out);
    struct table_row row;
    bool more = true;
    while (!*status && more) {
        *status = csv_next(csv, &row, &more, error);
        if (*status || !more)
            break;
        fprintf(out, "%llu:", (unsigned long long)row.line);
        for (uint32_t i = 0; i < row.cell_count; i++) {
            CHECK_INT(strlen(row.cells[i].text), row.cells[i].length);
            fprintf(out, "%s%s", i ? "|" : "", row.cells[i].text);
        }
        fputc(';', out);
    }
    csv_close(csv);
    fclose(out);
    return flat;
}

static void check_reads_as(const char *text, const char *expected)
{
    struct error error = {0};
    enum status status;
    char *flat = flatten(text, strlen(text), &plain, &error, &status);
    REQUIRE_OK(status, &error);
    CHECK_TEXT(flat, expected);
    free(flat);
}

static void check_refused(const char *text, enum status expected, const char *sentence)
{
    struct error error = {0};
    enum status status;
    free(flatten(text, strlen(text), &plain, &error, &status));
    if (!CHECK_INT(status, expected))
        fprintf(stderr, "    for <%.60s>\n", text);
    CHECK_CONTAINS(error.message, sentence);
}

TEST(csv_line_ends_of_all_three_kinds_end_a_row)
{
    check_reads_as("a,b\n1,2\n3,4\n", "a|b;2:1|2;3:3|4;");
    check_reads_as("a,b\r\n1,2\r\n3,4\r\n", "a|b;2:1|2;3:3|4;");
    check_reads_as("a,b\r1,2\r3,4\r", "a|b;2:1|2;3:3|4;");
    check_reads_as("a,b\r\n1,2\r3,4\n5,6", "a|b;2:1|2;3:3|4;4:5|6;");
}

TEST(csv_quotes_keep_delimiters_line_ends_and_marks)
{
    check_reads_as("a,b\n\"x,y\",\"he said \"\"no\"\"\"\n", "a|b;2:x,y|he said \"no\";");
    check_reads_as("a,b\n\"1\r\n2\",\"\r\r\"\n3,4\n", "a|b;2:1\r\n2|\r\r;6:3|4;");
    check_reads_as("a,b\n\"\",\"\"\"\"\n", "a|b;2:|\";");
    check_reads_as("\"a\",\"b\"\n\"1\",\"2\"", "a|b;2:1|2;");
}

TEST(csv_lines_of_nothing_are_skipped_and_counted)
{
    check_reads_as("\n\na,b\n\n1,2\n\n\n,\n3,4\n\n", "a|b;5:1|2;9:3|4;");
    check_reads_as("a\r\r1\r", "a;3:1;");
}

TEST(csv_rows_with_too_many_or_too_few_cells_are_handed_over)
{
    check_reads_as("a,b\n1\n1,2,3\n1,2\n", "a|b;2:1;3:1|2|3;4:1|2;");
}

TEST(csv_spaces_are_kept_in_cells_and_trimmed_from_names)
{
    check_reads_as(" a ,　b　\n 1 , 2\n", "a|b;2: 1 | 2;");
}

TEST(csv_names_that_are_empty_or_alike_get_their_number)
{
    check_reads_as("a,,b,\n1,2,3,4\n", "a|#2|b|#4;2:1|2|3|4;");
    check_reads_as("a,b, a\n1,2,3\n", "a #1|b|a #3;2:1|2|3;");
    check_refused("a,a,a #2\n", STATUS_REJECTED, "two columns are named 'a #2'");
}

TEST(csv_broken_quotes_are_refused_with_their_line)
{
    check_refused("a,b\n1,\"2\n3,4\n5,6\n", STATUS_CORRUPT, "line 2: a quoted cell begins here");
    check_refused("a,b\r1,2\r3,\"4", STATUS_CORRUPT, "line 3: a quoted cell");
    check_refused("a,b\n\"1\n1\"x,2\n", STATUS_CORRUPT, "line 3: text follows the closing");
    check_refused("a,b\n\"1\" ,2\n", STATUS_CORRUPT, "line 2: text follows the closing");
    check_refused("a,b\n1,2\n1, \"2\"\n", STATUS_CORRUPT, "line 3: a quotation mark inside cell 2");
    check_refused("\"", STATUS_CORRUPT, "line 1: a quoted cell");
}

TEST(csv_without_a_header_is_refused)
{
    check_refused("", STATUS_REJECTED, "the file is empty");
    check_refused("\n\r\n,,\n", STATUS_REJECTED, "the file is empty");
}

TEST(csv_header_may_stand_in_a_later_row)
{
    struct csv_options options = {.delimiter = ';', .header_row = 3};
    struct error error = {0};
    enum status status;
    static const char text[] = "a title\n\nx;y\n1;2\n";
    char *flat = flatten(text, sizeof text - 1, &options, &error, &status);
    REQUIRE_OK(status, &error);
    CHECK_TEXT(flat, "x|y;4:1|2;");
    free(flat);
    options.header_row = 2;
    free(flatten(text, sizeof text - 1, &options, &error, &status));
    CHECK_INT(status, STATUS_REJECTED);
    CHECK_CONTAINS(error.message, "row 2 is empty");
    options.header_row = 9;
    free(flatten(text, sizeof text - 1, &options, &error, &status));
    CHECK_INT(status, STATUS_REJECTED);
    CHECK_CONTAINS(error.message, "only 4 rows");
    CHECK_TEXT(error.parameter, "header_row");
}

TEST(csv_delimiter_is_one_of_four)
{
    struct csv_options options = {.delimiter = '"'};
    struct error error = {0};
    struct csv *csv;
    CHECK_INT(open_bytes("a", 1, &options, &csv, &error), STATUS_INVALID);
    CHECK_TEXT(error.parameter, "delimiter");
    CHECK(csv == NULL);
}

TEST(csv_ceilings_hold_for_columns_and_cells)
{
    char *text = malloc(TABLE_MAX_CELL_BYTES + 16);
    REQUIRE(text);
    memset(text, ',', TABLE_MAX_COLUMNS);
    text[0] = 'a';
    text[TABLE_MAX_COLUMNS] = '\0'; /* as many cells as are allowed */
    struct error error = {0};
    struct csv *csv;
    REQUIRE_OK(open_bytes(text, strlen(text), &plain, &csv, &error), &error);
    uint32_t count;
    csv_columns(csv, &count);
    CHECK_INT(count, TABLE_MAX_COLUMNS);
    csv_close(csv);
    text[TABLE_MAX_COLUMNS] = ',';
    text[TABLE_MAX_COLUMNS + 1] = '\0';
    check_refused(text, STATUS_LIMIT, "line 1: more than 4096 cells");

    memset(text, 'x', TABLE_MAX_CELL_BYTES + 8);
    memcpy(text, "a\n", 2);
    text[TABLE_MAX_CELL_BYTES + 2] = '\0';
    enum status status;
    free(flatten(text, strlen(text), &plain, &error, &status));
    CHECK_INT(status, STATUS_OK);
    text[TABLE_MAX_CELL_BYTES + 2] = 'x';
    text[TABLE_MAX_CELL_BYTES + 3] = '\0';
    check_refused(text, STATUS_LIMIT, "line 2: cell 1 has 1048577 bytes");
    free(text);
}

/* A table of random cells, and the CSV that an independent writer makes of it. */
enum { RANDOM_ROWS = 12, RANDOM_COLUMNS = 4 };
struct random_table {
    char cells[RANDOM_ROWS][RANDOM_COLUMNS][32];
    uint64_t lines[RANDOM_ROWS];
    char text[RANDOM_ROWS * RANDOM_COLUMNS * 64];
    size_t length;
};

/* Writes one piece and counts its line ends its own way: each CR, and each LF not behind a CR. */
static void write_piece(struct random_table *table, const char *piece, uint64_t *line)
{
    for (; *piece; piece++) {
        char before = table->length ? table->text[table->length - 1] : '\0';
        *line += *piece == '\r' || (*piece == '\n' && before != '\r');
        table->text[table->length++] = *piece;
    }
}

static void write_random_cell(struct random_table *table, struct test_random *random, char *cell,
                              uint64_t *line)
{
    static const char *const parts[] = {"a", "托育", ",", "\"", "\n", "\r", "\r\n", " ", "0", ";"};
    cell[0] = '\0';
    for (uint32_t i = test_random_below(random, 5); i > 0; i--)
        strcat(cell, parts[test_random_below(random, 10)]);
    bool quoted = strpbrk(cell, ",\"\r\n") || test_random_below(random, 3) == 0;
    write_piece(table, quoted ? "\"" : "", line);
    for (const char *at = cell; *at; at++)
        write_piece(table, *at == '"' ? "\"\"" : (char[]){*at, '\0'}, line);
    write_piece(table, quoted ? "\"" : "", line);
}

static void write_random_table(struct random_table *table, struct test_random *random)
{
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    uint64_t line = 1;
    table->length = 0;
    const char *end = ends[test_random_below(random, 3)];
    write_piece(table, "c1,c2,c3,c4", &line);
    for (int row = 0; row < RANDOM_ROWS; row++) {
        write_piece(table, end, &line);
        table->lines[row] = line;
        for (int column = 0; column < RANDOM_COLUMNS; column++) {
            write_piece(table, column ? "," : "", &line);
            write_random_cell(table, random, table->cells[row][column], &line);
        }
    }
    if (test_random_below(random, 2))
        write_piece(table, end, &line);
}

static bool row_is_empty(const struct random_table *table, int row)
{
    for (int column = 0; column < RANDOM_COLUMNS; column++)
        if (table->cells[row][column][0])
            return false;
    return true;
}

TEST(csv_random_tables_come_back_as_they_were_written)
{
    struct test_random random = test_random();
    struct random_table *table = malloc(sizeof *table);
    REQUIRE(table);
    for (int round = 0; round < 2000; round++) {
        write_random_table(table, &random);
        struct error error = {0};
        struct csv *csv;
        REQUIRE_OK(open_bytes(table->text, table->length, &plain, &csv, &error), &error);
        struct table_row row;
        bool more;
        for (int i = 0; i < RANDOM_ROWS; i++) {
            if (row_is_empty(table, i))
                continue;
            REQUIRE_OK(csv_next(csv, &row, &more, &error), &error);
            REQUIRE(more && row.cell_count == RANDOM_COLUMNS);
            CHECK_INT(row.line, table->lines[i]);
            for (int column = 0; column < RANDOM_COLUMNS; column++)
                CHECK_TEXT(row.cells[column].text, table->cells[i][column]);
        }
        REQUIRE_OK(csv_next(csv, &row, &more, &error), &error);
        CHECK(!more);
        CHECK_NEAR(csv_progress(csv), 1, 0);
        csv_close(csv);
    }
    free(table);
}

TEST(csv_cut_anywhere_gives_a_beginning_of_the_rows_or_an_error)
{
    struct test_random random = test_random();
    struct random_table *table = malloc(sizeof *table);
    REQUIRE(table);
    write_random_table(table, &random);
    struct error error = {0};
    enum status status;
    char *whole = flatten(table->text, table->length, &plain, &error, &status);
    REQUIRE_OK(status, &error);
    for (size_t length = 12; length < table->length; length++) {
        char *part = flatten(table->text, length, &plain, &error, &status);
        /* All rows but the last are the whole's; the last may be cut. */
        size_t rows = strlen(part);
        if (rows)
            rows--;
        while (rows && part[rows - 1] != ';')
            rows--;
        CHECK(strncmp(part, whole, rows) == 0);
        free(part);
    }
    free(whole);
    free(table);
}
