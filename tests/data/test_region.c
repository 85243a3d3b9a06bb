#include "data/region.h"

#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum status parse(const char *json, struct region *region, struct error *error)
{
    *error = (struct error){0};
    return region_parse(json, strlen(json), region, error);
}

#define SMALLEST                                                                                 \
    "\"name\":\"testland\",\"title\":\"试验区\",\"timezone\":\"Asia/Shanghai\",\"currency\":" \
    "\"CNY\",\"bounds\":[120.1,30.1,120.3,30.3]"

TEST(a_region_of_the_needed_keys_has_the_defaults_of_the_domain)
{
    struct region region;
    struct error error;
    REQUIRE_OK(parse("{" SMALLEST "}", &region, &error), &error);
    CHECK_TEXT(region.name, "testland");
    CHECK_TEXT(region.title_en, "试验区");
    CHECK_TEXT(region.id_prefix, "testland");
    CHECK_TEXT(region.language, "en");
    CHECK_TEXT(region.calendar.zone_name, "Asia/Shanghai");
    CHECK_INT(region.freshness[CARE_FULL_DAY].fresh_s, 14 * 86400);
    CHECK_INT(region.freshness[CARE_HALF_DAY].stale_s, 60 * 86400);
    CHECK_INT(region.freshness[CARE_HOURLY].fresh_s, 2 * 86400);
    CHECK_INT(region.freshness[CARE_DROP_IN].stale_s, 7 * 86400);
    CHECK_NEAR(region.community_share, 0.9, 0);
    CHECK(!region.sample && !region.test && !region.register_file[0]);
    CHECK_INT(region.calendar.known_until, DAY_NONE);
    CHECK_NEAR(region.bounds.east, 120.3, 0);
    region_release(&region);
    region_release(&region);
}

TEST(a_region_reads_every_key)
{
    struct region region;
    struct error error;
    const char *json =
        "{" SMALLEST ",\"title_en\":\"Testland\",\"id_prefix\":\"tl\",\"language\":\"zh-Hans\","
        "\"freshness\":{\"hourly\":{\"fresh_days\":1,\"stale_days\":3}},\"community_share\":0.8,"
        "\"sample\":true,\"test\":true,\"notice\":\"示例数据\",\"notice_en\":\"Sample data\","
        "\"files\":{\"streets\":\"s.json\",\"communities\":\"c.geojson\",\"register\":\"r.json\","
        "\"osm\":\"o.osm.pbf\"},"
        "\"calendar\":{\"source\":\"a notice\",\"note\":\"n\",\"known_until\":\"2026-12-31\","
        "\"holidays\":[{\"from\":\"2026-10-01\",\"to\":\"2026-10-07\",\"name\":\"国庆节\"},"
        "{\"from\":\"2026-01-01\"}],\"working_days\":[{\"day\":\"2026-10-10\",\"as\":\"wed\"}]}}";
    REQUIRE_OK(parse(json, &region, &error), &error);
    CHECK_TEXT(region.id_prefix, "tl");
    CHECK_INT(region.freshness[CARE_HOURLY].fresh_s, 86400);
    CHECK_INT(region.freshness[CARE_HOURLY].stale_s, 3 * 86400);
    CHECK_INT(region.freshness[CARE_DROP_IN].fresh_s, 2 * 86400);
    CHECK(region.sample && region.test);
    CHECK_TEXT(region.notice, "示例数据");
    CHECK_TEXT(region.streets_file, "s.json");
    CHECK_TEXT(region.communities_file, "c.geojson");
    CHECK_TEXT(region.register_file, "r.json");
    CHECK_TEXT(region.osm_file, "o.osm.pbf");
    CHECK_INT(region.calendar.holiday_count, 8);
    CHECK_INT(region.calendar.holidays[0], day_from_civil(2026, 1, 1));
    CHECK_INT(region.calendar.working_days[0].as_weekday, 2);
    CHECK_INT(region.calendar.known_until, day_from_civil(2026, 12, 31));
    region_release(&region);
}

