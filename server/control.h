/*
 * The control socket: STORE.sock, beside the store, by which every subcommand also works while a
 * server owns the store. control_message.h draws what is said.
 *
 * Only the owner gets in: the socket is made with mode 0600 from the first moment, and who connects
 * must be the server's own user, or root. The socket is made only by who holds the store's lock, so
 * that one that is there already was left behind by a server that ended badly, and is replaced.
 *
 * A client that goes away cancels its command.
 */
#ifndef SERVER_CONTROL_H
#define SERVER_CONTROL_H

#include "server/control_message.h"

#include <stdatomic.h>
#include <stdbool.h>

enum {
    CONTROL_MAX_CLIENTS = 8,   /* at one time; more are told to come again */
    CONTROL_REQUEST_MS = 5000, /* from connecting to the whole request */
    CONTROL_STOP_MS = 10000    /* for commands to notice that they are cancelled */
};

struct control;

/*
 * Runs a command on a thread of its own and returns its exit code. fds: the client's standard
 * input, output and error, the callee's to close.
 */
typedef int control_run(void *context, const struct control_request *request, const int fds[3],
                        const atomic_bool *cancelled);

/*
 * Listen and answer, on threads of its own. The caller holds the store's lock. Call it before other
 * threads make files: it changes the umask for a moment. Errors: IO, naming the path; INVALID where
 * the store's file name leaves no room for a socket's.
 */
enum status MUST_CHECK control_open(const char *store_path, control_run *run, void *context,
                                    struct control **control, struct error *error);

/*
 * Take no more clients, cancel every command, wait for them to end, remove the socket and free all.
 * Returns false when some command did not end within CONTROL_STOP_MS: its thread lives on and may
 * use what it was given, so the process should end soon. Safe on NULL.
 */
bool control_close(struct control *control);

/*
 * The client's side: if a server owns the store at `store_path`, have it run the command, with this
 * process's standard input, output and error, and wait. *served says whether one does; then
 * *exit_code is the command's. What the server itself has to say is printed on standard error.
 */
enum status MUST_CHECK control_forward(const char *store_path, const char *cwd, int word_count,
                                       const char *const *words, bool *served, int *exit_code,
                                       struct error *error);

#endif
