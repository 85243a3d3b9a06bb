#include "data/region_init.h"

#include "data/history.h"
#include "data/input_file.h"
#include "data/json_fields.h"
#include "data/sample.h"
#include "data/sample_register.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_BYTES = 8 << 20,
    MAX_ARENA_BYTES = 64 << 20,
    MAX_ROWS = 10000, /* streets, communities */
    MAX_TEXT = 256,
    MAX_PEOPLE = 100000000
};

/* What is being loaded, and by what. */
struct loader {
    struct store *store;
    struct region region;
    char folder[4096]; /* of region.json, with its slash; empty for the current one */
    moment_t now;
    struct arena *arena;
    struct region_loaded *loaded;
};

/* Files ------------------------------------------------------------------------------------------ */

static enum status read_beside(const struct loader *loader, const char *name, char **bytes,
                               size_t *length, struct error *error)
{
    char path[sizeof loader->folder + sizeof loader->region.register_file];
    snprintf(path, sizeof path, "%s%s", loader->folder, name);
    enum status status = input_file_read(path, MAX_BYTES, NULL, bytes, length, error);
    if (status)
        error_prefix(error, "%s", name);
    return status;
}

/* A JSON file beside region.json; *root is yours. */
static enum status parse_beside(const struct loader *loader, const char *name, json_t **root,
                                struct error *error)
{
    char *bytes = NULL;
    size_t length = 0;
    *root = NULL;
    enum status status = read_beside(loader, name, &bytes, &length, error);
    if (!status)
        status = fields_parse(bytes, length, MAX_BYTES, name, root, error);
    free(bytes);
    return status;
}

/* The rows of a file: its array `key`. */
static enum status find_rows(const json_t *root, const char *name, const char *key,
                             const char *const *keys, const json_t **rows, struct error *error)
{
    enum status status = fields_check(root, name, keys, error);
    if (!status)
        status = fields_array(root, name, key, REQUIRED, rows, error);
    if (!status && json_array_size(*rows) > MAX_ROWS)
        status = error_set(error, STATUS_LIMIT, "%s has %zu rows; it may have %d", name,
                           json_array_size(*rows), MAX_ROWS);
    return status;
}

/* Streets: {"notice", "source", "streets": [{"code", "name", "name_en", and for people the census:
 * "residents", "children_0_4", "children_under_3_estimate"}]} ------------------------------------- */

static enum status load_street(struct loader *loader, const json_t *row, const char *name,
                               struct error *error)
{
    static const char *const keys[] = {
        "code", "name", "name_en", "residents", "children_0_4", "children_under_3_estimate", NULL};
    struct street_record street = {0};
    enum status status = fields_check(row, name, keys, error);
    if (!status)
        status = fields_borrow_text(row, name, "code", REQUIRED, ID_MAX_BYTES, &street.code, error);
    if (!status)
        status = fields_borrow_text(row, name, "name", REQUIRED, MAX_TEXT, &street.name, error);
    if (!status)
        status =
            fields_borrow_text(row, name, "name_en", OPTIONAL, MAX_TEXT, &street.name_en, error);
    if (!status)
        status = store_street_put(loader->store, loader->region.name, &street, error);
    if (!status)
        loader->loaded->streets++;
    return status;
}

static enum status load_streets(struct loader *loader, struct error *error)
{
    static const char *const keys[] = {"notice", "source", "streets", NULL};
    const char *name = loader->region.streets_file;
    if (!name[0])
        return STATUS_OK;
    json_t *root;
    const json_t *rows = NULL;
    enum status status = parse_beside(loader, name, &root, error);
    if (!status)
        status = find_rows(root, name, "streets", keys, &rows, error);
    for (size_t i = 0; i < json_array_size(rows) && !status; i++)
        status = load_street(loader, json_array_get(rows, i), name, error);
    json_decref(root);
    return status;
}

/* Communities: a GeoJSON FeatureCollection of polygons with the properties code, name, name_en,
 * street, residents, children, children_estimated, standard ------------------------------------- */

FIELDS_DEFINE_CODE(standard)

static enum status read_community(const json_t *properties, const char *name,
                                  struct community_record *community, struct error *error)
{
    static const char *const keys[] = {"code",     "name",      "name_en",  "street",
                                       "standard", "residents", "children", "children_estimated",
                                       NULL};
    enum status status = fields_check(properties, name, keys, error);
    if (!status)
        status = fields_borrow_text(properties, name, "code", REQUIRED, ID_MAX_BYTES,
                                    &community->code, error);
    if (!status)
        status = fields_borrow_text(properties, name, "name", REQUIRED, MAX_TEXT, &community->name,
                                    error);
    if (!status)
        status = fields_borrow_text(properties, name, "name_en", OPTIONAL, MAX_TEXT,
                                    &community->name_en, error);
    if (!status)
        status = fields_borrow_text(properties, name, "street", OPTIONAL, ID_MAX_BYTES,
                                    &community->street, error);
    if (!status)
        status = fields_integer(properties, name, "residents", OPTIONAL, 0, MAX_PEOPLE,
                                &community->residents, error);
    if (!status)
        status = fields_integer(properties, name, "children", OPTIONAL, 0, MAX_PEOPLE,
                                &community->children, error);
    if (!status)
        status = fields_flag(properties, name, "children_estimated", &community->children_estimated,
                             error);
    if (!status)
        status = read_standard(properties, name, OPTIONAL, &community->standard, error);
    return status;
}

