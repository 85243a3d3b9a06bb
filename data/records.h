/*
 * The records of the register, as plain structs, and the code lists of their fields.
 *
 * This is what importers hand to the store and the store hands to the dataset. Text is UTF-8,
 * NUL-terminated, NULL where unknown; a record's text belongs to whoever filled the record and
 * lives as long as they say. Absent numbers are NONE, absent days DAY_NONE: never zero.
 */
#ifndef DATA_RECORDS_H
#define DATA_RECORDS_H

#include "geo/arena.h"
#include "geo/status.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    NONE = INT32_MIN,     /* an absent int32_t */
    DAY_NONE = INT32_MIN, /* an absent day */
    DAY_OPEN = INT32_MAX, /* valid_to of a version that has not ended */
    ID_MAX_BYTES = 64     /* public ids are [a-z0-9-]{1,64} */
};
#define TIME_NONE INT64_MIN /* an absent moment */

/* Days are local civil days as days since 1970-01-01; moments are UTC seconds since then. */
typedef int32_t day_t;
typedef int64_t moment_t;

/* Lists: name, code in the store, the API and mapping files. The page has the 中文 (web/text). */
#define CARE_LIST(X) \
    X(FULL_DAY, "full_day") X(HALF_DAY, "half_day") X(HOURLY, "hourly") X(DROP_IN, "drop_in")
#define KIND_LIST(X)                            \
    X(NURSERY, "nursery")                       \
    X(COMMUNITY, "community")                   \
    X(KINDERGARTEN_CLASS, "kindergarten_class") \
    X(PARK, "park") X(EMPLOYER, "employer") X(HOME, "home")
#define OWNERSHIP_LIST(X)                       \
    X(PUBLIC, "public")                         \
    X(PUBLIC_PRIVATE_RUN, "public_private_run") \
    X(PRIVATE_PUBLIC_AID, "private_public_aid") X(PRIVATE, "private")
#define ADMISSION_LIST(X) X(PUBLIC, "public") X(STAFF_ONLY, "staff_only")
#define STATE_LIST(X) \
    X(REGISTERED, "registered") X(FILED, "filed") X(SUSPENDED, "suspended") X(CLOSED, "closed")
#define REGISTRAR_LIST(X)             \
    X(CIVIL_AFFAIRS, "civil_affairs") \
    X(MARKET_SUPERVISION, "market_supervision") X(PERSONNEL, "personnel")
#define PRICE_UNIT_LIST(X) X(HOUR, "hour") X(HALF_DAY, "half_day") X(DAY, "day") X(MONTH, "month")
#define STANDARD_LIST(X)   X(NEW, "new") X(BUILT, "built")

/* Each list makes: enum care { CARE_UNKNOWN = -1, CARE_FULL_DAY, …, CARE_COUNT };
 * const char *care_code(enum care), NULL for unknown; and care_parse(), STATUS_INVALID for a code
 * that is not on the list (the message names the list). Stored in int8_t. */
#define RECORD_ENUM(type, PREFIX, LIST)                                                    \
    enum type { PREFIX##_UNKNOWN = -1, LIST(RECORD_ENUM_##PREFIX) PREFIX##_COUNT };        \
    const char *type##_code(int value);                                                    \
    enum status MUST_CHECK type##_parse(const char *text, size_t length, enum type *value, \
                                        struct error *error);
#define RECORD_ENUM_CARE(name, code)       CARE_##name,
#define RECORD_ENUM_KIND(name, code)       KIND_##name,
#define RECORD_ENUM_OWNERSHIP(name, code)  OWNERSHIP_##name,
#define RECORD_ENUM_ADMISSION(name, code)  ADMISSION_##name,
#define RECORD_ENUM_STATE(name, code)      STATE_##name,
#define RECORD_ENUM_REGISTRAR(name, code)  REGISTRAR_##name,
#define RECORD_ENUM_PRICE_UNIT(name, code) PRICE_UNIT_##name,
#define RECORD_ENUM_STANDARD(name, code)   STANDARD_##name,
RECORD_ENUM(care, CARE, CARE_LIST)
RECORD_ENUM(kind, KIND, KIND_LIST)
RECORD_ENUM(ownership, OWNERSHIP, OWNERSHIP_LIST)
RECORD_ENUM(admission, ADMISSION, ADMISSION_LIST)
RECORD_ENUM(state, STATE, STATE_LIST)
RECORD_ENUM(registrar, REGISTRAR, REGISTRAR_LIST)
RECORD_ENUM(price_unit, PRICE_UNIT, PRICE_UNIT_LIST)
RECORD_ENUM(standard, STANDARD, STANDARD_LIST)

/* Three-valued yes, no and unknown. */
enum { UNKNOWN = -1, NO = 0, YES = 1 };

/* When a version holds, half open, and when we came to believe it. */
struct validity {
    day_t valid_from, valid_to;
    moment_t recorded_at;
    moment_t superseded_at; /* TIME_NONE = still believed */
    const char *source;     /* which register or person said so */
};

struct street_record {
    const char *code; /* 12-digit statistical code */
    const char *name, *name_en;
};

struct community_record {
    const char *code; /* 12-digit statistical code, or another register's own */
    const char *name, *name_en;
    const char *street; /* code */
    int32_t residents;  /* NONE = no figure */
    int32_t children;   /* under 3; NONE = no figure */
    bool children_estimated;
    int8_t standard;     /* enum standard */
    const char *outline; /* GeoJSON geometry (Polygon, MultiPolygon) in WGS 84; NULL = none */
};

