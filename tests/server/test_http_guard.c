#include "server/http_guard.h"

#include "server/client.h"
#include "server/negotiate.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>

/* A head from its lines: "GET /x HTTP/1.1\nHost: a\nName: value". */
static bool judge(const char *text, struct guard_found *found, enum problem *problem)
{
    static char copy[70000];
    static struct guard_header headers[GUARD_HEADERS_MAX];
    struct guard_head head = {.headers = headers};
    enum metrics_refusal why;
    struct error error;
    snprintf(copy, sizeof copy, "%s", text);
    char *line = strchr(copy, '\n');
    *line++ = '\0';
    head.method = copy;
    head.url = strchr(copy, ' ') + 1;
    copy[head.url - copy - 1] = '\0';
    char *version = strrchr(head.url, ' ');
    *version = '\0';
    head.version = version + 1;
    head.url_length = strlen(head.url);
    while (line && *line) {
        char *end = strchrnul(line, '\n'), *colon = memchr(line, ':', (size_t)(end - line));
        bool last = *end == '\0';
        *end = '\0';
        *colon = '\0';
        char *value = colon + 1 + (colon[1] == ' ');
        if (head.header_count == GUARD_HEADERS_MAX)
            head.too_many = true;
        else
            headers[head.header_count++] =
                (struct guard_header){line, value, strlen(line), strlen(value)};
        line = last ? NULL : end + 1;
    }
    return guard_check(&head, found, problem, &why, &error);
}

static void check_head(const char *text, int code)
{
    struct guard_found found;
    enum problem problem = PROBLEM_COUNT;
    bool good = judge(text, &found, &problem);
    unsigned got = good ? 200 : problem_http_code(problem);
    if (got != (unsigned)code)
        test_fail(__FILE__, __LINE__, "%.200s: %u, expected %d", text, got, code);
}

TEST(guard_lets_honest_heads_through)
{
    check_head("GET /v1/nearby?lon=1&lat=2 HTTP/1.1\nHost: localhost:8080", 200);
    check_head("GET / HTTP/1.0\nAccept: */*", 200);
    check_head("POST /v1/nearby HTTP/1.1\nHost: [::1]:80\nContent-Length: 12\n"
               "content-type: application/json\nExpect: 100-Continue",
               200);
    check_head("POST /x HTTP/1.1\nHost: a\ntransfer-encoding: Chunked", 200);
    check_head("GET /?q=%zz HTTP/1.1\nHost: a", 200); /* its parameter names it */
    check_head("GET /a%20b HTTP/1.1\nHost: a\nX-Note:\tok", 200);
}

TEST(guard_refuses_every_way_to_read_a_request_twice)
{
    static const char *const heads[] = {
        "POST / HTTP/1.1\nHost: a\nContent-Length: 5\nContent-Length: 5",
        "POST / HTTP/1.1\nHost: a\nContent-Length: 5\ncontent-length: 6",
        "POST / HTTP/1.1\nHost: a\nContent-Length: 5\nTransfer-Encoding: chunked",
        "POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\nTransfer-Encoding: chunked",
        "POST / HTTP/1.1\nHost: a\nTransfer-Encoding: gzip, chunked",
        "POST / HTTP/1.1\nHost: a\nTransfer-Encoding: identity",
        "POST / HTTP/1.1\nHost: a\nTransfer-Encoding: xchunked",
        "POST / HTTP/1.1\nHost: a\nTransfer-Encoding: ",
        "POST / HTTP/1.0\nHost: a\nTransfer-Encoding: chunked",
        "POST / HTTP/1.1\nHost: a\nContent-Length: +5",
        "POST / HTTP/1.1\nHost: a\nContent-Length: 5, 5",
        "POST / HTTP/1.1\nHost: a\nContent-Length: 0x5",
        "POST / HTTP/1.1\nHost: a\nContent-Length: -1",
        "POST / HTTP/1.1\nHost: a\nContent-Length: ",
        "POST / HTTP/1.1\nHost: a\nContent-Length: 99999999999999999999",
        "POST / HTTP/1.1\nHost: a\nContent-Length : 5",
        "POST / HTTP/1.1\nHost: a\n Content-Length: 5",
        "POST / HTTP/1.1\nHost: a\nContent_Length\x01: 5",
        "GET / HTTP/1.1\nHost: a\nHost: b",
        "GET / HTTP/1.1\nHost: a\nhost: a",
        "GET / HTTP/1.1\nAccept: x",
        "GET / HTTP/1.1\nHost: ",
        "GET / HTTP/1.1\nHost: a b",
        "GET / HTTP/1.1\nHost: a/b",
        "GET / HTTP/1.1\nHost: a@b",
        "GET http://a/ HTTP/1.1\nHost: a",
        "GET a HTTP/1.1\nHost: a",
        "OPTIONS * HTTP/1.1\nHost: a",
        "CONNECT a:80 HTTP/1.1\nHost: a",
        "GET /a b HTTP/1.1\nHost: a",
        "GET /a\x7F HTTP/1.1\nHost: a",
        "GET /a#b HTTP/1.1\nHost: a",
        "GET /%zz HTTP/1.1\nHost: a",
        "GET /% HTTP/1.1\nHost: a",
        "GET /%4 HTTP/1.1\nHost: a",
        "GET /%00 HTTP/1.1\nHost: a",
        "GET /\xE6\x89\x98 HTTP/1.1\nHost: a",
        "GET / HTTP/1.2\nHost: a",
        "GET / HTTP/2.0\nHost: a",
        "GET / http/1.1\nHost: a",
        "GE(T / HTTP/1.1\nHost: a",
        "GET / HTTP/1.1\nHost: a\nX: a\x01z",
        "GET / HTTP/1.1\nHost: a\nX: a\rContent-Length: 3",
        "POST / HTTP/1.1\nHost: a\nContent-Type: application/json\nContent-Type: text/plain",
    };
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        check_head(heads[i], 400);
    check_head("POST / HTTP/1.1\nHost: a\nExpect: 200-ok", 417);
}

