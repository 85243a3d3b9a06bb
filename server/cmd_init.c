/* `tuoyu init`: a new store with one region, or with --add one region more in a store. */
#include "server/cmd.h"
#include "server/json.h"
#include "server/store_files.h"

#include "data/region_init.h"

#include <string.h>
#include <unistd.h>

static enum status fill_store(struct command *command, const struct options *options,
                              struct store *store, struct region_loaded *loaded,
                              struct error *error)
{
    char file[COMMAND_PATH_BYTES];
    const char *now_text = options_text(options, "now");
    struct clock clock;
    enum status status = command_path(command, options_text(options, "region-file"), file, error);
    if (!status)
        status = command_read_clock(command, now_text, &clock, error);
    if (!status)
        status = region_init(store, file, clock_now(&clock), loaded, error);
    if (!status && now_text)
        status = command_allow_now(store, error);
    return status;
}

static enum status make_store(struct command *command, const struct options *options,
                              const char *path, struct region_loaded *loaded, struct error *error)
{
    char aside[STORE_FILES_PATH_BYTES];
    struct store *store = NULL;
    if (access(path, F_OK) == 0)
        return error_set(error, STATUS_CONFLICT,
                         "%s is there already; --add puts one region more into it", path);
    store_files_name_aside(path, aside);
    enum status status = store_open(aside, STORE_CREATE, &store, error);
    if (!status)
        status = fill_store(command, options, store, loaded, error);
    store_close(store);
    if (!status)
        return store_files_put_in_place(aside, path, error);
    store_files_remove(aside);
    return status;
}

static enum status add_region(struct command *command, const struct options *options,
                              struct region_loaded *loaded, struct error *error)
{
    if (options_text(options, "now"))
        return error_set_parameter(error, STATUS_INVALID, "now",
                                   "--now is for a new store; it cannot be used with --add");
    enum status status = command_open_store(command, STORE_WRITE, error);
    if (!status)
        status = fill_store(command, options, command->store, loaded, error);
    if (!status)
        status = command_show_changes(command, error);
    command_close_store(command);
    return status;
}

static void print_loaded(const struct region_loaded *loaded, const char *path, bool added,
                         FILE *out)
{
    fprintf(
        out,
        "%s %s %s region %s: %u streets, %u communities, %u facilities, %u groups, %u offers.\n",
        added ? "Put into" : "Made", path, added ? "the" : "with the", loaded->name,
        loaded->streets, loaded->communities, loaded->facilities, loaded->groups, loaded->offers);
    if (*loaded->notice)
        fprintf(out, "%s\n", loaded->notice);
    if (*loaded->notice_en && strcmp(loaded->notice, loaded->notice_en) != 0)
        fprintf(out, "%s\n", loaded->notice_en);
    if (!added)
        fprintf(out, "Next: tuoyu serve --store %s\n", path);
}

static enum status print_json(const struct region_loaded *loaded, const char *path, FILE *out,
                              struct error *error)
{
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
    struct region_loaded loaded = {0};
    const char *path = command->config.store;
    bool adds = options_flag(options, "add");
    if (!options_text(options, "region-file"))
        return command_misuse(command, "it needs --region-file FILE, as data/regions/binjiang/"
                                       "region.json");
    enum status status = adds ? add_region(command, options, &loaded, &error)
                              : make_store(command, options, path, &loaded, &error);
    if (!status && options_flag(options, "json"))
        status = print_json(&loaded, path, command->out, &error);
    else if (!status)
        print_loaded(&loaded, path, adds, command->out);
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
        "where the region names one, a sample register. A store that is there is never\n"
        "replaced.",
    .options = specs,
    .option_count = COUNT_OF(specs),
    .examples = examples,
};
const struct command_entry cmd_init = {&usage, run, .is_local = false};
