/*
 * The control socket with both its ends, in one process: clients are threads here.
 */
#include "server/clock.h"
#include "server/control.h"
#include "server/control_socket.h"
#include "tests/test.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the command of these tests does: "exit N", "say TEXT", "wait" (until cancelled). */
struct scene {
    atomic_uint running, cancelled_count, commands;
};

static int run_command(void *context, const struct control_request *request, const int fds[3],
                       const atomic_bool *cancelled)
{
    struct scene *scene = context;
    int code = 0;
    atomic_fetch_add(&scene->commands, 1);
    atomic_fetch_add(&scene->running, 1);
    if (strcmp(request->words[0], "exit") == 0)
        code = atoi(request->words[1]);
    if (strcmp(request->words[0], "say") == 0)
        dprintf(fds[1], "%s from %s\n", request->words[1], request->cwd);
    if (strcmp(request->words[0], "wait") == 0) {
        while (!atomic_load(cancelled))
            usleep(1000);
        atomic_fetch_add(&scene->cancelled_count, 1);
        code = 9;
    }
    for (int i = 0; i < 3; i++)
        close(fds[i]);
    atomic_fetch_sub(&scene->running, 1);
    return code;
}

static char *store_path(const char *name)
{
    char *path = NULL;
    REQUIRE(asprintf(&path, "%s/%s", test_folder(), name) > 0);
    return path;
}

static int connect_raw(const char *path)
{
    struct control_address address;
    REQUIRE_OK(control_address_init(path, &address, NULL), NULL);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    REQUIRE(connect(fd, (struct sockaddr *)&address.name, sizeof address.name) == 0);
    control_address_release(&address);
    return fd;
}

static void send_command(int fd, const char *word)
{
    static unsigned char bytes[CONTROL_HEAD_BYTES + CONTROL_MAX_BODY];
    size_t length = 0;
    REQUIRE_OK(control_request_write("/", 1, &word, bytes, sizeof bytes, &length, NULL), NULL);
    REQUIRE_OK(control_send(fd, bytes, length, (const int[]){0, 1, 2}, 3, INT64_MAX, NULL), NULL);
}

/* The answer's message; empty when the command ran. */
static void receive_message(int fd, char message[CONTROL_MAX_MESSAGE + 1], int *code)
{
    unsigned char head[CONTROL_ANSWER_BYTES];
    uint32_t none = 0;
    int64_t deadline = clock_monotonic_ms() + 20000;
    REQUIRE_OK(control_receive(fd, head, sizeof head, NULL, 0, &none, deadline, NULL), NULL);
    uint32_t length = control_u32_read(head + 4);
    REQUIRE(length <= CONTROL_MAX_MESSAGE);
    REQUIRE_OK(control_receive(fd, message, length, NULL, 0, &none, deadline, NULL), NULL);
    message[length] = '\0';
    *code = (int)control_u32_read(head);
}

static void wait_for(atomic_uint *count, unsigned wanted)
{
    for (int i = 0; i < 20000 && atomic_load(count) != wanted; i++)
        usleep(1000);
    CHECK_INT(atomic_load(count), wanted);
}

static bool forward(const char *path, const char *word, const char *argument, int *code)
{
    bool served = false;
    struct error error = {0};
    const char *const words[] = {word, argument};
    REQUIRE_OK(control_forward(path, "/some/where", 2, words, &served, code, &error), &error);
    return served;
}

TEST(a_thread_of_the_server_runs_the_command_with_the_clients_output)
{
    struct scene scene = {0};
    struct control *control = NULL;
    struct error error = {0};
    char *path = store_path("store.db");
    REQUIRE_OK(control_open(path, run_command, &scene, &control, &error), &error);

    int code = -1, pipe_fds[2];
    CHECK(forward(path, "exit", "3", &code));
    CHECK_INT(code, 3);

    REQUIRE(pipe(pipe_fds) == 0);
    int own_output = dup(1);
    fflush(stdout);
    dup2(pipe_fds[1], 1);
    CHECK(forward(path, "say", "早上好", &code));
    dup2(own_output, 1);
    CHECK_INT(code, 0);
    char said[100] = "";
    CHECK(read(pipe_fds[0], said, sizeof said - 1) > 0);
    CHECK_TEXT(said, "早上好 from /some/where\n");
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    close(own_output);

    CHECK(control_close(control));
    CHECK(!forward(path, "exit", "3", &code)); /* the socket went with the server */
    free(path);
}

TEST(a_client_that_goes_away_cancels_its_commands_thread)
{
    struct scene scene = {0};
    struct control *control = NULL;
    char *path = store_path("store.db");
    REQUIRE_OK(control_open(path, run_command, &scene, &control, NULL), NULL);
    int fd = connect_raw(path);
    send_command(fd, "wait");
    wait_for(&scene.running, 1);
    CHECK_INT(atomic_load(&scene.cancelled_count), 0);
    close(fd);
    wait_for(&scene.cancelled_count, 1);

    /* The end of the server cancels what runs, and the client still gets the code. */
    fd = connect_raw(path);
    send_command(fd, "wait");
    wait_for(&scene.running, 1);
    CHECK(control_close(control));
    char message[CONTROL_MAX_MESSAGE + 1];
    int code = 0;
    receive_message(fd, message, &code);
    CHECK_INT(code, 9);
    close(fd);
    free(path);
}

