#include "server/log.h"

#include "tests/test.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 4, ENTRIES = 3000 };

static void *write_entries(void *ring)
{
    struct log_entry entry = {.method = "GET", .route = "/v1/nearby", .http_code = 200};
    for (uint32_t i = 0; i < ENTRIES; i++) {
        entry.micros = i;
        log_request(ring, &entry);
    }
    return NULL;
}

TEST(log_threads_lose_nothing_but_what_is_counted)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/log", test_folder());
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    REQUIRE(fd >= 0);
    struct log *log;
    struct error error;
    pthread_t threads[THREADS];
    REQUIRE_OK(log_open(fd, LOG_KEY_VALUE, &log, &error), &error);
    for (int i = 0; i < THREADS; i++) {
        struct log_ring *ring;
        REQUIRE_OK(log_ring_open(log, &ring, &error), &error);
        REQUIRE(pthread_create(&threads[i], NULL, write_entries, ring) == 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    log_message(log, "stopping \"%s\"\n", "soon");
    uint64_t dropped = log_dropped(log);
    log_close(log);
    close(fd);
    size_t length, lines = 0, messages = 0;
    char *text = test_read_file(path, &length);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        CHECK(strncmp(line, "time=", 5) == 0);
        messages += strstr(line, "message=\"stopping \\\"soon\\\" \"") != NULL;
        lines += strstr(line, " method=GET route=/v1/nearby status=200 bytes=0 us=") != NULL;
    }
    CHECK_INT(lines + dropped, THREADS * ENTRIES);
    CHECK_INT(messages, 1);
    free(text);
}

TEST(log_threads_are_not_held_up_by_a_log_that_nobody_reads)
{
    int ends[2];
    struct log *log;
    struct log_ring *ring;
    struct error error;
    REQUIRE(pipe(ends) == 0);
    REQUIRE_OK(log_open(ends[1], LOG_JSON, &log, &error), &error);
    REQUIRE_OK(log_ring_open(log, &ring, &error), &error);
    struct log_entry entry = {.method = "GET", .http_code = 404, .reason = STATUS_NOT_FOUND};
    for (int i = 0; i < 200000; i++)
        log_request(ring, &entry);
    CHECK(log_dropped(log) > 0);
    char line[4096];
    ssize_t got = read(ends[0], line, sizeof line - 1);
    REQUIRE(got > 0);
    line[got] = '\0';
    CHECK_CONTAINS(line, "\"method\":\"GET\",\"route\":\"-\",\"status\":404,\"bytes\":0,\"us\":0,"
                         "\"reason\":\"not-found\"}");
    pthread_t closer;
    /* closing writes what is waiting: somebody must read */
    REQUIRE(pthread_create(&closer, NULL, (void *(*)(void *))(void (*)(void))log_close, log) == 0);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    for (int idle = 0; idle < 200; idle++) {
        if (read(ends[0], line, sizeof line) > 0)
            idle = 0;
        else
            usleep(1000);
    }
    pthread_join(closer, NULL);
    close(ends[0]);
    close(ends[1]);
}

static void *close_log(void *log)
{
    log_message(log, "stopping");
    log_close(log);
    return NULL;
}

TEST(log_threads_end_though_nobody_reads_what_is_waiting)
{
    int ends[2];
    struct log *log;
    struct log_ring *ring;
    struct error error;
    pthread_t closer;
    struct timespec until;
    char line[4096];
    REQUIRE(pipe(ends) == 0);
    REQUIRE_OK(log_open(ends[1], LOG_KEY_VALUE, &log, &error), &error);
    REQUIRE_OK(log_ring_open(log, &ring, &error), &error);
    struct log_entry entry = {.method = "GET", .route = "/v1/nearby", .http_code = 200};
    for (int i = 0; i < 8000; i++) /* ten times what the pipe holds */
        log_request(ring, &entry);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 10;
    REQUIRE(pthread_create(&closer, NULL, close_log, log) == 0);
    bool ended = pthread_timedjoin_np(closer, NULL, &until) == 0;
    CHECK(ended);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    for (int idle = 0; idle < 500 && !ended; idle++) /* let it go, that the test may end */
        if (read(ends[0], line, sizeof line) <= 0)
            usleep(1000);
    if (!ended)
        pthread_join(closer, NULL);
    ssize_t got = read(ends[0], line, sizeof line - 1);
    REQUIRE(!ended || got > 0); /* what the pipe took is there, in whole lines */
    close(ends[0]);
    close(ends[1]);
}

TEST(log_threads_lose_whole_lines_alone_and_say_how_many)
{
    enum { MANY = 8000 };
    int ends[2];
    struct log *log;
    struct log_ring *ring;
    struct error error;
    REQUIRE(pipe(ends) == 0);
    REQUIRE_OK(log_open(ends[1], LOG_KEY_VALUE, &log, &error), &error);
    REQUIRE_OK(log_ring_open(log, &ring, &error), &error);
    struct log_entry entry = {.method = "GET", .route = "/v1/nearby", .http_code = 200};
    for (int i = 0; i < MANY; i++)
        log_request(ring, &entry);
    for (int i = 0; i < 2000 && log_dropped(log) == 0; i++)
        usleep(5000);
    uint64_t dropped = log_dropped(log);
    CHECK(dropped > 0);
    enum { ROOM = 4 << 20 };
    char *text = malloc(ROOM);
    size_t length = 0, lines = 0, said = 0;
    REQUIRE(text != NULL);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    for (int idle = 0; idle < 500; idle++) {
        ssize_t got = read(ends[0], text + length, ROOM - 1 - length);
        length += got > 0 ? (size_t)got : 0;
        idle = got > 0 ? 0 : idle;
        usleep(1000);
    }
    log_close(log);
    ssize_t rest = read(ends[0], text + length, ROOM - 1 - length);
    length += rest > 0 ? (size_t)rest : 0;
    text[length] = '\0';
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        bool is_request = strstr(line, " us=0") && strncmp(line, "time=", 5) == 0;
        bool is_message = strstr(line, " requests were not logged") != NULL;
        CHECK(is_request || is_message);
        lines += is_request;
        if (is_message)
            said += strtoull(strstr(line, "message=\"") + 9, NULL, 10);
    }
    CHECK_INT(lines + said, MANY);
    free(text);
    close(ends[0]);
    close(ends[1]);
}
