/*
 * A dataset that is nothing but the base map of an OpenStreetMap file, for tests and benches that draw
 * tiles without a store.
 */
#ifndef TESTS_BENCH_MAP_WORLD_H
#define TESTS_BENCH_MAP_WORLD_H

#include "data/walking.h"

struct map_world {
    struct dataset dataset;
    struct region region;
    struct walking_network network, *networks[1];
};

/* Points into itself: it must not move. map_world_release(). What osm_read() says. */
enum status MUST_CHECK map_world_open(const char *osm_file, struct map_world *world,
                                      struct error *error);
void map_world_release(struct map_world *world);

/* The tiles of a zoom that hold any of it: x from x0 to x1, y from y0 to y1. */
struct map_world_tiles {
    uint32_t x0, y0, x1, y1;
};
struct map_world_tiles map_world_tiles(const struct map_world *world, uint32_t zoom);

#endif
