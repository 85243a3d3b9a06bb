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

/* A cut sentence must stay UTF-8: drop a last character whose bytes are not all there. */
static void trim_partial_character(char *text, size_t size)
{
    size_t length = strnlen(text, size);
    if (length + 1 < size)
        return;
    size_t start = length;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return;
    unsigned char lead = (unsigned char)text[start - 1];
    size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (length - (start - 1) < wanted)
        text[start - 1] = '\0';
}

/* Sentences quote what strangers wrote, and people read them on terminals. */
static void finish_text(char *text, size_t size)
{
    trim_partial_character(text, size);
    plain_make(text, strlen(text));
}

static void set(struct error *error, enum status status, const char *parameter, const char *format,
                va_list args)
{
    error->status = status;
    snprintf(error->parameter, sizeof error->parameter, "%s", parameter);
    finish_text(error->parameter, sizeof error->parameter);
    vsnprintf(error->message, sizeof error->message, format, args);
    finish_text(error->message, sizeof error->message);
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
    finish_text(error->message, sizeof error->message);
}

enum status error_memory(struct error *error, const char *doing)
{
    return error_set(error, STATUS_MEMORY, "out of memory while %s", doing);
}
