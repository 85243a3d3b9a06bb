#include "server/offer_words.h"

#include "geo/profile.h"

enum text_key offer_care_words(int8_t care)
{
    static const enum text_key words[CARE_COUNT] = {
        [CARE_FULL_DAY] = TEXT_CARE_FULL_DAY,
        [CARE_HALF_DAY] = TEXT_CARE_HALF_DAY,
        [CARE_HOURLY] = TEXT_CARE_HOURLY,
        [CARE_DROP_IN] = TEXT_CARE_DROP_IN,
    };
    return care >= 0 && care < CARE_COUNT ? words[care] : TEXT_CARE_UNKNOWN;
}

enum text_key kind_words(int8_t kind)
{
    static const enum text_key words[KIND_COUNT] = {
        [KIND_NURSERY] = TEXT_KIND_NURSERY,
        [KIND_COMMUNITY] = TEXT_KIND_COMMUNITY,
        [KIND_KINDERGARTEN_CLASS] = TEXT_KIND_KINDERGARTEN_CLASS,
        [KIND_PARK] = TEXT_KIND_PARK,
        [KIND_EMPLOYER] = TEXT_KIND_EMPLOYER,
        [KIND_HOME] = TEXT_KIND_HOME,
    };
    return kind >= 0 && kind < KIND_COUNT ? words[kind] : TEXT_UNKNOWN;
}

enum text_key ownership_words(int8_t ownership)
{
    static const enum text_key words[OWNERSHIP_COUNT] = {
        [OWNERSHIP_PUBLIC] = TEXT_OWNERSHIP_PUBLIC,
        [OWNERSHIP_PUBLIC_PRIVATE_RUN] = TEXT_OWNERSHIP_PUBLIC_PRIVATE_RUN,
        [OWNERSHIP_PRIVATE_PUBLIC_AID] = TEXT_OWNERSHIP_PRIVATE_PUBLIC_AID,
        [OWNERSHIP_PRIVATE] = TEXT_OWNERSHIP_PRIVATE,
    };
    return ownership >= 0 && ownership < OWNERSHIP_COUNT ? words[ownership] : TEXT_UNKNOWN;
}

enum text_key weekday_words(unsigned weekday)
{
    static const enum text_key words[7] = {TEXT_DAY_MON, TEXT_DAY_TUE, TEXT_DAY_WED, TEXT_DAY_THU,
                                           TEXT_DAY_FRI, TEXT_DAY_SAT, TEXT_DAY_SUN};
    return words[weekday % 7];
}

enum text_key profile_words(uint32_t profile)
{
    static const enum text_key words[PROFILE_COUNT] = {
        [PROFILE_STROLLER] = TEXT_PROFILE_STROLLER,
        [PROFILE_TODDLER] = TEXT_PROFILE_TODDLER,
        [PROFILE_ADULT] = TEXT_PROFILE_ADULT,
    };
    return words[profile % PROFILE_COUNT];
}

const char *offer_tone(const struct offer_state *state)
{
    static const char *const tones[] = {[AVAILABILITY_OPEN] = "free",
                                        [AVAILABILITY_FULL] = "full",
                                        [AVAILABILITY_ASK] = "ask",
                                        [AVAILABILITY_UNKNOWN] = "unknown"};
    return tones[state->availability];
}

void offer_open_words(enum language language, const struct offer_state *state,
                      char text[FORMAT_BYTES])
{
    bool is_open = state->availability == AVAILABILITY_OPEN;
    bool stale = state->availability == AVAILABILITY_UNKNOWN &&
                 state->freshness == FRESHNESS_STALE && state->open != NONE;
    if (is_open && state->open_because != OPEN_BECAUSE_NEXT_OPEN && state->open != NONE)
        format_count(language, TEXT_PAIR(TEXT_OPEN_PLACES), state->open, text);
    else if (stale)
        format_count(language, TEXT_PAIR(TEXT_OPEN_STALE), state->open, text);
    else
        text_fill(language,
                  is_open                                    ? TEXT_OPEN_LATER
                  : state->availability == AVAILABILITY_FULL ? TEXT_OPEN_FULL
                  : state->availability == AVAILABILITY_ASK  ? TEXT_OPEN_ASK
                                                             : TEXT_OPEN_UNKNOWN,
                  NULL, text, FORMAT_BYTES);
}

void offer_write_open(struct html *html, const struct offer_state *state, moment_t now)
{
    char words[FORMAT_BYTES], age[FORMAT_BYTES];
    offer_open_words(html->language, state, words);
    HTML(html, "<span class=\"offer-open ");
    html_text(html, offer_tone(state));
    HTML(html, "\">");
    html_text(html, words);
    if (state->as_of != TIME_NONE) {
        format_as_of(html->language, state->as_of, now, age);
        HTML(html, "<small> · ");
        html_text(html, age);
        HTML(html, "</small>");
    }
    HTML(html, "</span>");
}

void offer_hours_words(enum language language, const struct vacancies *vacancies, uint32_t offer,
                       char text[FORMAT_BYTES])
{
    uint32_t pattern = vacancies->dataset->offers[offer].hours;
    const struct hours_today *today = &vacancies->hours_today[pattern];
    if (pattern)
        format_hours_today(language, today->intervals, today->count, text);
    else /* not known: "closed" would be wrong */
        text_fill(language, TEXT_HOURS_UNKNOWN, NULL, text, FORMAT_BYTES);
}

void offer_write(struct html *html, const struct vacancies *vacancies, uint32_t number,
                 const struct offer_state *state, moment_t now)
{
    const struct dataset *dataset = vacancies->dataset;
    const struct dataset_offer *offer = &dataset->offers[number];
    uint16_t region = dataset->facilities[offer->facility].region;
    char ages[FORMAT_BYTES], fee[FORMAT_BYTES], hours[FORMAT_BYTES];
    format_age_band(html->language, offer->age_from_m, offer->age_to_m, ages);
    format_fee(html->language, offer->price, offer->price_unit, dataset->regions[region].currency,
               fee);
    offer_hours_words(html->language, vacancies, number, hours);
    HTML(html, "<li class=\"offer\"><span class=\"offer-care\">");
    html_say(html, offer_care_words(offer->care));
    HTML(html, " · ");
    html_text(html, ages);
    HTML(html, "</span>");
    offer_write_open(html, state, now);
    HTML(html, "<span class=\"offer-fee\">");
    html_text(html, fee);
    HTML(html, "<small> · ");
    html_text(html, hours);
    HTML(html, "</small></span></li>");
}
