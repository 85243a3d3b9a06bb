/*
 * GET /planner: what GET /v1/coverage says of every community, as a table and a form that need no
 * JavaScript. While a server is at its bound of computing, the page says so, and its script asks again.
 *
 * What the page's script takes over, by id:
 *
 *   #planner         all of it
 *   #planner-form    the choices, by the names of the address
 *   .headline, .legend-box   how many communities lack the chosen care, and how many are how well served
 *   #planner-table   the table; rows are <tr data-code="CODE">
 *   #map             where the map goes
 *   #config          <script type="application/json">: what GET /v1/config answers
 */
#include "server/page_planner.h"

#include "server/coverage_ask.h"
#include "server/coverage_public.h"
#include "server/format_text.h"
#include "server/http.h"
#include "server/offer_words.h"
#include "server/router.h"

#include <stdio.h>
#include <stdlib.h>

/* What is asked, by the names of GET /v1/coverage; what it would refuse is the default here, since
 * other software appends its own to links. */
static uint32_t code_of(const struct page *page, const char *name, const char *const *codes)
{
    const char *value = form_value(&page->form, name);
    for (uint32_t i = 0; value && codes[i]; i++)
        if (strcmp(codes[i], value) == 0)
            return i;
    return 0; /* which is the API's default of both */
}

static struct coverage_query read_question(const struct page *page)
{
    const char *minutes = form_value(&page->form, "minutes");
    const char *inclusive = form_value(&page->form, "inclusive");
    char *end = NULL;
    long asked = minutes ? strtol(minutes, &end, 10) : 0;
    bool is_minutes = minutes && *end == '\0' && asked >= 1 && asked <= NEARBY_MAX_MINUTES;
    return (struct coverage_query){
        .minutes = is_minutes ? (uint32_t)asked : COVERAGE_MINUTES_DEFAULT,
        .profile = code_of(page, "profile", params_profile_codes),
        .age = code_of(page, "age", coverage_age_codes),
        .inclusive = inclusive && (strcmp(inclusive, "1") == 0 || strcmp(inclusive, "true") == 0),
        .as_of = DAY_NONE,
    };
}

/* Which of the figures the headline, the legend and the map are of. */
static struct planner_choice read_choice(const struct page *page)
{
    const char *care = form_value(&page->form, "care"), *level = form_value(&page->form, "level");
    struct planner_choice choice = {.care = CARE_DROP_IN, .level = PLANNER_REACHABLE};
    for (uint32_t i = 0; care && i < COVERAGE_CARES; i++)
        if (strcmp(care_code((int)i), care) == 0)
            choice.care = i;
    for (uint32_t i = 0; level && i < PLANNER_LEVELS; i++)
        if (strcmp(page_planner_level_codes[i], level) == 0)
            choice.level = i;
    return choice;
}

static void begin_select(struct html *html, const char *name, enum text_key words)
{
    char id[40];
    snprintf(id, sizeof id, "planner-%s", name);
    HTML(html, "<label");
    html_attribute(html, "for", id);
    HTML(html, "><span>");
    html_say(html, words);
    HTML(html, "</span> <select");
    html_attribute(html, "id", id);
    html_attribute(html, "name", name);
    HTML(html, ">");
}

static void begin_option(struct html *html, const char *value, bool chosen)
{
    HTML(html, "<option");
    html_attribute(html, "value", value);
    html_flag(html, "selected", chosen);
    HTML(html, ">");
}

static void end_select(struct html *html)
{
    HTML(html, "</select></label>");
}

static void write_minutes(struct html *html, uint32_t asked)
{
    static const uint32_t usual[] = {5, 10, 15, 20, 30};
    bool is_listed = false;
    begin_select(html, "minutes", TEXT_PLANNER_WITHIN);
    for (size_t i = 0; i <= sizeof usual / sizeof *usual; i++) {
        uint32_t minutes = i < sizeof usual / sizeof *usual ? usual[i] : asked;
        char value[16], words[FORMAT_BYTES];
        if (i == sizeof usual / sizeof *usual && is_listed)
            break;
        is_listed = is_listed || minutes == asked;
        snprintf(value, sizeof value, "%u", minutes);
        format_minutes(html->language, minutes, words);
        begin_option(html, value, minutes == asked);
        html_text(html, words);
        HTML(html, "</option>");
    }
    end_select(html);
}

