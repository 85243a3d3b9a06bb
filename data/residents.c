#include "data/residents.h"

#include "data/community_locator.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    GRID = 12,        /* points along the longer side of an outline's box */
    FINEST_GRID = 384 /* for an outline so thin that no point of a coarser grid is inside */
};

const char *resident_source_code(uint32_t source)
{
    static const char *const codes[] = {"none", "imported", "buildings", "outline"};
    return source < sizeof codes / sizeof *codes ? codes[source] : codes[RESIDENTS_NONE];
}

static enum status make_people(struct people *people, size_t room, struct arena *arena,
                               struct error *error)
{
    *people = (struct people){.points = arena_calloc(arena, room + 1, sizeof *people->points),
                              .residents = arena_calloc(arena, room + 1, sizeof(int32_t)),
                              .children = arena_calloc(arena, room + 1, sizeof(int32_t)),
                              .communities = arena_calloc(arena, room + 1, sizeof(uint32_t))};
    if (people->points && people->residents && people->children && people->communities)
        return STATUS_OK;
    *people = (struct people){0};
    return error_memory(error, "placing residents");
}

/* An import -------------------------------------------------------------------------------------- */

static int compare_code(const void *key, const void *community)
{
    return strcmp(key, ((const struct community_record *)community)->code);
}

static uint32_t find_community(const char *code, const struct community_record *communities,
                               uint32_t count)
{
    const struct community_record *found =
        code && count ? bsearch(code, communities, count, sizeof *communities, compare_code) : NULL;
    return found ? (uint32_t)(found - communities) : UINT32_MAX;
}

enum status people_from_points(const struct resident_record *residents, uint32_t count,
                               const struct community_record *communities, uint32_t community_count,
                               struct arena *arena, struct people *people, struct error *error)
{
    enum status status = make_people(people, count, arena, error);
    if (status)
        return status;
    for (uint32_t i = 0; i < count; i++) {
        people->points[i] = geo_point_from_e7(residents[i].lon_e7, residents[i].lat_e7);
        people->residents[i] = residents[i].residents;
        people->children[i] = residents[i].children;
        people->communities[i] =
            find_community(residents[i].community, communities, community_count);
    }
    people->count = count;
    people->source = count ? RESIDENTS_IMPORTED : RESIDENTS_NONE;
    return STATUS_OK;
}

/* Sharing out ------------------------------------------------------------------------------------ */

struct remainder {
    double part;
    uint32_t number;
};

static int largest_first(const void *a, const void *b)
{
    const struct remainder *left = a, *right = b;
    if (left->part != right->part)
        return left->part < right->part ? 1 : -1;
    return (left->number > right->number) - (left->number < right->number);
}

enum status share_out(int32_t total, const double *weights, uint32_t count, int32_t *shares,
                      struct error *error)
{
    double sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += weights[i];
    if (total == NONE || count == 0) {
        for (uint32_t i = 0; i < count; i++)
            shares[i] = total;
        return STATUS_OK;
    }
    struct remainder *remainders = malloc(count * sizeof *remainders);
    if (!remainders)
        return error_memory(error, "placing residents");
    int64_t left = total;
    for (uint32_t i = 0; i < count; i++) {
        double due = sum > 0 ? total * (weights[i] / sum) : (double)total / count;
        shares[i] = (int32_t)floor(due);
        remainders[i] = (struct remainder){due - shares[i], i};
        left -= shares[i];
    }
    qsort(remainders, count, sizeof *remainders, largest_first);
    for (uint32_t i = 0; left > 0; i = (i + 1) % count, left--)
        shares[remainders[i].number]++;
    free(remainders);
    return STATUS_OK;
}

/* Places where a community's people may live ------------------------------------------------------- */

/* Candidates, in lists of a community each once they are sorted. */
struct place {
    struct geo_point point;
    double weight;
    uint32_t community, number; /* the number keeps the order of equals */
};

struct places {
    struct place *items;
    uint32_t count, capacity;
};

static enum status add_place(struct places *places, struct place place, struct error *error)
{
    if (places->count == places->capacity) {
        uint32_t capacity = places->capacity ? places->capacity * 2 : 1024;
        struct place *grown = realloc(places->items, capacity * sizeof *grown);
        if (!grown)
            return error_memory(error, "placing residents");
        places->items = grown;
        places->capacity = capacity;
    }
    place.number = places->count;
    places->items[places->count++] = place;
    return STATUS_OK;
}

static int by_community(const void *a, const void *b)
{
    const struct place *left = a, *right = b;
    if (left->community != right->community)
        return left->community < right->community ? -1 : 1;
    return (left->number > right->number) - (left->number < right->number);
}

/* Twice a ring's area, in square units of the plane. */
static double twice_area(const struct base_map *map, const struct base_ring *ring)
{
    const struct plane_point *points = map->points + ring->first_point;
    double sum = 0;
    for (uint32_t i = 0; i < ring->point_count; i++) {
        struct plane_point a = points[i], b = points[(i + 1) % ring->point_count];
        sum += ((double)a.x - points[0].x) * ((double)b.y - points[0].y) -
               ((double)b.x - points[0].x) * ((double)a.y - points[0].y);
    }
    return fabs(sum);
}

