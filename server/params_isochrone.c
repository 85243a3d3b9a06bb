/* Parameters of /v1/isochrone. */
#include "server/params.h"

static const char *const direction_codes[] = {"from", "to", NULL}; /* enum reach_direction */

enum { LON, LAT, MINUTES, PROFILE, DIRECTION, COORDSYS, ISOCHRONE_PARAMETERS };

const struct parameter params_isochrone_table[] = {
    [LON] = {"lon", PARAMETER_DECIMAL, .required = true, .minimum = -180, .maximum = 180,
             .doc = "Longitude of the point, degrees.", .example = "120.2104"},
    [LAT] = {"lat", PARAMETER_DECIMAL, .required = true, .minimum = -90, .maximum = 90,
             .doc = "Latitude of the point, degrees.", .example = "30.2071"},
    [MINUTES] = {"minutes", PARAMETER_INTEGERS, .minimum = 1, .maximum = NEARBY_MAX_MINUTES,
                 .default_text = "5,10,15",
                 .doc = "Minutes of walking, inclusive: one contour each, at most four.",
                 .example = "5,10,15"},
    [PROFILE] = {"profile", PARAMETER_CODE, .codes = params_profile_codes,
                 .default_text = "stroller", .doc = "How the family walks.", .example = "toddler"},
    [DIRECTION] = {"direction", PARAMETER_CODE, .codes = direction_codes, .default_text = "from",
                   .doc = "from: where one can get to from the point; to: from where one can get to"
                          " it.",
                   .example = "to"},
    [COORDSYS] = {"coordsys", PARAMETER_CODE, .codes = params_coordsys_codes,
                  .default_text = "wgs84", .doc = PARAMS_COORDSYS_DOC, .example = "gcj02"},
};
const uint32_t params_isochrone_count = ISOCHRONE_PARAMETERS;

void params_isochrone(const struct request *request, struct isochrone_query *query)
{
    const struct param_value *values = request->values;
    *query = (struct isochrone_query){.coordsys = (enum coordsys)values[COORDSYS].integer,
                                      .profile = (uint32_t)values[PROFILE].integer,
                                      .direction = (enum reach_direction)values[DIRECTION].integer};
    query->from = crs_to_wgs84(query->coordsys,
                               (struct geo_point){values[LON].decimal[0], values[LAT].decimal[0]});
    for (int64_t i = 0; i < values[MINUTES].integer; i++) {
        uint32_t minutes = (uint32_t)values[MINUTES].decimal[i], place = query->count++;
        for (; place > 0 && query->minutes[place - 1] < minutes; place--)
            query->minutes[place] = query->minutes[place - 1];
        query->minutes[place] = minutes;
    }
}
