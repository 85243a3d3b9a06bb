/*
 * Answers of /v1/coverage: JSON as API.md draws it, GeoJSON and CSV for whoever takes what is shown
 * into a GIS or a spreadsheet. All three show what coverage_public() lets be seen.
 */
#ifndef SERVER_JSON_COVERAGE_H
#define SERVER_JSON_COVERAGE_H

#include "data/reaching.h"
#include "geo/crs.h"
#include "server/coverage_public.h"
#include "server/request.h"

/* A run, and what of it was asked for. */
struct coverage_answer {
    const struct coverage_run *run;
    uint32_t age;       /* enum coverage_age */
    const char *notice; /* of a sample: that it is invented; NULL */
    /* The dataset's outlines beside the run's communities, GeoJSON in WGS 84, NULL = has none; NULL =
     * they were not asked for. */
    const char *const *outlines;
    enum coordsys coordsys; /* of the outlines in the answer */
    /* What reaches the one community that was asked for; NULL = not known of this run's moment. */
    const struct reaching_list *reaching;
    const struct dataset *dataset; /* whose facilities `reaching` numbers */
};

/* {"run":…,"region":…,"communities":[…],"links":[…]}. CORRUPT, MEMORY: an outline that must be bent
 * into another system than WGS 84. */
enum status MUST_CHECK json_coverage(struct json *out, const struct request *request,
                                     const struct coverage_answer *answer, struct error *error);
/* {"run":…,"community":{…},"facilities":[…],"links":[…]} */
enum status MUST_CHECK json_coverage_of(struct json *out, const struct request *request,
                                        const struct coverage_answer *answer, uint32_t community,
                                        struct error *error);
/* A FeatureCollection, one feature a community (outlines must be given), with flat properties named
 * as the CSV's columns. */
enum status MUST_CHECK geojson_coverage(struct json *out, const struct request *request,
                                        const struct coverage_answer *answer, struct error *error);
/* One line a community, the region's last; UTF-8 with a byte order mark, as spreadsheets want it.
 * What is unknown is empty; people below ten are <10. */
void csv_coverage(struct json *out, const struct coverage_answer *answer);

#endif
