/*
 * The dataset: one immutable picture of the register, built from the store, that requests read.
 *
 * Facilities are numbered in ascending order of public id (bytewise), so that ties go to the smaller
 * id. Groups and offers stand contiguous by facility, and facilities that are neighbours in space
 * have theirs beside one another (`layout`): what one answer reads lies in few pages. Every
 * point here is the public one (a home's is rounded to 0.001 degree unless it consents, and so is that
 * of a facility whose kind is not known); the exact point of a home is not in the dataset at all, nor
 * are its address and phone.
 *
 * Built by one thread (or two), then shared by all and never changed. It holds one local day's
 * picture per region: what the register says of that day. `next_change_at` is the first moment at
 * which that is no longer so (a version begins or ends, a day's slots pass): then it is built again.
 */
#ifndef DATA_DATASET_H
#define DATA_DATASET_H

#include "data/region.h"
#include "data/residents.h"
#include "data/store.h"
#include "geo/spatial_index.h"

struct walking_network; /* data/walking.h */

/* Text is kept once, in one pool, by offset; 0 is the empty string and means NULL. */
typedef uint32_t text_ref;

struct dataset_facility {
    struct geo_point point; /* public, WGS 84; lon NaN when off the map */
    text_ref id, name, name_en, address, phone, community, declared_community, source, source_id;
    uint32_t first_group, group_count;
    uint32_t first_offer, offer_count;
    uint32_t hours; /* its own hours, into hours_patterns; 0 = none known */
    day_t opens_on, opened_on, filed_on, closed_on, inclusive_since, demonstration_since, staff_on;
    day_t delists_on;
    day_t valid_from;
    int32_t licensed_total, staff, certified;
    uint16_t region; /* into regions */
    int8_t kind, ownership, registrar, state;
    int8_t inclusive, demonstration;
    bool point_is_rounded; /* a home's, or of unknown kind: no address, no phone either */
    bool in_register;      /* some version holds today; else only was_public is of use */
    bool was_public; /* some believed version, of any day up to now, was public: 410, not 404 */
};

struct dataset_group {
    text_ref id;
    uint32_t facility;
    int32_t licensed;
    int16_t age_from_m, age_to_m; /* NONE16 */
    int8_t admission;
};

struct dataset_offer {
    text_ref id;
    uint32_t facility, group;
    uint32_t
        hours; /* that hold for it (its own or its facility's), into hours_patterns; 0 = none */
    uint32_t first_slot, slot_count; /* into slots, ascending by (day, from_min) */
    uint32_t slots_version;          /* rises when they are replaced, and not when a day passes */
    int32_t price;
    int16_t age_from_m, age_to_m; /* resolved: the group's where the offer has none; NONE16 */
    int8_t care, price_unit;
    bool has_own_hours;
    bool is_readable; /* parents see it: its group is not for staff alone */
};

struct dataset_slot {
    moment_t as_of;
    day_t day;
    int16_t from_min, to_min;
    int32_t places, taken;
};

/* Hours that many owners share, kept once: rules and exceptions from yesterday on. */
struct dataset_hours {
    uint32_t first_rule, rule_count;           /* into rules */
    uint32_t first_exception, exception_count; /* into exceptions, ascending by day */
    uint16_t region;                           /* whose calendar holds */
};

/* The numbers of a group as of one report: the one that was current when the dataset was built.
 * Freshness depends on the care type that asks, so it is kept per offer (vacancies.h). */
struct group_numbers {
    moment_t as_of; /* TIME_NONE = never reported */
    text_ref source;
    int32_t seq; /* of the report within the group; 0 = never reported */
    int32_t staffed, enrolled, held, next_open;
    day_t next_open_from, open_until;
};

struct dataset {
    uint64_t generation;     /* store_generation() it was built from */
    moment_t built_for;      /* the `now` it was built for */
    moment_t changed_at;     /* when the data last changed, up to built_for; TIME_NONE */
    moment_t next_change_at; /* INT64_MAX = never */

    struct region *regions;
    uint32_t region_count;

    struct dataset_facility *facilities;
    uint32_t *layout; /* facilities, in the order in which their groups and offers stand */
    struct dataset_group *groups;
    struct dataset_offer *offers;
    struct group_numbers *numbers; /* beside groups */
    struct dataset_slot *slots;
    struct dataset_hours *hours_patterns; /* [0] is empty: no hours known */
    struct hours_record *rules;           /* owner fields unused */
    struct hours_exception_record *exceptions;
    uint32_t facility_count, group_count, offer_count, slot_count;
    uint32_t hours_pattern_count, rule_count, exception_count;

    struct street_record *streets;                /* in `arena` */
    struct community_record *communities;         /* in `arena` */
    uint16_t *street_regions, *community_regions; /* beside them */
    uint32_t street_count, community_count;
    struct people *people; /* beside regions; communities are numbers of `communities` above */

    char *text; /* the pool */
    size_t text_bytes;

    struct spatial_index *index; /* over the facilities that have a point */
    uint32_t *index_facilities;  /* index item -> facility; ascending, so ties hold */
    uint32_t *facility_items;    /* facility -> index item; UINT32_MAX = off the map */
    uint32_t index_count;

    struct walking_network **networks; /* of the regions that have one; walking.h */
    uint32_t network_count;
    const char *
        *network_troubles; /* beside regions: why the street file that the store names is not
                                      used; NULL = it is, or there is none */

    struct arena arena;
};

/*
 * Build from the store as it was last committed, for the moment `now`; scans run on two threads.
 * *dataset is yours (dataset_release). A store without regions gives an empty dataset. BUSY when
 * the store kept changing meanwhile; CORRUPT for keys or codes that cannot be.
 */
enum status MUST_CHECK dataset_build(struct store *store, moment_t now, struct dataset **dataset,
                                     struct error *error);
void dataset_release(struct dataset *dataset); /* safe on NULL */

/* NULL for reference 0. */
static inline const char *dataset_text(const struct dataset *dataset, text_ref text)
{
    return text ? dataset->text + text : NULL;
}

/* By public id; NOT_FOUND. Offers are looked for within their facility. */
enum status MUST_CHECK dataset_find_facility(const struct dataset *dataset, const char *id,
                                             uint32_t *facility);
enum status MUST_CHECK dataset_find_offer(const struct dataset *dataset, uint32_t facility,
                                          const char *id, uint32_t *offer);
/* By region name; NULL or "" means the only one. INVALID (parameter "region") with the list of
 * names where several are loaded, NOT_FOUND for a name that is not. */
enum status MUST_CHECK dataset_find_region(const struct dataset *dataset, const char *name,
                                           uint16_t *region, struct error *error);

/* Public on `day`: in the register, filed, opened, neither closed nor delisted by a lapsed licence. */
bool dataset_facility_is_public(const struct dataset_facility *facility, day_t day);
/* Public on some day up to `day`: what is not public on `day` itself is then 410, else 404. */
bool dataset_facility_was_public(const struct dataset_facility *facility, day_t day);

/* Hours by pattern, as calendar.h takes them; and those that hold for an offer. */
struct hours dataset_hours(const struct dataset *dataset, uint32_t pattern);
struct hours dataset_offer_hours(const struct dataset *dataset, uint32_t offer);

#endif
