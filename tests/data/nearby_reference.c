#include "tests/data/nearby_reference.h"

#include "geo/distance.h"
#include "tests/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum answer { YES_IT_DOES, NOT_KNOWN, NO_IT_DOES_NOT };

/* One offer of one facility, and the question. */
struct look {
    const struct world *world;
    const struct nearby_query *query;
    const struct seed_facility *facility;
    const struct offer_record *offer;
    const struct group_record *group;
    const struct places_record *places;
    uint32_t number; /* of the offer */
    moment_t now;
    day_t today;
};

/* The seeded region keeps UTC+8. */
static day_t local_day(moment_t now)
{
    return (day_t)((now + 8 * 3600) / 86400);
}
static moment_t local_moment(day_t day, int32_t minute)
{
    return (moment_t)day * 86400 + minute * 60 - 8 * 3600;
}
static int32_t month_of(day_t day)
{
    int32_t year, month, day_of_month;
    day_to_civil(day, &year, &month, &day_of_month);
    return year * 12 + month - 1;
}
static day_t first_of(int32_t month)
{
    return day_from_civil(month / 12, month % 12 + 1, 1);
}

bool reference_is_public(const struct facility_record *facility, day_t today)
{
    if (facility->state != STATE_FILED)
        return false;
    if (facility->opens_on != DAY_NONE && today < facility->opens_on)
        return false;
    return (facility->closed_on == DAY_NONE || today < facility->closed_on) &&
           (facility->delists_on == DAY_NONE || today < facility->delists_on);
}

struct geo_point reference_point(const struct facility_record *facility)
{
    struct geo_point point = {facility->lon_e7 / 1e7, facility->lat_e7 / 1e7};
    bool may_be_home = facility->kind == KIND_HOME || facility->kind == KIND_UNKNOWN;
    if (may_be_home && !facility->point_consent)
        point = (struct geo_point){round(point.lon * 1000) / 1000, round(point.lat * 1000) / 1000};
    return point;
}

/* Days until numbers are stale, and until they are unknown: the defaults of a region. */
static int32_t fresh_days(int8_t care)
{
    return care == CARE_FULL_DAY || care == CARE_HALF_DAY ? 14 : 2;
}
static int32_t stale_days(int8_t care)
{
    return care == CARE_FULL_DAY || care == CARE_HALF_DAY ? 60 : 7;
}
static bool within_days(moment_t now, moment_t as_of, int32_t days)
{
    return as_of != TIME_NONE && now <= as_of + (moment_t)days * 86400;
}
static uint8_t freshness(const struct look *look, moment_t as_of)
{
    if (within_days(look->now, as_of, fresh_days(look->offer->care)))
        return FRESHNESS_FRESH;
    if (within_days(look->now, as_of, stale_days(look->offer->care)))
        return FRESHNESS_STALE;
    return FRESHNESS_UNKNOWN;
}

/* max(0, min(licensed, staffed) - enrolled - held) */
static int32_t open_places(const struct look *look)
{
    if (look->group->licensed == NONE || look->places->enrolled == NONE)
        return NONE;
    int32_t staffed = look->places->staffed == NONE ? INT32_MAX : look->places->staffed;
    int32_t most = look->group->licensed < staffed ? look->group->licensed : staffed;
    int32_t open = most - look->places->enrolled;
    if (look->places->held != NONE)
        open -= look->places->held;
    return open < 0 ? 0 : open;
}

static struct offer_state unknown_state(moment_t as_of, uint8_t fresh, int32_t open)
{
    return (struct offer_state){
        .as_of = as_of, .open = open, .freshness = fresh, .availability = AVAILABILITY_UNKNOWN};
}
static struct offer_state known_state(moment_t as_of, int32_t open)
{
    return (struct offer_state){.as_of = as_of,
                                .open = open,
                                .freshness = FRESHNESS_FRESH,
                                .availability = open ? AVAILABILITY_OPEN : AVAILABILITY_FULL};
}

static struct offer_state by_numbers(const struct look *look, day_t day)
{
    moment_t as_of = look->places->as_of;
    uint8_t fresh = freshness(look, as_of);
    if (fresh == FRESHNESS_UNKNOWN)
        return unknown_state(as_of, fresh, NONE);
    int32_t open = open_places(look);
    if (open != NONE && look->places->open_until != DAY_NONE && look->places->open_until < day)
        open = 0;
    if (fresh == FRESHNESS_STALE || open == NONE)
        return unknown_state(as_of, fresh, open);
    return known_state(as_of, open);
}

