/*
 * A region: what region.json says. Several may be loaded; whatever speaks of "the region" takes
 * region= and defaults to the only one.
 */
#ifndef DATA_REGION_H
#define DATA_REGION_H

#include "data/calendar.h"
#include "data/region_map.h"
#include "geo/geometry.h"

/* How old numbers may be, in seconds, per care type: up to fresh_s fresh, up to stale_s stale, then
 * unknown. An age equal to the bound is inside it. */
struct freshness_bounds {
    int32_t fresh_s, stale_s;
};

struct region {
    char name[65]; /* [a-z0-9-]{1,64} */
    char title[128], title_en[128];
    char id_prefix[17]; /* new public ids of facilities are PREFIX-0001, … */
    char currency[4];   /* ISO 4217 */
    char language[16];  /* BCP 47 */
    struct calendar calendar;
    struct geo_box bounds;
    struct freshness_bounds freshness[CARE_COUNT];
    double community_share;                   /* 0..1 */
    double standard_per_1000[STANDARD_COUNT]; /* places that 1,000 residents need */
    bool sample;                              /* invented data: said wherever they appear */
    bool test;                                /* accepts --now too */
    char notice[256], notice_en[256];         /* "示例数据 …"; empty where none */
    struct region_map map;
    /* files beside region.json that `init` loads; empty where none */
    char communities_file[128], streets_file[128], register_file[128];
    char osm_file[128];       /* the streets to walk on */
    char residents_file[128]; /* where people live, as `import residents` reads it, in WGS 84 */
};

/*
 * Parse the JSON text of a region.json. Unknown keys are refused by name, as is every value out of
 * its range; defaults are DOMAIN.md's (freshness 14/60 and 2/7 days, community_share 0.9).
 * The region is yours: region_release(). Keys: region.c draws them.
 */
enum status MUST_CHECK region_parse(const char *json, size_t length, struct region *region,
                                    struct error *error);
void region_release(struct region *region); /* safe on {0} and safe twice */

#endif
