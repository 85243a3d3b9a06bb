/*
 * An isochrone of three contours (5, 10, 15 minutes, stroller) on the streets of Porto, snap and search
 * included, against GEOS making the same picture: a buffer of 20 m around every reached stretch of
 * street, united in cascade, once a contour. GEOS is handed the stretches ready. (One buffer around
 * all lines at once takes it several times as long.)
 */
#include "geo/isochrone.h"
#include "tests/bench/porto.h"

#include <geos_c.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ORIGINS = 15, OURS_ROUNDS = 5, CONTOURS = 3, QUADRANT_SEGMENTS = 8 };
#define BUFFER_M        20.0
#define METRES_A_DEGREE 111320.0

static const uint32_t limits_mm[CONTOURS] = {900000, 600000, 300000};

/* Stretches as lines on a plane of metres, so that a buffer is round. */
struct lines {
    GEOSContextHandle_t geos;
    GEOSGeometry **lines;
    unsigned count, capacity;
    struct geo_point origin;
};

static void add_line(void *context, struct geo_point from, struct geo_point to)
{
    struct lines *lines = context;
    const struct geo_point ends[2] = {from, to};
    double lon_m = METRES_A_DEGREE * cos(lines->origin.lat * 0.017453292519943295);
    if (lines->count == lines->capacity) {
        lines->capacity = lines->capacity ? 2 * lines->capacity : 1024;
        lines->lines = bench_must(realloc(lines->lines, lines->capacity * sizeof *lines->lines));
    }
    GEOSCoordSequence *points = GEOSCoordSeq_create_r(lines->geos, 2, 2);
    for (unsigned i = 0; i < 2; i++)
        GEOSCoordSeq_setXY_r(lines->geos, points, i, (ends[i].lon - lines->origin.lon) * lon_m,
                             (ends[i].lat - lines->origin.lat) * METRES_A_DEGREE);
    lines->lines[lines->count++] = GEOSGeom_createLineString_r(lines->geos, points);
}

/* Every stretch its own buffer, then one union of all. */
static double unite_buffers(const struct lines *lines, const GEOSGeometry *all, double *area_m2)
{
    GEOSContextHandle_t geos = lines->geos;
    double started = bench_now_s();
    GEOSGeometry **buffers = bench_must(malloc(lines->count * sizeof *buffers));
    for (unsigned i = 0; i < lines->count; i++)
        buffers[i] =
            GEOSBuffer_r(geos, GEOSGetGeometryN_r(geos, all, (int)i), BUFFER_M, QUADRANT_SEGMENTS);
    GEOSGeometry *together =
        GEOSGeom_createCollection_r(geos, GEOS_GEOMETRYCOLLECTION, buffers, lines->count);
    GEOSGeometry *area = GEOSUnaryUnion_r(geos, together);
    double seconds = bench_now_s() - started;
    GEOSArea_r(geos, area, area_m2);
    GEOSGeom_destroy_r(geos, area);
    GEOSGeom_destroy_r(geos, together);
    free(buffers);
    return seconds;
}

struct bench {
    struct network network;
    struct snapper *snapper;
    struct reach reach;
    const struct profile *profile;
    GEOSContextHandle_t geos;
    struct geo_point origins[ORIGINS];
    double ours_s[ORIGINS], peer_s[ORIGINS], peer_largest_s[ORIGINS], ratio[ORIGINS];
    double largest_ratio[ORIGINS];
    double area_ratio[ORIGINS]; /* our largest contour to the peer's: the same picture */
    uint64_t stretches;
};

static void check(enum status status, const struct error *error)
{
    if (!status)
        return;
    printf("%s\n", error->message);
    exit(1);
}

/* From the point to the drawn contours. */
static double draw(struct bench *bench, struct geo_point from, double *largest_m2)
{
    struct isochrone_contour contours[CONTOURS];
    struct arena arena;
    struct snap snap;
    struct error error = {0};
    double best = INFINITY;
    for (int round = 0; round < OURS_ROUNDS; round++) {
        double started = bench_now_s();
        arena_init(&arena, (size_t)96 << 20);
        check(snap_point(bench->snapper, from, 300, &snap, &error), &error);
        check(reach_compute(&bench->network, bench->profile, &snap, REACH_FROM, limits_mm[0],
                            &bench->reach, &error),
              &error);
        check(isochrone_draw(&bench->reach, limits_mm, CONTOURS, &arena, contours, &error), &error);
        *largest_m2 = contours[0].area_m2;
        arena_release(&arena);
        best = fmin(best, bench_now_s() - started);
    }
    return best;
}

