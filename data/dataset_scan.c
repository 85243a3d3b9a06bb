/*
 * Reading the register: scans, each filling its own part of struct raw and run by any thread.
 */
#include "data/dataset_internal.h"

#include <string.h>

/* Bit i: a version holds on first_day + i, today of some region. Which one is asked when its
 * facility is known; the clocks of the world are two days apart at most. */
static uint8_t days_of(const struct raw *raw, const struct validity *validity)
{
    uint8_t days = 0;
    for (day_t day = raw->first_day; day <= raw->last_day && day < raw->first_day + 8; day++)
        if (validity->valid_from <= day && validity->valid_to > day)
            days |= (uint8_t)(1u << (day - raw->first_day));
    return days;
}

static enum status check_key(int64_t key, int64_t least, struct error *error)
{
    if (key < least || key > LARGEST_KEY)
        return error_set(error, STATUS_CORRUPT,
                         "the store has the key %lld where one from %lld to %d is expected",
                         (long long)key, (long long)least, LARGEST_KEY);
    return STATUS_OK;
}

static int16_t months(int32_t value)
{
    return value == NONE || value < 0 || value > INT16_MAX ? (int16_t)NONE16 : (int16_t)value;
}

static void note_change(moment_t *latest, const struct raw *raw, moment_t recorded_at)
{
    if (recorded_at != TIME_NONE && recorded_at <= raw->now && recorded_at > *latest)
        *latest = recorded_at;
}

/* The region's number, or region_count. */
static uint32_t find_region(const struct raw *raw, const char *name)
{
    uint32_t i = 0;
    while (i < raw->region_count && (!name || strcmp(raw->regions[i].name, name) != 0))
        i++;
    return i;
}

/* Did this version make the facility public on some day up to `day`? */
static bool version_was_public(const struct facility_record *record, day_t day)
{
    day_t first = record->validity.valid_from, last = day;
    if (record->opens_on != DAY_NONE && record->opens_on > first)
        first = record->opens_on;
    if (record->validity.valid_to <= last)
        last = record->validity.valid_to - 1;
    if (record->closed_on != DAY_NONE && record->closed_on <= last)
        last = record->closed_on - 1;
    if (record->delists_on != DAY_NONE && record->delists_on <= last)
        last = record->delists_on - 1;
    return record->state == STATE_FILED && first <= last;
}

/* A home is somebody's home: its public point is rounded to 0.001 degree unless it consents. What
 * kind a facility is may be unknown because it could not be read; then it may be one. */
static void take_point(const struct facility_record *record, struct dataset_facility *facility)
{
    bool may_be_home = record->kind == KIND_HOME || record->kind == KIND_UNKNOWN;
    bool withheld = may_be_home && !record->point_consent;
    int64_t step = withheld ? 10000 : 1, half = step / 2;
    int64_t lon = record->lon_e7, lat = record->lat_e7;
    lon = (lon >= 0 ? lon + half : lon - half) / step * step;
    lat = (lat >= 0 ? lat + half : lat - half) / step * step;
    facility->point_is_rounded = withheld;
    facility->point = (struct geo_point){(double)lon / 1e7, (double)lat / 1e7};
    if (record->lon_e7 == NONE || record->lat_e7 == NONE || !geo_point_is_valid(facility->point))
        facility->point = (struct geo_point){__builtin_nan(""), __builtin_nan("")};
}