static enum status load_community(struct loader *loader, const json_t *feature, const char *name,
                                  struct error *error)
{
    static const char *const keys[] = {"type", "properties", "geometry", NULL};
    struct community_record community = {
        .residents = NONE, .children = NONE, .standard = STANDARD_UNKNOWN};
    enum status status = fields_check(feature, name, keys, error);
    if (!status)
        status = read_community(json_object_get(feature, "properties"), name, &community, error);
    const json_t *geometry = json_object_get(feature, "geometry");
    char *outline = NULL;
    if (!status && json_is_object(geometry)) {
        outline = json_dumps(geometry, JSON_COMPACT | JSON_REAL_PRECISION(12));
        if (!outline)
            status = error_memory(error, "reading communities");
        community.outline = outline;
    }
    if (!status &&
        (status = store_community_put(loader->store, loader->region.name, &community, error)))
        error_prefix(error, "%s: community %.64s", name, community.code);
    free(outline);
    if (!status)
        loader->loaded->communities++;
    return status;
}

static enum status load_communities(struct loader *loader, struct error *error)
{
    static const char *const keys[] = {"type", "name", "notice", "source", "features", NULL};
    const char *name = loader->region.communities_file;
    if (!name[0])
        return STATUS_OK;
    json_t *root;
    const json_t *rows = NULL;
    enum status status = parse_beside(loader, name, &root, error);
    if (!status)
        status = find_rows(root, name, "features", keys, &rows, error);
    for (size_t i = 0; i < json_array_size(rows) && !status; i++)
        status = load_community(loader, json_array_get(rows, i), name, error);
    json_decref(root);
    return status;
}

/* The sample register ---------------------------------------------------------------------------- */

/* One state of a facility, as of the day from which it held. */
static enum status put_state(struct loader *loader, struct facility_bundle *bundle, day_t as_of,
                             struct error *error)
{
    enum history_outcome outcome = HISTORY_ACCEPTED;
    uint32_t conflicts = 0;
    enum status status = history_put(loader->store, bundle, loader->region.id_prefix, as_of,
                                     loader->now, &outcome, NULL, 0, &conflicts, error);
    if (!status && outcome == HISTORY_CONFLICTING)
        status = error_set(error, STATUS_CONFLICT, "facility %.64s conflicts with what is stored",
                           bundle->facility.source_id);
    return status;
}

static enum status load_facility(struct loader *loader, const struct sample_register *sample,
                                 uint32_t number, struct error *error)
{
    struct sample_facility facility;
    arena_reset(loader->arena);
    enum status status = sample_register_facility(sample, number, &loader->region, loader->now,
                                                  loader->arena, &facility, error);
    if (!status)
        status = put_state(loader, &facility.bundle, facility.valid_from, error);
    for (uint32_t i = 0; i < facility.event_count && !status; i++) {
        facility.bundle.facility.state = facility.events[i].state;
        if (facility.events[i].state == STATE_CLOSED)
            facility.bundle.facility.closed_on = facility.events[i].on;
        status = put_state(loader, &facility.bundle, facility.events[i].on, error);
    }
    if (!status) {
        loader->loaded->facilities++;
        loader->loaded->groups += facility.bundle.group_count;
        loader->loaded->offers += facility.bundle.offer_count;
    }
    return status;
}

/* What data/sample.c needs to date the sample again, and the run that /v1/status tells of. */
static enum status remember_sample(struct loader *loader, const char *json, struct error *error)
{
    day_t today = calendar_local(&loader->region.calendar, loader->now).day;
    char day[11], report[64];
    day_format(today, day);
    snprintf(report, sizeof report, "{\"accepted\":%u}", loader->loaded->facilities);
    struct import_run run = {.region = loader->region.name,
                             .kind = SAMPLE_SOURCE,
                             .file = loader->region.register_file,
                             .source = SAMPLE_SOURCE,
                             .as_of = today,
                             .recorded_at = loader->now,
                             .report = report};
    enum status status = store_import_run_insert(loader->store, &run, error);
    if (!status)
        status = store_meta_put(loader->store, SAMPLE_META_REGION, loader->region.name, error);
    if (!status)
        status = store_meta_put(loader->store, SAMPLE_META_REGISTER, json, error);
    if (!status)
        status = store_meta_put(loader->store, SAMPLE_META_DATED_FOR, day, error);
    return status;
}

