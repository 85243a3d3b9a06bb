/* One FeatureCollection (RFC 7946), a feature a line. What is no place on the map has geometry null. */
#include "data/export_rows.h"

#include <jansson.h>
#include <string.h>

enum { SIGNIFICANT_DIGITS = 10 }; /* 7 decimals of a longitude of three digits */

static json_t *make_geometry(const struct export_row *row)
{
    if (row->has_point)
        return json_pack("{s:s, s:[f,f]}", "type", "Point", "coordinates", row->point.lon,
                         row->point.lat);
    json_t *outline = row->outline ? json_loads(row->outline, 0, NULL) : NULL;
    return outline ? outline : json_null();
}

static json_t *make_value(const struct export_cell *cell, enum export_type type)
{
    if (!cell->is_known)
        return json_null();
    if (type == EXPORT_INTEGER)
        return json_integer(cell->integer);
    if (type == EXPORT_FLAG)
        return json_boolean(cell->integer);
    return json_string(cell->text);
}

/* NULL when memory is out. */
static json_t *make_feature(const struct export_shape *shape, const struct export_row *row)
{
    json_t *properties = json_object();
    int failed = !properties;
    for (uint32_t i = 0; i < shape->column_count; i++)
        failed |= json_object_set_new(properties, shape->columns[i].name,
                                      make_value(&row->cells[i], shape->columns[i].type));
    json_t *feature = json_object();
    failed |= json_object_set_new(feature, "type", json_string("Feature"));
    failed |= json_object_set_new(feature, "id", make_value(&row->cells[0], EXPORT_TEXT));
    failed |= json_object_set_new(feature, "geometry", make_geometry(row));
    failed |= json_object_set_new(feature, "properties", properties);
    if (!failed)
        return feature;
    json_decref(feature);
    return NULL;
}

static enum status write_value(FILE *out, json_t *value, struct error *error)
{
    int failed =
        !value || json_dumpf(value, out, JSON_COMPACT | JSON_REAL_PRECISION(SIGNIFICANT_DIGITS));
    json_decref(value);
    if (failed)
        return value ? error_set(error, STATUS_IO, "the GeoJSON file cannot be written")
                     : error_memory(error, "writing GeoJSON");
    return STATUS_OK;
}

/* Everything up to the features: what the file is, of when, and that sample data are a sample. */
static enum status write_head(FILE *out, const struct export_cursor *cursor, struct error *error)
{
    const struct region *region = &cursor->dataset->regions[cursor->region];
    char moment[21];
    moment_format(cursor->vacancies->now, moment);
    json_t *head = json_pack("{s:s, s:s, s:s, s:s, s:s}", "type", "FeatureCollection", "name",
                             export_shape_of(cursor->layer)->name, "region", region->name, "title",
                             region->title, "timeStamp", moment);
    if (head && region->notice[0])
        json_object_set_new(head, "notice", json_string(region->notice));
    if (head && region->notice_en[0])
        json_object_set_new(head, "notice_en", json_string(region->notice_en));
    char *text = head ? json_dumps(head, JSON_COMPACT) : NULL;
    json_decref(head);
    if (!text)
        return error_memory(error, "writing GeoJSON");
    fwrite(text, 1, strlen(text) - 1, out); /* left open for the features */
    fputs(",\"features\":[", out);
    free(text);
    return STATUS_OK;
}

enum status export_geojson_write(struct export_cursor *cursor, FILE *out, uint32_t *rows,
                                 struct error *error)
{
    const struct export_shape *shape = export_shape_of(cursor->layer);
    struct export_row row;
    enum status status = write_head(out, cursor, error);
    while (!status && export_next(cursor, &row)) {
        fputs(*rows ? ",\n" : "\n", out);
        status = write_value(out, make_feature(shape, &row), error);
        ++*rows;
    }
    fputs("\n]}\n", out);
    if (!status && ferror(out))
        status = error_set(error, STATUS_IO, "the GeoJSON file cannot be written");
    return status;
}
