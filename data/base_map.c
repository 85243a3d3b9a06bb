#include "data/base_map.h"

#include "geo/generalize.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_FEATURES = 32 };

struct order {
    uint64_t key; /* least zoom, then place on a curve */
    uint32_t feature;
    uint8_t least_zoom;
};

struct build {
    const struct osm_extract *extract;
    struct base_block *blocks;
    struct base_feature *features;
    struct base_ring *rings;
    struct plane_point *points;
    uint8_t *point_zooms;
    struct order *order;
};

static void release_build(struct build *build)
{
    free(build->blocks);
    free(build->features);
    free(build->rings);
    free(build->points);
    free(build->point_zooms);
    free(build->order);
}

static enum status make_room(struct build *build, struct error *error)
{
    const struct osm_extract *extract = build->extract;
    size_t features = extract->feature_count + (size_t)1; /* never of no bytes */
    build->blocks = calloc(features, sizeof *build->blocks);
    build->features = calloc(features, sizeof *build->features);
    build->order = calloc(features, sizeof *build->order);
    build->rings = calloc(extract->ring_count + (size_t)1, sizeof *build->rings);
    build->points = calloc(extract->point_count + (size_t)1, sizeof *build->points);
    build->point_zooms = calloc(extract->point_count + (size_t)1, 1);
    return build->blocks && build->features && build->order && build->rings && build->points &&
                   build->point_zooms
               ? STATUS_OK
               : error_memory(error, "preparing the base map");
}

/* Points and rings: they keep their places. --------------------------------------------------- */

static void project_points(struct build *build)
{
    for (uint32_t i = 0; i < build->extract->point_count; i++) {
        struct network_point point = build->extract->points[i];
        build->points[i] = mercator_project(geo_point_from_e7(point.lon_e7, point.lat_e7));
    }
}

/* Twice the area, by sign of the way round. */
static double ring_area2(const struct plane_point *points, uint32_t count)
{
    double area2 = 0;
    for (uint32_t i = 1; i + 1 < count; i++)
        area2 += ((double)points[i].x - points[0].x) * ((double)points[i + 1].y - points[0].y) -
                 ((double)points[i + 1].x - points[0].x) * ((double)points[i].y - points[0].y);
    return area2;
}

/* The reader gives an exterior ring, then the holes in it, which run the other way round. Returns the
 * area of the exterior ones. */
static double take_rings(struct build *build, const struct map_feature *feature)
{
    double extent = 0, first2 = 0;
    for (uint32_t i = 0; i < feature->ring_count; i++) {
        const struct map_ring *from = &build->extract->rings[feature->first_ring + i];
        struct base_ring *ring = &build->rings[feature->first_ring + i];
        const struct plane_point *points = build->points + from->first_point;
        *ring = (struct base_ring){from->first_point, from->point_count, 0};
        generalize(points, from->point_count, build->point_zooms + from->first_point);
        if (feature->shape != MAP_AREA)
            continue;
        double area2 = ring_area2(points, from->point_count);
        first2 = i == 0 ? area2 : first2;
        ring->is_interior = i > 0 && (area2 < 0) != (first2 < 0);
        extent += ring->is_interior ? 0 : fabs(area2) / 2;
    }
    return extent;
}

static struct plane_box box_of(const struct build *build, const struct map_feature *feature)
{
    struct plane_box box = {UINT32_MAX, UINT32_MAX, 0, 0};
    for (uint32_t r = 0; r < feature->ring_count; r++) {
        const struct map_ring *ring = &build->extract->rings[feature->first_ring + r];
        for (uint32_t i = 0; i < ring->point_count; i++) {
            struct plane_point point = build->points[ring->first_point + i];
            box.x0 = point.x < box.x0 ? point.x : box.x0;
            box.y0 = point.y < box.y0 ? point.y : box.y0;
            box.x1 = point.x > box.x1 ? point.x : box.x1;
            box.y1 = point.y > box.y1 ? point.y : box.y1;
        }
    }
    return box;
}

/* Features in their order ---------------------------------------------------------------------- */

/* Every second bit, from bit 0, of a number of 28 bits. */
static uint64_t spread(uint32_t value)
{
    uint64_t bits = value >> 4;
    bits = (bits | bits << 16) & 0x0000FFFF0000FFFFu;
    bits = (bits | bits << 8) & 0x00FF00FF00FF00FFu;
    bits = (bits | bits << 4) & 0x0F0F0F0F0F0F0F0Fu;
    bits = (bits | bits << 2) & 0x3333333333333333u;
    return (bits | bits << 1) & 0x5555555555555555u;
}

/* By zoom, then along a Z-order curve (Morton 1966) by the middle of the box. */
static uint64_t order_key(struct plane_box box, uint8_t least_zoom)
{
    uint32_t x = box.x0 + (box.x1 - box.x0) / 2, y = box.y0 + (box.y1 - box.y0) / 2;
    return (uint64_t)least_zoom << 58 | spread(x) | spread(y) << 1;
}

static int by_key(const void *a, const void *b)
{
    const struct order *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->feature < y->feature ? -1 : x->feature > y->feature;
}

static void find_order(struct build *build)
{
    for (uint32_t i = 0; i < build->extract->feature_count; i++) {
        const struct map_feature *feature = &build->extract->features[i];
        double extent = take_rings(build, feature);
        uint8_t zoom = base_least_zoom(feature->kind, feature->rank, extent);
        build->order[i] = (struct order){order_key(box_of(build, feature), zoom), i, zoom};
    }
    qsort(build->order, build->extract->feature_count, sizeof *build->order, by_key);
}

