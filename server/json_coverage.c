#include "server/json_coverage.h"

#include "data/dataset.h"
#include "data/geojson_geometry.h"
#include "server/coverage_table.h"
#include "server/json_feature.h"
#include "server/public_count.h"

#include <math.h>

enum { OUTLINE_MAX_BYTES = 8 << 20 }; /* for the points of one, of GEOJSON_MAX_POINTS, to spare */

static const char *const level_keys[COVERAGE_LEVELS] = {"reachable", "open"};

/* Outlines -------------------------------------------------------------------------------------- */

/* The outline's own text, with every position replaced in its place. */
static void write_bent(struct json *out, const char *outline, const struct geo_polygon *polygon,
                       enum coordsys coordsys)
{
    const char *text = strstr(outline, "\"coordinates\"");
    bool is_multi = strstr(outline, "\"MultiPolygon\"") != NULL;
    int depth_of_ring = is_multi ? 3 : 2, depth = 0;
    uint32_t ring = 0;
    json_object_begin(out);
    json_key_text(out, "type", is_multi ? "MultiPolygon" : "Polygon");
    json_key(out, "coordinates");
    for (text = strchr(text, '['); *text; text++) {
        if (*text == '[' && ++depth < depth_of_ring)
            json_array_begin(out);
        else if (*text == '[' && depth == depth_of_ring)
            json_ring(out, &polygon->rings[ring++], coordsys);
        else if (*text == ']' && depth-- < depth_of_ring)
            json_array_end(out);
        if (depth == 0)
            break;
    }
    json_object_end(out);
}

/* One outline at a time is held as points, however many there are to draw. */
static enum status bend(struct json *out, const char *outline, enum coordsys coordsys,
                        struct error *error)
{
    struct arena arena;
    struct geo_polygon polygon;
    arena_init(&arena, OUTLINE_MAX_BYTES);
    enum status status = geojson_polygon_parse(outline, strlen(outline), &arena, &polygon, error);
    if (!status)
        write_bent(out, outline, &polygon, coordsys);
    arena_release(&arena);
    return status;
}

static enum status write_outline(struct json *out, const struct coverage_answer *answer,
                                 uint32_t community, struct error *error)
{
    const char *outline = answer->outlines[community];
    json_key(out, "geometry");
    if (outline && answer->coordsys != COORDSYS_WGS84)
        return bend(out, outline, answer->coordsys, error);
    if (outline)
        json_fragment(out, outline, strlen(outline));
    else
        json_nothing(out);
    return STATUS_OK;
}

/* JSON ------------------------------------------------------------------------------------------ */

static void write_run(struct json *out, const struct coverage_answer *answer)
{
    const struct coverage_run *run = answer->run;
    json_key(out, "run");
    json_object_begin(out);
    json_key(out, "parameters");
    json_object_begin(out);
    json_key_text(out, "region", run->region);
    json_key_fixed(out, "minutes", run->minutes, 3);
    json_key_text(out, "profile", run->profile.name);
    json_key_text(out, "age", coverage_age_codes[answer->age]);
    json_key_bool(out, "inclusive", run->inclusive);
    json_object_end(out);
    json_key_text(out, "weight", coverage_weight_code(run));
    json_key_text(out, "residents_from", resident_source_code(run->source));
    json_key_bool(out, "has_network", run->has_network);
    json_key_fixed(out, "community_share", run->community_share, 3);
    json_key_moment(out, "dataset", run->dataset_at);
    json_key_moment(out, "time", run->made_for);
    json_key_day(out, "day", run->day);
    json_object_end(out);
    if (answer->notice)
        json_key_text(out, "notice", answer->notice);
}

static void write_minutes(struct json *out, const char *key, double minutes)
{
    json_key_fixed(out, key, minutes, 1);
}

