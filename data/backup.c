/*
 * How a restored store gets its place, in the order in which it must be (the lock is held all along):
 * what is new stands complete beside the old; the old street files get a second name, of the store as
 * it will be kept; the new ones stand where only a store that names them finds them
 * (STORE.REGION.streets.next); the two stores change places in one step; the rest is tidying.
 */
#include "data/backup.h"

#include "data/backup_sums.h"
#include "data/input_file.h"
#include "data/region_streets.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define STORE_NAME   "store.db"
#define SUMS_NAME    "SHA256SUMS"
#define NEXT_ENDING  ".next"
#define STREETS_NAME ".streets"

enum {
    FOLDER_BYTES = STORE_FILES_PATH_BYTES,
    PATH_BYTES = STORE_FILES_PATH_BYTES + 128,
    SUFFIX_BYTES = BACKUP_NAME_BYTES,
    LIST_MAX_BYTES = BACKUP_MAX_FILES * (BACKUP_NAME_BYTES + BACKUP_SUM_BYTES + 2),
    REGIONS_MAX_BYTES = 16 << 20,
};

static void join(const char *before, const char *after, char path[PATH_BYTES])
{
    snprintf(path, PATH_BYTES, "%s%s", before, after);
}

/* The regions of a store with a street file, each handed to `visit` with how opening it went ----- */

typedef enum status region_visitor(void *context, struct store *store, const char *region,
                                   struct error *error);

static enum status each_region(struct store *store, region_visitor *visit, void *context,
                               struct error *error)
{
    struct arena arena;
    struct store_region *regions = NULL;
    uint32_t count = 0;
    arena_init(&arena, REGIONS_MAX_BYTES);
    enum status status = store_regions(store, &arena, &regions, &count, error);
    for (uint32_t i = 0; i < count && !status; i++)
        status = visit(context, store, regions[i].name, error);
    arena_release(&arena);
    return status;
}

/* Count a region's street file, or say why it has none. */
static void judge_streets(struct backup_report *report, const char *region, enum status status,
                          const struct error *error)
{
    report->regions += status == STATUS_OK;
    if (status && status != STATUS_NOT_FOUND && !report->missing[0])
        snprintf(report->missing, sizeof report->missing, "%.64s: %.430s", region, error->message);
}

/* Writing ----------------------------------------------------------------------------------------*/

struct writing {
    char aside[FOLDER_BYTES];
    struct backup_file files[BACKUP_MAX_FILES];
    uint32_t file_count;
    struct backup_report *report;
};

/* A file that is in the folder goes onto the list. */
static enum status enlist(struct writing *writing, const char *name, struct error *error)
{
    char path[PATH_BYTES];
    if (writing->file_count == BACKUP_MAX_FILES)
        return error_set(error, STATUS_LIMIT, "a backup has room for %d files", BACKUP_MAX_FILES);
    struct backup_file *file = &writing->files[writing->file_count++];
    snprintf(file->name, sizeof file->name, "%s", name);
    snprintf(path, sizeof path, "%s/%s", writing->aside, name);
    return backup_sums_copy(path, NULL, file->sum, &writing->report->bytes, error);
}

static enum status write_streets(void *context, struct store *store, const char *region,
                                 struct error *error)
{
    struct writing *writing = context;
    struct error reason = {0};
    char name[SUFFIX_BYTES], path[PATH_BYTES];
    snprintf(name, sizeof name, STORE_NAME ".%.64s" STREETS_NAME, region);
    snprintf(path, sizeof path, "%s/%s", writing->aside, name);
    enum status status = region_streets_copy(store, region, path, &reason);
    if (status == STATUS_IO) /* of the file that is written: a full disk leaves nothing out */
        return error_set(error, status, "%s", reason.message);
    judge_streets(writing->report, region, status, &reason);
    return status ? STATUS_OK : enlist(writing, name, error);
}

