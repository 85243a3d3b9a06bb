/*
 * Rows to records: the columns of store_sqlite.h, in their order.
 */
#include "data/store_sqlite.h"

/* A row, read column after column. */
struct cursor {
    struct sqlite_row row;
    int at;
};

static inline int64_t next_int(struct cursor *cursor)
{
    int at = cursor->at++;
    return cursor->row.values ? sqlite3_value_int64(cursor->row.values[at])
                              : sqlite3_column_int64(cursor->row.statement, at);
}

static inline int32_t next_int32(struct cursor *cursor)
{
    return (int32_t)next_int(cursor);
}

/* Of the column that comes next. */
static inline bool next_is_null(const struct cursor *cursor)
{
    int type = cursor->row.values ? sqlite3_value_type(cursor->row.values[cursor->at])
                                  : sqlite3_column_type(cursor->row.statement, cursor->at);
    return type == SQLITE_NULL;
}

/* Most values are not 0, and then not NULL: the type is asked only for the rest. */
static inline int32_t next_optional(struct cursor *cursor)
{
    int32_t value = next_int32(cursor);
    if (value == 0) {
        cursor->at--;
        if (next_is_null(cursor))
            value = NONE;
        cursor->at++;
    }
    return value;
}

static inline int8_t next_code(struct cursor *cursor)
{
    int32_t value = next_optional(cursor);
    return value == NONE ? UNKNOWN : (int8_t)value;
}

static inline const char *next_text(struct cursor *cursor)
{
    int at = cursor->at++;
    return (const char *)(cursor->row.values ? sqlite3_value_text(cursor->row.values[at])
                                             : sqlite3_column_text(cursor->row.statement, at));
}

/* NULL where it was left out. */
static enum status next_source(struct sqlite_link *link, struct cursor *cursor, const char **source,
                               struct error *error)
{
    int64_t key = next_int(cursor);
    *source = NULL;
    return key ? sqlite_source_name(link, key, source, error) : STATUS_OK;
}

static enum status next_validity(struct sqlite_link *link, struct cursor *cursor,
                                 int64_t *version_key, struct validity *validity,
                                 struct error *error)
{
    *version_key = next_int(cursor);
    validity->valid_from = next_int32(cursor);
    validity->valid_to = next_int32(cursor);
    validity->recorded_at = next_int(cursor);
    bool believed = next_is_null(cursor);
    int64_t superseded_at = next_int(cursor);
    validity->superseded_at = believed ? TIME_NONE : superseded_at;
    return next_source(link, cursor, &validity->source, error);
}

enum status sqlite_read_facility(struct sqlite_link *link, const struct sqlite_row *row,
                                 struct facility_record *facility, struct error *error)
{
    struct cursor cursor = {.row = *row};
    facility->key = next_int(&cursor);
    facility->id = next_text(&cursor);
    enum status status = sqlite_region_name(link, next_int(&cursor), &facility->region, error);
    if (!status)
        status = sqlite_source_name(link, next_int(&cursor), &facility->source, error);
    facility->source_id = next_text(&cursor);
    if (!status)
        status = next_validity(link, &cursor, &facility->version_key, &facility->validity, error);
    if (status)
        return status;
    facility->name = next_text(&cursor);
    facility->name_en = next_text(&cursor);
    facility->declared_community = next_text(&cursor);
    facility->community = next_text(&cursor);
    facility->address = next_text(&cursor);
    facility->phone = next_text(&cursor);
    facility->lon_e7 = next_optional(&cursor);
    facility->lat_e7 = next_optional(&cursor);
    facility->opens_on = next_optional(&cursor);
    facility->opened_on = next_optional(&cursor);
    facility->filed_on = next_optional(&cursor);
    facility->closed_on = next_optional(&cursor);
    facility->inclusive_since = next_optional(&cursor);
    facility->demonstration_since = next_optional(&cursor);
    facility->staff_on = next_optional(&cursor);
    facility->licensed_total = next_optional(&cursor);
    facility->staff = next_optional(&cursor);
    facility->certified = next_optional(&cursor);
    facility->kind = next_code(&cursor);
    facility->ownership = next_code(&cursor);
    facility->registrar = next_code(&cursor);
    facility->state = next_code(&cursor);
    facility->inclusive = next_code(&cursor);
    facility->demonstration = next_code(&cursor);
    facility->point_consent = next_int(&cursor) != 0;
    facility->delists_on = next_optional(&cursor);
    return STATUS_OK;
}

