/*
 * Coordinate systems: WGS 84, the two shifted systems of Chinese maps, and EPSG codes by PROJ.
 *
 * Nothing is shifted without being told: callers name the system, it is never guessed.
 */
#ifndef GEO_CRS_H
#define GEO_CRS_H

#include "geo/geometry.h"

/* code (API and command line) */
#define COORDSYS_LIST(X) \
    X(WGS84, "wgs84")    \
    X(GCJ02, "gcj02")    \
    X(BD09, "bd09")

enum coordsys {
#define X(name, code) COORDSYS_##name,
    COORDSYS_LIST(X)
#undef X
        COORDSYS_COUNT
};

const char *coordsys_code(enum coordsys coordsys);
/* The code exactly, in lower case; NOT_FOUND for anything else. */
enum status MUST_CHECK coordsys_parse(const char *text, size_t length, enum coordsys *coordsys);

/*
 * Does the GCJ-02 shift apply at this WGS 84 point? Decided by one documented outline
 * (gcj02_outline.h: the mainland of China, without Hong Kong, Macao and Taiwan).
 */
bool crs_gcj02_applies(struct geo_point wgs84);

/*
 * WGS 84 to another system and back. Where the outline says no, all three systems are one: points
 * stay as they are, in BD-09 too, since Baidu's step is only ever taken on top of GCJ-02.
 *
 * The inverses are iterated until they round-trip to 1e-10 degrees; a point whose WGS 84 original
 * would lie outside the outline is its own. Only within the shift's reach of the outline itself
 * (some 700 m; 1.3 km for BD-09) can a given point have two originals: then the one inside is meant.
 */
struct geo_point crs_from_wgs84(enum coordsys to, struct geo_point wgs84);
struct geo_point crs_to_wgs84(enum coordsys from, struct geo_point point);

/* Any system PROJ knows, to WGS 84, for importers. One per thread: PROJ contexts are not shared. */
struct crs_transform;

/*
 * Open a transformation from `name` to WGS 84 longitude/latitude degrees. `name` is wgs84, gcj02,
 * bd09, or EPSG:N (case ignored). Axis order is always x/longitude/easting first
 * (proj_normalize_for_visualization).
 *
 * Returns STATUS_INVALID (parameter "coordsys"), naming the value, for a name PROJ does not know, or
 * from which it knows no way to WGS 84 but a guess (datum shift unknown); STATUS_UNSUPPORTED where
 * PROJ's database is missing; STATUS_MEMORY.
 */
enum status MUST_CHECK crs_transform_open(const char *name, struct crs_transform **transform,
                                          struct error *error);

/* STATUS_INVALID when (x, y) is not finite or cannot be transformed; *wgs84 is then untouched. */
enum status MUST_CHECK crs_transform_point(struct crs_transform *transform, double x, double y,
                                           struct geo_point *wgs84, struct error *error);

/* Safe on NULL. */
void crs_transform_close(struct crs_transform *transform);

#endif
