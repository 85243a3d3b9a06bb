#include "data/sample_parts.h"

#include "data/json_fields.h"
#include "data/sample.h"

#include <stdio.h>
#include <string.h>

enum {
    MAX_TEXT = 256,
    MAX_AGE_M = 216,
    MAX_PLACES = 10000,
    MAX_PRICE = 100000000, /* minor units */
    MAX_DAYS = 3650,
    DAY_SECONDS = 86400,
    WHERE_BYTES = 160
};

/* Single fields ---------------------------------------------------------------------------------- */

FIELDS_DEFINE_CODE(care)
FIELDS_DEFINE_CODE(admission)
FIELDS_DEFINE_CODE(price_unit)

/* HH:MM to `most` minutes (24:00, or 48:00 for what closes after midnight). */
static enum status read_minute(const json_t *object, const char *where, const char *key,
                               int16_t most, int16_t *minute, struct error *error)
{
    const char *text = NULL;
    enum status status = fields_borrow_text(object, where, key, REQUIRED, 5, &text, error);
    if (status)
        return status;
    char hour[6] = "00:00";
    bool next_day = strlen(text) == 5 && strcmp(text, "24:00") > 0;
    if (next_day) { /* 24:00 to 48:00 is 00:00 to 24:00 of the next day */
        int number = (text[0] - '0') * 10 + (text[1] - '0') - 24;
        snprintf(hour, sizeof hour, "%02d%.3s", number < 0 || number > 99 ? 99 : number, text + 2);
        text = hour;
    }
    int16_t parsed;
    if (minute_parse(text, strlen(text), &parsed) || parsed + (next_day ? 1440 : 0) > most)
        return error_set(error, STATUS_INVALID, "'%s' of %s must be a time from 00:00 to %d:00",
                         key, where, most / 60);
    *minute = (int16_t)(parsed + (next_day ? 1440 : 0));
    return STATUS_OK;
}

static enum status read_ages(const json_t *object, const char *where, int32_t *from_m,
                             int32_t *to_m, struct error *error)
{
    const json_t *ages;
    enum status status = fields_array(object, where, "ages", OPTIONAL, &ages, error);
    if (status || !ages)
        return status;
    json_int_t from = json_integer_value(json_array_get(ages, 0));
    json_int_t to = json_integer_value(json_array_get(ages, 1));
    if (json_array_size(ages) != 2 || !json_is_integer(json_array_get(ages, 0)) || from < 0 ||
        to <= from || to > MAX_AGE_M)
        return error_set(error, STATUS_INVALID,
                         "'ages' of %s must be [from, to] in months, 0 <= from < to <= %d", where,
                         MAX_AGE_M);
    *from_m = (int32_t)from;
    *to_m = (int32_t)to;
    return STATUS_OK;
}

/* An age in days becomes the full minute of that report. */
static enum status read_age(const struct sample_reader *reader, const json_t *object,
                            const char *where, moment_t *as_of)
{
    double age_days = 0;
    enum status status =
        fields_number(object, where, "age_days", REQUIRED, 0, MAX_DAYS, &age_days, reader->error);
    moment_t moment = reader->now - (moment_t)(age_days * DAY_SECONDS);
    *as_of = moment - moment % 60;
    return status;
}

static enum status read_day_ahead(const struct sample_reader *reader, const json_t *object,
                                  const char *where, const char *key, enum need need, day_t *day)
{
    int32_t in_days = NONE;
    enum status status =
        fields_integer(object, where, key, need, 0, MAX_DAYS, &in_days, reader->error);
    if (!status && in_days != NONE)
        *day = reader->today + in_days;
    return status;
}

/* Hours ------------------------------------------------------------------------------------------ */

/* "mon tue fri" as a mask. */
static enum status read_weekdays(const json_t *object, const char *where, uint8_t *mask,
                                 struct error *error)
{
    const char *text = NULL;
    enum status status =
        fields_borrow_text(object, where, "days", REQUIRED, MAX_TEXT, &text, error);
    while (!status && *text) {
        size_t length = strcspn(text, " ");
        int weekday = fields_weekday(text, length);
        if (weekday < 0)
            return error_set(error, STATUS_INVALID,
                             "'days' of %s must be some of mon tue wed thu fri sat sun, with a "
                             "space between",
                             where);
        *mask = (uint8_t)(*mask | HOURS_MONDAY << weekday);
        text += length + (text[length] == ' ');
    }
    return status;
}

