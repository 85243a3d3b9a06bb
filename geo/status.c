#include "geo/status.h"

#include "geo/plain.h"

#include <stdio.h>
#include <string.h>

static const char *const texts[STATUS_COUNT] = {
#define X(name, text) [STATUS_##name] = text,
    STATUS_LIST(X)
#undef X
};

const char *status_text(enum status status)
{
    return (unsigned)status < STATUS_COUNT ? texts[status] : "unknown";
}

/* The bytes of the character that the text begins with; 0 = it begins with none that is whole. The
 * NUL behind the text ends a sequence like any byte that cannot continue it. */
static size_t character_bytes(const unsigned char *text)
{
    if (text[0] < 0x80)
        return 1;
    size_t bytes = text[0] >= 0xF0 ? 4 : text[0] >= 0xE0 ? 3 : 2;
    if (text[0] < 0xC2 || text[0] > 0xF4)
        return 0;
    /* overlong, surrogate, past U+10FFFF: what the second byte tells */
    unsigned char least = text[0] == 0xE0 ? 0xA0 : text[0] == 0xF0 ? 0x90 : 0x80;
    unsigned char most = text[0] == 0xED ? 0x9F : text[0] == 0xF4 ? 0x8F : 0xBF;
    if (text[1] < least || text[1] > most)
        return 0;
    for (size_t i = 2; i < bytes; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    return bytes;
}

/* A sentence stays UTF-8 though the buffer cuts it, or a "%.60s" the text that it quotes: bytes that
 * are no whole character are left out. */
static void drop_partial_characters(char *text)
{
    size_t used = 0;
    for (size_t at = 0; text[at];) {
        size_t bytes = character_bytes((const unsigned char *)text + at);
        memmove(text + used, text + at, bytes);
        used += bytes;
        at += bytes ? bytes : 1;
    }
    text[used] = '\0';
}

/* Sentences quote what strangers wrote, and people read them on terminals. */
static void finish_text(char *text)
{
    drop_partial_characters(text);
    plain_make(text, strlen(text));
}

static void set(struct error *error, enum status status, const char *parameter, const char *format,
                va_list args)
{
    error->status = status;
    snprintf(error->parameter, sizeof error->parameter, "%s", parameter);
    finish_text(error->parameter);
    vsnprintf(error->message, sizeof error->message, format, args);
    finish_text(error->message);
}

enum status error_set(struct error *error, enum status status, const char *format, ...)
{
    if (error) {
        va_list args;
        va_start(args, format);
        set(error, status, "", format, args);
        va_end(args);
    }
    return status;
}

enum status error_set_parameter(struct error *error, enum status status, const char *parameter,
                                const char *format, ...)
{
    if (error) {
        va_list args;
        va_start(args, format);
        set(error, status, parameter, format, args);
        va_end(args);
    }
    return status;
}

void error_prefix(struct error *error, const char *format, ...)
{
    if (!error)
        return;
    char tail[sizeof error->message];
    memcpy(tail, error->message, sizeof tail);
    va_list args;
    va_start(args, format);
    int length = vsnprintf(error->message, sizeof error->message, format, args);
    va_end(args);
    if (length < 0 || (size_t)length >= sizeof error->message)
        length = (int)strlen(error->message);
    snprintf(error->message + length, sizeof error->message - (size_t)length, ": %s", tail);
    finish_text(error->message);
}

enum status error_memory(struct error *error, const char *doing)
{
    return error_set(error, STATUS_MEMORY, "out of memory while %s", doing);
}
