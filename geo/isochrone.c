#include "geo/isochrone.h"

#include <math.h>
#include <string.h>

/*
 * A plane is laid at the middle of what is reached, metres east and north, and a grid over it. Each
 * grid point holds its distance to the nearest reached stretch, cut off at FAR_M. Every square is two
 * triangles, over which the distance is taken as linear; the contour at LINE_M runs through them.
 *
 * Why 12, 20 and 40: within a triangle of legs 12 m any point is on average at most 8.5 m from its
 * corners (weighted), and distance changes by at most a metre a metre, so a point inside the contour
 * is at most 20 + 8.5 m from a street, and a street, where the field reads at most 8.5, is always
 * inside. A triangle that the contour crosses has a corner below 20, so none at or above 20 + 17 < 40.
 */
static const double CELL_M = 12, LINE_M = 20, FAR_M = 40, MARGIN_M = 60;

enum { MAX_GRID_POINTS = 1 << 23 };

struct field {
    double west_lon, south_lat; /* of grid point (0, 0) */
    double lon_m, lat_m;        /* metres of a degree */
    uint32_t columns, rows;
    float *distance; /* by grid point */
    uint32_t *next;  /* by grid edge: the edge that the contour goes to; NO_EDGE */
};

#define NO_EDGE UINT32_MAX

/* The field ------------------------------------------------------------------------------------- */

struct extent {
    double west, south, east, north;
};

static void extend(void *context, struct geo_point from, struct geo_point to)
{
    struct extent *extent = context;
    extent->west = fmin(extent->west, fmin(from.lon, to.lon));
    extent->east = fmax(extent->east, fmax(from.lon, to.lon));
    extent->south = fmin(extent->south, fmin(from.lat, to.lat));
    extent->north = fmax(extent->north, fmax(from.lat, to.lat));
}

static enum status field_init(struct field *field, const struct reach *reach, uint32_t max_mm,
                              struct arena *arena, struct error *error)
{
    struct extent extent = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    isochrone_streets(reach, max_mm, extend, &extent);
    const double a = 6378137, e2 = 6.69437999014e-3, degree = 0.017453292519943295;
    double lat = (extent.south + extent.north) / 2 * degree;
    double w = 1 - e2 * sin(lat) * sin(lat);
    *field = (struct field){.lon_m = a / sqrt(w) * cos(lat) * degree,
                            .lat_m = a * (1 - e2) / (w * sqrt(w)) * degree};
    field->west_lon = extent.west - MARGIN_M / field->lon_m;
    field->south_lat = extent.south - MARGIN_M / field->lat_m;
    double width = (extent.east - extent.west) * field->lon_m + 2 * MARGIN_M;
    double height = (extent.north - extent.south) * field->lat_m + 2 * MARGIN_M;
    if (width / CELL_M * height / CELL_M > MAX_GRID_POINTS)
        return error_set(error, STATUS_LIMIT, "an isochrone of %.0f by %.0f km is too large",
                         width / 1000, height / 1000);
    field->columns = (uint32_t)(width / CELL_M) + 2;
    field->rows = (uint32_t)(height / CELL_M) + 2;
    size_t points = (size_t)field->columns * field->rows;
    field->distance = arena_calloc(arena, points, sizeof *field->distance);
    field->next = arena_calloc(arena, points * 3, sizeof *field->next);
    if (!field->distance || !field->next)
        return error_set(error, STATUS_LIMIT, "there is no room for an isochrone of %zu points",
                         points);
    return STATUS_OK;
}

static uint32_t clamp_index(double value, uint32_t count)
{
    return value <= 0 ? 0 : value >= count - 1 ? count - 1 : (uint32_t)value;
}

