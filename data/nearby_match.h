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

#endif
