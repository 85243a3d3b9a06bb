#include "server/json_nearby.h"

#include "geo/fetch.h"
#include "server/fragments.h"
#include "server/json_feature.h"
#include "server/params.h"

#include <math.h>
#include <stdio.h>

/* In every region whose facilities may be here. */
static bool knows_holidays(const struct dataset *dataset, day_t day)
{
    for (uint32_t i = 0; i < dataset->region_count; i++)
        if (!calendar_knows_holidays(&dataset->regions[i].calendar, day))
            return false;
    return true;
}

static void write_head(struct json *out, const struct picture *picture,
                       const struct nearby_query *query, const struct nearby_list *list)
{
    json_key_text(out, "type", "FeatureCollection");
    json_key_text(out, "by", list->by == NEARBY_WALK ? "walk" : "line");
    if (list->by == NEARBY_WALK)
        json_key_text(out, "profile", list->profile.name);
    json_key_text(out, "coordsys", coordsys_code(query->coordsys));
    if (list->age_months != NONE)
        json_key_int(out, "age_months", list->age_months);
    if (list->matched >= 0)
        json_key_int(out, "numberMatched", list->matched);
    json_key_int(out, "numberReturned", list->item_count);
    json_key_bool(out, "complete", list->complete);
    if (list->unknown_matched >= 0)
        json_key_int(out, "unknownMatched", list->unknown_matched);
    if (query->day_kind == NEARBY_DATE && !knows_holidays(picture->dataset, query->date))
        json_key_bool(out, "holidays_unknown", true);
    json_key_moment(out, "timeStamp", picture->vacancies->changed_at);
}

static void write_feature(struct json *out, const struct picture *picture,
                          const struct nearby_query *query, const struct nearby_list *list,
                          const struct nearby_item *item)
{
    struct feature_offers offers;
    json_feature_begin(out, picture, item->facility, query->coordsys, &offers);
    json_key_int(out, "distance_m", llround(item->distance_m));
    if (list->by == NEARBY_WALK) {
        json_key_int(out, "walk_m", (int64_t)((item->walk_mm + 500) / 1000));
        json_key_fixed(out, "walk_minutes", nearby_walk_minutes(&list->profile, item->walk_mm), 1);
    }
    json_key(out, "offers");
    json_array_begin(out);
    for (uint32_t i = 0; i < item->offer_count; i++) {
        const struct nearby_offer *offer = &list->offers[item->first_offer + i];
        json_offer(out, picture, &offers, offer->offer, &offer->state);
    }
    json_array_end(out);
    json_feature_end(out);
}

/* Fragments of a facility and its offers stand together; they are asked of memory ahead of their
 * turn, about as many bytes as they come to. */
enum { FACILITY_BYTES = 448, OFFER_BYTES = 192, FEATURES_AHEAD = 2 };

static inline __attribute__((always_inline)) void fetch_feature(const struct picture *picture,
                                                                const struct nearby_item *item)
{
    fetch_bytes(fragments_run(picture->fragments, item->facility),
                FACILITY_BYTES + (size_t)item->offer_count * OFFER_BYTES);
}

static void write_features(struct json *out, const struct picture *picture,
                           const struct nearby_query *query, const struct nearby_list *list)
{
    for (uint32_t i = 0; i < list->item_count; i++)
        fetch_line(&picture->fragments->runs[list->items[i].facility]);
    for (uint32_t i = 0; i < list->item_count && i < FEATURES_AHEAD; i++)
        fetch_feature(picture, &list->items[i]);
    for (uint32_t i = 0; i < list->item_count; i++) {
        if (i + FEATURES_AHEAD < list->item_count)
            fetch_feature(picture, &list->items[i + FEATURES_AHEAD]);
        write_feature(out, picture, query, list, &list->items[i]);
    }
}

static void write_relax(struct json *out, const struct nearby_list *list)
{
    json_key(out, "relax");
    json_array_begin(out);
    for (int i = 0; i < NEARBY_FILTER_COUNT; i++) {
        if (list->relax[i] < 0)
            continue;
        json_object_begin(out);
        json_key_text(out, "drop", nearby_filter_code((enum nearby_filter)i));
        json_key_int(out, "numberMatched", list->relax[i]);
        json_object_end(out);
    }
    json_array_end(out);
}

static void write_links(struct json *out, const struct request *request,
                        const struct picture *picture, const struct nearby_list *list)
{
    json_key(out, "links");
    json_array_begin(out);
    request_write_link(request, "self", NULL, out);
    if (!list->complete && list->item_count > 0) {
        const struct nearby_item *last = &list->items[list->item_count - 1];
        const struct dataset *dataset = picture->dataset;
        char cursor[CURSOR_MAX_BYTES];
        struct cursor place = {.by_walk = list->by == NEARBY_WALK,
                               .distance_m = last->distance_m,
                               .walk_mm = last->walk_mm};
        snprintf(place.id, sizeof place.id, "%s",
                 dataset_text(dataset, dataset->facilities[last->facility].id));
        params_next_cursor(request, &place, cursor);
        request_write_link(request, "next", cursor, out);
    }
    json_array_end(out);
}

void json_nearby(struct json *out, const struct request *request, const struct picture *picture,
                 const struct nearby_query *query, const struct nearby_list *list)
{
    json_object_begin(out);
    write_head(out, picture, query, list);
    json_key(out, "features");
    json_array_begin(out);
    write_features(out, picture, query, list);
    json_array_end(out);
    if (query->relax)
        write_relax(out, list);
    write_links(out, request, picture, list);
    json_object_end(out);
}
