#include "server/client.h"

#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { BUCKETS = 1 << 16, SHARDS = 64 };

static struct client_address from_ipv4(const struct in_addr *ipv4)
{
    struct client_address address = {{[10] = 0xFF, [11] = 0xFF}};
    memcpy(address.bytes + 12, ipv4, 4);
    return address;
}

bool client_address_of(const struct sockaddr *peer, struct client_address *address)
{
    if (peer->sa_family == AF_INET) {
        struct sockaddr_in ipv4;
        memcpy(&ipv4, peer, sizeof ipv4);
        *address = from_ipv4(&ipv4.sin_addr);
        return true;
    }
    if (peer->sa_family != AF_INET6)
        return false;
    struct sockaddr_in6 ipv6;
    memcpy(&ipv6, peer, sizeof ipv6);
    memcpy(address->bytes, &ipv6.sin6_addr, sizeof address->bytes);
    return true;
}

bool client_address_parse(const char *text, size_t length, struct client_address *address)
{
    char copy[64];
    struct in_addr ipv4;
    struct in6_addr ipv6;
    if (length >= 2 && text[0] == '[' && text[length - 1] == ']')
        text++, length -= 2;
    if (length == 0 || length >= sizeof copy)
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    if (inet_pton(AF_INET, copy, &ipv4) == 1) {
        *address = from_ipv4(&ipv4);
        return true;
    }
    if (inet_pton(AF_INET6, copy, &ipv6) != 1)
        return false;
    memcpy(address->bytes, &ipv6, sizeof address->bytes);
    return true;
}

static enum status parse_network(const char *text, size_t length, struct client_networks *networks,
                                 struct error *error)
{
    const char *slash = memchr(text, '/', length);
    size_t address_length = slash ? (size_t)(slash - text) : length;
    struct client_address address;
    unsigned bits = 128;
    bool good = client_address_parse(text, address_length, &address);
    bool is_ipv4 = good && memchr(text, '.', address_length) && !memchr(text, ':', address_length);
    if (slash) {
        size_t digits = strspn(slash + 1, "0123456789");
        unsigned most = is_ipv4 ? 32 : 128;
        bits = (unsigned)strtoul(slash + 1, NULL, 10);
        good = good && digits >= 1 && digits <= 3 && digits == length - address_length - 1 &&
               bits <= most;
        bits += is_ipv4 ? 96 : 0;
    }
    if (!good)
        return error_set_parameter(error, STATUS_INVALID, "trusted-proxies",
                                   "trusted proxies: '%.*s' is not an address or a block like "
                                   "10.0.0.0/8",
                                   length > 60 ? 60 : (int)length, text);
    if (networks->count == CLIENT_MAX_NETWORKS)
        return error_set_parameter(error, STATUS_LIMIT, "trusted-proxies",
                                   "trusted proxies: more than %d blocks", CLIENT_MAX_NETWORKS);
    networks->items[networks->count].address = address;
    networks->items[networks->count++].bits = (uint8_t)bits;
    return STATUS_OK;
}

enum status client_networks_parse(const char *text, struct client_networks *networks,
                                  struct error *error)
{
    networks->count = 0;
    for (const char *item = text; item && *item;) {
        item += strspn(item, " ,");
        size_t length = strcspn(item, " ,");
        if (length == 0)
            break;
        enum status status = parse_network(item, length, networks, error);
        if (status)
            return status;
        item += length;
    }
    return STATUS_OK;
}

bool client_networks_contain(const struct client_networks *networks,
                             const struct client_address *address)
{
    for (uint32_t i = 0; i < networks->count; i++) {
        unsigned bits = networks->items[i].bits, whole = bits / 8, rest = bits % 8;
        const uint8_t *network = networks->items[i].address.bytes;
        if (memcmp(network, address->bytes, whole) == 0 &&
            (rest == 0 || (network[whole] ^ address->bytes[whole]) >> (8 - rest) == 0))
            return true;
    }
    return false;
}

