#include "server/page_planner.h"

#include "server/coverage_public.h"
#include "server/format_text.h"
#include "server/offer_words.h"
#include "server/public_count.h"

#include <math.h>
#include <stdio.h>

enum text_key page_planner_age_words(uint32_t age)
{
    static const enum text_key words[COVERAGE_AGES] = {
        [COVERAGE_AGE_ANY] = TEXT_PLANNER_AGE_ANY,
        [COVERAGE_AGE_6_12] = TEXT_PLANNER_AGE_6_12,
        [COVERAGE_AGE_12_24] = TEXT_PLANNER_AGE_12_24,
        [COVERAGE_AGE_24_36] = TEXT_PLANNER_AGE_24_36,
    };
    return words[age];
}

/* Headings in the order of the cells: of each care type, and behind them. */
static const enum text_key care_columns[] = {TEXT_LEVEL_LOCATED, TEXT_LEVEL_REACHABLE,
                                             TEXT_LEVEL_OPEN, TEXT_PLANNER_MINUTES_BOTH};
enum { CARE_COLUMNS = sizeof care_columns / sizeof *care_columns };

static const enum text_key last_columns[] = {TEXT_PLANNER_MISSING, TEXT_PLANNER_CHILDREN,
                                             TEXT_PLANNER_RESIDENTS, TEXT_PLANNER_PLACES};
enum { LAST_COLUMNS = sizeof last_columns / sizeof *last_columns };

static void begin_cell(struct html *html, const char *column)
{
    HTML(html, "<td");
    html_attribute(html, "data-column", column);
    HTML(html, ">");
}

static void begin_care_cell(struct html *html, uint32_t care, const char *column)
{
    char name[48];
    snprintf(name, sizeof name, "%s.%s", care_code((int)care), column);
    begin_cell(html, name);
}

static void end_cell(struct html *html)
{
    HTML(html, "</td>");
}

/* NaN is a dash. */
static void write_number(struct html *html, double value)
{
    char words[FORMAT_BYTES];
    if (isnan(value)) {
        HTML(html, "–");
        return;
    }
    format_decimal(value, 1, words);
    html_text(html, words);
}

static void write_share(struct html *html, enum coverage_state state, double share)
{
    switch (state) {
    case COVERAGE_KNOWN:
        write_number(html, floor(share * 1000 + 0.5) / 10);
        HTML(html, "%");
        return;
    case COVERAGE_OFF_NETWORK:
        html_say(html, TEXT_STATE_OFF_NETWORK);
        return;
    case COVERAGE_NO_DATA:
        html_say(html, TEXT_STATE_NO_DATA);
        return;
    case COVERAGE_FEW: /* the count of people says why */
        HTML(html, "–");
    }
}

static void write_minutes(struct html *html, const struct public_care *care, double minutes)
{
    if (isnan(minutes) && care->p90_is_beyond)
        html_say(html, TEXT_PLANNER_BEYOND_60);
    else
        write_number(html, minutes);
}

static void write_care(struct html *html, const struct public_coverage *shown, uint32_t care)
{
    const struct public_care *figures = &shown->care[care];
    begin_care_cell(html, care, "located");
    html_int(html, figures->located);
    end_cell(html);
    begin_care_cell(html, care, "reachable");
    write_share(html, shown->state, figures->share[COVERAGE_REACHABLE]);
    end_cell(html);
    begin_care_cell(html, care, "open");
    write_share(html, shown->state, figures->share[COVERAGE_OPEN]);
    end_cell(html);
    begin_care_cell(html, care, "minutes");
    write_minutes(html, figures, figures->median_minutes);
    HTML(html, " / ");
    write_minutes(html, figures, figures->p90_minutes);
    end_cell(html);
}

static void write_missing(struct html *html, const struct public_coverage *shown)
{
    bool begun = false;
    begin_cell(html, "missing");
    if (shown->state == COVERAGE_NO_DATA || shown->state == COVERAGE_FEW) {
        HTML(html, "–");
        end_cell(html);
        return;
    }
    for (uint32_t care = 0; care < COVERAGE_CARES; care++) {
        if (!public_is_missing(shown, care))
            continue;
        if (begun)
            html_say(html, TEXT_LIST_SEPARATOR);
        begun = true;
        html_say(html, offer_care_words((int8_t)care));
    }
    if (!begun)
        html_say(html, TEXT_PLANNER_NONE_MISSING);
    end_cell(html);
}