static void write_hidden(struct html *html, const char *name, const char *value)
{
    HTML(html, "<input type=\"hidden\"");
    html_attribute(html, "name", name);
    html_attribute(html, "value", value);
    HTML(html, ">");
}

static void write_cares(struct html *html, uint32_t chosen)
{
    begin_select(html, "care", TEXT_PLANNER_CARE);
    for (uint32_t care = 0; care < COVERAGE_CARES; care++) {
        begin_option(html, care_code((int)care), care == chosen);
        html_say(html, offer_care_words((int8_t)care));
        HTML(html, "</option>");
    }
    end_select(html);
}

static void write_levels(struct html *html, uint32_t chosen)
{
    begin_select(html, "level", TEXT_PLANNER_LEVEL);
    for (uint32_t level = 0; level < PLANNER_LEVELS; level++) {
        begin_option(html, page_planner_level_codes[level], level == chosen);
        html_say(html, page_planner_level_words(level));
        HTML(html, "</option>");
    }
    end_select(html);
}

static void write_form(struct page *page, const struct coverage_query *query,
                       const struct planner_choice *choice, const char *region)
{
    struct html *html = &page->html;
    HTML(html, "<form id=\"planner-form\" class=\"choices\" method=\"get\" action=\"/planner\"");
    html_attribute_say(html, "aria-label", TEXT_PLANNER_CHOICES);
    HTML(html, ">");
    if (page->language_is_chosen)
        write_hidden(html, "lang", html->language == LANGUAGE_EN ? "en" : "zh");
    write_hidden(html, "region", region);
    write_cares(html, choice->care);
    write_levels(html, choice->level);
    write_minutes(html, query->minutes);
    begin_select(html, "profile", TEXT_PLANNER_PROFILE);
    for (uint32_t i = 0; params_profile_codes[i]; i++) {
        begin_option(html, params_profile_codes[i], i == query->profile);
        html_say(html, profile_words(i));
        HTML(html, "</option>");
    }
    end_select(html);
    begin_select(html, "age", TEXT_PLANNER_AGE);
    for (uint32_t i = 0; coverage_age_codes[i]; i++) {
        begin_option(html, coverage_age_codes[i], i == query->age);
        html_say(html, page_planner_age_words(i));
        HTML(html, "</option>");
    }
    end_select(html);
    HTML(html, "<label class=\"tick\"><input type=\"checkbox\" name=\"inclusive\" value=\"1\"");
    html_flag(html, "checked", query->inclusive);
    HTML(html, "><span>");
    html_say(html, TEXT_PLANNER_INCLUSIVE);
    HTML(html, "</span></label><button>");
    html_say(html, TEXT_PLANNER_SHOW);
    HTML(html, "</button></form>");
}

static bool has_communities(const struct dataset *dataset, uint16_t region)
{
    for (uint32_t i = 0; i < dataset->community_count; i++)
        if (dataset->community_regions[i] == region)
            return true;
    return false;
}

/* The region that ?region= names, or the first. */
static uint16_t choose_region(const struct page *page)
{
    const struct dataset *dataset = page->picture->dataset;
    const char *wanted = form_value(&page->form, "region");
    for (uint32_t i = 0; wanted && i < dataset->region_count; i++)
        if (strcmp(dataset->regions[i].name, wanted) == 0)
            return (uint16_t)i;
    return 0;
}

static void write_regions(struct page *page, uint16_t chosen)
{
    struct html *html = &page->html;
    const struct dataset *dataset = page->picture->dataset;
    if (dataset->region_count < 2)
        return;
    HTML(html, "<p class=\"choices\">");
    for (uint32_t i = 0; i < dataset->region_count; i++) {
        const struct region *region = &dataset->regions[i];
        const char *title = page_name(html->language, region->title, region->title_en);
        HTML(html, "<a");
        html_path(html, "href", "/planner?region=", region->name,
                  html->language == LANGUAGE_EN ? "&lang=en" : "&lang=zh");
        if (i == chosen)
            HTML(html, " aria-current=\"true\"");
        HTML(html, ">");
        html_text(html, title ? title : region->name);
        HTML(html, "</a>");
    }
    HTML(html, "</p>");
}

