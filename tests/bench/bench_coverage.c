/*
 * Coverage of a whole region over the streets of Porto (TEST_DATA) with invented facilities and
 * people: every community, care type, age and level, and E2SFCA, against the sweeps and reaches alone
 * that it needs, on two threads too; and one facility's places that open or close, by the counters.
 * In the run itself the counters are compared with a fresh computation.
 */
#include "data/coverage_usual.h"
#include "data/network_file.h"
#include "data/recompute.h"
#include "data/vacancies.h"
#include "tests/bench/porto.h"
#include "tests/bench/seed.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FACILITIES = 1000, PEOPLE = 10000, ROUNDS = 9, GRID = 16 };

static const moment_t NOW = 1790562600; /* Monday 2026-09-28 10:30 in the seeded region */

struct bench {
    struct dataset *dataset;
    struct vacancies *vacancies;
    struct people people;
    struct coverage_parameters parameters;
    struct error error;
};

static void must(const struct bench *bench, enum status status)
{
    if (!status)
        return;
    fprintf(stderr, "bench_coverage: %s\n", bench->error.message);
    exit(1);
}

static void must_agree(bool agrees, const char *what)
{
    if (agrees)
        return;
    fprintf(stderr, "bench_coverage: %s\n", what);
    exit(1);
}

/* The region ------------------------------------------------------------------------------------ */

/* Junctions: there are many where there is much town, as there are people. */
static struct geo_point random_junction(const struct network *network, uint64_t *random)
{
    struct network_point at = network->nodes[bench_random(random) % network->node_count];
    return (struct geo_point){at.lon_e7 / 1e7, at.lat_e7 / 1e7};
}

static void make_dataset(struct bench *bench, const struct network *network, uint64_t *random)
{
    const struct seed seed = {.seed = 7, .count = FACILITIES, .now = NOW};
    struct seed_facility *facility = bench_must(malloc(sizeof *facility));
    struct store *store;
    must(bench, store_open("memory:", STORE_CREATE, &store, &bench->error));
    must(bench, store_begin(store, &bench->error));
    must(bench, seed_region_write(store, &bench->error));
    for (uint32_t i = 0; i < FACILITIES; i++) {
        seed_facility(&seed, i, facility);
        struct geo_point point = random_junction(network, random);
        facility->bundle.facility.lon_e7 = geo_e7(point.lon);
        facility->bundle.facility.lat_e7 = geo_e7(point.lat);
        must(bench, seed_facility_write(facility, store, &bench->error));
    }
    must(bench, store_commit(store, &bench->error));
    must(bench, dataset_build(store, NOW, &bench->dataset, &bench->error));
    store_close(store);
    free(facility);
}

/* As a region has its streets: from a file. */
static void add_streets(struct bench *bench, const struct network *network)
{
    const struct osm_extract extract = {.text = "", .text_bytes = 1};
    struct network_file file;
    char path[] = "/tmp/bench_coverage.XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0) {
        perror("bench_coverage: mkstemp");
        exit(1);
    }
    close(fd);
    enum status status = network_file_write(path, network, &extract, &bench->error);
    if (!status)
        status = network_file_open(path, &file, &bench->error);
    if (!status)
        status = walking_add_network(bench->dataset, 0, &file, &bench->error);
    unlink(path);
    must(bench, status);
}

/* Which square of the grid, by part of the way across. */
static uint32_t square(double part)
{
    return part >= 1 ? GRID - 1 : (uint32_t)(part * GRID);
}

/* Communities are the squares of a grid. */
static void make_people(struct bench *bench, const struct network *network, uint64_t *random)
{
    struct geo_box box = network->bounds;
    bench->people = (struct people){.points = bench_must(calloc(PEOPLE, sizeof(struct geo_point))),
                                    .residents = bench_must(calloc(PEOPLE, sizeof(int32_t))),
                                    .children = bench_must(calloc(PEOPLE, sizeof(int32_t))),
                                    .communities = bench_must(calloc(PEOPLE, sizeof(uint32_t))),
                                    .count = PEOPLE,
                                    .source = RESIDENTS_IMPORTED};
    for (uint32_t k = 0; k < PEOPLE; k++) {
        struct geo_point point = random_junction(network, random);
        double east = (point.lon - box.west) / (box.east - box.west);
        double north = (point.lat - box.south) / (box.north - box.south);
        bench->people.points[k] = point;
        bench->people.residents[k] = (int32_t)(bench_random(random) % 300);
        bench->people.children[k] = bench->people.residents[k] / 40;
        bench->people.communities[k] = square(north) * GRID + square(east);
    }
}

