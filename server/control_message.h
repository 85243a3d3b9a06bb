/*
 * What a client says to the running server over the control socket, and what it gets back.
 *
 * Both are one message over a stream socket. Numbers are 32-bit, little-endian.
 *
 *   request   "TUOYUctl"        8 bytes
 *             version           1
 *             body_bytes        at most CONTROL_MAX_BODY
 *             body: texts       the folder the client is in (absolute), then the words of the
 *                               command line after the program's name; each is
 *                                 length, then that many bytes without NUL
 *             With the first byte come three file descriptors (SCM_RIGHTS): standard input, output
 *             and error of the client.
 *   answer    exit_code         what the client exits with
 *             message_bytes     at most CONTROL_MAX_MESSAGE
 *             message           for the client to print on standard error; empty when the command
 *                               has run (it has printed for itself)
 */
#ifndef SERVER_CONTROL_MESSAGE_H
#define SERVER_CONTROL_MESSAGE_H

#include "geo/status.h"

#include <stdint.h>

enum {
    CONTROL_VERSION = 1,
    CONTROL_HEAD_BYTES = 16,
    CONTROL_MAX_BODY = 64 * 1024,
    CONTROL_MAX_WORDS = 128, /* of the command line */
    CONTROL_ANSWER_BYTES = 8,
    CONTROL_MAX_MESSAGE = 1024
};

struct control_request {
    const char *cwd;
    const char *words[CONTROL_MAX_WORDS + 1]; /* NULL ends them */
    uint32_t word_count;                      /* at least 1 */
    char texts[CONTROL_MAX_BODY];             /* what the above point into, NUL-terminated */
};

/* The head alone: INVALID for another magic, VERSION for another version, LIMIT for the size. */
enum status MUST_CHECK control_head_read(const unsigned char head[CONTROL_HEAD_BYTES],
                                         uint32_t *body_bytes, struct error *error);

/* The body; INVALID for whatever does not add up to exactly `length` bytes. Strangers' bytes. */
enum status MUST_CHECK control_body_read(const unsigned char *body, size_t length,
                                         struct control_request *request, struct error *error);

/* A whole request; *length of it are used. LIMIT, naming what is too much. */
enum status MUST_CHECK control_request_write(const char *cwd, int word_count,
                                             const char *const *words, unsigned char *bytes,
                                             size_t capacity, size_t *length, struct error *error);

void control_u32_write(unsigned char bytes[4], uint32_t value);
uint32_t control_u32_read(const unsigned char bytes[4]);

#endif
