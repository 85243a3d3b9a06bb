#include "data/base_tile.h"

#include "data/base_map.h"
#include "data/walking.h"
#include "geo/tile.h"

#include <libdeflate.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    RULES = 1, /* to be counted up when base_rules.c or this file draws otherwise */
    MAX_FOUND = 1 << 20,
    MAX_BYTES = 8 << 20,
    GZIP_LEVEL = 6
};

/* A feature in a tile, and where it stands in it. */
struct found {
    uint64_t key;
    const struct base_map *map;
    const struct base_feature *feature;
};

struct base_tiler {
    struct tile_pen pen;
    struct found *found;
    uint32_t count, capacity;
    struct libdeflate_compressor *gzip;
    uint8_t *packed;
    size_t packed_capacity;
};

enum status base_tiler_open(struct base_tiler **tiler, struct error *error)
{
    struct base_tiler *opened = calloc(1, sizeof *opened);
    *tiler = NULL;
    if (!opened || !(opened->gzip = libdeflate_alloc_compressor(GZIP_LEVEL))) {
        free(opened);
        return error_memory(error, "preparing to draw tiles");
    }
    tile_init(&opened->pen, MAX_BYTES);
    *tiler = opened;
    return STATUS_OK;
}

void base_tiler_close(struct base_tiler *tiler)
{
    if (!tiler)
        return;
    tile_release(&tiler->pen);
    libdeflate_free_compressor(tiler->gzip);
    free(tiler->found);
    free(tiler->packed);
    free(tiler);
}

static bool is_drawn(const struct dataset *dataset, const struct walking_network *network)
{
    return dataset->regions[network->region].map.basemap == BASEMAP_OWN;
}

bool base_tile_is_any(const struct dataset *dataset)
{
    for (uint32_t i = 0; i < dataset->network_count; i++)
        if (is_drawn(dataset, dataset->networks[i]))
            return true;
    return false;
}

uint64_t base_tile_version(const struct dataset *dataset)
{
    uint64_t version = RULES;
    for (uint32_t i = 0; i < dataset->network_count; i++)
        if (is_drawn(dataset, dataset->networks[i])) {
            version = (version ^ dataset->networks[i]->file.checksum) * 0x9E3779B97F4A7C15u;
            version ^= version >> 29;
        }
    return version;
}

static bool map_extent(const struct base_map *map, struct plane_box *box)
{
    for (uint32_t b = 0; b < map->block_count; b++) {
        const struct plane_box *of = &map->blocks[b].box;
        *box = b == 0 ? *of
                      : (struct plane_box){of->x0 < box->x0 ? of->x0 : box->x0,
                                           of->y0 < box->y0 ? of->y0 : box->y0,
                                           of->x1 > box->x1 ? of->x1 : box->x1,
                                           of->y1 > box->y1 ? of->y1 : box->y1};
    }
    return map->block_count > 0;
}

bool base_tile_extent(const struct dataset *dataset, struct geo_box *extent,
                      struct geo_point *middle)
{
    bool is_any = false;
    for (uint32_t i = 0; i < dataset->network_count; i++) {
        struct plane_box box;
        if (!is_drawn(dataset, dataset->networks[i]) ||
            !map_extent(&dataset->networks[i]->file.map, &box))
            continue;
        struct geo_point north_west = mercator_unproject((struct plane_point){box.x0, box.y0});
        struct geo_point south_east = mercator_unproject((struct plane_point){box.x1, box.y1});
        struct geo_box of = {north_west.lon, south_east.lat, south_east.lon, north_west.lat};
        if (!is_any) {
            *extent = of;
            *middle = mercator_unproject((struct plane_point){box.x0 + (box.x1 - box.x0) / 2,
                                                              box.y0 + (box.y1 - box.y0) / 2});
        }
        extent->west = fmin(extent->west, of.west);
        extent->south = fmin(extent->south, of.south);
        extent->east = fmax(extent->east, of.east);
        extent->north = fmax(extent->north, of.north);
        is_any = true;
    }
    return is_any;
}

const char *base_tile_attribution(const struct dataset *dataset)
{
    bool is_drawn_of[2] = {false, false}; /* of OpenStreetMap, invented */
    for (uint32_t i = 0; i < dataset->network_count; i++)
        if (is_drawn(dataset, dataset->networks[i]))
            is_drawn_of[dataset->networks[i]->file.is_invented] = true;
    /* a map of both owes the credit; what is invented is said on the pages of its region */
    return is_drawn_of[0] || is_drawn_of[1] ? base_map_attribution(!is_drawn_of[0]) : NULL;
}

/* Finding --------------------------------------------------------------------------------------- */

