/*
 * Histories: comparing what a source says with what is believed, field by field, and writing only
 * what differs.
 *
 * A put walks over everything twice with the same functions: first it judges and counts conflicts,
 * then, when there are none and something differs, it writes. A new facility is only written, and
 * nothing of it is read.
 */
#include "data/history_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_MAX_BYTES = 256 << 20 };

/* Ids of groups and offers -----------------------------------------------------------------------*/

/* N of FACILITY-xN, else 0. */
static int64_t suffix_number(const char *id, const char *facility, char letter)
{
    size_t length = strlen(facility);
    if (!id || strncmp(id, facility, length) != 0 || id[length] != '-' || id[length + 1] != letter)
        return 0;
    const char *digits = id + length + 2;
    size_t count = strspn(digits, "0123456789");
    return count > 0 && count < 10 && digits[count] == '\0' ? strtoll(digits, NULL, 10) : 0;
}

static int64_t last_suffix(const struct put *put, const char *facility, char letter)
{
    int64_t last = 0;
    const struct store_history *history = &put->history;
    const struct facility_bundle *bundle = put->bundle;
#define CONSIDER(records, count)                                           \
    for (uint32_t i = 0; i < (count); i++) {                               \
        int64_t number = suffix_number((records)[i].id, facility, letter); \
        last = number > last ? number : last;                              \
    }
    CONSIDER(history->groups, history->group_count)
    CONSIDER(history->offers, history->offer_count)
    CONSIDER(bundle->groups, bundle->group_count)
    CONSIDER(bundle->offers, bundle->offer_count)
#undef CONSIDER
    return last;
}

static enum status make_id(struct put *put, const char *facility, char letter, int64_t number,
                           const char **id)
{
    char text[ID_MAX_BYTES + 24];
    int length = letter ? snprintf(text, sizeof text, "%s-%c%" PRId64, facility, letter, number)
                        : snprintf(text, sizeof text, "%s-%04" PRId64, facility, number);
    if (length > ID_MAX_BYTES)
        return error_set(put->error, STATUS_INVALID, "id '%s' would be longer than %d characters",
                         text, ID_MAX_BYTES);
    struct arena *arena = put->bundle->arena ? put->bundle->arena : put->arena;
    *id = arena_string(arena, text);
    return *id ? STATUS_OK : error_memory(put->error, "making an id");
}

static char offer_letter(const struct offer_record *offer)
{
    static const char letters[] = {
        [CARE_FULL_DAY] = 'f', [CARE_HALF_DAY] = 'h', [CARE_HOURLY] = 'u', [CARE_DROP_IN] = 'd'};
    return offer->care == CARE_UNKNOWN ? 'o' : letters[offer->care];
}

static enum status insert_group(struct put *put, struct group_record *group)
{
    const char *facility = put->bundle->facility.id;
    enum status status = STATUS_OK;
    group->facility = put->bundle->facility.key;
    if (!group->id)
        status = make_id(put, facility, 'g', last_suffix(put, facility, 'g') + 1, &group->id);
    if (!status)
        status = store_group_insert(put->store, group, put->error);
    return status ? status : version_begin(put, &history_shapes[STORE_GROUPS], group);
}

static enum status insert_offer(struct put *put, struct offer_record *offer)
{
    const char *facility = put->bundle->facility.id;
    char letter = offer_letter(offer);
    enum status status = STATUS_OK;
    if (!offer->id)
        status = make_id(put, facility, letter, last_suffix(put, facility, letter) + 1, &offer->id);
    if (!status)
        status = store_offer_insert(put->store, offer, put->bundle->facility.key, put->error);
    return status ? status : version_begin(put, &history_shapes[STORE_OFFERS], offer);
}

/* Groups and offers ------------------------------------------------------------------------------*/

static enum status settle_group(struct put *put, uint32_t number)
{
    const struct shape *shape = &history_shapes[STORE_GROUPS];
    struct group_record *group = &put->bundle->groups[number];
    struct chain chain = put_find_chain(put, shape, group->source_id);
    if (chain.count) {
        group->id = ((const struct group_record *)chain.first)->id;
        group->facility = put->bundle->facility.key;
        return settle_record(put, shape, chain, group);
    }
    group->key = 0;
    if (!put_settle_change(put, shape, chain, group, NULL, "(not there)", "new") || !put->writing)
        return STATUS_OK;
    return insert_group(put, group);
}

