#include "data/table.h"
#include "tests/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file of these bytes in the test's folder. The path lives until the test ends. */
static const char *write_file(const char *name, const void *bytes, size_t length)
{
    static char path[4400];
    snprintf(path, sizeof path, "%s/%s", test_folder(), name);
    FILE *file = fopen(path, "wb");
    REQUIRE(file);
    REQUIRE(fwrite(bytes, 1, length, file) == length);
    REQUIRE(fclose(file) == 0);
    return path;
}

static enum status count_rows(const char *path, const struct table_options *options, uint64_t *rows,
                              uint64_t *cells, struct error *error)
{
    struct table *table;
    *rows = *cells = 0;
    enum status status = table_open(path, options, &table, error);
    struct table_row row;
    bool more = true;
    while (!status && more) {
        status = table_next(table, &row, &more, error);
        if (!status && more) {
            ++*rows;
            *cells += row.cell_count;
        }
    }
    table_close(table);
    return status;
}

/* What the rows of a file are counted by, and the number of its last one. */
static const char *counted_by(const char *name, const char *text, uint64_t *last)
{
    struct error error;
    struct table *table;
    struct table_row row;
    bool more = true;
    REQUIRE_OK(table_open(write_file(name, text, strlen(text)), NULL, &table, &error), &error);
    while (more) {
        REQUIRE_OK(table_next(table, &row, &more, &error), &error);
        *last = more ? row.line : *last;
    }
    const char *word = table_row_word(table);
    table_close(table);
    return word;
}

#define FEATURE "{\"type\":\"Feature\",\"properties\":{},\"geometry\":null}"
#define HEAD    "{\"type\":\"FeatureCollection\",\"features\":["

TEST(rows_are_counted_by_lines_and_by_features_where_these_share_lines)
{
    uint64_t last = 0;
    CHECK_TEXT(counted_by("a.csv", "id\n1\n2\n", &last), "line");
    CHECK_INT(last, 3);
    CHECK_TEXT(counted_by("a.geojson", HEAD "\n" FEATURE ",\n" FEATURE "]}", &last), "line");
    CHECK_INT(last, 3);
    CHECK_TEXT(counted_by("b.geojson", HEAD FEATURE "," FEATURE "," FEATURE "]}", &last),
               "feature");
    CHECK_INT(last, 3);
    CHECK_TEXT(counted_by("c.geojson", "\n\n" HEAD FEATURE "]}", &last), "line");
    CHECK_INT(last, 3);
}

static void check_refused(const char *path, const struct table_options *options,
                          enum status expected, const char *sentence)
{
    struct error error = {0};
    uint64_t rows, cells;
    CHECK_INT(count_rows(path, options, &rows, &cells, &error), expected);
    CHECK_CONTAINS(error.message, sentence);
    CHECK(!strstr(error.message, test_folder())); /* the file's own name is enough */
}

TEST(table_real_csv_files_have_their_known_rows)
{
    static const struct {
        const char *name;
        uint64_t rows, columns;
        const char *first;
    } files[] = {{"washington_dc/facilities_2017.csv", 468, 25, "OBJECTID"},
                 {"washington_dc/facilities_2025.csv", 457, 33, "X"},
                 {"nanjing/nanjing_tuoyu_gcj02.csv", 85, 10, "nursery_id"}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct error error = {0};
        uint64_t rows, cells;
        struct table *table;
        const char *path = test_data(files[i].name);
        REQUIRE_OK(table_open(path, NULL, &table, &error), &error);
        uint32_t count;
        CHECK_TEXT(table_columns(table, &count)[0], files[i].first);
        CHECK_INT(count, files[i].columns);
        CHECK_TEXT(table_format(table), "CSV");
        table_close(table);
        REQUIRE_OK(count_rows(path, NULL, &rows, &cells, &error), &error);
        CHECK_INT(rows, files[i].rows);
        CHECK_INT(cells, files[i].rows * files[i].columns);
    }
}

TEST(table_what_is_no_readable_file_is_refused)
{
    check_refused("no/such/file.csv", NULL, STATUS_NOT_FOUND,
                  "file.csv: cannot be opened: No such");
    char path[4400];
    snprintf(path, sizeof path, "%s/folder.csv", test_folder());
    REQUIRE(mkdir(path, 0700) == 0);
    check_refused(path, NULL, STATUS_IO, "folder.csv: this is a folder");
    snprintf(path, sizeof path, "%s/pipe.csv", test_folder());
    REQUIRE(mkfifo(path, 0600) == 0);
    check_refused(path, NULL, STATUS_IO, "pipe.csv: this is a pipe");
    check_refused(write_file("a.doc", "x", 1), NULL, STATUS_UNSUPPORTED, "a.doc: the name ends in");
    check_refused(write_file("csv", "x", 1), NULL, STATUS_UNSUPPORTED, "the name ends in");
    const char *closed = write_file("closed.csv", "a\n1\n", 4);
    REQUIRE(chmod(closed, 0) == 0);
    const bool is_root = geteuid() == 0; /* whom no mode keeps out */
    REQUIRE(!is_root || seteuid(65534) == 0);
    check_refused(closed, NULL, STATUS_IO, "closed.csv: cannot be opened: Permission denied");
    REQUIRE(!is_root || seteuid(0) == 0);
}