/* Every file of the folder is on disk before the folder has its name. */
static enum status publish_folder(const char *aside, const char *folder, struct error *error)
{
    int handle = open(aside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = handle >= 0 && fsync(handle) == 0;
    if (handle >= 0)
        close(handle);
    if (good)
        good = renameat2(AT_FDCWD, aside, AT_FDCWD, folder, RENAME_NOREPLACE) == 0 ||
               (errno == EINVAL && rename(aside, folder) == 0); /* never over a folder that holds */
    if (!good)
        return error_set(error, errno == EEXIST ? STATUS_CONFLICT : STATUS_IO,
                         "%s cannot be made: %s", folder, strerror(errno));
    return store_files_sync_folder(folder, error);
}

static void remove_folder(const struct writing *writing)
{
    static const char *const others[] = {SUMS_NAME, STORE_NAME ".new"};
    char path[PATH_BYTES];
    for (uint32_t i = 0; i < writing->file_count; i++) {
        snprintf(path, sizeof path, "%s/%s", writing->aside, writing->files[i].name);
        unlink(path);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        snprintf(path, sizeof path, "%s/%s", writing->aside, others[i]);
        unlink(path);
    }
    rmdir(writing->aside);
}

static enum status fill_folder(struct writing *writing, struct store *store, struct error *error)
{
    char path[PATH_BYTES];
    join(writing->aside, "/" STORE_NAME, path);
    enum status status = store_backup(store, path, error);
    if (!status)
        status = enlist(writing, STORE_NAME, error);
    if (!status)
        status = each_region(store, write_streets, writing, error);
    join(writing->aside, "/" SUMS_NAME, path);
    return status ? status : backup_sums_write(path, writing->files, writing->file_count, error);
}

enum status backup_write(struct store *store, const char *folder, struct backup_report *report,
                         struct error *error)
{
    *report = (struct backup_report){0};
    if (access(folder, F_OK) == 0)
        return error_set(error, STATUS_CONFLICT,
                         "%s is there already; a backup never replaces anything", folder);
    struct writing *writing = calloc(1, sizeof *writing);
    if (!writing)
        return error_memory(error, "writing a backup");
    writing->report = report;
    store_files_name_aside(folder, writing->aside);
    enum status status = STATUS_OK;
    if (mkdir(writing->aside, 0700) != 0)
        status = error_set(error, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO,
                           "%s cannot be made: %s", writing->aside, strerror(errno));
    if (!status) {
        status = fill_folder(writing, store, error);
        if (!status)
            status = publish_folder(writing->aside, folder, error);
        if (status)
            remove_folder(writing);
    }
    free(writing);
    return status;
}

/* Restoring --------------------------------------------------------------------------------------*/

struct suffix {
    char text[SUFFIX_BYTES]; /* ".REGION.streets" */
};

struct restoring {
    const char *folder, *path;
    struct store_lock lock;    /* of `path` */
    bool was_there;            /* a store at `path` */
    char aside[FOLDER_BYTES];  /* the new store, until it has its place */
    struct backup_file *files; /* of the backup; copied ones stand beside `aside` */
    uint32_t file_count, copied;
    struct suffix *old; /* the street files of the store that was there, also ".next" */
    uint32_t old_count;
    bool has_placed_streets, is_placed; /* the new ones; the new store */
    struct backup_report *report;
};

/* What a file of the backup adds to the name of a store: "" or ".REGION.streets". */
static const char *suffix_of(const struct backup_file *file)
{
    return file->name + strlen(STORE_NAME);
}

static enum status recover_streets(void *context, struct store *store, const char *region,
                                   struct error *error)
{
    (void)context, (void)error;
    region_streets_recover(store, region);
    return STATUS_OK;
}

/* Nobody else has the store at `path` from here on, and nothing of it waits in a log beside it,
 * unless it is damaged: all the more reason to put a backup in its place. */
static enum status hold_place(struct restoring *restoring, bool replace, struct error *error)
{
    struct error reason = {0};
    struct store *old = NULL;
    char log[PATH_BYTES];
    restoring->was_there = access(restoring->path, F_OK) == 0;
    join(restoring->path, "-wal", log);
    if (restoring->was_there && !replace)
        return error_set(error, STATUS_CONFLICT,
                         "%s is there already; --force sets it aside, under its name and the "
                         "date, and puts the backup in its place",
                         restoring->path);
    if (!restoring->was_there && access(log, F_OK) == 0)
        return error_set(error, STATUS_CONFLICT,
                         "%s is there without its store; move it away, or back to its store", log);
    if (!restoring->was_there)
        return store_lock_take(restoring->path, STORE_LOCK_ALONE, &restoring->lock, error);
    enum status status = store_open(restoring->path, STORE_WRITE, &old, &reason);
    if (!status) {
        status = each_region(old, recover_streets, NULL, error);
        store_close_locked(old, &restoring->lock);
        return status;
    }
    if (status == STATUS_CORRUPT || status == STATUS_VERSION)
        return store_lock_take(restoring->path, STORE_LOCK_ALONE, &restoring->lock, error);
    return error_set(error, status, "%s", reason.message);
}

static enum status read_list(struct restoring *restoring, struct error *error)
{
    char path[PATH_BYTES], *text = NULL;
    struct stat folder;
    size_t length = 0;
    if (stat(restoring->folder, &folder) == 0 && !S_ISDIR(folder.st_mode))
        return error_set(error, STATUS_CORRUPT,
                         "%s is no backup: a backup is a folder with " STORE_NAME " and " SUMS_NAME,
                         restoring->folder);
    snprintf(path, sizeof path, "%s/%s", restoring->folder, SUMS_NAME);
    restoring->files = calloc(BACKUP_MAX_FILES, sizeof *restoring->files);
    if (!restoring->files)
        return error_memory(error, "reading a backup");
    enum status status = input_file_read(path, LIST_MAX_BYTES, NULL, &text, &length, error);
    if (!status)
        status = backup_sums_read(text, length, restoring->files, BACKUP_MAX_FILES,
                                  &restoring->file_count, error);
    if (status)
        error_prefix(error, "%s", path);
    free(text);
    return status;
}

static enum status copy_files(struct restoring *restoring, struct error *error)
{
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < restoring->file_count && !status; i++) {
        const struct backup_file *file = &restoring->files[i];
        char from[PATH_BYTES], to[PATH_BYTES], sum[BACKUP_SUM_BYTES];
        snprintf(from, sizeof from, "%s/%s", restoring->folder, file->name);
        join(restoring->aside, suffix_of(file), to);
        status = backup_sums_copy(from, to, sum, &restoring->report->bytes, error);
        restoring->copied += status == STATUS_OK;
        if (!status && strcmp(sum, file->sum) != 0)
            status =
                error_set(error, STATUS_CORRUPT,
                          "%s is damaged: its sum is not the one that " SUMS_NAME " has", from);
    }
    return status;
}