TEST(guard_has_ceilings_for_url_and_head)
{
    static char text[70000];
    char url[GUARD_URL_BYTES + 2];
    memset(url, 'a', sizeof url);
    url[0] = '/';
    snprintf(text, sizeof text, "GET %.*s HTTP/1.1\nHost: a", GUARD_URL_BYTES, url);
    check_head(text, 200);
    snprintf(text, sizeof text, "GET %.*s HTTP/1.1\nHost: a", GUARD_URL_BYTES + 1, url);
    check_head(text, 414);
    size_t used = (size_t)snprintf(text, sizeof text, "GET / HTTP/1.1\nHost: a\nX: ");
    memset(text + used, 'x', 16 * 1024 - 40);
    text[used + 16 * 1024 - 40] = '\0';
    check_head(text, 200);
    memset(text + used, 'x', 16 * 1024);
    text[used + 16 * 1024] = '\0';
    check_head(text, 431);
    used = (size_t)snprintf(text, sizeof text, "GET / HTTP/1.1\nHost: a");
    for (int i = 0; i < 100; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "\nX: y");
    check_head(text, 431);
}

TEST(guard_hands_on_what_it_read)
{
    struct guard_found found;
    enum problem problem;
    REQUIRE(judge("POST / HTTP/1.1\nHost: a\nContent-Length: 0012\nIf-None-Match: W/\"1\"\n"
                  "Accept-Encoding: gzip\nX-Forwarded-For: 192.0.2.1",
                  &found, &problem));
    CHECK_INT(found.content_length, 12);
    CHECK(!found.chunked && !found.expects_continue);
    CHECK_TEXT(found.if_none_match, "W/\"1\"");
    CHECK_TEXT(found.accept_encoding, "gzip");
    CHECK_TEXT(found.forwarded_for, "192.0.2.1");
    CHECK(found.content_type == NULL);
}

