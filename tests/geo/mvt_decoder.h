/*
 * A strict decoder of vector tiles for tests, written from the specification alone: whatever it does
 * not know, or finds against the specification, fails the test that asked.
 */
#ifndef TESTS_GEO_MVT_DECODER_H
#define TESTS_GEO_MVT_DECODER_H

#include "geo/clip.h"

struct decoded_tag {
    char key[32], text[128]; /* text empty: a number */
    int64_t number;
};

/* A point, a line, or a ring without its last point again. */
struct decoded_part {
    struct grid_point *points;
    uint32_t count;
    bool is_closed;
};

struct decoded_feature {
    int type;
    struct decoded_tag tags[8];
    uint32_t tag_count;
    struct decoded_part *parts;
    uint32_t part_count;
};

struct decoded_layer {
    char name[32];
    uint32_t extent;
    struct decoded_feature *features;
    uint32_t feature_count, key_count, value_count;
};

struct decoded_tile {
    struct decoded_layer layers[8];
    uint32_t layer_count;
};

/* Yours: mvt_decoded_release(). */
struct decoded_tile mvt_decode(const uint8_t *bytes, size_t length);
void mvt_decoded_release(struct decoded_tile *tile);

/* NULL where it has none of that name. */
const struct decoded_layer *mvt_decoded_layer(const struct decoded_tile *tile, const char *name);
/* NULL where it is not tagged so. */
const char *mvt_decoded_text(const struct decoded_feature *feature, const char *key);

/* Half the area of the polygon: exterior rings less interior ones, by the signs of their areas. */
double mvt_decoded_area(const struct decoded_feature *feature);

#endif
