/*
 * The sample register, version 1. Days and moments that pass are told from the moment of dating:
 * an age of 1.5 days is a report of 36 hours ago, in_days 3 is the day after the day after tomorrow.
 * Keys marked * must be there.
 *
 *   {"version"*: 1, "notice"*: "示例数据 …", "facilities"*: [FACILITY, …]}
 *
 * FACILITY
 *   id*            of the source, unique in the file
 *   name*, name_en, address, community (code), kind, ownership, registrar
 *   point          [lon, lat] WGS 84; left out: off the map. point_consent: true
 *   valid_from*    date since when the register knows it; state*: its state then
 *   then           [{"on": date, "state": …}]: later states, ascending
 *   opens_on, opened_on, filed_on, inclusive_since, demonstration_since, staff_on    dates
 *   inclusive, demonstration    true, false; left out: unknown
 *   licensed_total, staff, certified    whole numbers
 *   hours          [{"days"*: "mon tue", "open"*: "08:00", "close"*: "18:00" (to 48:00),
 *                  "holidays": true}]
 *   exceptions     [{"in_days"*: 3, "open": "08:00", "close": "12:00"}]: without times closed all
 *                  day; ascending
 *   groups*        [{"id"*, "ages": [from, to] months, "licensed", "admission"*, "numbers": NUMBERS}]
 *   offers*        [{"id"*, "group"*: id, "care", "ages", "price", "price_unit", "hours",
 *                  "exceptions", "slots": SLOTS}]
 * NUMBERS          {"age_days"*, "staffed", "enrolled", "held", "next_open", "next_open_in_days",
 *                  "open_until_in_days"}
 * SLOTS            {"age_days"*, "intervals"*: [{"from"*, "to"*, "places"*, "taken"*: [today's,
 *                  tomorrow's, …]}]}
 */
#include "data/sample_register.h"

#include "data/json_fields.h"
#include "data/sample.h"
#include "data/sample_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_BYTES = 8 << 20,
    MAX_FACILITIES = 10000,
    MAX_TEXT = 256,
    MAX_COUNT = 10000 /* of places, of staff */
};

struct sample_register {
    json_t *root;
    const json_t *facilities;
};

enum status sample_register_parse(const char *json, size_t length, struct sample_register **out,
                                  struct error *error)
{
    static const char *const keys[] = {"version", "notice", "facilities", NULL};
    static const char where[] = "the sample register";
    *out = NULL;
    struct sample_register *sample = calloc(1, sizeof *sample);
    if (!sample)
        return error_memory(error, "reading a sample register");
    int32_t version = 0;
    const char *notice;
    enum status status = fields_parse(json, length, MAX_BYTES, where, &sample->root, error);
    if (!status)
        status = fields_check(sample->root, where, keys, error);
    if (!status)
        status = fields_integer(sample->root, where, "version", REQUIRED, 1, 1, &version, error);
    if (!status)
        status =
            fields_borrow_text(sample->root, where, "notice", REQUIRED, MAX_TEXT, &notice, error);
    if (!status)
        status =
            fields_array(sample->root, where, "facilities", REQUIRED, &sample->facilities, error);
    if (!status && json_array_size(sample->facilities) > MAX_FACILITIES)
        status = error_set(error, STATUS_LIMIT, "%s has %zu facilities; it may have %d", where,
                           json_array_size(sample->facilities), MAX_FACILITIES);
    if (status) {
        sample_register_release(sample);
        return status;
    }
    *out = sample;
    return STATUS_OK;
}

void sample_register_release(struct sample_register *sample)
{
    if (!sample)
        return;
    json_decref(sample->root);
    free(sample);
}

uint32_t sample_register_count(const struct sample_register *sample)
{
    return (uint32_t)json_array_size(sample->facilities);
}

/* Single fields ---------------------------------------------------------------------------------- */

FIELDS_DEFINE_CODE(kind)
FIELDS_DEFINE_CODE(ownership)
FIELDS_DEFINE_CODE(state)
FIELDS_DEFINE_CODE(registrar)

