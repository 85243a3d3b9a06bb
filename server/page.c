#include "server/page.h"

#include "data/dataset.h"
#include "server/http.h"
#include "server/json_config.h"

#include <stdio.h>

static const char *policy_of(const struct picture *picture)
{
    const struct dataset *dataset = picture ? picture->dataset : NULL;
    for (uint32_t i = 0; dataset && i < dataset->region_count; i++)
        if (dataset->regions[i].map.basemap == BASEMAP_TIANDITU)
            return PAGE_POLICY_PARTS(" " TIANDITU_HOST);
    return PAGE_POLICY;
}

enum status page_open(struct page *page, struct worker *worker, const struct request *request,
                      struct json *out, struct error *error)
{
    bool by_form = request->method == METHOD_POST;
    const char *said = by_form ? request->body : request->query;
    size_t length = !said ? 0 : by_form ? request->body_length : strlen(said);
    memset(page, 0, sizeof *page);
    enum status status = form_read(said, length, request->arena, &page->form, error);
    const char *wanted = form_value(&page->form, "lang");
    enum language language = language_choose(wanted, request->accept_language);
    page->html = (struct html){out, language};
    page->request = request;
    page->picture = worker->picture;
    page->files = worker->options ? worker->options->files : NULL;
    page->base_url = request->base_url;
    page->language_is_chosen = wanted && strcmp(wanted, language_code(language)) == 0;
    worker->response.language = language_tag(language);
    worker->response.policy = policy_of(worker->picture);
    return status;
}

const char *page_name(enum language language, const char *name, const char *name_en)
{
    const char *first = language == LANGUAGE_EN ? name_en : name;
    const char *second = language == LANGUAGE_EN ? name : name_en;
    return first && *first ? first : second && *second ? second : NULL;
}

void page_href(struct page *page, const char *path, const char *id)
{
    const char *keep = !page->language_is_chosen            ? ""
                       : page->html.language == LANGUAGE_EN ? "?lang=en"
                                                            : "?lang=zh";
    html_path(&page->html, "href", path, id, keep);
}

/* An address of this page in full: links to other languages, canonical, og:url. */
static void write_address(struct page *page, const char *attribute, const struct page_head *head,
                          const char *query)
{
    char before[400];
    snprintf(before, sizeof before, "%s%s", page->base_url, head->path);
    html_path(&page->html, attribute, before, head->id, query);
}

static void write_alternates(struct page *page, const struct page_head *head)
{
    struct html *html = &page->html;
    if (!page->base_url)
        return;
    HTML(html, "<link rel=\"canonical\"");
    write_address(page, "href", head, "");
    for (int language = 0; language < LANGUAGE_COUNT; language++) {
        HTML(html, "><link rel=\"alternate\"");
        html_attribute(html, "hreflang", language_tag((enum language)language));
        write_address(page, "href", head, language == LANGUAGE_EN ? "?lang=en" : "?lang=zh");
    }
    HTML(html, "><link rel=\"alternate\" hreflang=\"x-default\"");
    write_address(page, "href", head, "");
    HTML(html, "><meta property=\"og:url\"");
    write_address(page, "content", head, "");
    HTML(html, ">");
}

static void write_files(struct page *page, const char *script_name)
{
    static const char *const sheets[] = {"base.css", "app.css"};
    struct html *html = &page->html;
    if (files_find(page->files, "favicon.svg"))
        HTML(html, "<link rel=\"icon\" type=\"image/svg+xml\" href=\"/static/favicon.svg\">");
    for (size_t i = 0; i < sizeof sheets / sizeof *sheets; i++) {
        const struct file *file = files_named(page->files, sheets[i]);
        if (!file)
            continue;
        HTML(html, "<link rel=\"stylesheet\"");
        html_path(html, "href", "/static/", file->name, "");
        HTML(html, ">");
    }
    const struct file *script = script_name ? files_named(page->files, script_name) : NULL;
    if (script) {
        HTML(html, "<script defer");
        html_path(html, "src", "/static/", script->name, "");
        HTML(html, "></script>");
    }
}

static void write_meta(struct page *page, const struct page_head *head)
{
    struct html *html = &page->html;
    HTML(html, "<meta name=\"description\"");
    if (head->description)
        html_attribute(html, "content", head->description);
    else
        html_attribute_say(html, "content", TEXT_SITE_DESCRIPTION);
    HTML(html, "><meta property=\"og:type\"");
    html_attribute(html, "content", head->og_type ? head->og_type : "website");
    HTML(html, "><meta property=\"og:site_name\"");
    html_attribute_say(html, "content", TEXT_SITE_NAME);
    HTML(html, "><meta property=\"og:title\"");
    if (head->title)
        html_attribute(html, "content", head->title);
    else
        html_attribute_say(html, "content", TEXT_SITE_TITLE);
    HTML(html, "><meta property=\"og:description\"");
    if (head->description)
        html_attribute(html, "content", head->description);
    else
        html_attribute_say(html, "content", TEXT_SITE_DESCRIPTION);
    HTML(html, "><meta property=\"og:locale\"");
    html_attribute(html, "content", html->language == LANGUAGE_EN ? "en_GB" : "zh_CN");
    HTML(html, "><meta name=\"theme-color\" content=\"#0a6b60\">"
               "<meta name=\"format-detection\" content=\"telephone=no\">");
    if (head->is_unlisted)
        HTML(html, "<meta name=\"robots\" content=\"noindex\">");
}

static void write_tab(struct page *page, const struct page_head *head, enum page_tab tab,
                      const char *path, enum text_key words)
{
    struct html *html = &page->html;
    HTML(html, "<a");
    page_href(page, path, NULL);
    if (head->tab == tab)
        html_attribute(html, "aria-current", "page");
    HTML(html, ">");
    html_say(html, words);
    HTML(html, "</a>");
}

