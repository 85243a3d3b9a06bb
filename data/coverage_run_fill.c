/* From answered questions to what a run says of each community. */
#include "data/coverage_run_internal.h"

#include "data/vacancies.h"
#include "geo/access.h"

#include <math.h>
#include <stdlib.h>

/* Sums too large for a count stay at the largest one: no town has so many, a file may. */
static void add_count(int32_t *sum, int32_t count)
{
    if (__builtin_add_overflow(*sum, count, sum))
        *sum = INT32_MAX;
}

/* Places ----------------------------------------------------------------------------------------- */

void coverage_supply_find(const struct coverage_ground *ground, const struct vacancies *vacancies,
                          bool inclusive, struct coverage_supply *supply)
{
    const struct dataset *dataset = ground->dataset;
    for (uint32_t i = 0; i < ground->facility_count; i++) {
        const struct dataset_facility *facility =
            &dataset->facilities[ground->facilities[i].number];
        supply[i] = (struct coverage_supply){
            .is_public = vacancies->is_public[ground->facilities[i].number] &&
                         (!inclusive || facility->inclusive == YES)};
        bool is_known = false;
        for (uint32_t g = 0; g < facility->group_count && supply[i].is_public; g++) {
            const struct dataset_group *group = &dataset->groups[facility->first_group + g];
            if (group->licensed == NONE)
                continue;
            is_known = true;
            add_count(group->admission == ADMISSION_STAFF_ONLY ? &supply[i].places_staff_only
                                                               : &supply[i].places,
                      group->licensed);
        }
        if (supply[i].is_public && !is_known && facility->licensed_total != NONE)
            supply[i].places = facility->licensed_total;
    }
}

/* People ----------------------------------------------------------------------------------------- */

static void add_figure(int32_t *sum, int32_t figure)
{
    if (figure == NONE)
        return;
    *sum = *sum == NONE ? 0 : *sum;
    add_count(sum, figure);
}

/* Those of the resident points; where a community has none of them, its own figure. */
static void count_people(const struct coverage_ground *ground, struct coverage_run *run)
{
    for (uint32_t k = 0; k < ground->residents.count; k++) {
        add_figure(&run->whole.residents, ground->people[k]);
        add_figure(&run->whole.children, ground->children[k]);
        if (ground->communities[k] == UINT32_MAX)
            continue;
        struct coverage_entry *entry = &run->communities[ground->communities[k]];
        add_figure(&entry->residents, ground->people[k]);
        add_figure(&entry->children, ground->children[k]);
    }
    for (uint32_t c = 0; c < run->community_count; c++) {
        struct coverage_entry *entry = &run->communities[c];
        const struct community_record *record = &ground->dataset->communities[entry->community];
        if (entry->residents == NONE && record->residents != NONE) {
            entry->residents = record->residents;
            add_figure(&run->whole.residents, record->residents);
        }
        if (entry->children == NONE && record->children != NONE) {
            entry->children = record->children;
            add_figure(&run->whole.children, record->children);
        }
    }
}

static void add_supply(struct coverage_entry *entry, const struct coverage_supply *supply)
{
    entry->facilities += supply->is_public;
    add_count(&entry->places, supply->places);
    add_count(&entry->places_staff_only, supply->places_staff_only);
}

void coverage_run_relate(struct coverage_entry *entry)
{
    entry->places_per_1000 = entry->public_places_per_1000 = (double)NAN;
    if (entry->residents == NONE || entry->residents == 0)
        return;
    double thousands = entry->residents / 1000.0;
    entry->places_per_1000 = ((double)entry->places + entry->places_staff_only) / thousands;
    entry->public_places_per_1000 = entry->places / thousands;
}

/* A hair below, so that 6 x 1,500 / 1,000 is 9 whatever the floats say. */
static int32_t places_needed(double standard_per_1000, int32_t residents)
{
    return residents == NONE || isnan(standard_per_1000)
               ? NONE
               : (int32_t)ceil(standard_per_1000 * residents / 1000 * (1 - 1e-12));
}

/* NaN where nobody has said whether a community is new or built. */
static double standard_of(const struct region *region, const struct community_record *community)
{
    return community->standard >= 0 && community->standard < STANDARD_COUNT
               ? region->standard_per_1000[community->standard]
               : (double)NAN;
}

/* Entries ---------------------------------------------------------------------------------------- */

