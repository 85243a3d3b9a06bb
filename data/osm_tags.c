#include "data/osm_tags.h"

#include <string.h>

/* Is `value` one of the words in `list`, which are separated by single spaces? */
static bool is_one_of(const char *value, const char *list)
{
    if (!value)
        return false;
    size_t length = strlen(value);
    for (const char *word = list; *word;) {
        size_t size = strcspn(word, " ");
        if (size == length && memcmp(word, value, length) == 0)
            return true;
        word += size + (word[size] == ' ');
    }
    return false;
}

static const char *const walkable_texts[OSM_WALKABLE_COUNT] = {
    [OSM_WALKABLE] = "walkable",
    [OSM_NOT_A_STREET] = "not a street",
    [OSM_DROPPED_HIGHWAY] = "a highway not for walking, or not there",
    [OSM_DROPPED_FOOT] = "closed by foot=",
    [OSM_DROPPED_ACCESS] = "closed by access=",
};

const char *osm_walkable_text(enum osm_walkable walkable)
{
    return (unsigned)walkable < OSM_WALKABLE_COUNT ? walkable_texts[walkable] : "unknown";
}

static enum street_class class_of(const struct osm_tags *tags)
{
    if (is_one_of(tags->highway, "steps"))
        return STREET_STEPS;
    if (is_one_of(tags->footway, "crossing") || is_one_of(tags->path, "crossing"))
        return STREET_CROSSING;
    if (is_one_of(tags->highway,
                  "footway path pedestrian track cycleway bridleway corridor living_street"))
        return STREET_PATH;
    return STREET_ROAD;
}

enum osm_walkable osm_walkable(const struct osm_tags *tags, enum street_class *street_class)
{
    if (!tags->highway)
        return OSM_NOT_A_STREET;
    if (is_one_of(tags->highway, "motorway motorway_link raceway trail bus_guideway construction "
                                 "proposed planned abandoned razed platform"))
        return OSM_DROPPED_HIGHWAY;
    if (is_one_of(tags->foot, "no private use_sidepath"))
        return OSM_DROPPED_FOOT;
    if (is_one_of(tags->access, "no private") &&
        !is_one_of(tags->foot, "yes designated permissive"))
        return OSM_DROPPED_ACCESS;
    *street_class = class_of(tags);
    return OSM_WALKABLE;
}

static const char *const kind_texts[MAP_KIND_COUNT] = {
    [MAP_NOTHING] = "nothing",   [MAP_STREET] = "street",   [MAP_RAIL] = "rail",
    [MAP_WATERWAY] = "waterway", [MAP_WATER] = "water",     [MAP_GREEN] = "green",
    [MAP_BUILDING] = "building", [MAP_STATION] = "station", [MAP_PLACE] = "place",
};

const char *map_kind_text(enum map_kind kind)
{
    return (unsigned)kind < MAP_KIND_COUNT ? kind_texts[kind] : "unknown";
}

/* A list of words and the rank they give, ended by NULL. */
struct rank_row {
    const char *words;
    unsigned rank;
};

static unsigned rank_of(const char *value, const struct rank_row *rows)
{
    for (; rows->words; rows++)
        if (is_one_of(value, rows->words))
            return rows->rank;
    return 0;
}

static const struct rank_row street_ranks[] = {
    {"motorway motorway_link trunk trunk_link", 1},
    {"primary primary_link", 2},
    {"secondary secondary_link", 3},
    {"tertiary tertiary_link", 4},
    {"residential unclassified service road living_street", 5},
    {"footway path pedestrian track cycleway bridleway", 6},
    {"steps", 7},
    {NULL, 0}};
static const struct rank_row rail_ranks[] = {{"rail", 1}, {"light_rail subway tram", 2}, {NULL, 0}};
static const struct rank_row waterway_ranks[] = {
    {"river", 1}, {"canal", 2}, {"stream ditch drain", 3}, {NULL, 0}};
static const struct rank_row leisure_ranks[] = {
    {"park garden playground nature_reserve", 1}, {"pitch golf_course", 3}, {NULL, 0}};
static const struct rank_row landuse_ranks[] = {
    {"recreation_ground cemetery", 1}, {"forest", 2}, {"grass meadow village_green", 3}, {NULL, 0}};
static const struct rank_row natural_ranks[] = {
    {"wood", 2}, {"grassland heath scrub wetland", 3}, {NULL, 0}};
static const struct rank_row place_ranks[] = {
    {"city", 1}, {"town", 2}, {"suburb", 3}, {"village quarter", 4}, {"neighbourhood hamlet", 5},
    {NULL, 0}};

static enum map_kind point_kind(const struct osm_tags *tags, unsigned *rank)
{
    if (is_one_of(tags->railway, "station halt")) {
        *rank = is_one_of(tags->station, "subway light_rail") ? 2 : 1;
        return MAP_STATION;
    }
    *rank = rank_of(tags->place, place_ranks);
    return *rank && tags->name ? MAP_PLACE : MAP_NOTHING;
}

static enum map_kind line_kind(const struct osm_tags *tags, unsigned *rank)
{
    if ((*rank = rank_of(tags->highway, street_ranks)) != 0)
        return MAP_STREET;
    if ((*rank = rank_of(tags->railway, rail_ranks)) != 0)
        return MAP_RAIL;
    return (*rank = rank_of(tags->waterway, waterway_ranks)) != 0 ? MAP_WATERWAY : MAP_NOTHING;
}

static enum map_kind area_kind(const struct osm_tags *tags, unsigned *rank)
{
    *rank = 1;
    if (tags->building && !is_one_of(tags->building, "no"))
        return MAP_BUILDING;
    if (is_one_of(tags->natural, "water") || is_one_of(tags->waterway, "riverbank dock") ||
        is_one_of(tags->landuse, "reservoir basin"))
        return MAP_WATER;
    if ((*rank = rank_of(tags->leisure, leisure_ranks)) != 0 ||
        (*rank = rank_of(tags->landuse, landuse_ranks)) != 0)
        return MAP_GREEN;
    return (*rank = rank_of(tags->natural, natural_ranks)) != 0 ? MAP_GREEN : MAP_NOTHING;
}

enum map_kind osm_map_kind(const struct osm_tags *tags, enum map_shape shape, unsigned *rank)
{
    switch (shape) {
    case MAP_POINT:
        return point_kind(tags, rank);
    case MAP_LINE:
        return line_kind(tags, rank);
    case MAP_AREA:
        return area_kind(tags, rank);
    }
    return MAP_NOTHING;
}
