#include "data/register_row.h"

#include "data/cell_text.h"
#include "data/register_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LAPSE_NOTICE_DAYS = 30 /* what the domain gives a facility to renew */ };

/* The facility ----------------------------------------------------------------------------------- */

static void read_text(struct row_context *context, enum mapping_field field, const char **out)
{
    struct row_text text = row_value(context, &context->reader->mapping->fields[field]);
    *out = row_record_text(context, &text);
}

/* A value of a code list; -1 with a finding for what is not on it. */
#define READ_CODE_VALUE(context, value, type, field) read_code(context, value, field, type##_code)
static int8_t read_code(struct row_context *context, const struct mapping_value *value,
                        const char *field, const char *(*code_of)(int value))
{
    struct row_text text = row_value(context, value);
    if (!text.text)
        return UNKNOWN;
    const char *code;
    for (int8_t n = 0; (code = code_of(n)); n++)
        if (strlen(code) == text.length && memcmp(code, text.text, text.length) == 0)
            return n;
    row_find(context, IMPORT_UNKNOWN_CODE, &text, field);
    return UNKNOWN;
}

static void read_codes(struct row_context *context, struct facility_record *facility)
{
    const struct mapping_value *fields = context->reader->mapping->fields;
    facility->kind = READ_CODE_VALUE(context, &fields[MAPPING_KIND], kind, "kind");
    facility->ownership =
        READ_CODE_VALUE(context, &fields[MAPPING_OWNERSHIP], ownership, "ownership");
    facility->registrar =
        READ_CODE_VALUE(context, &fields[MAPPING_REGISTRAR], registrar, "registrar");
    struct row_text state = row_value(context, &fields[MAPPING_STATE]);
    facility->state =
        state.text ? READ_CODE_VALUE(context, &fields[MAPPING_STATE], state, "state") : STATE_FILED;
    facility->inclusive = row_flag(context, &fields[MAPPING_INCLUSIVE], "inclusive");
    facility->demonstration = row_flag(context, &fields[MAPPING_DEMONSTRATION], "demonstration");
    facility->point_consent =
        row_flag(context, &fields[MAPPING_POINT_CONSENT], "point_consent") == YES;
}

static void read_days_and_counts(struct row_context *context, struct facility_record *facility)
{
    struct {
        enum mapping_field field;
        int32_t *out;
    } days[] = {{MAPPING_OPENS_ON, &facility->opens_on},
                {MAPPING_OPENED_ON, &facility->opened_on},
                {MAPPING_FILED_ON, &facility->filed_on},
                {MAPPING_CLOSED_ON, &facility->closed_on},
                {MAPPING_INCLUSIVE_SINCE, &facility->inclusive_since},
                {MAPPING_DEMONSTRATION_SINCE, &facility->demonstration_since},
                {MAPPING_STAFF_ON, &facility->staff_on}},
      counts[] = {{MAPPING_LICENSED_TOTAL, &facility->licensed_total},
                  {MAPPING_STAFF, &facility->staff},
                  {MAPPING_CERTIFIED, &facility->certified}};
    const struct mapping_value *fields = context->reader->mapping->fields;
    for (size_t i = 0; i < sizeof days / sizeof *days; i++)
        *days[i].out = row_day(context, &fields[days[i].field], mapping_field_name(days[i].field));
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        *counts[i].out =
            row_count(context, &fields[counts[i].field], mapping_field_name(counts[i].field));
}

/* A licence whose date has passed takes a facility off the list only where the mapping says so, and
 * then 30 days later, by the clock. */
static void read_lapse(struct row_context *context, struct facility_record *facility)
{
    const struct register_reader *reader = context->reader;
    if (reader->mapping->lapses_on.count == 0)
        return;
    day_t day = row_day(context, &reader->mapping->lapses_on, "lapses");
    if (day == DAY_NONE)
        return;
    if (reader->mapping->lapse_delists)
        facility->delists_on = day + LAPSE_NOTICE_DAYS;
    if (day >= reader->as_of)
        return;
    struct row_text text = row_value(context, &reader->mapping->lapses_on);
    bool delisted = facility->delists_on != DAY_NONE && facility->delists_on <= reader->as_of;
    row_find(context, delisted ? IMPORT_DELISTED : IMPORT_LAPSED, &text, NULL);
}

