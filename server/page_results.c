#include "server/page_results.h"

#include "server/offer_words.h"

/* Why a facility is in the list: each filter that was set, with what answers it. */
struct reasons {
    struct html *html;
    bool begun;
};

static void write_reason(struct reasons *reasons, enum text_key key,
                         const struct text_value *values)
{
    if (reasons->begun)
        html_say(reasons->html, TEXT_LIST_SEPARATOR);
    reasons->begun = true;
    html_say_with(reasons->html, key, values);
}

static bool offers_care(const struct dataset *dataset, const struct nearby_list *list,
                        const struct nearby_item *item, int care)
{
    for (uint32_t i = 0; i < item->offer_count; i++)
        if (dataset->offers[list->offers[item->first_offer + i].offer].care == care)
            return true;
    return false;
}

static void write_day_reason(struct reasons *reasons, const struct page_search *search)
{
    const struct nearby_query *query = &search->query;
    const char *day = query->day_kind == NEARBY_WEEKDAY
                          ? text_get(reasons->html->language, weekday_words(query->weekday))
                          : search->day;
    write_reason(reasons, TEXT_WHY_HOURS,
                 TEXT_VALUES({"day", day}, {"from", search->from}, {"to", search->to}));
}

static void write_reasons(struct html *html, const struct dataset *dataset,
                          const struct page_search *search, const struct nearby_list *list,
                          const struct nearby_item *item)
{
    struct reasons reasons = {.html = html};
    for (int care = 0; care < CARE_COUNT; care++)
        if (search->care[care] && offers_care(dataset, list, item, care))
            write_reason(&reasons, offer_care_words((int8_t)care), NULL);
    if (list->age_months != NONE && item->offer_count) {
        const struct dataset_offer *first = &dataset->offers[list->offers[item->first_offer].offer];
        char age[FORMAT_BYTES], band[FORMAT_BYTES];
        format_age(html->language, list->age_months, age);
        format_age_band(html->language, first->age_from_m, first->age_to_m, band);
        write_reason(&reasons, TEXT_WHY_AGE, TEXT_VALUES({"age", age}, {"band", band}));
    }
    if (search->open)
        write_reason(&reasons, TEXT_WHY_OPEN, NULL);
    if (search->inclusive)
        write_reason(&reasons, TEXT_WHY_INCLUSIVE, NULL);
    if (search->query.day_kind != NEARBY_ANY_DAY)
        write_day_reason(&reasons, search);
}

static bool has_reasons(const struct page_search *search, const struct nearby_list *list)
{
    bool any = search->open || search->inclusive || list->age_months != NONE ||
               search->query.day_kind != NEARBY_ANY_DAY;
    for (int care = 0; care < CARE_COUNT; care++)
        any |= search->care[care];
    return any;
}

static void write_way(struct html *html, const struct nearby_list *list,
                      const struct nearby_item *item)
{
    char distance[FORMAT_BYTES], minutes[FORMAT_BYTES];
    if (list->by == NEARBY_WALK) {
        format_distance(html->language, (double)((item->walk_mm + 500) / 1000), distance);
        format_minutes(html->language, nearby_walk_minutes(&list->profile, item->walk_mm), minutes);
        html_say_with(html, TEXT_WAY_WALK,
                      TEXT_VALUES({"minutes", minutes}, {"distance", distance}));
    } else {
        format_distance(html->language, item->distance_m, distance);
        html_say_with(html, TEXT_WAY_LINE, TEXT_VALUES({"distance", distance}));
    }
}

static void write_tag(struct html *html, enum text_key key)
{
    HTML(html, "<span class=\"tag\">");
    html_say(html, key);
    HTML(html, "</span>");
}

static void write_tags(struct html *html, const struct dataset_facility *facility)
{
    HTML(html, "<p class=\"tags\">");
    if (facility->kind >= 0)
        write_tag(html, kind_words(facility->kind));
    if (facility->inclusive == YES)
        write_tag(html, TEXT_TAG_INCLUSIVE);
    if (facility->demonstration == YES)
        write_tag(html, TEXT_TAG_DEMONSTRATION);
    HTML(html, "</p>");
}

