/*
 * Drawing a vector tile: points of the plane (mercator.h) are moved to the tile's grid, those that its
 * zoom does not need left out (generalize.h), the rest cut at the tile's edges (clip.h) and written
 * (mvt.h).
 *
 *   tile_begin(&pen, tile, TILE_MARGIN, tile.z);
 *   mvt_layer_begin(&pen.mvt, "water");
 *   mvt_feature_begin(&pen.mvt, MVT_POLYGON);
 *   mvt_tag_text(&pen.mvt, "name", "…");
 *   tile_ring(&pen, points, least_zoom, count, true);
 *   mvt_feature_end(&pen.mvt);
 *   …
 *   status = mvt_end(&pen.mvt, &bytes, &length, error);
 *
 * Failures to allocate stick in pen.mvt and are told by mvt_end(). One thread at a time; kept and
 * reused, so that a tile allocates nothing once a large one has been drawn.
 */
#ifndef GEO_TILE_H
#define GEO_TILE_H

#include "geo/mercator.h"
#include "geo/mvt.h"

/* How far beyond its edges a tile is drawn, of 4096: eight pixels of 256, so that the edge of a broad
 * line, or its round end, is not seen where two tiles meet. */
enum { TILE_MARGIN = 128 };

struct tile_pen {
    struct mvt mvt;
    struct tile_id tile;
    struct grid_box box;
    uint32_t detail_zoom;
    struct grid_points line, clipped, spare; /* scratch */
};

/* max_bytes: of a whole tile. */
void tile_init(struct tile_pen *pen, size_t max_bytes);
void tile_release(struct tile_pen *pen); /* safe on {0} and safe twice */

/* detail_zoom: points that no zoom up to it needs are left out; the tile's own, or less where the
 * tile would be too large. margin: 0 to TILE_EXTENT. */
void tile_begin(struct tile_pen *pen, struct tile_id tile, uint32_t margin, uint32_t detail_zoom);

/* The part inside the tile and its margin of what is there, into the feature under way. least_zoom is
 * beside points. */
void tile_point(struct tile_pen *pen, struct plane_point point);
void tile_line(struct tile_pen *pen, const struct plane_point *points, const uint8_t *least_zoom,
               uint32_t count);
/* Closed: its last point is its first again. An interior ring follows its exterior one. */
void tile_ring(struct tile_pen *pen, const struct plane_point *points, const uint8_t *least_zoom,
               uint32_t count, bool is_exterior);

/* A point of the plane on the grid of a tile, rounded to nearest, halves to the south-east. */
struct grid_point tile_grid_point(struct tile_id tile, struct plane_point point);

#endif