static enum status read_hours_row(const struct sample_reader *reader, const json_t *row,
                                  const char *where, struct hours_record *record)
{
    static const char *const keys[] = {"days", "open", "close", "holidays", NULL};
    bool holidays = false;
    enum status status = fields_check(row, where, keys, reader->error);
    if (!status)
        status = read_weekdays(row, where, &record->weekdays, reader->error);
    if (!status)
        status = fields_flag(row, where, "holidays", &holidays, reader->error);
    if (!status)
        status = read_minute(row, where, "open", 1440, &record->open_min, reader->error);
    if (!status)
        status = read_minute(row, where, "close", 2880, &record->close_min, reader->error);
    if (!status && record->close_min <= record->open_min)
        status =
            error_set(reader->error, STATUS_INVALID, "hours of %s close before they open", where);
    if (holidays)
        record->weekdays |= HOURS_HOLIDAYS;
    return status;
}

static enum status read_exception(const struct sample_reader *reader, const json_t *row,
                                  const char *where, struct hours_exception_record *record)
{
    static const char *const keys[] = {"in_days", "open", "close", NULL};
    enum status status = fields_check(row, where, keys, reader->error);
    if (!status)
        status = read_day_ahead(reader, row, where, "in_days", REQUIRED, &record->day);
    record->open_min = record->close_min = NONE16;
    if (status || !json_object_get(row, "open"))
        return status;
    status = read_minute(row, where, "open", 1440, &record->open_min, reader->error);
    if (!status)
        status = read_minute(row, where, "close", 2880, &record->close_min, reader->error);
    return status;
}

/* Hours and exceptions of the facility or of one offer, behind what the bundle has already; `own`
 * points at them. Room was made by count_rows(). */
static enum status read_hours(const struct sample_reader *reader, const json_t *object,
                              const char *where, enum hours_owner kind, uint32_t owner,
                              struct hours *own)
{
    struct facility_bundle *bundle = reader->bundle;
    const json_t *rows, *exceptions;
    enum status status = fields_array(object, where, "hours", OPTIONAL, &rows, reader->error);
    if (!status)
        status = fields_array(object, where, "exceptions", OPTIONAL, &exceptions, reader->error);
    if (status)
        return status;
    *own = (struct hours){.rules = bundle->hours + bundle->hours_count,
                          .exceptions = bundle->exceptions + bundle->exception_count};
    for (size_t i = 0; i < json_array_size(rows) && !status; i++) {
        struct hours_record *record = &bundle->hours[bundle->hours_count++];
        *record = (struct hours_record){.owner = owner, .owner_kind = (uint8_t)kind};
        status = read_hours_row(reader, json_array_get(rows, i), where, record);
        own->rule_count++;
    }
    day_t before = DAY_NONE;
    for (size_t i = 0; i < json_array_size(exceptions) && !status; i++) {
        struct hours_exception_record *record = &bundle->exceptions[bundle->exception_count++];
        *record = (struct hours_exception_record){.owner = owner, .owner_kind = (uint8_t)kind};
        status = read_exception(reader, json_array_get(exceptions, i), where, record);
        if (!status && record->day < before)
            status = error_set(reader->error, STATUS_INVALID,
                               "'exceptions' of %s must be ascending by in_days", where);
        before = record->day;
        own->exception_count++;
    }
    return status;
}

/* Groups and offers ------------------------------------------------------------------------------ */

static enum status read_numbers(const struct sample_reader *reader, const json_t *group,
                                const char *where, struct places_record *places)
{
    static const char *const keys[] = {
        "age_days",  "staffed",           "enrolled",           "held",
        "next_open", "next_open_in_days", "open_until_in_days", NULL};
    *places = (struct places_record){.as_of = TIME_NONE,
                                     .recorded_at = reader->now,
                                     .source = SAMPLE_SOURCE,
                                     .staffed = NONE,
                                     .enrolled = NONE,
                                     .held = NONE,
                                     .next_open = NONE,
                                     .next_open_from = DAY_NONE,
                                     .open_until = DAY_NONE};
    const json_t *numbers = json_object_get(group, "numbers");
    if (!numbers || json_is_null(numbers))
        return STATUS_OK;
    const struct {
        const char *key;
        int32_t *value;
    } counts[] = {{"staffed", &places->staffed},
                  {"enrolled", &places->enrolled},
                  {"held", &places->held},
                  {"next_open", &places->next_open}};
    enum status status = fields_check(numbers, where, keys, reader->error);
    if (!status)
        status = read_age(reader, numbers, where, &places->as_of);
    for (size_t i = 0; i < sizeof counts / sizeof *counts && !status; i++)
        status = fields_integer(numbers, where, counts[i].key, OPTIONAL, 0, MAX_PLACES,
                                counts[i].value, reader->error);
    if (!status)
        status = read_day_ahead(reader, numbers, where, "next_open_in_days", OPTIONAL,
                                &places->next_open_from);
    if (!status)
        status = read_day_ahead(reader, numbers, where, "open_until_in_days", OPTIONAL,
                                &places->open_until);
    return status;
}

