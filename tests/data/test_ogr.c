#include "data/ogr.h"
#include "data/subprocess.h"
#include "data/zip.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char sample[] = "id,name,lon,lat,n\n"
                             "s1,示例一,120.1,30.25,5\n"
                             "s2,\"x, \"\"y\"\"\nz\",120.2,30.5,\n";

static void require_ogr2ogr(void)
{
    char path[4096];
    if (subprocess_find("ogr2ogr", path))
        SKIP("ogr2ogr is not installed");
}

/* A shell command in the test's folder; it must end well. */
static void shell(const char *command)
{
    char line[5000];
    REQUIRE(snprintf(line, sizeof line, "cd '%s' && { %s; } >/dev/null 2>&1", test_folder(),
                     command) < (int)sizeof line);
    REQUIRE(system(line) == 0);
}

static const char *in_folder(const char *name)
{
    static char path[4400];
    snprintf(path, sizeof path, "%s/%s", test_folder(), name);
    return path;
}

static void write_bytes(const char *name, const void *bytes, size_t length)
{
    FILE *file = fopen(in_folder(name), "wb");
    REQUIRE(file && fwrite(bytes, 1, length, file) == length);
    REQUIRE(fclose(file) == 0);
}

/* sample.csv, and what ogr2ogr makes of it, with the points as geometries where there are such. */
static void make(const char *driver, const char *name)
{
    require_ogr2ogr();
    write_bytes("sample.csv", sample, sizeof sample - 1);
    char command[512];
    snprintf(
        command, sizeof command,
        "ogr2ogr -f '%s' -oo X_POSSIBLE_NAMES=lon -oo Y_POSSIBLE_NAMES=lat -a_srs EPSG:4326 %s "
        "%s sample.csv",
        driver, strcmp(driver, "ESRI Shapefile") == 0 ? "-lco ENCODING=UTF-8" : "", name);
    shell(command);
}

static uint32_t column(const struct table *table, const char *name)
{
    uint32_t count;
    const char *const *names = table_columns(table, &count);
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    test_fail(__FILE__, __LINE__, "no column '%s'", name);
    test_abandon();
}

static void check_sample_rows(const char *path, bool has_points, uint64_t first_line,
                              const char *name_column)
{
    struct error error = {0};
    struct table *table;
    REQUIRE_OK(table_open(path, NULL, &table, &error), &error);
    struct table_row row;
    bool more;
    uint32_t id = column(table, "id"), name = column(table, name_column);
    static const char *const ids[] = {"s1", "s2"}, *const names[] = {"示例一", "x, \"y\"\nz"};
    static const double lons[] = {120.1, 120.2}, lats[] = {30.25, 30.5};
    for (int i = 0; i < 2; i++) {
        REQUIRE_OK(table_next(table, &row, &more, &error), &error);
        REQUIRE(more);
        CHECK_TEXT(row.cells[id].text, ids[i]);
        CHECK_TEXT(row.cells[name].text, names[i]);
        CHECK_INT(row.line, first_line + (uint64_t)i);
        CHECK_INT(row.has_point, has_points);
        if (has_points) {
            CHECK_NEAR(row.x, lons[i], 1e-12);
            CHECK_NEAR(row.y, lats[i], 1e-12);
        }
    }
    REQUIRE_OK(table_next(table, &row, &more, &error), &error);
    CHECK(!more);
    table_close(table);
}

TEST(ogr_spreadsheets_are_read_with_their_row_numbers)
{
    make("XLSX", "a.xlsx");
    check_sample_rows(in_folder("a.xlsx"), false, 2, "name");
    make("ODS", "b.ods");
    check_sample_rows(in_folder("b.ods"), false, 2, "name");
}

TEST(ogr_map_files_are_read_with_their_points)
{
    make("ESRI Shapefile", "a.shp");
    check_sample_rows(in_folder("a.shp"), true, 1, "name");
    shell("python3 -m zipfile -c a.zip a.shp a.shx a.dbf a.prj a.cpg");
    check_sample_rows(in_folder("a.zip"), true, 1, "name");
    shell("mkdir d && mv a.* d && python3 -m zipfile -c a.zip d");
    check_sample_rows(in_folder("a.zip"), true, 1, "name");
    make("GPKG", "b.gpkg");
    check_sample_rows(in_folder("b.gpkg"), true, 1, "name");
    make("LIBKML", "c.kml");
    check_sample_rows(in_folder("c.kml"), true, 1, "Name");
}