static enum status take_facility(struct raw *raw, const struct facility_record *record,
                                 struct dataset_facility *facility, struct error *error)
{
    *facility = (struct dataset_facility){.opens_on = record->opens_on,
                                          .opened_on = record->opened_on,
                                          .filed_on = record->filed_on,
                                          .closed_on = record->closed_on,
                                          .delists_on = record->delists_on,
                                          .inclusive_since = record->inclusive_since,
                                          .demonstration_since = record->demonstration_since,
                                          .staff_on = record->staff_on,
                                          .valid_from = record->validity.valid_from,
                                          .licensed_total = record->licensed_total,
                                          .staff = record->staff,
                                          .certified = record->certified,
                                          .kind = record->kind,
                                          .ownership = record->ownership,
                                          .registrar = record->registrar,
                                          .state = record->state,
                                          .inclusive = record->inclusive,
                                          .demonstration = record->demonstration};
    take_point(record, facility);
    bool withheld = facility->point_is_rounded;
    const struct {
        const char *text;
        text_ref *ref;
        bool repeats;
    } texts[] = {
        {record->id, &facility->id, false},
        {record->name, &facility->name, false},
        {record->name_en, &facility->name_en, false},
        {withheld ? NULL : record->address, &facility->address, false},
        {withheld ? NULL : record->phone, &facility->phone, false},
        {record->community, &facility->community, true},
        {record->declared_community, &facility->declared_community, true},
        {record->source, &facility->source, true},
        {record->source_id, &facility->source_id, false},
    };
    enum status status = STATUS_OK;
    for (size_t i = 0; i < sizeof texts / sizeof *texts && !status; i++)
        status = text_pool_add(&raw->facility_text, texts[i].text, texts[i].repeats, texts[i].ref,
                               error);
    return status;
}

/* One entry a facility is kept: the version that holds today, or, only so that it answers 410, one
 * that was public once. *entry is NULL where this version adds nothing. */
static enum status find_entry(struct raw *raw, const struct facility_record *record, bool holds,
                              bool was_public, struct dataset_facility **entry, struct error *error)
{
    size_t count = raw->facility_count;
    bool known = count && raw->facility_keys[count - 1] == record->key;
    *entry = NULL;
    if (known && !holds)
        raw->facilities[count - 1].was_public |= was_public;
    if (!holds && (known || !was_public))
        return STATUS_OK;
    if (!known) {
        int64_t least = count ? (int64_t)raw->facility_keys[count - 1] + 1 : 1;
        enum status status = check_key(record->key, least, error);
        if (!status)
            status = raw_grow((void **)&raw->facilities, count, &raw->facility_capacity,
                              sizeof *raw->facilities, error);
        if (!status)
            status = raw_grow((void **)&raw->facility_keys, count, &raw->key_capacity,
                              sizeof *raw->facility_keys, error);
        if (status)
            return status;
        raw->facilities[count].was_public = false;
        raw->facility_keys[count] = (uint32_t)record->key;
        raw->facility_count++;
    }
    *entry = &raw->facilities[raw->facility_count - 1];
    return STATUS_OK;
}

static enum status keep_facility(void *context, const void *row, struct error *error)
{
    struct raw *raw = context;
    const struct facility_record *record = row;
    note_change(&raw->changed_at[0], raw, record->validity.recorded_at);
    uint32_t region = find_region(raw, record->region);
    if (region == raw->region_count)
        return error_set(error, STATUS_CORRUPT, "facility %s is of region '%s', which is not here",
                         record->id, record->region ? record->region : "");
    day_t day = raw->region_days[region];
    bool holds = record->validity.valid_from <= day && record->validity.valid_to > day;
    bool was_public = version_was_public(record, day);
    struct dataset_facility *entry;
    enum status status = find_entry(raw, record, holds, was_public, &entry, error);
    if (status || !entry)
        return status;
    was_public |= entry->was_public;
    status = take_facility(raw, record, entry, error);
    entry->region = (uint16_t)region;
    entry->in_register = holds;
    entry->was_public = was_public;
    return status;
}

enum status build_scan_facilities(struct build *build, struct error *error)
{
    return store_scan_each(build->raw.store, STORE_ROWS_FACILITIES, DAY_NONE, keep_facility,
                           &build->raw, error);
}

