/*
 * Reading by key: the whole history of one facility, edits, days of change.
 */
#include "data/store_sqlite.h"

#include <string.h>

/* A facility's history ---------------------------------------------------------------------------*/

struct reading {
    struct sqlite_link *link;
    struct arena *arena;
    struct error *error;
    enum status status;
};

static void keep(struct reading *reading, const char **text)
{
    const char *copy = arena_string(reading->arena, *text);
    if (*text && !copy && !reading->status)
        reading->status = error_memory(reading->error, "reading a facility");
    *text = copy;
}

/* `items` with room for one more; where memory is out, as they were, and reading->status says so. */
static void *grow(struct reading *reading, void *items, uint32_t count, size_t item_bytes)
{
    bool is_full = count == 0 || (count >= 4 && (count & (count - 1)) == 0); /* at 0, 4, 8, 16, … */
    if (!is_full)
        return items;
    void *grown = arena_calloc(reading->arena, count ? count * 2 : 4, item_bytes);
    if (!grown) {
        reading->status = error_memory(reading->error, "reading a facility");
        return items;
    }
    if (count)
        memcpy(grown, items, count * item_bytes);
    return grown;
}

static void take_facility(struct reading *reading, const struct sqlite_row *row,
                          struct store_history *history)
{
    history->facilities =
        grow(reading, history->facilities, history->facility_count, sizeof *history->facilities);
    if (reading->status)
        return;
    struct facility_record *facility = &history->facilities[history->facility_count++];
    reading->status = sqlite_read_facility(reading->link, row, facility, reading->error);
    const char **texts[] = {
        &facility->id,      &facility->region,    &facility->source,
        &facility->name,    &facility->source_id, &facility->validity.source,
        &facility->name_en, &facility->community, &facility->declared_community,
        &facility->address, &facility->phone,
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts && !reading->status; i++)
        keep(reading, texts[i]);
}

static void take_group(struct reading *reading, const struct sqlite_row *row,
                       struct store_history *history)
{
    history->groups = grow(reading, history->groups, history->group_count, sizeof *history->groups);
    if (reading->status)
        return;
    struct group_record *group = &history->groups[history->group_count++];
    reading->status = sqlite_read_group(reading->link, row, group, reading->error);
    const char **texts[] = {&group->id, &group->source_id, &group->validity.source};
    for (size_t i = 0; i < sizeof texts / sizeof *texts && !reading->status; i++)
        keep(reading, texts[i]);
}

static void take_offer(struct reading *reading, const struct sqlite_row *row,
                       struct store_history *history)
{
    history->offers = grow(reading, history->offers, history->offer_count, sizeof *history->offers);
    if (reading->status)
        return;
    struct offer_record *offer = &history->offers[history->offer_count++];
    reading->status = sqlite_read_offer(reading->link, row, offer, reading->error);
    const char **texts[] = {&offer->id, &offer->source_id, &offer->validity.source};
    for (size_t i = 0; i < sizeof texts / sizeof *texts && !reading->status; i++)
        keep(reading, texts[i]);
}

static void take_places(struct reading *reading, const struct sqlite_row *row,
                        struct store_history *history)
{
    history->places = grow(reading, history->places, history->place_count, sizeof *history->places);
    if (reading->status)
        return;
    struct places_record *places = &history->places[history->place_count++];
    if (sqlite3_column_type(row->statement, 1) == SQLITE_NULL) { /* a group without a report */
        *places = (struct places_record){.group = sqlite3_column_int64(row->statement, 11),
                                         .as_of = TIME_NONE,
                                         .recorded_at = TIME_NONE,
                                         .staffed = NONE,
                                         .enrolled = NONE,
                                         .held = NONE,
                                         .next_open = NONE,
                                         .next_open_from = DAY_NONE,
                                         .open_until = DAY_NONE};
        return;
    }
    reading->status = sqlite_read_places(reading->link, row, places, reading->error);
    if (!reading->status)
        keep(reading, &places->source);
}

