/* GET /v1/facilities/{id}: one facility, whole. */
#include "server/api_facility.h"

#include "data/walking.h"
#include "server/params.h"
#include "server/router.h"

#include <stdio.h>

enum status api_find_facility(const struct picture *picture, const struct request *request,
                              uint32_t *facility, struct error *error)
{
    const struct dataset *dataset = picture->dataset;
    const char *id = request->captures[0];
    char shown[PARAMS_SHOWN_BYTES];
    params_show(id, strlen(id), shown);
    uint32_t found = 0;
    if (dataset_find_facility(dataset, id, &found) == STATUS_OK) {
        const struct dataset_facility *named = &dataset->facilities[found];
        *facility = found;
        if (picture->vacancies->is_public[found])
            return STATUS_OK;
        if (dataset_facility_was_public(named, picture->vacancies->local[named->region].day))
            return error_set(error, STATUS_GONE, "facility '%s' is no longer on the public list",
                             shown);
    }
    return error_set(error, STATUS_NOT_FOUND, "there is no facility '%s'", shown);
}

static void write_minutes(struct json *out, const char *key, int16_t minutes)
{
    char text[16];
    snprintf(text, sizeof text, "%02d:%02d", minutes / 60, minutes % 60);
    json_key_text(out, key, text);
}

static void write_slot(struct json *out, const struct dataset_slot *slot)
{
    json_key_day(out, "date", slot->day);
    write_minutes(out, "from", slot->from_min);
    write_minutes(out, "to", slot->to_min);
    json_key_int(out, "places", slot->places);
    json_key_int(out, "taken", slot->taken);
    json_key_int(out, "left", slot->places > slot->taken ? slot->places - slot->taken : 0);
    json_key_moment(out, "as_of", slot->as_of);
}

void api_write_slots(struct json *out, const struct dataset *dataset, uint32_t number, day_t from,
                     const struct vacancies *vacancies)
{
    const struct dataset_offer *offer = &dataset->offers[number];
    const struct region *region = &dataset->regions[dataset->facilities[offer->facility].region];
    struct freshness_bounds bounds = freshness_bounds_of(region, offer->care);
    json_key(out, "slots");
    json_array_begin(out);
    for (uint32_t i = 0; i < offer->slot_count; i++) {
        const struct dataset_slot *slot = &dataset->slots[offer->first_slot + i];
        if (slot->day < from)
            continue;
        json_object_begin(out);
        write_slot(out, slot);
        if (vacancies)
            json_key_text(out, "freshness",
                          freshness_code(freshness_at(&bounds, slot->as_of, vacancies->now)));
        json_object_end(out);
    }
    json_array_end(out);
}

static void write_week(struct json *out, const struct hours *hours)
{
    static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    for (uint8_t day = 0; day < 7; day++) {
        struct interval intervals[HOURS_MAX_INTERVALS];
        uint32_t count = hours_of_weekday(hours, day, intervals);
        json_key_intervals(out, days[day], intervals, count);
    }
    bool on_holidays = false;
    for (uint32_t i = 0; i < hours->rule_count; i++)
        on_holidays |= (hours->rules[i].weekdays & HOURS_HOLIDAYS) != 0;
    json_key_bool(out, "closed_on_holidays", !on_holidays);
}

/* Exceptional days from `today` on, each with what is open on it. */
static void write_exceptions(struct json *out, const struct hours *hours,
                             const struct calendar *calendar, day_t today)
{
    json_key(out, "exceptions");
    json_array_begin(out);
    for (uint32_t i = 0; i < hours->exception_count; i++) {
        day_t day = hours->exceptions[i].day;
        if (day < today || (i > 0 && hours->exceptions[i - 1].day == day))
            continue;
        struct interval intervals[HOURS_MAX_INTERVALS];
        uint32_t count = hours_of_day(hours, calendar, day, intervals);
        json_object_begin(out);
        json_key_day(out, "date", day);
        json_key_intervals(out, "intervals", intervals, count);
        json_object_end(out);
    }
    json_array_end(out);
}

static void write_hours(struct json *out, const struct picture *picture, uint32_t pattern)
{
    const struct dataset *dataset = picture->dataset;
    if (!pattern) {
        json_key_null(out, "hours");
        return;
    }
    uint16_t region = dataset->hours_patterns[pattern].region;
    struct hours hours = dataset_hours(dataset, pattern);
    json_key(out, "hours");
    json_object_begin(out);
    write_week(out, &hours);
    write_exceptions(out, &hours, &dataset->regions[region].calendar,
                     picture->vacancies->local[region].day);
    json_key_day(out, "holidays_known_until", dataset->regions[region].calendar.known_until);
    json_object_end(out);
}

