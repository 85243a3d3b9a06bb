#include "data/register_place.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_LOST_DIGITS = 9 };

enum status register_placer_init(struct register_placer *placer, const struct region *region,
                                 const struct mapping *mapping,
                                 const struct community_locator *communities, const char *coordsys,
                                 struct error *error)
{
    *placer = (struct register_placer){.region = region, .communities = communities};
    if (!coordsys || !*coordsys)
        return error_set_parameter(
            error, STATUS_INVALID, "coordsys",
            "coordsys is missing: say wgs84, gcj02, bd09, EPSG:N, or none; it "
            "is never guessed");
    if (strcasecmp(coordsys, "none") == 0) {
        if (mapping->coordinates.given && !mapping->ignore_missing_columns)
            return error_set_parameter(error, STATUS_INVALID, "coordsys",
                                       "coordsys is none, but the mapping reads coordinates");
        return STATUS_OK;
    }
    if (!mapping->coordinates.given)
        return error_set_parameter(error, STATUS_INVALID, "coordsys",
                                   "coordsys is %.20s, but the mapping reads no coordinates; say "
                                   "none",
                                   coordsys);
    enum status status = crs_transform_open(coordsys, &placer->transform, error);
    if (status)
        return status;
    /* A system in degrees leaves the middle of the region about where it is; one in metres takes it
     * somewhere near its origin. */
    struct geo_box bounds = region->bounds;
    struct geo_point middle = {(bounds.west + bounds.east) / 2, (bounds.south + bounds.north) / 2};
    struct geo_point moved;
    placer->is_degrees =
        crs_transform_point(placer->transform, middle.lon, middle.lat, &moved, NULL) == STATUS_OK &&
        fabs(moved.lon - middle.lon) < 0.1 && fabs(moved.lat - middle.lat) < 0.1;
    placer->not_shifted = placer->is_degrees && strcasecmp(coordsys, "gcj02") != 0 &&
                          strcasecmp(coordsys, "bd09") != 0;
    int unit = mapping->coordinates.unit;
    if (unit != MAPPING_UNIT_ANY && placer->is_degrees != (unit == MAPPING_UNIT_DEGREES)) {
        register_placer_release(placer);
        return error_set_parameter(error, STATUS_INVALID, "coordsys",
                                   "coordsys %.20s counts %s, but the mapping says %s", coordsys,
                                   unit == MAPPING_UNIT_DEGREES ? "metres" : "degrees",
                                   unit == MAPPING_UNIT_DEGREES ? "degrees" : "metres");
    }
    return STATUS_OK;
}

void register_placer_release(struct register_placer *placer)
{
    crs_transform_close(placer->transform);
    *placer = (struct register_placer){0};
}

/* The EPSG number that a name of a coordinate system ends in; 4326 for plain degrees; 0 for what is
 * not known. */
static long system_number(const char *name)
{
    size_t length = strlen(name);
    if (strcasecmp(name, "wgs84") == 0 || strcasecmp(name, "gcj02") == 0 ||
        strcasecmp(name, "bd09") == 0 ||
        (length >= 5 && strcasecmp(name + length - 5, "CRS84") == 0))
        return 4326;
    const char *colon = strrchr(name, ':');
    long number = colon ? strtol(colon + 1, NULL, 10) : 0;
    return number == 4490 ? 4326 : number; /* CGCS2000: the same to a metre */
}

bool register_same_system(const char *declared, const char *coordsys)
{
    long theirs = system_number(declared), ours = system_number(coordsys);
    return theirs == 0 || ours == 0 || theirs == ours;
}

/* The WGS 84 point of a pair in the declared system, if it lies in the region. */
static bool in_region(const struct register_placer *placer, double x, double y,
                      struct geo_point *point)
{
    struct geo_point found;
    if (crs_transform_point(placer->transform, x, y, &found, NULL) != STATUS_OK ||
        !geo_point_is_valid(found) || !geo_box_contains(placer->region->bounds, found))
        return false;
    *point = found;
    return true;
}