static void read_facility(struct row_context *context, const char *identity,
                          struct facility_record *facility)
{
    *facility = (struct facility_record){.region = context->reader->region->name,
                                         .source = context->reader->source,
                                         .source_id = identity,
                                         .lon_e7 = NONE,
                                         .lat_e7 = NONE,
                                         .delists_on = DAY_NONE};
    read_text(context, MAPPING_NAME, &facility->name);
    read_text(context, MAPPING_NAME_EN, &facility->name_en);
    read_text(context, MAPPING_COMMUNITY, &facility->declared_community);
    read_text(context, MAPPING_ADDRESS, &facility->address);
    read_text(context, MAPPING_PHONE, &facility->phone);
    if (!facility->name)
        register_row_find(context->out, IMPORT_NO_NAME, NULL, NULL, NULL);
    read_codes(context, facility);
    read_days_and_counts(context, facility);
    read_lapse(context, facility);
}

/* Groups ------------------------------------------------------------------------------------------ */

static void read_age_pair(struct row_context *context, const struct mapping_ages *ages,
                          int32_t *from_m, int32_t *to_m)
{
    struct row_text from = row_value(context, &ages->from), to = row_value(context, &ages->to);
    if (!from.text && !to.text)
        return;
    int32_t from_value, to_value;
    if (!from.text ||
        !cell_age(from.text, from.length, CELL_AGE_FROM, ages->bare_months, &from_value))
        row_find(context, IMPORT_UNREADABLE_AGE, &from, "from");
    else if (!to.text || !cell_age(to.text, to.length, CELL_AGE_TO, ages->bare_months, &to_value))
        row_find(context, IMPORT_UNREADABLE_AGE, &to, "to");
    else if (from_value >= to_value)
        row_find(context, IMPORT_UNREADABLE_AGE, &to, "not above the age it begins at");
    else {
        *from_m = from_value;
        *to_m = to_value;
    }
}

static void read_ages(struct row_context *context, const struct mapping_ages *ages, int32_t *from_m,
                      int32_t *to_m)
{
    *from_m = ages->from_m;
    *to_m = ages->to_m;
    if (ages->from.count)
        read_age_pair(context, ages, from_m, to_m);
    if (ages->text.count == 0)
        return;
    struct row_text text = row_value(context, &ages->text);
    if (text.text && !cell_age_band(text.text, text.length, ages->bare_months, from_m, to_m))
        row_find(context, IMPORT_UNREADABLE_AGE, &text, NULL);
}

/* When the numbers were counted: TIME_NONE where they cannot be dated, and then they are left out,
 * because a number of unknown age must never look fresh. */
static moment_t places_moment(struct row_context *context, const struct mapping_places *places)
{
    const struct register_reader *reader = context->reader;
    const struct calendar *calendar = &reader->region->calendar;
    struct row_text text = row_value(context, &places->as_of);
    moment_t moment;
    if (places->as_of.count == 0)
        return calendar_day_start(calendar, reader->as_of);
    if (!text.text || !cell_moment(text.text, text.length, text.dates, calendar, &moment)) {
        row_find(context, IMPORT_UNREADABLE_DATE, &text, "as_of of the numbers; they are left out");
        return TIME_NONE;
    }
    if (moment > reader->now) {
        row_find(context, IMPORT_FUTURE_DATE, &text, "as_of");
        return TIME_NONE;
    }
    return moment;
}

