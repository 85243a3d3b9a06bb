/*
 * The search on foot: one bounded reach from where somebody stands, then a look at every facility
 * that the index has within that distance. No way is shorter than the straight line, so none that is
 * near enough on foot is missed; its own millimetres decide, of order and of membership.
 */
#include "data/nearby_match.h"
#include "geo/distance.h"

#include <math.h>
#include <string.h>

/*
 * Lengths are sums of millimetres, each rounded: a way of many short stretches may come out shorter
 * than the straight line by that. A hundredth and 2 m are more than stretches of 5 cm could lose.
 */
#define ROUNDING_SHARE 1.01
#define ROUNDING_M     2.0

/* The nearest few so far, in order; and how many there were in all. */
struct hits {
    struct hit {
        uint64_t mm;
        uint32_t facility;
    } list[NEARBY_MAX_LIMIT + 1];
    uint32_t count, capacity;
    uint64_t after_mm; /* only what comes after (after_mm, before after_facility) */
    uint32_t after_facility;
};

struct search {
    const struct walking_start *start;
    struct walker *walker;
    uint64_t held_mm; /* the reach holds everything up to here; UINT64_MAX = nothing yet */
};

/* One look through the index. */
struct look {
    const struct nearby_matcher *matcher;
    const struct search *search;
    uint64_t limit_mm;
    enum verdict verdict; /* that is looked for */
    bool judges;          /* false: the masks have said it all */
    struct hits *hits;    /* NULL: count only */
};

static double limit_seconds(const struct nearby_query *query)
{
    if (query->within_seconds > 0)
        return query->within_seconds;
    return 60.0 * (query->within_minutes != NONE ? query->within_minutes : NEARBY_DEFAULT_MINUTES);
}

static bool comes_before(const struct hit *a, const struct hit *b)
{
    return a->mm != b->mm ? a->mm < b->mm : a->facility < b->facility;
}

static void keep_hit(struct hits *hits, struct hit hit)
{
    if (hit.mm < hits->after_mm ||
        (hit.mm == hits->after_mm && hit.facility < hits->after_facility))
        return;
    if (hits->count == hits->capacity && !comes_before(&hit, &hits->list[hits->count - 1]))
        return;
    uint32_t place = hits->count < hits->capacity ? hits->count++ : hits->count - 1;
    for (; place > 0 && comes_before(&hit, &hits->list[place - 1]); place--)
        hits->list[place] = hits->list[place - 1];
    hits->list[place] = hit;
}

static bool accept(const void *context, uint32_t item)
{
    const struct look *look = context;
    uint32_t facility = look->matcher->dataset->index_facilities[item];
    uint64_t mm = walker_facility_mm(look->search->walker, look->search->start, facility);
    if (mm > look->limit_mm)
        return false;
    if (look->judges && nearby_facility_verdict(look->matcher, facility) != look->verdict)
        return false;
    if (look->hits)
        keep_hit(look->hits, (struct hit){mm, facility});
    return true;
}

/* Make the reach hold all within limit_mm; false where not even the way to the street fits. */
static enum status hold(struct search *search, uint64_t limit_mm, bool *reaches,
                        struct error *error)
{
    *reaches = search->start->snap_mm <= limit_mm;
    if (!*reaches || (search->held_mm != UINT64_MAX && search->held_mm >= limit_mm))
        return STATUS_OK;
    uint32_t max_mm = limit_mm < REACH_FAR - 1 ? (uint32_t)limit_mm : REACH_FAR - 1;
    enum status status =
        walker_reach(search->walker, search->start, REACH_FROM, max_mm, reaches, error);
    search->held_mm = status ? UINT64_MAX : limit_mm;
    return status;
}

static double radius_m(const struct walking_start *start, uint64_t limit_mm)
{
    const struct profile *profile = &start->walking->profile;
    double radius = (double)limit_mm / 1000 * ROUNDING_SHARE + ROUNDING_M;
    if (!profile->snap_counts) /* both snaps come on top of what is counted */
        radius += start->snap.distance_m + profile->snap_max_m;
    return radius;
}

