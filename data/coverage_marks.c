/* What each facility of the ground offers to the public at a moment. */
#include "data/coverage_ground.h"
#include "data/vacancies.h"

enum { ALL_AGES = (1 << COVERAGE_AGES) - 1 };

/* The age classes that a band [from, to) has a month in common with; with an unknown bound ANY
 * alone. */
static unsigned ages_of(int16_t from_m, int16_t to_m)
{
    static const int16_t bounds[COVERAGE_AGES][2] = {[COVERAGE_AGE_6_12] = {6, 12},
                                                     [COVERAGE_AGE_12_24] = {12, 24},
                                                     [COVERAGE_AGE_24_36] = {24, 36}};
    unsigned ages = 1u << COVERAGE_AGE_ANY;
    if (from_m == NONE16 || to_m == NONE16 || from_m >= to_m)
        return ages;
    for (unsigned age = COVERAGE_AGE_6_12; age < COVERAGE_AGES; age++)
        if (from_m < bounds[age][1] && to_m > bounds[age][0])
            ages |= 1u << age;
    return ages & ALL_AGES;
}

static struct coverage_marks marks_of(const struct vacancies *vacancies,
                                      const struct dataset_facility *facility)
{
    const struct dataset *dataset = vacancies->dataset;
    struct coverage_marks marks = {0};
    for (uint32_t i = 0; i < facility->offer_count; i++) {
        uint32_t number = facility->first_offer + i;
        const struct dataset_offer *offer = &dataset->offers[number];
        if (!offer->is_readable || offer->care < 0 || offer->care >= CARE_COUNT)
            continue;
        uint16_t bits = (uint16_t)(ages_of(offer->age_from_m, offer->age_to_m)
                                   << coverage_bit((uint32_t)offer->care, 0));
        marks.offered |= bits;
        if (vacancies->offers[number].availability == AVAILABILITY_OPEN)
            marks.open |= bits;
    }
    return marks;
}

void coverage_ground_mark(const struct coverage_ground *ground, const struct vacancies *vacancies,
                          bool inclusive, struct coverage_marks *marks)
{
    for (uint32_t i = 0; i < ground->facility_count; i++) {
        const struct ground_facility *at = &ground->facilities[i];
        const struct dataset_facility *facility = &ground->dataset->facilities[at->number];
        bool counts =
            vacancies->is_public[at->number] && (!inclusive || facility->inclusive == YES);
        marks[i] = counts ? marks_of(vacancies, facility) : (struct coverage_marks){0};
    }
}
