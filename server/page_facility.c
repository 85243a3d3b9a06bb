/* GET /facilities/{id}: one facility, whole, to be read without JavaScript. */
#include "server/page_facility.h"

#include "geo/crs.h"
#include "server/api_facility.h"
#include "server/offer_words.h"
#include "server/router.h"

#include <stdio.h>

static void write_number_cell(struct html *html, int32_t value)
{
    HTML(html, "<td>");
    if (value == NONE)
        html_say(html, TEXT_UNKNOWN);
    else
        html_int(html, value);
    HTML(html, "</td>");
}

static enum text_key freshness_words(uint8_t freshness)
{
    static const enum text_key words[] = {[FRESHNESS_FRESH] = TEXT_FACILITY_FRESHNESS_FRESH,
                                          [FRESHNESS_STALE] = TEXT_FACILITY_FRESHNESS_STALE,
                                          [FRESHNESS_UNKNOWN] = TEXT_FACILITY_FRESHNESS_UNKNOWN};
    return words[freshness];
}

/* When the numbers were reported, and what that makes of them. */
static void write_report_cell(struct page *page, const struct calendar *calendar,
                              const struct offer_state *state)
{
    struct html *html = &page->html;
    HTML(html, "<td>");
    if (state->as_of == TIME_NONE) {
        html_say(html, TEXT_FACILITY_NOT_REPORTED);
    } else {
        char moment[FORMAT_BYTES], machine[21];
        format_moment(html->language, calendar, state->as_of, moment);
        moment_format(state->as_of, machine);
        HTML(html, "<time");
        html_attribute(html, "datetime", machine);
        HTML(html, ">");
        html_text(html, moment);
        HTML(html, "</time> <small>");
        html_say(html, freshness_words(state->freshness));
        HTML(html, "</small>");
    }
    HTML(html, "</td>");
}

static void write_offer_row(struct page *page, uint32_t number)
{
    struct html *html = &page->html;
    const struct dataset *dataset = page->picture->dataset;
    const struct vacancies *vacancies = page->picture->vacancies;
    const struct dataset_offer *offer = &dataset->offers[number];
    const struct dataset_group *group = &dataset->groups[offer->group];
    const struct group_numbers *numbers = &vacancies->numbers[offer->group];
    const struct offer_state *state = &vacancies->offers[number];
    const struct region *region = &dataset->regions[dataset->facilities[offer->facility].region];
    char ages[FORMAT_BYTES], fee[FORMAT_BYTES];
    format_age_band(html->language, offer->age_from_m, offer->age_to_m, ages);
    format_fee(html->language, offer->price, offer->price_unit, region->currency, fee);
    HTML(html, "<tr");
    html_attribute(html, "data-offer", dataset_text(dataset, offer->id));
    HTML(html, "><th scope=\"row\">");
    html_say(html, offer_care_words(offer->care));
    if (group->admission == ADMISSION_STAFF_ONLY) {
        HTML(html, " <small>");
        html_say(html, TEXT_FACILITY_STAFF_ONLY);
        HTML(html, "</small>");
    }
    HTML(html, "</th><td>");
    html_text(html, ages);
    HTML(html, "</td><td>");
    offer_write_open(html, state, page->request->now);
    HTML(html, "</td>");
    write_report_cell(page, &region->calendar, state);
    write_number_cell(html, group->licensed);
    write_number_cell(html, numbers->staffed);
    write_number_cell(html, numbers->enrolled);
    write_number_cell(html, numbers->held);
    HTML(html, "<td>");
    html_text(html, fee);
    HTML(html, "</td></tr>");
}

static void write_offers(struct page *page, const struct dataset_facility *facility)
{
    static const enum text_key columns[] = {
        TEXT_FACILITY_OFFER,    TEXT_FACILITY_AGES,     TEXT_FACILITY_OPEN,
        TEXT_FACILITY_ASOF,     TEXT_FACILITY_LICENSED, TEXT_FACILITY_STAFFED,
        TEXT_FACILITY_ENROLLED, TEXT_FACILITY_HELD,     TEXT_FACILITY_FEE,
    };
    struct html *html = &page->html;
    HTML(html, "<section><h2 id=\"offers\">");
    html_say(html, TEXT_FACILITY_OFFERS);
    HTML(html, "</h2>");
    if (!facility->offer_count) {
        HTML(html, "<p>");
        html_say(html, TEXT_OFFERS_NONE);
        HTML(html, "</p></section>");
        return;
    }
    HTML(html, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"offers\">"
               "<table class=\"numbers\"><caption>");
    html_say(html, TEXT_FACILITY_CAPTION);
    HTML(html, "</caption><thead><tr>");
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        HTML(html, "<th scope=\"col\">");
        html_say(html, columns[i]);
        HTML(html, "</th>");
    }
    HTML(html, "</tr></thead><tbody>");
    for (uint32_t i = 0; i < facility->offer_count; i++)
        write_offer_row(page, facility->first_offer + i);
    HTML(html, "</tbody></table></div><p class=\"hint\">");
    html_say(html, TEXT_FACILITY_RULE);
    HTML(html, " ");
    html_say(html, TEXT_FACILITY_SAME_CLASS);
    HTML(html, "</p></section>");
}

