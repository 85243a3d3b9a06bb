/*
 * What the records of a history have in common: their fields by name, to be compared, copied and
 * shown one by one.
 */
#include "data/history_internal.h"

#include "data/calendar.h"
#include "data/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TEXT(of, name)                                     \
    {                                                      \
#name, offsetof(struct of, name), FIELD_TEXT, NULL \
    }
#define NUMBER(of, name)                                     \
    {                                                        \
#name, offsetof(struct of, name), FIELD_NUMBER, NULL \
    }
#define DAY(of, name)                                     \
    {                                                     \
#name, offsetof(struct of, name), FIELD_DAY, NULL \
    }
#define CODE(of, name, list)                                      \
    {                                                             \
#name, offsetof(struct of, name), FIELD_CODE, list##_code \
    }
#define ANSWER(of, name)                                     \
    {                                                        \
#name, offsetof(struct of, name), FIELD_ANSWER, NULL \
    }
#define FLAG(of, name)                                     \
    {                                                      \
#name, offsetof(struct of, name), FIELD_FLAG, NULL \
    }

static const struct field facility_fields[] = {
    TEXT(facility_record, name),
    TEXT(facility_record, name_en),
    TEXT(facility_record, declared_community),
    TEXT(facility_record, community),
    TEXT(facility_record, address),
    TEXT(facility_record, phone),
    NUMBER(facility_record, lon_e7),
    NUMBER(facility_record, lat_e7),
    DAY(facility_record, opens_on),
    DAY(facility_record, opened_on),
    DAY(facility_record, filed_on),
    DAY(facility_record, closed_on),
    DAY(facility_record, delists_on),
    DAY(facility_record, inclusive_since),
    DAY(facility_record, demonstration_since),
    DAY(facility_record, staff_on),
    NUMBER(facility_record, licensed_total),
    NUMBER(facility_record, staff),
    NUMBER(facility_record, certified),
    CODE(facility_record, kind, kind),
    CODE(facility_record, ownership, ownership),
    CODE(facility_record, registrar, registrar),
    CODE(facility_record, state, state),
    ANSWER(facility_record, inclusive),
    ANSWER(facility_record, demonstration),
    FLAG(facility_record, point_consent),
};
static const struct field group_fields[] = {
    NUMBER(group_record, age_from_m),
    NUMBER(group_record, age_to_m),
    NUMBER(group_record, licensed),
    CODE(group_record, admission, admission),
};
static const struct field offer_fields[] = {
    NUMBER(offer_record, age_from_m), NUMBER(offer_record, age_to_m),
    NUMBER(offer_record, price),      CODE(offer_record, price_unit, price_unit),
    CODE(offer_record, care, care),
};

#define SHAPE(of, table_, word_, fields_)                                                       \
    {                                                                                           \
        .table = table_, .word = word_, .bytes = sizeof(struct of),                             \
        .key = offsetof(struct of, key), .version_key = offsetof(struct of, version_key),       \
        .validity = offsetof(struct of, validity), .source_id = offsetof(struct of, source_id), \
        .fields = fields_, .field_count = sizeof fields_ / sizeof *fields_,                     \
    }
const struct shape history_shapes[] = {
    [STORE_FACILITIES] = SHAPE(facility_record, STORE_FACILITIES, "facility", facility_fields),
    [STORE_GROUPS] = SHAPE(group_record, STORE_GROUPS, "group", group_fields),
    [STORE_OFFERS] = SHAPE(offer_record, STORE_OFFERS, "offer", offer_fields),
};

int64_t shape_key(const struct shape *shape, const void *record)
{
    int64_t key;
    memcpy(&key, (const char *)record + shape->key, sizeof key);
    return key;
}

const struct validity *shape_validity(const struct shape *shape, const void *record)
{
    return (const struct validity *)((const char *)record + shape->validity);
}

const char *shape_source_id(const struct shape *shape, const void *record)
{
    const char *source_id;
    memcpy(&source_id, (const char *)record + shape->source_id, sizeof source_id);
    return source_id;
}

/* A field's value: text "" and NULL are the same, absence of every type is NONE. */
static const char *text_value(const struct field *field, const void *record)
{
    const char *text;
    memcpy(&text, (const char *)record + field->offset, sizeof text);
    return text && *text ? text : NULL;
}

static int32_t number_value(const struct field *field, const void *record)
{
    const char *at = (const char *)record + field->offset;
    int32_t number;
    int8_t code;
    bool flag;
    switch (field->type) {
    case FIELD_NUMBER:
    case FIELD_DAY:
        memcpy(&number, at, sizeof number);
        return number;
    case FIELD_CODE:
    case FIELD_ANSWER:
        memcpy(&code, at, sizeof code);
        return code == UNKNOWN ? NONE : code;
    case FIELD_FLAG:
        memcpy(&flag, at, sizeof flag);
        return flag;
    case FIELD_TEXT:
        break;
    }
    return NONE;
}

bool field_is_absent(const struct field *field, const void *record)
{
    return field->type == FIELD_TEXT ? !text_value(field, record)
                                     : number_value(field, record) == NONE;
}

bool field_differs(const struct field *field, const void *a, const void *b)
{
    if (field->type != FIELD_TEXT)
        return number_value(field, a) != number_value(field, b);
    const char *left = text_value(field, a), *right = text_value(field, b);
    return left && right ? strcmp(left, right) != 0 : left != right;
}

void field_copy(const struct field *field, const void *from, void *to)
{
    static const size_t bytes[] = {
        [FIELD_TEXT] = sizeof(char *),   [FIELD_NUMBER] = sizeof(int32_t),
        [FIELD_DAY] = sizeof(day_t),     [FIELD_CODE] = sizeof(int8_t),
        [FIELD_ANSWER] = sizeof(int8_t), [FIELD_FLAG] = sizeof(bool),
    };
    memcpy((char *)to + field->offset, (const char *)from + field->offset, bytes[field->type]);
}

/* As much of a text as there is room for, in whole characters: a report takes UTF-8 alone. */
void history_print_text(char *text, size_t size, const char *whole)
{
    size_t fits = strnlen(whole, size - 1);
    fits = text_utf8_length(whole, fits);
    memcpy(text, whole, fits);
    text[fits] = '\0';
}

void field_print(const struct field *field, const void *record, char *text, size_t size)
{
    char day[11];
    int32_t number = number_value(field, record);
    if (field_is_absent(field, record)) {
        snprintf(text, size, "(unknown)");
    } else if (field->type == FIELD_TEXT) {
        history_print_text(text, size, text_value(field, record));
    } else if (field->type == FIELD_DAY) {
        day_format(number, day);
        snprintf(text, size, "%s", day);
    } else if (field->type == FIELD_CODE) {
        const char *code = field->code(number);
        snprintf(text, size, "%s", code ? code : "(unknown)");
    } else if (field->type == FIELD_NUMBER) {
        snprintf(text, size, "%" PRId32, number);
    } else {
        snprintf(text, size, "%s", number ? "yes" : "no");
    }
}
