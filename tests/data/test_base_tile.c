#include "data/base_tile.h"

#include "geo/mvt.h"
#include "tests/bench/map_world.h"
#include "tests/geo/mvt_decoder.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

struct drawing {
    struct map_world world;
    struct base_tiler *tiler;
};

static struct drawing *open_world(const char *file)
{
    struct drawing *drawing = calloc(1, sizeof *drawing);
    struct error error = {0};
    REQUIRE(drawing);
    REQUIRE_OK(map_world_open(file, &drawing->world, &error), &error);
    REQUIRE_OK(base_tiler_open(&drawing->tiler, &error), &error);
    return drawing;
}

static void close_world(struct drawing *drawing)
{
    base_tiler_close(drawing->tiler);
    base_tiler_close(NULL);
    map_world_release(&drawing->world);
    free(drawing);
}

static struct base_tile draw(struct drawing *drawing, struct tile_id id)
{
    struct base_tile tile;
    struct error error = {0};
    REQUIRE_OK(base_tile_draw(drawing->tiler, &drawing->world.dataset, id, &tile, &error), &error);
    return tile;
}

static struct decoded_tile decode(const struct base_tile *tile)
{
    uint8_t *bytes;
    size_t length;
    struct error error = {0};
    REQUIRE_OK(base_tile_unpack(tile->packed, tile->packed_bytes, &bytes, &length, &error), &error);
    CHECK_INT(length, tile->bytes);
    struct decoded_tile decoded = mvt_decode(bytes, length);
    free(bytes);
    return decoded;
}

static bool is_class_of(const char *layer, const char *class)
{
    for (enum map_kind kind = MAP_STREET; kind < MAP_KIND_COUNT; kind++)
        for (unsigned rank = 1; rank < 8 && strcmp(layer, base_layer(kind)) == 0; rank++) {
            const char *known = base_class(kind, rank);
            if (known ? class && strcmp(known, class) == 0 : !class)
                return true;
        }
    return false;
}

/* What no tile may lack, whatever it shows. */
static void check_tile(const struct base_tile *tile)
{
    struct decoded_tile decoded = decode(tile);
    CHECK(decoded.layer_count > 0);
    for (uint32_t l = 0; l < decoded.layer_count; l++) {
        const struct decoded_layer *layer = &decoded.layers[l];
        CHECK_INT(layer->extent, TILE_EXTENT);
        for (uint32_t f = 0; f < layer->feature_count; f++) {
            const struct decoded_feature *feature = &layer->features[f];
            CHECK(is_class_of(layer->name, mvt_decoded_text(feature, "class")));
            for (uint32_t p = 0; p < feature->part_count; p++)
                for (uint32_t i = 0; i < feature->parts[p].count; i++) {
                    struct grid_point at = feature->parts[p].points[i];
                    CHECK(at.x >= -128 && at.x <= 4224 && at.y >= -128 && at.y <= 4224);
                }
            if (feature->type == 3)
                CHECK(mvt_ring_area2(feature->parts[0].points, feature->parts[0].count) > 0);
        }
    }
    mvt_decoded_release(&decoded);
}

/* Every tile of these zooms; every `step`th one is looked into. */
static void check_all(struct drawing *drawing, uint32_t first_zoom, uint32_t step)
{
    uint32_t drawn = 0;
    for (uint32_t zoom = first_zoom; zoom <= BASE_MAX_ZOOM; zoom++) {
        struct map_world_tiles tiles = map_world_tiles(&drawing->world, zoom);
        for (uint32_t x = tiles.x0; x <= tiles.x1; x++)
            for (uint32_t y = tiles.y0; y <= tiles.y1; y++) {
                struct base_tile tile = draw(drawing, (struct tile_id){zoom, x, y});
                CHECK(tile.packed_bytes <= BASE_TILE_MAX_BYTES);
                if (tile.packed_bytes && drawn++ % step == 0)
                    check_tile(&tile);
            }
    }
    CHECK(drawn > 2000);
}

TEST(every_tile_of_the_sample_is_small_and_reads_back)
{
    struct drawing *drawing = open_world("data/regions/binjiang/streets.osm");
    check_all(drawing, BASE_MIN_ZOOM, 7);
    close_world(drawing);
}

TEST(every_tile_of_porto_from_zoom_10_is_small)
{
    struct drawing *drawing = open_world(test_data("osm/porto_r5.osm.pbf"));
    check_all(drawing, 10, 50);
    close_world(drawing);
}

