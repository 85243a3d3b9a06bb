#include "data/profile_file.h"

#include "tests/test.h"

#include <string.h>

static enum status parse(const char *json, struct profile *profile, struct error *error)
{
    return profile_parse(json, strlen(json), profile, error);
}

TEST(profile_file_gives_what_it_says_and_defaults_for_the_rest)
{
    struct profile profile;
    struct error error = {0};
    REQUIRE_OK(parse("{\"speed_m_s\": 0.8}", &profile, &error), &error);
    CHECK_TEXT(profile.name, "custom");
    CHECK_NEAR(profile.speed_m_s, 0.8, 0);
    CHECK(profile_allows(&profile, STREET_STEPS) && profile.snap_counts);
    CHECK_NEAR(profile.snap_max_m, 300, 0);
    CHECK_NEAR(profile.resident_snap_max_m, 300, 0);
    CHECK_NEAR(profile.min_component_m, profile_builtin(PROFILE_STROLLER)->min_component_m, 0);
    REQUIRE_OK(parse("{\"name\": \"w-2017\", \"speed_m_s\": 1, \"steps\": false,"
                     " \"snap_counts\": false, \"snap_max_m\": 150}",
                     &profile, &error),
               &error);
    CHECK_TEXT(profile.name, "w-2017");
    CHECK(!profile_allows(&profile, STREET_STEPS) && profile_allows(&profile, STREET_ROAD));
    CHECK(!profile.snap_counts);
    CHECK_NEAR(profile.snap_max_m, 150, 0);
    CHECK_NEAR(profile.resident_snap_max_m, 150, 0); /* the one limit is for both */
}

TEST(profile_file_may_snap_facilities_and_residents_by_limits_of_their_own)
{
    struct profile profile;
    struct error error = {0};
    REQUIRE_OK(parse("{\"speed_m_s\": 1, \"snap_max_m\": 100, \"resident_snap_max_m\": 150,"
                     " \"min_component_m\": 1e9}",
                     &profile, &error),
               &error);
    CHECK_NEAR(profile.snap_max_m, 100, 0);
    CHECK_NEAR(profile.resident_snap_max_m, 150, 0);
    CHECK_NEAR(profile.min_component_m, 1e9, 0);
}

TEST(profile_file_refuses_by_name_what_it_cannot_take)
{
    static const struct {
        const char *json, *says;
    } wrong[] = {{"{}", "speed_m_s"},
                 {"{\"speed_m_s\": 0.09}", "speed_m_s"},
                 {"{\"speed_m_s\": 5.1}", "speed_m_s"},
                 {"{\"speed_m_s\": \"1\"}", "speed_m_s"},
                 {"{\"speed_m_s\": 1, \"speed\": 1}", "speed"},
                 {"{\"speed_m_s\": 1, \"steps\": 1}", "steps"},
                 {"{\"speed_m_s\": 1, \"snap_max_m\": 0.5}", "snap_max_m"},
                 {"{\"speed_m_s\": 1, \"snap_max_m\": 1001}", "snap_max_m"},
                 {"{\"speed_m_s\": 1, \"resident_snap_max_m\": 0}", "resident_snap_max_m"},
                 {"{\"speed_m_s\": 1, \"min_component_m\": -1}", "min_component_m"},
                 {"{\"speed_m_s\": 1, \"min_component_m\": 1.1e9}", "min_component_m"},
                 {"{\"speed_m_s\": 1, \"name\": \"Slow One\"}", "name"},
                 {"{\"speed_m_s\": 1, \"name\": \"more-than-sixteen\"}", "name"},
                 {"[1]", "object"},
                 {"{\"speed_m_s\": 1", "line 1"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct profile profile;
        struct error error = {0};
        CHECK_INT(parse(wrong[i].json, &profile, &error), STATUS_INVALID);
        if (!strstr(error.message, wrong[i].says))
            CHECK_TEXT(error.message, wrong[i].says);
        CHECK_TEXT(profile.name, "");
    }
}
