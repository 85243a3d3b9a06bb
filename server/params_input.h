/*
 * Between params.c (values against the table) and params_input.c (where the values come from).
 */
#ifndef SERVER_PARAMS_INPUT_H
#define SERVER_PARAMS_INPUT_H

#include "server/params.h"

/* The row of a name; INVALID, with what this path takes, for one that is unknown. */
enum status MUST_CHECK params_find(const struct request *request, const char *name, size_t length,
                                   uint32_t *place, struct error *error);
/* One value for that row. `text` is NUL-terminated and lives as long as the request. */
enum status MUST_CHECK params_put(struct request *request, uint32_t place, const char *text,
                                  size_t length, struct error *error);
/* After the last: what is required is there, defaults, the hash. */
enum status MUST_CHECK params_finish(struct request *request, struct error *error);

/*
 * Undo percent-encoding: `decoded` has room for length + 1 bytes; '+' is a space where
 * plus_is_space. INVALID for a % without two hexadecimal digits.
 */
enum status MUST_CHECK params_percent_decode(const char *text, size_t length, bool plus_is_space,
                                             char *decoded, size_t *decoded_length);

#endif
