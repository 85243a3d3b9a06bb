#include "server/coverage_public.h"

#include "server/public_count.h"

#include <math.h>

const char *const coverage_age_codes[] = {"any", "6-12", "12-24", "24-36", NULL};

const char *coverage_state_code(enum coverage_state state)
{
    static const char *const codes[] = {"ok", "few", "off_network", "no_data"};
    return codes[state];
}

static enum coverage_state state_of(const struct coverage_community *figures)
{
    if (!(figures->weight > 0))
        return COVERAGE_NO_DATA;
    if (figures->off_network_weight >= figures->weight)
        return COVERAGE_OFF_NETWORK;
    return public_count(figures->weight) == 0 ? COVERAGE_FEW : COVERAGE_OK;
}

static double minutes_of(const struct profile *profile, uint32_t mm)
{
    return mm == REACH_FAR ? NAN : ceil(profile_seconds(profile, mm) / 6 - 1e-9) / 10;
}

static void fill_care(const struct coverage_row *row, uint32_t care, uint32_t age,
                      const struct profile *profile, double share, struct public_coverage *shown)
{
    const struct coverage_community *figures = row->figures;
    const struct coverage_cell *cells = figures->cells[care][age];
    struct public_care *out = &shown->care[care];
    bool has_people = shown->state == COVERAGE_OK;
    *out = (struct public_care){.located = figures->located[coverage_bit(care, age)],
                                .median_minutes = NAN,
                                .p90_minutes = NAN};
    for (int level = 0; level < COVERAGE_LEVELS; level++) {
        out->share[level] = has_people ? public_share(cells[level].served, figures->weight) : NAN;
        out->is_level[level] = coverage_share(figures, &cells[level]) >= share;
    }
    if (!has_people)
        return;
    const struct coverage_cell *reachable = &cells[COVERAGE_REACHABLE];
    out->median_minutes = minutes_of(profile, reachable->median_mm);
    out->p90_minutes = minutes_of(profile, reachable->p90_mm);
    out->median_is_beyond = reachable->median_mm == REACH_FAR;
    out->p90_is_beyond = reachable->p90_mm == REACH_FAR;
}

/* Places against people: of the rounded residents. */
static void fill_places(const struct coverage_row *row, struct public_coverage *shown)
{
    int64_t residents = isnan(row->residents) ? 0 : public_count(row->residents);
    shown->places_per_1000 = residents ? 1000.0 * row->places / (double)residents : NAN;
    shown->places_needed = -1;
    if (residents && !isnan(row->standard_per_1000))
        shown->places_needed =
            (int64_t)ceil(row->standard_per_1000 * (double)residents / 1000 - 1e-9);
}

void coverage_public(const struct coverage_row *row, uint32_t age, const struct profile *profile,
                     double share, struct public_coverage *shown)
{
    const struct coverage_community *figures = row->figures;
    *shown = (struct public_coverage){.state = state_of(figures),
                                      .residents = row->residents,
                                      .children = row->children,
                                      .weight = figures->weight > 0 ? figures->weight : NAN,
                                      .off_network_share = NAN,
                                      .access = NAN};
    for (uint32_t care = 0; care < COVERAGE_CARES; care++)
        fill_care(row, care, age, profile, share, shown);
    fill_places(row, shown);
    if (shown->state == COVERAGE_OFF_NETWORK)
        shown->off_network_share = 1;
    if (shown->state != COVERAGE_OK)
        return;
    shown->off_network_share = public_share(figures->off_network_weight, figures->weight);
    shown->access = public_ratio(row->access);
}
