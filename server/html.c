#include "server/html.h"

#include "data/text.h"

#include <stdio.h>

void html_literal(struct html *html, const char *markup, size_t length)
{
    json_raw(html->out, markup, length);
}

/* Nothing is written of nothing: before the first byte there is no buffer to write it into. */
static void put(struct html *html, const char *bytes, size_t length)
{
    if (length > 0)
        json_raw(html->out, bytes, length);
}

/* One escape for element content and quoted attribute values: what either would mind. */
static const char *escape_of(unsigned char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        /* what HTML allows of the rest is white space; U+007F is no text either */
        return (c < 0x20 && c != '\t' && c != '\n') || c == 0x7F ? "" : NULL;
    }
}

static void write_valid(struct html *html, const char *text, size_t length)
{
    const char *from = text, *end = text + length;
    for (const char *c = text; c < end; c++) {
        const char *escape = escape_of((unsigned char)*c);
        if (!escape)
            continue;
        put(html, from, (size_t)(c - from));
        put(html, escape, strlen(escape));
        from = c + 1;
    }
    put(html, from, (size_t)(end - from));
}

void html_text_n(struct html *html, const char *text, size_t length)
{
    while (length > 0) {
        size_t good = text_utf8_length(text, length);
        write_valid(html, text, good);
        if (good == length)
            return;
        JSON_RAW(html->out, "\xEF\xBF\xBD"); /* U+FFFD for each byte that is no character */
        text += good + 1;
        length -= good + 1;
    }
}

void html_text(struct html *html, const char *text)
{
    if (text)
        html_text_n(html, text, strlen(text));
}

void html_int(struct html *html, int64_t value)
{
    char digits[32];
    json_raw(html->out, digits, json_int_digits(digits, value));
}

void html_say(struct html *html, enum text_key key)
{
    html_say_with(html, key, NULL);
}

void html_say_with(struct html *html, enum text_key key, const struct text_value *values)
{
    struct text_piece piece;
    for (const char *next = text_get(html->language, key);
         (next = text_next_piece(next, &piece));) {
        html_text_n(html, piece.literal, piece.literal_length);
        const char *value = piece.name ? text_find_value(values, &piece) : NULL;
        if (value)
            html_text(html, value);
        else if (piece.name)
            html_text_n(html, piece.name - 1, piece.name_length + 2);
    }
}

static void begin_attribute(struct html *html, const char *name)
{
    JSON_RAW(html->out, " ");
    json_raw(html->out, name, strlen(name));
    JSON_RAW(html->out, "=\"");
}

static void end_attribute(struct html *html)
{
    JSON_RAW(html->out, "\"");
}

void html_attribute(struct html *html, const char *name, const char *value)
{
    begin_attribute(html, name);
    html_text(html, value);
    end_attribute(html);
}

void html_attribute_int(struct html *html, const char *name, int64_t value)
{
    begin_attribute(html, name);
    html_int(html, value);
    end_attribute(html);
}

void html_attribute_say(struct html *html, const char *name, enum text_key key)
{
    html_attribute_say_with(html, name, key, NULL);
}

void html_attribute_say_with(struct html *html, const char *name, enum text_key key,
                             const struct text_value *values)
{
    begin_attribute(html, name);
    html_say_with(html, key, values);
    end_attribute(html);
}

void html_flag(struct html *html, const char *name, bool set)
{
    if (!set)
        return;
    JSON_RAW(html->out, " ");
    json_raw(html->out, name, strlen(name));
}

/* Browsers skip control characters and leading spaces in an address before they read its scheme. */
static bool is_good_url(const char *url)
{
    static const char *const beginnings[] = {"https://", "http://", "mailto:", "tel:", "geo:"};
    for (const char *c = url; *c; c++)
        if ((unsigned char)*c <= 0x20 || *c == 0x7F || *c == '\\')
            return false;
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (strncmp(url, beginnings[i], strlen(beginnings[i])) == 0)
            return true;
    return url[0] == '/' && url[1] != '/';
}

void html_url(struct html *html, const char *name, const char *url)
{
    html_attribute(html, name, url && is_good_url(url) ? url : "#");
}

void html_path(struct html *html, const char *name, const char *before, const char *part,
               const char *after)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    begin_attribute(html, name);
    html_text(html, before);
    for (const char *c = part; c && *c; c++) {
        char encoded[4];
        if (strchr(plain, *c)) {
            json_raw(html->out, c, 1);
            continue;
        }
        snprintf(encoded, sizeof encoded, "%%%02X", (unsigned)(unsigned char)*c);
        json_raw(html->out, encoded, 3);
    }
    html_text(html, after);
    end_attribute(html);
}

void html_data(struct html *html, const char *type, const char *id, const struct json *data)
{
    JSON_RAW(html->out, "<script");
    html_attribute(html, "type", type);
    if (id)
        html_attribute(html, "id", id);
    JSON_RAW(html->out, ">");
    const char *end = data->bytes + data->length;
    for (const char *c = data->bytes; c < end; c++) {
        char escaped[8];
        bool separator = end - c > 2 && memcmp(c, "\xE2\x80", 2) == 0 &&
                         ((unsigned char)c[2] == 0xA8 || (unsigned char)c[2] == 0xA9);
        if (*c != '<' && *c != '>' && *c != '&' && !separator) {
            json_raw(html->out, c, 1);
            continue;
        }
        unsigned code = separator ? 0x2000u + ((unsigned char)c[2] - 0x80u) : (unsigned char)*c;
        snprintf(escaped, sizeof escaped, "\\u%04x", code);
        json_raw(html->out, escaped, 6);
        c += separator ? 2 : 0;
    }
    JSON_RAW(html->out, "</script>");
}
