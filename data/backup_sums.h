/*
 * SHA256SUMS: the list of what a backup holds (backup.h), one file a line, as sha256sum(1) writes it
 * and checks it:
 *
 *   64 hexadecimal digits, two spaces, store.db
 *   64 hexadecimal digits, two spaces, store.db.REGION.streets
 */
#ifndef DATA_BACKUP_SUMS_H
#define DATA_BACKUP_SUMS_H

#include "geo/status.h"

#include <stdint.h>

enum { BACKUP_NAME_BYTES = 96, BACKUP_SUM_BYTES = 65, BACKUP_MAX_FILES = 1000 };

struct backup_file {
    char name[BACKUP_NAME_BYTES];
    char sum[BACKUP_SUM_BYTES]; /* SHA-256, hexadecimal in lower case */
};

/*
 * Read the list. CORRUPT, with the line, for what is not such a list: a name of another form, one
 * that stands twice, no store.db; LIMIT for more than `capacity` files. No name can lead out of the
 * backup's folder. Empty on failure.
 */
enum status MUST_CHECK backup_sums_read(const char *text, size_t length, struct backup_file *files,
                                        uint32_t capacity, uint32_t *count, struct error *error);

/* Write it to a new file, on disk when this returns. IO. */
enum status MUST_CHECK backup_sums_write(const char *path, const struct backup_file *files,
                                         uint32_t count, struct error *error);

/*
 * The sum of a file, and, where `to` is given, a copy of it: a new file for its owner alone, on disk
 * when this returns. NOT_FOUND, CONFLICT (`to` is there already), IO; nothing is left then.
 *
 * bytes  added to: what was read
 */
enum status MUST_CHECK backup_sums_copy(const char *from, const char *to,
                                        char sum[BACKUP_SUM_BYTES], uint64_t *bytes,
                                        struct error *error);

#endif
