/* The rules by which an offer is open, full, to be asked for or unknown. */
#include "data/vacancies_internal.h"

enum { WINDOW_DAYS = 7 };

int32_t group_open_places(const struct dataset_group *group, const struct group_numbers *numbers)
{
    if (numbers->as_of == TIME_NONE || group->licensed == NONE || numbers->enrolled == NONE)
        return NONE;
    int64_t usable = group->licensed;
    if (numbers->staffed != NONE && numbers->staffed < usable)
        usable = numbers->staffed;
    int64_t held = numbers->held == NONE ? 0 : numbers->held;
    int64_t open = usable - numbers->enrolled - held;
    return open > 0 ? (int32_t)open : 0;
}

enum freshness freshness_at(const struct freshness_bounds *bounds, moment_t as_of, moment_t now)
{
    if (as_of == TIME_NONE)
        return FRESHNESS_UNKNOWN;
    int64_t age = now - as_of;
    return age <= bounds->fresh_s   ? FRESHNESS_FRESH
           : age <= bounds->stale_s ? FRESHNESS_STALE
                                    : FRESHNESS_UNKNOWN;
}

struct freshness_bounds freshness_bounds_of(const struct region *region, int8_t care)
{
    if (care >= 0 && care < CARE_COUNT)
        return region->freshness[care];
    struct freshness_bounds strictest = region->freshness[0];
    for (int i = 1; i < CARE_COUNT; i++) {
        const struct freshness_bounds *bounds = &region->freshness[i];
        if (bounds->fresh_s < strictest.fresh_s)
            strictest.fresh_s = bounds->fresh_s;
        if (bounds->stale_s < strictest.stale_s)
            strictest.stale_s = bounds->stale_s;
    }
    return strictest;
}

/* Both moments at which numbers of this age pass a bound. */
static void note_ageing(struct clock_changes *changes, const struct freshness_bounds *bounds,
                        moment_t as_of)
{
    if (as_of == TIME_NONE)
        return;
    clock_changes_note(changes, as_of + bounds->fresh_s + 1);
    clock_changes_note(changes, as_of + bounds->stale_s + 1);
}

/* What is around an offer: looked up once. */
struct surroundings {
    const struct dataset_offer *offer;
    const struct dataset_group *group;
    const struct group_numbers *numbers;
    const struct region *region;
    struct freshness_bounds bounds;
    day_t today;
};

static struct surroundings look_around(const struct vacancies *vacancies, uint32_t number)
{
    const struct dataset *dataset = vacancies->dataset;
    const struct dataset_offer *offer = &dataset->offers[number];
    uint16_t region = dataset->facilities[offer->facility].region;
    return (struct surroundings){
        .offer = offer,
        .group = &dataset->groups[offer->group],
        .numbers = &vacancies->numbers[offer->group],
        .region = &dataset->regions[region],
        .bounds = freshness_bounds_of(&dataset->regions[region], offer->care),
        .today = vacancies->local[region].day,
    };
}

/* By the group's numbers, for a child who comes on `day`. */
static struct offer_state group_state(const struct surroundings *at, moment_t now, day_t day)
{
    const struct group_numbers *numbers = at->numbers;
    struct offer_state state = {.as_of = numbers->as_of,
                                .open = NONE,
                                .staffed = numbers->staffed,
                                .enrolled = numbers->enrolled,
                                .held = numbers->held,
                                .freshness =
                                    (uint8_t)freshness_at(&at->bounds, numbers->as_of, now),
                                .availability = AVAILABILITY_UNKNOWN};
    if (state.freshness == FRESHNESS_UNKNOWN)
        return state;
    state.open = group_open_places(at->group, numbers);
    if (state.open > 0 && numbers->open_until != DAY_NONE && numbers->open_until < day)
        state.open = 0; /* what was open was so only until then */
    if (state.freshness == FRESHNESS_FRESH && state.open != NONE)
        state.availability = state.open > 0 ? AVAILABILITY_OPEN : AVAILABILITY_FULL;
    return state;
}

