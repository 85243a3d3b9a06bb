#include "geo/crs.h"

#include "geo/gcj02_outline.h"

#include <ctype.h>
#include <math.h>
#include <proj.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PI      3.14159265358979323846
#define RADIANS (PI / 180)

/* The ellipsoid of Krassovsky 1940, as the published implementations of GCJ-02 round it. */
#define GCJ02_AXIS_M        6378245.0
#define GCJ02_ECCENTRICITY2 0.00669342162296594323

enum { MAX_ITERATIONS = 30, EPSG_MAX_DIGITS = 6 };

/* Degrees at which an inverse has converged: a hundredth of what is promised. */
#define CONVERGED_DEG 1e-12

static const char *const codes[COORDSYS_COUNT] = {
#define X(name, code) [COORDSYS_##name] = code,
    COORDSYS_LIST(X)
#undef X
};

const char *coordsys_code(enum coordsys coordsys)
{
    return (unsigned)coordsys < COORDSYS_COUNT ? codes[coordsys] : "unknown";
}

enum status coordsys_parse(const char *text, size_t length, enum coordsys *coordsys)
{
    for (int c = 0; c < COORDSYS_COUNT; c++)
        if (strlen(codes[c]) == length && memcmp(codes[c], text, length) == 0) {
            *coordsys = (enum coordsys)c;
            return STATUS_OK;
        }
    return STATUS_NOT_FOUND;
}

bool crs_gcj02_applies(struct geo_point wgs84)
{
    return gcj02_outline_contains(wgs84);
}

/* What both axes of the shift share: x and y are degrees from (105, 35), the result metres. */
static double common_wave(double x)
{
    return (20 * sin(6 * PI * x) + 20 * sin(2 * PI * x)) * 2 / 3;
}

/* The GCJ-02 shift, which was never published officially: the formula in which the public
 * implementations agree to 1e-14 degree, at any point. */
static struct geo_point gcj02_step(struct geo_point wgs84)
{
    double x = wgs84.lon - 105, y = wgs84.lat - 35;
    double north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(fabs(x)) +
                     common_wave(x) + (20 * sin(PI * y) + 40 * sin(PI * y / 3)) * 2 / 3 +
                     (160 * sin(PI * y / 12) + 320 * sin(PI * y / 30)) * 2 / 3;
    double east_m = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(fabs(x)) +
                    common_wave(x) + (20 * sin(PI * x) + 40 * sin(PI * x / 3)) * 2 / 3 +
                    (150 * sin(PI * x / 12) + 300 * sin(PI * x / 30)) * 2 / 3;
    double sine = sin(wgs84.lat * RADIANS);
    double w2 = 1 - GCJ02_ECCENTRICITY2 * sine * sine, w = sqrt(w2);
    double meridian_m = GCJ02_AXIS_M * (1 - GCJ02_ECCENTRICITY2) / (w2 * w);
    double parallel_m = GCJ02_AXIS_M / w * cos(wgs84.lat * RADIANS);
    return (struct geo_point){wgs84.lon + east_m / (parallel_m * RADIANS),
                              wgs84.lat + north_m / (meridian_m * RADIANS)};
}

/* Baidu's step from GCJ-02 to BD-09. */
static struct geo_point bd09_step(struct geo_point gcj02)
{
    const double wave = PI * 3000 / 180;
    double radius = hypot(gcj02.lon, gcj02.lat) + 0.00002 * sin(gcj02.lat * wave);
    double angle = atan2(gcj02.lat, gcj02.lon) + 0.000003 * cos(gcj02.lon * wave);
    return (struct geo_point){radius * cos(angle) + 0.0065, radius * sin(angle) + 0.006};
}

static struct geo_point shift(enum coordsys to, struct geo_point wgs84)
{
    struct geo_point gcj02 = gcj02_step(wgs84);
    return to == COORDSYS_BD09 ? bd09_step(gcj02) : gcj02;
}

struct geo_point crs_from_wgs84(enum coordsys to, struct geo_point wgs84)
{
    return to == COORDSYS_WGS84 || !crs_gcj02_applies(wgs84) ? wgs84 : shift(to, wgs84);
}

/* A fixed point iteration: the shift changes by less than a hundredth of the distance moved, so
 * that each round gains two digits and more. */
struct geo_point crs_to_wgs84(enum coordsys from, struct geo_point point)
{
    if (from == COORDSYS_WGS84 || !geo_point_is_valid(point))
        return point;
    struct geo_point wgs84 = point;
    for (int i = 0; i < MAX_ITERATIONS; i++) {
        struct geo_point there = shift(from, wgs84);
        double lon = point.lon - there.lon, lat = point.lat - there.lat;
        wgs84.lon += lon;
        wgs84.lat += lat;
        if (fabs(lon) < CONVERGED_DEG && fabs(lat) < CONVERGED_DEG)
            break;
    }
    return crs_gcj02_applies(wgs84) ? wgs84 : point;
}

/* Importers ------------------------------------------------------------------------------------ */

struct crs_transform {
    enum coordsys coordsys; /* used when projection is NULL */
    PJ_CONTEXT *context;
    PJ *projection;
    char name[16];
};

/* "EPSG:" and one to six digits, case ignored; `epsg` gets it in capitals. */
static bool parse_epsg(const char *name, char epsg[16])
{
    if (strncasecmp(name, "EPSG:", 5) != 0)
        return false;
    size_t digits = strspn(name + 5, "0123456789");
    if (digits < 1 || digits > EPSG_MAX_DIGITS || name[5 + digits])
        return false;
    snprintf(epsg, 16, "EPSG:%s", name + 5);
    return true;
}

