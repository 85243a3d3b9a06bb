#include "data/sample_register.h"

#include "data/geojson_geometry.h"
#include "data/sample.h"

#include "tests/test.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "data/regions/binjiang/"

static struct region read_region(void)
{
    struct region region;
    struct error error;
    size_t length;
    char *json = test_read_file(FOLDER "region.json", &length);
    REQUIRE_OK(region_parse(json, length, &region, &error), &error);
    free(json);
    return region;
}

static struct sample_register *parse(const char *json)
{
    struct sample_register *sample;
    struct error error;
    REQUIRE_OK(sample_register_parse(json, strlen(json), &sample, &error), &error);
    return sample;
}

static moment_t moment_of(const char *text)
{
    moment_t moment = 0;
    REQUIRE(moment_parse(text, strlen(text), &moment) == STATUS_OK);
    return moment;
}

#define NOW "2026-11-25T03:10:07Z" /* a Wednesday, 11:10 in Shanghai */

/* The sample region ------------------------------------------------------------------------------ */

static int64_t sum_of(const json_t *features, const char *street, const char *key)
{
    int64_t sum = 0;
    for (size_t i = 0; i < json_array_size(features); i++) {
        const json_t *p = json_object_get(json_array_get(features, i), "properties");
        if (strcmp(json_string_value(json_object_get(p, "street")), street) == 0)
            sum += json_integer_value(json_object_get(p, key));
    }
    return sum;
}

TEST(the_sample_shares_each_streets_census_out_exactly)
{
    json_t *communities = json_load_file(FOLDER "communities.geojson", 0, NULL);
    json_t *streets = json_load_file(FOLDER "streets.json", 0, NULL);
    const json_t *features = json_object_get(communities, "features");
    CHECK_INT(json_array_size(features), 67);
    static const struct {
        const char *code;
        int residents, children; /* the census of 2020-11-01; three fifths of its 0-4-year-olds */
    } census[] = {{"330108001000", 143318, 5304},
                  {"330108002000", 168276, 5515},
                  {"330108003000", 192265, 5981}};
    for (int i = 0; i < 3; i++) {
        const json_t *street = json_array_get(json_object_get(streets, "streets"), (size_t)i);
        CHECK_TEXT(json_string_value(json_object_get(street, "code")), census[i].code);
        CHECK_INT(json_integer_value(json_object_get(street, "residents")), census[i].residents);
        CHECK_INT(sum_of(features, census[i].code, "residents"), census[i].residents);
        CHECK_INT(sum_of(features, census[i].code, "children"), census[i].children);
    }
    json_decref(communities);
    json_decref(streets);
}

/* The outlines, in the order of their codes. */
static uint32_t read_outlines(struct arena *arena, json_t *communities,
                              struct geo_polygon *polygons)
{
    const json_t *features = json_object_get(communities, "features");
    for (size_t i = 0; i < json_array_size(features); i++) {
        const json_t *geometry = json_object_get(json_array_get(features, i), "geometry");
        char *text = json_dumps(geometry, 0);
        struct error error;
        REQUIRE_OK(geojson_polygon_parse(text, strlen(text), arena, &polygons[i], &error), &error);
        free(text);
    }
    return (uint32_t)json_array_size(features);
}

