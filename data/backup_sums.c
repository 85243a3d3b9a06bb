#include "data/backup_sums.h"

#include "data/records.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STORE_NAME   "store.db"
#define STREETS_NAME ".streets"

enum { DIGITS = BACKUP_SUM_BYTES - 1, PIECE_BYTES = 64 << 10 };

/* Reading the list -------------------------------------------------------------------------------*/

/* store.db, or store.db.REGION.streets */
static bool is_name(const char *name)
{
    char region[BACKUP_NAME_BYTES];
    size_t before = strlen(STORE_NAME "."), after = strlen(STREETS_NAME), length = strlen(name);
    if (strcmp(name, STORE_NAME) == 0)
        return true;
    if (length <= before + after || strncmp(name, STORE_NAME ".", before) != 0 ||
        strcmp(name + length - after, STREETS_NAME) != 0)
        return false;
    memcpy(region, name + before, length - before - after);
    region[length - before - after] = '\0';
    return record_id_is_valid(region);
}

static bool read_line(const char *line, size_t length, struct backup_file *file)
{
    size_t before = DIGITS + 2; /* two spaces, or a space and the mark of a binary file */
    if (length <= before || length - before >= sizeof file->name || line[DIGITS] != ' ' ||
        (line[DIGITS + 1] != ' ' && line[DIGITS + 1] != '*'))
        return false;
    memcpy(file->sum, line, DIGITS);
    file->sum[DIGITS] = '\0';
    memcpy(file->name, line + before, length - before);
    file->name[length - before] = '\0';
    return strspn(file->sum, "0123456789abcdef") == DIGITS &&
           strlen(file->name) == length - before && is_name(file->name);
}

static bool stands_in(const struct backup_file *files, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(files[i].name, name) == 0)
            return true;
    return false;
}

enum status backup_sums_read(const char *text, size_t length, struct backup_file *files,
                             uint32_t capacity, uint32_t *count, struct error *error)
{
    uint32_t found = 0;
    *count = 0;
    for (size_t at = 0; at < length;) {
        const char *end = memchr(text + at, '\n', length - at);
        size_t line_length = end ? (size_t)(end - (text + at)) : length - at;
        if (found == capacity)
            return error_set(error, STATUS_LIMIT, "it lists more than %u files", capacity);
        if (!read_line(text + at, line_length, &files[found]) ||
            stands_in(files, found, files[found].name))
            return error_set(error, STATUS_CORRUPT,
                             "line %u is not the sum and the name of one file of a backup",
                             found + 1);
        found++;
        at += line_length + 1;
    }
    if (!stands_in(files, found, STORE_NAME))
        return error_set(error, STATUS_CORRUPT, "it lists no " STORE_NAME);
    *count = found;
    return STATUS_OK;
}

/* Writing ----------------------------------------------------------------------------------------*/

enum status backup_sums_write(const char *path, const struct backup_file *files, uint32_t count,
                              struct error *error)
{
    FILE *file = fopen(path, "wxe");
    bool good = file != NULL;
    for (uint32_t i = 0; i < count && good; i++)
        good = fprintf(file, "%s  %s\n", files[i].sum, files[i].name) > 0;
    good = good && fflush(file) == 0 && fsync(fileno(file)) == 0;
    int reason = errno;
    if (file && fclose(file) != 0)
        good = false;
    return good ? STATUS_OK
                : error_set(error, STATUS_IO, "%s cannot be written: %s", path, strerror(reason));
}

static bool write_all(int file, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(file, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

/* To the end of `in`; `out` < 0 = only the sum. */
static enum status copy_bytes(int in, int out, GChecksum *sum, uint64_t *bytes, const char *from,
                              const char *to, struct error *error)
{
    char piece[PIECE_BYTES];
    for (;;) {
        ssize_t length = read(in, piece, sizeof piece);
        if (length < 0 && errno == EINTR)
            continue;
        if (length < 0)
            return error_set(error, STATUS_IO, "%s cannot be read: %s", from, strerror(errno));
        if (length == 0)
            break;
        g_checksum_update(sum, (const guchar *)piece, length);
        *bytes += (uint64_t)length;
        if (out >= 0 && !write_all(out, piece, (size_t)length))
            return error_set(error, STATUS_IO, "%s cannot be written: %s", to, strerror(errno));
    }
    if (out >= 0 && fsync(out) != 0)
        return error_set(error, STATUS_IO, "%s cannot be written: %s", to, strerror(errno));
    return STATUS_OK;
}

enum status backup_sums_copy(const char *from, const char *to, char sum[BACKUP_SUM_BYTES],
                             uint64_t *bytes, struct error *error)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0)
        return error_set(error, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO,
                         "%s cannot be read: %s", from, strerror(errno));
    int out = to ? open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
    if (to && out < 0) {
        int reason = errno;
        close(in);
        return error_set(error, reason == EEXIST ? STATUS_CONFLICT : STATUS_IO,
                         "%s cannot be made: %s", to, strerror(reason));
    }
    GChecksum *counting = g_checksum_new(G_CHECKSUM_SHA256);
    enum status status = copy_bytes(in, out, counting, bytes, from, to, error);
    snprintf(sum, BACKUP_SUM_BYTES, "%s", g_checksum_get_string(counting));
    g_checksum_free(counting);
    close(in);
    if (out >= 0 && close(out) != 0 && !status)
        status = error_set(error, STATUS_IO, "%s cannot be written: %s", to, strerror(errno));
    if (status && out >= 0)
        unlink(to);
    return status;
}
