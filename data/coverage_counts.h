/*
 * Counters of who is within 15 minutes of an open place: when a place opens or closes, only the
 * people on the facility's own list are touched, and nothing is searched.
 *
 * Weights are whole numbers of people, so sums are exact however they were come by: the counters
 * after any changes equal a fresh computation to the bit.
 */
#ifndef DATA_COVERAGE_COUNTS_H
#define DATA_COVERAGE_COUNTS_H

#include "data/coverage_ground.h"

enum { COVERAGE_BITS = COVERAGE_CARES * COVERAGE_AGES };

struct coverage_counts {
    const struct coverage_ground *ground;
    uint16_t *open;   /* coverage_bit()s by facility of the ground, as last set */
    uint32_t *within; /* [resident point * COVERAGE_BITS + bit]: open facilities within walk */
    double *served;   /* [community * COVERAGE_BITS + bit]: weight; the region's last */
};

/* All closed. The ground must outlive the counters. Yours: coverage_counts_release(). */
enum status MUST_CHECK coverage_counts_init(const struct coverage_ground *ground,
                                            struct coverage_counts *counts, struct error *error);
void coverage_counts_release(struct coverage_counts *counts); /* safe on {0} and safe twice */

/* A facility now has open places for exactly these bits. Returns the bits that changed. */
uint16_t coverage_counts_set(struct coverage_counts *counts, uint32_t facility, uint16_t open);

/* The weight that is within 15 minutes of an open place; community_count stands for the region. */
static inline double coverage_counts_served(const struct coverage_counts *counts,
                                            uint32_t community, uint32_t care, uint32_t age)
{
    return counts->served[(size_t)community * COVERAGE_BITS + coverage_bit(care, age)];
}

#endif
