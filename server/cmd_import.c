/*
 * `tuoyu import register`, `tuoyu import communities` and `tuoyu import residents`: a file into the
 * store, with a report of every row that did not come in as the file has it.
 */
#include "server/cmd.h"
#include "server/coverage_keep.h"

#include "data/community_import.h"
#include "data/mapping.h"
#include "data/register_import.h"
#include "data/residents_import.h"

#include <stdlib.h>
#include <string.h>

/* What both imports are given, and give back. */
struct import {
    struct command *command;
    const struct options *options;
    char file[COMMAND_PATH_BYTES];
    struct region region;
    moment_t now;
    day_t as_of;
    struct import_report report;
    enum status kept; /* the run of coverage that follows an import */
    struct error kept_error;
};

/* The day the file speaks of: as given (a register's must be), or today in the region. */
static enum status read_as_of(struct import *import, struct error *error)
{
    const char *text = options_text(import->options, "as-of");
    if (!text)
        import->as_of = calendar_local(&import->region.calendar, import->now).day;
    else if (day_parse(text, strlen(text), &import->as_of))
        return error_set_parameter(error, STATUS_INVALID, "as-of",
                                   "--as-of is '%.60s'; it must be a day like 2026-11-24", text);
    return STATUS_OK;
}

static void show_progress(void *context, double done, uint64_t rows)
{
    char doing[48];
    snprintf(doing, sizeof doing, "importing, %llu rows", (unsigned long long)rows);
    command_progress(context, doing, done);
}

static enum status run_register(struct import *import, struct error *error)
{
    const struct options *options = import->options;
    const char *mapping_file = options_text(options, "mapping");
    struct mapping mapping = {0};
    char path[COMMAND_PATH_BYTES];
    enum status status = STATUS_OK;
    if (mapping_file) {
        status = command_path(import->command, mapping_file, path, error);
        if (!status)
            status = mapping_read(path, &mapping, error);
    }
    struct register_import_options given = {
        .coordsys = options_text(options, "coordsys"),
        .as_of = import->as_of,
        .now = import->now,
        .mapping = mapping_file ? &mapping : NULL,
        .source = options_text(options, "source"),
        .layer = options_text(options, "layer"),
        .encoding = options_text(options, "encoding"),
        .dry_run = options_flag(options, "dry-run"),
        .strict = options_flag(options, "strict"),
        .close_missing = options_flag(options, "close-missing"),
        .force = options_flag(options, "force"),
        .cancelled = import->command->cancelled,
        .progress = show_progress,
        .progress_context = import->command,
    };
    if (!status)
        status = register_import_run(import->command->store, &import->region, import->file, &given,
                                     &import->report, error);
    mapping_release(&mapping);
    return status;
}

static enum status run_communities(struct import *import, struct error *error)
{
    const struct options *options = import->options;
    struct community_import_options given = {
        .now = import->now,
        .as_of = import->as_of,
        .columns = {.code = options_text(options, "code-column"),
                    .name = options_text(options, "name-column"),
                    .name_en = options_text(options, "name-en-column"),
                    .street = options_text(options, "street-column"),
                    .residents = options_text(options, "residents-column"),
                    .children = options_text(options, "children-column"),
                    .children_estimated = options_text(options, "children-estimated-column"),
                    .standard = options_text(options, "standard-column")},
        .source = options_text(options, "source"),
        .layer = options_text(options, "layer"),
        .encoding = options_text(options, "encoding"),
        .dry_run = options_flag(options, "dry-run"),
        .strict = options_flag(options, "strict"),
        .cancelled = import->command->cancelled,
    };
    return community_import_run(import->command->store, &import->region, import->file, &given,
                                &import->report, error);
}

static enum status run_residents(struct import *import, struct error *error)
{
    const struct options *options = import->options;
    struct residents_import_options given = {
        .coordsys = options_text(options, "coordsys"),
        .now = import->now,
        .as_of = import->as_of,
        .columns = {.id = options_text(options, "id-column"),
                    .lon = options_text(options, "lon-column"),
                    .lat = options_text(options, "lat-column"),
                    .residents = options_text(options, "residents-column"),
                    .children = options_text(options, "children-column")},
        .source = options_text(options, "source"),
        .layer = options_text(options, "layer"),
        .encoding = options_text(options, "encoding"),
        .dry_run = options_flag(options, "dry-run"),
        .strict = options_flag(options, "strict"),
        .cancelled = import->command->cancelled,
    };
    return residents_import_run(import->command->store, &import->region, import->file, &given,
                                &import->report, error);
}

/* What was committed is shown by a running server, and its coverage joins the history. */
static enum status follow(struct import *import, struct error *error)
{
    enum status status = command_show_changes(import->command, error);
    if (!status)
        import->kept =
            coverage_keep_import(import->command, import->region.name,
                                 options_text(import->options, "now"), &import->kept_error);
    return status;
}

