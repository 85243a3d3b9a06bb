/*
 * `tuoyu import osm`: an OpenStreetMap file becomes the street file of a region.
 *
 * Read (osm_reader.h), built (network_build.h), written beside the store (region_streets.h), recorded
 * as a run of the kind "osm" with its report. All or nothing; the streets of before are replaced.
 *
 * JSON of the report, as it is printed with --json and stored:
 *   { "kind": "osm", "file", "region", "source", "osm_timestamp" (RFC 3339; null = unknown),
 *     "dry_run", "committed", "checksum", "peak_memory_bytes", "attribution",
 *     "in_file": {"nodes", "ways", "relations"},
 *     "ways": {"kept", "outlines_of_pedestrian_areas",
 *              "dropped": [{"reason", "count"}]},
 *     "segments": {"missing_nodes", "self_loops", "duplicates" (left out), "zero_length" (kept)},
 *     "islands": {"least_m", "components", "dropped", "dropped_pieces", "dropped_m"},
 *     "network": {"nodes", "pieces", "length_m", "nodes_before", "pieces_before"},
 *     "map": {KIND: count, …, "broken_areas"} }
 */
#ifndef DATA_OSM_IMPORT_H
#define DATA_OSM_IMPORT_H

#include "data/osm_reader.h"
#include "data/region.h"
#include "data/store.h"

#include <stdatomic.h>
#include <stdio.h>

/* Islands with less street than this are dropped unless another number is given. */
#define OSM_IMPORT_MIN_ISLAND_M 2000.0

struct osm_import_options {
    moment_t now;
    double min_island_m; /* 0 keeps all */
    bool dry_run;
    const atomic_bool *cancelled;                 /* NULL = never */
    void (*progress)(void *context, double done); /* 0..1; NULL = nobody looks */
    void *progress_context;
};

struct osm_import_report {
    char file[256], region[65], source[ID_MAX_BYTES + 1];
    bool dry_run, committed;
    bool is_invented; /* osm_reader.h */
    double min_island_m;
    int64_t osm_timestamp; /* UTC seconds; 0 = unknown */
    struct osm_counts counts;
    struct network_build_report build;
    uint32_t nodes, pieces; /* of the network */
    uint32_t checksum;
    uint64_t peak_memory_bytes; /* of the process, up to the end of the import */
};

/*
 * Run. The store is open for writing, and no transaction is. UNSUPPORTED for a store in memory;
 * REJECTED where nothing can be walked on, or the streets lie outside the region's bounds; else what
 * the reader, the file and the store say. On failure nothing has changed.
 */
enum status MUST_CHECK osm_import_run(struct store *store, const struct region *region,
                                      const char *path, const struct osm_import_options *options,
                                      struct osm_import_report *report, struct error *error);

/* malloc'd JSON (free()); `pretty` breaks lines. */
enum status MUST_CHECK osm_import_report_json(const struct osm_import_report *report, bool pretty,
                                              char **json, struct error *error);
void osm_import_report_print(const struct osm_import_report *report, FILE *out);

#endif
