/*
 * GET /planner: communities, what stands in each, and its places against its standard, as a table that
 * needs no JavaScript.
 *
 * What the page's script takes over, by id:
 *
 *   #planner         all of it
 *   #planner-table   the table; rows are <tr data-code="CODE">
 *   #map             where the map goes
 *   #config          <script type="application/json">: what GET /v1/config answers
 */
#include "server/http.h"
#include "server/offer_words.h"
#include "server/page.h"
#include "server/router.h"

/* What stands in one community. */
struct tally {
    uint32_t located[CARE_COUNT]; /* facilities that offer it to the public */
    int64_t places;               /* licensed, of public groups that have a number */
};

static int32_t find_community(const struct dataset *dataset, const char *code)
{
    uint32_t low = 0, high = dataset->community_count;
    while (code && low < high) { /* ascending by code, as the store gives them */
        uint32_t middle = (low + high) / 2;
        int order = strcmp(dataset->communities[middle].code, code);
        if (order == 0)
            return (int32_t)middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

static void count_facility(const struct dataset *dataset, const struct dataset_facility *facility,
                           struct tally *tally)
{
    bool offered[CARE_COUNT] = {false};
    for (uint32_t i = 0; i < facility->offer_count; i++) {
        uint32_t number = facility->first_offer + i;
        int8_t care = dataset->offers[number].care;
        if (care >= 0 && dataset->offers[number].is_readable)
            offered[care] = true;
    }
    for (int care = 0; care < CARE_COUNT; care++)
        tally->located[care] += offered[care];
    for (uint32_t i = 0; i < facility->group_count; i++) {
        const struct dataset_group *group = &dataset->groups[facility->first_group + i];
        if (group->licensed != NONE && group->admission != ADMISSION_STAFF_ONLY)
            tally->places += group->licensed;
    }
}

static enum status count_all(const struct page *page, struct tally **tallies, struct error *error)
{
    const struct dataset *dataset = page->picture->dataset;
    const struct vacancies *vacancies = page->picture->vacancies;
    *tallies = arena_calloc(page->request->arena, dataset->community_count + 1, sizeof **tallies);
    if (!*tallies)
        return error_memory(error, "counting facilities");
    for (uint32_t i = 0; i < dataset->facility_count; i++) {
        const struct dataset_facility *facility = &dataset->facilities[i];
        int32_t community = find_community(dataset, dataset_text(dataset, facility->community));
        if (community >= 0 && vacancies->is_public[i])
            count_facility(dataset, facility, &(*tallies)[community]);
    }
    return STATUS_OK;
}

/* Counts of people are rounded to ten, and below ten only that is said. */
static void write_people(struct html *html, int32_t people)
{
    char words[FORMAT_BYTES];
    HTML(html, "<td>");
    if (people == NONE) {
        html_say(html, TEXT_STATE_NO_DATA);
    } else if (people < 10) {
        html_say(html, TEXT_PLANNER_FEWER);
    } else {
        format_number((people + 5) / 10 * 10, words);
        html_text(html, words);
    }
    HTML(html, "</td>");
}

/* Places open to the public, and how many that is per 1,000 residents. */
static void write_places(struct html *html, const struct community_record *community,
                         const struct tally *tally)
{
    char per[FORMAT_BYTES], count[FORMAT_BYTES];
    format_number(tally->places, count);
    HTML(html, "<td>");
    html_text(html, count);
    HTML(html, "</td><td>");
    if (community->residents < 10) { /* or not known */
        HTML(html, "–");
    } else {
        format_decimal(1000.0 * (double)tally->places / community->residents, 1, per);
        html_text(html, per);
    }
    HTML(html, "</td>");
}

/* The care types that no facility inside offers. */
static void write_missing(struct html *html, const struct tally *tally)
{
    bool begun = false;
    HTML(html, "<td>");
    for (int care = 0; care < CARE_COUNT; care++) {
        if (tally->located[care])
            continue;
        if (begun)
            html_say(html, TEXT_LIST_SEPARATOR);
        begun = true;
        html_say(html, offer_care_words((int8_t)care));
    }
    if (!begun)
        html_say(html, TEXT_PLANNER_NONE_MISSING);
    HTML(html, "</td>");
}

static void write_row(struct html *html, const struct community_record *community,
                      const struct tally *tally)
{
    const char *name = page_name(html->language, community->name, community->name_en);
    HTML(html, "<tr");
    html_attribute(html, "data-code", community->code);
    HTML(html, "><th scope=\"row\">");
    html_text(html, name ? name : community->code);
    HTML(html, "</th>");
    for (int care = 0; care < CARE_COUNT; care++) {
        HTML(html, "<td>");
        html_int(html, tally->located[care]);
        HTML(html, "</td>");
    }
    write_missing(html, tally);
    write_people(html, community->residents);
    write_people(html, community->children);
    write_places(html, community, tally);
    HTML(html, "</tr>");
}

static void write_heading(struct html *html, enum text_key words)
{
    HTML(html, "<th scope=\"col\">");
    html_say(html, words);
    HTML(html, "</th>");
}

static void write_table(struct page *page, uint16_t region, const struct tally *tallies)
{
    static const enum text_key columns[] = {TEXT_PLANNER_MISSING, TEXT_PLANNER_RESIDENTS,
                                            TEXT_PLANNER_CHILDREN, TEXT_PLANNER_PUBLIC_PLACES,
                                            TEXT_PLANNER_PLACES_PER_1000};
    struct html *html = &page->html;
    const struct dataset *dataset = page->picture->dataset;
    HTML(html, "<table class=\"coverage\"><caption>");
    html_say(html, TEXT_PLANNER_LOCATED_CAPTION);
    HTML(html, "</caption><thead><tr>");
    write_heading(html, TEXT_PLANNER_COMMUNITY);
    for (int care = 0; care < CARE_COUNT; care++)
        write_heading(html, offer_care_words((int8_t)care));
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        write_heading(html, columns[i]);
    HTML(html, "</tr></thead><tbody>");
    for (uint32_t i = 0; i < dataset->community_count; i++)
        if (dataset->community_regions[i] == region)
            write_row(html, &dataset->communities[i], &tallies[i]);
    HTML(html, "</tbody></table>");
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

enum status page_planner(struct worker *worker, const struct request *request, struct json *out,
                         struct error *error)
{
    struct page page;
    struct tally *tallies = NULL;
    enum status status = page_open(&page, worker, request, out, error);
    if (!status)
        status = count_all(&page, &tallies, error);
    if (status)
        return status;
    struct html *html = &page.html;
    uint16_t region = choose_region(&page);
    page_begin(&page, &(struct page_head){.tab = PAGE_TAB_PLANNER,
                                          .title = text_get(html->language, TEXT_PLANNER_HEADING),
                                          .path = "/planner",
                                          .has_script = true});
    HTML(html, "<div id=\"planner\"><h1>");
    html_say(html, TEXT_PLANNER_HEADING);
    HTML(html, "</h1><p>");
    html_say(html, TEXT_PLANNER_INTRO);
    HTML(html, "</p>");
    write_regions(&page, region);
    HTML(html, "<div id=\"map\"></div><div id=\"planner-table\" class=\"scroll\" tabindex=\"0\" "
               "role=\"region\"");
    html_attribute_say(html, "aria-label", TEXT_PLANNER_TABLE);
    HTML(html, ">");
    if (has_communities(page.picture->dataset, region)) {
        write_table(&page, region, tallies);
    } else {
        HTML(html, "<p>");
        html_say(html, TEXT_PLANNER_NO_COMMUNITIES);
        HTML(html, "</p>");
    }
    HTML(html, "</div></div>");
    status = page_write_config(&page, worker->options->version, error);
    page_end(&page);
    return status;
}
