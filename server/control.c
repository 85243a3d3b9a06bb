#include "server/control.h"

#include "server/clock.h"
#include "server/control_socket.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* One client, on a thread of its own. The listening thread alone takes and frees the places. */
struct client {
    struct control *control;
    int fd; /* -1 = the place is free */
    pthread_t thread;
    atomic_bool cancelled;
    atomic_bool ended; /* the thread is at its end and may be joined */
};

struct control {
    struct control_address address;
    int listen_fd, wake_fd;
    control_run *run;
    void *context;
    pthread_t thread;
    atomic_bool stopping;
    bool all_ended; /* by the listening thread, read after it is joined */
    struct client clients[CONTROL_MAX_CLIENTS];
};

static void wake(struct control *control)
{
    uint64_t one = 1;
    ssize_t written = write(control->wake_fd, &one, sizeof one);
    (void)written; /* it only fails when as many wakings as fit in 64 bits are waiting */
}

static void answer(int fd, int exit_code, const char *message)
{
    unsigned char bytes[CONTROL_ANSWER_BYTES + CONTROL_MAX_MESSAGE];
    size_t length = strlen(message);
    if (length > CONTROL_MAX_MESSAGE)
        length = CONTROL_MAX_MESSAGE;
    control_u32_write(bytes, (uint32_t)exit_code);
    control_u32_write(bytes + 4, (uint32_t)length);
    memcpy(bytes + CONTROL_ANSWER_BYTES, message, length);
    enum status status = control_send(fd, bytes, CONTROL_ANSWER_BYTES + length, NULL, 0,
                                      clock_monotonic_ms() + CONTROL_REQUEST_MS, NULL);
    (void)status; /* a client that has gone needs no answer */
}

/* Reads one request with its three descriptors. */
static enum status receive_request(int fd, struct control_request *request, int fds[3],
                                   uint32_t *fd_count, struct error *error)
{
    int64_t deadline = clock_monotonic_ms() + CONTROL_REQUEST_MS;
    unsigned char head[CONTROL_HEAD_BYTES];
    unsigned char *body = NULL;
    uint32_t body_bytes = 0;
    enum status status = control_receive(fd, head, sizeof head, fds, 3, fd_count, deadline, error);
    if (!status)
        status = control_head_read(head, &body_bytes, error);
    if (!status) {
        body = malloc(body_bytes + 1);
        status = body ? control_receive(fd, body, body_bytes, fds, 3, fd_count, deadline, error)
                      : error_memory(error, "reading a command");
    }
    if (!status)
        status = control_body_read(body, body_bytes, request, error);
    if (!status && *fd_count != 3)
        status = error_set(error, STATUS_INVALID,
                           "the command came with %u descriptors; it needs three", *fd_count);
    free(body);
    return status;
}

static void *serve_client(void *context)
{
    struct client *client = context;
    struct control *control = client->control;
    struct control_request *request = malloc(sizeof *request);
    struct error error = {0};
    int fds[3] = {-1, -1, -1};
    uint32_t fd_count = 0;
    enum status status = request ? receive_request(client->fd, request, fds, &fd_count, &error)
                                 : error_memory(&error, "reading a command");
    if (status) {
        for (uint32_t i = 0; i < fd_count; i++)
            close(fds[i]);
        answer(client->fd, 1, error.message);
    } else {
        answer(client->fd, control->run(control->context, request, fds, &client->cancelled), "");
    }
    free(request);
    atomic_store(&client->ended, true);
    wake(control);
    return NULL;
}

static void accept_client(struct control *control)
{
    int fd = accept4(control->listen_fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0) { /* the client has gone already, or descriptors are out for now */
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
        return;
    }
    struct client *place = NULL;
    for (int i = 0; i < CONTROL_MAX_CLIENTS && !place; i++)
        if (control->clients[i].fd < 0)
            place = &control->clients[i];
    if (!control_peer_is_trusted(fd, CONTROL_SERVER)) {
        answer(fd, 1, "only the user that runs the server may give it commands");
        close(fd);
        return;
    }
    if (!place) {
        answer(fd, 1, "the server runs as many commands as it takes at one time; try again soon");
        close(fd);
        return;
    }
    place->control = control;
    place->fd = fd;
    atomic_store(&place->cancelled, false);
    atomic_store(&place->ended, false);
    if (pthread_create(&place->thread, NULL, serve_client, place) != 0) {
        answer(fd, 1, "the server has no thread left for this command; try again soon");
        close(fd);
        place->fd = -1;
    }
}

/* Returns whether any client is left. */
static bool collect_ended(struct control *control)
{
    bool any = false;
    for (int i = 0; i < CONTROL_MAX_CLIENTS; i++) {
        struct client *client = &control->clients[i];
        if (client->fd >= 0 && atomic_load(&client->ended)) {
            pthread_join(client->thread, NULL);
            close(client->fd);
            client->fd = -1;
        }
        any = any || client->fd >= 0;
    }
    return any;
}

