/*
 * The public map of a region: what is drawn beneath it, and what a page that shows it must carry.
 * The keys of region.json are drawn in region.c; what the law asks stands in the README.
 */
#ifndef DATA_REGION_MAP_H
#define DATA_REGION_MAP_H

#include "geo/crs.h"

#include <jansson.h>

/* name, code in region.json and in the API */
#define BASEMAP_LIST(X)                                                                   \
    X(NONE, "none")         /* a list, no map beneath it */                               \
    X(OWN, "own")           /* our own vector tiles of the imported OpenStreetMap file */ \
    X(TIANDITU, "tianditu") /* 天地图: the browser asks that service, and nobody else, for tiles */

enum basemap {
#define X(name, code) BASEMAP_##name,
    BASEMAP_LIST(X)
#undef X
        BASEMAP_COUNT
};
const char *basemap_code(enum basemap basemap);

/* What the Content-Security-Policy of a page over 天地图 admits, and the tiles asked of it: WMTS in Web
 * Mercator, first the ground, then its names. {z}, {x}, {y} and {key} stand for what is put in. */
#define TIANDITU_HOST "https://t0.tianditu.gov.cn"
extern const char *const tianditu_layers[2];

/* Empty where region.json says nothing. */
struct region_map {
    enum basemap basemap;
    enum coordsys basemap_coordsys; /* the system its tiles are drawn in; the overlay must follow */
    char tianditu_key[65];          /* [0-9a-zA-Z]{16,64}; the browser shows it: it is no secret */
    char notice[256];               /* 审图号 … of the map, word for word */
    char icp[64];                   /* 浙ICP备…号, or a licence 浙B2-… */
    char police[64];                /* 浙公网安备…号 */
    char privacy_contact[128]; /* an e-mail address, a telephone number or an https:// address */
};

/* Read the keys of a parsed region.json; INVALID names key and rule. */
enum status MUST_CHECK region_map_read(const json_t *root, struct region_map *map,
                                       struct error *error);

/* Where the numbers lead; empty where there is none. */
#define ICP_HREF "https://beian.miit.gov.cn/"
enum { REGION_MAP_HREF_BYTES = 192 };
void region_map_police_href(const struct region_map *map, char href[REGION_MAP_HREF_BYTES]);
/* mailto:, tel: or https: */
void region_map_privacy_href(const struct region_map *map, char href[REGION_MAP_HREF_BYTES]);

#endif
