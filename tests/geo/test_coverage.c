#include "geo/coverage.h"

#include "tests/geo/streets.h"

#include <math.h>
#include <stdlib.h>

enum { POINTS = 80, FACILITIES = 12, COMMUNITIES = 6 };

struct scene {
    struct streets streets;
    struct profile profile;
    struct snapper *snapper;
    struct residents residents;
    double weights[POINTS];
    uint32_t communities[POINTS];
    struct coverage_facility facilities[FACILITIES];
    struct coverage_input input;
};

static struct geo_point random_point(const struct scene *scene, struct test_random *random)
{
    struct geo_box box = scene->streets.network.bounds;
    return (struct geo_point){box.west + test_random_unit(random) * (box.east - box.west),
                              box.south + test_random_unit(random) * (box.north - box.south)};
}

static void scene_init(struct scene *scene, struct test_random *random, uint32_t number)
{
    struct error error = {0};
    struct geo_point points[POINTS];
    *scene = (struct scene){.streets = streets_random(random, 150),
                            .profile = *profile_builtin(number % PROFILE_COUNT)};
    scene->profile.resident_snap_max_m = 80;
    const struct network *network = &scene->streets.network;
    for (int k = 0; k < POINTS; k++) {
        points[k] = random_point(scene, random);
        scene->weights[k] = test_random_below(random, 5);
        scene->communities[k] = test_random_below(random, COMMUNITIES); /* the last stays empty */
        if (scene->communities[k] == COMMUNITIES - 1)
            scene->communities[k] = UINT32_MAX;
    }
    REQUIRE_OK(snapper_build(network, &scene->profile, 0, &scene->snapper, &error), &error);
    REQUIRE_OK(residents_build(network, &scene->profile, scene->snapper, points, POINTS,
                               &scene->residents, &error),
               &error);
    for (int j = 0; j < FACILITIES; j++) {
        struct coverage_facility *facility = &scene->facilities[j];
        if (snap_point(scene->snapper, random_point(scene, random), 80, &facility->snap, NULL))
            facility->snap.piece = NO_PIECE;
        facility->snap_mm = profile_snap_mm(&scene->profile, &facility->snap);
        facility->offered = (uint16_t)test_random_u64(random);
        facility->open = facility->offered & (uint16_t)test_random_u64(random);
        facility->community = test_random_below(random, COMMUNITIES + 1);
    }
    scene->input = (struct coverage_input){
        network,     &scene->profile,   &scene->residents, scene->weights, scene->communities,
        COMMUNITIES, scene->facilities, FACILITIES,        600000,         1500000};
}

static void scene_release(struct scene *scene)
{
    residents_release(&scene->residents);
    snapper_release(scene->snapper);
    streets_release(&scene->streets);
}

/* The second way: a search of its own from every resident point to every facility that answers. */
static uint64_t walk_to_nearest(const struct scene *scene, struct reach *reach, uint32_t k,
                                uint32_t bit, enum coverage_level level)
{
    struct error error = {0};
    uint64_t best = UINT64_MAX;
    if (scene->residents.snaps[k].piece == NO_PIECE)
        return best;
    REQUIRE_OK(reach_compute(&scene->streets.network, &scene->profile, &scene->residents.snaps[k],
                             REACH_FROM, 1500000, reach, &error),
               &error);
    for (int j = 0; j < FACILITIES; j++) {
        const struct coverage_facility *facility = &scene->facilities[j];
        uint16_t mask = level == COVERAGE_OPEN ? facility->open : facility->offered;
        if (!(mask >> bit & 1) || facility->snap.piece == NO_PIECE)
            continue;
        uint32_t way = reach_position_mm(reach, &facility->snap);
        uint64_t mm = (uint64_t)way + facility->snap_mm + scene->residents.snap_mm[k];
        if (way != REACH_FAR && mm <= 1500000 && mm < best)
            best = mm;
    }
    return best;
}

/* The least cost whose cumulative weight is at least p of the whole, by trying each in turn. */
static uint32_t plain_quantile(const struct scene *scene, const uint64_t *mm, uint32_t community,
                               double p)
{
    double whole = 0;
    uint64_t best = REACH_FAR;
    for (int k = 0; k < POINTS; k++)
        if (community == COMMUNITIES || scene->communities[k] == community)
            whole += scene->weights[k];
    for (int c = 0; c < POINTS && whole > 0; c++) {
        double sum = 0;
        for (int k = 0; k < POINTS; k++)
            if ((community == COMMUNITIES || scene->communities[k] == community) && mm[k] <= mm[c])
                sum += scene->weights[k];
        bool member = community == COMMUNITIES || scene->communities[c] == community;
        if (member && mm[c] != UINT64_MAX && sum >= p * whole && mm[c] < best)
            best = mm[c];
    }
    return (uint32_t)best;
}

