#include "server/config.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct setting {
    const char *option, *variable, *value;
};

static const struct setting settings[CONFIG_COUNT] = {
#define X(name, option, variable, value) {option, variable, value},
    CONFIG_LIST(X)
#undef X
};

/* Where a value comes from, so that a complaint can name it. */
struct given {
    const char *text;
    enum config_origin origin;
    char name[40]; /* "--listen", "TUOYU_LISTEN" */
};

static bool has_option(const struct usage *usage, const char *name)
{
    for (uint32_t i = 0; i < usage->option_count; i++)
        if (strcmp(usage->options[i].name, name) == 0)
            return true;
    return false;
}

static struct given find_value(const struct setting *setting, const struct options *options,
                               char *(*environment)(const char *name))
{
    struct given given = {.text = setting->value, .origin = CONFIG_DEFAULT};
    const char *from_environment = environment ? environment(setting->variable) : NULL;
    if (from_environment && *from_environment) {
        given.text = from_environment;
        given.origin = CONFIG_ENVIRONMENT;
    }
    if (options && has_option(options->usage, setting->option)) {
        const char *from_options = options_text(options, setting->option);
        if (from_options) {
            given.text = from_options;
            given.origin = CONFIG_OPTION;
        }
    }
    snprintf(given.name, sizeof given.name, "%s%s", given.origin == CONFIG_ENVIRONMENT ? "" : "--",
             given.origin == CONFIG_ENVIRONMENT ? setting->variable : setting->option);
    return given;
}

static enum status read_store(const struct given *given, struct config *config, struct error *error)
{
    if (strlen(given->text) >= sizeof config->store)
        return error_set(error, STATUS_INVALID, "%s is a path of %zu bytes; at most %zu are taken",
                         given->name, strlen(given->text), sizeof config->store - 1);
    memcpy(config->store, given->text, strlen(given->text) + 1);
    return STATUS_OK;
}

static bool parse_number(const char *text, uint32_t max, uint32_t *value)
{
    size_t digits = strspn(text, "0123456789");
    if (digits < 1 || digits > 9 || text[digits])
        return false;
    *value = (uint32_t)strtoul(text, NULL, 10);
    return *value <= max;
}

/* Splits "ADDR:PORT" or "[ADDR]:PORT"; localhost is 127.0.0.1. */
static bool parse_address(const char *text, union config_address *address)
{
    const char *colon = strrchr(text, ':');
    uint32_t port = 0;
    if (!colon || !parse_number(colon + 1, 65535, &port))
        return false;
    const char *end = colon;
    bool bracketed = text[0] == '[' && end > text + 1 && end[-1] == ']';
    if (bracketed) {
        text++;
        end--;
    }
    char host[INET6_ADDRSTRLEN];
    if (end == text || (size_t)(end - text) >= sizeof host)
        return false;
    memcpy(host, text, (size_t)(end - text));
    host[end - text] = '\0';
    if (strcmp(host, "localhost") == 0)
        memcpy(host, "127.0.0.1", sizeof "127.0.0.1");

    *address = (union config_address){0};
    if (!bracketed && inet_pton(AF_INET, host, &address->v4.sin_addr) == 1) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = htons((uint16_t)port);
        return true;
    }
    if (bracketed && inet_pton(AF_INET6, host, &address->v6.sin6_addr) == 1) {
        address->v6.sin6_family = AF_INET6;
        address->v6.sin6_port = htons((uint16_t)port);
        return true;
    }
    return false;
}

static bool is_loopback(const union config_address *address)
{
    if (address->any.sa_family == AF_INET)
        return ntohl(address->v4.sin_addr.s_addr) >> 24 == 127;
    return IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
}

static enum status read_listen(const struct given *given, struct config *config,
                               struct error *error)
{
    if (!parse_address(given->text, &config->listen))
        return error_set(error, STATUS_INVALID,
                         "%s is '%.80s'; it must be ADDRESS:PORT, as 127.0.0.1:8080 or [::1]:8080, "
                         "with a port of 0 to 65535",
                         given->name, given->text);
    config->is_loopback = is_loopback(&config->listen);
    return STATUS_OK;
}

/* Only a scheme, a host, perhaps a port and a path of plain characters: it goes into every link. */
static enum status read_public_url(const struct given *given, struct config *config,
                                   struct error *error)
{
    const char *text = given->text;
    size_t length = strlen(text);
    if (length == 0)
        return STATUS_OK;
    const char *host = strncmp(text, "https://", 8) == 0  ? text + 8
                       : strncmp(text, "http://", 7) == 0 ? text + 7
                                                          : NULL;
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "-._~:/[]";
    bool good = host && *host && *host != '/' && host[strspn(host, plain)] == '\0' &&
                length < sizeof config->public_url;
    if (!good)
        return error_set(error, STATUS_INVALID,
                         "%s is '%.120s'; it must be http:// or https://, a host and perhaps a "
                         "port and a path, without user, query or fragment, at most %zu bytes",
                         given->name, text, sizeof config->public_url - 1);
    while (length && text[length - 1] == '/')
        length--;
    memcpy(config->public_url, text, length);
    config->public_url[length] = '\0';
    return STATUS_OK;
}

static enum status read_number(const struct given *given, uint32_t min, uint32_t max,
                               uint32_t *value, struct error *error)
{
    if (!parse_number(given->text, max, value) || *value < min)
        return error_set(error, STATUS_INVALID, "%s is '%.60s'; it must be a number from %u to %u",
                         given->name, given->text, min, max);
    return STATUS_OK;
}

