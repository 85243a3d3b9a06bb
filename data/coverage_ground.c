#include "data/coverage_ground.h"

#include "data/recompute.h"
#include "data/vacancies.h"

#include <stdlib.h>
#include <string.h>

enum { LIST_SECONDS = 15 * 60 };

/* People ----------------------------------------------------------------------------------------- */

static enum status make_arrays(struct coverage_ground *ground, const struct people *people,
                               struct error *error)
{
    size_t room = (size_t)people->count + 1;
    ground->weights = calloc(room, sizeof *ground->weights);
    ground->communities = calloc(room, sizeof *ground->communities);
    ground->people = calloc(room, sizeof *ground->people);
    ground->children = calloc(room, sizeof *ground->children);
    if (!ground->weights || !ground->communities || !ground->people || !ground->children)
        return error_memory(error, "laying residents on the streets");
    return STATUS_OK;
}

/* Children's figures, where the region has any; else residents. Chosen once for all. */
static void weigh(struct coverage_ground *ground, const struct people *people)
{
    for (uint32_t k = 0; k < people->count && !ground->weighs_children; k++)
        ground->weighs_children = people->children[k] != NONE && people->children[k] > 0;
    for (uint32_t k = 0; k < people->count; k++) {
        int32_t figure = ground->weighs_children ? people->children[k] : people->residents[k];
        uint32_t community = people->communities[k];
        bool is_inside = community >= ground->first_community &&
                         community - ground->first_community < ground->community_count;
        ground->weights[k] = figure == NONE ? 0 : figure;
        ground->communities[k] = is_inside ? community - ground->first_community : UINT32_MAX;
        ground->people[k] = people->residents[k];
        ground->children[k] = people->children[k];
    }
}

/* Without streets everybody is off them. */
static enum status lay_nowhere(uint32_t count, struct residents *residents, struct error *error)
{
    size_t room = (size_t)count + 1;
    *residents = (struct residents){.count = count,
                                    .snaps = calloc(room, sizeof *residents->snaps),
                                    .snap_mm = calloc(room, sizeof *residents->snap_mm),
                                    .off_network = count};
    if (!residents->snaps || !residents->snap_mm)
        return error_memory(error, "laying residents on the streets");
    for (uint32_t k = 0; k < count; k++)
        residents->snaps[k].piece = NO_PIECE;
    return STATUS_OK;
}

/* Those of the dataset have been moved onto the streets with it; a profile of one's own has other
 * snaps. */
static enum status snap_people(struct coverage_ground *ground, const struct walking *walking,
                               const struct people *people, struct error *error)
{
    if (!walking)
        return lay_nowhere(people->count, &ground->residents, error);
    if (!walking->people.snaps || walking->people.count != people->count)
        return residents_build(walking->network, &walking->profile, walking->snapper,
                               people->points, people->count, &ground->residents, error);
    ground->residents = walking->people;
    ground->borrows_residents = true;
    return STATUS_OK;
}

static enum status lay_people(struct coverage_ground *ground, const struct walking *walking,
                              struct error *error)
{
    const struct people *people = &ground->dataset->people[ground->region];
    ground->source = people->count ? people->source : RESIDENTS_NONE;
    enum status status = make_arrays(ground, people, error);
    if (status)
        return status;
    weigh(ground, people);
    return snap_people(ground, walking, people, error);
}

/* Facilities ------------------------------------------------------------------------------------- */

static int compare_code(const void *key, const void *community)
{
    return strcmp(key, ((const struct community_record *)community)->code);
}

/* Communities of a region stand together, ascending by code. */
static void find_communities(struct coverage_ground *ground)
{
    const struct dataset *dataset = ground->dataset;
    uint32_t first = 0;
    while (first < dataset->community_count && dataset->community_regions[first] != ground->region)
        first++;
    uint32_t end = first;
    while (end < dataset->community_count && dataset->community_regions[end] == ground->region)
        end++;
    ground->first_community = first;
    ground->community_count = end - first;
}