static enum status settle_offer(struct put *put, uint32_t number)
{
    const struct shape *shape = &history_shapes[STORE_OFFERS];
    struct offer_record *offer = &put->bundle->offers[number];
    const struct group_record *group = &put->bundle->groups[put->bundle->offer_groups[number]];
    struct chain chain = put_find_chain(put, shape, offer->source_id);
    if (chain.count) {
        const struct offer_record *known = (const struct offer_record *)chain.first;
        offer->id = known->id;
        offer->group = known->group;
        if (known->group == group->key)
            return settle_record(put, shape, chain, offer);
        struct history_conflict *conflict = put_add_conflict(put);
        put_print_label(conflict->field, sizeof conflict->field, shape, offer, "group");
        snprintf(conflict->stored, sizeof conflict->stored, "number %" PRId64, known->group);
        memcpy(conflict->given, "group ", sizeof "group ");
        history_print_text(conflict->given + 6, sizeof conflict->given - 6, group->source_id);
        snprintf(conflict->because, sizeof conflict->because,
                 "an offer does not move to another group");
        return STATUS_OK;
    }
    offer->key = 0;
    if (!put_settle_change(put, shape, chain, offer, NULL, "(not there)", "new") || !put->writing)
        return STATUS_OK;
    offer->group = group->key;
    return insert_offer(put, offer);
}

static bool is_named(const struct facility_bundle *bundle, const struct shape *shape,
                     const char *source_id)
{
    bool of_groups = shape->table == STORE_GROUPS;
    uint32_t count = of_groups ? bundle->group_count : bundle->offer_count;
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(of_groups ? bundle->groups[i].source_id : bundle->offers[i].source_id,
                   source_id) == 0)
            return true;
    return false;
}

/* What the source no longer names ends. */
static enum status settle_unnamed(struct put *put, const struct shape *shape, const void *records,
                                  uint32_t count)
{
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < count && !status; i++) {
        const char *record = (const char *)records + i * shape->bytes;
        const struct validity *validity = shape_validity(shape, record);
        if (validity->valid_from > put->as_of || validity->valid_to <= put->as_of ||
            is_named(put->bundle, shape, shape_source_id(shape, record)))
            continue;
        struct chain chain = put_find_chain(put, shape, shape_source_id(shape, record));
        if (put_settle_change(put, shape, chain, record, NULL, "there", "(not named)") &&
            put->writing)
            status = version_end(put, shape, record, false);
    }
    return status;
}

/* The whole of a facility ------------------------------------------------------------------------*/

static enum status walk(struct put *put)
{
    struct facility_bundle *bundle = put->bundle;
    const struct store_history *history = &put->history;
    enum status status = STATUS_OK;
    if (put->history.facility_count)
        status = settle_record(put, &history_shapes[STORE_FACILITIES], put_facility_chain(put),
                               &bundle->facility);
    if (!status) /* offers end before groups do */
        status = settle_unnamed(put, &history_shapes[STORE_OFFERS], history->offers,
                                history->offer_count);
    if (!status)
        status = settle_unnamed(put, &history_shapes[STORE_GROUPS], history->groups,
                                history->group_count);
    for (uint32_t i = 0; i < bundle->group_count && !status; i++) {
        status = settle_group(put, i);
        if (!status && bundle->places)
            status = settle_places(put, i);
    }
    for (uint32_t i = 0; i < bundle->offer_count && !status; i++)
        status = settle_offer(put, i);
    if (!status && bundle->hours_known)
        status = settle_hours(put, HOURS_OF_FACILITY, 0);
    for (uint32_t i = 0; i < bundle->offer_count && !status && bundle->hours_known; i++)
        status = settle_hours(put, HOURS_OF_OFFER, i);
    for (uint32_t i = 0; i < bundle->offer_count && !status && bundle->slots_known; i++)
        status = settle_slots(put, i);
    return status;
}

static enum status walk_twice(struct put *put, enum history_outcome *outcome)
{
    enum status status = walk(put);
    if (status)
        return status;
    *outcome = put->conflict_count ? HISTORY_CONFLICTING
               : put->changed      ? HISTORY_CHANGED
                                   : HISTORY_UNCHANGED;
    if (*outcome != HISTORY_CHANGED)
        return STATUS_OK;
    put->writing = true;
    return walk(put);
}