static void make_region(struct bench *bench)
{
    uint64_t random = 3;
    struct network network = porto_read();
    make_dataset(bench, &network, &random);
    make_people(bench, &network, &random);
    add_streets(bench, &network);
    network_build_release(&network);
    bench->dataset->people[0] = bench->people;
    must(bench, walking_place_people(bench->dataset, &bench->error));
    must(bench, vacancies_build(bench->dataset, NOW, NULL, &bench->vacancies, &bench->error));
    bench->parameters = (struct coverage_parameters){.profile = PROFILE_STROLLER, .minutes = 15};
}

static void release(struct bench *bench)
{
    free(bench->people.points);
    free(bench->people.residents);
    free(bench->people.children);
    free(bench->people.communities);
    vacancies_release(bench->vacancies);
    dataset_release(bench->dataset);
}

/* The peer: sweeps and reaches alone -------------------------------------------------------------- */

struct needed {
    const struct coverage_ground *ground;
    const struct coverage_marks *marks;
    uint32_t reach_mm, horizon_mm;
};

struct needed_scratch {
    struct reach reach;
    uint32_t *node_mm, *node_source;
    struct snap sources[FACILITIES];
    uint32_t start_mm[FACILITIES];
};

static enum status needed_begin(void *context, void **scratch, struct error *error)
{
    const struct needed *needed = context;
    uint32_t nodes = needed->ground->network->node_count;
    struct needed_scratch *made = bench_must(calloc(1, sizeof *made));
    made->node_mm = bench_must(malloc(nodes * sizeof *made->node_mm));
    made->node_source = bench_must(malloc(nodes * sizeof *made->node_source));
    *scratch = made;
    return reach_init(&made->reach, nodes, error);
}

static void needed_end(void *context, void *scratch)
{
    (void)context;
    struct needed_scratch *made = scratch;
    reach_release(&made->reach);
    free(made->node_mm);
    free(made->node_source);
    free(made);
}

static enum status sweep(const struct needed *needed, struct needed_scratch *scratch,
                         uint32_t question, struct error *error)
{
    const struct coverage_ground *ground = needed->ground;
    uint32_t count = 0;
    for (uint32_t j = 0; j < ground->facility_count; j++) {
        uint16_t mask = question % COVERAGE_LEVELS == COVERAGE_OPEN ? needed->marks[j].open
                                                                    : needed->marks[j].offered;
        if (ground->facilities[j].snap.piece == NO_PIECE ||
            !(mask >> question / COVERAGE_LEVELS & 1))
            continue;
        scratch->sources[count] = ground->facilities[j].snap;
        scratch->start_mm[count++] = ground->facilities[j].snap_mm;
    }
    return reach_sweep(ground->network, &ground->profile, scratch->sources, scratch->start_mm,
                       count, needed->horizon_mm, &scratch->reach, scratch->node_mm,
                       scratch->node_source, error);
}

/* The sweeps first: they are long. */
static enum status needed_work(void *context, void *scratch, uint32_t item, struct error *error)
{
    const struct needed *needed = context;
    struct needed_scratch *made = scratch;
    if (item < COVERAGE_QUESTIONS)
        return sweep(needed, made, item, error);
    const struct ground_facility *facility = &needed->ground->facilities[item - COVERAGE_QUESTIONS];
    if (facility->snap.piece == NO_PIECE)
        return STATUS_OK;
    return reach_compute(needed->ground->network, &needed->ground->profile, &facility->snap,
                         REACH_TO, needed->reach_mm, &made->reach, error);
}

