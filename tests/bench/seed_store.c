/* Seeded facilities into a store, and into a register file. */
#include "tests/bench/seed_internal.h"

#include <stdio.h>

const char *seed_region_json(void)
{
    return "{\"name\":\"" SEED_REGION "\",\"title\":\"示例区\",\"title_en\":\"Seeded region\","
           "\"id_prefix\":\"" SEED_PREFIX "\",\"timezone\":\"Asia/Shanghai\",\"currency\":\"CNY\","
           "\"language\":\"zh-CN\",\"bounds\":[90,15,130,50],\"test\":true,"
           "\"calendar\":{\"holidays\":[{\"from\":\"2026-10-01\",\"to\":\"2026-10-07\"}],"
           "\"working_days\":[{\"day\":\"2026-10-10\",\"as\":\"wed\"}]}}";
}

void seed_community_code(uint32_t community, char code[24])
{
    snprintf(code, 24, "990101%03u%03u", 1 + community / 16, 1 + community % 16);
}

enum status seed_region_write(struct store *store, struct error *error)
{
    enum status status = store_region_put(store, SEED_REGION, seed_region_json(), error);
    if (!status)
        status = store_meta_put(store, "test", "yes", error); /* it takes --now */
    for (uint32_t i = 0; i < SEED_COMMUNITIES && !status; i++) {
        char code[24], street[24], name[32];
        seed_community_code(i, code);
        snprintf(street, sizeof street, "990101%03u000", 1 + i / 16);
        snprintf(name, sizeof name, "示例社区%u", i + 1);
        struct street_record record = {.code = street, .name = "示例街道", .name_en = "Sample"};
        if (i % 16 == 0)
            status = store_street_put(store, SEED_REGION, &record, error);
        struct community_record community = {.code = code,
                                             .name = name,
                                             .name_en = "Sample community",
                                             .street = street,
                                             .residents = NONE,
                                             .children = NONE,
                                             .standard = STANDARD_UNKNOWN};
        if (!status)
            status = store_community_put(store, SEED_REGION, &community, error);
    }
    return status;
}

static enum status write_groups(struct seed_facility *facility, struct store *store,
                                struct error *error)
{
    enum status status = STATUS_OK;
    struct facility_bundle *bundle = &facility->bundle;
    for (uint32_t i = 0; i < bundle->group_count && !status; i++) {
        struct group_record *group = &facility->groups[i];
        group->facility = bundle->facility.key;
        status = store_group_insert(store, group, error);
        if (!status)
            status = store_group_version_insert(store, group, error);
        facility->places[i].group = group->key;
        if (!status && facility->places[i].as_of != TIME_NONE)
            status = store_places_append(store, &facility->places[i], error);
    }
    for (uint32_t i = 0; i < bundle->offer_count && !status; i++) {
        struct offer_record *offer = &facility->offers[i];
        offer->group = facility->groups[facility->offer_groups[i]].key;
        status = store_offer_insert(store, offer, bundle->facility.key, error);
        if (!status)
            status = store_offer_version_insert(store, offer, error);
    }
    return status;
}

static enum status write_hours_of(struct seed_facility *facility, struct store *store,
                                  enum hours_owner kind, uint32_t owner, int64_t key,
                                  struct error *error)
{
    struct facility_bundle *bundle = &facility->bundle;
    struct hours_record hours[SEED_MAX_HOURS];
    struct hours_exception_record exceptions[SEED_MAX_EXCEPTIONS];
    uint32_t hours_count = 0, exception_count = 0;
    for (uint32_t i = 0; i < bundle->hours_count; i++)
        if (bundle->hours[i].owner_kind == kind && bundle->hours[i].owner == owner) {
            hours[hours_count] = bundle->hours[i];
            hours[hours_count++].owner = key;
        }
    for (uint32_t i = 0; i < bundle->exception_count; i++)
        if (bundle->exceptions[i].owner_kind == kind && bundle->exceptions[i].owner == owner) {
            exceptions[exception_count] = bundle->exceptions[i];
            exceptions[exception_count++].owner = key;
        }
    if (hours_count + exception_count == 0)
        return STATUS_OK;
    return store_hours_replace(store, kind, key, hours, hours_count, exceptions, exception_count,
                               error);
}

static enum status write_slots_of(struct seed_facility *facility, struct store *store,
                                  uint32_t owner, int64_t key, struct error *error)
{
    struct slot_record slots[SEED_MAX_SLOTS];
    uint32_t count = 0;
    for (uint32_t i = 0; i < facility->bundle.slot_count; i++)
        if (facility->slots[i].offer == owner) {
            slots[count] = facility->slots[i];
            slots[count++].offer = key;
        }
    return count ? store_slots_replace(store, key, slots, count, error) : STATUS_OK;
}

enum status seed_facility_write(struct seed_facility *facility, struct store *store,
                                struct error *error)
{
    struct facility_bundle *bundle = &facility->bundle;
    enum status status = store_facility_insert(store, &bundle->facility, error);
    if (!status)
        status = store_facility_version_insert(store, &bundle->facility, error);
    if (!status)
        status = write_groups(facility, store, error);
    if (!status)
        status = write_hours_of(facility, store, HOURS_OF_FACILITY, 0, bundle->facility.key, error);
    for (uint32_t i = 0; i < bundle->offer_count && !status; i++) {
        status = write_hours_of(facility, store, HOURS_OF_OFFER, i, facility->offers[i].key, error);
        if (!status)
            status = write_slots_of(facility, store, i, facility->offers[i].key, error);
    }
    return status;
}

enum status seed_store_write(const struct seed *seed, struct store *store, struct error *error)
{
    struct seed_facility facility;
    enum status status = store_begin(store, error);
    if (status)
        return status;
    status = seed_region_write(store, error);
    for (uint32_t i = 0; i < seed->count && !status; i++) {
        seed_facility(seed, i, &facility);
        status = seed_facility_write(&facility, store, error);
    }
    if (!status)
        status = store_commit(store, error);
    else
        store_rollback(store);
    return status;
}
