/*
 * Reading a file that a person names, whole: only regular files, only below a ceiling that is
 * checked before a byte is read. Sentences do not name the file; the caller puts its name in front.
 */
#ifndef DATA_INPUT_FILE_H
#define DATA_INPUT_FILE_H

#include "geo/status.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * bytes, length  out: malloc'd, yours, NUL-terminated at length (the NUL is not counted)
 * cancelled      looked at between pieces; may be NULL
 *
 * NOT_FOUND for no such file; IO for one that may not be read, is a folder, a pipe or a device, or
 * fails while being read; LIMIT above max_bytes.
 */
enum status MUST_CHECK input_file_read(const char *path, size_t max_bytes,
                                       const atomic_bool *cancelled, char **bytes, size_t *length,
                                       struct error *error);

/* What the first bytes say a file is, for example "a ZIP archive"; NULL for nothing known. */
const char *input_file_content(const char *bytes, size_t length);

/*
 * STATUS_CORRUPT, naming what it is, for bytes that begin like a known binary format, however the
 * file is called; `format` is what it should be ("CSV").
 */
enum status MUST_CHECK input_file_check_text(const char *bytes, size_t length, const char *format,
                                             struct error *error);

#endif