static enum status unknown_system(const char *name, const char *why, struct error *error)
{
    return error_set_parameter(error, STATUS_INVALID, "coordsys", "coordsys is \"%.40s\"; %s", name,
                               why);
}

static bool is_two_dimensional(const PJ *source)
{
    PJ_TYPE type = proj_get_type(source);
    return type == PJ_TYPE_GEOGRAPHIC_2D_CRS || type == PJ_TYPE_PROJECTED_CRS;
}

/* CGCS2000, which agrees with WGS 84 within decimetres, though PROJ 9.1 has no entry that says so. */
static bool is_cgcs2000(PJ_CONTEXT *context, const PJ *source)
{
    PJ *geodetic = proj_crs_get_geodetic_crs(context, source);
    const char *code = geodetic ? proj_get_id_code(geodetic, 0) : NULL;
    bool is = code && strcmp(code, "4490") == 0;
    proj_destroy(geodetic);
    return is;
}

/* PROJ's "ballpark" transformations are refused: they leave the datum shift out, which misplaces
 * points by some 100 m, silently. */
static PJ *to_wgs84(PJ_CONTEXT *context, const PJ *source, const PJ *target)
{
    static const char *const strict[] = {"ALLOW_BALLPARK=NO", NULL};
    PJ *plain = proj_create_crs_to_crs_from_pj(context, source, target, NULL,
                                               is_cgcs2000(context, source) ? NULL : strict);
    PJ *normal = plain ? proj_normalize_for_visualization(context, plain) : NULL;
    proj_destroy(plain);
    return normal;
}

static enum status open_projection(struct crs_transform *transform, struct error *error)
{
    PJ_CONTEXT *context = transform->context = proj_context_create();
    if (!context)
        return error_memory(error, "opening a coordinate system");
    proj_log_level(context, PJ_LOG_NONE); /* it would write to stderr; our sentences say it */
    proj_context_set_enable_network(context, 0);

    enum status status = STATUS_OK;
    PJ *target = proj_create(context, "EPSG:4326");
    PJ *source = target ? proj_create(context, transform->name) : NULL;
    if (!target)
        status = error_set(error, STATUS_UNSUPPORTED,
                           "PROJ cannot read its database proj.db; is it installed?");
    else if (!source)
        status = unknown_system(transform->name, "PROJ does not know this code", error);
    else if (!is_two_dimensional(source))
        status = unknown_system(transform->name, "it is not a system of two coordinates", error);
    else if (!(transform->projection = to_wgs84(context, source, target)))
        status = unknown_system(transform->name, "PROJ knows no exact enough way from it to WGS 84",
                                error);
    proj_destroy(source);
    proj_destroy(target);
    return status;
}

enum status crs_transform_open(const char *name, struct crs_transform **transform,
                               struct error *error)
{
    *transform = NULL;
    struct crs_transform *made = calloc(1, sizeof *made);
    if (!made)
        return error_memory(error, "opening a coordinate system");

    enum status status = STATUS_OK;
    if (parse_epsg(name, made->name)) {
        status = open_projection(made, error);
    } else {
        char lower[16] = "";
        for (size_t i = 0; name[i] && i + 1 < sizeof lower; i++)
            lower[i] = (char)tolower((unsigned char)name[i]);
        if (strlen(name) >= sizeof lower ||
            coordsys_parse(lower, strlen(lower), &made->coordsys) != STATUS_OK)
            status = unknown_system(
                name, "it must be wgs84, gcj02, bd09 or EPSG:N, N of one to six digits", error);
        else
            snprintf(made->name, sizeof made->name, "%s", lower);
    }
    if (status) {
        crs_transform_close(made);
        return status;
    }
    *transform = made;
    return STATUS_OK;
}

static bool is_close(double a, double b)
{
    return fabs(a - b) <= 1e-6 * fmax(1, fabs(b));
}

/* Far outside its area a projection wraps or folds and still gives numbers: what does not come back
 * to where it was is no point. */
static bool project(struct crs_transform *transform, double x, double y, struct geo_point *point)
{
    if (!transform->projection) {
        *point = (struct geo_point){x, y};
        if (!geo_point_is_valid(*point))
            return false;
        *point = crs_to_wgs84(transform->coordsys, *point);
        return true;
    }
    PJ_COORD given = proj_coord(x, y, 0, HUGE_VAL);
    proj_errno_reset(transform->projection);
    PJ_COORD there = proj_trans(transform->projection, PJ_FWD, given);
    PJ_COORD again = proj_trans(transform->projection, PJ_INV, there);
    *point = (struct geo_point){there.xy.x, there.xy.y};
    return proj_errno(transform->projection) == 0 && is_close(again.xy.x, x) &&
           is_close(again.xy.y, y);
}

enum status crs_transform_point(struct crs_transform *transform, double x, double y,
                                struct geo_point *wgs84, struct error *error)
{
    struct geo_point point;
    if (!isfinite(x) || !isfinite(y))
        return error_set(error, STATUS_INVALID, "a coordinate is not a finite number");
    if (!project(transform, x, y, &point) || !geo_point_is_valid(point))
        return error_set(error, STATUS_INVALID, "%.10g, %.10g is no point of %s", x, y,
                         transform->name);
    *wgs84 = point;
    return STATUS_OK;
}

void crs_transform_close(struct crs_transform *transform)
{
    if (!transform)
        return;
    proj_destroy(transform->projection);
    if (transform->context)
        proj_context_destroy(transform->context);
    free(transform);
}
