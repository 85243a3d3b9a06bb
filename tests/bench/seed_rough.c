/* The rough kind of seeded facility: all that a register may leave open, and all that time does. */
#include "tests/bench/seed_internal.h"

enum { DAY_S = 86400, HOUR_S = 3600 };

/* An age of numbers: often exactly at, or a second off, a bound of freshness. */
static moment_t rough_as_of(const struct seed *seed, struct seed_random *random)
{
    static const int32_t bounds_days[] = {2, 7, 14, 60};
    int32_t bound = bounds_days[seed_random_below(random, 4)] * DAY_S;
    switch (seed_random_below(random, 4)) {
    case 0:
        return seed->now - bound + (int32_t)seed_random_below(random, 7) - 3;
    case 1:
        return seed->now - bound + (int32_t)seed_random_below(random, 20 * HOUR_S);
    case 2:
        return seed->now - (int32_t)seed_random_below(random, 70 * DAY_S);
    default:
        return seed->now - (int32_t)seed_random_below(random, 2 * DAY_S);
    }
}

static void rough_facility(const struct seed *seed, struct seed_random *random,
                           struct facility_record *facility)
{
    day_t today = seed_day(seed);
    facility->kind = (int8_t)((int)seed_random_below(random, KIND_COUNT + 1) - 1);
    facility->ownership = (int8_t)((int)seed_random_below(random, OWNERSHIP_COUNT + 1) - 1);
    facility->inclusive = (int8_t)((int)seed_random_below(random, 3) - 1);
    facility->demonstration = (int8_t)((int)seed_random_below(random, 3) - 1);
    facility->point_consent = seed_chance(random, 50);
    if (seed_chance(random, 12))
        facility->state = (int8_t)((int)seed_random_below(random, STATE_COUNT + 1) - 1);
    if (seed_chance(random, 15))
        facility->opens_on = today + (day_t)seed_random_below(random, 5) - 2;
    if (seed_chance(random, 8))
        facility->closed_on = today + (day_t)seed_random_below(random, 5) - 2;
    if (seed_chance(random, 6))
        facility->lon_e7 = facility->lat_e7 = NONE;
    else if (seed_chance(random, 10)) { /* many on the same spot, so that ties happen */
        facility->lon_e7 = 1201300000;
        facility->lat_e7 = 302000000;
    }
    if (seed_chance(random, 30))
        facility->name_en = NULL;
    if (seed_chance(random, 20))
        facility->address = facility->phone = NULL;
    if (seed_chance(random, 20))
        facility->community = NULL;
}

static void rough_group(const struct seed *seed, struct seed_random *random,
                        struct group_record *group, struct places_record *places)
{
    day_t today = seed_day(seed);
    if (seed_chance(random, 20))
        group->admission = ADMISSION_STAFF_ONLY;
    if (seed_chance(random, 10))
        group->licensed = NONE;
    if (seed_chance(random, 10))
        group->age_from_m = NONE;
    if (seed_chance(random, 10))
        group->age_to_m = NONE;
    places->as_of = rough_as_of(seed, random);
    places->recorded_at = places->as_of;
    if (seed_chance(random, 10))
        places->as_of = TIME_NONE;
    if (seed_chance(random, 10))
        places->enrolled = NONE;
    if (seed_chance(random, 30))
        places->staffed = NONE;
    if (seed_chance(random, 30))
        places->held = NONE;
    if (seed_chance(random, 25)) {
        places->next_open_from = today + (day_t)seed_random_below(random, 120) - 10;
        places->next_open = seed_chance(random, 60) ? (int32_t)seed_random_below(random, 4) : NONE;
    }
    if (seed_chance(random, 25))
        places->open_until = today + (day_t)seed_random_below(random, 120) - 10;
}

