/*
 * Building the dataset: read the regions, scan the register into raw rows, then put every row in its
 * place: facilities in the order of their ids, groups and offers beside their facility, hours as
 * shared patterns, points in the index. What has been placed is freed at once: a large register is
 * in memory little more than once.
 */
#include "data/dataset_internal.h"
#include "data/walking.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { ATTEMPTS = 3, LARGEST_KEY = 1 << 28, NOT_PLACED = -1 };
#define ARENA_MAX_BYTES ((size_t)512 << 20)

/* Keys of the store are dense from 1: key -> number in the dataset. */
struct key_map {
    uint32_t *numbers; /* UINT32_MAX = none */
    size_t size;
};

struct build {
    struct dataset *dataset;
    struct raw raw;
    struct key_map facilities, groups, offers;
    text_ref group_base, offer_base, number_base; /* where their texts begin in the one pool */
};

static enum status key_map_init(struct key_map *map, int64_t largest_key, struct error *error)
{
    if (largest_key < 0 || largest_key > LARGEST_KEY)
        return error_set(error, STATUS_CORRUPT, "the store has the key %lld; keys go up to %d",
                         (long long)largest_key, LARGEST_KEY);
    map->size = (size_t)largest_key + 1;
    enum status status =
        raw_make_array((void **)&map->numbers, map->size, sizeof *map->numbers, error);
    if (status)
        return status;
    memset(map->numbers, 0xFF, map->size * sizeof *map->numbers);
    return STATUS_OK;
}

static uint32_t key_map_find(const struct key_map *map, int64_t key)
{
    return key >= 0 && (uint64_t)key < map->size ? map->numbers[key] : UINT32_MAX;
}

/* Text ----------------------------------------------------------------------------------------- */

/* The four pools become one; the largest is grown in place. */
static enum status join_text(struct build *build, struct error *error)
{
    struct dataset *dataset = build->dataset;
    struct text_pool *pools[] = {&build->raw.facility_text, &build->raw.group_text,
                                 &build->raw.offer_text, &build->raw.number_text};
    text_ref *bases[] = {NULL, &build->group_base, &build->offer_base, &build->number_base};
    size_t bytes = pools[0]->length ? pools[0]->length : 1;
    for (int i = 1; i < 4; i++)
        bytes += pools[i]->length;
    if (bytes > UINT32_MAX)
        return error_set(error, STATUS_LIMIT, "the register's text is larger than 4 GiB");
    dataset->text = large_memory_resize(pools[0]->bytes, bytes);
    if (!dataset->text)
        return error_memory(error, "gathering the register's text");
    pools[0]->bytes = NULL;
    dataset->text[0] = '\0';
    size_t used = pools[0]->length ? pools[0]->length : 1;
    for (int i = 1; i < 4; i++) {
        *bases[i] = (text_ref)used;
        if (pools[i]->length)
            memcpy(dataset->text + used, pools[i]->bytes, pools[i]->length);
        used += pools[i]->length;
        text_pool_release(pools[i]);
    }
    dataset->text_bytes = used;
    return STATUS_OK;
}

