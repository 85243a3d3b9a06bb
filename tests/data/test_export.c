#include "data/export.h"

#include "data/region_init.h"
#include "data/table.h"

#include "tests/test.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOW "2026-11-25T03:10:07Z"

/* The sample region as the API would read it. */
struct sample_picture {
    struct store *store;
    struct dataset *dataset;
    struct vacancies *vacancies;
    uint32_t facilities, offers, homes; /* public */
};

static struct sample_picture open_picture(void)
{
    struct sample_picture p = {0};
    struct error error;
    moment_t now = 0;
    REQUIRE(moment_parse(NOW, strlen(NOW), &now) == STATUS_OK);
    REQUIRE_OK(store_open("memory:", STORE_CREATE, &p.store, &error), &error);
    REQUIRE_OK(region_init(p.store, "data/regions/binjiang/region.json", now, NULL, &error),
               &error);
    REQUIRE_OK(dataset_build(p.store, now, &p.dataset, &error), &error);
    REQUIRE_OK(vacancies_build(p.dataset, now, NULL, &p.vacancies, &error), &error);
    for (uint32_t i = 0; i < p.dataset->facility_count; i++) {
        const struct dataset_facility *f = &p.dataset->facilities[i];
        if (!p.vacancies->is_public[i])
            continue;
        p.facilities++;
        p.offers += f->offer_count;
        p.homes += f->kind == KIND_HOME;
    }
    CHECK(p.facilities > 60 && p.facilities < p.dataset->facility_count && p.homes > 3);
    return p;
}

static void close_picture(struct sample_picture *p)
{
    vacancies_release(p->vacancies);
    dataset_release(p->dataset);
    store_close(p->store);
}

static const char *path_of(const char *name)
{
    static char paths[4][4096];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", test_folder(), name);
    return path;
}

static struct export_counts write_file(const struct sample_picture *p, enum export_format format,
                                       enum export_layer layer, const char *path)
{
    struct export_request request = {.format = format, .layer = layer};
    struct export_counts counts;
    struct error error;
    REQUIRE_OK(export_write(p->dataset, p->vacancies, &request, path, &counts, &error), &error);
    return counts;
}

/* No exact point of a home that has not consented, and no phone, is anywhere in the file. */
static void check_homes_are_kept(const struct sample_picture *p, const char *path)
{
    size_t length;
    char *text = test_read_file(path, &length);
    struct store_scan *scan;
    struct facility_record f;
    struct error error;
    bool more;
    int homes = 0;
    REQUIRE_OK(store_scan_open(p->store, STORE_ROWS_FACILITIES, DAY_NONE, &scan, &error), &error);
    while (!store_scan_next(scan, &f, &more, &error) && more) {
        if (f.kind != KIND_HOME || f.point_consent || f.lon_e7 == NONE)
            continue;
        char lon[32], lat[32];
        snprintf(lon, sizeof lon, "%.6f", f.lon_e7 / 1e7); /* the sample has 6 decimals */
        snprintf(lat, sizeof lat, "%.6f", f.lat_e7 / 1e7);
        if (!memmem(text, length, f.id, strlen(f.id)))
            continue;
        homes++;
        CHECK(!memmem(text, length, lon, strlen(lon)));
        CHECK(!memmem(text, length, lat, strlen(lat)));
        CHECK(!memmem(text, length, f.address, strlen(f.address)));
    }
    store_scan_close(scan);
    CHECK(homes > 3);
    free(text);
}

