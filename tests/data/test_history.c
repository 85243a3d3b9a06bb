/*
 * Putting what a source says into a facility's history, over both backends.
 */
#include "tests/test.h"

#include "data/calendar.h"
#include "data/history.h"
#include "data/text.h"

#include <stdio.h>
#include <string.h>

struct fixture {
    struct store *store;
    struct arena arena;
    struct error error;
};

#define OK(call) REQUIRE_OK(call, &f->error)

static void open_fixture(struct fixture *f, const char *location)
{
    *f = (struct fixture){0};
    arena_init(&f->arena, 64u << 20);
    OK(store_open(location, STORE_CREATE, &f->store, &f->error));
    OK(store_begin(f->store, &f->error));
    OK(store_region_put(f->store, "sample", "{}", &f->error));
    OK(store_commit(f->store, &f->error));
}

static void close_fixture(struct fixture *f)
{
    OK(store_check(f->store, &f->error));
    store_close(f->store);
    arena_release(&f->arena);
}

static const char *sqlite_path(void)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/store.db", test_folder());
    return path;
}

#define ON_BOTH(name)                    \
    static void name(struct fixture *f); \
    TEST(name##_in_memory)               \
    {                                    \
        struct fixture f;                \
        open_fixture(&f, "memory:");     \
        name(&f);                        \
        close_fixture(&f);               \
    }                                    \
    TEST(name##_in_sqlite)               \
    {                                    \
        struct fixture f;                \
        open_fixture(&f, sqlite_path()); \
        name(&f);                        \
        close_fixture(&f);               \
    }                                    \
    static void name(struct fixture *f)

/* What one source says of one facility: two groups, an offer of each ------------------------------*/

struct said {
    struct facility_bundle bundle;
    struct group_record groups[2];
    struct places_record places[2];
    struct offer_record offers[2];
    uint32_t offer_groups[2];
    struct hours_record hours[2];
    struct slot_record slots[2];
};

static void say(struct said *said, const char *source_id)
{
    *said = (struct said){0};
    struct facility_bundle *bundle = &said->bundle;
    bundle->facility = (struct facility_record){
        .region = "sample",
        .source = "register",
        .source_id = source_id,
        .name = "示例托育园",
        .address = "示例路 1 号",
        .lon_e7 = 1202000000,
        .lat_e7 = 302000000,
        .opens_on = DAY_NONE,
        .opened_on = DAY_NONE,
        .filed_on = DAY_NONE,
        .closed_on = DAY_NONE,
        .delists_on = DAY_NONE,
        .inclusive_since = DAY_NONE,
        .demonstration_since = DAY_NONE,
        .staff_on = DAY_NONE,
        .licensed_total = 40,
        .staff = NONE,
        .certified = NONE,
        .kind = KIND_NURSERY,
        .ownership = OWNERSHIP_PUBLIC,
        .registrar = REGISTRAR_UNKNOWN,
        .state = STATE_FILED,
        .inclusive = UNKNOWN,
        .demonstration = UNKNOWN,
    };
    for (int i = 0; i < 2; i++) {
        said->groups[i] = (struct group_record){
            .source_id = i ? "B" : "A", .age_from_m = 12, .age_to_m = 36, .licensed = 20};
        said->offers[i] = (struct offer_record){.source_id = i ? "b" : "a",
                                                .age_from_m = NONE,
                                                .age_to_m = NONE,
                                                .price = 100,
                                                .price_unit = PRICE_UNIT_MONTH,
                                                .care = i ? CARE_HOURLY : CARE_FULL_DAY};
        said->offer_groups[i] = (uint32_t)i;
        said->places[i] = (struct places_record){.as_of = TIME_NONE};
    }
    bundle->groups = said->groups;
    bundle->places = said->places;
    bundle->offers = said->offers;
    bundle->offer_groups = said->offer_groups;
    bundle->hours = said->hours;
    bundle->slots = said->slots;
    bundle->group_count = bundle->offer_count = 2;
}

static void report(struct said *said, int group, moment_t as_of, int32_t enrolled)
{
    said->places[group] = (struct places_record){.as_of = as_of,
                                                 .staffed = NONE,
                                                 .enrolled = enrolled,
                                                 .held = NONE,
                                                 .next_open = NONE,
                                                 .next_open_from = DAY_NONE,
                                                 .open_until = DAY_NONE};
}

static struct history_conflict conflicts[8];
static uint32_t conflict_count;

static enum history_outcome put(struct fixture *f, struct said *said, day_t as_of)
{
    enum history_outcome outcome;
    memset(conflicts, 0, sizeof conflicts);
    said->bundle.arena = &f->arena;
    OK(store_begin(f->store, &f->error));
    OK(history_put(f->store, &said->bundle, "sample", as_of, 86400 * 365, &outcome, conflicts, 8,
                   &conflict_count, &f->error));
    OK(store_commit(f->store, &f->error));
    CHECK((conflict_count > 0) == (outcome == HISTORY_CONFLICTING));
    return outcome;
}

static struct store_history history_of(struct fixture *f, int64_t key)
{
    struct store_history history;
    OK(store_facility_history(f->store, key, &f->arena, &history, &f->error));
    return history;
}

static void record_run(struct fixture *f, day_t as_of)
{
    struct import_run run = {.region = "sample",
                             .kind = "register",
                             .source = "register",
                             .as_of = as_of,
                             .report = "{}"};
    OK(store_begin(f->store, &f->error));
    OK(store_import_run_insert(f->store, &run, &f->error));
    OK(store_commit(f->store, &f->error));
}

static void edit(struct fixture *f, enum store_table table, int64_t key, const char *field,
                 moment_t at)
{
    struct field_edit edit = {(int8_t)table, key, field, at, "officer"};
    OK(store_begin(f->store, &f->error));
    OK(store_field_edit_put(f->store, &edit, &f->error));
    OK(store_commit(f->store, &f->error));
}

/* Conflicts as they are told -----------------------------------------------------------------------*/

ON_BOTH(a_long_value_in_a_conflict_is_cut_between_characters)
{
    static const char sixty[] = "示例示例示例示例示例示例示例示例示例示例示例示例示例示例示例示例"
                                "示例示例示例示例示例示例示例示例示例示例示例示例示例示例";
    for (int ahead = 0; ahead < 3; ahead++) { /* whatever stands before the characters */
        char name[400], id[2] = {(char)('1' + ahead), '\0'};
        struct said said;
        say(&said, id);
        snprintf(name, sizeof name, "%.*s%s", ahead, "ab", sixty);
        said.bundle.facility.name = name;
        said.groups[0].source_id = "班级1234567890123示例";
        CHECK_INT(put(f, &said, 100), HISTORY_ACCEPTED);
        said.bundle.facility.name = "示例托育园";
        said.groups[0].licensed = 9;
        CHECK_INT(put(f, &said, 200), HISTORY_CHANGED);
        CHECK_INT(put(f, &said, 150), HISTORY_CONFLICTING);
        REQUIRE(conflict_count == 2);
        const char *stored = conflicts[0].stored, *field = conflicts[1].field;
        CHECK(strlen(stored) > 150 && strncmp(stored, name, strlen(stored)) == 0);
        CHECK_INT(text_utf8_length(stored, strlen(stored)), strlen(stored));
        CHECK_INT(text_utf8_length(field, strlen(field)), strlen(field));
        CHECK_CONTAINS(field, "示.licensed");
    }
}

ON_BOTH(a_facility_that_only_an_older_report_names_is_history)
{
    struct said said;
    struct store_scan *scan;
    struct facility_record facility;
    bool more;
    record_run(f, 300);
    record_run(f, 200);
    say(&said, "1");
    CHECK_INT(put(f, &said, 150), HISTORY_ACCEPTED);
    struct store_history history = history_of(f, said.bundle.facility.key);
    REQUIRE(history.facility_count == 1 && history.group_count == 2 && history.offer_count == 2);
    CHECK_INT(history.facilities[0].validity.valid_from, 150);
    CHECK_INT(history.facilities[0].validity.valid_to, 200); /* the first that does not name it */
    CHECK_INT(history.groups[1].validity.valid_to, 200);
    CHECK_INT(history.offers[1].validity.valid_to, 200);
    for (day_t day = 199; day <= 200; day++) {
        OK(store_scan_open(f->store, STORE_ROWS_FACILITIES, day, &scan, &f->error));
        OK(store_scan_next(scan, &facility, &more, &f->error));
        CHECK_INT(more, day == 199);
        store_scan_close(scan);
    }
    CHECK_INT(put(f, &said, 150), HISTORY_UNCHANGED);
    CHECK_INT(put(f, &said, 300), HISTORY_CHANGED); /* named again */
    history = history_of(f, said.bundle.facility.key);
    REQUIRE(history.facility_count == 2);
    CHECK_INT(history.facilities[1].validity.valid_from, 300);
    CHECK_INT(history.facilities[1].validity.valid_to, DAY_OPEN);
}

/* New, changed, unchanged ------------------------------------------------------------------------*/

ON_BOTH(a_new_facility_gets_ids_by_prefix_and_care)
{
    struct said said;
    say(&said, "7");
    said.offers[1].care = CARE_UNKNOWN;
    CHECK_INT(put(f, &said, 100), HISTORY_ACCEPTED);
    CHECK_TEXT(said.bundle.facility.id, "sample-0001");
    CHECK_TEXT(said.groups[0].id, "sample-0001-g1");
    CHECK_TEXT(said.groups[1].id, "sample-0001-g2");
    CHECK_TEXT(said.offers[0].id, "sample-0001-f1");
    CHECK_TEXT(said.offers[1].id, "sample-0001-o1");
    say(&said, "8");
    said.bundle.facility.id = "sample-9999"; /* given */
    said.groups[0].id = "room-of-bears";
    said.offers[1].care = CARE_DROP_IN;
    said.offers[0].care = CARE_DROP_IN;
    CHECK_INT(put(f, &said, 100), HISTORY_ACCEPTED);
    CHECK_TEXT(said.groups[0].id, "room-of-bears");
    CHECK_TEXT(said.groups[1].id, "sample-9999-g1");
    CHECK_TEXT(said.offers[0].id, "sample-9999-d1");
    CHECK_TEXT(said.offers[1].id, "sample-9999-d2");
    say(&said, "9");
    CHECK_INT(put(f, &said, 100), HISTORY_ACCEPTED);
    CHECK_TEXT(said.bundle.facility.id, "sample-10000"); /* four digits at least, growing */
    say(&said, "9");
    CHECK_INT(put(f, &said, 100), HISTORY_UNCHANGED);
    CHECK_TEXT(said.offers[1].id, "sample-10000-u1");
}

ON_BOTH(ids_are_not_handed_back_without_an_arena)
{
    struct said said;
    say(&said, "7");
    enum history_outcome outcome;
    OK(store_begin(f->store, &f->error));
    OK(history_put(f->store, &said.bundle, "sample", 100, 5, &outcome, NULL, 0, NULL, &f->error));
    OK(store_commit(f->store, &f->error));
    CHECK_TEXT(said.bundle.facility.id, NULL);
    CHECK_TEXT(said.groups[1].id, NULL);
    CHECK_INT(said.bundle.facility.key, 1);
    CHECK_INT(said.groups[1].key, 2);
}

ON_BOTH(the_same_again_writes_nothing)
{
    struct said said;
    say(&said, "7");
    report(&said, 0, 5000, 11);
    said.bundle.hours_known = said.bundle.slots_known = true;
    said.hours[0] = (struct hours_record){.weekdays = 31, .open_min = 480, .close_min = 1080};
    said.hours[1] = (struct hours_record){.owner_kind = HOURS_OF_OFFER,
                                          .owner = 1,
                                          .weekdays = 31,
                                          .open_min = 500,
                                          .close_min = 900};
    said.bundle.hours_count = 2;
    said.slots[0] =
        (struct slot_record){.offer = 1, .day = 120, .from_min = 600, .to_min = 660, .places = 2};
    said.slots[1] =
        (struct slot_record){.offer = 1, .day = 110, .from_min = 600, .to_min = 660, .places = 3};
    said.bundle.slot_count = 2;
    CHECK_INT(put(f, &said, 100), HISTORY_ACCEPTED);
    uint64_t generation = store_generation(f->store);
    CHECK_INT(put(f, &said, 100), HISTORY_UNCHANGED);
    CHECK_INT(put(f, &said, 200), HISTORY_UNCHANGED);
    CHECK_INT(put(f, &said, 50), HISTORY_UNCHANGED); /* an older register that says the same */
    CHECK_INT(store_generation(f->store), generation);
    struct store_history history = history_of(f, said.bundle.facility.key);
    CHECK_INT(history.facility_count, 1);
    CHECK_INT(history.group_count, 2);
    CHECK_INT(history.places[0].seq, 1);
    CHECK_INT(history.hours_count, 2);
    CHECK_INT(history.slot_count, 2);
    said.hours[1].close_min = 960;
    CHECK_INT(put(f, &said, 200), HISTORY_CHANGED);
    said.slots[0].taken = 1;
    CHECK_INT(put(f, &said, 200), HISTORY_CHANGED);
    said.bundle.hours_known = said.bundle.slots_known = false; /* silence keeps them */
    said.bundle.hours_count = said.bundle.slot_count = 0;
    CHECK_INT(put(f, &said, 200), HISTORY_UNCHANGED);
    history = history_of(f, said.bundle.facility.key);
    CHECK_INT(history.hours[1].close_min, 960);
    CHECK_INT(history.slots[1].taken, 1);
}

ON_BOTH(a_change_leaves_the_days_before_it_as_they_were)
{
    struct said said;
    say(&said, "7");
    put(f, &said, 100);
    said.bundle.facility.name = "新名字";
    said.groups[1].licensed = 25;
    CHECK_INT(put(f, &said, 150), HISTORY_CHANGED);
    struct store_history history = history_of(f, said.bundle.facility.key);
    CHECK_INT(history.facility_count, 2);
    CHECK_TEXT(history.facilities[0].name, "示例托育园");
    CHECK_INT(history.facilities[0].validity.valid_to, 150);
    CHECK_TEXT(history.facilities[1].name, "新名字");
    CHECK_INT(history.facilities[1].validity.valid_to, DAY_OPEN);
    CHECK_INT(history.group_count, 3); /* A untouched, B twice */
    CHECK_INT(history.offer_count, 2);
    said.bundle.facility.name = "改正";
    CHECK_INT(put(f, &said, 150), HISTORY_CHANGED); /* mended on the same day */
    history = history_of(f, said.bundle.facility.key);
    CHECK_INT(history.facility_count, 2);
    CHECK_TEXT(history.facilities[1].name, "改正");
}

ON_BOTH(what_is_no_longer_named_ends_and_comes_back_as_itself)
{
    struct said said;
    say(&said, "7");
    put(f, &said, 100);
    int64_t facility = said.bundle.facility.key, key = said.groups[1].key;
    said.bundle.group_count = said.bundle.offer_count = 1;
    CHECK_INT(put(f, &said, 150), HISTORY_CHANGED);
    struct store_history history = history_of(f, facility);
    CHECK_INT(history.groups[1].key, key);
    CHECK_INT(history.groups[1].validity.valid_to, 150);
    CHECK_INT(history.offers[1].validity.valid_to, 150);
    CHECK_INT(put(f, &said, 160), HISTORY_UNCHANGED);
    say(&said, "7");
    CHECK_INT(put(f, &said, 200), HISTORY_CHANGED);
    CHECK_INT(said.groups[1].key, key);
    CHECK_TEXT(said.groups[1].id, "sample-0001-g2");
    CHECK_TEXT(said.offers[1].id, "sample-0001-u1");
    /* ended and begun again on one day: still the same group */
    said.bundle.group_count = said.bundle.offer_count = 1;
    CHECK_INT(put(f, &said, 200), HISTORY_CHANGED);
    say(&said, "7");
    CHECK_INT(put(f, &said, 200), HISTORY_CHANGED);
    CHECK_INT(said.groups[1].key, key);
    say(&said, "7");
    said.offers[0].source_id = "c";
    said.groups[0].source_id = "C"; /* A ends, C is new: its number was never used */
    CHECK_INT(put(f, &said, 300), HISTORY_CHANGED);
    CHECK_TEXT(said.groups[0].id, "sample-0001-g3");
}

/* Conflicts --------------------------------------------------------------------------------------*/

ON_BOTH(an_older_report_does_not_undo_a_newer_one)
{
    struct said said, older;
    say(&said, "7");
    put(f, &said, 100);
    said.bundle.facility.name = "新名字";
    put(f, &said, 200);
    say(&older, "7");
    CHECK_INT(put(f, &older, 150), HISTORY_UNCHANGED); /* it says what is believed of that day */
    older.bundle.facility.name = "旧名字";
    older.groups[0].licensed = 99;
    CHECK_INT(put(f, &older, 150), HISTORY_CONFLICTING);
    CHECK_INT(conflict_count, 1); /* of groups nothing newer is known */
    CHECK_TEXT(conflicts[0].field, "facility.name");
    CHECK_TEXT(conflicts[0].stored, "示例托育园");
    CHECK_TEXT(conflicts[0].given, "旧名字");
    CHECK_TEXT(conflicts[0].because, "newer version of 1970-07-20");
    struct store_history history = history_of(f, said.bundle.facility.key);
    CHECK_INT(history.groups[0].licensed, 20); /* all or nothing */
    record_run(f, 180);
    CHECK_INT(put(f, &older, 150), HISTORY_CONFLICTING);
    CHECK_INT(conflict_count, 2); /* a run of day 180 has seen the groups as they are */
    CHECK_TEXT(conflicts[1].field, "group A.licensed");
    CHECK_TEXT(conflicts[1].stored, "20");
    CHECK_TEXT(conflicts[1].given, "99");
    CHECK_TEXT(conflicts[1].because, "newer report of 1970-06-30");
    older.bundle.group_count = older.bundle.offer_count = 1;
    CHECK_INT(put(f, &older, 150), HISTORY_CONFLICTING);
    CHECK_TEXT(conflicts[1].field, "offer b");
    CHECK_TEXT(conflicts[1].given, "(not named)");
}

ON_BOTH(an_officers_later_edit_stands)
{
    struct said said;
    say(&said, "7");
    put(f, &said, 100);
    int64_t facility = said.bundle.facility.key;
    moment_t midnight = (moment_t)150 * 86400;
    edit(f, STORE_FACILITIES, facility, "name", midnight);
    edit(f, STORE_GROUPS, said.groups[0].key, "licensed", midnight);
    said.bundle.facility.name = "别名";
    said.bundle.facility.address = "别处";
    CHECK_INT(put(f, &said, 149), HISTORY_CONFLICTING);
    CHECK_INT(conflict_count, 1);
    CHECK_TEXT(conflicts[0].because, "edited on 1970-05-31");
    CHECK_INT(put(f, &said, 150), HISTORY_CONFLICTING);
    /* 14 hours east of Greenwich the edit was made on day 150 too: day 151 has not begun anywhere */
    CHECK_INT(put(f, &said, 151), HISTORY_CHANGED);
    said.bundle.group_count = said.bundle.offer_count = 0;
    CHECK_INT(put(f, &said, 150), HISTORY_CONFLICTING);
    /* silence keeps what the officer entered, also later */
    say(&said, "7");
    said.bundle.facility.name = NULL;
    said.bundle.facility.address = NULL;
    said.groups[0].licensed = NONE;
    said.groups[1].licensed = NONE;
    CHECK_INT(put(f, &said, 200), HISTORY_CHANGED);
    struct store_history history = history_of(f, facility);
    CHECK_TEXT(history.facilities[history.facility_count - 1].name, "别名");
    CHECK_TEXT(history.facilities[history.facility_count - 1].address, NULL);
    CHECK_INT(history.groups[0].licensed, 20);
    CHECK_INT(history.groups[2].licensed, NONE);
}

ON_BOTH(numbers_are_appended_by_their_own_moment)
{
    struct said said;
    say(&said, "7");
    report(&said, 0, 5000, 11);
    put(f, &said, 100);
    report(&said, 0, 6000, 11);
    CHECK_INT(put(f, &said, 100), HISTORY_CHANGED); /* a confirmation is news */
    report(&said, 0, 6000, 12);
    CHECK_INT(put(f, &said, 100), HISTORY_CHANGED); /* a correction */
    report(&said, 0, 5000, 12);
    CHECK_INT(put(f, &said, 100), HISTORY_UNCHANGED);
    report(&said, 0, 5000, 11);
    CHECK_INT(put(f, &said, 300), HISTORY_CONFLICTING);
    CHECK_TEXT(conflicts[0].field, "group A.places");
    CHECK_TEXT(conflicts[0].stored, "staffed unknown, enrolled 12, held unknown");
    CHECK_TEXT(conflicts[0].because, "newer numbers of 1970-01-01T01:40:00Z");
    struct store_history history = history_of(f, said.bundle.facility.key);
    CHECK_INT(history.places[0].seq, 3);
    CHECK_INT(history.places[0].enrolled, 12);
    CHECK_TEXT(history.places[0].source, "register");
    CHECK_INT(history.places[1].as_of, TIME_NONE);
}

ON_BOTH(a_source_without_slots_does_not_take_away_newer_ones)
{
    struct said said;
    say(&said, "7");
    said.bundle.slots_known = true;
    said.slots[0] = (struct slot_record){.offer = 1,
                                         .day = 130,
                                         .from_min = 600,
                                         .to_min = 660,
                                         .places = 2,
                                         .as_of = 121 * 86400 + 3600};
    said.bundle.slot_count = 1;
    put(f, &said, 100);
    said.bundle.slot_count = 0;
    CHECK_INT(put(f, &said, 120), HISTORY_CONFLICTING);
    CHECK_TEXT(conflicts[0].because, "newer slots are stored");
    CHECK_INT(history_of(f, said.bundle.facility.key).slot_count, 1);
    CHECK_INT(put(f, &said, 122), HISTORY_CHANGED);
    CHECK_INT(history_of(f, said.bundle.facility.key).slot_count, 0);
}

ON_BOTH(an_offer_does_not_move_to_another_group)
{
    struct said said;
    say(&said, "7");
    put(f, &said, 100);
    said.offer_groups[1] = 0;
    CHECK_INT(put(f, &said, 200), HISTORY_CONFLICTING);
    CHECK_TEXT(conflicts[0].field, "offer b.group");
}

ON_BOTH(names_given_twice_are_refused)
{
    struct said said;
    say(&said, "7");
    said.groups[1].source_id = "A";
    enum history_outcome outcome;
    OK(store_begin(f->store, &f->error));
    CHECK_INT(
        history_put(f->store, &said.bundle, "sample", 1, 1, &outcome, NULL, 0, NULL, &f->error),
        STATUS_INVALID);
    CHECK_CONTAINS(f->error.message, "names group 'A' twice");
    store_rollback(f->store);
}

/* Closing ----------------------------------------------------------------------------------------*/

static enum history_outcome close_facility(struct fixture *f, int64_t key, day_t as_of)
{
    enum history_outcome outcome;
    OK(store_begin(f->store, &f->error));
    OK(history_close(f->store, key, as_of, 99, "register", &outcome, conflicts, &f->error));
    OK(store_commit(f->store, &f->error));
    return outcome;
}

ON_BOTH(closing_is_a_version_and_reopening_another)
{
    struct said said;
    say(&said, "7");
    put(f, &said, 100);
    int64_t key = said.bundle.facility.key;
    CHECK_INT(close_facility(f, key, 200), HISTORY_CHANGED);
    CHECK_INT(close_facility(f, key, 200), HISTORY_UNCHANGED);
    CHECK_INT(close_facility(f, key, 250), HISTORY_UNCHANGED);
    struct store_history history = history_of(f, key);
    CHECK_INT(history.facility_count, 2);
    CHECK_INT(history.facilities[1].state, STATE_CLOSED);
    CHECK_INT(history.facilities[1].closed_on, 200);
    CHECK_INT(close_facility(f, key, 150), HISTORY_CONFLICTING);
    CHECK_TEXT(conflicts[0].field, "facility.closed_on");
    CHECK_TEXT(conflicts[0].because, "newer version of 1970-07-20");
    CHECK_INT(put(f, &said, 300), HISTORY_CHANGED);
    CHECK_TEXT(said.bundle.facility.id, "sample-0001");
    edit(f, STORE_FACILITIES, key, "state", (moment_t)400 * 86400);
    CHECK_INT(close_facility(f, key, 350), HISTORY_CONFLICTING);
    CHECK_INT(close_facility(f, key, 402), HISTORY_CHANGED);
}

/* Any sequence of puts, against a map of days ----------------------------------------------------*/

enum { DAYS = 24, ABSENT = -1, RECORDS = 3 }; /* the facility, group B, offer b */

struct model {
    int value[RECORDS][DAYS + 1];
    bool begins[RECORDS][DAYS + 1];
    day_t newest_run;
    bool is_known;
};

/* Does anything newer speak of this record? */
static bool model_objects(const struct model *model, int record, int day)
{
    for (int later = day + 1; later <= DAYS; later++)
        if (model->begins[record][later] ||
            (model->value[record][day] != ABSENT && model->value[record][later] == ABSENT))
            return true;
    return model->newest_run > day;
}

static enum history_outcome model_put(struct model *model, int day, const int value[RECORDS])
{
    bool changed = !model->is_known, conflicts_found = false;
    bool change[RECORDS] = {0};
    for (int r = 0; r < RECORDS; r++) {
        int known = model->value[r][day];
        bool ever = false;
        for (int d = 0; d <= DAYS; d++)
            ever |= model->begins[r][d];
        if (known == ABSENT && value[r] != ABSENT)
            for (int later = DAYS; later > day; later--)
                if (model->begins[r][later])
                    known = model->value[r][later];
        change[r] = value[r] != known;
        if (value[r] == ABSENT && known == ABSENT)
            change[r] = false;
        if (change[r] && model->is_known &&
            (ever ? model_objects(model, r, day) : model->newest_run > day))
            conflicts_found = true;
        changed |= change[r];
    }
    if (conflicts_found)
        return HISTORY_CONFLICTING;
    for (int r = 0; r < RECORDS; r++) {
        for (int d = day; change[r] && d <= DAYS; d++)
            model->value[r][d] = value[r];
        if (change[r])
            model->begins[r][day] = value[r] != ABSENT;
    }
    enum history_outcome outcome = !model->is_known ? HISTORY_ACCEPTED
                                   : changed        ? HISTORY_CHANGED
                                                    : HISTORY_UNCHANGED;
    model->is_known = true;
    return outcome;
}

#define VALUE_ON(day, records, count, key_, field, value)                                    \
    do {                                                                                     \
        value = ABSENT;                                                                      \
        int found_ = 0;                                                                      \
        for (uint32_t i_ = 0; i_ < (count); i_++)                                            \
            if ((records)[i_].key == (key_) && (records)[i_].validity.valid_from <= (day) && \
                (day) < (records)[i_].validity.valid_to) {                                   \
                value = (records)[i_].field;                                                 \
                found_++;                                                                    \
            }                                                                                \
        CHECK(found_ <= 1);                                                                  \
    } while (0)

static void compare_with_model(struct fixture *f, const struct model *model, int64_t group,
                               int64_t offer)
{
    struct store_history history = history_of(f, 1);
    for (int day = 0; day <= DAYS; day++) {
        int value;
        VALUE_ON(day, history.facilities, history.facility_count, 1, licensed_total, value);
        CHECK_INT(value, model->value[0][day]);
        VALUE_ON(day, history.groups, history.group_count, group, licensed, value);
        CHECK_INT(value, model->value[1][day]);
        VALUE_ON(day, history.offers, history.offer_count, offer, price, value);
        CHECK_INT(value, model->value[2][day]);
    }
}

/* What the scans say of a day, too: they are what the dataset reads. */
static void compare_scans(struct fixture *f, const struct model *model, int64_t group)
{
    for (int day = 0; day <= DAYS; day += 5) {
        struct store_scan *scan;
        struct group_record record;
        bool more = true;
        int value = ABSENT;
        OK(store_scan_open(f->store, STORE_ROWS_GROUPS, day, &scan, &f->error));
        while (more) {
            OK(store_scan_next(scan, &record, &more, &f->error));
            if (more && record.key == group)
                value = record.licensed;
        }
        store_scan_close(scan);
        CHECK_INT(value, model->value[1][day]);
    }
}

static void one_life(struct fixture *f, struct test_random *random, int puts)
{
    struct model model;
    memset(&model, 0, sizeof model);
    model.newest_run = DAY_NONE;
    for (int r = 0; r < RECORDS; r++)
        for (int day = 0; day <= DAYS; day++)
            model.value[r][day] = ABSENT;
    int64_t group = 0, offer = 0;
    char group_id[ID_MAX_BYTES + 1] = "";
    for (int i = 0; i < puts; i++) {
        /* mostly forward in time, sometimes back */
        int day =
            test_random_below(random, 3) ? i * DAYS / puts : (int)test_random_below(random, DAYS);
        if (test_random_below(random, 16) == 0 && model.is_known) {
            record_run(f, day);
            model.newest_run = day > model.newest_run ? day : model.newest_run;
        }
        bool both = test_random_below(random, 4) > 0;
        int value[RECORDS] = {(int)test_random_below(random, 2),
                              both ? (int)test_random_below(random, 2) : ABSENT,
                              both ? (int)test_random_below(random, 2) : ABSENT};
        struct said said;
        say(&said, "1");
        said.bundle.facility.licensed_total = value[0];
        said.bundle.group_count = said.bundle.offer_count = both ? 2 : 1;
        said.groups[1].licensed = value[1];
        said.offers[1].price = value[2];
        enum history_outcome expected = model_put(&model, day, value);
        if (!CHECK_INT(put(f, &said, day), expected))
            return;
        if (both && expected != HISTORY_CONFLICTING) {
            if (!group) {
                group = said.groups[1].key;
                offer = said.offers[1].key;
                snprintf(group_id, sizeof group_id, "%s", said.groups[1].id);
            }
            CHECK_INT(said.groups[1].key, group);
            CHECK_INT(said.offers[1].key, offer);
            CHECK_TEXT(said.groups[1].id, group_id);
        }
        compare_with_model(f, &model, group, offer);
        arena_reset(&f->arena);
    }
    compare_scans(f, &model, group);
}

TEST(any_sequence_of_puts_is_replayed_as_the_plain_model_says_in_memory)
{
    struct test_random random = test_random();
    for (int life = 0; life < 60; life++) {
        struct fixture f;
        open_fixture(&f, "memory:");
        one_life(&f, &random, 40);
        close_fixture(&f);
    }
}

TEST(any_sequence_of_puts_is_replayed_as_the_plain_model_says_in_sqlite)
{
    struct test_random random = test_random();
    for (int life = 0; life < 6; life++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/life-%d.db", test_folder(), life);
        struct fixture f;
        open_fixture(&f, path);
        one_life(&f, &random, 40);
        close_fixture(&f);
    }
}