static enum status name_entries(const struct coverage_ground *ground, struct coverage_run *run,
                                struct error *error)
{
    const struct dataset *dataset = ground->dataset;
    const struct region *region = &dataset->regions[ground->region];
    struct arena *arena = &run->arena;
    run->region = arena_string(arena, region->name);
    run->communities =
        arena_calloc(arena, (size_t)ground->community_count + 1, sizeof *run->communities);
    if (!run->region || !run->communities)
        return error_memory(error, "keeping coverage");
    run->community_count = ground->community_count;
    run->whole =
        (struct coverage_entry){.code = run->region,
                                .name = arena_string(arena, region->title),
                                .name_en = arena_string(arena, region->title_en),
                                .community = UINT32_MAX,
                                .residents = NONE,
                                .children = NONE,
                                .figures = &run->coverage.communities[ground->community_count],
                                .standard_per_1000 = (double)NAN,
                                .places_needed = NONE};
    bool is_complete = run->whole.name && run->whole.name_en;
    for (uint32_t c = 0; c < ground->community_count; c++) {
        const struct community_record *record = &dataset->communities[ground->first_community + c];
        run->communities[c] =
            (struct coverage_entry){.code = arena_string(arena, record->code),
                                    .name = arena_string(arena, record->name),
                                    .name_en = arena_string(arena, record->name_en),
                                    .street = arena_string(arena, record->street),
                                    .community = ground->first_community + c,
                                    .residents = NONE,
                                    .children = NONE,
                                    .figures = &run->coverage.communities[c],
                                    .standard_per_1000 = standard_of(region, record)};
        is_complete = is_complete && run->communities[c].code && run->communities[c].name;
    }
    return is_complete ? STATUS_OK : error_memory(error, "keeping coverage");
}

static uint8_t state_of(const struct coverage_community *figures)
{
    if (!(figures->weight > 0))
        return COVERAGE_RUN_NO_DATA;
    return figures->off_network_weight >= figures->weight ? COVERAGE_RUN_OFF_NETWORK
                                                          : COVERAGE_RUN_KNOWN;
}

static void judge_entry(struct coverage_entry *entry, double community_share)
{
    const struct coverage_community *figures = entry->figures;
    entry->state = state_of(figures);
    entry->located = entry->reachable = entry->open = 0;
    for (uint32_t care = 0; care < CARE_COUNT; care++) {
        const struct coverage_cell *cells = figures->cells[care][COVERAGE_AGE_ANY];
        uint8_t bit = (uint8_t)(1u << care);
        entry->located |= figures->located[coverage_bit(care, COVERAGE_AGE_ANY)] ? bit : 0;
        if (entry->state != COVERAGE_RUN_KNOWN)
            continue;
        /* Sums of whole people: a share that equals the bound is at least the bound. */
        double bound = community_share * figures->weight * (1 - 1e-12);
        entry->reachable |= cells[COVERAGE_REACHABLE].served >= bound ? bit : 0;
        entry->open |= cells[COVERAGE_OPEN].served >= bound ? bit : 0;
    }
    entry->missing =
        (uint8_t)(~(unsigned)(entry->located | entry->reachable) & ((1u << CARE_COUNT) - 1));
}

void coverage_run_judge(struct coverage_run *run)
{
    run->known_communities = 0;
    for (uint32_t care = 0; care < CARE_COUNT; care++)
        run->located[care] = run->reachable[care] = run->open[care] = 0;
    judge_entry(&run->whole, run->community_share);
    for (uint32_t c = 0; c < run->community_count; c++) {
        struct coverage_entry *entry = &run->communities[c];
        judge_entry(entry, run->community_share);
        run->known_communities += entry->state == COVERAGE_RUN_KNOWN;
        for (uint32_t care = 0; care < CARE_COUNT; care++) {
            run->located[care] += entry->located >> care & 1;
            run->reachable[care] += entry->reachable >> care & 1;
            run->open[care] += entry->open >> care & 1;
        }
    }
}

enum status coverage_run_fill(const struct coverage_ground *ground,
                              const struct coverage_supply *supply, struct coverage_run *run,
                              struct error *error)
{
    enum status status = name_entries(ground, run, error);
    if (status)
        return status;
    count_people(ground, run);
    for (uint32_t j = 0; j < ground->facility_count; j++) {
        const struct ground_facility *facility = &ground->facilities[j];
        if (ground->dataset->facilities[facility->number].region != ground->region)
            continue;
        add_supply(&run->whole, &supply[j]);
        if (facility->community != UINT32_MAX)
            add_supply(&run->communities[facility->community], &supply[j]);
    }
    for (uint32_t c = 0; c < run->community_count; c++) {
        struct coverage_entry *entry = &run->communities[c];
        coverage_run_relate(entry);
        entry->places_needed = places_needed(entry->standard_per_1000, entry->residents);
        add_figure(&run->whole.places_needed, entry->places_needed);
    }
    coverage_run_relate(&run->whole);
    coverage_run_judge(run);
    return STATUS_OK;
}

/* Access ----------------------------------------------------------------------------------------- */

struct access_arrays {
    double *supply, *ratio, *access, *sums;
    uint32_t *first;
    struct access_pair *pairs;
};

static void access_arrays_release(struct access_arrays *arrays)
{
    free(arrays->supply);
    free(arrays->ratio);
    free(arrays->access);
    free(arrays->sums);
    free(arrays->first);
    free(arrays->pairs);
}

