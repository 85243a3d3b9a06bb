/*
 * GET and POST /: the search form, and the list that answers it, without JavaScript.
 *
 * The form POSTs, so that neither the address bar nor any log holds the point or the month of birth.
 * A GET takes what a shared link may hold (page_search.h).
 *
 * What the page's script takes over, by id:
 *
 *   #search-form   the form; its fields by the names of page_search.h. Coordinates are for whoever has
 *                  no map: <details class="at"> is hidden by the script
 *   #results       the list, or what is said in its place; cards are <li class="card" data-id="ID">
 *   #map           where the map goes; not shown while it is empty
 *   #config        <script type="application/json">: what GET /v1/config answers
 *   #trouble       what is wrong with the form, before #results; only where something is
 */
#include "server/http.h"
#include "server/offer_words.h"
#include "server/page_results.h"
#include "server/router.h"

#include "geo/profile.h"

#include <stdio.h>

/* The middle of the first region, as an example of coordinates. */
static void example_point(const struct dataset *dataset, char text[48])
{
    struct geo_box box = dataset->region_count ? dataset->regions[0].bounds : (struct geo_box){0};
    snprintf(text, 48, "%.3f,%.3f", (box.west + box.east) / 2, (box.south + box.north) / 2);
}

static void write_label(struct html *html, const char *name, enum text_key words)
{
    HTML(html, "<label class=\"field\"");
    html_attribute(html, "for", name);
    HTML(html, ">");
    html_say(html, words);
    HTML(html, "</label>");
}

/* Attributes that every field has: id, name, and that it is at fault. */
static void write_names(struct html *html, const struct page_search *search, const char *name)
{
    html_attribute(html, "id", name);
    html_attribute(html, "name", name);
    if (search->wrong_field && strcmp(search->wrong_field, name) == 0)
        HTML(html, " aria-invalid=\"true\"");
}

/* aria-describedby: the hint (NAME-hint), and the trouble where this field is at fault. */
static void write_described(struct html *html, const struct page_search *search, const char *name,
                            bool has_hint)
{
    char ids[64];
    bool wrong = search->wrong_field && strcmp(search->wrong_field, name) == 0;
    snprintf(ids, sizeof ids, "%s%s%s%s", has_hint ? name : "", has_hint ? "-hint" : "",
             has_hint && wrong ? " " : "", wrong ? "trouble" : "");
    if (ids[0])
        html_attribute(html, "aria-describedby", ids);
}

static void write_input(struct html *html, const struct page_search *search, const char *type,
                        const char *name, enum text_key words, const char *value, bool has_hint)
{
    write_label(html, name, words);
    HTML(html, "<input");
    html_attribute(html, "type", type);
    write_names(html, search, name);
    html_attribute(html, "value", value);
    write_described(html, search, name, has_hint);
    HTML(html, " autocomplete=\"off\">");
}

static void begin_hint(struct html *html, const char *name)
{
    char id[40];
    snprintf(id, sizeof id, "%s-hint", name);
    HTML(html, "<p class=\"hint\"");
    html_attribute(html, "id", id);
    HTML(html, ">");
}

static void write_option(struct html *html, const char *value, bool chosen, const char *words)
{
    HTML(html, "<option");
    html_attribute(html, "value", value);
    html_flag(html, "selected", chosen);
    HTML(html, ">");
    html_text(html, words);
    HTML(html, "</option>");
}

static void begin_select(struct html *html, const struct page_search *search, const char *name,
                         enum text_key words)
{
    write_label(html, name, words);
    HTML(html, "<select");
    write_names(html, search, name);
    write_described(html, search, name, false);
    HTML(html, ">");
}

static void write_tick(struct html *html, const char *name, const char *value, bool ticked,
                       enum text_key words)
{
    HTML(html, "<label class=\"tick\"><input type=\"checkbox\"");
    html_attribute(html, "name", name);
    html_attribute(html, "value", value);
    html_flag(html, "checked", ticked);
    HTML(html, ">");
    html_say(html, words);
    HTML(html, "</label>");
}

static void write_coordsys(struct html *html, const struct page_search *search)
{
    static const enum text_key words[COORDSYS_COUNT] = {
        [COORDSYS_WGS84] = TEXT_SEARCH_COORDSYS_WGS84,
        [COORDSYS_GCJ02] = TEXT_SEARCH_COORDSYS_GCJ02,
        [COORDSYS_BD09] = TEXT_SEARCH_COORDSYS_BD09,
    };
    begin_select(html, search, "coordsys", TEXT_SEARCH_COORDSYS);
    for (int i = 0; i < COORDSYS_COUNT; i++) {
        const char *code = coordsys_code((enum coordsys)i);
        write_option(html, code, strcmp(search->coordsys, code) == 0,
                     text_get(html->language, words[i]));
    }
    HTML(html, "</select>");
}

