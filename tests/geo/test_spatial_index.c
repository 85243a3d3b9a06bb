#include "tests/test.h"

#include "geo/distance.h"
#include "geo/spatial_index.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/*
 * Everything is compared with a scan of all items, on points spread in the ways that could hurt:
 * over the globe, in towns, round the poles, along the antimeridian, in one place, on one line.
 */
enum spread {
    GLOBE,
    TOWNS,
    POLES,
    ANTIMERIDIAN,
    DUPLICATES,
    ONE_PLACE,
    MERIDIAN,
    PARALLEL,
    SPREADS
};

struct world {
    struct geo_point *points;
    uint64_t *item_masks, *node_masks;
    uint32_t count;
    struct spatial_index *index;
};

static double normal(struct test_random *random)
{
    return sqrt(-2 * log(1 - test_random_unit(random))) *
           cos(6.283185307179586 * test_random_unit(random));
}

static struct geo_point on_globe(double lon, double lat)
{
    lat = lat > 90 ? 180 - lat : lat < -90 ? -180 - lat : lat;
    lon = remainder(lon, 360);
    return (struct geo_point){lon, lat};
}

static struct geo_point random_point(struct test_random *random, enum spread spread)
{
    double u = test_random_unit(random), v = test_random_unit(random);
    uint64_t town = test_random_below(random, 12);
    switch (spread) {
    case GLOBE:
        return on_globe(360 * u - 180, asin(2 * v - 1) * 57.29577951308232);
    case TOWNS:
        return on_globe(119 + 0.3 * (double)(town * 7 % 12) + 0.02 * normal(random),
                        30 + 0.2 * (double)(town * 5 % 12) + 0.02 * normal(random));
    case POLES:
        return on_globe(360 * u - 180, (town % 2 ? 90 : -90) + 0.3 * normal(random));
    case ANTIMERIDIAN:
        return on_globe(180 + 0.5 * normal(random), -17 + 0.5 * normal(random));
    case DUPLICATES:
        return on_globe(120 + 0.001 * (double)town, 30 + 0.001 * (double)(town % 3));
    case ONE_PLACE:
        return on_globe(120.2106, 30.2066);
    case MERIDIAN:
        return on_globe(120.25, 160 * u - 80);
    default:
        return on_globe(360 * u - 180, 60);
    }
}

/* Each bit is set for one item in `rarity`. */
static uint64_t random_mask(struct test_random *random, uint32_t rarity)
{
    uint64_t mask = 0;
    for (int bit = 0; bit < 64; bit++)
        mask |= (uint64_t)(test_random_below(random, rarity) == 0) << bit;
    return mask;
}

static struct world world_make(struct test_random *random, enum spread spread, uint32_t count)
{
    struct error error;
    struct world world = {
        .points = malloc((count + 1) * sizeof(struct geo_point)),
        .item_masks = malloc((count + 1) * sizeof(uint64_t)),
        .count = count,
    };
    for (uint32_t i = 0; i < count; i++) {
        world.points[i] = random_point(random, spread);
        world.item_masks[i] = random_mask(random, 8);
    }
    REQUIRE_OK(spatial_index_build(world.points, count, &world.index, &error), &error);
    CHECK_INT(spatial_index_count(world.index), count);
    world.node_masks = malloc(spatial_index_node_count(world.index) * sizeof(uint64_t));
    spatial_index_fill_masks(world.index, world.item_masks, world.node_masks);
    return world;
}

static void world_release(struct world *world)
{
    spatial_index_release(world->index);
    free(world->points);
    free(world->item_masks);
    free(world->node_masks);
}

static bool not_a_multiple(const void *context, uint32_t item)
{
    return item % *(const uint32_t *)context != 0;
}

static bool passes(const struct spatial_filter *filter, uint32_t item)
{
    if (!filter)
        return true;
    if (filter->item_masks && !(filter->item_masks[item] & filter->wanted))
        return false;
    return !filter->accept || filter->accept(filter->context, item);
}

static int by_distance(const void *left, const void *right)
{
    const struct spatial_hit *a = left, *b = right;
    if (a->distance_m != b->distance_m)
        return a->distance_m < b->distance_m ? -1 : 1;
    return a->item < b->item ? -1 : a->item > b->item;
}

