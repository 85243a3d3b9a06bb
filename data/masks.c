#include "data/masks.h"

#include "data/records.h"

#include <assert.h>

static_assert((int)MASK_CARES == (int)CARE_COUNT, "a mask has room for every care type");

enum { ALL_CARES = (1 << MASK_CARES) - 1, ALL_CLASSES = (1 << MASK_AGE_CLASSES) - 1 };

int mask_age_class(int32_t age_months)
{
    int32_t class = age_months / MASK_AGE_CLASS_MONTHS;
    return age_months < 0 ? 0 : class < MASK_AGE_CLASSES ? (int)class : MASK_AGE_CLASSES - 1;
}

uint64_t mask_wanted(const struct mask_query *query)
{
    unsigned cares = query->cares ? query->cares & (unsigned)ALL_CARES : ALL_CARES;
    unsigned classes =
        query->age_months == NONE ? ALL_CLASSES : 1u << mask_age_class(query->age_months);
    uint64_t wanted = mask_spread(cares, classes, query->open, true);
    if (!query->inclusive)
        wanted |= mask_spread(cares, classes, query->open, false);
    return wanted;
}
