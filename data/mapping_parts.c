/*
 * The larger parts of a mapping file: coordinates, fields, groups, offers, hours.
 */
#include "data/mapping_parse.h"

#include "data/cell_text.h"

#include <stdio.h>
#include <string.h>

static enum status no_memory(struct error *error)
{
    return error_set(error, STATUS_LIMIT, "the mapping is too large");
}

/* Constants and codes are checked when the mapping is read, not row by row ------------------------ */

#define CHECK_CODE(type)                                                                  \
    static enum status check_##type(const char *text, size_t length, struct error *error) \
    {                                                                                     \
        enum type value;                                                                  \
        return type##_parse(text, length, &value, error);                                 \
    }
CHECK_CODE(care)
CHECK_CODE(kind)
CHECK_CODE(ownership)
CHECK_CODE(registrar)
CHECK_CODE(state)
CHECK_CODE(admission)
CHECK_CODE(price_unit)

static enum status check_any(const char *text, size_t length, struct error *error)
{
    (void)text, (void)length, (void)error;
    return STATUS_OK;
}

static enum status check_flag(const char *text, size_t length, struct error *error)
{
    bool flag;
    if (cell_flag(text, length, &flag))
        return STATUS_OK;
    return error_set(error, STATUS_INVALID, "'%.*s' must be true or false", (int)length, text);
}

static enum status check_count(const char *text, size_t length, struct error *error)
{
    int32_t count;
    if (cell_count(text, length, &count))
        return STATUS_OK;
    return error_set(error, STATUS_INVALID, "'%.*s' must be a count, 0 to 1000000", (int)length,
                     text);
}

static parse_code field_check(enum mapping_field field)
{
    switch (field) {
    case MAPPING_KIND:
        return check_kind;
    case MAPPING_OWNERSHIP:
        return check_ownership;
    case MAPPING_REGISTRAR:
        return check_registrar;
    case MAPPING_STATE:
        return check_state;
    default:
        break;
    }
    switch (mapping_field_reading(field)) {
    case READ_FLAG:
        return check_flag;
    case READ_COUNT:
        return check_count;
    default:
        return check_any;
    }
}

enum status parse_fields(struct mapping *mapping, const json_t *root, struct error *error)
{
    const json_t *fields = json_object_get(root, "fields");
    if (!fields)
        return STATUS_OK;
    const char *names[MAPPING_FIELD_COUNT + 1] = {0};
    for (int field = 0; field < MAPPING_FIELD_COUNT; field++)
        names[field] = mapping_field_name((enum mapping_field)field);
    enum status status = parse_keys(fields, "fields", names, error);
    for (int field = 0; field < MAPPING_FIELD_COUNT && !status; field++)
        status =
            parse_coded(mapping, fields, "fields", names[field],
                        field_check((enum mapping_field)field), &mapping->fields[field], error);
    return status;
}

enum status parse_coordinates(struct mapping *mapping, const json_t *root, struct error *error)
{
    static const char *const keys[] = {"from", "x", "y", "unit", "swapped", "coarse", NULL};
    static const char *const sources[] = {"columns", "geometry", NULL};
    static const char *const units[] = {"any", "degrees", "metres", NULL};
    const json_t *json = json_object_get(root, "coordinates");
    struct mapping_coordinates *out = &mapping->coordinates;
    if (!json)
        return STATUS_OK;
    int32_t source = 0, unit = MAPPING_UNIT_ANY;
    enum status status = parse_keys(json, "coordinates", keys, error);
    if (!status)
        status = parse_word(json, "coordinates", "from", sources, &source, error);
    if (!status)
        status = parse_word(json, "coordinates", "unit", units, &unit, error);
    if (!status)
        status = parse_bool(json, "coordinates", "swapped", &out->swapped, error);
    if (!status)
        status = parse_when(mapping, json, "coordinates", "coarse", &out->coarse, error);
    if (status)
        return status;
    out->given = true;
    out->from_geometry = source == 1;
    out->unit = (uint8_t)unit;
    out->has_coarse = out->coarse.count > 0;
    const json_t *x = json_object_get(json, "x"), *y = json_object_get(json, "y");
    if (out->from_geometry ? x || y : !x || !y)
        return error_set_parameter(error, STATUS_INVALID, "mapping",
                                   "mapping: coordinates need the columns x and y, or \"from\": "
                                   "\"geometry\" without them");
    if (out->from_geometry)
        return STATUS_OK;
    status = parse_column(mapping, x, "coordinates.x", &out->x, error);
    if (!status)
        status = parse_column(mapping, y, "coordinates.y", &out->y, error);
    return status;
}

