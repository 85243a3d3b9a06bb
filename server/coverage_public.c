#include "server/coverage_public.h"

#include "server/public_count.h"

#include <math.h>

const char *const coverage_age_codes[] = {"any", "6-12", "12-24", "24-36", NULL};

const char *coverage_state_code(enum coverage_state state)
{
    static const char *const codes[] = {"known", "few", "off_network", "no_data"};
    return codes[state];
}

const char *coverage_weight_code(const struct coverage_run *run)
{
    return run->weighs_children ? "children" : "residents";
}

static enum coverage_state state_of(const struct coverage_entry *entry)
{
    switch (entry->state) {
    case COVERAGE_RUN_NO_DATA:
        return COVERAGE_NO_DATA;
    case COVERAGE_RUN_OFF_NETWORK:
        return COVERAGE_OFF_NETWORK;
    default:
        return public_count(entry->figures->weight) == 0 ? COVERAGE_FEW : COVERAGE_KNOWN;
    }
}

static double minutes_of(const struct coverage_run *run, uint32_t mm)
{
    double minutes = coverage_run_minutes(run, mm);
    return isnan(minutes) ? NAN : ceil(minutes * 10 - 1e-9) / 10;
}

static void fill_care(const struct coverage_run *run, const struct coverage_entry *entry,
                      uint32_t care, uint32_t age, struct public_coverage *shown)
{
    const struct coverage_community *figures = entry->figures;
    const struct coverage_cell *cells = figures->cells[care][age];
    struct public_care *out = &shown->care[care];
    bool has_people = shown->state == COVERAGE_KNOWN;
    *out = (struct public_care){.located = figures->located[coverage_bit(care, age)],
                                .median_minutes = NAN,
                                .p90_minutes = NAN};
    for (int level = 0; level < COVERAGE_LEVELS; level++) {
        out->share[level] = has_people ? public_share(cells[level].served, figures->weight) : NAN;
        out->is_level[level] =
            has_people && coverage_share(figures, &cells[level]) >= run->community_share;
    }
    if (!has_people)
        return;
    const struct coverage_cell *reachable = &cells[COVERAGE_REACHABLE];
    out->median_minutes = minutes_of(run, reachable->median_mm);
    out->p90_minutes = minutes_of(run, reachable->p90_mm);
    out->p90_is_beyond = reachable->p90_mm == REACH_FAR;
}

static double people(int32_t figure)
{
    return figure == NONE ? (double)NAN : figure;
}

/* What a community's standard asks of its rounded residents; -1 = unknown. */
static int64_t places_needed(const struct coverage_entry *entry)
{
    int64_t residents = entry->residents == NONE ? 0 : public_count(entry->residents);
    if (!residents || isnan(entry->standard_per_1000))
        return -1;
    return (int64_t)ceil(entry->standard_per_1000 * (double)residents / 1000 - 1e-9);
}

/* The region has no standard of its own: it needs what those of its communities need that are known. */
static int64_t places_needed_in_all(const struct coverage_run *run)
{
    int64_t sum = -1;
    for (uint32_t i = 0; i < run->community_count; i++) {
        int64_t needed = places_needed(&run->communities[i]);
        if (needed >= 0)
            sum = (sum < 0 ? 0 : sum) + needed;
    }
    return sum;
}

/* Places against people: of the rounded residents. */
static void fill_places(const struct coverage_entry *entry, struct public_coverage *shown)
{
    int64_t residents = isnan(shown->residents) ? 0 : public_count(shown->residents);
    double thousands = residents ? (double)residents / 1000 : NAN;
    shown->public_places_per_1000 = entry->places / thousands;
    shown->places_per_1000 = ((double)entry->places + entry->places_staff_only) / thousands;
    shown->places_needed = places_needed(entry);
}

void coverage_public(const struct coverage_run *run, const struct coverage_entry *entry,
                     uint32_t age, struct public_coverage *shown)
{
    const struct coverage_community *figures = entry->figures;
    *shown = (struct public_coverage){.state = state_of(entry),
                                      .residents = people(entry->residents),
                                      .children = people(entry->children),
                                      .off_network_share = NAN,
                                      .access = NAN};
    for (uint32_t care = 0; care < COVERAGE_CARES; care++)
        fill_care(run, entry, care, age, shown);
    fill_places(entry, shown);
    if (entry == &run->whole)
        shown->places_needed = places_needed_in_all(run);
    if (shown->state == COVERAGE_OFF_NETWORK)
        shown->off_network_share = 1;
    if (shown->state != COVERAGE_KNOWN)
        return;
    shown->off_network_share = public_share(figures->off_network_weight, figures->weight);
    shown->access = public_ratio(entry->access);
}

bool public_is_missing(const struct public_coverage *shown, uint32_t care)
{
    return shown->state != COVERAGE_FEW && shown->state != COVERAGE_NO_DATA &&
           shown->care[care].located == 0 && !shown->care[care].is_level[COVERAGE_REACHABLE];
}

struct public_tally coverage_public_tally(const struct coverage_run *run, uint32_t care,
                                          uint32_t age)
{
    struct public_tally tally = {0};
    for (uint32_t i = 0; i < run->community_count; i++) {
        struct public_coverage shown;
        coverage_public(run, &run->communities[i], age, &shown);
        if (shown.state == COVERAGE_NO_DATA || shown.state == COVERAGE_FEW)
            continue;
        tally.of++;
        tally.located += shown.care[care].located > 0;
        for (int level = 0; level < COVERAGE_LEVELS; level++)
            tally.level[level] += shown.care[care].is_level[level];
    }
    return tally;
}