TEST(a_geojson_export_has_every_public_facility_and_says_it_is_a_sample)
{
    struct sample_picture p = open_picture();
    const char *path = path_of("facilities.geojson");
    struct export_counts counts = write_file(&p, EXPORT_GEOJSON, EXPORT_FACILITIES, path);
    CHECK_INT(counts.rows[EXPORT_FACILITIES], p.facilities);
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    CHECK_TEXT(json_string_value(json_object_get(root, "type")), "FeatureCollection");
    CHECK_CONTAINS(json_string_value(json_object_get(root, "notice")), "示例数据");
    CHECK_TEXT(json_string_value(json_object_get(root, "timeStamp")), NOW);
    const json_t *features = json_object_get(root, "features");
    REQUIRE(json_array_size(features) == p.facilities);
    int off_map = 0;
    for (size_t i = 0; i < p.facilities; i++) {
        const json_t *feature = json_array_get(features, i);
        const json_t *properties = json_object_get(feature, "properties");
        const char *id = json_string_value(json_object_get(feature, "id"));
        uint32_t number;
        REQUIRE(dataset_find_facility(p.dataset, id, &number) == STATUS_OK);
        const struct dataset_facility *f = &p.dataset->facilities[number];
        CHECK(p.vacancies->is_public[number]);
        CHECK_TEXT(json_string_value(json_object_get(properties, "name")),
                   dataset_text(p.dataset, f->name));
        const json_t *inclusive = json_object_get(properties, "inclusive");
        CHECK_INT(json_is_null(inclusive) ? UNKNOWN : json_is_true(inclusive), f->inclusive);
        const json_t *at = json_object_get(json_object_get(feature, "geometry"), "coordinates");
        off_map += !at;
        if (at) {
            CHECK_NEAR(json_number_value(json_array_get(at, 0)), f->point.lon, 5e-8);
            CHECK_NEAR(json_number_value(json_array_get(at, 1)), f->point.lat, 5e-8);
        } else {
            CHECK(isnan(f->point.lon));
        }
    }
    CHECK_INT(off_map, 1);
    json_decref(root);
    check_homes_are_kept(&p, path);
    close_picture(&p);
}

/* The column of that name, or -1. */
static int column_of(const struct table *table, const char *name)
{
    uint32_t count;
    const char *const *columns = table_columns(table, &count);
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(columns[i], name) == 0)
            return (int)i;
    return -1;
}

TEST(a_csv_export_of_offers_reads_back_as_the_vacancies_are)
{
    struct sample_picture p = open_picture();
    const char *path = path_of("offers.csv");
    struct export_counts counts = write_file(&p, EXPORT_CSV, EXPORT_OFFERS, path);
    CHECK_INT(counts.rows[EXPORT_OFFERS], p.offers);
    struct table *table;
    struct error error;
    REQUIRE_OK(table_open(path, &(struct table_options){0}, &table, &error), &error);
    int id = column_of(table, "id"), facility = column_of(table, "facility");
    int open = column_of(table, "open"), availability = column_of(table, "availability");
    int lon = column_of(table, "lon");
    REQUIRE(id == 0 && facility > 0 && open > 0 && availability > 0 && lon > 0);
    uint32_t rows = 0, unknown = 0;
    struct table_row row;
    bool more;
    for (;; rows++) {
        REQUIRE_OK(table_next(table, &row, &more, &error), &error);
        if (!more)
            break;
        uint32_t f, o;
        REQUIRE(dataset_find_facility(p.dataset, row.cells[facility].text, &f) == STATUS_OK);
        REQUIRE(dataset_find_offer(p.dataset, f, row.cells[id].text, &o) == STATUS_OK);
        const struct offer_state *state = &p.vacancies->offers[o];
        CHECK_TEXT(row.cells[availability].text, availability_code(state->availability));
        bool is_unknown = row.cells[open].length == 0;
        unknown += is_unknown;
        CHECK_INT(is_unknown ? NONE : atoi(row.cells[open].text), state->open);
    }
    CHECK_INT(rows, p.offers);
    CHECK(unknown > 10 && unknown < rows);
    table_close(table);
    check_homes_are_kept(&p, path);
    close_picture(&p);
}

TEST(counts_of_people_are_rounded_in_an_export)
{
    struct sample_picture p = open_picture();
    const char *path = path_of("communities.geojson");
    struct export_counts counts = write_file(&p, EXPORT_GEOJSON, EXPORT_COMMUNITIES, path);
    CHECK_INT(counts.rows[EXPORT_COMMUNITIES], 67);
    json_t *root = json_load_file(path, 0, NULL);
    for (size_t i = 0; i < 67; i++) {
        const json_t *feature = json_array_get(json_object_get(root, "features"), i);
        const json_t *properties = json_object_get(feature, "properties");
        const struct community_record *c = &p.dataset->communities[i];
        json_int_t residents = json_integer_value(json_object_get(properties, "residents"));
        CHECK_TEXT(json_string_value(json_object_get(properties, "code")), c->code);
        CHECK(residents % 10 == 0 && llabs(residents - c->residents) <= 5);
        const json_t *geometry = json_object_get(feature, "geometry");
        CHECK_TEXT(json_string_value(json_object_get(geometry, "type")), "Polygon");
    }
    json_decref(root);
    close_picture(&p);
}