static enum status parse_ages(struct mapping *mapping, const json_t *object, const char *where,
                              struct mapping_ages *ages, struct error *error)
{
    static const char *const keys[] = {"from_months", "to_months", "from", "to",
                                       "text",        "unit",      NULL};
    static const char *const units[] = {"", "months", "years", NULL};
    static const int32_t months[] = {0, 1, 12};
    ages->from_m = ages->to_m = NONE;
    const json_t *json = json_object_get(object, "ages");
    if (!json)
        return STATUS_OK;
    char place[WHERE_BYTES];
    parse_where(place, where, "ages");
    int32_t unit = 0;
    enum status status = parse_keys(json, place, keys, error);
    if (!status)
        status = parse_int(json, place, "from_months", 0, 216, &ages->from_m, error);
    if (!status)
        status = parse_int(json, place, "to_months", 0, 216, &ages->to_m, error);
    if (!status)
        status = parse_word(json, place, "unit", units, &unit, error);
    if (!status)
        status = parse_value(mapping, json, place, "from", &ages->from, error);
    if (!status)
        status = parse_value(mapping, json, place, "to", &ages->to, error);
    if (!status)
        status = parse_value(mapping, json, place, "text", &ages->text, error);
    if (status)
        return status;
    ages->bare_months = months[unit];
    bool constant = ages->from_m != NONE && ages->to_m != NONE;
    bool either = ages->from_m != NONE || ages->to_m != NONE;
    bool columns = ages->from.count && ages->to.count;
    if (constant + columns + !!ages->text.count != 1 || either != constant ||
        (ages->from.count || ages->to.count) != columns)
        return error_set_parameter(error, STATUS_INVALID, "mapping",
                                   "mapping: %s need from_months and to_months, or from and to, or "
                                   "text",
                                   place);
    if (constant && ages->from_m >= ages->to_m)
        return error_set_parameter(error, STATUS_INVALID, "mapping",
                                   "mapping: %s from %d to %d months is no band", place,
                                   ages->from_m, ages->to_m);
    return STATUS_OK;
}

static enum status parse_places(struct mapping *mapping, const json_t *group, const char *where,
                                struct mapping_places *places, struct error *error)
{
    static const char *const keys[] = {"as_of",     "staffed",        "enrolled",   "held",
                                       "next_open", "next_open_from", "open_until", NULL};
    const json_t *json = json_object_get(group, "places");
    if (!json)
        return STATUS_OK;
    char place[WHERE_BYTES];
    parse_where(place, where, "places");
    struct mapping_value *values[] = {
        &places->as_of,     &places->staffed,        &places->enrolled,  &places->held,
        &places->next_open, &places->next_open_from, &places->open_until};
    enum status status = parse_keys(json, place, keys, error);
    for (size_t i = 0; keys[i] && !status; i++)
        status = parse_value(mapping, json, place, keys[i], values[i], error);
    places->given = true;
    return status;
}

/* An id of a group or offer in the mapping: it becomes part of the record's source id. */
static enum status parse_id(struct mapping *mapping, const json_t *json, const char *where,
                            const char **id, struct error *error)
{
    enum status status = parse_text(mapping, json, where, "id", id, error);
    if (!status && (!*id || !record_id_is_valid(*id) || strlen(*id) > 30))
        status =
            error_set_parameter(error, STATUS_INVALID, "mapping",
                                "mapping: %s.id must be 1 to 30 lower case letters, digits and "
                                "hyphens",
                                where);
    return status;
}

static enum status parse_group(struct mapping *mapping, const json_t *json, const char *where,
                               struct mapping_group *group, struct error *error)
{
    static const char *const keys[] = {"id",        "when",   "ages", "licensed",
                                       "admission", "places", NULL};
    enum status status = parse_keys(json, where, keys, error);
    if (!status)
        status = parse_id(mapping, json, where, &group->id, error);
    if (!status)
        status = parse_when(mapping, json, where, "when", &group->when, error);
    if (!status)
        status = parse_ages(mapping, json, where, &group->ages, error);
    if (!status)
        status = parse_value(mapping, json, where, "licensed", &group->licensed, error);
    if (!status)
        status = parse_coded(mapping, json, where, "admission", check_admission, &group->admission,
                             error);
    if (!status)
        status = parse_places(mapping, json, where, &group->places, error);
    return status;
}