static enum status load_register(struct loader *loader, struct error *error)
{
    const char *name = loader->region.register_file;
    if (!name[0])
        return STATUS_OK;
    if (!loader->region.sample)
        return error_set(error, STATUS_INVALID,
                         "region.json names the register %s, which only a sample region (sample: "
                         "true) may; import a real one with: tuoyu import register",
                         name);
    char *json = NULL;
    size_t length = 0;
    struct sample_register *sample = NULL;
    enum status status = read_beside(loader, name, &json, &length, error);
    if (!status && (status = sample_register_parse(json, length, &sample, error)))
        error_prefix(error, "%s", name);
    for (uint32_t i = 0; !status && i < sample_register_count(sample); i++)
        if ((status = load_facility(loader, sample, i, error)))
            error_prefix(error, "%s", name);
    if (!status)
        status = remember_sample(loader, json, error);
    sample_register_release(sample);
    free(json);
    return status;
}

/* The region ------------------------------------------------------------------------------------- */

/* No region of that name yet; and: are all that are there samples (test regions)? */
static enum status look_at_regions(struct loader *loader, bool *all_sample, bool *all_test,
                                   struct error *error)
{
    struct store_region *regions;
    uint32_t count;
    *all_sample = loader->region.sample;
    *all_test = loader->region.test;
    enum status status = store_regions(loader->store, loader->arena, &regions, &count, error);
    for (uint32_t i = 0; i < count && !status; i++) {
        if (strcmp(regions[i].name, loader->region.name) == 0)
            return error_set(error, STATUS_CONFLICT, "the store has a region %s already",
                             regions[i].name);
        struct region region;
        status = region_parse(regions[i].json, strlen(regions[i].json), &region, error);
        if (status)
            return status;
        *all_sample = *all_sample && region.sample;
        *all_test = *all_test && region.test;
        region_release(&region);
    }
    return status;
}

static enum status load(struct loader *loader, const char *json, struct error *error)
{
    char now[21];
    bool all_sample = false, all_test = false;
    moment_format(loader->now, now);
    enum status status = look_at_regions(loader, &all_sample, &all_test, error);
    if (!status)
        status = store_region_put(loader->store, loader->region.name, json, error);
    if (!status)
        status = store_meta_put(loader->store, "sample", all_sample ? "yes" : "no", error);
    if (!status)
        status = store_meta_put(loader->store, "test", all_test ? "yes" : "no", error);
    if (!status)
        status = store_meta_put(loader->store, "loaded_at", now, error);
    if (!status)
        status = load_streets(loader, error);
    if (!status)
        status = load_communities(loader, error);
    if (!status)
        status = load_register(loader, error);
    return status;
}

/* The folder of region.json, with its slash. */
static enum status find_folder(struct loader *loader, const char *region_file, struct error *error)
{
    const char *slash = strrchr(region_file, '/');
    size_t length = slash ? (size_t)(slash - region_file) + 1 : 0;
    if (length >= sizeof loader->folder)
        return error_set(error, STATUS_INVALID,
                         "the path of region.json has %zu bytes; it may "
                         "have %zu",
                         length, sizeof loader->folder - 1);
    memcpy(loader->folder, region_file, length);
    loader->folder[length] = '\0';
    return STATUS_OK;
}

enum status region_init(struct store *store, const char *region_file, moment_t now,
                        struct region_loaded *loaded, struct error *error)
{
    struct region_loaded counts = {0};
    struct arena arena;
    arena_init(&arena, MAX_ARENA_BYTES);
    struct loader loader = {.store = store, .now = now, .arena = &arena, .loaded = &counts};
    char *json = NULL;
    size_t length = 0;
    enum status status = find_folder(&loader, region_file, error);
    if (!status)
        status = input_file_read(region_file, MAX_BYTES, NULL, &json, &length, error);
    if (!status)
        status = region_parse(json, length, &loader.region, error);
    if (status)
        error_prefix(error, "%s", region_file);
    else if (!(status = store_begin(store, error))) {
        status = load(&loader, json, error);
        if (!status)
            status = store_commit(store, error);
        if (status)
            store_rollback(store);
    }
    if (!status && loaded) {
        memcpy(counts.name, loader.region.name, sizeof counts.name);
        memcpy(counts.notice, loader.region.notice, sizeof counts.notice);
        memcpy(counts.notice_en, loader.region.notice_en, sizeof counts.notice_en);
        counts.sample = loader.region.sample;
        *loaded = counts;
    }
    region_release(&loader.region);
    arena_release(&arena);
    free(json);
    return status;
}