/* The question again, for the other language's link; NULL without memory: it then keeps nothing. */
static const char *link_state(const struct page *page, const struct coverage_query *query,
                              const struct planner_choice *choice, uint16_t region)
{
    enum { STATE_BYTES = 256 };
    char *state = arena_alloc(page->request->arena, STATE_BYTES);
    if (state)
        snprintf(state, STATE_BYTES, "region=%.64s&care=%s&level=%s&minutes=%u&profile=%s&age=%s%s",
                 page->picture->dataset->regions[region].name, care_code((int)choice->care),
                 page_planner_level_codes[choice->level], query->minutes,
                 params_profile_codes[query->profile], coverage_age_codes[query->age],
                 query->inclusive ? "&inclusive=1" : "");
    return state;
}

/* What is shown, as files and on paper: the script's to do. */
static void write_downloads(struct html *html)
{
    static const struct {
        const char *what;
        enum text_key words;
    } buttons[] = {{"csv", TEXT_PLANNER_CSV},
                   {"geojson", TEXT_PLANNER_GEOJSON},
                   {"print", TEXT_PLANNER_PRINT}};
    HTML(html, "<p class=\"downloads needs-script\">");
    for (size_t i = 0; i < sizeof buttons / sizeof *buttons; i++) {
        HTML(html, "<button type=\"button\"");
        html_attribute(html, "data-take", buttons[i].what);
        HTML(html, ">");
        html_say(html, buttons[i].words);
        HTML(html, "</button>");
    }
    HTML(html, "</p>");
}

/* The table, or why there is none. */
static void write_figures(struct page *page, uint16_t region, const struct coverage_run *run,
                          uint32_t age)
{
    struct html *html = &page->html;
    HTML(html, "<div id=\"map\"></div></div>"
               "<p id=\"status\" class=\"status needs-script\" role=\"status\"></p>");
    write_downloads(html);
    HTML(html, "<div id=\"planner-table\" class=\"scroll\" tabindex=\"0\" role=\"region\"");
    html_attribute_say(html, "aria-label", TEXT_PLANNER_TABLE);
    HTML(html, ">");
    if (has_communities(page->picture->dataset, region) && run) {
        page_planner_write_table(page, run, age);
    } else {
        HTML(html, "<p>");
        html_say(html, run ? TEXT_PLANNER_NO_COMMUNITIES : TEXT_PLANNER_BUSY);
        HTML(html, "</p>");
    }
    HTML(html, "</div>");
}

static enum status write_page(struct page *page, struct worker *worker,
                              const struct coverage_query *query, uint16_t region,
                              const struct coverage_run *run, struct error *error)
{
    struct html *html = &page->html;
    struct planner_choice choice = read_choice(page);
    page_begin(page, &(struct page_head){.tab = PAGE_TAB_PLANNER,
                                         .title = text_get(html->language, TEXT_PLANNER_HEADING),
                                         .path = "/planner",
                                         .state = link_state(page, query, &choice, region),
                                         .script = "planner.js"});
    HTML(html, "<div id=\"planner\"><h1>");
    html_say(html, TEXT_PLANNER_HEADING);
    HTML(html, "</h1><p class=\"intro\">");
    html_say(html, TEXT_PLANNER_INTRO);
    HTML(html, "</p>");
    write_regions(page, region);
    write_form(page, query, &choice, page->picture->dataset->regions[region].name);
    page_planner_write_head(page, run, query->age, &choice);
    write_figures(page, region, run, query->age);
    HTML(html, "</div>");
    enum status status = page_write_config(page, worker->options->version, error);
    page_end(page);
    return status;
}

enum status page_planner(struct worker *worker, const struct request *request, struct json *out,
                         struct error *error)
{
    struct page page;
    struct held_run held;
    enum status status = page_open(&page, worker, request, out, error);
    if (status)
        return status;
    if (page.picture->dataset->region_count == 0)
        return error_set(error, STATUS_NOT_FOUND, "no region is loaded");
    uint16_t region = choose_region(&page);
    struct coverage_query query = read_question(&page);
    status = coverage_ask(worker, &query, region, &held, error);
    if (!status)
        coverage_tag(worker, held.run);
    if (!status || status == STATUS_BUSY)
        status = write_page(&page, worker, &query, region, held.run, error);
    coverage_give_back(worker, &held);
    return status;
}