/* Slots that were looked at: the most places left among the fresh ones, and among the stale. */
struct slot_tally {
    int32_t fresh_left, stale_left; /* NONE = no such slot */
    moment_t fresh_as_of, stale_as_of, unknown_as_of;
    bool any, any_unknown;
};
#define SLOT_TALLY_EMPTY                           \
    ((struct slot_tally){.fresh_left = NONE,       \
                         .stale_left = NONE,       \
                         .fresh_as_of = TIME_NONE, \
                         .stale_as_of = TIME_NONE, \
                         .unknown_as_of = TIME_NONE})

static int32_t slot_left(const struct dataset_slot *slot)
{
    if (slot->places == NONE || slot->taken == NONE)
        return NONE;
    int64_t left = (int64_t)slot->places - slot->taken;
    return left > 0 ? (int32_t)left : 0;
}

/* Of equal slots the newest report speaks. */
static void take_better(int32_t *best, moment_t *best_as_of, int32_t left, moment_t as_of)
{
    if (left < *best || (left == *best && as_of <= *best_as_of))
        return;
    *best = left;
    *best_as_of = as_of;
}

static void tally_slot(struct slot_tally *tally, const struct dataset_slot *slot, int32_t left,
                       const struct freshness_bounds *bounds, moment_t now)
{
    enum freshness freshness = freshness_at(bounds, slot->as_of, now);
    tally->any = true;
    if (left == NONE || freshness == FRESHNESS_UNKNOWN) {
        tally->any_unknown = true;
        if (slot->as_of > tally->unknown_as_of)
            tally->unknown_as_of = slot->as_of;
    } else if (freshness == FRESHNESS_FRESH) {
        take_better(&tally->fresh_left, &tally->fresh_as_of, left, slot->as_of);
    } else {
        take_better(&tally->stale_left, &tally->stale_as_of, left, slot->as_of);
    }
}

/* One fresh slot with a place is enough to be open; to be full, all must be fresh and taken. */
static struct offer_state tally_state(const struct slot_tally *tally,
                                      const struct group_numbers *numbers)
{
    struct offer_state state = {.as_of = TIME_NONE,
                                .open = NONE,
                                .staffed = numbers->staffed,
                                .enrolled = numbers->enrolled,
                                .held = numbers->held,
                                .freshness = FRESHNESS_UNKNOWN,
                                .availability = AVAILABILITY_UNKNOWN};
    if (!tally->any) {
        state.availability = AVAILABILITY_ASK;
    } else if (tally->fresh_left > 0 || (tally->stale_left == NONE && !tally->any_unknown)) {
        state.as_of = tally->fresh_as_of;
        state.open = tally->fresh_left;
        state.freshness = FRESHNESS_FRESH;
        state.availability = state.open > 0 ? AVAILABILITY_OPEN : AVAILABILITY_FULL;
    } else if (tally->stale_left != NONE) {
        state.as_of = tally->stale_as_of;
        state.open = tally->stale_left;
        state.freshness = FRESHNESS_STALE;
    } else {
        state.as_of = tally->unknown_as_of;
    }
    return state;
}

/* A slot counts until it ends. Those of later days cannot have ended. */
static bool slot_has_ended(const struct surroundings *at, const struct dataset_slot *slot,
                           moment_t now, moment_t *ends_at)
{
    if (slot->day > at->today)
        return false;
    *ends_at = calendar_moment(&at->region->calendar, slot->day, slot->to_min);
    return *ends_at <= now;
}

static struct offer_state slots_state(const struct vacancies *vacancies,
                                      const struct surroundings *at, struct clock_changes *changes)
{
    struct slot_tally tally = SLOT_TALLY_EMPTY;
    const struct dataset_slot *slots = vacancies->dataset->slots + at->offer->first_slot;
    for (uint32_t i = 0; i < at->offer->slot_count; i++) {
        moment_t ends_at = INT64_MAX; /* after the next midnight, which is noted anyway */
        bool ended = slot_has_ended(at, &slots[i], vacancies->now, &ends_at);
        clock_changes_note(changes, ends_at);
        if (ended)
            continue;
        note_ageing(changes, &at->bounds, slots[i].as_of);
        if (slots[i].day < at->today + WINDOW_DAYS)
            tally_slot(&tally, &slots[i], slot_left(&slots[i]), &at->bounds, vacancies->now);
    }
    return tally_state(&tally, at->numbers);
}

