#include "server/offer_words.h"
#include "server/page_facility.h"

static void write_week(struct html *html, const struct hours *hours,
                       const struct calendar *calendar)
{
    HTML(html, "<table><thead><tr><th scope=\"col\">");
    html_say(html, TEXT_FACILITY_HOURS_WEEK);
    HTML(html, "</th><th scope=\"col\">");
    html_say(html, TEXT_FACILITY_HOURS);
    HTML(html, "</th></tr></thead><tbody>");
    for (uint8_t day = 0; day < 7; day++) {
        struct interval intervals[HOURS_MAX_INTERVALS];
        char words[FORMAT_BYTES];
        uint32_t count = hours_of_weekday(hours, day, intervals);
        format_intervals(html->language, intervals, count, words);
        HTML(html, "<tr><th scope=\"row\">");
        html_say(html, weekday_words(day));
        HTML(html, "</th><td>");
        if (count)
            html_text(html, words);
        else
            html_say(html, TEXT_FACILITY_CLOSED);
        HTML(html, "</td></tr>");
    }
    HTML(html, "</tbody></table><p class=\"hint\">");
    bool on_holidays = false;
    for (uint32_t i = 0; i < hours->rule_count; i++)
        on_holidays |= (hours->rules[i].weekdays & HOURS_HOLIDAYS) != 0;
    html_say(html, on_holidays ? TEXT_FACILITY_HOLIDAYS_OPEN : TEXT_FACILITY_HOLIDAYS_CLOSED);
    if (calendar->known_until != DAY_NONE) {
        char date[FORMAT_BYTES];
        format_day(html->language, calendar->known_until, date);
        HTML(html, " ");
        html_say_with(html, TEXT_FACILITY_HOLIDAYS_KNOWN, TEXT_VALUES({"date", date}));
    }
    HTML(html, "</p>");
}

/* Exceptional days from today on, each once. */
static void write_exceptions(struct html *html, const struct hours *hours,
                             const struct calendar *calendar, day_t today)
{
    bool begun = false;
    for (uint32_t i = 0; i < hours->exception_count; i++) {
        day_t day = hours->exceptions[i].day;
        if (day < today || (i > 0 && hours->exceptions[i - 1].day == day))
            continue;
        struct interval intervals[HOURS_MAX_INTERVALS];
        char date[FORMAT_BYTES], words[FORMAT_BYTES];
        uint32_t count = hours_of_day(hours, calendar, day, intervals);
        format_day(html->language, day, date);
        format_intervals(html->language, intervals, count, words);
        if (!begun) {
            HTML(html, "<h3>");
            html_say(html, TEXT_FACILITY_EXCEPTIONS);
            HTML(html, "</h3><ul>");
        }
        begun = true;
        HTML(html, "<li>");
        html_text(html, date);
        HTML(html, " ");
        if (count)
            html_text(html, words);
        else
            html_say(html, TEXT_FACILITY_CLOSED);
        HTML(html, "</li>");
    }
    if (begun)
        HTML(html, "</ul>");
}

static void write_pattern(struct page *page, uint32_t pattern)
{
    const struct picture *picture = page->picture;
    const struct dataset *dataset = picture->dataset;
    uint16_t region = dataset->hours_patterns[pattern].region;
    struct hours hours = dataset_hours(dataset, pattern);
    const struct calendar *calendar = &dataset->regions[region].calendar;
    write_week(&page->html, &hours, calendar);
    write_exceptions(&page->html, &hours, calendar, picture->vacancies->local[region].day);
}

void page_facility_write_hours(struct page *page, uint32_t number)
{
    struct html *html = &page->html;
    const struct dataset *dataset = page->picture->dataset;
    const struct dataset_facility *facility = &dataset->facilities[number];
    HTML(html, "<section><h2>");
    html_say(html, TEXT_FACILITY_HOURS);
    HTML(html, "</h2>");
    bool any = facility->hours != 0;
    if (facility->hours)
        write_pattern(page, facility->hours);
    for (uint32_t i = 0; i < facility->offer_count; i++) {
        const struct dataset_offer *offer = &dataset->offers[facility->first_offer + i];
        if (!offer->has_own_hours || !offer->hours)
            continue;
        char ages[FORMAT_BYTES];
        format_age_band(html->language, offer->age_from_m, offer->age_to_m, ages);
        HTML(html, "<h3>");
        html_say_with(
            html, TEXT_FACILITY_HOURS_OF,
            TEXT_VALUES({"care", text_get(html->language, offer_care_words(offer->care))}));
        HTML(html, " · ");
        html_text(html, ages);
        HTML(html, "</h3>");
        write_pattern(page, offer->hours);
        any = true;
    }
    if (!any) {
        HTML(html, "<p>");
        html_say(html, TEXT_HOURS_UNKNOWN);
        HTML(html, "</p>");
    }
    HTML(html, "</section>");
}
