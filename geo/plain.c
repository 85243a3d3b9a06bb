#include "geo/plain.h"

/* The bytes of the control character that the text begins with; 0 = it begins with another. */
static size_t control_bytes(const char *text, size_t length)
{
    const unsigned char *at = (const unsigned char *)text;
    if (at[0] < 0x20 || at[0] == 0x7F)
        return 1;
    if (length >= 2 && at[0] == 0xC2 && at[1] >= 0x80 && at[1] <= 0x9F)
        return 2;
    if (length < 3 || at[0] != 0xE2)
        return 0;
    return (at[1] == 0x80 && at[2] >= 0xA8 && at[2] <= 0xAE) ||
                   (at[1] == 0x81 && at[2] >= 0xA6 && at[2] <= 0xA9)
               ? 3
               : 0;
}

size_t plain_length(const char *text, size_t length)
{
    size_t at = 0;
    while (at < length && !control_bytes(text + at, length - at))
        at++;
    return at;
}

size_t plain_make(char *text, size_t length)
{
    size_t used = 0;
    for (size_t at = 0; at < length;) {
        size_t control = control_bytes(text + at, length - at);
        if (!control)
            text[used++] = text[at];
        else if (used && text[used - 1] != ' ')
            text[used++] = ' ';
        at += control ? control : 1;
    }
    text[used] = '\0';
    return used;
}