/* true, false, or unknown where it is left out. */
static enum status read_answer(const json_t *object, const char *where, const char *key,
                               int8_t *answer, struct error *error)
{
    bool yes = false;
    enum status status = fields_flag(object, where, key, &yes, error);
    const json_t *value = json_object_get(object, key);
    *answer = !value || json_is_null(value) ? UNKNOWN : yes ? YES : NO;
    return status;
}

/* The facility itself ---------------------------------------------------------------------------- */

static enum status read_point(const json_t *object, const char *where,
                              struct facility_record *record, struct error *error)
{
    const json_t *point;
    enum status status = fields_array(object, where, "point", OPTIONAL, &point, error);
    if (status || !point)
        return status;
    const json_t *lon = json_array_get(point, 0), *lat = json_array_get(point, 1);
    struct geo_point at = {json_number_value(lon), json_number_value(lat)};
    if (json_array_size(point) != 2 || !json_is_number(lon) || !json_is_number(lat) ||
        !(at.lon >= -180 && at.lon <= 180 && at.lat >= -90 && at.lat <= 90))
        return error_set(error, STATUS_INVALID, "'point' of %s must be [longitude, latitude]",
                         where);
    record->lon_e7 = geo_e7(at.lon);
    record->lat_e7 = geo_e7(at.lat);
    return STATUS_OK;
}

static enum status read_dates(const json_t *object, const char *where,
                              struct facility_record *record, struct error *error)
{
    const struct {
        const char *key;
        day_t *day;
    } dates[] = {{"opens_on", &record->opens_on},
                 {"opened_on", &record->opened_on},
                 {"filed_on", &record->filed_on},
                 {"inclusive_since", &record->inclusive_since},
                 {"demonstration_since", &record->demonstration_since},
                 {"staff_on", &record->staff_on}};
    enum status status = STATUS_OK;
    for (size_t i = 0; i < sizeof dates / sizeof *dates && !status; i++)
        status = fields_day(object, where, dates[i].key, OPTIONAL, dates[i].day, error);
    return status;
}

static enum status read_counts(const json_t *object, const char *where,
                               struct facility_record *record, struct error *error)
{
    enum status status = fields_integer(object, where, "licensed_total", OPTIONAL, 0, MAX_COUNT,
                                        &record->licensed_total, error);
    if (!status)
        status =
            fields_integer(object, where, "staff", OPTIONAL, 0, MAX_COUNT, &record->staff, error);
    if (!status)
        status = fields_integer(object, where, "certified", OPTIONAL, 0, MAX_COUNT,
                                &record->certified, error);
    return status;
}

static enum status read_record(const json_t *object, const char *where,
                               struct facility_record *record, struct error *error)
{
    enum status status =
        fields_borrow_text(object, where, "name", REQUIRED, MAX_TEXT, &record->name, error);
    if (!status)
        status = fields_borrow_text(object, where, "name_en", OPTIONAL, MAX_TEXT, &record->name_en,
                                    error);
    if (!status)
        status = fields_borrow_text(object, where, "address", OPTIONAL, MAX_TEXT, &record->address,
                                    error);
    if (!status)
        status = fields_borrow_text(object, where, "community", OPTIONAL, ID_MAX_BYTES,
                                    &record->community, error);
    record->declared_community = record->community;
    if (!status)
        status = read_kind(object, where, REQUIRED, &record->kind, error);
    if (!status)
        status = read_ownership(object, where, OPTIONAL, &record->ownership, error);
    if (!status)
        status = read_registrar(object, where, OPTIONAL, &record->registrar, error);
    if (!status)
        status = read_state(object, where, REQUIRED, &record->state, error);
    if (!status)
        status = read_answer(object, where, "inclusive", &record->inclusive, error);
    if (!status)
        status = read_answer(object, where, "demonstration", &record->demonstration, error);
    if (!status)
        status = fields_flag(object, where, "point_consent", &record->point_consent, error);
    if (!status)
        status = read_point(object, where, record, error);
    if (!status)
        status = read_dates(object, where, record, error);
    if (!status)
        status = read_counts(object, where, record, error);
    return status;
}

