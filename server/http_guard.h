/*
 * The head guard: what the library lets through and must not be. A pure function over a head, run
 * before anything else looks at the request; whoever fails it is answered and the connection closed,
 * so that whatever came behind never runs.
 *
 * Two parties that read one byte stream differently (a proxy and this server) let a request be
 * smuggled inside another: two lengths, a length beside chunking, a name with a space before its
 * colon, two hosts. Each of these is refused rather than understood.
 */
#ifndef SERVER_HTTP_GUARD_H
#define SERVER_HTTP_GUARD_H

#include "server/metrics.h"
#include "server/problem.h"

enum { GUARD_URL_BYTES = 2048, GUARD_HEAD_BYTES = 16 * 1024, GUARD_HEADERS_MAX = 100 };

struct guard_header {
    const char *name, *value; /* value may be NULL */
    size_t name_length, value_length;
};

struct guard_head {
    const char *method, *version;
    const char *url; /* as sent */
    size_t url_length;
    const struct guard_header *headers;
    uint32_t header_count;
    bool too_many; /* more than GUARD_HEADERS_MAX */
};

/* What the guard read on its way; values are borrowed from the head. NULL = not there. */
struct guard_found {
    bool chunked, expects_continue;
    uint64_t content_length; /* 0 where there is none */
    const char *content_type, *if_none_match, *accept_encoding;
    const char *accept, *accept_language;
    const char *forwarded_for, *forwarded_proto, *forwarded_host;
};

/*
 * true: the head is good, *found filled. false: *problem (BAD_REQUEST, URL_TOO_LONG, HEAD_TOO_LARGE,
 * EXPECTATION), why, for the metrics, and the sentence.
 */
bool guard_check(const struct guard_head *head, struct guard_found *found, enum problem *problem,
                 enum metrics_refusal *why, struct error *error);

/* Letters, digits, dot, hyphen, underscore, colon, brackets: what a Host may be; not empty. */
bool guard_is_host(const char *text, size_t length);

#endif