/* 1202104 or 120210400 for 120.2104: some power of ten on one or both sides. */
static bool fits_with_decimal_point(const struct register_placer *placer, double x, double y)
{
    struct geo_point point;
    if (!placer->is_degrees)
        return false;
    double by_x = 1;
    for (int a = 0; a <= MAX_LOST_DIGITS; a++, by_x *= 10) {
        double by_y = 1;
        for (int b = 0; b <= MAX_LOST_DIGITS; b++, by_y *= 10)
            if (a + b > 0 && in_region(placer, x / by_x, y / by_y, &point))
                return true;
    }
    return false;
}

/* What is wrong with coordinates that do not lie in the region as declared. */
static enum import_warning misplaced(const struct register_placer *placer, double x, double y)
{
    struct geo_point point;
    if (in_region(placer, y, x, &point))
        return IMPORT_SWAPPED_AXES;
    if (fits_with_decimal_point(placer, x, y))
        return IMPORT_LOST_DECIMAL_POINT;
    struct geo_point given = {x, y};
    if (placer->not_shifted && geo_point_is_valid(given) && crs_gcj02_applies(given) &&
        geo_box_contains(placer->region->bounds, crs_to_wgs84(COORDSYS_GCJ02, given)))
        return IMPORT_PROBABLY_GCJ02;
    return IMPORT_OUTSIDE_REGION;
}

/* Is the point inside one of the communities that the register may mean? */
static bool in_declared(const struct community_locator *communities, uint32_t first, uint32_t count,
                        struct geo_point point)
{
    for (uint32_t i = first; i < first + count; i++)
        if (geo_polygon_contains(&communities->communities[communities->words[i].community].outline,
                                 point))
            return true;
    return false;
}

static bool has_outline(const struct community_locator *communities, uint32_t first, uint32_t count)
{
    for (uint32_t i = first; i < first + count; i++)
        if (communities->communities[communities->words[i].community].outline.ring_count)
            return true;
    return false;
}

/*
 * Compare with the declared community. False when the point must not be used: it stands in the
 * declared community only when read as GCJ-02.
 */
static bool agrees_with_declared(const struct register_placer *placer, struct register_row *row,
                                 struct geo_point point)
{
    const struct community_locator *communities = placer->communities;
    const char *declared = row->bundle.facility.declared_community;
    if (!declared || !communities || communities->count == 0)
        return true;
    uint32_t first, count = community_locator_named(communities, declared, &first);
    if (count == 0) {
        register_row_find(row, IMPORT_UNKNOWN_COMMUNITY, NULL, declared, NULL);
        return true;
    }
    if (!has_outline(communities, first, count) || in_declared(communities, first, count, point))
        return true;
    if (placer->not_shifted && crs_gcj02_applies(point) &&
        in_declared(communities, first, count, crs_to_wgs84(COORDSYS_GCJ02, point))) {
        register_row_find(row, IMPORT_PROBABLY_GCJ02, row->given.columns, row->given.text,
                          declared);
        return false;
    }
    register_row_find(row, IMPORT_COMMUNITY_DIFFERS, row->given.columns, row->given.text, declared);
    return true;
}

void register_place(const struct register_placer *placer, struct register_row *row)
{
    const struct register_given *given = &row->given;
    struct facility_record *facility = &row->bundle.facility;
    if (!placer->transform)
        return;
    enum import_warning warning = IMPORT_WARNING_COUNT;
    struct geo_point point;
    if (!given->present)
        warning = IMPORT_NO_COORDINATES;
    else if (!given->readable)
        warning = IMPORT_UNREADABLE_COORDINATES;
    else if (given->x == 0 && given->y == 0)
        warning = IMPORT_ZERO_COORDINATES;
    else if (given->coarse)
        warning = IMPORT_COARSE_COORDINATES;
    else if (!in_region(placer, given->x, given->y, &point))
        warning = misplaced(placer, given->x, given->y);
    if (warning != IMPORT_WARNING_COUNT) {
        register_row_find(row, warning, given->columns, given->text, NULL);
        return;
    }
    if (!agrees_with_declared(placer, row, point))
        return;
    facility->lon_e7 = geo_e7(point.lon);
    facility->lat_e7 = geo_e7(point.lat);
    int32_t community =
        placer->communities ? community_locator_at(placer->communities, point) : COMMUNITY_NONE;
    if (community != COMMUNITY_NONE)
        facility->community = placer->communities->communities[community].code;
}
