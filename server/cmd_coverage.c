/*
 * `tuoyu coverage`: which community is served by which care, and how truly. Counts are exact: whoever
 * holds the store is an officer.
 */
#include "server/cmd.h"
#include "server/command_picture.h"
#include "server/coverage_view.h"

#include "data/calendar.h"
#include "data/kept_runs.h"
#include "data/output_file.h"
#include "data/profile_file.h"
#include "data/vacancies.h"
#include "data/walking.h"
#include "geo/number.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { MAX_BYTES = 256 << 20 };
enum coverage_format { FORMAT_TABLE, FORMAT_JSON, FORMAT_CSV, FORMAT_GEOJSON, FORMAT_COUNT };
static const char *const format_names[FORMAT_COUNT] = {"table", "json", "csv", "geojson"};

/* What the command line asks. */
struct question {
    struct coverage_parameters parameters;
    const char *region, *community;
    uint32_t age;
    uint8_t cares;
    enum coverage_format format;
    struct profile profile; /* of --profile-file; name empty = none */
    char output[COMMAND_PATH_BYTES];
    day_t as_of;        /* a kept run; DAY_NONE = now */
    bool keep, replace; /* keep the run; a file that is there may go */
};

/* Reading the command line ----------------------------------------------------------------------- */

static enum status read_minutes(const struct options *options, double *minutes, struct error *error)
{
    const char *text = options_text(options, "minutes");
    *minutes = COVERAGE_MINUTES_DEFAULT;
    if (!text)
        return STATUS_OK;
    if (number_parse_double(text, strlen(text), minutes) || !(*minutes > 0) ||
        *minutes > COVERAGE_MINUTES_MAX)
        return error_set_parameter(error, STATUS_INVALID, "minutes",
                                   "--minutes is '%.60s'; it must be more than 0 and at most %d",
                                   text, COVERAGE_MINUTES_MAX);
    return STATUS_OK;
}

static enum status read_cares(const struct options *options, uint8_t *cares, struct error *error)
{
    const char *text = options_text(options, "care");
    *cares = text ? 0 : (1 << CARE_COUNT) - 1;
    while (text) {
        const char *comma = strchr(text, ',');
        enum care care;
        if (care_parse(text, comma ? (size_t)(comma - text) : strlen(text), &care, error))
            return error_set_parameter(error, STATUS_INVALID, "care",
                                       "--care is '%.60s'; it must be of full_day, half_day, "
                                       "hourly and drop_in, parted by commas",
                                       options_text(options, "care"));
        *cares |= (uint8_t)(1u << care);
        text = comma ? comma + 1 : NULL;
    }
    return STATUS_OK;
}

/* --json, --format, or how the name of --output ends. */
static enum status read_format(const struct options *options, enum coverage_format *format,
                               struct error *error)
{
    const char *given = options_text(options, "format"), *file = options_text(options, "output");
    const char *dot = file ? strrchr(file, '.') : NULL;
    bool json = options_flag(options, "json");
    *format = json ? FORMAT_JSON : FORMAT_TABLE;
    if (json && given && strcmp(given, "json") != 0)
        return error_set_parameter(error, STATUS_INVALID, "json",
                                   "--json is not allowed beside --format %.40s", given);
    for (int i = 0; i < FORMAT_COUNT; i++)
        if (given ? strcmp(given, format_names[i]) == 0
                  : dot && !json && strcasecmp(dot + 1, format_names[i]) == 0) {
            *format = (enum coverage_format)i;
            return STATUS_OK;
        }
    return given ? error_set_parameter(error, STATUS_INVALID, "format",
                                       "--format is '%.40s'; it must be table, json, csv or "
                                       "geojson",
                                       given)
                 : STATUS_OK;
}

static enum status read_profile(const struct command *command, const struct options *options,
                                struct question *question, struct error *error)
{
    const char *name = options_text(options, "profile");
    const char *file = options_text(options, "profile-file");
    char path[COMMAND_PATH_BYTES];
    if (name && file)
        return error_set_parameter(error, STATUS_INVALID, "profile-file",
                                   "--profile-file is not allowed beside --profile");
    if (name)
        return profile_find(name, strlen(name), &question->parameters.profile, error);
    enum status status = file ? command_path(command, file, path, error) : STATUS_OK;
    return !status && file ? profile_file_read(path, &question->profile, error) : status;
}

/* --as-of and --keep: neither with what is not kept, nor with each other. */
static enum status read_history(const struct options *options, struct question *question,
                                struct error *error)
{
    const char *day = options_text(options, "as-of");
    const char *given = day ? "as-of" : "keep";
    if (!day && !question->keep)
        return STATUS_OK;
    if (question->profile.name[0])
        return error_set_parameter(error, STATUS_INVALID, given,
                                   "--%s is not allowed beside --profile-file", given);
    if (day && question->keep)
        return error_set_parameter(error, STATUS_INVALID, "keep",
                                   "--keep is not allowed beside --as-of");
    if (day && day_parse(day, strlen(day), &question->as_of))
        return error_set_parameter(error, STATUS_INVALID, "as-of",
                                   "--as-of is '%.40s'; it must be a date (YYYY-MM-DD)", day);
    return STATUS_OK;
}

