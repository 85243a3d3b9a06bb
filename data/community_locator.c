#include "data/community_locator.h"

#include "data/geojson_geometry.h"

#include <stdlib.h>
#include <string.h>

static int compare_words(const void *a, const void *b)
{
    const struct community_word *x = a, *y = b;
    int order = strcmp(x->text, y->text);
    return order ? order : (x->community > y->community) - (x->community < y->community);
}

static enum status add_community(struct community_locator *locator,
                                 const struct community_record *record, struct error *error)
{
    uint32_t number = locator->count++;
    struct community_place *place = &locator->communities[number];
    place->code = record->code;
    place->name = record->name;
    locator->words[locator->word_count++] = (struct community_word){record->code, number};
    if (record->name && strcmp(record->name, record->code) != 0)
        locator->words[locator->word_count++] = (struct community_word){record->name, number};
    if (!record->outline)
        return STATUS_OK;
    enum status status = geojson_polygon_parse(record->outline, strlen(record->outline),
                                               &locator->arena, &place->outline, error);
    if (status)
        error_prefix(error, "the outline of community %.64s", record->code);
    place->box = geo_polygon_box(&place->outline);
    return status;
}

static enum status build(struct community_locator *locator, const struct community_record *records,
                         uint32_t count, struct error *error)
{
    enum status status = STATUS_OK;
    locator->communities = arena_calloc(&locator->arena, count, sizeof *locator->communities);
    locator->words = arena_calloc(&locator->arena, (size_t)count * 2, sizeof *locator->words);
    if (!locator->communities || !locator->words)
        status = error_memory(error, "reading the communities");
    for (uint32_t i = 0; !status && i < count; i++)
        status = add_community(locator, &records[i], error);
    if (status)
        community_locator_release(locator);
    else if (locator->word_count)
        qsort(locator->words, locator->word_count, sizeof *locator->words, compare_words);
    return status;
}

enum status community_locator_build(struct community_locator *locator,
                                    const struct community_record *records, uint32_t count,
                                    struct error *error)
{
    *locator = (struct community_locator){0};
    arena_init(&locator->arena, LOCATOR_MAX_BYTES);
    return build(locator, records, count, error);
}

enum status community_locator_init(struct community_locator *locator, struct store *store,
                                   const char *region, struct error *error)
{
    *locator = (struct community_locator){0};
    arena_init(&locator->arena, LOCATOR_MAX_BYTES);
    struct community_record *records;
    uint32_t count;
    enum status status = store_communities(store, region, &locator->arena, &records, &count, error);
    if (!status)
        return build(locator, records, count, error);
    community_locator_release(locator);
    return status;
}

void community_locator_release(struct community_locator *locator)
{
    arena_release(&locator->arena);
    *locator = (struct community_locator){0};
}

int32_t community_locator_at(const struct community_locator *locator, struct geo_point point)
{
    for (uint32_t i = 0; i < locator->count; i++) {
        const struct community_place *place = &locator->communities[i];
        if (place->outline.ring_count && geo_box_contains(place->box, point) &&
            geo_polygon_contains(&place->outline, point))
            return (int32_t)i;
    }
    return COMMUNITY_NONE;
}

uint32_t community_locator_named(const struct community_locator *locator, const char *text,
                                 uint32_t *first)
{
    uint32_t low = 0, high = locator->word_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (strcmp(locator->words[middle].text, text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *first = low;
    uint32_t count = 0;
    while (low + count < locator->word_count && strcmp(locator->words[low + count].text, text) == 0)
        count++;
    return count;
}
