#include "data/export_rows.h"

#include <math.h>
#include <string.h>

/* Columns are filled one after the other, in the order of these tables. */
static const struct export_column facility_columns[] = {
    {"id", EXPORT_TEXT},
    {"name", EXPORT_TEXT},
    {"name_en", EXPORT_TEXT},
    {"kind", EXPORT_TEXT},
    {"ownership", EXPORT_TEXT},
    {"registrar", EXPORT_TEXT},
    {"community", EXPORT_TEXT},
    {"address", EXPORT_TEXT},
    {"phone", EXPORT_TEXT},
    {"inclusive", EXPORT_FLAG},
    {"inclusive_since", EXPORT_DATE},
    {"demonstration", EXPORT_FLAG},
    {"demonstration_since", EXPORT_DATE},
    {"opened_on", EXPORT_DATE},
    {"filed_on", EXPORT_DATE},
    {"licensed_total", EXPORT_INTEGER},
    {"point_is_rounded", EXPORT_FLAG},
    {"source", EXPORT_TEXT},
};
static const struct export_column offer_columns[] = {
    {"id", EXPORT_TEXT},
    {"facility", EXPORT_TEXT},
    {"facility_name", EXPORT_TEXT},
    {"kind", EXPORT_TEXT},
    {"group", EXPORT_TEXT},
    {"admission", EXPORT_TEXT},
    {"care", EXPORT_TEXT},
    {"age_from_m", EXPORT_INTEGER},
    {"age_to_m", EXPORT_INTEGER},
    {"licensed", EXPORT_INTEGER},
    {"staffed", EXPORT_INTEGER},
    {"enrolled", EXPORT_INTEGER},
    {"held", EXPORT_INTEGER},
    {"open", EXPORT_INTEGER},
    {"availability", EXPORT_TEXT},
    {"freshness", EXPORT_TEXT},
    {"as_of", EXPORT_MOMENT},
    {"price", EXPORT_INTEGER},
    {"price_unit", EXPORT_TEXT},
    {"currency", EXPORT_TEXT},
    {"inclusive", EXPORT_FLAG},
    {"point_is_rounded", EXPORT_FLAG},
};
static const struct export_column community_columns[] = {
    {"code", EXPORT_TEXT},        {"name", EXPORT_TEXT},
    {"name_en", EXPORT_TEXT},     {"street", EXPORT_TEXT},
    {"standard", EXPORT_TEXT},    {"residents", EXPORT_INTEGER},
    {"children", EXPORT_INTEGER}, {"children_estimated", EXPORT_FLAG},
};
#define COUNT(array) (sizeof(array) / sizeof *(array))
_Static_assert(COUNT(offer_columns) <= EXPORT_MAX_COLUMNS, "room in struct export_row");

const struct export_shape *export_shape_of(enum export_layer layer)
{
    static const struct export_shape shapes[EXPORT_LAYER_COUNT] = {
        [EXPORT_FACILITIES] = {"facilities", facility_columns, COUNT(facility_columns), false},
        [EXPORT_OFFERS] = {"offers", offer_columns, COUNT(offer_columns), false},
        [EXPORT_COMMUNITIES] = {"communities", community_columns, COUNT(community_columns), true},
    };
    return &shapes[layer];
}

/* Cells, one after the other ---------------------------------------------------------------------- */

struct filler {
    struct export_row *row;
    uint32_t at;
};

static void put_text(struct filler *filler, const char *text)
{
    filler->row->cells[filler->at++] = (struct export_cell){.text = text, .is_known = text};
}

static void put_integer(struct filler *filler, int64_t value, int64_t none)
{
    filler->row->cells[filler->at++] =
        (struct export_cell){.integer = value, .is_known = value != none};
}

static void put_day(struct filler *filler, day_t day)
{
    char *text = NULL;
    if (day != DAY_NONE) {
        text = filler->row->dates[filler->row->date_count++];
        day_format(day, text);
    }
    put_text(filler, text);
}

static void put_moment(struct filler *filler, moment_t moment)
{
    char *text = NULL;
    if (moment != TIME_NONE) {
        text = filler->row->dates[filler->row->date_count++];
        moment_format(moment, text);
    }
    put_text(filler, text);
}

static void put_point(struct export_row *row, const struct dataset_facility *facility)
{
    row->has_point = !isnan(facility->point.lon);
    row->point = facility->point;
}

/* Rows ------------------------------------------------------------------------------------------- */

