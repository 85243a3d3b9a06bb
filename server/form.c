#include "server/form.h"

#include "data/text.h"
#include "server/params_input.h"

#include <string.h>

/* Decoded, checked and NUL-terminated; *value is NULL for what is left out. */
static enum status decode(const char *text, size_t length, struct arena *arena, const char **value,
                          struct error *error)
{
    *value = NULL;
    char *decoded = arena_alloc(arena, length + 1);
    if (!decoded)
        return error_memory(error, "reading a form");
    size_t decoded_length = 0;
    if (params_percent_decode(text, length, true, decoded, &decoded_length) ||
        memchr(decoded, '\0', decoded_length) ||
        text_utf8_length(decoded, decoded_length) != decoded_length)
        return STATUS_OK;
    const char *trimmed = decoded;
    text_trim(&trimmed, &decoded_length);
    decoded[(size_t)(trimmed - decoded) + decoded_length] = '\0';
    *value = trimmed;
    return STATUS_OK;
}

static enum status read_pair(const char *pair, size_t length, struct arena *arena,
                             struct form *form, struct error *error)
{
    const char *equals = memchr(pair, '=', length);
    size_t name_length = equals ? (size_t)(equals - pair) : length;
    struct form_field field = {0};
    enum status status = decode(pair, name_length, arena, &field.name, error);
    if (!status && equals)
        status = decode(equals + 1, length - name_length - 1, arena, &field.value, error);
    if (!status && field.name && field.value && form->count < FORM_MAX)
        form->fields[form->count++] = field;
    return status;
}

enum status form_read(const char *text, size_t length, struct arena *arena, struct form *form,
                      struct error *error)
{
    const char *end = text + length;
    form->count = 0;
    enum status status = STATUS_OK;
    for (const char *pair = text; !status && length > 0 && pair < end;) {
        const char *ampersand = memchr(pair, '&', (size_t)(end - pair));
        const char *stop = ampersand ? ampersand : end;
        if (stop > pair && form->count < FORM_MAX)
            status = read_pair(pair, (size_t)(stop - pair), arena, form, error);
        pair = ampersand ? stop + 1 : end;
    }
    return status;
}

const char *form_value(const struct form *form, const char *name)
{
    for (uint32_t i = 0; i < form->count; i++)
        if (strcmp(form->fields[i].name, name) == 0 && form->fields[i].value[0])
            return form->fields[i].value;
    return NULL;
}
