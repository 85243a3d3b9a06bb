#include "server/coverage_keep.h"

#include "data/kept_runs.h"
#include "data/region_streets.h"
#include "data/walking.h"
#include "server/command_picture.h"
#include "server/picture.h"

static enum status keep_one(struct store *store, const struct picture *picture, uint16_t region,
                            moment_t now, struct error *error)
{
    const struct coverage_parameters usual = {
        .region = region, .profile = PROFILE_STROLLER, .minutes = COVERAGE_MINUTES_DEFAULT};
    struct coverage_run *run;
    enum status status =
        coverage_run_make(picture->dataset, picture->vacancies, &usual, &run, error);
    if (status)
        return status;
    status = kept_runs_keep(store, run, PROFILE_STROLLER, run->made_for, now, error);
    coverage_run_release(run);
    return status;
}

enum status coverage_keep_all(struct store *store, const struct picture *picture, moment_t now,
                              struct error *error)
{
    const struct dataset *dataset = picture->dataset;
    uint32_t kept = 0;
    enum status status = store_begin(store, error);
    if (status)
        return status;
    for (uint32_t i = 0; i < dataset->region_count && !status; i++) {
        if (dataset->people[i].count == 0 || !walking_network_of(dataset, i))
            continue;
        status = keep_one(store, picture, (uint16_t)i, now, error);
        kept++;
    }
    if (!status && kept)
        return store_commit(store, error);
    store_rollback(store);
    return status;
}

/* Asked of the file alone: a picture takes much longer to make. */
static bool has_street_file(struct store *store, const char *region)
{
    struct network_file file = {0};
    bool has = region_streets_open(store, region, &file, NULL) == STATUS_OK;
    if (has)
        network_file_close(&file);
    return has;
}

enum status coverage_keep_import(struct command *command, const char *region, const char *now_text,
                                 struct error *error)
{
    if (!has_street_file(command->store, region))
        return STATUS_OK;
    struct command_picture held;
    enum status status = command_picture_init(command, now_text, false, &held, error);
    if (!status)
        status = coverage_keep_all(command->store, held.picture, held.now, error);
    command_picture_release(&held);
    return status ? status : command_show_kept(command, error);
}

enum status coverage_keep_new(struct store *store, moment_t now, struct error *error)
{
    struct picture *picture;
    enum status status = picture_build(store, now, NULL, PICTURE_FOR_COMMAND, &picture, error);
    if (status)
        return status;
    status = coverage_keep_all(store, picture, now, error);
    picture->release(picture);
    return status;
}

void coverage_keep_complain(struct command *command, enum status status, const struct error *error)
{
    if (!status)
        return;
    command_progress_end(command);
    fprintf(command->err,
            "tuoyu %s: it is stored; a run of coverage could not be kept, the last one stays: %s\n",
            command->name, error->message);
}