static void write_offers(struct page *page, const struct nearby_list *list,
                         const struct nearby_item *item)
{
    struct html *html = &page->html;
    if (!item->offer_count) {
        HTML(html, "<p class=\"quiet-text\">");
        html_say(html, TEXT_OFFERS_NONE);
        HTML(html, "</p>");
        return;
    }
    HTML(html, "<ul class=\"offers\">");
    for (uint32_t i = 0; i < item->offer_count; i++) {
        const struct nearby_offer *offer = &list->offers[item->first_offer + i];
        offer_write(html, page->picture->vacancies, offer->offer, &offer->state,
                    page->request->now);
    }
    HTML(html, "</ul>");
}

/* To compare is the script's to do; the choice has its room from the start. */
static void write_compare(struct html *html, const char *name)
{
    const char *unnamed = text_get(html->language, TEXT_FACILITY_UNNAMED);
    HTML(html, "<label class=\"compare-choice needs-script\"><input type=\"checkbox\"");
    html_attribute_say_with(html, "aria-label", TEXT_COMPARE_CHOOSE_NAMED,
                            TEXT_VALUES({"name", name ? name : unnamed}));
    HTML(html, "> ");
    html_say(html, TEXT_COMPARE_CHOOSE);
    HTML(html, "</label>");
}

static void write_card(struct page *page, const struct page_search *search,
                       const struct nearby_list *list, const struct nearby_item *item,
                       uint32_t rank)
{
    struct html *html = &page->html;
    const struct dataset *dataset = page->picture->dataset;
    const struct dataset_facility *facility = &dataset->facilities[item->facility];
    const char *id = dataset_text(dataset, facility->id);
    const char *name = page_name(html->language, dataset_text(dataset, facility->name),
                                 dataset_text(dataset, facility->name_en));
    const char *address =
        facility->point_is_rounded ? NULL : dataset_text(dataset, facility->address);
    HTML(html, "<li class=\"card\"");
    html_attribute(html, "data-id", id);
    HTML(html, "><h3><span class=\"rank\" aria-hidden=\"true\">");
    html_int(html, rank);
    HTML(html, "</span><a");
    page_href(page, "/facilities/", id);
    HTML(html, ">");
    if (name)
        html_text(html, name);
    else
        html_say(html, TEXT_FACILITY_UNNAMED);
    HTML(html, "</a></h3><p class=\"way\">");
    write_way(html, list, item);
    HTML(html, "</p>");
    write_tags(html, facility);
    write_offers(page, list, item);
    if (address) {
        HTML(html, "<p class=\"quiet-text\">");
        html_text(html, address);
        HTML(html, "</p>");
    }
    if (has_reasons(search, list)) {
        static const char here[] = "{reasons}";
        const char *why = text_get(html->language, TEXT_WHY);
        const char *at = strstr(why, here); /* both languages have it: test_text.c */
        HTML(html, "<p class=\"why\">");
        html_text_n(html, why, at ? (size_t)(at - why) : strlen(why));
        write_reasons(html, dataset, search, list, item);
        html_text(html, at ? at + sizeof here - 1 : NULL);
        HTML(html, "</p>");
    }
    write_compare(html, name);
    HTML(html, "</li>");
}

/* How many more may match: what was asked is unknown of them, or too old. */
static void write_unknown(struct html *html, const struct nearby_list *list)
{
    char words[FORMAT_BYTES];
    if (list->unknown_matched <= 0)
        return;
    format_count(html->language, TEXT_PAIR(TEXT_RESULTS_UNKNOWN), list->unknown_matched, words);
    HTML(html, "<p class=\"quiet-text\">");
    html_text(html, words);
    HTML(html, "</p>");
}

