/*
 * Streets for tests: drawn in ASCII, or at random; and the plain second way over them.
 *
 *   streets_draw(100, "A---B---C\n"
 *                     "    |    \n"
 *                     "    D====E");   100 m from one cell to the next
 *
 * A-Z and + are nodes that join in all four directions; - and | are road, . and : path, = and !
 * steps (level and upright). Everything is near (0.1 E, 30.2 N) and spaced by distance_m().
 */
#ifndef TESTS_GEO_STREETS_H
#define TESTS_GEO_STREETS_H

#include "geo/network_build.h"
#include "geo/reach.h"
#include "tests/test.h"

struct streets {
    struct street_ways ways; /* what the network was built from */
    struct network network;
    struct network_build_report report;
    uint32_t letters[26]; /* node number in `ways` of each letter; UINT32_MAX = not drawn */
};

struct streets streets_draw(double cell_m, const char *picture);
/* `count` nodes in a box of some kilometres, joined to near neighbours, with chains, loops, islands,
 * duplicates and missing nodes among them. */
struct streets streets_random(struct test_random *random, uint32_t count);
void streets_release(struct streets *streets);

/* Where a drawn letter is, and its snap for a profile (exactly on the street). */
struct geo_point streets_point(const struct streets *streets, char letter);
struct snap streets_snap(const struct streets *streets, const struct profile *profile, char letter);

/* The second way: rounds over all uncontracted segments until nothing changes, from any number
 * of start nodes of `ways`. mm[node] = UINT64_MAX where not reached. */
void streets_plain_walk(const struct streets *streets, uint32_t barred, const uint64_t *start_mm,
                        uint64_t *mm);

#endif
