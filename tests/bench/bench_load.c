/*
 * From SQLite to ready, for the seeded register: store -> dataset -> vacancies and fragments, which
 * are made beside one another; then what the dataset alone takes, and these two alone.
 *
 *   bench_load [COUNT [STORE]]    100000 facilities; STORE is made when it is not there
 *
 * Each run is a process of its own, so that its peak memory is the load's alone. The store's file is
 * in the page cache after the first run: a restart, not a cold machine.
 */
#include "data/vacancies.h"
#include "server/fragments.h"
#include "server/picture.h"
#include "tests/bench/seed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RUNS = 7 };

struct load {
    double open_s, dataset_s, vacancies_s, fragments_s, total_s, cpu_s, peak_mb;
};

static double now_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void fail(const struct error *error)
{
    fprintf(stderr, "bench_load: %s\n", error->message);
    exit(1);
}

static void make_store(const char *path, uint32_t count, moment_t now)
{
    struct error error = {0};
    struct store *store = NULL;
    struct seed seed = {.seed = 7, .count = count, .now = now};
    double started = now_s();
    if (store_open(path, STORE_CREATE, &store, &error) || seed_store_write(&seed, store, &error))
        fail(&error);
    store_close(store);
    printf("seeded   %u facilities in %.1f s\n", count, now_s() - started);
}

static double seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

/* The peak memory of the whole process, and the processor time of all its threads. */
static void measure_usage(struct load *load)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    load->peak_mb = (double)usage.ru_maxrss / 1024;
    load->cpu_s = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

/* The same once more, one part after another. */
static void measure_parts(struct store *store, moment_t now, struct load *load)
{
    struct error error = {0};
    struct dataset *dataset;
    struct vacancies *vacancies;
    struct fragments *fragments;
    double at = now_s();
    if (dataset_build(store, now, &dataset, &error))
        fail(&error);
    load->dataset_s = now_s() - at;
    at = now_s();
    if (vacancies_build(dataset, now, NULL, &vacancies, &error))
        fail(&error);
    load->vacancies_s = now_s() - at;
    at = now_s();
    if (fragments_build(dataset, &fragments, &error))
        fail(&error);
    load->fragments_s = now_s() - at;
    fragments_release(fragments);
    vacancies_release(vacancies);
    dataset_release(dataset);
}

static struct load load_once(const char *path, moment_t now)
{
    struct error error = {0};
    struct load load = {0};
    struct store *store;
    struct picture *picture;
    double started = now_s();
    if (store_open(path, STORE_WRITE, &store, &error))
        fail(&error);
    load.open_s = now_s() - started;
    if (picture_build(store, now, NULL, PICTURE_FOR_SERVER, &picture, &error))
        fail(&error);
    load.total_s = now_s() - started;
    measure_usage(&load);
    if (picture->vacancies->public_count == 0)
        fail(&(struct error){.message = "nothing was loaded"});
    picture->release(picture);
    measure_parts(store, now, &load);
    store_close(store);
    return load;
}

static struct load load_in_child(const char *path, moment_t now)
{
    int ends[2];
    struct load load;
    if (pipe(ends) != 0)
        exit(1);
    pid_t child = fork();
    if (child == 0) {
        load = load_once(path, now);
        _exit(write(ends[1], &load, sizeof load) == (ssize_t)sizeof load ? 0 : 1);
    }
    close(ends[1]);
    int status = 1;
    bool got = read(ends[0], &load, sizeof load) == (ssize_t)sizeof load;
    close(ends[0]);
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0 || !got)
        exit(1);
    return load;
}

static int by_total(const void *a, const void *b)
{
    const struct load *x = a, *y = b;
    return (x->total_s > y->total_s) - (x->total_s < y->total_s);
}

int main(int argc, char **argv)
{
    uint32_t count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100000;
    char path[256];
    snprintf(path, sizeof path, "build/bench/seed-%u.db", count);
    const char *store = argc > 2 ? argv[2] : path;
    moment_t now = 1795575600; /* 2026-11-25: the seed's numbers are dated from here */
    struct stat info;
    if (argc <= 2 && mkdir("build", 0777) != 0 && stat("build", &info) != 0)
        return 1;
    if (argc <= 2)
        mkdir("build/bench", 0777);
    if (stat(store, &info) != 0)
        make_store(store, count, now);
    struct load loads[RUNS];
    for (int i = 0; i < RUNS; i++)
        loads[i] = load_in_child(store, now);
    qsort(loads, RUNS, sizeof *loads, by_total);
    const struct load *median = &loads[RUNS / 2];
    printf("load     %u facilities: %.3f s (worst of %d: %.3f s; asked: under 0.5 s)\n", count,
           median->total_s, RUNS, loads[RUNS - 1].total_s);
    printf("         open %.3f s; one after another: dataset %.3f, vacancies %.3f, "
           "fragments %.3f s\n",
           median->open_s, median->dataset_s, median->vacancies_s, median->fragments_s);
    printf("         %.3f s of processor time\n", median->cpu_s);
    printf("memory   peak %.0f MB (asked: under 250 MB)\n", median->peak_mb);
    return 0;
}