/* Layers in the order in which they lie on one another. */
static const uint8_t layer_order[MAP_KIND_COUNT] = {
    [MAP_GREEN] = 0, [MAP_WATER] = 1,   [MAP_WATERWAY] = 1, [MAP_BUILDING] = 2, [MAP_STREET] = 3,
    [MAP_RAIL] = 3,  [MAP_STATION] = 4, [MAP_PLACE] = 5,    [MAP_NOTHING] = 6,
};

static uint32_t shown_name(const struct base_feature *feature, uint32_t zoom)
{
    return zoom >= base_name_zoom(feature->kind, feature->rank) ? feature->name : 0;
}

/*
 * By layer; in it points from the great to the small, so that whoever puts names takes the great ones
 * first, and lines from the small to the great, which are drawn over them; lines of one class and name
 * beside one another, to be written as one.
 */
static uint64_t order_key(const struct base_feature *feature, uint32_t zoom, uint32_t map)
{
    uint64_t rank = feature->shape == MAP_LINE ? 15u - feature->rank : feature->rank;
    uint64_t name = feature->shape == MAP_LINE ? shown_name(feature, zoom) : 0;
    return (uint64_t)layer_order[feature->kind] << 60 | (uint64_t)feature->kind << 56 | rank << 52 |
           (uint64_t)(map & 0xFFFFF) << 32 | name;
}

static enum status keep(struct base_tiler *tiler, struct found found, struct error *error)
{
    if (tiler->count == tiler->capacity) {
        uint32_t capacity = tiler->capacity ? 2 * tiler->capacity : 1024;
        if (capacity > MAX_FOUND)
            return error_set(error, STATUS_LIMIT, "a tile would have more than %d features",
                             MAX_FOUND);
        struct found *grown = realloc(tiler->found, capacity * sizeof *grown);
        if (!grown)
            return error_memory(error, "drawing a tile");
        tiler->found = grown;
        tiler->capacity = capacity;
    }
    tiler->found[tiler->count++] = found;
    return STATUS_OK;
}

static enum status find_in_map(struct base_tiler *tiler, const struct base_map *map,
                               uint32_t number, struct tile_id id, uint32_t detail_zoom,
                               struct error *error)
{
    const struct plane_box box = mercator_tile_box(id, TILE_MARGIN);
    enum status status = STATUS_OK;
    for (uint32_t b = 0; b < map->block_count && !status; b++) {
        const struct base_block *block = &map->blocks[b];
        if (block->least_zoom > detail_zoom)
            break;
        if (!plane_boxes_touch(block->box, box))
            continue;
        for (uint32_t i = block->first; i < block->first + block->count && !status; i++) {
            const struct base_feature *feature = &map->features[i];
            if (plane_boxes_touch(feature->box, box))
                status = keep(tiler, (struct found){order_key(feature, id.z, number), map, feature},
                              error);
        }
    }
    return status;
}

static int by_key(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    /* features of one map stand in one array: the same every time */
    return x->feature < y->feature ? -1 : x->feature > y->feature;
}

static enum status find_all(struct base_tiler *tiler, const struct dataset *dataset,
                            struct tile_id id, uint32_t detail_zoom, struct error *error)
{
    enum status status = STATUS_OK;
    tiler->count = 0;
    for (uint32_t i = 0; i < dataset->network_count && !status; i++)
        if (is_drawn(dataset, dataset->networks[i]))
            status = find_in_map(tiler, &dataset->networks[i]->file.map, i, id, detail_zoom, error);
    if (!status && tiler->count)
        qsort(tiler->found, tiler->count, sizeof *tiler->found, by_key);
    return status;
}

/* Drawing --------------------------------------------------------------------------------------- */

static void begin_feature(struct base_tiler *tiler, const struct found *found)
{
    static const enum mvt_type types[] = {
        [MAP_POINT] = MVT_POINT, [MAP_LINE] = MVT_LINE, [MAP_AREA] = MVT_POLYGON};
    struct mvt *mvt = &tiler->pen.mvt;
    const struct base_feature *feature = found->feature;
    mvt_feature_begin(mvt, types[feature->shape]);
    mvt_tag_text(mvt, "class", base_class(feature->kind, feature->rank));
    if (shown_name(feature, tiler->pen.tile.z)) {
        mvt_tag_text(mvt, "name", base_map_text(found->map, feature->name));
        mvt_tag_text(mvt, "name_en", base_map_text(found->map, feature->name_en));
    }
}

static void draw_rings(struct base_tiler *tiler, const struct found *found)
{
    const struct base_map *map = found->map;
    const struct base_feature *feature = found->feature;
    for (uint32_t r = 0; r < feature->ring_count; r++) {
        const struct base_ring *ring = &map->rings[feature->first_ring + r];
        const struct plane_point *points = map->points + ring->first_point;
        const uint8_t *zooms = map->point_zooms + ring->first_point;
        if (feature->shape == MAP_POINT)
            tile_point(&tiler->pen, points[0]);
        else if (feature->shape == MAP_LINE)
            tile_line(&tiler->pen, points, zooms, ring->point_count);
        else
            tile_ring(&tiler->pen, points, zooms, ring->point_count, !ring->is_interior);
    }
}

