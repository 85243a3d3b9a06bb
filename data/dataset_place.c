/*
 * Rows of the scans into their places: facilities in the order of their ids, groups and offers
 * beside their facility, slots and hours. What has been placed is freed at once: a large register is
 * in memory little more than once.
 */
#include "data/dataset_internal.h"

#include <stdlib.h>
#include <string.h>

static enum status key_map_init(struct key_map *map, size_t largest_key, struct error *error)
{
    map->size = largest_key + 1;
    enum status status =
        raw_make_array((void **)&map->numbers, map->size, sizeof *map->numbers, error);
    if (status)
        return status;
    memset(map->numbers, 0xFF, map->size * sizeof *map->numbers);
    return STATUS_OK;
}

/* Facilities ----------------------------------------------------------------------------------- */

struct id_order {
    const char *id;
    uint32_t raw;
};

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct id_order *)a)->id, ((const struct id_order *)b)->id);
}

/* A register whose ids were given in the order of its rows needs no sorting, and stays where it
 * is. */
static bool is_ascending(const struct raw *raw)
{
    const char *text = raw->facility_text.bytes;
    for (size_t i = 1; i < raw->facility_count; i++)
        if (strcmp(text + raw->facilities[i - 1].id, text + raw->facilities[i].id) >= 0)
            return false;
    return true;
}

static enum status sort_facilities(struct raw *raw, struct error *error)
{
    size_t count = raw->facility_count;
    struct id_order *order = NULL;
    struct dataset_facility *sorted = NULL;
    uint32_t *keys = NULL;
    enum status status = raw_make_array((void **)&order, count, sizeof *order, error);
    if (!status)
        status = raw_make_array((void **)&sorted, count, sizeof *sorted, error);
    if (!status)
        status = raw_make_array((void **)&keys, count, sizeof *keys, error);
    if (!status) {
        for (size_t i = 0; i < count; i++)
            order[i] =
                (struct id_order){raw->facility_text.bytes + raw->facilities[i].id, (uint32_t)i};
        qsort(order, count, sizeof *order, by_id);
        for (size_t i = 0; i < count; i++) {
            sorted[i] = raw->facilities[order[i].raw];
            keys[i] = raw->facility_keys[order[i].raw];
        }
    }
    large_memory_free(order);
    large_memory_free(status ? sorted : raw->facilities);
    large_memory_free(status ? keys : raw->facility_keys);
    if (!status) {
        raw->facilities = sorted;
        raw->facility_keys = keys;
    }
    return status;
}

enum status build_place_facilities(struct build *build, struct error *error)
{
    struct raw *raw = &build->raw;
    size_t count = raw->facility_count;
    size_t largest_key = count ? raw->facility_keys[count - 1] : 0;
    enum status status = key_map_init(&build->facilities, largest_key, error);
    if (!status && !raw->facilities)
        status = raw_make_array((void **)&raw->facilities, 0, sizeof *raw->facilities, error);
    if (!status && !is_ascending(raw))
        status = sort_facilities(raw, error);
    if (status)
        return status;
    for (size_t i = 0; i < count; i++)
        build->facilities.numbers[raw->facility_keys[i]] = (uint32_t)i;
    build->dataset->facilities = raw->facilities;
    build->dataset->facility_count = (uint32_t)count;
    raw->facilities = NULL;
    large_memory_free(raw->facility_keys);
    raw->facility_keys = NULL;
    return STATUS_OK;
}

/* Groups --------------------------------------------------------------------------------------- */

static text_ref rebase(text_ref ref, size_t base)
{
    return ref ? ref + (text_ref)base : 0;
}

static bool holds_today(const struct build *build, uint32_t facility, uint8_t days)
{
    const struct dataset_facility *owner = &build->dataset->facilities[facility];
    day_t day = build->raw.region_days[owner->region] - build->raw.first_day;
    return owner->in_register && (days >> day & 1) != 0;
}

