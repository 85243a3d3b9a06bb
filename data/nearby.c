#include "data/nearby_match.h"
#include "geo/fetch.h"

#include <math.h>
#include <string.h>

const char *nearby_filter_code(enum nearby_filter filter)
{
    static const char *const codes[] = {
#define X(name, code) code,
        NEARBY_FILTER_LIST(X)
#undef X
    };
    return codes[filter];
}

/* Half way round the earth and a little: everything. */
#define EVERYWHERE_M 2.1e7

enum { PROPOSED_MAX = 2 * NEARBY_MAX_LIMIT + 8 };

static bool is_filtered(const struct nearby_matcher *matcher)
{
    return matcher->has_offer_filter || matcher->has_facility_filter;
}

static bool accept_matching(const void *context, uint32_t item)
{
    const struct nearby_matcher *matcher = context;
    return nearby_facility_verdict(matcher, matcher->dataset->index_facilities[item]) ==
           VERDICT_PASS;
}

static bool accept_unknown(const void *context, uint32_t item)
{
    const struct nearby_matcher *matcher = context;
    return nearby_facility_verdict(matcher, matcher->dataset->index_facilities[item]) ==
           VERDICT_UNKNOWN;
}

struct subsets_choice nearby_choose(const struct nearby_matcher *matcher, bool unknown)
{
    const struct nearby_query *query = matcher->query;
    struct mask_query wanted = {.age_months = NONE};
    if (!unknown)
        wanted = (struct mask_query){.cares = query->cares,
                                     .age_months = matcher->age_months,
                                     .open = query->open,
                                     .inclusive = query->inclusive};
    struct subsets_choice choice = subsets_choose(matcher->vacancies->subsets, &wanted);
    choice.filter.context = matcher;
    return choice;
}

/* Without filters the masks have said it all: no further look. */
static struct subsets_choice choose_matching(const struct nearby_matcher *matcher)
{
    struct subsets_choice choice = nearby_choose(matcher, false);
    if (is_filtered(matcher))
        choice.filter.accept = accept_matching;
    return choice;
}

static enum status count(const struct nearby_matcher *matcher, const struct subsets_choice *choice,
                         int64_t *result, struct error *error)
{
    double within_m = matcher->query->within_m;
    uint32_t found = 0;
    enum status status = spatial_index_within(choice->index, matcher->query->from,
                                              within_m < EVERYWHERE_M ? within_m : EVERYWHERE_M,
                                              &choice->filter, NULL, 0, &found, error);
    if (!status)
        *result = found;
    return status;
}

static enum status count_matching(void *context, const struct nearby_matcher *matcher,
                                  int64_t *result, struct error *error)
{
    (void)context;
    struct subsets_choice choice = choose_matching(matcher);
    return count(matcher, &choice, result, error);
}

static enum status count_unknown(const struct nearby_matcher *matcher, int64_t *result,
                                 struct error *error)
{
    struct subsets_choice choice = nearby_choose(matcher, true);
    choice.filter.accept = accept_unknown;
    return count(matcher, &choice, result, error);
}

static bool filter_is_set(const struct nearby_query *query, enum nearby_filter filter)
{
    switch (filter) {
    case NEARBY_FILTER_OPEN:
        return query->open;
    case NEARBY_FILTER_CARE:
        return query->cares != 0;
    case NEARBY_FILTER_AGE:
        return query->age_months != NONE || query->born_month != NONE;
    case NEARBY_FILTER_DAY:
        return query->day_kind != NEARBY_ANY_DAY;
    case NEARBY_FILTER_PRICE:
        return query->max_price != NONE;
    case NEARBY_FILTER_INCLUSIVE:
        return query->inclusive;
    case NEARBY_FILTER_DEMONSTRATION:
        return query->demonstration;
    case NEARBY_FILTER_KIND:
        return query->kinds != 0;
    case NEARBY_FILTER_OWNERSHIP:
        return query->ownerships != 0;
    case NEARBY_FILTER_WITHIN:
        return isfinite(query->within_m);
    case NEARBY_FILTER_WITHIN_MINUTES:
        return query->within_minutes != NONE || query->within_seconds > 0;
    case NEARBY_FILTER_COUNT:
        break;
    }
    return false;
}

