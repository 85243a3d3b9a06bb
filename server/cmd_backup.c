/*
 * `tuoyu backup` and `tuoyu restore`: a consistent copy of the whole store, and its way back.
 */
#include "server/cmd.h"
#include "server/store_files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The copy is complete, sound and on disk before it gets its name. */
static enum status copy_store(struct store *store, const char *path, struct error *error)
{
    char aside[STORE_FILES_PATH_BYTES];
    store_files_name_aside(path, aside);
    enum status status = store_backup(store, aside, error);
    if (!status)
        return store_files_put_in_place(aside, path, error);
    store_files_remove(aside);
    return status;
}

static enum status back_up(struct command *command, const char *given,
                           char path[COMMAND_PATH_BYTES], struct error *error)
{
    enum status status = command_path(command, given, path, error);
    if (!status && access(path, F_OK) == 0)
        return error_set(error, STATUS_CONFLICT,
                         "%s is there already; a backup never replaces a file", path);
    if (!status)
        status = command_open_store(command, STORE_READ, error);
    if (!status)
        status = copy_store(command->store, path, error);
    command_close_store(command);
    return status;
}

static int run_backup(struct command *command, const struct options *options)
{
    struct error error = {0};
    char path[COMMAND_PATH_BYTES];
    struct stat file;
    if (back_up(command, options->positionals[0], path, &error))
        return command_fail(command, &error);
    long long bytes = stat(path, &file) == 0 ? (long long)file.st_size : 0;
    fprintf(command->out, "Copied %s to %s (%.1f MB).\n", command->config.store, path,
            (double)bytes / 1e6);
    return COMMAND_OK;
}

/* Nobody owns the store at `path`, and nothing of it waits in a log beside it. */
static enum status settle_store(const char *path, struct error *error)
{
    struct store *store = NULL;
    enum status status = store_open(path, STORE_WRITE, &store, error);
    store_close(store);
    if (status == STATUS_CORRUPT || status == STATUS_VERSION)
        return STATUS_OK; /* damaged: all the more reason to put a backup in its place */
    return status;
}

/* The present store keeps its name and a date behind it. */
static enum status set_aside(const char *path, char aside[STORE_FILES_PATH_BYTES],
                             struct error *error)
{
    static const char *const parts[] = {"", "-wal", "-shm"};
    char date[32];
    struct tm utc;
    time_t now = (time_t)clock_now(&(struct clock){.stands_at = TIME_NONE});
    strftime(date, sizeof date, "%Y%m%d-%H%M%S", gmtime_r(&now, &utc));
    snprintf(aside, STORE_FILES_PATH_BYTES, "%s.%s", path, date);
    if (access(aside, F_OK) == 0)
        return error_set(error, STATUS_CONFLICT, "%s is there already; wait a second", aside);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char from[STORE_FILES_PATH_BYTES + 8], to[STORE_FILES_PATH_BYTES + 8];
        snprintf(from, sizeof from, "%s%s", path, parts[i]);
        snprintf(to, sizeof to, "%s%s", aside, parts[i]);
        if (rename(from, to) != 0 && errno != ENOENT)
            return error_set(error, STATUS_IO, "%s cannot be set aside: %s", from, strerror(errno));
    }
    return STATUS_OK;
}

static enum status restore(struct command *command, const struct options *options,
                           char aside[STORE_FILES_PATH_BYTES], struct error *error)
{
    char backup_path[COMMAND_PATH_BYTES];
    const char *path = command->config.store;
    bool is_there = access(path, F_OK) == 0;
    struct store *backup = NULL;
    enum status status = command_path(command, options->positionals[0], backup_path, error);
    if (!status && is_there && !options_flag(options, "force"))
        status = error_set(error, STATUS_CONFLICT,
                           "%s is there already; --force sets it aside, under its name and the "
                           "date, and puts the backup in its place",
                           path);
    if (!status)
        status = store_open(backup_path, STORE_READ, &backup, error);
    if (!status)
        status = store_check(backup, error);
    if (!status && is_there)
        status = settle_store(path, error);
    if (!status && is_there)
        status = set_aside(path, aside, error);
    if (!status)
        status = copy_store(backup, path, error);
    store_close(backup);
    return status;
}

static int run_restore(struct command *command, const struct options *options)
{
    struct error error = {0};
    char aside[STORE_FILES_PATH_BYTES] = "";
    enum status status = restore(command, options, aside, &error);
    if (*aside)
        fprintf(command->out, "The store that was there is kept as %s.\n", aside);
    if (status)
        return command_fail(command, &error);
    fprintf(command->out, "Put %s back as %s.\n", options->positionals[0], command->config.store);
    return COMMAND_OK;
}

static const struct option_spec backup_specs[] = {OPTION_STORE};
static const char *const backup_examples[] = {
    "tuoyu backup /srv/backups/register-2026-11-24.db",
    NULL,
};
static const struct usage backup_usage = {
    .name = "backup",
    .positionals = "FILE",
    .summary = "Copy the whole store to a new file, also while a server runs",
    .about = "Writes a consistent copy of the whole store to FILE, which must not be there yet.\n"
             "The copy is a store itself.",
    .options = backup_specs,
    .option_count = COUNT_OF(backup_specs),
    .min_positionals = 1,
    .max_positionals = 1,
    .examples = backup_examples,
};
const struct command_entry cmd_backup = {&backup_usage, run_backup, .is_local = false};

static const struct option_spec restore_specs[] = {
    {"force", NULL, "Set a store that is there aside, under its name and the date"},
    OPTION_STORE,
};
static const char *const restore_examples[] = {
    "tuoyu restore /srv/backups/register-2026-11-24.db",
    "tuoyu restore --force /srv/backups/register-2026-11-24.db --store /srv/tuoyu/register.db",
    NULL,
};
static const struct usage restore_usage = {
    .name = "restore",
    .positionals = "FILE",
    .summary = "Put a backup back as the store; no server may run on it",
    .about = "Checks the backup FILE and puts a copy of it in the store's place. A running server\n"
             "must be stopped first.",
    .options = restore_specs,
    .option_count = COUNT_OF(restore_specs),
    .min_positionals = 1,
    .max_positionals = 1,
    .examples = restore_examples,
};
const struct command_entry cmd_restore = {&restore_usage, run_restore, .is_local = true};
