/*
 * Cursors: where the last page ended, as text for a link. A client hands back what it was given.
 *
 *   base64url, no padding, of:  1 (ordered by line) or 2 (by walk) (1 byte)
 *                               | hash of the other parameters (8, little endian)
 *                               | last exact distance: metres as IEEE double, or, on foot,
 *                                 millimetres as an integer (8, little endian)
 *                               | last id (1 to 64 bytes)
 *
 * The hash ties a cursor to its question: with any other parameters it is refused. It is no secret
 * and no protection: whoever makes one up merely starts a page elsewhere in public data.
 */
#ifndef SERVER_CURSOR_H
#define SERVER_CURSOR_H

#include "data/records.h"

enum { CURSOR_MAX_BYTES = 112 /* 81 bytes as base64, and a NUL */ };

struct cursor {
    uint64_t parameters_hash;
    bool by_walk;
    double distance_m; /* by line: finite, >= 0 */
    uint64_t walk_mm;  /* by walk */
    char id[ID_MAX_BYTES + 1];
};

void cursor_encode(const struct cursor *cursor, char text[CURSOR_MAX_BYTES]);

/* INVALID, parameter "cursor": not one of ours, damaged, or made for other parameters than
 * `parameters_hash`. */
enum status MUST_CHECK cursor_decode(const char *text, size_t length, uint64_t parameters_hash,
                                     struct cursor *cursor, struct error *error);

#endif
