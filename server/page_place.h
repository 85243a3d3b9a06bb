/*
 * Places to start from by name, for the form that works without a script: communities and facilities
 * of the dataset whose name holds the words.
 */
#ifndef SERVER_PAGE_PLACE_H
#define SERVER_PAGE_PLACE_H

#include "data/dataset.h"

enum { PAGE_PLACES_MAX = 8 };

struct page_place {
    const char *id; /* a community's code or a facility's public id: no secret of anybody's */
    const char *name, *name_en;
    const char *within, *within_en; /* the street it lies in; NULL */
    struct geo_point at;
};

/*
 * At most PAGE_PLACES_MAX, the best first: the name itself before names that begin with it before
 * names that hold it, communities before facilities, then as the dataset has them. ASCII letters match
 * in either case. Facilities count that are public (`is_public`, beside facilities) and on the map.
 * One scan of the names, made for people who press a button; texts are the dataset's, `arena` is for
 * outlines. MEMORY.
 */
enum status MUST_CHECK page_places_find(const struct dataset *dataset, const uint8_t *is_public,
                                        const char *words, struct arena *arena,
                                        struct page_place places[PAGE_PLACES_MAX], uint32_t *count,
                                        struct error *error);
/* The one of an id; *count is 0 or 1. */
enum status MUST_CHECK page_places_get(const struct dataset *dataset, const uint8_t *is_public,
                                       const char *id, struct arena *arena,
                                       struct page_place places[PAGE_PLACES_MAX], uint32_t *count,
                                       struct error *error);

#endif