/* A dataset of one facility, without a store. */
TEST(no_name_becomes_a_formula_in_a_csv_export)
{
    static const char text[] = "\0id-1\0=HYPERLINK(\"http://x\")\0-1+2\0a,\"b\"\n\0@x";
    struct dataset_facility facility = {.point = {NAN, NAN},
                                        .id = 1,
                                        .name = 6,
                                        .name_en = 29,
                                        .address = 34,
                                        .source = 41,
                                        .kind = KIND_NURSERY,
                                        .ownership = OWNERSHIP_UNKNOWN,
                                        .registrar = REGISTRAR_UNKNOWN,
                                        .opens_on = DAY_NONE,
                                        .opened_on = DAY_NONE,
                                        .filed_on = DAY_NONE,
                                        .inclusive_since = DAY_NONE,
                                        .demonstration_since = DAY_NONE,
                                        .licensed_total = -5};
    struct region region = {.name = "x"};
    char pool[sizeof text];
    memcpy(pool, text, sizeof text);
    struct dataset dataset = {.facilities = &facility,
                              .facility_count = 1,
                              .regions = &region,
                              .region_count = 1,
                              .text = pool};
    uint8_t is_public = 1;
    struct vacancies vacancies = {.dataset = &dataset, .is_public = &is_public};
    char *bytes = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&bytes, &length);
    struct export_request request = {.format = EXPORT_CSV, .layer = EXPORT_FACILITIES};
    struct error error;
    REQUIRE_OK(export_write_stream(&dataset, &vacancies, &request, out, NULL, &error), &error);
    fclose(out);
    CHECK(strncmp(bytes, "\xEF\xBB\xBFid,name,", 11) == 0);
    CHECK_CONTAINS(bytes, ",\"'=HYPERLINK(\"\"http://x\"\")\",'-1+2,nursery,");
    CHECK_CONTAINS(bytes, ",\"a,\"\"b\"\"\n\",");
    CHECK_CONTAINS(bytes, ",-5,false,'@x,,\r\n"); /* a number stays a number */
    free(bytes);
}

/* What a program prints; skips the test where it is not installed. */
static char *output_of(const char *command)
{
    static char text[65536];
    FILE *pipe = popen(command, "r");
    REQUIRE(pipe);
    size_t length = fread(text, 1, sizeof text - 1, pipe);
    text[length] = '\0';
    REQUIRE(pclose(pipe) == 0);
    return text;
}

static void check_ogr_count(const char *path, const char *layer, const char *geometry,
                            uint32_t count)
{
    char command[8192], expected[64];
    snprintf(command, sizeof command, "ogrinfo -so '%s' %s 2>&1", path, layer);
    char *told = output_of(command);
    snprintf(expected, sizeof expected, "Feature Count: %u\n", count);
    CHECK_CONTAINS(told, expected);
    snprintf(expected, sizeof expected, "Geometry: %s\n", geometry);
    CHECK_CONTAINS(told, expected);
    CHECK_CONTAINS(told, "WGS 84");
}

