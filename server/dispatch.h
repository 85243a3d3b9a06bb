/*
 * From a command line to a subcommand: the table of all of them, and the one place that decides
 * whether it runs here or in the server that owns the store.
 */
#ifndef SERVER_DISPATCH_H
#define SERVER_DISPATCH_H

#include "server/command.h"
#include "server/control_message.h"

/* The subcommands, in the order of `tuoyu --help`. */
extern const struct command_entry *const dispatch_entries[];
extern const uint32_t dispatch_count;

/* The whole program: what main() returns. */
int dispatch_main(int argc, const char *const *argv);

/* A control_run (control.h): context is the server's struct service. */
int dispatch_request(void *context, const struct control_request *request, const int fds[3],
                     const atomic_bool *cancelled);

#endif