static enum status read_group(const struct sample_reader *reader, const json_t *object,
                              const char *in, struct group_record *group,
                              struct places_record *places)
{
    static const char *const keys[] = {"id", "ages", "licensed", "admission", "numbers", NULL};
    *group = (struct group_record){.age_from_m = NONE, .age_to_m = NONE, .licensed = NONE};
    group->validity.source = SAMPLE_SOURCE;
    struct error *error = reader->error;
    enum status status = fields_check(object, in, keys, error);
    if (!status)
        status =
            fields_borrow_text(object, in, "id", REQUIRED, ID_MAX_BYTES, &group->source_id, error);
    if (status)
        return status;
    char where[WHERE_BYTES];
    snprintf(where, sizeof where, "group %.64s of %.80s", group->source_id, in);
    status = read_ages(object, where, &group->age_from_m, &group->age_to_m, error);
    if (!status)
        status = fields_integer(object, where, "licensed", OPTIONAL, 0, MAX_PLACES,
                                &group->licensed, error);
    if (!status)
        status = read_admission(object, where, REQUIRED, &group->admission, error);
    if (!status)
        status = read_numbers(reader, object, where, places);
    return status;
}

/* One interval of the coming days; of days on which the offer is not open then, nothing. */
static enum status read_slot_interval(const struct sample_reader *reader, const json_t *object,
                                      const char *where, uint32_t offer, moment_t as_of,
                                      const struct hours *hours)
{
    static const char *const keys[] = {"from", "to", "places", "taken", NULL};
    struct error *error = reader->error;
    struct slot_record slot = {.offer = offer, .as_of = as_of};
    const json_t *taken = NULL;
    enum status status = fields_check(object, where, keys, error);
    if (!status)
        status = read_minute(object, where, "from", 1440, &slot.from_min, error);
    if (!status)
        status = read_minute(object, where, "to", 2880, &slot.to_min, error);
    if (!status)
        status =
            fields_integer(object, where, "places", REQUIRED, 0, MAX_PLACES, &slot.places, error);
    if (!status)
        status = fields_array(object, where, "taken", REQUIRED, &taken, error);
    for (size_t i = 0; i < json_array_size(taken) && !status; i++) {
        const json_t *value = json_array_get(taken, i);
        json_int_t number = json_integer_value(value);
        if (!json_is_integer(value) || number < 0 || number > MAX_PLACES)
            return error_set(error, STATUS_INVALID,
                             "'taken' of %s must be whole numbers from 0 to %d", where, MAX_PLACES);
        slot.day = reader->today + (day_t)i;
        slot.taken = (int32_t)number;
        if (hours_cover_day(hours, &reader->region->calendar, slot.day, slot.from_min, slot.to_min))
            reader->bundle->slots[reader->bundle->slot_count++] = slot;
    }
    return status;
}

static enum status read_slots(const struct sample_reader *reader, const json_t *offer_object,
                              const char *where, uint32_t offer, const struct hours *hours)
{
    static const char *const keys[] = {"age_days", "intervals", NULL};
    const json_t *object = json_object_get(offer_object, "slots");
    if (!object || json_is_null(object))
        return STATUS_OK;
    moment_t as_of = TIME_NONE;
    const json_t *intervals = NULL;
    enum status status = fields_check(object, where, keys, reader->error);
    if (!status)
        status = read_age(reader, object, where, &as_of);
    if (!status)
        status = fields_array(object, where, "intervals", REQUIRED, &intervals, reader->error);
    for (size_t i = 0; i < json_array_size(intervals) && !status; i++)
        status =
            read_slot_interval(reader, json_array_get(intervals, i), where, offer, as_of, hours);
    return status;
}

static enum status find_group(const struct sample_reader *reader, const json_t *object,
                              const char *where, uint32_t *number)
{
    const char *group = NULL;
    enum status status =
        fields_borrow_text(object, where, "group", REQUIRED, ID_MAX_BYTES, &group, reader->error);
    if (status)
        return status;
    for (uint32_t i = 0; i < reader->bundle->group_count; i++) {
        if (strcmp(reader->bundle->groups[i].source_id, group) == 0) {
            *number = i;
            return STATUS_OK;
        }
    }
    return error_set(reader->error, STATUS_INVALID, "%s names the group '%s', which is not there",
                     where, group);
}

