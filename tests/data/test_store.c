/*
 * The store's contract: one set of claims, made of every backend (data/store.h says them in words).
 */
#include "tests/test.h"

#include "data/store.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
    struct store *store;
    struct arena arena;
    struct error error;
};

static struct fixture open_fixture(const char *location)
{
    struct fixture f = {0};
    arena_init(&f.arena, 64u << 20);
    REQUIRE_OK(store_open(location, STORE_CREATE, &f.store, &f.error), &f.error);
    return f;
}

static void close_fixture(struct fixture *f)
{
    store_close(f->store);
    arena_release(&f->arena);
}

static const char *sqlite_path(void)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/store.db", test_folder());
    return path;
}

/* A claim about both backends. */
#define CONTRACT(name)                                        \
    static void name(struct fixture *f);                      \
    TEST(name##_in_memory)                                    \
    {                                                         \
        struct fixture f = open_fixture("memory:");           \
        name(&f);                                             \
        close_fixture(&f);                                    \
    }                                                         \
    TEST(name##_in_sqlite)                                    \
    {                                                         \
        struct fixture f = open_fixture(sqlite_path());       \
        name(&f);                                             \
        REQUIRE_OK(store_check(f.store, &f.error), &f.error); \
        close_fixture(&f);                                    \
    }                                                         \
    static void name(struct fixture *f)

#define OK(call) REQUIRE_OK(call, &f->error)

/* Records ----------------------------------------------------------------------------------------*/

static struct validity since(day_t from)
{
    return (struct validity){from, DAY_OPEN, 1000, TIME_NONE, "register"};
}

static struct facility_record facility_record(const char *id)
{
    return (struct facility_record){
        .id = id,
        .region = "sample",
        .source = "register",
        .source_id = id,
        .validity = since(100),
        .name = "示例托育园",
        .name_en = "Sample nursery",
        .declared_community = "西兴",
        .community = "330108001001",
        .address = "示例路 1 号",
        .lon_e7 = 1202000000,
        .lat_e7 = 302000000,
        .opens_on = DAY_NONE,
        .opened_on = 90,
        .filed_on = 95,
        .closed_on = DAY_NONE,
        .delists_on = DAY_NONE,
        .inclusive_since = 0, /* 1970-01-01 is a day, not an absent one */
        .demonstration_since = DAY_NONE,
        .staff_on = DAY_NONE,
        .licensed_total = 60,
        .staff = 0,
        .certified = NONE,
        .kind = KIND_NURSERY,
        .ownership = OWNERSHIP_UNKNOWN,
        .registrar = REGISTRAR_PERSONNEL,
        .state = STATE_FILED,
        .inclusive = YES,
        .demonstration = UNKNOWN,
        .point_consent = true,
    };
}

static struct group_record group_record(int64_t facility, const char *id)
{
    return (struct group_record){
        .facility = facility,
        .id = id,
        .source_id = id,
        .validity = since(100),
        .age_from_m = 0,
        .age_to_m = 36,
        .licensed = 20,
        .admission = ADMISSION_PUBLIC,
    };
}

static struct offer_record offer_record(int64_t group, const char *id)
{
    return (struct offer_record){
        .group = group,
        .id = id,
        .source_id = id,
        .validity = since(100),
        .age_from_m = NONE,
        .age_to_m = NONE,
        .price = 0,
        .price_unit = PRICE_UNIT_HOUR,
        .care = CARE_HOURLY,
    };
}

static struct places_record places_record(int64_t group, moment_t as_of, int32_t enrolled)
{
    return (struct places_record){
        .group = group,
        .as_of = as_of,
        .recorded_at = as_of + 5,
        .source = "facility",
        .staffed = NONE,
        .enrolled = enrolled,
        .held = 0,
        .next_open = NONE,
        .next_open_from = DAY_NONE,
        .open_until = DAY_NONE,
    };
}

/* One facility with a group and an offer, each with a version from day 100. */
struct tree {
    struct facility_record facility;
    struct group_record group;
    struct offer_record offer;
};

static struct tree plant_in(struct fixture *f, const char *id)
{
    static char group_id[80], offer_id[80];
    snprintf(group_id, sizeof group_id, "%s-g1", id);
    snprintf(offer_id, sizeof offer_id, "%s-h1", id);
    struct tree tree = {.facility = facility_record(id)};
    OK(store_facility_insert(f->store, &tree.facility, &f->error));
    OK(store_facility_version_insert(f->store, &tree.facility, &f->error));
    tree.group = group_record(tree.facility.key, group_id);
    OK(store_group_insert(f->store, &tree.group, &f->error));
    OK(store_group_version_insert(f->store, &tree.group, &f->error));
    tree.offer = offer_record(tree.group.key, offer_id);
    OK(store_offer_insert(f->store, &tree.offer, tree.facility.key, &f->error));
    OK(store_offer_version_insert(f->store, &tree.offer, &f->error));
    return tree;
}

static struct tree plant(struct fixture *f, const char *id)
{
    OK(store_begin(f->store, &f->error));
    OK(store_region_put(f->store, "sample", "{}", &f->error));
    struct tree tree = plant_in(f, id);
    OK(store_commit(f->store, &f->error));
    return tree;
}

/* All rows of a scan, texts copied into the arena by the caller where it needs them. */
static uint32_t scan_all(struct fixture *f, enum store_rows rows, day_t day, void *records,
                         size_t record_bytes, uint32_t capacity)
{
    struct store_scan *scan;
    OK(store_scan_open(f->store, rows, day, &scan, &f->error));
    uint32_t count = 0;
    bool more = true;
    while (more) {
        REQUIRE(count <= capacity);
        OK(store_scan_next(scan, (char *)records + count * record_bytes, &more, &f->error));
        count += more;
    }
    store_scan_close(scan);
    return count;
}

static uint32_t count_rows(struct fixture *f, enum store_rows rows, day_t day)
{
    static union {
        struct facility_record facility;
        struct group_record group;
        struct offer_record offer;
        struct places_record places;
        struct slot_record slot;
    } records[200];
    return scan_all(f, rows, day, records, 0, 1u << 20);
}

/* Transactions -----------------------------------------------------------------------------------*/

CONTRACT(a_rollback_leaves_nothing_and_forgets_what_was_remembered)
{
    OK(store_begin(f->store, &f->error));
    OK(store_region_put(f->store, "sample", "{}", &f->error));
    plant_in(f, "sample-0001");
    store_rollback(f->store);
    int64_t key;
    CHECK_INT(store_facility_find_id(f->store, "sample-0001", &key, NULL), STATUS_NOT_FOUND);
    CHECK_INT(count_rows(f, STORE_ROWS_FACILITIES, DAY_NONE), 0);
    CHECK_INT(store_generation(f->store), 1);
    struct tree tree = plant(f, "sample-0001"); /* sources and ids are free again */
    CHECK_INT(tree.facility.key, 1);
    CHECK_INT(count_rows(f, STORE_ROWS_FACILITIES, 100), 1);
    CHECK_INT(store_generation(f->store), 2);
}

CONTRACT(writing_needs_a_transaction_and_there_is_one_at_a_time)
{
    CHECK_INT(store_meta_put(f->store, "a", "b", &f->error), STATUS_INVALID);
    CHECK_CONTAINS(f->error.message, "outside a transaction");
    CHECK_INT(store_commit(f->store, &f->error), STATUS_INVALID);
    OK(store_begin(f->store, &f->error));
    CHECK_INT(store_begin(f->store, &f->error), STATUS_BUSY);
    store_rollback(f->store);
    store_rollback(f->store); /* safe when none is open */
    OK(store_begin(f->store, &f->error));
    OK(store_commit(f->store, &f->error)); /* nothing written, nothing counted */
    CHECK_INT(store_generation(f->store), 1);
}

CONTRACT(a_refused_row_leaves_the_transaction_usable)
{
    OK(store_begin(f->store, &f->error));
    OK(store_region_put(f->store, "sample", "{}", &f->error));
    struct tree tree = plant_in(f, "sample-0001");
    struct facility_record again = facility_record("sample-0002");
    again.source_id = "sample-0001";
    CHECK_INT(store_facility_insert(f->store, &again, &f->error), STATUS_CONFLICT);
    CHECK_CONTAINS(f->error.message, "sample-0001");
    again = facility_record("sample-0001-g1"); /* an id of a group */
    again.source_id = "another";
    CHECK_INT(store_facility_insert(f->store, &again, &f->error), STATUS_CONFLICT);
    CHECK_CONTAINS(f->error.message, "id 'sample-0001-g1' is in use already");
    again.id = "sample-0002"; /* the refused one left nothing behind */
    OK(store_facility_insert(f->store, &again, &f->error));
    CHECK_INT(again.key, 2);
    OK(store_facility_version_insert(f->store, &again, &f->error));
    struct group_record group = group_record(tree.facility.key, "sample-0001-g2");
    group.source_id = "sample-0001-g1";
    CHECK_INT(store_group_insert(f->store, &group, &f->error), STATUS_CONFLICT);
    struct offer_record offer = offer_record(tree.group.key, "sample-0001-h2");
    offer.source_id = "sample-0001-h1";
    CHECK_INT(store_offer_insert(f->store, &offer, tree.facility.key, &f->error), STATUS_CONFLICT);
    OK(store_commit(f->store, &f->error));
    CHECK_INT(count_rows(f, STORE_ROWS_FACILITIES, 100), 2);
}

CONTRACT(what_does_not_exist_cannot_be_named)
{
    plant(f, "sample-0001");
    OK(store_begin(f->store, &f->error));
    struct facility_record facility = facility_record("Sample-1");
    CHECK_INT(store_facility_insert(f->store, &facility, &f->error), STATUS_INVALID);
    CHECK_CONTAINS(f->error.message, "'Sample-1' must be 1 to 64 of a-z, 0-9 and -");
    facility = facility_record("sample-0002");
    facility.region = "nowhere";
    CHECK_INT(store_facility_insert(f->store, &facility, &f->error), STATUS_NOT_FOUND);
    CHECK_CONTAINS(f->error.message, "no region 'nowhere'");
    struct group_record group = group_record(77, "sample-0077-g1");
    CHECK_INT(store_group_insert(f->store, &group, &f->error), STATUS_INVALID);
    struct places_record places = places_record(77, 5, 1);
    CHECK_INT(store_places_append(f->store, &places, &f->error), STATUS_INVALID);
    CHECK_INT(store_version_supersede(f->store, STORE_GROUPS, 77, 5, &f->error), STATUS_NOT_FOUND);
    struct slot_record slot = {.day = 1, .from_min = 540, .to_min = 600, .places = 1};
    CHECK_INT(store_slots_replace(f->store, 77, &slot, 1, &f->error), STATUS_INVALID);
    store_rollback(f->store);
    struct street_record *streets;
    uint32_t count;
    CHECK_INT(store_streets(f->store, "nowhere", &f->arena, &streets, &count, &f->error),
              STATUS_NOT_FOUND);
}

struct reader {
    struct store *store;
    uint32_t facilities;
    bool said;
};

static void *read_beside(void *argument)
{
    struct reader *reader = argument;
    struct fixture f = {.store = reader->store};
    arena_init(&f.arena, 1 << 20);
    reader->facilities = count_rows(&f, STORE_ROWS_FACILITIES, DAY_NONE);
    const char *value;
    reader->said = store_meta_get(f.store, "said", &f.arena, &value, NULL) == STATUS_OK;
    arena_release(&f.arena);
    return NULL;
}

/* "thread" in the name: run again under TSan. */
CONTRACT(another_thread_reads_the_last_commit_and_this_one_its_own_writes)
{
    plant(f, "sample-0001");
    OK(store_begin(f->store, &f->error));
    plant_in(f, "sample-0002");
    OK(store_meta_put(f->store, "said", "yes", &f->error));
    const char *value;
    OK(store_meta_get(f->store, "said", &f->arena, &value, &f->error));
    CHECK_TEXT(value, "yes");
    struct reader reader = {.store = f->store};
    pthread_t thread;
    pthread_create(&thread, NULL, read_beside, &reader);
    for (int i = 3; i < 40; i++) { /* beside it */
        char id[32];
        snprintf(id, sizeof id, "sample-%04d", i);
        plant_in(f, id);
    }
    pthread_join(thread, NULL);
    CHECK_INT(reader.facilities, 1);
    CHECK(!reader.said);
    OK(store_commit(f->store, &f->error));
    pthread_create(&thread, NULL, read_beside, &reader);
    pthread_join(thread, NULL);
    CHECK_INT(reader.facilities, 39);
    CHECK(reader.said);
}

/* Small things -----------------------------------------------------------------------------------*/

CONTRACT(named_facts_are_replaced_and_missing_ones_not_found)
{
    const char *value;
    CHECK_INT(store_meta_get(f->store, "sample", &f->arena, &value, &f->error), STATUS_NOT_FOUND);
    OK(store_begin(f->store, &f->error));
    OK(store_meta_put(f->store, "sample", "1", &f->error));
    OK(store_meta_put(f->store, "sample", "2", &f->error));
    OK(store_commit(f->store, &f->error));
    OK(store_meta_get(f->store, "sample", &f->arena, &value, &f->error));
    CHECK_TEXT(value, "2");
}

CONTRACT(resident_points_are_replaced_whole_and_read_in_order)
{
    const struct resident_record first[] = {
        {"b", 1202000000, 302000000, "330108001001", 120, 4},
        {"a", 1201000000, 301000000, NULL, 0, NONE},
    };
    const struct resident_record second = {"c", -1800000000, -900000000, NULL, NONE, 0};
    const struct resident_record twice[] = {first[0], first[0]};
    struct resident_record *residents;
    uint32_t count;
    OK(store_begin(f->store, &f->error));
    OK(store_region_put(f->store, "sample", "{}", &f->error));
    OK(store_region_put(f->store, "other", "{}", &f->error));
    OK(store_residents_replace(f->store, "sample", "census", first, 2, &f->error));
    OK(store_residents_replace(f->store, "other", "census", &second, 1, &f->error));
    OK(store_commit(f->store, &f->error));
    OK(store_residents(f->store, "sample", &f->arena, &residents, &count, &f->error));
    REQUIRE(count == 2);
    CHECK_TEXT(residents[0].source_id, "a");
    CHECK_TEXT(residents[0].community, NULL);
    CHECK_INT(residents[0].residents, 0);
    CHECK_INT(residents[0].children, NONE);
    CHECK_TEXT(residents[1].community, "330108001001");
    CHECK_INT(residents[1].lon_e7, 1202000000);
    CHECK_INT(residents[1].children, 4);

    OK(store_begin(f->store, &f->error));
    CHECK_INT(store_residents_replace(f->store, "nowhere", "census", first, 2, &f->error),
              STATUS_NOT_FOUND);
    CHECK_INT(store_residents_replace(f->store, "sample", "census", twice, 2, &f->error),
              STATUS_CONFLICT);
    store_rollback(f->store);
    OK(store_residents(f->store, "sample", &f->arena, &residents, &count, &f->error));
    CHECK_INT(count, 2);

    OK(store_begin(f->store, &f->error));
    OK(store_residents_replace(f->store, "sample", "grid", &second, 1, &f->error));
    OK(store_commit(f->store, &f->error));
    OK(store_residents(f->store, "sample", &f->arena, &residents, &count, &f->error));
    REQUIRE(count == 1);
    CHECK_TEXT(residents[0].source_id, "c");
    OK(store_residents(f->store, "other", &f->arena, &residents, &count, &f->error));
    CHECK_INT(count, 1);
}

CONTRACT(regions_streets_and_communities_are_kept_by_code)
{
    OK(store_begin(f->store, &f->error));
    OK(store_region_put(f->store, "sample", "{\"name\":\"sample\"}", &f->error));
    OK(store_region_put(f->store, "other", "{}", &f->error));
    OK(store_region_put(f->store, "sample", "{\"name\":\"again\"}", &f->error));
    const struct street_record street = {"330108002", "长河街道", NULL};
    const struct street_record earlier = {"330108001", "西兴街道", "Xixing"};
    OK(store_street_put(f->store, "sample", &street, &f->error));
    OK(store_street_put(f->store, "sample", &earlier, &f->error));
    struct community_record community = {
        .code = "330108001001",
        .name = "示例社区",
        .street = "330108001",
        .residents = 5000,
        .children = NONE,
        .standard = STANDARD_BUILT,
        .outline = "{\"type\":\"Polygon\",\"coordinates\":[[[120,30],[121,30],[121,31],[120,30]]]}",
    };
    OK(store_community_put(f->store, "sample", &community, &f->error));
    community.children = 0;
    OK(store_community_put(f->store, "sample", &community, &f->error));
    community.outline = NULL;
    community.code = "330108001000";
    community.standard = STANDARD_UNKNOWN;
    OK(store_community_put(f->store, "sample", &community, &f->error));
    CHECK_INT(store_community_put(f->store, "none", &community, &f->error), STATUS_NOT_FOUND);
    OK(store_commit(f->store, &f->error));

    struct store_region *regions;
    struct street_record *streets;
    struct community_record *communities;
    uint32_t count;
    OK(store_regions(f->store, &f->arena, &regions, &count, &f->error));
    CHECK_INT(count, 2);
    CHECK_TEXT(regions[0].name, "sample");
    CHECK_TEXT(regions[0].json, "{\"name\":\"again\"}");
    OK(store_streets(f->store, "sample", &f->arena, &streets, &count, &f->error));
    CHECK_INT(count, 2);
    CHECK_TEXT(streets[0].name_en, "Xixing");
    CHECK_TEXT(streets[1].name_en, NULL);
    OK(store_streets(f->store, "other", &f->arena, &streets, &count, &f->error));
    CHECK_INT(count, 0);
    OK(store_communities(f->store, "sample", &f->arena, &communities, &count, &f->error));
    CHECK_INT(count, 2);
    CHECK_TEXT(communities[0].code, "330108001000");
    CHECK_INT(communities[0].standard, STANDARD_UNKNOWN);
    CHECK_TEXT(communities[0].outline, NULL);
    CHECK_INT(communities[1].residents, 5000);
    CHECK_INT(communities[1].children, 0);
    CHECK_CONTAINS(communities[1].outline, "[121,31]");
}

CONTRACT(runs_of_imports_come_newest_first)
{
    OK(store_begin(f->store, &f->error));
    OK(store_region_put(f->store, "sample", "{}", &f->error));
    day_t after;
    OK(store_import_after(f->store, "sample", "register", 0, &after, &f->error));
    CHECK_INT(after, DAY_NONE);
    for (int i = 0; i < 3; i++) {
        struct import_run run = {.region = "sample",
                                 .kind = "register",
                                 .file = "a.csv",
                                 .source = "register",
                                 .as_of = 100 - i,
                                 .recorded_at = i,
                                 .report = "{}"};
        OK(store_import_run_insert(f->store, &run, &f->error));
        CHECK_INT(run.key, i + 1);
    }
    OK(store_commit(f->store, &f->error));
    struct import_run *runs;
    uint32_t count;
    OK(store_import_runs(f->store, "sample", 2, &f->arena, &runs, &count, &f->error));
    CHECK_INT(count, 2);
    CHECK_INT(runs[0].as_of, 98);
    CHECK_INT(runs[1].recorded_at, 1);
    static const day_t days[][2] = {{0, 98}, {97, 98}, {98, 99}, {99, 100}, {100, DAY_NONE}};
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        OK(store_import_after(f->store, "sample", "register", days[i][0], &after, &f->error));
        CHECK_INT(after, days[i][1]);
    }
    OK(store_import_after(f->store, "sample", "another", 0, &after, &f->error));
    CHECK_INT(after, DAY_NONE);
}

static void keep_run(struct fixture *f, const char *region, const char *parameters, day_t day,
                     const char *result, bool is_current, int64_t *key)
{
    struct run_record run = {.region = region,
                             .kind = "coverage",
                             .parameters = parameters,
                             .result = result,
                             .generation = (uint64_t)day + 7,
                             .day = day,
                             .started_at = 1000 + day,
                             .ended_at = 2000 + day,
                             .is_current = is_current};
    OK(store_run_insert(f->store, &run, &f->error));
    *key = run.key;
}

CONTRACT(kept_runs_are_listed_by_region_question_and_day)
{
    struct run_record *runs;
    uint32_t count;
    int64_t keys[6];
    const char *result;
    OK(store_runs(f->store, "coverage", &f->arena, &runs, &count, &f->error));
    CHECK_INT(count, 0);
    OK(store_begin(f->store, &f->error));
    OK(store_region_put(f->store, "sample", "{}", &f->error));
    OK(store_region_put(f->store, "other", "{}", &f->error));
    keep_run(f, "sample", "{}", 101, "[0]", true, &keys[0]);
    keep_run(f, "sample", "{}", 100, "[1]", true, &keys[1]);
    keep_run(f, "sample", "{\"minutes\":5}", 99, "[2]", false, &keys[2]);
    keep_run(f, "other", "{}", 102, "[3]", true, &keys[3]);
    keep_run(f, "sample", "{}", 100, "[4]", true, &keys[4]);
    OK(store_commit(f->store, &f->error));
    OK(store_runs(f->store, "plan", &f->arena, &runs, &count, &f->error));
    CHECK_INT(count, 0);
    OK(store_runs(f->store, "coverage", &f->arena, &runs, &count, &f->error));
    REQUIRE(count == 5);
    static const int order[] = {3, 2, 1, 4, 0};
    for (int i = 0; i < 5; i++) {
        CHECK_INT(runs[i].key, keys[order[i]]);
        CHECK_INT(runs[i].generation, runs[i].day + 7);
        CHECK_INT(runs[i].started_at, runs[i].day + 1000);
        CHECK_INT(runs[i].ended_at, runs[i].day + 2000);
        CHECK_INT(runs[i].is_current, i == 0 || i == 3); /* one of each region */
        CHECK_TEXT(runs[i].kind, "coverage");
        CHECK(!runs[i].result);
        OK(store_run_result(f->store, runs[i].key, &f->arena, &result, &f->error));
        CHECK_INT(result[1] - '0', order[i]);
    }
    CHECK_TEXT(runs[0].region, "other");
    CHECK_TEXT(runs[1].region, "sample");
    CHECK_TEXT(runs[1].parameters, "{\"minutes\":5}");
}

CONTRACT(a_run_that_is_forgotten_is_gone_with_its_result_and_its_key)
{
    struct run_record *runs;
    uint32_t count;
    int64_t keys[3];
    const char *result;
    OK(store_begin(f->store, &f->error));
    OK(store_region_put(f->store, "sample", "{}", &f->error));
    keep_run(f, "sample", "{}", 100, "[0]", false, &keys[0]);
    keep_run(f, "sample", "{}", 101, "[1]", false, &keys[1]);
    OK(store_commit(f->store, &f->error));
    OK(store_begin(f->store, &f->error));
    OK(store_run_delete(f->store, keys[0], &f->error));
    CHECK_INT(store_run_delete(f->store, keys[0], &f->error), STATUS_NOT_FOUND);
    store_rollback(f->store);
    OK(store_run_result(f->store, keys[0], &f->arena, &result, &f->error));
    OK(store_begin(f->store, &f->error));
    OK(store_run_delete(f->store, keys[0], &f->error));
    OK(store_commit(f->store, &f->error));
    CHECK_INT(store_run_result(f->store, keys[0], &f->arena, &result, &f->error), STATUS_NOT_FOUND);
    CHECK(!result);
    OK(store_begin(f->store, &f->error));
    keep_run(f, "sample", "{}", 102, "[2]", false, &keys[2]);
    OK(store_commit(f->store, &f->error));
    CHECK(keys[2] > keys[1]);
    OK(store_runs(f->store, "coverage", &f->arena, &runs, &count, &f->error));
    REQUIRE(count == 2);
    CHECK_INT(runs[0].key, keys[1]);
    CHECK_INT(runs[1].key, keys[2]);
}

CONTRACT(a_run_that_is_rolled_back_leaves_the_old_one_current)
{
    struct run_record *runs,
        elsewhere = {.region = "elsewhere", .kind = "coverage", .parameters = "{}", .result = "[]"};
    uint32_t count;
    int64_t first, second;
    OK(store_begin(f->store, &f->error));
    OK(store_region_put(f->store, "sample", "{}", &f->error));
    keep_run(f, "sample", "{}", 100, "[0]", true, &first);
    OK(store_commit(f->store, &f->error));
    OK(store_begin(f->store, &f->error));
    keep_run(f, "sample", "{}", 100, "[1]", true, &second);
    store_rollback(f->store);
    OK(store_runs(f->store, "coverage", &f->arena, &runs, &count, &f->error));
    REQUIRE(count == 1);
    CHECK_INT(runs[0].key, first);
    CHECK(runs[0].is_current);
    OK(store_begin(f->store, &f->error));
    CHECK_INT(store_run_insert(f->store, &elsewhere, &f->error), STATUS_NOT_FOUND);
    store_rollback(f->store);
}

/* Identities and versions ------------------------------------------------------------------------*/

CONTRACT(a_facility_comes_back_as_it_was_given)
{
    struct tree tree = plant(f, "sample-0001");
    struct store_history history;
    OK(store_facility_history(f->store, tree.facility.key, &f->arena, &history, &f->error));
    CHECK_INT(history.facility_count, 1);
    const struct facility_record *a = &history.facilities[0], *b = &tree.facility;
    CHECK_INT(a->key, b->key);
    CHECK_INT(a->version_key, b->version_key);
    CHECK_TEXT(a->id, b->id);
    CHECK_TEXT(a->region, b->region);
    CHECK_TEXT(a->source, b->source);
    CHECK_TEXT(a->source_id, b->source_id);
    CHECK_INT(a->validity.valid_from, 100);
    CHECK_INT(a->validity.valid_to, DAY_OPEN);
    CHECK_INT(a->validity.recorded_at, 1000);
    CHECK_INT(a->validity.superseded_at, TIME_NONE);
    CHECK_TEXT(a->validity.source, "register");
    CHECK_TEXT(a->name, b->name);
    CHECK_TEXT(a->name_en, b->name_en);
    CHECK_TEXT(a->declared_community, b->declared_community);
    CHECK_TEXT(a->community, b->community);
    CHECK_TEXT(a->address, b->address);
    CHECK_TEXT(a->phone, NULL);
    CHECK_INT(a->lon_e7, b->lon_e7);
    CHECK_INT(a->lat_e7, b->lat_e7);
    CHECK_INT(a->opens_on, DAY_NONE);
    CHECK_INT(a->opened_on, 90);
    CHECK_INT(a->filed_on, 95);
    CHECK_INT(a->closed_on, DAY_NONE);
    CHECK_INT(a->inclusive_since, 0);
    CHECK_INT(a->demonstration_since, DAY_NONE);
    CHECK_INT(a->staff_on, DAY_NONE);
    CHECK_INT(a->licensed_total, 60);
    CHECK_INT(a->staff, 0);
    CHECK_INT(a->certified, NONE);
    CHECK_INT(a->kind, KIND_NURSERY);
    CHECK_INT(a->ownership, OWNERSHIP_UNKNOWN);
    CHECK_INT(a->registrar, REGISTRAR_PERSONNEL);
    CHECK_INT(a->state, STATE_FILED);
    CHECK_INT(a->inclusive, YES);
    CHECK_INT(a->demonstration, UNKNOWN);
    CHECK(a->point_consent);
    CHECK_INT(history.group_count, 1);
    CHECK_INT(history.groups[0].age_from_m, 0);
    CHECK_INT(history.groups[0].age_to_m, 36);
    CHECK_INT(history.groups[0].licensed, 20);
    CHECK_INT(history.groups[0].facility, tree.facility.key);
    CHECK_TEXT(history.groups[0].id, "sample-0001-g1");
    CHECK_INT(history.offer_count, 1);
    CHECK_INT(history.offers[0].group, tree.group.key);
    CHECK_INT(history.offers[0].age_from_m, NONE);
    CHECK_INT(history.offers[0].price, 0);
    CHECK_INT(history.offers[0].care, CARE_HOURLY);
    CHECK_INT(history.place_count, 1);
    CHECK_INT(history.places[0].as_of, TIME_NONE);
    OK(store_facility_history(f->store, 99, &f->arena, &history, &f->error));
    CHECK_INT(history.facility_count + history.group_count + history.place_count, 0);
}

CONTRACT(a_day_is_replayed_from_what_is_now_believed_of_it)
{
    struct tree tree = plant(f, "sample-0001");
    OK(store_begin(f->store, &f->error));
    OK(store_version_supersede(f->store, STORE_FACILITIES, tree.facility.version_key, 2000,
                               &f->error));
    struct facility_record before = tree.facility, after = tree.facility;
    before.validity.valid_to = 200;
    after.validity.valid_from = 200;
    after.validity.recorded_at = 2000;
    after.name = "后来的名字";
    after.lon_e7 = after.lat_e7 = NONE;
    OK(store_facility_version_insert(f->store, &after, &f->error));
    OK(store_facility_version_insert(f->store, &before, &f->error));
    struct facility_record never = tree.facility; /* holds on no day */
    never.validity.valid_from = never.validity.valid_to = 150;
    OK(store_facility_version_insert(f->store, &never, &f->error));
    OK(store_commit(f->store, &f->error));
    struct facility_record found[4];
    CHECK_INT(scan_all(f, STORE_ROWS_FACILITIES, 99, found, sizeof *found, 3), 0);
    CHECK_INT(scan_all(f, STORE_ROWS_FACILITIES, 100, found, sizeof *found, 3), 1);
    CHECK_INT(found[0].validity.valid_to, 200);
    CHECK_INT(scan_all(f, STORE_ROWS_FACILITIES, 199, found, sizeof *found, 3), 1);
    CHECK_INT(found[0].version_key, before.version_key);
    CHECK_INT(scan_all(f, STORE_ROWS_FACILITIES, 200, found, sizeof *found, 3), 1);
    CHECK_INT(found[0].version_key, after.version_key);
    CHECK_INT(found[0].lon_e7, NONE);
    CHECK_INT(scan_all(f, STORE_ROWS_FACILITIES, DAY_NONE, found, sizeof *found, 3), 2);
    struct store_history history;
    OK(store_facility_history(f->store, tree.facility.key, &f->arena, &history, &f->error));
    CHECK_INT(history.facility_count,
              3); /* in order of valid_from; the superseded one is not here */
    CHECK_INT(history.facilities[0].validity.valid_from, 100);
    CHECK_INT(history.facilities[1].validity.valid_from, 150);
    CHECK_TEXT(history.facilities[2].name, "后来的名字");
    OK(store_begin(f->store, &f->error));
    CHECK_INT(store_version_supersede(f->store, STORE_FACILITIES, tree.facility.version_key, 3000,
                                      &f->error),
              STATUS_NOT_FOUND);
    store_rollback(f->store);
}

CONTRACT(a_version_that_ends_before_it_begins_is_refused)
{
    struct tree tree = plant(f, "sample-0001");
    OK(store_begin(f->store, &f->error));
    struct group_record group = tree.group;
    group.validity.valid_to = 99;
    CHECK_INT(store_group_version_insert(f->store, &group, &f->error), STATUS_INVALID);
    struct facility_record facility = tree.facility;
    facility.lat_e7 = NONE;
    CHECK_INT(store_facility_version_insert(f->store, &facility, &f->error), STATUS_INVALID);
    store_rollback(f->store);
}

CONTRACT(the_next_change_is_never_told_too_late)
{
    day_t next;
    OK(store_next_change(f->store, 0, &next, &f->error));
    CHECK_INT(next, DAY_NONE);
    struct tree tree = plant(f, "sample-0001");
    OK(store_next_change(f->store, 0, &next, &f->error));
    CHECK_INT(next, 100);
    OK(store_next_change(f->store, 100, &next, &f->error));
    CHECK_INT(next, DAY_NONE);
    OK(store_begin(f->store, &f->error));
    struct offer_record offer = tree.offer;
    OK(store_version_supersede(f->store, STORE_OFFERS, offer.version_key, 5, &f->error));
    offer.validity.valid_from = 300;
    offer.validity.valid_to = 400;
    OK(store_offer_version_insert(f->store, &offer, &f->error));
    OK(store_commit(f->store, &f->error));
    OK(store_next_change(f->store, 100, &next, &f->error));
    CHECK_INT(next, 300);
    OK(store_next_change(f->store, 300, &next, &f->error));
    CHECK_INT(next, 400);
}

CONTRACT(numbers_of_new_ids_only_grow)
{
    int64_t number;
    OK(store_facility_next_number(f->store, "sample", &number, &f->error));
    CHECK_INT(number, 1);
    plant(f, "sample-0041");
    OK(store_facility_next_number(f->store, "sample", &number, &f->error));
    CHECK_INT(number, 42);
    OK(store_begin(f->store, &f->error));
    OK(store_facility_next_number(f->store, "sample", &number, &f->error));
    CHECK_INT(number, 42);
    plant_in(f, "sample-10000");
    plant_in(f, "sample-10000-x");
    plant_in(f, "samples-20000");
    OK(store_facility_next_number(f->store, "sample", &number, &f->error));
    CHECK_INT(number, 10001);
    OK(store_facility_next_number(f->store, "other", &number, &f->error));
    CHECK_INT(number, 1);
    store_rollback(f->store);
    OK(store_facility_next_number(f->store, "sample", &number, &f->error));
    CHECK_INT(number, 42);
}

/* Numbers, hours, slots --------------------------------------------------------------------------*/

CONTRACT(forgotten_reports_are_gone_and_the_next_is_the_first)
{
    struct tree tree = plant(f, "sample-0001"), other = plant(f, "sample-0002");
    struct places_record places, found[3];
    OK(store_begin(f->store, &f->error));
    for (moment_t as_of = 5000; as_of <= 6000; as_of += 500) {
        places = places_record(tree.group.key, as_of, 11);
        OK(store_places_append(f->store, &places, &f->error));
    }
    places = places_record(other.group.key, 7000, 12);
    OK(store_places_append(f->store, &places, &f->error));
    OK(store_commit(f->store, &f->error));
    CHECK_INT(store_places_forget(f->store, tree.group.key, &f->error), STATUS_INVALID);
    OK(store_begin(f->store, &f->error));
    OK(store_places_forget(f->store, tree.group.key, &f->error));
    store_rollback(f->store);
    CHECK_INT(scan_all(f, STORE_ROWS_PLACES, DAY_NONE, found, sizeof *found, 3), 2);
    OK(store_begin(f->store, &f->error));
    OK(store_places_forget(f->store, tree.group.key, &f->error));
    OK(store_places_forget(f->store, tree.group.key, &f->error)); /* nothing left to drop */
    places = places_record(tree.group.key, 4000, 13);             /* older than what was there */
    OK(store_places_append(f->store, &places, &f->error));
    CHECK_INT(places.seq, 1);
    OK(store_commit(f->store, &f->error));
    CHECK_INT(scan_all(f, STORE_ROWS_PLACES, DAY_NONE, found, sizeof *found, 3), 2);
    CHECK_INT(found[0].enrolled, 13);
    CHECK_INT(found[1].enrolled, 12);
    OK(store_check(f->store, &f->error));
}

CONTRACT(the_current_report_is_the_latest_and_none_is_older)
{
    struct tree tree = plant(f, "sample-0001");
    OK(store_begin(f->store, &f->error));
    struct places_record places = places_record(tree.group.key, 5000, 11);
    OK(store_places_append(f->store, &places, &f->error));
    CHECK_INT(places.seq, 1);
    places = places_record(tree.group.key, 6000, 12);
    OK(store_places_append(f->store, &places, &f->error));
    CHECK_INT(places.seq, 2);
    places = places_record(tree.group.key, 6000, 13); /* a correction of the same moment */
    OK(store_places_append(f->store, &places, &f->error));
    CHECK_INT(places.seq, 3);
    places = places_record(tree.group.key, 5999, 14);
    CHECK_INT(store_places_append(f->store, &places, &f->error), STATUS_CONFLICT);
    OK(store_commit(f->store, &f->error));
    struct places_record found[2];
    CHECK_INT(scan_all(f, STORE_ROWS_PLACES, DAY_NONE, found, sizeof *found, 1), 1);
    CHECK_INT(found[0].enrolled, 13);
    CHECK_INT(found[0].staffed, NONE);
    CHECK_INT(found[0].held, 0);
    CHECK_INT(found[0].seq, 3);
    CHECK_INT(found[0].recorded_at, 6005);
    struct store_history history;
    OK(store_facility_history(f->store, tree.facility.key, &f->arena, &history, &f->error));
    CHECK_INT(history.place_count, 1);
    CHECK_INT(history.places[0].enrolled, 13);
    CHECK_TEXT(history.places[0].source, "facility");
}

CONTRACT(hours_are_replaced_whole_and_come_in_order_of_owners)
{
    struct tree tree = plant(f, "sample-0001");
    const struct hours_record week[] = {
        {.weekdays = 31, .open_min = 480, .close_min = 1050},
        {.weekdays = 32, .open_min = 540, .close_min = 720},
    };
    const struct hours_exception_record days[] = {
        {.day = 20, .open_min = 600, .close_min = 700},
        {.day = 10, .open_min = NONE16, .close_min = NONE16},
        {.day = 20, .open_min = 800, .close_min = 2880},
    };
    OK(store_begin(f->store, &f->error));
    OK(store_hours_replace(f->store, HOURS_OF_OFFER, tree.offer.key, week + 1, 1, days, 1,
                           &f->error));
    OK(store_hours_replace(f->store, HOURS_OF_FACILITY, tree.facility.key, week, 1, days, 2,
                           &f->error));
    OK(store_hours_replace(f->store, HOURS_OF_FACILITY, tree.facility.key, week, 2, days, 3,
                           &f->error));
    OK(store_commit(f->store, &f->error));
    struct hours_record hours[4];
    CHECK_INT(scan_all(f, STORE_ROWS_HOURS, 100, hours, sizeof *hours, 3), 3);
    CHECK_INT(hours[0].owner_kind, HOURS_OF_FACILITY);
    CHECK_INT(hours[0].weekdays, 31);
    CHECK_INT(hours[1].weekdays, 32);
    CHECK_INT(hours[2].owner_kind, HOURS_OF_OFFER);
    CHECK_INT(hours[2].open_min, 540);
    struct hours_exception_record exceptions[5];
    CHECK_INT(scan_all(f, STORE_ROWS_EXCEPTIONS, 100, exceptions, sizeof *exceptions, 4), 4);
    CHECK_INT(exceptions[0].day, 10);
    CHECK_INT(exceptions[0].open_min, NONE16);
    CHECK_INT(exceptions[1].open_min, 600);
    CHECK_INT(exceptions[2].close_min, 2880);
    CHECK_INT(exceptions[3].owner_kind, HOURS_OF_OFFER);
    struct store_history history;
    OK(store_facility_history(f->store, tree.facility.key, &f->arena, &history, &f->error));
    CHECK_INT(history.hours_count, 3);
    CHECK_INT(history.hours[2].owner_kind, HOURS_OF_OFFER);
    CHECK_INT(history.exception_count, 4);
    CHECK_INT(history.exceptions[3].owner, tree.offer.key);
    OK(store_begin(f->store, &f->error));
    CHECK_INT(store_hours_replace(f->store, HOURS_OF_OFFER, 99, week, 1, NULL, 0, &f->error),
              STATUS_INVALID);
    OK(store_hours_replace(f->store, HOURS_OF_FACILITY, tree.facility.key, NULL, 0, NULL, 0,
                           &f->error));
    OK(store_commit(f->store, &f->error));
    CHECK_INT(count_rows(f, STORE_ROWS_HOURS, 100), 1);
}

CONTRACT(slots_of_coming_days_are_scanned_in_order)
{
    struct tree tree = plant(f, "sample-0001");
    const struct slot_record slots[] = {
        {.day = 12, .from_min = 540, .to_min = 600, .places = 4, .taken = 5, .as_of = 70},
        {.day = 11, .from_min = 600, .to_min = 660, .places = 3, .taken = 0, .as_of = 70},
        {.day = 11, .from_min = 540, .to_min = 600, .places = 2, .taken = 1, .as_of = 70},
    };
    OK(store_begin(f->store, &f->error));
    OK(store_slots_replace(f->store, tree.offer.key, slots, 3, &f->error));
    OK(store_commit(f->store, &f->error));
    struct slot_record found[4];
    CHECK_INT(scan_all(f, STORE_ROWS_SLOTS, 11, found, sizeof *found, 3), 3);
    CHECK_INT(found[0].from_min, 540);
    CHECK_INT(found[1].places, 3);
    CHECK_INT(found[2].taken, 5);
    CHECK_INT(found[2].offer, tree.offer.key);
    CHECK_INT(count_rows(f, STORE_ROWS_SLOTS, 12), 1);
    CHECK_INT(count_rows(f, STORE_ROWS_SLOTS, DAY_NONE), 3);
    const struct slot_record twice[] = {slots[0], slots[0]};
    OK(store_begin(f->store, &f->error));
    CHECK_INT(store_slots_replace(f->store, tree.offer.key, twice, 2, &f->error), STATUS_CONFLICT);
    store_rollback(f->store);
    CHECK_INT(count_rows(f, STORE_ROWS_SLOTS, 12), 1);
}

static uint32_t slots_version(struct fixture *f, day_t day)
{
    struct offer_record found[1];
    CHECK_INT(scan_all(f, STORE_ROWS_OFFERS, day, found, sizeof *found, 1), 1);
    return found[0].slots_version;
}

CONTRACT(the_version_of_slots_rises_when_they_are_replaced_and_only_then)
{
    struct tree tree = plant(f, "sample-0001");
    const struct slot_record slot = {.day = 11, .from_min = 540, .to_min = 600, .as_of = 70};
    uint32_t first = slots_version(f, DAY_NONE);
    for (uint32_t i = 1; i <= 2; i++) {
        OK(store_begin(f->store, &f->error));
        OK(store_slots_replace(f->store, tree.offer.key, &slot, 1, &f->error));
        OK(store_commit(f->store, &f->error));
        CHECK_INT(slots_version(f, DAY_NONE), first + i);
    }
    OK(store_begin(f->store, &f->error));
    OK(store_slots_replace(f->store, tree.offer.key, NULL, 0, &f->error));
    store_rollback(f->store);
    CHECK_INT(slots_version(f, DAY_NONE), first + 2);
    OK(store_begin(f->store, &f->error)); /* a later version of the offer has the same slots */
    OK(store_version_supersede(f->store, STORE_OFFERS, tree.offer.version_key, 80, &f->error));
    OK(store_offer_version_insert(f->store, &tree.offer, &f->error));
    OK(store_commit(f->store, &f->error));
    CHECK_INT(slots_version(f, DAY_NONE), first + 2);
}

CONTRACT(edits_by_hand_are_found_with_their_facility)
{
    struct tree tree = plant(f, "sample-0001"), other = {0};
    OK(store_begin(f->store, &f->error));
    other = plant_in(f, "sample-0002");
    struct field_edit edits[] = {
        {STORE_FACILITIES, tree.facility.key, "name", 10, "officer"},
        {STORE_GROUPS, tree.group.key, "licensed", 20, "officer"},
        {STORE_OFFERS, tree.offer.key, "price", 30, "officer"},
        {STORE_OFFERS, other.offer.key, "price", 40, "officer"},
        {STORE_FACILITIES, tree.facility.key, "name", 50, "another"},
    };
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++)
        OK(store_field_edit_put(f->store, &edits[i], &f->error));
    OK(store_commit(f->store, &f->error));
    struct field_edit *found;
    uint32_t count;
    OK(store_field_edits(f->store, tree.facility.key, &f->arena, &found, &count, &f->error));
    CHECK_INT(count, 3);
    for (uint32_t i = 0; i < count; i++)
        if (found[i].table == STORE_FACILITIES) {
            CHECK_INT(found[i].edited_at, 50);
            CHECK_TEXT(found[i].actor, "another");
        }
}