static void write_register(struct json *out, const struct dataset *dataset,
                           const struct dataset_facility *facility)
{
    json_key_text(out, "region", dataset->regions[facility->region].name);
    json_key_text(out, "declared_community", dataset_text(dataset, facility->declared_community));
    json_key_bool(out, "point_is_rounded", facility->point_is_rounded);
    json_key_text(out, "registrar", registrar_code(facility->registrar));
    json_key_text(out, "state", state_code(facility->state));
    json_key_day(out, "opens_on", facility->opens_on);
    json_key_day(out, "opened_on", facility->opened_on);
    json_key_day(out, "filed_on", facility->filed_on);
    json_key_day(out, "closed_on", facility->closed_on);
    json_key_day(out, "inclusive_since", facility->inclusive_since);
    json_key_day(out, "demonstration_since", facility->demonstration_since);
    json_key_int_or_null(out, "licensed_total", facility->licensed_total);
    json_key_int_or_null(out, "staff", facility->staff);
    json_key_int_or_null(out, "certified", facility->certified);
    json_key_day(out, "staff_on", facility->staff_on);
    json_key_day(out, "valid_from", facility->valid_from);
    json_key_text(out, "source", dataset_text(dataset, facility->source));
    json_key_text(out, "source_id", dataset_text(dataset, facility->source_id));
}

/* The network on which the facility stands, the nearest street deciding; NULL = off all of them. */
static const struct walking_spot *find_spot(const struct dataset *dataset, uint32_t number,
                                            uint32_t profile)
{
    const struct walking_spot *nearest = NULL;
    for (uint32_t i = 0; i < dataset->network_count; i++) {
        const struct walking_spot *spot = &dataset->networks[i]->by_profile[profile].spots[number];
        if (spot->piece != WALKING_OFF && (!nearest || spot->snap_mm < nearest->snap_mm))
            nearest = spot;
    }
    return nearest;
}

/* Each profile has main streets of its own, so each has its own answer to: is it on the network, and
 * how far from the street? */
static void write_walking(struct json *out, const struct dataset *dataset, uint32_t number)
{
    json_key(out, "walking");
    json_object_begin(out);
    for (uint32_t profile = 0; profile < PROFILE_COUNT; profile++) {
        const struct walking_spot *spot = find_spot(dataset, number, profile);
        bool no_network = !walking_network_of(dataset, dataset->facilities[number].region);
        json_key(out, profile_builtin(profile)->name);
        json_object_begin(out);
        json_key_text(out, "state",
                      spot         ? "on_network"
                      : no_network ? "no_network"
                                   : "off_network");
        if (spot)
            json_key_int(out, "snap_m", (spot->snap_mm + 500) / 1000);
        else
            json_key_null(out, "snap_m");
        json_object_end(out);
    }
    json_object_end(out);
}

/* null where neither bound is known. */
static void write_ages(struct json *out, const struct dataset_group *group)
{
    const int16_t bounds[] = {group->age_from_m, group->age_to_m};
    json_key(out, "age_months");
    if (bounds[0] == NONE16 && bounds[1] == NONE16) {
        json_nothing(out);
        return;
    }
    json_array_begin(out);
    for (int i = 0; i < 2; i++)
        if (bounds[i] == NONE16)
            json_nothing(out);
        else
            json_int(out, bounds[i]);
    json_array_end(out);
}

static void write_group(struct json *out, const struct picture *picture, uint32_t number)
{
    const struct dataset *dataset = picture->dataset;
    const struct dataset_group *group = &dataset->groups[number];
    const struct group_numbers *numbers = &picture->vacancies->numbers[number];
    json_object_begin(out);
    json_key_text(out, "id", dataset_text(dataset, group->id));
    json_key_text(out, "admission", admission_code(group->admission));
    write_ages(out, group);
    json_members_of_report(out, dataset, group, numbers);
    json_object_end(out);
}

static void write_belongings(struct json *out, const struct picture *picture,
                             const struct dataset_facility *facility, struct feature_offers *offers)
{
    const struct vacancies *vacancies = picture->vacancies;
    day_t today = vacancies->local[facility->region].day;
    json_key(out, "groups");
    json_array_begin(out);
    for (uint32_t i = 0; i < facility->group_count; i++)
        write_group(out, picture, facility->first_group + i);
    json_array_end(out);
    json_key(out, "offers");
    json_array_begin(out);
    for (uint32_t i = 0; i < facility->offer_count; i++) {
        uint32_t offer = facility->first_offer + i;
        json_offer_open(out, picture, offers, offer, &vacancies->offers[offer]);
        write_hours(out, picture, picture->dataset->offers[offer].hours);
        if (care_has_slots(picture->dataset->offers[offer].care))
            api_write_slots(out, picture->dataset, offer, today, vacancies);
        json_object_end(out);
    }
    json_array_end(out);
}

enum status api_facility(struct worker *worker, const struct request *request, struct json *out,
                         struct error *error)
{
    const struct picture *picture = worker->picture;
    uint32_t number;
    enum status status = api_find_facility(picture, request, &number, error);
    if (status)
        return status;
    const struct dataset_facility *facility = &picture->dataset->facilities[number];
    enum coordsys coordsys = params_coordsys(request);
    struct feature_offers offers;
    json_feature_begin(out, picture, number, coordsys, &offers);
    write_register(out, picture->dataset, facility);
    write_walking(out, picture->dataset, number);
    write_hours(out, picture, facility->hours);
    write_belongings(out, picture, facility, &offers);
    json_object_end(out);
    json_key_text(out, "coordsys", coordsys_code(coordsys));
    json_key_moment(out, "timeStamp", picture->vacancies->changed_at);
    json_key(out, "links");
    json_array_begin(out);
    request_write_link(request, "self", NULL, out);
    json_array_end(out);
    json_object_end(out);
    return STATUS_OK;
}
