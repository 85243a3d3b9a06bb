/*
 * A picture for a command that reads: the running server's own, or one made of the store, where
 * there is no server, where the question is of another moment, or where the command may hold it for
 * as long as a person pleases.
 */
#ifndef SERVER_COMMAND_PICTURE_H
#define SERVER_COMMAND_PICTURE_H

#include "server/command.h"

struct command_picture {
    const struct picture *picture;
    moment_t now;
    struct app_reader *reader; /* where it is the server's */
    struct picture *made;      /* where it is its own */
};

/*
 * Opens the store to read (closed with the command). `now_text`: as command_clock(). `own`: make one
 * in any case. On failure nothing is held.
 */
enum status MUST_CHECK command_picture_init(struct command *command, const char *now_text, bool own,
                                            struct command_picture *held, struct error *error);
void command_picture_release(struct command_picture *held); /* safe on {0} and safe twice */

#endif