/* How many objects a list has; 0 where there is none. */
static enum status list_size(const json_t *list, const char *where, size_t most, size_t *size,
                             struct error *error)
{
    *size = json_array_size(list);
    if (list && (!json_is_array(list) || *size == 0 || *size > most))
        return error_set_parameter(error, STATUS_INVALID, "mapping",
                                   "mapping: %s must be a list of 1 to %zu objects", where, most);
    return STATUS_OK;
}

static enum status id_twice(const char *where, const char *id, struct error *error)
{
    return error_set_parameter(error, STATUS_INVALID, "mapping",
                               "mapping: the id '%s' stands twice in %s", id, where);
}

enum status parse_groups(struct mapping *mapping, const json_t *root, struct error *error)
{
    const json_t *list = json_object_get(root, "groups");
    size_t size;
    enum status status = list_size(list, "groups", MAPPING_MAX_GROUPS, &size, error);
    if (status)
        return status;
    mapping->group_count = size ? (uint32_t)size : 1;
    mapping->groups = arena_calloc(&mapping->arena, mapping->group_count, sizeof *mapping->groups);
    if (!mapping->groups)
        return no_memory(error);
    if (size == 0) {
        mapping->groups[0] =
            (struct mapping_group){.id = "all", .ages = {.from_m = NONE, .to_m = NONE}};
        return STATUS_OK;
    }
    for (uint32_t i = 0; i < size; i++) {
        char where[WHERE_BYTES];
        parse_where_number(where, "groups", i);
        status = parse_group(mapping, json_array_get(list, i), where, &mapping->groups[i], error);
        if (status)
            return status;
        for (uint32_t before = 0; before < i; before++)
            if (strcmp(mapping->groups[before].id, mapping->groups[i].id) == 0)
                return id_twice("groups", mapping->groups[i].id, error);
    }
    return STATUS_OK;
}

/* The groups an offer sells: those it names, or all. */
static enum status parse_offer_groups(struct mapping *mapping, const json_t *json,
                                      const char *where, struct mapping_offer *offer,
                                      struct error *error)
{
    const json_t *list = json_object_get(json, "groups");
    const char *const *names = NULL;
    uint32_t count = mapping->group_count;
    if (list) {
        enum status status = parse_texts(mapping, list, where, &names, &count, error);
        if (status)
            return status;
    }
    uint16_t *groups = arena_calloc(&mapping->arena, count, sizeof *groups);
    if (!groups)
        return no_memory(error);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t group = i;
        if (names)
            for (group = 0; group < mapping->group_count; group++)
                if (strcmp(mapping->groups[group].id, names[i]) == 0)
                    break;
        if (group == mapping->group_count)
            return error_set_parameter(error, STATUS_INVALID, "mapping",
                                       "mapping: %s.groups names '%.40s', which is no group", where,
                                       names ? names[i] : "");
        for (uint32_t before = 0; before < i; before++)
            if (groups[before] == group)
                return id_twice(where, mapping->groups[group].id, error);
        groups[i] = (uint16_t)group;
    }
    offer->groups = groups;
    offer->group_count = count;
    return STATUS_OK;
}

static enum status parse_offer(struct mapping *mapping, const json_t *json, const char *where,
                               struct mapping_offer *offer, struct error *error)
{
    static const char *const keys[] = {"id",         "when",     "groups", "care",  "price",
                                       "price_unit", "price_in", "ages",   "hours", NULL};
    static const char *const price_units[] = {"major", "minor", NULL};
    int32_t price_in = 0;
    enum status status = parse_keys(json, where, keys, error);
    if (!status)
        status = parse_id(mapping, json, where, &offer->id, error);
    if (!status)
        status = parse_when(mapping, json, where, "when", &offer->when, error);
    if (!status)
        status = parse_offer_groups(mapping, json, where, offer, error);
    if (!status)
        status = parse_coded(mapping, json, where, "care", check_care, &offer->care, error);
    if (!status)
        status = parse_value(mapping, json, where, "price", &offer->price, error);
    if (!status)
        status = parse_coded(mapping, json, where, "price_unit", check_price_unit,
                             &offer->price_unit, error);
    if (!status)
        status = parse_word(json, where, "price_in", price_units, &price_in, error);
    if (!status)
        status = parse_ages(mapping, json, where, &offer->ages, error);
    if (!status)
        status = parse_hours(mapping, json, where, &offer->hours, error);
    offer->price_is_minor = price_in == 1;
    mapping->has_hours |= offer->hours.count > 0;
    return status;
}

