/* `tuoyu init`: a new store with one region, or with --add one region more in a store. */
#include "data/store_files.h"
#include "server/cmd.h"
#include "server/coverage_keep.h"
#include "server/json.h"

#include "data/region_init.h"

#include <string.h>
#include <unistd.h>

/* What was put into a store. */
struct filled {
    struct region_loaded region;
    bool has_osm;
    moment_t now;
    uint32_t resident_points;
    struct osm_import_report osm;
};

static void show_progress(void *context, double done)
{
    command_progress(context, "reading streets", done);
}

static enum status fill_store(struct command *command, const struct options *options,
                              struct store *store, struct filled *filled, struct error *error)
{
    char file[COMMAND_PATH_BYTES];
    const char *now_text = options_text(options, "now");
    struct clock clock;
    enum status status = command_path(command, options_text(options, "region-file"), file, error);
    if (!status)
        status = command_read_clock(command, now_text, &clock, error);
    if (!status)
        status = region_init(store, file, clock_now(&clock), &filled->region, error);
    if (!status) {
        struct osm_import_options osm = {.now = clock_now(&clock),
                                         .min_island_m = OSM_IMPORT_MIN_ISLAND_M,
                                         .cancelled = command->cancelled,
                                         .progress = show_progress,
                                         .progress_context = command};
        status = region_init_osm(store, file, &osm, &filled->has_osm, &filled->osm, error);
        command_progress_end(command);
        if (!status)
            status = region_init_residents(store, file, clock_now(&clock), command->cancelled,
                                           &filled->resident_points, error);
    }
    if (!status && now_text)
        status = command_allow_now(store, error);
    filled->now = clock_now(&clock);
    return status;
}

static enum status make_store(struct command *command, const struct options *options,
                              const char *path, struct filled *filled, struct error *error)
{
    char aside[STORE_FILES_PATH_BYTES];
    struct store *store = NULL;
    if (access(path, F_OK) == 0)
        return error_set(error, STATUS_CONFLICT,
                         "%s is there already; --add puts one region more into it", path);
    store_files_name_aside(path, aside);
    enum status status = store_open(aside, STORE_CREATE, &store, error);
    if (!status)
        status = fill_store(command, options, store, filled, error);
    if (!status && filled->has_osm)
        status = coverage_keep_new(store, filled->now, error);
    store_close(store);
    if (!status)
        status = store_files_put_in_place(aside, path, error);
    else
        store_files_remove(aside);
    if (filled->has_osm && !status)
        return store_files_move_streets(aside, path, filled->region.name, error);
    if (filled->region.name[0])
        store_files_remove_streets(aside, filled->region.name);
    return status;
}

static enum status add_region(struct command *command, const struct options *options,
                              struct filled *filled, struct error *error)
{
    if (options_text(options, "now"))
        return error_set_parameter(error, STATUS_INVALID, "now",
                                   "--now is for a new store; it cannot be used with --add");
    enum status status = command_open_store(command, STORE_WRITE, error);
    if (!status)
        status = fill_store(command, options, command->store, filled, error);
    if (status && filled->region.name[0])
        error_prefix(error, "region %s is in the store, its streets to walk on are not",
                     filled->region.name);
    if (filled->region.name[0]) {
        enum status shown = command_show_changes(command, status ? NULL : error);
        status = status ? status : shown;
    }
    struct error kept_error = {0};
    enum status kept =
        status ? STATUS_OK : coverage_keep_import(command, filled->region.name, NULL, &kept_error);
    command_close_store(command);
    coverage_keep_complain(command, kept, &kept_error);
    return status;
}

