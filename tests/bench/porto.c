#include "tests/bench/porto.h"

#include "data/osm_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

void porto_path(char path[4096])
{
    const char *root = getenv("TEST_DATA");
    snprintf(path, 4096, "%s/osm/porto_r5.osm.pbf", root && *root ? root : "../shared/data");
    if (access(path, R_OK) == 0)
        return;
    printf("skipped: there is no %s\n", path);
    exit(0);
}

struct network porto_read(void)
{
    char path[4096];
    struct osm_extract extract;
    struct network network;
    struct network_build_report report;
    struct network_build_options options = {.min_component_m = 500};
    struct error error = {0};
    porto_path(path);
    enum status status = osm_read(path, NULL, NULL, &extract, &error);
    if (!status)
        status = network_build(&extract.streets, &options, &network, &report, &error);
    if (status) {
        printf("%s\n", error.message);
        exit(1);
    }
    osm_extract_release(&extract);
    printf("Porto: %u nodes, %u pieces, %.0f km\n", network.node_count, network.piece_count,
           (double)report.kept_mm / 1e6);
    return network;
}

uint64_t bench_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

void porto_positions(const struct network *network, const struct profile *profile,
                     struct snap *snaps, uint32_t count)
{
    uint64_t state = 1;
    for (uint32_t i = 0; i < count;) {
        uint32_t piece = (uint32_t)(bench_random(&state) % network->piece_count);
        if (!profile_allows(profile, network->pieces[piece].street_class))
            continue;
        uint32_t length = network->pieces[piece].length_mm;
        snaps[i++] = (struct snap){
            .piece = piece, .from_start_mm = (uint32_t)(bench_random(&state) % (length + 1))};
    }
}

double bench_now_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

double bench_median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare_doubles);
    return values[count / 2];
}

void *bench_must(void *memory)
{
    if (!memory) {
        fprintf(stderr, "out of memory\n");
        exit(1);
    }
    return memory;
}
