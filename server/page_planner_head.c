#include "server/page_planner.h"

#include "server/coverage_public.h"
#include "server/format_text.h"
#include "server/offer_words.h"

#include <math.h>
#include <stdio.h>

const char *const page_planner_level_codes[PLANNER_LEVELS] = {"located", "reachable", "open"};

enum text_key page_planner_level_words(uint32_t level)
{
    static const enum text_key words[PLANNER_LEVELS] = {
        [PLANNER_LOCATED] = TEXT_LEVEL_LOCATED,
        [PLANNER_REACHABLE] = TEXT_LEVEL_REACHABLE,
        [PLANNER_OPEN] = TEXT_LEVEL_OPEN,
    };
    return words[level];
}

/* The least figure of each class: a share, or a count. */
static const double shares[] = {0, 0.000001, 0.25, 0.5, 0.75, 0.9};
static const double counts[] = {0, 1, 2, 3};
enum { SHARES = sizeof shares / sizeof *shares, COUNTS = sizeof counts / sizeof *counts };

struct tally {
    uint32_t classes[SHARES], no_data, off_network;
    uint32_t lacking, unknown;
};

/* NaN = not known. */
static double figure_of(const struct public_coverage *shown, const struct planner_choice *choice)
{
    const struct public_care *care = &shown->care[choice->care];
    if (choice->level == PLANNER_LOCATED)
        return care->located;
    return care->share[choice->level == PLANNER_OPEN ? COVERAGE_OPEN : COVERAGE_REACHABLE];
}

static void count_one(const struct coverage_run *run, const struct public_coverage *shown,
                      const struct planner_choice *choice, struct tally *tally)
{
    bool is_count = choice->level == PLANNER_LOCATED;
    const double *least = is_count ? counts : shares;
    double figure = figure_of(shown, choice);
    if (isnan(figure)) {
        *(shown->state == COVERAGE_OFF_NETWORK ? &tally->off_network : &tally->no_data) += 1;
        tally->unknown++;
        return;
    }
    uint32_t place = 0;
    for (uint32_t i = 0; i < (is_count ? (uint32_t)COUNTS : (uint32_t)SHARES); i++)
        if (figure >= least[i])
            place = i;
    tally->classes[place]++;
    tally->lacking += is_count ? figure < 1 : figure < run->community_share;
}

static void write_headline(struct html *html, const struct coverage_run *run,
                           const struct planner_choice *choice, const struct tally *tally)
{
    enum language language = html->language;
    char lacking[16], all[16], minutes[16], share[16], words[FORMAT_BYTES];
    snprintf(lacking, sizeof lacking, "%u", tally->lacking);
    snprintf(all, sizeof all, "%u", run->community_count);
    snprintf(minutes, sizeof minutes, "%.0f", run->minutes);
    snprintf(share, sizeof share, "%.0f", run->community_share * 100);
    html_say_with(
        html,
        choice->level == PLANNER_LOCATED ? TEXT_PLANNER_LACKING_LOCATED : TEXT_PLANNER_LACKING,
        TEXT_VALUES({"n", lacking}, {"all", all}, {"minutes", minutes}, {"share", share},
                    {"care", text_get(language, offer_care_words((int8_t)choice->care))},
                    {"level", text_get(language, page_planner_level_words(choice->level))}));
    if (tally->unknown == 0)
        return;
    HTML(html, " ");
    format_count(language, TEXT_PAIR(TEXT_PLANNER_UNKNOWN), tally->unknown, words);
    html_text(html, words);
}

/* What a class is: "25–50%", "90% and more", "2". */
static void class_words(enum language language, bool is_count, uint32_t place,
                        char words[FORMAT_BYTES])
{
    const double *least = is_count ? counts : shares;
    bool is_last = place + 1 == (is_count ? (uint32_t)COUNTS : (uint32_t)SHARES);
    char from[16], to[16];
    snprintf(from, sizeof from, "%.0f", least[place] * (is_count ? 1 : 100));
    snprintf(to, sizeof to, "%.0f", is_last ? 0 : least[place + 1] * 100);
    if (is_last)
        text_fill(language, is_count ? TEXT_LEGEND_COUNT_FROM : TEXT_LEGEND_SHARE_FROM,
                  TEXT_VALUES({"n", from}), words, FORMAT_BYTES);
    else if (is_count || place == 0)
        snprintf(words, FORMAT_BYTES, "%s%s", from, is_count ? "" : "%");
    else
        text_fill(language, TEXT_LEGEND_SHARE, TEXT_VALUES({"from", from}, {"to", to}), words,
                  FORMAT_BYTES);
}

static void write_swatch(struct html *html, const char *look, const char *words, uint32_t count)
{
    char number[FORMAT_BYTES], classes[40];
    format_number(count, number);
    snprintf(classes, sizeof classes, "swatch %s", look);
    HTML(html, "<li><span");
    html_attribute(html, "class", classes);
    HTML(html, " aria-hidden=\"true\"></span><span>");
    html_text(html, words);
    HTML(html, "</span><span class=\"legend-count\">");
    html_say_with(html, TEXT_LEGEND_COMMUNITIES, TEXT_VALUES({"n", number}));
    HTML(html, "</span></li>");
}

static void write_legend(struct html *html, const struct planner_choice *choice,
                         const struct tally *tally)
{
    enum language language = html->language;
    bool is_count = choice->level == PLANNER_LOCATED;
    char words[FORMAT_BYTES], look[16];
    HTML(html, "<h2>");
    html_say_with(
        html, TEXT_LEGEND_HEADING,
        TEXT_VALUES({"care", text_get(language, offer_care_words((int8_t)choice->care))},
                    {"level", text_get(language, page_planner_level_words(choice->level))}));
    HTML(html, "</h2><ul class=\"legend\">");
    for (uint32_t i = 0; i < (is_count ? (uint32_t)COUNTS : (uint32_t)SHARES); i++) {
        class_words(language, is_count, i, words);
        snprintf(look, sizeof look, "%s-%u", is_count ? "count" : "share", i);
        write_swatch(html, look, words, tally->classes[i]);
    }
    if (tally->no_data)
        write_swatch(html, "no-data", text_get(language, TEXT_STATE_NO_DATA), tally->no_data);
    if (tally->off_network)
        write_swatch(html, "off-network", text_get(language, TEXT_STATE_OFF_NETWORK),
                     tally->off_network);
    HTML(html, "</ul>");
}

void page_planner_write_head(struct page *page, const struct coverage_run *run, uint32_t age,
                             const struct planner_choice *choice)
{
    struct html *html = &page->html;
    struct tally tally = {0};
    for (uint32_t i = 0; run && i < run->community_count; i++) {
        struct public_coverage shown;
        coverage_public(run, &run->communities[i], age, &shown);
        count_one(run, &shown, choice, &tally);
    }
    HTML(html, "<p class=\"headline\">");
    if (run && run->community_count)
        write_headline(html, run, choice, &tally);
    HTML(html, "</p><div class=\"map-side\"><section class=\"legend-box\">");
    if (run && run->community_count)
        write_legend(html, choice, &tally);
    HTML(html, "</section>");
}