/* Lower the field around one stretch. */
static void add_stretch(void *context, struct geo_point from, struct geo_point to)
{
    struct field *field = context;
    double ax = (from.lon - field->west_lon) * field->lon_m;
    double ay = (from.lat - field->south_lat) * field->lat_m;
    double dx = (to.lon - from.lon) * field->lon_m, dy = (to.lat - from.lat) * field->lat_m;
    double square = dx * dx + dy * dy, inverse = square > 0 ? 1 / square : 0;
    uint32_t west = clamp_index(ceil((fmin(ax, ax + dx) - FAR_M) / CELL_M), field->columns);
    uint32_t east = clamp_index(floor((fmax(ax, ax + dx) + FAR_M) / CELL_M), field->columns);
    uint32_t south = clamp_index(ceil((fmin(ay, ay + dy) - FAR_M) / CELL_M), field->rows);
    uint32_t north = clamp_index(floor((fmax(ay, ay + dy) + FAR_M) / CELL_M), field->rows);
    for (uint32_t row = south; row <= north; row++) {
        float *line = field->distance + (size_t)row * field->columns;
        double py = row * CELL_M - ay;
        for (uint32_t column = west; column <= east; column++) {
            double px = column * CELL_M - ax;
            double share = (px * dx + py * dy) * inverse;
            share = share < 0 ? 0 : share > 1 ? 1 : share;
            double x = px - share * dx, y = py - share * dy;
            float square_m = (float)(x * x + y * y); /* squared until the contour is drawn */
            line[column] = square_m < line[column] ? square_m : line[column];
        }
    }
}

static void fill_field(struct field *field, const struct reach *reach, uint32_t max_mm)
{
    size_t points = (size_t)field->columns * field->rows;
    for (size_t i = 0; i < points; i++)
        field->distance[i] = (float)(FAR_M * FAR_M);
    isochrone_streets(reach, max_mm, add_stretch, field);
    for (size_t i = 0; i < points; i++)
        field->distance[i] = sqrtf(field->distance[i]);
}

/* The contour ----------------------------------------------------------------------------------- */

/*
 * Grid edges by number: point * 3 + 0 to the east, + 1 to the north, + 2 to the north-east (the
 * diagonal that halves a square). The contour enters a triangle over one edge and leaves over another,
 * with the inside on its left: next[edge it enters by] = edge it leaves by, so that following next
 * walks a ring; each crossed edge is entered once, for it is left from the other side.
 */
enum { EAST, NORTH, DIAGONAL };

static bool is_inside(const struct field *field, uint32_t point)
{
    return field->distance[point] < (float)LINE_M;
}

/* Corners a, b, c counter-clockwise; ab, bc, ca are the numbers of the edges between them. */
static void cross_triangle(struct field *field, const uint32_t corner[3], const uint32_t edge[3])
{
    bool in[3] = {is_inside(field, corner[0]), is_inside(field, corner[1]),
                  is_inside(field, corner[2])};
    if (in[0] == in[1] && in[1] == in[2])
        return;
    /* The contour leaves where the border, walked counter-clockwise, goes out of the inside, and
     * enters where it comes in again: then the inside is on its left. */
    uint32_t enter = NO_EDGE, leave = NO_EDGE;
    for (int i = 0; i < 3; i++) {
        bool a = in[i], b = in[(i + 1) % 3];
        if (a && !b)
            enter = edge[i];
        if (!a && b)
            leave = edge[i];
    }
    field->next[enter] = leave;
}

static void trace_triangles(struct field *field)
{
    memset(field->next, 0xFF, (size_t)field->columns * field->rows * 3 * sizeof *field->next);
    for (uint32_t row = 0; row + 1 < field->rows; row++) {
        for (uint32_t column = 0; column + 1 < field->columns; column++) {
            uint32_t p = row * field->columns + column, up = p + field->columns;
            const uint32_t lower[3] = {p, p + 1, up + 1};
            const uint32_t lower_edges[3] = {p * 3 + EAST, (p + 1) * 3 + NORTH, p * 3 + DIAGONAL};
            const uint32_t upper[3] = {p, up + 1, up};
            const uint32_t upper_edges[3] = {p * 3 + DIAGONAL, up * 3 + EAST, p * 3 + NORTH};
            cross_triangle(field, lower, lower_edges);
            cross_triangle(field, upper, upper_edges);
        }
    }
}