/* A point's tile holds it under its name from its zoom on, and not before. */
TEST(places_and_stations_are_where_they_are_under_both_names)
{
    struct drawing *drawing = open_world("data/regions/binjiang/streets.osm");
    const struct base_map *map = &drawing->world.network.file.map;
    uint32_t found = 0;
    for (uint32_t i = 0; i < map->feature_count; i++) {
        const struct base_feature *feature = &map->features[i];
        if (feature->shape != MAP_POINT)
            continue;
        for (uint32_t zoom = 11; zoom <= 15; zoom++) {
            struct tile_id id = {zoom, feature->box.x0 >> (32 - zoom),
                                 feature->box.y0 >> (32 - zoom)};
            struct base_tile tile = draw(drawing, id);
            struct decoded_tile decoded = decode(&tile);
            const struct decoded_layer *layer =
                mvt_decoded_layer(&decoded, base_layer(feature->kind));
            const struct decoded_feature *seen = NULL;
            for (uint32_t f = 0; layer && f < layer->feature_count; f++) {
                const char *name = mvt_decoded_text(&layer->features[f], "name");
                if (name && strcmp(name, map->text + feature->name) == 0)
                    seen = &layer->features[f];
            }
            CHECK_INT(seen != NULL, zoom >= feature->least_zoom);
            if (seen) {
                uint32_t shift = mercator_grid_shift(zoom);
                CHECK_TEXT(mvt_decoded_text(seen, "name_en"), map->text + feature->name_en);
                CHECK_NEAR(seen->parts[0].points[0].x + id.x * 4096.0,
                           feature->box.x0 / (double)(1u << shift), 0.51);
                found++;
            }
            mvt_decoded_release(&decoded);
        }
    }
    CHECK(found > 70 * 2);
    close_world(drawing);
}

/* Does any feature of the layer have a name? */
static bool has_name(const struct decoded_layer *layer, const char *class)
{
    for (uint32_t f = 0; layer && f < layer->feature_count; f++) {
        const char *of = mvt_decoded_text(&layer->features[f], "class");
        if (of && strcmp(of, class) == 0 && mvt_decoded_text(&layer->features[f], "name"))
            return true;
    }
    return false;
}

TEST(names_of_streets_and_buildings_come_with_the_zoom)
{
    struct drawing *drawing = open_world("data/regions/binjiang/streets.osm");
    bool named[BASE_MAX_ZOOM + 1] = {false}, buildings[BASE_MAX_ZOOM + 1] = {false};
    for (uint32_t zoom = 11; zoom <= BASE_MAX_ZOOM; zoom++) {
        struct map_world_tiles tiles = map_world_tiles(&drawing->world, zoom);
        for (uint32_t x = tiles.x0; x <= tiles.x1; x++)
            for (uint32_t y = tiles.y0; y <= tiles.y1; y++) {
                struct base_tile tile = draw(drawing, (struct tile_id){zoom, x, y});
                if (!tile.packed_bytes)
                    continue;
                struct decoded_tile decoded = decode(&tile);
                named[zoom] |= has_name(mvt_decoded_layer(&decoded, "streets"), "primary");
                buildings[zoom] |= mvt_decoded_layer(&decoded, "buildings") != NULL;
                mvt_decoded_release(&decoded);
            }
    }
    CHECK(!named[11] && named[12] && named[17]);
    CHECK(!buildings[14] && buildings[16] && buildings[17]);
    close_world(drawing);
}

/* A town of a hundred thousand crooked streets within one tile: of a hundred one is primary, four are
 * secondary, fifteen tertiary, the rest lanes, paths and steps. */
static void crowd(struct map_world *world, struct tile_id id)
{
    enum { LANES = 100000, POINTS = 6 };
    struct map_feature *features = calloc(LANES, sizeof *features);
    struct map_ring *rings = calloc(LANES, sizeof *rings);
    struct network_point *points = calloc((size_t)LANES * POINTS, sizeof *points);
    struct test_random random = test_random();
    REQUIRE(features && rings && points);
    struct plane_box box = mercator_tile_box(id, 0);
    for (uint32_t i = 0; i < LANES; i++) {
        uint32_t n = i % 100;
        uint8_t rank = n < 1 ? 2 : n < 5 ? 3 : n < 20 ? 4 : (uint8_t)(5 + n % 3);
        features[i] = (struct map_feature){i, 1, 0, 0, MAP_STREET, rank, MAP_LINE};
        rings[i] = (struct map_ring){i * POINTS, POINTS};
        uint32_t x = box.x0 + test_random_below(&random, box.x1 - box.x0);
        uint32_t y = box.y0 + test_random_below(&random, box.y1 - box.y0);
        for (uint32_t p = 0; p < POINTS; p++) {
            struct geo_point at = mercator_unproject((struct plane_point){
                x + test_random_below(&random, 4000), y + test_random_below(&random, 4000)});
            points[i * POINTS + p] = (struct network_point){geo_e7(at.lon), geo_e7(at.lat)};
        }
    }
    struct osm_extract extract = {.features = features,
                                  .rings = rings,
                                  .points = points,
                                  .text = (char[]){""},
                                  .feature_count = LANES,
                                  .ring_count = LANES,
                                  .point_count = LANES * POINTS,
                                  .text_bytes = 1};
    struct error error = {0};
    base_map_release(&world->network.file.map);
    REQUIRE_OK(base_map_build(&extract, &world->network.file.map, &error), &error);
    free(features);
    free(rings);
    free(points);
}

