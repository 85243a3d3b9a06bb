#include "geo/tile.h"

#include "geo/generalize.h"
#include "tests/geo/mvt_decoder.h"
#include "tests/test.h"

#include <geos_c.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const struct tile_id hangzhou = {14, 13672, 6745};

static struct tile_pen *pen_make(size_t max_bytes)
{
    struct tile_pen *pen = malloc(sizeof *pen);
    REQUIRE(pen);
    tile_init(pen, max_bytes);
    return pen;
}

static void pen_free(struct tile_pen *pen)
{
    tile_release(pen);
    tile_release(pen);
    free(pen);
}

static struct decoded_tile read_back(struct tile_pen *pen)
{
    const uint8_t *bytes;
    size_t length;
    struct error error = {0};
    REQUIRE_OK(mvt_end(&pen->mvt, &bytes, &length, &error), &error);
    return mvt_decode(bytes, length);
}

/* The point of the plane at this point of a tile's grid. */
static struct plane_point plane_at(struct tile_id tile, double x, double y)
{
    double unit = 1u << mercator_grid_shift(tile.z);
    return (struct plane_point){(uint32_t)((tile.x * 4096.0 + x) * unit),
                                (uint32_t)((tile.y * 4096.0 + y) * unit)};
}

static uint32_t closed_box(struct tile_id tile, double x0, double y0, double x1, double y1,
                           struct plane_point ring[5])
{
    ring[0] = ring[4] = plane_at(tile, x0, y0);
    ring[1] = plane_at(tile, x1, y0);
    ring[2] = plane_at(tile, x1, y1);
    ring[3] = plane_at(tile, x0, y1);
    return 5;
}

static const uint8_t always[1024];

/* What is written is read ------------------------------------------------------------------------ */

TEST(tags_layers_and_points_are_read_back_as_they_were_written)
{
    struct tile_pen *pen = pen_make(1 << 20);
    tile_begin(pen, hangzhou, TILE_MARGIN, 14);
    mvt_layer_begin(&pen->mvt, "places");
    for (int i = 0; i < 3; i++) {
        mvt_feature_begin(&pen->mvt, MVT_POINT);
        mvt_tag_text(&pen->mvt, "class", i < 2 ? "suburb" : "town");
        mvt_tag_text(&pen->mvt, "name", "长河街道");
        mvt_tag_text(&pen->mvt, "name_en", i ? "Changhe" : NULL);
        mvt_tag_int(&pen->mvt, "rank", -i);
        tile_point(pen, plane_at(hangzhou, 100 * i, 4096));
        mvt_feature_end(&pen->mvt);
    }
    mvt_layer_end(&pen->mvt);
    mvt_layer_begin(&pen->mvt, "empty");
    mvt_layer_end(&pen->mvt);
    mvt_layer_begin(&pen->mvt, "nothing drawn");
    mvt_feature_begin(&pen->mvt, MVT_LINE);
    mvt_tag_text(&pen->mvt, "class", "x");
    mvt_feature_end(&pen->mvt);
    mvt_layer_end(&pen->mvt);
    struct decoded_tile tile = read_back(pen);
    REQUIRE(tile.layer_count == 1);
    const struct decoded_layer *layer = mvt_decoded_layer(&tile, "places");
    REQUIRE(layer && layer->feature_count == 3);
    CHECK_INT(layer->extent, 4096);
    CHECK_INT(layer->key_count, 4);
    CHECK_INT(layer->value_count, 2 + 1 + 1 + 3);
    CHECK_TEXT(mvt_decoded_text(&layer->features[1], "class"), "suburb");
    CHECK_TEXT(mvt_decoded_text(&layer->features[2], "class"), "town");
    CHECK_TEXT(mvt_decoded_text(&layer->features[2], "name"), "长河街道");
    CHECK(!mvt_decoded_text(&layer->features[0], "name_en"));
    CHECK_INT(layer->features[2].tags[3].number, -2);
    CHECK_INT(layer->features[2].parts[0].points[0].x, 200);
    CHECK_INT(layer->features[2].parts[0].points[0].y, 4096);
    mvt_decoded_release(&tile);
    pen_free(pen);
}

