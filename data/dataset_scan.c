/*
 * Reading the register: seven scans, each filling its own part of struct raw, taken from a list by
 * two threads, the longest first.
 */
#include "data/dataset_internal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Does a version hold on today of some region? Which one is asked when its facility is known. */
static bool may_hold(const struct raw *raw, const struct validity *validity)
{
    return validity->valid_from <= raw->last_day && validity->valid_to > raw->first_day;
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
    return record->state == STATE_FILED && first <= last;
}

/* A home is somebody's home: its public point is rounded to 0.001 degree unless it consents. */
static void take_point(const struct facility_record *record, struct dataset_facility *facility)
{
    bool withheld = record->kind == KIND_HOME && !record->point_consent;
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

/* All believed versions come by; one entry a facility is kept: the version that holds today, or,
 * only so that it answers 410, one that was public once. */
static enum status keep_facility(struct raw *raw, const struct facility_record *record,
                                 size_t *capacity, struct error *error)
{
    note_change(&raw->changed_at[0], raw, record->validity.recorded_at);
    uint32_t region = find_region(raw, record->region);
    if (region == raw->region_count)
        return error_set(error, STATUS_CORRUPT, "facility %s is of region '%s', which is not here",
                         record->id, record->region ? record->region : "");
    day_t day = raw->region_days[region];
    bool holds = record->validity.valid_from <= day && record->validity.valid_to > day;
    bool was_public = version_was_public(record, day);
    struct raw_facility *last =
        raw->facility_count ? &raw->facilities[raw->facility_count - 1] : NULL;
    bool known = last && last->key == record->key;
    if (known && !holds) {
        last->facility.was_public |= was_public;
        return STATUS_OK;
    }
    if (!holds && !was_public)
        return STATUS_OK;
    if (!known) {
        enum status status = raw_grow((void **)&raw->facilities, raw->facility_count, capacity,
                                      sizeof *raw->facilities, error);
        if (status)
            return status;
        last = &raw->facilities[raw->facility_count++];
        *last = (struct raw_facility){.key = record->key};
    }
    was_public |= last->facility.was_public;
    enum status status = take_facility(raw, record, &last->facility, error);
    last->facility.region = (uint16_t)region;
    last->facility.in_register = holds;
    last->facility.was_public = was_public;
    return status;
}

static enum status scan_facilities(struct raw *raw, struct store_scan *scan, struct error *error)
{
    size_t capacity = 0;
    struct facility_record record;
    for (bool more = true;;) {
        enum status status = store_scan_next(scan, &record, &more, error);
        if (!status && more)
            status = keep_facility(raw, &record, &capacity, error);
        if (status || !more)
            return status;
    }
}

static enum status scan_groups(struct raw *raw, struct store_scan *scan, struct error *error)
{
    size_t capacity = 0;
    struct group_record record;
    for (bool more = true;;) {
        enum status status = store_scan_next(scan, &record, &more, error);
        if (status || !more)
            return status;
        note_change(&raw->changed_at[1], raw, record.validity.recorded_at);
        if (!may_hold(raw, &record.validity))
            continue;
        status = raw_grow((void **)&raw->groups, raw->group_count, &capacity, sizeof *raw->groups,
                          error);
        if (status)
            return status;
        struct raw_group *group = &raw->groups[raw->group_count];
        *group = (struct raw_group){.key = record.key,
                                    .facility_key = record.facility,
                                    .valid_from = record.validity.valid_from,
                                    .valid_to = record.validity.valid_to,
                                    .licensed = record.licensed,
                                    .age_from_m = months(record.age_from_m),
                                    .age_to_m = months(record.age_to_m),
                                    .admission = record.admission};
        status = text_pool_add(&raw->group_text, record.id, false, &group->id, error);
        if (status)
            return status;
        raw->group_count++;
    }
}

static enum status scan_offers(struct raw *raw, struct store_scan *scan, struct error *error)
{
    size_t capacity = 0;
    struct offer_record record;
    for (bool more = true;;) {
        enum status status = store_scan_next(scan, &record, &more, error);
        if (status || !more)
            return status;
        note_change(&raw->changed_at[2], raw, record.validity.recorded_at);
        if (!may_hold(raw, &record.validity))
            continue;
        status = raw_grow((void **)&raw->offers, raw->offer_count, &capacity, sizeof *raw->offers,
                          error);
        if (status)
            return status;
        struct raw_offer *offer = &raw->offers[raw->offer_count];
        *offer = (struct raw_offer){.key = record.key,
                                    .group_key = record.group,
                                    .valid_from = record.validity.valid_from,
                                    .valid_to = record.validity.valid_to,
                                    .price = record.price,
                                    .age_from_m = months(record.age_from_m),
                                    .age_to_m = months(record.age_to_m),
                                    .care = record.care,
                                    .price_unit = record.price_unit};
        status = text_pool_add(&raw->offer_text, record.id, false, &offer->id, error);
        if (status)
            return status;
        raw->offer_count++;
    }
}

static enum status scan_numbers(struct raw *raw, struct store_scan *scan, struct error *error)
{
    size_t capacity = 0;
    struct places_record record;
    for (bool more = true;;) {
        enum status status = store_scan_next(scan, &record, &more, error);
        if (status || !more)
            return status;
        note_change(&raw->changed_at[3], raw, record.recorded_at);
        status = raw_grow((void **)&raw->numbers, raw->number_count, &capacity,
                          sizeof *raw->numbers, error);
        if (status)
            return status;
        struct raw_numbers *entry = &raw->numbers[raw->number_count];
        *entry = (struct raw_numbers){.group_key = record.group,
                                      .numbers = {.as_of = record.as_of,
                                                  .staffed = record.staffed,
                                                  .enrolled = record.enrolled,
                                                  .held = record.held,
                                                  .next_open = record.next_open,
                                                  .next_open_from = record.next_open_from,
                                                  .open_until = record.open_until}};
        status =
            text_pool_add(&raw->number_text, record.source, true, &entry->numbers.source, error);
        if (status)
            return status;
        raw->number_count++;
    }
}

static enum status scan_slots(struct raw *raw, struct store_scan *scan, struct error *error)
{
    size_t capacity = 0, run_capacity = 0;
    struct slot_record record;
    struct raw_slot_run *run = NULL;
    for (bool more = true;;) {
        enum status status = store_scan_next(scan, &record, &more, error);
        if (status || !more)
            return status;
        status =
            raw_grow((void **)&raw->slots, raw->slot_count, &capacity, sizeof *raw->slots, error);
        if (!status && (!run || run->offer_key != record.offer)) {
            status = raw_grow((void **)&raw->slot_runs, raw->slot_run_count, &run_capacity,
                              sizeof *raw->slot_runs, error);
            if (!status) {
                run = &raw->slot_runs[raw->slot_run_count++];
                *run = (struct raw_slot_run){record.offer, (uint32_t)raw->slot_count, 0};
            }
        }
        if (status)
            return status;
        raw->slots[raw->slot_count++] = (struct dataset_slot){.as_of = record.as_of,
                                                              .day = record.day,
                                                              .from_min = record.from_min,
                                                              .to_min = record.to_min,
                                                              .places = record.places,
                                                              .taken = record.taken};
        run->count++;
    }
}

static enum status scan_rules(struct raw *raw, struct store_scan *scan, struct error *error)
{
    size_t capacity = 0;
    for (bool more = true;;) {
        enum status status =
            raw_grow((void **)&raw->rules, raw->rule_count, &capacity, sizeof *raw->rules, error);
        if (!status)
            status = store_scan_next(scan, &raw->rules[raw->rule_count], &more, error);
        if (status || !more)
            return status;
        raw->rule_count++;
    }
}

static enum status scan_exceptions(struct raw *raw, struct store_scan *scan, struct error *error)
{
    size_t capacity = 0;
    for (bool more = true;;) {
        enum status status = raw_grow((void **)&raw->exceptions, raw->exception_count, &capacity,
                                      sizeof *raw->exceptions, error);
        if (!status)
            status = store_scan_next(scan, &raw->exceptions[raw->exception_count], &more, error);
        if (status || !more)
            return status;
        if (raw->exceptions[raw->exception_count].day >= raw->first_day - 1)
            raw->exception_count++;
    }
}

/* The longest first. */
static const struct scan_task {
    enum store_rows rows;
    bool every_day; /* every believed version, to know what was public once */
    enum status (*run)(struct raw *raw, struct store_scan *scan, struct error *error);
} scan_tasks[] = {
    {STORE_ROWS_OFFERS, true, scan_offers},         {STORE_ROWS_GROUPS, true, scan_groups},
    {STORE_ROWS_FACILITIES, true, scan_facilities}, {STORE_ROWS_SLOTS, false, scan_slots},
    {STORE_ROWS_PLACES, true, scan_numbers},        {STORE_ROWS_HOURS, true, scan_rules},
    {STORE_ROWS_EXCEPTIONS, true, scan_exceptions},
};
enum { SCAN_TASKS = sizeof scan_tasks / sizeof *scan_tasks };

struct scan_work {
    struct raw *raw;
    atomic_uint *next;
    enum status status;
    struct error error;
};

static void *run_scans(void *context)
{
    struct scan_work *work = context;
    while (!work->status) {
        unsigned number = atomic_fetch_add(work->next, 1);
        if (number >= SCAN_TASKS)
            break;
        const struct scan_task *task = &scan_tasks[number];
        struct store_scan *scan = NULL;
        /* yesterday's slots may still run, past midnight */
        day_t day = task->every_day ? DAY_NONE : work->raw->first_day - 1;
        work->status = store_scan_open(work->raw->store, task->rows, day, &scan, &work->error);
        if (!work->status)
            work->status = task->run(work->raw, scan, &work->error);
        store_scan_close(scan);
    }
    return NULL;
}

enum status dataset_scan_all(struct raw *raw, struct error *error)
{
    atomic_uint next = 0;
    struct scan_work work[2] = {{.raw = raw, .next = &next}, {.raw = raw, .next = &next}};
    for (size_t i = 0; i < sizeof raw->changed_at / sizeof *raw->changed_at; i++)
        raw->changed_at[i] = TIME_NONE;
    pthread_t second;
    bool helped = pthread_create(&second, NULL, run_scans, &work[1]) == 0;
    run_scans(&work[0]);
    if (helped)
        pthread_join(second, NULL);
    for (int i = 0; i < 2; i++)
        if (work[i].status) {
            if (error)
                *error = work[i].error;
            return work[i].status;
        }
    return STATUS_OK;
}

void raw_release(struct raw *raw)
{
    large_memory_free(raw->region_days);
    large_memory_free(raw->facilities);
    large_memory_free(raw->groups);
    large_memory_free(raw->offers);
    large_memory_free(raw->numbers);
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