/* From an open store to a report. */
static enum status import_file(struct import *import,
                               enum status (*run)(struct import *, struct error *),
                               struct error *error)
{
    const struct options *options = import->options;
    struct command *command = import->command;
    struct clock clock;
    enum status status = command_path(command, options->positionals[0], import->file, error);
    if (!status)
        status = command_open_store(command, STORE_WRITE, error);
    if (!status)
        status = command_clock(command, options_text(options, "now"), &clock, error);
    if (!status) {
        import->now = clock_now(&clock);
        status =
            command_find_region(command, options_text(options, "region"), &import->region, error);
    }
    if (!status)
        status = read_as_of(import, error);
    if (!status)
        status = run(import, error);
    if (!status && import->report.committed)
        status = follow(import, error);
    command_close_store(command); /* before anything is printed: no terminal holds up the store */
    return status;
}

static enum status print_report(struct import *import, struct error *error)
{
    if (!options_flag(import->options, "json")) {
        import_report_print(&import->report, import->command->out);
        return STATUS_OK;
    }
    char *json = NULL;
    enum status status = import_report_json(&import->report, true, &json, error);
    if (!status)
        fprintf(import->command->out, "%s\n", json);
    free(json);
    return status;
}

static int run_import(struct command *command, const struct options *options,
                      enum status (*run)(struct import *, struct error *))
{
    struct error error = {0};
    struct import *import = calloc(1, sizeof *import);
    if (!import) {
        (void)error_memory(&error, "importing");
        return command_fail(command, &error);
    }
    import->command = command;
    import->options = options;
    enum status status = import_file(import, run, &error);
    command_progress_end(command);
    coverage_keep_complain(command, import->kept, &import->kept_error);
    if (!status)
        status = print_report(import, &error);
    int code = status                                          ? command_fail(command, &error)
               : import_report_has_rejections(&import->report) ? COMMAND_REJECTED
                                                               : COMMAND_OK;
    import_report_release(&import->report);
    region_release(&import->region);
    free(import);
    return code;
}

static int run_import_register(struct command *command, const struct options *options)
{
    if (!options_text(options, "coordsys"))
        return command_misuse(command,
                              "--coordsys is missing: wgs84, gcj02, bd09, EPSG:N, or none for a "
                              "file without coordinates; it is never guessed");
    if (!options_text(options, "as-of"))
        return command_misuse(command, "--as-of is missing: the day the file speaks of, as "
                                       "2026-11-24");
    return run_import(command, options, run_register);
}

static int run_import_communities(struct command *command, const struct options *options)
{
    return run_import(command, options, run_communities);
}

static int run_import_residents(struct command *command, const struct options *options)
{
    if (!options_text(options, "coordsys"))
        return command_misuse(command, "--coordsys is missing: wgs84, gcj02, bd09 or EPSG:N; it is "
                                       "never guessed");
    return run_import(command, options, run_residents);
}

#define OPTION_SOURCE                                                             \
    {                                                                             \
        "source", "NAME", "Whose identities these are (default: the file's name)" \
    }
#define OPTION_LAYER                                                      \
    {                                                                     \
        "layer", "NAME", "The sheet or layer, where the file has several" \
    }
#define OPTION_ENCODING                                                                   \
    {                                                                                     \
        "encoding", "NAME", "Of text files: UTF-8 (default), GB18030, …; never guessed" \
    }
#define OPTION_DRY_RUN                                 \
    {                                                  \
        "dry-run", NULL, "Report only; change nothing" \
    }
#define OPTION_STRICT                                                           \
    {                                                                           \
        "strict", NULL, "Store nothing when any row is rejected or conflicting" \
    }
#define OPTION_RECORDED                                                            \
    {                                                                              \
        "now", "TIME", "Record it as of this moment (sample and test stores only)" \
    }

static const struct option_spec register_specs[] = {
    {"coordsys", "NAME",
     "The file's coordinates: wgs84, gcj02, bd09, EPSG:N, or none;\nrequired, never guessed"},
    {"as-of", "DATE", "The day the file speaks of; required"},
    {"mapping", "FILE", "Which column feeds which field (JSON; README says how)"},
    OPTION_SOURCE,
    OPTION_LAYER,
    OPTION_ENCODING,
    OPTION_DRY_RUN,
    OPTION_STRICT,
    {"close-missing", NULL, "Close the source's facilities that the file does not have"},
    {"force", NULL, "Let --close-missing close more than 5 % of them"},
    OPTION_REGION,
    OPTION_RECORDED,
    OPTION_STORE,
    OPTION_JSON,
};
static const char *const register_examples[] = {
    "tuoyu import register register.csv --coordsys wgs84 --as-of 2026-11-24 --dry-run",
    "tuoyu import register list.xlsx --coordsys gcj02 --as-of 2026-11-01 --mapping m.json",
    "tuoyu import register full.geojson --coordsys EPSG:4549 --as-of 2026-11-01 --close-missing",
    NULL,
};
static const struct usage register_usage = {
    .name = "import register",
    .positionals = "FILE",
    .summary = "Import a register of facilities (CSV, GeoJSON, XLSX, …)",
    .about =
        "Imports the facilities of FILE. Every row ends as accepted, changed, unchanged,\n"
        "conflicting or rejected; a report says which and why, and is stored. What is accepted is\n"
        "stored together or, if anything fails on the way, not at all. A running server shows it\n"
        "when this command returns. Where there are streets, a run of coverage is kept of what\n"
        "is now so (tuoyu coverage --as-of). Exits with 3 when a row was rejected or conflicting.",
    .options = register_specs,
    .option_count = COUNT_OF(register_specs),
    .min_positionals = 1,
    .max_positionals = 1,
    .examples = register_examples,
};
const struct command_entry cmd_import_register = {&register_usage, run_import_register,
                                                  .is_local = false};