TEST(coverage_equals_a_search_from_every_door)
{
    struct test_random random = test_random();
    for (uint32_t round = 0; round < 6; round++) {
        struct scene scene;
        struct coverage coverage;
        struct coverage_scratch scratch;
        struct reach reach;
        struct error error = {0};
        scene_init(&scene, &random, round);
        REQUIRE_OK(coverage_init(&scene.input, &coverage, &error), &error);
        REQUIRE_OK(coverage_scratch_init(&scene.input, &scratch, &error), &error);
        REQUIRE_OK(reach_init(&reach, scene.streets.network.node_count, &error), &error);
        for (uint32_t question = 0; question < COVERAGE_QUESTIONS; question += 5) {
            uint32_t care = question / 8, age = question / 2 % 4;
            enum coverage_level level = question % 2 ? COVERAGE_OPEN : COVERAGE_REACHABLE;
            REQUIRE_OK(coverage_answer(&scene.input, care, age, level, &scratch, &coverage, &error),
                       &error);
            uint64_t mm[POINTS];
            for (uint32_t k = 0; k < POINTS; k++) {
                mm[k] = walk_to_nearest(&scene, &reach, k, coverage_bit(care, age), level);
                CHECK_INT(scratch.resident_mm[k], mm[k] == UINT64_MAX ? REACH_FAR : mm[k]);
            }
            for (uint32_t c = 0; c <= COMMUNITIES; c++) {
                const struct coverage_community *community = &coverage.communities[c];
                const struct coverage_cell *cell = &community->cells[care][age][level];
                double served = 0, weight = 0, off = 0;
                for (uint32_t k = 0; k < POINTS; k++) {
                    if (c != COMMUNITIES && scene.communities[k] != c)
                        continue;
                    weight += scene.weights[k];
                    served += mm[k] <= 600000 ? scene.weights[k] : 0;
                    off += scene.residents.snaps[k].piece == NO_PIECE ? scene.weights[k] : 0;
                }
                CHECK_NEAR(cell->served, served, 1e-9);
                CHECK_NEAR(community->weight, weight, 1e-9);
                CHECK_NEAR(community->off_network_weight, off, 1e-9);
                CHECK_INT(cell->median_mm, plain_quantile(&scene, mm, c, 0.5));
                CHECK_INT(cell->p90_mm, plain_quantile(&scene, mm, c, 0.9));
                if (weight > 0)
                    CHECK_NEAR(coverage_share(community, cell), served / weight, 1e-12);
                else
                    CHECK(isnan(coverage_share(community, cell))); /* no data is never 0 % */
            }
        }
        reach_release(&reach);
        coverage_scratch_release(&scratch);
        coverage_release(&coverage);
        scene_release(&scene);
    }
}

TEST(facilities_are_located_where_they_stand_even_off_the_network)
{
    struct test_random random = test_random();
    struct scene scene;
    struct coverage coverage;
    struct error error = {0};
    scene_init(&scene, &random, 0);
    scene.facilities[0].snap.piece = NO_PIECE;
    REQUIRE_OK(coverage_init(&scene.input, &coverage, &error), &error);
    for (uint32_t c = 0; c <= COMMUNITIES; c++) {
        for (uint32_t bit = 0; bit < COVERAGE_CARES * COVERAGE_AGES; bit++) {
            int expected = 0;
            for (int j = 0; j < FACILITIES; j++)
                expected += (c == COMMUNITIES || scene.facilities[j].community == c) &&
                            (scene.facilities[j].offered >> bit & 1);
            CHECK_INT(coverage.communities[c].located[bit], expected);
        }
    }
    coverage_release(&coverage);
    scene_release(&scene);
}

TEST(more_facilities_than_sixteen_bits_count_are_all_located)
{
    enum { MANY = 65536 + 3 };
    struct test_random random = test_random();
    struct scene scene;
    struct coverage coverage;
    struct error error = {0};
    scene_init(&scene, &random, 0);
    struct coverage_facility *many = calloc(MANY, sizeof *many);
    REQUIRE(many != NULL);
    for (uint32_t j = 0; j < MANY; j++)
        many[j] = (struct coverage_facility){.snap = {.piece = NO_PIECE},
                                             .community = 1,
                                             .offered = (uint16_t)(1u << coverage_bit(2, 0))};
    scene.input.facilities = many;
    scene.input.facility_count = MANY;
    REQUIRE_OK(coverage_init(&scene.input, &coverage, &error), &error);
    CHECK_INT(coverage.communities[COMMUNITIES].located[coverage_bit(2, 0)], MANY);
    CHECK_INT(coverage.communities[1].located[coverage_bit(2, 0)], MANY);
    CHECK_INT(coverage.communities[0].located[coverage_bit(2, 0)], 0);
    coverage_release(&coverage);
    free(many);
    scene_release(&scene);
}
