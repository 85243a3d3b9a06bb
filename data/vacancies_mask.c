/* The masks by which the index prunes: upper bounds of what an offer may satisfy. */
#include "data/vacancies_internal.h"

enum { AGE_CLASSES = 4, AGE_CLASS_MONTHS = 12 };

static uint64_t mask_bit(int care, int age_class, int open, int inclusive)
{
    return 1ull << (((care * AGE_CLASSES + age_class) * 2 + open) * 2 + inclusive);
}

static int age_class_of(int32_t months)
{
    int32_t class = months / AGE_CLASS_MONTHS;
    return months < 0 ? 0 : class < AGE_CLASSES ? (int)class : AGE_CLASSES - 1;
}

/* A bit per age class that the band [from, to) touches; all where a bound is unknown. */
static unsigned age_classes(int16_t from_m, int16_t to_m)
{
    if (from_m == NONE16 || to_m == NONE16 || from_m >= to_m)
        return (1u << AGE_CLASSES) - 1;
    unsigned classes = 0;
    for (int i = age_class_of(from_m); i <= age_class_of(to_m - 1); i++)
        classes |= 1u << i;
    return classes;
}

static uint64_t spread(unsigned cares, unsigned classes, int open, int inclusive)
{
    uint64_t mask = 0;
    for (int care = 0; care < CARE_COUNT; care++)
        for (int age_class = 0; age_class < AGE_CLASSES; age_class++)
            if ((cares >> care & 1) && (classes >> age_class & 1))
                mask |= mask_bit(care, age_class, open, inclusive);
    return mask;
}

enum { ALL_CARES = (1 << CARE_COUNT) - 1, ALL_CLASSES = (1 << AGE_CLASSES) - 1 };

uint64_t vacancies_wanted_mask(const struct mask_query *query)
{
    unsigned cares = query->cares ? query->cares : ALL_CARES;
    unsigned classes =
        query->age_months == NONE ? ALL_CLASSES : 1u << age_class_of(query->age_months);
    uint64_t wanted = spread(cares, classes, query->open, 1);
    if (!query->inclusive)
        wanted |= spread(cares, classes, query->open, 0);
    return wanted;
}

static uint64_t facility_mask(const struct vacancies *vacancies, uint32_t number)
{
    const struct dataset *dataset = vacancies->dataset;
    const struct dataset_facility *facility = &dataset->facilities[number];
    int inclusive = facility->inclusive == YES;
    uint64_t mask = 0;
    for (uint32_t i = 0; i < facility->offer_count; i++) {
        uint32_t offer_number = facility->first_offer + i;
        if (!dataset->offers[offer_number].is_readable)
            continue;
        const struct dataset_offer *offer = &dataset->offers[offer_number];
        unsigned cares = offer->care == CARE_UNKNOWN ? ALL_CARES : 1u << offer->care;
        unsigned classes = age_classes(offer->age_from_m, offer->age_to_m);
        mask |= spread(cares, classes, 0, inclusive);
        if (vacancies_could_be_open(vacancies, offer_number))
            mask |= spread(cares, classes, 1, inclusive);
    }
    return mask ? mask : spread(ALL_CARES, ALL_CLASSES, 0, inclusive);
}

void vacancies_fill_masks(struct vacancies *vacancies)
{
    const struct dataset *dataset = vacancies->dataset;
    for (uint32_t item = 0; item < dataset->index_count; item++) {
        uint32_t facility = dataset->index_facilities[item];
        vacancies->item_masks[item] =
            vacancies->in_nearby[facility] ? facility_mask(vacancies, facility) : 0;
    }
    spatial_index_fill_masks(dataset->index, vacancies->item_masks, vacancies->node_masks);
}