TEST(more_values_than_are_remembered_are_still_the_right_ones)
{
    struct tile_pen *pen = pen_make(4 << 20);
    enum { COUNT = MVT_VALUES + 500 };
    static char texts[COUNT][16];
    tile_begin(pen, hangzhou, 0, 14);
    mvt_layer_begin(&pen->mvt, "places");
    for (int i = 0; i < COUNT; i++) {
        snprintf(texts[i], sizeof texts[i], "name %d", i);
        mvt_feature_begin(&pen->mvt, MVT_POINT);
        mvt_tag_text(&pen->mvt, "name", texts[i]);
        tile_point(pen, plane_at(hangzhou, 1, 1));
        mvt_feature_end(&pen->mvt);
    }
    mvt_layer_end(&pen->mvt);
    struct decoded_tile tile = read_back(pen);
    REQUIRE(tile.layers[0].feature_count == COUNT);
    for (int i = 0; i < COUNT; i++)
        CHECK_TEXT(mvt_decoded_text(&tile.layers[0].features[i], "name"), texts[i]);
    mvt_decoded_release(&tile);
    pen_free(pen);
}

TEST(a_tile_that_is_too_large_says_so_and_the_next_one_is_drawn)
{
    struct tile_pen *pen = pen_make(10000);
    for (int turn = 0; turn < 2; turn++) {
        const uint8_t *bytes;
        size_t length;
        struct error error = {0};
        tile_begin(pen, hangzhou, 0, 14);
        mvt_layer_begin(&pen->mvt, "places");
        for (int i = 0; i < (turn ? 10 : 5000); i++) {
            mvt_feature_begin(&pen->mvt, MVT_POINT);
            tile_point(pen, plane_at(hangzhou, i % 4000, i / 4000));
            mvt_feature_end(&pen->mvt);
        }
        mvt_layer_end(&pen->mvt);
        CHECK_INT(mvt_end(&pen->mvt, &bytes, &length, &error), turn ? STATUS_OK : STATUS_LIMIT);
        CHECK(turn ? length > 0 : length == 0);
        if (!turn)
            CHECK_CONTAINS(error.message, "10000 bytes");
    }
    pen_free(pen);
}

/* Polygons --------------------------------------------------------------------------------------- */

static void begin_polygon(struct tile_pen *pen, struct tile_id tile, uint32_t margin)
{
    tile_begin(pen, tile, margin, tile.z);
    mvt_layer_begin(&pen->mvt, "water");
    mvt_feature_begin(&pen->mvt, MVT_POLYGON);
}

static struct decoded_tile end_polygon(struct tile_pen *pen)
{
    mvt_feature_end(&pen->mvt);
    mvt_layer_end(&pen->mvt);
    return read_back(pen);
}

static void reverse(struct plane_point *ring, uint32_t count)
{
    for (uint32_t i = 0, j = count - 1; i < j; i++, j--) {
        struct plane_point swapped = ring[i];
        ring[i] = ring[j];
        ring[j] = swapped;
    }
}

TEST(rings_wind_as_the_specification_says_whichever_way_they_came)
{
    struct tile_pen *pen = pen_make(1 << 20);
    struct plane_point outer[5], inner[5];
    for (int turn = 0; turn < 4; turn++) {
        closed_box(hangzhou, 100, 100, 2100, 1100, outer);
        closed_box(hangzhou, 200, 200, 300, 400, inner);
        if (turn & 1)
            reverse(outer, 5);
        if (turn & 2)
            reverse(inner, 5);
        begin_polygon(pen, hangzhou, 0);
        tile_ring(pen, outer, always, 5, true);
        tile_ring(pen, inner, always, 5, false);
        struct decoded_tile tile = end_polygon(pen);
        REQUIRE(tile.layer_count == 1 && tile.layers[0].features[0].part_count == 2);
        const struct decoded_part *parts = tile.layers[0].features[0].parts;
        CHECK_INT(mvt_ring_area2(parts[0].points, parts[0].count), 2 * 2000 * 1000);
        CHECK_INT(mvt_ring_area2(parts[1].points, parts[1].count), -2 * 100 * 200);
        mvt_decoded_release(&tile);
    }
    pen_free(pen);
}

