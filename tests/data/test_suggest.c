#include "data/suggest.h"

#include "data/walking.h"
#include "tests/bench/map_world.h"
#include "tests/data/nearby_reference.h"
#include "tests/test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Monday 2026-09-28 10:30 in the seeded region. */
static const moment_t NOW = 1790562600;

static void check_fold(const char *text, const char *expected)
{
    char folded[200];
    size_t length = suggest_fold(text, strlen(text), folded);
    CHECK_TEXT(folded, expected);
    CHECK_INT(length, strlen(expected));
}

TEST(names_are_folded_for_search)
{
    check_fold("", "");
    check_fold("Xixing ROAD", "xixing road");
    check_fold("１２号Ａ座～", "12号a座~");
    check_fold("　 西兴　　社区 \t", "西兴 社区");
    check_fold("ÉCOLE à ß × ÷ Þ", "école à ß × ÷ þ");
    check_fold("\x01\x7f ", "");
    check_fold("a\xC2\xA0\xC2\xA0"
               "b",
               "a b");
    check_fold("\xC3", "\xC3"); /* cut characters are left as they are */
    check_fold("\xEF\xBC", "\xEF\xBC");
    check_fold("a\xCC\x81", "a\xCC\x81");
}

/* The second way: every name is folded anew, one after another, and all of them are sorted -------- */

struct plain {
    int match;
    size_t length;
    uint32_t facility;
};

/* 0 the whole name, 1 its beginning, 2 of a word, 3 any part, 4 not in it. */
static struct plain plain_judge(const char *name, const char *question, uint32_t facility)
{
    char folded[400] = "";
    if (name)
        suggest_fold(name, strlen(name), folded);
    struct plain best = {4, strlen(folded), facility};
    for (size_t i = 0; folded[i]; i++) {
        if (strncmp(folded + i, question, strlen(question)) != 0)
            continue;
        unsigned char before = i ? (unsigned char)folded[i - 1] : 0;
        bool is_inside =
            before >= 0x80 || (before >= 'a' && before <= 'z') || (before >= '0' && before <= '9');
        int match = i == 0 ? (strcmp(folded, question) == 0 ? 0 : 1) : is_inside ? 3 : 2;
        best.match = match < best.match ? match : best.match;
    }
    return best;
}

static int plain_order(const void *left, const void *right)
{
    const struct plain *a = left, *b = right;
    if (a->match != b->match)
        return a->match < b->match ? -1 : 1;
    if (a->length != b->length)
        return a->length < b->length ? -1 : 1;
    return (a->facility > b->facility) - (a->facility < b->facility);
}

/* Public facilities on the map that hold the folded question, best first. */
static uint32_t plain_search(const struct world *world, const char *question, struct plain *found)
{
    const struct dataset *dataset = world->dataset;
    uint32_t count = 0;
    for (uint32_t i = 0; i < dataset->facility_count; i++) {
        const struct dataset_facility *facility = &dataset->facilities[i];
        if (!world->vacancies->is_public[i] || !geo_point_is_valid(facility->point))
            continue;
        struct plain a = plain_judge(dataset_text(dataset, facility->name), question, i);
        struct plain b = plain_judge(dataset_text(dataset, facility->name_en), question, i);
        struct plain better = plain_order(&b, &a) < 0 ? b : a;
        if (better.match < 4)
            found[count++] = better;
    }
    qsort(found, count, sizeof *found, plain_order);
    return count;
}

/* A piece of some facility's folded name, of whole characters. */
static void piece_of_name(struct test_random *random, const struct dataset *dataset, char *piece)
{
    const struct dataset_facility *facility =
        &dataset->facilities[test_random_below(random, dataset->facility_count)];
    const char *name =
        dataset_text(dataset, test_random_below(random, 2) ? facility->name : facility->name_en);
    char folded[400] = "";
    if (name)
        suggest_fold(name, strlen(name), folded);
    uint32_t length = (uint32_t)strlen(folded);
    uint32_t from = length ? test_random_below(random, length) : 0;
    uint32_t to = length ? from + 1 + test_random_below(random, length - from) : 0;
    while (from > 0 && ((unsigned char)folded[from] & 0xC0) == 0x80)
        from--;
    while (((unsigned char)folded[to] & 0xC0) == 0x80)
        to++;
    folded[to] = '\0';
    suggest_fold(folded + from, to - from, piece);
}

TEST(suggestions_equal_those_of_folding_and_sorting_every_name)
{
    struct test_random random = test_random();
    struct world *world = world_make(test_random_u64(&random), 500, NOW);
    struct plain *expected = calloc(world->dataset->facility_count, sizeof *expected);
    struct suggest *suggest = NULL;
    struct error error = {0};
    REQUIRE(expected != NULL);
    REQUIRE_OK(suggest_open(world->dataset, &suggest, &error), &error);
    uint32_t asked = 0, several = 0;
    for (int round = 0; round < 400; round++) {
        char question[400];
        struct suggestion found[SUGGEST_MAX];
        uint32_t count = 0, limit = 1 + test_random_below(&random, SUGGEST_MAX);
        piece_of_name(&random, world->dataset, question);
        if (!*question)
            continue;
        uint32_t all = plain_search(world, question, expected);
        REQUIRE_OK(suggest_find(suggest, world->vacancies, question, strlen(question), 0, limit,
                                found, &count, &error),
                   &error);
        CHECK_INT(count, all < limit ? all : limit);
        for (uint32_t i = 0; i < count; i++) {
            const struct dataset_facility *facility =
                &world->dataset->facilities[expected[i].facility];
            CHECK_INT(found[i].kind, SUGGEST_FACILITY);
            CHECK_TEXT(found[i].id, world->dataset->text + facility->id);
            CHECK(found[i].point.lon == facility->point.lon &&
                  found[i].point.lat == facility->point.lat);
        }
        asked++;
        several += count > 1;
    }
    CHECK(asked > 300 && several > 50);
    suggest_close(suggest);
    free(expected);
    world_release(world);
}

