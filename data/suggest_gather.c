/* Gathering the names: communities, then what the base maps name, then facilities. */
#include "data/suggest_internal.h"

#include "data/large_memory.h"
#include "data/outlines.h"
#include "data/walking.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Entries -------------------------------------------------------------------------------------- */

enum status suggest_grow(void **array, size_t count, size_t more, size_t *capacity, size_t bytes,
                         struct error *error)
{
    if (*capacity - count >= more)
        return STATUS_OK;
    size_t wanted = count + more + *capacity / 2 + 64;
    void *grown = large_memory_resize(*array, wanted * bytes);
    if (!grown)
        return error_memory(error, "gathering names to search");
    *array = grown;
    *capacity = wanted;
    return STATUS_OK;
}

/* One name of the entry that comes next; NULL and "" are none. */
static enum status add_name(struct suggest_names *all, const char *name, struct error *error)
{
    size_t length = name ? strlen(name) : 0;
    enum status status = suggest_grow((void **)&all->text, all->text_bytes, length + 1,
                                      &all->text_capacity, 1, error);
    if (!status) /* and room for the end behind the last */
        status = suggest_grow((void **)&all->names, all->name_count, 2, &all->name_capacity,
                              sizeof *all->names, error);
    if (status || length == 0)
        return status;
    size_t folded = suggest_fold(name, length, all->text + all->text_bytes);
    if (folded == 0)
        return STATUS_OK;
    if (all->text_bytes + folded + 1 > UINT32_MAX)
        return error_set(error, STATUS_LIMIT, "the names to search are larger than 4 GiB");
    all->names[all->name_count++] =
        (struct suggest_name){(uint32_t)all->text_bytes, (uint32_t)all->entry_count};
    all->text_bytes += folded + 1;
    all->names[all->name_count] = (struct suggest_name){.begin = (uint32_t)all->text_bytes};
    return STATUS_OK;
}

/* Without any name there is no entry. */
static enum status add(struct suggest_names *all, struct suggest_entry entry, const char *name,
                       const char *name_en, struct error *error)
{
    size_t before = all->name_count;
    enum status status = suggest_grow((void **)&all->entries, all->entry_count, 1,
                                      &all->entry_capacity, sizeof *all->entries, error);
    if (!status)
        status = add_name(all, name, error);
    if (!status)
        status = add_name(all, name_en, error);
    if (!status && all->name_count > before)
        all->entries[all->entry_count++] = entry;
    return status;
}

/* Communities ---------------------------------------------------------------------------------- */

static enum status find_community_points(struct suggest_names *all, struct error *error)
{
    const struct dataset *dataset = all->dataset;
    struct outlines *outlines = NULL;
    all->community_points = calloc(dataset->community_count + 1, sizeof *all->community_points);
    if (!all->community_points)
        return error_memory(error, "gathering names to search");
    enum status status = outlines_open(&outlines, error);
    for (uint32_t i = 0; i < dataset->community_count && !status; i++) {
        const char *outline = dataset->communities[i].outline;
        struct geo_point *point = &all->community_points[i];
        *point = (struct geo_point){NAN, NAN};
        if (!outline)
            continue;
        status = outline_point(outlines, outline, strlen(outline), point, error);
        if (status == STATUS_REJECTED) { /* a bowtie is drawn, but nobody can stand in it */
            *point = (struct geo_point){NAN, NAN};
            status = STATUS_OK;
        }
    }
    outlines_close(outlines);
    return status;
}

static enum status add_communities(struct suggest_names *all, struct error *error)
{
    const struct dataset *dataset = all->dataset;
    enum status status = find_community_points(all, error);
    for (uint32_t i = 0; i < dataset->community_count && !status; i++)
        if (geo_point_is_valid(all->community_points[i]))
            status = add(all, (struct suggest_entry){.number = i, .kind = SUGGEST_COMMUNITY},
                         dataset->communities[i].name, dataset->communities[i].name_en, error);
    return status;
}

/* Base maps ------------------------------------------------------------------------------------ */

struct named {
    const char *name, *name_en;
    struct suggest_entry entry;
};

static int by_kind_and_name(const void *left, const void *right)
{
    const struct named *a = left, *b = right;
    if (a->entry.kind != b->entry.kind)
        return a->entry.kind < b->entry.kind ? -1 : 1;
    if (a->entry.network != b->entry.network)
        return a->entry.network < b->entry.network ? -1 : 1;
    int order = strcmp(a->name, b->name);
    if (order)
        return order;
    return (a->entry.number > b->entry.number) - (a->entry.number < b->entry.number);
}

/* SUGGEST_KIND_COUNT for what nobody starts from. */
static enum suggest_kind kind_of(const struct base_feature *feature)
{
    switch ((enum map_kind)feature->kind) {
    case MAP_STREET:
        return SUGGEST_ROAD;
    case MAP_STATION:
        return SUGGEST_STATION;
    case MAP_PLACE:
        return SUGGEST_PLACE;
    default:
        return SUGGEST_KIND_COUNT;
    }
}

struct names {
    struct named *items;
    size_t count, capacity;
};

