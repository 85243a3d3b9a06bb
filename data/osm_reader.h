/*
 * Reading OpenStreetMap files (.osm.pbf, .osm, .osm.gz, .osm.bz2) through libosmium, behind C.
 *
 * What comes out is flat arrays: the walkable ways with their nodes, and the features of the base
 * map. Data (c) OpenStreetMap contributors, ODbL.
 */
#ifndef DATA_OSM_READER_H
#define DATA_OSM_READER_H

#include "data/osm_tags.h"
#include "geo/network_build.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A feature of the base map: a point (one ring of one point), a line (one ring), or an area (closed
 * rings; inside by the even-odd rule). Text by offset into osm_extract.text; 0 = none. */
struct map_feature {
    uint32_t first_ring, ring_count;
    uint32_t name, name_en;
    uint8_t kind, rank, shape; /* enums map_kind, map_shape */
};
struct map_ring {
    uint32_t first_point, point_count;
};

struct osm_counts {
    uint64_t nodes, ways, relations;         /* in the file */
    uint64_t by_verdict[OSM_WALKABLE_COUNT]; /* ways by osm_walkable() */
    uint64_t pedestrian_outlines;            /* ways walked as part of a pedestrian area */
    uint64_t missing_references;             /* of walkable ways, to nodes not in the file */
    uint64_t features[MAP_KIND_COUNT];       /* kept, by kind */
    uint64_t broken_areas;                   /* relations whose rings do not close */
};

struct osm_extract {
    struct street_ways streets; /* arrays below are its own */
    struct map_feature *features;
    struct map_ring *rings;
    struct network_point *points;
    char *text;
    uint32_t feature_count, ring_count, point_count, text_bytes;
    struct geo_box bounds; /* of the nodes of walkable ways */
    int64_t timestamp; /* UTC seconds of the newest data, as the file's header says; 0 unknown */
    bool
        is_invented; /* the generator that the header names says 示例数据: whoever shows the data must
                         say so, and not credit OpenStreetMap for them */
    struct osm_counts counts;
};

/* Called now and then from the reading thread with the share read, 0..1; false stops the reading. */
typedef bool osm_progress(void *context, double share);

/*
 * Read a whole file. *extract is yours: osm_extract_release(). NOT_FOUND, IO, CORRUPT (with what
 * libosmium says), LIMIT (more than 60 million nodes or 32 million references of walkable ways),
 * CANCELLED when progress says so.
 */
enum status MUST_CHECK osm_read(const char *path, osm_progress *progress, void *context,
                                struct osm_extract *extract, struct error *error);
void osm_extract_release(struct osm_extract *extract); /* safe on {0} */

#ifdef __cplusplus
}
#endif

#endif
