/*
 * A GeoJSON file from anybody: read as rows, and every geometry as an outline. What is accepted
 * must be JSON in another parser's eyes too.
 */
#include "data/geojson.h"
#include "data/geojson_geometry.h"
#include "data/text.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_ring(const struct geo_ring *ring)
{
    const struct geo_point *last = &ring->points[ring->count - 1];
    if (ring->count < 4 || ring->points[0].lon != last->lon || ring->points[0].lat != last->lat)
        abort();
    for (uint32_t i = 0; i < ring->count; i++)
        if (!geo_point_is_valid(ring->points[i]))
            abort();
}

static void parse_outline(const char *text, size_t length)
{
    struct arena arena;
    struct geo_polygon polygon;
    struct error error;
    arena_init(&arena, 1 << 20);
    if (geojson_polygon_parse(text, length, &arena, &polygon, &error) == STATUS_OK)
        for (uint32_t i = 0; i < polygon.ring_count; i++)
            check_ring(&polygon.rings[i]);
    arena_release(&arena);
}

static void read_rows(struct geojson *geojson)
{
    struct table_row row;
    bool more = true;
    struct error error;
    uint32_t count;
    geojson_columns(geojson, &count);
    while (more) {
        if (geojson_next(geojson, &row, &more, &error))
            abort(); /* the first reading has checked everything */
        for (uint32_t i = 0; more && i < row.cell_count; i++)
            if (strlen(row.cells[i].text) != row.cells[i].length ||
                text_utf8_length(row.cells[i].text, row.cells[i].length) != row.cells[i].length)
                abort();
        if (more && row.cell_count != count)
            abort();
        if (more && row.geometry)
            parse_outline(row.geometry, row.geometry_length);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t length = size;
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    if (size)
        memcpy(text, data, size);
    if (text_decode(&text, &length, NULL, NULL)) {
        free(text);
        return 0;
    }
    parse_outline(text, length);
    json_t *other =
        json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, NULL);
    struct geojson *geojson;
    struct error error;
    if (geojson_open(text, length, NULL, &geojson, &error) == STATUS_OK) {
        if (!other)
            abort();
        read_rows(geojson);
        geojson_close(geojson);
    }
    json_decref(other);
    return 0;
}
