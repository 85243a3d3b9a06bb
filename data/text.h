/*
 * Text from files: decoding by the declared encoding, and the small repairs that numbers need.
 */
#ifndef DATA_TEXT_H
#define DATA_TEXT_H

#include "geo/status.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * How many leading bytes are whole, valid UTF-8 characters: no overlong forms, no surrogates,
 * nothing above U+10FFFF. All of them, when the answer is `length`.
 */
size_t text_utf8_length(const char *text, size_t length);

/*
 * Turn a file's bytes into UTF-8 text, in the encoding that was declared and in no other.
 *
 * bytes, length  in: malloc'd, at least length + 1 bytes long; out: the text, the same memory or
 *                another malloc, NUL-terminated at length, without a byte order mark at its start.
 *                Yours in either case
 * encoding       NULL or "UTF-8", else a name that iconv knows ("GB18030", "Shift_JIS")
 *
 * Returns STATUS_CORRUPT for bytes invalid in the encoding (with line and byte offset from 0; where
 * the whole would read as GB18030, the sentence says so) and for a NUL character; STATUS_INVALID
 * for an encoding that is not known.
 */
enum status MUST_CHECK text_decode(char **bytes, size_t *length, const char *encoding,
                                   struct error *error);

/*
 * Line ends in the bytes: LF, CR LF and a bare CR are each one. A CR at the very end counts; the LF
 * that may follow it in the next piece must then not be passed on.
 */
uint64_t text_count_line_ends(const char *text, size_t length);

/* Drop white space at both ends, in place: ASCII's, U+00A0, U+2000-200B, U+3000, U+FEFF. */
void text_trim(const char **text, size_t *length);

/*
 * Full-width forms to ASCII ("１２時" to "12時", "Ａ" to "A", "～" and "〜" to "~", "−" to "-", U+3000
 * to a space): for numbers, ages and hours; never for names. `folded` has room for length + 1 bytes
 * and may be `text` itself. Returns the folded length; a NUL follows.
 */
size_t text_fold_digits(const char *text, size_t length, char *folded);

#endif
