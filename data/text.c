#include "data/text.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Bytes of the valid character at the start of the text, 0 where there is none. Unicode, table
 * 3-7. */
static size_t character_length(const unsigned char *text, size_t length)
{
    unsigned char lead = text[0];
    if (lead < 0x80)
        return 1;
    size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || length < size)
        return 0;
    unsigned char least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (text[1] < least || text[1] > most)
        return 0;
    for (size_t i = 2; i < size; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    return size;
}

size_t text_utf8_length(const char *text, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t at = 0;
    while (at < length) {
        uint64_t eight;
        while (length - at >= sizeof eight) {
            memcpy(&eight, bytes + at, sizeof eight);
            if (eight & 0x8080808080808080u)
                break;
            at += sizeof eight;
        }
        if (at == length)
            break;
        size_t size = character_length(bytes + at, length - at);
        if (size == 0)
            break;
        at += size;
    }
    return at;
}

uint64_t text_count_line_ends(const char *text, size_t length)
{
    uint64_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += text[i] == '\n' ? i == 0 || text[i - 1] != '\r' : text[i] == '\r';
    return count;
}

/* One run of iconv over the whole: how far it came, and (where `out` is not NULL) what it made. */
struct conversion {
    size_t read;   /* bytes of input that were good */
    char *out;     /* malloc; NULL when nothing was to be kept */
    size_t length; /* of out */
    bool complete;
};

static bool grow(struct conversion *conversion, size_t *capacity)
{
    size_t larger = *capacity + *capacity / 2 + 64;
    char *out = realloc(conversion->out, larger + 1);
    if (!out)
        return false;
    conversion->out = out;
    *capacity = larger;
    return true;
}

/* Convert into a growing buffer. STATUS_MEMORY is the only failure; bad bytes end it early. */
static enum status convert(iconv_t descriptor, char *bytes, size_t length,
                           struct conversion *conversion)
{
    size_t capacity = 0;
    char *in = bytes;
    size_t in_left = length;
    bool flushing = false;
    *conversion = (struct conversion){0};
    if (!grow(conversion, &capacity))
        return STATUS_MEMORY;
    for (;;) {
        char *out = conversion->out + conversion->length;
        size_t out_left = capacity - conversion->length;
        size_t result = flushing ? iconv(descriptor, NULL, NULL, &out, &out_left)
                                 : iconv(descriptor, &in, &in_left, &out, &out_left);
        conversion->length = (size_t)(out - conversion->out);
        if (result == (size_t)-1 && errno != E2BIG)
            break;
        if (result == (size_t)-1) {
            if (!grow(conversion, &capacity)) {
                free(conversion->out);
                *conversion = (struct conversion){0};
                return STATUS_MEMORY;
            }
        } else if (flushing) {
            conversion->complete = true;
            break;
        } else {
            flushing = true;
        }
    }
    conversion->read = length - in_left;
    conversion->out[conversion->length] = '\0';
    return STATUS_OK;
}

static bool reads_as_gb18030(char *bytes, size_t length)
{
    iconv_t descriptor = iconv_open("UTF-8", "GB18030");
    if (descriptor == (iconv_t)-1)
        return false;
    struct conversion conversion;
    bool reads = convert(descriptor, bytes, length, &conversion) == STATUS_OK &&
                 conversion.complete && !memchr(conversion.out, '\0', conversion.length);
    free(conversion.out);
    iconv_close(descriptor);
    return reads;
}

static enum status refuse_bytes(char *bytes, size_t length, size_t at, uint64_t line,
                                const char *encoding, struct error *error)
{
    bool cut = at == length;
    const char *hint = "";
    if (length >= 2 && (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0))
        hint = "; it begins like UTF-16: try --encoding utf-16";
    else if (strcasecmp(encoding, "GB18030") != 0 && reads_as_gb18030(bytes, length))
        hint = "; it would read as GB18030: try --encoding gb18030";
    if (cut)
        return error_set(error, STATUS_CORRUPT,
                         "line %llu: the text ends inside a character of %s (%zu bytes)%s",
                         (unsigned long long)line, encoding, length, hint);
    return error_set(error, STATUS_CORRUPT,
                     "line %llu, byte offset %zu: byte 0x%02X is not valid %s there%s",
                     (unsigned long long)line, at, (unsigned char)bytes[at], encoding, hint);
}

static enum status refuse_nul(const char *text, size_t at, struct error *error)
{
    return error_set(error, STATUS_CORRUPT,
                     "line %llu: a NUL character (offset %zu): this is not a text file",
                     (unsigned long long)text_count_line_ends(text, at) + 1, at);
}

