/*
 * `tuoyu check`: is all as it should be? Reads only. The store's soundness and schema, the regions
 * in it, and any region.json and mapping files that are named.
 */
#include "server/cmd.h"
#include "server/json.h"

#include "data/mapping.h"
#include "data/region.h"
#include "data/region_streets.h"
#include "data/sample.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FILE_BYTES = 4 << 20 };

struct checking {
    struct command *command;
    bool as_json;
    struct json json; /* {"ok":…,"checks":[…]}: the array's entries */
    uint32_t failed;
};

/* One line, or one entry: what was looked at, and what is wrong with it (NULL = nothing). */
static void report(struct checking *checking, const char *what, const char *wrong,
                   const char *detail)
{
    checking->failed += wrong != NULL;
    size_t named = strlen(what);
    if (wrong && strncmp(wrong, what, named) == 0 && strncmp(wrong + named, ": ", 2) == 0)
        wrong += named + 2; /* the message begins with what the line begins with */
    if (!checking->as_json) {
        fprintf(checking->command->out, "%s  %s%s%s\n", wrong ? "WRONG" : "ok   ", what,
                wrong || *detail ? ": " : "", wrong ? wrong : detail);
        return;
    }
    json_object_begin(&checking->json);
    json_key_text(&checking->json, "what", what);
    json_key_bool(&checking->json, "ok", !wrong);
    json_key_text(&checking->json, "detail", wrong ? wrong : detail);
    json_object_end(&checking->json);
}

/* The street file of a region: mapped, its checksums and its network proven. */
static void check_streets(struct checking *checking, struct store *store, const char *region)
{
    struct network_file file;
    struct error error = {0};
    char what[100], detail[160];
    snprintf(what, sizeof what, "streets of %s", region);
    enum status status = region_streets_open(store, region, &file, &error);
    if (status == STATUS_NOT_FOUND || status == STATUS_UNSUPPORTED)
        return; /* none were imported */
    snprintf(detail, sizeof detail, "%u nodes, %u pieces of street", file.network.node_count,
             file.network.piece_count);
    report(checking, what, status ? error.message : NULL, detail);
    network_file_close(&file);
}

/* What is drawn beneath the map, and what a public map in China still lacks: a remark, no fault, for
 * a server may be for its makers alone. */
static void describe_map(const struct region *region, char *text, size_t size)
{
    const struct region_map *map = &region->map;
    const struct {
        const char *key, *value;
    } needed[] = {{"map_notice", map->notice},
                  {"icp", map->icp},
                  {"police", map->police},
                  {"privacy_contact", map->privacy_contact}};
    size_t used = (size_t)snprintf(text, size, "basemap %s", basemap_code(map->basemap));
    const char *before = "; not public without ";
    bool is_asked = strncmp(region->language, "zh", 2) == 0 && !region->sample;
    for (size_t i = 0; i < COUNT_OF(needed) && is_asked && used < size; i++)
        if (!needed[i].value[0] && (i > 0 || map->basemap != BASEMAP_NONE)) {
            used += (size_t)snprintf(text + used, size - used, "%s%s", before, needed[i].key);
            before = ", ";
        }
}

static void describe_region(const struct region *region, char *text, size_t size)
{
    char map[128], until[11];
    describe_map(region, map, sizeof map);
    size_t used = (size_t)snprintf(text, size, "%s; %s", region->title, map);
    if (region->calendar.known_until != DAY_NONE && used < size) {
        day_format(region->calendar.known_until, until);
        snprintf(text + used, size - used, "; public holidays are known until %s", until);
    }
}

static void check_regions(struct checking *checking, struct store *store)
{
    struct arena arena;
    struct store_region *regions = NULL;
    uint32_t count = 0;
    struct error error = {0};
    arena_init(&arena, 16 << 20);
    if (store_regions(store, &arena, &regions, &count, &error))
        report(checking, "regions", error.message, "");
    else if (count == 0)
        report(checking, "regions", "the store has none; `tuoyu init` makes one", "");
    for (uint32_t i = 0; i < count; i++) {
        struct region region = {0};
        char what[100];
        snprintf(what, sizeof what, "region %s", regions[i].name);
        enum status status =
            region_parse(regions[i].json, strlen(regions[i].json), &region, &error);
        char detail[400] = "";
        if (!status)
            describe_region(&region, detail, sizeof detail);
        report(checking, what, status ? error.message : NULL, detail);
        region_release(&region);
        check_streets(checking, store, regions[i].name);
    }
    arena_release(&arena);
}

static void check_sample(struct checking *checking, struct store *store, moment_t now)
{
    struct sample_state state;
    struct error error = {0};
    char detail[160] = "";
    if (sample_state(store, now, &state, &error)) {
        report(checking, "sample", error.message, "");
        return;
    }
    if (!state.is_sample)
        return;
    if (!state.has_own_data)
        snprintf(detail, sizeof detail,
                 "示例数据 / sample data, dated %d days ago; a server dates it "
                 "anew each day",
                 state.age_days);
    else
        snprintf(
            detail, sizeof detail,
            "示例数据 / sample data with data of your own, dated %d days ago and kept so; `make "
            "sample` makes a new one",
            state.age_days);
    report(checking, "sample", NULL, detail);
}