/* Where from: a name first, coordinates for whoever has them. */
static void write_where(struct html *html, const struct page_search *search,
                        const struct dataset *dataset)
{
    char example[48];
    example_point(dataset, example);
    write_input(html, search, "text", "q", TEXT_WHERE_HOME, search->q, true);
    begin_hint(html, "q");
    html_say(html, TEXT_SEARCH_Q_HINT);
    HTML(html, "</p><details class=\"at\"");
    html_flag(html, "open", *search->at);
    HTML(html, "><summary>");
    html_say(html, TEXT_SEARCH_AT);
    HTML(html, "</summary><div class=\"pair\"><div>");
    write_input(html, search, "text", "at", TEXT_SEARCH_AT, search->at, true);
    HTML(html, "</div><div>");
    write_coordsys(html, search);
    HTML(html, "</div></div>");
    begin_hint(html, "at");
    html_say_with(html, TEXT_SEARCH_AT_HINT, TEXT_VALUES({"example", example}));
    HTML(html, "</p></details>");
}

static void write_cares(struct html *html, const struct page_search *search)
{
    HTML(html, "<fieldset><legend>");
    html_say(html, TEXT_SEARCH_CARE);
    HTML(html, "</legend><div class=\"choices\">");
    for (int care = 0; care < CARE_COUNT; care++)
        write_tick(html, "care", care_code(care), search->care[care],
                   offer_care_words((int8_t)care));
    HTML(html, "</div><p class=\"hint\">");
    html_say(html, TEXT_SEARCH_CARE_HINT);
    HTML(html, "</p></fieldset>");
}

static void write_when(struct html *html, const struct page_search *search)
{
    static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    HTML(html, "<div class=\"pair\"><div>");
    begin_select(html, search, "day", TEXT_SEARCH_DAY);
    write_option(html, "", !*search->day, text_get(html->language, TEXT_SEARCH_DAY_ANY));
    bool known = !*search->day;
    for (unsigned i = 0; i < 7; i++) {
        bool chosen = strcmp(search->day, days[i]) == 0;
        known |= chosen;
        write_option(html, days[i], chosen, text_get(html->language, weekday_words(i)));
    }
    if (!known) /* a date, of a link */
        write_option(html, search->day, true, search->day);
    HTML(html, "</select></div><div>");
    write_input(html, search, "time", "from", TEXT_SEARCH_FROM, search->from, false);
    HTML(html, "</div><div>");
    write_input(html, search, "time", "to", TEXT_SEARCH_TO, search->to, false);
    HTML(html, "</div></div>");
}

static void write_child(struct html *html, const struct page_search *search)
{
    bool is_used = *search->born || *search->start || *search->day || *search->from ||
                   *search->to || *search->age;
    HTML(html, "<details");
    html_flag(html, "open", is_used);
    HTML(html, "><summary>");
    html_say(html, TEXT_SEARCH_CHILD);
    HTML(html, "</summary><div class=\"pair\"><div>");
    write_input(html, search, "month", "born", TEXT_SEARCH_BORN, search->born, true);
    HTML(html, "</div><div>");
    write_input(html, search, "month", "start", TEXT_SEARCH_START, search->start, false);
    HTML(html, "</div></div>");
    begin_hint(html, "born");
    html_say(html, TEXT_SEARCH_MONTH_HINT);
    HTML(html, "</p>");
    write_when(html, search);
    HTML(html, "</details>");
}

static void write_walk(struct html *html, const struct page_search *search)
{
    static const char *const minutes[] = {"5", "10", "15", "20", "30", "45", "60"};
    const char *chosen = *search->minutes ? search->minutes : "30";
    char words[FORMAT_BYTES];
    HTML(html, "<div class=\"pair\"><div>");
    begin_select(html, search, "within_minutes", TEXT_SEARCH_WITHIN_MINUTES);
    for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++) {
        text_fill(html->language, TEXT_MINUTES_OTHER, TEXT_VALUES({"n", minutes[i]}), words,
                  sizeof words);
        write_option(html, minutes[i], strcmp(chosen, minutes[i]) == 0, words);
    }
    HTML(html, "</select></div><div>");
    begin_select(html, search, "profile", TEXT_SEARCH_PROFILE);
    for (uint32_t i = 0; i < PROFILE_COUNT; i++) {
        const char *name = profile_builtin(i)->name;
        write_option(html, name, strcmp(search->profile, name) == 0,
                     text_get(html->language, profile_words(i)));
    }
    HTML(html, "</select></div></div>");
}

