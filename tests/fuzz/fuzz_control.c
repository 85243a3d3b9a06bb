/*
 * Bytes that a stranger sends to the control socket. What is accepted must be written back to the
 * very same bytes.
 */
#include "server/control_message.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct control_request request;
    static unsigned char again[CONTROL_HEAD_BYTES + CONTROL_MAX_BODY];
    uint32_t body_bytes = 0;
    size_t length = 0;
    if (size < CONTROL_HEAD_BYTES || control_head_read(data, &body_bytes, NULL))
        return 0;
    if (body_bytes > size - CONTROL_HEAD_BYTES ||
        control_body_read(data + CONTROL_HEAD_BYTES, body_bytes, &request, NULL))
        return 0;
    if (control_request_write(request.cwd, (int)request.word_count, request.words, again,
                              sizeof again, &length, NULL))
        abort();
    if (length != CONTROL_HEAD_BYTES + body_bytes || memcmp(data, again, length) != 0)
        abort();
    return 0;
}
