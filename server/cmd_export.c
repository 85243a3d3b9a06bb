/* `tuoyu export`: the public register as a file for QGIS, a spreadsheet or another program. */
#include "server/cmd.h"
#include "server/command_picture.h"

#include "data/export.h"

#include <string.h>
#include <strings.h>

/* By --format, or by how the file's name ends. */
static enum status read_format(const struct options *options, const char *file,
                               enum export_format *format, struct error *error)
{
    static const struct {
        const char *ending;
        enum export_format format;
    } endings[] = {{".csv", EXPORT_CSV},
                   {".geojson", EXPORT_GEOJSON},
                   {".json", EXPORT_GEOJSON},
                   {".sqlite", EXPORT_SPATIALITE},
                   {".db", EXPORT_SPATIALITE}};
    const char *given = options_text(options, "format");
    if (given) {
        enum status status = export_format_parse(given, format, error);
        return status ? error_set_parameter(error, STATUS_INVALID, "format",
                                            "--format is '%.60s'; it must be spatialite, geojson "
                                            "or csv",
                                            given)
                      : STATUS_OK;
    }
    const char *dot = file ? strrchr(file, '.') : NULL;
    for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
        if (strcasecmp(dot, endings[i].ending) == 0) {
            *format = endings[i].format;
            return STATUS_OK;
        }
    return error_set_parameter(error, STATUS_INVALID, "format",
                               "--format is missing: spatialite, geojson or csv");
}

static enum status read_request(const struct options *options, const char *file,
                                struct export_request *request, struct error *error)
{
    const char *layer = options_text(options, "layer");
    enum status status = read_format(options, file, &request->format, error);
    if (!status && layer && request->format == EXPORT_SPATIALITE)
        return error_set_parameter(error, STATUS_INVALID, "layer",
                                   "--layer is for geojson and csv; a spatialite file holds all "
                                   "layers");
    if (!status && layer && export_layer_parse(layer, &request->layer, error))
        return error_set_parameter(error, STATUS_INVALID, "layer",
                                   "--layer is '%.60s'; it must be facilities, offers or "
                                   "communities",
                                   layer);
    if (!status && !file && request->format == EXPORT_SPATIALITE)
        return error_set_parameter(error, STATUS_INVALID, "format",
                                   "a spatialite file cannot be printed; name a FILE");
    request->replace = options_flag(options, "force");
    return status;
}

static enum status write_export(struct command *command, const struct options *options,
                                const char *file, char path[COMMAND_PATH_BYTES],
                                struct export_request *request, struct export_counts *counts,
                                struct error *error)
{
    struct command_picture held;
    enum status status =
        command_picture_init(command, options_text(options, "now"), !file, &held, error);
    if (status)
        return status;
    const struct dataset *dataset = held.picture->dataset;
    status = dataset_find_region(dataset, options_text(options, "region"), &request->region, error);
    if (!status && file)
        status = command_path(command, file, path, error);
    if (!status && file)
        status = export_write(dataset, held.picture->vacancies, request, path, counts, error);
    else if (!status)
        status = export_write_stream(dataset, held.picture->vacancies, request, command->out,
                                     counts, error);
    command_picture_release(&held);
    return status;
}

/* What the file holds: all layers, or the one that was asked for. */
static void print_written(const struct export_request *request, const char *path,
                          const struct export_counts *counts, FILE *out)
{
    static const char *const words[EXPORT_LAYER_COUNT] = {
        [EXPORT_FACILITIES] = "facilities",
        [EXPORT_OFFERS] = "offers",
        [EXPORT_COMMUNITIES] = "communities",
    };
    const char *before = ": ";
    fprintf(out, "Wrote %s", path);
    for (int layer = 0; layer < EXPORT_LAYER_COUNT; layer++) {
        if (request->format != EXPORT_SPATIALITE && request->layer != (enum export_layer)layer)
            continue;
        fprintf(out, "%s%u %s", before, counts->rows[layer], words[layer]);
        before = ", ";
    }
    fprintf(out, ".\n");
}

static int run(struct command *command, const struct options *options)
{
    struct error error = {0};
    struct export_request request = {.layer = EXPORT_FACILITIES,
                                     .store_path = command->config.store};
    struct export_counts counts = {0};
    char path[COMMAND_PATH_BYTES];
    const char *file = options->positionals[0];
    if (file && strcmp(file, "-") == 0)
        file = NULL;
    enum status status = read_request(options, file, &request, &error);
    if (!status)
        status = write_export(command, options, file, path, &request, &counts, &error);
    if (status)
        return command_fail(command, &error);
    if (file)
        print_written(&request, path, &counts, command->out);
    return COMMAND_OK;
}

static const struct option_spec specs[] = {
    {"format", "NAME", "spatialite, geojson or csv (default: by the ending of FILE)"},
    {"layer", "NAME", "facilities (default), offers or communities; a spatialite\nfile has all"},
    {"force", NULL, "Replace FILE if it is there"},
    OPTION_REGION,
    OPTION_NOW,
    OPTION_STORE,
};
static const char *const examples[] = {
    "tuoyu export register.sqlite",
    "tuoyu export --format geojson > facilities.geojson",
    "tuoyu export offers.csv --layer offers --force",
    NULL,
};
static const struct usage usage = {
    .name = "export",
    .positionals = "[FILE]",
    .summary = "Write the public register for QGIS, spreadsheets and programs",
    .about = "Writes what is public now to FILE, or, as geojson or csv, to standard output: no\n"
             "home's exact place, no counts of people below 10.",
    .options = specs,
    .option_count = COUNT_OF(specs),
    .max_positionals = 1,
    .examples = examples,
};
const struct command_entry cmd_export = {&usage, run, .is_local = false};
