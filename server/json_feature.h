/*
 * Facilities and offers as answers show them: prepared fragments, and between them the few numbers
 * that change. Allocates nothing beyond the answer's buffer.
 */
#ifndef SERVER_JSON_FEATURE_H
#define SERVER_JSON_FEATURE_H

#include "data/vacancies.h"
#include "geo/crs.h"
#include "server/app.h"
#include "server/json.h"

/* Where a feature's offers are read from: their fragments follow the facility's in one run. */
struct feature_offers {
    const char *at;
    uint32_t next; /* the offer whose fragment is at `at` */
};

/* {"type":"Feature","id":…,"geometry":…,"properties":{"name":…, … "community":…   left open for more
 * members; geometry is null off the map. */
void json_feature_begin(struct json *out, const struct picture *picture, uint32_t facility,
                        enum coordsys coordsys, struct feature_offers *offers);
/* Closes properties and feature. */
void json_feature_end(struct json *out);

/* One offer of the feature, an element of an array: complete, or left open for more members. Offers
 * are written in ascending order, each at most once. */
void json_offer(struct json *out, const struct picture *picture, struct feature_offers *offers,
                uint32_t offer, const struct offer_state *state);
void json_offer_open(struct json *out, const struct picture *picture, struct feature_offers *offers,
                     uint32_t offer, const struct offer_state *state);

/* "key":[["08:00","18:00"]] */
void json_key_intervals(struct json *out, const char *key, const struct interval *intervals,
                        uint32_t count);
/* "key":"2026-11-24", or null; "key":"2026-11-24T03:10:00Z", or null. */
void json_key_day(struct json *out, const char *key, day_t day);
void json_key_moment(struct json *out, const char *key, moment_t moment);
/* [[lon, lat], …] in `coordsys`. */
void json_ring(struct json *out, const struct geo_ring *ring, enum coordsys coordsys);
/* What was last reported of a group: "licensed" to "open_until", without braces. */
void json_members_of_report(struct json *out, const struct dataset *dataset,
                            const struct dataset_group *group, const struct group_numbers *numbers);

#endif