static struct geo_point crossing(const struct field *field, uint32_t edge)
{
    uint32_t a = edge / 3, b = a;
    b += edge % 3 == EAST ? 1 : edge % 3 == NORTH ? field->columns : field->columns + 1;
    double da = (double)field->distance[a], db = (double)field->distance[b];
    /* Kept off the corners, so that rings stay simple after rounding to 1e-7 degree. */
    double share = fmin(0.99, fmax(0.01, (LINE_M - da) / (db - da)));
    double x = (a % field->columns + share * (b % field->columns - (double)(a % field->columns)));
    double y = (a / field->columns + share * (b / field->columns - (double)(a / field->columns)));
    double lon = field->west_lon + x * CELL_M / field->lon_m;
    double lat = field->south_lat + y * CELL_M / field->lat_m;
    return geo_point_from_e7(geo_e7(lon), geo_e7(lat));
}

/* Rings ----------------------------------------------------------------------------------------- */

/* Twice the signed area in square metres; positive counter-clockwise. */
static double ring_area2(const struct field *field, const struct geo_ring *ring)
{
    double sum = 0;
    for (uint32_t i = 0; i + 1 < ring->count; i++) {
        double ax = (ring->points[i].lon - field->west_lon) * field->lon_m;
        double ay = (ring->points[i].lat - field->south_lat) * field->lat_m;
        double bx = (ring->points[i + 1].lon - field->west_lon) * field->lon_m;
        double by = (ring->points[i + 1].lat - field->south_lat) * field->lat_m;
        sum += ax * by - bx * ay;
    }
    return sum;
}

struct rings {
    struct geo_ring *rings;
    double *area2;
    uint32_t *owner; /* of a hole: the outline it lies in */
    uint32_t count;
};

/* Walk the ring through `first`, unlinking it; twice: to count, then to write. */
static enum status take_ring(struct field *field, uint32_t first, struct arena *arena,
                             struct geo_ring *ring, struct error *error)
{
    uint32_t count = 0, edge = first;
    do {
        count++;
        edge = field->next[edge];
    } while (edge != first);
    ring->points = arena_calloc(arena, (size_t)count + 1, sizeof *ring->points);
    if (!ring->points)
        return error_set(error, STATUS_LIMIT, "there is no room for a ring of %u points", count);
    ring->count = count + 1;
    for (uint32_t i = 0; i < count; i++) {
        ring->points[i] = crossing(field, edge);
        uint32_t after = field->next[edge];
        field->next[edge] = NO_EDGE;
        edge = after;
    }
    ring->points[count] = ring->points[0];
    return STATUS_OK;
}

static uint32_t count_rings(const struct field *field, uint8_t *seen)
{
    uint32_t count = 0, edges = field->columns * field->rows * 3;
    for (uint32_t edge = 0; edge < edges; edge++) {
        if (field->next[edge] == NO_EDGE || seen[edge])
            continue;
        count++;
        for (uint32_t at = edge; !seen[at]; at = field->next[at])
            seen[at] = 1;
    }
    return count;
}

static enum status collect_rings(struct field *field, struct arena *arena, struct rings *rings,
                                 struct error *error)
{
    uint32_t edges = field->columns * field->rows * 3;
    uint8_t *seen = arena_calloc(arena, edges, 1);
    uint32_t capacity = seen ? count_rings(field, seen) : 0;
    *rings = (struct rings){.rings = arena_calloc(arena, capacity, sizeof *rings->rings),
                            .area2 = arena_calloc(arena, capacity, sizeof *rings->area2),
                            .owner = arena_calloc(arena, capacity, sizeof *rings->owner)};
    if (!seen || !rings->rings || !rings->area2 || !rings->owner)
        return error_set(error, STATUS_LIMIT, "there is no room for the rings of an isochrone");
    for (uint32_t edge = 0; edge < edges; edge++) {
        if (field->next[edge] == NO_EDGE)
            continue;
        struct geo_ring *ring = &rings->rings[rings->count];
        enum status status = take_ring(field, edge, arena, ring, error);
        if (status)
            return status;
        rings->area2[rings->count++] = ring_area2(field, ring);
    }
    return STATUS_OK;
}