TEST(more_clients_than_threads_are_told_to_come_again)
{
    struct scene scene = {0};
    struct control *control = NULL;
    char *path = store_path("store.db");
    REQUIRE_OK(control_open(path, run_command, &scene, &control, NULL), NULL);
    int fds[CONTROL_MAX_CLIENTS];
    for (int i = 0; i < CONTROL_MAX_CLIENTS; i++) {
        fds[i] = connect_raw(path);
        send_command(fds[i], "wait");
    }
    wait_for(&scene.running, CONTROL_MAX_CLIENTS);
    char message[CONTROL_MAX_MESSAGE + 1];
    int code = 0, more = connect_raw(path);
    receive_message(more, message, &code);
    CHECK_INT(code, 1);
    CHECK_CONTAINS(message, "try again soon");
    close(more);

    close(fds[0]); /* its place is used again */
    wait_for(&scene.cancelled_count, 1);
    int served = 0;
    for (int i = 0; i < 200 && !served; i++) {
        usleep(10000);
        served = forward(path, "exit", "5", &code) && code == 5;
    }
    CHECK(served);
    for (int i = 1; i < CONTROL_MAX_CLIENTS; i++)
        close(fds[i]);
    CHECK(control_close(control));
    free(path);
}

TEST(strangers_bytes_start_no_command_thread_and_keep_no_descriptor)
{
    struct scene scene = {0};
    struct control *control = NULL;
    char *path = store_path("store.db"), message[CONTROL_MAX_MESSAGE + 1];
    int code = 0;
    REQUIRE_OK(control_open(path, run_command, &scene, &control, NULL), NULL);

    static const char http[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    int fd = connect_raw(path);
    REQUIRE(send(fd, http, sizeof http - 1, 0) > 0);
    receive_message(fd, message, &code);
    CHECK_CONTAINS(message, "no command");
    close(fd);

    /* A right command with no descriptors, and one with six. */
    static unsigned char bytes[CONTROL_HEAD_BYTES + CONTROL_MAX_BODY];
    size_t length = 0;
    const char *word = "wait";
    REQUIRE_OK(control_request_write("/", 1, &word, bytes, sizeof bytes, &length, NULL), NULL);
    fd = connect_raw(path);
    REQUIRE_OK(control_send(fd, bytes, length, NULL, 0, INT64_MAX, NULL), NULL);
    receive_message(fd, message, &code);
    CHECK_CONTAINS(message, "needs three");
    close(fd);
    int watched[2];
    REQUIRE(pipe(watched) == 0);
    const int six[6] = {0, 1, watched[1], watched[1], watched[1], watched[1]};
    fd = connect_raw(path);
    REQUIRE_OK(control_send(fd, "x", 1, six, 6, INT64_MAX, NULL), NULL);
    close(watched[1]);
    close(fd); /* gives up in the middle of the head */
    struct pollfd reader = {.fd = watched[0], .events = POLLIN};
    CHECK_INT(poll(&reader, 1, 10000), 1); /* at its end: nobody holds the writing side */
    CHECK(reader.revents & POLLHUP);
    close(watched[0]);
    CHECK_INT(atomic_load(&scene.commands), 0);
    CHECK(control_close(control));
    free(path);
}

TEST(the_socket_is_its_owners_alone_and_replaces_one_left_behind)
{
    struct control *control = NULL;
    struct error error = {0};
    struct stat there;
    char *path = store_path("store.db"), *sock = store_path("store.db.sock");
    struct sockaddr_un left = {.sun_family = AF_UNIX};
    strncpy(left.sun_path, sock, sizeof left.sun_path - 1);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (strlen(sock) < sizeof left.sun_path)
        REQUIRE(bind(fd, (struct sockaddr *)&left, sizeof left) == 0);
    close(fd); /* its file stays, as after a crash */
    int code = 0;
    CHECK(!forward(path, "exit", "3", &code)); /* nobody is there */

    mode_t before = umask(0);
    REQUIRE_OK(control_open(path, run_command, &(struct scene){0}, &control, &error), &error);
    CHECK_INT(umask(before), 0); /* put back as it was */
    REQUIRE(stat(sock, &there) == 0);
    CHECK_INT(there.st_mode & 07777, 0600);
    CHECK(control_close(control));
    CHECK(stat(sock, &there) != 0);

    /* What is no socket is never removed. */
    fd = open(sock, O_CREAT | O_WRONLY, 0600);
    close(fd);
    CHECK_INT(control_open(path, run_command, NULL, &control, &error), STATUS_IO);
    CHECK_CONTAINS(error.message, "is no socket");
    CHECK(stat(sock, &there) == 0);
    unlink(sock);
    free(sock);
    free(path);
}

TEST(a_path_longer_than_an_address_is_reached_by_its_folder)
{
    struct scene scene = {0};
    struct control *control = NULL;
    struct error error = {0};
    char folder[150], name[400], long_name[400];
    memset(folder, 'd', sizeof folder - 1);
    folder[sizeof folder - 1] = '\0';
    char *path = store_path(folder);
    REQUIRE(mkdir(path, 0700) == 0);
    snprintf(name, sizeof name, "%s/store.db", path);
    REQUIRE_OK(control_open(name, run_command, &scene, &control, &error), &error);
    int code = 0;
    CHECK(forward(name, "exit", "4", &code));
    CHECK_INT(code, 4);
    CHECK(control_close(control));
    strcat(name, ".sock");
    CHECK(access(name, F_OK) != 0);

    snprintf(long_name, sizeof long_name, "%.200s/%s", test_folder(), folder);
    CHECK_INT(control_open(long_name, run_command, &scene, &control, &error), STATUS_INVALID);
    CHECK_CONTAINS(error.message, "149 bytes");
    CHECK(!forward(long_name, "exit", "4", &code));
    rmdir(path);
    free(path);
}