CONTRACT(scans_come_in_ascending_order_of_key)
{
    OK(store_begin(f->store, &f->error));
    OK(store_region_put(f->store, "sample", "{}", &f->error));
    for (int i = 0; i < 50; i++) {
        char id[32];
        snprintf(id, sizeof id, "sample-%04d", 50 - i);
        struct tree tree = plant_in(f, id);
        struct places_record places = places_record(tree.group.key, 100, i);
        OK(store_places_append(f->store, &places, &f->error));
    }
    OK(store_commit(f->store, &f->error));
    struct facility_record facilities[51];
    struct group_record groups[51];
    struct offer_record offers[51];
    struct places_record places[51];
    CHECK_INT(scan_all(f, STORE_ROWS_FACILITIES, 100, facilities, sizeof *facilities, 50), 50);
    CHECK_INT(scan_all(f, STORE_ROWS_GROUPS, 100, groups, sizeof *groups, 50), 50);
    CHECK_INT(scan_all(f, STORE_ROWS_OFFERS, 100, offers, sizeof *offers, 50), 50);
    CHECK_INT(scan_all(f, STORE_ROWS_PLACES, 100, places, sizeof *places, 50), 50);
    for (int i = 0; i < 50; i++) {
        CHECK_INT(facilities[i].key, i + 1);
        CHECK_INT(groups[i].facility, i + 1);
        CHECK_INT(offers[i].group, i + 1);
        CHECK_INT(places[i].enrolled, i);
    }
}
