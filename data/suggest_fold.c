/* Folding names and questions, so that they are compared byte by byte. */
#include "data/suggest.h"

/* One character: the bytes it takes of `text` (at most `left`), and what it becomes. A full-width form
 * U+FF01 … U+FF5E is EF BC 81 … EF BD 9E, its ASCII 0xFEE0 below; Latin-1's capitals, C3 80 … C3 9E but
 * for the sign of multiplication, stand 0x20 below their small letters. */
static size_t fold_one(const unsigned char *text, size_t left, unsigned char to[2])
{
    size_t taken = 1;
    to[0] = text[0];
    to[1] = 0;
    if (left >= 3 && text[0] == 0xE3 && text[1] == 0x80 && text[2] == 0x80) {
        to[0] = ' '; /* U+3000 */
        taken = 3;
    } else if (left >= 3 && text[0] == 0xEF &&
               ((text[1] == 0xBC && text[2] >= 0x81 && text[2] <= 0xBF) ||
                (text[1] == 0xBD && text[2] >= 0x80 && text[2] <= 0x9E))) {
        to[0] = (unsigned char)(text[2] - (text[1] == 0xBC ? 0x60 : 0x20));
        taken = 3;
    } else if (left >= 2 && text[0] == 0xC2 && text[1] == 0xA0) {
        to[0] = ' ';
        taken = 2;
    } else if (left >= 2 && text[0] == 0xC3 && text[1] >= 0x80 && text[1] <= 0xBF) {
        bool is_capital = text[1] >= 0x80 && text[1] <= 0x9E && text[1] != 0x97;
        to[1] = (unsigned char)(text[1] + (is_capital ? 0x20 : 0));
        return 2;
    }
    if (to[0] >= 'A' && to[0] <= 'Z')
        to[0] = (unsigned char)(to[0] + 0x20);
    else if (to[0] < ' ' || to[0] == 0x7F)
        to[0] = ' ';
    return taken;
}

size_t suggest_fold(const char *text, size_t length, char *folded)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t out = 0;
    for (size_t i = 0; i < length;) {
        unsigned char to[2];
        i += fold_one(bytes + i, length - i, to);
        if (to[0] == ' ' && (out == 0 || folded[out - 1] == ' '))
            continue;
        folded[out++] = (char)to[0];
        if (to[1])
            folded[out++] = (char)to[1];
    }
    if (out > 0 && folded[out - 1] == ' ')
        out--;
    folded[out] = '\0';
    return out;
}