static enum status insert_facility(struct put *put, const char *id_prefix)
{
    struct facility_record *facility = &put->bundle->facility;
    bool make = !facility->id;
    int64_t number = 0;
    enum status status = STATUS_OK;
    if (make)
        status = store_facility_next_number(put->store, id_prefix, &number, put->error);
    if (!status && make)
        status = make_id(put, id_prefix, '\0', number, &facility->id);
    if (!status)
        status = store_facility_insert(put->store, facility, put->error);
    if (!status)
        status = version_begin(put, &history_shapes[STORE_FACILITIES], facility);
    put->writing = true;
    return status ? status : walk(put);
}

/* Ages that are not said are the group's. */
static bool ages_are_inside(const struct offer_record *offer, const struct group_record *group)
{
    return (offer->age_from_m == NONE || group->age_from_m == NONE ||
            offer->age_from_m >= group->age_from_m) &&
           (offer->age_to_m == NONE || group->age_to_m == NONE ||
            offer->age_to_m <= group->age_to_m);
}

/* Names twice in one bundle would be two records of one identity. */
static enum status check_bundle(const struct facility_bundle *bundle, struct error *error)
{
    for (uint32_t i = 0; i < bundle->group_count; i++)
        for (uint32_t j = 0; j < i; j++)
            if (strcmp(bundle->groups[i].source_id, bundle->groups[j].source_id) == 0)
                return error_set(error, STATUS_INVALID, "facility '%s' names group '%s' twice",
                                 bundle->facility.source_id, bundle->groups[i].source_id);
    for (uint32_t i = 0; i < bundle->offer_count; i++) {
        if (bundle->offer_groups[i] >= bundle->group_count)
            return error_set(error, STATUS_INVALID, "facility '%s': offer '%s' has no group",
                             bundle->facility.source_id, bundle->offers[i].source_id);
        if (!ages_are_inside(&bundle->offers[i], &bundle->groups[bundle->offer_groups[i]]))
            return error_set(error, STATUS_INVALID,
                             "facility '%s': the ages of offer '%s' reach beyond its group's",
                             bundle->facility.source_id, bundle->offers[i].source_id);
        for (uint32_t j = 0; j < i; j++)
            if (strcmp(bundle->offers[i].source_id, bundle->offers[j].source_id) == 0)
                return error_set(error, STATUS_INVALID, "facility '%s' names offer '%s' twice",
                                 bundle->facility.source_id, bundle->offers[i].source_id);
    }
    return STATUS_OK;
}

/* What is stored of the facility, and what speaks against changing it. */
static enum status read_known(struct put *put, int64_t key, const char *region, const char *source)
{
    enum status status =
        store_facility_history(put->store, key, put->arena, &put->history, put->error);
    if (!status && !put->history.facility_count)
        status = error_set(put->error, STATUS_CORRUPT, "facility %" PRId64 " has no version", key);
    if (!status)
        status = store_field_edits(put->store, key, put->arena, &put->edits, &put->edit_count,
                                   put->error);
    return status
               ? status
               : store_import_after(put->store, region ? region : put->history.facilities[0].region,
                                    source ? source : put->history.facilities[0].source, put->as_of,
                                    &put->newer_report, put->error);
}

/* Ids that were made here live in the bundle's arena, or not at all after this call. */
static void forget_ids(struct facility_bundle *bundle, const char *const *given)
{
    if (bundle->arena)
        return;
    bundle->facility.id = *given++;
    for (uint32_t i = 0; i < bundle->group_count; i++)
        bundle->groups[i].id = *given++;
    for (uint32_t i = 0; i < bundle->offer_count; i++)
        bundle->offers[i].id = *given++;
}

static const char **remember_ids(struct put *put)
{
    const struct facility_bundle *bundle = put->bundle;
    size_t count = 1 + (size_t)bundle->group_count + bundle->offer_count;
    const char **ids = arena_calloc(put->arena, count, sizeof *ids);
    if (!ids)
        return NULL;
    const char **at = ids;
    *at++ = bundle->facility.id;
    for (uint32_t i = 0; i < bundle->group_count; i++)
        *at++ = bundle->groups[i].id;
    for (uint32_t i = 0; i < bundle->offer_count; i++)
        *at++ = bundle->offers[i].id;
    return ids;
}

/* A newer report of the same source does not name what is new now: it had ended by then. */
static enum status find_end(struct put *put)
{
    const struct facility_record *facility = &put->bundle->facility;
    day_t newer;
    enum status status = store_import_after(put->store, facility->region, facility->source,
                                            put->as_of, &newer, put->error);
    if (!status && newer != DAY_NONE)
        put->ends_on = newer;
    return status;
}

