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
    CHECK_NEAR(region.standard_per_1000[STANDARD_NEW], 9, 0);
    CHECK_NEAR(region.standard_per_1000[STANDARD_BUILT], 6, 0);
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
        "\"standard_per_1000\":{\"built\":4.5},"
        "\"sample\":true,\"test\":true,\"notice\":\"示例数据\",\"notice_en\":\"Sample data\","
        "\"files\":{\"streets\":\"s.json\",\"communities\":\"c.geojson\",\"register\":\"r.json\","
        "\"osm\":\"o.osm.pbf\"},"
        "\"calendar\":{\"source\":\"a notice\",\"note\":\"n\",\"known_until\":\"2026-12-31\","
        "\"holidays\":[{\"from\":\"2026-10-01\",\"to\":\"2026-10-07\",\"name\":\"国庆节\"},"
        "{\"from\":\"2026-01-01\"}],\"working_days\":[{\"day\":\"2026-10-10\",\"as\":\"wed\"}]}}";
    REQUIRE_OK(parse(json, &region, &error), &error);
    CHECK_TEXT(region.id_prefix, "tl");
    CHECK_NEAR(region.standard_per_1000[STANDARD_NEW], 9, 0);
    CHECK_NEAR(region.standard_per_1000[STANDARD_BUILT], 4.5, 0);
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
        {"{" SMALLEST ",\"standard_per_1000\":{\"new\":0}}", "'new' in 'standard_per_1000'"},
        {"{" SMALLEST ",\"standard_per_1000\":{\"old\":1}}", "unknown key 'old'"},
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

TEST(a_region_says_what_is_beneath_its_map_and_what_the_page_must_carry)
{
    struct region region;
    struct error error;
    char href[REGION_MAP_HREF_BYTES];
    REQUIRE_OK(parse("{" SMALLEST "}", &region, &error), &error);
    CHECK_INT(region.map.basemap, BASEMAP_NONE);
    CHECK(!region.map.notice[0] && !region.map.icp[0] && !region.map.privacy_contact[0]);
    region_map_police_href(&region.map, href);
    CHECK_TEXT(href, "");
    region_map_privacy_href(&region.map, href);
    CHECK_TEXT(href, "");
    region_release(&region);
    REQUIRE_OK(parse("{" SMALLEST ",\"basemap\":\"tianditu\",\"basemap_coordsys\":\"gcj02\","
                     "\"tianditu_key\":\"0123456789abcdef0123456789abcdef\","
                     "\"map_notice\":\"审图号：示例\",\"icp\":\"浙ICP备12345678号-1\","
                     "\"police\":\"浙公网安备 33010802000000号\","
                     "\"privacy_contact\":\"privacy@example.org\"}",
                     &region, &error),
               &error);
    CHECK_INT(region.map.basemap, BASEMAP_TIANDITU);
    CHECK_INT(region.map.basemap_coordsys, COORDSYS_GCJ02);
    CHECK_TEXT(region.map.tianditu_key, "0123456789abcdef0123456789abcdef");
    CHECK_TEXT(region.map.notice, "审图号：示例");
    CHECK_TEXT(region.map.icp, "浙ICP备12345678号-1");
    region_map_police_href(&region.map, href);
    CHECK_TEXT(href, "https://beian.mps.gov.cn/#/query/webSearch?code=33010802000000");
    region_map_privacy_href(&region.map, href);
    CHECK_TEXT(href, "mailto:privacy@example.org");
    region_release(&region);
    REQUIRE_OK(parse("{" SMALLEST ",\"basemap\":\"own\",\"icp\":\"浙B2-20080101\","
                     "\"privacy_contact\":\"+86 571 0000 0000\"}",
                     &region, &error),
               &error);
    CHECK_INT(region.map.basemap, BASEMAP_OWN);
    region_map_privacy_href(&region.map, href);
    CHECK_TEXT(href, "tel:+8657100000000");
    region_release(&region);
}

TEST(a_region_refuses_numbers_and_contacts_that_cannot_be)
{
    static const struct {
        const char *keys, *says;
    } cases[] = {
        {"\"basemap\":\"google\"", "none, own or tianditu"},
        {"\"basemap\":\"tianditu\"", "'tianditu_key' is missing"},
        {"\"basemap\":\"own\",\"tianditu_key\":\"0123456789abcdef\"", "it is own"},
        {"\"basemap_coordsys\":\"wgs84\"", "it is none"},
        {"\"basemap\":\"tianditu\",\"tianditu_key\":\"a&b=0123456789abcdef\"",
         "letters and digits"},
        {"\"basemap\":\"tianditu\",\"tianditu_key\":\"0123456789abcdef\",\"basemap_coordsys\":"
         "\"EPSG:4490\"",
         "wgs84, gcj02 or bd09"},
        {"\"icp\":\"ICP备12345678号\"", "浙ICP备12345678号-1"},
        {"\"icp\":\"浙ICP备12345678\"", "浙ICP备12345678号-1"},
        {"\"icp\":\"浙ICP备12345678号-\"", "浙ICP备12345678号-1"},
        {"\"icp\":\"浙ICP备12345678号 \"", "浙ICP备12345678号-1"},
        {"\"police\":\"浙公网安备123号\"", "浙公网安备33010802000000号"},
        {"\"police\":\"33010802000000\"", "浙公网安备33010802000000号"},
        {"\"privacy_contact\":\"javascript:alert(1)\"", "an e-mail address"},
        {"\"privacy_contact\":\"https://x.org/\\\"onclick\"", "an e-mail address"},
        {"\"privacy_contact\":\"http://x.org\"", "an e-mail address"},
        {"\"privacy_contact\":\"a@b\"", "an e-mail address"},
        {"\"map_notice\":5", "must be a text"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct region region;
        struct error error;
        char json[512];
        snprintf(json, sizeof json, "{" SMALLEST ",%s}", cases[i].keys);
        if (!CHECK_INT(parse(json, &region, &error), STATUS_INVALID))
            test_fail(__FILE__, __LINE__, "for %s", cases[i].keys);
        CHECK_CONTAINS(error.message, cases[i].says);
        region_release(&region);
    }
}