/* All that passes within max_m and after the cursor, in order: the plain second way. */
static uint32_t scan(const struct world *world, struct geo_point from, double max_m,
                     const struct spatial_hit *after, const struct spatial_filter *filter,
                     struct spatial_hit *hits)
{
    uint32_t count = 0;
    for (uint32_t item = 0; item < world->count; item++) {
        struct spatial_hit hit = {distance_m(from, world->points[item]), item};
        if (hit.distance_m <= max_m && passes(filter, item) &&
            (!after || by_distance(after, &hit) < 0))
            hits[count++] = hit;
    }
    qsort(hits, count, sizeof *hits, by_distance);
    return count;
}

static bool same_hits(const struct spatial_hit *a, const struct spatial_hit *b, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (a[i].item != b[i].item || a[i].distance_m != b[i].distance_m)
            return false;
    return true;
}

static struct spatial_filter random_filter(struct test_random *random, const struct world *world,
                                           const uint32_t *divisor)
{
    struct spatial_filter filter = {0};
    uint32_t kind = test_random_below(random, 6);
    if (kind % 3) {
        filter.item_masks = world->item_masks;
        filter.node_masks = world->node_masks;
        filter.wanted = (uint64_t)1 << test_random_below(random, 64);
        if (kind == 2)
            filter.wanted |= test_random_u64(random);
    }
    if (kind > 3) {
        filter.accept = not_a_multiple;
        filter.context = divisor;
    }
    return filter;
}

static double random_limit(struct test_random *random)
{
    static const double limits[] = {INFINITY, INFINITY, INFINITY, 0, 1, 700, 30000, 2e6, 2.1e7};
    double limit = limits[test_random_below(random, sizeof limits / sizeof limits[0])];
    return limit == INFINITY ? limit : limit * (0.5 + test_random_unit(random));
}

static struct geo_point random_query(struct test_random *random, const struct world *world,
                                     enum spread spread)
{
    uint32_t kind = test_random_below(random, 8);
    if (kind == 0 && world->count)
        return world->points[test_random_below(random, world->count)];
    if (kind == 1)
        return (struct geo_point){360 * test_random_unit(random) - 180,
                                  180 * test_random_unit(random) - 90};
    if (kind == 2) {
        static const struct geo_point corners[] = {{0, 90}, {0, -90}, {180, 0}, {-180, 30}};
        return corners[test_random_below(random, 4)];
    }
    return random_point(random, spread);
}

static const uint32_t sizes[] = {0, 1, 2, 15, 31, 32, 33, 64, 65, 129, 700, 3000};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

static void check_nearest(struct test_random *random, const struct world *world, enum spread spread,
                          struct spatial_hit *all)
{
    static const uint32_t ks[] = {1, 3, 20, 20, 100, 1024};
    struct spatial_hit hits[1024];
    struct error error;
    uint32_t divisor = 2 + test_random_below(random, 3);
    struct geo_point from = random_query(random, world, spread);
    struct spatial_filter filter = random_filter(random, world, &divisor);
    uint32_t k = ks[test_random_below(random, 6)], count, page = 0;
    double max_m = random_limit(random);
    uint32_t expected = scan(world, from, max_m, NULL, &filter, all);
    const struct spatial_hit *after = NULL;
    struct spatial_hit cursor;
    for (uint32_t done = 0; page < 4; page++) { /* pages, one after the other */
        REQUIRE_OK(spatial_index_nearest(world->index, from, k, max_m, after, &filter, hits, &count,
                                         &error),
                   &error);
        uint32_t left = expected - done;
        if (!CHECK_INT(count, left < k ? left : k) || !CHECK(same_hits(hits, all + done, count)))
            test_fail(__FILE__, __LINE__, "spread %d, %u items, k %u, page %u, from %.9g %.9g",
                      spread, world->count, k, page, from.lon, from.lat);
        if (count == 0)
            break;
        done += count;
        cursor = hits[count - 1];
        after = &cursor;
    }
}

TEST(nearest_is_what_a_scan_finds_page_after_page)
{
    struct test_random random = test_random();
    for (int spread = 0; spread < SPREADS; spread++)
        for (int s = 0; s < SIZES; s++) {
            struct world world = world_make(&random, (enum spread)spread, sizes[s]);
            struct spatial_hit *all = malloc((world.count + 1) * sizeof *all);
            for (int i = 0; i < 40; i++)
                check_nearest(&random, &world, (enum spread)spread, all);
            free(all);
            world_release(&world);
        }
}