static uint32_t community_of(const struct coverage_ground *ground, const char *code)
{
    const struct community_record *first = ground->dataset->communities + ground->first_community;
    const struct community_record *found =
        code && ground->community_count
            ? bsearch(code, first, ground->community_count, sizeof *first, compare_code)
            : NULL;
    return found ? (uint32_t)(found - first) : UINT32_MAX;
}

static enum status lay_facilities(struct coverage_ground *ground, const struct walking *walking,
                                  struct error *error)
{
    const struct dataset *dataset = ground->dataset;
    ground->facilities = calloc((size_t)dataset->facility_count + 1, sizeof *ground->facilities);
    if (!ground->facilities)
        return error_memory(error, "laying facilities on the streets");
    for (uint32_t i = 0; i < dataset->facility_count; i++) {
        const struct dataset_facility *facility = &dataset->facilities[i];
        struct walking_spot off = {.piece = WALKING_OFF};
        const struct walking_spot *spot = walking ? &walking->spots[i] : &off;
        if (!facility->in_register ||
            (facility->region != ground->region && spot->piece == WALKING_OFF))
            continue;
        ground->facilities[ground->facility_count++] = (struct ground_facility){
            .number = i,
            .snap = {.piece = spot->piece, .from_start_mm = spot->from_start_mm},
            .snap_mm = ground->profile.snap_counts ? spot->snap_mm : 0,
            .community = facility->region == ground->region
                             ? community_of(ground, dataset_text(dataset, facility->community))
                             : UINT32_MAX};
    }
    return STATUS_OK;
}

/* Catchments ------------------------------------------------------------------------------------- */

struct collecting {
    const struct coverage_ground *ground;
    uint32_t max_mm;
    struct catchment_entry **lists; /* by facility; malloc'd */
    uint32_t *counts;
};

/* One thread's: a search, and room for the largest catchment there can be. */
struct collector {
    struct reach reach;
    struct catchment_entry *entries;
};

static void collect_end(void *context, void *scratch)
{
    (void)context;
    struct collector *collector = scratch;
    reach_release(&collector->reach);
    free(collector->entries);
    free(collector);
}

static enum status collect_begin(void *context, void **scratch, struct error *error)
{
    const struct collecting *collecting = context;
    const struct coverage_ground *ground = collecting->ground;
    struct collector *collector = calloc(1, sizeof *collector);
    if (!collector)
        return error_memory(error, "searching catchments");
    collector->entries = malloc(((size_t)ground->residents.count + 1) * sizeof *collector->entries);
    enum status status = collector->entries
                             ? reach_init(&collector->reach, ground->network->node_count, error)
                             : error_memory(error, "searching catchments");
    if (status)
        collect_end(context, collector);
    else
        *scratch = collector;
    return status;
}

static enum status collect(void *context, void *scratch, uint32_t item, struct error *error)
{
    struct collecting *collecting = context;
    struct collector *collector = scratch;
    const struct coverage_ground *ground = collecting->ground;
    const struct ground_facility *facility = &ground->facilities[item];
    if (facility->snap.piece == NO_PIECE)
        return STATUS_OK;
    uint32_t count = 0;
    enum status status =
        catchment_compute(ground->network, &ground->profile, &ground->residents, &facility->snap,
                          facility->snap_mm, collecting->max_mm, &collector->reach,
                          collector->entries, ground->residents.count, &count, error);
    if (status || count == 0)
        return status;
    collecting->lists[item] = malloc(count * sizeof *collector->entries);
    if (!collecting->lists[item])
        return error_memory(error, "searching catchments");
    memcpy(collecting->lists[item], collector->entries, count * sizeof *collector->entries);
    collecting->counts[item] = count;
    return STATUS_OK;
}

