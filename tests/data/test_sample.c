#include "data/sample.h"

#include "data/region_init.h"

#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REGION_FILE "data/regions/binjiang/region.json"
#define FIRST_DAY   "2026-11-25T03:10:07Z" /* a Wednesday, 11:10 in Shanghai */

static moment_t moment_of(const char *text)
{
    moment_t moment = 0;
    REQUIRE(moment_parse(text, strlen(text), &moment) == STATUS_OK);
    return moment;
}

static struct store *sample_store(const char *location, const char *now)
{
    struct store *store;
    struct error error;
    REQUIRE_OK(store_open(location, STORE_CREATE, &store, &error), &error);
    REQUIRE_OK(region_init(store, REGION_FILE, moment_of(now), NULL, &error), &error);
    return store;
}

static bool redate(struct store *store, const char *now)
{
    bool changed;
    struct error error;
    REQUIRE_OK(sample_redate(store, moment_of(now), &changed, &error), &error);
    return changed;
}

static struct sample_state state_of(struct store *store, const char *now)
{
    struct sample_state state;
    struct error error;
    REQUIRE_OK(sample_state(store, moment_of(now), &state, &error), &error);
    return state;
}

/* A store's rows of one kind as text: what two stores are compared by. Keys are in it, because both
 * were filled in the same order; moments of recording are not. */
struct text {
    char *bytes;
    size_t length;
    FILE *out;
};

static void write_row(FILE *out, enum store_rows rows, const void *row)
{
    if (rows == STORE_ROWS_PLACES) {
        const struct places_record *p = row;
        fprintf(out, "%lld %lld %d %d %d %d %d %d %s\n", (long long)p->group, (long long)p->as_of,
                p->staffed, p->enrolled, p->held, p->next_open, p->next_open_from, p->open_until,
                p->source);
    } else if (rows == STORE_ROWS_SLOTS) {
        const struct slot_record *s = row;
        fprintf(out, "%lld %d %d %d %d %d %lld\n", (long long)s->offer, s->day, s->from_min,
                s->to_min, s->places, s->taken, (long long)s->as_of);
    } else if (rows == STORE_ROWS_EXCEPTIONS) {
        const struct hours_exception_record *e = row;
        fprintf(out, "%d %lld %d %d %d\n", e->owner_kind, (long long)e->owner, e->day, e->open_min,
                e->close_min);
    } else if (rows == STORE_ROWS_HOURS) {
        const struct hours_record *h = row;
        fprintf(out, "%d %lld %d %d %d\n", h->owner_kind, (long long)h->owner, h->weekdays,
                h->open_min, h->close_min);
    } else if (rows == STORE_ROWS_FACILITIES) {
        const struct facility_record *f = row;
        fprintf(out, "%lld %s %s %d %d\n", (long long)f->key, f->id, f->name, f->state,
                f->validity.valid_from);
    } else if (rows == STORE_ROWS_GROUPS) {
        const struct group_record *g = row;
        fprintf(out, "%lld %s %d\n", (long long)g->key, g->id, g->validity.valid_from);
    } else {
        const struct offer_record *o = row;
        fprintf(out, "%lld %s %d\n", (long long)o->key, o->id, o->validity.valid_from);
    }
}

union any_row {
    struct facility_record facility;
    struct group_record group;
    struct offer_record offer;
    struct places_record places;
    struct hours_record hours;
    struct hours_exception_record exception;
    struct slot_record slot;
};

/* Of `day`, or every believed version for DAY_NONE; *count rows. */
static char *rows_of(struct store *store, enum store_rows rows, day_t day, uint32_t *count)
{
    struct text text = {0};
    text.out = open_memstream(&text.bytes, &text.length);
    struct store_scan *scan;
    union any_row row;
    struct error error;
    bool more = true;
    *count = 0;
    REQUIRE_OK(store_scan_open(store, rows, day, &scan, &error), &error);
    for (;;) {
        REQUIRE_OK(store_scan_next(scan, &row, &more, &error), &error);
        if (!more)
            break;
        write_row(text.out, rows, &row);
        ++*count;
    }
    store_scan_close(scan);
    fclose(text.out);
    return text.bytes;
}