static enum status read_events(const json_t *object, const char *where,
                               struct sample_facility *facility, struct error *error)
{
    static const char *const keys[] = {"on", "state", NULL};
    const json_t *events;
    enum status status = fields_array(object, where, "then", OPTIONAL, &events, error);
    size_t count = status ? 0 : json_array_size(events);
    if (count > SAMPLE_MAX_EVENTS)
        return error_set(error, STATUS_INVALID, "'then' of %s has %zu states; it may have %d",
                         where, count, SAMPLE_MAX_EVENTS);
    day_t before = facility->valid_from;
    for (size_t i = 0; i < count && !status; i++) {
        const json_t *event = json_array_get(events, i);
        int8_t state = STATE_UNKNOWN;
        day_t on = DAY_NONE;
        if (!(status = fields_check(event, where, keys, error)) &&
            !(status = fields_day(event, where, "on", REQUIRED, &on, error)) &&
            !(status = read_state(event, where, REQUIRED, &state, error)) && on <= before)
            status = error_set(error, STATUS_INVALID,
                               "'then' of %s must be ascending by day, after "
                               "valid_from",
                               where);
        facility->events[i].on = before = on;
        facility->events[i].state = state;
        facility->event_count++;
    }
    return status;
}

/* The whole -------------------------------------------------------------------------------------- */

/* A facility of which nothing is known yet. */
static struct facility_record unknown_facility(const struct region *region)
{
    return (struct facility_record){.region = region->name,
                                    .source = SAMPLE_SOURCE,
                                    .lon_e7 = NONE,
                                    .lat_e7 = NONE,
                                    .opens_on = DAY_NONE,
                                    .opened_on = DAY_NONE,
                                    .filed_on = DAY_NONE,
                                    .closed_on = DAY_NONE,
                                    .delists_on = DAY_NONE,
                                    .inclusive_since = DAY_NONE,
                                    .demonstration_since = DAY_NONE,
                                    .staff_on = DAY_NONE,
                                    .licensed_total = NONE,
                                    .staff = NONE,
                                    .certified = NONE,
                                    .ownership = OWNERSHIP_UNKNOWN,
                                    .registrar = REGISTRAR_UNKNOWN,
                                    .validity.source = SAMPLE_SOURCE};
}

enum status sample_register_facility(const struct sample_register *sample, uint32_t number,
                                     const struct region *region, moment_t now, struct arena *arena,
                                     struct sample_facility *facility, struct error *error)
{
    static const char *const keys[] = {"id",
                                       "name",
                                       "name_en",
                                       "address",
                                       "community",
                                       "kind",
                                       "point",
                                       "then",
                                       "state",
                                       "ownership",
                                       "registrar",
                                       "point_consent",
                                       "hours",
                                       "opens_on",
                                       "opened_on",
                                       "filed_on",
                                       "inclusive_since",
                                       "demonstration_since",
                                       "groups",
                                       "offers",
                                       "staff_on",
                                       "inclusive",
                                       "demonstration",
                                       "licensed_total",
                                       "staff",
                                       "certified",
                                       "exceptions",
                                       "valid_from",
                                       NULL};
    const json_t *object = json_array_get(sample->facilities, number);
    *facility = (struct sample_facility){.valid_from = DAY_NONE};
    struct facility_record *record = &facility->bundle.facility;
    *record = unknown_facility(region);
    enum status status = fields_check(object, "a facility", keys, error);
    if (!status)
        status = fields_borrow_text(object, "a facility", "id", REQUIRED, ID_MAX_BYTES,
                                    &record->source_id, error);
    if (status)
        return status;
    char where[80];
    snprintf(where, sizeof where, "facility %.64s", record->source_id);
    const struct sample_reader reader = {.region = region,
                                         .today = calendar_local(&region->calendar, now).day,
                                         .now = now,
                                         .bundle = &facility->bundle,
                                         .error = error};
    status = read_record(object, where, record, error);
    if (!status)
        status = fields_day(object, where, "valid_from", REQUIRED, &facility->valid_from, error);
    if (!status)
        status = read_events(object, where, facility, error);
    if (!status)
        status = sample_parts_read(&reader, object, where, arena);
    return status;
}
