/*
 * `tuoyu near`: the question of /v1/nearby, asked at a terminal. The options are the API's parameters
 * by the same names, read by the same parser; --json prints the API's own answer.
 */
#include "server/cmd.h"
#include "server/command_picture.h"
#include "server/json_nearby.h"
#include "server/print_nearby.h"
#include "server/router.h"

#include "data/profile_file.h"
#include "geo/number.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_ANSWER_BYTES = 16 << 20, MAX_SECONDS = 7200 };

static const struct option_spec specs[] = {
    {"care", "LIST", "Any of full_day, half_day, hourly, drop_in, parted by commas"},
    {"age-months", "MONTHS", "The child's age when it starts"},
    {"born", "YYYY-MM", "Its month of birth instead"},
    {"start", "YYYY-MM", "The month in which it is to start"},
    {"open", NULL, "Only where a place is free, by numbers that are fresh"},
    {"within-m", "METRES", "No farther than this"},
    {"inclusive", NULL, "Only inclusive-price facilities 普惠"},
    {"demonstration", NULL, "Only demonstration facilities 示范"},
    {"kind", "LIST", "Any of nursery, community, kindergarten_class, park,\nemployer, home"},
    {"ownership", "LIST", "Any of public, public_private_run, private_public_aid,\nprivate"},
    {"max-price", "AMOUNT", "In minor units (fen), with --price-unit"},
    {"price-unit", "UNIT", "hour, half_day, day or month"},
    {"day", "DAY", "mon … sun or a date, with --from and --to: open all that time"},
    {"from", "HH:MM", "Local time"},
    {"to", "HH:MM", "Local time; not later than --from means the next day"},
    {"limit", "COUNT", "How many to show, 1 to 100 (default 20)"},
    {"relax", NULL, "Also say how many would match without each filter"},
    {"coordsys", "NAME", "wgs84 (default), gcj02 or bd09: of all coordinates"},
    {"by", "HOW", "line: straight line; walk: walking time, where there is a\nstreet network"},
    {"within-minutes", "MINUTES", "No farther on foot than this (with --by walk)"},
    {"profile", "WHO", "Who walks: stroller (default), toddler or adult"},
    {"profile-file", "FILE", "Who walks, from a JSON file: speed, steps, snap"},
    {"seconds", "SECONDS", "No farther on foot than this: in place of --within-minutes"},
    {"cursor", "TEXT", "Go on after the page before (its \"next\" link)"},
    OPTION_NOW,
    OPTION_STORE,
    {"json", NULL, "Print exactly what the API answers"},
};

/* An option by the API's name for it; NULL where it is not one of the API's. */
static bool is_parameter(const char *option, char name[32])
{
    snprintf(name, 32, "%s", option);
    for (char *c = name; *c; c++)
        if (*c == '-')
            *c = '_';
    for (uint32_t i = 0; i < params_nearby_count; i++)
        if (strcmp(params_nearby_table[i].name, name) == 0)
            return true;
    return false;
}

static struct argument make_argument(const char *name, const char *value, struct arena *arena)
{
    return (struct argument){arena_string(arena, name), value, strlen(value)};
}

/* The request that a client of the API would have sent. */
static enum status make_request(const struct options *options, moment_t now, struct arena *arena,
                                struct request *request, struct error *error)
{
    struct argument arguments[COUNT_OF(specs) + 2];
    uint32_t count = 0;
    arguments[count++] = make_argument("lon", options->positionals[0], arena);
    arguments[count++] = make_argument("lat", options->positionals[1], arena);
    for (uint32_t i = 0; i < COUNT_OF(specs); i++) {
        char name[32];
        const char *value = options->values[i];
        if (value && is_parameter(specs[i].name, name))
            arguments[count++] = make_argument(name, specs[i].value ? value : "true", arena);
    }
    *request =
        (struct request){.method = METHOD_GET, .path = "/v1/nearby", .now = now, .arena = arena};
    enum status status =
        router_find(METHOD_GET, request->path, arena, &request->route, request->captures, error);
    if (!status)
        status = params_read_arguments(request, arguments, count, error);
    return status;
}

