#include "server/clock.h"

#include <time.h>

static moment_t system_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec;
}

struct clock clock_system(void)
{
    return (struct clock){.stands_at = TIME_NONE};
}

struct clock clock_from(moment_t start)
{
    return (struct clock){.stands_at = TIME_NONE, .offset_s = start - system_now()};
}

struct clock clock_fixed(moment_t at)
{
    return (struct clock){.stands_at = at};
}

moment_t clock_now(const struct clock *clock)
{
    return clock->stands_at != TIME_NONE ? clock->stands_at : system_now() + clock->offset_s;
}

int64_t clock_monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
