/* Parameters of /v1/coverage and /v1/coverage/{community}. */
#include "server/params.h"

#include "server/coverage_public.h"
#include "server/router.h"

static const char *const format_codes[] = {"json", "geojson", "csv", NULL};

enum {
    REGION,
    MINUTES,
    PROFILE,
    AGE,
    INCLUSIVE,
    GEOMETRY,
    COORDSYS,
    AS_OF,
    COMMUNITY_PARAMETERS, /* below /v1/coverage/{community} there is one form */
    FORMAT = COMMUNITY_PARAMETERS,
    COVERAGE_PARAMETERS
};

const struct parameter params_coverage_table[] = {
    [REGION] = {"region", PARAMETER_NAME,
                .doc = "Whose communities; needed where several regions are loaded.",
                .example = "binjiang"},
    [MINUTES] = {"minutes", PARAMETER_INTEGER, .minimum = 1, .maximum = NEARBY_MAX_MINUTES,
                 .default_text = "15",
                 .doc =
                     "Within so many minutes on foot, inclusive. Minutes and profiles other than"
                     " the usual are computed when they are asked for, and only so many: a server"
                     " that is at its bound answers 503.",
                 .example = "10"},
    [PROFILE] = {"profile", PARAMETER_CODE, .codes = params_profile_codes,
                 .default_text = "stroller", .doc = "How the family walks.", .example = "toddler"},
    [AGE] = {"age", PARAMETER_CODE, .codes = coverage_age_codes, .default_text = "any",
             .doc = "Offers for children of this age, in months.", .example = "12-24"},
    [INCLUSIVE] = {"inclusive", PARAMETER_TRUE, .doc = "Of inclusive-price facilities alone.",
                   .example = "true"},
    [GEOMETRY] = {"geometry", PARAMETER_TRUE,
                  .doc = "With the outline of every community, a GeoJSON geometry in its member"
                         " geometry.",
                  .example = "true"},
    [COORDSYS] = {"coordsys", PARAMETER_CODE, .codes = params_coordsys_codes,
                  .default_text = "wgs84", .doc = PARAMS_COORDSYS_DOC, .example = "gcj02"},
    [AS_OF] = {"as_of", PARAMETER_DATE,
               .doc = "What was kept of that local day, or of the last day before it of which a run"
                      " with these minutes, profile and facilities is kept: one is after every"
                      " import and every day for the defaults. Without it, what is so now.",
               .example = "2026-11-01"},
    [FORMAT] = {"format", PARAMETER_CODE, .codes = format_codes, .default_text = "json",
                .doc = "What is shown, to be taken along: geojson, a FeatureCollection with flat"
                       " properties, or csv, one line a community and the region's last; both come"
                       " as a file to save.",
                .example = "csv"},
};
const uint32_t params_coverage_count = COVERAGE_PARAMETERS;
const uint32_t params_coverage_community_count = COMMUNITY_PARAMETERS;

void params_coverage(const struct request *request, struct coverage_query *query)
{
    const struct param_value *values = request->values;
    bool has_format = route_parameter_count(request->route) > FORMAT;
    *query = (struct coverage_query){.region = values[REGION].text,
                                     .minutes = (uint32_t)values[MINUTES].integer,
                                     .profile = (uint32_t)values[PROFILE].integer,
                                     .age = (uint32_t)values[AGE].integer,
                                     .inclusive = values[INCLUSIVE].integer == 1,
                                     .geometry = values[GEOMETRY].integer == 1,
                                     .as_of = values[AS_OF].given ? (day_t)values[AS_OF].integer
                                                                  : DAY_NONE,
                                     .coordsys = (enum coordsys)values[COORDSYS].integer};
    if (has_format)
        query->format = (enum coverage_format)values[FORMAT].integer;
}
