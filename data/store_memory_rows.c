/*
 * The memory backend's rows: identities, versions, numbers, hours, slots, edits, runs.
 */
#include "data/store_memory.h"

#include <inttypes.h>
#include <string.h>

/* Identities -------------------------------------------------------------------------------------*/

static enum status add_id(struct store *base, const char *id, enum store_table table, int64_t key,
                          struct error *error)
{
    struct memory_list *list = memory_writing(base, IDS);
    struct public_id item = {id, table, key};
    EACH(struct public_id, other, list)
    if (memory_same(other->id, id))
        return error_set(error, STATUS_CONFLICT, "id '%s' is in use already", id);
    enum status status = KEEP(base, error, &item.id);
    return status ? status : memory_add(list, IDS, &item, error);
}

static enum status refuse_known(struct error *error, const char *what, const char *source_id)
{
    return error_set(error, STATUS_CONFLICT, "%s '%s' of this source is stored already", what,
                     source_id);
}

enum status memory_facility_insert(struct store *base, struct facility_record *facility,
                                   struct error *error)
{
    struct memory_list *list = memory_writing(base, FACILITIES);
    struct facility_record item = {.id = facility->id,
                                   .region = facility->region,
                                   .source = facility->source,
                                   .source_id = facility->source_id,
                                   .key = list->count + 1};
    EACH(struct facility_record, other, list)
    if (memory_same(other->region, item.region) && memory_same(other->source, item.source) &&
        memory_same(other->source_id, item.source_id))
        return refuse_known(error, "facility", item.source_id);
    enum status status = memory_need_region(memory_lists(base), item.region, error);
    if (!status)
        status = add_id(base, item.id, STORE_FACILITIES, item.key, error);
    if (!status)
        status = KEEP(base, error, &item.id, &item.region, &item.source, &item.source_id);
    if (!status)
        status = memory_add(list, FACILITIES, &item, error);
    if (!status)
        facility->key = item.key;
    return status;
}

/* The identity with this key: keys are places in the list, from 1. */
void *memory_identity(struct memory_list *lists, enum memory_list_name name, int64_t key)
{
    if (key < 1 || key > lists[name].count)
        return NULL;
    return (char *)lists[name].items + (size_t)(key - 1) * memory_item_bytes[name];
}

enum status memory_need(struct memory_list *lists, enum memory_list_name name, int64_t key,
                        const char *what, struct error *error)
{
    return memory_identity(lists, name, key)
               ? STATUS_OK
               : error_set(error, STATUS_INVALID, "there is no %s %" PRId64, what, key);
}

enum status memory_group_insert(struct store *base, struct group_record *group, struct error *error)
{
    struct memory_list *list = memory_writing(base, GROUPS);
    struct group_record item = {.id = group->id,
                                .facility = group->facility,
                                .source_id = group->source_id,
                                .key = list->count + 1};
    EACH(struct group_record, other, list)
    if (other->facility == item.facility && memory_same(other->source_id, item.source_id))
        return refuse_known(error, "group", item.source_id);
    enum status status =
        memory_need(memory_lists(base), FACILITIES, item.facility, "facility", error);
    if (!status)
        status = add_id(base, item.id, STORE_GROUPS, item.key, error);
    if (!status)
        status = KEEP(base, error, &item.id, &item.source_id);
    if (!status)
        status = memory_add(list, GROUPS, &item, error);
    if (!status)
        group->key = item.key;
    return status;
}

enum status memory_offer_insert(struct store *base, struct offer_record *offer, int64_t facility,
                                struct error *error)
{
    struct memory_list *list = memory_writing(base, OFFERS);
    struct facility_offer item = {facility,
                                  {.id = offer->id,
                                   .group = offer->group,
                                   .source_id = offer->source_id,
                                   .key = list->count + 1}};
    EACH(struct facility_offer, other, list)
    if (other->facility == facility && memory_same(other->offer.source_id, offer->source_id))
        return refuse_known(error, "offer", offer->source_id);
    enum status status = memory_need(memory_lists(base), FACILITIES, facility, "facility", error);
    if (!status)
        status = memory_need(memory_lists(base), GROUPS, offer->group, "group", error);
    if (!status)
        status = add_id(base, offer->id, STORE_OFFERS, item.offer.key, error);
    if (!status)
        status = KEEP(base, error, &item.offer.id, &item.offer.source_id);
    if (!status)
        status = memory_add(list, OFFERS, &item, error);
    if (!status)
        offer->key = item.offer.key;
    return status;
}

