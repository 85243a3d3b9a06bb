/*
 * GET and POST /: the search form, and the list that answers it, without JavaScript.
 *
 * The form POSTs, so that neither the address bar nor any log holds the point or the month of birth.
 * A GET takes what a shared link may hold (page_search.h).
 *
 * What the page's script takes over, by id:
 *
 *   #app           all of it; of the class `answered` once a search is
 *   #search-form   the form (page_form.h)
 *   #status        what is going on; #map-toggle, which opens the map where it is not beside the list
 *   #results       the list, or what is said in its place; cards are <li class="card" data-id="ID">
 *   #map           where the map goes; not shown while it is empty
 *   #config        <script type="application/json">: what GET /v1/config answers
 *   #trouble       what is wrong with the form, before it; only where something is
 */
#include "server/http.h"
#include "server/page_form.h"
#include "server/page_results.h"
#include "server/router.h"

/* A place of that name, what it is and where. */
static void write_choice(struct html *html, const struct suggestion *place)
{
    static const enum text_key kinds[SUGGEST_KIND_COUNT] = {
        [SUGGEST_COMMUNITY] = TEXT_SUGGEST_KIND_COMMUNITY,
        [SUGGEST_STATION] = TEXT_SUGGEST_KIND_STATION,
        [SUGGEST_PLACE] = TEXT_SUGGEST_KIND_PLACE,
        [SUGGEST_ROAD] = TEXT_SUGGEST_KIND_ROAD,
        [SUGGEST_FACILITY] = TEXT_SUGGEST_KIND_FACILITY,
    };
    const char *within = page_name(html->language, place->within, place->within_en);
    HTML(html, "<li><button type=\"submit\" form=\"search-form\" name=\"pick\"");
    html_attribute(html, "value", place->id);
    HTML(html, ">");
    html_text(html, page_name(html->language, place->name, place->name_en));
    HTML(html, " <small>");
    html_say(html, kinds[place->kind]);
    if (within) {
        HTML(html, " · ");
        html_text(html, within);
    }
    HTML(html, "</small></button></li>");
}

/* What is wrong with the form; or, of a name that several places have, which of them is meant. */
static void write_trouble(struct html *html, const struct page_search *search,
                          const struct dataset *dataset)
{
    char example[PAGE_FORM_EXAMPLE_BYTES];
    page_form_example(dataset, example);
    if (search->wrong_field) {
        HTML(html, "<p id=\"trouble\" class=\"trouble\" role=\"alert\">");
        html_say_with(html, search->wrong, TEXT_VALUES({"place", search->q}, {"example", example}));
        HTML(html, "</p>");
        return;
    }
    HTML(html, "<h2>");
    html_say_with(html, TEXT_SEARCH_CHOOSE, TEXT_VALUES({"place", search->q}));
    HTML(html, "</h2><ul class=\"cards\">");
    const char *attribution = NULL;
    for (uint32_t i = 0; i < search->place_count; i++) {
        write_choice(html, &search->places[i]);
        if (!attribution)
            attribution = search->places[i].attribution;
    }
    HTML(html, "</ul>");
    if (attribution) {
        HTML(html, "<p class=\"quiet-text\">");
        html_text(html, attribution);
        HTML(html, "</p>");
    }
}

/* What is going on, and the map before the list: both are the script's to fill. */
static void write_map(struct html *html)
{
    HTML(html,
         "<div class=\"bar needs-script\"><p id=\"status\" class=\"status\" role=\"status\"></p>"
         "<button id=\"map-toggle\" type=\"button\" aria-controls=\"map\" "
         "aria-expanded=\"false\">");
    html_say(html, TEXT_MAP_SHOW);
    HTML(html, "</button></div><div class=\"map-side\"><div id=\"map\"></div></div>");
}

enum status page_home(struct worker *worker, const struct request *request, struct json *out,
                      struct error *error)
{
    struct page page;
    struct page_search search;
    bool by_link = request->method != METHOD_POST;
    enum status status = page_open(&page, worker, request, out, error);
    if (!status)
        status = page_search_run(worker, request, &page.form, by_link, &search, error);
    if (status)
        return status;
    struct html *html = &page.html;
    const char *link = page_search_link(&search, worker->nearby, request->arena);
    page_begin(&page, &(struct page_head){.tab = PAGE_TAB_HOME,
                                          .path = "/",
                                          .state = link && *link ? link : NULL,
                                          .script = "finder.js",
                                          .language_by_form = !by_link,
                                          .is_unlisted = !by_link || *search.at});
    HTML(html, "<div id=\"app\"");
    html_attribute(html, "class", search.is_answered ? "answered" : NULL);
    HTML(html, "><h1>");
    html_say(html, TEXT_HOME_HEADING);
    HTML(html, "</h1><p class=\"intro\">");
    html_say(html, TEXT_HOME_INTRO);
    HTML(html, "</p>");
    if (search.wrong_field || search.place_count > 1)
        write_trouble(html, &search, page.picture->dataset);
    page_form_write(&page, &search, search.is_answered ? worker->nearby->age_months : NONE);
    write_map(html);
    HTML(html, "<section id=\"results\"");
    html_attribute_say(html, "aria-label", TEXT_RESULTS_HEADING);
    HTML(html, ">");
    if (search.is_answered)
        page_results_write(&page, &search, worker->nearby);
    HTML(html, "</section></div>");
    status = page_write_config(&page, worker->options->version, error);
    page_end(&page);
    return status;
}
