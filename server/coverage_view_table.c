/* The table a planner reads: names stand last, so that columns keep their places in any script. */
#include "server/coverage_view.h"

#include "data/calendar.h"

#include <math.h>

static const char *const care_heads[CARE_COUNT] = {"FULL DAY", "HALF DAY", "HOURLY", "DROP-IN"};

static void print_percent(double share, FILE *out)
{
    if (isnan(share))
        fputs("    -", out);
    else
        fprintf(out, " %3.0f%%", floor(share * 100 + 1e-9)); /* down: 99.6 % is not all */
}

static void print_count(int32_t count, int width, FILE *out)
{
    if (count == NONE)
        fprintf(out, "%*s", width, "-");
    else
        fprintf(out, "%*d", width, count);
}

static void print_care(const struct coverage_view *view, const struct coverage_entry *entry,
                       uint32_t care, FILE *out)
{
    const struct coverage_cell *cells = entry->figures->cells[care][view->age];
    bool is_known = entry->state == COVERAGE_RUN_KNOWN;
    fprintf(out, "  %3u", entry->figures->located[coverage_bit(care, view->age)]);
    for (int level = 0; level < COVERAGE_LEVELS; level++)
        print_percent(is_known ? coverage_share(entry->figures, &cells[level]) : (double)NAN, out);
    if (!is_known)
        fprintf(out, " %4s", "-");
    else if (cells[COVERAGE_REACHABLE].median_mm == REACH_FAR)
        fprintf(out, " %4s", ">60");
    else
        fprintf(out, " %4.0f",
                ceil(coverage_run_minutes(view->run, cells[COVERAGE_REACHABLE].median_mm) *
                     (1 - 1e-12)));
}

static void print_places(const struct coverage_entry *entry, FILE *out)
{
    if (isnan(entry->places_per_1000))
        fprintf(out, " %6s", "-");
    else
        fprintf(out, " %6.1f", entry->places_per_1000);
    if (isnan(entry->standard_per_1000))
        fprintf(out, " %4s", "");
    else
        fprintf(out, " /%3.3g", entry->standard_per_1000);
}

static void print_missing(const struct coverage_view *view, const struct coverage_entry *entry,
                          FILE *out)
{
    static const char letters[] = "fhod"; /* as the heading explains */
    fputs("  ", out);
    for (uint32_t care = 0; care < CARE_COUNT; care++)
        putc(!(view->cares >> care & 1)                    ? ' '
             : entry->state == COVERAGE_RUN_NO_DATA        ? '-'
             : coverage_view_is_missing(view, entry, care) ? letters[care]
                                                           : '.',
             out);
}

static void print_entry(const struct coverage_view *view, const struct coverage_entry *entry,
                        FILE *out)
{
    fprintf(out, "%-12s", entry == &view->run->whole ? "region" : entry->code);
    print_count(entry->residents, 10, out);
    print_count(entry->children, 9, out);
    for (uint32_t care = 0; care < CARE_COUNT; care++)
        if (view->cares >> care & 1)
            print_care(view, entry, care, out);
    print_places(entry, out);
    print_missing(view, entry, out);
    fprintf(out, "  %s", entry->name);
    if (entry->state != COVERAGE_RUN_KNOWN)
        fprintf(out, " (%s)",
                entry->state == COVERAGE_RUN_NO_DATA ? "no figures" : "off the street network");
    putc('\n', out);
}

static void print_head(const struct coverage_view *view, FILE *out)
{
    fprintf(out, "\n%-12s%10s%9s", "COMMUNITY", "RESIDENTS", "UNDER 3");
    for (uint32_t care = 0; care < CARE_COUNT; care++)
        if (view->cares >> care & 1)
            fprintf(out, "  %-18s", care_heads[care]);
    fprintf(out, " %11s  %-4s  %s\n%-31s", "PER 1,000", "LACK", "NAME", "");
    for (uint32_t care = 0; care < CARE_COUNT; care++)
        if (view->cares >> care & 1)
            fputs("   in walk open  min", out);
    putc('\n', out);
}

