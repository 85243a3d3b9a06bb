/*
 * ZIP archives in memory: what is in one, its members unpacked (stored or deflated, checksums
 * proven), and a copy with one member exchanged. ZIP64, encryption and archives in pieces are
 * refused.
 */
#ifndef DATA_ZIP_H
#define DATA_ZIP_H

#include "geo/status.h"

#include <stdbool.h>
#include <stdint.h>

enum { ZIP_MAX_MEMBERS = 4096 };

struct zip_member {
    const char
        *name; /* not NUL-terminated; as it stands in the archive: never a path to write to */
    uint16_t name_length;
    uint16_t method, flags;
    uint32_t packed_bytes, bytes, checksum;
    const unsigned char *header; /* in the central directory */
    const unsigned char *packed;
};

struct zip {
    const unsigned char *bytes;
    size_t length;
    struct zip_member *members;
    uint32_t member_count;
};

/* Read the directory. `bytes` is borrowed for as long as the zip is used. CORRUPT, LIMIT. */
enum status MUST_CHECK zip_open(const void *bytes, size_t length, struct zip *zip,
                                struct error *error);
void zip_close(struct zip *zip); /* safe on {0} and safe twice */

/* Does the member's name end so, whatever its case? */
bool zip_name_ends(const struct zip_member *member, const char *ending);

/* Unpack one: malloc'd, a NUL behind it. LIMIT above max_bytes, which is checked first. */
enum status MUST_CHECK zip_unpack(const struct zip_member *member, size_t max_bytes, char **bytes,
                                  size_t *length, struct error *error);

/* The archive again, with these bytes (stored) in place of one member's. malloc'd. */
enum status MUST_CHECK zip_exchange(const struct zip *zip, uint32_t member, const char *bytes,
                                    size_t length, char **archive, size_t *archive_length,
                                    struct error *error);

#endif
