/*
 * The search itself: facilities near a point that match, nearest first. API.md, "Nearby".
 */
#ifndef DATA_NEARBY_H
#define DATA_NEARBY_H

#include "data/vacancies.h"
#include "data/walking.h"
#include "geo/crs.h"

enum nearby_by { NEARBY_UNSET, NEARBY_WALK, NEARBY_LINE };
enum nearby_day { NEARBY_ANY_DAY, NEARBY_WEEKDAY, NEARBY_DATE };

/* All of it checked by params_nearby(); units fixed there and nowhere later. */
struct nearby_query {
    struct geo_point from;  /* WGS 84 */
    enum coordsys coordsys; /* of the answer */
    enum nearby_by by;
    double within_m;                /* INFINITY = no limit */
    int32_t within_minutes;         /* NONE = not set */
    double within_seconds;          /* of walking; what is asked instead of minutes; 0 = not set */
    int32_t profile;                /* number of the built-in one (geo/profile.h) */
    const struct walking *walkings; /* another profile: beside dataset->networks; NULL = that one */
    uint8_t cares;                  /* bit per enum care; 0 = any */
    uint8_t kinds, ownerships;      /* bits; 0 = any */
    int32_t age_months;             /* as given; NONE */
    int32_t born_month;             /* year * 12 + month - 1; NONE */
    int32_t start_month;            /* NONE */
    bool open, inclusive, demonstration;
    int32_t max_price; /* minor units; NONE */
    int8_t price_unit; /* PRICE_UNIT_UNKNOWN = not set */
    enum nearby_day day_kind;
    uint8_t weekday; /* 0 = Monday */
    day_t date;
    int16_t from_min, to_min; /* to_min > from_min, up to 2880 */
    uint32_t limit;           /* 1..NEARBY_MAX_LIMIT */
    bool relax;               /* count, for each filter, the matches without it */
    bool has_after;           /* a cursor: only what comes after this */
    enum nearby_by after_by;  /* what the page before was ordered by */
    double after_distance_m;  /* by line */
    uint64_t after_walk_mm;   /* by walk */
    char after_id[ID_MAX_BYTES + 1];
};

enum {
    NEARBY_MAX_LIMIT = 100,
    NEARBY_MAX_OFFERS = 64,      /* listed per facility, the first ones */
    NEARBY_DEFAULT_MINUTES = 30, /* of walking */
    NEARBY_MAX_MINUTES = 60
};

/* An offer that matches, with what it can say for this query (its date, its start month). */
struct nearby_offer {
    uint32_t offer;
    struct offer_state state;
};

struct nearby_item {
    uint32_t facility;
    double distance_m; /* straight line */
    uint64_t walk_mm;  /* by walk: on foot, both snaps included where the profile counts them */
    uint32_t first_offer, offer_count; /* into nearby_list.offers */
};

/* Filters that relax can drop, in this order; also the words of "drop" in the answer. */
/* clang-format off */
#define NEARBY_FILTER_LIST(X)                 \
    X(OPEN, "open") \
    X(CARE, "care") \
    X(AGE, "age") \
    X(DAY, "day") \
    X(PRICE, "max_price") \
    X(INCLUSIVE, "inclusive") \
    X(DEMONSTRATION, "demonstration") \
    X(KIND, "kind") \
    X(OWNERSHIP, "ownership") \
    X(WITHIN, "within_m") \
    X(WITHIN_MINUTES, "within_minutes")
/* clang-format on */
enum nearby_filter {
#define X(name, code) NEARBY_FILTER_##name,
    NEARBY_FILTER_LIST(X)
#undef X
        NEARBY_FILTER_COUNT
};
const char *nearby_filter_code(enum nearby_filter filter);

struct nearby_list {
    enum nearby_by by;      /* what was done */
    struct profile profile; /* by walk: who walks */
    double within_seconds;  /* by walk: the limit that held */
    int32_t age_months;     /* the age used; NONE */
    bool complete;          /* nothing that matches remains after this page */
    int64_t matched; /* every match within the limit; -1 = not counted (by line, no within_m) */
    int64_t unknown_matched; /* -1 = not counted */
    struct nearby_item items[NEARBY_MAX_LIMIT];
    uint32_t item_count;
    struct nearby_offer offers[NEARBY_MAX_LIMIT * NEARBY_MAX_OFFERS];
    uint32_t offer_count;
    int64_t relax[NEARBY_FILTER_COUNT]; /* matches without that filter; -1 = not set or not asked */
};

/*
 * Find. Reads the pair and the query only; takes no lock: `list` (some 260 KB) and `walker` are
 * scratch that the worker keeps. Allocates nothing, but for a walker that is new or meets a larger
 * network. `walker` may be NULL where the dataset has no network.
 *
 * By walk: ordered by millimetres on foot, so exactly by seconds; within_minutes unless it is given
 * is 30; what is off the network or cannot be reached is in no answer. With by=walk, within_minutes,
 * within_seconds or walkings set: NO_NETWORK and OFF_NETWORK as walking_find_start(). With none of
 * them, where nobody can walk from the point: line, said in list->by. A cursor goes on as the page
 * before it.
 *
 * The rules beyond DOMAIN.md and API.md:
 *  - offer filters are open, care, age, price and day; each must hold in one and the same offer.
 *    start_month alone is no filter: it moves `open` to that month. With a date, hourly and drop-in
 *    offers are judged by that date's slots also where start_month is set.
 *  - a facility all of whose groups are staff only is in no answer; one without any group or offer
 *    is, where no offer filter is set.
 *  - a child not born by the start has a negative age: no known age band holds it.
 *  - hours that are not known at all never pass a day; nor does a price in an unknown unit.
 *  - of unknown care type the strictest bounds of freshness hold.
 *  - "now" is the month of the first region whose bounds hold the point, else of the first region.
 * matched is counted within within_m or the minutes, and is -1 without either. unknown_matched is
 * counted where a filter is set, within the same or, without one, where the list is complete. A
 * facility counts once in it: it does not match, and one of its offers fails no filter by a known,
 * fresh value. relax counts without within_minutes as far as a search goes, 60 minutes.
 */
enum status MUST_CHECK nearby_find(const struct dataset *dataset, const struct vacancies *vacancies,
                                   struct walker *walker, const struct nearby_query *query,
                                   struct nearby_list *list, struct error *error);

/* Minutes on foot, rounded up to a tenth. */
double nearby_walk_minutes(const struct profile *profile, uint64_t walk_mm);

#endif
