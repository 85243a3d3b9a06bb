/*
 * One record's chain of versions: what speaks against changing it, and the writing of what changes.
 */
#include "data/history_internal.h"

#include "data/calendar.h"

#include <stdio.h>
#include <string.h>

static const void *chain_at(const struct shape *shape, struct chain chain, uint32_t i)
{
    return chain.first + i * shape->bytes;
}

const void *chain_holding(const struct shape *shape, struct chain chain, day_t day)
{
    for (uint32_t i = 0; i < chain.count; i++) {
        const struct validity *validity = shape_validity(shape, chain_at(shape, chain, i));
        if (validity->valid_from <= day && day < validity->valid_to)
            return chain_at(shape, chain, i);
    }
    return NULL;
}

static const void *chain_beginning_after(const struct shape *shape, struct chain chain, day_t day)
{
    for (uint32_t i = 0; i < chain.count; i++) {
        const struct validity *validity = shape_validity(shape, chain_at(shape, chain, i));
        if (validity->valid_from > day && validity->valid_from < validity->valid_to)
            return chain_at(shape, chain, i);
    }
    return NULL;
}

struct chain put_find_chain(const struct put *put, const struct shape *shape, const char *source_id)
{
    const struct store_history *history = &put->history;
    const char *records = shape->table == STORE_GROUPS ? (const char *)history->groups
                                                       : (const char *)history->offers;
    uint32_t count = shape->table == STORE_GROUPS ? history->group_count : history->offer_count;
    struct chain chain = {0};
    for (uint32_t i = 0; i < count; i++) {
        const char *record = records + i * shape->bytes;
        if (strcmp(shape_source_id(shape, record), source_id) != 0)
            continue;
        if (!chain.count)
            chain.first = record;
        chain.count++;
    }
    return chain;
}

struct chain put_facility_chain(const struct put *put)
{
    return (struct chain){(const char *)put->history.facilities, put->history.facility_count};
}

struct history_conflict *put_add_conflict(struct put *put)
{
    return put->conflict_count++ < put->conflict_capacity && put->conflicts
               ? &put->conflicts[put->conflict_count - 1]
               : &put->unheard;
}

/* Edits of that day or later; field NULL = of any field. */
static const struct field_edit *find_edit(const struct put *put, const struct shape *shape,
                                          int64_t key, const char *field)
{
    moment_t until = (moment_t)put->as_of * SECONDS_A_DAY - FURTHEST_ZONE_S;
    for (uint32_t i = 0; i < put->edit_count; i++) {
        const struct field_edit *edit = &put->edits[i];
        if (edit->table == (int8_t)shape->table && edit->key == key && edit->edited_at >= until &&
            (!field || strcmp(edit->field, field) == 0))
            return edit;
    }
    return NULL;
}

static bool was_edited(const struct put *put, const struct shape *shape, int64_t key,
                       const char *field)
{
    for (uint32_t i = 0; i < put->edit_count; i++)
        if (put->edits[i].table == (int8_t)shape->table && put->edits[i].key == key &&
            strcmp(put->edits[i].field, field) == 0)
            return true;
    return false;
}

/* Why this record must not be changed as of that day; false when nothing speaks against it. */
static bool find_objection(const struct put *put, const struct shape *shape, struct chain chain,
                           const char *field, char *because, size_t size)
{
    char day[11];
    const void *later = chain_beginning_after(shape, chain, put->as_of);
    const void *stored = chain_holding(shape, chain, put->as_of);
    if (later) {
        day_format(shape_validity(shape, later)->valid_from, day);
        snprintf(because, size, "newer version of %s", day);
        return true;
    }
    if (stored && shape_validity(shape, stored)->valid_to != DAY_OPEN) {
        day_format(shape_validity(shape, stored)->valid_to, day);
        snprintf(because, size, "it is stored to end on %s", day);
        return true;
    }
    if (put->newer_report != DAY_NONE) {
        day_format(put->newer_report, day);
        snprintf(because, size, "newer report of %s", day);
        return true;
    }
    const struct field_edit *edit =
        chain.count ? find_edit(put, shape, shape_key(shape, chain.first), field) : NULL;
    if (edit) {
        moment_t days = edit->edited_at / SECONDS_A_DAY;
        day_format((day_t)(days - (edit->edited_at % SECONDS_A_DAY < 0)), day);
        snprintf(because, size, "edited on %s", day);
        return true;
    }
    return false;
}

