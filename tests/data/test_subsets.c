/* Wherever a question is answered from, the answer is that of a plain scan of all masks. */
#include "data/records.h"
#include "data/subsets.h"
#include "geo/distance.h"
#include "tests/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 3000, K = 25 };

struct town {
    struct geo_point points[COUNT];
    uint64_t masks[COUNT], *node_masks;
    struct spatial_index *index;
};

/* What one offer sets: its care type and one or two age classes, and with open places the open bits
 * beside the others. */
static uint64_t random_offer(struct test_random *random, bool inclusive)
{
    unsigned care = 1u << test_random_below(random, test_random_below(random, 4) + 1);
    unsigned classes = 1u << test_random_below(random, MASK_AGE_CLASSES);
    if (test_random_below(random, 3) == 0)
        classes |= classes >> 1;
    uint64_t mask = mask_spread(care, classes, false, inclusive);
    return test_random_below(random, 5) ? mask : mask | mask_spread(care, classes, true, inclusive);
}

static uint64_t random_mask(struct test_random *random)
{
    bool inclusive = test_random_below(random, 3) == 0;
    uint64_t mask = 0;
    for (uint32_t i = 1 + test_random_below(random, 3); i > 0; i--)
        mask |= random_offer(random, inclusive);
    return test_random_below(random, 20) ? mask : 0;
}

static struct mask_query random_query(struct test_random *random)
{
    uint8_t one = (uint8_t)(1u << test_random_below(random, MASK_CARES));
    return (struct mask_query){
        .cares = test_random_below(random, 3) ? one : (uint8_t)test_random_below(random, 16),
        .age_months =
            test_random_below(random, 3) ? (int32_t)test_random_below(random, 50) - 2 : NONE,
        .open = test_random_below(random, 2),
        .inclusive = test_random_below(random, 2)};
}

static struct town *town_make(struct test_random *random)
{
    struct error error;
    struct town *town = malloc(sizeof *town);
    REQUIRE(town != NULL);
    for (uint32_t i = 0; i < COUNT; i++) {
        town->points[i] = (struct geo_point){120 + 0.3 * test_random_unit(random),
                                             30 + 0.3 * test_random_unit(random)};
        town->masks[i] = random_mask(random);
    }
    REQUIRE_OK(spatial_index_build(town->points, COUNT, &town->index, &error), &error);
    town->node_masks = malloc(spatial_index_node_count(town->index) * sizeof *town->node_masks);
    REQUIRE(town->node_masks != NULL);
    spatial_index_fill_masks(town->index, town->masks, town->node_masks);
    return town;
}

/* The next moment of the same town: the same index, masks of its own. */
static struct town *town_after(const struct town *before)
{
    struct town *town = malloc(sizeof *town);
    size_t bytes = spatial_index_node_count(before->index) * sizeof *before->node_masks;
    REQUIRE(town != NULL);
    *town = *before;
    town->node_masks = malloc(bytes);
    REQUIRE(town->node_masks != NULL);
    memcpy(town->node_masks, before->node_masks, bytes);
    return town;
}

static void town_release(struct town *town)
{
    free(town->node_masks);
    free(town);
}

static struct subsets *subsets_of(const struct town *town, const struct subsets *previous)
{
    struct error error;
    struct subsets *subsets;
    const struct subsets_source source = {town->index, town->masks, town->node_masks};
    REQUIRE_OK(subsets_build(&source, previous, &subsets, &error), &error);
    return subsets;
}

static int by_distance(const void *left, const void *right)
{
    const struct spatial_hit *a = left, *b = right;
    return a->distance_m != b->distance_m ? (a->distance_m > b->distance_m) * 2 - 1
                                          : (a->item > b->item) * 2 - 1;
}

/* Returns how many items match, so that a test can say what it compared. */
static uint32_t check_answer(const struct town *town, const struct subsets *subsets,
                             const struct mask_query *query, struct geo_point from)
{
    static const char where[] = "cares %u, age %d, open %d, inclusive %d";
    struct spatial_hit *all = malloc(COUNT * sizeof *all), hits[K];
    uint32_t matching = 0, count = 0, within = 0;
    uint64_t wanted = mask_wanted(query);
    struct error error;
    for (uint32_t i = 0; i < COUNT; i++)
        if (town->masks[i] & wanted)
            all[matching++] = (struct spatial_hit){distance_m(from, town->points[i]), i};
    qsort(all, matching, sizeof *all, by_distance);
    struct subsets_choice choice = subsets_choose(subsets, query);
    REQUIRE_OK(spatial_index_nearest(choice.index, from, K, INFINITY, NULL, &choice.filter, hits,
                                     &count, &error),
               &error);
    REQUIRE_OK(
        spatial_index_within(choice.index, from, 1e7, &choice.filter, NULL, 0, &within, &error),
        &error);
    bool same = count == (matching < K ? matching : K) && within == matching;
    for (uint32_t i = 0; same && i < count; i++)
        same = hits[i].item == all[i].item && hits[i].distance_m == all[i].distance_m;
    if (!same)
        test_fail(__FILE__, __LINE__, where, query->cares, query->age_months, query->open,
                  query->inclusive);
    free(all);
    return matching;
}