TEST(nearest_among_five_thousand_in_one_place_is_by_number)
{
    struct test_random random = test_random();
    struct world world = world_make(&random, ONE_PLACE, 5000);
    struct spatial_hit hits[1024];
    uint32_t count;
    struct error error;
    for (uint32_t first = 0; first < 5000; first += 1000) {
        struct spatial_hit after = {0, first};
        REQUIRE_OK(spatial_index_nearest(world.index, world.points[0], 1000, INFINITY,
                                         first ? &after : NULL, NULL, hits, &count, &error),
                   &error);
        CHECK_INT(count, first == 4000 ? 999 : 1000);
        for (uint32_t i = 0; i < count; i++)
            REQUIRE(hits[i].item == first + i + (first > 0) && hits[i].distance_m == 0);
    }
    world_release(&world);
}

TEST(within_is_what_a_scan_finds)
{
    struct test_random random = test_random();
    for (int spread = 0; spread < SPREADS; spread++)
        for (int s = 0; s < SIZES; s++) {
            struct world world = world_make(&random, (enum spread)spread, sizes[s]);
            struct spatial_hit *all = malloc((world.count + 1) * sizeof *all);
            struct spatial_hit *hits = malloc((world.count + 1) * sizeof *hits);
            for (int i = 0; i < 40; i++) {
                uint32_t divisor = 2, count, again;
                struct error error;
                struct geo_point from = random_query(&random, &world, (enum spread)spread);
                struct spatial_filter filter = random_filter(&random, &world, &divisor);
                double radius_m = random_limit(&random);
                if (i % 4 == 0 && world.count) /* a radius that ends exactly on an item */
                    radius_m =
                        distance_m(from, world.points[test_random_below(&random, world.count)]);
                uint32_t expected = scan(&world, from, radius_m, NULL, &filter, all);
                REQUIRE_OK(spatial_index_within(world.index, from, radius_m, &filter, hits,
                                                world.count, &count, &error),
                           &error);
                REQUIRE_OK(spatial_index_within(world.index, from, radius_m, &filter, NULL, 0,
                                                &again, &error),
                           &error);
                qsort(hits, count, sizeof *hits, by_distance);
                CHECK_INT(again, expected);
                if (CHECK_INT(count, expected))
                    CHECK(same_hits(hits, all, count));
            }
            free(all);
            free(hits);
            world_release(&world);
        }
}

static struct geo_box random_box(struct test_random *random, const struct world *world,
                                 enum spread spread)
{
    struct geo_point a = random_query(random, world, spread);
    struct geo_point b = random_query(random, world, spread);
    struct geo_box box = {a.lon, fmin(a.lat, b.lat), b.lon, fmax(a.lat, b.lat)};
    uint32_t kind = test_random_below(random, 6);
    if (kind == 0)
        box.west = -180, box.east = 180;
    if (kind == 1)
        box.east = box.west;
    if (kind == 2)
        box.south = -90, box.north = 90;
    return box;
}

TEST(box_is_what_a_scan_finds)
{
    struct test_random random = test_random();
    for (int spread = 0; spread < SPREADS; spread++)
        for (int s = 0; s < SIZES; s++) {
            struct world world = world_make(&random, (enum spread)spread, sizes[s]);
            uint32_t *items = malloc((world.count + 1) * sizeof *items);
            bool *seen = malloc(world.count + 1);
            for (int i = 0; i < 40; i++) {
                uint32_t divisor = 3, count, expected = 0;
                struct error error;
                struct geo_box box = random_box(&random, &world, (enum spread)spread);
                struct spatial_filter filter = random_filter(&random, &world, &divisor);
                REQUIRE_OK(spatial_index_box(world.index, box, &filter, items, world.count, &count,
                                             &error),
                           &error);
                memset(seen, 0, world.count);
                for (uint32_t j = 0; j < count; j++) {
                    CHECK(!seen[items[j]]);
                    seen[items[j]] = true;
                }
                for (uint32_t item = 0; item < world.count; item++) {
                    bool in = geo_box_contains(box, world.points[item]) && passes(&filter, item);
                    expected += in;
                    CHECK(seen[item] == in);
                }
                CHECK_INT(count, expected);
            }
            free(items);
            free(seen);
            world_release(&world);
        }
}

TEST(a_small_table_gets_its_fill_and_the_whole_count)
{
    struct test_random random = test_random();
    struct world world = world_make(&random, TOWNS, 700);
    struct spatial_hit hits[11] = {[10] = {-1, 77}};
    uint32_t items[11] = {[10] = 77}, count;
    struct error error;
    REQUIRE_OK(spatial_index_within(world.index, world.points[0], INFINITY, NULL, hits, 10, &count,
                                    &error),
               &error);
    CHECK_INT(count, 700);
    CHECK(hits[10].item == 77 && hits[10].distance_m == -1);
    REQUIRE_OK(spatial_index_box(world.index, (struct geo_box){-180, -90, 180, 90}, NULL, items, 10,
                                 &count, &error),
               &error);
    CHECK_INT(count, 700);
    CHECK_INT(items[10], 77);
    world_release(&world);
}

