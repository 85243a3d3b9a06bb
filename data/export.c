#include "data/export_rows.h"
#include "data/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MODE = 0644 /* the data are public */ };

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
    int copy = fcntl(file, F_DUPFD_CLOEXEC, 0);
    FILE *out = copy < 0 ? NULL : fdopen(copy, "wb");
    if (!out) {
        int reason = errno;
        if (copy >= 0)
            close(copy);
        return error_set(error, STATUS_IO, "the export cannot be written: %s", strerror(reason));
    }
    enum status status = export_write_stream(dataset, vacancies, request, out, counts, error);
    if (fclose(out) && !status)
        status = error_set(error, STATUS_IO, "the export cannot be written: %s", strerror(errno));
    return status;
}

enum status export_write(const struct dataset *dataset, const struct vacancies *vacancies,
                         const struct export_request *request, const char *path,
                         struct export_counts *counts, struct error *error)
{
    struct output_file file;
    struct export_counts written = {0};
    enum status status =
        output_file_open(&file, path, request->replace, request->store_path, error);
    if (status)
        return status;
    if (request->format == EXPORT_SPATIALITE) {
        struct export_cursor cursor = cursor_of(dataset, vacancies, request);
        status = export_spatialite_write(&cursor, file.aside, &written, error);
    } else {
        status = write_text_file(dataset, vacancies, request, file.fd, &written, error);
    }
    status = output_file_close(&file, status, FILE_MODE, error);
    if (!status && counts)
        *counts = written;
    return status;
}