static enum status look_through(struct search *search, struct look *look, bool unknown,
                                int64_t *found, struct error *error)
{
    const struct nearby_query *query = look->matcher->query;
    const struct profile *profile = &search->start->walking->profile;
    bool reaches = false;
    *found = 0;
    look->search = search;
    look->limit_mm = profile_reach_mm(profile, limit_seconds(query));
    enum status status = hold(search, look->limit_mm, &reaches, error);
    if (status || !reaches)
        return status;
    struct subsets_choice choice = nearby_choose(look->matcher, unknown);
    choice.filter.accept = accept;
    choice.filter.context = look;
    uint32_t count = 0;
    status =
        spatial_index_within(choice.index, query->from, radius_m(search->start, look->limit_mm),
                             &choice.filter, NULL, 0, &count, error);
    *found = count;
    return status;
}

static bool is_filtered(const struct nearby_matcher *matcher)
{
    return matcher->has_offer_filter || matcher->has_facility_filter;
}

static enum status count_matching(void *context, const struct nearby_matcher *matcher,
                                  int64_t *result, struct error *error)
{
    struct look look = {
        .matcher = matcher, .verdict = VERDICT_PASS, .judges = is_filtered(matcher)};
    return look_through(context, &look, false, result, error);
}

static enum status count_unknown(struct search *search, const struct nearby_matcher *matcher,
                                 int64_t *result, struct error *error)
{
    struct look look = {.matcher = matcher, .verdict = VERDICT_UNKNOWN, .judges = true};
    return look_through(search, &look, true, result, error);
}

static enum status find_page(struct search *search, const struct nearby_matcher *matcher,
                             struct nearby_list *list, struct error *error)
{
    const struct nearby_query *query = matcher->query;
    const struct dataset *dataset = matcher->dataset;
    struct hits hits = {.capacity = query->limit + 1}; /* one more tells whether anything remains */
    if (query->has_after) {
        hits.after_mm = query->after_walk_mm;
        hits.after_facility = nearby_facilities_up_to(dataset, query->after_id);
    }
    struct look look = {
        .matcher = matcher, .verdict = VERDICT_PASS, .judges = is_filtered(matcher), .hits = &hits};
    enum status status = look_through(search, &look, false, &list->matched, error);
    if (status)
        return status;
    list->complete = hits.count <= query->limit;
    list->item_count = list->complete ? hits.count : query->limit;
    for (uint32_t i = 0; i < list->item_count; i++) {
        uint32_t facility = hits.list[i].facility;
        list->items[i] = (struct nearby_item){
            .facility = facility,
            .distance_m = distance_m(query->from, dataset->facilities[facility].point),
            .walk_mm = hits.list[i].mm};
        nearby_list_offers(matcher, &list->items[i], list);
    }
    return STATUS_OK;
}

enum status nearby_find_walking(const struct nearby_matcher *matcher,
                                const struct walking_start *start, struct walker *walker,
                                struct nearby_list *list, struct error *error)
{
    struct search search = {.start = start, .walker = walker, .held_mm = UINT64_MAX};
    list->profile = start->walking->profile;
    list->within_seconds = limit_seconds(matcher->query);
    enum status status = find_page(&search, matcher, list, error);
    if (!status && is_filtered(matcher))
        status = count_unknown(&search, matcher, &list->unknown_matched, error);
    if (!status && matcher->query->relax)
        status = nearby_count_relaxed(matcher, count_matching, &search, list, error);
    return status;
}

double nearby_walk_minutes(const struct profile *profile, uint64_t walk_mm)
{
    /* 498 m at 1 m/s are 8.3 minutes, not 8.4, whatever the floats say */
    return ceil(profile_seconds(profile, walk_mm) / 6 - 1e-6) / 10;
}
