/*
 * Writing a Mapbox Vector Tile, version 2.1 (github.com/mapbox/vector-tile-spec/tree/master/2.1).
 *
 *   mvt_begin(&mvt);
 *   mvt_layer_begin(&mvt, "streets");
 *   mvt_feature_begin(&mvt, MVT_LINE);
 *   mvt_tag_text(&mvt, "class", "primary");
 *   mvt_line(&mvt, points, count);          any number of them
 *   mvt_feature_end(&mvt);                  left out where nothing was drawn
 *   mvt_layer_end(&mvt);                    left out where it has no feature
 *   status = mvt_end(&mvt, &bytes, &length, error);
 *
 * Geometry is made to be valid as the specification wants it: no two equal points in a row, rings with
 * an area, exterior ones clockwise as one looks at the map and interior ones against, and none of an
 * exterior that is not there. Keys and values of a layer are written once each. Errors stick, and
 * mvt_end() tells them. One thread at a time; kept and reused tile after tile.
 */
#ifndef GEO_MVT_H
#define GEO_MVT_H

#include "geo/clip.h"

enum mvt_type { MVT_POINT = 1, MVT_LINE = 2, MVT_POLYGON = 3 };

enum {
    MVT_KEYS = 16,     /* of one layer */
    MVT_VALUES = 6000, /* of one layer, that are looked for before they are written again */
    MVT_SLOTS = 1 << 14
};

struct mvt_bytes {
    uint8_t *bytes;
    size_t length, capacity;
};

struct mvt {
    size_t max_bytes;
    enum status failed;
    struct mvt_bytes tile, layer, values; /* layer: its features */
    const char *layer_name;
    const char *keys[MVT_KEYS];
    uint32_t key_count, value_count, known_count;
    struct {
        const char *text; /* NULL: a number */
        int64_t number;
    } known[MVT_VALUES];       /* values that are looked for */
    uint16_t slots[MVT_SLOTS]; /* by hash: number in `known` + 1; 0 = free */

    /* of the feature under way */
    enum mvt_type type;
    bool has_exterior;
    int64_t exterior_area2;
    struct {
        size_t geometry_count;
        int32_t cursor_x, cursor_y;
    } before_exterior;
    int32_t cursor_x, cursor_y;
    uint32_t tags[2 * MVT_KEYS], tag_count;
    uint32_t *geometry; /* commands and parameters */
    size_t geometry_count, geometry_capacity;
    struct grid_points ring; /* scratch */
};

/* Nothing is allocated until something is written. max_bytes: of a whole tile. */
void mvt_init(struct mvt *mvt, size_t max_bytes);
void mvt_release(struct mvt *mvt); /* safe on {0} and safe twice */

void mvt_begin(struct mvt *mvt);
/* Names, keys and texts are borrowed until the layer ends; texts are valid UTF-8. */
void mvt_layer_begin(struct mvt *mvt, const char *name);
void mvt_feature_begin(struct mvt *mvt, enum mvt_type type);
void mvt_tag_text(struct mvt *mvt, const char *key, const char *text); /* NULL or "": no tag */
void mvt_tag_int(struct mvt *mvt, const char *key, int64_t number);
void mvt_point(struct mvt *mvt, struct grid_point point);
void mvt_line(struct mvt *mvt, const struct grid_point *points, uint32_t count);
/* Not closed: the last point is not the first again. An interior ring follows its exterior one. */
void mvt_ring(struct mvt *mvt, const struct grid_point *points, uint32_t count, bool is_exterior);
void mvt_feature_end(struct mvt *mvt);
void mvt_layer_end(struct mvt *mvt);

/* The bytes are the writer's, good until it begins again; none for an empty tile. MEMORY; LIMIT past
 * max_bytes. */
enum status MUST_CHECK mvt_end(struct mvt *mvt, const uint8_t **bytes, size_t *length,
                               struct error *error);

/* Twice the area of a ring, positive where it runs clockwise as one looks at the map (y to the
 * south). Exact for rings up to 2^30 wide. */
int64_t mvt_ring_area2(const struct grid_point *points, uint32_t count);

#endif