static void write_slot_row(struct html *html, const struct dataset_slot *slot)
{
    char date[FORMAT_BYTES], hours[FORMAT_BYTES], left[16], places[16];
    const struct interval interval = {slot->from_min, slot->to_min};
    int32_t rest = slot->places - slot->taken;
    format_day(html->language, slot->day, date);
    format_intervals(html->language, &interval, 1, hours);
    snprintf(left, sizeof left, "%d", rest > 0 ? rest : 0);
    snprintf(places, sizeof places, "%d", slot->places);
    HTML(html, "<tr><th scope=\"row\">");
    html_text(html, date);
    HTML(html, " ");
    html_say(html, weekday_words(day_weekday(slot->day)));
    HTML(html, "</th><td>");
    html_text(html, hours);
    HTML(html, "</td><td>");
    html_say_with(html, TEXT_FACILITY_SLOT_OF, TEXT_VALUES({"left", left}, {"places", places}));
    HTML(html, "</td></tr>");
}

/* Published hours of one hourly or drop-in offer: those that have not ended. */
static void write_slots(struct page *page, uint32_t number, struct local_time now)
{
    struct html *html = &page->html;
    const struct dataset *dataset = page->picture->dataset;
    const struct dataset_offer *offer = &dataset->offers[number];
    bool begun = false;
    for (uint32_t i = 0; i < offer->slot_count; i++) {
        const struct dataset_slot *slot = &dataset->slots[offer->first_slot + i];
        if (slot->day < now.day || (slot->day == now.day && slot->to_min <= now.minute))
            continue;
        if (!begun) {
            char ages[FORMAT_BYTES];
            format_age_band(html->language, offer->age_from_m, offer->age_to_m, ages);
            HTML(html, "<section><h2>");
            html_say(html, TEXT_FACILITY_SLOTS);
            HTML(html, " · ");
            html_say(html, offer_care_words(offer->care));
            HTML(html, " · ");
            html_text(html, ages);
            HTML(html, "</h2><table><thead><tr><th scope=\"col\">");
            html_say(html, TEXT_FACILITY_SLOT_DATE);
            HTML(html, "</th><th scope=\"col\">");
            html_say(html, TEXT_FACILITY_SLOT_TIME);
            HTML(html, "</th><th scope=\"col\">");
            html_say(html, TEXT_FACILITY_SLOT_LEFT);
            HTML(html, "</th></tr></thead><tbody>");
        }
        begun = true;
        write_slot_row(html, slot);
    }
    if (begun)
        HTML(html, "</tbody></table></section>");
}

static void begin_fact(struct html *html, enum text_key key)
{
    HTML(html, "<div><dt>");
    html_say(html, key);
    HTML(html, "</dt><dd>");
}

static void end_fact(struct html *html)
{
    HTML(html, "</dd></div>");
}

static void write_fact(struct html *html, enum text_key key, const char *value)
{
    if (!value)
        return;
    begin_fact(html, key);
    html_text(html, value);
    end_fact(html);
}

static void write_day_fact(struct html *html, enum text_key key, day_t day)
{
    char words[FORMAT_BYTES];
    if (day == DAY_NONE)
        return;
    format_day(html->language, day, words);
    write_fact(html, key, words);
}

/* Links that leave for a map: in the coordinates that each of them reads. Nothing is loaded from there. */
static void write_map_links(struct html *html, const struct dataset_facility *facility,
                            const char *name)
{
    struct geo_point wgs84 = facility->point, gcj02 = crs_from_wgs84(COORDSYS_GCJ02, wgs84);
    char geo[160], amap[200];
    snprintf(geo, sizeof geo, "geo:%.6f,%.6f?q=%.6f,%.6f(", wgs84.lat, wgs84.lon, wgs84.lat,
             wgs84.lon);
    snprintf(amap, sizeof amap,
             "https://uri.amap.com/marker?position=%.6f,%.6f&coordinate=gaode&name=", gcj02.lon,
             gcj02.lat);
    HTML(html, "<p><a");
    html_path(html, "href", geo, name, ")");
    HTML(html, ">");
    html_say(html, TEXT_FACILITY_OPEN_MAP);
    HTML(html, "</a> · <a rel=\"noreferrer\"");
    html_path(html, "href", amap, name, "");
    HTML(html, ">");
    html_say(html, TEXT_FACILITY_OPEN_AMAP);
    HTML(html, "</a></p><p class=\"hint\">");
    html_say(html, TEXT_FACILITY_MAP_NOTE);
    HTML(html, "</p>");
}

