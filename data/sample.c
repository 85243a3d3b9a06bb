/*
 * Everything a sample register brought carries the source "sample": reports, versions, the import
 * run. Whatever anybody else wrote has another source, a run of another kind, or a field edit; that
 * is how a store's own data are known. The register itself is kept among the facts of the store, so
 * that it can be dated again wherever its file has gone.
 */
#include "data/sample.h"

#include "data/region.h"
#include "data/sample_register.h"

#include <string.h>

enum { MAX_ARENA_BYTES = 64 << 20, RUNS_LOOKED_AT = 1000 };

/* What a sample store says of itself. */
struct sample {
    const char *region_name, *region_json, *dated_for, *json;
    struct region region;
    day_t dated_for_day;
};

/* A fact of the store; NULL where it has none of that name. */
static enum status find_meta(struct store *store, const char *name, struct arena *arena,
                             const char **value, struct error *error)
{
    struct error why;
    *value = NULL;
    enum status status = store_meta_get(store, name, arena, value, &why);
    if (status == STATUS_NOT_FOUND) {
        *value = NULL;
        return STATUS_OK;
    }
    if (status && error)
        *error = why;
    return status;
}

static enum status find_region(struct store *store, struct arena *arena, struct sample *sample,
                               struct error *error)
{
    struct store_region *regions;
    uint32_t count;
    enum status status = store_regions(store, arena, &regions, &count, error);
    for (uint32_t i = 0; i < count && !status; i++)
        if (strcmp(regions[i].name, sample->region_name) == 0)
            sample->region_json = regions[i].json;
    if (!status && !sample->region_json)
        status = error_set(error, STATUS_CORRUPT, "the sample's region %s is not in the store",
                           sample->region_name);
    if (!status)
        status =
            region_parse(sample->region_json, strlen(sample->region_json), &sample->region, error);
    return status;
}

/* region_name stays NULL where the store is no sample. region is to be released. */
static enum status open_sample(struct store *store, struct arena *arena, struct sample *sample,
                               struct error *error)
{
    *sample = (struct sample){.dated_for_day = DAY_NONE};
    enum status status = find_meta(store, SAMPLE_META_REGION, arena, &sample->region_name, error);
    if (status || !sample->region_name)
        return status;
    status = find_meta(store, SAMPLE_META_REGISTER, arena, &sample->json, error);
    if (!status)
        status = find_meta(store, SAMPLE_META_DATED_FOR, arena, &sample->dated_for, error);
    if (!status &&
        (!sample->json || !sample->dated_for ||
         day_parse(sample->dated_for, strlen(sample->dated_for), &sample->dated_for_day)))
        status = error_set(error, STATUS_CORRUPT, "the store lacks what dates its sample");
    if (!status)
        status = find_region(store, arena, sample, error);
    return status;
}

/* Data of one's own ------------------------------------------------------------------------------ */

static bool is_other(const char *source)
{
    return !source || strcmp(source, SAMPLE_SOURCE) != 0;
}

/* The source of a scanned row. */
static const char *source_of(enum store_rows rows, const void *record)
{
    switch (rows) {
    case STORE_ROWS_FACILITIES:
        return ((const struct facility_record *)record)->validity.source;
    case STORE_ROWS_GROUPS:
        return ((const struct group_record *)record)->validity.source;
    case STORE_ROWS_OFFERS:
        return ((const struct offer_record *)record)->validity.source;
    case STORE_ROWS_PLACES:
        return ((const struct places_record *)record)->source;
    default:
        return SAMPLE_SOURCE; /* the other rows have no source; they come with one that has */
    }
}

/* Has any believed row of these another source than the sample? */
static enum status find_other_row(struct store *store, enum store_rows rows, bool *found,
                                  struct error *error)
{
    union {
        struct facility_record facility;
        struct group_record group;
        struct offer_record offer;
        struct places_record places;
    } record;
    struct store_scan *scan;
    bool more = true;
    enum status status = store_scan_open(store, rows, DAY_NONE, &scan, error);
    if (status)
        return status;
    while (!*found && !(status = store_scan_next(scan, &record, &more, error)) && more)
        *found = is_other(source_of(rows, &record));
    store_scan_close(scan);
    return status;
}

