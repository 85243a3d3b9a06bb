/*
 * What can go wrong, as one list, and the sentence that says so.
 *
 * Whatever can fail returns enum status and, on failure, writes one sentence into the caller's
 * struct error: the thing, the value, the bound. Status travels upward unchanged; only
 * server/problem.c knows HTTP codes, and only server/ logs.
 */
#ifndef GEO_STATUS_H
#define GEO_STATUS_H

#include <stdarg.h>
#include <stddef.h>

#define MUST_CHECK __attribute__((warn_unused_result))

/* name, the word for it in logs and --json output */
#define STATUS_LIST(X)                                                                        \
    X(OK, "ok")                                                                               \
    X(INVALID, "invalid")         /* the caller's value is wrong: say which, and the bound */ \
    X(NOT_FOUND, "not-found")     /* nothing there */                                         \
    X(GONE, "gone")               /* there once, public no longer */                          \
    X(CONFLICT, "conflict")       /* somebody newer or more trusted has said otherwise */     \
    X(REJECTED, "rejected")       /* data refused as a whole */                               \
    X(LIMIT, "limit")             /* more than the stated ceiling */                          \
    X(MEMORY, "memory")           /* an allocation failed */                                  \
    X(IO, "io")                   /* a file, a disk or a process failed us */                 \
    X(CORRUPT, "corrupt")         /* bytes that cannot be what they claim to be */            \
    X(VERSION, "version")         /* made by a newer version than this one */                 \
    X(BUSY, "busy")               /* somebody else holds it */                                \
    X(READ_ONLY, "read-only")     /* it may be read, not written */                           \
    X(CANCELLED, "cancelled")     /* the person who asked has gone */                         \
    X(UNSUPPORTED, "unsupported") /* asked for what is not built in or not installed */       \
    X(NO_NETWORK, "no-network")   /* the region has no pedestrian network */                  \
    X(OFF_NETWORK, "off-network") /* the point is too far from the pedestrian network */

enum status {
#define X(name, text) STATUS_##name,
    STATUS_LIST(X)
#undef X
        STATUS_COUNT
};

struct error {
    enum status status;
    char parameter[40]; /* the parameter, column or option at fault; empty where none is */
    char message[512];  /* one English sentence, no trailing newline, valid UTF-8 */
};

/* The word of the list above; "unknown" for a value outside it. */
const char *status_text(enum status status);

/*
 * Write the sentence and return `status`, so that `return error_set(error, STATUS_INVALID, …)` is
 * the whole of a failure. error may be NULL. The sentence is cut at the buffer. Bytes that are no
 * whole character of UTF-8 are left out, there and where a "%.60s" cuts what it quotes. Clears
 * `parameter`.
 */
enum status error_set(struct error *error, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same, and names the parameter at fault. */
enum status error_set_parameter(struct error *error, enum status status, const char *parameter,
                                const char *format, ...) __attribute__((format(printf, 4, 5)));

/*
 * Put "context: " in front of the sentence that is there; keeps status and parameter. For a caller
 * that knows the file or the row which the callee did not. Does nothing when error is NULL.
 */
void error_prefix(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "out of memory while …"; returns STATUS_MEMORY. */
enum status error_memory(struct error *error, const char *doing);

#endif