/* Null where nothing may be said. */
static void write_missing(struct json *out, const struct public_coverage *shown)
{
    json_key(out, "missing");
    if (shown->state == COVERAGE_NO_DATA || shown->state == COVERAGE_FEW) {
        json_nothing(out);
        return;
    }
    json_array_begin(out);
    for (uint32_t care = 0; care < COVERAGE_CARES; care++)
        if (public_is_missing(shown, care))
            json_text(out, care_code((int)care));
    json_array_end(out);
}

static void write_care(struct json *out, const struct public_care *care)
{
    json_key_int(out, "located", care->located);
    for (int level = 0; level < COVERAGE_LEVELS; level++)
        json_key_fixed(out, level_keys[level], care->share[level], 3);
    write_minutes(out, "median_minutes", care->median_minutes);
    write_minutes(out, "p90_minutes", care->p90_minutes);
    json_key_bool(out, "beyond_60", care->p90_is_beyond);
}

static void write_tally(struct json *out, const struct public_tally *tally)
{
    json_key(out, "communities");
    json_object_begin(out);
    json_key_int(out, "of", tally->of);
    json_key_int(out, "located", tally->located);
    for (int level = 0; level < COVERAGE_LEVELS; level++)
        json_key_int(out, level_keys[level], tally->level[level]);
    json_object_end(out);
}

static void write_places(struct json *out, const struct coverage_entry *entry,
                         const struct public_coverage *shown)
{
    json_key_fixed(out, "off_network_share", shown->off_network_share, 3);
    json_key_int(out, "places", entry->places);
    json_key_int(out, "places_staff_only", entry->places_staff_only);
    json_key_fixed(out, "places_per_1000", shown->places_per_1000, 1);
    json_key_fixed(out, "public_places_per_1000", shown->public_places_per_1000, 1);
    json_key_fixed(out, "standard_per_1000", entry->standard_per_1000, 1);
    json_key_int_or_null(out, "places_needed",
                         shown->places_needed < 0 ? NONE : (int32_t)shown->places_needed);
    json_key_fixed(out, "access", shown->access, 4);
}

/* The members of an entry; `tallies` by care type, NULL but for the region. */
static void write_entry(struct json *out, const struct coverage_run *run,
                        const struct coverage_entry *entry, const struct public_coverage *shown,
                        const struct public_tally *tallies)
{
    json_key_text(out, "state", coverage_state_code(shown->state));
    json_key_people(out, "residents", shown->residents);
    json_key_people(out, "children", shown->children);
    json_key_text(out, "weight", coverage_weight_code(run));
    json_key(out, "care");
    json_object_begin(out);
    for (uint32_t care = 0; care < COVERAGE_CARES; care++) {
        json_key(out, care_code((int)care));
        json_object_begin(out);
        write_care(out, &shown->care[care]);
        if (tallies)
            write_tally(out, &tallies[care]);
        json_object_end(out);
    }
    json_object_end(out);
    write_missing(out, shown);
    write_places(out, entry, shown);
}

static void write_region(struct json *out, const struct coverage_answer *answer)
{
    const struct coverage_entry *whole = &answer->run->whole;
    struct public_tally tallies[COVERAGE_CARES];
    struct public_coverage shown;
    for (uint32_t care = 0; care < COVERAGE_CARES; care++)
        tallies[care] = coverage_public_tally(answer->run, care, answer->age);
    coverage_public(answer->run, whole, answer->age, &shown);
    json_key(out, "region");
    json_object_begin(out);
    json_key_text(out, "name", whole->code);
    json_key_text(out, "title", whole->name);
    json_key_text(out, "title_en", whole->name_en);
    write_entry(out, answer->run, whole, &shown, tallies);
    json_object_end(out);
}

static enum status write_community(struct json *out, const struct coverage_answer *answer,
                                   uint32_t community, struct error *error)
{
    const struct coverage_entry *entry = &answer->run->communities[community];
    struct public_coverage shown;
    coverage_public(answer->run, entry, answer->age, &shown);
    json_object_begin(out);
    json_key_text(out, "community", entry->code);
    json_key_text(out, "name", entry->name);
    json_key_text(out, "name_en", entry->name_en);
    json_key_text(out, "street", entry->street);
    write_entry(out, answer->run, entry, &shown, NULL);
    enum status status =
        answer->outlines ? write_outline(out, answer, community, error) : STATUS_OK;
    json_object_end(out);
    return status;
}

