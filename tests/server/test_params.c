#include "server/params.h"

#include "server/router.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* 2025-11-24T00:00:00Z */
#define NOW INT64_C(1763942400)

static struct arena arena;

/* The query of /v1/nearby, through both stages; the error of whichever failed. */
static enum status nearby(const char *url_query, const char *body, struct nearby_query *query,
                          struct error *error)
{
    static struct request request;
    char url[4096];
    snprintf(url, sizeof url, "/v1/nearby%s%s", url_query ? "?" : "", url_query ? url_query : "");
    arena_release(&arena);
    arena_init(&arena, REQUEST_ARENA_BYTES);
    memset(error, 0, sizeof *error);
    enum status status =
        request_make(body ? METHOD_POST : METHOD_GET, url, body, NOW, &arena, &request, error);
    return status ? status : params_nearby(&request, query, error);
}

static void check_refused(const char *tail, const char *parameter)
{
    struct nearby_query query;
    struct error error;
    char url[4096];
    snprintf(url, sizeof url, "lon=120.2&lat=30.2&%s", tail);
    enum status status = nearby(url, NULL, &query, &error);
    if (status != STATUS_INVALID || strcmp(error.parameter, parameter) != 0)
        test_fail(__FILE__, __LINE__, "%s: status %d, parameter '%s' (expected '%s'): %s", tail,
                  (int)status, error.parameter, parameter, error.message);
}

TEST(params_fill_every_field_of_a_nearby_query)
{
    struct nearby_query q;
    struct error error;
    REQUIRE_OK(nearby("lon=120.2104&lat=30.2071&by=line&within_m=2000&care=hourly,drop_in"
                      "&born=2025-03&start=2026-02&open=true&inclusive=true&demonstration=true"
                      "&kind=nursery,home&ownership=private&max_price=4000&price_unit=hour"
                      "&day=sat&from=22:00&to=06:30&limit=7&relax=true&profile=adult",
                      NULL, &q, &error),
               &error);
    CHECK_NEAR(q.from.lon, 120.2104, 0);
    CHECK_NEAR(q.from.lat, 30.2071, 0);
    CHECK_INT(q.by, NEARBY_LINE);
    CHECK_NEAR(q.within_m, 2000, 0);
    CHECK_INT(q.within_minutes, NONE);
    CHECK_INT(q.profile, 2);
    CHECK_INT(q.cares, 1 << CARE_HOURLY | 1 << CARE_DROP_IN);
    CHECK_INT(q.kinds, 1 << KIND_NURSERY | 1 << KIND_HOME);
    CHECK_INT(q.ownerships, 1 << OWNERSHIP_PRIVATE);
    CHECK_INT(q.age_months, NONE);
    CHECK_INT(q.born_month, 2025 * 12 + 2);
    CHECK_INT(q.start_month, 2026 * 12 + 1);
    CHECK(q.open && q.inclusive && q.demonstration && q.relax);
    CHECK_INT(q.max_price, 4000);
    CHECK_INT(q.price_unit, PRICE_UNIT_HOUR);
    CHECK_INT(q.day_kind, NEARBY_WEEKDAY);
    CHECK_INT(q.weekday, 5);
    CHECK_INT(q.from_min, 22 * 60);
    CHECK_INT(q.to_min, 24 * 60 + 6 * 60 + 30);
    CHECK_INT(q.limit, 7);
    CHECK(!q.has_after);
}

TEST(params_have_the_defaults_of_the_table)
{
    struct nearby_query q;
    struct error error;
    REQUIRE_OK(nearby("lon=-0&lat=%2B1e1", NULL, &q, &error), &error);
    CHECK_INT(q.by, NEARBY_UNSET);
    CHECK(isinf(q.within_m));
    CHECK_INT(q.coordsys, COORDSYS_WGS84);
    CHECK_INT(q.limit, 20);
    CHECK_INT(q.cares, 0);
    CHECK(!q.open && !q.inclusive && !q.relax);
    CHECK_INT(q.max_price, NONE);
    CHECK_INT(q.price_unit, PRICE_UNIT_UNKNOWN);
    CHECK_INT(q.day_kind, NEARBY_ANY_DAY);
}