/* Hours and exceptions say in their last column of what kind their owner is. */
static void take_hours(struct reading *reading, const struct sqlite_row *row,
                       struct store_history *history)
{
    history->hours = grow(reading, history->hours, history->hours_count, sizeof *history->hours);
    if (!reading->status)
        sqlite_read_hours(row, (enum hours_owner)sqlite3_column_int(row->statement, 4),
                          &history->hours[history->hours_count++]);
}

static void take_exception(struct reading *reading, const struct sqlite_row *row,
                           struct store_history *history)
{
    history->exceptions =
        grow(reading, history->exceptions, history->exception_count, sizeof *history->exceptions);
    if (!reading->status)
        sqlite_read_exception(row, (enum hours_owner)sqlite3_column_int(row->statement, 4),
                              &history->exceptions[history->exception_count++]);
}

static void take_slot(struct reading *reading, const struct sqlite_row *row,
                      struct store_history *history)
{
    history->slots = grow(reading, history->slots, history->slot_count, sizeof *history->slots);
    if (!reading->status)
        sqlite_read_slot(row, &history->slots[history->slot_count++]);
}

static const struct part {
    enum sqlite_slot slot;
    const char *sql;
    void (*take)(struct reading *, const struct sqlite_row *, struct store_history *);
} parts[] = {
    {SLOT_HISTORY_FACILITIES,
     "SELECT " FACILITY_COLUMNS " FROM facility_version v JOIN facility f ON f.facility = ?1 "
     "WHERE v.version BETWEEN ?1 << 20 AND (?1 << 20) + 1048575 AND v.superseded_at IS NULL "
     "ORDER BY v.valid_from, v.version",
     take_facility},
    {SLOT_HISTORY_GROUPS,
     "SELECT " GROUP_COLUMNS " FROM grp g CROSS JOIN grp_version v ON v.version BETWEEN "
     "g.grp << 20 AND (g.grp << 20) + 1048575 WHERE g.facility = ?1 AND v.superseded_at IS NULL "
     "ORDER BY g.grp, v.valid_from, v.version",
     take_group},
    {SLOT_HISTORY_OFFERS,
     "SELECT " OFFER_COLUMNS " FROM offer o CROSS JOIN offer_version v ON v.version BETWEEN "
     "o.offer << 20 AND (o.offer << 20) + 1048575 WHERE o.facility = ?1 AND v.superseded_at IS "
     "NULL ORDER BY o.offer, v.valid_from, v.version",
     take_offer},
    {SLOT_HISTORY_PLACES,
     "SELECT " PLACES_COLUMNS ", g.grp FROM grp g LEFT JOIN grp_places p ON p.grp = g.grp "
     "WHERE g.facility = ?1 ORDER BY g.grp",
     take_places},
    {SLOT_HISTORY_HOURS,
     "SELECT * FROM (SELECT facility, weekdays, open_min, close_min, 0 AS kind, n FROM "
     "facility_hours WHERE facility = ?1 UNION ALL SELECT h.offer, h.weekdays, h.open_min, "
     "h.close_min, 1, h.n FROM offer o CROSS JOIN offer_hours h ON h.offer = o.offer "
     "WHERE o.facility = ?1) ORDER BY 5, 1, 6",
     take_hours},
    {SLOT_HISTORY_EXCEPTIONS,
     "SELECT * FROM (SELECT facility, day, open_min, close_min, 0 AS kind, n FROM "
     "facility_hours_exception WHERE facility = ?1 UNION ALL SELECT h.offer, h.day, h.open_min, "
     "h.close_min, 1, h.n FROM offer o CROSS JOIN offer_hours_exception h ON h.offer = o.offer "
     "WHERE o.facility = ?1) ORDER BY 5, 1, 2, 6",
     take_exception},
    {SLOT_HISTORY_SLOTS,
     "SELECT " SLOT_COLUMNS " FROM offer o CROSS JOIN slot s ON s.offer = o.offer "
     "WHERE o.facility = ?1 ORDER BY s.offer, s.day, s.from_min",
     take_slot},
};