/* `chosen[i]`: the slots that are looked at, with what they have left. */
static struct offer_state by_slots(const struct look *look, const bool *chosen, bool cover)
{
    const struct facility_bundle *bundle = &look->facility->bundle;
    int32_t best[3] = {-1, -1, -1};
    moment_t as_of[3] = {TIME_NONE, TIME_NONE, TIME_NONE};
    uint32_t count = 0;
    for (uint32_t i = 0; i < bundle->slot_count; i++) {
        if (!chosen[i])
            continue;
        const struct slot_record *slot = &bundle->slots[i];
        int32_t left = cover && slot->places > slot->taken ? slot->places - slot->taken : 0;
        uint8_t fresh = freshness(look, slot->as_of);
        if (fresh == FRESHNESS_UNKNOWN)
            left = 0; /* whatever it was; the newest of them is shown */
        if (left > best[fresh] || (left == best[fresh] && slot->as_of > as_of[fresh])) {
            best[fresh] = left;
            as_of[fresh] = slot->as_of;
        }
        count++;
    }
    if (count == 0)
        return (struct offer_state){.as_of = TIME_NONE,
                                    .open = NONE,
                                    .freshness = FRESHNESS_UNKNOWN,
                                    .availability = AVAILABILITY_ASK};
    bool all_fresh = best[FRESHNESS_STALE] < 0 && best[FRESHNESS_UNKNOWN] < 0;
    if (best[FRESHNESS_FRESH] > 0 || all_fresh)
        return known_state(as_of[FRESHNESS_FRESH], best[FRESHNESS_FRESH]);
    if (best[FRESHNESS_STALE] >= 0)
        return unknown_state(as_of[FRESHNESS_STALE], FRESHNESS_STALE, best[FRESHNESS_STALE]);
    return unknown_state(as_of[FRESHNESS_UNKNOWN], FRESHNESS_UNKNOWN, NONE);
}

static bool slot_is_over(const struct look *look, const struct slot_record *slot)
{
    return local_moment(slot->day, slot->to_min) <= look->now;
}

/* Any one published slot of the coming 7 days. */
static struct offer_state by_coming_slots(const struct look *look)
{
    bool chosen[SEED_MAX_SLOTS] = {false};
    for (uint32_t i = 0; i < look->facility->bundle.slot_count; i++) {
        const struct slot_record *slot = &look->facility->slots[i];
        chosen[i] = slot->offer == look->number && !slot_is_over(look, slot) &&
                    slot->day <= look->today + 6;
    }
    return by_slots(look, chosen, true);
}

/* A slot covers the date's interval; without published slots of that date it must be asked. */
static struct offer_state by_slots_of_date(const struct look *look)
{
    const struct nearby_query *query = look->query;
    bool covering[SEED_MAX_SLOTS] = {false}, published[SEED_MAX_SLOTS] = {false}, any = false;
    for (uint32_t i = 0; i < look->facility->bundle.slot_count; i++) {
        const struct slot_record *slot = &look->facility->slots[i];
        if (slot->offer != look->number || slot->day < look->today - 1)
            continue;
        moment_t from = local_moment(query->date, query->from_min);
        moment_t to = local_moment(query->date, query->to_min);
        covering[i] = (slot->day == query->date || slot->day == query->date - 1) &&
                      local_moment(slot->day, slot->from_min) <= from &&
                      local_moment(slot->day, slot->to_min) >= to && !slot_is_over(look, slot);
        published[i] = slot->day == query->date;
        any |= covering[i];
    }
    return any ? by_slots(look, covering, true) : by_slots(look, published, false);
}

/* With a start later than this month, by the group's numbers, hourly and drop-in too. */
static struct offer_state at_start(const struct look *look)
{
    day_t first = first_of(look->query->start_month);
    day_t last = first_of(look->query->start_month + 1) - 1;
    const struct places_record *places = look->places;
    struct offer_state now = by_numbers(look, look->today);
    if (now.freshness != FRESHNESS_FRESH)
        return now;
    if (now.open > 0 && (places->open_until == DAY_NONE || places->open_until >= first)) {
        now.open_because = OPEN_BECAUSE_NOW;
        return now;
    }
    if (places->next_open_from != DAY_NONE && places->next_open_from <= last &&
        places->next_open != 0)
        return (struct offer_state){.as_of = now.as_of,
                                    .open = places->next_open,
                                    .freshness = FRESHNESS_FRESH,
                                    .availability = AVAILABILITY_OPEN,
                                    .open_because = OPEN_BECAUSE_NEXT_OPEN};
    return now.open == NONE ? now : known_state(now.as_of, 0);
}

