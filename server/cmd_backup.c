/*
 * `tuoyu backup` and `tuoyu restore`: a consistent copy of all that a store is, and its way back.
 */
#include "server/cmd.h"

#include "data/backup.h"

static void print_missing(struct command *command, const struct backup_report *report)
{
    if (report->missing[0])
        fprintf(command->err, "tuoyu %s: warning: there is no walking in it for region %s\n",
                command->name, report->missing);
}

/* The turn to write, in a server: no import puts other streets beside a store that is copied. */
static enum status back_up(struct command *command, const char *given,
                           char path[COMMAND_PATH_BYTES], struct backup_report *report,
                           struct error *error)
{
    enum status status = command_path(command, given, path, error);
    if (!status)
        status = command_open_store(command, command->service ? STORE_WRITE : STORE_READ, error);
    if (!status)
        status = backup_write(command->store, path, report, error);
    command_close_store(command);
    return status;
}

static int run_backup(struct command *command, const struct options *options)
{
    struct error error = {0};
    struct backup_report report = {0};
    char path[COMMAND_PATH_BYTES];
    if (back_up(command, options->positionals[0], path, &report, &error))
        return command_fail(command, &error);
    print_missing(command, &report);
    fprintf(command->out, "Copied %s to the folder %s (%.1f MB", command->config.store, path,
            (double)report.bytes / 1e6);
    if (report.regions)
        fprintf(command->out, ", with the streets of %u region%s", report.regions,
                report.regions == 1 ? "" : "s");
    fprintf(command->out, ").\n");
    return COMMAND_OK;
}

static int run_restore(struct command *command, const struct options *options)
{
    struct error error = {0};
    struct backup_report report = {0};
    char folder[COMMAND_PATH_BYTES];
    struct clock clock = clock_system();
    enum status status = command_path(command, options->positionals[0], folder, &error);
    if (!status)
        status = backup_restore(folder, command->config.store, options_flag(options, "force"),
                                clock_now(&clock), &report, &error);
    if (report.kept[0])
        fprintf(command->out, "The store that was there is kept as %s.\n", report.kept);
    if (status)
        return command_fail(command, &error);
    print_missing(command, &report);
    fprintf(command->out, "Put %s back as %s.\n", options->positionals[0], command->config.store);
    return COMMAND_OK;
}

static const struct option_spec backup_specs[] = {OPTION_STORE};
static const char *const backup_examples[] = {
    "tuoyu backup /srv/backups/register-2026-11-24",
    NULL,
};
static const struct usage backup_usage = {
    .name = "backup",
    .positionals = "FOLDER",
    .summary = "Copy the whole store to a new folder, also while a server runs",
    .about =
        "Writes a consistent copy of the whole store, with the streets to walk on, to FOLDER,\n"
        "which must not be there yet and can be copied whole with any program. It holds\n"
        "store.db (itself a store), store.db.REGION.streets for each region with streets,\n"
        "and SHA256SUMS, by which `sha256sum -c` proves a copy.",
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
    "tuoyu restore /srv/backups/register-2026-11-24",
    "tuoyu restore --force /srv/backups/register-2026-11-24 --store /srv/tuoyu/register.db",
    NULL,
};
static const struct usage restore_usage = {
    .name = "restore",
    .positionals = "FOLDER",
    .summary = "Put a backup back as the store; no server may run on it",
    .about =
        "Proves the backup in FOLDER by its sums, and puts a copy of it, with the streets to walk\n"
        "on, in the store's place in one step: whatever happens meanwhile, there is the old\n"
        "store or the new one. A running server must be stopped first.",
    .options = restore_specs,
    .option_count = COUNT_OF(restore_specs),
    .min_positionals = 1,
    .max_positionals = 1,
    .examples = restore_examples,
};
const struct command_entry cmd_restore = {&restore_usage, run_restore, .is_local = true};
