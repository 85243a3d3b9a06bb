#include "server/text.h"

#include "data/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *language_tag(enum language language)
{
    return language == LANGUAGE_EN ? "en" : "zh-Hans";
}

const char *language_code(enum language language)
{
    return language == LANGUAGE_EN ? "en" : "zh";
}

/* The q of an item's parameters in thousandths: 1000 where it says none. */
static int quality(const char *parameters, const char *end)
{
    const char *q = memchr(parameters, 'q', (size_t)(end - parameters));
    if (!q || end - q < 3 || q[1] != '=')
        return 1000;
    if (q[2] == '1')
        return 1000;
    int thousandths = 0, weight = 100;
    for (const char *digit = q + 4; digit < end && *digit >= '0' && *digit <= '9'; digit++) {
        thousandths += (*digit - '0') * weight;
        weight /= 10;
    }
    return thousandths;
}

enum language language_choose(const char *wanted, const char *accept_language)
{
    if (wanted && strcmp(wanted, "zh") == 0)
        return LANGUAGE_ZH;
    if (wanted && strcmp(wanted, "en") == 0)
        return LANGUAGE_EN;
    int best[LANGUAGE_COUNT] = {0};
    const char *item = accept_language ? accept_language : "";
    while (*item) {
        item += strspn(item, " \t,");
        const char *end = item + strcspn(item, ",");
        size_t length = strcspn(item, "-,; \t");
        int liked = quality(item, end);
        int language = length == 2 && strncasecmp(item, "zh", 2) == 0   ? LANGUAGE_ZH
                       : length == 2 && strncasecmp(item, "en", 2) == 0 ? LANGUAGE_EN
                                                                        : LANGUAGE_COUNT;
        if (language < LANGUAGE_COUNT && liked > best[language])
            best[language] = liked;
        item = end;
    }
    /* Somebody who names neither reads English more likely than Chinese; who names nothing is at home. */
    bool names_others =
        accept_language && accept_language[strspn(accept_language, " \t,*")] && !best[LANGUAGE_ZH];
    return best[LANGUAGE_EN] > best[LANGUAGE_ZH] || names_others ? LANGUAGE_EN : LANGUAGE_ZH;
}

const char *text_next_piece(const char *text, struct text_piece *piece)
{
    if (!*text)
        return NULL;
    const char *open = strchr(text, '{');
    const char *close = open ? strchr(open, '}') : NULL;
    *piece = (struct text_piece){.literal = text};
    if (!close) {
        piece->literal_length = strlen(text);
        return text + piece->literal_length;
    }
    piece->literal_length = (size_t)(open - text);
    piece->name = open + 1;
    piece->name_length = (size_t)(close - open - 1);
    return close + 1;
}

const char *text_find_value(const struct text_value *values, const struct text_piece *piece)
{
    for (; values && values->name; values++)
        if (strlen(values->name) == piece->name_length &&
            memcmp(values->name, piece->name, piece->name_length) == 0)
            return values->value;
    return NULL;
}

static size_t append(char *text, size_t used, size_t bytes, const char *part, size_t length)
{
    size_t room = bytes - 1 - used;
    if (length > room) /* whole characters only */
        length = text_utf8_length(part, room);
    memcpy(text + used, part, length);
    text[used + length] = '\0';
    return used + length;
}

size_t text_fill(enum language language, enum text_key key, const struct text_value *values,
                 char *text, size_t bytes)
{
    size_t used = 0;
    struct text_piece piece;
    text[0] = '\0';
    for (const char *next = text_get(language, key); (next = text_next_piece(next, &piece));) {
        used = append(text, used, bytes, piece.literal, piece.literal_length);
        if (!piece.name)
            continue;
        const char *value = text_find_value(values, &piece);
        used = value ? append(text, used, bytes, value, strlen(value))
                     : append(text, used, bytes, piece.name - 1, piece.name_length + 2);
    }
    return used;
}
