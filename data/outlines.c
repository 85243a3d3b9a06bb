#include "data/outlines.h"

#include "data/geojson_geometry.h"
#include "geo/number.h"

#include <geos_c.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct outlines {
    GEOSContextHandle_t geos;
    GEOSGeoJSONReader *reader;
    char said[160]; /* GEOS's last complaint */
};

struct outline {
    GEOSGeometry *geometry;
    double area;
};

static void keep_message(const char *message, void *context)
{
    struct outlines *outlines = context;
    snprintf(outlines->said, sizeof outlines->said, "%s", message);
}

enum status outlines_open(struct outlines **out, struct error *error)
{
    struct outlines *outlines = calloc(1, sizeof *outlines);
    *out = NULL;
    if (!outlines)
        return error_memory(error, "checking outlines");
    outlines->geos = GEOS_init_r();
    if (outlines->geos) {
        GEOSContext_setErrorMessageHandler_r(outlines->geos, keep_message, outlines);
        outlines->reader = GEOSGeoJSONReader_create_r(outlines->geos);
    }
    if (!outlines->reader) {
        outlines_close(outlines);
        return error_memory(error, "checking outlines");
    }
    *out = outlines;
    return STATUS_OK;
}

void outlines_close(struct outlines *outlines)
{
    if (!outlines)
        return;
    if (outlines->reader)
        GEOSGeoJSONReader_destroy_r(outlines->geos, outlines->reader);
    if (outlines->geos)
        GEOS_finish_r(outlines->geos);
    free(outlines);
}

static enum status check_valid(struct outlines *outlines, const struct outline *outline,
                               struct error *error)
{
    char valid = GEOSisValid_r(outlines->geos, outline->geometry);
    if (valid == 1 && outline->area > 0)
        return STATUS_OK;
    if (valid == 1)
        return error_set(error, STATUS_REJECTED, "the outline has no area");
    char *reason = GEOSisValidReason_r(outlines->geos, outline->geometry);
    error_set(error, STATUS_REJECTED, "the outline is not valid: %.160s",
              reason ? reason : outlines->said);
    GEOSFree_r(outlines->geos, reason);
    return STATUS_REJECTED;
}

enum status outline_read(struct outlines *outlines, const char *geojson, struct outline **out,
                         struct error *error)
{
    *out = NULL;
    struct outline *outline = calloc(1, sizeof *outline);
    if (!outline)
        return error_memory(error, "checking outlines");
    outlines->said[0] = '\0';
    outline->geometry = GEOSGeoJSONReader_readGeometry_r(outlines->geos, outlines->reader, geojson);
    enum status status;
    if (!outline->geometry || !GEOSArea_r(outlines->geos, outline->geometry, &outline->area))
        status =
            error_set(error, STATUS_REJECTED, "the outline cannot be read: %s", outlines->said);
    else
        status = check_valid(outlines, outline, error);
    if (status)
        outline_release(outlines, outline);
    else
        *out = outline;
    return status;
}

void outline_release(struct outlines *outlines, struct outline *outline)
{
    if (!outline)
        return;
    if (outline->geometry)
        GEOSGeom_destroy_r(outlines->geos, outline->geometry);
    free(outline);
}

enum status outline_overlap(struct outlines *outlines, const struct outline *a,
                            const struct outline *b, double *share, struct error *error)
{
    GEOSGeometry *common = GEOSIntersection_r(outlines->geos, a->geometry, b->geometry);
    double area = 0;
    bool measured = common && GEOSArea_r(outlines->geos, common, &area) == 1;
    if (common)
        GEOSGeom_destroy_r(outlines->geos, common);
    if (!measured)
        return error_set(error, STATUS_IO, "two outlines cannot be compared: %s", outlines->said);
    *share = area / (a->area < b->area ? a->area : b->area);
    return STATUS_OK;
}

enum { POLYGON_MAX_BYTES = 16 << 20 };

/* Only what our own parser accepts goes to GEOS. */
static enum status check_polygon(const char *geojson, size_t length, struct error *error)
{
    struct arena arena;
    struct geo_polygon polygon;
    arena_init(&arena, POLYGON_MAX_BYTES);
    enum status status = geojson_polygon_parse(geojson, length, &arena, &polygon, error);
    arena_release(&arena);
    return status;
}

enum status outline_point(struct outlines *outlines, const char *geojson, size_t length,
                          struct geo_point *point, struct error *error)
{
    struct outline *outline = NULL;
    char *copy = NULL;
    enum status status = check_polygon(geojson, length, error);
    if (!status && !(copy = strndup(geojson, length)))
        status = error_memory(error, "reading a cell");
    if (!status)
        status = outline_read(outlines, copy, &outline, error);
    free(copy);
    if (status)
        return status;
    GEOSGeometry *inside = GEOSPointOnSurface_r(outlines->geos, outline->geometry);
    bool found = inside && GEOSGeomGetX_r(outlines->geos, inside, &point->lon) == 1 &&
                 GEOSGeomGetY_r(outlines->geos, inside, &point->lat) == 1;
    if (inside)
        GEOSGeom_destroy_r(outlines->geos, inside);
    outline_release(outlines, outline);
    return found ? STATUS_OK
                 : error_set(error, STATUS_REJECTED, "no point inside: %s", outlines->said);
}

/* Past the number that begins here; false where none does. */
static bool read_number(const char **text, int32_t *degree_e7)
{
    double degree = 0;
    size_t length = strspn(*text, "+-.0123456789eE");
    if (!length || number_parse_double(*text, length, &degree) || !(fabs(degree) <= 180))
        return false;
    *degree_e7 = geo_e7(degree);
    *text += length;
    return true;
}

bool outline_is_same(const char *a, const char *b)
{
    static const char blanks[] = " \t\r\n";
    if (!a || !b)
        return a == b;
    for (;;) {
        int32_t in_a = 0, in_b = 0;
        a += strspn(a, blanks);
        b += strspn(b, blanks);
        if (read_number(&a, &in_a)) {
            if (!read_number(&b, &in_b) || in_a != in_b)
                return false;
        } else if (*a != *b) {
            return false;
        } else if (!*a) {
            return true;
        } else {
            a++, b++;
        }
    }
}
