/*
 * What belongs to a facility and has no versions: the numbers of its groups, hours, slots.
 */
#include "data/history_internal.h"

#include "data/calendar.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Numbers ----------------------------------------------------------------------------------------*/

static bool same_numbers(const struct places_record *a, const struct places_record *b)
{
    return a->staffed == b->staffed && a->enrolled == b->enrolled && a->held == b->held &&
           a->next_open == b->next_open && a->next_open_from == b->next_open_from &&
           a->open_until == b->open_until;
}

static void print_places(char *text, size_t size, const struct places_record *places)
{
    const int32_t numbers[] = {places->staffed, places->enrolled, places->held};
    static const char *const names[] = {"staffed", "enrolled", "held"};
    size_t used = 0;
    for (int i = 0; i < 3 && used < size; i++) {
        int written = numbers[i] == NONE ? snprintf(text + used, size - used, "%s%s unknown",
                                                    i ? ", " : "", names[i])
                                         : snprintf(text + used, size - used, "%s%s %" PRId32,
                                                    i ? ", " : "", names[i], numbers[i]);
        used += written > 0 ? (size_t)written : 0;
    }
}

/* An older report that says the same is no news; the same moment again with other numbers mends it. */
enum status settle_places(struct put *put, uint32_t number)
{
    struct places_record *given = &put->bundle->places[number];
    const struct group_record *group = &put->bundle->groups[number];
    if (given->as_of == TIME_NONE)
        return STATUS_OK;
    const struct places_record *stored = NULL;
    for (uint32_t i = 0; i < put->history.place_count && group->key; i++)
        if (put->history.places[i].group == group->key && put->history.places[i].as_of != TIME_NONE)
            stored = &put->history.places[i];
    if (stored && given->as_of <= stored->as_of && same_numbers(given, stored))
        return STATUS_OK;
    if (stored && given->as_of < stored->as_of) {
        char moment[21];
        struct history_conflict *conflict = put_add_conflict(put);
        put_print_label(conflict->field, sizeof conflict->field, &history_shapes[STORE_GROUPS],
                        group, "places");
        print_places(conflict->stored, sizeof conflict->stored, stored);
        print_places(conflict->given, sizeof conflict->given, given);
        moment_format(stored->as_of, moment);
        snprintf(conflict->because, sizeof conflict->because, "newer numbers of %s", moment);
        return STATUS_OK;
    }
    put->changed = true;
    if (!put->writing)
        return STATUS_OK;
    given->group = group->key;
    given->recorded_at = put->now;
    if (!given->source)
        given->source = put->source;
    return store_places_append(put->store, given, put->error);
}

/* Hours ------------------------------------------------------------------------------------------*/

struct owned_hours {
    struct hours_record *hours;
    struct hours_exception_record *exceptions;
    uint32_t hours_count, exception_count;
};

static enum status pick_hours(struct put *put, const struct hours_record *hours, uint32_t count,
                              const struct hours_exception_record *exceptions,
                              uint32_t exception_count, enum hours_owner kind, int64_t owner,
                              struct owned_hours *owned)
{
    *owned = (struct owned_hours){0};
    owned->hours = arena_calloc(put->arena, count, sizeof *owned->hours);
    owned->exceptions = arena_calloc(put->arena, exception_count, sizeof *owned->exceptions);
    if (!owned->hours || !owned->exceptions)
        return error_memory(put->error, "comparing hours");
    for (uint32_t i = 0; i < count; i++)
        if (hours[i].owner_kind == kind && (kind == HOURS_OF_FACILITY || hours[i].owner == owner))
            owned->hours[owned->hours_count++] = hours[i];
    for (uint32_t i = 0; i < exception_count; i++) {
        if (exceptions[i].owner_kind != kind ||
            (kind == HOURS_OF_OFFER && exceptions[i].owner != owner))
            continue;
        /* by day, in the order given within one: as the store hands them out */
        uint32_t at = owned->exception_count++;
        for (; at > 0 && owned->exceptions[at - 1].day > exceptions[i].day; at--)
            owned->exceptions[at] = owned->exceptions[at - 1];
        owned->exceptions[at] = exceptions[i];
    }
    return STATUS_OK;
}

static bool same_hours(const struct owned_hours *a, const struct owned_hours *b)
{
    if (a->hours_count != b->hours_count || a->exception_count != b->exception_count)
        return false;
    for (uint32_t i = 0; i < a->hours_count; i++)
        if (a->hours[i].weekdays != b->hours[i].weekdays ||
            a->hours[i].open_min != b->hours[i].open_min ||
            a->hours[i].close_min != b->hours[i].close_min)
            return false;
    for (uint32_t i = 0; i < a->exception_count; i++)
        if (a->exceptions[i].day != b->exceptions[i].day ||
            a->exceptions[i].open_min != b->exceptions[i].open_min ||
            a->exceptions[i].close_min != b->exceptions[i].close_min)
            return false;
    return true;
}