/* A resident point: where people live, a building or a cell of a grid. */
struct resident_record {
    const char *source_id;
    int32_t lon_e7, lat_e7; /* WGS 84, 1e-7 degrees */
    const char *community;  /* code, by point in polygon; NULL = in none */
    int32_t residents;      /* NONE = no figure */
    int32_t children;       /* under 3; NONE = no figure */
};

/*
 * Keys are the store's own numbers (dense from 1, in order of insertion), 0 before it has given
 * one. `id` is the public id.
 */
struct facility_record {
    int64_t key;
    const char *id;
    const char *region;
    const char *source, *source_id; /* identity within the region */
    int64_t version_key;            /* the row of this version; 0 when not stored */
    struct validity validity;
    const char *name, *name_en;
    const char *declared_community; /* what the register says: code or name, as given */
    const char *community;          /* code, by point in polygon */
    const char *address, *phone;
    int32_t lon_e7, lat_e7; /* NONE = off the map */
    day_t opens_on, opened_on, filed_on, closed_on, inclusive_since, demonstration_since, staff_on;
    day_t
        delists_on; /* from when a lapsed licence takes it off the public list; DAY_NONE = never */
    int32_t licensed_total, staff, certified; /* NONE = unknown */
    int8_t kind, ownership, registrar, state; /* enums above, -1 = unknown */
    int8_t inclusive, demonstration;          /* YES, NO, UNKNOWN */
    bool point_consent;                       /* a home's exact point may be public */
};

struct group_record {
    int64_t key;
    int64_t facility; /* key */
    const char *id;
    const char *source_id; /* within the facility */
    int64_t version_key;
    struct validity validity;
    int32_t age_from_m, age_to_m; /* months, half open; NONE */
    int32_t licensed;             /* NONE */
    int8_t admission;
};

/* One report of a group's numbers. Append only; current is the greatest (as_of, seq). */
struct places_record {
    int64_t group; /* key */
    int32_t seq;   /* 1, 2, … within the group; 0 before it is stored */
    moment_t as_of, recorded_at;
    const char *source;
    int32_t staffed, enrolled, held; /* NONE = unknown */
    int32_t next_open;               /* places that will open; NONE */
    day_t next_open_from;            /* from that day; DAY_NONE */
    day_t open_until;                /* what is open now is only until that day; DAY_NONE */
};

struct offer_record {
    int64_t key;
    int64_t group; /* key */
    const char *id;
    const char *source_id; /* within the facility */
    int64_t version_key;
    struct validity validity;
    int32_t age_from_m, age_to_m; /* NONE = the group's */
    int32_t price;                /* minor units; NONE */
    int8_t price_unit;
    int8_t care;            /* CARE_UNKNOWN: matches no care filter */
    uint32_t slots_version; /* how often its slots were replaced; given by the store */
};

enum hours_owner { HOURS_OF_FACILITY, HOURS_OF_OFFER };

/* Open from open_min to close_min (minutes after local midnight, close up to 2880) on the weekdays
 * of the mask. An offer with any row of its own ignores its facility's. */
enum {
    HOURS_MONDAY = 1 << 0, /* … HOURS_MONDAY << 6 is Sunday */
    HOURS_ALL_WEEK = 0x7F,
    HOURS_HOLIDAYS = 1 << 7 /* also on public holidays; without it, closed on them */
};
struct hours_record {
    int64_t owner; /* key of the facility or the offer */
    uint8_t owner_kind;
    uint8_t weekdays;
    int16_t open_min, close_min;
};

/* One interval of an exceptional day; a day closed altogether has one row with open_min NONE16. */
enum { NONE16 = INT16_MIN };
struct hours_exception_record {
    int64_t owner;
    uint8_t owner_kind;
    day_t day;
    int16_t open_min, close_min;
};

/* Hourly and drop-in: an interval of a day with its places. left = max(0, places - taken). */
struct slot_record {
    int64_t offer; /* key */
    day_t day;
    int16_t from_min, to_min; /* to_min up to 2880 */
    int32_t places, taken;
    moment_t as_of;
};

/* A facility with all that belongs to it: what an import row becomes and history_put() takes. */
struct facility_bundle {
    struct facility_record facility;
    struct group_record *groups;
    struct places_record
        *places; /* beside groups: places[i] of groups[i]; as_of TIME_NONE = none */
    uint32_t group_count;
    struct offer_record *offers;
    uint32_t *offer_groups; /* beside offers: which of `groups` */
    uint32_t offer_count;
    /* owner of these: 0 = the facility (owner_kind FACILITY), else number in `offers` */
    struct hours_record *hours;
    uint32_t hours_count;
    struct hours_exception_record *exceptions;
    uint32_t exception_count;
    struct slot_record *slots; /* .offer = number in `offers` */
    uint32_t slot_count;
    bool hours_known;    /* false: the source says nothing of hours, what is stored stays */
    bool slots_known;    /* likewise for slots */
    struct arena *arena; /* where ids that history_put() finds or makes are kept; NULL: they are not
                            handed back */
};

/* Lower case letters, digits and hyphens, 1 to 64 of them. */
bool record_id_is_valid(const char *id);

#endif
