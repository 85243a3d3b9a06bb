#include "data/register_identities.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 1024, MAX_TEXT_BYTES = 1 << 30 };

/* FNV-1a (Fowler, Noll, Vo 1991), its bits mixed once more so that the low ones serve as a place. */
static uint64_t hash_text(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 29;
}

/* Where the text is, or the free place where it belongs. */
static uint32_t place_of(const struct register_identity *places, uint32_t capacity,
                         const char *text, uint64_t hash)
{
    uint32_t place = (uint32_t)hash & (capacity - 1);
    while (places[place].text &&
           (places[place].hash != hash || strcmp(places[place].text, text) != 0))
        place = (place + 1) & (capacity - 1);
    return place;
}

void register_identities_init(struct register_identities *identities)
{
    *identities = (struct register_identities){0};
    arena_init(&identities->arena, MAX_TEXT_BYTES);
}

void register_identities_release(struct register_identities *identities)
{
    free(identities->places);
    arena_release(&identities->arena);
    *identities = (struct register_identities){0};
}

/* At most half of the places are ever taken. */
static enum status grow(struct register_identities *identities, struct error *error)
{
    uint32_t capacity = identities->capacity ? identities->capacity * 2 : FIRST_CAPACITY;
    struct register_identity *places = calloc(capacity, sizeof *places);
    if (!places)
        return error_memory(error, "reading a register's identities");
    for (uint32_t i = 0; i < identities->capacity; i++) {
        const struct register_identity *old = &identities->places[i];
        if (old->text)
            places[place_of(places, capacity, old->text, old->hash)] = *old;
    }
    free(identities->places);
    identities->places = places;
    identities->capacity = capacity;
    return STATUS_OK;
}

enum status register_identities_add(struct register_identities *identities, const char *text,
                                    uint64_t line, struct error *error)
{
    if (identities->count * 2 >= identities->capacity) {
        enum status status = grow(identities, error);
        if (status)
            return status;
    }
    uint64_t hash = hash_text(text);
    struct register_identity *place =
        &identities->places[place_of(identities->places, identities->capacity, text, hash)];
    if (place->text) {
        place->other_line = line;
        return STATUS_OK;
    }
    const char *copy = arena_string(&identities->arena, text);
    if (!copy)
        return error_memory(error, "reading a register's identities");
    *place = (struct register_identity){.text = copy, .hash = hash, .first_line = line};
    identities->count++;
    return STATUS_OK;
}

const struct register_identity *
register_identities_find(const struct register_identities *identities, const char *text)
{
    if (identities->capacity == 0)
        return NULL;
    const struct register_identity *place =
        &identities
             ->places[place_of(identities->places, identities->capacity, text, hash_text(text))];
    return place->text ? place : NULL;
}
