/*
 * Where the people of a region are taken to live: the points of an import or, where there are none,
 * the figures of its communities spread over their buildings in proportion to footprints, or, where a
 * community has no buildings on the map, over points inside its outline. Which of the three is said.
 *
 * Spreading keeps sums exactly (largest remainder) and is the same every time.
 */
#ifndef DATA_RESIDENTS_H
#define DATA_RESIDENTS_H

#include "data/base_map.h"
#include "data/records.h"
#include "geo/arena.h"

/* Of a region the least exact that was needed anywhere; the numbers are in the order of exactness. */
enum resident_source {
    RESIDENTS_NONE,
    RESIDENTS_IMPORTED,  /* resident points of an import */
    RESIDENTS_BUILDINGS, /* communities' figures spread over their buildings */
    RESIDENTS_OUTLINE    /* … over points inside their outlines */
};
const char *resident_source_code(uint32_t source); /* "none", "imported", "buildings", "outline" */

struct people {
    struct geo_point *points;
    int32_t *residents, *children; /* by point; NONE = no figure */
    uint32_t *communities;         /* by point: into the communities given; UINT32_MAX = in none */
    uint32_t count;
    uint8_t source; /* enum resident_source */
};

/*
 * `communities` of one region, ascending by code. Arrays are in the arena; `people` is {0} where
 * nobody is known to live anywhere. MEMORY or LIMIT for the arena.
 */
enum status MUST_CHECK people_from_points(const struct resident_record *residents, uint32_t count,
                                          const struct community_record *communities,
                                          uint32_t community_count, struct arena *arena,
                                          struct people *people, struct error *error);
/* `map` may be NULL. Communities without figures or outline give no points. */
enum status MUST_CHECK people_spread(const struct community_record *communities,
                                     uint32_t community_count, const struct base_map *map,
                                     struct arena *arena, struct people *people,
                                     struct error *error);

/* Share `total` out by weights (not negative, finite) so that the shares add up to it: each gets what
 * it is due rounded down, and the largest remainders one more, the first of equals first. With weights
 * that are all 0, equally. Of NONE everybody has NONE. MEMORY. */
enum status MUST_CHECK share_out(int32_t total, const double *weights, uint32_t count,
                                 int32_t *shares, struct error *error);

#endif