static const struct option_spec community_specs[] = {
    {"as-of", "DATE", "The day the file speaks of, kept with the report\n(default: today)"},
    {"code-column", "NAME", "The column of the 12-digit code (default: code)"},
    {"name-column", "NAME", "Likewise of the name (default: name)"},
    {"name-en-column", "NAME", "Of the name in English (default: name_en)"},
    {"street-column", "NAME", "Of the street's code (default: street)"},
    {"residents-column", "NAME", "Of the residents (default: residents)"},
    {"children-column", "NAME", "Of the children under 3 (default: children)"},
    {"children-estimated-column", "NAME",
     "Of whether that figure is an estimate (default:\nchildren_estimated)"},
    {"standard-column", "NAME", "Of the standard, new or built (default: standard)"},
    OPTION_SOURCE,
    OPTION_LAYER,
    OPTION_ENCODING,
    OPTION_DRY_RUN,
    OPTION_STRICT,
    OPTION_REGION,
    OPTION_RECORDED,
    OPTION_STORE,
    OPTION_JSON,
};
static const char *const community_examples[] = {
    "tuoyu import communities communities.geojson --dry-run",
    "tuoyu import communities communities.gpkg --layer shequ --code-column dm --name-column mc",
    NULL,
};
static const struct usage community_usage = {
    .name = "import communities",
    .positionals = "FILE",
    .summary = "Import outlines and figures of communities (GeoJSON, …)",
    .about =
        "Imports the communities of FILE: polygons in WGS 84 with code, name, street, residents,\n"
        "children under 3, and standard (new or built). Every facility of the region then gets "
        "its\n"
        "community anew, and where there are streets a run of coverage is kept. Exits with 3\n"
        "when a row was rejected.",
    .options = community_specs,
    .option_count = COUNT_OF(community_specs),
    .min_positionals = 1,
    .max_positionals = 1,
    .examples = community_examples,
};
const struct command_entry cmd_import_communities = {&community_usage, run_import_communities,
                                                     .is_local = false};

static const struct option_spec residents_specs[] = {
    {"coordsys", "NAME",
     "The file's coordinates: wgs84, gcj02, bd09 or EPSG:N;\nrequired, never guessed"},
    {"as-of", "DATE", "The day the file speaks of, kept with the report\n(default: today)"},
    {"id-column", "NAME", "The column of each point's identity (default: id)"},
    {"lon-column", "NAME", "Of x, where the file has no geometries (default: lon)"},
    {"lat-column", "NAME", "Of y (default: lat)"},
    {"residents-column", "NAME", "Of the residents (default: residents)"},
    {"children-column", "NAME", "Of the children under 3 (default: children_under_3)"},
    OPTION_SOURCE,
    OPTION_LAYER,
    OPTION_ENCODING,
    OPTION_DRY_RUN,
    OPTION_STRICT,
    OPTION_REGION,
    OPTION_RECORDED,
    OPTION_STORE,
    OPTION_JSON,
};
static const char *const residents_examples[] = {
    "tuoyu import residents buildings.csv --coordsys wgs84 --dry-run",
    "tuoyu import residents grid.geojson --coordsys wgs84 --id-column cell --residents-column n",
    NULL,
};
static const struct usage residents_usage = {
    .name = "import residents",
    .positionals = "FILE",
    .summary = "Import where people live: points or cells (CSV, GeoJSON, …)",
    .about =
        "Imports the resident points of FILE: id, residents, children under 3, and a point or a\n"
        "cell, which stands for a point inside it. The file is the whole picture: it replaces the\n"
        "points that were there. Without any, coverage spreads the figures of communities over\n"
        "their buildings. Where there are streets, a run of coverage is kept of what is now so.\n"
        "Exits with 3 when a row was rejected.",
    .options = residents_specs,
    .option_count = COUNT_OF(residents_specs),
    .min_positionals = 1,
    .max_positionals = 1,
    .examples = residents_examples,
};
const struct command_entry cmd_import_residents = {&residents_usage, run_import_residents,
                                                   .is_local = false};
