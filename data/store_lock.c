#include "data/store_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int open_lock_file(const char *name, enum store_lock_kind kind)
{
    int file = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0 && kind == STORE_LOCK_SHARED) {
        int reason = errno;
        file = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        errno = file < 0 ? reason : errno;
    }
    return file;
}

enum status store_lock_take(const char *path, enum store_lock_kind kind, struct store_lock *lock,
                            struct error *error)
{
    char name[4096];
    *lock = (struct store_lock){0};
    if (snprintf(name, sizeof name, "%s.lock", path) >= (int)sizeof name)
        return error_set(error, STATUS_INVALID, "the store's path is longer than 4,000 bytes");
    int file = open_lock_file(name, kind);
    if (file < 0) {
        int reason = errno;
        enum status status = reason == EROFS || reason == EACCES ? STATUS_READ_ONLY
                             : reason == ENOENT                  ? STATUS_NOT_FOUND
                                                                 : STATUS_IO;
        if (status == STATUS_NOT_FOUND)
            return error_set(error, status, "store %s: its folder is not there", path);
        return error_set(error, status, "store %s: its lock file cannot be made: %s", path,
                         strerror(reason));
    }
    struct flock wanted = {.l_type = kind == STORE_LOCK_SHARED ? F_RDLCK : F_WRLCK,
                           .l_whence = SEEK_SET};
    if (fcntl(file, F_OFD_SETLK, &wanted) == 0) {
        *lock = (struct store_lock){true, file};
        return STATUS_OK;
    }
    int reason = errno;
    close(file);
    if (reason == EAGAIN || reason == EACCES)
        return error_set(error, STATUS_BUSY, "store %s: another tuoyu process holds it", path);
    return error_set(error, STATUS_IO, "store %s: it cannot be locked: %s", path, strerror(reason));
}

void store_lock_release(struct store_lock *lock)
{
    if (lock->is_held)
        close(lock->file);
    *lock = (struct store_lock){0};
}