enum status parse_offers(struct mapping *mapping, const json_t *root, struct error *error)
{
    const json_t *list = json_object_get(root, "offers");
    size_t size;
    enum status status = list_size(list, "offers", MAPPING_MAX_OFFERS, &size, error);
    if (status)
        return status;
    mapping->offer_count = size ? (uint32_t)size : 1;
    mapping->offers = arena_calloc(&mapping->arena, mapping->offer_count, sizeof *mapping->offers);
    if (!mapping->offers)
        return no_memory(error);
    if (size == 0) { /* care unknown: it matches no care filter */
        mapping->offers[0] =
            (struct mapping_offer){.id = "any", .ages = {.from_m = NONE, .to_m = NONE}};
        return parse_offer_groups(mapping, NULL, "offers", &mapping->offers[0], error);
    }
    for (uint32_t i = 0; i < size; i++) {
        char where[WHERE_BYTES];
        parse_where_number(where, "offers", i);
        status = parse_offer(mapping, json_array_get(list, i), where, &mapping->offers[i], error);
        if (status)
            return status;
        for (uint32_t before = 0; before < i; before++)
            if (strcmp(mapping->offers[before].id, mapping->offers[i].id) == 0)
                return id_twice("offers", mapping->offers[i].id, error);
    }
    return STATUS_OK;
}

/* Hours ------------------------------------------------------------------------------------------ */

static enum status parse_weekdays(const json_t *rule, const char *where, uint8_t *mask,
                                  struct error *error)
{
    static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    const json_t *list = json_object_get(rule, "weekdays");
    *mask = list ? 0 : HOURS_ALL_WEEK;
    size_t i;
    json_t *json;
    json_array_foreach(list, i, json)
    {
        const char *text = json_string_value(json);
        unsigned day = 0;
        while (day < 7 && (!text || strcmp(text, names[day]) != 0))
            day++;
        if (day == 7) {
            *mask = 0;
            break;
        }
        *mask |= (uint8_t)(HOURS_MONDAY << day);
    }
    if (*mask == 0)
        return error_set_parameter(
            error, STATUS_INVALID, "mapping",
            "mapping: %s.weekdays must be a list of mon, tue, wed, thu, fri, "
            "sat, sun",
            where);
    return STATUS_OK;
}

static enum status parse_hours_rule(struct mapping *mapping, const json_t *json, const char *where,
                                    struct mapping_hours *rule, struct error *error)
{
    static const char *const keys[] = {"when",  "weekdays", "holidays", "open",
                                       "close", "text",     "all_day",  NULL};
    enum status status = parse_keys(json, where, keys, error);
    if (!status)
        status = parse_when(mapping, json, where, "when", &rule->when, error);
    if (!status)
        status = parse_weekdays(json, where, &rule->weekdays, error);
    const json_t *holidays = json_object_get(json, "holidays");
    if (!status && json_is_boolean(holidays))
        rule->always_holidays = json_is_true(holidays);
    else if (!status)
        status = parse_when(mapping, json, where, "holidays", &rule->holidays, error);
    if (!status)
        status = parse_bool(json, where, "all_day", &rule->all_day, error);
    if (!status)
        status = parse_value(mapping, json, where, "open", &rule->open, error);
    if (!status)
        status = parse_value(mapping, json, where, "close", &rule->close, error);
    if (!status)
        status = parse_value(mapping, json, where, "text", &rule->text, error);
    if (status)
        return status;
    bool pair = rule->open.count && rule->close.count;
    if (rule->all_day + pair + !!rule->text.count != 1 ||
        (rule->open.count || rule->close.count) != pair)
        return error_set_parameter(error, STATUS_INVALID, "mapping",
                                   "mapping: %s needs open and close, or text, or all_day", where);
    return STATUS_OK;
}

enum status parse_hours(struct mapping *mapping, const json_t *object, const char *where,
                        struct mapping_hours_list *hours, struct error *error)
{
    const json_t *list = json_object_get(object, "hours");
    if (!list)
        return STATUS_OK;
    char place[WHERE_BYTES];
    parse_where(place, where, "hours");
    size_t size;
    enum status status = list_size(list, place, 64, &size, error);
    if (status)
        return status;
    struct mapping_hours *rules = arena_calloc(&mapping->arena, size, sizeof *rules);
    if (!rules)
        return no_memory(error);
    for (size_t i = 0; i < size && !status; i++) {
        char rule[WHERE_BYTES];
        parse_where_number(rule, place, i);
        status = parse_hours_rule(mapping, json_array_get(list, i), rule, &rules[i], error);
    }
    *hours = (struct mapping_hours_list){rules, (uint32_t)size};
    return status;
}