/* Counts per facility become first places, in the order of the layout; the counts begin again. */
static uint32_t sum_counts(struct dataset *dataset, bool of_offers)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < dataset->facility_count; i++) {
        struct dataset_facility *facility = &dataset->facilities[dataset->layout[i]];
        uint32_t *first = of_offers ? &facility->first_offer : &facility->first_group;
        uint32_t *count = of_offers ? &facility->offer_count : &facility->group_count;
        *first = sum;
        sum += *count;
        *count = 0;
    }
    return sum;
}

enum status build_place_groups(struct build *build, struct error *error)
{
    struct dataset *dataset = build->dataset;
    struct raw *raw = &build->raw;
    size_t count = raw->group_count, base = raw->facility_text.length;
    enum status status =
        key_map_init(&build->groups, count ? raw->groups[count - 1].key : 0, error);
    if (status)
        return status;
    for (size_t i = 0; i < count; i++) {
        struct raw_group *group = &raw->groups[i];
        group->facility = key_map_find(&build->facilities, group->facility);
        if (group->facility == UINT32_MAX || !holds_today(build, group->facility, group->days))
            group->key = NOT_PLACED;
        else
            dataset->facilities[group->facility].group_count++;
    }
    dataset->group_count = sum_counts(dataset, false);
    status = raw_make_array((void **)&dataset->groups, dataset->group_count,
                            sizeof *dataset->groups, error);
    for (size_t i = 0; i < count && !status; i++) {
        const struct raw_group *from = &raw->groups[i];
        if (from->key == NOT_PLACED)
            continue;
        struct dataset_facility *owner = &dataset->facilities[from->facility];
        uint32_t number = owner->first_group + owner->group_count++;
        build->groups.numbers[from->key] = number;
        dataset->groups[number] = (struct dataset_group){.id = rebase(from->id, base),
                                                         .facility = from->facility,
                                                         .licensed = from->licensed,
                                                         .age_from_m = from->age_from_m,
                                                         .age_to_m = from->age_to_m,
                                                         .admission = from->admission};
    }
    large_memory_free(raw->groups);
    raw->groups = NULL;
    return status;
}

/* Offers and their slots ----------------------------------------------------------------------- */

/* An offer's ages are its group's where it has none of its own. */
static struct dataset_offer resolved_offer(const struct dataset *dataset,
                                           const struct raw_offer *from, size_t base)
{
    const struct dataset_group *group = &dataset->groups[from->group];
    return (struct dataset_offer){
        .id = rebase(from->id, base),
        .facility = group->facility,
        .group = from->group,
        .price = from->price,
        .age_from_m = from->age_from_m != NONE16 ? from->age_from_m : group->age_from_m,
        .age_to_m = from->age_to_m != NONE16 ? from->age_to_m : group->age_to_m,
        .care = from->care,
        .price_unit = from->price_unit,
        .slots_version = from->slots_version,
        .is_readable = group->admission != ADMISSION_STAFF_ONLY};
}

enum status build_place_offers(struct build *build, struct error *error)
{
    struct dataset *dataset = build->dataset;
    struct raw *raw = &build->raw;
    size_t count = raw->offer_count, base = raw->facility_text.length + raw->group_text.length;
    enum status status =
        key_map_init(&build->offers, count ? raw->offers[count - 1].key : 0, error);
    if (status)
        return status;
    for (size_t i = 0; i < count; i++) {
        struct raw_offer *offer = &raw->offers[i];
        offer->group = key_map_find(&build->groups, offer->group);
        uint32_t facility = offer->group == UINT32_MAX ? 0 : dataset->groups[offer->group].facility;
        if (offer->group == UINT32_MAX || !holds_today(build, facility, offer->days))
            offer->key = NOT_PLACED;
        else
            dataset->facilities[facility].offer_count++;
    }
    dataset->offer_count = sum_counts(dataset, true);
    status = raw_make_array((void **)&dataset->offers, dataset->offer_count,
                            sizeof *dataset->offers, error);
    for (size_t i = 0; i < count && !status; i++) {
        const struct raw_offer *from = &raw->offers[i];
        if (from->key == NOT_PLACED)
            continue;
        struct dataset_facility *owner =
            &dataset->facilities[dataset->groups[from->group].facility];
        uint32_t number = owner->first_offer + owner->offer_count++;
        build->offers.numbers[from->key] = number;
        dataset->offers[number] = resolved_offer(dataset, from, base);
    }
    large_memory_free(raw->offers);
    raw->offers = NULL;
    return status;
}

