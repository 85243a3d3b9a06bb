/*
 * The street file of a region: its pedestrian network and the features of its base map, as made from
 * OpenStreetMap data (c) OpenStreetMap contributors, ODbL. Versioned, checksummed, written aside and
 * renamed, mapped to read. network_file.c draws it field by field.
 */
#ifndef DATA_NETWORK_FILE_H
#define DATA_NETWORK_FILE_H

#include "data/osm_reader.h"

/* What a file holds; read only, good until network_file_close(). Any thread. */
struct network_file {
    struct network network;
    const struct map_feature *features;
    const struct map_ring *rings;
    const struct network_point *points; /* of the features */
    const char *text;                   /* NUL-terminated texts by offset; 0 is the empty one */
    uint32_t feature_count, ring_count, point_count, text_bytes;
    int64_t timestamp;   /* of the data, UTC seconds; 0 = unknown */
    uint32_t checksum;   /* of all of it: two files with the same are the same */
    const void *mapping; /* of network_file.c */
    size_t mapping_bytes;
};

/*
 * Write network and features to `path`: to PATH.new first, synced, then renamed, so that a reader
 * sees the old file or the new one, whole. IO names the path and what the system says; a full disk
 * leaves the old file and no PATH.new.
 */
enum status MUST_CHECK network_file_write(const char *path, const struct network *network,
                                          const struct osm_extract *extract, struct error *error);

/*
 * Map a file and prove it: magic, version, sizes, checksums, and that the network agrees with itself.
 * NOT_FOUND, IO, VERSION (written by a newer program), CORRUPT (damaged or cut, naming the section).
 */
enum status MUST_CHECK network_file_open(const char *path, struct network_file *file,
                                         struct error *error);
void network_file_close(struct network_file *file); /* safe on {0} and safe twice */

#endif
