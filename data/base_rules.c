/*
 * What the base map shows at which zoom. Design values, chosen so that a map 256 pixels a tile is not
 * crowded and a tile of a dense city stays small: at zoom 12 a pixel is 33 m in Hangzhou, at 14 8 m, at
 * 16 2 m. Ranks are those of osm_tags.h.
 */
#include "data/base_map.h"

enum { RANKS = 8 };

struct rule {
    const char *layer;
    uint8_t least_zoom[RANKS]; /* by rank, from 1 */
    uint8_t name_zoom[RANKS];
    const char *class[RANKS];
    uint8_t least_pixels; /* an area is drawn once it covers so many; 0 = not an area */
};

static const struct rule rules[MAP_KIND_COUNT] = {
    [MAP_NOTHING] = {.layer = ""},
    [MAP_STREET] = {"streets",
                    {0, 8, 10, 11, 12, 13, 15, 16},
                    {0, 11, 12, 13, 14, 15, 16, 17},
                    {NULL, "motorway", "primary", "secondary", "tertiary", "minor", "path",
                     "steps"},
                    0},
    [MAP_RAIL] = {"streets", {0, 11, 13}, {0, 17, 17}, {NULL, "rail", "light_rail"}, 0},
    [MAP_WATERWAY] =
        {"water", {0, 10, 12, 14}, {0, 12, 14, 15}, {NULL, "river", "canal", "stream"}, 0},
    [MAP_WATER] = {"water", {0, 8}, {0, 13}, {NULL, "water"}, 16},
    [MAP_GREEN] = {"green", {0, 10, 10, 12}, {0, 14, 15, 17}, {NULL, "park", "wood", "grass"}, 32},
    [MAP_BUILDING] = {"buildings", {0, 15}, {0, 18}, {NULL}, 16},
    [MAP_STATION] = {"stations", {0, 12, 13}, {0, 12, 13}, {NULL, "railway", "metro"}, 0},
    [MAP_PLACE] = {"places",
                   {0, 8, 10, 12, 13, 14},
                   {0, 8, 10, 12, 13, 14},
                   {NULL, "city", "town", "suburb", "village", "neighbourhood"},
                   0},
};

static unsigned known(unsigned rank)
{
    return rank < RANKS ? rank : RANKS - 1;
}

static uint8_t clamp(uint8_t zoom)
{
    return zoom < BASE_MIN_ZOOM ? BASE_MIN_ZOOM : zoom > BASE_MAX_ZOOM ? BASE_MAX_ZOOM : zoom;
}

uint8_t base_least_zoom(enum map_kind kind, unsigned rank, double extent)
{
    const struct rule *rule = &rules[kind];
    uint8_t zoom = clamp(rule->least_zoom[known(rank)]);
    if (!rule->least_pixels)
        return zoom;
    /* a pixel is 2^(24 - zoom) units wide; what is small everywhere is drawn at the last zoom */
    double pixel = (double)(UINT32_C(1) << (24 - zoom));
    for (; zoom < BASE_MAX_ZOOM && extent < rule->least_pixels * pixel * pixel; zoom++)
        pixel /= 2;
    return zoom;
}

uint8_t base_name_zoom(enum map_kind kind, unsigned rank)
{
    return rules[kind].name_zoom[known(rank)];
}

const char *base_layer(enum map_kind kind)
{
    return rules[kind].layer;
}

const char *base_class(enum map_kind kind, unsigned rank)
{
    return rules[kind].class[known(rank)];
}