static text_ref rebase(text_ref ref, text_ref base)
{
    return ref ? ref + base : 0;
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

static bool is_ascending(const struct id_order *order, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (strcmp(order[i - 1].id, order[i].id) >= 0)
            return false;
    return true;
}

static enum status place_facilities(struct build *build, struct error *error)
{
    struct dataset *dataset = build->dataset;
    struct raw *raw = &build->raw;
    size_t count = raw->facility_count;
    struct id_order *order = NULL;
    enum status status = raw_make_array((void **)&order, count, sizeof *order, error);
    if (!status)
        status = raw_make_array((void **)&dataset->facilities, count, sizeof *dataset->facilities,
                                error);
    if (!status)
        status =
            key_map_init(&build->facilities, count ? raw->facilities[count - 1].key : 0, error);
    for (size_t i = 0; i < count && !status; i++)
        order[i] = (struct id_order){dataset->text + raw->facilities[i].facility.id, (uint32_t)i};
    if (!status && !is_ascending(order, count))
        qsort(order, count, sizeof *order, by_id);
    for (size_t i = 0; i < count && !status; i++) {
        const struct raw_facility *from = &raw->facilities[order[i].raw];
        dataset->facilities[i] = from->facility;
        build->facilities.numbers[from->key] = (uint32_t)i;
    }
    if (!status)
        dataset->facility_count = (uint32_t)count;
    large_memory_free(order);
    large_memory_free(raw->facilities);
    raw->facilities = NULL;
    return status;
}

/* The layout ----------------------------------------------------------------------------------- */

struct layout_place {
    uint64_t key;
    uint32_t facility;
};

/* Every second bit of the result, from bit 0. */
static uint64_t spread_bits(uint32_t value)
{
    uint64_t bits = value;
    bits = (bits | bits << 16) & 0x0000FFFF0000FFFFu;
    bits = (bits | bits << 8) & 0x00FF00FF00FF00FFu;
    bits = (bits | bits << 4) & 0x0F0F0F0F0F0F0F0Fu;
    bits = (bits | bits << 2) & 0x3333333333333333u;
    return (bits | bits << 1) & 0x5555555555555555u;
}

/* Along a Z-order curve (Morton 1966); what is off the map stands last. */
static uint64_t layout_key(struct geo_point point)
{
    if (!geo_point_is_valid(point))
        return UINT64_MAX;
    uint32_t x = (uint32_t)((point.lon + 180) / 360 * 0x7FFFFFFF);
    uint32_t y = (uint32_t)((point.lat + 90) / 180 * 0x7FFFFFFF);
    return spread_bits(x) | spread_bits(y) << 1;
}

static int by_layout_key(const void *a, const void *b)
{
    const struct layout_place *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->facility < y->facility ? -1 : x->facility > y->facility;
}

/*
 * Groups and offers are laid out by where their facilities are, not by ids: what one answer tells of
 * are neighbours, and each array is then read in a page or two, not in one for every facility.
 */
static enum status find_layout(struct build *build, struct error *error)
{
    struct dataset *dataset = build->dataset;
    uint32_t count = dataset->facility_count;
    struct layout_place *places = NULL;
    enum status status = raw_make_array((void **)&places, count, sizeof *places, error);
    if (!status)
        status = raw_make_array((void **)&dataset->layout, count, sizeof *dataset->layout, error);
    for (uint32_t i = 0; i < count && !status; i++)
        places[i] = (struct layout_place){layout_key(dataset->facilities[i].point), i};
    if (!status)
        qsort(places, count, sizeof *places, by_layout_key);
    for (uint32_t i = 0; i < count && !status; i++)
        dataset->layout[i] = places[i].facility;
    large_memory_free(places);
    return status;
}

/* Groups and their numbers --------------------------------------------------------------------- */

static bool holds_today(const struct build *build, uint32_t facility, day_t from, day_t to)
{
    const struct dataset_facility *owner = &build->dataset->facilities[facility];
    day_t day = build->raw.region_days[owner->region];
    return owner->in_register && from <= day && to > day;
}

/* Counts per facility become first places. */
static uint32_t sum_group_counts(struct dataset *dataset)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < dataset->facility_count; i++) {
        struct dataset_facility *facility = &dataset->facilities[dataset->layout[i]];
        facility->first_group = sum;
        sum += facility->group_count;
        facility->group_count = 0;
    }
    return sum;
}

static enum status place_groups(struct build *build, struct error *error)
{
    struct dataset *dataset = build->dataset;
    struct raw *raw = &build->raw;
    int64_t largest = raw->group_count ? raw->groups[raw->group_count - 1].key : 0;
    enum status status = key_map_init(&build->groups, largest, error);
    if (status)
        return status;
    for (size_t i = 0; i < raw->group_count; i++) {
        struct raw_group *group = &raw->groups[i];
        uint32_t facility = key_map_find(&build->facilities, group->facility_key);
        if (facility == UINT32_MAX ||
            !holds_today(build, facility, group->valid_from, group->valid_to))
            group->key = NOT_PLACED;
        else
            dataset->facilities[facility].group_count++;
    }
    dataset->group_count = sum_group_counts(dataset);
    status = raw_make_array((void **)&dataset->groups, dataset->group_count,
                            sizeof *dataset->groups, error);
    if (status)
        return status;
    for (size_t i = 0; i < raw->group_count; i++) {
        const struct raw_group *from = &raw->groups[i];
        if (from->key == NOT_PLACED)
            continue;
        uint32_t facility = key_map_find(&build->facilities, from->facility_key);
        struct dataset_facility *owner = &dataset->facilities[facility];
        uint32_t number = owner->first_group + owner->group_count++;
        build->groups.numbers[from->key] = number;
        dataset->groups[number] = (struct dataset_group){.id = rebase(from->id, build->group_base),
                                                         .facility = facility,
                                                         .licensed = from->licensed,
                                                         .age_from_m = from->age_from_m,
                                                         .age_to_m = from->age_to_m,
                                                         .admission = from->admission};
    }
    large_memory_free(raw->groups);
    raw->groups = NULL;
    return STATUS_OK;
}

