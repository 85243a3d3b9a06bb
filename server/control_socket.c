#include "server/control_socket.h"

#include "server/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FDS_MAX = 8 /* descriptors that one message may bring; what we do not want is closed */ };

enum status control_address_init(const char *store_path, struct control_address *address,
                                 struct error *error)
{
    *address = (struct control_address){.name.sun_family = AF_UNIX, .folder_fd = -1};
    char *path = address->name.sun_path;
    size_t room = sizeof address->name.sun_path;
    if ((size_t)snprintf(path, room, "%s.sock", store_path) < room)
        return STATUS_OK;

    const char *slash = strrchr(store_path, '/');
    char *folder = slash == store_path ? strdup("/")
                   : slash             ? strndup(store_path, (size_t)(slash - store_path))
                                       : strdup(".");
    if (!folder)
        return error_memory(error, "looking for the control socket");
    address->folder_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int failure = errno;
    free(folder);
    if (address->folder_fd < 0)
        return error_set(error, STATUS_IO, "the folder of %s cannot be opened: %s", store_path,
                         strerror(failure));
    const char *name = slash ? slash + 1 : store_path;
    if ((size_t)snprintf(path, room, "/proc/self/fd/%d/%s.sock", address->folder_fd, name) >=
        room) {
        control_address_release(address);
        return error_set(error, STATUS_INVALID,
                         "the store's file name is %zu bytes long, which leaves no room for the "
                         "name of its control socket; give it a shorter name",
                         strlen(name));
    }
    return STATUS_OK;
}

void control_address_release(struct control_address *address)
{
    if (address->folder_fd >= 0)
        close(address->folder_fd);
    address->folder_fd = -1;
}

bool control_user_is_trusted(enum control_side side, uid_t own, uid_t other)
{
    return other == 0 || other == own || (side == CONTROL_CLIENT && own == 0);
}

bool control_peer_is_trusted(int fd, enum control_side side)
{
    struct ucred peer = {0};
    socklen_t length = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0)
        return false;
    return control_user_is_trusted(side, geteuid(), peer.uid);
}

/* Waits for the event; BUSY past the deadline. */
static enum status wait_until(int fd, short event, int64_t deadline_ms, struct error *error)
{
    for (;;) {
        int64_t left = deadline_ms == INT64_MAX ? -1 : deadline_ms - clock_monotonic_ms();
        if (deadline_ms != INT64_MAX && left <= 0)
            return error_set(error, STATUS_BUSY, "the other end was silent for too long");
        struct pollfd waiting = {.fd = fd, .events = event};
        int ready = poll(&waiting, 1, (int)left);
        if (ready > 0)
            return STATUS_OK;
        if (ready < 0 && errno != EINTR)
            return error_set(error, STATUS_IO, "the control socket failed: %s", strerror(errno));
    }
}

union control_ancillary {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int) * FDS_MAX)];
};

/* Keeps the descriptors that came, as far as there is room; closes the others. */
static void keep_descriptors(struct msghdr *message, int *fds, uint32_t capacity, uint32_t *count)
{
    for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
            continue;
        size_t came = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < came; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
            if (*count < capacity)
                fds[(*count)++] = fd;
            else
                close(fd);
        }
    }
}

enum status control_receive(int fd, void *bytes, size_t length, int *fds, uint32_t fd_capacity,
                            uint32_t *fd_count, int64_t deadline_ms, struct error *error)
{
    for (size_t done = 0; done < length;) {
        enum status status = wait_until(fd, POLLIN, deadline_ms, error);
        if (status)
            return status;
        struct iovec part = {(char *)bytes + done, length - done};
        union control_ancillary ancillary;
        struct msghdr message = {.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = ancillary.bytes,
                                 .msg_controllen = sizeof ancillary.bytes};
        ssize_t got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (got < 0 && errno != ECONNRESET)
            return error_set(error, STATUS_IO, "the control socket failed: %s", strerror(errno));
        if (got <= 0)
            return error_set(error, STATUS_CANCELLED, "the other end has gone");
        keep_descriptors(&message, fds, fd_capacity, fd_count);
        done += (size_t)got;
    }
    return STATUS_OK;
}

enum status control_send(int fd, const void *bytes, size_t length, const int *fds,
                         uint32_t fd_count, int64_t deadline_ms, struct error *error)
{
    for (size_t done = 0; done < length;) {
        enum status status = wait_until(fd, POLLOUT, deadline_ms, error);
        if (status)
            return status;
        struct iovec part = {(char *)(uintptr_t)bytes + done, length - done};
        union control_ancillary ancillary = {0};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
        if (done == 0 && fd_count) { /* they go with the first byte */
            message.msg_control = ancillary.bytes;
            message.msg_controllen = CMSG_SPACE(sizeof(int) * fd_count);
            struct cmsghdr *head = CMSG_FIRSTHDR(&message);
            head->cmsg_level = SOL_SOCKET;
            head->cmsg_type = SCM_RIGHTS;
            head->cmsg_len = CMSG_LEN(sizeof(int) * fd_count);
            memcpy(CMSG_DATA(head), fds, sizeof(int) * fd_count);
        }
        ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (sent < 0 && (errno == EPIPE || errno == ECONNRESET))
            return error_set(error, STATUS_CANCELLED, "the other end has gone");
        if (sent < 0)
            return error_set(error, STATUS_IO, "the control socket failed: %s", strerror(errno));
        done += (size_t)sent;
    }
    return STATUS_OK;
}