struct client_address client_behind(const struct client_networks *trusted,
                                    struct client_address peer, const char *forwarded_for)
{
    size_t end = forwarded_for ? strlen(forwarded_for) : 0;
    while (end > 0 && client_networks_contain(trusted, &peer)) {
        size_t start = end;
        while (start > 0 && forwarded_for[start - 1] != ',')
            start--;
        const char *item = forwarded_for + start;
        size_t length = end - start;
        while (length > 0 && (*item == ' ' || *item == '\t'))
            item++, length--;
        while (length > 0 && (item[length - 1] == ' ' || item[length - 1] == '\t'))
            length--;
        if (!client_address_parse(item, length, &peer))
            break;
        end = start > 0 ? start - 1 : 0;
    }
    return peer;
}

struct bucket {
    float tokens;
    bool seen; /* one not yet seen is full */
    int64_t at_ms;
};

struct client_limit {
    double rate; /* tokens a millisecond */
    float burst;
    uint64_t salt[2];
    pthread_mutex_t mutexes[SHARDS];
    struct bucket buckets[BUCKETS];
};

enum status client_limit_open(double rate_per_second, unsigned burst, struct client_limit **limit,
                              struct error *error)
{
    struct client_limit *opened = calloc(1, sizeof *opened);
    *limit = NULL;
    if (!opened)
        return error_memory(error, "making room for the rate limit");
    opened->rate = rate_per_second / 1000;
    opened->burst = burst ? (float)burst : (float)fmax(1, 2 * rate_per_second);
    if (getrandom(opened->salt, sizeof opened->salt, 0) != sizeof opened->salt) {
        free(opened);
        return error_set(error, STATUS_IO, "the system gave no random bytes");
    }
    for (int i = 0; i < SHARDS; i++)
        pthread_mutex_init(&opened->mutexes[i], NULL);
    *limit = opened;
    return STATUS_OK;
}

void client_limit_close(struct client_limit *limit)
{
    if (!limit)
        return;
    for (int i = 0; i < SHARDS; i++)
        pthread_mutex_destroy(&limit->mutexes[i]);
    free(limit);
}

static uint64_t hash_address(const struct client_limit *limit, const struct client_address *address)
{
    uint64_t halves[2];
    memcpy(halves, address->bytes, sizeof halves);
    bool is_ipv4 = halves[0] == 0 && address->bytes[10] == 0xFF && address->bytes[11] == 0xFF;
    if (!is_ipv4)
        halves[1] = 0; /* the /64 of one household */
    uint64_t hash = limit->salt[0];
    for (int i = 0; i < 2; i++) {
        hash ^= halves[i];
        hash = (hash ^ (hash >> 33)) * (limit->salt[1] | 1);
        hash = (hash ^ (hash >> 29)) * 0xC4CEB9FE1A85EC53u;
    }
    return hash ^ (hash >> 32);
}

bool client_limit_take(struct client_limit *limit, const struct client_address *address,
                       int64_t monotonic_ms, unsigned *retry_after_s)
{
    uint64_t hash = hash_address(limit, address);
    struct bucket *bucket = &limit->buckets[hash % BUCKETS];
    pthread_mutex_t *mutex = &limit->mutexes[hash % SHARDS];
    pthread_mutex_lock(mutex);
    float tokens = limit->burst;
    if (bucket->seen) {
        double gained = (double)(monotonic_ms - bucket->at_ms) * limit->rate;
        tokens = (float)fmin((double)limit->burst, (double)bucket->tokens + fmax(0, gained));
    }
    bool go_on = tokens >= 1;
    bucket->seen = true;
    bucket->at_ms = monotonic_ms;
    bucket->tokens = go_on ? tokens - 1 : tokens;
    pthread_mutex_unlock(mutex);
    if (!go_on)
        *retry_after_s = (unsigned)fmin(3600, ceil((1 - (double)tokens) / limit->rate / 1000));
    if (!go_on && *retry_after_s < 1)
        *retry_after_s = 1;
    return go_on;
}