TEST(rings_without_area_are_left_out_and_so_are_their_holes)
{
    struct tile_pen *pen = pen_make(1 << 20);
    struct plane_point outer[5], inner[5];
    closed_box(hangzhou, 100, 100, 100.2, 1100, outer);
    closed_box(hangzhou, 100, 200, 140, 300, inner);
    begin_polygon(pen, hangzhou, 0);
    tile_ring(pen, outer, always, 5, true);
    tile_ring(pen, inner, always, 5, false);
    closed_box(hangzhou, 5000, 100, 6000, 1100, outer); /* outside */
    tile_ring(pen, outer, always, 5, true);
    tile_ring(pen, inner, always, 5, false);
    tile_ring(pen, outer, always, 3, true); /* no ring */
    struct decoded_tile tile = end_polygon(pen);
    CHECK_INT(tile.layer_count, 0);
    mvt_decoded_release(&tile);
    pen_free(pen);
}

TEST(a_tile_inside_a_hole_is_empty)
{
    struct tile_pen *pen = pen_make(1 << 20);
    struct plane_point lake[5], island[5], pond[5];
    closed_box(hangzhou, -5000, -5000, 9000, 9000, lake);
    closed_box(hangzhou, -1000, -1000, 6000, 6000, island);
    closed_box(hangzhou, 10, 10, 20, 20, pond);
    begin_polygon(pen, hangzhou, TILE_MARGIN);
    tile_ring(pen, lake, always, 5, true);
    tile_ring(pen, island, always, 5, false);
    struct decoded_tile tile = end_polygon(pen);
    CHECK_INT(tile.layer_count, 0);
    mvt_decoded_release(&tile);
    begin_polygon(pen, hangzhou, TILE_MARGIN);
    tile_ring(pen, pond, always, 5, true);
    tile_ring(pen, lake, always, 5, true);
    tile_ring(pen, island, always, 5, false);
    tile_ring(pen, pond, always, 5, true); /* another polygon, after what was taken back */
    tile = end_polygon(pen);
    REQUIRE(tile.layer_count == 1 && tile.layers[0].features[0].part_count == 2);
    CHECK_NEAR(mvt_decoded_area(&tile.layers[0].features[0]), 200, 0);
    CHECK_INT(tile.layers[0].features[0].parts[1].points[0].x, 10);
    mvt_decoded_release(&tile);
    pen_free(pen);
}

/* A star with a hole, about `size` units of the grid wide. Closed; 4 to 60 points. */
static uint32_t draw_star(struct test_random *random, double x, double y, double size,
                          struct plane_point *ring)
{
    uint32_t count = 4 + test_random_below(random, 56);
    for (uint32_t i = 0; i < count; i++) {
        double angle = 6.283185307179586 * i / count,
               radius = size * (0.3 + test_random_unit(random));
        ring[i] = plane_at(hangzhou, x + cos(angle) * radius, y + sin(angle) * radius);
    }
    ring[count] = ring[0];
    return count + 1;
}

static GEOSGeometry *polygon_of(GEOSContextHandle_t geos, const struct grid_point *outer,
                                uint32_t outer_count, const struct grid_point *inner,
                                uint32_t inner_count)
{
    const struct grid_point *rings[2] = {outer, inner};
    const uint32_t counts[2] = {outer_count, inner_count};
    GEOSGeometry *made[2] = {NULL, NULL};
    for (int r = 0; r < 2 && counts[r]; r++) {
        GEOSCoordSequence *sequence = GEOSCoordSeq_create_r(geos, counts[r] + 1, 2);
        for (uint32_t i = 0; i <= counts[r]; i++)
            GEOSCoordSeq_setXY_r(geos, sequence, i, rings[r][i % counts[r]].x,
                                 rings[r][i % counts[r]].y);
        made[r] = GEOSGeom_createLinearRing_r(geos, sequence);
    }
    return GEOSGeom_createPolygon_r(geos, made[0], &made[1], made[1] ? 1 : 0);
}