static enum status place_numbers(struct build *build, struct error *error)
{
    struct dataset *dataset = build->dataset;
    struct raw *raw = &build->raw;
    enum status status = raw_make_array((void **)&dataset->numbers, dataset->group_count,
                                        sizeof *dataset->numbers, error);
    for (uint32_t i = 0; i < dataset->group_count && !status; i++)
        dataset->numbers[i] = (struct group_numbers){.as_of = TIME_NONE,
                                                     .staffed = NONE,
                                                     .enrolled = NONE,
                                                     .held = NONE,
                                                     .next_open = NONE,
                                                     .next_open_from = DAY_NONE,
                                                     .open_until = DAY_NONE};
    for (size_t i = 0; i < raw->number_count && !status; i++) {
        uint32_t group = key_map_find(&build->groups, raw->numbers[i].group_key);
        if (group == UINT32_MAX)
            continue;
        dataset->numbers[group] = raw->numbers[i].numbers;
        dataset->numbers[group].source = rebase(raw->numbers[i].numbers.source, build->number_base);
    }
    large_memory_free(raw->numbers);
    raw->numbers = NULL;
    return status;
}

/* Offers and their slots ----------------------------------------------------------------------- */

static uint32_t sum_offer_counts(struct dataset *dataset)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < dataset->facility_count; i++) {
        struct dataset_facility *facility = &dataset->facilities[dataset->layout[i]];
        facility->first_offer = sum;
        sum += facility->offer_count;
        facility->offer_count = 0;
    }
    return sum;
}

/* An offer's ages are its group's where it has none of its own. */
static struct dataset_offer resolved_offer(const struct build *build, const struct raw_offer *from,
                                           uint32_t group_number)
{
    const struct dataset_group *group = &build->dataset->groups[group_number];
    return (struct dataset_offer){
        .id = rebase(from->id, build->offer_base),
        .facility = group->facility,
        .group = group_number,
        .price = from->price,
        .age_from_m = from->age_from_m != NONE16 ? from->age_from_m : group->age_from_m,
        .age_to_m = from->age_to_m != NONE16 ? from->age_to_m : group->age_to_m,
        .care = from->care,
        .price_unit = from->price_unit};
}

static enum status place_offers(struct build *build, struct error *error)
{
    struct dataset *dataset = build->dataset;
    struct raw *raw = &build->raw;
    int64_t largest = raw->offer_count ? raw->offers[raw->offer_count - 1].key : 0;
    enum status status = key_map_init(&build->offers, largest, error);
    if (status)
        return status;
    for (size_t i = 0; i < raw->offer_count; i++) {
        struct raw_offer *offer = &raw->offers[i];
        uint32_t group = key_map_find(&build->groups, offer->group_key);
        uint32_t facility = group == UINT32_MAX ? 0 : dataset->groups[group].facility;
        if (group == UINT32_MAX ||
            !holds_today(build, facility, offer->valid_from, offer->valid_to))
            offer->key = NOT_PLACED;
        else
            dataset->facilities[facility].offer_count++;
    }
    dataset->offer_count = sum_offer_counts(dataset);
    status = raw_make_array((void **)&dataset->offers, dataset->offer_count,
                            sizeof *dataset->offers, error);
    if (status)
        return status;
    for (size_t i = 0; i < raw->offer_count; i++) {
        const struct raw_offer *from = &raw->offers[i];
        if (from->key == NOT_PLACED)
            continue;
        uint32_t group = key_map_find(&build->groups, from->group_key);
        struct dataset_facility *owner = &dataset->facilities[dataset->groups[group].facility];
        uint32_t number = owner->first_offer + owner->offer_count++;
        build->offers.numbers[from->key] = number;
        dataset->offers[number] = resolved_offer(build, from, group);
    }
    large_memory_free(raw->offers);
    raw->offers = NULL;
    return STATUS_OK;
}

/* Slots stay in the order of the scan; each offer knows its run. */
static enum status place_slots(struct build *build, struct error *error)
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

static enum status place_hours(struct build *build, struct error *error)
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

/* The index ------------------------------------------------------------------------------------ */

