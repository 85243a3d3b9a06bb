/*
 * The one place that reads the clock.
 *
 * With --now (sample and test stores alone) a clock starts at the moment given. For `serve` it then
 * runs on at its own pace, so that freshness still decays before one's eyes; for every other
 * command it stands still, so that the same command gives the same answer.
 */
#ifndef SERVER_CLOCK_H
#define SERVER_CLOCK_H

#include "data/records.h"

#include <stdbool.h>

struct clock {
    moment_t stands_at; /* TIME_NONE = it runs */
    int64_t offset_s;   /* added to the system's clock where it runs; 0 without --now */
};

/* The system's own clock. */
struct clock clock_system(void);
/* Starts at `start` and runs on. */
struct clock clock_from(moment_t start);
/* Stands still at `at`. */
struct clock clock_fixed(moment_t at);

/* UTC seconds. The value only: any thread. */
moment_t clock_now(const struct clock *clock);

/* A clock that never jumps, in milliseconds since some moment: for deadlines and durations. */
int64_t clock_monotonic_ms(void);

#endif
