#include "server/http_guard.h"

#include <strings.h>

/* RFC 9110, 5.6.2 */
static bool is_token_char(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!is_token_char((unsigned char)text[i]))
            return false;
    return length > 0;
}

static bool is_hex(char c)
{
    return c && strchr("0123456789abcdefABCDEF", c);
}

bool guard_is_host(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              (c && strchr(".-_:[]", c))))
            return false;
    }
    return length > 0 && length <= 255;
}

struct verdict {
    enum problem *problem;
    enum metrics_refusal *why;
    struct error *error;
};

static bool refuse(const struct verdict *verdict, enum problem problem, enum metrics_refusal why,
                   const char *sentence)
{
    *verdict->problem = problem;
    *verdict->why = why;
    error_set(verdict->error, STATUS_INVALID, "%s", sentence);
    return false;
}

static bool bad(const struct verdict *verdict, enum metrics_refusal why, const char *sentence)
{
    return refuse(verdict, PROBLEM_BAD_REQUEST, why, sentence);
}

static bool check_url(const struct guard_head *head, const struct verdict *verdict)
{
    const char *url = head->url;
    if (head->url_length > GUARD_URL_BYTES)
        return refuse(verdict, PROBLEM_URL_TOO_LONG, REFUSAL_URL,
                      "the URL is longer than 2048 bytes; POST takes the parameters as a body");
    if (url[0] != '/')
        return bad(verdict, REFUSAL_URL, "the request target must be a path that begins with /");
    bool in_path = true;
    for (size_t i = 0; i < head->url_length; i++) {
        unsigned char c = (unsigned char)url[i];
        if (c == '?')
            in_path = false;
        if (c <= 0x20 || c == 0x7F || c == '#' || (in_path && c >= 0x80))
            return bad(verdict, REFUSAL_URL,
                       "the URL has a byte that must be percent-encoded: a space, a control "
                       "character, # or, in the path, one beyond ASCII");
        if (!in_path || c != '%') /* a parameter's own % is judged, and named, with its value */
            continue;
        if (i + 2 >= head->url_length || !is_hex(url[i + 1]) || !is_hex(url[i + 2]))
            return bad(verdict, REFUSAL_URL,
                       "the path has a % without two hexadecimal digits behind it");
        if (url[i + 1] == '0' && url[i + 2] == '0')
            return bad(verdict, REFUSAL_URL, "the path has an encoded NUL");
    }
    return true;
}

static bool check_request_line(const struct guard_head *head, const struct verdict *verdict)
{
    size_t method_length = strnlen(head->method, 33);
    if (method_length > 32 || !is_token(head->method, method_length))
        return bad(verdict, REFUSAL_REQUEST_LINE, "the method is not a word of HTTP");
    if (strcmp(head->version, "HTTP/1.1") != 0 && strcmp(head->version, "HTTP/1.0") != 0)
        return bad(verdict, REFUSAL_REQUEST_LINE, "the version must be HTTP/1.1 or HTTP/1.0");
    return check_url(head, verdict);
}

static bool check_sizes(const struct guard_head *head, const struct verdict *verdict)
{
    size_t bytes = strlen(head->method) + head->url_length + strlen(head->version) + 4;
    for (uint32_t i = 0; i < head->header_count; i++)
        bytes += head->headers[i].name_length + head->headers[i].value_length + 4;
    if (bytes > GUARD_HEAD_BYTES || head->too_many)
        return refuse(verdict, PROBLEM_HEAD_TOO_LARGE, REFUSAL_HEAD_SIZE,
                      "the head is larger than 16 KiB or has more than 100 header lines");
    return true;
}

static bool check_bytes(const struct guard_header *header, const struct verdict *verdict)
{
    if (!is_token(header->name, header->name_length))
        return bad(verdict, REFUSAL_HEADER_NAME,
                   "a header's name has a byte that names cannot have (a space before the colon?)");
    for (size_t i = 0; i < header->value_length; i++) {
        unsigned char c = (unsigned char)header->value[i];
        if ((c < 0x20 && c != '\t') || c == 0x7F)
            return bad(verdict, REFUSAL_HEADER_VALUE, "a header's value has a control character");
    }
    return true;
}

static bool parse_length(const struct guard_header *header, uint64_t *length)
{
    if (header->value_length == 0 || header->value_length > 18)
        return false;
    *length = 0;
    for (size_t i = 0; i < header->value_length; i++) {
        if (header->value[i] < '0' || header->value[i] > '9')
            return false;
        *length = *length * 10 + (uint64_t)(header->value[i] - '0');
    }
    return true;
}

static bool is_value(const struct guard_header *header, const char *value)
{
    return header->value_length == strlen(value) &&
           strncasecmp(header->value, value, header->value_length) == 0;
}

