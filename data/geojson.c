#include "data/geojson.h"

#include "data/column_map.h"
#include "data/column_names.h"
#include "data/geojson_geometry.h"

#include <stdlib.h>
#include <string.h>

enum {
    KEY_MAX_BYTES = 1024,
    COLUMN_ARENA_BYTES = 64 << 20,
    CRS_MAX_BYTES = 200,
    FEATURES_BETWEEN_LOOKS = 1024, /* at `cancelled` */
};

struct feature_place {
    size_t at; /* of its { in the text */
    uint64_t line;
};

struct geojson {
    char *text;
    size_t length;
    struct json_reader reader;
    const atomic_bool *cancelled;

    /* learnt on the first reading */
    struct feature_place *features;
    uint32_t feature_count, feature_capacity;
    struct column_map columns; /* by the features' own keys */
    struct column_names names; /* as people get them */
    bool shares_lines;         /* two features begin on one line */
    bool some_have_id;
    uint32_t id_column; /* UINT32_MAX = the features' own ids are in no column */
    char crs[CRS_MAX_BYTES + 1];

    /* the second reading */
    uint32_t next;
    struct table_cell *cells;
    uint32_t *filled; /* columns that the last feature set */
    uint32_t filled_count;
};

/* One feature on its way through either reading. */
struct feature {
    bool has_type, has_geometry, has_properties;
    struct geojson_geometry geometry;
};

static enum status refuse(const struct geojson *geojson, const char *at, enum status status,
                          struct error *error, const char *sentence)
{
    return json_reader_refuse(&geojson->reader, at, status, error, "%s", sentence);
}

static const char *here(const struct geojson *geojson)
{
    return geojson->text + geojson->reader.at;
}

/* The second reading may write into the text, into the pieces it has passed. */
static char *writable(struct geojson *geojson, const char *text)
{
    return geojson->text + (text - geojson->text);
}

static enum status read_cell(struct geojson *geojson, struct table_cell *cell, struct error *error)
{
    enum json_kind kind;
    struct json_span value;
    enum status status = json_reader_peek(&geojson->reader, &kind, error);
    if (!status)
        status = kind == JSON_KIND_STRING ? json_reader_string(&geojson->reader, &value, error)
                                          : json_reader_skip(&geojson->reader, &value, error);
    if (status)
        return status;
    if (value.length > TABLE_MAX_CELL_BYTES)
        return json_reader_refuse(&geojson->reader, value.text, STATUS_LIMIT, error,
                                  "this value has %zu bytes; at most %d are read", value.length,
                                  TABLE_MAX_CELL_BYTES);
    *cell = (struct table_cell){value.text, value.length, false};
    if (kind == JSON_KIND_NULL)
        *cell = (struct table_cell){"", 0, true};
    else if (kind == JSON_KIND_STRING && geojson->cells)
        cell->length = json_span_decode(value, writable(geojson, value.text));
    return STATUS_OK;
}

static void fill(struct geojson *geojson, uint32_t column, struct table_cell cell)
{
    geojson->cells[column] = cell;
    geojson->filled[geojson->filled_count++] = column;
}

/* The column of a property: added by the first reading, found by the second. */
static enum status find_column(struct geojson *geojson, struct json_span key, uint32_t *column,
                               struct error *error)
{
    char decoded[KEY_MAX_BYTES + 1];
    if (key.length > KEY_MAX_BYTES)
        return json_reader_refuse(&geojson->reader, key.text, STATUS_LIMIT, error,
                                  "this key has %zu bytes; at most %d are read", key.length,
                                  KEY_MAX_BYTES);
    size_t length = json_span_decode(key, decoded);
    if (geojson->cells)
        return column_map_find(&geojson->columns, decoded, length, column);
    return column_map_add(&geojson->columns, decoded, length, column, error);
}

static enum status read_properties(struct geojson *geojson, struct error *error)
{
    enum json_kind kind;
    struct json_span key;
    enum status status = json_reader_peek(&geojson->reader, &kind, error);
    if (!status && kind == JSON_KIND_NULL)
        return json_reader_skip(&geojson->reader, &key, error);
    if (!status)
        status = json_reader_begin_object(&geojson->reader, error);
    bool more = true;
    while (!status &&
           (status = json_reader_next_member(&geojson->reader, &key, &more, error)) == STATUS_OK &&
           more) {
        uint32_t column;
        struct table_cell cell = {0};
        status = find_column(geojson, key, &column, error);
        if (!status)
            status = read_cell(geojson, &cell, error);
        if (!status && geojson->cells)
            fill(geojson, column, cell);
    }
    return status;
}

