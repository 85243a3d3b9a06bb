/* What the files of vacancies share. */
#ifndef DATA_VACANCIES_INTERNAL_H
#define DATA_VACANCIES_INTERNAL_H

#include "data/vacancies.h"

/* The moments around `now` at which something changes by the clock. */
struct clock_changes {
    moment_t now;
    moment_t last; /* the latest up to now; INT64_MIN */
    moment_t next; /* the earliest after now; INT64_MAX */
};
static inline void clock_changes_note(struct clock_changes *changes, moment_t at)
{
    if (at > changes->now) {
        if (at < changes->next)
            changes->next = at;
    } else if (at > changes->last) {
        changes->last = at;
    }
}

/* The state of an offer without a date; notes what will change it, or its masks, by the clock. */
struct offer_state vacancies_plain_state(const struct vacancies *vacancies, uint32_t offer,
                                         struct clock_changes *changes);

/* Could it be open now, on some date, or at a later start? Its open masks say so. */
bool vacancies_could_be_open(const struct vacancies *vacancies, uint32_t offer);

/* Of a facility that can be in an answer; needs no state of its offers. */
uint64_t vacancies_facility_mask(const struct vacancies *vacancies,
                                 const struct dataset_facility *facility);

#endif