static void check_same_rows(struct store *a, struct store *b, enum store_rows rows, day_t day)
{
    uint32_t count_a, count_b;
    char *rows_a = rows_of(a, rows, day, &count_a), *rows_b = rows_of(b, rows, day, &count_b);
    CHECK(count_a > 0);
    CHECK_INT(count_a, count_b);
    if (strcmp(rows_a, rows_b) != 0)
        test_fail(__FILE__, __LINE__, "rows of kind %d differ", (int)rows);
    free(rows_a);
    free(rows_b);
}

static uint32_t count_of(struct store *store, enum store_rows rows)
{
    uint32_t count;
    free(rows_of(store, rows, DAY_NONE, &count));
    return count;
}

/* Loading ---------------------------------------------------------------------------------------- */

TEST(init_loads_the_sample_region_with_all_it_names)
{
    struct store *store;
    struct error error;
    struct region_loaded loaded;
    REQUIRE_OK(store_open("memory:", STORE_CREATE, &store, &error), &error);
    REQUIRE_OK(region_init(store, REGION_FILE, moment_of(FIRST_DAY), &loaded, &error), &error);
    CHECK_TEXT(loaded.name, "binjiang");
    CHECK(loaded.sample);
    CHECK(loaded.streets == 3 && loaded.communities == 67 && loaded.facilities == 72);
    CHECK(loaded.groups > 100 && loaded.offers > 150);
    CHECK_CONTAINS(loaded.notice, "示例数据");

    struct arena arena;
    arena_init(&arena, 8 << 20);
    const char *value = NULL;
    REQUIRE_OK(store_meta_get(store, "sample", &arena, &value, &error), &error);
    CHECK_TEXT(value, "yes");
    REQUIRE_OK(store_meta_get(store, "loaded_at", &arena, &value, &error), &error);
    CHECK_TEXT(value, FIRST_DAY);
    struct community_record *communities;
    uint32_t count = 0, outlines = 0;
    REQUIRE_OK(store_communities(store, "binjiang", &arena, &communities, &count, &error), &error);
    int64_t residents = 0;
    for (uint32_t i = 0; i < count; i++) {
        residents += communities[i].residents;
        outlines += communities[i].outline != NULL;
    }
    CHECK(count == 67 && outlines == 67);
    CHECK_INT(residents, 503859); /* the district's census */
    int64_t key = 0;
    CHECK_INT(store_facility_find_id(store, "bj-0001", &key, &error), STATUS_OK);
    arena_release(&arena);

    CHECK_INT(region_init(store, REGION_FILE, moment_of(FIRST_DAY), NULL, &error), STATUS_CONFLICT);
    CHECK_CONTAINS(error.message, "binjiang");
    store_close(store);
}

static const char *write_file(const char *name, const char *text)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", test_folder(), name);
    FILE *file = fopen(path, "w");
    REQUIRE(file && fputs(text, file) >= 0 && fclose(file) == 0);
    return path;
}

#define REGION(rest)                                                                    \
    "{\"name\":\"tiny\",\"title\":\"试\",\"timezone\":\"Asia/Shanghai\",\"currency\":" \
    "\"CNY\",\"bounds\":[120.1,30.1,120.3,30.3]" rest "}"

TEST(init_without_files_makes_an_empty_region_that_is_no_sample)
{
    struct store *store;
    struct error error;
    struct region_loaded loaded;
    REQUIRE_OK(store_open("memory:", STORE_CREATE, &store, &error), &error);
    const char *path = write_file("region.json", REGION(""));
    REQUIRE_OK(region_init(store, path, moment_of(FIRST_DAY), &loaded, &error), &error);
    CHECK(loaded.facilities == 0 && loaded.communities == 0 && !loaded.sample);
    struct sample_state state = state_of(store, "2026-12-25T00:00:00Z");
    CHECK(!state.is_sample && !state.has_own_data && state.age_days == 0);
    CHECK(!redate(store, "2026-12-25T00:00:00Z"));
    store_close(store);
}

