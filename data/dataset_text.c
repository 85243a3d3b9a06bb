/* Text gathered by one scan, and arrays that grow. */
#include "data/dataset_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    SEEN_SIZE = 4096,          /* slots of the table of texts that repeat */
    SEEN_MOST = SEEN_SIZE / 2, /* past these, new texts are simply kept again */
    LARGEST_COUNT = 1 << 28,
    SMALL_BYTES = 1 << 16,
    LARGE_BYTES = 16 << 20
};
#define LARGEST_TEXT_BYTES ((size_t)UINT32_MAX)

struct text_seen {
    text_ref ref;
    uint32_t hash;
};

/* Small ones grow fast, because each step copies. What is no longer small becomes large at once, so
 * that it lies on large pages from the beginning, and then doubles: only what is touched costs memory
 * (large_memory.h). */
static size_t larger_capacity(size_t capacity, size_t element_bytes, size_t first)
{
    if (capacity == 0)
        return first;
    if (capacity * element_bytes < SMALL_BYTES)
        return capacity * 8;
    size_t doubled = capacity * 2, large = LARGE_BYTES / element_bytes;
    return doubled > large ? doubled : large;
}

enum status raw_grow(void **array, size_t count, size_t *capacity, size_t element_bytes,
                     struct error *error)
{
    if (count < *capacity)
        return STATUS_OK;
    if (count >= LARGEST_COUNT)
        return error_set(error, STATUS_LIMIT, "the register has more than %d rows of one kind",
                         LARGEST_COUNT);
    size_t larger = larger_capacity(*capacity, element_bytes, 64);
    void *grown = large_memory_resize(*array, larger * element_bytes);
    if (!grown)
        return error_memory(error, "reading the register");
    *array = grown;
    *capacity = larger;
    return STATUS_OK;
}

enum status raw_make_array(void **array, size_t count, size_t element_bytes, struct error *error)
{
    *array = large_memory_resize(NULL, (count ? count : 1) * element_bytes);
    return *array ? STATUS_OK : error_memory(error, "building the dataset");
}

static enum status append(struct text_pool *pool, const char *text, size_t length, text_ref *ref,
                          struct error *error)
{
    size_t start = pool->length ? pool->length : 1, needed = start + length + 1;
    if (needed > LARGEST_TEXT_BYTES)
        return error_set(error, STATUS_LIMIT, "the register's text is larger than 4 GiB");
    if (needed > pool->capacity) {
        size_t larger = larger_capacity(pool->capacity, 1, 4096);
        larger = larger < needed ? needed : larger;
        char *grown = large_memory_resize(pool->bytes, larger);
        if (!grown)
            return error_memory(error, "reading the register");
        pool->bytes = grown;
        pool->capacity = larger;
        pool->bytes[0] = '\0';
    }
    memcpy(pool->bytes + start, text, length + 1);
    pool->length = needed;
    *ref = (text_ref)start;
    return STATUS_OK;
}

/* FNV-1a. */
static uint32_t hash_text(const char *text, size_t length)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    return hash;
}

static enum status add_repeating(struct text_pool *pool, const char *text, size_t length,
                                 text_ref *ref, struct error *error)
{
    if (!pool->seen && !(pool->seen = calloc(SEEN_SIZE, sizeof *pool->seen)))
        return error_memory(error, "reading the register");
    uint32_t hash = hash_text(text, length), at = hash % SEEN_SIZE;
    for (; pool->seen[at].ref; at = (at + 1) % SEEN_SIZE)
        if (pool->seen[at].hash == hash && strcmp(pool->bytes + pool->seen[at].ref, text) == 0) {
            *ref = pool->seen[at].ref;
            return STATUS_OK;
        }
    enum status status = append(pool, text, length, ref, error);
    if (!status && pool->seen_count < SEEN_MOST) {
        pool->seen[at] = (struct text_seen){*ref, hash};
        pool->seen_count++;
    }
    return status;
}

enum status text_pool_add(struct text_pool *pool, const char *text, bool repeats, text_ref *ref,
                          struct error *error)
{
    *ref = 0;
    if (!text || !*text)
        return STATUS_OK;
    size_t length = strlen(text);
    return repeats ? add_repeating(pool, text, length, ref, error)
                   : append(pool, text, length, ref, error);
}

void text_pool_release(struct text_pool *pool)
{
    large_memory_free(pool->bytes);
    free(pool->seen);
    *pool = (struct text_pool){0};
}
