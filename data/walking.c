#include "data/walking.h"

#include "data/dataset_internal.h"
#include "data/region_streets.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Placing facilities --------------------------------------------------------------------------- */

static bool is_near(struct geo_box bounds, struct geo_point point)
{
    const double margin_deg = 0.1; /* some 11 km of latitude, more than any snap limit */
    double margin_lon = margin_deg / fmax(cos(point.lat * 0.017453292519943295), 0.01);
    return point.lon >= bounds.west - margin_lon && point.lon <= bounds.east + margin_lon &&
           point.lat >= bounds.south - margin_deg && point.lat <= bounds.north + margin_deg;
}

static struct walking_spot find_spot(const struct walking *walking, struct geo_point point)
{
    struct snap snap;
    if (!geo_point_is_valid(point) || !is_near(walking->network->bounds, point) ||
        snap_point(walking->snapper, point, walking->profile.snap_max_m, &snap, NULL))
        return (struct walking_spot){.piece = WALKING_OFF};
    return (struct walking_spot){snap.piece, snap.from_start_mm,
                                 (uint32_t)lround(snap.distance_m * 1000)};
}

enum status walking_build(const struct dataset *dataset, const struct network *network,
                          const struct profile *profile, struct walking *walking,
                          struct error *error)
{
    *walking = (struct walking){.profile = *profile, .network = network};
    enum status status =
        snapper_build(network, profile, profile->min_component_m, &walking->snapper, error);
    if (!status)
        status = raw_make_array((void **)&walking->spots, dataset->facility_count,
                                sizeof *walking->spots, error);
    for (uint32_t i = 0; i < dataset->facility_count && !status; i++)
        walking->spots[i] = find_spot(walking, dataset->facilities[i].point);
    if (status)
        walking_release(walking);
    return status;
}

void walking_release(struct walking *walking)
{
    if (!walking->is_borrowed) {
        snapper_release(walking->snapper);
        large_memory_free(walking->spots);
        residents_release(&walking->people);
    }
    *walking = (struct walking){0};
}

/* The networks of a dataset -------------------------------------------------------------------- */

struct placing {
    const struct dataset *dataset;
    const struct network *network;
    struct walking *walking;
    uint32_t profile;
    enum status status;
    struct error error;
};

static void *place(void *context)
{
    struct placing *placing = context;
    placing->status =
        walking_build(placing->dataset, placing->network, profile_builtin(placing->profile),
                      placing->walking, &placing->error);
    return NULL;
}

/* The earlier profile whose snappers and spots are the same; its own number where there is none. */
static uint32_t same_as(uint32_t number)
{
    const struct profile *profile = profile_builtin(number);
    for (uint32_t i = 0; i < number; i++)
        if (profile_builtin(i)->barred == profile->barred &&
            profile_builtin(i)->snap_max_m == profile->snap_max_m &&
            profile_builtin(i)->resident_snap_max_m == profile->resident_snap_max_m &&
            profile_builtin(i)->min_component_m == profile->min_component_m)
            return i;
    return number;
}

/* Each profile that needs its own on a thread of its own. */
static enum status place_profiles(const struct dataset *dataset, struct walking_network *network,
                                  struct error *error)
{
    struct placing placings[PROFILE_COUNT];
    pthread_t helpers[PROFILE_COUNT];
    bool helped[PROFILE_COUNT] = {false};
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < PROFILE_COUNT; i++) {
        placings[i] = (struct placing){.dataset = dataset,
                                       .network = &network->file.network,
                                       .walking = &network->by_profile[i],
                                       .profile = i};
        if (same_as(i) == i)
            helped[i] = i > 0 && pthread_create(&helpers[i], NULL, place, &placings[i]) == 0;
    }
    for (uint32_t i = 0; i < PROFILE_COUNT; i++) {
        if (helped[i])
            pthread_join(helpers[i], NULL);
        else if (same_as(i) == i)
            place(&placings[i]);
        if (placings[i].status && !status) {
            status = placings[i].status;
            if (error)
                *error = placings[i].error;
        }
    }
    for (uint32_t i = 0; i < PROFILE_COUNT && !status; i++)
        if (same_as(i) != i) {
            network->by_profile[i] = network->by_profile[same_as(i)];
            network->by_profile[i].profile = *profile_builtin(i);
            network->by_profile[i].is_borrowed = true;
        }
    return status;
}

