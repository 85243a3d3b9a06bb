#include "data/base_map.h"

#include "geo/generalize.h"
#include "tests/test.h"

#include <math.h>
#include <string.h>

static void read_sample(struct osm_extract *extract, struct base_map *map)
{
    struct error error = {0};
    REQUIRE_OK(osm_read("data/regions/binjiang/streets.osm", NULL, NULL, extract, &error), &error);
    REQUIRE_OK(base_map_build(extract, map, &error), &error);
    CHECK(base_map_is_sound(map));
}

static void release(struct osm_extract *extract, struct base_map *map)
{
    base_map_release(map);
    base_map_release(map);
    osm_extract_release(extract);
}

TEST(the_base_map_has_every_feature_that_was_read_once)
{
    struct osm_extract extract;
    struct base_map map;
    read_sample(&extract, &map);
    CHECK(extract.is_invented);
    REQUIRE(map.feature_count == extract.feature_count && map.feature_count > 2500);
    uint32_t by_kind[MAP_KIND_COUNT] = {0}, named = 0, named_before = 0;
    uint64_t rings = 0, rings_before = 0;
    for (uint32_t i = 0; i < map.feature_count; i++) {
        by_kind[map.features[i].kind]++;
        rings += map.features[i].first_ring;
        rings_before += extract.features[i].first_ring;
        named += base_map_text(&map, map.features[i].name) != NULL;
        named_before += extract.text[extract.features[i].name] != '\0';
    }
    for (int kind = 0; kind < MAP_KIND_COUNT; kind++)
        CHECK_INT(by_kind[kind], extract.counts.features[kind]);
    CHECK_INT(rings, rings_before);
    CHECK(named == named_before && named > 70);
    release(&extract, &map);
}

TEST(blocks_hold_features_of_one_zoom_and_their_boxes_hold_their_points)
{
    struct osm_extract extract;
    struct base_map map;
    read_sample(&extract, &map);
    for (uint32_t b = 0; b < map.block_count; b++) {
        const struct base_block *block = &map.blocks[b];
        for (uint32_t i = block->first; i < block->first + block->count; i++) {
            const struct base_feature *feature = &map.features[i];
            CHECK_INT(feature->least_zoom, block->least_zoom);
            CHECK(feature->box.x0 >= block->box.x0 && feature->box.x1 <= block->box.x1 &&
                  feature->box.y0 >= block->box.y0 && feature->box.y1 <= block->box.y1);
            for (uint32_t r = 0; r < feature->ring_count; r++) {
                const struct base_ring *ring = &map.rings[feature->first_ring + r];
                for (uint32_t p = 0; p < ring->point_count; p++) {
                    struct plane_point point = map.points[ring->first_point + p];
                    CHECK(point.x >= feature->box.x0 && point.x <= feature->box.x1 &&
                          point.y >= feature->box.y0 && point.y <= feature->box.y1);
                }
            }
        }
    }
    release(&extract, &map);
}

TEST(points_of_the_base_map_are_those_of_the_file)
{
    struct osm_extract extract;
    struct base_map map;
    read_sample(&extract, &map);
    for (uint32_t i = 0; i < map.point_count; i++) {
        struct geo_point back = mercator_unproject(map.points[i]);
        CHECK_NEAR(back.lon, extract.points[i].lon_e7 / 1e7, 0.5e-7);
        CHECK_NEAR(back.lat, extract.points[i].lat_e7 / 1e7, 0.5e-7);
    }
    release(&extract, &map);
}

/* Two squares with a hole in the first, as the reader gives them, by either way round. */
TEST(holes_are_known_by_the_way_they_run)
{
    static struct network_point points[15];
    static const int32_t at[3][4] = {
        {0, 0, 1000, 1000}, {200, 200, 800, 800}, {2000, 0, 3000, 1000}};
    static const bool turned[3] = {false, true, false};
    static struct map_ring rings[3] = {{0, 5}, {5, 5}, {10, 5}};
    static struct map_feature feature = {0, 3, 0, 0, MAP_WATER, 1, MAP_AREA};
    static char text[1];
    for (int way = 0; way < 2; way++) {
        for (int r = 0; r < 3; r++) {
            const int32_t *b = at[r];
            const int32_t corners[4][2] = {{b[0], b[1]}, {b[2], b[1]}, {b[2], b[3]}, {b[0], b[3]}};
            for (int i = 0; i < 5; i++) {
                int corner = turned[r] != (way == 1) ? (4 - i) % 4 : i % 4;
                points[5 * r + i] = (struct network_point){1200000000 + corners[corner][0],
                                                           300000000 + corners[corner][1]};
            }
        }
        struct osm_extract extract = {.features = &feature,
                                      .rings = rings,
                                      .points = points,
                                      .text = text,
                                      .feature_count = 1,
                                      .ring_count = 3,
                                      .point_count = 15,
                                      .text_bytes = 1};
        struct base_map map;
        struct error error = {0};
        REQUIRE_OK(base_map_build(&extract, &map, &error), &error);
        CHECK(!map.rings[0].is_interior && map.rings[1].is_interior && !map.rings[2].is_interior);
        struct geo_point place = base_feature_place(&map, &map.features[0]);
        CHECK_NEAR(place.lon, 120.00015, 1e-7);
        CHECK_NEAR(place.lat, 30.00005, 1e-7);
        base_map_release(&map);
    }
}

TEST(an_area_is_drawn_once_it_is_large_enough_to_be_seen)
{
    double pixel_at_14 = 1 << 10; /* units of the plane */
    uint8_t before = BASE_MAX_ZOOM + 1;
    for (double pixels = 0.01; pixels < 1e6; pixels *= 2) {
        uint8_t zoom = base_least_zoom(MAP_WATER, 1, pixels * pixel_at_14 * pixel_at_14);
        CHECK(zoom <= before && zoom >= BASE_MIN_ZOOM && zoom <= BASE_MAX_ZOOM);
        CHECK_INT(zoom <= 14, pixels >= 16);
        before = zoom;
    }
    CHECK_INT(before, BASE_MIN_ZOOM);
    CHECK_INT(base_least_zoom(MAP_BUILDING, 1, 1e12), 15);
    CHECK_INT(base_least_zoom(MAP_STREET, 1, 0), 8);
    CHECK_INT(base_least_zoom(MAP_STREET, 5, 0), 13);
}

TEST(every_kind_has_a_layer_and_a_class_that_the_tiles_may_name)
{
    for (enum map_kind kind = MAP_STREET; kind < MAP_KIND_COUNT; kind++) {
        CHECK(base_layer(kind)[0] != '\0');
        CHECK((base_class(kind, 1) == NULL) == (kind == MAP_BUILDING));
        CHECK(base_name_zoom(kind, 1) >= BASE_MIN_ZOOM);
    }
}

TEST(a_base_map_that_points_outside_is_not_sound)
{
    struct osm_extract extract;
    struct base_map map;
    read_sample(&extract, &map);
    struct base_map broken = map;
    broken.ring_count--;
    CHECK(!base_map_is_sound(&broken));
    broken = map;
    broken.point_count--;
    CHECK(!base_map_is_sound(&broken));
    broken = map;
    broken.text_bytes = 1;
    CHECK(!base_map_is_sound(&broken));
    broken = map;
    broken.block_count--;
    CHECK(!base_map_is_sound(&broken));
    broken = map;
    broken.feature_count--;
    CHECK(!base_map_is_sound(&broken));
    CHECK(base_map_is_sound(&map));
    release(&extract, &map);
}