static enum status put_bundle(struct put *put, const char *id_prefix, enum history_outcome *outcome)
{
    struct facility_record *facility = &put->bundle->facility;
    int64_t key;
    enum status status = store_facility_find(put->store, facility->region, facility->source,
                                             facility->source_id, &key, put->error);
    if (status == STATUS_NOT_FOUND) {
        *outcome = HISTORY_ACCEPTED;
        status = find_end(put);
        return status ? status : insert_facility(put, id_prefix);
    }
    if (!status)
        status = read_known(put, key, facility->region, facility->source);
    if (status)
        return status;
    facility->id = put->history.facilities[0].id;
    return walk_twice(put, outcome);
}

/* Known ids come out of this call's arena: copied into the bundle's. */
static enum status keep_ids(struct put *put)
{
    struct facility_bundle *bundle = put->bundle;
    bool failed = false;
#define KEEP(id) failed |= (id) && !((id) = arena_string(bundle->arena, id))
    KEEP(bundle->facility.id);
    for (uint32_t i = 0; i < bundle->group_count; i++)
        KEEP(bundle->groups[i].id);
    for (uint32_t i = 0; i < bundle->offer_count; i++)
        KEEP(bundle->offers[i].id);
#undef KEEP
    return failed ? error_memory(put->error, "keeping ids") : STATUS_OK;
}

enum status history_put(struct store *store, struct facility_bundle *bundle, const char *id_prefix,
                        day_t as_of, moment_t now, enum history_outcome *outcome,
                        struct history_conflict *conflicts, uint32_t conflict_capacity,
                        uint32_t *conflict_count, struct error *error)
{
    struct arena arena;
    arena_init(&arena, ARENA_MAX_BYTES);
    struct put put = {
        .store = store,
        .bundle = bundle,
        .as_of = as_of,
        .now = now,
        .source = bundle->facility.validity.source ? bundle->facility.validity.source
                                                   : bundle->facility.source,
        .newer_report = DAY_NONE,
        .ends_on = DAY_OPEN,
        .arena = &arena,
        .conflicts = conflicts,
        .conflict_capacity = conflict_capacity,
        .error = error,
    };
    *outcome = HISTORY_UNCHANGED;
    enum status status = check_bundle(bundle, error);
    const char **given = status ? NULL : remember_ids(&put);
    if (!status && !given)
        status = error_memory(error, "putting a facility");
    if (!status)
        status = put_bundle(&put, id_prefix, outcome);
    if (!status && bundle->arena)
        status = keep_ids(&put);
    if (given)
        forget_ids(bundle, given);
    if (conflict_count)
        *conflict_count = put.conflict_count;
    arena_release(&arena);
    return status;
}

enum status history_close(struct store *store, int64_t facility_key, day_t as_of, moment_t now,
                          const char *source, enum history_outcome *outcome,
                          struct history_conflict *conflict, struct error *error)
{
    struct arena arena;
    arena_init(&arena, ARENA_MAX_BYTES);
    struct facility_bundle bundle = {0};
    struct put put = {
        .store = store,
        .bundle = &bundle,
        .as_of = as_of,
        .now = now,
        .source = source,
        .newer_report = DAY_NONE,
        .ends_on = DAY_OPEN,
        .arena = &arena,
        .conflicts = conflict,
        .conflict_capacity = 1,
        .error = error,
    };
    *outcome = HISTORY_UNCHANGED;
    enum status status = read_known(&put, facility_key, NULL, NULL);
    const struct shape *shape = &history_shapes[STORE_FACILITIES];
    struct chain chain = put_facility_chain(&put);
    const struct facility_record *stored = status ? NULL : chain_holding(shape, chain, as_of);
    if (!status && !stored)
        stored = &put.history.facilities[put.history.facility_count - 1];
    if (!status && stored->state != STATE_CLOSED) {
        bundle.facility = *stored;
        bundle.facility.state = STATE_CLOSED;
        bundle.facility.closed_on = as_of;
        status = settle_record(&put, shape, chain, &bundle.facility);
        *outcome = put.conflict_count ? HISTORY_CONFLICTING : HISTORY_CHANGED;
        put.writing = true;
        if (!status && *outcome == HISTORY_CHANGED)
            status = settle_record(&put, shape, chain, &bundle.facility);
    }
    arena_release(&arena);
    return status;
}
