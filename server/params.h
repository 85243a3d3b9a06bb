/*
 * The only parser of user input: query strings, JSON bodies and the command line's filters go
 * through one table per route, which is also what the OpenAPI document is made from.
 *
 * Stage one is generic: each argument must be known, given once, not empty, and a value of its type
 * within its bounds. Stage two (params_nearby() and its like) checks what belongs together and makes
 * a typed struct with its units fixed. Every error names the parameter, the value and the bound.
 */
#ifndef SERVER_PARAMS_H
#define SERVER_PARAMS_H

#include "data/nearby.h"
#include "geo/isochrone.h"
#include "server/cursor.h"
#include "server/request.h"

/* What a value is, and where param_value keeps it. */
enum parameter_type {
    PARAMETER_DECIMAL,  /* decimal[0], within minimum and maximum */
    PARAMETER_INTEGER,  /* integer, likewise */
    PARAMETER_INTEGERS, /* a comma list of 1 to 4 of them, each once: decimal[0 … integer - 1] */
    PARAMETER_FLAG,     /* true or false: integer 1 or 0 */
    PARAMETER_TRUE,     /* only true: integer 1 */
    PARAMETER_CODE,     /* one of codes: integer = its place in the list */
    PARAMETER_CODES,    /* a comma list of them: integer = a bit per place */
    PARAMETER_MONTH,    /* YYYY-MM: integer = year * 12 + month - 1 */
    PARAMETER_TIME,     /* HH:MM, 00:00 to the minute `maximum`: integer = minutes */
    PARAMETER_DAY,      /* mon … sun: integer 0..6; or a date: is_date, integer = day_t */
    PARAMETER_DATE,     /* YYYY-MM-DD: integer = day_t */
    PARAMETER_BOX,      /* west,south,east,north: decimal[0..3] */
    PARAMETER_NAME,     /* [a-z0-9-]{1,64}: text */
    PARAMETER_TEXT,     /* 1 to maximum characters, not all of them spaces: text */
    PARAMETER_CURSOR    /* text; decoded in stage two */
};

struct parameter {
    const char *name;
    enum parameter_type type;
    bool required;
    double minimum, maximum;  /* DECIMAL, INTEGER, INTEGERS: inclusive; TIME, TEXT: the most */
    const char *const *codes; /* CODE, CODES: NULL ends the list */
    const char *default_text; /* what holds when it is not given; NULL = nothing */
    const char *doc;          /* one sentence or two, for the OpenAPI document */
    const char *example;      /* likewise */
};

/* One argument as a person gave it: decoded, NUL-terminated. */
struct argument {
    const char *name;
    const char *value;
    size_t value_length;
};

/*
 * Stage one. request->route and request->arena are set; request->values and parameters_hash are
 * filled. Texts live in the arena. INVALID with the parameter named; LIMIT, MEMORY.
 */
enum status MUST_CHECK params_read_query(struct request *request, const char *query, size_t length,
                                         struct error *error);
enum status MUST_CHECK params_read_body(struct request *request, const char *body, size_t length,
                                        struct error *error);
enum status MUST_CHECK params_read_arguments(struct request *request,
                                             const struct argument *arguments, uint32_t count,
                                             struct error *error);

/* Stage two, for GET and POST /v1/nearby. */
enum status MUST_CHECK params_nearby(const struct request *request, struct nearby_query *query,
                                     struct error *error);
extern const struct parameter params_nearby_table[];
extern const uint32_t params_nearby_count;

/* GET and POST /v1/isochrone. */
struct isochrone_query {
    struct geo_point from;  /* WGS 84 */
    enum coordsys coordsys; /* of the answer */
    uint32_t profile;       /* number of the built-in one */
    enum reach_direction direction;
    uint32_t minutes[ISOCHRONE_MAX_CONTOURS]; /* descending */
    uint32_t count;
};
void params_isochrone(const struct request *request, struct isochrone_query *query);
extern const struct parameter params_isochrone_table[];
extern const uint32_t params_isochrone_count;

/* GET and POST /v1/suggest. */
extern const struct parameter params_suggest_table[];
extern const uint32_t params_suggest_count;

/* GET /v1/coverage and /v1/coverage/{community}, which has no format. */
enum coverage_format { COVERAGE_JSON, COVERAGE_GEOJSON, COVERAGE_CSV };
struct coverage_query {
    const char *region; /* NULL = not given; in the request's arena */
    uint32_t minutes;
    uint32_t profile; /* number of the built-in one */
    uint32_t age;     /* of coverage_age_codes */
    bool inclusive, geometry;
    day_t as_of; /* DAY_NONE = of now */
    enum coordsys coordsys;
    enum coverage_format format;
};
void params_coverage(const struct request *request, struct coverage_query *query);
extern const struct parameter params_coverage_table[];
extern const uint32_t params_coverage_count, params_coverage_community_count;

/* GET /v1/tiles/base/{z}/{x}/{y}.mvt. The path: whole numbers in plain digits, x and y from 0 to
 * 2^z - 1. INVALID, naming which; NOT_FOUND for a zoom that has no tiles. */
struct tile_id; /* geo/tile.h */
enum status MUST_CHECK params_tile(const struct request *request, struct tile_id *id,
                                   struct error *error);
extern const struct parameter params_tile_table[];
extern const uint32_t params_tile_count;

/* Codes that several tables share, ended by NULL. */
extern const char *const params_coordsys_codes[];
extern const char *const params_profile_codes[]; /* in the order of enum PROFILE_… */
#define PARAMS_COORDSYS_DOC                                                               \
    "The system of all coordinates, in and out: wgs84 (GPS), gcj02 or bd09 (Chinese map " \
    "services)."                                                                          \
    " It is never guessed."

/* GET /v1/facilities. */
enum { FACILITIES_MAX_LIMIT = 1000 };
struct facilities_query {
    enum coordsys coordsys; /* of bbox and of the answer */
    bool has_box;
    struct geo_box box; /* in coordsys; crosses the antimeridian where west > east */
    const char *region; /* NULL = not given; in the request's arena */
    uint32_t limit;
    bool has_after; /* a cursor: ids after this one, bytewise */
    char after_id[ID_MAX_BYTES + 1];
};
enum status MUST_CHECK params_facilities(const struct request *request,
                                         struct facilities_query *query, struct error *error);
extern const struct parameter params_facilities_table[];
extern const uint32_t params_facilities_count;

/* Paths that take coordsys alone (GET /v1/facilities/{id}). */
enum coordsys params_coordsys(const struct request *request);
extern const struct parameter params_coordsys_table[];
extern const uint32_t params_coordsys_count;

/* The cursor of the next page of this question. */
void params_next_cursor(const struct request *request, const struct cursor *last,
                        char text[CURSOR_MAX_BYTES]);

/*
 * A value as an error may show it: at most 40 bytes of it, control characters and bytes that are
 * not UTF-8 as \xNN, "…" where it was cut.
 */
enum { PARAMS_SHOWN_BYTES = 200 };
void params_show(const char *value, size_t length, char shown[PARAMS_SHOWN_BYTES]);

#endif
