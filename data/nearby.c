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

struct spatial_filter nearby_filter_of(const struct nearby_matcher *matcher, bool unknown)
{
    const struct nearby_query *query = matcher->query;
    struct mask_query wanted = {.cares = query->cares,
                                .age_months = matcher->age_months,
                                .open = query->open,
                                .inclusive = query->inclusive};
    return (struct spatial_filter){.item_masks = matcher->vacancies->item_masks,
                                   .node_masks = matcher->vacancies->node_masks,
                                   .wanted = unknown ? UINT64_MAX : vacancies_wanted_mask(&wanted),
                                   .context = matcher};
}

/* Without filters the masks have said it all: no further look. */
static struct spatial_filter matching_filter(const struct nearby_matcher *matcher)
{
    struct spatial_filter filter = nearby_filter_of(matcher, false);
    if (matcher->has_offer_filter || matcher->has_facility_filter)
        filter.accept = accept_matching;
    return filter;
}

static enum status count(const struct nearby_matcher *matcher, const struct spatial_filter *filter,
                         int64_t *result, struct error *error)
{
    double within_m = matcher->query->within_m;
    uint32_t found = 0;
    enum status status = spatial_index_within(matcher->dataset->index, matcher->query->from,
                                              within_m < EVERYWHERE_M ? within_m : EVERYWHERE_M,
                                              filter, NULL, 0, &found, error);
    if (!status)
        *result = found;
    return status;
}

static enum status count_matching(void *context, const struct nearby_matcher *matcher,
                                  int64_t *result, struct error *error)
{
    (void)context;
    struct spatial_filter filter = matching_filter(matcher);
    return count(matcher, &filter, result, error);
}

static enum status count_unknown(const struct nearby_matcher *matcher, int64_t *result,
                                 struct error *error)
{
    struct spatial_filter filter = nearby_filter_of(matcher, true);
    filter.accept = accept_unknown;
    return count(matcher, &filter, result, error);
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

static inline __attribute__((always_inline)) void
fetch_facilities(const struct nearby_matcher *matcher, const struct nearby_list *list)
{
    const struct dataset *dataset = matcher->dataset;
    const struct vacancies *vacancies = matcher->vacancies;
    for (uint32_t i = 0; i < list->item_count; i++)
        fetch_bytes(&dataset->facilities[list->items[i].facility], sizeof *dataset->facilities);
    for (uint32_t i = 0; i < list->item_count; i++) {
        const struct dataset_facility *facility = &dataset->facilities[list->items[i].facility];
        uint32_t offer = facility->first_offer;
        fetch_bytes(&dataset->offers[offer], facility->offer_count * sizeof *dataset->offers);
        fetch_bytes(&vacancies->offers[offer], facility->offer_count * sizeof *vacancies->offers);
    }
}

static enum status find_page(const struct nearby_matcher *matcher, struct nearby_list *list,
                             struct error *error)
{
    const struct nearby_query *query = matcher->query;
    const struct dataset *dataset = matcher->dataset;
    struct spatial_hit hits[NEARBY_MAX_LIMIT + 1]; /* one more tells whether anything remains */
    struct spatial_hit after;
    if (query->has_after)
        after = cursor_hit(dataset, query);
    struct spatial_filter filter = matching_filter(matcher);
    uint32_t count = 0;
    enum status status =
        spatial_index_nearest(dataset->index, query->from, query->limit + 1, query->within_m,
                              query->has_after ? &after : NULL, &filter, hits, &count, error);
    if (status)
        return status;
    list->complete = count <= query->limit;
    list->item_count = list->complete ? count : query->limit;
    for (uint32_t i = 0; i < list->item_count; i++)
        list->items[i] = (struct nearby_item){.facility = dataset->index_facilities[hits[i].item],
                                              .distance_m = hits[i].distance_m};
    fetch_facilities(matcher, list);
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
    bool filtered = matcher->has_offer_filter || matcher->has_facility_filter;
    if (!status && limited)
        status = count_matching(NULL, matcher, &list->matched, error);
    if (!status && filtered && (limited || list->complete))
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