enum status memory_facility_find(struct store *base, const char *region, const char *source,
                                 const char *source_id, int64_t *key, struct error *error)
{
    struct memory_list *lists = memory_lists(base);
    EACH(struct facility_record, item, &lists[FACILITIES])
    if (memory_same(item->region, region) && memory_same(item->source, source) &&
        memory_same(item->source_id, source_id))
        *key = item->key;
    memory_done(base);
    return *key ? STATUS_OK
                : error_set(error, STATUS_NOT_FOUND,
                            "no facility '%s' of source '%s' in region '%s'", source_id, source,
                            region);
}

enum status memory_facility_find_id(struct store *base, const char *id, int64_t *key,
                                    struct error *error)
{
    struct memory_list *lists = memory_lists(base);
    EACH(struct facility_record, item, &lists[FACILITIES])
    if (memory_same(item->id, id))
        *key = item->key;
    memory_done(base);
    return *key ? STATUS_OK : error_set(error, STATUS_NOT_FOUND, "no facility '%s'", id);
}

enum status memory_next_number(struct store *base, const char *prefix, int64_t *number,
                               struct error *error)
{
    (void)error;
    struct memory_list *lists = memory_lists(base);
    EACH(struct facility_record, item, &lists[FACILITIES])
    {
        int64_t used = store_id_number(item->id, prefix);
        *number = used > *number ? used : *number;
    }
    memory_done(base);
    ++*number;
    return STATUS_OK;
}

/* Versions: a version's key is its place in the list, from 1 --------------------------------------*/

enum status memory_facility_version_insert(struct store *base, struct facility_record *facility,
                                           struct error *error)
{
    enum status status =
        memory_need(memory_lists(base), FACILITIES, facility->key, "facility", error);
    if (status)
        return status;
    struct facility_record *known = memory_identity(memory_lists(base), FACILITIES, facility->key);
    struct memory_list *list = memory_writing(base, FACILITY_VERSIONS);
    struct facility_record item = *facility;
    item.id = known->id;
    item.region = known->region;
    item.source = known->source;
    item.source_id = known->source_id;
    item.version_key = list->count + 1;
    status = KEEP(base, error, &item.validity.source, &item.name, &item.name_en,
                  &item.declared_community, &item.community, &item.address, &item.phone);
    if (!status)
        status = memory_add(list, FACILITY_VERSIONS, &item, error);
    if (!status)
        facility->version_key = item.version_key;
    return status;
}

enum status memory_group_version_insert(struct store *base, struct group_record *group,
                                        struct error *error)
{
    enum status status = memory_need(memory_lists(base), GROUPS, group->key, "group", error);
    if (status)
        return status;
    struct group_record *known = memory_identity(memory_lists(base), GROUPS, group->key);
    struct memory_list *list = memory_writing(base, GROUP_VERSIONS);
    struct group_record item = *group;
    item.id = known->id;
    item.facility = known->facility;
    item.source_id = known->source_id;
    item.version_key = list->count + 1;
    status = KEEP(base, error, &item.validity.source);
    if (!status)
        status = memory_add(list, GROUP_VERSIONS, &item, error);
    if (!status)
        group->version_key = item.version_key;
    return status;
}

enum status memory_offer_version_insert(struct store *base, struct offer_record *offer,
                                        struct error *error)
{
    enum status status = memory_need(memory_lists(base), OFFERS, offer->key, "offer", error);
    if (status)
        return status;
    struct facility_offer *known = memory_identity(memory_lists(base), OFFERS, offer->key);
    struct memory_list *list = memory_writing(base, OFFER_VERSIONS);
    struct offer_record item = *offer;
    item.id = known->offer.id;
    item.group = known->offer.group;
    item.source_id = known->offer.source_id;
    item.slots_version = known->offer.slots_version;
    item.version_key = list->count + 1;
    status = KEEP(base, error, &item.validity.source);
    if (!status)
        status = memory_add(list, OFFER_VERSIONS, &item, error);
    if (!status)
        offer->version_key = item.version_key;
    return status;
}

