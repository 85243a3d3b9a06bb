/*
 * Geometries of GeoJSON (RFC 7946, section 3.1): what kind one is, and the two kinds that are used:
 * points of facilities, outlines of communities.
 */
#ifndef DATA_GEOJSON_GEOMETRY_H
#define DATA_GEOJSON_GEOMETRY_H

#include "data/json_reader.h"
#include "geo/arena.h"
#include "geo/geometry.h"

enum { GEOJSON_MAX_POINTS = 100000 /* of one outline */ };

struct geojson_geometry {
    struct json_span source; /* the whole geometry as it stands in the text */
    bool has_point;          /* a Point with coordinates; an empty one has none */
    double x, y;             /* in the file's own system */
};

/* Read the geometry object at the reader, of any of the seven types; only a Point is looked into.
 * REJECTED for another type or one without its coordinates. */
enum status MUST_CHECK geojson_geometry_read(struct json_reader *reader,
                                             struct geojson_geometry *geometry,
                                             struct error *error);

/*
 * The rings of a Polygon or a MultiPolygon, as degrees.
 *
 * text, length  the geometry's JSON text, valid UTF-8, NUL-terminated at length (as in table_row)
 * arena         rings and points are in it
 * polygon       out: rings of all polygons together (geometry.h); empty on failure
 *
 * REJECTED for another type, no rings, a ring of fewer than 4 points or not closed, a position
 * outside -180..180, -90..90; LIMIT above GEOJSON_MAX_POINTS; CORRUPT for broken JSON. Whether rings
 * cross is not looked at.
 */
enum status MUST_CHECK geojson_polygon_parse(const char *text, size_t length, struct arena *arena,
                                             struct geo_polygon *polygon, struct error *error);

#endif
