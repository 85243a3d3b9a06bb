/* Heads for the guard, and the header values that are read after it. Lines as in a request. */
#include "server/client.h"
#include "server/http_guard.h"
#include "server/negotiate.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The next piece up to `end`, NUL-terminated in place; advances. */
static char *piece(char **at, char end)
{
    char *start = *at, *stop = strchr(start, end);
    if (stop)
        *stop = '\0';
    *at = stop ? stop + 1 : start + strlen(start);
    return start;
}

static void check_found(const struct guard_found *found)
{
    struct client_networks networks = {.count = 0};
    struct client_address address = {{0}};
    if (found->chunked && found->content_length)
        abort();                               /* what the guard is there for */
    networks.items[networks.count++].bits = 0; /* trusts everybody: reads all of the header */
    client_behind(&networks, address, found->forwarded_for);
    negotiate_gzip(found->accept_encoding);
    negotiate_etag_matches(found->if_none_match, "W/\"0\"");
    negotiate_is_json(found->content_type);
    if (client_networks_parse(found->forwarded_for, &networks, NULL) == STATUS_OK &&
        networks.count > CLIENT_MAX_NETWORKS)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct guard_header headers[GUARD_HEADERS_MAX];
    char *text = malloc(size + 1), *at = text;
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    struct guard_head head = {.headers = headers};
    head.method = piece(&at, ' ');
    head.url = piece(&at, ' ');
    head.url_length = strlen(head.url);
    head.version = piece(&at, '\n');
    while (*at) {
        char *name = piece(&at, ':'), *value = piece(&at, '\n');
        head.too_many = head.header_count == GUARD_HEADERS_MAX;
        if (head.too_many)
            break;
        headers[head.header_count++] =
            (struct guard_header){name, value, strlen(name), strlen(value)};
    }
    struct guard_found found;
    struct error error;
    enum problem problem;
    enum metrics_refusal why;
    if (guard_check(&head, &found, &problem, &why, &error))
        check_found(&found);
    free(text);
    return 0;
}