static struct offer_state state_of(const struct look *look)
{
    const struct nearby_query *query = look->query;
    bool slots = look->offer->care == CARE_HOURLY || look->offer->care == CARE_DROP_IN;
    bool later = query->start_month != NONE && query->start_month > month_of(look->today);
    if (query->day_kind == NEARBY_DATE && slots)
        return by_slots_of_date(look);
    if (later)
        return at_start(look);
    if (slots)
        return by_coming_slots(look);
    bool on_date = query->day_kind == NEARBY_DATE && query->date > look->today;
    return by_numbers(look, on_date ? query->date : look->today);
}

static int32_t age_used(const struct look *look)
{
    const struct nearby_query *query = look->query;
    if (query->born_month == NONE)
        return query->age_months;
    int32_t start = query->start_month != NONE ? query->start_month : month_of(look->today);
    return start - query->born_month;
}

static enum answer age_fits(const struct look *look)
{
    int32_t from =
        look->offer->age_from_m != NONE ? look->offer->age_from_m : look->group->age_from_m;
    int32_t to = look->offer->age_to_m != NONE ? look->offer->age_to_m : look->group->age_to_m;
    int32_t age = age_used(look);
    if (age == NONE)
        return YES_IT_DOES;
    if (from != NONE && age < from)
        return NO_IT_DOES_NOT;
    if (to != NONE && age >= to)
        return NO_IT_DOES_NOT;
    return from == NONE || to == NONE ? NOT_KNOWN : YES_IT_DOES;
}

static enum answer price_fits(const struct look *look)
{
    const struct nearby_query *query = look->query;
    if (query->max_price == NONE)
        return YES_IT_DOES;
    if (look->offer->price_unit >= 0 && look->offer->price_unit != query->price_unit)
        return NO_IT_DOES_NOT;
    if (look->offer->price_unit < 0 || look->offer->price == NONE)
        return NOT_KNOWN;
    return look->offer->price <= query->max_price ? YES_IT_DOES : NO_IT_DOES_NOT;
}

/* The offer's rows if it has any of its own, else the facility's. */
static struct hours hours_of(const struct look *look, struct hours_record *rules,
                             struct hours_exception_record *exceptions)
{
    const struct facility_bundle *bundle = &look->facility->bundle;
    struct hours hours = {.rules = rules, .exceptions = exceptions};
    for (int kind = HOURS_OF_OFFER; kind >= HOURS_OF_FACILITY; kind--) {
        int64_t owner = kind == HOURS_OF_OFFER ? look->number : 0;
        bool any = false;
        for (uint32_t i = 0; i < bundle->hours_count; i++)
            if (bundle->hours[i].owner_kind == kind && bundle->hours[i].owner == owner)
                rules[hours.rule_count++] = bundle->hours[i];
        for (uint32_t i = 0; i < bundle->exception_count; i++)
            if (bundle->exceptions[i].owner_kind == kind && bundle->exceptions[i].owner == owner) {
                any = true;
                if (bundle->exceptions[i].day >= look->today - 1)
                    exceptions[hours.exception_count++] = bundle->exceptions[i];
            }
        if (any || hours.rule_count)
            break;
    }
    return hours;
}

static enum answer hours_fit(const struct look *look)
{
    const struct nearby_query *query = look->query;
    struct hours_record rules[SEED_MAX_HOURS];
    struct hours_exception_record exceptions[SEED_MAX_EXCEPTIONS];
    if (query->day_kind == NEARBY_ANY_DAY)
        return YES_IT_DOES;
    struct hours hours = hours_of(look, rules, exceptions);
    bool known = hours.rule_count > 0;
    for (uint32_t i = 0; i < hours.exception_count; i++)
        known |= query->day_kind == NEARBY_DATE && exceptions[i].day == query->date;
    if (!known)
        return NOT_KNOWN;
    bool covers = query->day_kind == NEARBY_DATE
                      ? hours_cover_day(&hours, &look->world->region.calendar, query->date,
                                        query->from_min, query->to_min)
                      : hours_cover_weekday(&hours, query->weekday, query->from_min, query->to_min);
    return covers ? YES_IT_DOES : NO_IT_DOES_NOT;
}

static enum answer of_code(uint32_t wanted, int code)
{
    if (wanted == 0)
        return YES_IT_DOES;
    return code < 0 ? NOT_KNOWN : wanted & (1u << code) ? YES_IT_DOES : NO_IT_DOES_NOT;
}

static enum answer of_flag(bool wanted, int8_t value)
{
    return !wanted || value == YES ? YES_IT_DOES : value == NO ? NO_IT_DOES_NOT : NOT_KNOWN;
}