static enum status read_geometry(struct geojson *geojson, struct geojson_geometry *geometry,
                                 struct error *error)
{
    enum json_kind kind;
    struct json_span value;
    enum status status = json_reader_peek(&geojson->reader, &kind, error);
    if (!status && kind == JSON_KIND_NULL)
        return json_reader_skip(&geojson->reader, &value, error);
    return status ? status : geojson_geometry_read(&geojson->reader, geometry, error);
}

static enum status read_id(struct geojson *geojson, struct error *error)
{
    enum json_kind kind;
    struct table_cell cell = {0};
    enum status status = json_reader_peek(&geojson->reader, &kind, error);
    if (!status && kind != JSON_KIND_STRING && kind != JSON_KIND_NUMBER)
        return refuse(geojson, here(geojson), STATUS_REJECTED, error,
                      "a Feature's \"id\" must be a string or a number");
    if (!status)
        status = read_cell(geojson, &cell, error);
    geojson->some_have_id = true;
    if (!status && geojson->cells && geojson->id_column != UINT32_MAX)
        fill(geojson, geojson->id_column, cell);
    return status;
}

static enum status read_type(struct geojson *geojson, const char *wanted, struct error *error)
{
    struct json_span type;
    enum status status = json_reader_string(&geojson->reader, &type, error);
    if (!status && !json_span_is(type, wanted))
        status = json_reader_refuse(&geojson->reader, type.text, STATUS_REJECTED, error,
                                    "\"type\" is '%.*s'; it must be %s",
                                    type.length > 60 ? 60 : (int)type.length, type.text, wanted);
    return status;
}

/* The feature at the reader, in either reading. */
static enum status read_feature(struct geojson *geojson, struct feature *feature,
                                struct error *error)
{
    const char *start = here(geojson);
    *feature = (struct feature){0};
    struct json_span key, value;
    bool more = true;
    enum status status = json_reader_begin_object(&geojson->reader, error);
    while (!status &&
           (status = json_reader_next_member(&geojson->reader, &key, &more, error)) == STATUS_OK &&
           more) {
        if (json_span_is(key, "type")) {
            feature->has_type = true;
            status = read_type(geojson, "Feature", error);
        } else if (json_span_is(key, "geometry")) {
            feature->has_geometry = true;
            status = read_geometry(geojson, &feature->geometry, error);
        } else if (json_span_is(key, "properties")) {
            feature->has_properties = true;
            status = read_properties(geojson, error);
        } else if (json_span_is(key, "id")) {
            status = read_id(geojson, error);
        } else {
            status = json_reader_skip(&geojson->reader, &value, error);
        }
    }
    if (status)
        return status;
    const char *missing = !feature->has_type         ? "a Feature has no \"type\""
                          : !feature->has_properties ? "a Feature has no \"properties\""
                          : !feature->has_geometry   ? "a Feature has no \"geometry\""
                                                     : NULL;
    return missing ? refuse(geojson, start, STATUS_REJECTED, error, missing) : STATUS_OK;
}

/* The first reading -------------------------------------------------------------------------- */

static enum status keep_place(struct geojson *geojson, uint64_t line, struct error *error)
{
    if (geojson->feature_count == TABLE_MAX_ROWS)
        return error_set(error, STATUS_LIMIT, "more than %d features", TABLE_MAX_ROWS);
    if (geojson->feature_count == geojson->feature_capacity) {
        uint32_t capacity = geojson->feature_capacity ? geojson->feature_capacity * 2 : 256;
        struct feature_place *features = realloc(geojson->features, capacity * sizeof *features);
        if (!features)
            return error_memory(error, "reading a GeoJSON file");
        geojson->features = features;
        geojson->feature_capacity = capacity;
    }
    if (geojson->feature_count && geojson->features[geojson->feature_count - 1].line == line)
        geojson->shares_lines = true;
    geojson->features[geojson->feature_count++] = (struct feature_place){geojson->reader.at, line};
    return STATUS_OK;
}