static void read_places(struct row_context *context, const struct mapping_places *mapped,
                        struct places_record *places)
{
    *places = (struct places_record){.as_of = TIME_NONE,
                                     .source = context->reader->source,
                                     .staffed = NONE,
                                     .enrolled = NONE,
                                     .held = NONE,
                                     .next_open = NONE,
                                     .next_open_from = DAY_NONE,
                                     .open_until = DAY_NONE};
    if (!mapped->given)
        return;
    places->staffed = row_count(context, &mapped->staffed, "staffed");
    places->enrolled = row_count(context, &mapped->enrolled, "enrolled");
    places->held = row_count(context, &mapped->held, "held");
    places->next_open = row_count(context, &mapped->next_open, "next_open");
    places->next_open_from = row_day(context, &mapped->next_open_from, "next_open_from");
    places->open_until = row_day(context, &mapped->open_until, "open_until");
    bool says_something = places->staffed != NONE || places->enrolled != NONE ||
                          places->held != NONE || places->next_open != NONE ||
                          places->next_open_from != DAY_NONE || places->open_until != DAY_NONE;
    if (says_something)
        places->as_of = places_moment(context, mapped);
}

static void read_group(struct row_context *context, const struct mapping_group *mapped,
                       struct group_record *group, struct places_record *places)
{
    *group = (struct group_record){.source_id = mapped->id};
    read_ages(context, &mapped->ages, &group->age_from_m, &group->age_to_m);
    group->licensed = row_count(context, &mapped->licensed, "licensed");
    group->admission = READ_CODE_VALUE(context, &mapped->admission, admission, "admission");
    if (group->admission == UNKNOWN)
        group->admission = ADMISSION_PUBLIC;
    read_places(context, &mapped->places, places);
}

/* Every group's places are known: then they must add up to the register's total. */
static void check_sums(struct row_context *context, const struct facility_bundle *bundle)
{
    const struct mapping *mapping = context->reader->mapping;
    bool mapped = false;
    for (uint32_t i = 0; i < mapping->group_count; i++)
        mapped |= mapping->groups[i].licensed.count > 0;
    int64_t sum = 0;
    for (uint32_t i = 0; i < bundle->group_count; i++) {
        if (bundle->groups[i].licensed == NONE)
            return;
        sum += bundle->groups[i].licensed;
    }
    if (!mapped || bundle->facility.licensed_total == NONE ||
        sum == bundle->facility.licensed_total)
        return;
    char detail[80];
    snprintf(detail, sizeof detail, "the groups have %lld, the total says %d", (long long)sum,
             bundle->facility.licensed_total);
    struct row_text total = row_value(context, &mapping->fields[MAPPING_LICENSED_TOTAL]);
    row_find(context, IMPORT_SUMS_DIFFER, &total, arena_string(context->arena, detail));
}

/* Offers and hours -------------------------------------------------------------------------------- */

static void read_hours(struct row_context *context, const struct mapping_hours_list *list,
                       enum hours_owner owner_kind, int64_t owner)
{
    struct facility_bundle *bundle = &context->out->bundle;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct mapping_hours *rule = &list->rules[i];
        if (!row_when(context, &rule->when))
            continue;
        struct hours_record hours = {.owner = owner,
                                     .owner_kind = (uint8_t)owner_kind,
                                     .weekdays = rule->weekdays,
                                     .open_min = 0,
                                     .close_min = 1440};
        if (rule->always_holidays || (rule->holidays.count && row_when(context, &rule->holidays)))
            hours.weekdays |= HOURS_HOLIDAYS;
        if (rule->text.count) {
            struct row_text text = row_value(context, &rule->text);
            if (!text.text)
                continue;
            if (!cell_hours_text(text.text, text.length, &hours.open_min, &hours.close_min)) {
                row_find(context, IMPORT_UNREADABLE_HOURS, &text, NULL);
                continue;
            }
        } else if (!rule->all_day) {
            struct row_text open = row_value(context, &rule->open);
            struct row_text close = row_value(context, &rule->close);
            int32_t open_min = 0, close_min = 0;
            if (!open.text && !close.text)
                continue;
            bool open_ok = open.text && cell_minute(open.text, open.length, &open_min);
            bool close_ok = close.text && cell_minute(close.text, close.length, &close_min);
            if (!open_ok || !close_ok ||
                !cell_hours(open_min, close_min, &hours.open_min, &hours.close_min)) {
                row_find(context, IMPORT_UNREADABLE_HOURS, open_ok ? &close : &open,
                         open_ok && close_ok ? "not after the opening time" : NULL);
                continue;
            }
        }
        bundle->hours[bundle->hours_count++] = hours;
    }
}

