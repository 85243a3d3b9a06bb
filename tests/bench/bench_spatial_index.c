/*
 * The nearest 20 of 100,000 seeded facilities: our index against a GEOS STRtree with a growing window
 * and a plain scan, all ending with distance_m(), plain and with a rare filter; then ours at
 * 1,000,000. Filtered, ours looks where the server looks: in the packed subset of data/subsets.h. The
 * sides take turns in one run. Every list must be identical, else this ends with 1.
 */
#define GEOS_USE_ONLY_R_API
#include "data/records.h"
#include "data/subsets.h"
#include "geo/distance.h"
#include "tests/bench/seed.h"

#include <geos_c.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    K = 20,
    QUERIES = 2000,
    TURNS = 21,
    SCANS = 100,        /* queries that the plain scan also answers: some 100 ms each */
    MILLION_SCANS = 10, /* and there ten times that */
    SAMPLES = SCANS,    /* room for either */
    /* hourly (2), 12-24 months (1), open, inclusive: data/vacancies.h */
    WANTED_BIT = ((2 * 4 + 1) * 2 + 1) * 2 + 1
};
#define WANTED ((uint64_t)1 << WANTED_BIT)

struct facilities {
    uint32_t count;
    struct geo_point *points;
    uint64_t *masks, *node_masks;
    struct spatial_index *index;
    struct subsets *subsets;
    struct geo_point queries[QUERIES];
};

struct answer {
    struct spatial_hit hits[K];
    uint32_t count;
};

/* What each side does for one query. */
typedef void find_fn(void *side, struct geo_point from, bool filtered, struct answer *answer);

/* Processor time: one thread and no waiting, and a busy machine does not count against anyone. */
static double now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (!memory) {
        fprintf(stderr, "out of memory\n");
        exit(1);
    }
    return memory;
}

/* The exact decision, as the peers make it for each candidate. */
static bool is_wanted(const void *context, uint32_t item)
{
    const uint64_t *masks = context;
    return (masks[item] & WANTED) != 0;
}

/* Into the k nearest so far, in order; ties by number. */
static void keep(struct answer *answer, struct spatial_hit hit)
{
    uint32_t i = answer->count;
    if (i == K) {
        struct spatial_hit last = answer->hits[K - 1];
        if (hit.distance_m > last.distance_m ||
            (hit.distance_m == last.distance_m && hit.item > last.item))
            return;
        i--;
    } else {
        answer->count++;
    }
    for (; i > 0; i--) {
        struct spatial_hit left = answer->hits[i - 1];
        if (left.distance_m < hit.distance_m ||
            (left.distance_m == hit.distance_m && left.item < hit.item))
            break;
        answer->hits[i] = left;
    }
    answer->hits[i] = hit;
}

/* Ours ------------------------------------------------------------------------------------------ */

/* One combination of the masks says all of this filter: there is nothing left to recheck. */
static const struct mask_query wanted_query = {
    .cares = 1 << CARE_HOURLY, .age_months = 18, .open = true, .inclusive = true};