/* Line ends from `from` on to the reader are added to *line. */
static void count_lines(const struct geojson *geojson, size_t from, uint64_t *line)
{
    for (size_t at = from; at < geojson->reader.at; at++) {
        char c = geojson->text[at];
        *line += c == '\n' || (c == '\r' && geojson->text[at + 1] != '\n');
    }
}

static enum status learn_features(struct geojson *geojson, struct error *error)
{
    uint64_t line = 1;
    size_t counted = 0;
    struct feature feature;
    bool more = true;
    enum status status = json_reader_begin_array(&geojson->reader, error);
    while (!status &&
           (status = json_reader_next_element(&geojson->reader, &more, error)) == STATUS_OK &&
           more) {
        enum json_kind kind;
        status = json_reader_peek(&geojson->reader, &kind, error);
        if (status)
            return status;
        count_lines(geojson, counted, &line);
        counted = geojson->reader.at;
        if (geojson->cancelled && geojson->feature_count % FEATURES_BETWEEN_LOOKS == 0 &&
            atomic_load(geojson->cancelled))
            return error_set(error, STATUS_CANCELLED, "reading was cancelled");
        status = keep_place(geojson, line, error);
        if (!status) {
            status = read_feature(geojson, &feature, error);
            if (status)
                error_prefix(error, "feature %u", geojson->feature_count);
        }
    }
    return status;
}

/* Of {"type": "name", "properties": {"name": N}}, N; else the member's own text. */
static enum status learn_crs(struct geojson *geojson, struct error *error)
{
    struct json_span crs;
    enum json_kind kind;
    enum status status = json_reader_peek(&geojson->reader, &kind, error);
    if (!status)
        status = json_reader_skip(&geojson->reader, &crs, error);
    if (status || kind == JSON_KIND_NULL)
        return status;
    struct json_reader reader;
    json_reader_init(&reader, geojson->text, geojson->length);
    reader.keys_are_checked = false;
    reader.at = (size_t)(crs.text - geojson->text);
    struct json_span found = {0}, key, value;
    bool more = true;
    enum status inner =
        kind == JSON_KIND_OBJECT ? json_reader_begin_object(&reader, NULL) : STATUS_REJECTED;
    while (!inner && !json_reader_next_member(&reader, &key, &more, NULL) && more) {
        if (json_span_is(key, "properties")) /* step in; its "name" is a member like the others */
            inner = json_reader_begin_object(&reader, NULL);
        else if (reader.depth == 2 && json_span_is(key, "name"))
            inner = json_reader_string(&reader, &found, NULL);
        else
            inner = json_reader_skip(&reader, &value, NULL);
    }
    json_reader_release(&reader);
    if (!found.text || found.length > CRS_MAX_BYTES)
        found = crs;
    if (found.length > CRS_MAX_BYTES)
        return refuse(geojson, crs.text, STATUS_LIMIT, error, "the \"crs\" is too long");
    json_span_decode(found, geojson->crs);
    return STATUS_OK;
}

static enum status learn_collection(struct geojson *geojson, struct error *error)
{
    bool has_type = false, has_features = false, more = true;
    struct json_span key, value;
    enum status status = json_reader_begin_object(&geojson->reader, error);
    while (!status &&
           (status = json_reader_next_member(&geojson->reader, &key, &more, error)) == STATUS_OK &&
           more) {
        if (json_span_is(key, "type")) {
            has_type = true;
            status = read_type(geojson, "FeatureCollection", error);
        } else if (json_span_is(key, "features")) {
            has_features = true;
            status = learn_features(geojson, error);
        } else if (json_span_is(key, "crs")) {
            status = learn_crs(geojson, error);
        } else {
            status = json_reader_skip(&geojson->reader, &value, error);
        }
    }
    if (!status)
        status = json_reader_end(&geojson->reader, error);
    if (!status && !(has_type && has_features))
        status = error_set(error, STATUS_REJECTED,
                           "this JSON is no GeoJSON FeatureCollection: it has no \"%s\"",
                           has_type ? "features" : "type");
    return status;
}

static enum status name_columns(struct geojson *geojson, struct error *error)
{
    enum status status = STATUS_OK;
    geojson->id_column = UINT32_MAX;
    uint32_t column;
    if (geojson->some_have_id && column_map_find(&geojson->columns, "id", 2, &column))
        status = column_map_add(&geojson->columns, "id", 2, &geojson->id_column, error);
    if (!status)
        status =
            column_names_set(&geojson->names, geojson->columns.keys, geojson->columns.count, error);
    return status;
}

