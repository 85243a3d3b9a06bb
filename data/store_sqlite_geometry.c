/*
 * SpatiaLite's BLOB format, written directly: calling MakePoint() for every row would load
 * SpatiaLite into every writer and cost more than the rest of the row.
 *
 *   00 01  SRID int32  min_x min_y max_x max_y double  7C  class int32  the geometry  FE
 *
 * all little endian (01). Class 1 is a point: x, y. Class 6 is a multipolygon: count int32, then
 * each polygon as 69, class int32 3, ring count int32, and each ring as a point count int32 and its
 * points. Source: "BLOB-Geometry: internal format", SpatiaLite documentation; `check` and the tests
 * have SpatiaLite read them back.
 */
#include "data/store_sqlite.h"

#include "geo/geometry.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { WGS84_SRID = 4326, CLASS_POINT = 1, CLASS_POLYGON = 3, CLASS_MULTIPOLYGON = 6 };
enum { OUTLINE_MAX_POINTS = 200000, HEADER_BYTES = 43 };

static unsigned char *put_int(unsigned char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        *at++ = (unsigned char)(value >> (8 * i));
    return at;
}

static unsigned char *put_double(unsigned char *at, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    for (int i = 0; i < 8; i++)
        *at++ = (unsigned char)(bits >> (8 * i));
    return at;
}

static unsigned char *put_header(unsigned char *at, struct geo_box box, uint32_t class)
{
    *at++ = 0x00;
    *at++ = 0x01;
    at = put_int(at, WGS84_SRID);
    at = put_double(at, box.west);
    at = put_double(at, box.south);
    at = put_double(at, box.east);
    at = put_double(at, box.north);
    *at++ = 0x7C;
    return put_int(at, class);
}

void sqlite_point_blob(int32_t lon_e7, int32_t lat_e7, unsigned char blob[POINT_BLOB_BYTES])
{
    struct geo_point point = geo_point_from_e7(lon_e7, lat_e7);
    unsigned char *at =
        put_header(blob, (struct geo_box){point.lon, point.lat, point.lon, point.lat}, CLASS_POINT);
    at = put_double(at, point.lon);
    at = put_double(at, point.lat);
    *at = 0xFE;
}

/* Outlines: counted first, so that the BLOB is allocated once and filled exactly ----------------*/

struct outline {
    size_t polygons, rings, points;
    struct geo_box box;
};

static enum status refuse_outline(struct error *error, const char *why)
{
    return error_set(error, STATUS_INVALID,
                     "an outline must be a GeoJSON Polygon or MultiPolygon: %s", why);
}

static bool read_point(const json_t *pair, struct geo_point *point)
{
    const json_t *lon = json_array_get(pair, 0), *lat = json_array_get(pair, 1);
    if (!json_is_number(lon) || !json_is_number(lat))
        return false;
    *point = (struct geo_point){json_number_value(lon), json_number_value(lat)};
    return point->lon >= -180 && point->lon <= 180 && point->lat >= -90 && point->lat <= 90;
}

static enum status count_ring(const json_t *ring, struct outline *outline, struct error *error)
{
    size_t count = json_array_size(ring);
    struct geo_point first, point = {0};
    if (count < 4)
        return refuse_outline(error, "a ring has fewer than 4 points");
    outline->rings++;
    outline->points += count;
    if (outline->points > OUTLINE_MAX_POINTS)
        return error_set(error, STATUS_LIMIT, "an outline of more than %d points",
                         OUTLINE_MAX_POINTS);
    for (size_t i = 0; i < count; i++) {
        if (!read_point(json_array_get(ring, i), &point))
            return refuse_outline(error, "a point is not a longitude and a latitude");
        struct geo_box *box = &outline->box;
        box->west = point.lon < box->west ? point.lon : box->west;
        box->east = point.lon > box->east ? point.lon : box->east;
        box->south = point.lat < box->south ? point.lat : box->south;
        box->north = point.lat > box->north ? point.lat : box->north;
        if (i == 0)
            first = point;
    }
    if (first.lon != point.lon || first.lat != point.lat)
        return refuse_outline(error, "a ring is not closed");
    return STATUS_OK;
}

static enum status count_polygon(const json_t *polygon, struct outline *outline,
                                 struct error *error)
{
    if (json_array_size(polygon) == 0)
        return refuse_outline(error, "a polygon has no ring");
    outline->polygons++;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < json_array_size(polygon) && !status; i++)
        status = count_ring(json_array_get(polygon, i), outline, error);
    return status;
}

static unsigned char *put_polygon(unsigned char *at, const json_t *polygon)
{
    size_t rings = json_array_size(polygon);
    *at++ = 0x69;
    at = put_int(at, CLASS_POLYGON);
    at = put_int(at, (uint32_t)rings);
    for (size_t i = 0; i < rings; i++) {
        const json_t *ring = json_array_get(polygon, i);
        size_t points = json_array_size(ring);
        at = put_int(at, (uint32_t)points);
        for (size_t j = 0; j < points; j++) {
            struct geo_point point = {0};
            (void)read_point(json_array_get(ring, j), &point); /* count_ring() has seen it */
            at = put_double(at, point.lon);
            at = put_double(at, point.lat);
        }
    }
    return at;
}

/* `polygons` is the coordinates of a MultiPolygon. */
static enum status write_outline(const json_t *polygons, unsigned char **blob, size_t *bytes,
                                 struct error *error)
{
    struct outline outline = {.box = {180, 90, -180, -90}};
    if (json_array_size(polygons) == 0)
        return refuse_outline(error, "it has no polygon");
    enum status status = STATUS_OK;
    for (size_t i = 0; i < json_array_size(polygons) && !status; i++)
        status = count_polygon(json_array_get(polygons, i), &outline, error);
    if (status)
        return status;
    *bytes = HEADER_BYTES + 4 + outline.polygons * 9 + outline.rings * 4 + outline.points * 16 + 1;
    *blob = malloc(*bytes);
    if (!*blob)
        return error_memory(error, "writing an outline");
    unsigned char *at = put_header(*blob, outline.box, CLASS_MULTIPOLYGON);
    at = put_int(at, (uint32_t)outline.polygons);
    for (size_t i = 0; i < outline.polygons; i++)
        at = put_polygon(at, json_array_get(polygons, i));
    *at = 0xFE;
    return STATUS_OK;
}

enum status sqlite_outline_blob(const char *geojson, unsigned char **blob, size_t *bytes,
                                struct error *error)
{
    *blob = NULL;
    *bytes = 0;
    json_error_t where;
    json_t *geometry = json_loads(geojson, JSON_REJECT_DUPLICATES, &where);
    if (!geometry)
        return refuse_outline(error, where.text);
    const char *type = json_string_value(json_object_get(geometry, "type"));
    json_t *coordinates = json_object_get(geometry, "coordinates");
    enum status status;
    if (type && strcmp(type, "MultiPolygon") == 0) {
        status = write_outline(coordinates, blob, bytes, error);
    } else if (type && strcmp(type, "Polygon") == 0) {
        json_t *polygons = json_pack("[O]", coordinates);
        status = polygons ? write_outline(polygons, blob, bytes, error)
                          : refuse_outline(error, "it has no coordinates");
        json_decref(polygons);
    } else {
        status = refuse_outline(error, "it is of another type");
    }
    json_decref(geometry);
    return status;
}
