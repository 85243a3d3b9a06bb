/*
 * The store at the size of a big city: 100,000 seeded facilities put through their history into a new
 * SQLite store, read back by scans on two threads as a start does, and put again unchanged.
 *
 *   bench_store [facilities [folder]]
 */
#include "data/history.h"
#include "tests/bench/seed.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 5, NOW = 1767225600, DAY = NOW / 86400 };

static void must(enum status status, const struct error *error)
{
    if (status == STATUS_OK)
        return;
    fprintf(stderr, "bench_store: %s\n", error->message);
    exit(1);
}

static double now_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* CPU seconds of this thread: what the work costs, whatever else the machine is doing. */
static double cpu_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double peak_mb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static void put_all(struct store *store, const struct seed *seed, enum history_outcome expected,
                    const char *what)
{
    static struct seed_facility facility;
    struct error error;
    double making = 0, making_cpu = 0, started = now_s(), started_cpu = cpu_s();
    must(store_begin(store, &error), &error);
    if (expected == HISTORY_ACCEPTED)
        must(seed_region_write(store, &error), &error);
    for (uint32_t i = 0; i < seed->count; i++) {
        enum history_outcome outcome;
        double before = now_s(), before_cpu = cpu_s();
        seed_facility(seed, i, &facility);
        making += now_s() - before;
        making_cpu += cpu_s() - before_cpu;
        must(history_put(store, &facility.bundle, SEED_PREFIX, DAY, NOW, &outcome, NULL, 0, NULL,
                         &error),
             &error);
        if (outcome != expected) {
            fprintf(stderr, "bench_store: facility %u came out as %d\n", i, outcome);
            exit(1);
        }
    }
    double put = now_s() - started - making;
    started = now_s();
    must(store_commit(store, &error), &error);
    double commit = now_s() - started, cpu = cpu_s() - started_cpu - making_cpu;
    printf("%-28s %8.0f facilities/s   (%.2f s, commit %.2f s; CPU %.2f s)\n", what,
           seed->count / (put + commit), put + commit, commit, cpu);
}

/* Scans ------------------------------------------------------------------------------------------*/

struct part {
    struct store *store;
    const enum store_rows *rows;
    int count;
    uint32_t records[STORE_ROWS_SLOTS + 1];
    double seconds[STORE_ROWS_SLOTS + 1], cpu[STORE_ROWS_SLOTS + 1];
};

static enum status count_record(void *context, const void *record, struct error *error)
{
    (void)record;
    (void)error;
    ++*(uint32_t *)context;
    return STATUS_OK;
}

static void *scan_part(void *argument)
{
    struct part *part = argument;
    struct error error;
    for (int i = 0; i < part->count; i++) {
        double started = now_s(), started_cpu = cpu_s();
        uint32_t records = 0;
        must(store_scan_each(part->store, part->rows[i], DAY, count_record, &records, &error),
             &error);
        part->records[part->rows[i]] = records;
        part->seconds[part->rows[i]] = now_s() - started;
        part->cpu[part->rows[i]] = cpu_s() - started_cpu;
    }
    return NULL;
}

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void scan_all(const char *path)
{
    static const enum store_rows left[] = {STORE_ROWS_FACILITIES, STORE_ROWS_OFFERS,
                                           STORE_ROWS_EXCEPTIONS};
    static const enum store_rows right[] = {STORE_ROWS_GROUPS, STORE_ROWS_PLACES, STORE_ROWS_HOURS,
                                            STORE_ROWS_SLOTS};
    static const char *const names[] = {"facilities", "groups",     "offers", "places",
                                        "hours",      "exceptions", "slots"};
    double whole[ROUNDS], opened[ROUNDS];
    struct part parts[2];
    for (int round = 0; round < ROUNDS; round++) {
        struct store *store;
        struct error error;
        double started = now_s();
        must(store_open(path, STORE_WRITE, &store, &error), &error);
        opened[round] = now_s() - started;
        parts[0] = (struct part){store, left, 3, {0}, {0}, {0}};
        parts[1] = (struct part){store, right, 4, {0}, {0}, {0}};
        pthread_t other;
        pthread_create(&other, NULL, scan_part, &parts[1]);
        scan_part(&parts[0]);
        pthread_join(other, NULL);
        whole[round] = now_s() - started;
        store_close(store);
    }
    double cpu = 0;
    for (int rows = 0; rows <= STORE_ROWS_SLOTS; rows++) {
        const struct part *part = parts[0].records[rows] ? &parts[0] : &parts[1];
        cpu += part->cpu[rows];
        printf("  scan %-22s %8u rows   %6.1f ms (CPU %.1f ms)\n", names[rows], part->records[rows],
               part->seconds[rows] * 1e3, part->cpu[rows] * 1e3);
    }
    printf("  scan %-22s %8s        CPU %.1f ms in all\n", "everything", "", cpu * 1e3);
    qsort(whole, ROUNDS, sizeof *whole, by_value);
    qsort(opened, ROUNDS, sizeof *opened, by_value);
    printf("%-28s %8.1f ms median of %d, two threads (opening %.1f ms)\n",
           "open and scan everything", whole[ROUNDS / 2] * 1e3, ROUNDS, opened[ROUNDS / 2] * 1e3);
}

static void remove_store(const char *path)
{
    static const char *const parts[] = {"", "-wal", "-shm", ".lock"};
    char name[4200];
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        snprintf(name, sizeof name, "%s%s", path, parts[i]);
        unlink(name);
    }
}

int main(int argc, char **argv)
{
    struct seed seed = {
        .seed = 1, .count = argc > 1 ? (uint32_t)atoi(argv[1]) : 100000, .now = NOW};
    char path[4096];
    struct store *store;
    struct error error;
    struct stat info;
    snprintf(path, sizeof path, "%s/bench_store.db", argc > 2 ? argv[2] : "build");
    remove_store(path);
    double started = now_s();
    must(store_open(path, STORE_CREATE, &store, &error), &error);
    printf("%u seeded facilities; a new store is made in %.0f ms\n", seed.count,
           (now_s() - started) * 1e3);
    put_all(store, &seed, HISTORY_ACCEPTED, "put, new");
    started = now_s();
    store_close(store);
    if (stat(path, &info) == 0)
        printf("%-28s %8.1f MB, closed in %.2f s\n", "store file", (double)info.st_size / 1e6,
               now_s() - started);
    scan_all(path);
    printf("%-28s %8.1f MB\n", "peak memory so far", peak_mb());
    must(store_open(path, STORE_WRITE, &store, &error), &error);
    put_all(store, &seed, HISTORY_UNCHANGED, "put, unchanged");
    started = now_s();
    must(store_check(store, &error), &error);
    printf("%-28s %8.2f s\n", "check", now_s() - started);
    store_close(store);
    remove_store(path);
    return 0;
}