static void check_refused(const char *name, const struct table_options *options,
                          enum status expected, const char *sentence)
{
    struct error error = {0};
    struct table *table;
    CHECK_INT(table_open(in_folder(name), options, &table, &error), expected);
    CHECK_CONTAINS(error.message, sentence);
    CHECK(!strstr(error.message, "/tmp"));
    CHECK(table == NULL);
}

TEST(ogr_a_sheet_is_named_where_there_are_several)
{
    make("XLSX", "a.xlsx");
    shell("cp sample.csv '第二张 (2).csv' && ogr2ogr -f XLSX -update a.xlsx '第二张 (2).csv'");
    check_refused("a.xlsx", NULL, STATUS_REJECTED,
                  "a.xlsx: it has 2 layers or sheets; say which with --layer: sample, 第二张 (2)");
    struct table_options options = {.layer = "Sheet1"};
    check_refused("a.xlsx", &options, STATUS_NOT_FOUND,
                  "it has no layer or sheet 'Sheet1', only: sample, 第二张 (2)");
    options.layer = "第二张 (2)";
    options.header_row = 2;
    struct error error = {0};
    struct table *table;
    REQUIRE_OK(table_open(in_folder("a.xlsx"), &options, &table, &error), &error);
    uint32_t count;
    CHECK_TEXT(table_columns(table, &count)[1], "示例一");
    CHECK_INT(count, 5);
    table_close(table);
}

TEST(ogr_readings_over_characters_are_no_text)
{
    make("XLSX", "a.xlsx");
    size_t length, texts_length, archive_length;
    char *bytes = test_read_file(in_folder("a.xlsx"), &length), *texts, *archive, *edited = NULL;
    struct error error = {0};
    struct zip zip;
    REQUIRE_OK(zip_open(bytes, length, &zip, &error), &error);
    uint32_t member = 0;
    while (member < zip.member_count && !zip_name_ends(&zip.members[member], "sharedStrings.xml"))
        member++;
    REQUIRE(member < zip.member_count);
    REQUIRE_OK(zip_unpack(&zip.members[member], 1 << 20, &texts, &texts_length, &error), &error);
    char *place = strstr(texts, "示例一</t>");
    REQUIRE(place);
    place += strlen("示例一</t>");
    REQUIRE(asprintf(&edited, "%.*s<rPh sb=\"0\" eb=\"1\"><t>シレイ</t></rPh>%s",
                     (int)(place - texts), texts, place) > 0);
    REQUIRE_OK(
        zip_exchange(&zip, member, edited, strlen(edited), &archive, &archive_length, &error),
        &error);
    write_bytes("b.xlsx", archive, archive_length);
    check_sample_rows(in_folder("b.xlsx"), false, 2, "name");
    zip_close(&zip);
    free(bytes), free(texts), free(edited), free(archive);
}

TEST(ogr_the_real_workbook_has_its_known_facilities)
{
    const char *path = test_data("tokyo_xls/ninsho_20171201.xlsx");
    require_ogr2ogr();
    static const struct {
        const char *layer;
        uint64_t facilities;
    } sheets[] = {{"認証Ａ型（行政順）", 560},
                  {"認証Ｂ型（行政順）", 73},
                  {"認証Ａ型（設置順）", 560},
                  {"認証Ｂ型（設置順）", 73}};
    for (size_t i = 0; i < sizeof sheets / sizeof *sheets; i++) {
        struct table_options options = {.layer = sheets[i].layer, .header_row = 4};
        struct error error = {0};
        struct table *table;
        REQUIRE_OK(table_open(path, &options, &table, &error), &error);
        uint32_t number = column(table, "NO．"), name = column(table, "施設名称");
        column(table, "定員"); /* without its reading テイイン */
        struct table_row row;
        bool more = true;
        uint64_t facilities = 0;
        while (more) {
            REQUIRE_OK(table_next(table, &row, &more, &error), &error);
            bool is_facility =
                more && row.cells[number].length &&
                strspn(row.cells[number].text, "0123456789") == row.cells[number].length;
            facilities += is_facility;
            CHECK(!is_facility || row.cells[name].length > 0);
        }
        CHECK_INT(facilities, sheets[i].facilities);
        table_close(table);
    }
}