static double needed_ms(struct bench *bench, const struct coverage_ground *ground,
                        const struct coverage_marks *marks)
{
    struct needed needed = {
        .ground = ground,
        .marks = marks,
        .reach_mm = ground->catchments.max_mm,
        .horizon_mm = (uint32_t)profile_reach_mm(&ground->profile, COVERAGE_MINUTES_MAX * 60)};
    const struct recompute all = {.count = COVERAGE_QUESTIONS + ground->facility_count,
                                  .context = &needed,
                                  .begin = needed_begin,
                                  .work = needed_work,
                                  .end = needed_end};
    double started = bench_now_s();
    must(bench, recompute_all(&all, &bench->error));
    return (bench_now_s() - started) * 1e3;
}

/* Measuring ------------------------------------------------------------------------------------- */

static void bench_whole(struct bench *bench)
{
    double snap_ms[ROUNDS], ground_ms[ROUNDS], run_ms[ROUNDS], whole_ms[ROUNDS], peer_ms[ROUNDS];
    double ratio[ROUNDS];
    const struct walking *walking = &bench->dataset->networks[0]->by_profile[PROFILE_STROLLER];
    for (int round = 0; round < ROUNDS; round++) {
        struct coverage_ground *ground;
        struct coverage_run *run;
        struct residents snapped = {0};
        double started = bench_now_s();
        must(bench, residents_build(walking->network, &walking->profile, walking->snapper,
                                    bench->people.points, PEOPLE, &snapped, &bench->error));
        double snapping = bench_now_s();
        must(bench,
             coverage_ground_make(bench->dataset, &bench->parameters, &ground, &bench->error));
        double laid = bench_now_s();
        must(bench, coverage_run_over(ground, bench->vacancies, bench->parameters.minutes, false,
                                      &run, &bench->error));
        double done = bench_now_s();
        struct coverage_marks *marks =
            bench_must(calloc(ground->facility_count + 1, sizeof *marks));
        coverage_ground_mark(ground, bench->vacancies, false, marks);
        residents_release(&snapped);
        snap_ms[round] = (snapping - started) * 1e3;
        ground_ms[round] = (laid - snapping) * 1e3;
        run_ms[round] = (done - laid) * 1e3;
        whole_ms[round] = (done - started) * 1e3;
        peer_ms[round] = needed_ms(bench, ground, marks);
        ratio[round] = whole_ms[round] / peer_ms[round];
        if (round == 0)
            printf("%u facilities, %u resident points (%u off the streets), %u communities, "
                   "%u pairs within 15 minutes; medians of %d rounds\n",
                   ground->facility_count, ground->residents.count, ground->residents.off_network,
                   run->community_count, ground->catchments.first[ground->facility_count], ROUNDS);
        free(marks);
        coverage_run_release(run);
        coverage_ground_release(ground);
    }
    printf("coverage of the region       ours %7.1f ms (snaps %.1f, lists %.1f, answers %.1f)  "
           "%d sweeps and %d reaches %7.1f ms  ratio %.2f\n",
           bench_median(whole_ms, ROUNDS), bench_median(snap_ms, ROUNDS),
           bench_median(ground_ms, ROUNDS), bench_median(run_ms, ROUNDS), COVERAGE_QUESTIONS,
           FACILITIES, bench_median(peer_ms, ROUNDS), bench_median(ratio, ROUNDS));
}

/* What the counters say of every community and question is what a run says. */
static void compare(const struct coverage_counts *counts, const struct coverage_run *run)
{
    for (uint32_t c = 0; c <= run->community_count; c++)
        for (uint32_t bit = 0; bit < COVERAGE_BITS; bit++) {
            uint32_t care = bit / COVERAGE_AGES, age = bit % COVERAGE_AGES;
            must_agree(coverage_counts_served(counts, c, care, age) ==
                           run->coverage.communities[c].cells[care][age][COVERAGE_OPEN].served,
                       "the counters and the run disagree");
        }
}