/* Of the facility (record of shape facilities), or of the bundle's offer `number`. */
enum status settle_hours(struct put *put, enum hours_owner kind, uint32_t number)
{
    const struct facility_bundle *bundle = put->bundle;
    const struct store_history *history = &put->history;
    bool of_offer = kind == HOURS_OF_OFFER;
    const struct shape *shape = &history_shapes[of_offer ? STORE_OFFERS : STORE_FACILITIES];
    const void *record = of_offer ? (const void *)&bundle->offers[number] : &bundle->facility;
    struct chain chain = of_offer ? put_find_chain(put, shape, bundle->offers[number].source_id)
                                  : put_facility_chain(put);
    struct owned_hours given, stored;
    enum status status = pick_hours(put, bundle->hours, bundle->hours_count, bundle->exceptions,
                                    bundle->exception_count, kind, number, &given);
    if (!status)
        status = pick_hours(put, history->hours, history->hours_count, history->exceptions,
                            history->exception_count, kind, shape_key(shape, record), &stored);
    if (status || same_hours(&given, &stored))
        return status;
    char before[40], after[40];
    snprintf(before, sizeof before, "%u intervals", stored.hours_count + stored.exception_count);
    snprintf(after, sizeof after, "%u intervals", given.hours_count + given.exception_count);
    if (!put_settle_change(put, shape, chain, record, "hours", before, after) || !put->writing)
        return STATUS_OK;
    return store_hours_replace(put->store, kind, shape_key(shape, record), given.hours,
                               given.hours_count, given.exceptions, given.exception_count,
                               put->error);
}

/* Slots ------------------------------------------------------------------------------------------*/

static bool is_before(const struct slot_record *a, const struct slot_record *b)
{
    return a->day != b->day ? a->day < b->day : a->from_min < b->from_min;
}

static enum status pick_slots(struct put *put, const struct slot_record *slots, uint32_t count,
                              int64_t offer, struct slot_record **picked, uint32_t *picked_count)
{
    *picked_count = 0;
    *picked = arena_calloc(put->arena, count, sizeof **picked);
    if (!*picked)
        return error_memory(put->error, "comparing slots");
    for (uint32_t i = 0; i < count; i++) {
        if (slots[i].offer != offer)
            continue;
        uint32_t at = (*picked_count)++;
        for (; at > 0 && is_before(&slots[i], &(*picked)[at - 1]); at--)
            (*picked)[at] = (*picked)[at - 1];
        (*picked)[at] = slots[i];
    }
    return STATUS_OK;
}

static bool same_slots(const struct slot_record *a, uint32_t a_count, const struct slot_record *b,
                       uint32_t b_count)
{
    if (a_count != b_count)
        return false;
    for (uint32_t i = 0; i < a_count; i++)
        if (a[i].day != b[i].day || a[i].from_min != b[i].from_min || a[i].to_min != b[i].to_min ||
            a[i].places != b[i].places || a[i].taken != b[i].taken || a[i].as_of != b[i].as_of)
            return false;
    return true;
}

static moment_t latest_slot(const struct slot_record *slots, uint32_t count)
{
    moment_t latest = TIME_NONE;
    for (uint32_t i = 0; i < count; i++)
        latest = slots[i].as_of > latest ? slots[i].as_of : latest;
    return latest;
}

/* Does the store have news of slots that the source cannot know? A source that names none speaks of
 * the whole day as_of, in whatever zone. */
static bool stored_slots_are_newer(const struct put *put, const struct slot_record *stored,
                                   uint32_t stored_count, const struct slot_record *given,
                                   uint32_t given_count)
{
    moment_t day_is_over = ((moment_t)put->as_of + 1) * SECONDS_A_DAY - FURTHEST_ZONE_S;
    moment_t latest = latest_slot(stored, stored_count);
    return given_count ? latest > latest_slot(given, given_count) : latest >= day_is_over;
}

enum status settle_slots(struct put *put, uint32_t number)
{
    const struct shape *shape = &history_shapes[STORE_OFFERS];
    const struct offer_record *offer = &put->bundle->offers[number];
    struct chain chain = put_find_chain(put, shape, offer->source_id);
    struct slot_record *given = NULL, *stored = NULL;
    uint32_t given_count = 0, stored_count = 0;
    enum status status =
        pick_slots(put, put->bundle->slots, put->bundle->slot_count, number, &given, &given_count);
    if (!status)
        status = pick_slots(put, put->history.slots, put->history.slot_count, offer->key, &stored,
                            &stored_count);
    if (status || same_slots(given, given_count, stored, stored_count))
        return status;
    char before[40], after[40];
    snprintf(before, sizeof before, "%u slots", stored_count);
    snprintf(after, sizeof after, "%u slots", given_count);
    if (stored_slots_are_newer(put, stored, stored_count, given, given_count)) {
        struct history_conflict *conflict = put_add_conflict(put);
        put_print_label(conflict->field, sizeof conflict->field, shape, offer, "slots");
        memcpy(conflict->stored, before, sizeof before);
        memcpy(conflict->given, after, sizeof after);
        snprintf(conflict->because, sizeof conflict->because, "newer slots are stored");
        return STATUS_OK;
    }
    if (!put_settle_change(put, shape, chain, offer, "slots", before, after) || !put->writing)
        return STATUS_OK;
    return store_slots_replace(put->store, offer->key, given, given_count, put->error);
}