static enum status read_question(const struct command *command, const struct options *options,
                                 struct question *question, struct error *error)
{
    *question = (struct question){.as_of = DAY_NONE,
                                  .keep = options_flag(options, "keep"),
                                  .replace = options_flag(options, "force"),
                                  .region = options_text(options, "region"),
                                  .community = options_text(options, "community"),
                                  .parameters = {.profile = PROFILE_STROLLER,
                                                 .inclusive = options_flag(options, "inclusive")}};
    const char *age = options_text(options, "age"), *file = options_text(options, "output");
    enum status status = read_minutes(options, &question->parameters.minutes, error);
    if (!status)
        status = read_cares(options, &question->cares, error);
    if (!status && age)
        status = coverage_age_parse(age, &question->age, error);
    if (!status)
        status = read_format(options, &question->format, error);
    if (!status)
        status = read_profile(command, options, question, error);
    if (!status)
        status = read_history(options, question, error);
    if (!status && file)
        status = command_path(command, file, question->output, error);
    if (!status && file && !question->replace && access(question->output, F_OK) == 0)
        status = error_set(error, STATUS_CONFLICT, "%s is there already; --force replaces it",
                           question->output);
    return status;
}

/* Answering -------------------------------------------------------------------------------------- */

/* The profile of a file, on every network there is. */
static enum status place_profile(const struct dataset *dataset, const struct profile *profile,
                                 struct walking **walkings, uint32_t *count, struct error *error)
{
    *count = 0;
    *walkings = calloc((size_t)dataset->network_count + 1, sizeof **walkings);
    enum status status = *walkings ? STATUS_OK : error_memory(error, "placing a profile");
    while (*count < dataset->network_count && !status) {
        status = walking_build(dataset, &dataset->networks[*count]->file.network, profile,
                               &(*walkings)[*count], error);
        *count += !status;
    }
    return status;
}

/* The run that was kept of that day, or of the last one before it that has one: as the API's as_of. */
static enum status look_up(struct command *command, const struct dataset *dataset,
                           const struct question *question, struct coverage_run **run,
                           struct error *error)
{
    const struct coverage_parameters *asked = &question->parameters;
    const struct kept_run *found;
    struct kept_runs *kept = NULL;
    uint16_t region;
    enum status status = dataset_find_region(dataset, question->region, &region, error);
    if (status)
        return status;
    const struct kept_question of = {dataset->regions[region].name, asked->profile, asked->minutes,
                                     asked->inclusive};
    status = kept_runs_list(command->store, &kept, error);
    if (!status)
        status = kept_runs_find(kept, &of, question->as_of, &found, error);
    if (status == STATUS_NOT_FOUND)
        error->parameter[0] = '\0'; /* the words were right: there is nothing */
    if (!status)
        status = kept_run_read(found, command->store, run, error);
    kept_runs_release(kept);
    return status;
}

static enum status keep(struct command *command, const struct question *question,
                        const struct coverage_run *run, moment_t now, struct error *error)
{
    enum status status = store_begin(command->store, error);
    if (status)
        return status;
    status = kept_runs_keep(command->store, run, question->parameters.profile, run->made_for, now,
                            error);
    if (!status)
        return store_commit(command->store, error);
    store_rollback(command->store);
    return status;
}

static enum status compute(const struct picture *picture, struct question *question,
                           struct coverage_run **run, struct error *error)
{
    struct walking *walkings = NULL;
    uint32_t count = 0;
    enum status status = dataset_find_region(picture->dataset, question->region,
                                             &question->parameters.region, error);
    if (!status && question->profile.name[0])
        status = place_profile(picture->dataset, &question->profile, &walkings, &count, error);
    question->parameters.walkings = walkings;
    if (!status)
        status = coverage_run_make(picture->dataset, picture->vacancies, &question->parameters, run,
                                   error);
    for (uint32_t i = 0; i < count; i++)
        walking_release(&walkings[i]);
    free(walkings);
    return status;
}

static enum status check_community(const struct question *question, struct coverage_run **run,
                                   struct error *error)
{
    enum status status = STATUS_OK;
    if (question->community && !coverage_run_find(*run, question->community))
        status = error_set_parameter(error, STATUS_INVALID, "community",
                                     "--community is '%.40s'; region '%s' has no such community",
                                     question->community, (*run)->region);
    return status;
}