static enum status read_part(struct reading *reading, const struct part *part, int64_t key,
                             struct store_history *history)
{
    sqlite3_stmt *statement;
    enum status status =
        sqlite_statement(reading->link, part->slot, part->sql, &statement, reading->error);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, key);
    struct sqlite_row row = {.statement = statement};
    int code = SQLITE_ROW;
    while (!reading->status && (code = sqlite3_step(statement)) == SQLITE_ROW)
        part->take(reading, &row, history);
    if (!reading->status && code != SQLITE_DONE)
        reading->status = sqlite_failure(reading->link, code, "reading a facility", reading->error);
    sqlite3_reset(statement);
    return reading->status;
}

enum status sqlite_facility_history(struct store *base, int64_t key, struct arena *arena,
                                    struct store_history *history, struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    struct reading reading = {.arena = arena, .error = error};
    enum status status = sqlite_borrow(store, &reading.link, error);
    if (status)
        return status;
    for (size_t i = 0; i < sizeof parts / sizeof *parts && !status; i++)
        status = read_part(&reading, &parts[i], key, history);
    sqlite_give_back(store, reading.link);
    if (status)
        *history = (struct store_history){0};
    return status;
}

enum status sqlite_field_edits(struct store *base, int64_t facility, struct arena *arena,
                               struct field_edit **edits, uint32_t *count, struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    struct reading reading = {.arena = arena, .error = error};
    enum status status = sqlite_borrow(store, &reading.link, error);
    if (status)
        return status;
    sqlite3_stmt *statement;
    reading.status = sqlite_statement(
        reading.link, SLOT_FIELD_EDITS,
        /* in the order of kind, key, field: each part is a walk along keys, and nothing is sorted */
        "SELECT kind, key, field, edited_at, actor FROM field_edit WHERE kind = 0 AND key = ?1 "
        "UNION ALL SELECT kind, key, field, edited_at, actor FROM grp g CROSS JOIN field_edit ON "
        "kind = 1 AND key = g.grp WHERE g.facility = ?1 "
        "UNION ALL SELECT kind, key, field, edited_at, actor FROM offer o CROSS JOIN field_edit ON "
        "kind = 2 AND key = o.offer WHERE o.facility = ?1",
        &statement, error);
    if (!reading.status) {
        sqlite3_bind_int64(statement, 1, facility);
        int code = SQLITE_ROW;
        while (!reading.status && (code = sqlite3_step(statement)) == SQLITE_ROW) {
            *edits = grow(&reading, *edits, *count, sizeof **edits);
            if (reading.status)
                break;
            struct field_edit *edit = &(*edits)[(*count)++];
            *edit = (struct field_edit){
                .table = (int8_t)sqlite3_column_int(statement, 0),
                .key = sqlite3_column_int64(statement, 1),
                .field = (const char *)sqlite3_column_text(statement, 2),
                .edited_at = sqlite3_column_int64(statement, 3),
                .actor = (const char *)sqlite3_column_text(statement, 4),
            };
            keep(&reading, &edit->field);
            keep(&reading, &edit->actor);
        }
        if (!reading.status && code != SQLITE_DONE)
            reading.status = sqlite_failure(reading.link, code, "reading edits", error);
        sqlite3_reset(statement);
    }
    sqlite_give_back(store, reading.link);
    return reading.status;
}

enum status sqlite_next_change(struct store *base, day_t day, day_t *next, struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    struct sqlite_link *link;
    enum status status = sqlite_borrow(store, &link, error);
    if (status)
        return status;
    sqlite3_stmt *statement;
    status = sqlite_statement(link, SLOT_NEXT_CHANGE,
                              "SELECT min(day) FROM change_day WHERE day > ?", &statement, error);
    if (!status) {
        sqlite3_bind_int(statement, 1, day);
        int code = sqlite3_step(statement);
        if (code != SQLITE_ROW)
            status = sqlite_failure(link, code, "reading", error);
        else if (sqlite3_column_type(statement, 0) != SQLITE_NULL)
            *next = sqlite3_column_int(statement, 0);
        sqlite3_reset(statement);
    }
    sqlite_give_back(store, link);
    return status;
}