static void fill_facility(const struct dataset *dataset, uint32_t number, struct export_row *row)
{
    const struct dataset_facility *f = &dataset->facilities[number];
    struct filler to = {row, 0};
    put_text(&to, dataset_text(dataset, f->id));
    put_text(&to, dataset_text(dataset, f->name));
    put_text(&to, dataset_text(dataset, f->name_en));
    put_text(&to, kind_code(f->kind));
    put_text(&to, ownership_code(f->ownership));
    put_text(&to, registrar_code(f->registrar));
    put_text(&to, dataset_text(dataset, f->community));
    put_text(&to, dataset_text(dataset, f->address));
    put_text(&to, dataset_text(dataset, f->phone));
    put_integer(&to, f->inclusive, UNKNOWN);
    put_day(&to, f->inclusive_since);
    put_integer(&to, f->demonstration, UNKNOWN);
    put_day(&to, f->demonstration_since);
    put_day(&to, f->opened_on);
    put_day(&to, f->filed_on);
    put_integer(&to, f->licensed_total, NONE);
    put_integer(&to, f->point_is_rounded, NONE);
    put_text(&to, dataset_text(dataset, f->source));
    put_point(row, f);
}

static void fill_offer(const struct export_cursor *cursor, uint32_t number, struct export_row *row)
{
    const struct dataset *dataset = cursor->dataset;
    const struct dataset_offer *offer = &dataset->offers[number];
    const struct dataset_group *group = &dataset->groups[offer->group];
    const struct dataset_facility *facility = &dataset->facilities[offer->facility];
    const struct group_numbers *numbers = &cursor->vacancies->numbers[offer->group];
    const struct offer_state *state = &cursor->vacancies->offers[number];
    struct filler to = {row, 0};
    put_text(&to, dataset_text(dataset, offer->id));
    put_text(&to, dataset_text(dataset, facility->id));
    put_text(&to, dataset_text(dataset, facility->name));
    put_text(&to, kind_code(facility->kind));
    put_text(&to, dataset_text(dataset, group->id));
    put_text(&to, admission_code(group->admission));
    put_text(&to, care_code(offer->care));
    put_integer(&to, offer->age_from_m, NONE16);
    put_integer(&to, offer->age_to_m, NONE16);
    put_integer(&to, group->licensed, NONE);
    put_integer(&to, numbers->staffed, NONE);
    put_integer(&to, numbers->enrolled, NONE);
    put_integer(&to, numbers->held, NONE);
    put_integer(&to, state->open, NONE);
    put_text(&to, availability_code(state->availability));
    put_text(&to, freshness_code(state->freshness));
    put_moment(&to, state->as_of);
    put_integer(&to, offer->price, NONE);
    put_text(&to, price_unit_code(offer->price_unit));
    put_text(&to, dataset->regions[facility->region].currency);
    put_integer(&to, facility->inclusive, UNKNOWN);
    put_integer(&to, facility->point_is_rounded, NONE);
    put_point(row, facility);
}

/* Counts of people in public: to the nearest 10; below 10 not said. */
static int32_t public_count(int32_t count)
{
    return count == NONE || count < 10 ? NONE : (int32_t)(((int64_t)count + 5) / 10 * 10);
}

static void fill_community(const struct community_record *community, struct export_row *row)
{
    struct filler to = {row, 0};
    put_text(&to, community->code);
    put_text(&to, community->name);
    put_text(&to, community->name_en);
    put_text(&to, community->street);
    put_text(&to, standard_code(community->standard));
    put_integer(&to, public_count(community->residents), NONE);
    put_integer(&to, public_count(community->children), NONE);
    put_integer(&to, community->children_estimated, NONE);
    row->outline = community->outline;
}

static bool is_shown(const struct export_cursor *cursor, uint32_t facility)
{
    return cursor->vacancies->is_public[facility] &&
           cursor->dataset->facilities[facility].region == cursor->region;
}

/* Offers come in the order of their facilities' ids. */
bool export_next(struct export_cursor *cursor, struct export_row *row)
{
    const struct dataset *dataset = cursor->dataset;
    const uint32_t counts[EXPORT_LAYER_COUNT] = {dataset->facility_count, dataset->facility_count,
                                                 dataset->community_count};
    memset(row, 0, sizeof *row);
    while (cursor->next < counts[cursor->layer]) {
        uint32_t number = cursor->next;
        if (cursor->layer == EXPORT_OFFERS && is_shown(cursor, number) &&
            cursor->next_in_facility < dataset->facilities[number].offer_count) {
            fill_offer(cursor, dataset->facilities[number].first_offer + cursor->next_in_facility++,
                       row);
            return true;
        }
        cursor->next++;
        cursor->next_in_facility = 0;
        switch (cursor->layer) {
        case EXPORT_FACILITIES:
            if (!is_shown(cursor, number))
                continue;
            fill_facility(dataset, number, row);
            return true;
        case EXPORT_OFFERS:
            continue; /* the next facility */
        default:
            if (dataset->community_regions[number] != cursor->region)
                continue;
            fill_community(&dataset->communities[number], row);
            return true;
        }
    }
    return false;
}