TEST(negotiate_gzip_by_q_values)
{
    static const struct {
        const char *header;
        bool wanted;
    } cases[] = {
        {NULL, false},
        {"", false},
        {"gzip", true},
        {"GZIP", true},
        {"x-gzip", true},
        {"deflate, gzip;q=1.0, *;q=0.5", true},
        {"gzip;q=0", false},
        {"gzip;q=0.000", false},
        {"gzip; q=0.001", true},
        {"br", false},
        {"*", true},
        {"*;q=0", false},
        {"identity", false},
        {"gzip;q=0, *", false},
        {"br, *;q=0.1", true},
        {"gzipped", false},
        {",,,gzip", true},
        {";;;", false},
        {"gzip;level=1;q=0", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (negotiate_gzip(cases[i].header) != cases[i].wanted)
            test_fail(__FILE__, __LINE__, "'%s'", cases[i].header ? cases[i].header : "(none)");
}

TEST(negotiate_etags_by_weak_comparison)
{
    const char *etag = "W/\"0123\"";
    CHECK(negotiate_etag_matches("W/\"0123\"", etag));
    CHECK(negotiate_etag_matches("\"0123\"", etag));
    CHECK(negotiate_etag_matches("\"x\", W/\"y\" ,\"0123\"", etag));
    CHECK(negotiate_etag_matches("*", etag));
    CHECK(negotiate_etag_matches(" * ", etag));
    CHECK(!negotiate_etag_matches(NULL, etag));
    CHECK(!negotiate_etag_matches("", etag));
    CHECK(!negotiate_etag_matches("\"012\"", etag));
    CHECK(!negotiate_etag_matches("0123", etag));
    CHECK(!negotiate_etag_matches("\"x\", 0123", etag));
    CHECK(!negotiate_etag_matches("\"0123", etag));
    CHECK(!negotiate_etag_matches("W/", etag));
}

TEST(negotiate_json_bodies)
{
    CHECK(negotiate_is_json("application/json"));
    CHECK(negotiate_is_json("Application/JSON; charset=utf-8"));
    CHECK(negotiate_is_json("application/json ;x"));
    CHECK(!negotiate_is_json("application/jsonp"));
    CHECK(!negotiate_is_json("text/plain"));
    CHECK(!negotiate_is_json(NULL));
}

static struct client_address address(const char *text)
{
    struct client_address result = {{0}};
    CHECK(client_address_parse(text, strlen(text), &result));
    return result;
}

static void check_client(const char *trusted, const char *peer, const char *header,
                         const char *expected)
{
    struct client_networks networks;
    struct error error;
    REQUIRE_OK(client_networks_parse(trusted, &networks, &error), &error);
    struct client_address found = client_behind(&networks, address(peer), header);
    struct client_address wanted = address(expected);
    if (memcmp(&found, &wanted, sizeof found) != 0)
        test_fail(__FILE__, __LINE__, "%s behind %s, %s is not %s", peer, trusted,
                  header ? header : "(none)", expected);
}

TEST(clients_behind_trusted_proxies_alone_are_believed)
{
    check_client("", "192.0.2.1", "203.0.113.9", "192.0.2.1");
    check_client("192.0.2.1", "192.0.2.1", "203.0.113.9", "203.0.113.9");
    check_client("192.0.2.1", "192.0.2.2", "203.0.113.9", "192.0.2.2");
    check_client("192.0.2.0/24, 10.0.0.0/8", "192.0.2.77", "203.0.113.9, 198.51.100.4 ,10.1.2.3",
                 "198.51.100.4");
    check_client("192.0.2.1", "192.0.2.1", NULL, "192.0.2.1");
    check_client("192.0.2.1", "192.0.2.1", "203.0.113.9, nonsense", "192.0.2.1");
    check_client("192.0.2.1", "192.0.2.1", ",,,", "192.0.2.1");
    check_client("::1", "::1", "2001:db8::7", "2001:db8::7");
    check_client("127.0.0.0/8", "127.0.0.1", "127.0.0.2, 127.0.0.3", "127.0.0.2");
}

TEST(clients_networks_that_are_none_are_refused)
{
    static const char *const bad[] = {"localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8",
                                      "::1/129",   "10.0.0.0/8x", "/8",        "10.0.0.0/-1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct client_networks networks;
        struct error error;
        CHECK_INT(client_networks_parse(bad[i], &networks, &error), STATUS_INVALID);
        CHECK_CONTAINS(error.message, bad[i]);
    }
}

TEST(client_limit_gives_a_burst_then_the_rate)
{
    struct client_limit *limit;
    struct error error;
    unsigned retry = 0;
    struct client_address one = address("192.0.2.1"), other = address("192.0.2.2");
    REQUIRE_OK(client_limit_open(2, 5, &limit, &error), &error);
    for (int i = 0; i < 5; i++)
        CHECK(client_limit_take(limit, &one, 1000, &retry));
    CHECK(!client_limit_take(limit, &one, 1000, &retry));
    CHECK_INT(retry, 1);
    CHECK(client_limit_take(limit, &other, 1000, &retry));
    int taken = 0;
    for (int64_t ms = 1000; ms < 11000; ms += 10)
        taken += client_limit_take(limit, &one, ms, &retry);
    CHECK(taken >= 19 && taken <= 20);
    struct client_address house = address("2001:db8::1"), same_house = address("2001:db8::2");
    for (int i = 0; i < 5; i++)
        CHECK(client_limit_take(limit, &house, 1000, &retry));
    CHECK(!client_limit_take(limit, &same_house, 1000, &retry));
    client_limit_close(limit);
}
