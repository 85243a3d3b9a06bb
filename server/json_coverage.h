/*
 * Answers of /v1/coverage: JSON as API.md draws it, GeoJSON and CSV for whoever takes what is shown
 * into a GIS or a spreadsheet. All three show what coverage_public() lets be seen.
 */
#ifndef SERVER_JSON_COVERAGE_H
#define SERVER_JSON_COVERAGE_H

#include "geo/crs.h"
#include "server/coverage_public.h"
#include "server/request.h"

/* A run, and what of it was asked for. */
struct coverage_answer {
    const char *region;
    const struct profile *profile;
    uint32_t minutes;
    uint32_t age; /* into coverage_age_codes */
    bool inclusive;
    day_t as_of;            /* DAY_NONE = now */
    bool weighs_children;   /* else residents; the same for the whole region */
    const char *spread;     /* where the figures stand: points, buildings, outlines */
    const char *notice;     /* of a sample: that it is invented; NULL */
    double community_share; /* of the region */
    moment_t dataset_at;    /* when the data that it was computed from last changed */
    moment_t computed_at;
    const struct coverage_row *communities; /* ascending by code */
    uint32_t community_count;
    struct coverage_row whole; /* of the region */
    bool geometry;             /* with outlines; JSON only: GeoJSON always has them */
    enum coordsys coordsys;    /* of the outlines */
};

/* {"run":…,"region":…,"communities":[…],"links":[…]}. Outlines in another system than WGS 84 are
 * read into the request's arena: LIMIT, CORRUPT. */
enum status MUST_CHECK json_coverage(struct json *out, const struct request *request,
                                     const struct coverage_answer *answer, struct error *error);
/* {"run":…,"community":{…},"links":[…]} */
enum status MUST_CHECK json_coverage_of(struct json *out, const struct request *request,
                                        const struct coverage_answer *answer, uint32_t community,
                                        struct error *error);
/* A FeatureCollection, one feature a community, with flat properties named as the CSV's columns. */
enum status MUST_CHECK geojson_coverage(struct json *out, const struct request *request,
                                        const struct coverage_answer *answer, struct error *error);
/* One line a community, the region's last; UTF-8 with a byte order mark, as spreadsheets want it.
 * What is unknown is empty; people below ten are <10. */
void csv_coverage(struct json *out, const struct coverage_answer *answer);

#endif