static enum status check_utf8(char *bytes, size_t length, struct error *error)
{
    size_t good = text_utf8_length(bytes, length);
    const char *nul = memchr(bytes, '\0', good);
    if (nul && !(length >= 2 && (unsigned char)bytes[0] >= 0xFE))
        return refuse_nul(bytes, (size_t)(nul - bytes), error);
    if (good < length)
        return refuse_bytes(bytes, length, good, text_count_line_ends(bytes, good) + 1, "UTF-8",
                            error);
    return STATUS_OK;
}

/* "//IGNORE" and the like would let bad bytes through. */
static bool is_encoding_name(const char *encoding)
{
    size_t length = strlen(encoding);
    size_t plain = strspn(encoding, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                    "0123456789-_.:+");
    return length >= 1 && length <= 40 && plain == length;
}

static enum status decode_with_iconv(char **bytes, size_t *length, const char *encoding,
                                     struct error *error)
{
    iconv_t descriptor = is_encoding_name(encoding) ? iconv_open("UTF-8", encoding) : (iconv_t)-1;
    if (descriptor == (iconv_t)-1)
        return error_set_parameter(error, STATUS_INVALID, "encoding",
                                   "encoding is '%.40s', which is not known here; for example "
                                   "utf-8, gb18030, shift_jis",
                                   encoding);
    struct conversion made;
    enum status status = convert(descriptor, *bytes, *length, &made);
    iconv_close(descriptor);
    if (status)
        return error_memory(error, "decoding a file");
    const char *nul = memchr(made.out, '\0', made.length);
    if (!made.complete)
        status = refuse_bytes(*bytes, *length, made.read,
                              text_count_line_ends(made.out, made.length) + 1, encoding, error);
    else if (nul)
        status = refuse_nul(made.out, (size_t)(nul - made.out), error);
    else
        status = check_utf8(made.out, made.length, error);
    if (status) {
        free(made.out);
        return status;
    }
    free(*bytes);
    *bytes = made.out;
    *length = made.length;
    return STATUS_OK;
}

enum status text_decode(char **bytes, size_t *length, const char *encoding, struct error *error)
{
    bool is_utf8 =
        !encoding || strcasecmp(encoding, "UTF-8") == 0 || strcasecmp(encoding, "UTF8") == 0;
    enum status status = is_utf8 ? check_utf8(*bytes, *length, error)
                                 : decode_with_iconv(bytes, length, encoding, error);
    if (status)
        return status;
    if (*length >= 3 && memcmp(*bytes, "\xEF\xBB\xBF", 3) == 0) {
        *length -= 3;
        memmove(*bytes, *bytes + 3, *length);
    }
    (*bytes)[*length] = '\0';
    return STATUS_OK;
}

/* The code point of a valid character of 3 bytes, else 0. */
static uint32_t three_byte_point(const char *text, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    if (length < 3 || (bytes[0] & 0xF0) != 0xE0)
        return 0;
    return (uint32_t)(bytes[0] & 0x0F) << 12 | (uint32_t)(bytes[1] & 0x3F) << 6 | (bytes[2] & 0x3F);
}

static bool is_wide_space(uint32_t point)
{
    return point == 0x3000 || point == 0xFEFF || (point >= 0x2000 && point <= 0x200B);
}

/* Bytes of the white space that the text begins with, 0 for none. */
static size_t space_length(const char *text, size_t length)
{
    if (length && isspace((unsigned char)text[0]))
        return 1;
    if (length >= 2 && memcmp(text, "\xC2\xA0", 2) == 0)
        return 2;
    return is_wide_space(three_byte_point(text, length)) ? 3 : 0;
}

void text_trim(const char **text, size_t *length)
{
    size_t size;
    while ((size = space_length(*text, *length)) > 0) {
        *text += size;
        *length -= size;
    }
    for (size = 1; size <= 3 && size <= *length;) {
        if (space_length(*text + *length - size, size) == size) {
            *length -= size;
            size = 1;
        } else {
            size++;
        }
    }
}

/* The ASCII character that stands for the code point, 0 where none does. */
static char folded_character(uint32_t point)
{
    if (point >= 0xFF01 && point <= 0xFF5E)
        return (char)(point - 0xFF01 + '!');
    switch (point) {
    case 0x3000:
        return ' ';
    case 0x301C: /* the wave dash that Japanese texts write for ～ */
        return '~';
    case 0x2212:
        return '-';
    default:
        return 0;
    }
}

size_t text_fold_digits(const char *text, size_t length, char *folded)
{
    size_t out = 0;
    for (size_t at = 0; at < length;) {
        char character = folded_character(three_byte_point(text + at, length - at));
        folded[out++] = character ? character : text[at];
        at += character ? 3 : 1;
    }
    folded[out] = '\0';
    return out;
}