/* What links begin with: the server's own, or what it would be if one ran. */
static const char *find_base_url(struct command *command, char made[CONFIG_ADDRESS_BYTES + 8])
{
    if (command->service) {
        const char *base_url = atomic_load(&command->service->base_url);
        return base_url ? base_url : "";
    }
    if (*command->config.public_url)
        return command->config.public_url;
    char address[CONFIG_ADDRESS_BYTES];
    config_format_address(&command->config.listen, address);
    snprintf(made, CONFIG_ADDRESS_BYTES + 8, "http://%s", address);
    return made;
}

/* What the command line has beyond the API: a profile of one's own, and seconds. */
struct own_walk {
    struct profile profile;
    double seconds;           /* 0 = not given */
    struct walking *walkings; /* beside the dataset's networks; NULL = a built-in profile */
    uint32_t count;
};

static void release_own_walk(struct own_walk *own)
{
    for (uint32_t i = 0; i < own->count; i++)
        walking_release(&own->walkings[i]);
    free(own->walkings);
}

static enum status refuse_beside(const char *option, const char *other, struct error *error)
{
    return error_set_parameter(error, STATUS_INVALID, option, "--%s is not allowed beside --%s",
                               option, other);
}

/* Neither goes with what says the same in another way, nor with the straight line. */
static enum status check_own_walk(const struct options *options, struct error *error)
{
    static const char *const pairs[][2] = {{"seconds", "within-minutes"},
                                           {"seconds", "within-m"},
                                           {"profile-file", "profile"},
                                           {"profile-file", "within-m"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (options_text(options, pairs[i][0]) && options_text(options, pairs[i][1]))
            return refuse_beside(pairs[i][0], pairs[i][1], error);
    const char *by = options_text(options, "by");
    for (size_t i = 1; by && strcmp(by, "line") == 0 && i < 3; i++)
        if (options_text(options, pairs[i][0]))
            return refuse_beside(pairs[i][0], "by line", error);
    return STATUS_OK;
}

/* Before the picture: what was given is right. */
static enum status read_own_walk(const struct command *command, const struct options *options,
                                 struct own_walk *own, struct error *error)
{
    const char *seconds = options_text(options, "seconds");
    const char *file = options_text(options, "profile-file");
    char path[COMMAND_PATH_BYTES];
    enum status status = check_own_walk(options, error);
    if (!status && seconds &&
        (number_parse_double(seconds, strlen(seconds), &own->seconds) || own->seconds < 1 ||
         own->seconds > MAX_SECONDS))
        return error_set_parameter(error, STATUS_INVALID, "seconds",
                                   "--seconds is '%.60s'; it must be 1 to %d", seconds,
                                   MAX_SECONDS);
    if (!status && file)
        status = command_path(command, file, path, error);
    if (!status && file)
        status = profile_file_read(path, &own->profile, error);
    return status;
}

/* The profile on every network there is. */
static enum status place_own_walk(const struct dataset *dataset, struct own_walk *own,
                                  struct error *error)
{
    if (!own->profile.name[0])
        return STATUS_OK;
    own->walkings = calloc((size_t)dataset->network_count + 1, sizeof *own->walkings);
    enum status status = own->walkings ? STATUS_OK : error_memory(error, "placing a profile");
    for (; own->count < dataset->network_count && !status; own->count++)
        status = walking_build(dataset, &dataset->networks[own->count]->file.network, &own->profile,
                               &own->walkings[own->count], error);
    return status;
}

/* The API's own writer makes the body, so that it is the API's to the byte. */
static enum status write_json(struct command *command, const struct picture *picture,
                              struct request *request, const struct nearby_query *query,
                              const struct nearby_list *list, FILE *out, struct error *error)
{
    char made[CONFIG_ADDRESS_BYTES + 8];
    struct json body;
    request->base_url = find_base_url(command, made);
    json_init(&body, MAX_ANSWER_BYTES);
    json_nearby(&body, request, picture, query, list);
    enum status status = json_status(&body, error);
    if (!status) {
        fwrite(body.bytes, 1, body.length, out);
        putc('\n', out);
    }
    json_release(&body);
    return status;
}

static enum status answer(struct command *command, const struct options *options,
                          const struct picture *picture, moment_t now, struct own_walk *own,
                          FILE *out, struct error *error)
{
    struct arena arena;
    struct request request;
    struct nearby_query query;
    struct walker walker = {0};
    arena_init(&arena, REQUEST_ARENA_BYTES);
    struct nearby_list *list = malloc(sizeof *list);
    enum status status = list ? make_request(options, now, &arena, &request, error)
                              : error_memory(error, "searching");
    if (!status)
        status = params_nearby(&request, &query, error);
    if (!status)
        status = place_own_walk(picture->dataset, own, error);
    if (!status) {
        query.within_seconds = own->seconds;
        query.walkings = own->walkings;
        status = nearby_find(picture->dataset, picture->vacancies, &walker, &query, list, error);
    }
    if (!status && options_flag(options, "json"))
        status = write_json(command, picture, &request, &query, list, out, error);
    else if (!status)
        print_nearby(picture->dataset, picture->vacancies, &query, list, out);
    walker_release(&walker);
    free(list);
    arena_release(&arena);
    return status;
}

/* The answer is made in memory and printed at the end: nobody's terminal may hold up a picture. */
static int run(struct command *command, const struct options *options)
{
    struct error error = {0};
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    struct command_picture held = {0};
    struct own_walk own = {0};
    enum status status =
        out ? read_own_walk(command, options, &own, &error) : error_memory(&error, "searching");
    if (!status)
        status = command_picture_init(command, options_text(options, "now"), false, &held, &error);
    if (!status)
        status = answer(command, options, held.picture, held.now, &own, out, &error);
    release_own_walk(&own);
    command_picture_release(&held);
    if (out && fclose(out) != 0 && !status)
        status = error_memory(&error, "searching");
    command_close_store(command);
    if (!status)
        fwrite(text, 1, length, command->out);
    free(text);
    return status ? command_fail(command, &error) : COMMAND_OK;
}

static const char *const examples[] = {
    "tuoyu near 120.2104 30.2071",
    "tuoyu near 120.2104 30.2071 --care hourly --age-months 18 --open --within-m 2000",
    "tuoyu near 120.2104 30.2071 --born 2025-03 --start 2026-09 --inclusive --relax",
    "tuoyu near 120.2104 30.2071 --within-minutes 15 --profile toddler",
    "tuoyu near 120.2104 30.2071 --profile-file slow.json --seconds 600",
    "tuoyu near 120.2104 30.2071 --day sat --from 09:00 --to 12:30 --json",
    NULL,
};
static const struct usage usage = {
    .name = "near",
    .positionals = "LON LAT",
    .summary = "Find facilities near a point that fit and have a free place",
    .about =
        "Lists the facilities near a point (longitude and latitude in degrees), nearest first,\n"
        "with what they offer, how many places are free and how old that number is: on foot\n"
        "where there are streets, else by straight line. The options are the parameters of the\n"
        "API's /v1/nearby, and two more. A profile file: {\"speed_m_s\": 0.8, \"steps\": false,\n"
        "\"snap_counts\": true, \"snap_max_m\": 300, \"resident_snap_max_m\": 300,\n"
        "\"min_component_m\": 2000, \"name\": \"slow\"}; the speed is required. It snaps "
        "facilities\n"
        "and where the walk begins by a limit each; parts with less street are not walked to.",
    .options = specs,
    .option_count = COUNT_OF(specs),
    .min_positionals = 2,
    .max_positionals = 2,
    .examples = examples,
};
const struct command_entry cmd_near = {&usage, run, .is_local = false};
