#include "server/coverage_public.h"

#include "server/json_coverage.h"
#include "server/public_count.h"
#include "server/router.h"
#include "tests/test.h"

#include <math.h>
#include <stdlib.h>

/* A town of four communities: one with figures, one of few, one off the network, one without figures. */
enum { MANY, FEW, OFF, NOBODY, COMMUNITIES };

struct town {
    struct coverage_community figures[COMMUNITIES + 1];
    struct coverage_entry entries[COMMUNITIES];
    const char *outlines[COMMUNITIES];
    struct coverage_run run;
    struct coverage_answer answer;
};

/* What points into the town itself, also after it was copied. */
static void town_tie(struct town *town)
{
    for (int i = 0; i < COMMUNITIES; i++)
        town->entries[i].figures = &town->figures[i];
    town->run.whole.figures = &town->figures[COMMUNITIES];
    town->run.communities = town->entries;
    town->answer.run = &town->run;
    town->answer.outlines = town->outlines;
}

static struct coverage_cell cell(double served, uint32_t median_mm, uint32_t p90_mm)
{
    return (struct coverage_cell){served, median_mm, p90_mm};
}

static void fill_cells(struct coverage_community *figures)
{
    struct coverage_cell(*cells)[COVERAGE_AGES][COVERAGE_LEVELS] = figures->cells;
    for (int care = 0; care < COVERAGE_CARES; care++)
        for (int age = 0; age < COVERAGE_AGES; age++)
            for (int level = 0; level < COVERAGE_LEVELS; level++)
                cells[care][age][level] = cell(0, REACH_FAR, REACH_FAR);
    cells[CARE_FULL_DAY][0][COVERAGE_REACHABLE] = cell(271, 412300, 899999);
    cells[CARE_FULL_DAY][0][COVERAGE_OPEN] = cell(144, 500000, REACH_FAR);
    cells[CARE_HOURLY][0][COVERAGE_REACHABLE] = cell(8, 1200000, REACH_FAR);
    figures->located[coverage_bit(CARE_FULL_DAY, 0)] = 2;
}

static struct coverage_entry entry_of(int number, uint8_t state, double weight)
{
    static const char *const codes[] = {"a", "b", "c", "d", "town"};
    static const char *const names[] = {"示例甲", "=示例,乙", "示例丙", "示例丁", "示例镇"};
    return (struct coverage_entry){.code = codes[number],
                                   .name = names[number],
                                   .state = state,
                                   .residents = number == NOBODY ? NONE : 5004,
                                   .children = number == NOBODY ? NONE : (int32_t)weight,
                                   .places = 20,
                                   .places_staff_only = 5,
                                   .standard_per_1000 = 6,
                                   .access = 0.123456};
}

static void town_init(struct town *town)
{
    static const uint8_t states[] = {
        [OFF] = COVERAGE_RUN_OFF_NETWORK, [NOBODY] = COVERAGE_RUN_NO_DATA};
    static const double weights[] = {301, 9, 120, 0, 430}, off[] = {31, 0, 120, 0, 151};
    *town = (struct town){0};
    for (int i = 0; i <= COMMUNITIES; i++) {
        town->figures[i].weight = weights[i];
        town->figures[i].off_network_weight = off[i];
        if (i < COMMUNITIES)
            town->entries[i] = entry_of(i, states[i], weights[i]);
    }
    fill_cells(&town->figures[MANY]);
    town->outlines[MANY] =
        "{\"type\":\"MultiPolygon\",\"coordinates\":[[[[120.1,30.1],[120.2,30.1],[120.2,30.2],"
        "[120.1,30.1]]],[[[120.3,30.1],[120.4,30.1],[120.4,30.2],[120.3,30.1]]]]}";
    town->run = (struct coverage_run){.region = "town",
                                      .profile = *profile_builtin(PROFILE_STROLLER),
                                      .minutes = 15,
                                      .weighs_children = true,
                                      .source = RESIDENTS_IMPORTED,
                                      .has_network = true,
                                      .community_share = 0.9,
                                      .dataset_at = TIME_NONE,
                                      .community_count = COMMUNITIES,
                                      .whole = entry_of(COMMUNITIES, 0, 430)};
    town_tie(town);
}

