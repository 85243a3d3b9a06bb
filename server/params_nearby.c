/* Stage two: what belongs together. Units are fixed here and nowhere later. */
#include "server/params.h"

#include <math.h>
#include <stdio.h>

#define CODE_OF(name, code) code,
static const char *const care_codes[] = {CARE_LIST(CODE_OF) NULL};
static const char *const kind_codes[] = {KIND_LIST(CODE_OF) NULL};
static const char *const ownership_codes[] = {OWNERSHIP_LIST(CODE_OF) NULL};
static const char *const price_unit_codes[] = {PRICE_UNIT_LIST(CODE_OF) NULL};
const char *const params_coordsys_codes[] = {COORDSYS_LIST(CODE_OF) NULL};
static const char *const by_codes[] = {"walk", "line", NULL}; /* enum nearby_by, from 1 */
const char *const params_profile_codes[] = {"stroller", "toddler", "adult", NULL};

enum { MAX_AGE_MONTHS = 216, MAX_MONTHS_UNBORN = 12 };

/* The places of the table below. */
enum {
    LON,
    LAT,
    COORDSYS,
    BY,
    WITHIN_MINUTES,
    WITHIN_M,
    PROFILE,
    CARE,
    AGE_MONTHS,
    BORN,
    START,
    OPEN,
    INCLUSIVE,
    DEMONSTRATION,
    KIND,
    OWNERSHIP,
    MAX_PRICE,
    PRICE_UNIT,
    DAY,
    FROM,
    TO,
    LIMIT,
    RELAX,
    CURSOR,
    NEARBY_PARAMETERS
};