static struct validity *validity_of(struct memory_list *lists, enum store_table table,
                                    int64_t version)
{
    void *item = memory_identity(lists, FACILITY_VERSIONS + table, version);
    if (!item)
        return NULL;
    return table == STORE_FACILITIES ? &((struct facility_record *)item)->validity
           : table == STORE_GROUPS   ? &((struct group_record *)item)->validity
                                     : &((struct offer_record *)item)->validity;
}

enum status memory_version_supersede(struct store *base, enum store_table table, int64_t version,
                                     moment_t superseded_at, struct error *error)
{
    struct validity *validity = validity_of(memory_lists(base), table, version);
    if (!validity || validity->superseded_at != TIME_NONE)
        return error_set(error, STATUS_NOT_FOUND, "no believed version %" PRId64, version);
    validity->superseded_at = superseded_at;
    return STATUS_OK;
}

/* Numbers ----------------------------------------------------------------------------------------*/

enum status memory_places_append(struct store *base, struct places_record *places,
                                 struct error *error)
{
    struct memory_list *list = memory_writing(base, PLACES);
    struct places_record item = *places;
    item.seq = 1;
    EACH(struct places_record, other, list)
    {
        if (other->group != item.group)
            continue;
        if (other->as_of > item.as_of)
            return error_set(error, STATUS_CONFLICT,
                             "a newer report of the group's places is stored");
        item.seq = other->seq + 1;
    }
    enum status status = memory_need(memory_lists(base), GROUPS, item.group, "group", error);
    if (!status)
        status = KEEP(base, error, &item.source);
    if (!status)
        status = memory_add(list, PLACES, &item, error);
    if (!status)
        places->seq = item.seq;
    return status;
}

enum status memory_places_forget(struct store *base, int64_t group, struct error *error)
{
    struct memory_list *list = memory_writing(base, PLACES);
    (void)error;
    for (uint32_t i = list->count; i-- > 0;) {
        struct places_record *item = (struct places_record *)list->items + i;
        if (item->group == group)
            memory_remove(list, PLACES, item);
    }
    return STATUS_OK;
}

/* Hours and slots --------------------------------------------------------------------------------*/

static enum status check_interval(const char *what, int16_t from, int16_t to, struct error *error)
{
    if (from >= 0 && from <= 1440 && to >= from && to <= 2880)
        return STATUS_OK;
    return error_set(error, STATUS_INVALID, "%s from minute %d to %d; they must be 0 to 2880", what,
                     from, to);
}

static void remove_hours(struct store *base, enum hours_owner owner_kind, int64_t owner)
{
    struct memory_list *hours = memory_writing(base, HOURS);
    struct memory_list *exceptions = memory_writing(base, EXCEPTIONS);
    for (uint32_t i = hours->count; i-- > 0;) {
        struct hours_record *item = (struct hours_record *)hours->items + i;
        if (item->owner_kind == owner_kind && item->owner == owner)
            memory_remove(hours, HOURS, item);
    }
    for (uint32_t i = exceptions->count; i-- > 0;) {
        struct hours_exception_record *item =
            (struct hours_exception_record *)exceptions->items + i;
        if (item->owner_kind == owner_kind && item->owner == owner)
            memory_remove(exceptions, EXCEPTIONS, item);
    }
}

enum status memory_hours_replace(struct store *base, enum hours_owner owner_kind, int64_t owner,
                                 const struct hours_record *hours, uint32_t hours_count,
                                 const struct hours_exception_record *exceptions,
                                 uint32_t exception_count, struct error *error)
{
    bool of_offer = owner_kind == HOURS_OF_OFFER;
    enum status status = memory_need(memory_lists(base), of_offer ? OFFERS : FACILITIES, owner,
                                     of_offer ? "offer" : "facility", error);
    remove_hours(base, owner_kind, owner);
    for (uint32_t i = 0; i < hours_count && !status; i++) {
        struct hours_record item = hours[i];
        item.owner_kind = (uint8_t)owner_kind;
        item.owner = owner;
        status = check_interval("hours", item.open_min, item.close_min, error);
        if (!status)
            status = memory_add(memory_writing(base, HOURS), HOURS, &item, error);
    }
    for (uint32_t i = 0; i < exception_count && !status; i++) {
        struct hours_exception_record item = exceptions[i];
        item.owner_kind = (uint8_t)owner_kind;
        item.owner = owner;
        if (item.open_min != NONE16)
            status = check_interval("hours", item.open_min, item.close_min, error);
        if (!status)
            status = memory_add(memory_writing(base, EXCEPTIONS), EXCEPTIONS, &item, error);
    }
    return status;
}

