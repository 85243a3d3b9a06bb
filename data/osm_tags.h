/*
 * What the tags of OpenStreetMap mean to us: which ways are walked, and what is drawn and named on
 * the base map. Pure: tags in, a verdict out. The words are OSM's own
 * (wiki.openstreetmap.org/wiki/Key:highway, Key:foot, Key:access; read November 2026).
 *
 * Walkable, in this order; the first line that fits decides:
 *
 *   tag                                               verdict
 *   no highway                                        no, except outlines of pedestrian areas
 *   highway = motorway, motorway_link, raceway,       no: people do not walk there
 *     trail, bus_guideway
 *   highway = construction, proposed, planned,        no: it is not there
 *     abandoned, razed
 *   highway = platform                                no: reached from the street beside it
 *   foot = no, private, use_sidepath                  no; use_sidepath: the path beside it is mapped
 *   access = no, private                              no, unless foot = yes, designated, permissive
 *   anything else                                     yes; oneway does not bind walkers
 *
 *   class     highway = steps: steps. footway = crossing (or path = crossing): crossing. highway =
 *             footway, path, pedestrian, track, cycleway, bridleway, corridor, living_street: path.
 *             Everything else: road.
 *
 * sidewalk = * and area = yes change nothing: a road with a sidewalk is walked, and a pedestrian area
 * is walked along its outline.
 */
#ifndef DATA_OSM_TAGS_H
#define DATA_OSM_TAGS_H

#include "geo/network.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The tags of one object that we look at; NULL where it has none. */
struct osm_tags {
    const char *highway, *foot, *access, *footway, *path, *area, *type;
    const char *natural, *waterway, *landuse, *leisure, *building, *railway, *station;
    const char *public_transport, *place, *name, *name_en, *name_zh, *water;
};

enum osm_walkable {
    OSM_WALKABLE,
    OSM_NOT_A_STREET,    /* no highway: not counted as dropped */
    OSM_DROPPED_HIGHWAY, /* motorways and what is not there */
    OSM_DROPPED_FOOT,    /* foot says no */
    OSM_DROPPED_ACCESS,  /* access says no and foot does not say yes */
    OSM_WALKABLE_COUNT
};
const char *osm_walkable_text(enum osm_walkable walkable);

/* *street_class is set where the verdict is OSM_WALKABLE. */
enum osm_walkable osm_walkable(const struct osm_tags *tags, enum street_class *street_class);

/* What a base map and a search box need. */
enum map_kind {
    MAP_NOTHING,
    MAP_STREET,   /* line; rank: 1 motorway, trunk; 2 primary; 3 secondary; 4 tertiary;
                     5 residential and service; 6 paths; 7 steps */
    MAP_RAIL,     /* line; rank 1 railways, 2 light rail and tram */
    MAP_WATERWAY, /* line; rank 1 river, 2 canal, 3 stream, ditch */
    MAP_WATER,    /* area */
    MAP_GREEN,    /* area; rank 1 parks and gardens, 2 woods, 3 grass */
    MAP_BUILDING, /* area */
    MAP_STATION,  /* point; rank 1 railway, 2 metro and light rail */
    MAP_PLACE,    /* point; rank 1 city, 2 town, 3 suburb, 4 village, quarter, 5 neighbourhood */
    MAP_KIND_COUNT
};
const char *map_kind_text(enum map_kind kind);

enum map_shape { MAP_POINT, MAP_LINE, MAP_AREA };

/* The kind of an object of this shape, and its rank; MAP_NOTHING for what is not drawn. */
enum map_kind osm_map_kind(const struct osm_tags *tags, enum map_shape shape, unsigned *rank);

#ifdef __cplusplus
}
#endif

#endif
