#include "data/geojson_geometry.h"

#include "geo/number.h"

static enum status refuse_at(const struct json_reader *reader, struct json_span value,
                             struct error *error, const char *sentence)
{
    return json_reader_refuse(reader, value.text, STATUS_REJECTED, error, "%s", sentence);
}

static enum status read_coordinate(struct json_reader *reader, double *value, struct error *error)
{
    struct json_span number;
    enum status status = json_reader_number(reader, &number, error);
    if (!status && number_parse_double(number.text, number.length, value))
        status = refuse_at(reader, number, error, "this number cannot be read");
    return status;
}

/* [x, y] or [x, y, z, …]; *count is 0 for [], which is a point that is nowhere. */
static enum status read_position(struct json_reader *reader, double xy[2], uint32_t *count,
                                 struct error *error)
{
    *count = 0;
    enum status status = json_reader_begin_array(reader, error);
    bool more = true;
    while (!status && (status = json_reader_next_element(reader, &more, error)) == STATUS_OK &&
           more) {
        double value;
        status = read_coordinate(reader, &value, error);
        if (!status && *count < 2)
            xy[*count] = value;
        ++*count;
    }
    if (!status && *count == 1)
        status = json_reader_refuse(reader, reader->text + reader->at, STATUS_REJECTED, error,
                                    "a position has one number; it needs two");
    return status;
}

struct type_name {
    const char *name;
    bool is_collection;
};

static const struct type_name type_names[] = {
    {"Point", false},
    {"MultiPoint", false},
    {"LineString", false},
    {"MultiLineString", false},
    {"Polygon", false},
    {"MultiPolygon", false},
    {"GeometryCollection", true},
};

static const struct type_name *find_type(struct json_span type)
{
    for (size_t i = 0; i < sizeof type_names / sizeof *type_names; i++)
        if (json_span_is(type, type_names[i].name))
            return &type_names[i];
    return NULL;
}

/* The members that matter, as spans; text NULL where there is none. */
struct members {
    struct json_span type, coordinates, geometries;
};

static enum status read_members(struct json_reader *reader, struct members *members,
                                struct error *error)
{
    *members = (struct members){0};
    enum status status = json_reader_begin_object(reader, error);
    bool more = true;
    struct json_span key, value;
    while (!status && (status = json_reader_next_member(reader, &key, &more, error)) == STATUS_OK &&
           more) {
        if (json_span_is(key, "type"))
            status = json_reader_string(reader, &members->type, error);
        else if (json_span_is(key, "coordinates"))
            status = json_reader_skip(reader, &members->coordinates, error);
        else if (json_span_is(key, "geometries"))
            status = json_reader_skip(reader, &members->geometries, error);
        else
            status = json_reader_skip(reader, &value, error);
    }
    return status;
}

/* The reader goes back to a value that it has passed, and forward again. */
static enum status read_point(struct json_reader *reader, struct json_span coordinates,
                              struct geojson_geometry *geometry, struct error *error)
{
    const size_t behind = reader->at;
    double xy[2];
    uint32_t count;
    reader->at = (size_t)(coordinates.text - reader->text);
    enum status status = read_position(reader, xy, &count, error);
    if (status)
        return status;
    reader->at = behind;
    geometry->has_point = count >= 2;
    geometry->x = count >= 2 ? xy[0] : 0;
    geometry->y = count >= 2 ? xy[1] : 0;
    return STATUS_OK;
}

enum status geojson_geometry_read(struct json_reader *reader, struct geojson_geometry *geometry,
                                  struct error *error)
{
    *geometry = (struct geojson_geometry){0};
    enum json_kind kind;
    struct members members;
    enum status status = json_reader_peek(reader, &kind, error);
    const char *start = reader->text + reader->at;
    if (!status)
        status = read_members(reader, &members, error);
    if (status)
        return status;
    geometry->source =
        (struct json_span){start, (size_t)(reader->text + reader->at - start), false};
    if (!members.type.text)
        return refuse_at(reader, geometry->source, error, "a geometry has no \"type\"");
    const struct type_name *type = find_type(members.type);
    if (!type)
        return refuse_at(reader, members.type, error, "this is none of the seven geometry types");
    if (!(type->is_collection ? members.geometries : members.coordinates).text)
        return refuse_at(reader, geometry->source, error,
                         type->is_collection ? "a GeometryCollection has no \"geometries\""
                                             : "a geometry has no \"coordinates\"");
    return type == &type_names[0] ? read_point(reader, members.coordinates, geometry, error)
                                  : STATUS_OK;
}

/* Outlines: walked twice, first to check and count, then to fill ----------------------------- */

struct outline {
    struct json_reader reader;
    struct geo_ring *rings;   /* NULL while counting */
    struct geo_point *points; /* NULL while counting */
    uint32_t ring_count, point_count;
};