static enum status print_view(const struct coverage_view *view, enum coverage_format format,
                              FILE *out, struct error *error)
{
    if (format == FORMAT_TABLE)
        coverage_view_table(view, out);
    if (format == FORMAT_CSV)
        coverage_view_csv(view, out);
    if (format == FORMAT_TABLE || format == FORMAT_CSV)
        return STATUS_OK;
    struct json json;
    json_init(&json, MAX_BYTES);
    if (format == FORMAT_JSON)
        coverage_view_json(view, &json);
    else
        coverage_view_geojson(view, &json);
    enum status status = json_status(&json, error);
    if (!status) {
        fwrite(json.bytes, 1, json.length, out);
        putc('\n', out);
    }
    json_release(&json);
    return status;
}

/* Exact counts: its owner's alone. */
static enum status write_file(const struct command *command, const struct question *question,
                              const char *text, size_t length, struct error *error)
{
    struct output_file file;
    enum status status =
        output_file_open(&file, question->output, question->replace, command->config.store, error);
    if (status)
        return status;
    status = output_file_write(&file, text, length, error);
    return output_file_close(&file, status, 0600, error);
}

/* The answer is made in memory and printed at the end: nobody's terminal may hold up a picture. */
static enum status answer(struct command *command, const struct options *options,
                          struct question *question, FILE *out, struct error *error)
{
    struct command_picture held;
    struct coverage_run *run = NULL;
    enum status status = STATUS_OK;
    if (question->keep) /* the turn to write, before the picture is taken */
        status = command_open_store(command, STORE_WRITE, error);
    if (!status)
        status = command_picture_init(command, options_text(options, "now"), false, &held, error);
    if (status)
        return status;
    if (question->as_of != DAY_NONE)
        status = look_up(command, held.picture->dataset, question, &run, error);
    else
        status = compute(held.picture, question, &run, error);
    if (!status)
        status = check_community(question, &run, error);
    if (!status && question->keep)
        status = keep(command, question, run, held.now, error);
    const struct coverage_view view = {.dataset = held.picture->dataset,
                                       .run = run,
                                       .age = question->age,
                                       .cares = question->cares,
                                       .community = question->community};
    if (!status)
        status = print_view(&view, question->format, out, error);
    coverage_run_release(run);
    command_picture_release(&held);
    return !status && question->keep ? command_show_kept(command, error) : status;
}

static int run(struct command *command, const struct options *options)
{
    struct error error = {0};
    struct question question;
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    enum status status = out ? read_question(command, options, &question, &error)
                             : error_memory(&error, "computing coverage");
    if (!status)
        status = answer(command, options, &question, out, &error);
    if (out && fclose(out) != 0 && !status)
        status = error_memory(&error, "computing coverage");
    command_close_store(command);
    if (!status && question.output[0])
        status = write_file(command, &question, text, length, &error);
    else if (!status)
        fwrite(text, 1, length, command->out);
    free(text);
    return status ? command_fail(command, &error) : COMMAND_OK;
}

static const struct option_spec specs[] = {
    {"minutes", "MINUTES", "Within this walk, up to 60 (default 15)"},
    {"profile", "WHO", "Who walks: stroller (default), toddler or adult"},
    {"profile-file", "FILE", "Who walks, from a JSON file (tuoyu near --help)"},
    {"age", "MONTHS", "any (default), 6-12, 12-24 or 24-36"},
    {"care", "LIST",
     "Any of full_day, half_day, hourly, drop_in, parted by commas\n(default: all)"},
    {"inclusive", NULL, "By inclusive-price facilities 普惠 alone"},
    {"community", "CODE", "One community"},
    {"as-of", "DATE",
     "What was kept of that day, or the last before it: by the\nday for 35 days, by the month for "
     "ten years"},
    {"keep", NULL, "Keep this run, for --as-of"},
    {"format", "NAME", "table (default), json, csv or geojson; or by the ending of\n--output"},
    OPTION_JSON,
    {"output", "FILE", "Write to FILE instead of the terminal"},
    {"force", NULL, "Replace FILE if it is there"},
    OPTION_REGION,
    OPTION_NOW,
    OPTION_STORE,
};
static const char *const examples[] = {
    "tuoyu coverage",
    "tuoyu coverage --care hourly,drop_in --age 12-24 --minutes 10",
    "tuoyu coverage --profile adult --inclusive --output coverage.csv",
    "tuoyu coverage --community 330108001001 --json",
    "tuoyu coverage --as-of 2026-11-01",
    "tuoyu coverage --format geojson --output coverage.geojson",
    NULL,
};
static const struct usage usage = {
    .name = "coverage",
    .positionals = "",
    .summary = "Show which community is served by which care, on foot",
    .about =
        "For every community and care type: facilities inside (located), the share of children\n"
        "under 3 within the walk of one (reachable), and of one with a fresh free place (open);\n"
        "minutes to the nearest, what is missing, places per 1,000 residents against the\n"
        "standard, and places per child within walk. Decided per resident point by walking the\n"
        "streets. Counts are exact, for officers: the API shows the public rounded ones.",
    .options = specs,
    .option_count = COUNT_OF(specs),
    .examples = examples,
};
const struct command_entry cmd_coverage = {&usage, run, .is_local = false};