/* All must hold: one no is no, else one unknown is unknown. */
static enum answer all_of(const enum answer *answers, size_t count)
{
    enum answer worst = YES_IT_DOES;
    for (size_t i = 0; i < count; i++)
        worst = answers[i] > worst ? answers[i] : worst;
    return worst;
}

static enum answer offer_fits(const struct look *look, struct offer_state *state)
{
    *state = state_of(look);
    enum answer open = !look->query->open || state->availability == AVAILABILITY_OPEN ? YES_IT_DOES
                       : state->availability == AVAILABILITY_FULL ? NO_IT_DOES_NOT
                                                                  : NOT_KNOWN;
    enum answer answers[] = {of_code(look->query->cares, look->offer->care), age_fits(look),
                             price_fits(look), hours_fit(look), open};
    return all_of(answers, sizeof answers / sizeof *answers);
}

static bool is_offer_filter_set(const struct nearby_query *query)
{
    return query->open || query->cares || query->age_months != NONE || query->born_month != NONE ||
           query->max_price != NONE || query->day_kind != NEARBY_ANY_DAY;
}

static enum answer facility_fits(const struct world *world, const struct nearby_query *query,
                                 uint32_t number, struct reference_match *match)
{
    const struct seed_facility *facility = &world->facilities[number];
    const struct facility_record *record = &facility->bundle.facility;
    enum answer own[] = {of_flag(query->inclusive, record->inclusive),
                         of_flag(query->demonstration, record->demonstration),
                         of_code(query->kinds, record->kind),
                         of_code(query->ownerships, record->ownership)};
    enum answer itself = all_of(own, 4), best = NO_IT_DOES_NOT;
    bool readable = false;
    match->offer_count = 0;
    for (uint32_t i = 0; i < facility->bundle.offer_count; i++) {
        struct look look = {.world = world,
                            .query = query,
                            .facility = facility,
                            .offer = &facility->offers[i],
                            .group = &facility->groups[facility->offer_groups[i]],
                            .places = &facility->places[facility->offer_groups[i]],
                            .number = i,
                            .now = world->vacancies->now,
                            .today = local_day(world->vacancies->now)};
        if (look.group->admission == ADMISSION_STAFF_ONLY)
            continue;
        readable = true;
        struct offer_state state;
        enum answer fits = offer_fits(&look, &state);
        if (fits == YES_IT_DOES)
            match->offers[match->offer_count++] = (struct reference_offer){look.offer->id, state};
        best = fits < best ? fits : best;
    }
    if (!readable)
        return is_offer_filter_set(query) || itself != YES_IT_DOES ? NO_IT_DOES_NOT : YES_IT_DOES;
    return itself > best ? itself : best;
}

static bool is_in_nearby(const struct seed_facility *facility, day_t today)
{
    bool all_staff = facility->bundle.group_count > 0;
    for (uint32_t i = 0; i < facility->bundle.group_count; i++)
        all_staff &= facility->groups[i].admission == ADMISSION_STAFF_ONLY;
    return reference_is_public(&facility->bundle.facility, today) && !all_staff &&
           facility->bundle.facility.lon_e7 != NONE;
}

static int nearer(const void *a, const void *b)
{
    const struct reference_match *x = a, *y = b;
    if (x->distance_m != y->distance_m)
        return x->distance_m < y->distance_m ? -1 : 1;
    return x->facility < y->facility ? -1 : x->facility > y->facility;
}

struct reference_answer reference_find(const struct world *world, const struct nearby_query *query)
{
    struct reference_answer answer = {0};
    answer.matches = calloc(world->seed.count + 1, sizeof *answer.matches);
    REQUIRE(answer.matches != NULL);
    day_t today = local_day(world->vacancies->now);
    for (uint32_t i = 0; i < world->seed.count; i++) {
        const struct seed_facility *facility = &world->facilities[i];
        if (!is_in_nearby(facility, today))
            continue;
        struct reference_match *match = &answer.matches[answer.match_count];
        match->facility = i;
        match->distance_m = distance_m(query->from, reference_point(&facility->bundle.facility));
        if (match->distance_m > query->within_m)
            continue;
        enum answer fits = facility_fits(world, query, i, match);
        answer.match_count += fits == YES_IT_DOES;
        answer.unknown_count += fits == NOT_KNOWN;
    }
    qsort(answer.matches, answer.match_count, sizeof *answer.matches, nearer);
    return answer;
}

void reference_release(struct reference_answer *answer)
{
    free(answer->matches);
    *answer = (struct reference_answer){0};
}
