/*
 * Columns by the key that property objects use for them, in the order of first appearance.
 */
#ifndef DATA_COLUMN_MAP_H
#define DATA_COLUMN_MAP_H

#include "data/table.h"
#include "geo/arena.h"

/* Starts as {0}, with arena_init(&map.arena, …). */
struct column_map {
    struct arena arena;       /* the keys' text */
    struct table_cell *keys;  /* `count` of them */
    uint32_t count, capacity; /* of keys */
    uint32_t *slots;          /* open addressing: column + 1, 0 = free; a power of two of them */
    uint32_t slot_count;
};

/* NOT_FOUND for a key without a column. */
enum status MUST_CHECK column_map_find(const struct column_map *map, const char *key, size_t length,
                                       uint32_t *column);

/* Its column, a new one where it has none; LIMIT above TABLE_MAX_COLUMNS. */
enum status MUST_CHECK column_map_add(struct column_map *map, const char *key, size_t length,
                                      uint32_t *column, struct error *error);

void column_map_release(struct column_map *map); /* safe on {0} and safe twice */

#endif
