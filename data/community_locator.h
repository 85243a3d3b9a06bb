/*
 * Which community a point stands in, and which one a register means by a code or a name.
 */
#ifndef DATA_COMMUNITY_LOCATOR_H
#define DATA_COMMUNITY_LOCATOR_H

#include "data/store.h"
#include "geo/geometry.h"

struct community_place {
    const char *code, *name;
    struct geo_polygon outline; /* ring_count 0: none */
    struct geo_box box;
};

/* A code or a name, and the community that has it. */
struct community_word {
    const char *text;
    uint32_t community;
};

struct community_locator {
    struct community_place *communities; /* ascending by code, as the store gives them */
    uint32_t count;
    struct community_word *words; /* ascending by text */
    uint32_t word_count;
    struct arena arena;
};

enum { COMMUNITY_NONE = -1, LOCATOR_MAX_BYTES = 512 << 20 };

/* The communities of a region as the store has them now. Yours: community_locator_release(). */
enum status MUST_CHECK community_locator_init(struct community_locator *locator,
                                              struct store *store, const char *region,
                                              struct error *error);
/* The same of records at hand, ascending by code; their texts are borrowed. */
enum status MUST_CHECK community_locator_build(struct community_locator *locator,
                                               const struct community_record *records,
                                               uint32_t count, struct error *error);
void community_locator_release(struct community_locator *locator); /* safe on {0}, safe twice */

/* The first community, by code, whose outline contains the point; COMMUNITY_NONE. */
int32_t community_locator_at(const struct community_locator *locator, struct geo_point point);

/* Communities of that code or exactly that name (several may share a name): the first one's place in
 * `words`, and how many follow each other there; 0 for none. */
uint32_t community_locator_named(const struct community_locator *locator, const char *text,
                                 uint32_t *first);

#endif
