#include "server/negotiate.h"

#include <string.h>
#include <strings.h>

static const char *skip_space(const char *text)
{
    return text + strspn(text, " \t");
}

/* Is the item's q-value above 0? `parameters` begins at its first semicolon or its end. */
static bool is_wanted(const char *parameters, const char *end)
{
    while (parameters < end && *parameters == ';') {
        parameters = skip_space(parameters + 1);
        if ((*parameters == 'q' || *parameters == 'Q') && parameters[1] == '=') {
            const char *digits = parameters + 2;
            size_t zeros = strspn(digits, "0.");
            return !(zeros > 0 && (digits + zeros >= end || !strchr("123456789", digits[zeros])));
        }
        parameters += strcspn(parameters, ";,");
    }
    return true;
}

/* Is a coding of either name wanted, by name or by *? */
static bool is_accepted(const char *accept_encoding, const char *name, const char *other)
{
    bool star = false;
    for (const char *item = accept_encoding; item && *item;) {
        item = skip_space(item);
        const char *end = item + strcspn(item, ",");
        size_t length = strcspn(item, ",; \t");
        const char *parameters = skip_space(item + length);
        bool wanted = is_wanted(parameters, end);
        if ((length == strlen(name) && strncasecmp(item, name, length) == 0) ||
            (length == strlen(other) && strncasecmp(item, other, length) == 0))
            return wanted;
        if (length == 1 && *item == '*')
            star = wanted;
        item = *end ? end + 1 : end;
    }
    return star;
}

bool negotiate_gzip(const char *accept_encoding)
{
    return is_accepted(accept_encoding, "gzip", "x-gzip");
}

bool negotiate_brotli(const char *accept_encoding)
{
    return is_accepted(accept_encoding, "br", "br");
}

static const char *skip_weak(const char *tag)
{
    return tag[0] == 'W' && tag[1] == '/' ? tag + 2 : tag;
}

bool negotiate_etag_matches(const char *if_none_match, const char *etag)
{
    if (!if_none_match)
        return false;
    const char *ours = skip_weak(etag);
    size_t ours_length = strlen(ours);
    for (const char *item = skip_space(if_none_match); *item;) {
        if (*item == '*')
            return true;
        item = skip_weak(item);
        if (*item != '"')
            return false; /* not a list of tags */
        const char *close = strchr(item + 1, '"');
        if (!close)
            return false;
        size_t length = (size_t)(close + 1 - item);
        if (length == ours_length && memcmp(item, ours, length) == 0)
            return true;
        item = close + 1;
        item += strspn(item, " \t,");
    }
    return false;
}

static bool is_type(const char *content_type, const char *type)
{
    size_t length = strlen(type);
    if (!content_type || strncasecmp(content_type, type, length) != 0)
        return false;
    const char *rest = skip_space(content_type + length);
    return *rest == '\0' || *rest == ';';
}

bool negotiate_is_json(const char *content_type)
{
    return is_type(content_type, "application/json");
}

bool negotiate_is_form(const char *content_type)
{
    return is_type(content_type, "application/x-www-form-urlencoded");
}

bool negotiate_html(const char *accept)
{
    for (const char *item = accept; item && *item;) {
        item += strspn(item, " \t,");
        const char *end = item + strcspn(item, ",");
        size_t length = strcspn(item, ",; \t");
        if (length == 9 && strncasecmp(item, "text/html", 9) == 0)
            return is_wanted(skip_space(item + length), end);
        item = end;
    }
    return false;
}
