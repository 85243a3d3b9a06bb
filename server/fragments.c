#include "server/fragments.h"

#include "data/large_memory.h"
#include "geo/fetch.h"
#include "server/json.h"

#include <pthread.h>
#include <stdlib.h>

static void write_yes_no(struct json *out, const char *key, int8_t value)
{
    if (value == UNKNOWN)
        json_key_null(out, key);
    else
        json_key_bool(out, key, value == YES);
}

static void write_facility(struct json *out, const struct dataset *dataset,
                           const struct dataset_facility *facility)
{
    json_key_text(out, "name", dataset_text(dataset, facility->name));
    json_key_text(out, "name_en", dataset_text(dataset, facility->name_en));
    json_key_text(out, "kind", kind_code(facility->kind));
    json_key_text(out, "ownership", ownership_code(facility->ownership));
    write_yes_no(out, "inclusive", facility->inclusive);
    write_yes_no(out, "demonstration", facility->demonstration);
    json_key_text(out, "address", dataset_text(dataset, facility->address));
    json_key_text(out, "phone", dataset_text(dataset, facility->phone));
    json_key_text(out, "community", dataset_text(dataset, facility->community));
}

static void write_months(struct json *out, int16_t months)
{
    if (months == NONE16)
        json_nothing(out);
    else
        json_int(out, months);
}

static void write_offer(struct json *out, const struct dataset *dataset,
                        const struct dataset_offer *offer)
{
    const struct dataset_group *group = &dataset->groups[offer->group];
    json_object_begin(out);
    json_key_text(out, "id", dataset_text(dataset, offer->id));
    json_key_text(out, "group", dataset_text(dataset, group->id));
    json_key_text(out, "care", care_code(offer->care));
    json_key(out, "age_months");
    if (offer->age_from_m == NONE16 && offer->age_to_m == NONE16) {
        json_nothing(out);
    } else {
        json_array_begin(out);
        write_months(out, offer->age_from_m);
        write_months(out, offer->age_to_m);
        json_array_end(out);
    }
    json_key_int_or_null(out, "licensed", group->licensed);
}

static void write_price(struct json *out, const struct dataset *dataset,
                        const struct dataset_offer *offer)
{
    uint16_t region = dataset->facilities[offer->facility].region;
    json_key_int_or_null(out, "price", offer->price);
    json_key_text(out, "price_unit", price_unit_code(offer->price_unit));
    json_key_text(out, "currency", dataset->regions[region].currency);
    json_key(out, "hours_today");
}

/* The lengths of a fragment stand before it: room for them. Where its first piece begins. */
static size_t begin_fragment(struct json *out)
{
    static const uint16_t none[2];
    json_raw(out, (const char *)none, sizeof none);
    out->comma = false;
    return out->length;
}

/* A text of the register that is too long for a length is our limit. */
static enum status end_fragment(struct json *out, size_t first, size_t second, struct error *error)
{
    enum status status = json_status(out, error);
    if (status)
        return status;
    size_t longest = out->length - second > second - first ? out->length - second : second - first;
    if (longest > UINT16_MAX)
        return error_set(error, STATUS_LIMIT,
                         "the texts of one facility come to %zu bytes; at most %d can be shown",
                         longest, UINT16_MAX);
    uint16_t lengths[2] = {(uint16_t)(second - first), (uint16_t)(out->length - second)};
    memcpy(out->bytes + first - sizeof lengths, lengths, sizeof lengths);
    return STATUS_OK;
}

static enum status prepare_facility(struct json *out, const struct dataset *dataset,
                                    const struct dataset_facility *facility, struct error *error)
{
    const char *id = dataset_text(dataset, facility->id);
    size_t first = begin_fragment(out);
    json_raw(out, id, strlen(id));
    size_t second = out->length;
    write_facility(out, dataset, facility);
    return end_fragment(out, first, second, error);
}

static enum status prepare_offer(struct json *out, const struct dataset *dataset,
                                 const struct dataset_offer *offer, struct error *error)
{
    size_t first = begin_fragment(out);
    write_offer(out, dataset, offer);
    size_t second = out->length;
    write_price(out, dataset, offer);
    return end_fragment(out, first, second, error);
}

/* One chunk: facilities [from, to) of the layout with their offers. */
struct chunk_work {
    struct fragments *fragments;
    uint32_t from, to;
    bool is_second;
    struct json out;
    enum status status;
    struct error error;
};

static uint32_t offers_before(const struct dataset *dataset, uint32_t place)
{
    return place < dataset->facility_count ? dataset->facilities[dataset->layout[place]].first_offer
                                           : dataset->offer_count;
}

