/* The server itself, over sockets, before any dataset is there; the rest is tests/flow. */
#include "server/http.h"

#include "tests/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

struct running {
    struct app *app;
    struct clock clock;
    struct http *http;
};

static struct running start(struct http_options options)
{
    struct error error;
    static struct clock clock;
    struct running running = {0};
    clock = clock_system();
    REQUIRE_OK(app_open(&running.app, &error), &error);
    options.app = running.app;
    options.clock = &clock;
    options.version = "0-test";
    options.listen = "127.0.0.1:0";
    REQUIRE_OK(http_start(&options, &running.http, &error), &error);
    return running;
}

static int dial(unsigned port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct timeval limit = {.tv_sec = 10};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    REQUIRE(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
    return fd;
}

/* Send, and read until the answer's last bytes have come or the connection ends. */
static size_t ask(int fd, const char *request, const char *until, char *answer, size_t size)
{
    size_t length = 0;
    send(fd, request, strlen(request), MSG_NOSIGNAL);
    for (;;) {
        ssize_t got = recv(fd, answer + length, size - 1 - length, 0);
        if (got > 0)
            length += (size_t)got;
        answer[length] = '\0';
        if (got <= 0 || (until && strstr(answer, until)))
            return length;
    }
}

static void *many_requests(void *argument)
{
    unsigned port = *(const unsigned *)argument;
    char answer[4096];
    for (int connection = 0; connection < 5; connection++) {
        int fd = dial(port);
        for (int i = 0; i < 20; i++) {
            ask(fd, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", "ok\n", answer, sizeof answer);
            CHECK(strncmp(answer, "HTTP/1.1 200", 12) == 0);
        }
        close(fd);
    }
    return NULL;
}

TEST(http_threads_answer_many_connections_and_drain)
{
    enum { CLIENTS = 4 };
    struct running running = start((struct http_options){.threads = 2});
    unsigned port = http_port(running.http);
    pthread_t clients[CLIENTS];
    for (int i = 0; i < CLIENTS; i++)
        REQUIRE(pthread_create(&clients[i], NULL, many_requests, &port) == 0);
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(clients[i], NULL);
    char answer[16384];
    int fd = dial(port); /* left idle: the drain must not wait for it */
    ask(fd, "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n", "}", answer, sizeof answer);
    CHECK_CONTAINS(answer, "HTTP/1.1 503");
    CHECK_CONTAINS(answer, "/problems/not-ready");
    CHECK_CONTAINS(answer, "Retry-After: 1");
    ask(fd, "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", "tuoyu_ready 0", answer, sizeof answer);
    CHECK_CONTAINS(answer,
                   "tuoyu_requests_total{method=\"GET\",route=\"/healthz\",code=\"200\"} 400");
    CHECK(http_stop(running.http, 5));
    CHECK_INT(recv(fd, answer, sizeof answer, 0), 0);
    close(fd);
    app_close(running.app);
}

TEST(http_threads_refuse_and_close_what_the_guard_refuses)
{
    struct running running = start((struct http_options){.threads = 1});
    char answer[16384];
    int fd = dial(http_port(running.http));
    ask(fd,
        "POST /v1/nearby HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\n"
        "GET /v1/openapi.json HTTP/1.1\r\nHost: b\r\n\r\n",
        NULL, answer, sizeof answer);
    CHECK(strncmp(answer, "HTTP/1.1 400", 12) == 0);
    CHECK(strstr(answer + 12, "HTTP/1.1") == NULL);
    close(fd);
    CHECK(http_stop(running.http, 5));
    app_close(running.app);
}

TEST(http_threads_cut_slow_heads_and_idle_connections)
{
    struct running running =
        start((struct http_options){.threads = 1, .head_ms = 200, .idle_ms = 300});
    char answer[16384];
    int slow = dial(http_port(running.http)), idle = dial(http_port(running.http));
    ask(idle, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", "ok\n", answer, sizeof answer);
    CHECK_INT(ask(slow, "GET / HT", NULL, answer, sizeof answer), 0);
    CHECK_INT(recv(idle, answer, sizeof answer, 0), 0);
    close(slow);
    close(idle);
    int fd = dial(http_port(running.http));
    ask(fd, "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", "tuoyu_ready", answer, sizeof answer);
    CHECK_CONTAINS(answer, "tuoyu_cut_total{stage=\"head\"} 1");
    CHECK_CONTAINS(answer, "tuoyu_cut_total{stage=\"idle\"} 1");
    close(fd);
    CHECK(http_stop(running.http, 5));
    app_close(running.app);
}

TEST(http_threads_cut_who_does_not_read)
{
    struct running running = start((struct http_options){.threads = 1, .response_ms = 300});
    char answer[16384];
    static const char question[] = "GET /v1/openapi.json HTTP/1.1\r\nHost: a\r\n\r\n";
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)http_port(running.http))};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), small = 4096, segment = 536;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment); /* small buffers here too */
    REQUIRE(connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
    for (int i = 0; i < 200; i++)
        send(fd, question, strlen(question), MSG_NOSIGNAL | MSG_DONTWAIT);
    bool cut = false;
    for (int i = 0; i < 50 && !cut; i++) {
        usleep(100000);
        int other = dial(http_port(running.http));
        ask(other, "GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", NULL, answer,
            sizeof answer);
        close(other);
        cut = strstr(answer, "tuoyu_cut_total{stage=\"response\"} 1") != NULL;
    }
    CHECK(cut);
    close(fd);
    CHECK(http_stop(running.http, 5));
    app_close(running.app);
}

TEST(http_threads_say_what_is_wrong_with_an_option)
{
    struct error error;
    struct http *http;
    struct app *app;
    struct clock clock = clock_system();
    REQUIRE_OK(app_open(&app, &error), &error);
    static const char *const listens[] = {"8080",   "localhost:80", "127.0.0.1:", "127.0.0.1:65536",
                                          "::1:80", "127.0.0.1:x",  ":80",        ""};
    for (size_t i = 0; i < sizeof listens / sizeof *listens; i++) {
        struct http_options options = {
            .app = app, .clock = &clock, .version = "0", .listen = listens[i]};
        CHECK_INT(http_start(&options, &http, &error), STATUS_INVALID);
        CHECK_TEXT(error.parameter, "listen");
        CHECK_CONTAINS(error.message, listens[i]);
    }
    static const char *const urls[] = {"example.org", "https://", "https://a/", "https://a\"b",
                                       "ftp://a"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct http_options options = {.app = app,
                                       .clock = &clock,
                                       .version = "0",
                                       .listen = "127.0.0.1:0",
                                       .public_url = urls[i]};
        CHECK_INT(http_start(&options, &http, &error), STATUS_INVALID);
        CHECK_TEXT(error.parameter, "public-url");
    }
    struct running running = start((struct http_options){.threads = 1});
    char taken[40];
    snprintf(taken, sizeof taken, "127.0.0.1:%u", http_port(running.http));
    struct http_options options = {.app = app, .clock = &clock, .version = "0", .listen = taken};
    CHECK_INT(http_start(&options, &http, &error), STATUS_BUSY);
    CHECK_CONTAINS(error.message, taken);
    CHECK(http_stop(running.http, 5));
    CHECK(http_stop(NULL, 5));
    app_close(running.app);
    app_close(app);
}