static void close_network(struct walking_network *network)
{
    for (uint32_t i = 0; i < PROFILE_COUNT; i++)
        walking_release(&network->by_profile[i]);
    network_file_close(&network->file);
}

/* Snappers point at their network: networks are allocated one by one and never move. */
enum status walking_add_network(struct dataset *dataset, uint16_t region, struct network_file *file,
                                struct error *error)
{
    size_t count = (size_t)dataset->network_count + 1;
    struct walking_network *added = calloc(1, sizeof *added);
    struct walking_network **networks =
        added ? realloc(dataset->networks, count * sizeof *networks) : NULL;
    if (!networks) {
        free(added);
        network_file_close(file);
        return error_memory(error, "opening a street network");
    }
    dataset->networks = networks;
    added->file = *file;
    added->region = region;
    *file = (struct network_file){0};
    enum status status = place_profiles(dataset, added, error);
    if (status) {
        close_network(added);
        free(added);
        return status;
    }
    dataset->networks[dataset->network_count++] = added;
    return STATUS_OK;
}

/* A street file that cannot be used is no reason to show no facilities. */
static enum status note_trouble(struct dataset *dataset, uint32_t region, const char *trouble,
                                struct error *error)
{
    dataset->network_troubles[region] = arena_string(&dataset->arena, trouble);
    return dataset->network_troubles[region] ? STATUS_OK
                                             : error_memory(error, "opening a street network");
}

enum status walking_open_all(struct dataset *dataset, struct store *store, struct error *error)
{
    dataset->network_troubles =
        arena_calloc(&dataset->arena, dataset->region_count, sizeof *dataset->network_troubles);
    if (!dataset->network_troubles)
        return error_memory(error, "opening the street networks");
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < dataset->region_count && !status; i++) {
        struct network_file file;
        struct error trouble = {0};
        switch (region_streets_open(store, dataset->regions[i].name, &file, &trouble)) {
        case STATUS_OK:
            status = walking_add_network(dataset, (uint16_t)i, &file, error);
            break;
        case STATUS_NOT_FOUND: /* none was imported */
        case STATUS_UNSUPPORTED:
            break;
        default:
            status = note_trouble(dataset, i, trouble.message, error);
            break;
        }
    }
    return status;
}

enum status walking_place_people(struct dataset *dataset, struct error *error)
{
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < dataset->network_count; i++) {
        struct walking_network *network = dataset->networks[i];
        const struct people *people = &dataset->people[network->region];
        for (uint32_t p = 0; p < PROFILE_COUNT && !status; p++) {
            struct walking *walking = &network->by_profile[p];
            if (walking->is_borrowed)
                walking->people = network->by_profile[same_as(p)].people;
            else
                status = residents_build(walking->network, &walking->profile, walking->snapper,
                                         people->points, people->count, &walking->people, error);
        }
    }
    return status;
}

void walking_close_all(struct dataset *dataset)
{
    for (uint32_t i = 0; i < dataset->network_count; i++) {
        close_network(dataset->networks[i]);
        free(dataset->networks[i]);
    }
    free(dataset->networks);
    dataset->networks = NULL;
    dataset->network_count = 0;
}

const struct walking_network *walking_network_of(const struct dataset *dataset, uint32_t region)
{
    for (uint32_t i = 0; i < dataset->network_count; i++)
        if (dataset->networks[i]->region == region)
            return dataset->networks[i];
    return NULL;
}

/* Where a walk begins -------------------------------------------------------------------------- */

/* Nothing is near: is it that its region has no network, or that the point is off it? `near_m` is
 * the limit. */
static enum status refuse_start(const struct dataset *dataset, struct geo_point from, double near_m,
                                struct error *error)
{
    for (uint32_t i = 0; i < dataset->region_count; i++)
        if (geo_box_contains(dataset->regions[i].bounds, from)) {
            if (walking_network_of(dataset, i))
                break;
            return error_set(error, STATUS_NO_NETWORK,
                             "region '%s' has no pedestrian network to walk on",
                             dataset->regions[i].name);
        }
    return error_set(error, STATUS_OFF_NETWORK,
                     "the point is more than %.0f m from any street that may be walked", near_m);
}

