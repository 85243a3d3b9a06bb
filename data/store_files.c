#include "data/store_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void store_files_name_aside(const char *path, char aside[STORE_FILES_PATH_BYTES])
{
    snprintf(aside, STORE_FILES_PATH_BYTES, "%s.new-%ld", path, (long)getpid());
}

void store_files_remove(const char *path)
{
    static const char *const parts[] = {"", "-wal", "-shm", "-journal", ".lock"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char name[STORE_FILES_PATH_BYTES + 16];
        snprintf(name, sizeof name, "%s%s", path, parts[i]);
        unlink(name);
    }
}

enum status store_files_sync_folder(const char *path, struct error *error)
{
    char folder[STORE_FILES_PATH_BYTES];
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = '\0';
    int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = fd < 0 ? -1 : fsync(fd), reason = errno;
    if (fd >= 0)
        close(fd);
    return result == 0 ? STATUS_OK
                       : error_set(error, STATUS_IO, "%s may not be on disk yet: %s", path,
                                   strerror(reason));
}

/* link() and not rename(): rename() would replace what came into being meanwhile. */
enum status store_files_put_in_place(const char *aside, const char *path, struct error *error)
{
    enum status status = STATUS_OK;
    if (link(aside, path) != 0)
        status = errno == EEXIST
                     ? error_set(error, STATUS_CONFLICT, "%s is there already", path)
                     : error_set(error, STATUS_IO, "%s cannot be made: %s", path, strerror(errno));
    store_files_remove(aside);
    return status ? status : store_files_sync_folder(path, error);
}

enum { STREETS_PATH_BYTES = STORE_FILES_PATH_BYTES + 128 };

static void name_streets(const char *path, const char *region, const char *ending,
                         char name[STREETS_PATH_BYTES])
{
    snprintf(name, STREETS_PATH_BYTES, "%s.%s.streets%s", path, region, ending);
}

enum status store_files_move_streets(const char *aside, const char *path, const char *region,
                                     struct error *error)
{
    char from[STREETS_PATH_BYTES], to[STREETS_PATH_BYTES];
    name_streets(aside, region, "", from);
    name_streets(path, region, "", to);
    if (rename(from, to) != 0)
        return error_set(error, STATUS_IO, "%s cannot be made: %s", to, strerror(errno));
    return store_files_sync_folder(path, error);
}

void store_files_remove_streets(const char *path, const char *region)
{
    char name[STREETS_PATH_BYTES];
    name_streets(path, region, "", name);
    unlink(name);
    name_streets(path, region, ".next", name);
    unlink(name);
}