/* The query as if the filter had never been asked for. A start month stays: it is no filter. No
 * search on foot goes farther than the most minutes. */
static void drop_filter(struct nearby_query *query, enum nearby_filter filter)
{
    switch (filter) {
    case NEARBY_FILTER_OPEN:
        query->open = false;
        break;
    case NEARBY_FILTER_CARE:
        query->cares = 0;
        break;
    case NEARBY_FILTER_AGE:
        query->age_months = query->born_month = NONE;
        break;
    case NEARBY_FILTER_DAY:
        query->day_kind = NEARBY_ANY_DAY;
        break;
    case NEARBY_FILTER_PRICE:
        query->max_price = NONE;
        break;
    case NEARBY_FILTER_INCLUSIVE:
        query->inclusive = false;
        break;
    case NEARBY_FILTER_DEMONSTRATION:
        query->demonstration = false;
        break;
    case NEARBY_FILTER_KIND:
        query->kinds = 0;
        break;
    case NEARBY_FILTER_OWNERSHIP:
        query->ownerships = 0;
        break;
    case NEARBY_FILTER_WITHIN:
        query->within_m = INFINITY;
        break;
    case NEARBY_FILTER_WITHIN_MINUTES:
        query->within_minutes = NEARBY_MAX_MINUTES;
        query->within_seconds = 0;
        break;
    case NEARBY_FILTER_COUNT:
        break;
    }
}

enum status nearby_count_relaxed(const struct nearby_matcher *matcher, nearby_count *count_them,
                                 void *context, struct nearby_list *list, struct error *error)
{
    enum status status = STATUS_OK;
    for (int i = 0; i < NEARBY_FILTER_COUNT && !status; i++) {
        enum nearby_filter filter = (enum nearby_filter)i;
        if (!filter_is_set(matcher->query, filter))
            continue;
        struct nearby_query relaxed = *matcher->query;
        drop_filter(&relaxed, filter);
        struct nearby_matcher without =
            nearby_matcher_of(matcher->dataset, matcher->vacancies, &relaxed);
        status = count_them(context, &without, &list->relax[i], error);
    }
    return status;
}

