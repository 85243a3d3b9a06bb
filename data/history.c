/*
 * Histories: comparing what a source says with what is believed, field by field, and writing only
 * what differs.
 *
 * A put walks over everything twice with the same functions: first it judges and counts conflicts,
 * then, when there are none and something differs, it writes. A new facility is only written, and
 * nothing of it is read.
 */
#include "data/history.h"

#include "data/calendar.h"
#include "data/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECONDS_A_DAY = 86400, ARENA_MAX_BYTES = 256 << 20 };

/* The zone furthest ahead of UTC. An edit counts as of the earliest day it may have been anywhere: an
 * import of that same local day must not undo it, and the store knows no zones. */
enum { FURTHEST_ZONE_S = 14 * 3600 };

/* Fields -----------------------------------------------------------------------------------------*/

enum field_type { FIELD_TEXT, FIELD_NUMBER, FIELD_DAY, FIELD_CODE, FIELD_ANSWER, FIELD_FLAG };

struct field {
    const char *name;
    size_t offset;
    enum field_type type;
    const char *(*code)(int value);
};

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

/* What the three kinds of versioned records have in common, by offset. */
struct shape {
    enum store_table table;
    const char *word;
    size_t bytes, key, version_key, validity, source_id;
    const struct field *fields;
    uint32_t field_count;
};

#define SHAPE(of, table_, word_, fields_)                                                       \
    {                                                                                           \
        .table = table_, .word = word_, .bytes = sizeof(struct of),                             \
        .key = offsetof(struct of, key), .version_key = offsetof(struct of, version_key),       \
        .validity = offsetof(struct of, validity), .source_id = offsetof(struct of, source_id), \
        .fields = fields_, .field_count = sizeof fields_ / sizeof *fields_,                     \
    }
static const struct shape shapes[] = {
    [STORE_FACILITIES] = SHAPE(facility_record, STORE_FACILITIES, "facility", facility_fields),
    [STORE_GROUPS] = SHAPE(group_record, STORE_GROUPS, "group", group_fields),
    [STORE_OFFERS] = SHAPE(offer_record, STORE_OFFERS, "offer", offer_fields),
};

static int64_t key_of(const struct shape *shape, const void *record)
{
    int64_t key;
    memcpy(&key, (const char *)record + shape->key, sizeof key);
    return key;
}

static const struct validity *validity_of(const struct shape *shape, const void *record)
{
    return (const struct validity *)((const char *)record + shape->validity);
}

static const char *source_id_of(const struct shape *shape, const void *record)
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

static bool is_absent(const struct field *field, const void *record)
{
    return field->type == FIELD_TEXT ? !text_value(field, record)
                                     : number_value(field, record) == NONE;
}

static bool differs(const struct field *field, const void *a, const void *b)
{
    if (field->type != FIELD_TEXT)
        return number_value(field, a) != number_value(field, b);
    const char *left = text_value(field, a), *right = text_value(field, b);
    return left && right ? strcmp(left, right) != 0 : left != right;
}

static void copy_field(const struct field *field, const void *from, void *to)
{
    static const size_t bytes[] = {
        [FIELD_TEXT] = sizeof(char *),   [FIELD_NUMBER] = sizeof(int32_t),
        [FIELD_DAY] = sizeof(day_t),     [FIELD_CODE] = sizeof(int8_t),
        [FIELD_ANSWER] = sizeof(int8_t), [FIELD_FLAG] = sizeof(bool),
    };
    memcpy((char *)to + field->offset, (const char *)from + field->offset, bytes[field->type]);
}

/* As much of a text as there is room for, in whole characters: a report takes UTF-8 alone. */
static void print_text(char *text, size_t size, const char *whole)
{
    size_t fits = strnlen(whole, size - 1);
    fits = text_utf8_length(whole, fits);
    memcpy(text, whole, fits);
    text[fits] = '\0';
}

