/*
 * Tiles of the base map: Mapbox vector tiles of the regions that draw their own (region_map.h), gzipped.
 *
 * Layers, with what their features have (TileJSON says the same): green (class park, wood, grass; name),
 * water (areas of class water, lines of river, canal, stream; name), buildings, streets (class motorway,
 * primary, secondary, tertiary, minor, path, steps, rail, light_rail; name), stations (class railway,
 * metro; name), places (class city, town, suburb, village, neighbourhood; name). Every name has its
 * name_en beside it where there is one, and only at zooms at which it is written (base_rules.c).
 */
#ifndef DATA_BASE_TILE_H
#define DATA_BASE_TILE_H

#include "data/dataset.h"
#include "geo/mercator.h"

/* What a tile may have, gzipped: one that would have more is drawn as the zoom above would draw it,
 * with fewer features and points, and so on. One whose greatest streets alone are too many (some
 * 10,000 of them) would end up empty. */
enum { BASE_TILE_MAX_BYTES = 50000 };

/* What one thread keeps to draw with. */
struct base_tiler;
enum status MUST_CHECK base_tiler_open(struct base_tiler **tiler, struct error *error);
void base_tiler_close(struct base_tiler *tiler); /* safe on NULL */

struct base_tile {
    const uint8_t *packed; /* gzip; the tiler's, good until its next tile */
    size_t packed_bytes;   /* 0: there is nothing in this tile */
    size_t bytes;          /* unpacked */
    uint32_t detail_zoom;  /* the tile's own, or less where it would have been too large */
};

/* Does any region of the dataset draw its own map? */
bool base_tile_is_any(const struct dataset *dataset);
/* Changes with the maps that are drawn, and with the rules they are drawn by; by nothing else. */
uint64_t base_tile_version(const struct dataset *dataset);

/* What all the maps that are drawn cover, WGS 84, and the middle of the first of them. false: there is
 * none, or nothing in it. */
bool base_tile_extent(const struct dataset *dataset, struct geo_box *extent,
                      struct geo_point *middle);
/* What whoever shows them must say (base_map_attribution()): OpenStreetMap's credit where any map is of it,
 * else that they are invented; NULL where there is none. */
const char *base_tile_attribution(const struct dataset *dataset);

/* Draw a tile: z BASE_MIN_ZOOM to BASE_MAX_ZOOM, x and y below 2^z. MEMORY; LIMIT where not even the
 * least detail fits into 8 MB. */
enum status MUST_CHECK base_tile_draw(struct base_tiler *tiler, const struct dataset *dataset,
                                      struct tile_id id, struct base_tile *tile,
                                      struct error *error);

/* The bytes of a gzipped tile, malloc'd: for whoever cannot take gzip. CORRUPT, MEMORY. */
enum status MUST_CHECK base_tile_unpack(const uint8_t *packed, size_t packed_bytes, uint8_t **bytes,
                                        size_t *length, struct error *error);

#endif