static enum status build_index(struct dataset *dataset, struct error *error)
{
    struct geo_point *points = NULL;
    uint32_t count = dataset->facility_count;
    enum status status = raw_make_array((void **)&points, count, sizeof *points, error);
    if (!status)
        status =
            raw_make_array((void **)&dataset->index_facilities, count, sizeof(uint32_t), error);
    if (!status)
        status = raw_make_array((void **)&dataset->facility_items, count, sizeof(uint32_t), error);
    for (uint32_t i = 0; i < count && !status; i++) {
        const struct dataset_facility *facility = &dataset->facilities[i];
        bool on_map = facility->in_register && geo_point_is_valid(facility->point);
        dataset->facility_items[i] = on_map ? dataset->index_count : UINT32_MAX;
        if (!on_map)
            continue;
        points[dataset->index_count] = facility->point;
        dataset->index_facilities[dataset->index_count++] = i;
    }
    if (!status)
        status = spatial_index_build(points, dataset->index_count, &dataset->index, error);
    large_memory_free(points);
    return status;
}

struct index_work {
    struct dataset *dataset;
    enum status status;
    struct error error;
};

static void *run_index(void *context)
{
    struct index_work *work = context;
    work->status = build_index(work->dataset, &work->error);
    return NULL;
}

/* Facilities are placed: the index is built beside the placing of what belongs to them. */
static enum status place_the_rest(struct build *build, struct error *error)
{
    struct index_work work = {.dataset = build->dataset};
    pthread_t helper;
    bool helped = pthread_create(&helper, NULL, run_index, &work) == 0;
    enum status status = find_layout(build, error);
    if (!status)
        status = place_groups(build, error);
    if (!status)
        status = place_numbers(build, error);
    if (!status)
        status = place_offers(build, error);
    if (!status)
        status = place_slots(build, error);
    if (!status)
        status = place_hours(build, error);
    if (helped)
        pthread_join(helper, NULL);
    else
        run_index(&work);
    if (!status && work.status) {
        status = work.status;
        if (error)
            *error = work.error;
    }
    return status;
}

/* The whole ------------------------------------------------------------------------------------ */

/* The first local midnight at which a believed version begins or ends. */
static enum status find_next_change(struct build *build, struct store *store, struct error *error)
{
    struct dataset *dataset = build->dataset;
    dataset->next_change_at = INT64_MAX;
    for (uint32_t i = 0; i < dataset->region_count; i++) {
        day_t next;
        enum status status = store_next_change(store, build->raw.region_days[i], &next, error);
        if (status)
            return status;
        if (next == DAY_NONE)
            continue;
        moment_t at = calendar_day_start(&dataset->regions[i].calendar, next);
        if (at < dataset->next_change_at)
            dataset->next_change_at = at;
    }
    return STATUS_OK;
}

static enum status build_once(struct store *store, moment_t now, struct dataset **result,
                              struct error *error)
{
    struct build build = {.raw = {.store = store, .now = now}};
    build.dataset = calloc(1, sizeof *build.dataset);
    if (!build.dataset)
        return error_memory(error, "building the dataset");
    struct dataset *dataset = build.dataset;
    arena_init(&dataset->arena, ARENA_MAX_BYTES);
    dataset->built_for = now;
    dataset->generation = store_generation(store);
    enum status status = dataset_read_regions(dataset, &build.raw, error);
    if (!status)
        status = dataset_read_communities(dataset, store, error);
    if (!status)
        status = find_next_change(&build, store, error);
    if (!status)
        status = dataset_scan_all(&build.raw, error);
    if (!status)
        status = join_text(&build, error);
    if (!status)
        status = place_facilities(&build, error);
    if (!status)
        status = place_the_rest(&build, error);
    if (!status)
        status = walking_open_all(dataset, store, error);
    dataset->changed_at = TIME_NONE;
    for (int i = 0; i < 4; i++)
        if (build.raw.changed_at[i] > dataset->changed_at)
            dataset->changed_at = build.raw.changed_at[i];
    large_memory_free(build.facilities.numbers);
    large_memory_free(build.groups.numbers);
    large_memory_free(build.offers.numbers);
    raw_release(&build.raw);
    if (status)
        dataset_release(dataset);
    else
        *result = dataset;
    return status;
}

/* Each scan sees the last commit; a commit between two scans would mix two registers. */
enum status dataset_build(struct store *store, moment_t now, struct dataset **dataset,
                          struct error *error)
{
    *dataset = NULL;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        struct dataset *built = NULL;
        enum status status = build_once(store, now, &built, error);
        if (status)
            return status;
        if (built->generation == store_generation(store)) {
            *dataset = built;
            return STATUS_OK;
        }
        dataset_release(built);
    }
    return error_set(error, STATUS_BUSY, "the store changed %d times while it was being read",
                     ATTEMPTS);
}