static void place_features(struct build *build)
{
    for (uint32_t i = 0; i < build->extract->feature_count; i++) {
        const struct map_feature *from = &build->extract->features[build->order[i].feature];
        build->features[i] = (struct base_feature){.box = box_of(build, from),
                                                   .first_ring = from->first_ring,
                                                   .ring_count = from->ring_count,
                                                   .name = from->name,
                                                   .name_en = from->name_en,
                                                   .kind = from->kind,
                                                   .rank = from->rank,
                                                   .shape = from->shape,
                                                   .least_zoom = build->order[i].least_zoom};
    }
}

static struct plane_box join(struct plane_box a, struct plane_box b)
{
    return (struct plane_box){a.x0 < b.x0 ? a.x0 : b.x0, a.y0 < b.y0 ? a.y0 : b.y0,
                              a.x1 > b.x1 ? a.x1 : b.x1, a.y1 > b.y1 ? a.y1 : b.y1};
}

static uint32_t make_blocks(struct build *build)
{
    uint32_t count = 0;
    struct base_block *block = NULL;
    for (uint32_t i = 0; i < build->extract->feature_count; i++) {
        const struct base_feature *feature = &build->features[i];
        if (!block || block->count == BLOCK_FEATURES || block->least_zoom != feature->least_zoom) {
            block = &build->blocks[count++];
            *block = (struct base_block){feature->box, i, 0, feature->least_zoom};
        }
        block->box = join(block->box, feature->box);
        block->count++;
    }
    return count;
}

enum status base_map_build(const struct osm_extract *extract, struct base_map *map,
                           struct error *error)
{
    struct build build = {.extract = extract};
    *map = (struct base_map){0};
    enum status status = make_room(&build, error);
    char *text = status ? NULL : malloc(extract->text_bytes + (size_t)1);
    if (!status && !text)
        status = error_memory(error, "preparing the base map");
    if (status) {
        release_build(&build);
        return status;
    }
    project_points(&build);
    find_order(&build);
    place_features(&build);
    memcpy(text, extract->text_bytes ? extract->text : "",
           extract->text_bytes ? extract->text_bytes : 1);
    *map = (struct base_map){.blocks = build.blocks,
                             .features = build.features,
                             .rings = build.rings,
                             .points = build.points,
                             .point_zooms = build.point_zooms,
                             .text = text,
                             .block_count = make_blocks(&build),
                             .feature_count = extract->feature_count,
                             .ring_count = extract->ring_count,
                             .point_count = extract->point_count,
                             .text_bytes = extract->text_bytes ? extract->text_bytes : 1};
    free(build.order);
    return STATUS_OK;
}

void base_map_release(struct base_map *map)
{
    free((void *)map->blocks);
    free((void *)map->features);
    free((void *)map->rings);
    free((void *)map->points);
    free((void *)map->point_zooms);
    free((void *)map->text);
    *map = (struct base_map){0};
}

/* Proof, and questions ------------------------------------------------------------------------- */

static bool is_feature_sound(const struct base_map *map, const struct base_feature *feature)
{
    return feature->ring_count > 0 &&
           (uint64_t)feature->first_ring + feature->ring_count <= map->ring_count &&
           feature->name < map->text_bytes && feature->name_en < map->text_bytes &&
           feature->kind > MAP_NOTHING && feature->kind < MAP_KIND_COUNT &&
           feature->shape <= MAP_AREA && feature->box.x0 <= feature->box.x1 &&
           feature->box.y0 <= feature->box.y1 && feature->least_zoom >= BASE_MIN_ZOOM &&
           feature->least_zoom <= BASE_MAX_ZOOM;
}

bool base_map_is_sound(const struct base_map *map)
{
    bool sound = map->text_bytes > 0 && map->text[map->text_bytes - 1] == '\0';
    uint64_t next = 0;
    for (uint32_t i = 0; sound && i < map->feature_count; i++)
        sound = is_feature_sound(map, &map->features[i]);
    for (uint32_t i = 0; sound && i < map->ring_count; i++)
        sound = map->rings[i].point_count > 0 &&
                (uint64_t)map->rings[i].first_point + map->rings[i].point_count <= map->point_count;
    for (uint32_t i = 0; sound && i < map->block_count; i++) {
        const struct base_block *block = &map->blocks[i];
        sound = block->first == next && block->box.x0 <= block->box.x1 &&
                block->box.y0 <= block->box.y1 &&
                (i == 0 || map->blocks[i - 1].least_zoom <= block->least_zoom);
        next += block->count;
    }
    return sound && next == map->feature_count;
}

const char *base_map_text(const struct base_map *map, uint32_t text)
{
    return text ? map->text + text : NULL;
}

struct geo_point base_feature_place(const struct base_map *map, const struct base_feature *feature)
{
    const struct base_ring *ring = &map->rings[feature->first_ring];
    struct plane_point place = map->points[ring->first_point + ring->point_count / 2];
    if (feature->shape == MAP_AREA)
        place = (struct plane_point){feature->box.x0 + (feature->box.x1 - feature->box.x0) / 2,
                                     feature->box.y0 + (feature->box.y1 - feature->box.y0) / 2};
    return mercator_unproject(place);
}

const char *base_map_attribution(bool is_invented)
{
    return is_invented ? "示例数据 / Sample data: streets, water and buildings are invented"
                       : "© OpenStreetMap contributors; the data are available under the Open "
                         "Database License (ODbL), https://www.openstreetmap.org/copyright";
}