TEST(nothing_is_suggested_of_another_region_or_for_nothing)
{
    struct world *world = world_make(7, 20, NOW);
    struct suggest *suggest = NULL;
    struct suggestion found[SUGGEST_MAX];
    struct error error = {0};
    uint32_t count = 9;
    REQUIRE_OK(suggest_open(world->dataset, &suggest, &error), &error);
    REQUIRE_OK(suggest_find(suggest, world->vacancies, " \t", 2, SUGGEST_ANY_REGION, 5, found,
                            &count, &error),
               &error);
    CHECK_INT(count, 0);
    REQUIRE_OK(suggest_find(suggest, world->vacancies, "sample", 6, 0, 5, found, &count, &error),
               &error);
    CHECK_INT(count, 5);
    REQUIRE_OK(suggest_find(suggest, world->vacancies, "sample", 6, 1, 5, found, &count, &error),
               &error);
    CHECK_INT(count, 0);
    suggest_close(suggest);
    suggest_close(NULL);
    world_release(world);
}

/* Names of the sample's base map, each looked for by itself. */
TEST(every_name_of_the_base_map_is_found_and_a_road_once)
{
    struct map_world world;
    struct suggest *suggest = NULL;
    struct vacancies vacancies = {0}; /* no facilities */
    struct error error = {0};
    REQUIRE_OK(map_world_open("data/regions/binjiang/streets.osm", &world, &error), &error);
    REQUIRE_OK(suggest_open(&world.dataset, &suggest, &error), &error);
    const struct base_map *map = &world.network.file.map;
    uint32_t roads = 0, pieces = 0, others = 0;
    for (uint32_t i = 0; i < map->feature_count; i++) {
        const struct base_feature *feature = &map->features[i];
        const char *name = map->text + feature->name;
        enum suggest_kind kind = feature->kind == MAP_STREET    ? SUGGEST_ROAD
                                 : feature->kind == MAP_STATION ? SUGGEST_STATION
                                                                : SUGGEST_PLACE;
        if (!*name || (kind == SUGGEST_PLACE && feature->kind != MAP_PLACE))
            continue;
        struct suggestion found[SUGGEST_MAX];
        uint32_t count = 0, same = 0;
        REQUIRE_OK(suggest_find(suggest, &vacancies, name, strlen(name), SUGGEST_ANY_REGION,
                                SUGGEST_MAX, found, &count, &error),
                   &error);
        for (uint32_t f = 0; f < count; f++) {
            if (found[f].kind != kind || strcmp(found[f].name, name) != 0)
                continue;
            same++;
            bool is_on_a_piece = false;
            for (uint32_t p = 0; p < map->feature_count && !is_on_a_piece; p++) {
                struct geo_point place = base_feature_place(map, &map->features[p]);
                is_on_a_piece = strcmp(map->text + map->features[p].name, name) == 0 &&
                                place.lon == found[f].point.lon && place.lat == found[f].point.lat;
            }
            CHECK(is_on_a_piece && found[f].attribution != NULL);
        }
        if (kind == SUGGEST_PLACE)
            CHECK(same >= 1);
        else
            CHECK_INT(same, 1);
        pieces += kind == SUGGEST_ROAD;
        roads += kind == SUGGEST_ROAD && strcmp(found[0].name, name) == 0;
        others += kind != SUGGEST_ROAD;
    }
    CHECK(pieces > 10 && roads > 10 && others > 10);
    suggest_close(suggest);
    map_world_release(&world);
}

struct asker {
    struct world *world;
    struct suggest *suggest;
    pthread_t thread;
    uint32_t counts[2];
};

static void *ask_first(void *context)
{
    static const char *const questions[] = {"sample", "示例"};
    struct asker *asker = context;
    struct suggestion found[SUGGEST_MAX];
    for (int i = 0; i < 2; i++)
        if (suggest_find(asker->suggest, asker->world->vacancies, questions[i],
                         strlen(questions[i]), 0, SUGGEST_MAX, found, &asker->counts[i], NULL))
            abort();
    return NULL;
}

TEST(threads_that_ask_first_together_are_all_answered)
{
    enum { ASKERS = 4 };
    struct world *world = world_make(11, 100, NOW);
    struct suggest *suggest = NULL;
    struct error error = {0};
    struct asker askers[ASKERS];
    REQUIRE_OK(suggest_open(world->dataset, &suggest, &error), &error);
    for (int i = 0; i < ASKERS; i++) {
        askers[i] = (struct asker){.world = world, .suggest = suggest};
        REQUIRE(pthread_create(&askers[i].thread, NULL, ask_first, &askers[i]) == 0);
    }
    REQUIRE_OK(suggest_gather(suggest, &error), &error); /* as the thread beside them does */
    for (int i = 0; i < ASKERS; i++) {
        pthread_join(askers[i].thread, NULL);
        CHECK_INT(askers[i].counts[0], SUGGEST_MAX);
        CHECK_INT(askers[i].counts[1], SUGGEST_MAX);
    }
    suggest_close(suggest);
    world_release(world);
}
