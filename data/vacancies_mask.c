/* The masks by which the index prunes: upper bounds of what an offer may satisfy. */
#include "data/vacancies_internal.h"

/* A bit per age class that the band [from, to) touches; all where a bound is unknown. */
static unsigned age_classes(int16_t from_m, int16_t to_m)
{
    if (from_m == NONE16 || to_m == NONE16 || from_m >= to_m)
        return (1u << MASK_AGE_CLASSES) - 1;
    unsigned classes = 0;
    for (int i = mask_age_class(from_m); i <= mask_age_class(to_m - 1); i++)
        classes |= 1u << i;
    return classes;
}

enum { ALL_CARES = (1 << MASK_CARES) - 1, ALL_CLASSES = (1 << MASK_AGE_CLASSES) - 1 };

uint64_t vacancies_facility_mask(const struct vacancies *vacancies,
                                 const struct dataset_facility *facility)
{
    const struct dataset *dataset = vacancies->dataset;
    int inclusive = facility->inclusive == YES;
    uint64_t mask = 0;
    for (uint32_t i = 0; i < facility->offer_count; i++) {
        uint32_t offer_number = facility->first_offer + i;
        const struct dataset_offer *offer = &dataset->offers[offer_number];
        if (!offer->is_readable)
            continue;
        unsigned cares = offer->care == CARE_UNKNOWN ? ALL_CARES : 1u << offer->care;
        unsigned classes = age_classes(offer->age_from_m, offer->age_to_m);
        mask |= mask_spread(cares, classes, 0, inclusive);
        if (vacancies_could_be_open(vacancies, offer_number))
            mask |= mask_spread(cares, classes, 1, inclusive);
    }
    return mask ? mask : mask_spread(ALL_CARES, ALL_CLASSES, 0, inclusive);
}
