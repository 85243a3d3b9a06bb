/* Gathering the names: communities, then what the base maps name, then facilities. */
#include "data/suggest_internal.h"

#include "data/large_memory.h"
#include "data/outlines.h"
#include "data/walking.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Folding -------------------------------------------------------------------------------------- */

/* One character: the bytes it takes of `text` (at most `left`), and what it becomes. A full-width form
 * U+FF01 … U+FF5E is EF BC 81 … EF BD 9E, its ASCII 0xFEE0 below; Latin-1's capitals, C3 80 … C3 9E but
 * for the sign of multiplication, stand 0x20 below their small letters. */
static size_t fold_one(const unsigned char *text, size_t left, unsigned char to[2])
{
    size_t taken = 1;
    to[0] = text[0];
    to[1] = 0;
    if (left >= 3 && text[0] == 0xE3 && text[1] == 0x80 && text[2] == 0x80) {
        to[0] = ' '; /* U+3000 */
        taken = 3;
    } else if (left >= 3 && text[0] == 0xEF &&
               ((text[1] == 0xBC && text[2] >= 0x81) || (text[1] == 0xBD && text[2] <= 0x9E))) {
        to[0] = (unsigned char)(text[2] - (text[1] == 0xBC ? 0x60 : 0x20));
        taken = 3;
    } else if (left >= 2 && text[0] == 0xC2 && text[1] == 0xA0) {
        to[0] = ' ';
        taken = 2;
    } else if (left >= 2 && text[0] == 0xC3) {
        bool is_capital = text[1] >= 0x80 && text[1] <= 0x9E && text[1] != 0x97;
        to[1] = (unsigned char)(text[1] + (is_capital ? 0x20 : 0));
        return 2;
    }
    if (to[0] >= 'A' && to[0] <= 'Z')
        to[0] = (unsigned char)(to[0] + 0x20);
    else if (to[0] < ' ' || to[0] == 0x7F)
        to[0] = ' ';
    return taken;
}

size_t suggest_fold(const char *text, size_t length, char *folded)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t out = 0;
    for (size_t i = 0; i < length;) {
        unsigned char to[2];
        i += fold_one(bytes + i, length - i, to);
        if (to[0] == ' ' && (out == 0 || folded[out - 1] == ' '))
            continue;
        folded[out++] = (char)to[0];
        if (to[1])
            folded[out++] = (char)to[1];
    }
    if (out > 0 && folded[out - 1] == ' ')
        out--;
    folded[out] = '\0';
    return out;
}

/* Entries -------------------------------------------------------------------------------------- */