/* Headers that may be there once; which of them is at `header`, or COUNT. */
enum single {
    HOST,
    CONTENT_LENGTH,
    TRANSFER_ENCODING,
    EXPECT,
    CONTENT_TYPE,
    IF_NONE_MATCH,
    ACCEPT_ENCODING,
    ACCEPT,
    ACCEPT_LANGUAGE,
    FORWARDED_FOR,
    FORWARDED_PROTO,
    FORWARDED_HOST,
    SINGLE_COUNT
};
static const char *const single_names[SINGLE_COUNT] = {
    [HOST] = "Host",
    [CONTENT_LENGTH] = "Content-Length",
    [TRANSFER_ENCODING] = "Transfer-Encoding",
    [EXPECT] = "Expect",
    [CONTENT_TYPE] = "Content-Type",
    [IF_NONE_MATCH] = "If-None-Match",
    [ACCEPT_ENCODING] = "Accept-Encoding",
    [ACCEPT] = "Accept",
    [ACCEPT_LANGUAGE] = "Accept-Language",
    [FORWARDED_FOR] = "X-Forwarded-For",
    [FORWARDED_PROTO] = "X-Forwarded-Proto",
    [FORWARDED_HOST] = "X-Forwarded-Host",
};

static enum single which_single(const struct guard_header *header)
{
    for (int i = 0; i < SINGLE_COUNT; i++)
        if (strlen(single_names[i]) == header->name_length &&
            strncasecmp(single_names[i], header->name, header->name_length) == 0)
            return (enum single)i;
    return SINGLE_COUNT;
}

static bool check_host(const struct guard_head *head, const struct guard_header *host,
                       const struct verdict *verdict)
{
    if (!host && strcmp(head->version, "HTTP/1.1") == 0)
        return bad(verdict, REFUSAL_HOST, "there is no Host header; HTTP/1.1 needs one");
    if (host && !guard_is_host(host->value, host->value_length))
        return bad(verdict, REFUSAL_HOST, "the Host header is not a host");
    return true;
}

static bool check_framing(const struct guard_head *head, const struct guard_header *const *singles,
                          struct guard_found *found, const struct verdict *verdict)
{
    const struct guard_header *length = singles[CONTENT_LENGTH];
    const struct guard_header *encoding = singles[TRANSFER_ENCODING];
    const struct guard_header *expect = singles[EXPECT];
    if (length && encoding)
        return bad(verdict, REFUSAL_FRAMING,
                   "Content-Length and Transfer-Encoding are not allowed together");
    if (length && !parse_length(length, &found->content_length))
        return bad(verdict, REFUSAL_FRAMING, "Content-Length must be digits alone");
    if (encoding && (!is_value(encoding, "chunked") || strcmp(head->version, "HTTP/1.1") != 0))
        return bad(verdict, REFUSAL_FRAMING,
                   "Transfer-Encoding must be exactly chunked, in HTTP/1.1");
    found->chunked = encoding != NULL;
    if (expect && !is_value(expect, "100-continue"))
        return refuse(verdict, PROBLEM_EXPECTATION, REFUSAL_HEADER_VALUE,
                      "Expect must be 100-continue");
    found->expects_continue = expect != NULL;
    return true;
}

static const char *value_of(const struct guard_header *header)
{
    return header ? header->value : NULL;
}

bool guard_check(const struct guard_head *head, struct guard_found *found, enum problem *problem,
                 enum metrics_refusal *why, struct error *error)
{
    const struct verdict verdict = {problem, why, error};
    const struct guard_header *singles[SINGLE_COUNT] = {NULL};
    memset(found, 0, sizeof *found);
    if (!check_request_line(head, &verdict) || !check_sizes(head, &verdict))
        return false;
    for (uint32_t i = 0; i < head->header_count; i++) {
        const struct guard_header *header = &head->headers[i];
        if (!check_bytes(header, &verdict))
            return false;
        enum single single = which_single(header);
        bool may_repeat = single >= IF_NONE_MATCH; /* lists: only one of them is read */
        if (single == SINGLE_COUNT || (singles[single] && may_repeat))
            continue;
        if (singles[single])
            return bad(&verdict, single == HOST ? REFUSAL_HOST : REFUSAL_FRAMING,
                       single == HOST ? "there is more than one Host header"
                                      : "a header that says what the body is stands there twice");
        singles[single] = header;
    }
    if (!check_host(head, singles[HOST], &verdict) ||
        !check_framing(head, singles, found, &verdict))
        return false;
    found->content_type = value_of(singles[CONTENT_TYPE]);
    found->if_none_match = value_of(singles[IF_NONE_MATCH]);
    found->accept_encoding = value_of(singles[ACCEPT_ENCODING]);
    found->accept = value_of(singles[ACCEPT]);
    found->accept_language = value_of(singles[ACCEPT_LANGUAGE]);
    found->forwarded_for = value_of(singles[FORWARDED_FOR]);
    found->forwarded_proto = value_of(singles[FORWARDED_PROTO]);
    found->forwarded_host = value_of(singles[FORWARDED_HOST]);
    return true;
}