/* Lines that would be tagged alike are one feature. */
static bool goes_on(const struct found *previous, const struct found *found)
{
    return previous->key == found->key && found->feature->shape == MAP_LINE &&
           ((uint32_t)found->key == 0 || previous->feature->name_en == found->feature->name_en);
}

static void draw(struct base_tiler *tiler, struct tile_id id, uint32_t detail_zoom)
{
    struct mvt *mvt = &tiler->pen.mvt;
    tile_begin(&tiler->pen, id, TILE_MARGIN, detail_zoom);
    for (uint32_t i = 0; i < tiler->count; i++) {
        const struct found *found = &tiler->found[i], *previous = i ? found - 1 : NULL;
        bool same_layer = previous && found->key >> 60 == previous->key >> 60;
        if (!same_layer) {
            if (previous) {
                mvt_feature_end(mvt);
                mvt_layer_end(mvt);
            }
            mvt_layer_begin(mvt, base_layer(found->feature->kind));
            begin_feature(tiler, found);
        } else if (!goes_on(previous, found)) {
            mvt_feature_end(mvt);
            begin_feature(tiler, found);
        }
        draw_rings(tiler, found);
    }
    if (tiler->count) {
        mvt_feature_end(mvt);
        mvt_layer_end(mvt);
    }
}

/* tile->packed_bytes 0 where there is nothing. */
static enum status pack(struct base_tiler *tiler, struct base_tile *tile, struct error *error)
{
    const uint8_t *bytes;
    enum status status = mvt_end(&tiler->pen.mvt, &bytes, &tile->bytes, error);
    if (status || tile->bytes == 0)
        return status;
    size_t bound = libdeflate_gzip_compress_bound(tiler->gzip, tile->bytes);
    if (bound > tiler->packed_capacity) {
        uint8_t *grown = realloc(tiler->packed, bound);
        if (!grown)
            return error_memory(error, "drawing a tile");
        tiler->packed = grown;
        tiler->packed_capacity = bound;
    }
    tile->packed = tiler->packed;
    tile->packed_bytes =
        libdeflate_gzip_compress(tiler->gzip, bytes, tile->bytes, tiler->packed, bound);
    return STATUS_OK;
}

enum status base_tile_draw(struct base_tiler *tiler, const struct dataset *dataset,
                           struct tile_id id, struct base_tile *tile, struct error *error)
{
    enum status status = STATUS_OK;
    for (uint32_t detail = id.z; detail >= BASE_MIN_ZOOM; detail--) {
        *tile = (struct base_tile){.detail_zoom = detail};
        status = find_all(tiler, dataset, id, detail, error);
        if (!status) {
            draw(tiler, id, detail);
            status = pack(tiler, tile, error);
        }
        bool is_too_large = status == STATUS_LIMIT || tile->packed_bytes > BASE_TILE_MAX_BYTES;
        if (!is_too_large)
            break;
    }
    return status;
}

/* How long it was before: the last four bytes of a gzip member (RFC 1952, ISIZE). */
static size_t unpacked_bytes(const uint8_t *packed, size_t packed_bytes)
{
    if (packed_bytes < 18) /* a header of 10 bytes and a trailer of 8 */
        return MAX_BYTES + 1;
    const uint8_t *at = packed + packed_bytes - 4;
    return at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16 | (size_t)at[3] << 24;
}

enum status base_tile_unpack(const uint8_t *packed, size_t packed_bytes, uint8_t **bytes,
                             size_t *length, struct error *error)
{
    *bytes = NULL;
    *length = unpacked_bytes(packed, packed_bytes);
    if (*length > MAX_BYTES)
        return error_set(error, STATUS_CORRUPT, "a packed tile cannot be unpacked");
    struct libdeflate_decompressor *gzip = libdeflate_alloc_decompressor();
    uint8_t *made = gzip ? malloc(*length + 1) : NULL;
    enum status status = made ? STATUS_OK : error_memory(error, "unpacking a tile");
    if (!status && libdeflate_gzip_decompress(gzip, packed, packed_bytes, made, *length, NULL) !=
                       LIBDEFLATE_SUCCESS)
        status = error_set(error, STATUS_CORRUPT, "a packed tile cannot be unpacked");
    libdeflate_free_decompressor(gzip);
    if (status) {
        free(made);
        return status;
    }
    *bytes = made;
    return STATUS_OK;
}