TEST(init_that_fails_leaves_the_store_as_it_was)
{
    static const struct {
        const char *region, *says;
        enum status status;
    } cases[] = {
        {REGION(",\"colour\":1"), "region.json", STATUS_INVALID},
        {REGION(",\"files\":{\"streets\":\"missing.json\"}"), "missing.json", STATUS_NOT_FOUND},
        {REGION(",\"files\":{\"register\":\"register.json\"}"), "sample: true", STATUS_INVALID},
        {REGION(",\"sample\":true,\"notice\":\"示例数据\",\"files\":{\"register\":"
                "\"register.json\"}"),
         "register.json", STATUS_INVALID},
    };
    write_file("register.json",
               "{\"version\":1,\"notice\":\"示例\",\"facilities\":[{\"id\":\"S1\",\"name\":\"x\","
               "\"kind\":\"nursery\",\"state\":\"filed\",\"valid_from\":\"2024-01-01\","
               "\"groups\":[],\"offers\":[]},{\"id\":\"S2\",\"name\":\"y\",\"kind\":\"zoo\"}]}");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct store *store;
        struct error error;
        REQUIRE_OK(store_open("memory:", STORE_CREATE, &store, &error), &error);
        const char *path = write_file("region.json", cases[i].region);
        CHECK_INT(region_init(store, path, moment_of(FIRST_DAY), NULL, &error), cases[i].status);
        CHECK_CONTAINS(error.message, cases[i].says);
        struct arena arena;
        struct store_region *regions;
        uint32_t count = 9;
        arena_init(&arena, 1 << 20);
        REQUIRE_OK(store_regions(store, &arena, &regions, &count, &error), &error);
        CHECK_INT(count, 0);
        CHECK_INT(count_of(store, STORE_ROWS_FACILITIES), 0);
        arena_release(&arena);
        store_close(store);
    }
}

/* Dating again ----------------------------------------------------------------------------------- */

/* The second way: a store that was made on that day. */
static void check_like_new(struct store *store, const char *now)
{
    static const enum store_rows kinds[] = {
        STORE_ROWS_FACILITIES, STORE_ROWS_GROUPS,     STORE_ROWS_OFFERS, STORE_ROWS_PLACES,
        STORE_ROWS_HOURS,      STORE_ROWS_EXCEPTIONS, STORE_ROWS_SLOTS};
    struct store *fresh = sample_store("memory:", now);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        check_same_rows(store, fresh, kinds[i], DAY_NONE);
    store_close(fresh);
}

static void check_redating(const char *location)
{
    static const char *const days[] = {
        "2026-11-25T23:59:59+08:00", /* the first day still */
        "2026-11-26T00:00:00+08:00", "2026-12-31T12:00:00Z", "2027-03-01T08:30:15Z",
        "2026-10-03T08:00:00Z", /* the clock was set back, into a holiday */
    };
    struct store *store = sample_store(location, FIRST_DAY);
    CHECK(!redate(store, days[0]));
    CHECK_INT(state_of(store, days[1]).age_days, 1);
    for (int i = 1; i < 5; i++) {
        CHECK(redate(store, days[i]));
        CHECK(!redate(store, days[i])); /* once a day */
        struct sample_state state = state_of(store, days[i]);
        CHECK(state.is_sample && !state.has_own_data && state.age_days == 0);
        check_like_new(store, days[i]);
    }
    store_close(store);
}

TEST(a_sample_dated_again_is_like_one_made_that_day)
{
    check_redating("memory:");
}

TEST(a_sample_in_a_file_is_dated_again_and_found_sound)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/sample.db", test_folder());
    check_redating(path);
    struct store *store;
    struct error error;
    REQUIRE_OK(store_open(path, STORE_WRITE, &store, &error), &error);
    uint32_t versions = count_of(store, STORE_ROWS_FACILITIES);
    for (int day = 1; day <= 5; day++) {
        char now[32];
        snprintf(now, sizeof now, "2027-02-%02dT00:00:01Z", day);
        CHECK(redate(store, now));
    }
    CHECK_INT(count_of(store, STORE_ROWS_FACILITIES), versions); /* no history grows */
    /* Every group's one report is its first: nothing is kept of the days before. */
    struct store_scan *scan;
    struct places_record places;
    bool more = true;
    REQUIRE_OK(store_scan_open(store, STORE_ROWS_PLACES, DAY_NONE, &scan, &error), &error);
    while (!store_scan_next(scan, &places, &more, &error) && more)
        CHECK_INT(places.seq, 1);
    store_scan_close(scan);
    REQUIRE_OK(store_check(store, &error), &error);
    store_close(store);
}

