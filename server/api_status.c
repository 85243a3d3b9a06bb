/* What the server is and holds: /v1/status, /healthz, /readyz, /metrics. */
#include "data/vacancies.h"
#include "data/walking.h"
#include "server/http.h"
#include "server/json_feature.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/router.h"

enum { MAX_SOURCES = 16 };

static void write_moment(struct json *out, const char *key, moment_t moment)
{
    char text[21];
    if (moment == TIME_NONE) {
        json_key_null(out, key);
        return;
    }
    moment_format(moment, text);
    json_key_text(out, key, text);
}

/* The registers that a region's facilities come from. */
static void write_sources(const struct dataset *dataset, uint16_t region, struct json *out)
{
    const char *sources[MAX_SOURCES];
    uint32_t count = 0;
    json_key(out, "sources");
    json_array_begin(out);
    for (uint32_t i = 0; i < dataset->facility_count; i++) {
        const struct dataset_facility *facility = &dataset->facilities[i];
        const char *source = dataset_text(dataset, facility->source);
        if (facility->region != region || !source)
            continue;
        uint32_t known = 0;
        while (known < count && strcmp(sources[known], source) != 0)
            known++;
        if (known < count || count == MAX_SOURCES)
            continue;
        sources[count++] = source;
        json_text(out, source);
    }
    json_array_end(out);
}

/* What may be walked on; null where there are none, or not of a file that can be used. */
static void write_streets(const struct dataset *dataset, uint16_t region, struct json *out)
{
    const struct walking_network *found = NULL;
    for (uint32_t i = 0; i < dataset->network_count; i++)
        if (dataset->networks[i]->region == region)
            found = dataset->networks[i];
    json_key(out, "streets");
    if (!found) {
        json_nothing(out);
    } else {
        const struct network_file *file = &found->file;
        json_object_begin(out);
        write_moment(out, "timestamp", file->timestamp ? file->timestamp : TIME_NONE);
        json_key_bool(out, "invented", file->is_invented);
        json_key_int(out, "nodes", file->network.node_count);
        json_key_int(out, "edges", file->network.edge_count);
        json_object_end(out);
    }
}

/* Where people are taken to live, and how exactly that is known. */
static void write_residents(const struct dataset *dataset, uint16_t region, struct json *out)
{
    const struct people *people = &dataset->people[region];
    json_key(out, "residents");
    json_object_begin(out);
    json_key_text(out, "source", resident_source_code(people->source));
    json_key_int(out, "points", people->count);
    json_object_end(out);
}

static void write_region(const struct picture *picture, uint16_t number, struct json *out)
{
    const struct dataset *dataset = picture->dataset;
    const struct region *region = &dataset->regions[number];
    uint32_t facilities = 0, communities = 0;
    for (uint32_t i = 0; i < dataset->facility_count; i++)
        facilities +=
            dataset->facilities[i].region == number && picture->vacancies->is_public[i] != 0;
    for (uint32_t i = 0; i < dataset->community_count; i++)
        communities += dataset->community_regions[i] == number;
    json_object_begin(out);
    json_key_text(out, "name", region->name);
    json_key_text(out, "title", region->title);
    json_key_text(out, "title_en", region->title_en);
    json_key_text(out, "timezone", region->calendar.zone_name);
    json_key_text(out, "currency", region->currency);
    json_key_day(out, "holidays_known_until", region->calendar.known_until);
    json_key_bool(out, "sample", region->sample);
    json_key_text(out, "notice", region->notice[0] ? region->notice : NULL);
    json_key_text(out, "notice_en", region->notice_en[0] ? region->notice_en : NULL);
    json_key(out, "bounds");
    json_array_begin(out);
    json_fixed(out, region->bounds.west, 7);
    json_fixed(out, region->bounds.south, 7);
    json_fixed(out, region->bounds.east, 7);
    json_fixed(out, region->bounds.north, 7);
    json_array_end(out);
    json_key_int(out, "facilities", facilities);
    json_key_int(out, "communities", communities);
    write_sources(dataset, number, out);
    write_streets(dataset, number, out);
    write_residents(dataset, number, out);
    json_object_end(out);
}

enum status api_status(struct worker *worker, const struct request *request, struct json *out,
                       struct error *error)
{
    (void)request, (void)error;
    const struct picture *picture = worker->picture;
    const struct dataset *dataset = picture->dataset;
    json_object_begin(out);
    json_key_text(out, "name", "tuoyu");
    json_key_text(out, "version", worker->options->version);
    json_key(out, "regions");
    json_array_begin(out);
    for (uint32_t i = 0; i < dataset->region_count; i++)
        write_region(picture, (uint16_t)i, out);
    json_array_end(out);
    json_key(out, "dataset");
    json_object_begin(out);
    json_key_int(out, "generation", (int64_t)dataset->generation);
    write_moment(out, "changed_at", dataset->changed_at);
    write_moment(out, "built_for", dataset->built_for);
    write_moment(out, "timeStamp", picture->vacancies->changed_at);
    json_object_end(out);
    json_key(out, "counts");
    json_object_begin(out);
    json_key_int(out, "facilities", picture->vacancies->public_count);
    json_key_int(out, "groups", dataset->group_count);
    json_key_int(out, "offers", dataset->offer_count);
    json_key_int(out, "streets", dataset->street_count);
    json_key_int(out, "communities", dataset->community_count);
    json_object_end(out);
    json_key_null(out, "audit_head");
    json_object_end(out);
    return STATUS_OK;
}

enum status api_health(struct worker *worker, const struct request *request, struct json *out,
                       struct error *error)
{
    (void)worker, (void)request, (void)error;
    JSON_RAW(out, "ok\n");
    return STATUS_OK;
}

/* Its row needs a picture: without one the answer is 503 before this is called. */
enum status api_ready(struct worker *worker, const struct request *request, struct json *out,
                      struct error *error)
{
    (void)worker, (void)request, (void)error;
    JSON_RAW(out, "ready\n");
    return STATUS_OK;
}

enum status api_metrics(struct worker *worker, const struct request *request, struct json *out,
                        struct error *error)
{
    (void)request, (void)error;
    const struct log *log = worker->options->log;
    metrics_write(worker->metrics, worker->picture, log ? log_dropped(log) : 0, out);
    return STATUS_OK;
}
