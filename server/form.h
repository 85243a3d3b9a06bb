/*
 * What a form or a query string says: application/x-www-form-urlencoded, decoded. Strangers' bytes.
 *
 * Lenient, unlike the API's parameters: other software appends arguments to links, browsers send the
 * fields that were left empty, and a box that is ticked twice is there twice. A pair that is not
 * whole percent-encoding of valid UTF-8, or has a NUL, is left out, as is what is past FORM_MAX.
 */
#ifndef SERVER_FORM_H
#define SERVER_FORM_H

#include "geo/arena.h"

#include <stdint.h>

enum { FORM_MAX = 64 };

struct form_field {
    const char *name, *value; /* in the arena; the value without white space at its ends */
};

struct form {
    struct form_field fields[FORM_MAX];
    uint32_t count;
};

/* `text` need not be NUL-terminated; NULL with length 0 is an empty form. MEMORY. */
enum status MUST_CHECK form_read(const char *text, size_t length, struct arena *arena,
                                 struct form *form, struct error *error);

/* The first value of a name that is not empty; NULL = none. */
const char *form_value(const struct form *form, const char *name);

#endif