static void read_price(struct row_context *context, const struct mapping_offer *mapped,
                       struct offer_record *offer)
{
    struct row_text text = row_value(context, &mapped->price);
    int decimals = mapped->price_is_minor ? 0 : context->reader->price_decimals;
    offer->price = NONE;
    if (text.text && !cell_money(text.text, text.length, decimals, &offer->price))
        row_find(context, IMPORT_UNREADABLE_PRICE, &text, "price");
    offer->price_unit = READ_CODE_VALUE(context, &mapped->price_unit, price_unit, "price_unit");
}

static int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static int32_t smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static bool has_ages(int32_t from_m, int32_t to_m)
{
    return from_m != NONE && to_m != NONE;
}

/* An offer's ages are inside its group's: false where they have none in common. */
static bool fit_ages(const struct group_record *group, struct offer_record *offer)
{
    if (!has_ages(offer->age_from_m, offer->age_to_m) ||
        !has_ages(group->age_from_m, group->age_to_m))
        return true;
    offer->age_from_m = larger(offer->age_from_m, group->age_from_m);
    offer->age_to_m = smaller(offer->age_to_m, group->age_to_m);
    return offer->age_from_m < offer->age_to_m;
}

/* Of an offer that several groups sell each has its part; what none of them has is not sold. */
static void check_ages(struct row_context *context, const struct mapping_offer *mapped,
                       const struct offer_record *offer, const int32_t *group_places)
{
    int32_t from = INT32_MAX, to = 0;
    for (uint32_t n = 0; n < mapped->group_count; n++) {
        int32_t number = group_places[mapped->groups[n]];
        const struct group_record *group = &context->out->bundle.groups[number < 0 ? 0 : number];
        if (number < 0)
            continue;
        if (!has_ages(group->age_from_m, group->age_to_m))
            return;
        from = smaller(from, group->age_from_m);
        to = larger(to, group->age_to_m);
    }
    if (!has_ages(offer->age_from_m, offer->age_to_m) || from >= to ||
        (from <= offer->age_from_m && offer->age_to_m <= to))
        return;
    bool meets = from < offer->age_to_m && offer->age_from_m < to;
    char value[32], detail[160];
    snprintf(value, sizeof value, "%d-%d", offer->age_from_m, offer->age_to_m);
    snprintf(detail, sizeof detail, "months, of offer %.64s; its groups have %d-%d: %s", mapped->id,
             from, to, meets ? "cut" : "left out");
    register_row_find(context->out, IMPORT_AGES_BEYOND_GROUP, NULL,
                      arena_string(context->arena, value), arena_string(context->arena, detail));
}

/* One mapped offer: a record for each of its groups that this row has. */
static void read_offer(struct row_context *context, const struct mapping_offer *mapped,
                       const char *const *ids, const int32_t *group_places)
{
    struct facility_bundle *bundle = &context->out->bundle;
    if (!row_when(context, &mapped->when))
        return;
    struct offer_record offer = {.care = READ_CODE_VALUE(context, &mapped->care, care, "care")};
    read_ages(context, &mapped->ages, &offer.age_from_m, &offer.age_to_m);
    check_ages(context, mapped, &offer, group_places);
    read_price(context, mapped, &offer);
    for (uint32_t n = 0; n < mapped->group_count; n++) {
        int32_t group = group_places[mapped->groups[n]];
        if (group < 0)
            continue;
        struct offer_record sold = offer;
        sold.source_id = ids[n];
        if (!fit_ages(&bundle->groups[group], &sold))
            continue;
        uint32_t number = bundle->offer_count++;
        bundle->offers[number] = sold;
        bundle->offer_groups[number] = (uint32_t)group;
        read_hours(context, &mapped->hours, HOURS_OF_OFFER, number);
    }
}

/* Coordinates ------------------------------------------------------------------------------------- */

