/*
 * Does a facility match a query, and by which offers? Three answers: it matches; it does not; it is
 * not known to (an attribute is unknown, a number is stale, a slot must be asked for).
 */
#ifndef DATA_NEARBY_MATCH_H
#define DATA_NEARBY_MATCH_H

#include "data/nearby.h"

/* In ascending order of badness: the worst of several filters decides an offer. */
enum verdict { VERDICT_PASS, VERDICT_UNKNOWN, VERDICT_FAIL };

/* A query with what the clock and the region make of it. Borrows all three. */
struct nearby_matcher {
    const struct dataset *dataset;
    const struct vacancies *vacancies;
    const struct nearby_query *query;
    int32_t age_months;       /* at the start; NONE = any; negative: not born yet */
    bool starts_later;        /* start_month is later than this month */
    bool has_offer_filter;    /* open, care, age, price or day */
    bool has_facility_filter; /* inclusive, demonstration, kind or ownership */
};

/* The month of today where the query is asked from: of the first region whose bounds hold the
 * point, else of the first region. The dataset has a region. */
struct nearby_matcher nearby_matcher_of(const struct dataset *dataset,
                                        const struct vacancies *vacancies,
                                        const struct nearby_query *query);

/* The facility's own filters, and the best that any readable offer comes to. Without a readable
 * offer: PASS where no offer filter is set and its own filters hold, else FAIL. For facilities that
 * are in nearby answers. */
enum verdict nearby_facility_verdict(const struct nearby_matcher *matcher, uint32_t facility);

/* One readable offer by the offer filters, and what it can say for this query. */
enum verdict nearby_offer_verdict(const struct nearby_matcher *matcher, uint32_t offer,
                                  struct offer_state *state);

/* Between nearby.c and nearby_walk.c ------------------------------------------------------------- */

/* Where in the index to look for this query, and by which masks; `accept` is the caller's. What is in
 * no nearby answer is left out. `unknown`: what is unknown may be in no mask, so all that is in nearby
 * answers. */
struct subsets_choice nearby_choose(const struct nearby_matcher *matcher, bool unknown);

/* How many facilities have an id up to this one: where a cursor stands among equals. */
uint32_t nearby_facilities_up_to(const struct dataset *dataset, const char *id);

/* Fill in the offers of the item that match, behind those that the list has. */
void nearby_list_offers(const struct nearby_matcher *matcher, struct nearby_item *item,
                        struct nearby_list *list);

/* Count the matches once more without each filter that is set. */
typedef enum status nearby_count(void *context, const struct nearby_matcher *matcher,
                                 int64_t *result, struct error *error);
enum status MUST_CHECK nearby_count_relaxed(const struct nearby_matcher *matcher,
                                            nearby_count *count, void *context,
                                            struct nearby_list *list, struct error *error);

/* The search by walk, from where it starts. */
enum status MUST_CHECK nearby_find_walking(const struct nearby_matcher *matcher,
                                           const struct walking_start *start, struct walker *walker,
                                           struct nearby_list *list, struct error *error);

#endif