static void rough_offer(struct seed_random *random, struct seed_facility *facility, uint32_t i)
{
    struct offer_record *offer = &facility->offers[i];
    const struct group_record *group = &facility->groups[facility->offer_groups[i]];
    offer->care = (int8_t)((int)seed_random_below(random, CARE_COUNT + 1) - 1);
    offer->age_from_m = offer->age_to_m = NONE;
    if (seed_chance(random, 30) && group->age_from_m != NONE && group->age_to_m != NONE) {
        offer->age_from_m = group->age_from_m + 2;
        offer->age_to_m = group->age_to_m - 2;
    }
    if (seed_chance(random, 15))
        offer->price = NONE;
    offer->price_unit = (int8_t)((int)seed_random_below(random, PRICE_UNIT_COUNT + 1) - 1);
    seed_name_offer(facility, i);
}

static void rough_hours(const struct seed *seed, struct seed_random *random,
                        struct seed_facility *facility, uint8_t owner_kind, uint32_t owner)
{
    struct facility_bundle *bundle = &facility->bundle;
    uint32_t rules = seed_random_below(random, 4), exceptions = seed_random_below(random, 3);
    for (uint32_t i = 0; i < rules && bundle->hours_count < SEED_MAX_HOURS; i++) {
        int16_t open = (int16_t)(30 * seed_random_below(random, 44));
        int16_t close = (int16_t)(open + 60 + 30 * (int)seed_random_below(random, 40));
        facility->hours[bundle->hours_count++] =
            (struct hours_record){owner, owner_kind, (uint8_t)(1 + seed_random_below(random, 255)),
                                  open, close > 2880 ? 2880 : close};
    }
    day_t day = seed_day(seed) - 1;
    for (uint32_t i = 0; i < exceptions && bundle->exception_count < SEED_MAX_EXCEPTIONS; i++) {
        bool closed = seed_chance(random, 50);
        day += 1 + (day_t)seed_random_below(random, 4);
        facility->exceptions[bundle->exception_count++] = (struct hours_exception_record){
            owner, owner_kind, day, closed ? NONE16 : 600, closed ? NONE16 : 1500};
    }
}

/* Slots of an offer, ascending by day and hour, some running into the next day. */
static void rough_slots(const struct seed *seed, struct seed_random *random,
                        struct seed_facility *facility, uint32_t offer)
{
    uint32_t count = seed_random_below(random, 9);
    moment_t as_of = rough_as_of(seed, random);
    day_t day = seed_day(seed) - 1;
    for (uint32_t i = 0; i < count && facility->bundle.slot_count < SEED_MAX_SLOTS; i++) {
        day += (day_t)seed_random_below(random, 3);
        int16_t from = (int16_t)(60 * (6 + 2 * i));
        int16_t to = (int16_t)(from + 60 * (1 + (int)seed_random_below(random, 14)));
        facility->slots[facility->bundle.slot_count++] = (struct slot_record){
            .offer = offer,
            .day = day,
            .from_min = from,
            .to_min = to,
            .places = (int32_t)seed_random_below(random, 5),
            .taken = (int32_t)seed_random_below(random, 5),
            .as_of = seed_chance(random, 70) ? as_of : rough_as_of(seed, random)};
    }
}

void seed_roughen(const struct seed *seed, struct seed_random *random,
                  struct seed_facility *facility)
{
    struct facility_bundle *bundle = &facility->bundle;
    rough_facility(seed, random, &bundle->facility);
    for (uint32_t i = 0; i < bundle->group_count; i++)
        rough_group(seed, random, &facility->groups[i], &facility->places[i]);
    if (seed_chance(random, 8))
        bundle->offer_count = 0;
    bundle->hours_count = bundle->exception_count = bundle->slot_count = 0;
    rough_hours(seed, random, facility, HOURS_OF_FACILITY, 0);
    for (uint32_t i = 0; i < bundle->offer_count; i++) {
        rough_offer(random, facility, i);
        if (seed_chance(random, 40))
            rough_hours(seed, random, facility, HOURS_OF_OFFER, i);
        int8_t care = facility->offers[i].care;
        if (care == CARE_HOURLY || care == CARE_DROP_IN)
            rough_slots(seed, random, facility, i);
    }
}