static enum status gather_names(const struct base_map *map, uint16_t network, struct names *names,
                                struct error *error)
{
    for (uint32_t i = 0; i < map->feature_count; i++) {
        const struct base_feature *feature = &map->features[i];
        enum suggest_kind kind = kind_of(feature);
        const char *name = base_map_text(map, feature->name);
        const char *name_en = base_map_text(map, feature->name_en);
        if (kind == SUGGEST_KIND_COUNT || (!name && !name_en))
            continue;
        enum status status = suggest_grow((void **)&names->items, names->count, 1, &names->capacity,
                                          sizeof *names->items, error);
        if (status)
            return status;
        names->items[names->count++] =
            (struct named){name ? name : name_en,
                           name_en,
                           {.number = i, .network = network, .kind = (uint8_t)kind}};
    }
    return STATUS_OK;
}

/* The piece of a road or station whose place is nearest to the middle of all of them, each by the
 * length of its box. Plane units, far from their edges: doubles are exact enough. */
static const struct named *middle_piece(const struct base_map *map, const struct named *pieces,
                                        size_t count)
{
    double x = 0, y = 0, weights = 0, least = INFINITY;
    const struct named *middle = pieces;
    for (size_t i = 0; i < count; i++) {
        const struct plane_box *box = &map->features[pieces[i].entry.number].box;
        double wide = (double)box->x1 - box->x0, high = (double)box->y1 - box->y0;
        double weight = hypot(wide, high) + 1;
        x += weight * (box->x0 + wide / 2);
        y += weight * (box->y0 + high / 2);
        weights += weight;
    }
    for (size_t i = 0; i < count; i++) {
        const struct plane_box *box = &map->features[pieces[i].entry.number].box;
        double away = hypot(((double)box->x0 + box->x1) / 2 - x / weights,
                            ((double)box->y0 + box->y1) / 2 - y / weights);
        if (away < least) {
            least = away;
            middle = &pieces[i];
        }
    }
    return middle;
}

/* Is it the label of a community that has its outline, and so is there already? */
static bool is_community(const struct suggest_names *all, const struct named *one)
{
    if (one->entry.kind != SUGGEST_PLACE)
        return false;
    const struct base_map *map = &all->dataset->networks[one->entry.network]->file.map;
    int32_t around = community_locator_at(
        &all->locator, base_feature_place(map, &map->features[one->entry.number]));
    return around >= 0 && geo_point_is_valid(all->community_points[around]) &&
           strcmp(all->dataset->communities[around].name, one->name) == 0;
}

/* One entry a road or station; two places of one name are two. */
static enum status add_names(struct suggest_names *all, const struct names *names,
                             struct error *error)
{
    for (size_t first = 0, next; first < names->count; first = next) {
        const struct named *one = &names->items[first];
        for (next = first + 1; next < names->count && one->entry.kind != SUGGEST_PLACE &&
                               names->items[next].entry.kind == one->entry.kind &&
                               names->items[next].entry.network == one->entry.network &&
                               strcmp(names->items[next].name, one->name) == 0;)
            next++;
        if (is_community(all, one))
            continue;
        const struct base_map *map = &all->dataset->networks[one->entry.network]->file.map;
        const struct named *middle = middle_piece(map, one, next - first);
        enum status status = add(all, middle->entry, middle->name,
                                 middle->name == middle->name_en ? NULL : middle->name_en, error);
        if (status)
            return status;
    }
    return STATUS_OK;
}

static enum status add_base_maps(struct suggest_names *all, struct error *error)
{
    const struct dataset *dataset = all->dataset;
    struct names names = {0};
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < dataset->network_count && !status; i++)
        status = gather_names(&dataset->networks[i]->file.map, (uint16_t)i, &names, error);
    if (!status && names.count) {
        qsort(names.items, names.count, sizeof *names.items, by_kind_and_name);
        status = add_names(all, &names, error);
    }
    large_memory_free(names.items);
    return status;
}

/* Facilities ----------------------------------------------------------------------------------- */

static enum status add_facilities(struct suggest_names *all, struct error *error)
{
    const struct dataset *dataset = all->dataset;
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < dataset->facility_count && !status; i++) {
        const struct dataset_facility *facility = &dataset->facilities[i];
        if (facility->in_register && geo_point_is_valid(facility->point))
            status = add(all, (struct suggest_entry){.number = i, .kind = SUGGEST_FACILITY},
                         dataset_text(dataset, facility->name),
                         dataset_text(dataset, facility->name_en), error);
    }
    return status;
}

/* The whole ------------------------------------------------------------------------------------ */

enum status suggest_collect(const struct dataset *dataset, struct suggest_names *all,
                            struct error *error)
{
    all->dataset = dataset;
    enum status status = suggest_grow((void **)&all->text, 0, 1, &all->text_capacity, 1, error);
    if (status)
        return status;
    all->text[0] = '\0';
    all->text_bytes = 1;
    status = community_locator_build(&all->locator, dataset->communities, dataset->community_count,
                                     error);
    if (!status)
        status = add_communities(all, error);
    if (!status)
        status = add_base_maps(all, error);
    if (!status)
        status = add_facilities(all, error);
    return status;
}

void suggest_names_release(struct suggest_names *all)
{
    large_memory_free(all->text);
    large_memory_free(all->entries);
    large_memory_free(all->names);
    large_memory_free(all->rows);
    free(all->community_points);
    community_locator_release(&all->locator);
    *all = (struct suggest_names){0};
}