static const struct community_record *community_of(const struct dataset *dataset, const char *code)
{
    for (uint32_t i = 0; code && i < dataset->community_count; i++)
        if (strcmp(dataset->communities[i].code, code) == 0)
            return &dataset->communities[i];
    return NULL;
}

static void write_phone(struct html *html, const char *phone)
{
    begin_fact(html, TEXT_COMPARE_PHONE);
    HTML(html, "<a");
    html_path(html, "href", "tel:", phone, "");
    HTML(html, ">");
    html_text(html, phone);
    HTML(html, "</a>");
    end_fact(html);
}

static void write_where(struct html *html, const struct dataset *dataset,
                        const struct dataset_facility *facility, const char *name)
{
    const struct community_record *community =
        community_of(dataset, dataset_text(dataset, facility->community));
    const char *phone = dataset_text(dataset, facility->phone);
    HTML(html, "<section><h2>");
    html_say(html, TEXT_FACILITY_PLACE);
    HTML(html, "</h2><dl class=\"facts\">");
    if (!facility->point_is_rounded)
        write_fact(html, TEXT_COMPARE_ADDRESS, dataset_text(dataset, facility->address));
    if (phone && !facility->point_is_rounded)
        write_phone(html, phone);
    if (community)
        write_fact(html, TEXT_FACILITY_COMMUNITY,
                   page_name(html->language, community->name, community->name_en));
    HTML(html, "</dl>");
    if (facility->point_is_rounded) {
        HTML(html, "<p>");
        html_say(html, TEXT_FACILITY_ROUNDED);
        HTML(html, "</p>");
    }
    if (geo_point_is_valid(facility->point)) {
        write_map_links(html, facility, name);
    } else {
        HTML(html, "<p>");
        html_say(html, TEXT_FACILITY_OFF_MAP);
        HTML(html, "</p>");
    }
    HTML(html, "</section>");
}

static void write_count_fact(struct html *html, enum text_key key, int32_t count, day_t on)
{
    char number[FORMAT_BYTES], date[FORMAT_BYTES], words[FORMAT_BYTES];
    if (count == NONE)
        return;
    format_number(count, number);
    if (on == DAY_NONE) {
        write_fact(html, key, number);
        return;
    }
    format_day(html->language, on, date);
    text_fill(html->language, TEXT_FACILITY_STAFF_COUNT, TEXT_VALUES({"n", number}, {"date", date}),
              words, sizeof words);
    write_fact(html, key, words);
}

static void write_register(struct html *html, const struct dataset *dataset,
                           const struct dataset_facility *facility)
{
    static const enum text_key registrars[REGISTRAR_COUNT] = {
        [REGISTRAR_CIVIL_AFFAIRS] = TEXT_REGISTRAR_CIVIL_AFFAIRS,
        [REGISTRAR_MARKET_SUPERVISION] = TEXT_REGISTRAR_MARKET_SUPERVISION,
        [REGISTRAR_PERSONNEL] = TEXT_REGISTRAR_PERSONNEL,
    };
    static const enum text_key states[STATE_COUNT] = {
        [STATE_REGISTERED] = TEXT_REGISTER_STATE_REGISTERED,
        [STATE_FILED] = TEXT_REGISTER_STATE_FILED,
        [STATE_SUSPENDED] = TEXT_REGISTER_STATE_SUSPENDED,
        [STATE_CLOSED] = TEXT_REGISTER_STATE_CLOSED,
    };
    enum language language = html->language;
    HTML(html, "<section><h2>");
    html_say(html, TEXT_FACILITY_REGISTER);
    HTML(html, "</h2><dl class=\"facts\">");
    write_fact(html, TEXT_COMPARE_KIND, text_get(language, kind_words(facility->kind)));
    write_fact(html, TEXT_COMPARE_OWNERSHIP,
               text_get(language, ownership_words(facility->ownership)));
    write_fact(html, TEXT_FACILITY_REGISTRAR,
               text_get(language,
                        facility->registrar >= 0 ? registrars[facility->registrar] : TEXT_UNKNOWN));
    write_fact(html, TEXT_FACILITY_STATE,
               text_get(language, facility->state >= 0 ? states[facility->state] : TEXT_UNKNOWN));
    write_day_fact(html, TEXT_FACILITY_OPENED_ON, facility->opened_on);
    write_day_fact(html, TEXT_FACILITY_FILED_ON, facility->filed_on);
    write_day_fact(html, TEXT_FACILITY_INCLUSIVE_SINCE, facility->inclusive_since);
    write_day_fact(html, TEXT_FACILITY_DEMONSTRATION_SINCE, facility->demonstration_since);
    write_count_fact(html, TEXT_FACILITY_LICENSED_TOTAL, facility->licensed_total, DAY_NONE);
    write_count_fact(html, TEXT_FACILITY_STAFF, facility->staff, facility->staff_on);
    write_count_fact(html, TEXT_FACILITY_CERTIFIED, facility->certified, facility->staff_on);
    write_fact(html, TEXT_FACILITY_SOURCE, dataset_text(dataset, facility->source));
    HTML(html, "</dl></section>");
}

