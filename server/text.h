/*
 * What the pages say, in the reader's language: the texts of web/text/{zh,en}.json, which the page's
 * script shares. They are put into the program when it is built (scripts/embed_texts.sh); a key that
 * is not there does not compile.
 *
 * A text may hold {name}s, which are replaced by values. What depends on a number has two keys, KEY.one
 * and KEY.other.
 */
#ifndef SERVER_TEXT_H
#define SERVER_TEXT_H

#include "text_keys.h"

#include <stddef.h>
#include <stdint.h>

enum language { LANGUAGE_ZH, LANGUAGE_EN, LANGUAGE_COUNT };

/* A value for {name}. Lists of them end with {NULL, NULL}. */
struct text_value {
    const char *name, *value;
};
#define TEXT_VALUES(...) ((const struct text_value[]){__VA_ARGS__, {NULL, NULL}})

static inline const char *text_get(enum language language, enum text_key key)
{
    return text_table[language][key];
}

/* "zh-Hans", "en": for lang= and hreflang=. */
const char *language_tag(enum language language);
/* "zh", "en": for ?lang=. */
const char *language_code(enum language language);

/*
 * The language of an answer: `wanted` ("zh", "en"; NULL or anything else = not said), else the one
 * that Accept-Language likes better (RFC 9110, 12.5.4; NULL = no header), else Chinese.
 */
enum language language_choose(const char *wanted, const char *accept_language);

/*
 * The text of a key with its values, as much of it as fits whole characters into `bytes` with a NUL;
 * returns its length. A {name} without a value stays as it is. `values` may be NULL.
 */
size_t text_fill(enum language language, enum text_key key, const struct text_value *values,
                 char *text, size_t bytes);

/* The next piece of a text with {name}s: its literal part, then the name behind it (length 0 = none).
 * Returns where the piece after it begins; NULL at the end. */
struct text_piece {
    const char *literal, *name;
    size_t literal_length, name_length;
};
const char *text_next_piece(const char *text, struct text_piece *piece);
/* The value of the piece's name; NULL = none given. */
const char *text_find_value(const struct text_value *values, const struct text_piece *piece);

/* KEY.one for 1, else KEY.other. */
#define TEXT_COUNTED(n, KEY) ((n) == 1 ? KEY##_ONE : KEY##_OTHER)

#endif
