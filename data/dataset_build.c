/*
 * Building the dataset: read the regions, then scan the register and put every row in its place, in
 * tasks that two threads share.
 */
#include "data/dataset_internal.h"
#include "data/walking.h"

#include <stdlib.h>
#include <string.h>

enum { ATTEMPTS = 3 };
#define ARENA_MAX_BYTES ((size_t)512 << 20)

/* The four pools become one, in this order; the largest is grown in place. References of the others
 * were moved on by the lengths of those before when their rows were placed. */
static enum status join_text(struct build *build, struct error *error)
{
    struct dataset *dataset = build->dataset;
    struct text_pool *pools[] = {&build->raw.facility_text, &build->raw.group_text,
                                 &build->raw.offer_text, &build->raw.number_text};
    size_t bytes = 0;
    for (int i = 0; i < 4; i++)
        bytes += pools[i]->length;
    if (bytes > UINT32_MAX)
        return error_set(error, STATUS_LIMIT, "the register's text is larger than 4 GiB");
    dataset->text = large_memory_resize(pools[0]->bytes, bytes ? bytes : 1);
    if (!dataset->text)
        return error_memory(error, "gathering the register's text");
    pools[0]->bytes = NULL;
    dataset->text[0] = '\0';
    dataset->text_bytes = pools[0]->length;
    for (int i = 1; i < 4; i++) {
        if (pools[i]->length)
            memcpy(dataset->text + dataset->text_bytes, pools[i]->bytes, pools[i]->length);
        dataset->text_bytes += pools[i]->length;
    }
    return STATUS_OK;
}

static enum status build_index(struct build *build, struct error *error)
{
    struct dataset *dataset = build->dataset;
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

/* In the order in which they are begun: what most others wait for first, and last a long scan that
 * nothing but its own placing waits for. */
enum task {
    SCAN_FACILITIES,
    SCAN_GROUPS,
    PLACE_FACILITIES,
    FIND_LAYOUT,
    SCAN_OFFERS,
    PLACE_GROUPS,
    BUILD_INDEX,
    SCAN_NUMBERS,
    PLACE_OFFERS,
    SCAN_HOURS,
    PLACE_HOURS,
    SCAN_SLOTS,
    PLACE_SLOTS,
    JOIN_TEXT,
    TASK_COUNT
};
#define AFTER(task) (1u << (task))
static const struct build_task tasks[TASK_COUNT] = {
    [SCAN_FACILITIES] = {build_scan_facilities, 0},
    [SCAN_GROUPS] = {build_scan_groups, 0},
    [SCAN_OFFERS] = {build_scan_offers, 0},
    [SCAN_SLOTS] = {build_scan_slots, 0},
    [SCAN_HOURS] = {build_scan_hours, 0},
    [PLACE_FACILITIES] = {build_place_facilities, AFTER(SCAN_FACILITIES)},
    [FIND_LAYOUT] = {build_find_layout, AFTER(PLACE_FACILITIES)},
    [BUILD_INDEX] = {build_index, AFTER(PLACE_FACILITIES)},
    [PLACE_GROUPS] = {build_place_groups, AFTER(FIND_LAYOUT) | AFTER(SCAN_GROUPS)},
    [SCAN_NUMBERS] = {build_scan_numbers, AFTER(PLACE_GROUPS) | AFTER(SCAN_OFFERS)},
    [PLACE_OFFERS] = {build_place_offers, AFTER(PLACE_GROUPS) | AFTER(SCAN_OFFERS)},
    [PLACE_SLOTS] = {build_place_slots, AFTER(PLACE_OFFERS) | AFTER(SCAN_SLOTS)},
    [PLACE_HOURS] = {build_place_hours, AFTER(PLACE_OFFERS) | AFTER(SCAN_HOURS)},
    [JOIN_TEXT] = {join_text, AFTER(PLACE_OFFERS) | AFTER(SCAN_NUMBERS)},
};

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

/* Of the rows that say so themselves, and of the others. */
static enum status find_last_change(struct build *build, struct store *store, struct error *error)
{
    struct dataset *dataset = build->dataset;
    moment_t noted;
    enum status status = store_change_read(store, &noted, error);
    if (!status && noted <= dataset->built_for)
        dataset->changed_at = noted;
    for (int i = 0; i < 4; i++)
        if (build->raw.changed_at[i] > dataset->changed_at)
            dataset->changed_at = build->raw.changed_at[i];
    return status;
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
    dataset->changed_at = TIME_NONE;
    dataset->generation = store_generation(store);
    for (int i = 0; i < 4; i++)
        build.raw.changed_at[i] = TIME_NONE;
    enum status status = dataset_read_regions(dataset, &build.raw, error);
    if (!status)
        status = dataset_read_communities(dataset, store, error);
    if (!status)
        status = find_next_change(&build, store, error);
    if (!status)
        status = build_run_tasks(&build, tasks, TASK_COUNT, error);
    if (!status)
        status = walking_open_all(dataset, store, error);
    if (!status)
        status = dataset_place_people(dataset, store, error);
    if (!status)
        status = walking_place_people(dataset, error);
    if (!status)
        status = find_last_change(&build, store, error);
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