/* The same ring on the grid, as GEOS is given it. */
static uint32_t on_grid(const struct plane_point *ring, uint32_t count, struct grid_point *out)
{
    for (uint32_t i = 0; i + 1 < count; i++)
        out[i] = tile_grid_point(hangzhou, ring[i]);
    return count - 1;
}

TEST(a_drawn_polygon_has_the_area_of_the_intersection_by_geos_and_is_valid_when_it_was)
{
    GEOSContextHandle_t geos = GEOS_init_r();
    struct tile_pen *pen = pen_make(1 << 20);
    struct test_random random = test_random();
    uint32_t valid = 0, broken = 0, shown = 0;
    const struct grid_point corners[4] = {{-128, -128}, {4224, -128}, {4224, 4224}, {-128, 4224}};
    GEOSGeometry *box = polygon_of(geos, corners, 4, NULL, 0);
    for (int round = 0; round < 2000; round++) {
        struct plane_point outer[64], inner[64];
        struct grid_point grid_outer[64], grid_inner[64];
        double x = test_random_unit(&random) * 6000 - 1000;
        double y = test_random_unit(&random) * 6000 - 1000;
        double size = pow(10, 0.5 + 3 * test_random_unit(&random));
        uint32_t outer_count = draw_star(&random, x, y, size, outer);
        uint32_t inner_count = draw_star(&random, x, y, size / 8, inner);
        GEOSGeometry *whole = polygon_of(geos, grid_outer, on_grid(outer, outer_count, grid_outer),
                                         grid_inner, on_grid(inner, inner_count, grid_inner));
        if (GEOSisValid_r(geos, whole) != 1) {
            GEOSGeom_destroy_r(geos, whole);
            continue;
        }
        begin_polygon(pen, hangzhou, TILE_MARGIN);
        tile_ring(pen, outer, always, outer_count, true);
        tile_ring(pen, inner, always, inner_count, false);
        struct decoded_tile tile = end_polygon(pen);
        GEOSGeometry *both = GEOSIntersection_r(geos, whole, box);
        double expected, area = 0;
        GEOSArea_r(geos, both, &expected);
        for (uint32_t f = 0; tile.layer_count && f < tile.layers[0].feature_count; f++)
            area += mvt_decoded_area(&tile.layers[0].features[f]);
        CHECK_NEAR(area, expected, 4352 * 4);
        if (GEOSContains_r(geos, box, whole) == 1) {
            CHECK_NEAR(area, expected, 0);
            const struct decoded_part *parts = tile.layers[0].features[0].parts;
            bool hole = tile.layers[0].features[0].part_count > 1;
            GEOSGeometry *drawn =
                polygon_of(geos, parts[0].points, parts[0].count, hole ? parts[1].points : NULL,
                           hole ? parts[1].count : 0);
            *(GEOSisValid_r(geos, drawn) == 1 ? &valid : &broken) += 1;
            GEOSGeom_destroy_r(geos, drawn);
        }
        shown += tile.layer_count;
        mvt_decoded_release(&tile);
        GEOSGeom_destroy_r(geos, both);
        GEOSGeom_destroy_r(geos, whole);
    }
    CHECK(shown > 1000 && valid > 300);
    CHECK_INT(broken, 0);
    GEOSGeom_destroy_r(geos, box);
    GEOS_finish_r(geos);
    pen_free(pen);
}