enum status walking_find_start(const struct dataset *dataset, struct geo_point from,
                               uint32_t profile, const struct walking *custom,
                               struct walking_start *start, struct error *error)
{
    *start = (struct walking_start){0};
    if (dataset->network_count == 0)
        return error_set(error, STATUS_NO_NETWORK,
                         "there is no pedestrian network here to walk on");
    for (uint32_t i = 0; i < dataset->network_count; i++) {
        const struct walking *walking =
            custom ? &custom[i] : &dataset->networks[i]->by_profile[profile];
        struct snap snap;
        if (is_near(walking->network->bounds, from) &&
            !snap_point(walking->snapper, from, walking->profile.resident_snap_max_m, &snap,
                        NULL) &&
            (!start->walking || snap.distance_m < start->snap.distance_m)) {
            start->walking = walking;
            start->snap = snap;
        }
    }
    if (!start->walking)
        return refuse_start(
            dataset, from,
            (custom ? &custom->profile : profile_builtin(profile))->resident_snap_max_m, error);
    if (start->walking->profile.snap_counts)
        start->snap_mm = (uint32_t)lround(start->snap.distance_m * 1000);
    return STATUS_OK;
}

static const struct walking_network *network_of(const struct dataset *dataset,
                                                const struct walking_start *start)
{
    uint32_t i = 0;
    while (&dataset->networks[i]->file.network != start->walking->network)
        i++; /* it is one of them */
    return dataset->networks[i];
}

const char *walking_attribution(const struct dataset *dataset, const struct walking_start *start)
{
    return base_map_attribution(network_of(dataset, start)->file.is_invented);
}

/* Walking -------------------------------------------------------------------------------------- */

void walker_release(struct walker *walker)
{
    reach_release(&walker->reach);
    *walker = (struct walker){0};
}

/* Room for the largest network yet seen. */
enum status walker_make_room(struct walker *walker, uint32_t node_count, struct error *error)
{
    if (walker->reach.scratch && walker->node_count >= node_count)
        return STATUS_OK;
    walker_release(walker);
    enum status status = reach_init(&walker->reach, node_count, error);
    if (!status)
        walker->node_count = node_count;
    return status;
}

enum status walker_reach(struct walker *walker, const struct walking_start *start,
                         enum reach_direction direction, uint32_t max_mm, bool *reaches,
                         struct error *error)
{
    const struct walking *walking = start->walking;
    *reaches = start->snap_mm <= max_mm;
    if (!*reaches)
        return STATUS_OK;
    enum status status = walker_make_room(walker, walking->network->node_count, error);
    if (!status)
        status = reach_compute(walking->network, &walking->profile, &start->snap, direction,
                               max_mm - start->snap_mm, &walker->reach, error);
    return status;
}

uint64_t walker_facility_mm(const struct walker *walker, const struct walking_start *start,
                            uint32_t facility)
{
    const struct walking_spot *spot = &start->walking->spots[facility];
    if (spot->piece == WALKING_OFF)
        return UINT64_MAX;
    const struct snap position = {.piece = spot->piece, .from_start_mm = spot->from_start_mm};
    uint32_t mm = reach_position_mm(&walker->reach, &position);
    if (mm == REACH_FAR)
        return UINT64_MAX;
    uint32_t snap_mm = start->walking->profile.snap_counts ? spot->snap_mm : 0;
    return (uint64_t)mm + start->snap_mm + snap_mm;
}

void walker_count_people(const struct walker *walker, const struct walking_start *start,
                         const struct dataset *dataset, const uint64_t *max_mm, uint32_t count,
                         double *residents)
{
    const struct people *people = &dataset->people[network_of(dataset, start)->region];
    const struct residents *placed = &start->walking->people;
    bool is_known = false;
    for (uint32_t k = 0; k < people->count; k++)
        is_known |= people->residents[k] != NONE;
    for (uint32_t i = 0; i < count; i++)
        residents[i] = is_known ? 0 : NAN;
    for (uint32_t k = 0; k < placed->count && is_known; k++) {
        if (placed->snaps[k].piece == NO_PIECE || people->residents[k] == NONE)
            continue;
        uint32_t way = reach_position_mm(&walker->reach, &placed->snaps[k]);
        uint64_t mm = (uint64_t)way + start->snap_mm + placed->snap_mm[k];
        for (uint32_t i = 0; i < count && way != REACH_FAR; i++)
            residents[i] += mm <= max_mm[i] ? people->residents[k] : 0;
    }
}
