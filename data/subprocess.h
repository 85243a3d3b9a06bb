/*
 * Another program on a short leash: its own process group, its own folder, limits of time, memory
 * and file size, no other file descriptors of ours, no network where the system lets us take it
 * away.
 *
 * For programs that read strangers' files (ogr2ogr): whatever the file makes of them, they end with
 * the call.
 */
#ifndef DATA_SUBPROCESS_H
#define DATA_SUBPROCESS_H

#include "geo/status.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct subprocess {
    const char *program;          /* absolute path (subprocess_find) */
    char *const *arguments;       /* NULL-terminated, with the program's name first */
    char *const *environment;     /* NULL-terminated; nothing of ours is inherited */
    const char *folder;           /* where it runs */
    const char *output;           /* its stdout goes to this new file; NULL = nowhere */
    uint32_t max_seconds;         /* of the clock, and of CPU */
    size_t max_memory_bytes;      /* address space */
    size_t max_file_bytes;        /* of each file it writes */
    const atomic_bool *cancelled; /* may be NULL */
};

enum subprocess_outcome {
    SUBPROCESS_SUCCEEDED,
    SUBPROCESS_FAILED,    /* an exit code other than 0: what it said is in `complaint` */
    SUBPROCESS_TOO_SLOW,  /* killed at max_seconds */
    SUBPROCESS_TOO_LARGE, /* killed at max_file_bytes */
    SUBPROCESS_CRASHED,   /* ended by another signal */
};

struct subprocess_end {
    enum subprocess_outcome outcome;
    int code;            /* the exit code, or the signal */
    char complaint[200]; /* the first line on stderr that is no warning: valid UTF-8; or empty */
};

/* `name` in the folders of PATH, executable, into `path`; NOT_FOUND otherwise. */
enum status MUST_CHECK subprocess_find(const char *name, char path[4096]);

/*
 * Run it and wait. STATUS_OK however it ended: *end says how. IO where it could not be started,
 * MEMORY, CANCELLED (killed, then).
 */
enum status MUST_CHECK subprocess_run(const struct subprocess *job, struct subprocess_end *end,
                                      struct error *error);

#endif