static void print_preface(const struct coverage_view *view, FILE *out)
{
    static const char *const sources[] = {
        [RESIDENTS_NONE] = "nobody is known to live here",
        [RESIDENTS_IMPORTED] = "imported resident points",
        [RESIDENTS_BUILDINGS] = "communities' figures spread over their buildings",
        [RESIDENTS_OUTLINE] = "communities' figures spread over their outlines"};
    const struct coverage_run *run = view->run;
    const struct dataset *dataset = view->dataset;
    char day[11];
    uint16_t region;
    day_format(run->day, day);
    if (!dataset_find_region(dataset, run->region, &region, NULL) &&
        dataset->regions[region].notice_en[0])
        fprintf(out, "%s\n", dataset->regions[region].notice_en);
    fprintf(out, "%s on %s: within %g minutes' walk, %s (%.2f m/s), ages %s%s.\n", run->whole.name,
            day, run->minutes, run->profile.name, run->profile.speed_m_s,
            view->age == COVERAGE_AGE_ANY ? "any" : coverage_age_code(view->age),
            run->inclusive ? ", inclusive facilities alone" : "");
    fprintf(out, "Shares are of %s (%s: %u).\n",
            run->weighs_children ? "children under 3" : "residents", sources[run->source],
            run->resident_points);
    if (!run->has_network)
        fputs("There is no street network to walk on: `tuoyu import osm`.\n", out);
    else if (run->whole.state == COVERAGE_RUN_KNOWN)
        fprintf(out, "Off the street network, and so unserved: %.1f%%.\n",
                100 * run->whole.figures->off_network_weight / run->whole.figures->weight);
}

/* How many communities are what. */
static void print_tally(const struct coverage_view *view, uint32_t care, FILE *out)
{
    const struct coverage_run *run = view->run;
    uint32_t located = 0, levels[COVERAGE_LEVELS] = {0};
    for (uint32_t i = 0; i < run->community_count; i++) {
        const struct coverage_entry *entry = &run->communities[i];
        located += entry->figures->located[coverage_bit(care, view->age)] > 0;
        for (uint32_t level = 0; level < COVERAGE_LEVELS; level++)
            levels[level] += coverage_view_is(view, entry, care, level);
    }
    fprintf(out, "  %-9s %4u / %4u / %4u\n", care_heads[care], located, levels[COVERAGE_REACHABLE],
            levels[COVERAGE_OPEN]);
}

static void print_summary(const struct coverage_view *view, FILE *out)
{
    const struct coverage_run *run = view->run;
    bool is_any = view->age == COVERAGE_AGE_ANY;
    fprintf(out,
            "\nCommunities where care %s%s is located / reachable / open for at least %.0f%% (%u "
            "known of %u):\n",
            is_any ? "of any age" : "for ages ", is_any ? "" : coverage_age_code(view->age),
            100 * run->community_share, run->known_communities, run->community_count);
    for (uint32_t care = 0; care < CARE_COUNT; care++)
        if (view->cares >> care & 1)
            print_tally(view, care, out);
    if (run->whole.state == COVERAGE_RUN_KNOWN)
        fprintf(out,
                "Places per %s within walk: %.3f (E2SFCA), %.3f (2SFCA); %.0f places are within "
                "walk of nobody.\n",
                run->weighs_children ? "child" : "resident", run->whole.access,
                run->whole.access_plain, run->empty_supply);
}

void coverage_view_table(const struct coverage_view *view, FILE *out)
{
    print_preface(view, out);
    print_head(view, out);
    if (view->community) {
        print_entry(view, coverage_run_find(view->run, view->community), out);
    } else {
        for (uint32_t i = 0; i < view->run->community_count; i++)
            print_entry(view, &view->run->communities[i], out);
        print_entry(view, &view->run->whole, out);
    }
    fputs(
        "\nin: facilities inside; walk, open: shares within the minutes of one, and of one with a "
        "free place;\nmin: minutes on foot to the nearest, of half of them; per 1,000: licensed "
        "places a thousand residents,\nand the standard; lack: full day, half day, hourly (o), "
        "drop-in neither inside nor within walk.\n",
        out);
    if (!view->community)
        print_summary(view, out);
}
