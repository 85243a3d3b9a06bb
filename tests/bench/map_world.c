#include "tests/bench/map_world.h"

enum status map_world_open(const char *osm_file, struct map_world *world, struct error *error)
{
    struct osm_extract extract;
    *world = (struct map_world){.region = {.name = "world", .map = {.basemap = BASEMAP_OWN}}};
    enum status status = osm_read(osm_file, NULL, NULL, &extract, error);
    if (status)
        return status;
    status = base_map_build(&extract, &world->network.file.map, error);
    world->network.file.checksum = 1;
    world->network.file.is_invented = extract.is_invented;
    osm_extract_release(&extract);
    world->networks[0] = &world->network;
    world->dataset.regions = &world->region;
    world->dataset.region_count = 1;
    world->dataset.networks = world->networks;
    world->dataset.network_count = 1;
    return status;
}

void map_world_release(struct map_world *world)
{
    base_map_release(&world->network.file.map);
}

struct map_world_tiles map_world_tiles(const struct map_world *world, uint32_t zoom)
{
    const struct base_map *map = &world->network.file.map;
    struct plane_box box = {UINT32_MAX, UINT32_MAX, 0, 0};
    for (uint32_t i = 0; i < map->feature_count; i++) {
        struct plane_box of = map->features[i].box;
        box.x0 = of.x0 < box.x0 ? of.x0 : box.x0;
        box.y0 = of.y0 < box.y0 ? of.y0 : box.y0;
        box.x1 = of.x1 > box.x1 ? of.x1 : box.x1;
        box.y1 = of.y1 > box.y1 ? of.y1 : box.y1;
    }
    uint32_t shift = 32 - zoom;
    return (struct map_world_tiles){box.x0 >> shift, box.y0 >> shift, box.x1 >> shift,
                                    box.y1 >> shift};
}