/* Data of one's own ------------------------------------------------------------------------------ */

static void add_report(struct store *store)
{
    struct error error;
    struct places_record report = {.group = 1,
                                   .as_of = moment_of("2026-11-25T04:00:00Z"),
                                   .recorded_at = moment_of("2026-11-25T04:00:01Z"),
                                   .source = "facility",
                                   .staffed = NONE,
                                   .enrolled = 3,
                                   .held = NONE,
                                   .next_open = NONE,
                                   .next_open_from = DAY_NONE,
                                   .open_until = DAY_NONE};
    REQUIRE_OK(store_places_append(store, &report, &error), &error);
}

static void add_run(struct store *store)
{
    struct error error;
    struct import_run run = {.region = "binjiang",
                             .kind = "register",
                             .file = "x.csv",
                             .source = "x",
                             .as_of = 20000,
                             .recorded_at = 1,
                             .report = "{}"};
    REQUIRE_OK(store_import_run_insert(store, &run, &error), &error);
}

static void add_edit(struct store *store)
{
    struct error error;
    int64_t key;
    REQUIRE_OK(store_facility_find_id(store, "bj-0070", &key, &error), &error);
    struct field_edit edit = {
        .table = STORE_FACILITIES, .key = key, .field = "name", .edited_at = 1, .actor = "officer"};
    REQUIRE_OK(store_field_edit_put(store, &edit, &error), &error);
}

static void add_facility(struct store *store)
{
    struct error error;
    struct facility_record facility = {.id = "own-1",
                                       .region = "binjiang",
                                       .source = "register",
                                       .source_id = "1",
                                       .name = "x",
                                       .lon_e7 = NONE,
                                       .lat_e7 = NONE,
                                       .opens_on = DAY_NONE,
                                       .opened_on = DAY_NONE,
                                       .filed_on = DAY_NONE,
                                       .closed_on = DAY_NONE,
                                       .delists_on = DAY_NONE,
                                       .inclusive_since = DAY_NONE,
                                       .demonstration_since = DAY_NONE,
                                       .staff_on = DAY_NONE,
                                       .licensed_total = NONE,
                                       .staff = NONE,
                                       .certified = NONE,
                                       .state = STATE_FILED,
                                       .inclusive = UNKNOWN,
                                       .demonstration = UNKNOWN,
                                       .ownership = OWNERSHIP_UNKNOWN,
                                       .registrar = REGISTRAR_UNKNOWN,
                                       .validity = {.valid_from = 20000,
                                                    .valid_to = DAY_OPEN,
                                                    .recorded_at = 1,
                                                    .superseded_at = TIME_NONE,
                                                    .source = "register"}};
    REQUIRE_OK(store_facility_insert(store, &facility, &error), &error);
    REQUIRE_OK(store_facility_version_insert(store, &facility, &error), &error);
}

TEST(a_sample_with_data_of_ones_own_is_left_alone_and_tells_its_age)
{
    static void (*const own[])(struct store *) = {add_report, add_run, add_edit, add_facility};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        struct store *store = sample_store("memory:", FIRST_DAY);
        struct error error;
        CHECK(!state_of(store, FIRST_DAY).has_own_data);
        REQUIRE_OK(store_begin(store, &error), &error);
        own[i](store);
        REQUIRE_OK(store_commit(store, &error), &error);
        uint32_t count;
        char *before = rows_of(store, STORE_ROWS_PLACES, DAY_NONE, &count);
        struct sample_state state = state_of(store, "2026-12-05T00:00:00Z");
        CHECK(state.is_sample && state.has_own_data);
        CHECK_INT(state.age_days, 10);
        CHECK(!redate(store, "2026-12-05T00:00:00Z"));
        char *after = rows_of(store, STORE_ROWS_PLACES, DAY_NONE, &count);
        CHECK_TEXT(after, before);
        free(before);
        free(after);
        store_close(store);
    }
}