static void check_store(struct checking *checking)
{
    struct command *command = checking->command;
    struct error error = {0};
    struct clock clock;
    char what[COMMAND_PATH_BYTES + 16];
    snprintf(what, sizeof what, "store %s", command->config.store);
    if (command_open_store(command, STORE_READ, &error) ||
        command_read_clock(command, NULL, &clock, &error) || store_check(command->store, &error)) {
        report(checking, what, error.message, "");
        command_close_store(command);
        return;
    }
    report(checking, what, NULL, "sound, and of this program's version");
    check_regions(checking, command->store);
    check_sample(checking, command->store, clock_now(&clock));
    command_close_store(command);
}

/* The whole of a small file; malloc'd, NUL-terminated. */
static enum status read_small_file(const char *path, char **text, size_t *length,
                                   struct error *error)
{
    *text = malloc(MAX_FILE_BYTES + 1);
    FILE *file = *text ? fopen(path, "rbe") : NULL;
    if (!*text)
        return error_memory(error, "reading a file");
    if (!file)
        return error_set(error, STATUS_IO, "it cannot be read: %s", strerror(errno));
    *length = fread(*text, 1, MAX_FILE_BYTES + 1, file);
    bool failed = ferror(file) != 0;
    fclose(file);
    if (failed)
        return error_set(error, STATUS_IO, "it cannot be read to its end");
    if (*length > MAX_FILE_BYTES)
        return error_set(error, STATUS_LIMIT, "it is longer than %d bytes", MAX_FILE_BYTES);
    (*text)[*length] = '\0';
    return STATUS_OK;
}

static void check_region_file(struct checking *checking, const char *given)
{
    char path[COMMAND_PATH_BYTES], what[COMMAND_PATH_BYTES + 24], *text = NULL;
    char detail[400] = "";
    size_t length = 0;
    struct region region = {0};
    struct error error = {0};
    snprintf(what, sizeof what, "region file %s", given);
    enum status status = command_path(checking->command, given, path, &error);
    if (!status)
        status = read_small_file(path, &text, &length, &error);
    if (!status)
        status = region_parse(text, length, &region, &error);
    if (!status)
        describe_region(&region, detail, sizeof detail);
    report(checking, what, status ? error.message : NULL, detail);
    region_release(&region);
    free(text);
}

static void check_mapping_file(struct checking *checking, const char *given)
{
    char path[COMMAND_PATH_BYTES], what[COMMAND_PATH_BYTES + 24];
    struct mapping mapping = {0};
    struct error error = {0};
    snprintf(what, sizeof what, "mapping %s", given);
    enum status status = command_path(checking->command, given, path, &error);
    if (!status)
        status = mapping_read(path, &mapping, &error);
    report(checking, what, status ? error.message : NULL, "");
    mapping_release(&mapping);
}

static int finish(struct checking *checking)
{
    FILE *out = checking->command->out;
    if (checking->as_json)
        fprintf(out, "{\"ok\":%s,\"checks\":[%.*s]}\n", checking->failed ? "false" : "true",
                (int)checking->json.length, checking->json.length ? checking->json.bytes : "");
    else if (checking->failed)
        fprintf(out, "%u of these %s wrong.\n", checking->failed,
                checking->failed == 1 ? "is" : "are");
    json_release(&checking->json);
    return checking->failed ? COMMAND_FAILED : COMMAND_OK;
}

static int run(struct command *command, const struct options *options)
{
    struct checking checking = {.command = command, .as_json = options_flag(options, "json")};
    const char *region = options_text(options, "region-file");
    const char *mapping = options_text(options, "mapping");
    json_init(&checking.json, 1 << 20);
    /* Files that are named can be checked without a store; the store is, unless only they are. */
    if (region)
        check_region_file(&checking, region);
    if (mapping)
        check_mapping_file(&checking, mapping);
    if ((!region && !mapping) || options_text(options, "store"))
        check_store(&checking);
    return finish(&checking);
}

static const struct option_spec specs[] = {
    OPTION_STORE,
    {"region-file", "FILE", "Check this region.json (then no store, unless --store is given)"},
    {"mapping", "FILE", "Likewise this mapping of a register's columns"},
    OPTION_JSON,
};
static const char *const examples[] = {
    "tuoyu check",
    "tuoyu check --region-file data/regions/binjiang/region.json",
    "tuoyu check --mapping mapping.json",
    NULL,
};
static const struct usage usage = {
    .name = "check",
    .positionals = "",
    .summary = "Check the store, region files and mappings; changes nothing",
    .about = "Says of the store whether its file is sound, its version is this program's, and its\n"
             "regions and their street files can be read. Reads only. Exits with 1 when\n"
             "something is wrong.",
    .options = specs,
    .option_count = COUNT_OF(specs),
    .examples = examples,
};
const struct command_entry cmd_check = {&usage, run, .is_local = false};