/* "facility.name", "group 2.licensed" */
void put_print_label(char *label, size_t size, const struct shape *shape, const void *record,
                     const char *field)
{
    enum { SHOWN_ID_BYTES = 24 };
    char id[SHOWN_ID_BYTES + 1] = "";
    bool of_facility = shape->table == STORE_FACILITIES;
    if (!of_facility)
        history_print_text(id, sizeof id, shape_source_id(shape, record));
    snprintf(label, size, "%s%s%s%s%s", shape->word, of_facility ? "" : " ", id, field ? "." : "",
             field ? field : "");
}

/* A change of something that is no field of a version (hours, slots, existence): note it, or object.
 * True when it may be written. */
bool put_settle_change(struct put *put, const struct shape *shape, struct chain chain,
                       const void *record, const char *field, const char *stored, const char *given)
{
    char because[160];
    put->changed = true;
    if (!find_objection(put, shape, chain, field, because, sizeof because))
        return true;
    struct history_conflict *conflict = put_add_conflict(put);
    put_print_label(conflict->field, sizeof conflict->field, shape, record, field);
    snprintf(conflict->stored, sizeof conflict->stored, "%s", stored);
    snprintf(conflict->given, sizeof conflict->given, "%s", given);
    memcpy(conflict->because, because, sizeof because);
    return false;
}

/* Writing versions -------------------------------------------------------------------------------*/

static enum status insert_version(struct put *put, const struct shape *shape, void *record)
{
    switch (shape->table) {
    case STORE_FACILITIES:
        return store_facility_version_insert(put->store, record, put->error);
    case STORE_GROUPS:
        return store_group_version_insert(put->store, record, put->error);
    case STORE_OFFERS:
        return store_offer_version_insert(put->store, record, put->error);
    }
    return STATUS_INVALID;
}

/* From as_of on, `record` holds; until a newer report of the same source, which does not name it. */
enum status version_begin(struct put *put, const struct shape *shape, void *record)
{
    *(struct validity *)((char *)record + shape->validity) =
        (struct validity){put->as_of, put->ends_on, put->now, TIME_NONE, put->source};
    return insert_version(put, shape, record);
}

/* `stored` is believed to end on as_of. A version that began on that very day then holds on no day;
 * it is kept where nothing follows, so that its record stays known. */
enum status version_end(struct put *put, const struct shape *shape, const void *stored,
                        bool is_followed)
{
    union {
        struct facility_record facility;
        struct group_record group;
        struct offer_record offer;
    } copy;
    memcpy(&copy, stored, shape->bytes);
    struct validity *validity = (struct validity *)((char *)&copy + shape->validity);
    int64_t version;
    memcpy(&version, (const char *)stored + shape->version_key, sizeof version);
    enum status status =
        store_version_supersede(put->store, shape->table, version, put->now, put->error);
    if (status || (is_followed && validity->valid_from == put->as_of))
        return status;
    validity->valid_to = put->as_of;
    validity->recorded_at = put->now;
    return insert_version(put, shape, &copy);
}

/* One record that was known and is named again. */
enum status settle_record(struct put *put, const struct shape *shape, struct chain chain,
                          void *given)
{
    const void *stored = chain_holding(shape, chain, put->as_of);
    const void *known = stored ? stored : chain_beginning_after(shape, chain, put->as_of);
    int64_t key = shape_key(shape, chain.first);
    memcpy((char *)given + shape->key, &key, sizeof key);
    bool change = !known;
    if (!known && !put_settle_change(put, shape, chain, given, NULL, "(ended)", "named again"))
        return STATUS_OK;
    for (uint32_t i = 0; i < shape->field_count && known; i++) {
        const struct field *field = &shape->fields[i];
        /* Silence does not undo what an officer entered. */
        if (field_is_absent(field, given) && was_edited(put, shape, key, field->name))
            field_copy(field, known, given);
        if (!field_differs(field, known, given))
            continue;
        char before[160], after[160];
        field_print(field, known, before, sizeof before);
        field_print(field, given, after, sizeof after);
        change |= put_settle_change(put, shape, chain, given, field->name, before, after);
    }
    if (!put->writing || !change)
        return STATUS_OK;
    enum status status = stored ? version_end(put, shape, stored, true) : STATUS_OK;
    return status ? status : version_begin(put, shape, given);
}
