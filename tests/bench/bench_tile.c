/*
 * Tiles of the base map, every one from zoom 8 to 17, of the sample region and of Porto (TEST_DATA,
 * 51,458 ways): microseconds to draw and gzip one, and its bytes as sent. There is no peer at hand that
 * draws the same; the bounds are one millisecond a tile and 50,000 bytes.
 */
#include "data/base_tile.h"
#include "tests/bench/map_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MOST = 4000 /* tiles measured of one zoom */ };

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

struct zoom_result {
    double us[MOST], bytes[MOST];
    uint32_t count, empty, coarser;
};

/* At most MOST tiles, spread evenly over those of the zoom. */
static enum status measure(struct base_tiler *tiler, const struct map_world *world, uint32_t zoom,
                           struct zoom_result *result, struct error *error)
{
    struct map_world_tiles tiles = map_world_tiles(world, zoom);
    uint64_t width = tiles.x1 - tiles.x0 + 1, all = width * (tiles.y1 - tiles.y0 + 1);
    uint64_t step = all / MOST + 1;
    *result = (struct zoom_result){0};
    for (uint64_t i = 0; i < all; i += step) {
        struct base_tile tile;
        struct tile_id id = {zoom, tiles.x0 + (uint32_t)(i % width),
                             tiles.y0 + (uint32_t)(i / width)};
        double before = now_us();
        enum status status = base_tile_draw(tiler, &world->dataset, id, &tile, error);
        double after = now_us();
        if (status)
            return status;
        if (tile.packed_bytes == 0) {
            result->empty++;
            continue;
        }
        result->us[result->count] = after - before;
        result->bytes[result->count++] = (double)tile.packed_bytes;
        result->coarser += tile.detail_zoom < zoom;
    }
    qsort(result->us, result->count, sizeof *result->us, ascending);
    qsort(result->bytes, result->count, sizeof *result->bytes, ascending);
    return STATUS_OK;
}

static int run(const char *name, const char *file)
{
    static struct zoom_result result;
    struct map_world world;
    struct base_tiler *tiler = NULL;
    struct error error = {0};
    double before = now_us();
    enum status status = map_world_open(file, &world, &error);
    if (status == STATUS_NOT_FOUND) {
        printf("%s: skipped, there is no %s\n", name, file);
        return 0;
    }
    if (!status)
        status = base_tiler_open(&tiler, &error);
    printf("%s: %u features, %u points; read and made ready in %.0f ms\n", name,
           world.network.file.map.feature_count, world.network.file.map.point_count,
           (now_us() - before) / 1e3);
    printf("  zoom  tiles  us median    p95     max   bytes median    p95     max  coarser\n");
    for (uint32_t zoom = BASE_MIN_ZOOM; zoom <= BASE_MAX_ZOOM && !status; zoom++) {
        status = measure(tiler, &world, zoom, &result, &error);
        uint32_t n = result.count;
        if (!status && n)
            printf("  %4u %6u %10.0f %6.0f %7.0f %14.0f %6.0f %7.0f %8u\n", zoom, n,
                   result.us[n / 2], result.us[n * 95 / 100], result.us[n - 1], result.bytes[n / 2],
                   result.bytes[n * 95 / 100], result.bytes[n - 1], result.coarser);
    }
    if (status)
        printf("%s: %s\n", name, error.message);
    base_tiler_close(tiler);
    map_world_release(&world);
    return status != STATUS_OK;
}

int main(void)
{
    char porto[4096];
    const char *data = getenv("TEST_DATA");
    snprintf(porto, sizeof porto, "%s/osm/porto_r5.osm.pbf", data ? data : "../shared/data");
    int failed = run("sample", "data/regions/binjiang/streets.osm");
    return run("porto", porto) || failed;
}
