/*
 * The base map of a region: what is drawn beneath facilities, and the names one searches for, made
 * ready once, when an OpenStreetMap file is imported.
 *
 * Features are points of the plane (geo/mercator.h), each with the least zoom at which it is drawn,
 * each point with the least zoom at which it is kept. They stand in blocks of neighbours of one zoom,
 * so that a tile looks at a few blocks and draws what is in it, no more. Read by any thread.
 */
#ifndef DATA_BASE_MAP_H
#define DATA_BASE_MAP_H

#include "data/osm_reader.h"
#include "geo/mercator.h"

/* There are tiles of these zooms. */
enum { BASE_MIN_ZOOM = 8, BASE_MAX_ZOOM = 17 };

struct base_feature {
    struct plane_box box;
    uint32_t first_ring, ring_count; /* a point: one ring of one point; a line: one ring */
    uint32_t name, name_en;          /* into text; 0 = none */
    uint8_t kind, rank, shape;       /* enums map_kind, map_shape (osm_tags.h) */
    uint8_t least_zoom;              /* BASE_MIN_ZOOM … BASE_MAX_ZOOM */
};

struct base_ring {
    uint32_t first_point, point_count;
    uint32_t is_interior; /* of an area: a hole in the exterior ring before it */
};

/* Features first … first + count - 1, all of one least zoom, and the box around them. */
struct base_block {
    struct plane_box box;
    uint32_t first, count;
    uint32_t least_zoom;
};

struct base_map {
    const struct base_block *blocks; /* ascending by least zoom */
    const struct base_feature *features;
    const struct base_ring *rings;
    const struct plane_point *points;
    const uint8_t *point_zooms; /* beside points (geo/generalize.h) */
    const char *text;           /* NUL-terminated texts by offset; 0 is the empty one */
    uint32_t block_count, feature_count, ring_count, point_count, text_bytes;
};

/* Make it from what was read. Yours: base_map_release(). MEMORY. */
enum status MUST_CHECK base_map_build(const struct osm_extract *extract, struct base_map *map,
                                      struct error *error);
/* Only of one that was built; one from a file goes with the file. Safe on {0} and safe twice. */
void base_map_release(struct base_map *map);

/* Does nothing in it point outside, as must be proven of a file? */
bool base_map_is_sound(const struct base_map *map);

/* What whoever shows data of an OpenStreetMap file must say of them: the credit that the ODbL asks, or,
 * of a file that says of itself that it is invented (osm_reader.h), that. */
const char *base_map_attribution(bool is_invented);

/* A feature's name or name_en; NULL = none. (Street files written before 2026-11-25 hold a control
 * character at 0, so that nobody should read it there.) */
const char *base_map_text(const struct base_map *map, uint32_t text);

/* Where to put its name, or where somebody who chose it begins: of a point itself, of a line the
 * point at its middle place, of an area the middle of its box. */
struct geo_point base_feature_place(const struct base_map *map, const struct base_feature *feature);

/*
 * The least zoom at which a feature is drawn. `extent` is, of an area, its size in square units of the
 * plane (holes not taken off), of anything else not looked at.
 */
uint8_t base_least_zoom(enum map_kind kind, unsigned rank, double extent);
/* The least zoom at which its name is written. */
uint8_t base_name_zoom(enum map_kind kind, unsigned rank);
/* The layer of the tiles that it is in, and its class there ("streets", "primary"); class NULL = the
 * layer has none. */
const char *base_layer(enum map_kind kind);
const char *base_class(enum map_kind kind, unsigned rank);

#endif
