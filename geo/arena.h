/*
 * An arena: many small allocations of one life, freed whole, with a ceiling on their sum.
 *
 * One thread at a time. Memory from it is zeroed and aligned for any type.
 */
#ifndef GEO_ARENA_H
#define GEO_ARENA_H

#include "geo/status.h"

struct arena_block;

struct arena {
    struct arena_block *block; /* newest first */
    size_t used_bytes;         /* handed out since init or reset, padding included */
    size_t max_bytes;          /* the ceiling */
};

/* Nothing is allocated until the first arena_alloc(). */
void arena_init(struct arena *arena, size_t max_bytes);

/* Everything handed out is gone; the largest block is kept for the next use. */
void arena_reset(struct arena *arena);

/* Safe on {0} and safe twice. */
void arena_release(struct arena *arena);

/* NULL when the ceiling would be passed or memory is out. size 0 gives a valid pointer. */
void *arena_alloc(struct arena *arena, size_t size);

/* count * size, checked for overflow. */
void *arena_calloc(struct arena *arena, size_t count, size_t size);

/* A copy of `length` bytes and a NUL; NULL as arena_alloc(). */
char *arena_copy(struct arena *arena, const char *bytes, size_t length);

/* arena_copy() of a string; a NULL string gives NULL. */
char *arena_string(struct arena *arena, const char *string);

#endif
