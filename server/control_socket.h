/*
 * Where the control socket is, who is at its other end, and bytes over it with a deadline.
 */
#ifndef SERVER_CONTROL_SOCKET_H
#define SERVER_CONTROL_SOCKET_H

#include "geo/status.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/un.h>

/*
 * STORE.sock as an address. A path too long for one (107 bytes) is reached by way of its folder,
 * /proc/self/fd/N/STORE.sock: the folder stays open until control_address_release().
 */
struct control_address {
    struct sockaddr_un name;
    int folder_fd; /* -1 = not needed */
};
enum status MUST_CHECK control_address_init(const char *store_path, struct control_address *address,
                                            struct error *error);
void control_address_release(struct control_address *address);

/* Of whom an end of the socket may be: a server takes commands from its own user and root alone, also
 * where it runs as root itself; a client gives them to its own user's server or root's, and root to
 * whoever's store it is. */
enum control_side { CONTROL_SERVER, CONTROL_CLIENT };
bool control_user_is_trusted(enum control_side side, uid_t own, uid_t other);
/* The other end of a connection; `side` is ours. */
bool control_peer_is_trusted(int fd, enum control_side side);

/*
 * Exactly `length` bytes before `deadline_ms` (clock_monotonic_ms(); INT64_MAX = whenever), and up
 * to `fd_capacity` descriptors that came with them. BUSY past the deadline, CANCELLED when the other
 * end has gone, IO. Whoever calls closes the descriptors, also on failure.
 */
enum status MUST_CHECK control_receive(int fd, void *bytes, size_t length, int *fds,
                                       uint32_t fd_capacity, uint32_t *fd_count,
                                       int64_t deadline_ms, struct error *error);
enum status MUST_CHECK control_send(int fd, const void *bytes, size_t length, const int *fds,
                                    uint32_t fd_count, int64_t deadline_ms, struct error *error);

#endif
