/*
 * Vacancies: what changes by the minute and by the clock, apart from the dataset: each group's
 * numbers with their freshness, each offer's availability, which facilities are public now, and the
 * masks by which the spatial index prunes.
 *
 * An immutable picture too: made for one dataset and one moment, swapped whole. DOMAIN.md, "A place
 * that is shown free must be free", gives the rules; they are here and nowhere else.
 */
#ifndef DATA_VACANCIES_H
#define DATA_VACANCIES_H

#include "data/dataset.h"

enum freshness { FRESHNESS_FRESH, FRESHNESS_STALE, FRESHNESS_UNKNOWN };
enum availability {
    AVAILABILITY_OPEN,
    AVAILABILITY_FULL,
    AVAILABILITY_ASK,    /* hourly and drop-in without published slots */
    AVAILABILITY_UNKNOWN /* never shown as none, nor as free */
};
const char *freshness_code(enum freshness freshness);
const char *availability_code(enum availability availability);

/* The numbers of a group as of one report. Freshness depends on the care type that asks, so it is
 * kept per offer. */
struct group_numbers {
    moment_t as_of; /* TIME_NONE = never reported */
    text_ref source;
    int32_t staffed, enrolled, held, next_open;
    day_t next_open_from, open_until;
};

/* What an offer can say without a date: of the group, or of its published slots. */
struct offer_state {
    moment_t as_of; /* of the numbers that decide: the group's, or the slots'; TIME_NONE */
    int32_t open;   /* open places; NONE = unknown */
    uint8_t freshness, availability; /* enums above */
    bool has_slots;                  /* hourly, drop-in: slots in the coming 7 days */
};

struct vacancies {
    const struct dataset *dataset; /* it names the one it belongs to */
    uint64_t tick;                 /* differs whenever anything below may differ */
    moment_t now;                  /* made for */
    moment_t changed_at;           /* when data or clock last changed an answer: `timeStamp` */
    moment_t next_change_at;       /* the first moment at which anything here changes; INT64_MAX */
    struct local_time *local;      /* beside dataset->regions: `now` there */

    struct group_numbers *numbers; /* beside groups */
    struct offer_state *offers;    /* beside offers */
    uint8_t *is_public;            /* beside facilities: filed, open, not suspended, on this day */
    uint64_t *item_masks;          /* beside index items */
    uint64_t *node_masks;          /* beside index nodes */

    uint32_t public_count; /* facilities */
};

/*
 * The state of every group, offer and facility at `now`. `previous` (may be NULL) gives numbers
 * newer than the dataset's, and the tick to count on from. Yours: vacancies_release().
 */
enum status MUST_CHECK vacancies_build(const struct dataset *dataset, moment_t now,
                                       const struct vacancies *previous,
                                       struct vacancies **vacancies, struct error *error);
void vacancies_release(struct vacancies *vacancies); /* safe on NULL */

/*
 * Masks: bit ((care * 4 + age_class) * 2 + open) * 2 + inclusive. Age classes by months: below 12,
 * 12-24, 24-36, 36 and up. Upper bounds: "open" is set for every offer that could be open now, on
 * some date, or from next_open_from; an offer of unknown care, unknown ages, or of a staff-only
 * group sets nothing, and a facility with nothing set matches no offer filter.
 */
struct mask_query {
    uint8_t cares;      /* bit per care type; 0 = any */
    int32_t age_months; /* NONE = any */
    bool open, inclusive;
};
uint64_t vacancies_wanted_mask(const struct mask_query *query);

/* open places of a group by the rule of DOMAIN.md; NONE = unknown. Freshness is not judged here. */
int32_t group_open_places(const struct dataset_group *group, const struct group_numbers *numbers);
enum freshness freshness_at(const struct freshness_bounds *bounds, moment_t as_of, moment_t now);

#endif