TEST(table_content_must_be_what_the_name_says)
{
    check_refused(write_file("zip.csv", "PK\x03\x04 and more", 13), NULL, STATUS_CORRUPT,
                  "the name says CSV, but this is a ZIP archive");
    check_refused(write_file("gzip.csv", "\x1F\x8B\x08\x00", 4), NULL, STATUS_CORRUPT,
                  "a gzip file (decompress it first)");
    check_refused(write_file("binary.csv", "a,b\n1,\0", 7), NULL, STATUS_CORRUPT,
                  "binary.csv: line 2: a NUL character (offset 6)");
    check_refused(write_file("empty.csv", "", 0), NULL, STATUS_REJECTED,
                  "empty.csv: the file is empty");
}

TEST(table_a_file_above_the_ceiling_is_refused_unread)
{
    const char *path = write_file("huge.csv", "a\n1\n", 4);
    REQUIRE(truncate(path, 1L << 30) == 0); /* one line of 1 GB, on disk nothing */
    check_refused(path, NULL, STATUS_LIMIT, "the file has 1073741824 bytes; at most 268435456");
    struct table_options options = {.max_bytes = 3};
    check_refused(write_file("small.csv", "a\n1\n", 4), &options, STATUS_LIMIT,
                  "the file has 4 bytes; at most 3 are read");
    options.max_bytes = 4;
    struct error error = {0};
    uint64_t rows, cells;
    REQUIRE_OK(count_rows(write_file("small.csv", "a\n1\n", 4), &options, &rows, &cells, &error),
               &error);
    CHECK_INT(rows, 1);
}

TEST(table_one_long_line_is_refused_by_the_cells_ceiling)
{
    enum { BYTES = 64 << 20 };
    char *line = malloc(BYTES);
    REQUIRE(line);
    memset(line, 'x', BYTES);
    check_refused(write_file("line.csv", line, BYTES), NULL, STATUS_LIMIT, "line 1: cell 1 has");
    free(line);
}

TEST(table_declared_encoding_is_used_and_no_other)
{
    static const char gb18030[] = "\xC3\xFB\xB3\xC6,a\n\xCD\xD0\xD3\xFD,1\n"; /* 名称,a / 托育,1 */
    const char *path = write_file("gb.csv", gb18030, sizeof gb18030 - 1);
    check_refused(
        path, NULL, STATUS_CORRUPT,
        "gb.csv: line 1, byte offset 0: byte 0xC3 is not valid UTF-8 there; it would read "
        "as GB18030: try --encoding gb18030");
    struct table_options options = {.encoding = "gb18030"};
    struct error error = {0};
    struct table *table;
    REQUIRE_OK(table_open(path, &options, &table, &error), &error);
    uint32_t count;
    CHECK_TEXT(table_columns(table, &count)[0], "名称");
    struct table_row row;
    bool more;
    REQUIRE_OK(table_next(table, &row, &more, &error), &error);
    REQUIRE(more);
    CHECK_TEXT(row.cells[0].text, "托育");
    table_close(table);
    options.encoding = "klingon";
    check_refused(path, &options, STATUS_INVALID, "encoding is 'klingon', which is not known");
}

TEST(table_tsv_is_tabbed_and_layers_are_for_sheets)
{
    struct error error = {0};
    uint64_t rows, cells;
    const char *path = write_file("a.tsv", "a\tb\n1,1\t2\n", 10);
    REQUIRE_OK(count_rows(path, NULL, &rows, &cells, &error), &error);
    CHECK_INT(cells, 2);
    struct table_options options = {.layer = "Sheet1"};
    check_refused(path, &options, STATUS_INVALID,
                  "layer is 'Sheet1', but a TSV file has no layers");
}

TEST(table_a_cancelled_reading_ends)
{
    atomic_bool cancelled = true;
    struct table_options options = {.cancelled = &cancelled};
    check_refused(write_file("a.csv", "a\n1\n", 4), &options, STATUS_CANCELLED, "cancelled");
}

TEST(table_the_real_geojson_has_its_known_features)
{
    const char *path = test_data("sapporo/nurseryFacilities.geojson");
    struct error error = {0};
    struct table *table;
    REQUIRE_OK(table_open(path, NULL, &table, &error), &error);
    CHECK_TEXT(table_declared_crs(table), "urn:ogc:def:crs:OGC:1.3:CRS84");
    CHECK_TEXT(table_format(table), "GeoJSON");
    struct table_row row;
    bool more = true;
    uint64_t rows = 0, points = 0, line = 0;
    while (more) {
        REQUIRE_OK(table_next(table, &row, &more, &error), &error);
        rows += more;
        points += more && row.has_point;
        CHECK(!more || row.line > line);
        line = row.line;
    }
    CHECK_INT(rows, 528);
    CHECK_INT(points, 528);
    table_close(table);
}

TEST(table_geojson_named_files_must_hold_json)
{
    check_refused(write_file("a.geojson", "a,b\n1,2\n", 8), NULL, STATUS_REJECTED,
                  "a.geojson: line 1, column 1: an object should stand here");
    check_refused(write_file("b.json", "PK\x03\x04", 4), NULL, STATUS_CORRUPT,
                  "b.json: the name says GeoJSON, but this is a ZIP archive");
    check_refused(write_file("c.geojson", "{\"a\":\"\xFF\"}", 9), NULL, STATUS_CORRUPT,
                  "c.geojson: line 1, byte offset 6: byte 0xFF is not valid UTF-8");
}
