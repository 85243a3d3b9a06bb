/* GET /about: where the data come from, under which licences, and what is done with a search. */
#include "server/format_text.h"
#include "server/page.h"
#include "server/router.h"

#include "data/base_map.h"
#include "data/vacancies.h"
#include "data/walking.h"

static void write_section(struct html *html, enum text_key heading, enum text_key sentence)
{
    HTML(html, "<h2>");
    html_say(html, heading);
    HTML(html, "</h2><p>");
    html_say(html, sentence);
    HTML(html, "</p>");
}

static uint32_t count_public(const struct picture *picture, uint32_t region)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < picture->dataset->facility_count; i++)
        count +=
            picture->dataset->facilities[i].region == region && picture->vacancies->is_public[i];
    return count;
}

static void write_regions(struct html *html, const struct picture *picture)
{
    const struct dataset *dataset = picture->dataset;
    for (uint32_t i = 0; i < dataset->region_count; i++) {
        const struct region *region = &dataset->regions[i];
        char count[FORMAT_BYTES], moment[FORMAT_BYTES];
        const char *title = page_name(html->language, region->title, region->title_en);
        format_number(count_public(picture, i), count);
        HTML(html, "<p>");
        html_say_with(html, TEXT_ABOUT_COUNTS,
                      TEXT_VALUES({"region", title ? title : region->name}, {"n", count}));
        if (dataset->changed_at != TIME_NONE) {
            format_moment(html->language, &region->calendar, dataset->changed_at, moment);
            HTML(html, " ");
            html_say_with(html, TEXT_ABOUT_DATASET, TEXT_VALUES({"moment", moment}));
        }
        HTML(html, "</p>");
    }
}

static bool shows_map(const struct dataset *dataset, enum basemap basemap)
{
    for (uint32_t i = 0; i < dataset->region_count; i++)
        if (dataset->regions[i].map.basemap == basemap)
            return true;
    return false;
}

static bool has_streets(const struct dataset *dataset, bool is_invented)
{
    for (uint32_t i = 0; i < dataset->network_count; i++)
        if (dataset->networks[i]->file.is_invented == is_invented)
            return true;
    return false;
}

static void write_sources(struct page *page)
{
    struct html *html = &page->html;
    HTML(html, "<h2>");
    html_say(html, TEXT_ABOUT_SOURCES);
    HTML(html, "</h2><ul>");
    if (has_streets(page->picture->dataset, false)) {
        HTML(html, "<li><a rel=\"noreferrer\" href=\"https://www.openstreetmap.org/copyright\">");
        html_text(html, base_map_attribution(false));
        HTML(html, "</a></li>");
    }
    if (has_streets(page->picture->dataset, true)) {
        HTML(html, "<li>");
        html_text(html, base_map_attribution(true));
        HTML(html, "</li>");
    }
    if (shows_map(page->picture->dataset, BASEMAP_TIANDITU)) {
        HTML(html, "<li>");
        html_say(html, TEXT_MAP_TIANDITU);
        HTML(html, "</li>");
    }
    HTML(html, "<li>");
    html_say(html, TEXT_ABOUT_SOFTWARE);
    HTML(html, "</li>");
    if (files_find(page->files, "NOTICES.txt")) {
        HTML(html, "<li><a href=\"/static/NOTICES.txt\">");
        html_say(html, TEXT_ABOUT_THIRD_PARTY);
        HTML(html, "</a></li>");
    }
    HTML(html, "</ul>");
}

enum status page_about(struct worker *worker, const struct request *request, struct json *out,
                       struct error *error)
{
    struct page page;
    enum status status = page_open(&page, worker, request, out, error);
    if (status)
        return status;
    struct html *html = &page.html;
    page_begin(&page, &(struct page_head){.tab = PAGE_TAB_ABOUT,
                                          .title = text_get(html->language, TEXT_ABOUT_HEADING),
                                          .path = "/about"});
    HTML(html, "<h1>");
    html_say(html, TEXT_ABOUT_HEADING);
    HTML(html, "</h1><p>");
    html_say(html, TEXT_ABOUT_WHAT);
    HTML(html, "</p>");
    write_regions(html, page.picture);
    write_section(html, TEXT_ABOUT_NUMBERS, TEXT_ABOUT_NUMBERS_TEXT);
    write_section(html, TEXT_ABOUT_PRIVACY, TEXT_ABOUT_PRIVACY_TEXT);
    write_sources(&page);
    write_section(html, TEXT_ABOUT_API, TEXT_ABOUT_API_TEXT);
    HTML(html, "<p><a href=\"/v1/openapi.json\">/v1/openapi.json</a></p>");
    page_end(&page);
    return STATUS_OK;
}