uint32_t nearby_facilities_up_to(const struct dataset *dataset, const char *id)
{
    uint32_t low = 0, high = dataset->facility_count;
    while (low < high) { /* the first facility whose id is after it */
        uint32_t middle = low + (high - low) / 2;
        if (strcmp(dataset_text(dataset, dataset->facilities[middle].id), id) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* How many items have an id up to this one: the cursor's place among items at its distance. */
static uint32_t items_up_to(const struct dataset *dataset, const char *id)
{
    uint32_t facility = nearby_facilities_up_to(dataset, id);
    uint32_t low = 0, high = dataset->index_count;
    while (low < high) { /* the first item that stands for it or a later one */
        uint32_t middle = low + (high - low) / 2;
        if (dataset->index_facilities[middle] < facility)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct spatial_hit cursor_hit(const struct dataset *dataset,
                                     const struct nearby_query *query)
{
    uint32_t before = items_up_to(dataset, query->after_id);
    if (before > 0)
        return (struct spatial_hit){query->after_distance_m, before - 1};
    /* every item at that distance comes after it */
    return (struct spatial_hit){nextafter(query->after_distance_m, -INFINITY), UINT32_MAX};
}

void nearby_list_offers(const struct nearby_matcher *matcher, struct nearby_item *item,
                        struct nearby_list *list)
{
    const struct dataset *dataset = matcher->dataset;
    const struct dataset_facility *facility = &dataset->facilities[item->facility];
    item->first_offer = list->offer_count;
    for (uint32_t i = 0; i < facility->offer_count && item->offer_count < NEARBY_MAX_OFFERS; i++) {
        uint32_t offer = facility->first_offer + i;
        struct offer_state state;
        if (!dataset->offers[offer].is_readable ||
            nearby_offer_verdict(matcher, offer, &state) != VERDICT_PASS)
            continue;
        list->offers[list->offer_count++] = (struct nearby_offer){.offer = offer, .state = state};
        item->offer_count++;
    }
}

/* What the facilities of these hits and their offers say: asked of memory all together. */
static inline __attribute__((always_inline)) void
fetch_hits(const struct nearby_matcher *matcher, const struct spatial_hit *hits, uint32_t count)
{
    const struct dataset *dataset = matcher->dataset;
    const struct vacancies *vacancies = matcher->vacancies;
    for (uint32_t i = 0; i < count; i++)
        fetch_line(&dataset->index_facilities[hits[i].item]);
    for (uint32_t i = 0; i < count; i++)
        fetch_bytes(&dataset->facilities[dataset->index_facilities[hits[i].item]],
                    sizeof *dataset->facilities);
    for (uint32_t i = 0; i < count; i++) {
        const struct dataset_facility *facility =
            &dataset->facilities[dataset->index_facilities[hits[i].item]];
        uint32_t offer = facility->first_offer;
        fetch_bytes(&dataset->offers[offer], facility->offer_count * sizeof *dataset->offers);
        fetch_bytes(&vacancies->offers[offer], facility->offer_count * sizeof *vacancies->offers);
    }
}

/* The nearest `most` that match. */
struct page {
    struct spatial_hit hits[NEARBY_MAX_LIMIT + 1];
    uint32_t most, count;
};

/* How many to look at for so many that match: by masks, nine in ten of the places promised are there;
 * of hourly and drop-in ones six, since the masks think of later starts too. */
static uint32_t proposals_for(const struct nearby_query *query, uint32_t wanted)
{
    bool is_loose = query->open && query->cares & (1 << CARE_HOURLY | 1 << CARE_DROP_IN);
    return wanted + (is_loose ? wanted * 7 / 8 : wanted / 8) + 4;
}

/*
 * Masks let through little more than what matches. So their nearest few are found first, and then
 * judged in order with their memory asked for together; asked in the midst of the search, each would
 * be waited for, and so would all that the search passes on its way. Where even twice as many are not
 * enough, other filters decide, and a search that asks finds the rest.
 */
static enum status find_judged(const struct nearby_matcher *matcher, struct subsets_choice *choice,
                               const struct spatial_hit *after, struct page *page,
                               struct error *error)
{
    const struct nearby_query *query = matcher->query;
    struct spatial_hit proposed[PROPOSED_MAX], last;
    for (int round = 0; round < 2; round++) {
        uint32_t ask = proposals_for(query, page->most - page->count), count = 0;
        enum status status = spatial_index_nearest(choice->index, query->from, ask, query->within_m,
                                                   after, &choice->filter, proposed, &count, error);
        if (status)
            return status;
        fetch_hits(matcher, proposed, count);
        for (uint32_t i = 0; i < count && page->count < page->most; i++)
            if (accept_matching(matcher, proposed[i].item))
                page->hits[page->count++] = proposed[i];
        if (page->count == page->most || count < ask)
            return STATUS_OK;
        last = proposed[count - 1];
        after = &last;
    }
    uint32_t count = 0;
    choice->filter.accept = accept_matching;
    enum status status =
        spatial_index_nearest(choice->index, query->from, page->most - page->count, query->within_m,
                              after, &choice->filter, page->hits + page->count, &count, error);
    page->count += count;
    return status;
}

static enum status find_hits(const struct nearby_matcher *matcher, struct page *page,
                             struct error *error)
{
    const struct nearby_query *query = matcher->query;
    struct subsets_choice choice = nearby_choose(matcher, false);
    struct spatial_hit cursor;
    if (query->has_after)
        cursor = cursor_hit(matcher->dataset, query);
    const struct spatial_hit *after = query->has_after ? &cursor : NULL;
    if (is_filtered(matcher))
        return find_judged(matcher, &choice, after, page, error);
    enum status status =
        spatial_index_nearest(choice.index, query->from, page->most, query->within_m, after,
                              &choice.filter, page->hits, &page->count, error);
    if (!status)
        fetch_hits(matcher, page->hits, page->count);
    return status;
}

static enum status find_page(const struct nearby_matcher *matcher, struct nearby_list *list,
                             struct error *error)
{
    const struct nearby_query *query = matcher->query;
    const struct dataset *dataset = matcher->dataset;
    struct page page; /* one more tells whether anything remains */
    page.most = query->limit + 1;
    page.count = 0;
    enum status status = find_hits(matcher, &page, error);
    if (status)
        return status;
    list->complete = page.count <= query->limit;
    list->item_count = list->complete ? page.count : query->limit;
    for (uint32_t i = 0; i < list->item_count; i++)
        list->items[i] =
            (struct nearby_item){.facility = dataset->index_facilities[page.hits[i].item],
                                 .distance_m = page.hits[i].distance_m};
    for (uint32_t i = 0; i < list->item_count; i++)
        nearby_list_offers(matcher, &list->items[i], list);
    return STATUS_OK;
}

/* How to order: by walk where it was asked for, or nothing was and one can walk from there. */
static enum status choose_way(const struct nearby_matcher *matcher, struct walking_start *start,
                              struct nearby_list *list, struct error *error)
{
    const struct nearby_query *query = matcher->query;
    bool must_walk = query->by == NEARBY_WALK || query->within_minutes != NONE ||
                     query->within_seconds > 0 || query->walkings;
    enum nearby_by by = query->by;
    if (by == NEARBY_UNSET && query->has_after)
        by = query->after_by;
    if (by == NEARBY_UNSET && isfinite(query->within_m))
        by = NEARBY_LINE;
    list->by = NEARBY_LINE;
    if (by == NEARBY_LINE && !must_walk)
        return STATUS_OK;
    struct error trouble = {0};
    enum status status = walking_find_start(matcher->dataset, query->from, (uint32_t)query->profile,
                                            query->walkings, start, &trouble);
    if (!status)
        list->by = NEARBY_WALK;
    if (!status || (!must_walk && by == NEARBY_UNSET))
        return STATUS_OK;
    const char *parameter = query->by == NEARBY_WALK        ? "by"
                            : query->within_minutes != NONE ? "within_minutes"
                            : must_walk                     ? ""
                                                            : "cursor";
    return error_set_parameter(error, status, parameter, "%s; by=line asks for the straight line",
                               trouble.message);
}

static enum status find_by_line(const struct nearby_matcher *matcher, struct nearby_list *list,
                                struct error *error)
{
    enum status status = find_page(matcher, list, error);
    bool limited = isfinite(matcher->query->within_m);
    if (!status && limited)
        status = count_matching(NULL, matcher, &list->matched, error);
    if (!status && is_filtered(matcher) && (limited || list->complete))
        status = count_unknown(matcher, &list->unknown_matched, error);
    if (!status && matcher->query->relax)
        status = nearby_count_relaxed(matcher, count_matching, NULL, list, error);
    return status;
}

enum status nearby_find(const struct dataset *dataset, const struct vacancies *vacancies,
                        struct walker *walker, const struct nearby_query *query,
                        struct nearby_list *list, struct error *error)
{
    list->by = NEARBY_LINE;
    list->age_months = query->age_months;
    list->complete = true;
    list->matched = list->unknown_matched = -1;
    list->item_count = list->offer_count = 0;
    for (int i = 0; i < NEARBY_FILTER_COUNT; i++)
        list->relax[i] = -1;
    if (query->limit < 1 || query->limit > NEARBY_MAX_LIMIT)
        return error_set_parameter(error, STATUS_INVALID, "limit",
                                   "limit is %u; it must be 1 to %d", query->limit,
                                   NEARBY_MAX_LIMIT);
    struct walking_start start;
    struct nearby_matcher matcher = {.dataset = dataset, .query = query};
    enum status status = choose_way(&matcher, &start, list, error);
    if (status || dataset->region_count == 0)
        return status;
    matcher = nearby_matcher_of(dataset, vacancies, query);
    list->age_months = matcher.age_months;
    return list->by == NEARBY_WALK ? nearby_find_walking(&matcher, &start, walker, list, error)
                                   : find_by_line(&matcher, list, error);
}
