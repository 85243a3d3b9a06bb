/*
 * Who is asking: the peer's address, or, behind proxies we are told to trust, the one they report.
 * Addresses are compared and hashed here and are never written anywhere.
 */
#ifndef SERVER_CLIENT_H
#define SERVER_CLIENT_H

#include "geo/status.h"

#include <stdbool.h>
#include <stdint.h>

struct sockaddr;

/* An address as 16 bytes; IPv4 as ::ffff:a.b.c.d. */
struct client_address {
    uint8_t bytes[16];
};

enum { CLIENT_MAX_NETWORKS = 32 };

struct client_networks {
    struct {
        struct client_address address;
        uint8_t bits; /* of the 128 that count */
    } items[CLIENT_MAX_NETWORKS];
    uint32_t count;
};

/*
 * "10.0.0.0/8, ::1, 192.0.2.7": numeric addresses or CIDR blocks, parted by commas. NULL or "" is
 * nobody. INVALID, with the item, for anything else.
 */
enum status MUST_CHECK client_networks_parse(const char *text, struct client_networks *networks,
                                             struct error *error);
bool client_networks_contain(const struct client_networks *networks,
                             const struct client_address *address);

/* False for what is neither IPv4 nor IPv6. */
bool client_address_of(const struct sockaddr *peer, struct client_address *address);
bool client_address_parse(const char *text, size_t length, struct client_address *address);

/*
 * The client behind trusted proxies: the last address of X-Forwarded-For that is not theirs, read
 * right to left. What cannot be read ends the reading: the last address known then counts.
 */
struct client_address client_behind(const struct client_networks *trusted,
                                    struct client_address peer, const char *forwarded_for);

/* A limit of requests a second and client: token buckets in a fixed table, keyed by a hash salted
 * when the table is made. Clients that fall into one bucket share it. */
struct client_limit;
enum status MUST_CHECK client_limit_open(double rate_per_second, unsigned burst,
                                         struct client_limit **limit, struct error *error);
void client_limit_close(struct client_limit *limit); /* safe on NULL */
/* True: go on. False: *retry_after_s, at least 1. IPv6 clients count by their /64. Any thread. */
bool client_limit_take(struct client_limit *limit, const struct client_address *address,
                       int64_t monotonic_ms, unsigned *retry_after_s);

#endif