static enum status try_streets(void *context, struct store *store, const char *region,
                               struct error *error)
{
    struct restoring *restoring = context;
    struct network_file file;
    struct error reason = {0};
    (void)error;
    enum status status = region_streets_open(store, region, &file, &reason);
    judge_streets(restoring->report, region, status, &reason);
    network_file_close(&file);
    return STATUS_OK;
}

/* The copy is a sound store, of this program's version. */
static enum status prove_copy(struct restoring *restoring, struct error *error)
{
    struct store *store = NULL;
    enum status status = store_open(restoring->aside, STORE_WRITE, &store, error);
    if (!status)
        status = store_check(store, error);
    if (!status)
        status = each_region(store, try_streets, restoring, error);
    store_close(store);
    return status;
}

/* ".REGION.streets" or ".REGION.streets.next" of the store called `base`? */
static bool is_streets(const char *name, const char *base)
{
    size_t before = strlen(base), length = strlen(name);
    size_t next = strlen(NEXT_ENDING), streets = strlen(STREETS_NAME);
    if (length <= before + 1 || length - before >= SUFFIX_BYTES ||
        strncmp(name, base, before) != 0 || name[before] != '.')
        return false;
    if (length > next && strcmp(name + length - next, NEXT_ENDING) == 0)
        length -= next;
    return length > before + 1 + streets &&
           strncmp(name + length - streets, STREETS_NAME, streets) == 0 &&
           !memchr(name + before + 1, '.', length - streets - before - 1);
}