static void write_people(struct html *html, const char *column, double people)
{
    char words[FORMAT_BYTES];
    begin_cell(html, column);
    if (isnan(people)) {
        html_say(html, TEXT_STATE_NO_DATA);
    } else if (public_count(people) == 0) {
        html_say(html, TEXT_PLANNER_FEWER);
    } else {
        format_number(public_count(people), words);
        html_text(html, words);
    }
    end_cell(html);
}

static void write_row(struct html *html, const struct coverage_run *run,
                      const struct coverage_entry *entry, uint32_t age)
{
    struct public_coverage shown;
    coverage_public(run, entry, age, &shown);
    for (uint32_t care = 0; care < COVERAGE_CARES; care++)
        write_care(html, &shown, care);
    write_missing(html, &shown);
    write_people(html, "children", shown.children);
    write_people(html, "residents", shown.residents);
    begin_cell(html, "places");
    write_number(html, shown.places_per_1000);
    HTML(html, " / ");
    write_number(html, entry->standard_per_1000);
    end_cell(html);
    HTML(html, "</tr>");
}

static void write_community(struct html *html, const struct coverage_run *run,
                            const struct coverage_entry *entry, uint32_t age)
{
    const char *name = page_name(html->language, entry->name, entry->name_en);
    HTML(html, "<tr");
    html_attribute(html, "data-code", entry->code);
    HTML(html, "><th scope=\"row\">");
    html_text(html, name ? name : entry->code);
    HTML(html, "</th>");
    write_row(html, run, entry, age);
}

static void write_count(struct html *html, uint32_t care, const char *column, uint32_t count,
                        uint32_t of)
{
    begin_care_cell(html, care, column);
    html_int(html, count);
    HTML(html, " / ");
    html_int(html, of);
    end_cell(html);
}

/* How many communities are located, reachable, open, of those that something may be told of. */
static void write_tallies(struct html *html, const struct coverage_run *run, uint32_t age)
{
    HTML(html, "<tr class=\"communities\"><th scope=\"row\">");
    html_say(html, TEXT_PLANNER_TALLY);
    HTML(html, "</th>");
    for (uint32_t care = 0; care < COVERAGE_CARES; care++) {
        struct public_tally tally = coverage_public_tally(run, care, age);
        write_count(html, care, "located", tally.located, tally.of);
        write_count(html, care, "reachable", tally.level[COVERAGE_REACHABLE], tally.of);
        write_count(html, care, "open", tally.level[COVERAGE_OPEN], tally.of);
        HTML(html, "<td></td>");
    }
    HTML(html, "<td colspan=\"4\"></td></tr>");
    _Static_assert(LAST_COLUMNS == 4, "the colspan above");
}

static void write_heading(struct html *html, enum text_key words)
{
    HTML(html, "<th scope=\"col\">");
    html_say(html, words);
    HTML(html, "</th>");
}

static void write_head(struct html *html)
{
    HTML(html, "<thead><tr><th scope=\"col\" rowspan=\"2\">");
    html_say(html, TEXT_PLANNER_COMMUNITY);
    HTML(html, "</th>");
    for (int8_t care = 0; care < COVERAGE_CARES; care++) {
        HTML(html, "<th scope=\"colgroup\"");
        html_attribute_int(html, "colspan", CARE_COLUMNS);
        HTML(html, ">");
        html_say(html, offer_care_words(care));
        HTML(html, "</th>");
    }
    for (int i = 0; i < LAST_COLUMNS; i++) {
        HTML(html, "<th scope=\"col\" rowspan=\"2\">");
        html_say(html, last_columns[i]);
        HTML(html, "</th>");
    }
    HTML(html, "</tr><tr>");
    for (int care = 0; care < COVERAGE_CARES; care++)
        for (int i = 0; i < CARE_COLUMNS; i++)
            write_heading(html, care_columns[i]);
    HTML(html, "</tr></thead>");
}

void page_planner_write_table(struct page *page, const struct coverage_run *run, uint32_t age)
{
    struct html *html = &page->html;
    char minutes[FORMAT_BYTES];
    format_minutes(html->language, run->minutes, minutes);
    HTML(html, "<table class=\"coverage\"><caption>");
    html_say_with(html, TEXT_PLANNER_TABLE_CAPTION, TEXT_VALUES({"minutes", minutes}));
    HTML(html, "</caption>");
    write_head(html);
    HTML(html, "<tbody>");
    for (uint32_t i = 0; i < run->community_count; i++)
        write_community(html, run, &run->communities[i], age);
    HTML(html, "</tbody><tfoot><tr class=\"whole\"><th scope=\"row\">");
    html_say(html, TEXT_PLANNER_WHOLE);
    HTML(html, "</th>");
    write_row(html, run, &run->whole, age);
    write_tallies(html, run, age);
    HTML(html, "</tfoot></table>");
}
