/*
 * What the program is told: defaults, then the environment, then options; checked once, printable.
 *
 *   setting       environment          default
 *   store         TUOYU_STORE          var/tuoyu.db
 *   listen        TUOYU_LISTEN         127.0.0.1:8080
 *   public-url    TUOYU_PUBLIC_URL     http://ADDR:PORT of listen
 *   threads       TUOYU_THREADS        0: one a processor
 *   connections   TUOYU_CONNECTIONS    2048
 *   rate          TUOYU_RATE           0: no limit
 *   log           TUOYU_LOG            text
 *   trusted-proxies                    nobody
 *                 TUOYU_TRUSTED_PROXIES
 *   web           TUOYU_WEB            beside the program: files_find_folder() (files.h)
 */
#ifndef SERVER_CONFIG_H
#define SERVER_CONFIG_H

#include "server/options.h"

#include <netinet/in.h>
#include <sys/socket.h>

#define CONFIG_LIST(X)                                                 \
    X(STORE, "store", "TUOYU_STORE", "var/tuoyu.db")                   \
    X(LISTEN, "listen", "TUOYU_LISTEN", "127.0.0.1:8080")              \
    X(PUBLIC_URL, "public-url", "TUOYU_PUBLIC_URL", "")                \
    X(THREADS, "threads", "TUOYU_THREADS", "0")                        \
    X(CONNECTIONS, "connections", "TUOYU_CONNECTIONS", "2048")         \
    X(TRUSTED_PROXIES, "trusted-proxies", "TUOYU_TRUSTED_PROXIES", "") \
    X(RATE, "rate", "TUOYU_RATE", "0")                                 \
    X(LOG, "log", "TUOYU_LOG", "text")                                 \
    X(WEB, "web", "TUOYU_WEB", "")

enum config_setting {
#define X(name, option, variable, value) CONFIG_##name,
    CONFIG_LIST(X)
#undef X
        CONFIG_COUNT
};

enum config_log { CONFIG_LOG_TEXT, CONFIG_LOG_JSON, CONFIG_LOG_NONE };
enum config_origin { CONFIG_DEFAULT, CONFIG_ENVIRONMENT, CONFIG_OPTION };

enum {
    CONFIG_MAX_TEXT = 4096, /* a path's own limit */
    CONFIG_MAX_THREADS = 64,
    CONFIG_MIN_CONNECTIONS = 16,
    CONFIG_MAX_CONNECTIONS = 65536,
    CONFIG_MAX_RATE = 1000000
};

union config_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

struct config {
    char store[CONFIG_MAX_TEXT]; /* as given */
    char public_url[256];        /* without a slash at its end; "" = made of the address bound */
    union config_address listen;
    bool is_loopback;           /* only this machine can reach it */
    uint32_t threads;           /* 1..CONFIG_MAX_THREADS */
    uint32_t connections;       /* at one time */
    char trusted_proxies[1024]; /* addresses or CIDR blocks, parted by commas; http.c reads them */
    uint32_t rate;              /* requests a second and client; 0 = no limit */
    enum config_log log;        /* of requests, on standard error */
    char web[CONFIG_MAX_TEXT];  /* the built web folder; "" = beside the program, if it is there */
    uint8_t origins[CONFIG_COUNT]; /* enum config_origin, for printing */
};

/*
 * options      those of `options->usage` that are settings count; may be NULL
 * environment  as getenv(); may be NULL for none
 *
 * INVALID, naming the option or the variable at fault, its value and the bound.
 */
enum status MUST_CHECK config_read(const struct options *options,
                                   char *(*environment)(const char *name), struct config *config,
                                   struct error *error);

/* One line a setting: what holds, and where it comes from. */
void config_print(const struct config *config, FILE *out);

/* "127.0.0.1:8080", "[::1]:8080". */
enum { CONFIG_ADDRESS_BYTES = 64 };
void config_format_address(const union config_address *address, char text[CONFIG_ADDRESS_BYTES]);

#endif
