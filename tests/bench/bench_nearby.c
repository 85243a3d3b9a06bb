/*
 * nearby_find() as a whole over the seeded register: the index, what each candidate says for the
 * query, and the offers listed; plain and filtered, against the index's own part of it: the same
 * search where the masks say all and no facility is looked at.
 *
 *   bench_nearby [COUNT [STORE]]    100000 facilities; STORE is made when it is not there
 */
#include "data/nearby.h"
#include "tests/bench/seed.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

enum { K = 20, QUERIES = 2000, TURNS = 21 };

struct bench {
    struct dataset *dataset;
    struct vacancies *vacancies;
    struct nearby_list *list;
    struct geo_point points[QUERIES];
    uint64_t found; /* kept, so that nothing is left out */
};

/* What each side does for one query. */
typedef void ask_fn(struct bench *bench, struct nearby_query *query);

/* Processor time: one thread and no waiting, and a busy machine does not count against anyone. */
static double now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void fail(const struct error *error)
{
    fprintf(stderr, "bench_nearby: %s\n", error->message);
    exit(1);
}

static void make_store(const char *path, uint32_t count, moment_t now)
{
    struct error error = {0};
    struct store *store = NULL;
    struct seed seed = {.seed = 7, .count = count, .now = now};
    if (store_open(path, STORE_CREATE, &store, &error) || seed_store_write(&seed, store, &error))
        fail(&error);
    store_close(store);
}

static void load(struct bench *bench, const char *path, moment_t now)
{
    struct error error = {0};
    struct store *store;
    if (store_open(path, STORE_WRITE, &store, &error) ||
        dataset_build(store, now, &bench->dataset, &error))
        fail(&error);
    store_close(store);
    double started = now_ns();
    if (vacancies_build(bench->dataset, now, NULL, &bench->vacancies, &error))
        fail(&error);
    double built = now_ns();
    struct vacancies *renewed;
    if (vacancies_build(bench->dataset, bench->vacancies->next_change_at, bench->vacancies,
                        &renewed, &error))
        fail(&error);
    double again = now_ns();
    const struct subsets_source source = {bench->dataset->index, bench->vacancies->item_masks,
                                          bench->vacancies->node_masks};
    struct subsets *subsets;
    double subsets_started = now_ns();
    if (subsets_build(&source, NULL, &subsets, &error))
        fail(&error);
    double subsets_built = now_ns();
    subsets_release(subsets);
    struct subsets_size size = subsets_size(bench->vacancies->subsets),
                        later = subsets_size(renewed->subsets);
    printf("%u facilities; vacancies in %.1f ms, of them %.1f ms for %u subsets of the index, %u "
           "items, %.1f MB; "
           "renewed by the clock in %.1f ms with %u of them new\n",
           bench->dataset->facility_count, (built - started) / 1e6,
           (subsets_built - subsets_started) / 1e6, size.count, size.items,
           (double)size.bytes / 1e6, (again - built) / 1e6, later.fresh);
    vacancies_release(renewed);
}

static void ask_nearby(struct bench *bench, struct nearby_query *query)
{
    struct error error;
    if (nearby_find(bench->dataset, bench->vacancies, NULL, query, bench->list, &error))
        fail(&error);
    bench->found += bench->list->item_count;
}

static void ask_index(struct bench *bench, struct nearby_query *query)
{
    struct mask_query wanted = {.cares = query->cares,
                                .age_months = query->age_months,
                                .open = query->open,
                                .inclusive = query->inclusive};
    struct subsets_choice choice = subsets_choose(bench->vacancies->subsets, &wanted);
    struct spatial_hit hits[K + 1];
    struct error error;
    uint32_t count;
    if (spatial_index_nearest(choice.index, query->from, K + 1, INFINITY, NULL, &choice.filter,
                              hits, &count, &error))
        fail(&error);
    bench->found += count;
}

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Through all points once, to find the caches as a busy server has them, and then measured. */
static double turn_ns(struct bench *bench, ask_fn *ask, struct nearby_query query)
{
    double started = 0;
    for (int pass = 0; pass < 2; pass++) {
        started = now_ns();
        for (uint32_t i = 0; i < QUERIES; i++) {
            query.from = bench->points[i];
            ask(bench, &query);
        }
    }
    return (now_ns() - started) / QUERIES;
}

static void measure(struct bench *bench, const char *name, struct nearby_query query)
{
    double whole[TURNS], index[TURNS];
    for (int turn = 0; turn < TURNS; turn++) {
        whole[turn] = turn_ns(bench, ask_nearby, query);
        index[turn] = turn_ns(bench, ask_index, query);
    }
    qsort(whole, TURNS, sizeof *whole, by_value);
    qsort(index, TURNS, sizeof *index, by_value);
    double median = whole[TURNS / 2], index_median = index[TURNS / 2];
    printf("%-46s median %6.0f ns  p95 %6.0f ns  the index %5.0f ns, %3.0f %% of it\n", name,
           median, whole[TURNS * 95 / 100], index_median, 100 * index_median / median);
}

static struct nearby_query plain_query(void)
{
    return (struct nearby_query){.by = NEARBY_LINE,
                                 .within_m = INFINITY,
                                 .within_minutes = NONE,
                                 .age_months = NONE,
                                 .born_month = NONE,
                                 .start_month = NONE,
                                 .max_price = NONE,
                                 .price_unit = PRICE_UNIT_UNKNOWN,
                                 .limit = K};
}

static void measure_all(struct bench *bench)
{
    struct nearby_query query = plain_query();
    measure(bench, "plain", query);
    query.open = true;
    measure(bench, "open", query);
    query.cares = 1 << CARE_HOURLY;
    query.age_months = 18;
    measure(bench, "hourly, 18 months, open", query);
    query.inclusive = true;
    measure(bench, "hourly, 18 months, open, inclusive", query);
    query.cares |= 1 << CARE_DROP_IN;
    measure(bench, "hourly or drop-in, 18 months, open, inclusive", query);
}

int main(int argc, char **argv)
{
    static struct bench bench;
    uint32_t count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100000;
    char path[256];
    snprintf(path, sizeof path, "build/bench/seed-%u.db", count); /* bench_load's */
    const char *store = argc > 2 ? argv[2] : path;
    moment_t now = 1795575600; /* 2026-11-25: the seed's numbers are dated from here */
    struct stat info;
    mkdir("build", 0777);
    mkdir("build/bench", 0777);
    if (stat(store, &info) != 0)
        make_store(store, count, now);
    bench.list = malloc(sizeof *bench.list);
    if (!bench.list)
        return 1;
    load(&bench, store, now);
    const struct seed seed = {.seed = 7, .count = count, .now = now};
    struct seed_random random = {7};
    for (uint32_t i = 0; i < QUERIES; i++)
        bench.points[i] = seed_query_point(&seed, &random);
    printf("nearest %d, %d queries a turn, %d turns a side; processor time\n", K, QUERIES, TURNS);
    measure_all(&bench);
    vacancies_release(bench.vacancies);
    dataset_release(bench.dataset);
    free(bench.list);
    return bench.found ? 0 : 1;
}
