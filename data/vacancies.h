/*
 * Vacancies: what changes by the minute and by the clock, apart from the dataset: each offer's
 * availability, which facilities are public now, today's hours, and the masks by which the spatial
 * index prunes.
 *
 * An immutable picture too: made for one dataset and one moment, swapped whole. DOMAIN.md, "A place
 * that is shown free must be free", gives the rules; they are here and nowhere else.
 */
#ifndef DATA_VACANCIES_H
#define DATA_VACANCIES_H

#include "data/dataset.h"
#include "data/subsets.h"

enum freshness { FRESHNESS_FRESH, FRESHNESS_STALE, FRESHNESS_UNKNOWN };
/* OPEN and FULL are said of fresh numbers alone: a stale number is shown with its age, and what can
 * be had is then UNKNOWN, never shown as none, nor as free. */
enum availability {
    AVAILABILITY_OPEN,
    AVAILABILITY_FULL,
    AVAILABILITY_ASK, /* hourly and drop-in without published slots */
    AVAILABILITY_UNKNOWN
};
const char *freshness_code(enum freshness freshness);
const char *availability_code(enum availability availability);

/* Why an offer is open at a later start: it has a place that stays, or one that opens by then. */
enum open_because { OPEN_BECAUSE_NONE, OPEN_BECAUSE_NOW, OPEN_BECAUSE_NEXT_OPEN };

/* What an offer can say: of its group's numbers, or of its published slots. The group's numbers stand
 * beside it, so that an answer reads them where it reads the rest. */
struct offer_state {
    moment_t as_of;                  /* of the numbers that decide; TIME_NONE */
    int32_t open;                    /* open places; NONE = unknown */
    int32_t staffed, enrolled, held; /* of its group, as they were reported; NONE */
    uint8_t freshness;               /* enums above */
    uint8_t availability;            /* OPEN: `open` is at least 1, or NONE where it is not said */
    uint8_t open_because;            /* only with a start month */
};

/* The intervals of one local day, as hours_of_day() gives them. */
struct hours_today {
    struct interval intervals[HOURS_MAX_INTERVALS];
    uint32_t count;
};

struct vacancies {
    const struct dataset *dataset; /* it names the one it belongs to */
    uint64_t tick;                 /* differs whenever anything below may differ */
    moment_t now;                  /* made for */
    moment_t changed_at;     /* when data or clock last changed an answer, up to now: `timeStamp` */
    moment_t next_change_at; /* the first moment at which anything here changes; INT64_MAX */
    struct local_time *local; /* beside dataset->regions: `now` there */

    const struct group_numbers *numbers; /* beside groups; the dataset's */
    struct offer_state *offers;          /* beside offers: without a date or a start month */
    struct hours_today *hours_today;     /* beside dataset->hours_patterns */
    uint8_t *is_public;                  /* beside facilities: on this local day */
    uint8_t *in_nearby;                  /* beside facilities: public, and not for staff alone */
    uint64_t *item_masks;                /* beside index items */
    uint64_t *node_masks;                /* beside index nodes */
    struct subsets *subsets;             /* of the index, by these masks */

    uint32_t public_count; /* facilities */
};

/*
 * The state of every offer and facility at `now`. It is the same for every moment from changed_at to
 * just before next_change_at: freshness runs out, slots end, local days begin, nothing else moves.
 * `previous` (may be NULL) keeps `tick` from going back where the clock does, and what of its subsets
 * still holds is shared. The dataset must outlive it. Yours: vacancies_release().
 */
enum status MUST_CHECK vacancies_build(const struct dataset *dataset, moment_t now,
                                       const struct vacancies *previous,
                                       struct vacancies **vacancies, struct error *error);
void vacancies_release(struct vacancies *vacancies); /* safe on NULL */

/*
 * Without a date and a start month vacancies->offers holds the state of an offer: of full and half
 * day (and of unknown care) the group's numbers; of hourly and drop-in the most places left in any
 * one published slot that has not ended, of the coming 7 local days.
 *
 * On a date: of hourly and drop-in the slots of that date that cover [from_min, to_min) alone (or a
 * slot of the day before that runs past midnight); ASK where none is published for that date; other
 * offers as without a date, but a place open only until an earlier day is not.
 */
struct offer_state vacancies_on_date(const struct vacancies *vacancies, uint32_t offer, day_t date,
                                     int32_t from_min, int32_t to_min);
/* At a start month later than this one (year * 12 + month - 1), by the group's numbers; hourly and
 * drop-in too. open_because says which rule opened it: NOW goes before NEXT_OPEN. */
struct offer_state vacancies_at_start(const struct vacancies *vacancies, uint32_t offer,
                                      int32_t start_month);

/* Is the care type one whose places are slots? */
static inline bool care_has_slots(int8_t care)
{
    return care == CARE_HOURLY || care == CARE_DROP_IN;
}

/*
 * Masks (masks.h) are upper bounds: each readable offer of a facility in nearby answers sets the bits
 * of its care type and ages (of all, where unknown) with open 0, and, if it could be open now, on
 * some date or at some later start, with open 1. A facility without readable offers sets all bits
 * with open 0; one in no nearby answer sets none.
 */

/* open places of a group by the rule of DOMAIN.md; NONE = unknown. Freshness is not judged here. */
int32_t group_open_places(const struct dataset_group *group, const struct group_numbers *numbers);
enum freshness freshness_at(const struct freshness_bounds *bounds, moment_t as_of, moment_t now);
/* The bounds for a care type; of an unknown one, the strictest of all. */
struct freshness_bounds freshness_bounds_of(const struct region *region, int8_t care);

#endif