static enum status keep_group(void *context, const void *row, struct error *error)
{
    struct raw *raw = context;
    const struct group_record *record = row;
    size_t count = raw->group_count;
    note_change(&raw->changed_at[1], raw, record->validity.recorded_at);
    uint8_t days = days_of(raw, &record->validity);
    if (!days)
        return STATUS_OK;
    enum status status = check_key(record->key, count ? raw->groups[count - 1].key : 1, error);
    if (!status)
        status = check_key(record->facility, 1, error);
    if (!status)
        status = raw_grow((void **)&raw->groups, count, &raw->group_capacity, sizeof *raw->groups,
                          error);
    if (status)
        return status;
    struct raw_group *group = &raw->groups[count];
    *group = (struct raw_group){.key = (uint32_t)record->key,
                                .facility = (uint32_t)record->facility,
                                .licensed = record->licensed,
                                .age_from_m = months(record->age_from_m),
                                .age_to_m = months(record->age_to_m),
                                .admission = record->admission,
                                .days = days};
    raw->group_count++;
    return text_pool_add(&raw->group_text, record->id, false, &group->id, error);
}

enum status build_scan_groups(struct build *build, struct error *error)
{
    return store_scan_each(build->raw.store, STORE_ROWS_GROUPS, DAY_NONE, keep_group, &build->raw,
                           error);
}

static enum status keep_offer(void *context, const void *row, struct error *error)
{
    struct raw *raw = context;
    const struct offer_record *record = row;
    size_t count = raw->offer_count;
    note_change(&raw->changed_at[2], raw, record->validity.recorded_at);
    uint8_t days = days_of(raw, &record->validity);
    if (!days)
        return STATUS_OK;
    enum status status = check_key(record->key, count ? raw->offers[count - 1].key : 1, error);
    if (!status)
        status = check_key(record->group, 1, error);
    if (!status)
        status = raw_grow((void **)&raw->offers, count, &raw->offer_capacity, sizeof *raw->offers,
                          error);
    if (status)
        return status;
    struct raw_offer *offer = &raw->offers[count];
    *offer = (struct raw_offer){.key = (uint32_t)record->key,
                                .group = (uint32_t)record->group,
                                .price = record->price,
                                .age_from_m = months(record->age_from_m),
                                .age_to_m = months(record->age_to_m),
                                .care = record->care,
                                .price_unit = record->price_unit,
                                .days = days,
                                .slots_version = record->slots_version};
    raw->offer_count++;
    return text_pool_add(&raw->offer_text, record->id, false, &offer->id, error);
}

enum status build_scan_offers(struct build *build, struct error *error)
{
    return store_scan_each(build->raw.store, STORE_ROWS_OFFERS, DAY_NONE, keep_offer, &build->raw,
                           error);
}

/* Reports go straight to their groups, which have their places by now. */
static enum status keep_numbers(void *context, const void *row, struct error *error)
{
    struct build *build = context;
    struct raw *raw = &build->raw;
    const struct places_record *record = row;
    note_change(&raw->changed_at[3], raw, record->recorded_at);
    uint32_t group = key_map_find(&build->groups, record->group);
    if (group == UINT32_MAX)
        return STATUS_OK;
    struct group_numbers *numbers = &build->dataset->numbers[group];
    *numbers = (struct group_numbers){.as_of = record->as_of,
                                      .seq = record->seq,
                                      .staffed = record->staffed,
                                      .enrolled = record->enrolled,
                                      .held = record->held,
                                      .next_open = record->next_open,
                                      .next_open_from = record->next_open_from,
                                      .open_until = record->open_until};
    enum status status =
        text_pool_add(&raw->number_text, record->source, true, &numbers->source, error);
    if (numbers->source)
        numbers->source +=
            (text_ref)(raw->facility_text.length + raw->group_text.length + raw->offer_text.length);
    return status;
}

enum status build_scan_numbers(struct build *build, struct error *error)
{
    struct dataset *dataset = build->dataset;
    enum status status = raw_make_array((void **)&dataset->numbers, dataset->group_count,
                                        sizeof *dataset->numbers, error);
    for (uint32_t i = 0; i < dataset->group_count && !status; i++)
        dataset->numbers[i] = (struct group_numbers){.as_of = TIME_NONE,
                                                     .staffed = NONE,
                                                     .enrolled = NONE,
                                                     .held = NONE,
                                                     .next_open = NONE,
                                                     .next_open_from = DAY_NONE,
                                                     .open_until = DAY_NONE};
    return status ? status
                  : store_scan_each(build->raw.store, STORE_ROWS_PLACES, DAY_NONE, keep_numbers,
                                    build, error);
}