TEST(mended_masks_equal_masks_filled_anew)
{
    struct test_random random = test_random();
    for (int s = 1; s < SIZES; s++) {
        struct world world = world_make(&random, TOWNS, sizes[s]);
        uint32_t nodes = spatial_index_node_count(world.index);
        uint64_t *anew = malloc(nodes * sizeof *anew);
        for (int i = 0; i < 200; i++) {
            uint32_t item = test_random_below(&random, world.count);
            world.item_masks[item] = i % 3 ? random_mask(&random, 64) : 0;
            spatial_index_mend_masks(world.index, world.item_masks, world.node_masks, item);
            spatial_index_fill_masks(world.index, world.item_masks, anew);
            REQUIRE(memcmp(anew, world.node_masks, nodes * sizeof *anew) == 0);
        }
        free(anew);
        world_release(&world);
    }
}

/* What a subset finds is what the masks find in the whole, and what a scan finds. */
static void check_subset(struct test_random *random, struct world *world, enum spread spread,
                         uint64_t wanted, struct spatial_hit *all)
{
    static const uint32_t ks[] = {1, 20, 20, 300};
    struct spatial_hit hits[300], within[300];
    struct spatial_index *subset;
    struct error error;
    uint32_t count, divisor = 3, k = ks[test_random_below(random, 4)];
    struct spatial_filter whole = {world->item_masks, world->node_masks, wanted, NULL, NULL};
    struct spatial_filter rest = {NULL, NULL, 0, NULL, NULL};
    if (test_random_below(random, 2) && wanted & 0xFF) { /* a part of what the subset is for */
        rest.item_masks = world->item_masks;
        rest.wanted = whole.wanted = wanted & 0xFF;
    }
    if (test_random_below(random, 2)) {
        whole.accept = rest.accept = not_a_multiple;
        whole.context = rest.context = &divisor;
    }
    REQUIRE_OK(spatial_index_build_subset(world->index, world->item_masks, wanted, &subset, &error),
               &error);
    uint32_t matching = 0;
    for (uint32_t item = 0; item < world->count; item++)
        matching += (world->item_masks[item] & wanted) != 0;
    CHECK_INT(spatial_index_count(subset), matching);
    for (int i = 0; i < 10; i++) {
        struct geo_point from = random_query(random, world, spread);
        double max_m = random_limit(random);
        uint32_t expected = scan(world, from, max_m, NULL, &whole, all);
        REQUIRE_OK(spatial_index_nearest(subset, from, k, max_m, NULL, &rest, hits, &count, &error),
                   &error);
        if (CHECK_INT(count, expected < k ? expected : k))
            CHECK(same_hits(hits, all, count));
        REQUIRE_OK(spatial_index_within(subset, from, max_m, &rest, within, 300, &count, &error),
                   &error);
        CHECK_INT(count, expected);
    }
    spatial_index_release(subset);
}

TEST(a_subset_finds_what_the_filter_finds)
{
    struct test_random random = test_random();
    for (int spread = 0; spread < SPREADS; spread++)
        for (int s = 0; s < SIZES; s++) {
            struct world world = world_make(&random, (enum spread)spread, sizes[s]);
            struct spatial_hit *all = malloc((world.count + 1) * sizeof *all);
            for (int i = 0; i < 8; i++)
                check_subset(&random, &world, (enum spread)spread,
                             i == 0   ? 0
                             : i == 1 ? UINT64_MAX
                                      : (uint64_t)3 << test_random_below(&random, 63),
                             all);
            free(all);
            world_release(&world);
        }
}