/* From here on `cells` is there, and the readings are the second. */
static enum status prepare_cells(struct geojson *geojson, struct error *error)
{
    const uint32_t count = geojson->columns.count;
    geojson->cells = malloc((count + 1u) * sizeof *geojson->cells);
    geojson->filled = malloc((count + 1u) * sizeof *geojson->filled);
    if (!geojson->cells || !geojson->filled)
        return error_memory(error, "reading a GeoJSON file");
    for (uint32_t i = 0; i < count; i++)
        geojson->cells[i] = (struct table_cell){"", 0, true};
    geojson->reader.keys_are_checked = false;
    return STATUS_OK;
}

static enum status check_not_empty(const char *text, struct error *error)
{
    return text[strspn(text, " \t\r\n")]
               ? STATUS_OK
               : error_set(error, STATUS_CORRUPT, "the file is empty; it should hold GeoJSON");
}

enum status geojson_open(char *text, size_t length, const atomic_bool *cancelled,
                         struct geojson **geojson, struct error *error)
{
    *geojson = NULL;
    struct geojson *made = calloc(1, sizeof *made);
    if (!made) {
        free(text);
        return error_memory(error, "opening a GeoJSON file");
    }
    made->text = text;
    made->length = length;
    made->cancelled = cancelled;
    json_reader_init(&made->reader, text, length);
    arena_init(&made->columns.arena, COLUMN_ARENA_BYTES);
    enum status status = check_not_empty(text, error);
    if (!status)
        status = learn_collection(made, error);
    if (!status)
        status = name_columns(made, error);
    if (!status)
        status = prepare_cells(made, error);
    if (status)
        geojson_close(made);
    else
        *geojson = made;
    return status;
}

/* The second reading ------------------------------------------------------------------------- */

static void end_with_nul(struct geojson *geojson, const char *text, size_t length)
{
    *(writable(geojson, text) + length) = '\0';
}

enum status geojson_next(struct geojson *geojson, struct table_row *row, bool *more,
                         struct error *error)
{
    *row = (struct table_row){0};
    *more = geojson->next < geojson->feature_count;
    if (!*more)
        return STATUS_OK;
    for (uint32_t i = 0; i < geojson->filled_count; i++)
        geojson->cells[geojson->filled[i]] = (struct table_cell){"", 0, true};
    geojson->filled_count = 0;

    const struct feature_place *place = &geojson->features[geojson->next++];
    geojson->reader.at = place->at;
    geojson->reader.depth = 0;
    struct feature feature;
    enum status status = read_feature(geojson, &feature, error);
    if (status) {
        *more = false;
        return status;
    }
    /* Only now: what stood behind a number or a geometry has been read. */
    for (uint32_t i = 0; i < geojson->filled_count; i++) {
        const struct table_cell *cell = &geojson->cells[geojson->filled[i]];
        if (!cell->is_null)
            end_with_nul(geojson, cell->text, cell->length);
    }
    const struct json_span *source = &feature.geometry.source;
    if (source->text)
        end_with_nul(geojson, source->text, source->length);
    *row = (struct table_row){.line = place->line,
                              .number = geojson->next,
                              .cells = geojson->cells,
                              .cell_count = geojson->columns.count,
                              .has_point = feature.geometry.has_point,
                              .x = feature.geometry.x,
                              .y = feature.geometry.y,
                              .geometry = source->text,
                              .geometry_length = source->length};
    return STATUS_OK;
}

const char *const *geojson_columns(const struct geojson *geojson, uint32_t *count)
{
    *count = geojson->names.count;
    return geojson->names.names;
}

double geojson_progress(const struct geojson *geojson)
{
    return geojson->feature_count ? (double)geojson->next / (double)geojson->feature_count : 1;
}

bool geojson_shares_lines(const struct geojson *geojson)
{
    return geojson->shares_lines;
}

const char *geojson_declared_crs(const struct geojson *geojson)
{
    return geojson->crs[0] ? geojson->crs : NULL;
}

void geojson_close(struct geojson *geojson)
{
    if (!geojson)
        return;
    json_reader_release(&geojson->reader);
    column_map_release(&geojson->columns);
    column_names_release(&geojson->names);
    free(geojson->features);
    free(geojson->cells);
    free(geojson->filled);
    free(geojson->text);
    free(geojson);
}