TEST(ogrinfo_opens_every_export_and_counts_what_the_store_has)
{
    if (system("ogrinfo --version >/dev/null 2>&1") != 0)
        SKIP("ogrinfo (package gdal-bin) is not installed");
    struct sample_picture p = open_picture();
    const char *sqlite = path_of("binjiang.sqlite");
    struct export_counts counts = write_file(&p, EXPORT_SPATIALITE, EXPORT_FACILITIES, sqlite);
    CHECK_INT(counts.rows[EXPORT_FACILITIES], p.facilities);
    CHECK_INT(counts.rows[EXPORT_OFFERS], p.offers);
    CHECK_INT(counts.rows[EXPORT_COMMUNITIES], 67);
    check_ogr_count(sqlite, "facilities", "Point", p.facilities);
    check_ogr_count(sqlite, "offers", "Point", p.offers);
    check_ogr_count(sqlite, "communities", "Multi Polygon", 67);
    const char *geojson = path_of("offers.geojson");
    write_file(&p, EXPORT_GEOJSON, EXPORT_OFFERS, geojson);
    check_ogr_count(geojson, "offers", "Point", p.offers);
    check_homes_are_kept(&p, sqlite);
    check_homes_are_kept(&p, geojson);

    char command[8192];
    snprintf(command, sizeof command,
             "ogrinfo -q '%s' -sql \"SELECT count(*) AS n FROM idx_facilities_geometry\"", sqlite);
    char expected[64];
    snprintf(expected, sizeof expected, "(Integer) = %u",
             p.facilities - 1); /* one is off the map */
    CHECK_CONTAINS(output_of(command), expected);
    snprintf(command, sizeof command, "ogrinfo -q '%s' about", sqlite);
    CHECK_CONTAINS(output_of(command), "示例数据");
    snprintf(command, sizeof command,
             "ogrinfo -q '%s' -sql \"SELECT count(*) AS n FROM communities, facilities WHERE "
             "ST_Contains(communities.geometry, facilities.geometry) = 1 AND communities.code = "
             "facilities.community AND facilities.point_is_rounded = 0\"",
             sqlite);
    uint32_t exact = 0;
    for (uint32_t i = 0; i < p.dataset->facility_count; i++)
        exact += p.vacancies->is_public[i] && !p.dataset->facilities[i].point_is_rounded &&
                 !isnan(p.dataset->facilities[i].point.lon);
    snprintf(expected, sizeof expected, "(Integer) = %u", exact);
    CHECK_CONTAINS(output_of(command), expected);
    close_picture(&p);
}

TEST(an_export_is_whole_or_not_there_and_never_over_a_file_unasked)
{
    struct sample_picture p = open_picture();
    struct error error;
    struct export_request request = {.format = EXPORT_CSV, .layer = EXPORT_FACILITIES};
    const char *path = path_of("there.csv");
    FILE *file = fopen(path, "w");
    REQUIRE(file && fputs("mine", file) >= 0 && fclose(file) == 0);
    CHECK_INT(export_write(p.dataset, p.vacancies, &request, path, NULL, &error), STATUS_CONFLICT);
    char *text = test_read_file(path, NULL);
    CHECK_TEXT(text, "mine");
    free(text);
    request.replace = true;
    REQUIRE_OK(export_write(p.dataset, p.vacancies, &request, path, NULL, &error), &error);
    text = test_read_file(path, NULL);
    CHECK_CONTAINS(text, "bj-0001");
    free(text);
    request.store_path = path; /* the store itself, named with or without a detour */
    char detour[4096];
    snprintf(detour, sizeof detour, "%s/../%s/there.csv", test_folder(),
             strrchr(test_folder(), '/') + 1);
    CHECK_INT(export_write(p.dataset, p.vacancies, &request, detour, NULL, &error),
              STATUS_CONFLICT);
    CHECK_CONTAINS(error.message, "belongs to the store");
    request.format = EXPORT_SPATIALITE;
    CHECK_INT(export_write(p.dataset, p.vacancies, &request, "/nonexistent/x.sqlite", NULL, &error),
              STATUS_IO);
    CHECK_CONTAINS(error.message, "/nonexistent/x.sqlite");
    char command[8192];
    snprintf(command, sizeof command, "ls '%s'", test_folder());
    CHECK_TEXT(output_of(command), "there.csv\n"); /* nothing is left beside it */
    CHECK_INT(export_write_stream(p.dataset, p.vacancies, &request, stdout, NULL, &error),
              STATUS_INVALID);
    close_picture(&p);
}

TEST(formats_and_layers_have_names)
{
    enum export_format format;
    enum export_layer layer;
    struct error error;
    CHECK(export_format_parse("csv", &format, &error) == STATUS_OK && format == EXPORT_CSV);
    CHECK_INT(export_format_parse("shp", &format, &error), STATUS_INVALID);
    CHECK_CONTAINS(error.message, "spatialite, geojson, csv");
    CHECK(export_layer_parse("offers", &layer, &error) == STATUS_OK && layer == EXPORT_OFFERS);
    CHECK_INT(export_layer_parse("Offers", &layer, &error), STATUS_INVALID);
    CHECK_CONTAINS(error.message, "facilities, offers, communities");
}