static void write_tags(struct html *html, const struct dataset_facility *facility)
{
    const enum text_key tags[] = {kind_words(facility->kind), TEXT_TAG_INCLUSIVE,
                                  TEXT_TAG_DEMONSTRATION};
    const bool shown[] = {facility->kind >= 0, facility->inclusive == YES,
                          facility->demonstration == YES};
    HTML(html, "<p class=\"tags\">");
    for (int i = 0; i < 3; i++) {
        if (!shown[i])
            continue;
        HTML(html, "<span class=\"tag\">");
        html_say(html, tags[i]);
        HTML(html, "</span>");
    }
    HTML(html, "</p>");
}

/* What stands beneath a shared link: kind, care types, address. */
static void describe(const struct page *page, const struct dataset_facility *facility,
                     char text[1024])
{
    const struct dataset *dataset = page->picture->dataset;
    enum language language = page->html.language;
    const char *separator = text_get(language, TEXT_LIST_SEPARATOR);
    const char *address =
        facility->point_is_rounded ? NULL : dataset_text(dataset, facility->address);
    unsigned told = 0;
    size_t used =
        (size_t)snprintf(text, 1024, "%s", text_get(language, kind_words(facility->kind)));
    for (uint32_t i = 0; i < facility->offer_count; i++) {
        int8_t care = dataset->offers[facility->first_offer + i].care;
        if (care < 0 || told >> care & 1 || used > 400)
            continue;
        told |= 1u << care;
        used += (size_t)snprintf(text + used, 1024 - used, "%s%s", separator,
                                 text_get(language, offer_care_words(care)));
    }
    if (address)
        snprintf(text + used, 1024 - used, "%s%.400s", separator, address);
}

enum status page_facility(struct worker *worker, const struct request *request, struct json *out,
                          struct error *error)
{
    struct page page;
    uint32_t number = 0;
    char description[1024];
    enum status status = page_open(&page, worker, request, out, error);
    if (!status)
        status = api_find_facility(worker->picture, request, &number, error);
    if (status)
        return status;
    struct html *html = &page.html;
    const struct dataset *dataset = page.picture->dataset;
    const struct dataset_facility *facility = &dataset->facilities[number];
    const char *name = dataset_text(dataset, facility->name);
    const char *name_en = dataset_text(dataset, facility->name_en);
    const char *shown = page_name(html->language, name, name_en);
    const char *second = html->language == LANGUAGE_EN ? name : name_en;
    if (!shown)
        shown = text_get(html->language, TEXT_FACILITY_UNNAMED);
    describe(&page, facility, description);
    page_begin(&page, &(struct page_head){.title = shown,
                                          .description = description,
                                          .path = "/facilities/",
                                          .id = dataset_text(dataset, facility->id),
                                          .og_type = "place"});
    HTML(html, "<article><h1>");
    html_text(html, shown);
    HTML(html, "</h1>");
    if (second && strcmp(second, shown) != 0) {
        HTML(html, "<p class=\"quiet-text\"");
        html_attribute(html, "lang",
                       language_tag(html->language == LANGUAGE_EN ? LANGUAGE_ZH : LANGUAGE_EN));
        HTML(html, ">");
        html_text(html, second);
        HTML(html, "</p>");
    }
    write_tags(html, facility);
    write_offers(&page, facility);
    for (uint32_t i = 0; i < facility->offer_count; i++)
        if (care_has_slots(dataset->offers[facility->first_offer + i].care))
            write_slots(&page, facility->first_offer + i,
                        page.picture->vacancies->local[facility->region]);
    page_facility_write_hours(&page, number);
    write_where(html, dataset, facility, shown);
    write_register(html, dataset, facility);
    HTML(html, "<p><a");
    page_href(&page, "/", NULL);
    HTML(html, ">");
    html_say(html, TEXT_FACILITY_BACK);
    HTML(html, "</a></p></article>");
    status = page_facility_write_data(&page, number, error);
    page_end(&page);
    return status;
}