const struct parameter params_nearby_table[] = {
    [LON] = {"lon", PARAMETER_DECIMAL, .required = true, .minimum = -180, .maximum = 180,
             .doc = "Longitude of the point to search from, degrees.", .example = "120.2104"},
    [LAT] = {"lat", PARAMETER_DECIMAL, .required = true, .minimum = -90, .maximum = 90,
             .doc = "Latitude of the point to search from, degrees.", .example = "30.2071"},
    [COORDSYS] = {"coordsys", PARAMETER_CODE, .codes = params_coordsys_codes,
                  .default_text = "wgs84", .doc = PARAMS_COORDSYS_DOC, .example = "gcj02"},
    [BY] = {"by", PARAMETER_CODE, .codes = by_codes,
            .doc =
                "walk: order by walking time on the pedestrian network; line: by geodesic metres."
                " Default: walk where a network covers the point, else line; the answer says"
                " which.",
            .example = "walk"},
    [WITHIN_MINUTES] = {"within_minutes", PARAMETER_INTEGER, .minimum = 1, .maximum = 60,
                        .doc =
                            "Walking minutes, inclusive; only with by=walk, where it is 30 unless"
                            " given.",
                        .example = "15"},
    [WITHIN_M] = {"within_m", PARAMETER_INTEGER, .minimum = 1, .maximum = 100000,
                  .doc = "Metres, inclusive; only with by=line, which it means when given alone.",
                  .example = "2000"},
    [PROFILE] = {"profile", PARAMETER_CODE, .codes = params_profile_codes,
                 .default_text = "stroller", .doc = "How the family walks.", .example = "toddler"},
    [CARE] = {"care", PARAMETER_CODES, .codes = care_codes,
              .doc = "Care types, any of: full_day 全日托, half_day 半日托, hourly 计时托,"
                     " drop_in 临时托.",
              .example = "hourly,drop_in"},
    [AGE_MONTHS] = {"age_months", PARAMETER_INTEGER, .minimum = 0, .maximum = MAX_AGE_MONTHS,
                    .doc = "The child's age in months when it starts. Not with born.",
                    .example = "18"},
    [BORN] = {"born", PARAMETER_MONTH,
              .doc = "The child's month of birth; its age is counted at start, or now. Not with"
                     " age_months. A child not yet born is allowed.",
              .example = "2025-03"},
    [START] = {"start", PARAMETER_MONTH, .doc = "The month in which the child is to start.",
               .example = "2026-02"},
    [OPEN] = {"open", PARAMETER_FLAG, .default_text = "false",
              .doc =
                  "true: only facilities where an offer that itself matches has an open place, by"
                  " numbers that are fresh.",
              .example = "true"},
    [INCLUSIVE] = {"inclusive", PARAMETER_TRUE,
                   .doc = "true: only inclusive-price facilities 普惠.", .example = "true"},
    [DEMONSTRATION] = {"demonstration", PARAMETER_TRUE,
                       .doc = "true: only demonstration facilities 示范.", .example = "true"},
    [KIND] = {"kind", PARAMETER_CODES, .codes = kind_codes, .doc = "Kinds of facility, any of.",
              .example = "nursery,community"},
    [OWNERSHIP] = {"ownership", PARAMETER_CODES, .codes = ownership_codes,
                   .doc = "Ownerships, any of.", .example = "public,public_private_run"},
    [MAX_PRICE] = {"max_price", PARAMETER_INTEGER, .minimum = 0, .maximum = INT32_MAX,
                   .doc = "The highest price, in minor units of the region's currency (fen), per"
                          " price_unit, which it needs.",
                   .example = "5000"},
    [PRICE_UNIT] = {"price_unit", PARAMETER_CODE, .codes = price_unit_codes,
                    .doc = "What max_price is for. Prices in other units do not match.",
                    .example = "hour"},
    [DAY] = {"day", PARAMETER_DAY,
             .doc = "A weekday of the regular week (mon … sun) or a date; with from and to.",
             .example = "sat"},
    [FROM] = {"from", PARAMETER_TIME, .maximum = 1439,
              .doc = "Local time from which care is needed; with day and to.", .example = "09:00"},
    [TO] = {"to", PARAMETER_TIME, .maximum = 1440,
            .doc = "Local time until which care is needed; not later than from means the next day.",
            .example = "12:30"},
    [LIMIT] = {"limit", PARAMETER_INTEGER, .minimum = 1, .maximum = NEARBY_MAX_LIMIT,
               .default_text = "20", .doc = "Facilities a page.", .example = "10"},
    [RELAX] = {"relax", PARAMETER_FLAG, .default_text = "false",
               .doc = "true: also say, for each filter, how many would match without it.",
               .example = "true"},
    [CURSOR] = {"cursor", PARAMETER_CURSOR,
                .doc = "From the next link of the page before; with the same other parameters."},
};
const uint32_t params_nearby_count = NEARBY_PARAMETERS;

static enum status refuse_pair(const char *parameter, const char *sentence, struct error *error)
{
    return error_set_parameter(error, STATUS_INVALID, parameter, "%s", sentence);
}

/* The integer of a value, or NONE. */
static int32_t integer_or_none(const struct param_value *value)
{
    return value->set ? (int32_t)value->integer : NONE;
}

static enum status read_distance(const struct param_value *values, struct nearby_query *query,
                                 struct error *error)
{
    bool minutes = values[WITHIN_MINUTES].given, metres = values[WITHIN_M].given;
    query->by = values[BY].given ? (enum nearby_by)(values[BY].integer + 1) : NEARBY_UNSET;
    if (minutes && metres)
        return refuse_pair("within_m",
                           "within_m is not allowed beside within_minutes: one is for by=line, "
                           "the other for by=walk",
                           error);
    if (minutes && query->by == NEARBY_LINE)
        return refuse_pair("within_minutes",
                           "within_minutes is not allowed with by=line; use within_m", error);
    if (metres && query->by == NEARBY_WALK)
        return refuse_pair("within_m", "within_m is not allowed with by=walk; use within_minutes",
                           error);
    if (metres)
        query->by = NEARBY_LINE;
    query->within_m = metres ? (double)values[WITHIN_M].integer : INFINITY;
    query->within_minutes = integer_or_none(&values[WITHIN_MINUTES]);
    query->profile = (int32_t)values[PROFILE].integer;
    return STATUS_OK;
}

/* Ages are months between months. `now` is known here only as UTC, the region's month may be one
 * ahead or behind: without start the bounds give that much. */