TEST(a_tile_that_would_be_too_large_is_drawn_coarser_until_it_fits)
{
    struct drawing *drawing = open_world(test_fixture("osm/village.osm"));
    struct tile_id id = {14, 13672, 6745};
    crowd(&drawing->world, id);
    struct base_tile tile = draw(drawing, id);
    CHECK(tile.detail_zoom < 14 && tile.detail_zoom >= BASE_MIN_ZOOM);
    CHECK(tile.packed_bytes > 0 && tile.packed_bytes <= BASE_TILE_MAX_BYTES);
    check_tile(&tile);
    close_world(drawing);
}

TEST(the_same_tile_has_the_same_bytes)
{
    struct drawing *drawing = open_world("data/regions/binjiang/streets.osm");
    struct map_world_tiles tiles = map_world_tiles(&drawing->world, 15);
    struct tile_id id = {15, (tiles.x0 + tiles.x1) / 2, (tiles.y0 + tiles.y1) / 2};
    struct base_tile first = draw(drawing, id);
    uint8_t *kept = malloc(first.packed_bytes);
    REQUIRE(kept);
    memcpy(kept, first.packed, first.packed_bytes);
    draw(drawing, (struct tile_id){15, id.x + 1, id.y});
    struct base_tile again = draw(drawing, id);
    REQUIRE(again.packed_bytes == first.packed_bytes);
    CHECK(memcmp(kept, again.packed, again.packed_bytes) == 0);
    free(kept);
    close_world(drawing);
}

TEST(only_regions_that_draw_their_own_map_are_in_the_tiles)
{
    struct drawing *drawing = open_world(test_fixture("osm/village.osm"));
    struct map_world *world = &drawing->world;
    struct map_world_tiles tiles = map_world_tiles(world, 15);
    struct tile_id id = {15, tiles.x0, tiles.y0};
    CHECK(base_tile_is_any(&world->dataset) && draw(drawing, id).packed_bytes > 0);
    uint64_t version = base_tile_version(&world->dataset);
    world->network.file.checksum++;
    CHECK(base_tile_version(&world->dataset) != version);
    world->network.file.checksum--;
    CHECK(base_tile_version(&world->dataset) == version);
    world->region.map.basemap = BASEMAP_TIANDITU;
    CHECK(!base_tile_is_any(&world->dataset) && draw(drawing, id).packed_bytes == 0);
    CHECK(base_tile_version(&world->dataset) != version);
    world->region.map.basemap = BASEMAP_NONE;
    CHECK(!base_tile_is_any(&world->dataset));
    close_world(drawing);
}

TEST(a_tile_far_from_everything_is_empty)
{
    struct drawing *drawing = open_world(test_fixture("osm/village.osm"));
    CHECK_INT(draw(drawing, (struct tile_id){17, 0, 0}).packed_bytes, 0);
    CHECK_INT(draw(drawing, (struct tile_id){17, 131071, 131071}).packed_bytes, 0);
    close_world(drawing);
}

TEST(bytes_that_are_no_packed_tile_are_refused)
{
    uint8_t *bytes;
    size_t length;
    struct error error = {0};
    const uint8_t no_gzip[24] = "neither magic nor trail";
    CHECK_INT(base_tile_unpack(no_gzip, 7, &bytes, &length, &error), STATUS_CORRUPT);
    CHECK_INT(base_tile_unpack(no_gzip, sizeof no_gzip, &bytes, &length, &error), STATUS_CORRUPT);
    const uint8_t short_one[24] = {[20] = 5};
    CHECK_INT(base_tile_unpack(short_one, sizeof short_one, &bytes, &length, &error),
              STATUS_CORRUPT);
    CHECK(!bytes);
}
