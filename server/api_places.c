/*
 * GET /v1/facilities/{id}/offers/{offer}/places: the numbers of one offer's group, as they were
 * reported. Nothing here depends on the clock, so that the strong ETag made of it holds until
 * somebody reports again.
 */
#include "server/api_facility.h"
#include "server/params.h"
#include "server/router.h"

#include <stdio.h>

/* FNV-1a, twice 64 bits from two starts: a tag, not a secret. */
static void make_etag(const char *bytes, size_t length, char *etag, size_t size)
{
    uint64_t a = 0xcbf29ce484222325u, b = 0x84222325cbf29ce4u;
    for (size_t i = 0; i < length; i++) {
        a = (a ^ (unsigned char)bytes[i]) * 0x100000001b3u;
        b = (b ^ (unsigned char)bytes[i]) * 0x9E3779B97F4A7C15u;
        b ^= b >> 29;
    }
    snprintf(etag, size, "p-%016llx%016llx", (unsigned long long)a, (unsigned long long)b);
}

static void write_places(struct json *out, const struct dataset *dataset,
                         const struct group_numbers *numbers, uint32_t number)
{
    const struct dataset_offer *offer = &dataset->offers[number];
    const struct dataset_group *group = &dataset->groups[offer->group];
    json_key_text(out, "facility", dataset_text(dataset, dataset->facilities[offer->facility].id));
    json_key_text(out, "offer", dataset_text(dataset, offer->id));
    json_key_text(out, "group", dataset_text(dataset, group->id));
    json_key_int_or_null(out, "licensed", group->licensed);
    json_key_int_or_null(out, "staffed", numbers->staffed);
    json_key_int_or_null(out, "enrolled", numbers->enrolled);
    json_key_int_or_null(out, "held", numbers->held);
    json_key_moment(out, "as_of", numbers->as_of);
    json_key_text(out, "source", dataset_text(dataset, numbers->source));
    json_key_int_or_null(out, "next_open", numbers->next_open);
    json_key_day(out, "next_open_from", numbers->next_open_from);
    json_key_day(out, "open_until", numbers->open_until);
    api_write_slots(out, dataset, number, INT32_MIN, NULL);
}

enum status api_offer_places(struct worker *worker, const struct request *request, struct json *out,
                             struct error *error)
{
    const struct picture *picture = worker->picture;
    const struct dataset *dataset = picture->dataset;
    uint32_t facility, offer;
    enum status status = api_find_facility(picture, request, &facility, error);
    if (status)
        return status;
    const char *id = request->captures[1];
    status = dataset_find_offer(dataset, facility, id, &offer);
    if (status) {
        char shown[PARAMS_SHOWN_BYTES];
        params_show(id, strlen(id), shown);
        return error_set(error, status, "facility '%s' has no offer '%s'",
                         dataset_text(dataset, dataset->facilities[facility].id), shown);
    }
    json_object_begin(out);
    write_places(out, dataset, &picture->vacancies->numbers[dataset->offers[offer].group], offer);
    make_etag(out->bytes, out->length, worker->response.etag, sizeof worker->response.etag);
    json_key(out, "links");
    json_array_begin(out);
    request_write_link(request, "self", NULL, out);
    json_array_end(out);
    json_object_end(out);
    return STATUS_OK;
}
