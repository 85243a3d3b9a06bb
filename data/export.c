#include "data/export_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_PATH_BYTES = 4096, FILE_MODE = 0644 /* the data are public */ };

static const char *const formats[] = {"spatialite", "geojson", "csv"};

enum status export_format_parse(const char *text, enum export_format *format, struct error *error)
{
    for (int i = 0; i < 3; i++) {
        if (strcmp(text, formats[i]) == 0) {
            *format = (enum export_format)i;
            return STATUS_OK;
        }
    }
    return error_set_parameter(error, STATUS_INVALID, "format",
                               "format is '%.60s'; it must be one of spatialite, geojson, csv",
                               text);
}

enum status export_layer_parse(const char *text, enum export_layer *layer, struct error *error)
{
    for (int i = 0; i < EXPORT_LAYER_COUNT; i++) {
        if (strcmp(text, export_shape_of((enum export_layer)i)->name) == 0) {
            *layer = (enum export_layer)i;
            return STATUS_OK;
        }
    }
    return error_set_parameter(
        error, STATUS_INVALID, "layer",
        "layer is '%.60s'; it must be one of facilities, offers, communities", text);
}

static struct export_cursor cursor_of(const struct dataset *dataset,
                                      const struct vacancies *vacancies,
                                      const struct export_request *request)
{
    return (struct export_cursor){.dataset = dataset,
                                  .vacancies = vacancies,
                                  .region = request->region,
                                  .layer = request->layer};
}

enum status export_write_stream(const struct dataset *dataset, const struct vacancies *vacancies,
                                const struct export_request *request, FILE *out,
                                struct export_counts *counts, struct error *error)
{
    struct export_cursor cursor = cursor_of(dataset, vacancies, request);
    struct export_counts written = {0};
    uint32_t *rows = &written.rows[request->layer];
    enum status status = STATUS_OK;
    if (request->format == EXPORT_CSV)
        status = export_csv_write(&cursor, out, rows, error);
    else if (request->format == EXPORT_GEOJSON)
        status = export_geojson_write(&cursor, out, rows, error);
    else
        return error_set_parameter(error, STATUS_INVALID, "format",
                                   "a SpatiaLite export is a file; it needs a path");
    if (!status && fflush(out))
        status = error_set(error, STATUS_IO, "the export cannot be written: %s", strerror(errno));
    if (!status && counts)
        *counts = written;
    return status;
}

/* The stream's file, safely on the disk. */
static enum status write_text_file(const struct dataset *dataset, const struct vacancies *vacancies,
                                   const struct export_request *request, int file,
                                   struct export_counts *counts, struct error *error)
{
    FILE *out = fdopen(dup(file), "wb");
    if (!out)
        return error_set(error, STATUS_IO, "the export cannot be written: %s", strerror(errno));
    enum status status = export_write_stream(dataset, vacancies, request, out, counts, error);
    if (fclose(out) && !status)
        status = error_set(error, STATUS_IO, "the export cannot be written: %s", strerror(errno));
    return status;
}

/* Is `path` the store's file or one that SQLite keeps beside it? Told by stat(): to open and close
 * a store's file here would drop the locks that this process has on it. */
static bool is_store(const char *path, const char *store_path)
{
    static const char *const endings[] = {"", "-wal", "-shm", ".lock", ".sock"};
    struct stat wanted, own;
    if (!store_path || stat(path, &wanted))
        return false;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        char name[MAX_PATH_BYTES];
        snprintf(name, sizeof name, "%s%s", store_path, endings[i]);
        if (stat(name, &own) == 0 && own.st_dev == wanted.st_dev && own.st_ino == wanted.st_ino)
            return true;
    }
    return false;
}

/* Give the finished file its name. */
static enum status publish(const char *aside, const char *path, bool replace, struct error *error)
{
    if (replace ? rename(aside, path) == 0 : link(aside, path) == 0)
        return STATUS_OK;
    if (errno == EEXIST)
        return error_set(error, STATUS_CONFLICT, "%s is there already; it was not replaced", path);
    return error_set(error, STATUS_IO, "%s: it cannot be made: %s", path, strerror(errno));
}

enum status export_write(const struct dataset *dataset, const struct vacancies *vacancies,
                         const struct export_request *request, const char *path,
                         struct export_counts *counts, struct error *error)
{
    char aside[MAX_PATH_BYTES];
    if (snprintf(aside, sizeof aside, "%s.part-XXXXXX", path) >= (int)sizeof aside)
        return error_set(error, STATUS_INVALID, "the path has more than %d bytes", MAX_PATH_BYTES);
    if (!request->replace && access(path, F_OK) == 0)
        return error_set(error, STATUS_CONFLICT, "%s is there already; it was not replaced", path);
    if (is_store(path, request->store_path))
        return error_set(error, STATUS_CONFLICT, "%s belongs to the store; it was not replaced",
                         path);
    int file = mkstemp(aside);
    if (file < 0)
        return error_set(error, STATUS_IO, "%s: it cannot be made: %s", path, strerror(errno));
    struct export_counts written = {0};
    enum status status;
    if (request->format == EXPORT_SPATIALITE) {
        struct export_cursor cursor = cursor_of(dataset, vacancies, request);
        status = export_spatialite_write(&cursor, aside, &written, error);
    } else {
        status = write_text_file(dataset, vacancies, request, file, &written, error);
    }
    if (!status && (fchmod(file, FILE_MODE) || fsync(file)))
        status = error_set(error, STATUS_IO, "%s: it cannot be written: %s", path, strerror(errno));
    close(file);
    if (!status)
        status = publish(aside, path, request->replace, error);
    unlink(aside);
    if (!status && counts)
        *counts = written;
    return status;
}
