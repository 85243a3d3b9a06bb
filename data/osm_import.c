#include "data/osm_import.h"

#include "data/calendar.h"
#include "data/region_streets.h"
#include "data/register_import.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

struct running {
    struct store *store;
    const struct region *region;
    const char *path;
    const struct osm_import_options *options;
    struct osm_import_report *report;
    struct osm_extract extract;
    struct network network;
};

static bool go_on(void *context, double share)
{
    const struct osm_import_options *options = context;
    if (options->progress)
        options->progress(options->progress_context, share);
    return !(options->cancelled && atomic_load(options->cancelled));
}

static bool boxes_touch(struct geo_box a, struct geo_box b)
{
    return a.west <= b.east && b.west <= a.east && a.south <= b.north && b.south <= a.north;
}

static enum status build(struct running *run, struct error *error)
{
    const struct network_build_options options = {.min_component_m = run->options->min_island_m};
    struct osm_import_report *report = run->report;
    enum status status = osm_read(run->path, go_on, (void *)run->options, &run->extract, error);
    if (status)
        return status;
    report->osm_timestamp = run->extract.timestamp;
    report->is_invented = run->extract.is_invented;
    report->counts = run->extract.counts;
    status = network_build(&run->extract.streets, &options, &run->network, &report->build, error);
    if (status)
        return status;
    report->nodes = run->network.node_count;
    report->pieces = run->network.piece_count;
    if (run->network.piece_count == 0)
        return error_set(error, STATUS_REJECTED, "%s has no street to walk on", report->file);
    if (!boxes_touch(run->network.bounds, run->region->bounds))
        return error_set(error, STATUS_REJECTED,
                         "the streets of %s lie outside the bounds of region '%s'", report->file,
                         run->region->name);
    return STATUS_OK;
}

static void measure_memory(struct osm_import_report *report)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        report->peak_memory_bytes = (uint64_t)usage.ru_maxrss * 1024;
}

static enum status record(struct running *run, struct error *error)
{
    struct osm_import_report *report = run->report;
    moment_t of = report->osm_timestamp ? report->osm_timestamp : run->options->now;
    char *json = NULL;
    report->committed = true; /* what is stored is so only then */
    measure_memory(report);
    enum status status = osm_import_report_json(report, false, &json, error);
    if (!status) {
        struct import_run row = {.region = report->region,
                                 .kind = "osm",
                                 .file = report->file,
                                 .source = report->source,
                                 .as_of = calendar_local(&run->region->calendar, of).day,
                                 .recorded_at = run->options->now,
                                 .report = json};
        status = store_import_run_insert(run->store, &row, error);
    }
    free(json);
    return status ? status : store_change_note(run->store, run->options->now, error);
}

/* After a commit whose outcome is unknown the file stays under the name it has. */
static enum status write_all(struct running *run, struct error *error)
{
    enum status status = store_begin(run->store, error);
    if (status)
        return status;
    status = region_streets_put(run->store, run->region->name, &run->network, &run->extract,
                                &run->report->checksum, error);
    if (!status)
        status = record(run, error);
    if (status) {
        store_rollback(run->store);
        region_streets_forget(run->store, run->region->name);
        run->report->committed = false;
        return status;
    }
    status = store_commit(run->store, error);
    run->report->committed = status == STATUS_OK;
    if (!status)
        status = region_streets_settle(run->store, run->region->name, error);
    else if (status != STATUS_IO)
        region_streets_forget(run->store, run->region->name);
    return status;
}

static void describe(struct running *run)
{
    struct osm_import_report *report = run->report;
    const char *slash = strrchr(run->path, '/');
    *report = (struct osm_import_report){.dry_run = run->options->dry_run,
                                         .min_island_m = run->options->min_island_m};
    snprintf(report->file, sizeof report->file, "%s", slash ? slash + 1 : run->path);
    snprintf(report->region, sizeof report->region, "%s", run->region->name);
    register_source_name(run->path, report->source);
}

enum status osm_import_run(struct store *store, const struct region *region, const char *path,
                           const struct osm_import_options *options,
                           struct osm_import_report *report, struct error *error)
{
    struct running run = {
        .store = store, .region = region, .path = path, .options = options, .report = report};
    char streets_path[REGION_STREETS_PATH_BYTES];
    describe(&run);
    enum status status = region_streets_path(store, region->name, streets_path, error);
    if (!status)
        status = build(&run, error);
    if (!status && !options->dry_run)
        status = write_all(&run, error);
    measure_memory(report);
    osm_extract_release(&run.extract);
    network_build_release(&run.network);
    return status;
}
