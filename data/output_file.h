/*
 * A file that somebody asked for: written aside, then given its name, so that nobody ever sees half of
 * it; and never over the store or what stands beside it, whatever was asked.
 *
 *   status = output_file_open(&file, path, replace, store_path, error);
 *   if (!status) {
 *       status = output_file_write(&file, bytes, length, error);   or: into file.fd, or file.aside
 *       status = output_file_close(&file, status, 0644, error);
 *   }
 */
#ifndef DATA_OUTPUT_FILE_H
#define DATA_OUTPUT_FILE_H

#include "geo/status.h"

#include <stdbool.h>
#include <sys/types.h>

enum { OUTPUT_FILE_PATH_BYTES = 4096 };

struct output_file {
    int fd; /* of `aside`, empty at first */
    bool replace;
    char path[OUTPUT_FILE_PATH_BYTES], aside[OUTPUT_FILE_PATH_BYTES];
};

/*
 * Begin. `replace`: also where there is a file. store_path (may be NULL) is the store's, absolute:
 * CONFLICT for it, for what SQLite and the server keep beside it, and for its street files. CONFLICT
 * for a file that is there and not to be replaced; LIMIT for a path that is too long; IO.
 */
enum status MUST_CHECK output_file_open(struct output_file *file, const char *path, bool replace,
                                        const char *store_path, struct error *error);
enum status MUST_CHECK output_file_write(struct output_file *file, const char *bytes, size_t length,
                                         struct error *error);
/* The end. `written` is how the writing went: on a failure nothing is left, and it is returned. Else
 * the file is of `mode`, on the disk, and under its name. */
enum status MUST_CHECK output_file_close(struct output_file *file, enum status written, mode_t mode,
                                         struct error *error);

#endif