static struct public_coverage shown_of(const struct town *town, int number)
{
    struct public_coverage shown;
    coverage_public(&town->run, &town->entries[number], 0, &shown);
    return shown;
}

TEST(coverage_in_public_is_made_of_people_by_tens)
{
    struct town town;
    town_init(&town);
    struct public_coverage shown = shown_of(&town, MANY);
    const struct public_care *care = &shown.care[CARE_FULL_DAY];
    CHECK_INT(shown.state, COVERAGE_KNOWN);
    CHECK_INT(care->located, 2);
    CHECK_NEAR(care->share[COVERAGE_REACHABLE], 270.0 / 300, 0);
    CHECK_NEAR(care->share[COVERAGE_OPEN], 140.0 / 300, 0);
    CHECK(care->is_level[COVERAGE_REACHABLE] && !care->is_level[COVERAGE_OPEN]);
    CHECK_NEAR(care->median_minutes, 6.9, 1e-9); /* 412.3 s are 6.87 minutes: up */
    CHECK_NEAR(care->p90_minutes, 15, 1e-9);
    CHECK_NEAR(shown.care[CARE_HOURLY].share[COVERAGE_REACHABLE], 0, 0); /* 8 are not told from 0 */
    CHECK(isnan(shown.care[CARE_HOURLY].p90_minutes) && shown.care[CARE_HOURLY].p90_is_beyond);
    CHECK_NEAR(shown.off_network_share, 0.1, 1e-12);
    CHECK_NEAR(shown.public_places_per_1000, 4, 1e-12);
    CHECK_NEAR(shown.places_per_1000, 5, 1e-12);
    CHECK_INT(shown.places_needed, 30); /* of 5,000, not 5,004 */
    CHECK_NEAR(shown.access, 0.12, 1e-12);
}

TEST(coverage_of_few_of_nobody_and_off_the_network_are_states_and_never_zero)
{
    struct town town;
    town_init(&town);
    static const struct {
        int row;
        enum coverage_state state;
    } cases[] = {{FEW, COVERAGE_FEW}, {OFF, COVERAGE_OFF_NETWORK}, {NOBODY, COVERAGE_NO_DATA}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct public_coverage shown = shown_of(&town, cases[i].row);
        CHECK_INT(shown.state, cases[i].state);
        for (int care = 0; care < COVERAGE_CARES; care++)
            for (int level = 0; level < COVERAGE_LEVELS; level++)
                CHECK(isnan(shown.care[care].share[level]) && !shown.care[care].is_level[level]);
        CHECK(isnan(shown.access));
        CHECK(public_is_missing(&shown, CARE_HOURLY) == (cases[i].row == OFF));
    }
    CHECK_NEAR(shown_of(&town, OFF).off_network_share, 1, 0);
}

static char *write_all(const struct town *town)
{
    struct arena arena;
    struct request request;
    struct json json;
    struct error error = {0};
    arena_init(&arena, 1 << 20);
    json_init(&json, 32 << 20);
    REQUIRE_OK(request_make(METHOD_GET, "/v1/status", NULL, 0, &arena, &request, &error), &error);
    request.base_url = "";
    REQUIRE_OK(json_coverage(&json, &request, &town->answer, &error), &error);
    csv_coverage(&json, &town->answer);
    REQUIRE_OK(geojson_coverage(&json, &request, &town->answer, &error), &error);
    json_raw(&json, "", 1);
    char *text = strdup(json.bytes);
    json_release(&json);
    arena_release(&arena);
    return text;
}

/* Another number that the public counts alike; whole numbers of people stay whole. */
static double like(struct test_random *random, double exact)
{
    int64_t shown = public_count(exact);
    if (shown == 0)
        return test_random_below(random, 10);
    double low = shown == 10 ? 10 : (double)shown - 5;
    return low + test_random_below(random, shown == 10 ? 5 : 10);
}