/* Every facility that has open places loses them and has them again. */
static void bench_counts(struct bench *bench)
{
    struct coverage_ground *ground;
    struct coverage_run *run;
    struct coverage_counts counts;
    must(bench, coverage_ground_make(bench->dataset, &bench->parameters, &ground, &bench->error));
    must(bench, coverage_run_over(ground, bench->vacancies, bench->parameters.minutes, false, &run,
                                  &bench->error));
    must(bench, coverage_counts_init(ground, &counts, &bench->error));
    struct coverage_marks *marks = bench_must(calloc(ground->facility_count + 1, sizeof *marks));
    double *us = bench_must(calloc((size_t)ground->facility_count + 1, sizeof *us));
    coverage_ground_mark(ground, bench->vacancies, false, marks);
    for (uint32_t j = 0; j < ground->facility_count; j++)
        coverage_counts_set(&counts, j, marks[j].open);
    compare(&counts, run);
    uint32_t changes = 0;
    double longest_us = 0;
    for (uint32_t j = 0; j < ground->facility_count; j++) {
        if (!marks[j].open)
            continue;
        double started = bench_now_s();
        coverage_counts_set(&counts, j, 0);
        coverage_counts_set(&counts, j, marks[j].open);
        us[changes] = (bench_now_s() - started) / 2 * 1e6;
        longest_us = us[changes] > longest_us ? us[changes] : longest_us;
        changes++;
    }
    compare(&counts, run);
    must_agree(changes > 0, "no facility has an open place");
    printf("one facility's places        counters moved in %.1f us, at most %.1f us, of %u\n",
           bench_median(us, changes), longest_us, changes);
    free(us);
    free(marks);
    coverage_counts_release(&counts);
    coverage_run_release(run);
    coverage_ground_release(ground);
}

/* What a server does before it publishes new numbers: vacancies, counters, a run by them. */
static void bench_moves(struct bench *bench)
{
    double vacancies_ms[ROUNDS], run_ms[ROUNDS], anew_ms[ROUNDS];
    struct coverage_usual *usual;
    struct coverage_run *last, *moved, *anew;
    bool changed;
    must(bench, coverage_usual_make(bench->dataset, 0, &usual, &bench->error));
    must(bench, coverage_usual_compute(usual, bench->vacancies, &last, &bench->error));
    must(bench, coverage_usual_move(usual, bench->vacancies, &changed, &bench->error));
    for (int round = 0; round < ROUNDS; round++) { /* every day other numbers age */
        struct vacancies *vacancies;
        double started = bench_now_s();
        must(bench, vacancies_build(bench->dataset, NOW + (round + 1) * 86400, bench->vacancies,
                                    &vacancies, &bench->error));
        double built = bench_now_s();
        must(bench, coverage_usual_move(usual, vacancies, &changed, &bench->error));
        must(bench, coverage_usual_run(usual, vacancies, last, &moved, &bench->error));
        double done = bench_now_s();
        must(bench, coverage_usual_compute(usual, vacancies, &anew, &bench->error));
        anew_ms[round] = (bench_now_s() - done) * 1e3;
        vacancies_ms[round] = (built - started) * 1e3;
        run_ms[round] = (done - built) * 1e3;
        for (uint32_t c = 0; c <= anew->community_count; c++)
            for (uint32_t bit = 0; bit < COVERAGE_BITS; bit++)
                must_agree(moved->coverage.communities[c]
                                   .cells[bit / COVERAGE_AGES][bit % COVERAGE_AGES][COVERAGE_OPEN]
                                   .served ==
                               anew->coverage.communities[c]
                                   .cells[bit / COVERAGE_AGES][bit % COVERAGE_AGES][COVERAGE_OPEN]
                                   .served,
                           "the run that was moved and the one computed anew disagree");
        coverage_run_release(moved);
        coverage_run_release(anew);
        vacancies_release(vacancies);
    }
    printf("new numbers                a run by counters %.1f ms (vacancies before it %.1f ms), "
           "computed anew %.1f ms\n",
           bench_median(run_ms, ROUNDS), bench_median(vacancies_ms, ROUNDS),
           bench_median(anew_ms, ROUNDS));
    coverage_run_release(last);
    coverage_usual_release(usual);
}

int main(void)
{
    struct bench bench = {0};
    make_region(&bench);
    bench_whole(&bench);
    bench_counts(&bench);
    bench_moves(&bench);
    release(&bench);
    return 0;
}