enum status sqlite_read_group(struct sqlite_link *link, const struct sqlite_row *row,
                              struct group_record *group, struct error *error)
{
    struct cursor cursor = {.row = *row};
    group->key = next_int(&cursor);
    group->facility = next_int(&cursor);
    group->id = next_text(&cursor);
    group->source_id = next_text(&cursor);
    enum status status = next_validity(link, &cursor, &group->version_key, &group->validity, error);
    group->age_from_m = next_optional(&cursor);
    group->age_to_m = next_optional(&cursor);
    group->licensed = next_optional(&cursor);
    group->admission = next_code(&cursor);
    return status;
}

enum status sqlite_read_offer(struct sqlite_link *link, const struct sqlite_row *row,
                              struct offer_record *offer, struct error *error)
{
    struct cursor cursor = {.row = *row};
    offer->key = next_int(&cursor);
    offer->group = next_int(&cursor);
    offer->id = next_text(&cursor);
    offer->source_id = next_text(&cursor);
    enum status status = next_validity(link, &cursor, &offer->version_key, &offer->validity, error);
    offer->age_from_m = next_optional(&cursor);
    offer->age_to_m = next_optional(&cursor);
    offer->price = next_optional(&cursor);
    offer->price_unit = next_code(&cursor);
    offer->care = next_code(&cursor);
    offer->slots_version = (uint32_t)next_int32(&cursor);
    return status;
}

enum status sqlite_read_places(struct sqlite_link *link, const struct sqlite_row *row,
                               struct places_record *places, struct error *error)
{
    struct cursor cursor = {.row = *row};
    places->group = next_int(&cursor);
    places->seq = next_int32(&cursor);
    places->as_of = next_int(&cursor);
    places->recorded_at = next_int(&cursor);
    enum status status = sqlite_source_name(link, next_int(&cursor), &places->source, error);
    places->staffed = next_optional(&cursor);
    places->enrolled = next_optional(&cursor);
    places->held = next_optional(&cursor);
    places->next_open = next_optional(&cursor);
    places->next_open_from = next_optional(&cursor);
    places->open_until = next_optional(&cursor);
    return status;
}

void sqlite_read_hours(const struct sqlite_row *row, enum hours_owner owner_kind,
                       struct hours_record *hours)
{
    struct cursor cursor = {.row = *row};
    *hours = (struct hours_record){.owner = next_int(&cursor), .owner_kind = (uint8_t)owner_kind};
    hours->weekdays = (uint8_t)next_int32(&cursor);
    hours->open_min = (int16_t)next_int32(&cursor);
    hours->close_min = (int16_t)next_int32(&cursor);
}

void sqlite_read_exception(const struct sqlite_row *row, enum hours_owner owner_kind,
                           struct hours_exception_record *exception)
{
    struct cursor cursor = {.row = *row};
    *exception = (struct hours_exception_record){.owner = next_int(&cursor),
                                                 .owner_kind = (uint8_t)owner_kind};
    exception->day = next_int32(&cursor);
    bool closed = next_is_null(&cursor);
    int16_t open_min = (int16_t)next_int32(&cursor), close_min = (int16_t)next_int32(&cursor);
    exception->open_min = closed ? NONE16 : open_min;
    exception->close_min = closed ? NONE16 : close_min;
}

void sqlite_read_slot(const struct sqlite_row *row, struct slot_record *slot)
{
    struct cursor cursor = {.row = *row};
    slot->offer = next_int(&cursor);
    slot->day = next_int32(&cursor);
    slot->from_min = (int16_t)next_int32(&cursor);
    slot->to_min = (int16_t)next_int32(&cursor);
    slot->places = next_int32(&cursor);
    slot->taken = next_int32(&cursor);
    slot->as_of = next_int(&cursor);
}