static void read_coordinates(struct row_context *context, struct register_given *given)
{
    const struct mapping_coordinates *mapped = &context->reader->mapping->coordinates;
    char text[512] = "";
    given->said = mapped->given;
    if (!mapped->given)
        return;
    if (mapped->from_geometry) {
        given->present = given->readable = context->row->has_point;
        given->x = context->row->x;
        given->y = context->row->y;
        if (given->present)
            snprintf(text, sizeof text, "%.12g, %.12g", given->x, given->y);
    } else {
        struct row_text x = row_column(context, mapped->x), y = row_column(context, mapped->y);
        given->columns = context->reader->coordinate_columns;
        given->present = x.text && y.text;
        given->readable = given->present && cell_number(x.text, x.length, &given->x) &&
                          cell_number(y.text, y.length, &given->y);
        const char *x_text = row_given_text(context, &x), *y_text = row_given_text(context, &y);
        if (x_text || y_text)
            snprintf(text, sizeof text, "%s, %s", x_text ? x_text : "", y_text ? y_text : "");
    }
    if (mapped->swapped) {
        double x = given->x;
        given->x = given->y;
        given->y = x;
    }
    given->coarse = mapped->has_coarse && row_when(context, &mapped->coarse);
    if (text[0])
        given->text = arena_string(context->arena, text);
}

/* The whole --------------------------------------------------------------------------------------- */

static bool make_room(const struct register_reader *reader, struct arena *arena,
                      struct facility_bundle *bundle)
{
    uint32_t groups = reader->mapping->group_count;
    bundle->groups = arena_calloc(arena, groups, sizeof *bundle->groups);
    bundle->places = arena_calloc(arena, groups, sizeof *bundle->places);
    bundle->offers = arena_calloc(arena, reader->max_offers, sizeof *bundle->offers);
    bundle->offer_groups = arena_calloc(arena, reader->max_offers, sizeof *bundle->offer_groups);
    bundle->hours = arena_calloc(arena, reader->max_hours, sizeof *bundle->hours);
    return bundle->groups && bundle->places && bundle->offers && bundle->offer_groups &&
           bundle->hours;
}

enum status register_row_read(const struct register_reader *reader, const struct table_row *row,
                              const char *identity, struct arena *arena, struct register_row *out,
                              struct error *error)
{
    const struct mapping *mapping = reader->mapping;
    struct row_context context = {.reader = reader, .row = row, .arena = arena, .out = out};
    struct facility_bundle *bundle = &out->bundle;
    out->bundle = (struct facility_bundle){0};
    out->given = (struct register_given){0};
    out->finding_count = 0;
    if (!make_room(reader, arena, bundle))
        return error_set(error, STATUS_LIMIT, "row %llu is too long",
                         (unsigned long long)row->line);
    read_facility(&context, identity, &bundle->facility);
    int32_t group_places[MAPPING_MAX_GROUPS];
    for (uint32_t i = 0; i < mapping->group_count; i++) {
        group_places[i] = -1;
        if (!row_when(&context, &mapping->groups[i].when))
            continue;
        group_places[i] = (int32_t)bundle->group_count;
        read_group(&context, &mapping->groups[i], &bundle->groups[bundle->group_count],
                   &bundle->places[bundle->group_count]);
        bundle->group_count++;
    }
    check_sums(&context, bundle);
    bundle->hours_known = mapping->has_hours;
    read_hours(&context, &mapping->hours, HOURS_OF_FACILITY, 0);
    const char *const *ids = reader->offer_ids;
    for (uint32_t i = 0; i < mapping->offer_count; i++) {
        read_offer(&context, &mapping->offers[i], ids, group_places);
        ids += mapping->offers[i].group_count;
    }
    read_coordinates(&context, &out->given);
    if (bundle->facility.kind == KIND_UNKNOWN && !bundle->facility.point_consent)
        register_row_find(out, IMPORT_PERHAPS_A_HOME, NULL, NULL, NULL);
    if (context.full)
        return error_set(error, STATUS_LIMIT, "row %llu is too long",
                         (unsigned long long)row->line);
    return STATUS_OK;
}
