#include "data/coverage_record.h"

#include "data/coverage_run_internal.h"
#include "data/json_fields.h"

#include <math.h>
#include <stdlib.h>

enum { CELL_FIGURES = 7, MAX_TEXT_BYTES = 64 << 20, ARENA_BYTES = 64 << 20 };

/* Writing ---------------------------------------------------------------------------------------- */

static json_t *count_or_null(int32_t count)
{
    return count == NONE ? json_null() : json_integer(count);
}

static json_t *real_or_null(double number)
{
    return isnan(number) ? json_null() : json_real(number);
}

static json_t *mm_or_null(uint32_t mm)
{
    return mm == REACH_FAR ? json_null() : json_integer(mm);
}

static json_t *text_or_null(const char *text)
{
    json_t *json = text ? json_string(text) : json_null();
    return json ? json : json_null();
}

static json_t *cells_json(const struct coverage_community *figures)
{
    json_t *cells = json_array();
    for (uint32_t bit = 0; bit < COVERAGE_CARES * COVERAGE_AGES; bit++) {
        const struct coverage_cell *levels =
            figures->cells[bit / COVERAGE_AGES][bit % COVERAGE_AGES];
        json_t *cell = json_array();
        json_array_append_new(cell, json_integer(figures->located[bit]));
        for (int level = 0; level < COVERAGE_LEVELS; level++) {
            json_array_append_new(cell, json_real(levels[level].served));
            json_array_append_new(cell, mm_or_null(levels[level].median_mm));
            json_array_append_new(cell, mm_or_null(levels[level].p90_mm));
        }
        json_array_append_new(cells, cell);
    }
    return cells;
}

static json_t *entry_json(const struct coverage_entry *entry)
{
    json_t *json = json_object();
    json_object_set_new(json, "code", text_or_null(entry->code));
    json_object_set_new(json, "name", text_or_null(entry->name));
    json_object_set_new(json, "name_en", text_or_null(entry->name_en));
    json_object_set_new(json, "street", text_or_null(entry->street));
    json_object_set_new(json, "residents", count_or_null(entry->residents));
    json_object_set_new(json, "children", count_or_null(entry->children));
    json_object_set_new(json, "weight", json_real(entry->figures->weight));
    json_object_set_new(json, "off_network", json_real(entry->figures->off_network_weight));
    json_object_set_new(json, "facilities", json_integer(entry->facilities));
    json_object_set_new(json, "places", json_integer(entry->places));
    json_object_set_new(json, "places_staff_only", json_integer(entry->places_staff_only));
    json_object_set_new(json, "standard_per_1000", real_or_null(entry->standard_per_1000));
    json_object_set_new(json, "places_needed", count_or_null(entry->places_needed));
    json_object_set_new(json, "access", real_or_null(entry->access));
    json_object_set_new(json, "access_plain", real_or_null(entry->access_plain));
    json_object_set_new(json, "cells", cells_json(entry->figures));
    return json;
}

enum status coverage_record_write(const struct coverage_run *run, char **text, struct error *error)
{
    json_t *json = json_object(), *communities = json_array();
    json_t *profile = json_object();
    json_object_set_new(profile, "name", json_string(run->profile.name));
    json_object_set_new(profile, "speed_m_s", json_real(run->profile.speed_m_s));
    json_object_set_new(json, "profile", profile);
    json_object_set_new(json, "minutes", json_real(run->minutes));
    json_object_set_new(json, "inclusive", json_boolean(run->inclusive));
    json_object_set_new(json, "weighs_children", json_boolean(run->weighs_children));
    json_object_set_new(json, "residents_from", json_integer(run->source));
    json_object_set_new(json, "has_network", json_boolean(run->has_network));
    json_object_set_new(json, "community_share", json_real(run->community_share));
    json_object_set_new(json, "dataset", json_integer((json_int_t)run->dataset_generation));
    json_object_set_new(json, "dataset_at",
                        run->dataset_at == TIME_NONE ? json_null() : json_integer(run->dataset_at));
    json_object_set_new(json, "made_for", json_integer(run->made_for));
    json_object_set_new(json, "day", json_integer(run->day));
    json_object_set_new(json, "resident_points", json_integer(run->resident_points));
    json_object_set_new(json, "empty_supply", json_real(run->empty_supply));
    json_object_set_new(json, "whole", entry_json(&run->whole));
    for (uint32_t c = 0; c < run->community_count; c++)
        json_array_append_new(communities, entry_json(&run->communities[c]));
    json_object_set_new(json, "communities", communities);
    *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    return *text ? STATUS_OK : error_memory(error, "keeping coverage");
}

