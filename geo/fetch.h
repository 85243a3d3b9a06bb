/*
 * Asking memory ahead. What a search reads lies scattered over a large register; asked for together,
 * the reads wait for memory together and not one after another.
 *
 * Always inlined: GCC takes a function that does nothing but this for one that does nothing, and
 * drops the calls.
 */
#ifndef GEO_FETCH_H
#define GEO_FETCH_H

#include <stddef.h>

enum { CACHE_LINE_BYTES = 64 };

/* Any address will do: nothing is read, and what is not mapped is not fetched. */
static inline __attribute__((always_inline)) void fetch_line(const void *at)
{
    __builtin_prefetch(at);
}

static inline __attribute__((always_inline)) void fetch_bytes(const void *start, size_t bytes)
{
    for (size_t i = 0; i < bytes; i += CACHE_LINE_BYTES)
        __builtin_prefetch((const char *)start + i);
}

#endif