/* Streets and residents, the sample's or others, are beside what is dated again. */
static bool leaves_numbers_alone(const char *kind)
{
    return strcmp(kind, SAMPLE_SOURCE) == 0 || strcmp(kind, "osm") == 0 ||
           strcmp(kind, "residents") == 0;
}

static enum status find_other_run(struct store *store, struct arena *arena, bool *found,
                                  struct error *error)
{
    struct store_region *regions;
    uint32_t region_count;
    enum status status = store_regions(store, arena, &regions, &region_count, error);
    for (uint32_t r = 0; r < region_count && !status; r++) {
        struct import_run *runs;
        uint32_t count;
        status =
            store_import_runs(store, regions[r].name, RUNS_LOOKED_AT, arena, &runs, &count, error);
        for (uint32_t i = 0; i < count && !status; i++)
            *found = *found || !leaves_numbers_alone(runs[i].kind);
    }
    return status;
}

static enum status find_edit(struct store *store, struct arena *arena, bool *found,
                             struct error *error)
{
    struct store_scan *scan;
    struct facility_record facility;
    bool more = true;
    enum status status = store_scan_open(store, STORE_ROWS_FACILITIES, DAY_NONE, &scan, error);
    if (status)
        return status;
    while (!*found && !(status = store_scan_next(scan, &facility, &more, error)) && more) {
        struct field_edit *edits;
        uint32_t count = 0;
        if ((status = store_field_edits(store, facility.key, arena, &edits, &count, error)))
            break;
        *found = count > 0;
    }
    store_scan_close(scan);
    return status;
}

static enum status find_own_data(struct store *store, struct arena *arena, bool *found,
                                 struct error *error)
{
    static const enum store_rows with_source[] = {STORE_ROWS_PLACES, STORE_ROWS_FACILITIES,
                                                  STORE_ROWS_GROUPS, STORE_ROWS_OFFERS};
    *found = false;
    enum status status = find_other_run(store, arena, found, error);
    for (size_t i = 0; i < sizeof with_source / sizeof *with_source && !status && !*found; i++)
        status = find_other_row(store, with_source[i], found, error);
    if (!status && !*found)
        status = find_edit(store, arena, found, error);
    return status;
}

/* Dating again ----------------------------------------------------------------------------------- */

/* Hand on the rows of one owner: in a bundle each owner's rows stand together. */
static enum status replace_hours(struct store *store, struct facility_bundle *bundle,
                                 enum hours_owner kind, int64_t number, int64_t key,
                                 struct error *error)
{
    struct hours_record *hours = bundle->hours;
    struct hours_exception_record *exceptions = bundle->exceptions;
    uint32_t first = 0, first_exception = 0, count = 0, exception_count = 0;
    for (uint32_t i = 0; i < bundle->hours_count; i++) {
        if (hours[i].owner_kind != kind || hours[i].owner != number)
            continue;
        first = count++ ? first : i;
    }
    for (uint32_t i = 0; i < bundle->exception_count; i++) {
        if (exceptions[i].owner_kind != kind || exceptions[i].owner != number)
            continue;
        first_exception = exception_count++ ? first_exception : i;
    }
    return store_hours_replace(store, kind, key, hours + first, count, exceptions + first_exception,
                               exception_count, error);
}

/* The key that the store gave the group (offer) of that source id; 0 for none. */
static int64_t group_key(const struct store_history *history, const char *source_id)
{
    for (uint32_t i = 0; i < history->group_count; i++)
        if (strcmp(history->groups[i].source_id, source_id) == 0)
            return history->groups[i].key;
    return 0;
}

static int64_t offer_key(const struct store_history *history, const char *source_id)
{
    for (uint32_t i = 0; i < history->offer_count; i++)
        if (strcmp(history->offers[i].source_id, source_id) == 0)
            return history->offers[i].key;
    return 0;
}

static enum status redate_group(struct store *store, struct places_record *places, int64_t key,
                                struct error *error)
{
    enum status status = store_places_forget(store, key, error);
    places->group = key;
    if (!status && places->as_of != TIME_NONE)
        status = store_places_append(store, places, error);
    return status;
}

