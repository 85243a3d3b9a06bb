#include "server/config.h"
#include "tests/test.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static const struct option_spec specs[] = {
    {"store", "PATH", ""},    {"listen", "ADDR:PORT", ""},  {"public-url", "URL", ""},
    {"threads", "COUNT", ""}, {"connections", "COUNT", ""}, {"print-config", NULL, ""},
    {"rate", "COUNT", ""},    {"log", "WHERE", ""},
};
static const struct usage usage = {.name = "serve",
                                   .positionals = "",
                                   .options = specs,
                                   .option_count = sizeof specs / sizeof *specs};

static char *an_environment(const char *name)
{
    static char store[] = "/srv/register.db", listen[] = "[::1]:9000", empty[] = "";
    return strcmp(name, "TUOYU_STORE") == 0     ? store
           : strcmp(name, "TUOYU_LISTEN") == 0  ? listen
           : strcmp(name, "TUOYU_THREADS") == 0 ? empty
                                                : NULL;
}

static enum status read_one(const char *argument, struct config *config, struct error *error)
{
    struct options options;
    enum status status = options_parse(&usage, 1, &argument, &options, error);
    return status ? status : config_read(&options, NULL, config, error);
}

TEST(defaults_hold_where_nothing_is_said)
{
    struct config config;
    struct error error = {0};
    REQUIRE_OK(config_read(NULL, NULL, &config, &error), &error);
    char address[CONFIG_ADDRESS_BYTES];
    config_format_address(&config.listen, address);
    CHECK_TEXT(config.store, "var/tuoyu.db");
    CHECK_TEXT(address, "127.0.0.1:8080");
    CHECK_TEXT(config.public_url, "");
    CHECK(config.is_loopback);
    CHECK(config.threads >= 1 && config.threads <= CONFIG_MAX_THREADS);
    CHECK_INT(config.connections, 2048);
}

TEST(the_environment_beats_the_default_and_an_option_beats_the_environment)
{
    struct options options;
    struct config config;
    struct error error = {0};
    const char *argv[] = {"--listen", "0.0.0.0:80", "--threads=3", "--print-config"};
    REQUIRE_OK(options_parse(&usage, 4, argv, &options, &error), &error);
    REQUIRE_OK(config_read(&options, an_environment, &config, &error), &error);
    char address[CONFIG_ADDRESS_BYTES];
    config_format_address(&config.listen, address);
    CHECK_TEXT(config.store, "/srv/register.db");
    CHECK_TEXT(address, "0.0.0.0:80");
    CHECK(!config.is_loopback);
    CHECK_INT(config.threads, 3);
    CHECK_INT(config.origins[CONFIG_STORE], CONFIG_ENVIRONMENT);
    CHECK_INT(config.origins[CONFIG_LISTEN], CONFIG_OPTION);
    CHECK_INT(config.origins[CONFIG_CONNECTIONS], CONFIG_DEFAULT);

    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    REQUIRE(out);
    config_print(&config, out);
    fclose(out);
    CHECK_CONTAINS(text, "store           /srv/register.db                 # from TUOYU_STORE\n");
    CHECK_CONTAINS(text, "listen          0.0.0.0:80                       # the option\n");
    CHECK_CONTAINS(text, "public-url      http://0.0.0.0:80                # the default\n");
    CHECK_CONTAINS(text, "threads         3                                # the option\n");
    free(text);
}

TEST(an_empty_variable_counts_as_not_set)
{
    struct config config;
    struct error error = {0};
    REQUIRE_OK(config_read(NULL, an_environment, &config, &error), &error);
    CHECK_INT(config.origins[CONFIG_THREADS], CONFIG_DEFAULT);
    CHECK(config.is_loopback); /* [::1] */
}

TEST(addresses_of_both_families_are_read_and_others_refused)
{
    static const struct {
        const char *option, *address;
    } good[] = {
        {"--listen=127.0.0.1:0", "127.0.0.1:0"},
        {"--listen=localhost:8080", "127.0.0.1:8080"},
        {"--listen=[::]:65535", "[::]:65535"},
        {"--listen=[2001:db8::1]:80", "[2001:db8::1]:80"},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct config config;
        struct error error = {0};
        char address[CONFIG_ADDRESS_BYTES];
        REQUIRE_OK(read_one(good[i].option, &config, &error), &error);
        config_format_address(&config.listen, address);
        CHECK_TEXT(address, good[i].address);
    }
    static const char *const bad[] = {
        "--listen=8080",         "--listen=:8080",        "--listen=127.0.0.1",
        "--listen=127.0.0.1:",   "--listen=127.0.0.1:x",  "--listen=127.0.0.1:65536",
        "--listen=127.0.0.1:-1", "--listen=::1:8080",     "--listen=[127.0.0.1]:80",
        "--listen=300.0.0.1:80", "--listen=[]:80",        "--listen=example.org:80",
        "--listen=1.2.3.4: 80",  "--listen=1.2.3.4:80\n", "--listen=1.2.3.4:00000000080",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct config config;
        struct error error = {0};
        CHECK_INT(read_one(bad[i], &config, &error), STATUS_INVALID);
        CHECK_CONTAINS(error.message, "--listen is '");
        CHECK_CONTAINS(error.message, "ADDRESS:PORT");
    }
}

TEST(a_public_url_is_plain_and_loses_the_slash_at_its_end)
{
    struct config config;
    struct error error = {0};
    REQUIRE_OK(read_one("--public-url=https://tuoyu.example.org/api//", &config, &error), &error);
    CHECK_TEXT(config.public_url, "https://tuoyu.example.org/api");
    static const char *const bad[] = {
        "--public-url=ftp://example.org",
        "--public-url=example.org",
        "--public-url=https://",
        "--public-url=https:///x",
        "--public-url=https://a@b.example",
        "--public-url=https://example.org/?q=1",
        "--public-url=https://example.org/#x",
        "--public-url=https://example.org/ x",
        "--public-url=https://example.org/\"><b",
        "--public-url=https://example.org/\r\nX: y",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_INT(read_one(bad[i], &config, &error), STATUS_INVALID);
        CHECK_CONTAINS(error.message, "--public-url is '");
    }
}

static char *bad_environment(const char *name)
{
    static char value[] = "many";
    return strcmp(name, "TUOYU_CONNECTIONS") == 0 ? value : NULL;
}

TEST(numbers_out_of_range_are_named_with_where_they_came_from)
{
    struct config config;
    struct error error = {0};
    CHECK_INT(read_one("--threads=65", &config, &error), STATUS_INVALID);
    CHECK_CONTAINS(error.message, "--threads is '65'; it must be a number from 0 to 64");
    CHECK_INT(read_one("--connections=15", &config, &error), STATUS_INVALID);
    CHECK_CONTAINS(error.message, "from 16 to 65536");
    CHECK_INT(read_one("--connections=1e3", &config, &error), STATUS_INVALID);
    CHECK_INT(read_one("--rate=-1", &config, &error), STATUS_INVALID);
    CHECK_INT(read_one("--log=loud", &config, &error), STATUS_INVALID);
    CHECK_CONTAINS(error.message, "text, json or none");
    REQUIRE_OK(read_one("--log=json", &config, &error), &error);
    CHECK_INT(config.log, CONFIG_LOG_JSON);
    CHECK_INT(config_read(NULL, bad_environment, &config, &error), STATUS_INVALID);
    CHECK_CONTAINS(error.message, "TUOYU_CONNECTIONS is 'many'");
}