static enum status keep_slot(void *context, const void *row, struct error *error)
{
    struct raw *raw = context;
    const struct slot_record *record = row;
    struct raw_slot_run *run =
        raw->slot_run_count ? &raw->slot_runs[raw->slot_run_count - 1] : NULL;
    enum status status = raw_grow((void **)&raw->slots, raw->slot_count, &raw->slot_capacity,
                                  sizeof *raw->slots, error);
    if (!status && (!run || run->offer_key != record->offer)) {
        status = raw_grow((void **)&raw->slot_runs, raw->slot_run_count, &raw->slot_run_capacity,
                          sizeof *raw->slot_runs, error);
        if (!status) {
            run = &raw->slot_runs[raw->slot_run_count++];
            *run = (struct raw_slot_run){record->offer, (uint32_t)raw->slot_count, 0};
        }
    }
    if (status)
        return status;
    raw->slots[raw->slot_count++] = (struct dataset_slot){.as_of = record->as_of,
                                                          .day = record->day,
                                                          .from_min = record->from_min,
                                                          .to_min = record->to_min,
                                                          .places = record->places,
                                                          .taken = record->taken};
    run->count++;
    return STATUS_OK;
}

/* Yesterday's slots may still run, past midnight. */
enum status build_scan_slots(struct build *build, struct error *error)
{
    return store_scan_each(build->raw.store, STORE_ROWS_SLOTS, build->raw.first_day - 1, keep_slot,
                           &build->raw, error);
}

static enum status keep_rule(void *context, const void *row, struct error *error)
{
    struct raw *raw = context;
    enum status status = raw_grow((void **)&raw->rules, raw->rule_count, &raw->rule_capacity,
                                  sizeof *raw->rules, error);
    if (!status)
        raw->rules[raw->rule_count++] = *(const struct hours_record *)row;
    return status;
}

/* A day that has passed says nothing any more, but that its owner has hours of its own: then one
 * row is kept for all such days, with no day. */
static enum status keep_exception(void *context, const void *row, struct error *error)
{
    struct raw *raw = context;
    const struct hours_exception_record *record = row;
    size_t count = raw->exception_count;
    const struct hours_exception_record *last = count ? &raw->exceptions[count - 1] : NULL;
    bool has_passed = record->day < raw->first_day - 1;
    if (has_passed && last && last->owner_kind == record->owner_kind &&
        last->owner == record->owner)
        return STATUS_OK;
    enum status status = raw_grow((void **)&raw->exceptions, count, &raw->exception_capacity,
                                  sizeof *raw->exceptions, error);
    if (status)
        return status;
    raw->exceptions[count] = *record;
    if (has_passed)
        raw->exceptions[count].day = DAY_NONE;
    raw->exception_count++;
    return STATUS_OK;
}

enum status build_scan_hours(struct build *build, struct error *error)
{
    enum status status = store_scan_each(build->raw.store, STORE_ROWS_HOURS, DAY_NONE, keep_rule,
                                         &build->raw, error);
    return status ? status
                  : store_scan_each(build->raw.store, STORE_ROWS_EXCEPTIONS, DAY_NONE,
                                    keep_exception, &build->raw, error);
}

void raw_release(struct raw *raw)
{
    large_memory_free(raw->region_days);
    large_memory_free(raw->facilities);
    large_memory_free(raw->facility_keys);
    large_memory_free(raw->groups);
    large_memory_free(raw->offers);
    large_memory_free(raw->slots);
    large_memory_free(raw->slot_runs);
    large_memory_free(raw->rules);
    large_memory_free(raw->exceptions);
    text_pool_release(&raw->facility_text);
    text_pool_release(&raw->group_text);
    text_pool_release(&raw->offer_text);
    text_pool_release(&raw->number_text);
    *raw = (struct raw){0};
}