/* Reading ---------------------------------------------------------------------------------------- */

/* Values as they were written: the first that was not makes the whole text CORRUPT. */
struct reading {
    struct coverage_run *run;
    bool is_wrong;
};

static double read_real(struct reading *reading, const json_t *value)
{
    if (json_is_null(value))
        return (double)NAN;
    reading->is_wrong |= !json_is_number(value);
    return json_number_value(value);
}

/* One that is always known. */
static double read_known(struct reading *reading, const json_t *parent, const char *key)
{
    const json_t *value = json_object_get(parent, key);
    reading->is_wrong |= json_is_null(value);
    return read_real(reading, value);
}

static int64_t read_integer(struct reading *reading, const json_t *value, int64_t least,
                            int64_t most, int64_t absent)
{
    if (json_is_null(value))
        return absent;
    int64_t integer = json_integer_value(value);
    reading->is_wrong |= !json_is_integer(value) || integer < least || integer > most;
    return integer;
}

static int32_t read_count(struct reading *reading, const json_t *entry, const char *key)
{
    return (int32_t)read_integer(reading, json_object_get(entry, key), 0, INT32_MAX, NONE);
}

static const char *read_text(struct reading *reading, const json_t *entry, const char *key)
{
    const json_t *value = json_object_get(entry, key);
    const char *text =
        json_is_null(value) ? NULL : arena_string(&reading->run->arena, json_string_value(value));
    reading->is_wrong |= !json_is_null(value) && !text;
    return text;
}

static void read_cell(struct reading *reading, const json_t *cell, uint32_t bit,
                      struct coverage_community *figures)
{
    reading->is_wrong |= json_array_size(cell) != CELL_FIGURES;
    figures->located[bit] =
        (uint32_t)read_integer(reading, json_array_get(cell, 0), 0, UINT32_MAX, 0);
    for (size_t level = 0; level < COVERAGE_LEVELS; level++) {
        const json_t *served = json_array_get(cell, 1 + 3 * level);
        const json_t *median = json_array_get(cell, 2 + 3 * level);
        const json_t *p90 = json_array_get(cell, 3 + 3 * level);
        reading->is_wrong |= json_is_null(served);
        figures->cells[bit / COVERAGE_AGES][bit % COVERAGE_AGES][level] = (struct coverage_cell){
            .served = read_real(reading, served),
            .median_mm = (uint32_t)read_integer(reading, median, 0, UINT32_MAX, REACH_FAR),
            .p90_mm = (uint32_t)read_integer(reading, p90, 0, UINT32_MAX, REACH_FAR)};
    }
}

static void read_entry(struct reading *reading, const json_t *json,
                       struct coverage_community *figures, struct coverage_entry *entry)
{
    const json_t *cells = json_object_get(json, "cells");
    *entry = (struct coverage_entry){
        .code = read_text(reading, json, "code"),
        .name = read_text(reading, json, "name"),
        .name_en = read_text(reading, json, "name_en"),
        .street = read_text(reading, json, "street"),
        .community = UINT32_MAX,
        .residents = read_count(reading, json, "residents"),
        .children = read_count(reading, json, "children"),
        .figures = figures,
        .facilities = read_count(reading, json, "facilities"),
        .places = read_count(reading, json, "places"),
        .places_staff_only = read_count(reading, json, "places_staff_only"),
        .standard_per_1000 = read_real(reading, json_object_get(json, "standard_per_1000")),
        .places_needed = read_count(reading, json, "places_needed"),
        .access = read_real(reading, json_object_get(json, "access")),
        .access_plain = read_real(reading, json_object_get(json, "access_plain"))};
    figures->weight = read_known(reading, json, "weight");
    figures->off_network_weight = read_known(reading, json, "off_network");
    reading->is_wrong |= json_array_size(cells) != COVERAGE_CARES * COVERAGE_AGES || !entry->code ||
                         !entry->name || entry->facilities == NONE || entry->places == NONE ||
                         entry->places_staff_only == NONE;
    for (uint32_t bit = 0; bit < COVERAGE_CARES * COVERAGE_AGES; bit++)
        read_cell(reading, json_array_get(cells, bit), bit, figures);
    coverage_run_relate(entry);
}