static void print_filled(const struct filled *filled, const char *path, bool added, FILE *out)
{
    const struct region_loaded *loaded = &filled->region;
    fprintf(
        out,
        "%s %s %s region %s: %u streets, %u communities, %u facilities, %u groups, %u offers.\n",
        added ? "Put into" : "Made", path, added ? "the" : "with the", loaded->name,
        loaded->streets, loaded->communities, loaded->facilities, loaded->groups, loaded->offers);
    if (filled->has_osm)
        fprintf(out, "Streets to walk on: %.0f km from %s.\n",
                (double)filled->osm.build.kept_mm / 1e6, filled->osm.file);
    if (filled->resident_points)
        fprintf(out, "Residents: %u points.\n", filled->resident_points);
    if (*loaded->notice)
        fprintf(out, "%s\n", loaded->notice);
    if (*loaded->notice_en && strcmp(loaded->notice, loaded->notice_en) != 0)
        fprintf(out, "%s\n", loaded->notice_en);
    if (filled->has_osm && filled->resident_points)
        fprintf(out, "Coverage, of which a run is kept: tuoyu coverage --store %s\n", path);
    if (!added)
        fprintf(out, "Next: tuoyu serve --store %s\n", path);
}

static enum status print_json(const struct filled *filled, const char *path, FILE *out,
                              struct error *error)
{
    const struct region_loaded *loaded = &filled->region;
    struct json json;
    json_init(&json, 64 << 10);
    json_object_begin(&json);
    json_key_text(&json, "store", path);
    json_key_text(&json, "region", loaded->name);
    json_key_bool(&json, "sample", loaded->sample);
    json_key_int(&json, "streets", loaded->streets);
    json_key_int(&json, "communities", loaded->communities);
    json_key_int(&json, "facilities", loaded->facilities);
    json_key_int(&json, "groups", loaded->groups);
    json_key_int(&json, "offers", loaded->offers);
    if (filled->has_osm)
        json_key_int(&json, "walkable_m", (int64_t)(filled->osm.build.kept_mm / 1000));
    else
        json_key_null(&json, "walkable_m");
    json_key_int(&json, "resident_points", filled->resident_points);
    json_key_text(&json, "notice", *loaded->notice ? loaded->notice : NULL);
    json_key_text(&json, "notice_en", *loaded->notice_en ? loaded->notice_en : NULL);
    json_object_end(&json);
    enum status status = json_status(&json, error);
    if (!status)
        fprintf(out, "%.*s\n", (int)json.length, json.bytes);
    json_release(&json);
    return status;
}

static int run(struct command *command, const struct options *options)
{
    struct error error = {0};
    struct filled filled = {0};
    const char *path = command->config.store;
    bool adds = options_flag(options, "add");
    if (!options_text(options, "region-file"))
        return command_misuse(command, "it needs --region-file FILE, as data/regions/binjiang/"
                                       "region.json");
    enum status status = adds ? add_region(command, options, &filled, &error)
                              : make_store(command, options, path, &filled, &error);
    if (!status && options_flag(options, "json"))
        status = print_json(&filled, path, command->out, &error);
    else if (!status)
        print_filled(&filled, path, adds, command->out);
    return status ? command_fail(command, &error) : COMMAND_OK;
}

static const struct option_spec specs[] = {
    {"region-file", "FILE", "The region's region.json; the files it names stand beside it"},
    {"add", NULL, "Put it into a store that is there already"},
    {"now", "TIME", "Load as if at this moment (sample and test regions only)"},
    OPTION_STORE,
    OPTION_JSON,
};
static const char *const examples[] = {
    "tuoyu init --region-file data/regions/binjiang/region.json",
    "tuoyu init --store /srv/tuoyu/register.db --region-file region.json",
    NULL,
};
static const struct usage usage = {
    .name = "init",
    .positionals = "",
    .summary = "Make a new store for a region",
    .about =
        "Makes a store with the region that FILE describes: its streets and communities, and,\n"
        "where the region names them, a sample register, the streets to walk on and where people\n"
        "live, of which a first run of coverage is kept. A store that is there is never replaced.",
    .options = specs,
    .option_count = COUNT_OF(specs),
    .examples = examples,
};
const struct command_entry cmd_init = {&usage, run, .is_local = false};