/* A mask may promise too much: accept decides; nothing that accept takes may be lost. */
TEST(a_rare_filter_finds_the_only_match_wherever_it_is)
{
    struct test_random random = test_random();
    struct world world = world_make(&random, GLOBE, 3000);
    memset(world.item_masks, 0, world.count * sizeof *world.item_masks);
    spatial_index_fill_masks(world.index, world.item_masks, world.node_masks);
    struct spatial_filter filter = {world.item_masks, world.node_masks, 1u << 5, NULL, NULL};
    for (int i = 0; i < 300; i++) {
        uint32_t item = test_random_below(&random, world.count), count;
        struct spatial_hit hits[20];
        struct error error;
        struct geo_point from = random_point(&random, GLOBE);
        world.item_masks[item] = 1u << 5;
        spatial_index_mend_masks(world.index, world.item_masks, world.node_masks, item);
        REQUIRE_OK(spatial_index_nearest(world.index, from, 20, INFINITY, NULL, &filter, hits,
                                         &count, &error),
                   &error);
        CHECK_INT(count, 1);
        CHECK_INT(hits[0].item, item);
        world.item_masks[item] = 0;
        spatial_index_mend_masks(world.index, world.item_masks, world.node_masks, item);
    }
    world_release(&world);
}

TEST(wrong_input_is_refused_with_its_value)
{
    struct geo_point points[] = {{120, 30}, {NAN, 30}, {120, 91}};
    struct spatial_index *index;
    struct error error;
    CHECK_INT(spatial_index_build(points, 3, &index, &error), STATUS_INVALID);
    CHECK(index == NULL);
    CHECK_CONTAINS(error.message, "point 1 ");
    points[1].lon = 0;
    CHECK_INT(spatial_index_build(points, 3, &index, &error), STATUS_INVALID);
    CHECK_CONTAINS(error.message, "point 2 is longitude 120, latitude 91");
    CHECK_INT(spatial_index_build(points, (1u << 28) + 1, &index, &error), STATUS_LIMIT);
    spatial_index_release(NULL);

    REQUIRE_OK(spatial_index_build(points, 2, &index, &error), &error);
    CHECK(spatial_index_bytes(index) > 2 * sizeof(struct geo_point));
    struct spatial_hit hits[4];
    uint32_t count = 9;
    CHECK_INT(spatial_index_nearest(index, points[0], 1025, 1, NULL, NULL, hits, &count, &error),
              STATUS_INVALID);
    CHECK_CONTAINS(error.message, "k is 1025");
    CHECK_INT(count, 0);
    CHECK_INT(spatial_index_nearest(index, points[2], 1, 1, NULL, NULL, hits, &count, &error),
              STATUS_INVALID);
    CHECK_INT(spatial_index_within(index, points[2], 1, NULL, hits, 4, &count, &error),
              STATUS_INVALID);
    CHECK_INT(
        spatial_index_box(index, (struct geo_box){0, 0, NAN, 1}, NULL, NULL, 0, &count, &error),
        STATUS_INVALID);
    uint64_t masks[2] = {1, 1}, nodes[64] = {0};
    REQUIRE(spatial_index_node_count(index) <= 64);
    spatial_index_fill_masks(index, masks, nodes);
    struct spatial_filter nothing = {masks, nodes, 0, NULL, NULL};
    CHECK_INT(spatial_index_nearest(index, points[0], 1, 1, NULL, &nothing, hits, &count, &error),
              STATUS_INVALID);
    REQUIRE_OK(spatial_index_nearest(index, points[0], 0, 1, NULL, NULL, hits, &count, &error),
               &error);
    REQUIRE_OK(spatial_index_nearest(index, points[0], 4, NAN, NULL, NULL, hits, &count, &error),
               &error);
    CHECK_INT(count, 0);
    spatial_index_release(index);
}

struct reader {
    const struct world *world;
    uint64_t sum;
};

static void *read_many(void *argument)
{
    struct reader *reader = argument;
    struct test_random random = test_random();
    struct spatial_hit hits[20];
    uint32_t count;
    for (int i = 0; i < 2000; i++) {
        struct spatial_filter filter = {reader->world->item_masks, reader->world->node_masks,
                                        (uint64_t)1 << (i % 64), NULL, NULL};
        if (spatial_index_nearest(reader->world->index, random_point(&random, TOWNS), 20, INFINITY,
                                  NULL, i % 2 ? &filter : NULL, hits, &count, NULL) == STATUS_OK)
            for (uint32_t j = 0; j < count; j++)
                reader->sum = reader->sum * 31 + hits[j].item;
    }
    return NULL;
}

TEST(threads_share_one_index)
{
    enum { THREADS = 4 };
    struct test_random random = test_random();
    struct world world = world_make(&random, TOWNS, 3000);
    pthread_t threads[THREADS];
    struct reader readers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        readers[i] = (struct reader){&world, 0};
        REQUIRE(pthread_create(&threads[i], NULL, read_many, &readers[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < THREADS; i++)
        CHECK(readers[i].sum == readers[0].sum && readers[i].sum != 0);
    world_release(&world);
}