static enum status read_age(const struct request *request, struct nearby_query *query,
                            struct error *error)
{
    const struct param_value *values = request->values;
    query->age_months = integer_or_none(&values[AGE_MONTHS]);
    query->born_month = integer_or_none(&values[BORN]);
    query->start_month = integer_or_none(&values[START]);
    if (values[AGE_MONTHS].given && values[BORN].given)
        return refuse_pair("age_months", "age_months is not allowed beside born; give one of them",
                           error);
    if (query->born_month == NONE)
        return STATUS_OK;
    bool has_start = query->start_month != NONE;
    int32_t at = has_start ? query->start_month : day_month((day_t)(request->now / 86400));
    int32_t age = at - query->born_month, leeway = has_start ? 0 : 1;
    if (has_start && age < 0)
        return refuse_pair("born", "born is later than start; a child starts after it is born",
                           error);
    if (age < -MAX_MONTHS_UNBORN - leeway)
        return error_set_parameter(error, STATUS_INVALID, "born",
                                   "born is more than %d months ahead", MAX_MONTHS_UNBORN);
    if (age > MAX_AGE_MONTHS + leeway)
        return error_set_parameter(error, STATUS_INVALID, "born",
                                   "born gives an age of more than %d months", MAX_AGE_MONTHS);
    return STATUS_OK;
}

static enum status read_price(const struct param_value *values, struct nearby_query *query,
                              struct error *error)
{
    if (values[MAX_PRICE].given && !values[PRICE_UNIT].given)
        return refuse_pair("price_unit", "price_unit is missing; max_price needs it", error);
    if (values[PRICE_UNIT].given && !values[MAX_PRICE].given)
        return refuse_pair("max_price", "max_price is missing; price_unit needs it", error);
    query->max_price = integer_or_none(&values[MAX_PRICE]);
    query->price_unit =
        values[PRICE_UNIT].given ? (int8_t)values[PRICE_UNIT].integer : PRICE_UNIT_UNKNOWN;
    return STATUS_OK;
}

static enum status read_when(const struct param_value *values, struct nearby_query *query,
                             struct error *error)
{
    static const struct {
        int place;
        const char *name;
    } trio[] = {{DAY, "day"}, {FROM, "from"}, {TO, "to"}};
    query->day_kind = NEARBY_ANY_DAY;
    query->date = DAY_NONE;
    int given = values[DAY].given + values[FROM].given + values[TO].given;
    if (given == 0)
        return STATUS_OK;
    for (int i = 0; i < 3; i++)
        if (!values[trio[i].place].given)
            return error_set_parameter(error, STATUS_INVALID, trio[i].name,
                                       "%s is missing; day, from and to are given together",
                                       trio[i].name);
    int64_t from = values[FROM].integer, to = values[TO].integer;
    query->from_min = (int16_t)from;
    query->to_min = (int16_t)(to <= from ? to + 1440 : to);
    query->day_kind = values[DAY].is_date ? NEARBY_DATE : NEARBY_WEEKDAY;
    if (values[DAY].is_date)
        query->date = (day_t)values[DAY].integer;
    else
        query->weekday = (uint8_t)values[DAY].integer;
    return STATUS_OK;
}

static enum status read_cursor(const struct request *request, const struct param_value *value,
                               struct cursor *cursor, struct error *error)
{
    *cursor = (struct cursor){0};
    if (!value->given)
        return STATUS_OK;
    return cursor_decode(value->text, strlen(value->text), request->parameters_hash, cursor, error);
}

void params_next_cursor(const struct request *request, const struct cursor *last,
                        char text[CURSOR_MAX_BYTES])
{
    struct cursor cursor = *last;
    cursor.parameters_hash = request->parameters_hash;
    cursor_encode(&cursor, text);
}