static double draw_by_geos(struct bench *bench, struct geo_point from, double *largest_s,
                           double *largest_m2)
{
    double total = 0;
    for (uint32_t i = 0; i < CONTOURS; i++) {
        struct lines lines = {.geos = bench->geos, .origin = from};
        double area_m2;
        isochrone_streets(&bench->reach, limits_mm[i], add_line, &lines);
        unsigned count = lines.count;
        GEOSGeometry *all =
            GEOSGeom_createCollection_r(bench->geos, GEOS_MULTILINESTRING, lines.lines, count);
        double seconds = unite_buffers(&lines, all, &area_m2);
        total += seconds;
        if (i == 0) {
            *largest_s = seconds;
            *largest_m2 = area_m2;
            bench->stretches += count;
        }
        GEOSGeom_destroy_r(bench->geos, all);
        free(lines.lines);
    }
    return total;
}

static void measure(struct bench *bench)
{
    for (int i = 0; i < ORIGINS; i++) {
        double ours_m2, peer_m2;
        bench->ours_s[i] = draw(bench, bench->origins[i], &ours_m2);
        bench->peer_s[i] =
            draw_by_geos(bench, bench->origins[i], &bench->peer_largest_s[i], &peer_m2);
        bench->ratio[i] = bench->ours_s[i] / bench->peer_s[i];
        bench->largest_ratio[i] = bench->ours_s[i] / bench->peer_largest_s[i];
        bench->area_ratio[i] = ours_m2 / peer_m2;
    }
    printf(
        "isochrone of 5, 10, 15 minutes  ours %.2f ms  GEOS, the same three %.1f ms  ratio %.3f\n",
        bench_median(bench->ours_s, ORIGINS) * 1e3, bench_median(bench->peer_s, ORIGINS) * 1e3,
        bench_median(bench->ratio, ORIGINS));
    printf("                                GEOS, the largest alone %.1f ms  ratio %.3f\n",
           bench_median(bench->peer_largest_s, ORIGINS) * 1e3,
           bench_median(bench->largest_ratio, ORIGINS));
    printf("%d origins, %.0f stretches of street around each; our area to GEOS's %.2f\n", ORIGINS,
           (double)bench->stretches / ORIGINS, bench_median(bench->area_ratio, ORIGINS));
}

/* Origins where people walk: a random spot whose 15 minutes hold at least 1,000 nodes. */
static void choose_origins(struct bench *bench)
{
    enum { TRIED = 4000, CROWDED = 1000 };
    struct snap *spots = bench_must(malloc(TRIED * sizeof *spots));
    struct error error = {0};
    int chosen = 0;
    porto_positions(&bench->network, bench->profile, spots, TRIED);
    for (int i = 0; i < TRIED && chosen < ORIGINS; i++) {
        const struct network_piece *piece = &bench->network.pieces[spots[i].piece];
        const struct network_point *point = &bench->network.points[piece->first_point];
        struct geo_point from = geo_point_from_e7(point->lon_e7, point->lat_e7);
        struct snap snap;
        if (snap_point(bench->snapper, from, 300, &snap, NULL))
            continue;
        check(reach_compute(&bench->network, bench->profile, &snap, REACH_FROM, limits_mm[0],
                            &bench->reach, &error),
              &error);
        if (bench->reach.count >= CROWDED)
            bench->origins[chosen++] = from;
    }
    free(spots);
    if (chosen < ORIGINS) {
        printf("too few crowded places\n");
        exit(1);
    }
}

/* Points within some 500 m of the origins, each snapped once. */
static void measure_snaps(const struct bench *bench)
{
    enum { SNAPS = 200000 };
    uint64_t state = 7;
    struct geo_box box = bench->network.bounds;
    uint32_t found = 0;
    double started = bench_now_s();
    for (int i = 0; i < SNAPS; i++) {
        struct geo_point from = bench->origins[i % ORIGINS];
        struct snap snap;
        from.lon += ((double)bench_random(&state) / 2147483648.0 - 0.5) * 0.01;
        from.lat += ((double)bench_random(&state) / 2147483648.0 - 0.5) * 0.01;
        found += geo_box_contains(box, from) && !snap_point(bench->snapper, from, 300, &snap, NULL);
    }
    printf("snap of a point to its street   %.2f us; %.1f %% within 300 m\n",
           (bench_now_s() - started) / SNAPS * 1e6, 100.0 * found / SNAPS);
}

int main(void)
{
    struct error error = {0};
    struct bench bench = {.network = porto_read(), .profile = profile_builtin(PROFILE_STROLLER)};
    bench.geos = GEOS_init_r();
    double started = bench_now_s();
    check(snapper_build(&bench.network, bench.profile, bench.profile->min_component_m,
                        &bench.snapper, &error),
          &error);
    printf("snapper of a profile            %.0f ms to build\n", (bench_now_s() - started) * 1e3);
    check(reach_init(&bench.reach, bench.network.node_count, &error), &error);
    choose_origins(&bench);
    measure_snaps(&bench);
    measure(&bench);
    GEOS_finish_r(bench.geos);
    reach_release(&bench.reach);
    snapper_release(bench.snapper);
    network_build_release(&bench.network);
    return 0;
}
