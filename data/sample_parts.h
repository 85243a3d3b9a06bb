/*
 * The parts of a sample facility: hours, groups with their numbers, offers with their slots.
 * sample_register.c draws the format; this is its other half and nobody else's business.
 */
#ifndef DATA_SAMPLE_PARTS_H
#define DATA_SAMPLE_PARTS_H

#include "data/region.h"
#include "geo/arena.h"

#include <jansson.h>

/* What a facility is read with. */
struct sample_reader {
    const struct region *region;
    day_t today;
    moment_t now;
    struct facility_bundle *bundle;
    struct error *error;
};

/* Fill the bundle's arrays (in the arena) from a FACILITY object; `where` names it in messages. */
enum status MUST_CHECK sample_parts_read(const struct sample_reader *reader, const json_t *object,
                                         const char *where, struct arena *arena);

#endif
