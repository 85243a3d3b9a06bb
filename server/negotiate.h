/*
 * What a client's request headers ask of the answer's form. Pure functions over header values.
 */
#ifndef SERVER_NEGOTIATE_H
#define SERVER_NEGOTIATE_H

#include <stdbool.h>
#include <stddef.h>

/* Accept-Encoding: may the answer be gzip? By q-values (RFC 9110, 12.5.3); NULL = no header: no. */
bool negotiate_gzip(const char *accept_encoding);
/* The same of br, for what is kept compressed. */
bool negotiate_brotli(const char *accept_encoding);

/*
 * If-None-Match: does one of its tags, or *, match? Compared weakly (RFC 9110, 13.1.2): W/ does not
 * count. `etag` is as it is sent, with quotes. NULL header = no.
 */
bool negotiate_etag_matches(const char *if_none_match, const char *etag);

/* Content-Type: application/json, in any case, with or without parameters? */
bool negotiate_is_json(const char *content_type);
/* application/x-www-form-urlencoded: what a browser sends of a form. */
bool negotiate_is_form(const char *content_type);

/* Accept: does it name text/html, as browsers do? NULL = no header: no. */
bool negotiate_html(const char *accept);

#endif