static enum status access_arrays_make(const struct coverage_ground *ground,
                                      const struct coverage_supply *supply,
                                      const struct catchments *catchments,
                                      struct access_arrays *arrays, struct error *error)
{
    size_t facilities = (size_t)ground->facility_count + 1;
    size_t points = (size_t)ground->residents.count + 1;
    uint32_t pairs = catchments->first[ground->facility_count];
    *arrays = (struct access_arrays){
        .supply = calloc(facilities, sizeof *arrays->supply),
        .ratio = calloc(facilities, sizeof *arrays->ratio),
        .access = calloc(points, sizeof *arrays->access),
        .sums = calloc((size_t)ground->community_count + 1, sizeof *arrays->sums),
        .first = catchments->first ? calloc(facilities, sizeof *arrays->first) : NULL,
        .pairs = malloc(((size_t)pairs + 1) * sizeof *arrays->pairs)};
    if (!arrays->supply || !arrays->ratio || !arrays->access || !arrays->sums || !arrays->first ||
        !arrays->pairs)
        return error_memory(error, "computing accessibility");
    uint32_t used = 0;
    for (uint32_t j = 0; j < ground->facility_count; j++) {
        arrays->supply[j] = supply[j].places;
        arrays->first[j] = used;
        for (uint32_t i = catchments->first[j]; i < catchments->first[j + 1]; i++)
            arrays->pairs[used++] =
                (struct access_pair){catchments->entries[i].resident, catchments->entries[i].mm};
    }
    arrays->first[ground->facility_count] = used;
    return STATUS_OK;
}

/* Weighted means by community, the region's last; `plain` says which of the two methods it was. */
static void mean_access(const struct coverage_ground *ground, struct access_arrays *arrays,
                        bool plain, struct coverage_run *run)
{
    for (uint32_t c = 0; c <= run->community_count; c++)
        arrays->sums[c] = 0;
    for (uint32_t k = 0; k < ground->residents.count; k++) {
        double sum = ground->weights[k] * arrays->access[k];
        arrays->sums[run->community_count] += sum;
        if (ground->communities[k] != UINT32_MAX)
            arrays->sums[ground->communities[k]] += sum;
    }
    for (uint32_t c = 0; c <= run->community_count; c++) {
        struct coverage_entry *entry =
            c < run->community_count ? &run->communities[c] : &run->whole;
        double mean = entry->state == COVERAGE_RUN_KNOWN ? arrays->sums[c] / entry->figures->weight
                                                         : (double)NAN;
        *(plain ? &entry->access_plain : &entry->access) = mean;
    }
}

static enum status compute_access(const struct coverage_ground *ground,
                                  struct access_arrays *arrays, struct coverage_run *run,
                                  struct error *error)
{
    const struct profile *profile = &run->profile;
    const struct access_zone zones[] = {{(uint32_t)profile_reach_mm(profile, 5 * 60), 1},
                                        {(uint32_t)profile_reach_mm(profile, 10 * 60), 0.68},
                                        {(uint32_t)profile_reach_mm(profile, 15 * 60), 0.22}};
    const struct access_zone whole = {(uint32_t)profile_reach_mm(profile, run->minutes * 60), 1};
    struct access_input input = {.supply = arrays->supply,
                                 .first_pair = arrays->first,
                                 .pairs = arrays->pairs,
                                 .facility_count = ground->facility_count,
                                 .demand = ground->weights,
                                 .demand_count = ground->residents.count,
                                 .zones = zones,
                                 .zone_count = 3};
    enum status status = access_compute(&input, arrays->ratio, arrays->access, NULL, error);
    if (status)
        return status;
    for (uint32_t j = 0; j < ground->facility_count; j++)
        if (!(arrays->ratio[j] > 0))
            run->empty_supply += arrays->supply[j];
    mean_access(ground, arrays, false, run);
    input.zones = &whole;
    input.zone_count = 1;
    status = access_compute(&input, arrays->ratio, arrays->access, NULL, error);
    if (!status)
        mean_access(ground, arrays, true, run);
    return status;
}

/* The ground's lists reach 15 minutes; a run of more minutes needs longer ones for 2SFCA. */
enum status coverage_run_access(const struct coverage_ground *ground,
                                const struct coverage_supply *supply, struct coverage_run *run,
                                struct error *error)
{
    uint32_t limit_mm = (uint32_t)profile_reach_mm(&run->profile, run->minutes * 60);
    struct catchments longer = {0};
    enum status status = STATUS_OK;
    if (limit_mm > ground->catchments.max_mm)
        status = catchments_make(ground, limit_mm, &longer, error);
    if (status)
        return status;
    struct access_arrays arrays = {0};
    status = access_arrays_make(ground, supply, longer.first ? &longer : &ground->catchments,
                                &arrays, error);
    if (!status)
        status = compute_access(ground, &arrays, run, error);
    access_arrays_release(&arrays);
    catchments_release(&longer);
    return status;
}