/* A version holds what the store says of its offer, as the rows of a scan do. */
static void raise_slots_version(struct store *base, int64_t offer)
{
    struct facility_offer *known = memory_identity(memory_lists(base), OFFERS, offer);
    uint32_t version = ++known->offer.slots_version;
    EACH(struct offer_record, item, memory_writing(base, OFFER_VERSIONS))
    if (item->key == offer)
        item->slots_version = version;
}

enum status memory_slots_replace(struct store *base, int64_t offer, const struct slot_record *slots,
                                 uint32_t count, struct error *error)
{
    struct memory_list *list = memory_writing(base, SLOTS);
    enum status status = memory_need(memory_lists(base), OFFERS, offer, "offer", error);
    if (status)
        return status;
    raise_slots_version(base, offer);
    for (uint32_t i = list->count; i-- > 0;) {
        struct slot_record *item = (struct slot_record *)list->items + i;
        if (item->offer == offer)
            memory_remove(list, SLOTS, item);
    }
    for (uint32_t i = 0; i < count && !status; i++) {
        struct slot_record item = slots[i];
        item.offer = offer;
        status = check_interval("a slot", item.from_min, item.to_min, error);
        if (!status && (item.places < 0 || item.taken < 0))
            status = error_set(error, STATUS_INVALID, "a slot's places cannot be negative");
        EACH(struct slot_record, other, list)
        if (other->offer == offer && other->day == item.day && other->from_min == item.from_min)
            status = error_set(error, STATUS_CONFLICT,
                               "two slots of one offer begin on the same day at the same "
                               "minute");
        if (!status)
            status = memory_add(list, SLOTS, &item, error);
    }
    return status;
}

/* Edits and runs ---------------------------------------------------------------------------------*/

enum status memory_field_edit_put(struct store *base, const struct field_edit *edit,
                                  struct error *error)
{
    struct memory_list *list = memory_writing(base, EDITS);
    struct field_edit item = *edit, *found = NULL;
    EACH(struct field_edit, other, list)
    if (other->table == item.table && other->key == item.key &&
        memory_same(other->field, item.field))
        found = other;
    enum status status = KEEP(base, error, &item.field, &item.actor);
    return status ? status : memory_put(list, EDITS, found, &item, error);
}

enum status memory_import_run_insert(struct store *base, struct import_run *run,
                                     struct error *error)
{
    struct memory_list *list = memory_writing(base, RUNS);
    struct import_run item = *run;
    item.key = list->count + 1;
    enum status status = memory_need_region(memory_lists(base), run->region, error);
    if (!status)
        status =
            KEEP(base, error, &item.region, &item.kind, &item.file, &item.source, &item.report);
    if (!status)
        status = memory_add(list, RUNS, &item, error);
    if (!status)
        run->key = item.key;
    return status;
}

enum status memory_import_runs(struct store *base, const char *region, uint32_t limit,
                               struct arena *arena, struct import_run **runs, uint32_t *count,
                               struct error *error)
{
    struct memory_list *list = &memory_lists(base)[RUNS];
    struct import_run *out = arena_calloc(arena, list->count, sizeof *out);
    bool fits = out != NULL;
    for (uint32_t i = list->count; i-- > 0 && fits && *count < limit;) {
        struct import_run *item = (struct import_run *)list->items + i;
        if (!memory_same(item->region, region))
            continue;
        struct import_run *run = &out[(*count)++];
        *run = *item;
        fits = LEND(arena, &run->region, &run->kind, &run->file, &run->source, &run->report);
    }
    memory_done(base);
    *runs = out;
    return fits ? STATUS_OK : error_memory(error, "reading a store");
}

enum status memory_import_after(struct store *base, const char *region, const char *source,
                                day_t day, day_t *as_of, struct error *error)
{
    (void)error;
    struct memory_list *lists = memory_lists(base);
    EACH(struct import_run, run, &lists[RUNS])
    if (memory_same(run->region, region) && memory_same(run->source, source) && run->as_of > day &&
        (*as_of == DAY_NONE || run->as_of < *as_of))
        *as_of = run->as_of;
    memory_done(base);
    return STATUS_OK;
}
