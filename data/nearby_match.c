#include "data/nearby_match.h"

static int32_t present_month(const struct dataset *dataset, const struct vacancies *vacancies,
                             struct geo_point from)
{
    for (uint32_t i = 0; i < dataset->region_count; i++)
        if (geo_box_contains(dataset->regions[i].bounds, from))
            return day_month(vacancies->local[i].day);
    return day_month(vacancies->local[0].day);
}

struct nearby_matcher nearby_matcher_of(const struct dataset *dataset,
                                        const struct vacancies *vacancies,
                                        const struct nearby_query *query)
{
    int32_t month = present_month(dataset, vacancies, query->from);
    int32_t age = query->age_months;
    if (query->born_month != NONE)
        age = (query->start_month != NONE ? query->start_month : month) - query->born_month;
    return (struct nearby_matcher){
        .dataset = dataset,
        .vacancies = vacancies,
        .query = query,
        .age_months = age,
        .starts_later = query->start_month != NONE && query->start_month > month,
        .has_offer_filter = query->open || query->cares || age != NONE ||
                            query->max_price != NONE || query->day_kind != NEARBY_ANY_DAY,
        .has_facility_filter =
            query->inclusive || query->demonstration || query->kinds || query->ownerships};
}

static enum verdict worse(enum verdict a, enum verdict b)
{
    return a > b ? a : b;
}

static enum verdict code_verdict(uint8_t wanted, int8_t code)
{
    if (!wanted)
        return VERDICT_PASS;
    if (code < 0)
        return VERDICT_UNKNOWN;
    return wanted >> code & 1 ? VERDICT_PASS : VERDICT_FAIL;
}

static enum verdict yes_verdict(bool wanted, int8_t value)
{
    return !wanted || value == YES ? VERDICT_PASS
           : value == UNKNOWN      ? VERDICT_UNKNOWN
                                   : VERDICT_FAIL;
}

static enum verdict own_verdict(const struct nearby_matcher *matcher,
                                const struct dataset_facility *facility)
{
    const struct nearby_query *query = matcher->query;
    if (!matcher->has_facility_filter)
        return VERDICT_PASS;
    enum verdict verdict = yes_verdict(query->inclusive, facility->inclusive);
    verdict = worse(verdict, yes_verdict(query->demonstration, facility->demonstration));
    verdict = worse(verdict, code_verdict(query->kinds, facility->kind));
    return worse(verdict, code_verdict(query->ownerships, facility->ownership));
}

/* One known bound may be enough to say no; both are needed to say yes. */
static enum verdict age_verdict(int32_t age_months, const struct dataset_offer *offer)
{
    if (age_months == NONE)
        return VERDICT_PASS;
    bool from_known = offer->age_from_m != NONE16, to_known = offer->age_to_m != NONE16;
    if ((from_known && age_months < offer->age_from_m) ||
        (to_known && age_months >= offer->age_to_m))
        return VERDICT_FAIL;
    return from_known && to_known ? VERDICT_PASS : VERDICT_UNKNOWN;
}

static enum verdict price_verdict(const struct nearby_query *query,
                                  const struct dataset_offer *offer)
{
    if (query->max_price == NONE)
        return VERDICT_PASS;
    if (offer->price_unit != PRICE_UNIT_UNKNOWN && offer->price_unit != query->price_unit)
        return VERDICT_FAIL;
    if (offer->price_unit == PRICE_UNIT_UNKNOWN || offer->price == NONE)
        return VERDICT_UNKNOWN;
    return offer->price <= query->max_price ? VERDICT_PASS : VERDICT_FAIL;
}

/* Hours of which only exceptions are known say nothing of other days. */
static bool hours_are_known(const struct nearby_query *query, const struct hours *hours)
{
    if (hours->rule_count > 0)
        return true;
    for (uint32_t i = 0; i < hours->exception_count; i++)
        if (query->day_kind == NEARBY_DATE && hours->exceptions[i].day == query->date)
            return true;
    return false;
}

static enum verdict day_verdict(const struct nearby_matcher *matcher,
                                const struct dataset_offer *offer)
{
    const struct nearby_query *query = matcher->query;
    const struct dataset *dataset = matcher->dataset;
    if (query->day_kind == NEARBY_ANY_DAY)
        return VERDICT_PASS;
    struct hours hours = dataset_hours(dataset, offer->hours);
    if (!hours_are_known(query, &hours))
        return VERDICT_UNKNOWN;
    uint16_t region = dataset->facilities[offer->facility].region;
    bool covers = query->day_kind == NEARBY_WEEKDAY
                      ? hours_cover_weekday(&hours, query->weekday, query->from_min, query->to_min)
                      : hours_cover_day(&hours, &dataset->regions[region].calendar, query->date,
                                        query->from_min, query->to_min);
    return covers ? VERDICT_PASS : VERDICT_FAIL;
}

/* A date's slots are better evidence than the month's numbers, so they go first. */
static struct offer_state state_for(const struct nearby_matcher *matcher, uint32_t offer)
{
    const struct nearby_query *query = matcher->query;
    bool on_date = query->day_kind == NEARBY_DATE;
    if (on_date && (!matcher->starts_later || care_has_slots(matcher->dataset->offers[offer].care)))
        return vacancies_on_date(matcher->vacancies, offer, query->date, query->from_min,
                                 query->to_min);
    if (matcher->starts_later)
        return vacancies_at_start(matcher->vacancies, offer, query->start_month);
    return matcher->vacancies->offers[offer];
}

static enum verdict open_verdict(const struct offer_state *state)
{
    return state->availability == AVAILABILITY_OPEN   ? VERDICT_PASS
           : state->availability == AVAILABILITY_FULL ? VERDICT_FAIL
                                                      : VERDICT_UNKNOWN;
}

enum verdict nearby_offer_verdict(const struct nearby_matcher *matcher, uint32_t number,
                                  struct offer_state *state)
{
    const struct nearby_query *query = matcher->query;
    const struct dataset_offer *offer = &matcher->dataset->offers[number];
    enum verdict verdict = VERDICT_PASS;
    if (matcher->has_offer_filter) {
        verdict = code_verdict(query->cares, offer->care);
        verdict = worse(verdict, age_verdict(matcher->age_months, offer));
        verdict = worse(verdict, price_verdict(query, offer));
        if (verdict == VERDICT_FAIL)
            return verdict;
    }
    *state = state_for(matcher, number);
    if (query->open)
        verdict = worse(verdict, open_verdict(state));
    if (verdict != VERDICT_FAIL) /* the dearest question last */
        verdict = worse(verdict, day_verdict(matcher, offer));
    return verdict;
}

enum verdict nearby_facility_verdict(const struct nearby_matcher *matcher, uint32_t number)
{
    const struct dataset_facility *facility = &matcher->dataset->facilities[number];
    enum verdict own = own_verdict(matcher, facility), best = VERDICT_FAIL;
    if (own == VERDICT_FAIL || (own == VERDICT_PASS && !matcher->has_offer_filter))
        return own;
    for (uint32_t i = 0; i < facility->offer_count && best != VERDICT_PASS; i++) {
        uint32_t offer = facility->first_offer + i;
        struct offer_state state;
        if (!matcher->dataset->offers[offer].is_readable)
            continue;
        enum verdict verdict = nearby_offer_verdict(matcher, offer, &state);
        best = verdict < best ? verdict : best;
    }
    return worse(own, best);
}
