/*
 * What the files of suggest share: suggest_build.c makes it, suggest.c looks in it.
 */
#ifndef DATA_SUGGEST_INTERNAL_H
#define DATA_SUGGEST_INTERNAL_H

#include "data/community_locator.h"
#include "data/suggest.h"

/* Something with a name. Its folded names end before text_end, each with a NUL before it and one
 * behind; they begin where those of the entry before end. */
struct suggest_entry {
    uint32_t text_end; /* into the text: behind the last NUL */
    uint32_t number;   /* of the dataset's community or facility, or of the map's feature */
    uint16_t network;  /* of a feature: into dataset->networks */
    uint8_t kind;      /* enum suggest_kind */
};

struct suggest {
    const struct dataset *dataset;
    char *text; /* begins with a NUL */
    size_t text_bytes, text_capacity;
    struct suggest_entry *entries; /* by kind, then number or name */
    size_t entry_count, entry_capacity;
    struct geo_point *community_points; /* beside the dataset's communities; lon NaN = none */
    struct community_locator locator;   /* over the dataset's communities, in their order */
};

#endif