static void print_field(const struct field *field, const void *record, char *text, size_t size)
{
    char day[11];
    int32_t number = number_value(field, record);
    if (is_absent(field, record)) {
        snprintf(text, size, "(unknown)");
    } else if (field->type == FIELD_TEXT) {
        print_text(text, size, text_value(field, record));
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

/* A put ------------------------------------------------------------------------------------------*/

struct put {
    struct store *store;
    struct facility_bundle *bundle;
    day_t as_of;
    moment_t now;
    const char *source; /* of the new versions */
    day_t newer_report; /* of the same source, when there is one; else DAY_NONE */
    bool writing;       /* the second walk */
    bool changed;
    struct arena *arena;
    struct store_history history;
    struct field_edit *edits;
    uint32_t edit_count;
    struct history_conflict *conflicts;
    uint32_t conflict_capacity, conflict_count;
    struct history_conflict unheard; /* where those go that the caller has no room for */
    struct error *error;
};

/* The believed versions of one record, ascending by valid_from; count 0 = it is new. */
struct chain {
    const char *first;
    uint32_t count;
};

static const void *chain_at(const struct shape *shape, struct chain chain, uint32_t i)
{
    return chain.first + i * shape->bytes;
}

static const void *holding(const struct shape *shape, struct chain chain, day_t day)
{
    for (uint32_t i = 0; i < chain.count; i++) {
        const struct validity *validity = validity_of(shape, chain_at(shape, chain, i));
        if (validity->valid_from <= day && day < validity->valid_to)
            return chain_at(shape, chain, i);
    }
    return NULL;
}

static const void *beginning_after(const struct shape *shape, struct chain chain, day_t day)
{
    for (uint32_t i = 0; i < chain.count; i++) {
        const struct validity *validity = validity_of(shape, chain_at(shape, chain, i));
        if (validity->valid_from > day && validity->valid_from < validity->valid_to)
            return chain_at(shape, chain, i);
    }
    return NULL;
}

static struct chain find_chain(const struct put *put, const struct shape *shape,
                               const char *source_id)
{
    const struct store_history *history = &put->history;
    const char *records = shape->table == STORE_GROUPS ? (const char *)history->groups
                                                       : (const char *)history->offers;
    uint32_t count = shape->table == STORE_GROUPS ? history->group_count : history->offer_count;
    struct chain chain = {0};
    for (uint32_t i = 0; i < count; i++) {
        const char *record = records + i * shape->bytes;
        if (strcmp(source_id_of(shape, record), source_id) != 0)
            continue;
        if (!chain.count)
            chain.first = record;
        chain.count++;
    }
    return chain;
}

static struct chain facility_chain(const struct put *put)
{
    return (struct chain){(const char *)put->history.facilities, put->history.facility_count};
}

static struct history_conflict *add_conflict(struct put *put)
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
    const void *later = beginning_after(shape, chain, put->as_of);
    const void *stored = holding(shape, chain, put->as_of);
    if (later) {
        day_format(validity_of(shape, later)->valid_from, day);
        snprintf(because, size, "newer version of %s", day);
        return true;
    }
    if (stored && validity_of(shape, stored)->valid_to != DAY_OPEN) {
        day_format(validity_of(shape, stored)->valid_to, day);
        snprintf(because, size, "it is stored to end on %s", day);
        return true;
    }
    if (put->newer_report != DAY_NONE) {
        day_format(put->newer_report, day);
        snprintf(because, size, "newer report of %s", day);
        return true;
    }
    const struct field_edit *edit =
        chain.count ? find_edit(put, shape, key_of(shape, chain.first), field) : NULL;
    if (edit) {
        moment_t days = edit->edited_at / SECONDS_A_DAY;
        day_format((day_t)(days - (edit->edited_at % SECONDS_A_DAY < 0)), day);
        snprintf(because, size, "edited on %s", day);
        return true;
    }
    return false;
}

/* "facility.name", "group 2.licensed" */
static void print_label(char *label, size_t size, const struct shape *shape, const void *record,
                        const char *field)
{
    enum { SHOWN_ID_BYTES = 24 };
    char id[SHOWN_ID_BYTES + 1] = "";
    bool of_facility = shape->table == STORE_FACILITIES;
    if (!of_facility)
        print_text(id, sizeof id, source_id_of(shape, record));
    snprintf(label, size, "%s%s%s%s%s", shape->word, of_facility ? "" : " ", id, field ? "." : "",
             field ? field : "");
}

/* A change of something that is no field of a version (hours, slots, existence): note it, or object.
 * True when it may be written. */
static bool settle_whole(struct put *put, const struct shape *shape, struct chain chain,
                         const void *record, const char *field, const char *stored,
                         const char *given)
{
    char because[160];
    put->changed = true;
    if (!find_objection(put, shape, chain, field, because, sizeof because))
        return true;
    struct history_conflict *conflict = add_conflict(put);
    print_label(conflict->field, sizeof conflict->field, shape, record, field);
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

/* From as_of on, `record` holds. */
static enum status begin_version(struct put *put, const struct shape *shape, void *record)
{
    *(struct validity *)((char *)record + shape->validity) =
        (struct validity){put->as_of, DAY_OPEN, put->now, TIME_NONE, put->source};
    return insert_version(put, shape, record);
}

/* `stored` is believed to end on as_of. A version that began on that very day then holds on no day;
 * it is kept where nothing follows, so that its record stays known. */
static enum status end_version(struct put *put, const struct shape *shape, const void *stored,
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
static enum status settle_record(struct put *put, const struct shape *shape, struct chain chain,
                                 void *given)
{
    const void *stored = holding(shape, chain, put->as_of);
    const void *known = stored ? stored : beginning_after(shape, chain, put->as_of);
    int64_t key = key_of(shape, chain.first);
    memcpy((char *)given + shape->key, &key, sizeof key);
    bool change = !known;
    if (!known && !settle_whole(put, shape, chain, given, NULL, "(ended)", "named again"))
        return STATUS_OK;
    for (uint32_t i = 0; i < shape->field_count && known; i++) {
        const struct field *field = &shape->fields[i];
        /* Silence does not undo what an officer entered. */
        if (is_absent(field, given) && was_edited(put, shape, key, field->name))
            copy_field(field, known, given);
        if (!differs(field, known, given))
            continue;
        char before[160], after[160];
        print_field(field, known, before, sizeof before);
        print_field(field, given, after, sizeof after);
        change |= settle_whole(put, shape, chain, given, field->name, before, after);
    }
    if (!put->writing || !change)
        return STATUS_OK;
    enum status status = stored ? end_version(put, shape, stored, true) : STATUS_OK;
    return status ? status : begin_version(put, shape, given);
}

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
    return status ? status : begin_version(put, &shapes[STORE_GROUPS], group);
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
    return status ? status : begin_version(put, &shapes[STORE_OFFERS], offer);
}

/* Groups and offers ------------------------------------------------------------------------------*/

static enum status settle_group(struct put *put, uint32_t number)
{
    const struct shape *shape = &shapes[STORE_GROUPS];
    struct group_record *group = &put->bundle->groups[number];
    struct chain chain = find_chain(put, shape, group->source_id);
    if (chain.count) {
        group->id = ((const struct group_record *)chain.first)->id;
        group->facility = put->bundle->facility.key;
        return settle_record(put, shape, chain, group);
    }
    group->key = 0;
    if (!settle_whole(put, shape, chain, group, NULL, "(not there)", "new") || !put->writing)
        return STATUS_OK;
    return insert_group(put, group);
}

static enum status settle_offer(struct put *put, uint32_t number)
{
    const struct shape *shape = &shapes[STORE_OFFERS];
    struct offer_record *offer = &put->bundle->offers[number];
    const struct group_record *group = &put->bundle->groups[put->bundle->offer_groups[number]];
    struct chain chain = find_chain(put, shape, offer->source_id);
    if (chain.count) {
        const struct offer_record *known = (const struct offer_record *)chain.first;
        offer->id = known->id;
        offer->group = known->group;
        if (known->group == group->key)
            return settle_record(put, shape, chain, offer);
        struct history_conflict *conflict = add_conflict(put);
        print_label(conflict->field, sizeof conflict->field, shape, offer, "group");
        snprintf(conflict->stored, sizeof conflict->stored, "number %" PRId64, known->group);
        memcpy(conflict->given, "group ", sizeof "group ");
        print_text(conflict->given + 6, sizeof conflict->given - 6, group->source_id);
        snprintf(conflict->because, sizeof conflict->because,
                 "an offer does not move to another group");
        return STATUS_OK;
    }
    offer->key = 0;
    if (!settle_whole(put, shape, chain, offer, NULL, "(not there)", "new") || !put->writing)
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
        const struct validity *validity = validity_of(shape, record);
        if (validity->valid_from > put->as_of || validity->valid_to <= put->as_of ||
            is_named(put->bundle, shape, source_id_of(shape, record)))
            continue;
        struct chain chain = find_chain(put, shape, source_id_of(shape, record));
        if (settle_whole(put, shape, chain, record, NULL, "there", "(not named)") && put->writing)
            status = end_version(put, shape, record, false);
    }
    return status;
}

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
static enum status settle_places(struct put *put, uint32_t number)
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
        struct history_conflict *conflict = add_conflict(put);
        print_label(conflict->field, sizeof conflict->field, &shapes[STORE_GROUPS], group,
                    "places");
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
static enum status settle_hours(struct put *put, enum hours_owner kind, uint32_t number)
{
    const struct facility_bundle *bundle = put->bundle;
    const struct store_history *history = &put->history;
    bool of_offer = kind == HOURS_OF_OFFER;
    const struct shape *shape = &shapes[of_offer ? STORE_OFFERS : STORE_FACILITIES];
    const void *record = of_offer ? (const void *)&bundle->offers[number] : &bundle->facility;
    struct chain chain =
        of_offer ? find_chain(put, shape, bundle->offers[number].source_id) : facility_chain(put);
    struct owned_hours given, stored;
    enum status status = pick_hours(put, bundle->hours, bundle->hours_count, bundle->exceptions,
                                    bundle->exception_count, kind, number, &given);
    if (!status)
        status = pick_hours(put, history->hours, history->hours_count, history->exceptions,
                            history->exception_count, kind, key_of(shape, record), &stored);
    if (status || same_hours(&given, &stored))
        return status;
    char before[40], after[40];
    snprintf(before, sizeof before, "%u intervals", stored.hours_count + stored.exception_count);
    snprintf(after, sizeof after, "%u intervals", given.hours_count + given.exception_count);
    if (!settle_whole(put, shape, chain, record, "hours", before, after) || !put->writing)
        return STATUS_OK;
    return store_hours_replace(put->store, kind, key_of(shape, record), given.hours,
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

static enum status settle_slots(struct put *put, uint32_t number)
{
    const struct shape *shape = &shapes[STORE_OFFERS];
    const struct offer_record *offer = &put->bundle->offers[number];
    struct chain chain = find_chain(put, shape, offer->source_id);
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
        struct history_conflict *conflict = add_conflict(put);
        print_label(conflict->field, sizeof conflict->field, shape, offer, "slots");
        memcpy(conflict->stored, before, sizeof before);
        memcpy(conflict->given, after, sizeof after);
        snprintf(conflict->because, sizeof conflict->because, "newer slots are stored");
        return STATUS_OK;
    }
    if (!settle_whole(put, shape, chain, offer, "slots", before, after) || !put->writing)
        return STATUS_OK;
    return store_slots_replace(put->store, offer->key, given, given_count, put->error);
}

/* The whole of a facility ------------------------------------------------------------------------*/

static enum status walk(struct put *put)
{
    struct facility_bundle *bundle = put->bundle;
    const struct store_history *history = &put->history;
    enum status status = STATUS_OK;
    if (put->history.facility_count)
        status =
            settle_record(put, &shapes[STORE_FACILITIES], facility_chain(put), &bundle->facility);
    if (!status) /* offers end before groups do */
        status = settle_unnamed(put, &shapes[STORE_OFFERS], history->offers, history->offer_count);
    if (!status)
        status = settle_unnamed(put, &shapes[STORE_GROUPS], history->groups, history->group_count);
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
        status = begin_version(put, &shapes[STORE_FACILITIES], facility);
    put->writing = true;
    return status ? status : walk(put);
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
    day_t latest;
    enum status status =
        store_facility_history(put->store, key, put->arena, &put->history, put->error);
    if (!status && !put->history.facility_count)
        status = error_set(put->error, STATUS_CORRUPT, "facility %" PRId64 " has no version", key);
    if (!status)
        status = store_field_edits(put->store, key, put->arena, &put->edits, &put->edit_count,
                                   put->error);
    if (!status)
        status = store_import_latest(
            put->store, region ? region : put->history.facilities[0].region,
            source ? source : put->history.facilities[0].source, &latest, put->error);
    if (!status && latest > put->as_of)
        put->newer_report = latest;
    return status;
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

static enum status put_bundle(struct put *put, const char *id_prefix, enum history_outcome *outcome)
{
    struct facility_record *facility = &put->bundle->facility;
    int64_t key;
    enum status status = store_facility_find(put->store, facility->region, facility->source,
                                             facility->source_id, &key, put->error);
    if (status == STATUS_NOT_FOUND) {
        *outcome = HISTORY_ACCEPTED;
        return insert_facility(put, id_prefix);
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
        .arena = &arena,
        .conflicts = conflict,
        .conflict_capacity = 1,
        .error = error,
    };
    *outcome = HISTORY_UNCHANGED;
    enum status status = read_known(&put, facility_key, NULL, NULL);
    const struct shape *shape = &shapes[STORE_FACILITIES];
    struct chain chain = facility_chain(&put);
    const struct facility_record *stored = status ? NULL : holding(shape, chain, as_of);
    if (!status && !stored)
        stored = chain_at(shape, chain, chain.count - 1);
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