TEST(the_samples_outlines_tile_the_district_and_hold_their_facilities)
{
    struct arena arena;
    arena_init(&arena, 16 << 20);
    json_t *communities = json_load_file(FOLDER "communities.geojson", 0, NULL);
    struct geo_polygon polygons[67];
    REQUIRE(json_array_size(json_object_get(communities, "features")) == 67);
    uint32_t count = read_outlines(&arena, communities, polygons);
    /* No point lies in two; within the band along the river every point lies in one. */
    struct test_random random = test_random();
    for (int i = 0; i < 20000; i++) {
        struct geo_point at = {120.12 + test_random_unit(&random) * 0.112,
                               30.139 + test_random_unit(&random) * 0.101};
        int inside = 0;
        for (uint32_t c = 0; c < count; c++)
            inside += geo_polygon_contains(&polygons[c], at);
        double along = (at.lon - 120.154) * 0.065 + (at.lat - 30.185) * 0.031;
        double across = (at.lon - 120.154) * 0.031 - (at.lat - 30.185) * 0.065;
        bool on_axis = along > 0 && along < 0.0050 && across > 0 && across < 0.0010;
        REQUIRE(inside <= 1 && (inside == 1 || !on_axis));
    }
    /* The second way to each facility's community: the point in its polygon. */
    struct region region = read_region();
    char *json = test_read_file(FOLDER "facilities.json", NULL);
    struct sample_register *sample = parse(json);
    int with_point = 0;
    for (uint32_t i = 0; i < sample_register_count(sample); i++) {
        struct sample_facility f;
        struct error error;
        REQUIRE_OK(sample_register_facility(sample, i, &region, moment_of(NOW), &arena, &f, &error),
                   &error);
        if (f.bundle.facility.lon_e7 == NONE)
            continue;
        with_point++;
        struct geo_point at = geo_point_from_e7(f.bundle.facility.lon_e7, f.bundle.facility.lat_e7);
        CHECK(geo_box_contains(region.bounds, at));
        for (uint32_t c = 0; c < count; c++) {
            const json_t *feature = json_array_get(json_object_get(communities, "features"), c);
            const json_t *p = json_object_get(feature, "properties");
            const char *code = json_string_value(json_object_get(p, "code"));
            CHECK_INT(geo_polygon_contains(&polygons[c], at),
                      strcmp(code, f.bundle.facility.community) == 0);
        }
    }
    CHECK(with_point >= 68);
    sample_register_release(sample);
    region_release(&region);
    json_decref(communities);
    arena_release(&arena);
    free(json);
}

/* What occurs among the sample's facilities. */
struct occurs {
    int kinds[KIND_COUNT], states[STATE_COUNT], cares[CARE_COUNT + 1], fresh, stale, unknown, never;
    int overnight, exceptions, slots, staff_only, shared, off_map, unknown_inclusive;
};

static void look_at(const struct sample_facility *f, moment_t now, struct occurs *o)
{
    const struct facility_bundle *b = &f->bundle;
    CHECK(strstr(b->facility.name, "（示例）") && !b->facility.phone);
    CHECK_TEXT(b->facility.source, SAMPLE_SOURCE);
    o->kinds[b->facility.kind]++;
    o->states[f->event_count ? f->events[f->event_count - 1].state : b->facility.state]++;
    o->off_map += b->facility.lon_e7 == NONE;
    o->unknown_inclusive += b->facility.inclusive == UNKNOWN;
    for (uint32_t i = 0; i < b->group_count; i++) {
        bool never = b->places[i].as_of == TIME_NONE;
        moment_t age = never ? 0 : now - b->places[i].as_of;
        o->never += never;
        o->fresh += !never && age <= 14 * 86400;
        o->stale += !never && age > 14 * 86400 && age <= 60 * 86400;
        o->unknown += !never && age > 60 * 86400;
        o->staff_only += b->groups[i].admission == ADMISSION_STAFF_ONLY;
        if (b->facility.kind == KIND_HOME)
            CHECK(b->groups[i].licensed <= 5);
        if (!never && b->places[i].held != NONE)
            CHECK(b->places[i].enrolled + b->places[i].held <= b->groups[i].licensed);
    }
    for (uint32_t i = 0; i < b->offer_count; i++) {
        o->cares[b->offers[i].care + 1]++;
        for (uint32_t k = 0; k < i; k++)
            o->shared += b->offer_groups[k] == b->offer_groups[i];
    }
    for (uint32_t i = 0; i < b->hours_count; i++)
        o->overnight += b->hours[i].close_min > 1440;
    o->exceptions += (int)b->exception_count;
    o->slots += (int)b->slot_count;
}