static void read_head(struct reading *reading, const json_t *json)
{
    struct coverage_run *run = reading->run;
    const json_t *profile = json_object_get(json, "profile");
    const char *name = json_string_value(json_object_get(profile, "name"));
    reading->is_wrong |= !name || strlen(name) >= sizeof run->profile.name;
    snprintf(run->profile.name, sizeof run->profile.name, "%s", name ? name : "");
    run->profile.speed_m_s = read_known(reading, profile, "speed_m_s");
    reading->is_wrong |= !(run->profile.speed_m_s > 0);
    run->minutes = read_known(reading, json, "minutes");
    run->inclusive = json_is_true(json_object_get(json, "inclusive"));
    run->weighs_children = json_is_true(json_object_get(json, "weighs_children"));
    run->has_network = json_is_true(json_object_get(json, "has_network"));
    run->source = (uint8_t)read_integer(reading, json_object_get(json, "residents_from"), 0,
                                        RESIDENTS_OUTLINE, 0);
    run->community_share = read_known(reading, json, "community_share");
    run->dataset_generation =
        (uint64_t)read_integer(reading, json_object_get(json, "dataset"), 0, INT64_MAX, 0);
    run->dataset_at =
        read_integer(reading, json_object_get(json, "dataset_at"), INT64_MIN, INT64_MAX, TIME_NONE);
    run->made_for =
        read_integer(reading, json_object_get(json, "made_for"), INT64_MIN, INT64_MAX, TIME_NONE);
    run->day =
        (day_t)read_integer(reading, json_object_get(json, "day"), INT32_MIN, INT32_MAX, DAY_NONE);
    run->resident_points =
        (uint32_t)read_integer(reading, json_object_get(json, "resident_points"), 0, UINT32_MAX, 0);
    run->empty_supply = read_known(reading, json, "empty_supply");
}

static enum status read_all(const json_t *json, struct coverage_run *run, struct error *error)
{
    struct reading reading = {.run = run};
    const json_t *communities = json_object_get(json, "communities");
    uint32_t count = (uint32_t)json_array_size(communities);
    run->coverage.communities = calloc((size_t)count + 1, sizeof *run->coverage.communities);
    run->communities = arena_calloc(&run->arena, (size_t)count + 1, sizeof *run->communities);
    if (!run->coverage.communities || !run->communities)
        return error_memory(error, "reading coverage");
    run->coverage.community_count = run->community_count = count;
    read_head(&reading, json);
    for (uint32_t c = 0; c < count; c++)
        read_entry(&reading, json_array_get(communities, c), &run->coverage.communities[c],
                   &run->communities[c]);
    read_entry(&reading, json_object_get(json, "whole"), &run->coverage.communities[count],
               &run->whole);
    for (uint32_t c = 1; c < count && !reading.is_wrong; c++)
        reading.is_wrong = strcmp(run->communities[c - 1].code, run->communities[c].code) >= 0;
    if (reading.is_wrong)
        return error_set(error, STATUS_CORRUPT, "a kept run of coverage is damaged");
    coverage_run_judge(run);
    run->is_settled = true;
    return STATUS_OK;
}

enum status coverage_record_read(const char *region, const char *text, size_t length,
                                 struct coverage_run **run, struct error *error)
{
    *run = NULL;
    json_t *json;
    if (fields_parse(text, length, MAX_TEXT_BYTES, "a kept run of coverage", &json, error))
        return error_set(error, STATUS_CORRUPT, "a kept run of coverage is damaged");
    struct coverage_run *made = calloc(1, sizeof *made);
    enum status status = STATUS_OK;
    if (made) {
        arena_init(&made->arena, ARENA_BYTES);
        made->region = arena_string(&made->arena, region);
        status =
            made->region ? read_all(json, made, error) : error_memory(error, "reading coverage");
    } else {
        status = error_memory(error, "reading coverage");
    }
    json_decref(json);
    if (status)
        coverage_run_release(made);
    else
        *run = made;
    return status;
}
