#include "data/input_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE_BYTES = 1 << 20 };

static enum status check_file(int fd, size_t max_bytes, size_t *size, struct error *error)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return error_set(error, STATUS_IO, "cannot be looked at: %s", strerror(errno));
    if (S_ISDIR(info.st_mode))
        return error_set(error, STATUS_IO, "this is a folder, not a file");
    if (!S_ISREG(info.st_mode))
        return error_set(error, STATUS_IO, "this is a pipe, socket or device, not a regular file");
    if (info.st_size < 0 || (uint64_t)info.st_size > max_bytes)
        return error_set(error, STATUS_LIMIT, "the file has %lld bytes; at most %zu are read",
                         (long long)info.st_size, max_bytes);
    *size = (size_t)info.st_size;
    return STATUS_OK;
}

/* Exactly `size` bytes, and then the end: a file that changes meanwhile is refused. */
static enum status read_all(int fd, char *bytes, size_t size, const atomic_bool *cancelled,
                            struct error *error)
{
    size_t at = 0;
    for (;;) {
        if (cancelled && atomic_load(cancelled))
            return error_set(error, STATUS_CANCELLED, "reading was cancelled");
        size_t wanted = size + 1 - at; /* one more than there should be */
        ssize_t got = read(fd, bytes + at, wanted < PIECE_BYTES ? wanted : PIECE_BYTES);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set(error, STATUS_IO, "reading failed after %zu bytes: %s", at,
                             strerror(errno));
        at += (size_t)got;
        if (got == 0 || at > size)
            break;
    }
    if (at != size)
        return error_set(error, STATUS_IO, "the file changed while it was read");
    bytes[size] = '\0';
    return STATUS_OK;
}

enum status input_file_read(const char *path, size_t max_bytes, const atomic_bool *cancelled,
                            char **bytes, size_t *length, struct error *error)
{
    *bytes = NULL;
    *length = 0;
    /* Not blocking, so that a pipe without a writer does not hold us; regular files ignore it. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return error_set(error, errno == ENOENT || errno == ENOTDIR ? STATUS_NOT_FOUND : STATUS_IO,
                         "cannot be opened: %s", strerror(errno));
    size_t size = 0;
    char *made = NULL;
    enum status status = check_file(fd, max_bytes, &size, error);
    if (!status && !(made = malloc(size + 1)))
        status = error_memory(error, "reading a file");
    if (!status)
        status = read_all(fd, made, size, cancelled, error);
    close(fd);
    if (status) {
        free(made);
        return status;
    }
    *bytes = made;
    *length = size;
    return STATUS_OK;
}

struct content {
    const char *bytes;
    size_t length;
    const char *what;
};

#define MAGIC(bytes, what)             \
    {                                  \
        bytes, sizeof(bytes) - 1, what \
    }
static const struct content contents[] = {
    MAGIC("PK\x03\x04", "a ZIP archive (XLSX, ODS and zipped files begin so)"),
    MAGIC("PK\x05\x06", "an empty ZIP archive"),
    MAGIC("\x1F\x8B", "a gzip file (decompress it first)"),
    MAGIC("BZh91AY&SY", "a bzip2 file (decompress it first)"),
    MAGIC("\xFD"
          "7zXZ",
          "an xz file (decompress it first)"),
    MAGIC("\x28\xB5\x2F\xFD", "a zstd file (decompress it first)"),
    MAGIC("7z\xBC\xAF\x27\x1C", "a 7z archive (unpack it first)"),
    MAGIC("Rar!\x1A\x07", "a RAR archive (unpack it first)"),
    MAGIC("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an old Office file (save it as XLSX or CSV)"),
    MAGIC("SQLite format 3", "an SQLite or GeoPackage file"),
    MAGIC("%PDF-", "a PDF"),
    MAGIC("\x7F"
          "ELF",
          "a program"),
    MAGIC("\x89PNG", "a picture"),
    MAGIC("\xFF\xD8\xFF", "a picture"),
    MAGIC("\x00\x00\x27\x0A", "a Shapefile"),
};

const char *input_file_content(const char *bytes, size_t length)
{
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++)
        if (length >= contents[i].length &&
            memcmp(bytes, contents[i].bytes, contents[i].length) == 0)
            return contents[i].what;
    return NULL;
}

enum status input_file_check_text(const char *bytes, size_t length, const char *format,
                                  struct error *error)
{
    const char *what = input_file_content(bytes, length);
    return what ? error_set(error, STATUS_CORRUPT, "the name says %s, but this is %s", format, what)
                : STATUS_OK;
}