/* Room for `more` elements in a growing array. */
static enum status grow(void **array, size_t count, size_t more, size_t *capacity, size_t bytes,
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

static void add_name(struct suggest *suggest, const char *name, size_t length)
{
    size_t folded = suggest_fold(name, length, suggest->text + suggest->text_bytes);
    if (folded > 0)
        suggest->text_bytes += folded + 1;
}

/* NULL and "" are no names; without any there is no entry. */
static enum status add(struct suggest *suggest, struct suggest_entry entry, const char *name,
                       const char *name_en, struct error *error)
{
    size_t length = name ? strlen(name) : 0, length_en = name_en ? strlen(name_en) : 0;
    size_t before = suggest->text_bytes;
    enum status status = grow((void **)&suggest->text, before, length + length_en + 2,
                              &suggest->text_capacity, 1, error);
    if (!status)
        status = grow((void **)&suggest->entries, suggest->entry_count, 1, &suggest->entry_capacity,
                      sizeof *suggest->entries, error);
    if (status)
        return status;
    add_name(suggest, name, length);
    add_name(suggest, name_en, length_en);
    if (suggest->text_bytes > UINT32_MAX)
        return error_set(error, STATUS_LIMIT, "the names to search are larger than 4 GiB");
    entry.text_end = (uint32_t)suggest->text_bytes;
    if (suggest->text_bytes > before)
        suggest->entries[suggest->entry_count++] = entry;
    return STATUS_OK;
}

/* Communities ---------------------------------------------------------------------------------- */

static enum status find_community_points(struct suggest *suggest, struct error *error)
{
    const struct dataset *dataset = suggest->dataset;
    struct outlines *outlines = NULL;
    suggest->community_points =
        calloc(dataset->community_count + 1, sizeof *suggest->community_points);
    if (!suggest->community_points)
        return error_memory(error, "gathering names to search");
    enum status status = outlines_open(&outlines, error);
    for (uint32_t i = 0; i < dataset->community_count && !status; i++) {
        const char *outline = dataset->communities[i].outline;
        struct geo_point *point = &suggest->community_points[i];
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

static enum status add_communities(struct suggest *suggest, struct error *error)
{
    const struct dataset *dataset = suggest->dataset;
    enum status status = find_community_points(suggest, error);
    for (uint32_t i = 0; i < dataset->community_count && !status; i++)
        if (geo_point_is_valid(suggest->community_points[i]))
            status = add(suggest, (struct suggest_entry){.number = i, .kind = SUGGEST_COMMUNITY},
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
        enum status status = grow((void **)&names->items, names->count, 1, &names->capacity,
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
static bool is_community(const struct suggest *suggest, const struct named *one)
{
    if (one->entry.kind != SUGGEST_PLACE)
        return false;
    const struct base_map *map = &suggest->dataset->networks[one->entry.network]->file.map;
    int32_t around = community_locator_at(
        &suggest->locator, base_feature_place(map, &map->features[one->entry.number]));
    return around >= 0 && geo_point_is_valid(suggest->community_points[around]) &&
           strcmp(suggest->dataset->communities[around].name, one->name) == 0;
}

/* One entry a road or station; two places of one name are two. */
static enum status add_names(struct suggest *suggest, const struct names *names,
                             struct error *error)
{
    for (size_t first = 0, next; first < names->count; first = next) {
        const struct named *one = &names->items[first];
        for (next = first + 1; next < names->count && one->entry.kind != SUGGEST_PLACE &&
                               names->items[next].entry.kind == one->entry.kind &&
                               names->items[next].entry.network == one->entry.network &&
                               strcmp(names->items[next].name, one->name) == 0;)
            next++;
        if (is_community(suggest, one))
            continue;
        const struct base_map *map = &suggest->dataset->networks[one->entry.network]->file.map;
        const struct named *middle = middle_piece(map, one, next - first);
        enum status status = add(suggest, middle->entry, middle->name,
                                 middle->name == middle->name_en ? NULL : middle->name_en, error);
        if (status)
            return status;
    }
    return STATUS_OK;
}

static enum status add_base_maps(struct suggest *suggest, struct error *error)
{
    const struct dataset *dataset = suggest->dataset;
    struct names names = {0};
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < dataset->network_count && !status; i++)
        status = gather_names(&dataset->networks[i]->file.map, (uint16_t)i, &names, error);
    if (!status && names.count) {
        qsort(names.items, names.count, sizeof *names.items, by_kind_and_name);
        status = add_names(suggest, &names, error);
    }
    large_memory_free(names.items);
    return status;
}

/* Facilities ----------------------------------------------------------------------------------- */

static enum status add_facilities(struct suggest *suggest, struct error *error)
{
    const struct dataset *dataset = suggest->dataset;
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < dataset->facility_count && !status; i++) {
        const struct dataset_facility *facility = &dataset->facilities[i];
        if (facility->in_register && geo_point_is_valid(facility->point))
            status = add(suggest, (struct suggest_entry){.number = i, .kind = SUGGEST_FACILITY},
                         dataset_text(dataset, facility->name),
                         dataset_text(dataset, facility->name_en), error);
    }
    return status;
}

/* The whole ------------------------------------------------------------------------------------ */

enum status suggest_build(const struct dataset *dataset, struct suggest **result,
                          struct error *error)
{
    *result = NULL;
    struct suggest *suggest = calloc(1, sizeof *suggest);
    if (!suggest)
        return error_memory(error, "gathering names to search");
    suggest->dataset = dataset;
    enum status status = grow((void **)&suggest->text, 0, 1, &suggest->text_capacity, 1, error);
    if (!status) {
        suggest->text[0] = '\0';
        suggest->text_bytes = 1;
        status = community_locator_build(&suggest->locator, dataset->communities,
                                         dataset->community_count, error);
    }
    if (!status)
        status = add_communities(suggest, error);
    if (!status)
        status = add_base_maps(suggest, error);
    if (!status)
        status = add_facilities(suggest, error);
    if (status)
        suggest_release(suggest);
    else
        *result = suggest;
    return status;
}

void suggest_release(struct suggest *suggest)
{
    if (!suggest)
        return;
    large_memory_free(suggest->text);
    large_memory_free(suggest->entries);
    free(suggest->community_points);
    community_locator_release(&suggest->locator);
    free(suggest);
}