static enum status read_ring_point(struct outline *outline, uint32_t number,
                                   struct geo_point *point, struct error *error)
{
    double xy[2];
    uint32_t count;
    enum status status = read_position(&outline->reader, xy, &count, error);
    if (status)
        return status;
    const uint32_t ring = outline->ring_count + 1;
    if (count == 0)
        return error_set(error, STATUS_REJECTED, "ring %u, point %u is empty", ring, number);
    *point = (struct geo_point){xy[0], xy[1]};
    if (!geo_point_is_valid(*point))
        return error_set(error, STATUS_REJECTED,
                         "ring %u, point %u is %.7g, %.7g; longitude must be -180 to 180 and "
                         "latitude -90 to 90",
                         ring, number, point->lon, point->lat);
    if (outline->point_count == GEOJSON_MAX_POINTS)
        return error_set(error, STATUS_LIMIT, "the outline has more than %d points",
                         GEOJSON_MAX_POINTS);
    return STATUS_OK;
}

static enum status read_ring(struct outline *outline, struct error *error)
{
    const uint32_t first = outline->point_count;
    struct geo_point start = {0, 0}, point = {0, 0};
    enum status status = json_reader_begin_array(&outline->reader, error);
    bool more = true;
    while (!status &&
           (status = json_reader_next_element(&outline->reader, &more, error)) == STATUS_OK &&
           more) {
        status = read_ring_point(outline, outline->point_count - first + 1, &point, error);
        if (status)
            return status;
        if (outline->point_count == first)
            start = point;
        if (outline->points)
            outline->points[outline->point_count] = point;
        outline->point_count++;
    }
    if (status)
        return status;
    const uint32_t count = outline->point_count - first;
    if (count < 4)
        return error_set(error, STATUS_REJECTED, "ring %u has %u points; it needs at least 4",
                         outline->ring_count + 1, count);
    if (start.lon != point.lon || start.lat != point.lat)
        return error_set(error, STATUS_REJECTED,
                         "ring %u is not closed: its last point is not its first",
                         outline->ring_count + 1);
    if (outline->rings)
        outline->rings[outline->ring_count] = (struct geo_ring){outline->points + first, count};
    outline->ring_count++;
    return STATUS_OK;
}

/* An array of rings (levels 1), or of arrays of rings (levels 2). */
static enum status read_rings(struct outline *outline, int levels, struct error *error)
{
    enum status status = json_reader_begin_array(&outline->reader, error);
    bool more = true;
    while (!status &&
           (status = json_reader_next_element(&outline->reader, &more, error)) == STATUS_OK && more)
        status = levels > 1 ? read_rings(outline, levels - 1, error) : read_ring(outline, error);
    return status;
}

static enum status walk(struct outline *outline, struct json_span coordinates, int levels,
                        struct error *error)
{
    outline->reader.at = (size_t)(coordinates.text - outline->reader.text);
    outline->reader.depth = 0;
    outline->ring_count = outline->point_count = 0;
    return read_rings(outline, levels, error);
}

static enum status build(struct outline *outline, const struct members *members,
                         struct arena *arena, struct error *error)
{
    bool is_multi = members->type.text && json_span_is(members->type, "MultiPolygon");
    if (!is_multi && !(members->type.text && json_span_is(members->type, "Polygon")))
        return error_set(error, STATUS_REJECTED,
                         "the geometry is no Polygon and no MultiPolygon (\"type\" is '%.*s')",
                         members->type.length > 40 ? 40 : (int)members->type.length,
                         members->type.text ? members->type.text : "");
    if (!members->coordinates.text)
        return error_set(error, STATUS_REJECTED, "the geometry has no \"coordinates\"");
    enum status status = walk(outline, members->coordinates, is_multi ? 2 : 1, error);
    if (status)
        return status;
    if (outline->ring_count == 0)
        return error_set(error, STATUS_REJECTED, "the outline has no rings");
    outline->rings = arena_calloc(arena, outline->ring_count, sizeof *outline->rings);
    outline->points = arena_calloc(arena, outline->point_count, sizeof *outline->points);
    if (!outline->rings || !outline->points)
        return error_memory(error, "reading an outline");
    return walk(outline, members->coordinates, is_multi ? 2 : 1, error);
}

enum status geojson_polygon_parse(const char *text, size_t length, struct arena *arena,
                                  struct geo_polygon *polygon, struct error *error)
{
    *polygon = (struct geo_polygon){0};
    struct outline outline = {0};
    struct members members;
    json_reader_init(&outline.reader, text, length);
    enum status status = read_members(&outline.reader, &members, error);
    if (!status)
        status = json_reader_end(&outline.reader, error);
    if (!status)
        status = build(&outline, &members, arena, error);
    json_reader_release(&outline.reader);
    if (!status)
        *polygon = (struct geo_polygon){outline.rings, outline.ring_count};
    return status;
}