static double footprint(const struct base_map *map, const struct base_feature *building)
{
    double area = 0;
    for (uint32_t i = 0; i < building->ring_count; i++) {
        const struct base_ring *ring = &map->rings[building->first_ring + i];
        area += ring->is_interior ? -twice_area(map, ring) : twice_area(map, ring);
    }
    return area > 0 ? area : 0;
}

static enum status find_buildings(const struct base_map *map,
                                  const struct community_locator *locator, struct places *places,
                                  struct error *error)
{
    enum status status = STATUS_OK;
    for (uint32_t i = 0; map && i < map->feature_count && !status; i++) {
        const struct base_feature *feature = &map->features[i];
        if (feature->kind != MAP_BUILDING)
            continue;
        struct geo_point point = base_feature_place(map, feature);
        int32_t community = community_locator_at(locator, point);
        if (community != COMMUNITY_NONE)
            status = add_place(places,
                               (struct place){.point = point,
                                              .weight = footprint(map, feature),
                                              .community = (uint32_t)community},
                               error);
    }
    return status;
}

/* Points of a grid inside the outline: of the first grid, each finer than the one before, that has any. */
static enum status lay_grid(const struct community_place *community, uint32_t number,
                            struct places *places, struct error *error)
{
    uint32_t before = places->count;
    struct geo_box box = community->box;
    double middle = (box.south + box.north) / 2 * (3.14159265358979323846 / 180);
    double width = (box.east - box.west) * cos(middle), height = box.north - box.south;
    enum status status = STATUS_OK;
    for (uint32_t grid = GRID; grid <= FINEST_GRID && places->count == before; grid *= 2) {
        double step = fmax(width, height) / grid;
        uint32_t columns = (uint32_t)ceil(width / step), rows = (uint32_t)ceil(height / step);
        for (uint32_t i = 0; i < columns * rows && !status; i++) {
            struct geo_point point = {
                box.west + (box.east - box.west) * (i % columns + 0.5) / columns,
                box.south + (box.north - box.south) * (i / columns + 0.5) / rows};
            if (geo_polygon_contains(&community->outline, point))
                status = add_place(places,
                                   (struct place){.point = point, .weight = 1, .community = number},
                                   error);
        }
    }
    return status;
}

static bool has_figures(const struct community_record *community)
{
    return community->residents != NONE || community->children != NONE;
}

/* Grids where there are people and no building. */
static enum status fill_gaps(const struct community_record *communities,
                             const struct community_locator *locator, struct places *places,
                             uint8_t *source, struct error *error)
{
    uint32_t buildings = places->count, next = 0;
    enum status status = STATUS_OK;
    for (uint32_t c = 0; c < locator->count && !status; c++) {
        bool has_building = next < buildings && places->items[next].community == c;
        while (next < buildings && places->items[next].community == c)
            next++;
        if (!has_figures(&communities[c]) || !locator->communities[c].outline.ring_count)
            continue;
        if (!has_building) {
            status = lay_grid(&locator->communities[c], c, places, error);
            *source = RESIDENTS_OUTLINE;
        } else if (*source == RESIDENTS_NONE) {
            *source = RESIDENTS_BUILDINGS;
        }
    }
    return status;
}

/* Spreading -------------------------------------------------------------------------------------- */

/* The places from `first` on that belong to one community: its figures shared out among them. */
static enum status spread_community(const struct community_record *community,
                                    const struct place *places, uint32_t count, double *weights,
                                    struct people *people, struct error *error)
{
    uint32_t at = people->count;
    for (uint32_t i = 0; i < count; i++) {
        weights[i] = places[i].weight;
        people->points[at + i] = places[i].point;
        people->communities[at + i] = places[i].community;
    }
    enum status status =
        share_out(community->residents, weights, count, people->residents + at, error);
    if (!status)
        status = share_out(community->children, weights, count, people->children + at, error);
    people->count += count;
    return status;
}

static enum status spread_places(const struct community_record *communities,
                                 const struct places *places, struct arena *arena,
                                 struct people *people, struct error *error)
{
    double *weights = malloc((places->count + 1) * sizeof *weights);
    enum status status = weights ? make_people(people, places->count, arena, error)
                                 : error_memory(error, "placing residents");
    for (uint32_t i = 0; i < places->count && !status;) {
        uint32_t community = places->items[i].community, first = i;
        while (i < places->count && places->items[i].community == community)
            i++;
        if (has_figures(&communities[community]))
            status = spread_community(&communities[community], places->items + first, i - first,
                                      weights, people, error);
    }
    free(weights);
    return status;
}

enum status people_spread(const struct community_record *communities, uint32_t community_count,
                          const struct base_map *map, struct arena *arena, struct people *people,
                          struct error *error)
{
    struct community_locator locator;
    struct places places = {0};
    uint8_t source = RESIDENTS_NONE;
    *people = (struct people){0};
    enum status status = community_locator_build(&locator, communities, community_count, error);
    if (status)
        return status;
    status = find_buildings(map, &locator, &places, error);
    if (places.count)
        qsort(places.items, places.count, sizeof *places.items, by_community);
    if (!status)
        status = fill_gaps(communities, &locator, &places, &source, error);
    if (places.count)
        qsort(places.items, places.count, sizeof *places.items, by_community);
    if (!status)
        status = spread_places(communities, &places, arena, people, error);
    people->source = people->count ? source : RESIDENTS_NONE;
    free(places.items);
    community_locator_release(&locator);
    return status;
}