/* Facilities and texts lie in the order of ids, not in the layout's: those of the coming places are
 * asked of memory ahead, a step at a time, since each step reads what the one before has fetched. */
enum { RECORDS_AHEAD = 12, TEXTS_AHEAD = 8, OFFERS_AHEAD = 4, FACILITY_TEXTS_BYTES = 256 };

static inline __attribute__((always_inline)) void fetch_coming(const struct dataset *dataset,
                                                               uint32_t place, uint32_t end)
{
    if (place + RECORDS_AHEAD < end)
        fetch_bytes(&dataset->facilities[dataset->layout[place + RECORDS_AHEAD]],
                    sizeof *dataset->facilities);
    if (place + TEXTS_AHEAD < end)
        fetch_bytes(dataset->text + dataset->facilities[dataset->layout[place + TEXTS_AHEAD]].id,
                    FACILITY_TEXTS_BYTES);
    if (place + OFFERS_AHEAD >= end)
        return;
    const struct dataset_facility *facility =
        &dataset->facilities[dataset->layout[place + OFFERS_AHEAD]];
    for (uint32_t k = 0; k < facility->offer_count; k++)
        fetch_line(dataset->text + dataset->offers[facility->first_offer + k].id);
    for (uint32_t k = 0; k < facility->group_count; k++)
        fetch_line(dataset->text + dataset->groups[facility->first_group + k].id);
}

static void *prepare_chunk(void *context)
{
    struct chunk_work *work = context;
    const struct dataset *dataset = work->fragments->dataset;
    size_t offers = offers_before(dataset, work->to) - offers_before(dataset, work->from);
    /* about what it comes to, so that it seldom grows; what is not used is given back */
    size_t expected = (work->to - work->from) * (size_t)484 + offers * 180 + 4096;
    json_init(&work->out, INT32_MAX);
    if (json_reserve(&work->out, expected))
        large_memory_advise(work->out.bytes, work->out.capacity);
    for (uint32_t i = work->from; i < work->to && !work->status; i++) {
        fetch_coming(dataset, i, work->to);
        uint32_t number = dataset->layout[i];
        const struct dataset_facility *facility = &dataset->facilities[number];
        work->fragments->runs[number] = (uint64_t)work->out.length << 1 | work->is_second;
        work->status = prepare_facility(&work->out, dataset, facility, &work->error);
        for (uint32_t k = 0; k < facility->offer_count && !work->status; k++)
            work->status = prepare_offer(&work->out, dataset,
                                         &dataset->offers[facility->first_offer + k], &work->error);
    }
    if (!work->status)
        work->status = json_status(&work->out, &work->error);
    char *fitted = work->out.length ? realloc(work->out.bytes, work->out.length) : NULL;
    if (fitted)
        work->out.bytes = fitted;
    return NULL;
}

static enum status prepare_chunks(struct fragments *fragments, struct error *error)
{
    uint32_t count = fragments->dataset->facility_count;
    struct chunk_work work[FRAGMENT_CHUNKS] = {
        {.fragments = fragments, .to = count / 2},
        {.fragments = fragments, .from = count / 2, .to = count, .is_second = true}};
    pthread_t helper;
    bool helped = pthread_create(&helper, NULL, prepare_chunk, &work[1]) == 0;
    prepare_chunk(&work[0]);
    if (helped)
        pthread_join(helper, NULL);
    else
        prepare_chunk(&work[1]);
    enum status status = STATUS_OK;
    for (int i = 0; i < FRAGMENT_CHUNKS; i++) {
        fragments->chunks[i] = work[i].out.bytes;
        if (work[i].status && !status) {
            status = work[i].status;
            if (error)
                *error = work[i].error;
        }
    }
    return status;
}

enum status fragments_build(const struct dataset *dataset, struct fragments **result,
                            struct error *error)
{
    *result = NULL;
    struct fragments *fragments = calloc(1, sizeof *fragments);
    if (!fragments)
        return error_memory(error, "preparing answers");
    fragments->dataset = dataset;
    fragments->runs =
        calloc(dataset->facility_count ? dataset->facility_count : 1, sizeof *fragments->runs);
    enum status status = fragments->runs ? prepare_chunks(fragments, error)
                                         : error_memory(error, "preparing answers");
    if (status)
        fragments_release(fragments);
    else
        *result = fragments;
    return status;
}

void fragments_release(struct fragments *fragments)
{
    if (!fragments)
        return;
    free(fragments->runs);
    for (int i = 0; i < FRAGMENT_CHUNKS; i++)
        free(fragments->chunks[i]);
    free(fragments);
}