static enum status redate_offer(struct store *store, struct facility_bundle *bundle,
                                uint32_t number, int64_t key, struct error *error)
{
    enum status status = replace_hours(store, bundle, HOURS_OF_OFFER, number, key, error);
    uint32_t first = 0, count = 0;
    for (uint32_t i = 0; i < bundle->slot_count; i++) {
        if (bundle->slots[i].offer != number)
            continue;
        first = count++ ? first : i;
    }
    if (!status)
        status = store_slots_replace(store, key, bundle->slots + first, count, error);
    return status;
}

static enum status redate_facility(struct store *store, struct facility_bundle *bundle,
                                   struct arena *arena, struct error *error)
{
    const struct facility_record *facility = &bundle->facility;
    struct store_history history = {0};
    int64_t key = 0;
    enum status status = store_facility_find(store, facility->region, facility->source,
                                             facility->source_id, &key, error);
    if (!status)
        status = store_facility_history(store, key, arena, &history, error);
    if (!status)
        status = replace_hours(store, bundle, HOURS_OF_FACILITY, 0, key, error);
    for (uint32_t i = 0; i < bundle->group_count && !status; i++) {
        int64_t group = group_key(&history, bundle->groups[i].source_id);
        if (group)
            status = redate_group(store, &bundle->places[i], group, error);
    }
    for (uint32_t i = 0; i < bundle->offer_count && !status; i++) {
        int64_t offer = offer_key(&history, bundle->offers[i].source_id);
        if (offer)
            status = redate_offer(store, bundle, i, offer, error);
    }
    return status;
}

static enum status redate_all(struct store *store, const struct sample *sample, moment_t now,
                              struct error *error)
{
    char today[11];
    day_format(calendar_local(&sample->region.calendar, now).day, today);
    struct arena arena;
    arena_init(&arena, MAX_ARENA_BYTES);
    struct sample_register *all;
    enum status status = sample_register_parse(sample->json, strlen(sample->json), &all, error);
    for (uint32_t i = 0; !status && i < sample_register_count(all); i++) {
        struct sample_facility facility;
        arena_reset(&arena);
        status = sample_register_facility(all, i, &sample->region, now, &arena, &facility, error);
        if (!status)
            status = redate_facility(store, &facility.bundle, &arena, error);
    }
    if (!status)
        status = store_meta_put(store, SAMPLE_META_DATED_FOR, today, error);
    if (!status)
        status = store_change_note(store, now, error);
    sample_register_release(all);
    arena_release(&arena);
    return status;
}

/* Both questions start alike. */
static enum status look(struct store *store, moment_t now, struct arena *arena,
                        struct sample *sample, struct sample_state *state, struct error *error)
{
    *state = (struct sample_state){.dated_for = DAY_NONE};
    enum status status = open_sample(store, arena, sample, error);
    if (status || !sample->region_name)
        return status;
    state->is_sample = true;
    state->dated_for = sample->dated_for_day;
    state->age_days = calendar_local(&sample->region.calendar, now).day - sample->dated_for_day;
    return find_own_data(store, arena, &state->has_own_data, error);
}

enum status sample_state(struct store *store, moment_t now, struct sample_state *state,
                         struct error *error)
{
    struct arena arena;
    struct sample sample;
    arena_init(&arena, MAX_ARENA_BYTES);
    enum status status = look(store, now, &arena, &sample, state, error);
    region_release(&sample.region);
    arena_release(&arena);
    return status;
}

enum status sample_redate(struct store *store, moment_t now, bool *changed, struct error *error)
{
    struct arena arena;
    struct sample sample;
    struct sample_state state;
    *changed = false;
    arena_init(&arena, MAX_ARENA_BYTES);
    enum status status = look(store, now, &arena, &sample, &state, error);
    if (!status && state.is_sample && !state.has_own_data && state.age_days != 0 &&
        !(status = store_begin(store, error))) {
        status = redate_all(store, &sample, now, error);
        if (!status)
            status = store_commit(store, error);
        if (status)
            store_rollback(store);
        *changed = status == STATUS_OK;
    }
    region_release(&sample.region);
    arena_release(&arena);
    return status;
}