/* What stands beside the store that is there: it may be too damaged to be asked for its regions. */
static enum status list_old_streets(struct restoring *restoring, struct error *error)
{
    char folder[FOLDER_BYTES];
    snprintf(folder, sizeof folder, "%s", restoring->path);
    char *slash = strrchr(folder, '/');
    const char *base = slash ? slash + 1 : restoring->path;
    char name[FOLDER_BYTES];
    snprintf(name, sizeof name, "%s", base);
    if (slash)
        slash[slash == folder] = '\0';
    restoring->old = calloc(2 * BACKUP_MAX_FILES, sizeof *restoring->old);
    DIR *entries = restoring->old ? opendir(slash ? folder : ".") : NULL;
    if (!restoring->old)
        return error_memory(error, "putting a backup back");
    if (!entries)
        return error_set(error, STATUS_IO, "%s cannot be read: %s", folder, strerror(errno));
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;)
        if (is_streets(entry->d_name, name) && restoring->old_count < 2 * BACKUP_MAX_FILES)
            snprintf(restoring->old[restoring->old_count++].text, SUFFIX_BYTES, "%.*s",
                     SUFFIX_BYTES - 1, entry->d_name + strlen(name));
    closedir(entries);
    return STATUS_OK;
}

static enum status refuse(const char *what, const char *path, struct error *error)
{
    return error_set(error, STATUS_IO, "%s cannot be %s: %s", path, what, strerror(errno));
}

/* Where the store that is there will be kept, with its street files there already. */
static enum status prepare_kept(struct restoring *restoring, moment_t now, struct error *error)
{
    char date[32], from[PATH_BYTES], to[PATH_BYTES], *kept = restoring->report->kept;
    struct tm utc;
    time_t seconds = (time_t)now;
    strftime(date, sizeof date, "%Y%m%d-%H%M%S", gmtime_r(&seconds, &utc));
    snprintf(to, sizeof to, "%s.%s", restoring->path, date);
    if (access(to, F_OK) == 0)
        return error_set(error, STATUS_CONFLICT, "%s is there already; wait a second", to);
    snprintf(kept, STORE_FILES_PATH_BYTES, "%.*s", STORE_FILES_PATH_BYTES - 1, to);
    enum status status = list_old_streets(restoring, error);
    for (uint32_t i = 0; i < restoring->old_count && !status; i++) {
        join(restoring->path, restoring->old[i].text, from);
        join(kept, restoring->old[i].text, to);
        if (link(from, to) != 0)
            status = refuse("made", to, error);
    }
    return status;
}

/* New street files stand where only the new store finds them. */
static enum status place_streets(struct restoring *restoring, struct error *error)
{
    restoring->has_placed_streets = true;
    for (uint32_t i = 0; i < restoring->file_count; i++) {
        const char *suffix = suffix_of(&restoring->files[i]);
        char from[PATH_BYTES], to[PATH_BYTES + sizeof NEXT_ENDING];
        join(restoring->aside, suffix, from);
        snprintf(to, sizeof to, "%s%s" NEXT_ENDING, restoring->path, suffix);
        if (*suffix && rename(from, to) != 0)
            return refuse("made", to, error);
    }
    return store_files_sync_folder(restoring->path, error);
}

/* What waits in the log of a damaged store stays with it. */
static enum status set_logs_aside(const struct restoring *restoring, struct error *error)
{
    static const char *const logs[] = {"-wal", "-shm"};
    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
        char from[PATH_BYTES], to[PATH_BYTES];
        join(restoring->path, logs[i], from);
        join(restoring->report->kept, logs[i], to);
        if (rename(from, to) != 0 && errno != ENOENT)
            return refuse("set aside", from, error);
    }
    return STATUS_OK;
}