static void find_ours(void *side, struct geo_point from, bool filtered, struct answer *answer)
{
    const struct facilities *f = side;
    struct subsets_choice choice = {.index = f->index};
    struct error error;
    if (filtered)
        choice = subsets_choose(f->subsets, &wanted_query);
    if (spatial_index_nearest(choice.index, from, K, INFINITY, NULL, &choice.filter, answer->hits,
                              &answer->count, &error) != STATUS_OK) {
        fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
}

/* The plain scan --------------------------------------------------------------------------------- */

static void find_scan(void *side, struct geo_point from, bool filtered, struct answer *answer)
{
    const struct facilities *f = side;
    answer->count = 0;
    for (uint32_t i = 0; i < f->count; i++)
        if (!filtered || is_wanted(f->masks, i))
            keep(answer, (struct spatial_hit){distance_m(from, f->points[i]), i});
}

/* GEOS ------------------------------------------------------------------------------------------ */

struct geos_side {
    const struct facilities *facilities;
    GEOSContextHandle_t geos;
    GEOSSTRtree *tree;
    GEOSGeometry **geometries;
    uint32_t *numbers;
    double first_m[2]; /* the window's first half width, plain and filtered: tuned below */

    struct geo_point from; /* of the query under way */
    bool filtered;
    double radius_m;
    struct answer *answer;
    uint32_t inside;
};

__attribute__((format(printf, 1, 2))) static void geos_says(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
}

static GEOSGeometry *geos_point(const struct geos_side *side, struct geo_point point)
{
    return GEOSGeom_createPointFromXY_r(side->geos, point.lon, point.lat);
}

static void geos_open(struct geos_side *side, const struct facilities *facilities)
{
    *side = (struct geos_side){.facilities = facilities};
    side->geos = initGEOS_r(geos_says, geos_says);
    side->tree = GEOSSTRtree_create_r(side->geos, 10);
    side->geometries = allocate(facilities->count, sizeof *side->geometries);
    side->numbers = allocate(facilities->count, sizeof *side->numbers);
    for (uint32_t i = 0; i < facilities->count; i++) {
        side->numbers[i] = i;
        side->geometries[i] = geos_point(side, facilities->points[i]);
        GEOSSTRtree_insert_r(side->geos, side->tree, side->geometries[i], &side->numbers[i]);
    }
}

static void geos_close(struct geos_side *side)
{
    GEOSSTRtree_destroy_r(side->geos, side->tree);
    for (uint32_t i = 0; i < side->facilities->count; i++)
        GEOSGeom_destroy_r(side->geos, side->geometries[i]);
    finishGEOS_r(side->geos);
    free(side->geometries);
    free(side->numbers);
}

static void geos_candidate(void *item, void *context)
{
    struct geos_side *side = context;
    uint32_t number = *(const uint32_t *)item;
    if (side->filtered && !is_wanted(side->facilities->masks, number))
        return;
    double metres = distance_m(side->from, side->facilities->points[number]);
    if (metres > side->radius_m)
        return;
    side->inside++;
    keep(side->answer, (struct spatial_hit){metres, number});
}

/* A diagonal whose envelope holds the circle: a degree of latitude is at least 110,574 m, one of
 * longitude at least 111,319 m times the cosine. */
static GEOSGeometry *geos_window(const struct geos_side *side)
{
    double lat = side->radius_m / 110574;
    double top = fmin(89.9, fabs(side->from.lat) + lat) * 0.017453292519943295;
    double lon = side->radius_m / (111319 * cos(top));
    GEOSCoordSequence *ends = GEOSCoordSeq_create_r(side->geos, 2, 2);
    GEOSCoordSeq_setXY_r(side->geos, ends, 0, side->from.lon - lon, side->from.lat - lat);
    GEOSCoordSeq_setXY_r(side->geos, ends, 1, side->from.lon + lon, side->from.lat + lat);
    return GEOSGeom_createLineString_r(side->geos, ends);
}

/* Grow the window until its circle holds k: what is outside the circle may be in the wrong order. */
static void find_geos(void *context, struct geo_point from, bool filtered, struct answer *answer)
{
    struct geos_side *side = context;
    side->from = from;
    side->filtered = filtered;
    side->answer = answer;
    for (side->radius_m = side->first_m[filtered];; side->radius_m *= 2) {
        GEOSGeometry *window = geos_window(side);
        side->inside = 0;
        answer->count = 0;
        GEOSSTRtree_query_r(side->geos, side->tree, window, geos_candidate, side);
        GEOSGeom_destroy_r(side->geos, window);
        if (side->inside >= K || side->radius_m > 5e6)
            return;
    }
}

/* Measuring ------------------------------------------------------------------------------------- */

/* All lists, to be compared: not measured. */
static void answer_all(find_fn *find, void *side, const struct facilities *f, uint32_t count,
                       bool filtered, struct answer *answers)
{
    for (uint32_t i = 0; i < count; i++)
        find(side, f->queries[i], filtered, &answers[i]);
}

/* A turn of one side: through all queries once, so that it finds its own data in the caches again after
 * the other's turn, and then through them measured. */
static double turn_ns(find_fn *find, void *side, const struct facilities *f, bool filtered)
{
    struct answer answer;
    double started = 0;
    for (int pass = 0; pass < 2; pass++) {
        started = now_ns();
        for (uint32_t i = 0; i < QUERIES; i++)
            find(side, f->queries[i], filtered, &answer);
    }
    return (now_ns() - started) / QUERIES;
}

/* The best first window for GEOS, plain and filtered, of a wide range. */
static void geos_tune(struct geos_side *side)
{
    for (int filtered = 0; filtered < 2; filtered++) {
        double best_ns = INFINITY, best_m = 0;
        for (double first_m = 125; first_m <= 32000; first_m *= sqrt(2)) {
            side->first_m[filtered] = first_m;
            double ns = turn_ns(find_geos, side, side->facilities, filtered);
            if (ns < best_ns) {
                best_ns = ns;
                best_m = first_m;
            }
        }
        side->first_m[filtered] = best_m;
    }
    printf("GEOS first window, tuned: %.0f m plain, %.0f m filtered\n", side->first_m[0],
           side->first_m[1]);
}

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

struct figures {
    double samples[SAMPLES];
    uint32_t count;
};

static double quantile(struct figures *figures, double part)
{
    qsort(figures->samples, figures->count, sizeof figures->samples[0], by_value);
    return figures->samples[(uint32_t)(part * (figures->count - 1))];
}

static double print(const char *side, uint32_t count, bool filtered, struct figures *figures)
{
    double median = quantile(figures, 0.5);
    printf("%-12s %9u  %-9s median %10.0f ns  p95 %10.0f ns\n", side, count,
           filtered ? "filtered" : "plain", median, quantile(figures, 0.95));
    return median;
}

static bool same(const struct answer *a, const struct answer *b)
{
    bool is = a->count == b->count;
    for (uint32_t i = 0; is && i < a->count; i++)
        is = a->hits[i].item == b->hits[i].item && a->hits[i].distance_m == b->hits[i].distance_m;
    return is;
}

static void check_same(const struct answer *a, const struct answer *b, uint32_t count,
                       const char *side)
{
    for (uint32_t i = 0; i < count; i++)
        if (!same(&a[i], &b[i])) {
            fprintf(stderr, "query %u: the list of %s is not ours\n", i, side);
            exit(1);
        }
}

static double measure_ours(struct facilities *f, bool filtered, struct answer *answers)
{
    static struct figures ours;
    ours.count = 0;
    for (int turn = 0; turn < TURNS; turn++)
        ours.samples[ours.count++] = turn_ns(find_ours, f, f, filtered);
    answer_all(find_ours, f, f, QUERIES, filtered, answers);
    return print("ours", f->count, filtered, &ours);
}

static double measure_peers(struct facilities *f, struct geos_side *side, bool filtered,
                            struct answer *answers, struct answer *others)
{
    static struct figures ours, geos, scan;
    ours.count = geos.count = scan.count = 0;
    for (int turn = 0; turn < TURNS; turn++) {
        geos.samples[geos.count++] = turn_ns(find_geos, side, f, filtered);
        ours.samples[ours.count++] = turn_ns(find_ours, f, f, filtered);
    }
    answer_all(find_ours, f, f, QUERIES, filtered, answers);
    answer_all(find_geos, side, f, QUERIES, filtered, others);
    check_same(answers, others, QUERIES, "GEOS");
    for (uint32_t i = 0; i < SCANS; i++) {
        double started = now_ns();
        find_scan(f, f->queries[i], filtered, &others[i]);
        scan.samples[scan.count++] = now_ns() - started;
    }
    check_same(answers, others, SCANS, "the scan");
    double median = print("ours", f->count, filtered, &ours);
    double geos_median = print("GEOS STRtree", f->count, filtered, &geos);
    double scan_median = print("scan", f->count, filtered, &scan);
    printf("  ours is %.1f times as fast as GEOS, %.0f times as fast as the scan\n",
           geos_median / median, scan_median / median);
    return median;
}

static void facilities_make(struct facilities *f, uint32_t count)
{
    const struct seed seed = {.seed = 1, .count = count, .now = 1764000000};
    struct error error;
    f->count = count;
    f->points = allocate(count, sizeof *f->points);
    f->masks = allocate(count, sizeof *f->masks);
    seed_points(&seed, f->points, f->masks);
    struct seed_random random = {7};
    for (uint32_t i = 0; i < QUERIES; i++)
        f->queries[i] = seed_query_point(&seed, &random);

    double started = now_ns();
    if (spatial_index_build(f->points, count, &f->index, &error) != STATUS_OK) {
        fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
    double built = now_ns();
    f->node_masks = allocate(spatial_index_node_count(f->index), sizeof *f->node_masks);
    spatial_index_fill_masks(f->index, f->masks, f->node_masks);
    double filled = now_ns();
    const struct subsets_source source = {f->index, f->masks, f->node_masks};
    if (subsets_build(&source, NULL, &f->subsets, &error) != STATUS_OK) {
        fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
    double divided = now_ns();
    struct subsets_size size = subsets_size(f->subsets);
    uint32_t wanted = 0;
    for (uint32_t i = 0; i < count; i++)
        wanted += is_wanted(f->masks, i);
    printf("%u facilities: built in %.1f ms, masks in %.1f ms, %u subsets in %.1f ms; %.1f MB, "
           "%.1f MB "
           "and %.1f MB; %.2f %% match the filter\n",
           count, (built - started) / 1e6, (filled - built) / 1e6, size.count,
           (divided - filled) / 1e6, (double)spatial_index_bytes(f->index) / 1e6,
           spatial_index_node_count(f->index) * 8 / 1e6, (double)size.bytes / 1e6,
           100.0 * wanted / count);
}

static void facilities_release(struct facilities *f)
{
    subsets_release(f->subsets);
    spatial_index_release(f->index);
    free(f->points);
    free(f->masks);
    free(f->node_masks);
}

int main(void)
{
    static struct facilities hundred_thousand, million;
    static struct answer answers[QUERIES], others[QUERIES];
    static struct geos_side side;
    double medians[2];

    printf("nearest %d, %d queries a turn, %d turns a side; filter: hourly, 18 months, open, "
           "inclusive; processor time\n",
           K, QUERIES, TURNS);
    facilities_make(&hundred_thousand, 100000);
    geos_open(&side, &hundred_thousand);
    geos_tune(&side);
    for (int filtered = 0; filtered < 2; filtered++)
        medians[filtered] = measure_peers(&hundred_thousand, &side, filtered, answers, others);
    geos_close(&side);

    facilities_make(&million, 1000000);
    for (int filtered = 0; filtered < 2; filtered++) {
        double median = measure_ours(&million, filtered, answers);
        for (uint32_t i = 0; i < MILLION_SCANS; i++)
            find_scan(&million, million.queries[i], filtered, &others[i]);
        check_same(answers, others, MILLION_SCANS, "the scan");
        printf("  %.2f times its own time at 100,000\n", median / medians[filtered]);
    }
    facilities_release(&hundred_thousand);
    facilities_release(&million);
    return 0;
}
