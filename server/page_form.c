#include "server/page_form.h"

#include "geo/profile.h"
#include "server/offer_words.h"
#include "server/router.h"

#include <stdio.h>

#define DEFAULT_MINUTES "30"

void page_form_example(const struct dataset *dataset, char text[PAGE_FORM_EXAMPLE_BYTES])
{
    struct geo_box box = dataset->region_count ? dataset->regions[0].bounds : (struct geo_box){0};
    snprintf(text, PAGE_FORM_EXAMPLE_BYTES, "%.3f,%.3f", (box.west + box.east) / 2,
             (box.south + box.north) / 2);
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

/*
 * A field of text. `becomes`: what the script makes of it once it is in sight (NULL = nothing). A
 * browser's own fields for months and times cost more to set up than all others together, shown or not:
 * in Chromium some 20 ms of a processor. `example`: how it is written.
 */
static void write_input(struct html *html, const struct page_search *search, const char *becomes,
                        const char *name, enum text_key words, const char *value,
                        const char *example, bool has_hint)
{
    write_label(html, name, words);
    HTML(html, "<input type=\"text\"");
    html_attribute(html, "data-becomes", becomes);
    write_names(html, search, name);
    html_attribute(html, "value", value);
    html_attribute(html, "placeholder", example);
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

/* Of a device that can tell where it is, and of a map: what only the script can. */
static void write_where_buttons(struct html *html)
{
    HTML(html,
         "<div class=\"where-buttons needs-script\"><button type=\"button\" class=\"locate\">");
    html_say(html, TEXT_WHERE_POSITION);
    HTML(html, "</button><button type=\"button\" class=\"pick\">");
    html_say(html, TEXT_WHERE_PICK);
    HTML(html, "</button></div>");
}

/* The name of a place; what suggests goes beside the field. */
static void write_place(struct html *html, const struct page_search *search, const char *name,
                        enum text_key words, const char *value)
{
    write_label(html, name, words);
    HTML(html, "<span class=\"combo\"><input type=\"text\"");
    write_names(html, search, name);
    html_attribute(html, "value", value);
    write_described(html, search, name, true);
    HTML(html, " autocomplete=\"off\" enterkeyhint=\"search\"></span>");
    begin_hint(html, name);
    html_say(html, TEXT_SEARCH_Q_HINT);
    HTML(html, "</p>");
    write_where_buttons(html);
}

static void write_coordinates(struct html *html, const struct page_search *search,
                              const struct dataset *dataset)
{
    char example[48];
    page_form_example(dataset, example);
    HTML(html, "<details class=\"at\"");
    html_flag(html, "open", *search->at);
    HTML(html, "><summary>");
    html_say(html, TEXT_SEARCH_AT);
    HTML(html, "</summary><div class=\"pair\"><div>");
    write_input(html, search, NULL, "at", TEXT_SEARCH_AT, search->at, example, true);
    HTML(html, "</div><div>");
    write_coordsys(html, search);
    HTML(html, "</div></div>");
    begin_hint(html, "at");
    html_say_with(html, TEXT_SEARCH_AT_HINT, TEXT_VALUES({"example", example}));
    HTML(html, "</p></details>");
}

/* Where the search that was answered starts. */
static void write_start(struct html *html, const struct page_search *search)
{
    const char *name =
        search->start_from == SEARCH_PLACE
            ? page_name(html->language, search->places[0].name, search->places[0].name_en)
            : NULL;
    if (search->start_from == SEARCH_PLACE)
        html_say_with(html, TEXT_SEARCH_FROM_PLACE, TEXT_VALUES({"place", name ? name : ""}));
    else
        html_say(html, search->start_from == SEARCH_LINK ? TEXT_SEARCH_FROM_LINK
                                                         : TEXT_SEARCH_FROM_POINT);
}

/* Where from: a name first, coordinates for whoever has them. Once answered, a line that opens. */
static void write_where(struct html *html, const struct page_search *search,
                        const struct dataset *dataset)
{
    HTML(html, "<details class=\"where\"");
    html_flag(html, "open", !search->is_answered);
    HTML(html, "><summary><span class=\"start\">");
    if (search->is_answered)
        write_start(html, search);
    else
        html_say(html, TEXT_WHERE_HOME);
    HTML(html, "</span> <span class=\"change\">");
    html_say(html, TEXT_SEARCH_CHANGE);
    HTML(html, "</span></summary><div class=\"where-home\">");
    write_place(html, search, "q", TEXT_WHERE_HOME, search->q);
    HTML(html, "</div><details class=\"second needs-script\"><summary>");
    html_say(html, TEXT_WHERE_ADD_WORK);
    HTML(html, "</summary>");
    write_place(html, search, "q2", TEXT_WHERE_WORK, "");
    HTML(html, "<button type=\"button\" class=\"quiet remove needs-script\">");
    html_say(html, TEXT_WHERE_REMOVE_WORK);
    HTML(html, "</button></details>");
    write_coordinates(html, search, dataset);
    HTML(html, "</details>");
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
    write_input(html, search, "time", "from", TEXT_SEARCH_FROM, search->from, "09:00", false);
    HTML(html, "</div><div>");
    write_input(html, search, "time", "to", TEXT_SEARCH_TO, search->to, "17:00", false);
    HTML(html, "</div></div>");
}

static void write_walk(struct html *html, const struct page_search *search)
{
    static const char *const minutes[] = {"5", "10", "15", "20", "30", "45", "60"};
    const char *chosen = *search->minutes ? search->minutes : DEFAULT_MINUTES;
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

/* What is set behind the disclosure, in a line. */
static void write_used(struct html *html, const struct page_search *search, int32_t age_months)
{
    char words[FORMAT_BYTES];
    const char *minutes = *search->minutes ? search->minutes : DEFAULT_MINUTES;
    uint32_t profile = 0;
    while (profile + 1 < PROFILE_COUNT &&
           strcmp(search->profile, profile_builtin(profile)->name) != 0)
        profile++;
    if (profile + 1 == PROFILE_COUNT &&
        strcmp(search->profile, profile_builtin(profile)->name) != 0)
        profile = 0;
    HTML(html, " <small class=\"used\">");
    text_fill(html->language, TEXT_MINUTES_OTHER, TEXT_VALUES({"n", minutes}), words, sizeof words);
    html_text(html, words);
    html_say(html, TEXT_LIST_SEPARATOR);
    html_say(html, profile_words(profile));
    if (age_months != NONE) {
        html_say(html, TEXT_LIST_SEPARATOR);
        format_age(html->language, age_months, words);
        html_text(html, words);
    }
    HTML(html, "</small>");
}

/* What most leave as it is. */
static void write_more(struct html *html, const struct page_search *search, int32_t age_months)
{
    bool is_used = *search->born || *search->start || *search->day || *search->from ||
                   *search->to || *search->age;
    HTML(html, "<details class=\"more\"");
    html_flag(html, "open", is_used && !search->is_answered);
    HTML(html, "><summary>");
    html_say(html, TEXT_SEARCH_CHILD);
    write_used(html, search, age_months);
    HTML(html, "</summary><div class=\"pair\"><div>");
    write_input(html, search, "month", "born", TEXT_SEARCH_BORN, search->born, NULL, true);
    HTML(html, "</div><div>");
    write_input(html, search, "month", "start", TEXT_SEARCH_START, search->start, NULL, false);
    HTML(html, "</div></div>");
    begin_hint(html, "born");
    html_say(html, TEXT_SEARCH_MONTH_HINT);
    HTML(html, "</p>");
    write_when(html, search);
    write_walk(html, search);
    HTML(html, "</details>");
}

void page_form_write(struct page *page, const struct page_search *search, int32_t age_months)
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
    write_more(html, search, age_months);
    if (*search->age) {
        HTML(html, "<input type=\"hidden\" name=\"age\"");
        html_attribute(html, "value", search->age);
        HTML(html, ">");
    }
    HTML(html, "<p class=\"submit\"><button class=\"primary\" type=\"submit\" name=\"lang\"");
    html_attribute(html, "value", language_code(html->language));
    HTML(html, ">");
    html_say(html, TEXT_SEARCH_SUBMIT);
    HTML(html, "</button></p></form>");
}
