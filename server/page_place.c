#include "server/page_place.h"

#include "data/geojson_geometry.h"

#include <math.h>
#include <string.h>

/* How well a name fits, less is better; FIT_NONE = not at all. */
enum { FIT_WHOLE, FIT_BEGIN, FIT_WITHIN, FIT_NONE };

static int fit_one(const char *name, const char *words, bool of_facility)
{
    const char *found = name ? strcasestr(name, words) : NULL;
    int fit = !found                          ? FIT_NONE
              : found != name                 ? FIT_WITHIN
              : strlen(name) == strlen(words) ? FIT_WHOLE
                                              : FIT_BEGIN;
    return fit * 2 + of_facility;
}

/* A candidate: community or facility, by number. */
struct match {
    int fit;
    bool is_facility;
    uint32_t number;
};

/* Keep the best, in order; equal ones as they came. */
static void keep(struct match matches[PAGE_PLACES_MAX], uint32_t *count, struct match match)
{
    uint32_t place = *count;
    while (place > 0 && matches[place - 1].fit > match.fit)
        place--;
    if (place == PAGE_PLACES_MAX)
        return;
    uint32_t moved = (*count < PAGE_PLACES_MAX ? *count : PAGE_PLACES_MAX - 1) - place;
    memmove(&matches[place + 1], &matches[place], moved * sizeof match);
    matches[place] = match;
    *count += *count < PAGE_PLACES_MAX;
}

/* The centroid of the largest ring, by its shoelace area; good enough to start a search from. */
static enum status find_middle(const char *outline, struct arena *arena, struct geo_point *middle,
                               struct error *error)
{
    struct geo_polygon polygon;
    enum status status = geojson_polygon_parse(outline, strlen(outline), arena, &polygon, error);
    double largest = 0;
    *middle = (struct geo_point){NAN, NAN};
    for (uint32_t r = 0; !status && r < polygon.ring_count; r++) {
        const struct geo_ring *ring = &polygon.rings[r];
        struct geo_point origin = ring->points[0];
        double area = 0, lon = 0, lat = 0;
        for (uint32_t i = 0; i + 1 < ring->count; i++) {
            double ax = ring->points[i].lon - origin.lon, ay = ring->points[i].lat - origin.lat;
            double bx = ring->points[i + 1].lon - origin.lon;
            double by = ring->points[i + 1].lat - origin.lat;
            double cross = ax * by - bx * ay;
            area += cross;
            lon += (ax + bx) * cross;
            lat += (ay + by) * cross;
        }
        if (fabs(area) <= largest)
            continue;
        largest = fabs(area);
        *middle = (struct geo_point){origin.lon + lon / (3 * area), origin.lat + lat / (3 * area)};
    }
    return status;
}

static const struct street_record *street_of(const struct dataset *dataset, const char *code)
{
    for (uint32_t i = 0; code && i < dataset->street_count; i++)
        if (strcmp(dataset->streets[i].code, code) == 0)
            return &dataset->streets[i];
    return NULL;
}

/* The place of a match; its point is NaN where it has none. */
static enum status make_place(const struct dataset *dataset, const struct match *match,
                              struct arena *arena, struct page_place *place, struct error *error)
{
    *place = (struct page_place){.at = {NAN, NAN}};
    if (match->is_facility) {
        const struct dataset_facility *facility = &dataset->facilities[match->number];
        place->id = dataset_text(dataset, facility->id);
        place->name = dataset_text(dataset, facility->name);
        place->name_en = dataset_text(dataset, facility->name_en);
        place->at = facility->point;
        return STATUS_OK;
    }
    const struct community_record *community = &dataset->communities[match->number];
    const struct street_record *street = street_of(dataset, community->street);
    place->id = community->code;
    place->name = community->name;
    place->name_en = community->name_en;
    place->within = street ? street->name : NULL;
    place->within_en = street ? street->name_en : NULL;
    return community->outline ? find_middle(community->outline, arena, &place->at, error)
                              : STATUS_OK;
}

static enum status make_places(const struct dataset *dataset, const struct match *matches,
                               uint32_t match_count, struct arena *arena,
                               struct page_place places[PAGE_PLACES_MAX], uint32_t *count,
                               struct error *error)
{
    enum status status = STATUS_OK;
    *count = 0;
    for (uint32_t i = 0; !status && i < match_count; i++) {
        status = make_place(dataset, &matches[i], arena, &places[*count], error);
        *count += !status && geo_point_is_valid(places[*count].at);
    }
    return status;
}

static bool is_shown(const struct dataset *dataset, const uint8_t *is_public, uint32_t facility)
{
    return is_public[facility] && geo_point_is_valid(dataset->facilities[facility].point);
}

enum status page_places_find(const struct dataset *dataset, const uint8_t *is_public,
                             const char *words, struct arena *arena,
                             struct page_place places[PAGE_PLACES_MAX], uint32_t *count,
                             struct error *error)
{
    struct match matches[PAGE_PLACES_MAX];
    uint32_t match_count = 0;
    *count = 0;
    if (!*words)
        return STATUS_OK;
    for (uint32_t i = 0; i < dataset->community_count; i++) {
        const struct community_record *community = &dataset->communities[i];
        int fit = fit_one(community->name, words, false);
        int fit_en = fit_one(community->name_en, words, false);
        fit = fit_en < fit ? fit_en : fit;
        if (fit < FIT_NONE * 2)
            keep(matches, &match_count, (struct match){fit, false, i});
    }
    for (uint32_t i = 0; i < dataset->facility_count; i++) {
        const struct dataset_facility *facility = &dataset->facilities[i];
        int fit = fit_one(dataset_text(dataset, facility->name), words, true);
        int fit_en = fit_one(dataset_text(dataset, facility->name_en), words, true);
        fit = fit_en < fit ? fit_en : fit;
        if (fit < FIT_NONE * 2 && is_shown(dataset, is_public, i))
            keep(matches, &match_count, (struct match){fit, true, i});
    }
    return make_places(dataset, matches, match_count, arena, places, count, error);
}

enum status page_places_get(const struct dataset *dataset, const uint8_t *is_public, const char *id,
                            struct arena *arena, struct page_place places[PAGE_PLACES_MAX],
                            uint32_t *count, struct error *error)
{
    struct match match = {.is_facility = true};
    uint32_t match_count = 0;
    for (uint32_t i = 0; match_count == 0 && i < dataset->community_count; i++)
        if (strcmp(dataset->communities[i].code, id) == 0) {
            match = (struct match){.number = i};
            match_count = 1;
        }
    if (match_count == 0 && dataset_find_facility(dataset, id, &match.number) == STATUS_OK)
        match_count = is_shown(dataset, is_public, match.number);
    return make_places(dataset, &match, match_count, arena, places, count, error);
}
