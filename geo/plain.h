/*
 * Text from strangers that people read on terminals. An escape character there, or one of C1 (U+009B
 * stands for ESC [), is a command to the terminal; a mark that turns the direction of writing shows
 * another text than the one that is there.
 */
#ifndef GEO_PLAIN_H
#define GEO_PLAIN_H

#include <stddef.h>

/*
 * How many leading bytes of the UTF-8 text are free of U+0000-001F, U+007F-009F, U+2028-202E and
 * U+2066-2069. All of them, when the answer is `length`.
 */
size_t plain_length(const char *text, size_t length);

/* In place: a run of those characters becomes one blank, or nothing where it begins the text or a
 * blank stands before it. `text` has room for length + 1 bytes; a NUL follows the length returned. */
size_t plain_make(char *text, size_t length);

#endif
