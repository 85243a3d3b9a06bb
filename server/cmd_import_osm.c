/*
 * `tuoyu import osm`: an OpenStreetMap file becomes the streets that a region is walked on.
 */
#include "server/cmd.h"
#include "server/coverage_keep.h"

#include "data/osm_import.h"
#include "geo/number.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_ISLAND_M = 1000000 };

static void show_progress(void *context, double done)
{
    command_progress(context, "reading streets", done);
}

static enum status read_min_island(const struct options *options, double *metres,
                                   struct error *error)
{
    const char *text = options_text(options, "min-island-m");
    *metres = OSM_IMPORT_MIN_ISLAND_M;
    if (text &&
        (number_parse_double(text, strlen(text), metres) || *metres < 0 || *metres > MAX_ISLAND_M))
        return error_set_parameter(error, STATUS_INVALID, "min-island-m",
                                   "--min-island-m is '%.60s'; it must be 0 to %d metres", text,
                                   MAX_ISLAND_M);
    return STATUS_OK;
}

/* The store is given back before anything is printed: no terminal holds it up. */
static enum status import_file(struct command *command, const struct options *options,
                               struct osm_import_report *report, struct error *error)
{
    struct region region = {0};
    struct clock clock;
    char path[COMMAND_PATH_BYTES];
    struct osm_import_options given = {.dry_run = options_flag(options, "dry-run"),
                                       .cancelled = command->cancelled,
                                       .progress = show_progress,
                                       .progress_context = command};
    enum status status = read_min_island(options, &given.min_island_m, error);
    if (!status)
        status = command_path(command, options->positionals[0], path, error);
    if (!status)
        status = command_open_store(command, STORE_WRITE, error);
    if (!status)
        status = command_clock(command, options_text(options, "now"), &clock, error);
    if (!status)
        status = command_find_region(command, options_text(options, "region"), &region, error);
    if (!status) {
        given.now = clock_now(&clock);
        status = osm_import_run(command->store, &region, path, &given, report, error);
    }
    enum status kept = STATUS_OK;
    struct error kept_error = {0};
    if (!status && report->committed)
        status = command_show_changes(command, error);
    if (!status && report->committed)
        kept =
            coverage_keep_import(command, region.name, options_text(options, "now"), &kept_error);
    command_close_store(command);
    region_release(&region);
    coverage_keep_complain(command, kept, &kept_error);
    return status;
}

static int run(struct command *command, const struct options *options)
{
    struct error error = {0};
    struct osm_import_report report;
    char *json = NULL;
    enum status status = import_file(command, options, &report, &error);
    command_progress_end(command);
    if (!status && options_flag(options, "json"))
        status = osm_import_report_json(&report, true, &json, &error);
    if (status)
        return command_fail(command, &error);
    if (json)
        fprintf(command->out, "%s\n", json);
    else
        osm_import_report_print(&report, command->out);
    free(json);
    return COMMAND_OK;
}

static const struct option_spec specs[] = {
    {"min-island-m", "METRES",
     "Drop what is not joined to this much street (default 2000;\n0 keeps all)"},
    {"dry-run", NULL, "Report only; change nothing"},
    OPTION_REGION,
    {"now", "TIME", "Record it as of this moment (sample and test stores only)"},
    OPTION_STORE,
    OPTION_JSON,
};
static const char *const examples[] = {
    "tuoyu import osm hangzhou.osm.pbf",
    "tuoyu import osm binjiang.osm.gz --region binjiang --dry-run",
    "tuoyu import osm village.osm --min-island-m 100 --json",
    NULL,
};
static const struct usage usage = {
    .name = "import osm",
    .positionals = "FILE",
    .summary = "Import the streets to walk on (.osm.pbf, .osm, .osm.gz, .osm.bz2)",
    .about = "Makes the pedestrian network and the base map of a region from OpenStreetMap data,\n"
             "in a file beside the store that replaces the one before. The report says what was\n"
             "kept and what was dropped, and why. A running server walks on the new streets when\n"
             "this command returns, and a run of coverage is kept of what is now so (tuoyu\n"
             "coverage --as-of).",
    .options = specs,
    .option_count = COUNT_OF(specs),
    .min_positionals = 1,
    .max_positionals = 1,
    .examples = examples,
};
const struct command_entry cmd_import_osm = {&usage, run, .is_local = false};