TEST(area_is_conserved_over_neighbouring_tiles_at_every_zoom)
{
    struct tile_pen *pen = pen_make(1 << 20);
    struct test_random random = test_random();
    for (int round = 0; round < 60; round++) {
        struct plane_point ring[64];
        uint8_t least[64];
        uint32_t count = draw_star(&random, 2000, 2000, 3000, ring);
        generalize(ring, count, least);
        for (uint32_t z = 13; z <= 16; z++) {
            /* the star as this zoom keeps it, in units of its grid */
            struct grid_point kept[64];
            struct tile_id first = {z, 13670u >> 1 << (z - 13), 6743u >> 1 << (z - 13)};
            uint32_t kept_count = 0, tiles = 4u << (z - 13);
            for (uint32_t i = 0; i + 1 < count; i++)
                if (least[i] <= z)
                    kept[kept_count++] = tile_grid_point(first, ring[i]);
            double whole = fabs((double)mvt_ring_area2(kept, kept_count)) / 2, sum = 0, around = 0;
            for (uint32_t i = 0; i < kept_count; i++)
                around += hypot(kept[i].x - kept[(i + 1) % kept_count].x,
                                kept[i].y - kept[(i + 1) % kept_count].y);
            for (uint32_t x = 0; x < tiles; x++)
                for (uint32_t y = 0; y < tiles; y++) {
                    begin_polygon(pen, (struct tile_id){z, first.x + x, first.y + y}, 0);
                    tile_ring(pen, ring, least, count, true);
                    struct decoded_tile tile = end_polygon(pen);
                    if (tile.layer_count)
                        sum += mvt_decoded_area(&tile.layers[0].features[0]);
                    mvt_decoded_release(&tile);
                }
            CHECK(whole > 0);
            CHECK_NEAR(sum, whole, around / 2);
        }
    }
    pen_free(pen);
}

/* Lines ------------------------------------------------------------------------------------------ */

TEST(a_line_in_several_tiles_has_its_length_and_meets_at_the_seams)
{
    struct tile_pen *pen = pen_make(1 << 20);
    struct test_random random = test_random();
    for (int round = 0; round < 100; round++) {
        struct plane_point line[20];
        double expected = 0, length = 0;
        for (int i = 0; i < 20; i++)
            line[i] = plane_at(hangzhou, test_random_unit(&random) * 8000,
                               test_random_unit(&random) * 8000);
        for (int i = 1; i < 20; i++) {
            struct grid_point a = tile_grid_point(hangzhou, line[i - 1]);
            struct grid_point b = tile_grid_point(hangzhou, line[i]);
            expected += hypot(a.x - b.x, a.y - b.y);
        }
        for (uint32_t t = 0; t < 4; t++) {
            tile_begin(pen, (struct tile_id){14, hangzhou.x + t % 2, hangzhou.y + t / 2}, 0, 14);
            mvt_layer_begin(&pen->mvt, "streets");
            mvt_feature_begin(&pen->mvt, MVT_LINE);
            tile_line(pen, line, always, 20);
            mvt_feature_end(&pen->mvt);
            mvt_layer_end(&pen->mvt);
            struct decoded_tile tile = read_back(pen);
            for (uint32_t p = 0; tile.layer_count && p < tile.layers[0].features[0].part_count;
                 p++) {
                const struct decoded_part *part = &tile.layers[0].features[0].parts[p];
                for (uint32_t i = 1; i < part->count; i++)
                    length += hypot(part->points[i].x - part->points[i - 1].x,
                                    part->points[i].y - part->points[i - 1].y);
            }
            mvt_decoded_release(&tile);
        }
        CHECK_NEAR(length, expected, 40);
    }
    pen_free(pen);
}

TEST(points_that_a_zoom_does_not_need_are_left_out)
{
    struct tile_pen *pen = pen_make(1 << 20);
    const struct plane_point line[] = {plane_at(hangzhou, 0, 0), plane_at(hangzhou, 100, 0),
                                       plane_at(hangzhou, 100, 50), plane_at(hangzhou, 100, 50),
                                       plane_at(hangzhou, 200, 50)};
    const uint8_t least[] = {0, 15, 14, 14, 0};
    tile_begin(pen, hangzhou, 0, 14);
    mvt_layer_begin(&pen->mvt, "streets");
    mvt_feature_begin(&pen->mvt, MVT_LINE);
    tile_line(pen, line, least, 5);
    mvt_feature_end(&pen->mvt);
    mvt_layer_end(&pen->mvt);
    struct decoded_tile tile = read_back(pen);
    CHECK_INT(tile.layers[0].features[0].parts[0].count, 3);
    mvt_decoded_release(&tile);
    pen_free(pen);
}
