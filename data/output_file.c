#include "data/output_file.h"

#include "data/store_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_same_file(const char *path, const struct stat *other)
{
    struct stat info;
    return stat(path, &info) == 0 && info.st_dev == other->st_dev && info.st_ino == other->st_ino;
}

static bool ends_with(const char *text, const char *ending)
{
    size_t length = strlen(text), size = strlen(ending);
    return length >= size && strcmp(text + length - size, ending) == 0;
}

/* STORE.REGION.streets, or .next of it, in the store's own folder. */
static bool is_street_file(const char *path, const char *store_path)
{
    char folder[OUTPUT_FILE_PATH_BYTES];
    struct stat info;
    const char *slash = strrchr(path, '/'), *store_slash = strrchr(store_path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *store_name = store_slash ? store_slash + 1 : store_path;
    size_t length = strlen(store_name);
    if (strncmp(name, store_name, length) != 0 || name[length] != '.' ||
        !(ends_with(name, ".streets") || ends_with(name, ".streets.next")))
        return false;
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash + 1 - path) : 2,
             slash ? path : "./");
    if (stat(folder, &info) != 0)
        return false;
    snprintf(folder, sizeof folder, "%.*s", store_slash ? (int)(store_slash + 1 - store_path) : 2,
             store_slash ? store_path : "./");
    return is_same_file(folder, &info);
}

/* Is `path` the store's file or one that is kept beside it? Told by stat(): to open and close a store's
 * file here would drop the locks that this process has on it. */
static bool is_store(const char *path, const char *store_path)
{
    static const char *const endings[] = {"", "-wal", "-shm", "-journal", ".lock", ".sock"};
    struct stat wanted;
    if (!store_path)
        return false;
    if (is_street_file(path, store_path))
        return true;
    if (stat(path, &wanted) != 0)
        return false;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        char name[OUTPUT_FILE_PATH_BYTES + 16];
        snprintf(name, sizeof name, "%s%s", store_path, endings[i]);
        if (is_same_file(name, &wanted))
            return true;
    }
    return false;
}

enum status output_file_open(struct output_file *file, const char *path, bool replace,
                             const char *store_path, struct error *error)
{
    *file = (struct output_file){.fd = -1, .replace = replace};
    size_t length = strlen(path);
    if (length + sizeof ".part-XXXXXX" > sizeof file->aside)
        return error_set(error, STATUS_LIMIT,
                         "the path of %.60s… is %zu bytes long; at most %zu work", path, length,
                         sizeof file->aside - sizeof ".part-XXXXXX");
    memcpy(file->path, path, length + 1);
    snprintf(file->aside, sizeof file->aside, "%s.part-XXXXXX", path);
    if (!replace && access(path, F_OK) == 0)
        return error_set(error, STATUS_CONFLICT, "%s is there already; it was not replaced", path);
    if (is_store(path, store_path))
        return error_set(error, STATUS_CONFLICT, "%s belongs to the store; it was not replaced",
                         path);
    file->fd = mkostemp(file->aside, O_CLOEXEC);
    return file->fd >= 0
               ? STATUS_OK
               : error_set(error, STATUS_IO, "%s: it cannot be made: %s", path, strerror(errno));
}

enum status output_file_write(struct output_file *file, const char *bytes, size_t length,
                              struct error *error)
{
    for (size_t at = 0; at < length;) {
        ssize_t put = write(file->fd, bytes + at, length - at);
        if (put < 0 && errno != EINTR)
            return error_set(error, STATUS_IO, "%s: it cannot be written: %s", file->path,
                             strerror(errno));
        at += put > 0 ? (size_t)put : 0;
    }
    return STATUS_OK;
}

/* link() and not rename() where nothing may be replaced: it may have come into being meanwhile. */
static enum status publish(const struct output_file *file, struct error *error)
{
    if (file->replace ? rename(file->aside, file->path) == 0 : link(file->aside, file->path) == 0)
        return store_files_sync_folder(file->path, error);
    if (errno == EEXIST)
        return error_set(error, STATUS_CONFLICT, "%s is there already; it was not replaced",
                         file->path);
    return error_set(error, STATUS_IO, "%s: it cannot be made: %s", file->path, strerror(errno));
}

enum status output_file_close(struct output_file *file, enum status written, mode_t mode,
                              struct error *error)
{
    enum status status = written;
    if (file->fd < 0)
        return status;
    if (!status && (fchmod(file->fd, mode) != 0 || fsync(file->fd) != 0))
        status = error_set(error, STATUS_IO, "%s: it cannot be written: %s", file->path,
                           strerror(errno));
    if (close(file->fd) != 0 && !status)
        status = error_set(error, STATUS_IO, "%s: it cannot be written: %s", file->path,
                           strerror(errno));
    file->fd = -1;
    if (!status)
        status = publish(file, error);
    unlink(file->aside); /* after a rename() it is gone */
    return status;
}
