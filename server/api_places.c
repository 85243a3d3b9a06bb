/*
 * GET /v1/facilities/{id}/offers/{offer}/places: the numbers of one offer's group, as they were
 * reported. The strong ETag is made of the group's own report and of how often the offer's slots were
 * replaced: slots leave the answer as their days pass, and a report must not fail for that.
 */
#include "server/api_facility.h"
#include "server/params.h"
#include "server/router.h"

#include <stdio.h>

/* FNV-1a of what is written so far, twice 64 bits from two starts: a tag, not a secret. */
static void make_etag(const struct json *written, int32_t report, uint32_t slots, char *etag,
                      size_t size)
{
    uint64_t a = 0xcbf29ce484222325u, b = 0x84222325cbf29ce4u;
    for (size_t i = 0; i < written->length; i++) {
        a = (a ^ (unsigned char)written->bytes[i]) * 0x100000001b3u;
        b = (b ^ (unsigned char)written->bytes[i]) * 0x9E3779B97F4A7C15u;
        b ^= b >> 29;
    }
    snprintf(etag, size, "p-%016llx%016llx-%x-%x", (unsigned long long)a, (unsigned long long)b,
             (unsigned)report, (unsigned)slots);
}

static void write_report(struct json *out, const struct dataset *dataset,
                         const struct group_numbers *numbers, uint32_t number)
{
    const struct dataset_offer *offer = &dataset->offers[number];
    const struct dataset_group *group = &dataset->groups[offer->group];
    json_key_text(out, "facility", dataset_text(dataset, dataset->facilities[offer->facility].id));
    json_key_text(out, "offer", dataset_text(dataset, offer->id));
    json_key_text(out, "group", dataset_text(dataset, group->id));
    json_members_of_report(out, dataset, group, numbers);
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
    const struct group_numbers *numbers =
        &picture->vacancies->numbers[dataset->offers[offer].group];
    write_report(out, dataset, numbers, offer);
    make_etag(out, numbers->seq, dataset->offers[offer].slots_version, worker->response.etag,
              sizeof worker->response.etag);
    api_write_slots(out, dataset, offer, INT32_MIN, NULL);
    json_key(out, "links");
    json_array_begin(out);
    request_write_link(request, "self", NULL, out);
    json_array_end(out);
    json_object_end(out);
    return STATUS_OK;
}
