/*
 * What the walking benches share: the streets of Porto (TEST_DATA), origins on them, time and medians.
 */
#ifndef TESTS_BENCH_PORTO_H
#define TESTS_BENCH_PORTO_H

#include "geo/network_build.h"
#include "geo/snap.h"

#include <stddef.h>

/* The extract's path, in the caller's 4,096 bytes. Says so and ends with success where it is
 * missing: a bench without its data is skipped visibly. */
void porto_path(char path[4096]);

/* The network of 9,900 km of street, printed with its sizes; islands below 500 m dropped. Yours:
 * network_build_release(). Ends the program with a sentence where it cannot be read. */
struct network porto_read(void);

/* Random positions on pieces that the profile may walk; the same ones every time. */
void porto_positions(const struct network *network, const struct profile *profile,
                     struct snap *snaps, uint32_t count);

uint64_t bench_random(uint64_t *state); /* 31 bits, the same sequence from the same state */
double bench_now_s(void);               /* monotonic */
double bench_median(double *values, size_t count); /* sorts them */
void *bench_must(void *memory);                    /* ends the program where it is NULL */

#endif