TEST(a_region_refuses_what_it_does_not_know_and_says_what)
{
    static const struct {
        const char *json, *says;
    } cases[] = {
        {"", "not JSON"},
        {"[]", "must be a JSON object"},
        {"{" SMALLEST ",\"colour\":1}", "unknown key 'colour'"},
        {"{" SMALLEST ",\"name\":\"again\"}", "duplicate"},
        {"{\"title\":\"x\"}", "lacks the key 'name'"},
        {"{\"name\":\"Über\"}", "1 to 64 of a-z"},
        {"{\"name\":5}", "must be a text"},
        {"{" SMALLEST ",\"title_en\":\"a\\nb\"}", "control character"},
        {"{" SMALLEST ",\"id_prefix\":\"9x\"}", "a letter first"},
        {"{" SMALLEST ",\"id_prefix\":\"abcdefghijklmnopq\"}", "1 to 16"},
        {"{" SMALLEST ",\"language\":\"_\"}", "language tag"},
        {"{" SMALLEST ",\"community_share\":0}", "above 0"},
        {"{" SMALLEST ",\"community_share\":\"0.9\"}", "above 0"},
        {"{" SMALLEST ",\"sample\":1}", "true or false"},
        {"{" SMALLEST ",\"sample\":true}", "lacks 'notice'"},
        {"{" SMALLEST ",\"freshness\":{\"weekly\":{}}}", "unknown key 'weekly'"},
        {"{" SMALLEST ",\"freshness\":{\"hourly\":{\"fresh_days\":5,\"stale_days\":3}}}",
         "freshness of hourly"},
        {"{" SMALLEST ",\"files\":{\"register\":\"../x.json\"}}", "without folders"},
        {"{" SMALLEST ",\"files\":{\"register\":\"/etc/passwd\"}}", "without folders"},
        {"{" SMALLEST ",\"calendar\":{\"holidays\":[{\"from\":\"2026-02-30\"}]}}", "2026-02-30"},
        {"{" SMALLEST
         ",\"calendar\":{\"holidays\":[{\"from\":\"2026-10-01\",\"to\":\"2027-10-01\"}]"
         "}}",
         "31 days"},
        {"{" SMALLEST ",\"calendar\":{\"holidays\":{}}}", "must be a list"},
        {"{" SMALLEST ",\"calendar\":{\"working_days\":[{\"day\":\"2026-01-04\",\"as\":\"Fri\"}]}}",
         "'Fri'"},
        {"{" SMALLEST ",\"calendar\":{\"holidays\":[{\"from\":\"2026-01-04\"}],\"working_days\":["
         "{\"day\":\"2026-01-04\",\"as\":\"fri\"}]}}",
         "2026-01-04 twice"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct region region;
        struct error error;
        if (!CHECK_INT(parse(cases[i].json, &region, &error), STATUS_INVALID))
            test_fail(__FILE__, __LINE__, "for %s", cases[i].json);
        CHECK_CONTAINS(error.message, cases[i].says);
        region_release(&region);
    }
}

TEST(a_region_refuses_impossible_bounds_zones_and_currencies)
{
    static const char *const bounds[] = {"[120.1,30.1,120.3]",
                                         "[120.1,30.3,120.3,30.1]",
                                         "[120.1,30.1,120.1,30.3]",
                                         "[120.1,-91,120.3,30.3]",
                                         "[\"120\",30.1,120.3,30.3]",
                                         "[1e999,30.1,120.3,30.3]",
                                         "{}"};
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        char json[512];
        snprintf(json, sizeof json,
                 "{\"name\":\"x\",\"title\":\"x\",\"timezone\":\"UTC\",\"currency\":\"EUR\","
                 "\"bounds\":%s}",
                 bounds[i]);
        struct region region;
        struct error error;
        if (!CHECK_INT(parse(json, &region, &error), STATUS_INVALID))
            test_fail(__FILE__, __LINE__, "for %s", bounds[i]);
        region_release(&region);
    }
    struct region region;
    struct error error;
    CHECK_INT(parse("{\"name\":\"x\",\"title\":\"x\",\"timezone\":\"Asia/Hangzhou\","
                    "\"currency\":\"CNY\",\"bounds\":[0,0,1,1]}",
                    &region, &error),
              STATUS_INVALID);
    CHECK_CONTAINS(error.message, "Asia/Hangzhou");
    CHECK_INT(parse("{\"name\":\"x\",\"title\":\"x\",\"timezone\":\"UTC\",\"currency\":\"¥\","
                    "\"bounds\":[0,0,1,1]}",
                    &region, &error),
              STATUS_INVALID);
    CHECK_CONTAINS(error.message, "currency");
}