/* The same page in the other language: a link, or, of what a form has sent, a button of that form. */
static void write_language_switch(struct page *page, const struct page_head *head)
{
    struct html *html = &page->html;
    enum language other = html->language == LANGUAGE_EN ? LANGUAGE_ZH : LANGUAGE_EN;
    if (head->language_by_form) {
        HTML(html, "<button class=\"language\" type=\"submit\" form=\"search-form\" name=\"lang\"");
        html_attribute(html, "value", language_code(other));
    } else {
        char query[1024];
        snprintf(query, sizeof query, "?lang=%s%s%s", language_code(other), head->state ? "&" : "",
                 head->state ? head->state : "");
        HTML(html, "<a class=\"language\"");
        html_path(html, "href", head->path, head->id, query);
        html_attribute(html, "hreflang", language_tag(other));
    }
    html_attribute(html, "lang", language_tag(other));
    HTML(html, ">");
    html_say(html, TEXT_NAV_OTHER_LANGUAGE);
    if (head->language_by_form)
        HTML(html, "</button>");
    else
        HTML(html, "</a>");
}

/* Invented data say so on every page that shows them. */
static void write_notices(struct page *page)
{
    struct html *html = &page->html;
    const struct dataset *dataset = page->picture ? page->picture->dataset : NULL;
    for (uint32_t i = 0; dataset && i < dataset->region_count; i++) {
        const struct region *region = &dataset->regions[i];
        const char *notice = page_name(html->language, region->notice, region->notice_en);
        if (!notice && !region->sample)
            continue;
        HTML(html, "<p class=\"notice\" role=\"note\">");
        if (notice)
            html_text(html, notice);
        else
            html_say(html, TEXT_FOOTER_SAMPLE);
        HTML(html, "</p>");
    }
}

void page_begin(struct page *page, const struct page_head *head)
{
    struct html *html = &page->html;
    HTML(html, "<!doctype html>\n<html");
    html_attribute(html, "lang", language_tag(html->language));
    HTML(html, "><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
               "content=\"width=device-width, initial-scale=1\"><title>");
    if (head->title) {
        html_text(html, head->title);
        HTML(html, " · ");
        html_say(html, TEXT_SITE_NAME);
    } else {
        html_say(html, TEXT_SITE_TITLE);
    }
    HTML(html, "</title>");
    write_meta(page, head);
    if (!head->is_unlisted)
        write_alternates(page, head);
    write_files(page, head->script);
    HTML(html, "</head>\n<body><a class=\"skip\" href=\"#main\">");
    html_say(html, TEXT_NAV_SKIP);
    HTML(html, "</a><header class=\"site-head\"><a class=\"brand\"");
    page_href(page, "/", NULL);
    HTML(html, ">");
    html_say(html, TEXT_SITE_NAME);
    HTML(html, "</a><nav");
    html_attribute_say(html, "aria-label", TEXT_NAV_LABEL);
    HTML(html, ">");
    write_tab(page, head, PAGE_TAB_HOME, "/", TEXT_NAV_SEARCH);
    write_tab(page, head, PAGE_TAB_PLANNER, "/planner", TEXT_NAV_PLANNER);
    write_tab(page, head, PAGE_TAB_ABOUT, "/about", TEXT_NAV_ABOUT);
    HTML(html, "</nav>");
    write_language_switch(page, head);
    HTML(html, "</header>\n<main id=\"main\">");
    write_notices(page);
}

static void write_number(struct html *html, const char *number, const char *href)
{
    if (!number[0])
        return;
    HTML(html, "<p>");
    if (href[0]) {
        HTML(html, "<a rel=\"noreferrer\"");
        html_url(html, "href", href);
        HTML(html, ">");
    }
    html_text(html, number);
    if (href[0])
        HTML(html, "</a>");
    HTML(html, "</p>");
}

/* What a public map and a public site must carry. */
static void write_region_foot(struct html *html, const struct region_map *map)
{
    char href[REGION_MAP_HREF_BYTES];
    write_number(html, map->notice, "");
    write_number(html, map->icp, ICP_HREF);
    region_map_police_href(map, href);
    write_number(html, map->police, href);
    if (!map->privacy_contact[0])
        return;
    HTML(html, "<p>");
    html_say(html, TEXT_ABOUT_PRIVACY_CONTACT);
    HTML(html, " <a");
    region_map_privacy_href(map, href);
    html_url(html, "href", href);
    HTML(html, ">");
    html_text(html, map->privacy_contact);
    HTML(html, "</a></p>");
}

void page_end(struct page *page)
{
    struct html *html = &page->html;
    const struct dataset *dataset = page->picture ? page->picture->dataset : NULL;
    HTML(html, "</main>\n<footer class=\"site-foot\"><p>");
    html_say(html, TEXT_FOOTER_PRIVACY);
    HTML(html, " <a");
    page_href(page, "/about", NULL);
    HTML(html, ">");
    html_say(html, TEXT_NAV_ABOUT);
    HTML(html, "</a></p>");
    for (uint32_t i = 0; dataset && i < dataset->region_count; i++)
        write_region_foot(html, &dataset->regions[i].map);
    HTML(html, "</footer></body></html>\n");
}

enum status page_write_config(struct page *page, const char *version, struct error *error)
{
    struct json data;
    json_init(&data, 1 << 20);
    json_config(page->picture->dataset, page->base_url, version, &data);
    enum status status = json_status(&data, error);
    if (!status)
        html_data(&page->html, "application/json", "config", &data);
    json_release(&data);
    return status;
}