TEST(params_of_a_body_are_those_of_a_query)
{
    struct nearby_query a, b;
    struct error error;
    REQUIRE_OK(nearby("lon=120.2104&lat=30.2071&care=hourly,full_day&open=true&within_m=500"
                      "&day=2026-05-01&from=09:00&to=24:00&limit=3&age_months=18",
                      NULL, &a, &error),
               &error);
    REQUIRE_OK(nearby(NULL,
                      "{\"lon\":120.2104,\"lat\":30.2071,\"care\":[\"hourly\",\"full_day\"],"
                      "\"open\":true,\"within_m\":500,\"day\":\"2026-05-01\",\"from\":\"09:00\","
                      "\"to\":\"24:00\",\"limit\":3,\"age_months\":18}",
                      &b, &error),
               &error);
    CHECK(memcmp(&a, &b, sizeof a) == 0);
}

TEST(params_that_are_not_as_they_must_be_are_named)
{
    static const struct {
        const char *tail, *parameter;
    } cases[] = {
        {"lat=30.2", "lat"},
        {"limit=0", "limit"},
        {"limit=101", "limit"},
        {"limit=1.5", "limit"},
        {"limit=", "limit"},
        {"limit", "limit"},
        {"limit=99999999999999999999", "limit"},
        {"within_m=0", "within_m"},
        {"within_m=100001", "within_m"},
        {"within_m=0x10", "within_m"},
        {"within_m=-5", "within_m"},
        {"within_minutes=61", "within_minutes"},
        {"coordsys=WGS84", "coordsys"},
        {"by=fly", "by"},
        {"profile=dog", "profile"},
        {"care=hourly,", "care"},
        {"care=,hourly", "care"},
        {"care=all", "care"},
        {"age_months=217", "age_months"},
        {"age_months=-1", "age_months"},
        {"born=2025-13", "born"},
        {"born=2025", "born"},
        {"born=1999-01", "born"},
        {"born=2027-01", "born"},
        {"start=x", "start"},
        {"open=yes", "open"},
        {"open=1", "open"},
        {"inclusive=false", "inclusive"},
        {"demonstration=false", "demonstration"},
        {"kind=castle", "kind"},
        {"ownership=mine", "ownership"},
        {"max_price=-1&price_unit=hour", "max_price"},
        {"max_price=5&price_unit=week", "price_unit"},
        {"day=2026-02-30&from=08:00&to=09:00", "day"},
        {"day=someday&from=08:00&to=09:00", "day"},
        {"day=mon&from=24:00&to=09:00", "from"},
        {"day=mon&from=8:00&to=09:00", "from"},
        {"day=mon&from=08:00&to=24:01", "to"},
        {"relax=maybe", "relax"},
        {"cursor=abc", "cursor"},
        {"nonsense=1", "nonsense"},
        {"Lon=1", "Lon"},
        {"limit=%zz", "limit"},
        {"limit=1%", "limit"},
        {"limit=1%0", "limit"},
        {"kind=%FF%FE", "kind"},
        {"kind=%00", "kind"},
        {"lon=121", "lon"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_refused(cases[i].tail, cases[i].parameter);
}

TEST(params_ask_whether_latitude_and_longitude_were_exchanged)
{
    struct nearby_query query;
    struct error error;
    CHECK_INT(nearby("lon=30.2&lat=120.1", NULL, &query, &error), STATUS_INVALID);
    CHECK_TEXT(error.parameter, "lat");
    CHECK_CONTAINS(error.message, "from -90 to 90; did you mean lon=120.1, lat=30.2?");
    CHECK_INT(nearby("lat=120.1&lon=30.2", NULL, &query, &error), STATUS_INVALID);
    CHECK_CONTAINS(error.message, "did you mean lon=120.1?");
    CHECK_INT(nearby(NULL, "{\"lon\":30.25,\"lat\":120.5}", &query, &error), STATUS_INVALID);
    CHECK_CONTAINS(error.message, "did you mean lon=120.5, lat=30.25?");
    static const char *const others[] = {"lon=120.1&lat=95", "lon=30.2&lat=190", "lon=30.2&lat=x",
                                         "lon=200&lat=30"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        CHECK_INT(nearby(others[i], NULL, &query, &error), STATUS_INVALID);
        CHECK(!strstr(error.message, "did you mean"));
    }
}

TEST(params_that_do_not_go_together_are_named)
{
    static const struct {
        const char *tail, *parameter;
    } cases[] = {
        {"by=line&within_minutes=5", "within_minutes"},
        {"by=walk&within_m=5", "within_m"},
        {"within_minutes=5&within_m=5", "within_m"},
        {"age_months=5&born=2025-01", "age_months"},
        {"born=2025-06&start=2025-05", "born"},
        {"born=1990-06&start=2025-05", "born"},
        {"max_price=5", "price_unit"},
        {"price_unit=hour", "max_price"},
        {"day=mon", "from"},
        {"day=mon&from=08:00", "to"},
        {"day=mon&to=08:00", "from"},
        {"from=08:00&to=09:00", "day"},
        {"from=08:00", "day"},
        {"to=08:00", "day"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_refused(cases[i].tail, cases[i].parameter);
}

TEST(params_refuse_numbers_that_only_computers_write)
{
    static const char *const values[] = {
        "NaN", "nan",          "inf", "Infinity",     "-inf",        "0x1p3",
        "1,5", "1e999",        "--1", "1.2.3",        " 1",          "1 ",
        "181", "-180.0000001", "",    "%31%30%30%30", "\xEF\xBC\x91"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char url[200];
        struct nearby_query query;
        struct error error;
        snprintf(url, sizeof url, "lat=30&lon=%s", values[i]);
        if (nearby(url, NULL, &query, &error) != STATUS_INVALID ||
            strcmp(error.parameter, "lon") != 0)
            test_fail(__FILE__, __LINE__, "lon=%s was taken: %s", values[i], error.message);
    }
}

TEST(params_of_a_broken_body_are_refused_with_a_sentence)
{
    static const struct {
        const char *body, *parameter;
    } cases[] = {
        {"", ""},
        {"[]", ""},
        {"5", ""},
        {"{\"lon\":1,\"lat\":2", ""},
        {"{\"lon\":1,\"lon\":1,\"lat\":2}", ""},
        {"{\"lon\":1,\"lat\":2}x", ""},
        {"{\"lon\":[[[[[[[[[[1]]]]]]]]]],\"lat\":2}", ""},
        {"{\"lon\":[1],\"lat\":2}", "lon"},
        {"{\"lon\":null,\"lat\":2}", "lon"},
        {"{\"lon\":{},\"lat\":2}", "lon"},
        {"{\"lon\":1e999,\"lat\":2}", ""},
        {"{\"lon\":NaN,\"lat\":2}", ""},
        {"{\"lon\":true,\"lat\":2}", "lon"},
        {"{\"lon\":1,\"lat\":2,\"care\":[]}", "care"},
        {"{\"lon\":1,\"lat\":2,\"care\":[\"hourly,drop_in\"]}", "care"},
        {"{\"lon\":1,\"lat\":2,\"care\":[null]}", "care"},
        {"{\"lon\":1,\"lat\":2,\"limit\":2.5}", "limit"},
        {"{\"lon\":1,\"lat\":2,\"limit\":1e30}", "limit"},
        {"{\"lon\":1,\"lat\":2,\"open\":1}", "open"},
        {"{\"lon\":1,\"lat\":2,\"\":1}", ""},
        {"{\"lon\":1,\"lat\":2,\"kind\":\"a\\u0000b\"}", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nearby_query query;
        struct error error;
        enum status status = nearby(NULL, cases[i].body, &query, &error);
        if (status != STATUS_INVALID || strcmp(error.parameter, cases[i].parameter) != 0 ||
            !error.message[0])
            test_fail(__FILE__, __LINE__, "%s: status %d, parameter '%s': %s", cases[i].body,
                      (int)status, error.parameter, error.message);
    }
}

TEST(params_errors_show_strangers_bytes_shortened_and_escaped)
{
    char shown[PARAMS_SHOWN_BYTES];
    char letters[300];
    memset(letters, 'x', sizeof letters);
    params_show(letters, sizeof letters, shown);
    CHECK_INT(strlen(shown), 43);
    params_show("a\xFF\n\x7F", 4, shown);
    CHECK_TEXT(shown, "a\\xFF\\x0A\\x7F");
    memset(letters, '\x01', sizeof letters);
    params_show(letters, sizeof letters, shown);
    CHECK_INT(strlen(shown), 40 * 4 + 3);
    params_show("托育托育托育托育托育托育托育托育", 48, shown);
    CHECK_TEXT(shown, "托育托育托育托育托育托育托…");
}

TEST(params_hash_is_of_the_question_not_of_its_writing)
{
    static struct request a, b;
    struct error error;
    arena_init(&arena, REQUEST_ARENA_BYTES);
    REQUIRE_OK(request_make(METHOD_GET, "/v1/nearby?lon=1.50&lat=2&care=hourly,drop_in", NULL, NOW,
                            &arena, &a, &error),
               &error);
    REQUIRE_OK(request_make(METHOD_GET, "/v1/nearby?care=drop_in%2Chourly&lat=2.0&lon=1.5&limit=20",
                            NULL, NOW, &arena, &b, &error),
               &error);
    CHECK(a.parameters_hash == b.parameters_hash);
    REQUIRE_OK(request_make(METHOD_GET, "/v1/nearby?lon=1.5&lat=2&care=hourly", NULL, NOW, &arena,
                            &b, &error),
               &error);
    CHECK(a.parameters_hash != b.parameters_hash);
    arena_release(&arena);
}

TEST(params_next_cursor_is_taken_with_the_same_question_only)
{
    static struct request first;
    struct error error;
    struct nearby_query query;
    char text[CURSOR_MAX_BYTES], walked[CURSOR_MAX_BYTES], url[600];
    arena_init(&arena, REQUEST_ARENA_BYTES);
    REQUIRE_OK(request_make(METHOD_GET, "/v1/nearby?lon=1.5&lat=2&limit=5", NULL, NOW, &arena,
                            &first, &error),
               &error);
    struct cursor last = {.distance_m = 1234.5678, .id = "bj-0007"};
    params_next_cursor(&first, &last, text);
    snprintf(url, sizeof url, "lon=1.5&lat=2&limit=5&cursor=%s", text);
    REQUIRE_OK(nearby(url, NULL, &query, &error), &error);
    CHECK(query.has_after);
    CHECK_NEAR(query.after_distance_m, 1234.5678, 0);
    CHECK_INT(query.after_by, NEARBY_LINE);
    CHECK_TEXT(query.after_id, "bj-0007");
    struct cursor on_foot = {.by_walk = true, .walk_mm = 498123, .id = "bj-0007"};
    params_next_cursor(&first, &on_foot, walked);
    snprintf(url, sizeof url, "lon=1.5&lat=2&limit=5&cursor=%s", walked);
    REQUIRE_OK(nearby(url, NULL, &query, &error), &error);
    CHECK_INT(query.after_by, NEARBY_WALK);
    CHECK_INT(query.after_walk_mm, 498123);
    snprintf(url, sizeof url, "lon=1.5&lat=2&limit=6&cursor=%s", text);
    CHECK_INT(nearby(url, NULL, &query, &error), STATUS_INVALID);
    CHECK_TEXT(error.parameter, "cursor");
}

TEST(params_coordsys_moves_the_point)
{
    struct nearby_query query;
    struct error error;
    struct geo_point wgs84 = {120.2104, 30.2071};
    struct geo_point bd09 = crs_from_wgs84(COORDSYS_BD09, wgs84);
    char url[200];
    snprintf(url, sizeof url, "coordsys=bd09&lon=%.9f&lat=%.9f", bd09.lon, bd09.lat);
    REQUIRE_OK(nearby(url, NULL, &query, &error), &error);
    CHECK_INT(query.coordsys, COORDSYS_BD09);
    CHECK_NEAR(query.from.lon, wgs84.lon, 2e-9);
    CHECK_NEAR(query.from.lat, wgs84.lat, 2e-9);
}

TEST(params_facilities_read_a_box)
{
    static struct request request;
    struct facilities_query query;
    struct error error;
    arena_init(&arena, REQUEST_ARENA_BYTES);
    REQUIRE_OK(request_make(METHOD_GET, "/v1/facilities?bbox=170,-10.5,-170,20&region=fiji&limit=9",
                            NULL, NOW, &arena, &request, &error),
               &error);
    REQUIRE_OK(params_facilities(&request, &query, &error), &error);
    CHECK(query.has_box);
    CHECK_NEAR(query.box.west, 170, 0);
    CHECK_NEAR(query.box.south, -10.5, 0);
    CHECK_NEAR(query.box.east, -170, 0);
    CHECK_TEXT(query.region, "fiji");
    CHECK_INT(query.limit, 9);
    static const char *const bad[] = {"1,2,3",     "1,2,3,4,5", "1,9,3,4",   "1,2,3,91",
                                      "181,2,3,4", "a,b,c,d",   "1,2,3,NaN", ",,,"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char url[200];
        snprintf(url, sizeof url, "/v1/facilities?bbox=%s", bad[i]);
        CHECK_INT(request_make(METHOD_GET, url, NULL, NOW, &arena, &request, &error),
                  STATUS_INVALID);
        CHECK_TEXT(error.parameter, "bbox");
    }
    arena_release(&arena);
}

static enum status isochrone(const char *minutes, struct isochrone_query *query,
                             struct error *error)
{
    static struct request request;
    char url[200];
    arena_init(&arena, REQUEST_ARENA_BYTES);
    snprintf(url, sizeof url, "/v1/isochrone?lon=1.5&lat=2%s%s", minutes ? "&minutes=" : "",
             minutes ? minutes : "");
    enum status status = request_make(METHOD_GET, url, NULL, NOW, &arena, &request, error);
    if (!status)
        params_isochrone(&request, query);
    arena_release(&arena);
    return status;
}

TEST(params_isochrone_puts_one_to_four_minutes_in_descending_order)
{
    struct isochrone_query query;
    struct error error;
    REQUIRE_OK(isochrone("7,60,1,15", &query, &error), &error);
    CHECK_INT(query.count, 4);
    CHECK(query.minutes[0] == 60 && query.minutes[1] == 15 && query.minutes[2] == 7 &&
          query.minutes[3] == 1);
    REQUIRE_OK(isochrone(NULL, &query, &error), &error);
    CHECK(query.count == 3 && query.minutes[0] == 15 && query.minutes[2] == 5);
    CHECK_INT(query.profile, PROFILE_STROLLER);
    CHECK_INT(query.direction, REACH_FROM);
    static const char *const wrong[] = {"0", "61", "5,5", "1,2,3,4,5", ",5", "5,", "a", "5.0"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CHECK_INT(isochrone(wrong[i], &query, &error), STATUS_INVALID);
        CHECK_TEXT(error.parameter, "minutes");
    }
}
