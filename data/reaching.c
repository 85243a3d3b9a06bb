#include "data/reaching.h"

#include "data/vacancies.h"

#include <math.h>
#include <stdlib.h>

/* What a facility offers to the public: bits by care type. */
static uint32_t cares_of(const struct dataset *dataset, const struct dataset_facility *facility)
{
    uint32_t cares = 0;
    for (uint32_t i = 0; i < facility->offer_count; i++) {
        const struct dataset_offer *offer = &dataset->offers[facility->first_offer + i];
        if (offer->is_readable && offer->care >= 0 && offer->care < CARE_COUNT)
            cares |= 1u << offer->care;
    }
    return cares;
}

static const struct walking *find_walking(const struct dataset *dataset,
                                          const struct reaching_query *query)
{
    for (uint32_t i = 0; i < dataset->network_count; i++)
        if (dataset->networks[i]->region == query->region)
            return &dataset->networks[i]->by_profile[query->profile];
    return NULL;
}

/*
 * Where facilities can be that reach it: the box of its people, wider by the walk. No way is shorter
 * than the straight line, but for the snaps at its ends, which not every profile counts.
 */
static bool find_box(const struct people *people, uint32_t community, double walk_m,
                     struct geo_box *box)
{
    static const double metres_a_degree = 110500, both_snaps_m = 1000, radians = 0.01745329252;
    bool begun = false;
    for (uint32_t k = 0; k < people->count; k++) {
        struct geo_point at = people->points[k];
        if (people->communities[k] != community)
            continue;
        if (!begun)
            *box = (struct geo_box){at.lon, at.lat, at.lon, at.lat};
        begun = true;
        *box = (struct geo_box){fmin(box->west, at.lon), fmin(box->south, at.lat),
                                fmax(box->east, at.lon), fmax(box->north, at.lat)};
    }
    double high = fmin(fmax(fabs(box->south), fabs(box->north)) + 1, 89);
    double degrees = (walk_m + both_snaps_m) / metres_a_degree,
           wide = degrees / cos(high * radians);
    if (begun)
        *box = (struct geo_box){box->west - wide, box->south - degrees, box->east + wide,
                                box->north + degrees};
    return begun;
}

/* One search: what it is made of, and room for the largest catchment there can be. */
struct search {
    const struct dataset *dataset;
    const struct reaching_query *query;
    const struct walking *walking;
    const struct people *people;
    uint32_t max_mm;
    struct walker *walker;
    struct catchment_entry *entries;
};

/* `reaching->people` is 0 where it reaches nobody of them. */
static enum status search_one(const struct search *search, uint32_t number,
                              struct reaching *reaching, struct error *error)
{
    const struct walking_spot *spot = &search->walking->spots[number];
    const struct profile *profile = &search->walking->profile;
    struct snap snap = {.piece = spot->piece, .from_start_mm = spot->from_start_mm};
    uint32_t count = 0;
    *reaching = (struct reaching){.facility = number, .nearest_mm = UINT32_MAX};
    enum status status = catchment_compute(
        search->walking->network, profile, &search->walking->people, &snap,
        profile->snap_counts ? spot->snap_mm : 0, search->max_mm, &search->walker->reach,
        search->entries, search->people->count, &count, error);
    const int32_t *figures =
        search->query->weighs_children ? search->people->children : search->people->residents;
    for (uint32_t i = 0; i < count && !status; i++) {
        uint32_t resident = search->entries[i].resident, mm = search->entries[i].mm;
        if (search->people->communities[resident] != search->query->community ||
            figures[resident] == NONE || figures[resident] == 0)
            continue;
        reaching->people += figures[resident];
        reaching->nearest_mm = mm < reaching->nearest_mm ? mm : reaching->nearest_mm;
        reaching->farthest_mm = mm > reaching->farthest_mm ? mm : reaching->farthest_mm;
    }
    return status;
}

static int compare(const void *a, const void *b)
{
    const struct reaching *one = a, *other = b;
    if (one->people != other->people)
        return one->people > other->people ? -1 : 1;
    if (one->nearest_mm != other->nearest_mm)
        return one->nearest_mm < other->nearest_mm ? -1 : 1;
    return one->facility < other->facility ? -1 : one->facility > other->facility;
}

static enum status search_all(const struct search *search, const struct vacancies *vacancies,
                              struct geo_box box, struct reaching_list *list, struct error *error)
{
    const struct dataset *dataset = search->dataset;
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < dataset->facility_count && !status; i++) {
        const struct dataset_facility *facility = &dataset->facilities[i];
        uint32_t cares = cares_of(dataset, facility);
        if (!cares || !vacancies->is_public[i] || search->walking->spots[i].piece == WALKING_OFF ||
            (search->query->inclusive && facility->inclusive != YES) ||
            !geo_box_contains(box, facility->point))
            continue;
        status = search_one(search, i, &list->items[list->count], error);
        list->items[list->count].cares = cares;
        list->count += !status && list->items[list->count].people > 0;
    }
    if (!status && list->count)
        qsort(list->items, list->count, sizeof *list->items, compare);
    return status;
}

enum status reaching_find(const struct dataset *dataset, const struct vacancies *vacancies,
                          const struct reaching_query *query, struct walker *walker,
                          struct arena *arena, struct reaching_list *list, struct error *error)
{
    *list = (struct reaching_list){0};
    const struct walking *walking = find_walking(dataset, query);
    const struct people *people = &dataset->people[query->region];
    struct geo_box box = {0};
    if (!walking || walking->people.count != people->count)
        return STATUS_OK;
    uint64_t max_mm = profile_reach_mm(&walking->profile, query->minutes * 60);
    if (!find_box(people, query->community, (double)max_mm / 1000, &box))
        return STATUS_OK;
    struct search search = {.dataset = dataset,
                            .query = query,
                            .walking = walking,
                            .people = people,
                            .max_mm = (uint32_t)max_mm,
                            .walker = walker};
    enum status status = walker_make_room(walker, walking->network->node_count, error);
    if (status)
        return status;
    list->items = arena_calloc(arena, (size_t)dataset->facility_count + 1, sizeof *list->items);
    search.entries = malloc(((size_t)people->count + 1) * sizeof *search.entries);
    if (list->items && search.entries)
        status = search_all(&search, vacancies, box, list, error);
    else
        status = error_memory(error, "searching what reaches a community");
    free(search.entries);
    if (status)
        *list = (struct reaching_list){0};
    return status;
}