static void write_found(struct page *page, const struct page_search *search,
                        const struct nearby_list *list)
{
    struct html *html = &page->html;
    char words[FORMAT_BYTES];
    HTML(html, "<h2 id=\"results-heading\" tabindex=\"-1\">");
    if (list->matched >= 0) {
        format_count(html->language, TEXT_PAIR(TEXT_RESULTS_FOUND), list->matched, words);
        html_text(html, words);
    } else {
        html_say(html, TEXT_RESULTS_HEADING);
    }
    HTML(html, "</h2>");
    if (list->by == NEARBY_LINE) {
        HTML(html, "<p class=\"quiet-text\">");
        html_say(html, TEXT_RESULTS_BY_LINE);
        HTML(html, "</p>");
    }
    write_unknown(html, list);
    HTML(html, "<ol class=\"cards\">");
    for (uint32_t i = 0; i < list->item_count; i++)
        write_card(page, search, list, &list->items[i], i + 1);
    HTML(html, "</ol>");
    if (!search->next_cursor)
        return;
    HTML(html, "<p><button type=\"submit\" form=\"search-form\" name=\"cursor\"");
    html_attribute(html, "value", search->next_cursor);
    HTML(html, ">");
    html_say(html, TEXT_SEARCH_NEXT);
    HTML(html, "</button></p>");
}

/* The filter without which most match, and its sentence; -1 = none gives more. */
static int best_relaxed(const struct nearby_list *list)
{
    int best = -1;
    for (int filter = 0; filter < NEARBY_FILTER_COUNT; filter++)
        if (list->relax[filter] > 0 && (best < 0 || list->relax[filter] > list->relax[best]))
            best = filter;
    return best;
}

static void write_empty(struct page *page, const struct nearby_list *list)
{
    static const enum text_key sentences[NEARBY_FILTER_COUNT] = {
        [NEARBY_FILTER_OPEN] = TEXT_EMPTY_DROP_OPEN,
        [NEARBY_FILTER_CARE] = TEXT_EMPTY_DROP_CARE,
        [NEARBY_FILTER_AGE] = TEXT_EMPTY_DROP_AGE,
        [NEARBY_FILTER_DAY] = TEXT_EMPTY_DROP_DAY,
        [NEARBY_FILTER_PRICE] = TEXT_EMPTY_DROP_MAX_PRICE,
        [NEARBY_FILTER_INCLUSIVE] = TEXT_EMPTY_DROP_INCLUSIVE,
        [NEARBY_FILTER_DEMONSTRATION] = TEXT_EMPTY_DROP_DEMONSTRATION,
        [NEARBY_FILTER_KIND] = TEXT_EMPTY_DROP_KIND,
        [NEARBY_FILTER_OWNERSHIP] = TEXT_EMPTY_DROP_OWNERSHIP,
        [NEARBY_FILTER_WITHIN] = TEXT_EMPTY_DROP_WITHIN_M,
        [NEARBY_FILTER_WITHIN_MINUTES] = TEXT_EMPTY_DROP_WITHIN_MINUTES,
    };
    struct html *html = &page->html;
    int best = best_relaxed(list);
    HTML(html, "<div class=\"empty\"><h2 id=\"results-heading\" tabindex=\"-1\">");
    html_say(html, TEXT_EMPTY_HEADING);
    HTML(html, "</h2>");
    write_unknown(html, list);
    HTML(html, "<p>");
    if (best < 0) {
        html_say(html, TEXT_EMPTY_NOTHING);
        HTML(html, "</p></div>");
        return;
    }
    char words[FORMAT_BYTES];
    format_count(html->language, TEXT_PAIR(TEXT_EMPTY_TAKE), list->relax[best], words);
    html_say(html, sentences[best]);
    HTML(html,
         "</p><p><button class=\"primary\" type=\"submit\" form=\"search-form\" name=\"drop\"");
    html_attribute(html, "value", nearby_filter_code((enum nearby_filter)best));
    HTML(html, ">");
    html_text(html, words);
    HTML(html, "</button></p></div>");
}

void page_results_write(struct page *page, const struct page_search *search,
                        const struct nearby_list *list)
{
    if (list->item_count)
        write_found(page, search, list);
    else
        write_empty(page, list);
}
