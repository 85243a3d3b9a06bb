/*
 * Where a facility is put on the map, or why it is not. Nothing is ever placed silently wrong: a
 * point that does not fit the region as declared is null with a named warning, and the coordinates
 * as given stay in the report.
 */
#ifndef DATA_REGISTER_PLACE_H
#define DATA_REGISTER_PLACE_H

#include "data/community_locator.h"
#include "data/register_row.h"
#include "geo/crs.h"

struct register_placer {
    const struct region *region;
    const struct community_locator *communities; /* may be NULL: none are known */
    struct crs_transform *transform;             /* NULL: --coordsys none */
    bool is_degrees; /* the system counts degrees: a lost decimal point can be looked for */
    bool
        not_shifted; /* the system claims to be WGS 84, or nearly: GCJ-02 in its name is a mistake */
};

/*
 * coordsys  as options.coordsys of register_import.h. INVALID, parameter "coordsys": not a system
 *           PROJ knows; "none" where the mapping reads coordinates; a system in metres where the
 *           mapping says degrees, or the other way round.
 */
enum status MUST_CHECK register_placer_init(struct register_placer *placer,
                                            const struct region *region,
                                            const struct mapping *mapping,
                                            const struct community_locator *communities,
                                            const char *coordsys, struct error *error);
void register_placer_release(struct register_placer *placer); /* safe on {0} and safe twice */

/* May coordinates of a file that says of itself `declared` (a "crs" member) be read as `coordsys`?
 * True also where either name is not understood; shifted systems pass as degrees. */
bool register_same_system(const char *declared, const char *coordsys);

/*
 * Give row->bundle.facility its point and its community (a code borrowed from the locator), or leave
 * both null with a finding. A declared community that differs from the point's is a finding; the
 * point stays.
 */
void register_place(const struct register_placer *placer, struct register_row *row);

#endif
