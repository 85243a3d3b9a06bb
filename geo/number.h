/*
 * Numbers from strangers: plain decimals, the whole text or nothing.
 *
 * What strtod() would let through is refused: leading space, inf, nan, hexadecimal, the locale's
 * comma, digits in groups, values that overflow, anything behind the number. Full-width digits are
 * the caller's to fold first (data/text.h). No sentence here: the caller knows what the number was.
 */
#ifndef GEO_NUMBER_H
#define GEO_NUMBER_H

#include "geo/status.h"

#include <stdint.h>

enum { NUMBER_MAX_BYTES = 127 }; /* a longer text is refused */

/*
 * A decimal: sign, digits with at most one point (at least one digit), exponent; for example
 * "30.2071", "-.5", "+12", "1e-3". `text` need not end in a NUL.
 *
 * Returns STATUS_OK and the nearest double, whatever the process's locale is (a value too small for
 * a double is the nearest too: 0); STATUS_INVALID for any other text, *value then untouched.
 */
enum status MUST_CHECK number_parse_double(const char *text, size_t length, double *value);

/*
 * A whole number: '-' or nothing, then digits; leading zeros are allowed, "+1", "1.0" and "1e3" are
 * not. -2147483647 to 2147483647: the one value below stands for "absent" elsewhere.
 */
enum status MUST_CHECK number_parse_int32(const char *text, size_t length, int32_t *value);

#endif