TEST(whoever_sees_the_same_public_counts_sees_the_same_answer_to_the_byte)
{
    struct test_random random = test_random();
    for (int round = 0; round < 200; round++) {
        struct town town, other;
        town_init(&town);
        /* What a community is, reachable or not, is decided exactly: keep away from that edge. */
        town.run.community_share = 0.8;
        for (int level = 0; level < COVERAGE_LEVELS; level++)
            town.figures[MANY].cells[CARE_HALF_DAY][0][level].served =
                test_random_below(&random, 200);
        other = town;
        town_tie(&other);
        for (int i = 0; i <= COMMUNITIES; i++) {
            struct coverage_community *figures = &other.figures[i];
            struct coverage_entry *entry = i < COMMUNITIES ? &other.entries[i] : &other.run.whole;
            if (i == OFF || i == NOBODY)
                continue;
            figures->weight = fmax(like(&random, figures->weight), 1);
            entry->children = (int32_t)figures->weight;
            entry->residents = (int32_t)like(&random, entry->residents);
            figures->off_network_weight = like(&random, figures->off_network_weight);
            for (int care = CARE_HALF_DAY; care < COVERAGE_CARES; care++)
                for (int level = 0; level < COVERAGE_LEVELS; level++) {
                    struct coverage_cell *served = &figures->cells[care][0][level];
                    served->served = like(&random, served->served);
                }
        }
        char *text = write_all(&town), *same = write_all(&other);
        size_t at = 0;
        while (text[at] && text[at] == same[at])
            at++;
        if (!CHECK(strcmp(text, same) == 0))
            test_fail(__FILE__, __LINE__, "%.60s is not %.60s", same + at, text + at);
        free(text);
        free(same);
    }
}

TEST(coverage_as_csv_has_no_formulas_and_a_line_a_community)
{
    struct town town;
    struct json json;
    town_init(&town);
    json_init(&json, 1 << 20);
    csv_coverage(&json, &town.answer);
    json_raw(&json, "", 1);
    int lines = 0;
    for (const char *c = json.bytes; *c; c++)
        lines += *c == '\n';
    CHECK_INT(lines, 1 + COMMUNITIES + 1);
    CHECK(strstr(json.bytes, "\r\nb,\"'=示例,乙\",,,few,5000,<10,children,0,,,,,"));
    CHECK(strstr(json.bytes,
                 "\r\na,示例甲,,,known,5000,300,children,2,0.9,0.467,6.9,15,0,0,0,,,0,0,0,20,"));
    CHECK(strstr(json.bytes, ",half_day hourly drop_in,0.1,20,5,5,4,6,30,0.12\r\n"));
    CHECK(strstr(json.bytes, "\r\nd,示例丁,,,no_data,,,children,0,,,,,"));
    json_release(&json);
}

TEST(outlines_are_bent_where_another_system_is_asked_for)
{
    struct town town;
    town_init(&town);
    town.answer.coordsys = COORDSYS_GCJ02;
    char *text = write_all(&town);
    struct geo_point bent = crs_from_wgs84(COORDSYS_GCJ02, (struct geo_point){120.3, 30.1});
    char want[64] = "]]],[[[";
    size_t length = strlen(want);
    want[length + json_fixed_digits(want + length, bent.lon, 7)] = '\0';
    CHECK(strstr(text, want));
    CHECK(!strstr(text, "[120.3,30.1]") && strstr(text, "\"type\":\"MultiPolygon\""));
    free(text);
    town.answer.coordsys = COORDSYS_WGS84;
    text = write_all(&town);
    CHECK(strstr(text, town.outlines[MANY]));
    CHECK(strstr(text, "\"geometry\":null"));
    free(text);
}

TEST(outlines_of_any_number_of_points_are_bent)
{
    enum { POINTS = 10000 }; /* of each: more together than a request may hold at once */
    static char outline[POINTS * 24];
    struct town town;
    size_t used = (size_t)sprintf(outline, "{\"type\":\"Polygon\",\"coordinates\":[[[120,30]");
    for (int i = 0; i < POINTS - 2; i++)
        used += (size_t)sprintf(outline + used, ",[120.1,%.5f]", 30 + i * 1e-5);
    sprintf(outline + used, ",[120,30]]]}");
    town_init(&town);
    for (int i = 0; i < COMMUNITIES; i++)
        town.outlines[i] = outline;
    town.answer.coordsys = COORDSYS_GCJ02;
    char *text = write_all(&town);
    CHECK(strstr(text, "[120.1"));
    free(text);
}