TEST(the_sample_has_every_kind_state_and_care_and_all_ages_of_numbers)
{
    struct region region = read_region();
    CHECK(region.sample);
    CHECK_CONTAINS(region.notice, "示例数据");
    char *json = test_read_file(FOLDER "facilities.json", NULL);
    struct sample_register *sample = parse(json);
    CHECK_INT(sample_register_count(sample), 72);
    struct occurs o = {0};
    struct arena arena;
    arena_init(&arena, 16 << 20);
    for (uint32_t i = 0; i < sample_register_count(sample); i++) {
        struct sample_facility f;
        struct error error;
        REQUIRE_OK(sample_register_facility(sample, i, &region, moment_of(NOW), &arena, &f, &error),
                   &error);
        look_at(&f, moment_of(NOW), &o);
    }
    for (int i = 0; i < KIND_COUNT; i++)
        CHECK(o.kinds[i] > 0);
    for (int i = 0; i < STATE_COUNT; i++)
        CHECK(o.states[i] > 0);
    for (int i = 0; i <= CARE_COUNT; i++)
        CHECK(o.cares[i] > 0); /* the first is the unknown care type */
    CHECK(o.fresh > 20 && o.stale > 5 && o.unknown > 5 && o.never > 0);
    CHECK(o.overnight > 0 && o.exceptions > 5 && o.slots > 100 && o.staff_only > 0 &&
          o.shared > 20);
    CHECK(o.off_map == 1 && o.unknown_inclusive == 1);
    arena_release(&arena);
    sample_register_release(sample);
    region_release(&region);
    free(json);
}

/* The format ------------------------------------------------------------------------------------- */

#define HEAD                                                                                    \
    "{\"version\":1,\"notice\":\"示例数据\",\"facilities\":[{\"id\":\"S1\",\"name\":\"x\"," \
    "\"kind\":\"nursery\",\"state\":\"filed\",\"valid_from\":\"2024-05-01\","
#define GROUP(rest) "\"groups\":[{\"id\":\"g1\",\"admission\":\"public\"" rest "}],"
#define OFFER(rest) "\"offers\":[{\"id\":\"f1\",\"group\":\"g1\"" rest "}]}]}"

static enum status first_facility(const char *json, const char *now, struct arena *arena,
                                  struct sample_facility *facility, struct error *error)
{
    struct region region = read_region();
    struct sample_register *sample = parse(json);
    enum status status =
        sample_register_facility(sample, 0, &region, moment_of(now), arena, facility, error);
    sample_register_release(sample); /* texts are gone; numbers stay */
    region_release(&region);
    return status;
}

TEST(ages_become_moments_and_days_of_the_region)
{
    const char *json = HEAD
        "\"hours\":[{\"days\":\"mon tue wed thu fri\",\"open\":\"08:00\",\"close\":\"26:30\"}],"
        "\"exceptions\":[{\"in_days\":1},{\"in_days\":8,\"open\":\"09:00\",\"close\":\"24:00\"}]"
        "," GROUP(",\"ages\":[12,24],\"licensed\":9,\"numbers\":{\"age_days\":1.5,\"enrolled\":3,"
                  "\"next_open\":2,\"next_open_in_days\":10}")
            OFFER(",\"care\":\"hourly\",\"slots\":{\"age_days\":0.25,\"intervals\":[{\"from\":\"09:"
                  "00\","
                  "\"to\":\"11:00\",\"places\":4,\"taken\":[1,2,3,4,0,1]}]}");
    struct arena arena;
    struct sample_facility f;
    struct error error;
    arena_init(&arena, 1 << 20);
    REQUIRE_OK(first_facility(json, "2026-11-24T17:30:59Z", &arena, &f, &error), &error);
    day_t today = day_from_civil(2026, 11, 25); /* in Shanghai */
    CHECK_INT(f.valid_from, day_from_civil(2024, 5, 1));
    CHECK_INT(f.bundle.facility.inclusive, UNKNOWN);
    CHECK_INT(f.bundle.facility.lon_e7, NONE);
    const struct places_record *p = f.bundle.places;
    CHECK_INT(p->as_of, moment_of("2026-11-23T05:30:00Z"));
    CHECK(p->enrolled == 3 && p->staffed == NONE && p->held == NONE && p->next_open == 2);
    CHECK_INT(p->next_open_from, today + 10);
    CHECK_INT(p->open_until, DAY_NONE);
    CHECK_INT(f.bundle.hours[0].close_min, 26 * 60 + 30);
    CHECK_INT(f.bundle.exceptions[0].day, today + 1);
    CHECK_INT(f.bundle.exceptions[0].open_min, NONE16);
    CHECK_INT(f.bundle.exceptions[1].close_min, 1440);
    /* Closed tomorrow, and on Saturday and Sunday: Wednesday, Friday and Monday are left. */
    REQUIRE(f.bundle.slot_count == 3);
    CHECK_INT(f.bundle.slots[0].day, today);
    CHECK_INT(f.bundle.slots[1].day, today + 2);
    CHECK_INT(f.bundle.slots[1].taken, 3);
    CHECK_INT(f.bundle.slots[2].day, today + 5);
    CHECK_INT(f.bundle.slots[0].as_of, moment_of("2026-11-24T11:30:00Z"));
    CHECK(f.bundle.hours_known && f.bundle.slots_known);
    arena_release(&arena);
}

