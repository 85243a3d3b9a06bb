#include "tests/bench/seed.h"

#include "tests/bench/seed_internal.h"

#include <stdio.h>
#include <string.h>

enum { CLUSTERS = 24, DAY_S = 86400 };

uint64_t seed_random_u64(struct seed_random *random)
{
    uint64_t z = (random->state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

double seed_random_unit(struct seed_random *random)
{
    return (double)(seed_random_u64(random) >> 11) * 0x1p-53;
}

uint32_t seed_random_below(struct seed_random *random, uint32_t bound)
{
    return (uint32_t)(((seed_random_u64(random) >> 32) * bound) >> 32);
}

bool seed_chance(struct seed_random *random, uint32_t percent)
{
    return seed_random_below(random, 100) < percent;
}

/* About normal, mean 0 and deviation 1: a sum, so that no libm decides what the data are. */
static double random_normal(struct seed_random *random)
{
    double sum = 0;
    for (int i = 0; i < 12; i++)
        sum += seed_random_unit(random);
    return sum - 6;
}

/* Cities lie anywhere in a wide box, the first ones larger; the rough kind has two, close by. */
static struct geo_point cluster_centre(const struct seed *seed, uint32_t cluster)
{
    struct seed_random random = {seed->seed * 1000 + cluster};
    struct geo_point centre = {102 + 18 * seed_random_unit(&random),
                               23 + 16 * seed_random_unit(&random)};
    if (seed->rough)
        centre = (struct geo_point){120.1 + 0.08 * cluster, 30.2};
    return centre;
}

static struct geo_point clustered_point(const struct seed *seed, struct seed_random *random)
{
    uint32_t a = seed_random_below(random, CLUSTERS), b = seed_random_below(random, CLUSTERS);
    uint32_t cluster = seed->rough ? a % 2 : a < b ? a : b;
    struct geo_point centre = cluster_centre(seed, cluster);
    double spread = seed->rough ? 0.02 : 0.03 + 0.05 * (CLUSTERS - cluster) / CLUSTERS;
    double lon = centre.lon + spread * 1.15 * random_normal(random);
    double lat = centre.lat + spread * random_normal(random);
    return geo_point_from_e7(geo_e7(lon), geo_e7(lat));
}

struct geo_point seed_query_point(const struct seed *seed, struct seed_random *random)
{
    return clustered_point(seed, random);
}

/* `characters` Chinese ones, then the number in ASCII: 3 bytes each and 4 more. */
static void invent_text(struct seed_random *random, const char *start, uint32_t characters,
                        uint32_t number, char *text, size_t size)
{
    static const char words[] = "春夏秋冬晨星云海山川林木花草阳光月溪桥路园里和安乐宁康禾苗叶风雨";
    size_t used = strlen(start);
    memcpy(text, start, used);
    for (uint32_t i = 0; i < characters && used + 4 < size; i++, used += 3)
        memcpy(text + used, words + 3 * seed_random_below(random, sizeof words / 3), 3);
    snprintf(text + used, size - used, "%04u", number % 10000);
}

static int32_t seconds_back(struct seed_random *random, int32_t fresh_days)
{
    int32_t most = seed_chance(random, 75) ? fresh_days : 6 * fresh_days;
    return (int32_t)seed_random_below(random, (uint32_t)most * DAY_S);
}

static void make_identity(const struct seed *seed, uint32_t number, struct seed_random *random,
                          struct seed_facility *out)
{
    struct facility_record *facility = &out->bundle.facility;
    snprintf(out->id, sizeof out->id, SEED_PREFIX "-%06u", number);
    snprintf(out->source_id, sizeof out->source_id, "R%07u", number);
    snprintf(out->name_en, sizeof out->name_en, "Sample nursery %u", number);
    snprintf(out->phone, sizeof out->phone, "000-%08u", number);
    seed_community_code(seed_random_below(random, SEED_COMMUNITIES), out->community);
    invent_text(random, "示例", 18, number, out->name, sizeof out->name);
    invent_text(random, "示例路", 17, number, out->address, sizeof out->address);
    struct geo_point point = clustered_point(seed, random);
    *facility = (struct facility_record){
        .id = out->id,
        .region = SEED_REGION,
        .source = "seed",
        .source_id = out->source_id,
        .validity = {.valid_from = seed_day(seed) - 400,
                     .valid_to = DAY_OPEN,
                     .recorded_at = seed->now - 400LL * DAY_S,
                     .superseded_at = TIME_NONE,
                     .source = "seed"},
        .name = out->name,
        .name_en = out->name_en,
        .community = out->community,
        .address = out->address,
        .phone = out->phone,
        .lon_e7 = geo_e7(point.lon),
        .lat_e7 = geo_e7(point.lat),
        .opens_on = DAY_NONE,
        .opened_on = seed_day(seed) - 800,
        .filed_on = seed_day(seed) - 500,
        .closed_on = DAY_NONE,
        .delists_on = DAY_NONE,
        .inclusive_since = DAY_NONE,
        .demonstration_since = DAY_NONE,
        .staff_on = seed_day(seed) - 100,
        .staff = 6 + (int32_t)seed_random_below(random, 20),
        .certified = 5,
        .kind = (int8_t)seed_random_below(random, KIND_HOME),
        .ownership = (int8_t)seed_random_below(random, OWNERSHIP_COUNT),
        .registrar = REGISTRAR_CIVIL_AFFAIRS,
        .state = STATE_FILED,
        .inclusive = seed_chance(random, 40),
        .demonstration = seed_chance(random, 5),
    };
}

static void make_group(const struct seed *seed, uint32_t i, struct seed_random *random,
                       struct seed_facility *out)
{
    static const int16_t ages[4][2] = {{12, 24}, {24, 36}, {6, 12}, {18, 36}};
    static const int32_t sizes[4] = {15, 20, 10, 18};
    snprintf(out->group_ids[i], sizeof out->group_ids[i], "%s-g%u", out->id, i + 1);
    snprintf(out->group_source_ids[i], sizeof out->group_source_ids[i], "g%u", i + 1);
    out->groups[i] = (struct group_record){.id = out->group_ids[i],
                                           .source_id = out->group_source_ids[i],
                                           .validity = out->bundle.facility.validity,
                                           .age_from_m = ages[i % 4][0],
                                           .age_to_m = ages[i % 4][1],
                                           .licensed = sizes[i % 4],
                                           .admission = ADMISSION_PUBLIC};
    int32_t staffed = sizes[i % 4] - (int32_t)seed_random_below(random, 3);
    moment_t as_of = seed->now - seconds_back(random, 14);
    out->places[i] =
        (struct places_record){.as_of = as_of,
                               .recorded_at = as_of,
                               .source = "seed",
                               .staffed = staffed,
                               .enrolled = staffed - (int32_t)seed_random_below(random, 5),
                               .held = seed_chance(random, 20) ? 1 : 0,
                               .next_open = NONE,
                               .next_open_from = DAY_NONE,
                               .open_until = DAY_NONE};
    out->bundle.facility.licensed_total += sizes[i % 4];
}

void seed_name_offer(struct seed_facility *out, uint32_t i)
{
    static const char letters[] = {'o', 'f', 'h', 'u', 'd'};
    char letter = letters[out->offers[i].care + 1];
    uint32_t same = 1;
    for (uint32_t k = 0; k < i; k++)
        same += out->offers[k].care == out->offers[i].care;
    snprintf(out->offer_ids[i], sizeof out->offer_ids[i], "%s-%c%u", out->id, letter, same);
    snprintf(out->offer_source_ids[i], sizeof out->offer_source_ids[i], "o%u", i + 1);
    out->offers[i].id = out->offer_ids[i];
    out->offers[i].source_id = out->offer_source_ids[i];
}

static void make_offer(uint32_t i, uint32_t group, struct seed_random *random, bool with_slots,
                       struct seed_facility *out)
{
    static const int8_t units[CARE_COUNT] = {PRICE_UNIT_MONTH, PRICE_UNIT_MONTH, PRICE_UNIT_HOUR,
                                             PRICE_UNIT_DAY};
    static const int32_t prices[CARE_COUNT] = {280000, 160000, 3000, 15000};
    uint32_t dice = seed_random_below(random, 100);
    int8_t care = dice < 68   ? CARE_FULL_DAY
                  : dice < 84 ? CARE_HALF_DAY
                  : dice < 94 ? CARE_HOURLY
                              : CARE_DROP_IN;
    if (with_slots)
        care = CARE_HOURLY;
    out->offer_groups[i] = group;
    out->offers[i] =
        (struct offer_record){.validity = out->bundle.facility.validity,
                              .age_from_m = NONE,
                              .age_to_m = NONE,
                              .price = prices[care] + 100 * (int32_t)seed_random_below(random, 20),
                              .price_unit = units[care],
                              .care = care};
    seed_name_offer(out, i);
}

/* Ten days of four slots each. */
static void make_slots(const struct seed *seed, uint32_t offer, struct seed_random *random,
                       struct seed_facility *out)
{
    moment_t as_of = seed->now - seconds_back(random, 2);
    for (uint32_t i = 0; i < SEED_SLOTS; i++) {
        int16_t from = (int16_t)(8 * 60 + 150 * (i % 4));
        out->slots[out->bundle.slot_count++] =
            (struct slot_record){.offer = offer,
                                 .day = seed_day(seed) + (day_t)(i / 4),
                                 .from_min = from,
                                 .to_min = (int16_t)(from + 120),
                                 .places = 6,
                                 .taken = 4 + (int32_t)seed_random_below(random, 3),
                                 .as_of = as_of};
    }
}

/* A few dozen patterns, as in a city: most open on weekdays, some on Saturdays, some with a day
 * closed by exception; hourly offers often keep longer hours of their own. */
static void make_hours(const struct seed *seed, struct seed_random *random,
                       struct seed_facility *out)
{
    struct facility_bundle *bundle = &out->bundle;
    int16_t open = (int16_t)(7 * 60 + 30 * seed_random_below(random, 4));
    int16_t close = (int16_t)(17 * 60 + 30 * seed_random_below(random, 5));
    out->hours[bundle->hours_count++] =
        (struct hours_record){0, HOURS_OF_FACILITY, 0x1F, open, close};
    if (seed_chance(random, 25))
        out->hours[bundle->hours_count++] =
            (struct hours_record){0, HOURS_OF_FACILITY, 0x20, 9 * 60, 12 * 60};
    if (seed_chance(random, 10))
        out->exceptions[bundle->exception_count++] = (struct hours_exception_record){
            0, HOURS_OF_FACILITY, seed_day(seed) + (day_t)seed_random_below(random, 30), NONE16,
            NONE16};
    for (uint32_t i = 0; i < bundle->offer_count; i++)
        if (out->offers[i].care == CARE_HOURLY && seed_chance(random, 50))
            out->hours[bundle->hours_count++] =
                (struct hours_record){i, HOURS_OF_OFFER, HOURS_ALL_WEEK, 8 * 60, 20 * 60};
}

void seed_facility(const struct seed *seed, uint32_t number, struct seed_facility *out)
{
    struct seed_random random = {(seed->seed + 1) * 0xD1B54A32D192ED03u + number};
    out->bundle = (struct facility_bundle){.groups = out->groups,
                                           .places = out->places,
                                           .offers = out->offers,
                                           .offer_groups = out->offer_groups,
                                           .hours = out->hours,
                                           .exceptions = out->exceptions,
                                           .slots = out->slots,
                                           .hours_known = true,
                                           .slots_known = true};
    make_identity(seed, number, &random, out);
    struct facility_bundle *bundle = &out->bundle;
    bool with_slots = number % 10 == 0;
    bundle->group_count = 1 + seed_random_below(&random, SEED_MAX_GROUPS);
    for (uint32_t i = 0; i < bundle->group_count; i++)
        make_group(seed, i, &random, out);
    bundle->offer_count = bundle->group_count + seed_random_below(&random, 3);
    for (uint32_t i = 0; i < bundle->offer_count; i++)
        make_offer(i, i % bundle->group_count, &random, with_slots && i == 0, out);
    if (with_slots) {
        if (number % 20 == 0) { /* the others are for younger children */
            out->groups[0].age_from_m = 24;
            out->groups[0].age_to_m = 36;
        }
        make_slots(seed, 0, &random, out);
    }
    make_hours(seed, &random, out);
    if (seed->rough)
        seed_roughen(seed, &random, out);
}

static bool has_open_slot(const struct seed *seed, const struct seed_facility *facility, uint32_t i)
{
    for (uint32_t k = 0; k < facility->bundle.slot_count; k++) {
        const struct slot_record *slot = &facility->slots[k];
        if (slot->offer == i && slot->taken < slot->places && seed->now - slot->as_of <= 2 * DAY_S)
            return true;
    }
    return false;
}

static uint64_t offer_mask(const struct seed *seed, const struct seed_facility *facility,
                           uint32_t i)
{
    const struct offer_record *offer = &facility->offers[i];
    const struct group_record *group = &facility->groups[facility->offer_groups[i]];
    const struct places_record *places = &facility->places[facility->offer_groups[i]];
    int32_t staffed = places->staffed < group->licensed ? places->staffed : group->licensed;
    bool by_slots = offer->care == CARE_HOURLY || offer->care == CARE_DROP_IN;
    bool open = by_slots ? has_open_slot(seed, facility, i)
                         : staffed > places->enrolled + places->held &&
                               seed->now - places->as_of <= 14 * DAY_S;
    int32_t from = offer->age_from_m != NONE ? offer->age_from_m : group->age_from_m;
    int32_t to = offer->age_to_m != NONE ? offer->age_to_m : group->age_to_m;
    uint64_t mask = 0;
    for (int age = 0; age < 4; age++) {
        int32_t class_from = age * 12, class_to = age == 3 ? 217 : class_from + 12;
        if (from < class_to && to > class_from)
            mask |= 1ull << (((offer->care * 4 + age) * 2 + open) * 2 +
                             (facility->bundle.facility.inclusive == YES));
    }
    return mask;
}

void seed_points(const struct seed *seed, struct geo_point *points, uint64_t *masks)
{
    struct seed_facility facility;
    for (uint32_t i = 0; i < seed->count; i++) {
        seed_facility(seed, i, &facility);
        points[i] =
            geo_point_from_e7(facility.bundle.facility.lon_e7, facility.bundle.facility.lat_e7);
        if (!masks)
            continue;
        masks[i] = 0;
        for (uint32_t k = 0; k < facility.bundle.offer_count; k++)
            masks[i] |= offer_mask(seed, &facility, k);
    }
}
