/*
 * Accessibility: places per child, by the two-step floating catchment area method.
 *
 * 2SFCA:  R_j = S_j / sum_k P_k,            A_k = sum_j R_j       over pairs within the limit
 * E2SFCA: R_j = S_j / sum_k P_k w(t_kj),    A_k = sum_j R_j w(t_kj)
 * (Luo & Qi 2009, Health & Place 15: 1100-1107; our zones are DOMAIN.md's 5, 10 and 15 minutes.)
 *
 * Identity, tested: sum_k P_k A_k = the supply of all facilities whose catchment is not empty.
 */
#ifndef GEO_ACCESS_H
#define GEO_ACCESS_H

#include "geo/status.h"

#include <stdbool.h>
#include <stdint.h>

/* A demand point within walk of a facility. Pairs of one facility stand together. */
struct access_pair {
    uint32_t demand; /* number of the demand point */
    uint32_t cost;   /* any unit, the zones' own: millimetres, seconds, minutes */
};

/* Step weights: the first zone whose `upto` is not below the cost gives the weight (inclusive); beyond
 * the last the weight is 0. */
struct access_zone {
    uint32_t upto;
    double weight;
};

struct access_input {
    const double *supply;       /* places, by facility */
    const uint32_t *first_pair; /* facility_count + 1: pairs of facility j are first_pair[j] … */
    const struct access_pair *pairs;
    uint32_t facility_count;
    const double *demand; /* children, by demand point */
    uint32_t demand_count;
    const struct access_zone *zones; /* ascending */
    uint32_t zone_count;
};

/* The weight of a cost; 0 beyond the last zone. */
double access_weight(const struct access_zone *zones, uint32_t zone_count, uint32_t cost);

/*
 * ratio    out, by facility: places per (weighted) child; 0 where the catchment is empty
 * access   out, by demand point: places per child within walk
 * empty    out, may be NULL: how many facilities with supply have an empty catchment (reported, never
 *          NaN)
 * INVALID for a supply or demand that is negative or not finite, or a pair that points nowhere.
 */
enum status MUST_CHECK access_compute(const struct access_input *input, double *ratio,
                                      double *access, uint32_t *empty, struct error *error);

#endif