/* Slots stay in the order of the scan; each offer knows its run. */
enum status build_place_slots(struct build *build, struct error *error)
{
    struct dataset *dataset = build->dataset;
    struct raw *raw = &build->raw;
    if (!raw->slots) {
        enum status status = raw_make_array((void **)&raw->slots, 0, sizeof *raw->slots, error);
        if (status)
            return status;
    }
    for (size_t i = 0; i < raw->slot_run_count; i++) {
        uint32_t offer = key_map_find(&build->offers, raw->slot_runs[i].offer_key);
        if (offer == UINT32_MAX)
            continue;
        dataset->offers[offer].first_slot = raw->slot_runs[i].first;
        dataset->offers[offer].slot_count = raw->slot_runs[i].count;
    }
    dataset->slots = raw->slots;
    dataset->slot_count = (uint32_t)raw->slot_count;
    raw->slots = NULL;
    large_memory_free(raw->slot_runs);
    raw->slot_runs = NULL;
    return STATUS_OK;
}

/* Hours ---------------------------------------------------------------------------------------- */

/* Give the pattern to its owner. */
static void own_hours(struct build *build, uint8_t owner_kind, uint32_t owner, uint32_t pattern)
{
    struct dataset *dataset = build->dataset;
    if (owner_kind == HOURS_OF_FACILITY) {
        dataset->facilities[owner].hours = pattern;
    } else {
        dataset->offers[owner].hours = pattern;
        dataset->offers[owner].has_own_hours = true;
    }
}

/* Is row (kind, owner) of this owner, in two lists that ascend by (kind, owner)? */
static bool is_before(uint8_t kind_a, int64_t owner_a, uint8_t kind_b, int64_t owner_b)
{
    return kind_a != kind_b ? kind_a < kind_b : owner_a < owner_b;
}

enum status build_place_hours(struct build *build, struct error *error)
{
    struct dataset *dataset = build->dataset;
    struct raw *raw = &build->raw;
    struct hours_builder builder;
    enum status status = hours_builder_init(&builder, dataset, error);
    size_t rule = 0, exception = 0;
    while (!status && (rule < raw->rule_count || exception < raw->exception_count)) {
        const struct hours_record *r = rule < raw->rule_count ? &raw->rules[rule] : NULL;
        const struct hours_exception_record *e =
            exception < raw->exception_count ? &raw->exceptions[exception] : NULL;
        bool from_rule = r && (!e || !is_before(e->owner_kind, e->owner, r->owner_kind, r->owner));
        uint8_t kind = from_rule ? r->owner_kind : e->owner_kind;
        int64_t key = from_rule ? r->owner : e->owner;
        size_t first_rule = rule, first_exception = exception;
        while (rule < raw->rule_count && raw->rules[rule].owner_kind == kind &&
               raw->rules[rule].owner == key)
            rule++;
        while (exception < raw->exception_count && raw->exceptions[exception].owner_kind == kind &&
               raw->exceptions[exception].owner == key)
            exception++;
        if (first_exception < exception && raw->exceptions[first_exception].day == DAY_NONE)
            first_exception++;
        bool of_facility = kind == HOURS_OF_FACILITY;
        uint32_t owner = key_map_find(of_facility ? &build->facilities : &build->offers, key);
        if (owner == UINT32_MAX)
            continue;
        uint32_t facility = of_facility ? owner : dataset->offers[owner].facility, pattern;
        status = hours_builder_add(&builder, dataset->facilities[facility].region,
                                   raw->rules + first_rule, (uint32_t)(rule - first_rule),
                                   raw->exceptions + first_exception,
                                   (uint32_t)(exception - first_exception), &pattern, error);
        if (!status)
            own_hours(build, kind, owner, pattern);
    }
    for (uint32_t i = 0; i < dataset->offer_count; i++)
        if (!dataset->offers[i].has_own_hours)
            dataset->offers[i].hours = dataset->facilities[dataset->offers[i].facility].hours;
    hours_builder_release(&builder);
    return status;
}