static void check_answers(struct test_random *random, const struct town *town,
                          const struct subsets *subsets, int queries)
{
    for (int i = 0; i < queries; i++) {
        struct mask_query query = random_query(random);
        check_answer(town, subsets, &query, town->points[test_random_below(random, COUNT)]);
    }
}

TEST(subsets_answer_every_question_as_a_scan_does)
{
    struct test_random random = test_random();
    for (int round = 0; round < 5; round++) {
        struct town *town = town_make(&random);
        struct subsets *subsets = subsets_of(town, NULL);
        CHECK(subsets_size(subsets).count > 10); /* else the whole would answer everything */
        check_answers(&random, town, subsets, 300);
        subsets_release(subsets);
        spatial_index_release(town->index);
        town_release(town);
    }
}

/* Masks as they may change from one moment to the next. */
static void change(struct test_random *random, struct town *town, bool may_vanish)
{
    for (uint32_t i = test_random_below(random, 4); i > 0; i--) {
        uint32_t item = test_random_below(random, COUNT);
        uint64_t mask = town->masks[item];
        bool inclusive = mask & 0xAAAAAAAAAAAAAAAAu;
        if (mask && test_random_below(random, 2)) /* numbers have run out: nothing is open */
            town->masks[item] = mask & 0x3333333333333333u;
        else if (may_vanish)
            town->masks[item] = random_mask(random);
        else
            town->masks[item] = mask | random_offer(random, inclusive);
        spatial_index_mend_masks(town->index, town->masks, town->node_masks, item);
    }
}

TEST(subsets_taken_over_from_before_still_answer_as_a_scan_does)
{
    struct test_random random = test_random();
    struct town *town = town_make(&random);
    struct subsets *subsets = subsets_of(town, NULL);
    uint32_t taken_over = 0, fresh = 0;
    for (int round = 0; round < 150; round++) {
        struct town *after = town_after(town);
        change(&random, after, round % 7 == 0);
        struct subsets *later = subsets_of(after, subsets);
        subsets_release(subsets); /* what is shared outlives it */
        town_release(town);
        subsets = later;
        town = after;
        struct subsets_size size = subsets_size(subsets);
        fresh += size.fresh;
        taken_over += size.count - size.fresh;
        check_answers(&random, town, subsets, 40);
    }
    CHECK(taken_over > 3 * fresh && fresh > 0);
    subsets_release(subsets);
    spatial_index_release(town->index);
    town_release(town);
}

TEST(one_place_that_opens_is_found_at_once_and_few_subsets_are_built_for_it)
{
    struct test_random random = test_random();
    struct town *town = town_make(&random), *after = town_after(town), *closed;
    struct subsets *subsets = subsets_of(town, NULL), *later, *last;
    const struct mask_query query = {
        .cares = 1 << CARE_DROP_IN, .age_months = 30, .open = true, .inclusive = true};
    uint32_t item = 0;
    while (!town->masks[item] || (town->masks[item] & mask_wanted(&query)))
        item++;
    uint32_t before = check_answer(town, subsets, &query, town->points[item]);

    after->masks[item] |= mask_wanted(&query);
    spatial_index_mend_masks(town->index, after->masks, after->node_masks, item);
    later = subsets_of(after, subsets);
    CHECK_INT(check_answer(after, later, &query, town->points[item]), before + 1);
    struct subsets_size size = subsets_size(later);
    CHECK(size.fresh > 0 && size.fresh <= 8 && size.count > 2 * size.fresh);

    closed = town_after(after);
    closed->masks[item] = town->masks[item];
    spatial_index_mend_masks(town->index, closed->masks, closed->node_masks, item);
    last = subsets_of(closed, later);
    CHECK_INT(check_answer(closed, last, &query, town->points[item]), before);
    CHECK_INT(subsets_size(last).fresh, 0); /* it stands in some, and its mask says no */

    subsets_release(subsets);
    subsets_release(later);
    subsets_release(last);
    spatial_index_release(town->index);
    town_release(closed);
    town_release(after);
    town_release(town);
}

TEST(no_items_at_all_is_fine)
{
    struct error error;
    struct spatial_index *index;
    struct subsets *subsets;
    uint64_t nothing[1] = {0};
    uint32_t count = 9;
    REQUIRE_OK(spatial_index_build(NULL, 0, &index, &error), &error);
    uint64_t *node_masks = calloc(spatial_index_node_count(index), sizeof *node_masks);
    const struct subsets_source source = {index, nothing, node_masks};
    REQUIRE_OK(subsets_build(&source, NULL, &subsets, &error), &error);
    const struct mask_query query = {.age_months = NONE, .open = true};
    struct subsets_choice choice = subsets_choose(subsets, &query);
    struct spatial_hit hit;
    REQUIRE_OK(spatial_index_nearest(choice.index, (struct geo_point){120, 30}, 1, INFINITY, NULL,
                                     &choice.filter, &hit, &count, &error),
               &error);
    CHECK_INT(count, 0);
    subsets_release(subsets);
    free(node_masks);
    spatial_index_release(index);
}
