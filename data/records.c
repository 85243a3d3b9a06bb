#include "data/records.h"

#include <stdio.h>
#include <string.h>

/* The value of a code among `count` codes, or -1. */
static int find_code(const char *const *codes, int count, const char *text, size_t length)
{
    for (int i = 0; i < count; i++)
        if (strlen(codes[i]) == length && memcmp(codes[i], text, length) == 0)
            return i;
    return -1;
}

static enum status refuse_code(const char *what, const char *const *codes, int count,
                               const char *text, size_t length, struct error *error)
{
    char list[256];
    size_t used = 0;
    for (int i = 0; i < count && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", codes[i]);
    int shown = length > 60 ? 60 : (int)length;
    return error_set(error, STATUS_INVALID, "%s is '%.*s'; it must be one of %s", what, shown, text,
                     list);
}

#define CODE_OF(name, code) code,
#define DEFINE_ENUM(type, what, LIST)                                                        \
    static const char *const type##_codes[] = {LIST(CODE_OF)};                               \
    enum { type##_codes_count = sizeof type##_codes / sizeof *type##_codes };                \
    const char *type##_code(int value)                                                       \
    {                                                                                        \
        return value >= 0 && value < type##_codes_count ? type##_codes[value] : NULL;        \
    }                                                                                        \
    enum status type##_parse(const char *text, size_t length, enum type *value,              \
                             struct error *error)                                            \
    {                                                                                        \
        int found = find_code(type##_codes, type##_codes_count, text, length);               \
        if (found < 0)                                                                       \
            return refuse_code(what, type##_codes, type##_codes_count, text, length, error); \
        *value = (enum type)found;                                                           \
        return STATUS_OK;                                                                    \
    }

DEFINE_ENUM(care, "care type", CARE_LIST)
DEFINE_ENUM(kind, "kind", KIND_LIST)
DEFINE_ENUM(ownership, "ownership", OWNERSHIP_LIST)
DEFINE_ENUM(admission, "admission", ADMISSION_LIST)
DEFINE_ENUM(state, "state", STATE_LIST)
DEFINE_ENUM(registrar, "registrar", REGISTRAR_LIST)
DEFINE_ENUM(price_unit, "price unit", PRICE_UNIT_LIST)
DEFINE_ENUM(standard, "standard", STANDARD_LIST)

bool record_id_is_valid(const char *id)
{
    size_t length = id ? strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") : 0;
    return length >= 1 && length <= ID_MAX_BYTES && id[length] == '\0';
}