/* One round: waits for something to happen, and does what it asks. */
static void listen_once(struct control *control, bool stopping)
{
    struct pollfd polled[CONTROL_MAX_CLIENTS + 2] = {
        {.fd = control->wake_fd, .events = POLLIN},
        {.fd = stopping ? -1 : control->listen_fd, .events = POLLIN},
    };
    for (int i = 0; i < CONTROL_MAX_CLIENTS; i++) {
        struct client *client = &control->clients[i];
        bool watched = client->fd >= 0 && !atomic_load(&client->cancelled);
        polled[i + 2] = (struct pollfd){.fd = watched ? client->fd : -1, .events = POLLRDHUP};
    }
    if (poll(polled, CONTROL_MAX_CLIENTS + 2, stopping ? 100 : -1) < 0)
        return; /* EINTR */
    uint64_t wakings;
    if (polled[0].revents && read(control->wake_fd, &wakings, sizeof wakings) < 0)
        return; /* somebody's waking was read already */
    for (int i = 0; i < CONTROL_MAX_CLIENTS; i++)
        if (polled[i + 2].revents & (POLLRDHUP | POLLHUP | POLLERR))
            atomic_store(&control->clients[i].cancelled, true);
    if (polled[1].revents & POLLIN)
        accept_client(control);
}

static void *listen_on(void *context)
{
    struct control *control = context;
    while (!atomic_load(&control->stopping)) {
        listen_once(control, false);
        collect_ended(control);
    }
    for (int i = 0; i < CONTROL_MAX_CLIENTS; i++)
        atomic_store(&control->clients[i].cancelled, true);
    int64_t deadline = clock_monotonic_ms() + CONTROL_STOP_MS;
    while (!(control->all_ended = !collect_ended(control)) && clock_monotonic_ms() < deadline)
        listen_once(control, true);
    return NULL;
}

/* The umask makes the socket the owner's alone from its first moment; chmod would come too late. */
static enum status bind_and_listen(struct control *control, const char *store_path,
                                   struct error *error)
{
    const char *path = control->address.name.sun_path;
    struct stat there;
    if (lstat(path, &there) == 0) {
        if (!S_ISSOCK(there.st_mode))
            return error_set(error, STATUS_IO,
                             "%s.sock is in the way of the control socket and is no socket; move "
                             "it away",
                             store_path);
        unlink(path); /* left behind: we hold the store's lock */
    }
    control->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    mode_t before = umask(0177);
    int failed = control->listen_fd < 0 ||
                 bind(control->listen_fd, (const struct sockaddr *)&control->address.name,
                      sizeof control->address.name) != 0 ||
                 listen(control->listen_fd, CONTROL_MAX_CLIENTS) != 0;
    int failure = errno;
    umask(before);
    if (failed)
        return error_set(error, STATUS_IO, "the control socket %s.sock cannot be made: %s",
                         store_path, strerror(failure));
    return STATUS_OK;
}

static void release(struct control *control)
{
    if (control->listen_fd >= 0)
        close(control->listen_fd);
    if (control->wake_fd >= 0)
        close(control->wake_fd);
    control_address_release(&control->address);
    free(control);
}

enum status control_open(const char *store_path, control_run *run, void *context,
                         struct control **control, struct error *error)
{
    *control = NULL;
    struct control *opened = calloc(1, sizeof *opened);
    if (!opened)
        return error_memory(error, "opening the control socket");
    opened->run = run;
    opened->context = context;
    opened->listen_fd = -1;
    opened->address.folder_fd = -1;
    for (int i = 0; i < CONTROL_MAX_CLIENTS; i++)
        opened->clients[i].fd = -1;
    opened->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    enum status status =
        opened->wake_fd < 0
            ? error_set(error, STATUS_IO, "the control socket cannot be made: %s", strerror(errno))
            : control_address_init(store_path, &opened->address, error);
    if (!status)
        status = bind_and_listen(opened, store_path, error);
    if (!status && pthread_create(&opened->thread, NULL, listen_on, opened) != 0) {
        unlink(opened->address.name.sun_path);
        status = error_set(error, STATUS_IO, "no thread could be started for the control socket");
    }
    if (status) {
        release(opened);
        return status;
    }
    *control = opened;
    return STATUS_OK;
}

bool control_close(struct control *control)
{
    if (!control)
        return true;
    atomic_store(&control->stopping, true);
    wake(control);
    pthread_join(control->thread, NULL);
    unlink(control->address.name.sun_path);
    bool all_ended = control->all_ended;
    if (all_ended)
        release(control);
    return all_ended;
}
