/*
 * The street file of a region: its pedestrian network and its base map (base_map.h), as made from
 * OpenStreetMap data (c) OpenStreetMap contributors, ODbL. Versioned, checksummed, written aside and
 * renamed, mapped to read. network_file.c draws it field by field.
 */
#ifndef DATA_NETWORK_FILE_H
#define DATA_NETWORK_FILE_H

#include "data/base_map.h"

/* What a file holds; read only, good until network_file_close(). Any thread. */
struct network_file {
    struct network network;
    struct base_map map;
    int64_t timestamp;   /* of the data, UTC seconds; 0 = unknown */
    bool is_invented;    /* the data say so of themselves (osm_reader.h): not of OpenStreetMap */
    uint32_t checksum;   /* of all of it: two files with the same are the same */
    const void *mapping; /* of network_file.c */
    size_t mapping_bytes;
};

/*
 * Write network and map to `path`: to PATH.new first, synced, then renamed, so that a reader
 * sees the old file or the new one, whole. IO names the path and what the system says; a full disk
 * leaves the old file and no PATH.new.
 */
enum status MUST_CHECK network_file_write(const char *path, const struct network *network,
                                          const struct osm_extract *extract, struct error *error);

/*
 * Map a file and prove it: magic, version, sizes, checksums, and that network and map agree with
 * themselves. NOT_FOUND, IO, VERSION (written by a newer program or an older one), CORRUPT (damaged or
 * cut, naming the section).
 */
enum status MUST_CHECK network_file_open(const char *path, struct network_file *file,
                                         struct error *error);

void network_file_close(struct network_file *file); /* safe on {0} and safe twice */

#endif