static enum status read_offer(const struct sample_reader *reader, const json_t *object,
                              const char *in, uint32_t number, const struct hours *facility_hours)
{
    static const char *const keys[] = {"id",         "group", "care",       "ages",  "price",
                                       "price_unit", "hours", "exceptions", "slots", NULL};
    struct error *error = reader->error;
    struct offer_record *offer = &reader->bundle->offers[number];
    *offer = (struct offer_record){.age_from_m = NONE,
                                   .age_to_m = NONE,
                                   .price = NONE,
                                   .price_unit = PRICE_UNIT_UNKNOWN,
                                   .care = CARE_UNKNOWN};
    offer->validity.source = SAMPLE_SOURCE;
    enum status status = fields_check(object, in, keys, error);
    if (!status)
        status =
            fields_borrow_text(object, in, "id", REQUIRED, ID_MAX_BYTES, &offer->source_id, error);
    if (status)
        return status;
    char where[WHERE_BYTES];
    snprintf(where, sizeof where, "offer %.64s of %.80s", offer->source_id, in);
    struct hours hours = {0};
    status = find_group(reader, object, where, &reader->bundle->offer_groups[number]);
    if (!status)
        status = read_care(object, where, OPTIONAL, &offer->care, error);
    if (!status)
        status = read_ages(object, where, &offer->age_from_m, &offer->age_to_m, error);
    if (!status)
        status =
            fields_integer(object, where, "price", OPTIONAL, 0, MAX_PRICE, &offer->price, error);
    if (!status)
        status = read_price_unit(object, where, OPTIONAL, &offer->price_unit, error);
    if (!status)
        status = read_hours(reader, object, where, HOURS_OF_OFFER, number, &hours);
    bool has_own = !status && hours.rule_count + hours.exception_count > 0;
    if (!status)
        status = read_slots(reader, object, where, number, has_own ? &hours : facility_hours);
    return status;
}

/* The whole -------------------------------------------------------------------------------------- */

/* How many rows the arrays of an object may need: an upper bound, before anything is checked. */
static void count_rows(const json_t *object, size_t *hours, size_t *exceptions, size_t *slots)
{
    *hours += json_array_size(json_object_get(object, "hours"));
    *exceptions += json_array_size(json_object_get(object, "exceptions"));
    const json_t *intervals = json_object_get(json_object_get(object, "slots"), "intervals");
    for (size_t i = 0; i < json_array_size(intervals); i++)
        *slots += json_array_size(json_object_get(json_array_get(intervals, i), "taken"));
}

static enum status make_room(const json_t *object, const json_t *groups, const json_t *offers,
                             struct facility_bundle *bundle, struct arena *arena,
                             struct error *error)
{
    size_t hours = 0, exceptions = 0, slots = 0;
    size_t group_count = json_array_size(groups), offer_count = json_array_size(offers);
    count_rows(object, &hours, &exceptions, &slots);
    for (size_t i = 0; i < offer_count; i++)
        count_rows(json_array_get(offers, i), &hours, &exceptions, &slots);
    bundle->groups = arena_calloc(arena, group_count, sizeof *bundle->groups);
    bundle->places = arena_calloc(arena, group_count, sizeof *bundle->places);
    bundle->offers = arena_calloc(arena, offer_count, sizeof *bundle->offers);
    bundle->offer_groups = arena_calloc(arena, offer_count, sizeof *bundle->offer_groups);
    bundle->hours = arena_calloc(arena, hours, sizeof *bundle->hours);
    bundle->exceptions = arena_calloc(arena, exceptions, sizeof *bundle->exceptions);
    bundle->slots = arena_calloc(arena, slots, sizeof *bundle->slots);
    if (!bundle->groups || !bundle->places || !bundle->offers || !bundle->offer_groups ||
        !bundle->hours || !bundle->exceptions || !bundle->slots)
        return error_memory(error, "reading a sample register");
    return STATUS_OK;
}

enum status sample_parts_read(const struct sample_reader *reader, const json_t *object,
                              const char *where, struct arena *arena)
{
    struct facility_bundle *bundle = reader->bundle;
    const json_t *groups = NULL, *offers = NULL;
    struct hours hours = {0};
    enum status status = fields_array(object, where, "groups", REQUIRED, &groups, reader->error);
    if (!status)
        status = fields_array(object, where, "offers", REQUIRED, &offers, reader->error);
    if (!status)
        status = make_room(object, groups, offers, bundle, arena, reader->error);
    if (!status)
        status = read_hours(reader, object, where, HOURS_OF_FACILITY, 0, &hours);
    for (size_t i = 0; i < json_array_size(groups) && !status; i++, bundle->group_count++)
        status = read_group(reader, json_array_get(groups, i), where, &bundle->groups[i],
                            &bundle->places[i]);
    for (size_t i = 0; i < json_array_size(offers) && !status; i++, bundle->offer_count++)
        status = read_offer(reader, json_array_get(offers, i), where, (uint32_t)i, &hours);
    bundle->hours_known = bundle->slots_known = true;
    return status;
}
