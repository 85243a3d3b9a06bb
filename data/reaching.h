/*
 * Which facilities reach a community: those within walk of any of its resident points, with how many
 * of its people each of them reaches. Computed when it is asked for, of the people and streets that a
 * dataset holds: one catchment (geo/catchment.h) for every facility that is near enough at all, the very
 * one that coverage is counted by.
 */
#ifndef DATA_REACHING_H
#define DATA_REACHING_H

#include "data/walking.h"

struct vacancies;

struct reaching_query {
    uint16_t region;
    uint32_t community; /* into dataset->communities */
    uint32_t profile;   /* PROFILE_STROLLER, … */
    double minutes;     /* more than 0, at most 60; inclusive */
    bool inclusive;     /* of inclusive-price facilities alone */
    bool weighs_children;
};

struct reaching {
    uint32_t facility; /* into dataset->facilities */
    uint32_t cares;    /* bits by care type: what it offers to the public, at any age */
    double people;     /* of the community, within the minutes: children or residents */
    uint32_t nearest_mm, farthest_mm; /* on foot, to the nearest and the farthest of them */
};

struct reaching_list {
    struct reaching
        *items; /* in the arena; the most people first, then the nearest, then by number */
    uint32_t count;
};

/*
 * Facilities that are public on the day of `vacancies`. Of a region without streets or people, none.
 * `walker` is a thread's own. MEMORY, LIMIT (of the arena).
 */
enum status MUST_CHECK reaching_find(const struct dataset *dataset,
                                     const struct vacancies *vacancies,
                                     const struct reaching_query *query, struct walker *walker,
                                     struct arena *arena, struct reaching_list *list,
                                     struct error *error);

#endif