static void write_links(struct json *out, const struct request *request)
{
    json_key(out, "links");
    json_array_begin(out);
    request_write_link(request, "self", NULL, out);
    json_array_end(out);
}

enum status json_coverage(struct json *out, const struct request *request,
                          const struct coverage_answer *answer, struct error *error)
{
    enum status status = STATUS_OK;
    json_object_begin(out);
    write_run(out, answer);
    json_key_text(out, "coordsys", coordsys_code(answer->coordsys));
    write_region(out, answer);
    json_key(out, "communities");
    json_array_begin(out);
    for (uint32_t i = 0; i < answer->run->community_count && !status; i++)
        status = write_community(out, answer, i, error);
    json_array_end(out);
    write_links(out, request);
    json_object_end(out);
    return status;
}

/*
 * What reaches it, with the share of its people whom each reaches: of rounded counts, as all shares. Of
 * few people nothing is told, and those who reach fewer than ten of many are left out.
 */
static void write_reaching(struct json *out, const struct coverage_answer *answer,
                           const struct coverage_entry *entry)
{
    struct public_coverage shown;
    coverage_public(answer->run, entry, answer->age, &shown);
    json_key(out, "facilities");
    if (!answer->reaching || shown.state == COVERAGE_FEW || shown.state == COVERAGE_NO_DATA) {
        json_nothing(out);
        return;
    }
    json_array_begin(out);
    for (uint32_t i = 0; i < answer->reaching->count; i++) {
        const struct reaching *one = &answer->reaching->items[i];
        const struct dataset_facility *facility = &answer->dataset->facilities[one->facility];
        double share = public_share(one->people, entry->figures->weight);
        if (!(share > 0))
            continue;
        json_object_begin(out);
        json_key_text(out, "id", dataset_text(answer->dataset, facility->id));
        json_key_text(out, "name", dataset_text(answer->dataset, facility->name));
        json_key_text(out, "name_en", dataset_text(answer->dataset, facility->name_en));
        json_key(out, "care");
        json_array_begin(out);
        for (uint32_t care = 0; care < COVERAGE_CARES; care++)
            if (one->cares >> care & 1)
                json_text(out, care_code((int)care));
        json_array_end(out);
        json_key_fixed(out, "reachable", share, 3);
        json_object_end(out);
    }
    json_array_end(out);
}

enum status json_coverage_of(struct json *out, const struct request *request,
                             const struct coverage_answer *answer, uint32_t community,
                             struct error *error)
{
    json_object_begin(out);
    write_run(out, answer);
    json_key_text(out, "coordsys", coordsys_code(answer->coordsys));
    json_key(out, "community");
    enum status status = write_community(out, answer, community, error);
    write_reaching(out, answer, &answer->run->communities[community]);
    write_links(out, request);
    json_object_end(out);
    return status;
}

enum status geojson_coverage(struct json *out, const struct request *request,
                             const struct coverage_answer *answer, struct error *error)
{
    enum status status = STATUS_OK;
    json_object_begin(out);
    json_key_text(out, "type", "FeatureCollection");
    write_run(out, answer);
    json_key_text(out, "coordsys", coordsys_code(answer->coordsys));
    json_key(out, "features");
    json_array_begin(out);
    for (uint32_t i = 0; i < answer->run->community_count && !status; i++) {
        const struct coverage_entry *entry = &answer->run->communities[i];
        json_object_begin(out);
        json_key_text(out, "type", "Feature");
        json_key_text(out, "id", entry->code);
        status = write_outline(out, answer, i, error);
        json_key(out, "properties");
        json_object_begin(out);
        coverage_table_properties(out, answer, entry);
        json_object_end(out);
        json_object_end(out);
    }
    json_array_end(out);
    write_links(out, request);
    json_object_end(out);
    return status;
}
