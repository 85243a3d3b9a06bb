/*
 * `tuoyu near`: the question of /v1/nearby, asked at a terminal. The options are the API's parameters
 * by the same names, read by the same parser; --json prints the API's own answer.
 */
#include "server/cmd.h"
#include "server/command_picture.h"
#include "server/print_nearby.h"
#include "server/router.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_ANSWER_BYTES = 16 << 20 };

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

/* The API's handler writes the body, so that it is the API's to the byte. */
static enum status write_json(struct command *command, const struct picture *picture,
                              struct request *request, struct nearby_list *list, FILE *out,
                              struct error *error)
{
    char made[CONFIG_ADDRESS_BYTES + 8];
    request->base_url = find_base_url(command, made);
    struct walker walker = {0};
    struct worker worker = {.picture = picture, .nearby = list, .walker = &walker};
    struct json body;
    json_init(&body, MAX_ANSWER_BYTES);
    enum status status = api_nearby(&worker, request, &body, error);
    if (!status)
        status = json_status(&body, error);
    if (!status) {
        fwrite(body.bytes, 1, body.length, out);
        putc('\n', out);
    }
    walker_release(&walker);
    json_release(&body);
    return status;
}

static enum status answer(struct command *command, const struct options *options,
                          const struct picture *picture, moment_t now, FILE *out,
                          struct error *error)
{
    struct arena arena;
    struct request request;
    struct nearby_query query;
    struct walker walker = {0};
    arena_init(&arena, REQUEST_ARENA_BYTES);
    struct nearby_list *list = malloc(sizeof *list);
    enum status status = list ? make_request(options, now, &arena, &request, error)
                              : error_memory(error, "searching");
    if (!status && options_flag(options, "json")) {
        status = write_json(command, picture, &request, list, out, error);
    } else if (!status) {
        status = params_nearby(&request, &query, error);
        if (!status)
            status =
                nearby_find(picture->dataset, picture->vacancies, &walker, &query, list, error);
        if (!status)
            print_nearby(picture->dataset, picture->vacancies, &query, list, out);
    }
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
    enum status status =
        out ? command_picture_init(command, options_text(options, "now"), false, &held, &error)
            : error_memory(&error, "searching");
    if (!status)
        status = answer(command, options, held.picture, held.now, out, &error);
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
    "tuoyu near 120.2104 30.2071 --day sat --from 09:00 --to 12:30 --json",
    NULL,
};
static const struct usage usage = {
    .name = "near",
    .positionals = "LON LAT",
    .summary = "Find facilities near a point that fit and have a free place",
    .about =
        "Lists the facilities near a point (longitude and latitude in degrees), nearest first,\n"
        "with what they offer, how many places are free and how old that number is. The\n"
        "options are the parameters of the API's /v1/nearby.",
    .options = specs,
    .option_count = COUNT_OF(specs),
    .min_positionals = 2,
    .max_positionals = 2,
    .examples = examples,
};
const struct command_entry cmd_near = {&usage, run, .is_local = false};