/* A file system that cannot exchange two names has a moment without a store. */
static enum status exchange(struct restoring *restoring, struct error *error)
{
    const char *path = restoring->path, *aside = restoring->aside;
    char *kept = restoring->report->kept;
    if (renameat2(AT_FDCWD, aside, AT_FDCWD, path, RENAME_EXCHANGE) == 0) {
        restoring->is_placed = true;
        if (rename(aside, kept) != 0) /* it is kept all the same, under the name that it has now */
            memcpy(kept, aside, strlen(aside) + 1);
        return STATUS_OK;
    }
    if (errno != EINVAL && errno != ENOSYS)
        return refuse("replaced", path, error);
    if (rename(path, kept) != 0)
        return refuse("set aside", path, error);
    restoring->is_placed = rename(aside, path) == 0;
    if (restoring->is_placed)
        return STATUS_OK;
    enum status status = refuse("made", path, error);
    (void)rename(kept, path);
    return status;
}

static enum status place_store(struct restoring *restoring, struct error *error)
{
    enum status status = STATUS_OK;
    if (restoring->was_there) {
        status = set_logs_aside(restoring, error);
        return status ? status : exchange(restoring, error);
    }
    status = store_files_put_in_place(restoring->aside, restoring->path, error);
    restoring->is_placed = status == STATUS_OK;
    return status;
}

/* The new store names what it needs; the old one has its own names for its own. */
static enum status tidy(const struct restoring *restoring, struct error *error)
{
    char from[PATH_BYTES + sizeof NEXT_ENDING], to[PATH_BYTES];
    for (uint32_t i = 0; i < restoring->old_count; i++) {
        const char *suffix = restoring->old[i].text;
        bool is_next = strcmp(suffix + strlen(suffix) - strlen(NEXT_ENDING), NEXT_ENDING) == 0;
        join(restoring->path, suffix, to);
        if (!is_next)
            unlink(to);
    }
    for (uint32_t i = 0; i < restoring->file_count; i++) {
        const char *suffix = suffix_of(&restoring->files[i]);
        snprintf(from, sizeof from, "%s%s" NEXT_ENDING, restoring->path, suffix);
        join(restoring->path, suffix, to);
        if (*suffix && rename(from, to) != 0)
            return refuse("made", to, error);
    }
    return store_files_sync_folder(restoring->path, error);
}

static enum status put_in_place(struct restoring *restoring, moment_t now, struct error *error)
{
    enum status status = restoring->was_there ? prepare_kept(restoring, now, error) : STATUS_OK;
    if (!status)
        status = place_streets(restoring, error);
    if (!status)
        status = place_store(restoring, error);
    return status ? status : tidy(restoring, error);
}

/* What a failure leaves beside the store that was there. */
static void take_back(struct restoring *restoring)
{
    char path[PATH_BYTES + sizeof NEXT_ENDING];
    store_files_remove(restoring->aside);
    for (uint32_t i = 0; i < restoring->copied; i++) {
        const char *suffix = suffix_of(&restoring->files[i]);
        snprintf(path, sizeof path, "%s%s", restoring->aside, suffix);
        unlink(path);
        snprintf(path, sizeof path, "%s%s" NEXT_ENDING, restoring->path, suffix);
        if (*suffix && restoring->has_placed_streets)
            unlink(path);
    }
    for (uint32_t i = 0; i < restoring->old_count; i++) {
        snprintf(path, sizeof path, "%s%s", restoring->report->kept, restoring->old[i].text);
        unlink(path);
    }
    restoring->report->kept[0] = '\0';
}

enum status backup_restore(const char *folder, const char *path, bool replace, moment_t now,
                           struct backup_report *report, struct error *error)
{
    struct restoring restoring = {.folder = folder, .path = path, .report = report};
    *report = (struct backup_report){0};
    store_files_name_aside(path, restoring.aside);
    enum status status = read_list(&restoring, error);
    if (!status)
        status = hold_place(&restoring, replace, error);
    if (!status)
        status = copy_files(&restoring, error);
    if (!status)
        status = prove_copy(&restoring, error);
    if (!status)
        status = put_in_place(&restoring, now, error);
    if (!restoring.is_placed)
        take_back(&restoring);
    free(restoring.files);
    free(restoring.old);
    store_lock_release(&restoring.lock);
    return status;
}