static enum status read_threads(const struct given *given, struct config *config,
                                struct error *error)
{
    enum status status = read_number(given, 0, CONFIG_MAX_THREADS, &config->threads, error);
    if (!status && config->threads == 0) {
        long processors = sysconf(_SC_NPROCESSORS_ONLN);
        config->threads = processors < 1                    ? 1
                          : processors > CONFIG_MAX_THREADS ? CONFIG_MAX_THREADS
                                                            : (uint32_t)processors;
    }
    return status;
}

static enum status read_connections(const struct given *given, struct config *config,
                                    struct error *error)
{
    return read_number(given, CONFIG_MIN_CONNECTIONS, CONFIG_MAX_CONNECTIONS, &config->connections,
                       error);
}

/* What is an address is http.c's to say, when it starts. */
static enum status read_trusted_proxies(const struct given *given, struct config *config,
                                        struct error *error)
{
    if (strlen(given->text) >= sizeof config->trusted_proxies)
        return error_set(error, STATUS_INVALID, "%s is %zu bytes long; at most %zu are taken",
                         given->name, strlen(given->text), sizeof config->trusted_proxies - 1);
    memcpy(config->trusted_proxies, given->text, strlen(given->text) + 1);
    return STATUS_OK;
}

static enum status read_rate(const struct given *given, struct config *config, struct error *error)
{
    return read_number(given, 0, CONFIG_MAX_RATE, &config->rate, error);
}

static enum status read_web(const struct given *given, struct config *config, struct error *error)
{
    if (strlen(given->text) >= sizeof config->web)
        return error_set(error, STATUS_INVALID, "%s is a path of %zu bytes; at most %zu are taken",
                         given->name, strlen(given->text), sizeof config->web - 1);
    memcpy(config->web, given->text, strlen(given->text) + 1);
    return STATUS_OK;
}

static const char *const log_words[] = {"text", "json", "none"}; /* enum config_log */

static enum status read_log(const struct given *given, struct config *config, struct error *error)
{
    for (int i = 0; i < 3; i++)
        if (strcmp(given->text, log_words[i]) == 0) {
            config->log = (enum config_log)i;
            return STATUS_OK;
        }
    return error_set(error, STATUS_INVALID, "%s is '%.60s'; it must be text, json or none",
                     given->name, given->text);
}

enum status config_read(const struct options *options, char *(*environment)(const char *name),
                        struct config *config, struct error *error)
{
    static enum status (*const readers[CONFIG_COUNT])(const struct given *, struct config *,
                                                      struct error *) = {
        [CONFIG_STORE] = read_store,
        [CONFIG_LISTEN] = read_listen,
        [CONFIG_PUBLIC_URL] = read_public_url,
        [CONFIG_THREADS] = read_threads,
        [CONFIG_CONNECTIONS] = read_connections,
        [CONFIG_TRUSTED_PROXIES] = read_trusted_proxies,
        [CONFIG_RATE] = read_rate,
        [CONFIG_LOG] = read_log,
        [CONFIG_WEB] = read_web,
    };
    *config = (struct config){0};
    for (int i = 0; i < CONFIG_COUNT; i++) {
        struct given given = find_value(&settings[i], options, environment);
        config->origins[i] = (uint8_t)given.origin;
        enum status status = readers[i](&given, config, error);
        if (status)
            return status;
    }
    return STATUS_OK;
}

void config_format_address(const union config_address *address, char text[CONFIG_ADDRESS_BYTES])
{
    char host[INET6_ADDRSTRLEN] = "?";
    bool v6 = address->any.sa_family == AF_INET6;
    if (v6)
        inet_ntop(AF_INET6, &address->v6.sin6_addr, host, sizeof host);
    else
        inet_ntop(AF_INET, &address->v4.sin_addr, host, sizeof host);
    snprintf(text, CONFIG_ADDRESS_BYTES, v6 ? "[%s]:%u" : "%s:%u", host,
             (unsigned)ntohs(v6 ? address->v6.sin6_port : address->v4.sin_port));
}

static void print_setting(const struct config *config, enum config_setting setting,
                          const char *value, FILE *out)
{
    static const char *const from[] = {"the default", NULL, "the option"};
    const char *origin = from[config->origins[setting]];
    fprintf(out, "%-15s %-32s # %s%s\n", settings[setting].option, value, origin ? "" : "from ",
            origin ? origin : settings[setting].variable);
}

void config_print(const struct config *config, FILE *out)
{
    char address[CONFIG_ADDRESS_BYTES], made[CONFIG_ADDRESS_BYTES + 8], number[16];
    config_format_address(&config->listen, address);
    snprintf(made, sizeof made, "http://%s", address);
    print_setting(config, CONFIG_STORE, config->store, out);
    print_setting(config, CONFIG_LISTEN, address, out);
    print_setting(config, CONFIG_PUBLIC_URL, *config->public_url ? config->public_url : made, out);
    snprintf(number, sizeof number, "%u", config->threads);
    print_setting(config, CONFIG_THREADS, number, out);
    snprintf(number, sizeof number, "%u", config->connections);
    print_setting(config, CONFIG_CONNECTIONS, number, out);
    print_setting(config, CONFIG_TRUSTED_PROXIES,
                  *config->trusted_proxies ? config->trusted_proxies : "nobody", out);
    snprintf(number, sizeof number, "%u", config->rate);
    print_setting(config, CONFIG_RATE, config->rate ? number : "no limit", out);
    print_setting(config, CONFIG_LOG, log_words[config->log], out);
    print_setting(config, CONFIG_WEB, *config->web ? config->web : "beside the program", out);
}