static void write_form(struct page *page, const struct page_search *search)
{
    struct html *html = &page->html;
    HTML(html, "<form id=\"search-form\" method=\"post\" action=\"/\" role=\"search\"");
    html_attribute_say(html, "aria-label", TEXT_SEARCH_LABEL);
    HTML(html, ">");
    write_where(html, search, page->picture->dataset);
    write_cares(html, search);
    HTML(html, "<div class=\"choices\">");
    write_tick(html, "open", "1", search->open, TEXT_SEARCH_OPEN);
    write_tick(html, "inclusive", "1", search->inclusive, TEXT_SEARCH_INCLUSIVE);
    HTML(html, "</div>");
    write_child(html, search);
    write_walk(html, search);
    if (*search->age) {
        HTML(html, "<input type=\"hidden\" name=\"age\"");
        html_attribute(html, "value", search->age);
        HTML(html, ">");
    }
    HTML(html, "<p><button class=\"primary\" type=\"submit\" name=\"lang\"");
    html_attribute(html, "value", language_code(html->language));
    HTML(html, ">");
    html_say(html, TEXT_SEARCH_SUBMIT);
    HTML(html, "</button></p></form>");
}

/* What is wrong with the form; or, of a name that several places have, which of them is meant. */
static void write_trouble(struct html *html, const struct page_search *search,
                          const struct dataset *dataset)
{
    char example[48];
    example_point(dataset, example);
    if (search->wrong_field) {
        HTML(html, "<p id=\"trouble\" class=\"trouble\" role=\"alert\">");
        html_say_with(html, search->wrong, TEXT_VALUES({"place", search->q}, {"example", example}));
        HTML(html, "</p>");
        return;
    }
    HTML(html, "<h2>");
    html_say_with(html, TEXT_SEARCH_CHOOSE, TEXT_VALUES({"place", search->q}));
    HTML(html, "</h2><ul class=\"cards\">");
    for (uint32_t i = 0; i < search->place_count; i++) {
        const struct page_place *place = &search->places[i];
        const char *within = page_name(html->language, place->within, place->within_en);
        HTML(html, "<li><button type=\"submit\" form=\"search-form\" name=\"pick\"");
        html_attribute(html, "value", place->id);
        HTML(html, ">");
        html_text(html, page_name(html->language, place->name, place->name_en));
        if (within) {
            HTML(html, " <small>");
            html_text(html, within);
            HTML(html, "</small>");
        }
        HTML(html, "</button></li>");
    }
    HTML(html, "</ul>");
}

static void write_start(struct html *html, const struct page_search *search)
{
    const char *name =
        search->start_from == SEARCH_PLACE
            ? page_name(html->language, search->places[0].name, search->places[0].name_en)
            : NULL;
    HTML(html, "<p class=\"quiet-text\">");
    if (search->start_from == SEARCH_PLACE)
        html_say_with(html, TEXT_SEARCH_FROM_PLACE, TEXT_VALUES({"place", name ? name : ""}));
    else
        html_say(html, search->start_from == SEARCH_LINK ? TEXT_SEARCH_FROM_LINK
                                                         : TEXT_SEARCH_FROM_POINT);
    HTML(html, "</p>");
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
                                          .has_script = true,
                                          .language_by_form = !by_link,
                                          .is_unlisted = !by_link || *search.at});
    HTML(html, "<div id=\"app\"><h1>");
    html_say(html, TEXT_HOME_HEADING);
    HTML(html, "</h1><p>");
    html_say(html, TEXT_HOME_INTRO);
    HTML(html, "</p>");
    write_form(&page, &search);
    if (search.wrong_field || search.place_count > 1)
        write_trouble(html, &search, page.picture->dataset);
    HTML(html, "<section id=\"results\"");
    html_attribute_say(html, "aria-label", TEXT_RESULTS_HEADING);
    HTML(html, ">");
    if (search.is_answered) {
        write_start(html, &search);
        page_results_write(&page, &search, worker->nearby);
    }
    HTML(html, "</section><div id=\"map\"></div></div>");
    status = page_write_config(&page, worker->options->version, error);
    page_end(&page);
    return status;
}
