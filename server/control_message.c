#include "server/control_message.h"

#include <string.h>

static const unsigned char magic[8] = {'T', 'U', 'O', 'Y', 'U', 'c', 't', 'l'};

void control_u32_write(unsigned char bytes[4], uint32_t value)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (unsigned char)(value >> (8 * i));
}

uint32_t control_u32_read(const unsigned char bytes[4])
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++)
        value |= (uint32_t)bytes[i] << (8 * i);
    return value;
}

enum status control_head_read(const unsigned char head[CONTROL_HEAD_BYTES], uint32_t *body_bytes,
                              struct error *error)
{
    if (memcmp(head, magic, sizeof magic) != 0)
        return error_set(error, STATUS_INVALID, "these bytes are no command");
    uint32_t version = control_u32_read(head + 8);
    if (version != CONTROL_VERSION)
        return error_set(error, STATUS_VERSION,
                         "the command speaks version %u of the control socket and the running "
                         "server version %d; stop the server and start it anew",
                         version, CONTROL_VERSION);
    *body_bytes = control_u32_read(head + 12);
    if (*body_bytes > CONTROL_MAX_BODY)
        return error_set(error, STATUS_LIMIT, "the command is %u bytes long; at most %d are taken",
                         *body_bytes, CONTROL_MAX_BODY);
    return STATUS_OK;
}

/* What is left of the body, and where the next text goes. */
struct reading {
    const unsigned char *bytes;
    size_t length;
    char *text;
};

/* A text needs one byte more than its length here and four there: texts always have the room. */
static const char *read_text(struct reading *reading)
{
    if (reading->length < 4)
        return NULL;
    uint32_t length = control_u32_read(reading->bytes);
    if (length > reading->length - 4 || memchr(reading->bytes + 4, '\0', length))
        return NULL;
    char *text = reading->text;
    memcpy(text, reading->bytes + 4, length);
    text[length] = '\0';
    reading->text += length + 1;
    reading->bytes += 4 + length;
    reading->length -= 4 + length;
    return text;
}

enum status control_body_read(const unsigned char *body, size_t length,
                              struct control_request *request, struct error *error)
{
    request->word_count = 0;
    request->cwd = NULL;
    if (length > CONTROL_MAX_BODY)
        return error_set(error, STATUS_LIMIT, "the command is %zu bytes long; at most %d are taken",
                         length, CONTROL_MAX_BODY);
    struct reading reading = {body, length, request->texts};
    request->cwd = read_text(&reading);
    if (!request->cwd || request->cwd[0] != '/')
        return error_set(error, STATUS_INVALID, "the command does not say which folder it is in");
    while (reading.length) {
        if (request->word_count == CONTROL_MAX_WORDS)
            return error_set(error, STATUS_LIMIT, "the command has more than %d words",
                             CONTROL_MAX_WORDS);
        const char *word = read_text(&reading);
        if (!word)
            return error_set(error, STATUS_INVALID, "the command's words are cut off");
        request->words[request->word_count++] = word;
    }
    request->words[request->word_count] = NULL;
    if (request->word_count == 0)
        return error_set(error, STATUS_INVALID, "the command has no words");
    return STATUS_OK;
}

static size_t write_text(unsigned char *bytes, size_t capacity, size_t at, const char *text)
{
    size_t length = strlen(text);
    if (at + 4 + length <= capacity) {
        control_u32_write(bytes + at, (uint32_t)length);
        memcpy(bytes + at + 4, text, length);
    }
    return at + 4 + length;
}

enum status control_request_write(const char *cwd, int word_count, const char *const *words,
                                  unsigned char *bytes, size_t capacity, size_t *length,
                                  struct error *error)
{
    if (word_count > CONTROL_MAX_WORDS)
        return error_set(error, STATUS_LIMIT,
                         "the command has %d words; a running server takes at most %d", word_count,
                         CONTROL_MAX_WORDS);
    size_t limit = CONTROL_HEAD_BYTES + CONTROL_MAX_BODY;
    if (capacity > limit)
        capacity = limit;
    size_t at = write_text(bytes, capacity, CONTROL_HEAD_BYTES, cwd);
    for (int i = 0; i < word_count; i++)
        at = write_text(bytes, capacity, at, words[i]);
    if (at > capacity)
        return error_set(error, STATUS_LIMIT,
                         "the command is %zu bytes long; a running server takes at most %zu",
                         at - CONTROL_HEAD_BYTES, capacity - CONTROL_HEAD_BYTES);
    memcpy(bytes, magic, sizeof magic);
    control_u32_write(bytes + 8, CONTROL_VERSION);
    control_u32_write(bytes + 12, (uint32_t)(at - CONTROL_HEAD_BYTES));
    *length = at;
    return STATUS_OK;
}