struct offer_state vacancies_plain_state(const struct vacancies *vacancies, uint32_t offer,
                                         struct clock_changes *changes)
{
    struct surroundings at = look_around(vacancies, offer);
    note_ageing(changes, &at.bounds, at.numbers->as_of);
    if (care_has_slots(at.offer->care))
        return slots_state(vacancies, &at, changes);
    return group_state(&at, vacancies->now, at.today);
}

/* Does a slot of `date`, or one of the day before that runs past midnight, cover the interval? */
static bool slot_covers(const struct dataset_slot *slot, day_t date, int32_t from_min,
                        int32_t to_min)
{
    int32_t shift = slot->day == date ? 0 : slot->day == date - 1 ? 1440 : -1;
    return shift >= 0 && slot->from_min <= from_min + shift && slot->to_min >= to_min + shift;
}

struct offer_state vacancies_on_date(const struct vacancies *vacancies, uint32_t offer, day_t date,
                                     int32_t from_min, int32_t to_min)
{
    struct surroundings at = look_around(vacancies, offer);
    if (!care_has_slots(at.offer->care))
        return group_state(&at, vacancies->now, date > at.today ? date : at.today);
    /* what covers the interval decides; where nothing does, what is published says so: 0 left */
    struct slot_tally covering = SLOT_TALLY_EMPTY, published = SLOT_TALLY_EMPTY;
    const struct dataset_slot *slots = vacancies->dataset->slots + at.offer->first_slot;
    for (uint32_t i = 0; i < at.offer->slot_count; i++) {
        moment_t ends_at;
        if (slot_covers(&slots[i], date, from_min, to_min) &&
            !slot_has_ended(&at, &slots[i], vacancies->now, &ends_at))
            tally_slot(&covering, &slots[i], slot_left(&slots[i]), &at.bounds, vacancies->now);
        else if (slots[i].day == date)
            tally_slot(&published, &slots[i], 0, &at.bounds, vacancies->now);
    }
    return tally_state(covering.any ? &covering : &published, at.numbers);
}

struct offer_state vacancies_at_start(const struct vacancies *vacancies, uint32_t offer,
                                      int32_t start_month)
{
    struct surroundings at = look_around(vacancies, offer);
    const struct group_numbers *numbers = at.numbers;
    struct offer_state state = group_state(&at, vacancies->now, at.today);
    if (state.freshness != FRESHNESS_FRESH)
        return state;
    bool stays =
        numbers->open_until == DAY_NONE || numbers->open_until >= month_first_day(start_month);
    bool opens = numbers->next_open_from != DAY_NONE && numbers->next_open != 0 &&
                 numbers->next_open_from < month_first_day(start_month + 1);
    if (state.open > 0 && stays) {
        state.open_because = OPEN_BECAUSE_NOW;
    } else if (opens) {
        state.open = numbers->next_open;
        state.availability = AVAILABILITY_OPEN;
        state.open_because = OPEN_BECAUSE_NEXT_OPEN;
    } else if (state.open > 0) {
        state.open = 0;
        state.availability = AVAILABILITY_FULL;
    }
    return state;
}

bool vacancies_could_be_open(const struct vacancies *vacancies, uint32_t offer)
{
    struct surroundings at = look_around(vacancies, offer);
    moment_t now = vacancies->now, ends_at;
    if (freshness_at(&at.bounds, at.numbers->as_of, now) == FRESHNESS_FRESH &&
        (group_open_places(at.group, at.numbers) > 0 || at.numbers->next_open_from != DAY_NONE))
        return true;
    if (!care_has_slots(at.offer->care))
        return false;
    const struct dataset_slot *slots = vacancies->dataset->slots + at.offer->first_slot;
    for (uint32_t i = 0; i < at.offer->slot_count; i++)
        if (slot_left(&slots[i]) > 0 &&
            freshness_at(&at.bounds, slots[i].as_of, now) == FRESHNESS_FRESH &&
            !slot_has_ended(&at, &slots[i], now, &ends_at))
            return true;
    return false;
}
