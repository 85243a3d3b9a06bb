#include "data/large_memory.h"
#include "data/vacancies_internal.h"
#include "geo/fetch.h"

#include <stdlib.h>

const char *freshness_code(enum freshness freshness)
{
    static const char *const codes[] = {"fresh", "stale", "unknown"};
    return codes[freshness];
}

const char *availability_code(enum availability availability)
{
    static const char *const codes[] = {"open", "full", "ask", "unknown"};
    return codes[availability];
}

static void *make_array(size_t count, size_t element_bytes)
{
    return large_memory_resize(NULL, (count ? count : 1) * element_bytes);
}

static enum status make_arrays(struct vacancies *vacancies, struct error *error)
{
    const struct dataset *dataset = vacancies->dataset;
    vacancies->local = make_array(dataset->region_count, sizeof *vacancies->local);
    vacancies->offers = make_array(dataset->offer_count, sizeof *vacancies->offers);
    vacancies->hours_today =
        make_array(dataset->hours_pattern_count, sizeof *vacancies->hours_today);
    vacancies->is_public = make_array(dataset->facility_count, 1);
    vacancies->in_nearby = make_array(dataset->facility_count, 1);
    vacancies->item_masks = make_array(dataset->index_count, sizeof *vacancies->item_masks);
    vacancies->node_masks =
        make_array(spatial_index_node_count(dataset->index), sizeof *vacancies->node_masks);
    bool made = vacancies->local && vacancies->offers && vacancies->hours_today &&
                vacancies->is_public && vacancies->in_nearby && vacancies->item_masks &&
                vacancies->node_masks;
    return made ? STATUS_OK : error_memory(error, "computing vacancies");
}

/* Local days: most rules speak of them, so every midnight counts as a change. */
static void find_days(struct vacancies *vacancies, struct clock_changes *changes)
{
    const struct dataset *dataset = vacancies->dataset;
    for (uint32_t i = 0; i < dataset->region_count; i++) {
        const struct calendar *calendar = &dataset->regions[i].calendar;
        vacancies->local[i] = calendar_local(calendar, vacancies->now);
        clock_changes_note(changes, calendar_day_start(calendar, vacancies->local[i].day));
        clock_changes_note(changes, calendar_day_start(calendar, vacancies->local[i].day + 1));
    }
}

static void find_hours(struct vacancies *vacancies)
{
    const struct dataset *dataset = vacancies->dataset;
    for (uint32_t i = 1; i < dataset->hours_pattern_count; i++) {
        uint16_t region = dataset->hours_patterns[i].region;
        struct hours hours = dataset_hours(dataset, i);
        struct hours_today *today = &vacancies->hours_today[i];
        today->count = hours_of_day(&hours, &dataset->regions[region].calendar,
                                    vacancies->local[region].day, today->intervals);
    }
}

static bool is_for_staff_alone(const struct dataset *dataset,
                               const struct dataset_facility *facility)
{
    for (uint32_t i = 0; i < facility->group_count; i++)
        if (dataset->groups[facility->first_group + i].admission != ADMISSION_STAFF_ONLY)
            return false;
    return facility->group_count > 0;
}

/* Facilities lie in the order of ids, offers and groups in the layout's: records of the facilities of
 * coming places are asked of memory ahead. */
enum { RECORDS_AHEAD = 12 };

/* Who is public, every offer's state, and every facility's mask: of one facility after another, while
 * its records are at hand. */
static void fill_facilities(struct vacancies *vacancies, struct clock_changes *changes)
{
    const struct dataset *dataset = vacancies->dataset;
    uint32_t count = dataset->facility_count;
    for (uint32_t place = 0; place < count; place++) {
        if (place + RECORDS_AHEAD < count) {
            uint32_t coming = dataset->layout[place + RECORDS_AHEAD];
            fetch_bytes(&dataset->facilities[coming], sizeof *dataset->facilities);
            fetch_line(&dataset->facility_items[coming]);
        }
        uint32_t number = dataset->layout[place];
        const struct dataset_facility *facility = &dataset->facilities[number];
        bool is_public =
            facility->in_register &&
            dataset_facility_is_public(facility, vacancies->local[facility->region].day);
        vacancies->is_public[number] = is_public;
        vacancies->in_nearby[number] = is_public && !is_for_staff_alone(dataset, facility);
        vacancies->public_count += is_public;
        for (uint32_t i = 0; i < facility->offer_count; i++)
            vacancies->offers[facility->first_offer + i] =
                vacancies_plain_state(vacancies, facility->first_offer + i, changes);
        uint32_t item = dataset->facility_items[number];
        if (item != UINT32_MAX)
            vacancies->item_masks[item] =
                vacancies->in_nearby[number] ? vacancies_facility_mask(vacancies, facility) : 0;
    }
}

static uint64_t choose_tick(const struct vacancies *vacancies, const struct vacancies *previous)
{
    uint64_t tick = vacancies->changed_at < 0 ? 0 : (uint64_t)vacancies->changed_at;
    if (!previous)
        return tick;
    bool same =
        previous->dataset == vacancies->dataset && previous->changed_at == vacancies->changed_at;
    return same ? previous->tick : tick > previous->tick ? tick : previous->tick + 1;
}

static enum status make_subsets(struct vacancies *vacancies, const struct vacancies *previous,
                                struct error *error)
{
    const struct subsets_source source = {.index = vacancies->dataset->index,
                                          .item_masks = vacancies->item_masks,
                                          .node_masks = vacancies->node_masks};
    bool same = previous && previous->dataset == vacancies->dataset;
    return subsets_build(&source, same ? previous->subsets : NULL, &vacancies->subsets, error);
}

enum status vacancies_build(const struct dataset *dataset, moment_t now,
                            const struct vacancies *previous, struct vacancies **result,
                            struct error *error)
{
    *result = NULL;
    struct vacancies *vacancies = calloc(1, sizeof *vacancies);
    if (!vacancies)
        return error_memory(error, "computing vacancies");
    vacancies->dataset = dataset;
    vacancies->now = now;
    vacancies->numbers = dataset->numbers;
    enum status status = make_arrays(vacancies, error);
    if (status) {
        vacancies_release(vacancies);
        return status;
    }
    struct clock_changes changes = {.now = now, .last = INT64_MIN, .next = INT64_MAX};
    if (dataset->changed_at != TIME_NONE)
        clock_changes_note(&changes, dataset->changed_at);
    find_days(vacancies, &changes);
    find_hours(vacancies);
    fill_facilities(vacancies, &changes);
    spatial_index_fill_masks(dataset->index, vacancies->item_masks, vacancies->node_masks);
    status = make_subsets(vacancies, previous, error);
    if (status) {
        vacancies_release(vacancies);
        return status;
    }
    vacancies->changed_at = changes.last == INT64_MIN ? now : changes.last;
    vacancies->next_change_at = changes.next;
    vacancies->tick = choose_tick(vacancies, previous);
    *result = vacancies;
    return STATUS_OK;
}

void vacancies_release(struct vacancies *vacancies)
{
    if (!vacancies)
        return;
    subsets_release(vacancies->subsets);
    large_memory_free(vacancies->local);
    large_memory_free(vacancies->offers);
    large_memory_free(vacancies->hours_today);
    large_memory_free(vacancies->is_public);
    large_memory_free(vacancies->in_nearby);
    large_memory_free(vacancies->item_masks);
    large_memory_free(vacancies->node_masks);
    free(vacancies);
}
