/*
 * Coverage as the owner of a store sees it at a terminal: exact counts, as a table to read, a CSV for
 * spreadsheets, GeoJSON for a GIS, JSON for programs. What the public may see is
 * coverage_public.h's business.
 */
#ifndef SERVER_COVERAGE_VIEW_H
#define SERVER_COVERAGE_VIEW_H

#include "data/coverage_run.h"
#include "data/dataset.h"
#include "server/json.h"

#include <stdio.h>

/* What of a run is shown. */
struct coverage_view {
    const struct dataset *dataset; /* outlines, titles, notice */
    const struct coverage_run *run;
    uint32_t age;          /* enum coverage_age */
    uint8_t cares;         /* bit per care type; at least one */
    const char *community; /* code: it alone; NULL = all, and the region */
};

/* Of the age that is shown: does at least community_share of its people have such care (enum
 * coverage_level)? False unless its state is known. */
bool coverage_view_is(const struct coverage_view *view, const struct coverage_entry *entry,
                      uint32_t care, uint32_t level);
/* Of the age that is shown: neither located in it nor reachable for it. Where nobody is known to live
 * nothing is missing, and nothing may be said: see its state. */
bool coverage_view_is_missing(const struct coverage_view *view, const struct coverage_entry *entry,
                              uint32_t care);

void coverage_view_table(const struct coverage_view *view, FILE *out);
/* UTF-8 with a byte order mark, CRLF; the region's line last; shares 0..1; unknown is empty. */
void coverage_view_csv(const struct coverage_view *view, FILE *out);
/* A FeatureCollection in WGS 84: a feature a community, with the CSV's columns as properties. */
void coverage_view_geojson(const struct coverage_view *view, struct json *out);
/* {"run":{…},"region":{…},"communities":[…]} */
void coverage_view_json(const struct coverage_view *view, struct json *out);

#endif
