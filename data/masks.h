/*
 * Masks: what a facility may satisfy, in 64 bits; by them the spatial index prunes.
 *
 * Bit ((care * 4 + age_class) * 2 + open) * 2 + inclusive. Age classes by months: below 12, 12-24,
 * 24-36, 36 and up. Which bits a facility has is said in vacancies.h; they are upper bounds.
 */
#ifndef DATA_MASKS_H
#define DATA_MASKS_H

#include <stdbool.h>
#include <stdint.h>

enum { MASK_CARES = 4, MASK_AGE_CLASSES = 4, MASK_AGE_CLASS_MONTHS = 12 };

struct mask_query {
    uint8_t cares;      /* bit per care type; 0 = any */
    int32_t age_months; /* NONE = any */
    bool open, inclusive;
};

/* Below 0 and above the last class count as the first and the last. */
int mask_age_class(int32_t age_months);

/* The bits of these care types and age classes (a bit each). */
static inline uint64_t mask_spread(unsigned cares, unsigned age_classes, bool open, bool inclusive)
{
    uint64_t care = cares, class = age_classes;
    uint64_t row = (class & 1) | (class & 2) << 3 | (class & 4) << 6 | (class & 8) << 9;
    uint64_t rows = (care & 1) | (care & 2) << 15 | (care & 4) << 30 | (care & 8) << 45;
    return row * rows << (2 * open + inclusive);
}

/* A facility that matches the query has one of these. Never 0. */
uint64_t mask_wanted(const struct mask_query *query);

#endif