TEST(ogr_damaged_and_foreign_files_are_refused)
{
    make("XLSX", "a.xlsx");
    size_t length;
    char *bytes = test_read_file(in_folder("a.xlsx"), &length);
    write_bytes("cut.xlsx", bytes, length / 2);
    check_refused("cut.xlsx", NULL, STATUS_CORRUPT, "cut.xlsx: the archive is damaged or cut off");
    memset(bytes + length / 3, 'x', length / 3);
    write_bytes("holes.xlsx", bytes, length);
    check_refused("holes.xlsx", NULL, STATUS_CORRUPT, "holes.xlsx: ");
    free(bytes);
    check_refused("missing.xlsx", NULL, STATUS_NOT_FOUND, "missing.xlsx: cannot be opened");
    write_bytes("text.xlsx", sample, sizeof sample - 1);
    check_refused("text.xlsx", NULL, STATUS_CORRUPT,
                  "the name says XLSX, but the file is something");
    write_bytes("empty.ods", "", 0);
    check_refused("empty.ods", NULL, STATUS_CORRUPT, "the name says ODS, but the file is empty");
    shell("python3 -m zipfile -c other.xlsx sample.csv && cp other.xlsx other.ods && cp other.xlsx "
          "b.zip");
    check_refused("other.xlsx", NULL, STATUS_CORRUPT, "other.xlsx: ogrinfo cannot read it");
    check_refused("other.ods", NULL, STATUS_CORRUPT, "other.ods: ogrinfo cannot read it");
    check_refused("b.zip", NULL, STATUS_REJECTED,
                  "b.zip: the archive has 0 .dbf files; one Shapefile");
    write_bytes("a.gpkg", "SQLite format 3\0 and no more", 28);
    check_refused("a.gpkg", NULL, STATUS_CORRUPT, "a.gpkg: ogrinfo cannot read it");
    struct table_options options = {.max_bytes = 100};
    check_refused("a.xlsx", &options, STATUS_LIMIT, "at most 100 are read");
}

TEST(ogr_a_file_that_names_other_files_opens_none)
{
    require_ogr2ogr();
    write_bytes("secret.csv", "secret\nvalue\n", 13);
    char text[5000];
    int length =
        snprintf(text, sizeof text,
                 "<OGRVRTDataSource><!-- <kml> --><OGRVRTLayer name=\"secret\"><SrcDataSource>"
                 "%s</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
                 in_folder("secret.csv"));
    write_bytes("a.kml", text, (size_t)length);
    check_refused("a.kml", NULL, STATUS_CORRUPT, "a.kml: ogrinfo cannot read it");
    write_bytes("b.kml", "<gml/>", 6);
    check_refused("b.kml", NULL, STATUS_CORRUPT, "there is no <kml> in it");
}

TEST(ogr_shapefile_attributes_are_read_in_a_declared_encoding)
{
    require_ogr2ogr();
    write_bytes("sample.csv", sample, sizeof sample - 1);
    shell("ogr2ogr -f 'ESRI Shapefile' -lco ENCODING=GB18030 -oo X_POSSIBLE_NAMES=lon "
          "-oo Y_POSSIBLE_NAMES=lat a.shp sample.csv");
    check_sample_rows(in_folder("a.shp"), true, 1, "name"); /* its .cpg says so */
    shell("rm a.cpg");
    check_refused("a.shp", NULL, STATUS_CORRUPT,
                  "is not UTF-8, and no .cpg file names its encoding");
    struct table_options options = {.encoding = "GB18030"};
    struct error error = {0};
    struct table *table;
    REQUIRE_OK(table_open(in_folder("a.shp"), &options, &table, &error), &error);
    struct table_row row;
    bool more;
    REQUIRE_OK(table_next(table, &row, &more, &error), &error);
    CHECK_TEXT(row.cells[column(table, "name")].text, "示例一");
    table_close(table);
    shell("rm a.dbf");
    check_refused("a.shp", NULL, STATUS_NOT_FOUND, "the .dbf file beside it: cannot be opened");
}

TEST(ogr_that_is_not_installed_is_said)
{
    make("XLSX", "a.xlsx");
    REQUIRE(setenv("PATH", "/nowhere", 1) == 0);
    check_refused("a.xlsx", NULL, STATUS_UNSUPPORTED,
                  "a.xlsx: this kind of file is read by ogrinfo, which is not installed (Debian "
                  "package gdal-bin)");
}

TEST(ogr_leaves_nothing_behind)
{
    make("XLSX", "a.xlsx");
    shell("mkdir work");
    REQUIRE(setenv("TMPDIR", in_folder("work"), 1) == 0);
    check_sample_rows(in_folder("a.xlsx"), false, 2, "name");
    struct table_options options = {.layer = "none"};
    struct error error = {0};
    struct table *table;
    CHECK_INT(table_open(in_folder("a.xlsx"), &options, &table, &error), STATUS_NOT_FOUND);
    shell("rmdir work"); /* ends well only when it is empty */
}