/* The one outline there is; rings->count where there are several, or none. */
static uint32_t only_outline(const struct rings *rings)
{
    uint32_t only = rings->count, outlines = 0;
    for (uint32_t i = 0; i < rings->count; i++)
        if (rings->area2[i] > 0) {
            only = i;
            outlines++;
        }
    return outlines == 1 ? only : rings->count;
}

/* The smallest outline around each hole. What is reached hangs together, so that there is nearly always
 * one alone, and nobody need ask its many points about each of many holes. */
static void find_owners(struct rings *rings)
{
    const uint32_t only = only_outline(rings);
    for (uint32_t i = 0; i < rings->count; i++) {
        rings->owner[i] = i;
        if (rings->area2[i] > 0)
            continue;
        if (only < rings->count) {
            rings->owner[i] = only;
            continue;
        }
        double least = INFINITY;
        for (uint32_t o = 0; o < rings->count; o++) {
            struct geo_polygon outline = {&rings->rings[o], 1};
            if (rings->area2[o] > -rings->area2[i] && rings->area2[o] < least &&
                geo_polygon_contains(&outline, rings->rings[i].points[0])) {
                least = rings->area2[o];
                rings->owner[i] = o;
            }
        }
    }
}

static void sort_polygons(struct isochrone_polygon *polygons, double *area2, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        for (uint32_t j = i; j > 0 && area2[j - 1] < area2[j]; j--) {
            struct isochrone_polygon polygon = polygons[j];
            double area = area2[j];
            polygons[j] = polygons[j - 1];
            area2[j] = area2[j - 1];
            polygons[j - 1] = polygon;
            area2[j - 1] = area;
        }
}

static enum status build_polygons(const struct rings *rings, struct arena *arena,
                                  struct isochrone_contour *contour, struct error *error)
{
    contour->polygons = arena_calloc(arena, rings->count, sizeof *contour->polygons);
    double *area2 = arena_calloc(arena, rings->count, sizeof *area2);
    struct geo_ring *list = arena_calloc(arena, rings->count, sizeof *list);
    if (!contour->polygons || !area2 || !list)
        return error_set(error, STATUS_LIMIT, "there is no room for the polygons of an isochrone");
    for (uint32_t i = 0; i < rings->count; i++) {
        contour->area_m2 += rings->area2[i] / 2;
        if (rings->area2[i] <= 0)
            continue;
        struct isochrone_polygon *polygon = &contour->polygons[contour->polygon_count];
        area2[contour->polygon_count++] = rings->area2[i];
        polygon->rings = list;
        polygon->rings[polygon->ring_count++] = rings->rings[i];
        for (uint32_t h = 0; h < rings->count; h++)
            if (rings->area2[h] <= 0 && rings->owner[h] == i)
                polygon->rings[polygon->ring_count++] = rings->rings[h];
        list += polygon->ring_count;
    }
    sort_polygons(contour->polygons, area2, contour->polygon_count);
    return STATUS_OK;
}

enum status isochrone_draw(const struct reach *reach, const uint32_t *max_mm, uint32_t count,
                           struct arena *arena, struct isochrone_contour *contours,
                           struct error *error)
{
    uint32_t largest = 0;
    for (uint32_t i = 0; i < count; i++)
        largest = max_mm[i] > largest ? max_mm[i] : largest;
    if (count == 0 || count > ISOCHRONE_MAX_CONTOURS || largest > reach->max_mm)
        return error_set(error, STATUS_INVALID,
                         "%u contours up to %u mm of a reach of %u mm; 1 to %d are drawn", count,
                         largest, reach->max_mm, ISOCHRONE_MAX_CONTOURS);
    struct field field;
    enum status status = field_init(&field, reach, largest, arena, error);
    for (uint32_t i = 0; !status && i < count; i++) {
        struct rings rings;
        contours[i] = (struct isochrone_contour){.max_mm = max_mm[i]};
        fill_field(&field, reach, max_mm[i]);
        trace_triangles(&field);
        status = collect_rings(&field, arena, &rings, error);
        if (!status) {
            find_owners(&rings);
            status = build_polygons(&rings, arena, &contours[i], error);
        }
    }
    return status;
}