TEST(a_sample_register_refuses_what_it_does_not_know)
{
    static const struct {
        const char *json, *says;
    } cases[] = {
        {HEAD "\"colour\":1," GROUP("") OFFER(""), "unknown key 'colour'"},
        {HEAD GROUP(",\"ages\":[24,12]") OFFER(""), "0 <= from < to"},
        {HEAD GROUP(",\"licensed\":-1") OFFER(""), "'licensed' of group g1 of facility S1"},
        {HEAD GROUP(",\"numbers\":{\"enrolled\":1}") OFFER(""), "lacks the key 'age_days'"},
        {HEAD GROUP("") OFFER(",\"care\":\"weekly\""), "full_day, half_day"},
        {HEAD GROUP("") "\"offers\":[{\"id\":\"f1\",\"group\":\"g9\"}]}]}", "'g9'"},
        {HEAD "\"point\":[120.1]," GROUP("") OFFER(""), "[longitude, latitude]"},
        {HEAD "\"point\":[120.1,95]," GROUP("") OFFER(""), "[longitude, latitude]"},
        {HEAD "\"hours\":[{\"days\":\"mon,tue\",\"open\":\"08:00\",\"close\":\"18:00\"}]," GROUP("")
             OFFER(""),
         "space between"},
        {HEAD "\"hours\":[{\"days\":\"mon\",\"open\":\"08:00\",\"close\":\"48:01\"}]," GROUP("")
             OFFER(""),
         "48:00"},
        {HEAD "\"hours\":[{\"days\":\"mon\",\"open\":\"18:00\",\"close\":\"08:00\"}]," GROUP("")
             OFFER(""),
         "close before they open"},
        {HEAD "\"exceptions\":[{\"in_days\":4},{\"in_days\":2}]," GROUP("") OFFER(""), "ascending"},
        {HEAD "\"then\":[{\"on\":\"2024-04-01\",\"state\":\"closed\"}]," GROUP("") OFFER(""),
         "after valid_from"},
        {HEAD GROUP("")
             OFFER(",\"slots\":{\"age_days\":0,\"intervals\":[{\"from\":\"09:00\",\"to\":"
                   "\"10:00\",\"places\":2,\"taken\":[-1]}]}"),
         "'taken'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena;
        struct sample_facility facility;
        struct error error = {0};
        arena_init(&arena, 1 << 20);
        if (!CHECK_INT(first_facility(cases[i].json, NOW, &arena, &facility, &error),
                       STATUS_INVALID))
            test_fail(__FILE__, __LINE__, "for %s", cases[i].json);
        CHECK_CONTAINS(error.message, cases[i].says);
        arena_release(&arena);
    }
    struct sample_register *sample;
    struct error error = {0};
    const char *later = "{\"version\":2,\"notice\":\"x\",\"facilities\":[]}";
    CHECK_INT(sample_register_parse(later, strlen(later), &sample, &error), STATUS_INVALID);
    CHECK_CONTAINS(error.message, "'version'");
    CHECK(!sample);
}
