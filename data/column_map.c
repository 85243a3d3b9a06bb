#include "data/column_map.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a. Chosen keys can at worst make TABLE_MAX_COLUMNS of them collide. */
static uint32_t hash(const char *key, size_t length)
{
    uint32_t value = 2166136261u;
    for (size_t i = 0; i < length; i++)
        value = (value ^ (unsigned char)key[i]) * 16777619u;
    return value;
}

/* The slot of the key, or the free one where it belongs. There is always a free one. */
static uint32_t find_slot(const struct column_map *map, const char *key, size_t length)
{
    uint32_t slot = hash(key, length) & (map->slot_count - 1);
    while (map->slots[slot]) {
        const struct table_cell *other = &map->keys[map->slots[slot] - 1];
        if (other->length == length && memcmp(other->text, key, length) == 0)
            break;
        slot = (slot + 1) & (map->slot_count - 1);
    }
    return slot;
}

enum status column_map_find(const struct column_map *map, const char *key, size_t length,
                            uint32_t *column)
{
    uint32_t slot = map->slot_count ? find_slot(map, key, length) : 0;
    if (!map->slot_count || !map->slots[slot])
        return STATUS_NOT_FOUND;
    *column = map->slots[slot] - 1;
    return STATUS_OK;
}

/* Twice the room, and at most half of the slots taken. */
static enum status grow(struct column_map *map, struct error *error)
{
    uint32_t capacity = map->capacity ? map->capacity * 2 : 32;
    struct table_cell *keys = realloc(map->keys, capacity * sizeof *keys);
    if (keys)
        map->keys = keys;
    uint32_t *slots = calloc(capacity * 2, sizeof *slots);
    if (!keys || !slots) {
        free(slots);
        return error_memory(error, "learning the columns");
    }
    free(map->slots);
    map->slots = slots;
    map->slot_count = capacity * 2;
    map->capacity = capacity;
    for (uint32_t i = 0; i < map->count; i++)
        slots[find_slot(map, keys[i].text, keys[i].length)] = i + 1;
    return STATUS_OK;
}

enum status column_map_add(struct column_map *map, const char *key, size_t length, uint32_t *column,
                           struct error *error)
{
    if (column_map_find(map, key, length, column) == STATUS_OK)
        return STATUS_OK;
    if (map->count == TABLE_MAX_COLUMNS)
        return error_set(error, STATUS_LIMIT, "more than %d different properties",
                         TABLE_MAX_COLUMNS);
    enum status status = map->count == map->capacity ? grow(map, error) : STATUS_OK;
    if (status)
        return status;
    const char *copy = arena_copy(&map->arena, key, length);
    if (!copy)
        return error_memory(error, "learning the columns");
    map->keys[map->count] = (struct table_cell){copy, length, false};
    map->slots[find_slot(map, key, length)] = map->count + 1;
    *column = map->count++;
    return STATUS_OK;
}

void column_map_release(struct column_map *map)
{
    arena_release(&map->arena);
    free(map->keys);
    free(map->slots);
    *map = (struct column_map){0};
}
