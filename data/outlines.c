#include "data/outlines.h"

#include <geos_c.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

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
