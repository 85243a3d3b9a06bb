#include "data/dataset.h"

#include "data/large_memory.h"
#include "data/walking.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void dataset_release(struct dataset *dataset)
{
    if (!dataset)
        return;
    walking_close_all(dataset);
    for (uint32_t i = 0; i < dataset->region_count; i++)
        region_release(&dataset->regions[i]);
    large_memory_free(dataset->regions);
    large_memory_free(dataset->facilities);
    large_memory_free(dataset->groups);
    large_memory_free(dataset->offers);
    large_memory_free(dataset->numbers);
    large_memory_free(dataset->layout);
    large_memory_free(dataset->slots);
    large_memory_free(dataset->hours_patterns);
    large_memory_free(dataset->rules);
    large_memory_free(dataset->exceptions);
    large_memory_free(dataset->text);
    spatial_index_release(dataset->index);
    large_memory_free(dataset->index_facilities);
    large_memory_free(dataset->facility_items);
    arena_release(&dataset->arena);
    free(dataset);
}

enum status dataset_find_facility(const struct dataset *dataset, const char *id, uint32_t *facility)
{
    uint32_t low = 0, high = dataset->facility_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(dataset->text + dataset->facilities[middle].id, id);
        if (order == 0) {
            *facility = middle;
            return STATUS_OK;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return STATUS_NOT_FOUND;
}

enum status dataset_find_offer(const struct dataset *dataset, uint32_t facility, const char *id,
                               uint32_t *offer)
{
    const struct dataset_facility *owner = &dataset->facilities[facility];
    for (uint32_t i = 0; i < owner->offer_count; i++)
        if (strcmp(dataset->text + dataset->offers[owner->first_offer + i].id, id) == 0) {
            *offer = owner->first_offer + i;
            return STATUS_OK;
        }
    return STATUS_NOT_FOUND;
}

static void list_regions(const struct dataset *dataset, char *list, size_t size)
{
    size_t used = 0;
    list[0] = '\0';
    for (uint32_t i = 0; i < dataset->region_count && used < size; i++)
        used += (size_t)snprintf(list + used, size - used, "%s%s", i ? ", " : "",
                                 dataset->regions[i].name);
}

enum status dataset_find_region(const struct dataset *dataset, const char *name, uint16_t *region,
                                struct error *error)
{
    char list[256];
    if (!name || !*name) {
        if (dataset->region_count == 1) {
            *region = 0;
            return STATUS_OK;
        }
        list_regions(dataset, list, sizeof list);
        return error_set_parameter(error, STATUS_INVALID, "region",
                                   "region is missing; with %u regions loaded it must be given: %s",
                                   dataset->region_count, list);
    }
    for (uint32_t i = 0; i < dataset->region_count; i++)
        if (strcmp(dataset->regions[i].name, name) == 0) {
            *region = (uint16_t)i;
            return STATUS_OK;
        }
    list_regions(dataset, list, sizeof list);
    return error_set_parameter(error, STATUS_NOT_FOUND, "region",
                               "region '%.64s' is not loaded; loaded: %s", name, list);
}

bool dataset_facility_is_public(const struct dataset_facility *facility, day_t day)
{
    return facility->in_register && facility->state == STATE_FILED &&
           (facility->opens_on == DAY_NONE || facility->opens_on <= day) &&
           (facility->closed_on == DAY_NONE || facility->closed_on > day) &&
           (facility->delists_on == DAY_NONE || facility->delists_on > day);
}

bool dataset_facility_was_public(const struct dataset_facility *facility, day_t day)
{
    if (facility->was_public)
        return true;
    /* the version of today may have become public, and ceased to be, since the dataset was built */
    day_t first = facility->valid_from, last = day;
    if (facility->opens_on != DAY_NONE && facility->opens_on > first)
        first = facility->opens_on;
    if (facility->closed_on != DAY_NONE && facility->closed_on <= last)
        last = facility->closed_on - 1;
    if (facility->delists_on != DAY_NONE && facility->delists_on <= last)
        last = facility->delists_on - 1;
    return facility->in_register && facility->state == STATE_FILED && first <= last;
}

struct hours dataset_hours(const struct dataset *dataset, uint32_t pattern)
{
    const struct dataset_hours *hours = &dataset->hours_patterns[pattern];
    return (struct hours){.rules = dataset->rules + hours->first_rule,
                          .rule_count = hours->rule_count,
                          .exceptions = dataset->exceptions + hours->first_exception,
                          .exception_count = hours->exception_count};
}

struct hours dataset_offer_hours(const struct dataset *dataset, uint32_t offer)
{
    return dataset_hours(dataset, dataset->offers[offer].hours);
}