/* The lists, one after the other. */
static enum status join_lists(const struct collecting *collecting, struct catchments *catchments,
                              struct error *error)
{
    uint32_t facilities = collecting->ground->facility_count;
    uint64_t total = 0;
    for (uint32_t i = 0; i < facilities; i++)
        total += collecting->counts[i];
    if (total > UINT32_MAX)
        return error_set(error, STATUS_LIMIT,
                         "the catchments have %llu resident points together; at most %u are "
                         "possible",
                         (unsigned long long)total, UINT32_MAX);
    catchments->entries = malloc(((size_t)total + 1) * sizeof *catchments->entries);
    if (!catchments->entries)
        return error_memory(error, "keeping catchments");
    for (uint32_t i = 0; i < facilities; i++) {
        catchments->first[i + 1] = catchments->first[i] + collecting->counts[i];
        if (collecting->counts[i])
            memcpy(catchments->entries + catchments->first[i], collecting->lists[i],
                   collecting->counts[i] * sizeof *catchments->entries);
    }
    return STATUS_OK;
}

enum status catchments_make(const struct coverage_ground *ground, uint32_t max_mm,
                            struct catchments *catchments, struct error *error)
{
    size_t room = (size_t)ground->facility_count + 1;
    struct collecting collecting = {.ground = ground,
                                    .max_mm = max_mm,
                                    .lists = calloc(room, sizeof *collecting.lists),
                                    .counts = calloc(room, sizeof *collecting.counts)};
    *catchments =
        (struct catchments){.first = calloc(room, sizeof *catchments->first), .max_mm = max_mm};
    bool has_any = ground->network && ground->residents.count;
    const struct recompute recompute = {.count = has_any ? ground->facility_count : 0,
                                        .context = &collecting,
                                        .begin = collect_begin,
                                        .work = collect,
                                        .end = collect_end};
    enum status status = STATUS_OK;
    if (!collecting.lists || !collecting.counts || !catchments->first)
        status = error_memory(error, "searching catchments");
    else if (recompute.count)
        status = recompute_all(&recompute, error);
    if (!status)
        status = join_lists(&collecting, catchments, error);
    for (uint32_t i = 0; i < ground->facility_count && collecting.lists; i++)
        free(collecting.lists[i]);
    free(collecting.lists);
    free(collecting.counts);
    if (status)
        catchments_release(catchments);
    return status;
}

void catchments_release(struct catchments *catchments)
{
    free(catchments->first);
    free(catchments->entries);
    *catchments = (struct catchments){0};
}

/* The ground ------------------------------------------------------------------------------------- */

static const struct walking *find_walking(const struct dataset *dataset,
                                          const struct coverage_parameters *parameters)
{
    for (uint32_t i = 0; i < dataset->network_count; i++)
        if (dataset->networks[i]->region == parameters->region)
            return parameters->walkings ? &parameters->walkings[i]
                                        : &dataset->networks[i]->by_profile[parameters->profile];
    return NULL;
}

enum status coverage_ground_make(const struct dataset *dataset,
                                 const struct coverage_parameters *parameters,
                                 struct coverage_ground **ground, struct error *error)
{
    *ground = NULL;
    struct coverage_ground *made = calloc(1, sizeof *made);
    if (!made)
        return error_memory(error, "laying residents on the streets");
    const struct walking *walking = find_walking(dataset, parameters);
    const struct profile *asked = parameters->walkings && dataset->network_count
                                      ? &parameters->walkings[0].profile
                                      : profile_builtin(parameters->profile);
    made->dataset = dataset;
    made->region = parameters->region;
    made->profile = walking ? walking->profile : *asked;
    made->network = walking ? walking->network : NULL;
    find_communities(made);
    enum status status = lay_people(made, walking, error);
    if (!status)
        status = lay_facilities(made, walking, error);
    if (!status)
        status = catchments_make(made, (uint32_t)profile_reach_mm(&made->profile, LIST_SECONDS),
                                 &made->catchments, error);
    if (status)
        coverage_ground_release(made);
    else
        *ground = made;
    return status;
}

void coverage_ground_release(struct coverage_ground *ground)
{
    if (!ground)
        return;
    if (!ground->borrows_residents)
        residents_release(&ground->residents);
    free(ground->weights);
    free(ground->communities);
    free(ground->people);
    free(ground->children);
    free(ground->facilities);
    catchments_release(&ground->catchments);
    free(ground);
}
