#include "server/clock.h"
#include "server/control.h"
#include "server/control_socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A connection to the server; -1 where none is listening. */
static enum status connect_to(const struct control_address *address, int *fd, struct error *error)
{
    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*fd < 0)
        return error_set(error, STATUS_IO, "no socket could be made: %s", strerror(errno));
    if (connect(*fd, (const struct sockaddr *)&address->name, sizeof address->name) == 0) {
        if (control_peer_is_trusted(*fd, CONTROL_CLIENT))
            return STATUS_OK;
        close(*fd);
        *fd = -1;
        return error_set(error, STATUS_IO,
                         "the control socket of this store belongs to another user");
    }
    int failure = errno;
    close(*fd);
    *fd = -1;
    if (failure == ENOENT || failure == ECONNREFUSED || failure == ENOTDIR)
        return STATUS_OK;
    return error_set(error, STATUS_IO, "the server that owns this store cannot be reached: %s",
                     strerror(failure));
}

static enum status receive_answer(int fd, int *exit_code, struct error *error)
{
    unsigned char head[CONTROL_ANSWER_BYTES];
    char message[CONTROL_MAX_MESSAGE];
    uint32_t none = 0;
    enum status status = control_receive(fd, head, sizeof head, NULL, 0, &none, INT64_MAX, error);
    if (status == STATUS_CANCELLED)
        return error_set(error, STATUS_IO,
                         "the server ended before it answered; what was not committed is undone");
    if (status)
        return status;
    uint32_t length = control_u32_read(head + 4);
    if (length > sizeof message)
        return error_set(error, STATUS_CORRUPT, "the server's answer is %u bytes long", length);
    status = control_receive(fd, message, length, NULL, 0, &none, INT64_MAX, error);
    if (!status) {
        *exit_code = (int)control_u32_read(head);
        if (length)
            fprintf(stderr, "tuoyu: %.*s\n", (int)length, message);
    }
    return status;
}

enum status control_forward(const char *store_path, const char *cwd, int word_count,
                            const char *const *words, bool *served, int *exit_code,
                            struct error *error)
{
    *served = false;
    struct control_address address;
    int fd = -1;
    size_t length = 0, room = CONTROL_HEAD_BYTES + CONTROL_MAX_BODY;
    unsigned char *bytes = NULL;
    enum status status = control_address_init(store_path, &address, error);
    if (status == STATUS_INVALID || status == STATUS_IO)
        return STATUS_OK; /* such a store has no control socket: nobody serves it by one */
    if (!status)
        status = connect_to(&address, &fd, error);
    if (status || fd < 0)
        goto out;

    *served = true;
    bytes = malloc(room);
    status = bytes ? control_request_write(cwd, word_count, words, bytes, room, &length, error)
                   : error_memory(error, "sending the command to the server");
    if (!status)
        status = control_send(fd, bytes, length, (const int[]){0, 1, 2}, 3,
                              clock_monotonic_ms() + CONTROL_REQUEST_MS, error);
    if (!status || status == STATUS_CANCELLED) /* refused early: the answer says why */
        status = receive_answer(fd, exit_code, error);
out:
    free(bytes);
    if (fd >= 0)
        close(fd);
    control_address_release(&address);
    return status;
}