static enum status read_page(const struct request *request, struct nearby_query *query,
                             struct error *error)
{
    struct cursor cursor;
    enum status status = read_cursor(request, &request->values[CURSOR], &cursor, error);
    query->limit = (uint32_t)request->values[LIMIT].integer;
    query->has_after = !status && request->values[CURSOR].given;
    query->after_by = cursor.by_walk ? NEARBY_WALK : NEARBY_LINE;
    query->after_distance_m = cursor.distance_m;
    query->after_walk_mm = cursor.walk_mm;
    memcpy(query->after_id, cursor.id, sizeof query->after_id);
    return status;
}

enum status params_nearby(const struct request *request, struct nearby_query *query,
                          struct error *error)
{
    const struct param_value *values = request->values;
    memset(query, 0, sizeof *query);
    query->coordsys = (enum coordsys)values[COORDSYS].integer;
    query->from = crs_to_wgs84(query->coordsys,
                               (struct geo_point){values[LON].decimal[0], values[LAT].decimal[0]});
    query->cares = (uint8_t)values[CARE].integer;
    query->kinds = (uint8_t)values[KIND].integer;
    query->ownerships = (uint8_t)values[OWNERSHIP].integer;
    query->open = values[OPEN].integer == 1;
    query->inclusive = values[INCLUSIVE].given;
    query->demonstration = values[DEMONSTRATION].given;
    query->relax = values[RELAX].integer == 1;
    enum status status = read_distance(values, query, error);
    if (!status)
        status = read_age(request, query, error);
    if (!status)
        status = read_price(values, query, error);
    if (!status)
        status = read_when(values, query, error);
    if (!status)
        status = read_page(request, query, error);
    return status;
}

/* GET /v1/facilities and the paths below it. */
enum { F_BBOX, F_REGION, F_COORDSYS, F_LIMIT, F_CURSOR, FACILITIES_PARAMETERS };

const struct parameter params_facilities_table[] = {
    [F_BBOX] = {"bbox", PARAMETER_BOX,
                .doc =
                    "west,south,east,north in degrees of coordsys; west greater than east crosses"
                    " the antimeridian.",
                .example = "120.15,30.15,120.25,30.25"},
    [F_REGION] = {"region", PARAMETER_NAME, .doc = "Only facilities of this region.",
                  .example = "binjiang"},
    [F_COORDSYS] = {"coordsys", PARAMETER_CODE, .codes = params_coordsys_codes,
                    .default_text = "wgs84", .doc = PARAMS_COORDSYS_DOC, .example = "gcj02"},
    [F_LIMIT] = {"limit", PARAMETER_INTEGER, .minimum = 1, .maximum = FACILITIES_MAX_LIMIT,
                 .default_text = "100", .doc = "Facilities a page.", .example = "500"},
    [F_CURSOR] = {"cursor", PARAMETER_CURSOR,
                  .doc = "From the next link of the page before; with the same other parameters."},
};
const uint32_t params_facilities_count = FACILITIES_PARAMETERS;

enum status params_facilities(const struct request *request, struct facilities_query *query,
                              struct error *error)
{
    const struct param_value *values = request->values;
    memset(query, 0, sizeof *query);
    query->coordsys = (enum coordsys)values[F_COORDSYS].integer;
    query->has_box = values[F_BBOX].given;
    if (query->has_box) {
        const double *box = values[F_BBOX].decimal;
        query->box = (struct geo_box){box[0], box[1], box[2], box[3]};
    }
    query->region = values[F_REGION].text;
    query->limit = (uint32_t)values[F_LIMIT].integer;
    struct cursor cursor;
    enum status status = read_cursor(request, &values[F_CURSOR], &cursor, error);
    query->has_after = !status && values[F_CURSOR].given;
    memcpy(query->after_id, cursor.id, sizeof query->after_id);
    return status;
}

const struct parameter params_coordsys_table[] = {
    {"coordsys", PARAMETER_CODE, .codes = params_coordsys_codes, .default_text = "wgs84",
     .doc = PARAMS_COORDSYS_DOC, .example = "gcj02"},
};
const uint32_t params_coordsys_count = 1;

enum coordsys params_coordsys(const struct request *request)
{
    return (enum coordsys)request_value(request, "coordsys")->integer;
}
