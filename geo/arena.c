#include "geo/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK_BYTES = 4096, LARGEST_BLOCK_BYTES = 1 << 20 };

struct arena_block {
    struct arena_block *next;
    size_t capacity;
    size_t used;
    alignas(max_align_t) unsigned char bytes[];
};

void arena_init(struct arena *arena, size_t max_bytes)
{
    *arena = (struct arena){.max_bytes = max_bytes};
}

static void free_blocks(struct arena_block *block)
{
    while (block) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
}

void arena_reset(struct arena *arena)
{
    struct arena_block *kept = arena->block;
    for (struct arena_block *block = arena->block; block; block = block->next)
        if (block->capacity > kept->capacity)
            kept = block;
    struct arena_block *block = arena->block;
    while (block) {
        struct arena_block *next = block->next;
        if (block != kept)
            free(block);
        block = next;
    }
    if (kept) {
        kept->next = NULL;
        kept->used = 0;
    }
    arena->block = kept;
    arena->used_bytes = 0;
}

void arena_release(struct arena *arena)
{
    free_blocks(arena->block);
    *arena = (struct arena){.max_bytes = arena->max_bytes};
}

static struct arena_block *add_block(struct arena *arena, size_t size)
{
    size_t capacity = arena->block ? arena->block->capacity * 2 : FIRST_BLOCK_BYTES;
    if (capacity > LARGEST_BLOCK_BYTES)
        capacity = LARGEST_BLOCK_BYTES;
    if (capacity < size)
        capacity = size;
    struct arena_block *block = malloc(sizeof *block + capacity);
    if (!block)
        return NULL;
    *block = (struct arena_block){.next = arena->block, .capacity = capacity};
    arena->block = block;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    const size_t alignment = alignof(max_align_t);
    if (size > SIZE_MAX / 2)
        return NULL;
    size = size ? (size + alignment - 1) & ~(alignment - 1) : alignment;
    if (size > arena->max_bytes - arena->used_bytes)
        return NULL;
    struct arena_block *block = arena->block;
    if (!block || block->capacity - block->used < size)
        block = add_block(arena, size);
    if (!block)
        return NULL;
    void *memory = block->bytes + block->used;
    block->used += size;
    arena->used_bytes += size;
    return memset(memory, 0, size);
}

void *arena_calloc(struct arena *arena, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        return NULL;
    return arena_alloc(arena, count * size);
}

char *arena_copy(struct arena *arena, const char *bytes, size_t length)
{
    char *copy = length < SIZE_MAX ? arena_alloc(arena, length + 1) : NULL;
    if (copy && length)
        memcpy(copy, bytes, length);
    return copy;
}

char *arena_string(struct arena *arena, const char *string)
{
    return string ? arena_copy(arena, string, strlen(string)) : NULL;
}
