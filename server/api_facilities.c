/* GET /v1/facilities: every public facility, by id, page after page. */
#include "server/json_feature.h"
#include "server/params.h"
#include "server/router.h"

#include <stdio.h>

/* The first facility whose id is after the cursor's. */
static uint32_t first_after(const struct dataset *dataset, const struct facilities_query *query)
{
    uint32_t low = 0, high = query->has_after ? dataset->facility_count : 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (strcmp(dataset_text(dataset, dataset->facilities[middle].id), query->after_id) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Does the box hold the point that the answer shows? Other systems bend: the corners turned into
 * WGS 84 would make another box. */
static bool is_in_box(const struct facilities_query *query, struct geo_point point)
{
    if (!geo_point_is_valid(point))
        return false;
    if (query->coordsys != COORDSYS_WGS84) {
        struct geo_point shown = crs_from_wgs84(query->coordsys, point);
        point = (struct geo_point){geo_e7(shown.lon) / 1e7, geo_e7(shown.lat) / 1e7};
    }
    return geo_box_contains(query->box, point);
}

static bool is_wanted(const struct picture *picture, const struct facilities_query *query,
                      int region, uint32_t number)
{
    const struct dataset_facility *facility = &picture->dataset->facilities[number];
    if (!picture->vacancies->is_public[number] || (region >= 0 && facility->region != region))
        return false;
    return !query->has_box || is_in_box(query, facility->point);
}

static void write_feature(struct json *out, const struct picture *picture, uint32_t number,
                          enum coordsys coordsys)
{
    const struct dataset *dataset = picture->dataset;
    const struct dataset_facility *facility = &dataset->facilities[number];
    struct feature_offers offers;
    json_feature_begin(out, picture, number, coordsys, &offers);
    json_key(out, "offers");
    json_array_begin(out);
    for (uint32_t i = 0; i < facility->offer_count; i++) {
        uint32_t offer = facility->first_offer + i;
        if (dataset->offers[offer].is_readable)
            json_offer(out, picture, &offers, offer, &picture->vacancies->offers[offer]);
    }
    json_array_end(out);
    json_feature_end(out);
}

/* Writes up to query->limit features; *last is the last one written, *complete whether no more
 * would follow. */
static uint32_t write_features(struct json *out, const struct picture *picture,
                               const struct facilities_query *query, int region, uint32_t *last,
                               bool *complete)
{
    uint32_t written = 0;
    *complete = true;
    for (uint32_t i = first_after(picture->dataset, query); i < picture->dataset->facility_count;
         i++) {
        if (!is_wanted(picture, query, region, i))
            continue;
        if (written == query->limit) {
            *complete = false;
            break;
        }
        write_feature(out, picture, i, query->coordsys);
        *last = i;
        written++;
    }
    return written;
}

static void write_links(struct json *out, const struct request *request,
                        const struct dataset *dataset, bool complete, uint32_t last)
{
    json_key(out, "links");
    json_array_begin(out);
    request_write_link(request, "self", NULL, out);
    if (!complete) {
        char cursor[CURSOR_MAX_BYTES];
        struct cursor place = {0};
        snprintf(place.id, sizeof place.id, "%s",
                 dataset_text(dataset, dataset->facilities[last].id));
        params_next_cursor(request, &place, cursor);
        request_write_link(request, "next", cursor, out);
    }
    json_array_end(out);
}

enum status api_facilities(struct worker *worker, const struct request *request, struct json *out,
                           struct error *error)
{
    const struct picture *picture = worker->picture;
    struct facilities_query query;
    enum status status = params_facilities(request, &query, error);
    int region = -1;
    if (!status && query.region) {
        uint16_t found = 0;
        status = dataset_find_region(picture->dataset, query.region, &found, error);
        if (status == STATUS_NOT_FOUND) /* the page is there; the parameter's value is wrong */
            status = STATUS_INVALID;
        region = found;
    }
    if (status)
        return status;
    uint32_t last = 0;
    bool complete;
    json_object_begin(out);
    json_key_text(out, "type", "FeatureCollection");
    json_key_text(out, "coordsys", coordsys_code(query.coordsys));
    json_key_moment(out, "timeStamp", picture->vacancies->changed_at);
    json_key(out, "features");
    json_array_begin(out);
    uint32_t written = write_features(out, picture, &query, region, &last, &complete);
    json_array_end(out);
    json_key_int(out, "numberReturned", written);
    json_key_bool(out, "complete", complete);
    write_links(out, request, picture->dataset, complete, last);
    json_object_end(out);
    return STATUS_OK;
}
