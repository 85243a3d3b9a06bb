/*
 * What every subcommand is given, and the few things that all of them do alike: saying what went
 * wrong, opening the store, telling the time, showing how far they are.
 *
 * A command runs in a process of its own, or, while a server owns the store, on a thread of that
 * server with the client's standard output and error; it cannot tell the difference but by
 * `service`. So it never reads the environment, the working folder or the clock itself, and never
 * exits.
 */
#ifndef SERVER_COMMAND_H
#define SERVER_COMMAND_H

#include "data/region.h"
#include "data/store.h"
#include "server/clock.h"
#include "server/config.h"
#include "server/options.h"
#include "server/service.h"

/* What the program exits with. */
enum command_exit { COMMAND_OK = 0, COMMAND_FAILED = 1, COMMAND_MISUSED = 2, COMMAND_REJECTED = 3 };

struct command {
    const char *name; /* "import register": complaints begin with it */
    FILE *out, *err;
    const char *cwd; /* absolute: what a relative path is relative to */
    struct config config;
    struct service *service;      /* of the server whose process this is; NULL */
    const atomic_bool *cancelled; /* the person who asked has gone */

    struct store *store; /* while it is open: command_open_store() */
    bool has_turn;
    bool shows_progress; /* a progress line is on the terminal */
    int64_t progress_at_ms;
};

/* One subcommand. */
struct command_entry {
    const struct usage *usage;
    int (*run)(struct command *command, const struct options *options);
    bool is_local; /* always in a process of its own */
};

/* Print "tuoyu NAME: what went wrong" and return the code to exit with: COMMAND_MISUSED where an
 * option or a value of the command line is at fault, COMMAND_REJECTED for data refused as a whole,
 * else COMMAND_FAILED. */
int command_fail(struct command *command, const struct error *error);
/* Likewise, COMMAND_MISUSED with where to read more. */
int command_misuse(struct command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* `given` as an absolute path; LIMIT where it is too long. */
enum { COMMAND_PATH_BYTES = 4096 };
enum status MUST_CHECK command_path(const struct command *command, const char *given,
                                    char path[COMMAND_PATH_BYTES], struct error *error);

/*
 * command->store, until command_close_store(): the store of the configuration, or the running
 * server's. STORE_WRITE takes the turn to write. STORE_CREATE is not for here.
 */
enum status MUST_CHECK command_open_store(struct command *command, enum store_mode mode,
                                          struct error *error);
void command_close_store(struct command *command); /* safe twice */

/* After a commit: a running server shows what is new when this returns; else nothing. */
enum status MUST_CHECK command_show_changes(struct command *command, struct error *error);
/* The same, where nothing but a run of coverage was kept. */
enum status MUST_CHECK command_show_kept(struct command *command, struct error *error);

/*
 * The clock of this command: the system's (in a server, the server's), or standing at the moment
 * that --now gives (RFC 3339, UTC; NULL = not given). INVALID where `now` is no moment, or the open
 * store is neither a sample nor a test.
 */
enum status MUST_CHECK command_clock(struct command *command, const char *now, struct clock *clock,
                                     struct error *error);
/* The same in two steps, for a store that is yet to be made. */
enum status MUST_CHECK command_read_clock(struct command *command, const char *now,
                                          struct clock *clock, struct error *error);
enum status MUST_CHECK command_allow_now(struct store *store, struct error *error);

/* The region of that name in the open store; NULL = the only one. *region is yours:
 * region_release(). INVALID with the names there are; NOT_FOUND for a store without regions. */
enum status MUST_CHECK command_find_region(const struct command *command, const char *name,
                                           struct region *region, struct error *error);

/* Show on a terminal how far it is, 0..1, now and then; nothing where standard error is none. */
void command_progress(struct command *command, const char *doing, double done);
/* The line goes away. */
void command_progress_end(struct command *command);

/* Options that several subcommands share. */
#define OPTION_STORE                                                     \
    {                                                                    \
        "store", "PATH", "The store (TUOYU_STORE; default var/tuoyu.db)" \
    }
#define OPTION_REGION                                                               \
    {                                                                               \
        "region", "NAME", "Which region; needed only where the store holds several" \
    }
#define OPTION_JSON                \
    {                              \
        "json", NULL, "Print JSON" \
    }
#define OPTION_NOW                                                                          \
    {                                                                                       \
        "now", "TIME",                                                                      \
            "Answer as of this moment (2026-11-24T03:10:00Z); sample\nand test stores only" \
    }
#define COUNT_OF(array) ((uint32_t)(sizeof(array) / sizeof *(array)))

#endif
