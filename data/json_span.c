#include "data/json_span.h"

#include <stdint.h>
#include <string.h>

static unsigned hex4(const char *text)
{
    unsigned value = 0;
    for (int i = 0; i < 4; i++) {
        char c = text[i];
        value = value << 4 | (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return value;
}

static size_t write_utf8(uint32_t point, char *out)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (char)(0xC0 | point >> 6);
        out[1] = (char)(0x80 | (point & 0x3F));
        return 2;
    }
    if (point < 0x10000) {
        out[0] = (char)(0xE0 | point >> 12);
        out[1] = (char)(0x80 | (point >> 6 & 0x3F));
        out[2] = (char)(0x80 | (point & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | point >> 18);
    out[1] = (char)(0x80 | (point >> 12 & 0x3F));
    out[2] = (char)(0x80 | (point >> 6 & 0x3F));
    out[3] = (char)(0x80 | (point & 0x3F));
    return 4;
}

/* Decode the escape at text[0] == '\\' (checked before); its length in the source goes to *size. */
static size_t decode_escape(const char *text, size_t *size, char *out)
{
    static const char letters[] = "bfnrt", controls[] = "\b\f\n\r\t";
    *size = 2;
    if (text[1] != 'u') {
        const char *letter = strchr(letters, text[1]);
        *out = letter ? controls[letter - letters] : text[1];
        return 1;
    }
    *size = 6;
    uint32_t point = hex4(text + 2);
    if (point >= 0xD800 && point < 0xDC00) {
        *size = 12;
        point = 0x10000 + ((point - 0xD800) << 10) + (hex4(text + 8) - 0xDC00);
    }
    return write_utf8(point, out);
}

size_t json_span_decode(struct json_span string, char *out)
{
    size_t made = 0;
    if (!string.escaped) {
        memmove(out, string.text, string.length);
        made = string.length;
    } else {
        for (size_t at = 0; at < string.length;) {
            if (string.text[at] != '\\') {
                out[made++] = string.text[at++];
                continue;
            }
            size_t size;
            char bytes[4];
            size_t count = decode_escape(string.text + at, &size, bytes);
            memcpy(out + made, bytes, count);
            made += count;
            at += size;
        }
    }
    out[made] = '\0';
    return made;
}

/* The decoded bytes of a string, one at a time; -1 at its end. */
struct decoder {
    struct json_span left;
    char bytes[4];
    size_t at, count;
};

static int next_byte(struct decoder *decoder)
{
    if (decoder->at < decoder->count)
        return (unsigned char)decoder->bytes[decoder->at++];
    if (decoder->left.length == 0)
        return -1;
    size_t size = 1;
    int byte = (unsigned char)*decoder->left.text;
    if (byte == '\\') {
        decoder->count = decode_escape(decoder->left.text, &size, decoder->bytes);
        decoder->at = 1;
        byte = (unsigned char)decoder->bytes[0];
    }
    decoder->left.text += size;
    decoder->left.length -= size;
    return byte;
}

int json_span_compare(struct json_span a, struct json_span b)
{
    if (!a.escaped && !b.escaped) {
        int order = memcmp(a.text, b.text, a.length < b.length ? a.length : b.length);
        return order ? order : (a.length > b.length) - (a.length < b.length);
    }
    struct decoder left = {.left = a}, right = {.left = b};
    for (;;) {
        int x = next_byte(&left), y = next_byte(&right);
        if (x != y)
            return x < y ? -1 : 1;
        if (x < 0)
            return 0;
    }
}

bool json_span_is(struct json_span string, const char *text)
{
    struct json_span other = {text, strlen(text), false};
    return json_span_compare(string, other) == 0;
}
