/*
 * An escaping HTML writer. Markup is written as C literals, everything else through functions that
 * escape it for the place where it stands, so that a facility called <img onerror=…> is a facility
 * with a strange name. There is no way to write a text that is not a literal without escaping it.
 *
 * It appends to the answer's buffer (json.h), whose ceiling and sticking errors it shares.
 *
 *   HTML(html, "<p class=\"way\">");
 *   html_text(html, name);
 *   HTML(html, "</p><a");
 *   html_path(html, "href", "/facilities/", id, "?lang=en");
 *   HTML(html, ">…</a>");
 */
#ifndef SERVER_HTML_H
#define SERVER_HTML_H

#include "server/json.h"
#include "server/text.h"

struct html {
    struct json *out;
    enum language language;
};

void html_literal(struct html *html, const char *markup, size_t length);
/* Only a literal fits between the quotes. */
#define HTML(html, markup) html_literal(html, "" markup "", sizeof(markup) - 1)

/* The content of an element; NULL writes nothing. Control characters are left out, and bytes that are
 * no UTF-8 become U+FFFD. */
void html_text(struct html *html, const char *text);
void html_text_n(struct html *html, const char *text, size_t length);
void html_int(struct html *html, int64_t value);

/* A text of ours, its values escaped. */
void html_say(struct html *html, enum text_key key);
void html_say_with(struct html *html, enum text_key key, const struct text_value *values);

/* The same as ` name="…"`; names are ours. */
void html_attribute(struct html *html, const char *name, const char *value);
void html_attribute_int(struct html *html, const char *name, int64_t value);
void html_attribute_say(struct html *html, const char *name, enum text_key key);
void html_attribute_say_with(struct html *html, const char *name, enum text_key key,
                             const struct text_value *values);
/* ` name` where it is set. */
void html_flag(struct html *html, const char *name, bool set);

/* An address from elsewhere, whole: http:, https:, mailto:, tel:, geo: or a path of this server (/…,
 * not //…). Any other, javascript: above all, becomes "#". */
void html_url(struct html *html, const char *name, const char *url);
/* A path of ours: `before`, then `part` percent-encoded (all but RFC 3986's unreserved), then `after`. */
void html_path(struct html *html, const char *name, const char *before, const char *part,
               const char *after);

/*
 * <script type="TYPE" id="ID">…</script> of data, not of code: `data` is JSON whose <, >, & and line
 * separators are escaped, so that nothing in it ends the element. id NULL = none.
 */
void html_data(struct html *html, const char *type, const char *id, const struct json *data);

#endif
