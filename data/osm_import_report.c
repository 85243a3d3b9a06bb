/*
 * The report of an import of streets as JSON, and as lines for people.
 */
#include "data/osm_import.h"

#include "data/base_map.h"
#include "data/calendar.h"

#include <inttypes.h>
#include <jansson.h>

static json_t *number(uint64_t value)
{
    return json_integer((json_int_t)value);
}

static json_t *dropped_json(const struct osm_counts *counts)
{
    json_t *list = json_array();
    for (int i = OSM_DROPPED_HIGHWAY; i < OSM_WALKABLE_COUNT; i++)
        json_array_append_new(list, json_pack("{s:s, s:o}", "reason",
                                              osm_walkable_text((enum osm_walkable)i), "count",
                                              number(counts->by_verdict[i])));
    return list;
}

static json_t *map_json(const struct osm_counts *counts)
{
    json_t *map = json_object();
    for (int i = MAP_NOTHING + 1; i < MAP_KIND_COUNT; i++)
        json_object_set_new(map, map_kind_text((enum map_kind)i), number(counts->features[i]));
    json_object_set_new(map, "broken_areas", number(counts->broken_areas));
    return map;
}

static json_t *timestamp_json(int64_t timestamp)
{
    char text[21];
    if (timestamp == 0)
        return json_null();
    moment_format(timestamp, text);
    return json_string(text);
}

static void set_network(json_t *root, const struct osm_import_report *report)
{
    const struct network_build_report *build = &report->build;
    json_object_set_new(
        root, "segments",
        json_pack("{s:o, s:o, s:o, s:o}", "missing_nodes", number(build->missing_nodes),
                  "self_loops", number(build->self_loops), "duplicates", number(build->duplicates),
                  "zero_length", number(build->zero_length)));
    json_object_set_new(root, "islands",
                        json_pack("{s:f, s:o, s:o, s:o, s:o}", "least_m", report->min_island_m,
                                  "components", number(build->components), "dropped",
                                  number(build->dropped_components), "dropped_pieces",
                                  number(build->dropped_pieces), "dropped_m",
                                  number(build->dropped_mm / 1000)));
    json_object_set_new(
        root, "network",
        json_pack("{s:o, s:o, s:o, s:o, s:o}", "nodes", number(report->nodes), "pieces",
                  number(report->pieces), "length_m", number(build->kept_mm / 1000), "nodes_before",
                  number(build->nodes_before), "pieces_before", number(build->pieces_before)));
}

enum status osm_import_report_json(const struct osm_import_report *report, bool pretty, char **json,
                                   struct error *error)
{
    const struct osm_counts *counts = &report->counts;
    char checksum[9];
    snprintf(checksum, sizeof checksum, "%08" PRIx32, report->checksum);
    json_t *root = json_object();
    json_object_set_new(root, "kind", json_string("osm"));
    json_object_set_new(root, "file", json_string(report->file));
    json_object_set_new(root, "region", json_string(report->region));
    json_object_set_new(root, "source", json_string(report->source));
    json_object_set_new(root, "osm_timestamp", timestamp_json(report->osm_timestamp));
    json_object_set_new(root, "dry_run", json_boolean(report->dry_run));
    json_object_set_new(root, "committed", json_boolean(report->committed));
    json_object_set_new(root, "checksum", report->dry_run ? json_null() : json_string(checksum));
    json_object_set_new(root, "peak_memory_bytes", number(report->peak_memory_bytes));
    json_object_set_new(root, "attribution",
                        json_string(base_map_attribution(report->is_invented)));
    json_object_set_new(root, "in_file",
                        json_pack("{s:o, s:o, s:o}", "nodes", number(counts->nodes), "ways",
                                  number(counts->ways), "relations", number(counts->relations)));
    json_object_set_new(
        root, "ways",
        json_pack("{s:o, s:o, s:o}", "kept", number(counts->by_verdict[OSM_WALKABLE]),
                  "outlines_of_pedestrian_areas", number(counts->pedestrian_outlines), "dropped",
                  dropped_json(counts)));
    set_network(root, report);
    json_object_set_new(root, "map", map_json(counts));
    *json = json_dumps(root, pretty ? JSON_INDENT(1) : JSON_COMPACT);
    json_decref(root);
    return *json ? STATUS_OK : error_memory(error, "writing an import's report");
}

/* For people ------------------------------------------------------------------------------------ */

static void print_ways(const struct osm_counts *counts, FILE *out)
{
    fprintf(out, "  in the file: %" PRIu64 " nodes, %" PRIu64 " ways, %" PRIu64 " relations\n",
            counts->nodes, counts->ways, counts->relations);
    fprintf(out, "  ways to walk on: %" PRIu64 "; outlines of pedestrian areas: %" PRIu64 "\n",
            counts->by_verdict[OSM_WALKABLE], counts->pedestrian_outlines);
    for (int i = OSM_DROPPED_HIGHWAY; i < OSM_WALKABLE_COUNT; i++)
        if (counts->by_verdict[i])
            fprintf(out, "    dropped, %s: %" PRIu64 "\n", osm_walkable_text((enum osm_walkable)i),
                    counts->by_verdict[i]);
}

static void print_segments(const struct network_build_report *build, FILE *out)
{
    const struct {
        const char *what;
        uint32_t count;
    } rows[] = {{"left out, a node is not in the file", build->missing_nodes},
                {"left out, from a node to itself", build->self_loops},
                {"left out, there is one already", build->duplicates},
                {"kept, without length", build->zero_length}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].count)
            fprintf(out, "    stretches %s: %" PRIu32 "\n", rows[i].what, rows[i].count);
}

static void print_map(const struct osm_counts *counts, FILE *out)
{
    fputs("  map:", out);
    for (int i = MAP_NOTHING + 1; i < MAP_KIND_COUNT; i++)
        fprintf(out, "%s %s %" PRIu64, i > MAP_NOTHING + 1 ? "," : "",
                map_kind_text((enum map_kind)i), counts->features[i]);
    if (counts->broken_areas)
        fprintf(out, "; areas that do not close: %" PRIu64, counts->broken_areas);
    putc('\n', out);
}

void osm_import_report_print(const struct osm_import_report *report, FILE *out)
{
    const struct network_build_report *build = &report->build;
    char when[21] = "an unknown time";
    if (report->osm_timestamp)
        moment_format(report->osm_timestamp, when);
    fprintf(out, "%s, as OpenStreetMap was at %s, %s region %s.\n", report->file, when,
            report->committed ? "is now the street network of" : "was read only, for",
            report->region);
    print_ways(&report->counts, out);
    print_segments(build, out);
    if (build->dropped_components)
        fprintf(out,
                "    islands of less than %.0f m dropped: %" PRIu32 " of %" PRIu32
                ", together %" PRIu64 " m\n",
                report->min_island_m, build->dropped_components, build->components,
                build->dropped_mm / 1000);
    fprintf(out, "  network: %" PRIu32 " nodes, %" PRIu32 " pieces, %.1f km\n", report->nodes,
            report->pieces, (double)build->kept_mm / 1e6);
    print_map(&report->counts, out);
    fprintf(out, "  peak memory: %.0f MB\n", (double)report->peak_memory_bytes / 1e6);
    fprintf(out, "%s\n", base_map_attribution(report->is_invented));
}
