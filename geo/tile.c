#include "geo/tile.h"

#include <string.h>

void tile_init(struct tile_pen *pen, size_t max_bytes)
{
    memset(pen, 0, sizeof *pen);
    mvt_init(&pen->mvt, max_bytes);
}

void tile_release(struct tile_pen *pen)
{
    mvt_release(&pen->mvt);
    grid_points_release(&pen->line);
    grid_points_release(&pen->clipped);
    grid_points_release(&pen->spare);
}

void tile_begin(struct tile_pen *pen, struct tile_id tile, uint32_t margin, uint32_t detail_zoom)
{
    int32_t around = (int32_t)margin;
    pen->tile = tile;
    pen->detail_zoom = detail_zoom;
    pen->box = (struct grid_box){-around, -around, TILE_EXTENT + around, TILE_EXTENT + around};
    mvt_begin(&pen->mvt);
}

/* The tile's corner lies on the grid, so the same point of the plane comes to the same point of the
 * grid in every tile of a zoom. */
struct grid_point tile_grid_point(struct tile_id tile, struct plane_point point)
{
    uint32_t shift = mercator_grid_shift(tile.z);
    int64_t half = INT64_C(1) << shift >> 1;
    return (struct grid_point){
        (int32_t)(((point.x + half) >> shift) - (int64_t)tile.x * TILE_EXTENT),
        (int32_t)(((point.y + half) >> shift) - (int64_t)tile.y * TILE_EXTENT)};
}

static bool is_in(struct grid_point point, struct grid_box box)
{
    return point.x >= box.x0 && point.x <= box.x1 && point.y >= box.y0 && point.y <= box.y1;
}

/* The points that are kept, without repeats, in pen->line; are they all inside, or all outside? */
enum where { INSIDE, OUTSIDE, ACROSS };

static enum where take_points(struct tile_pen *pen, const struct plane_point *points,
                              const uint8_t *least_zoom, uint32_t count)
{
    struct grid_points *line = &pen->line;
    line->count = 0;
    if (grid_points_reserve(line, count)) {
        pen->mvt.failed = STATUS_MEMORY;
        return OUTSIDE;
    }
    struct grid_box around = {INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN};
    struct grid_point previous = {INT32_MAX, INT32_MAX};
    for (uint32_t i = 0; i < count; i++) {
        if (least_zoom[i] > pen->detail_zoom)
            continue;
        struct grid_point point = tile_grid_point(pen->tile, points[i]);
        if (point.x == previous.x && point.y == previous.y)
            continue;
        line->points[line->count++] = previous = point;
        around.x0 = point.x < around.x0 ? point.x : around.x0;
        around.x1 = point.x > around.x1 ? point.x : around.x1;
        around.y0 = point.y < around.y0 ? point.y : around.y0;
        around.y1 = point.y > around.y1 ? point.y : around.y1;
    }
    const struct grid_box *box = &pen->box;
    if (line->count == 0 || around.x0 > box->x1 || around.x1 < box->x0 || around.y0 > box->y1 ||
        around.y1 < box->y0)
        return OUTSIDE;
    bool all = around.x0 >= box->x0 && around.x1 <= box->x1 && around.y0 >= box->y0 &&
               around.y1 <= box->y1;
    return all ? INSIDE : ACROSS;
}

void tile_point(struct tile_pen *pen, struct plane_point point)
{
    struct grid_point at = tile_grid_point(pen->tile, point);
    if (is_in(at, pen->box))
        mvt_point(&pen->mvt, at);
}

void tile_line(struct tile_pen *pen, const struct plane_point *points, const uint8_t *least_zoom,
               uint32_t count)
{
    enum where where = take_points(pen, points, least_zoom, count);
    const struct grid_points *line = &pen->line;
    if (where == INSIDE)
        mvt_line(&pen->mvt, line->points, line->count);
    if (where != ACROSS || line->count < 2)
        return;
    pen->clipped.count = 0;
    if (grid_points_reserve(&pen->clipped, line->count + 2)) {
        pen->mvt.failed = STATUS_MEMORY;
        return;
    }
    uint32_t next = 0;
    while (clip_line_next(line->points, line->count, pen->box, &next, &pen->clipped))
        mvt_line(&pen->mvt, pen->clipped.points, pen->clipped.count);
}

void tile_ring(struct tile_pen *pen, const struct plane_point *points, const uint8_t *least_zoom,
               uint32_t count, bool is_exterior)
{
    enum where where = count < 4 ? OUTSIDE : take_points(pen, points, least_zoom, count - 1);
    const struct grid_points *ring = &pen->line;
    if (where == ACROSS &&
        clip_ring(ring->points, ring->count, pen->box, &pen->clipped, &pen->spare)) {
        pen->mvt.failed = STATUS_MEMORY;
        where = OUTSIDE;
    }
    if (where == ACROSS)
        ring = &pen->clipped;
    mvt_ring(&pen->mvt, ring->points, where == OUTSIDE ? 0 : ring->count, is_exterior);
}
