/*
 * Opening SQLite stores that are not as they should be, what is on the disk, and copies of it.
 */
#include "tests/test.h"

#include "data/store_sqlite.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *in_folder(const char *name)
{
    static char paths[4][4200];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", test_folder(), name);
    return path;
}

static void write_file(const char *path, const void *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    REQUIRE(file && fwrite(bytes, 1, length, file) == length);
    fclose(file);
}

static void fill(struct store *store)
{
    struct error error;
    struct facility_record facility = {
        .id = "sample-0001",
        .region = "sample",
        .source = "register",
        .source_id = "1",
        .validity = {100, DAY_OPEN, 1, TIME_NONE, "register"},
        .name = "示例",
        .lon_e7 = 1202000001,
        .lat_e7 = -302000003,
        .kind = KIND_UNKNOWN,
    };
    struct community_record community = {
        .code = "330108001001",
        .residents = NONE,
        .children = NONE,
        .outline = "{\"type\":\"MultiPolygon\",\"coordinates\":[[[[120,30],[120.5,30],[120.5,30.5],"
                   "[120,30]],[[120.2,30.1],[120.3,30.1],[120.3,30.2],[120.2,30.1]]],"
                   "[[[121,30],[122,30],[122,31],[121,30]]]]}",
    };
    REQUIRE_OK(store_begin(store, &error), &error);
    REQUIRE_OK(store_region_put(store, "sample", "{}", &error), &error);
    REQUIRE_OK(store_community_put(store, "sample", &community, &error), &error);
    REQUIRE_OK(store_facility_insert(store, &facility, &error), &error);
    REQUIRE_OK(store_facility_version_insert(store, &facility, &error), &error);
    REQUIRE_OK(store_commit(store, &error), &error);
}

static struct store *make_store(const char *path)
{
    struct error error;
    struct store *store;
    REQUIRE_OK(store_open(path, STORE_CREATE, &store, &error), &error);
    fill(store);
    return store;
}

/* Change a store as another program would, through SQLite itself. */
static void tamper(const char *path, const char *sql)
{
    sqlite3 *db;
    char *reason = NULL;
    REQUIRE(sqlite3_open(path, &db) == SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    if (sqlite3_exec(db, sql, NULL, NULL, &reason) != SQLITE_OK)
        test_fail(__FILE__, __LINE__, "%s: %s", sql, reason);
    sqlite3_close(db);
}

static void expect(const char *path, enum store_mode mode, enum status expected,
                   const char *sentence)
{
    struct error error = {0};
    struct store *store;
    CHECK_INT(store_open(path, mode, &store, &error), expected);
    CHECK(store == NULL);
    CHECK_CONTAINS(error.message, sentence);
    CHECK_CONTAINS(error.message, path);
}

/* Sentences --------------------------------------------------------------------------------------*/

TEST(a_store_that_is_not_there_is_not_made_by_opening_it)
{
    const char *path = in_folder("none.db");
    expect(path, STORE_WRITE, STATUS_NOT_FOUND, "there is no store");
    expect(path, STORE_READ, STATUS_NOT_FOUND, "there is no store");
    CHECK(access(path, F_OK) != 0);
    expect(in_folder("missing/store.db"), STORE_CREATE, STATUS_NOT_FOUND, "its folder is not there");
    expect(in_folder("missing/store.db"), STORE_READ, STATUS_NOT_FOUND, "there is no store");
}

TEST(what_is_no_store_is_said_to_be_none)
{
    char noise[5000];
    memset(noise, 'x', sizeof noise);
    const char *path = in_folder("noise.db");
    write_file(path, noise, sizeof noise);
    expect(path, STORE_WRITE, STATUS_CORRUPT, "it is not a store of this program");
    expect(path, STORE_READ, STATUS_CORRUPT, "it is not a store of this program");
    write_file(path, "", 0);
    expect(path, STORE_WRITE, STATUS_CORRUPT, "the file is empty, not a store");
    expect(test_folder(), STORE_WRITE, STATUS_CORRUPT, "it is a folder, not a store");
    path = in_folder("other.db");
    tamper(path, "CREATE TABLE t(x); INSERT INTO t VALUES (1)");
    expect(path, STORE_WRITE, STATUS_CORRUPT, "a database of another program");
    expect(path, STORE_CREATE, STATUS_CONFLICT, "it is there already");
}

TEST(a_newer_version_is_refused_and_left_alone)
{
    const char *path = in_folder("newer.db");
    store_close(make_store(path));
    tamper(path, "PRAGMA user_version=99");
    expect(path, STORE_WRITE, STATUS_VERSION, "its schema is version 99; this program knows");
    expect(path, STORE_READ, STATUS_VERSION, "its schema is version 99; this program knows");
}

TEST(a_damaged_store_is_told_from_a_sound_one)
{
    const char *path = in_folder("damaged.db");
    struct error error = {0};
    store_close(make_store(path));
    size_t length;
    char *bytes = test_read_file(path, &length);
    write_file(path, bytes, length / 3); /* cut short */
    struct store *store;
    enum status status = store_open(path, STORE_WRITE, &store, &error);
    if (!status)
        status = store_check(store, &error);
    store_close(store);
    CHECK_INT(status, STATUS_CORRUPT);
    CHECK_CONTAINS(error.message, path);
    memset(bytes + 100, 0xAA, 3000); /* the schema's own page */
    write_file(path, bytes, length);
    expect(path, STORE_WRITE, STATUS_CORRUPT, "damaged");
    free(bytes);
}

TEST(a_store_held_by_another_process_is_busy)
{
    const char *path = in_folder("held.db");
    struct store *store = make_store(path);
    expect(path, STORE_WRITE, STATUS_BUSY, "another tuoyu process holds it");
    expect(path, STORE_READ, STATUS_BUSY, "another tuoyu process holds it");
    pid_t child = fork();
    if (child == 0) { /* the lock is not the child's, and its exit does not release it */
        struct store *other;
        _exit(store_open(path, STORE_WRITE, &other, NULL) == STATUS_BUSY ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    CHECK_INT(status, 0);
    expect(path, STORE_WRITE, STATUS_BUSY, "another tuoyu process holds it");
    store_close(store);
    struct error error;
    struct store *first, *second;
    REQUIRE_OK(store_open(path, STORE_READ, &first, &error), &error);
    REQUIRE_OK(store_open(path, STORE_READ, &second, &error), &error); /* readers share it */
    expect(path, STORE_WRITE, STATUS_BUSY, "another tuoyu process holds it");
    CHECK_INT(store_begin(first, &error), STATUS_READ_ONLY);
    store_close(first);
    store_close(second);
}

TEST(a_store_locked_by_another_program_is_busy)
{
    const char *path = in_folder("locked.db");
    struct store *store;
    struct error error;
    store_close(make_store(path));
    REQUIRE_OK(store_open(path, STORE_WRITE, &store, &error), &error);
    sqlite3 *db;
    REQUIRE(sqlite3_open(path, &db) == SQLITE_OK);
    REQUIRE(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK);
    CHECK_INT(store_begin(store, &error), STATUS_BUSY);
    CHECK_CONTAINS(error.message, "another program holds it");
    sqlite3_close(db);
    REQUIRE_OK(store_begin(store, &error), &error);
    store_close(store);
}

TEST(a_store_on_a_medium_that_cannot_be_written_is_read)
{
    const char *path = in_folder("kept.db");
    store_close(make_store(path));
    char lock[4300];
    snprintf(lock, sizeof lock, "%s.lock", path);
    unlink(lock);
    REQUIRE(chmod(path, 0444) == 0 && chmod(test_folder(), 0555) == 0);
    pid_t child = fork();
    if (child == 0) {
        struct error error = {0};
        struct store *store;
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(9);
        if (store_open(path, STORE_WRITE, &store, &error) != STATUS_READ_ONLY ||
            !strstr(error.message, "it may be read, but not written"))
            _exit(1);
        if (store_open(path, STORE_READ, &store, &error) || store_check(store, &error)) {
            fprintf(stderr, "    %s\n", error.message);
            _exit(2);
        }
        store_close(store);
        _exit(0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    chmod(test_folder(), 0755);
    CHECK_INT(WEXITSTATUS(status), 0);
}

/* What is on the disk ----------------------------------------------------------------------------*/

TEST(a_store_is_its_owners_alone)
{
    mode_t mask = umask(0);
    const char *path = in_folder("own.db");
    struct store *store = make_store(path);
    static const char *const parts[] = {"", "-wal", "-shm", ".lock"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char name[4300];
        struct stat info = {0};
        snprintf(name, sizeof name, "%s%s", path, parts[i]);
        CHECK(stat(name, &info) == 0);
        CHECK_INT(info.st_mode & 0777, 0600);
    }
    store_close(store);
    umask(mask);
}

/* One number from a database opened with SpatiaLite. */
static double ask(const char *path, const char *sql)
{
    struct sqlite_link link = {0};
    struct error error;
    sqlite3_stmt *statement = NULL;
    REQUIRE_OK(sqlite_link_open(&link, path, SQLITE_OPEN_READWRITE, &error), &error);
    REQUIRE_OK(sqlite_load_spatialite(&link, &error), &error);
    double value = -1;
    if (sqlite3_prepare_v2(link.db, sql, -1, &statement, NULL) != SQLITE_OK)
        test_fail(__FILE__, __LINE__, "%s: %s", sql, sqlite3_errmsg(link.db));
    else if (sqlite3_step(statement) == SQLITE_ROW)
        value = sqlite3_column_double(statement, 0);
    sqlite3_finalize(statement);
    sqlite_close_spatialite(&link);
    return value;
}

TEST(spatialite_reads_the_geometries_that_we_write)
{
    const char *path = in_folder("geometry.db");
    store_close(make_store(path));
    CHECK_NEAR(ask(path, "SELECT ST_X(geometry) FROM facility_geometry"), 120.2000001, 1e-12);
    CHECK_NEAR(ask(path, "SELECT ST_Y(geometry) FROM facility_geometry"), -30.2000003, 1e-12);
    CHECK_INT(ask(path, "SELECT ST_SRID(geometry) FROM facility_geometry"), 4326);
    CHECK_INT(ask(path, "SELECT geometry = MakePoint(1202000001 / 1e7, -302000003 / 1e7, 4326) "
                        "FROM facility_geometry"),
              1);
    CHECK_INT(ask(path, "SELECT ST_NumGeometries(geometry) FROM community_geometry"), 2);
    CHECK_INT(ask(path, "SELECT ST_IsValid(geometry) FROM community_geometry"), 1);
    CHECK_NEAR(ask(path, "SELECT ST_Area(geometry) FROM community_geometry"), 0.125 - 0.005 + 0.5,
               1e-12);
    CHECK_INT(ask(path,
                  "SELECT geometry = SetSRID(CastToMulti(GeomFromGeoJSON((SELECT outline FROM "
                  "community))), 4326) FROM community_geometry"),
              1);
    CHECK_INT(ask(path, "SELECT count(*) FROM geometry_columns WHERE srid = 4326"), 4);
}

TEST(a_wrong_outline_is_refused_with_its_community)
{
    static const char *const wrong[] = {
        "{",
        "[]",
        "{\"type\":\"Point\",\"coordinates\":[1,2]}",
        "{\"type\":\"Polygon\"}",
        "{\"type\":\"Polygon\",\"coordinates\":[]}",
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[0,0]]]}",
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,1]]]}",
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[181,0],[1,1],[0,0]]]}",
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[\"1\",0],[1,1],[0,0]]]}",
        "{\"type\":\"MultiPolygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,0]]]}",
    };
    struct error error;
    struct store *store = make_store(in_folder("outline.db"));
    REQUIRE_OK(store_begin(store, &error), &error);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct community_record community = {
            .code = "77", .residents = NONE, .children = NONE, .outline = wrong[i]};
        CHECK_INT(store_community_put(store, "sample", &community, &error), STATUS_INVALID);
        CHECK_CONTAINS(error.message, "community 77: an outline must be");
    }
    store_close(store);
}

TEST(a_region_with_a_number_no_store_gives_is_refused)
{
    static const char *const numbers[] = {"-5", "9223372036854775807"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const char *path = in_folder(numbers[i]);
        char sql[160];
        struct error error = {0};
        struct store *store;
        struct store_history history;
        struct arena arena;
        int64_t key;
        store_close(make_store(path));
        snprintf(sql, sizeof sql, "UPDATE region SET region=%s; UPDATE facility SET region=%s",
                 numbers[i], numbers[i]);
        tamper(path, sql);
        arena_init(&arena, 1 << 20);
        REQUIRE_OK(store_open(path, STORE_READ, &store, &error), &error);
        REQUIRE_OK(store_facility_find_id(store, "sample-0001", &key, &error), &error);
        CHECK_INT(store_facility_history(store, key, &arena, &history, &error), STATUS_CORRUPT);
        CHECK_CONTAINS(error.message, "'sample' has the number");
        store_close(store);
        arena_release(&arena);
    }
}

TEST(the_code_lists_of_the_store_are_those_of_the_records)
{
    const char *path = in_folder("codes.db");
    store_close(make_store(path));
    sqlite3 *db;
    sqlite3_stmt *statement;
    static const struct {
        const char *list;
        const char *(*code)(int);
        int count;
    } lists[] = {
        {"care", care_code, CARE_COUNT},
        {"kind", kind_code, KIND_COUNT},
        {"ownership", ownership_code, OWNERSHIP_COUNT},
        {"admission", admission_code, ADMISSION_COUNT},
        {"state", state_code, STATE_COUNT},
        {"registrar", registrar_code, REGISTRAR_COUNT},
        {"price_unit", price_unit_code, PRICE_UNIT_COUNT},
        {"standard", standard_code, STANDARD_COUNT},
    };
    REQUIRE(sqlite3_open(path, &db) == SQLITE_OK);
    REQUIRE(sqlite3_prepare_v2(db, "SELECT code FROM code_list WHERE list = ? ORDER BY value", -1,
                               &statement, NULL) == SQLITE_OK);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        sqlite3_reset(statement);
        sqlite3_bind_text(statement, 1, lists[i].list, -1, SQLITE_STATIC);
        for (int value = 0; value < lists[i].count; value++) {
            REQUIRE(sqlite3_step(statement) == SQLITE_ROW);
            CHECK_TEXT((const char *)sqlite3_column_text(statement, 0), lists[i].code(value));
        }
        CHECK_INT(sqlite3_step(statement), SQLITE_DONE);
    }
    sqlite3_finalize(statement);
    sqlite3_close(db);
}

/* Versions of the schema -------------------------------------------------------------------------*/

TEST(an_older_store_is_brought_forward_with_all_it_holds)
{
    const char *path = in_folder("older.db");
    struct error error;
    struct store *store;
    REQUIRE_OK(sqlite_create(path, 1, &error), &error);
    tamper(path, "INSERT INTO region(name, json) VALUES ('sample', '{\"kept\":1}')");
    expect(path, STORE_READ, STATUS_READ_ONLY, "its schema is version 1; opening it for writing");
    REQUIRE_OK(store_open(path, STORE_WRITE, &store, &error), &error);
    fill(store);
    REQUIRE_OK(store_check(store, &error), &error);
    store_close(store);
    CHECK_INT(ask(path, "PRAGMA user_version"), sqlite_schema_version());
    CHECK_INT(ask(path, "SELECT count(*) FROM audit"), 0); /* a table of a later step */
    const char *fresh = in_folder("fresh.db");
    store_close(make_store(fresh));
    const char *count = "SELECT count(*) FROM sqlite_schema";
    CHECK_INT(ask(path, count), ask(fresh, count));
}

/* Checks and copies ------------------------------------------------------------------------------*/

TEST(check_names_the_first_thing_that_is_wrong)
{
    static const struct {
        const char *sql, *sentence;
    } wrongs[] = {
        {"UPDATE facility_version SET lon_e7 = lon_e7 + 1",
         "facility sample-0001: its geometry is not where its coordinates are"},
        {"DELETE FROM facility_geometry", "facility sample-0001: its geometry"},
        {"UPDATE facility_version SET lon_e7 = NULL, lat_e7 = NULL",
         "a geometry stands for no facility"},
        {"UPDATE community SET outline = replace(outline, '122', '123')",
         "community 330108001001: its geometry is not its outline"},
        {"INSERT INTO facility_version SELECT version + 1, facility, 150, 200, recorded_at, NULL, "
         "source, name, name_en, declared_community, community, address, phone, NULL, NULL, "
         "opens_on, opened_on, filed_on, closed_on, inclusive_since, demonstration_since, "
         "staff_on, licensed_total, staff, certified, kind, ownership, registrar, state, "
         "inclusive, demonstration, point_consent, delists_on FROM facility_version",
         "versions of a facility overlap"},
        {"UPDATE facility SET id = 'sample-0002'", "a facility's id is not its own: sample-0002"},
        {"INSERT INTO public_id VALUES ('ghost', 1, 5)", "an id belongs to nothing: ghost"},
        {"DELETE FROM facility_geometry; DELETE FROM facility_version", "has no version"},
        {"DELETE FROM change_day", "a day of change is missing"},
        {"UPDATE facility SET source = 9", "a row names one that is not there"},
    };
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        char name[40];
        struct error error = {0};
        struct store *store;
        snprintf(name, sizeof name, "wrong-%zu.db", i);
        const char *path = in_folder(name);
        store_close(make_store(path));
        tamper(path, wrongs[i].sql);
        REQUIRE_OK(store_open(path, STORE_READ, &store, &error), &error);
        CHECK_INT(store_check(store, &error), STATUS_CORRUPT);
        CHECK_CONTAINS(error.message, wrongs[i].sentence);
        store_close(store);
    }
}

TEST(a_backup_is_a_whole_store_of_the_last_commit)
{
    struct error error;
    struct store *store = make_store(in_folder("live.db")), *copy;
    const char *path = in_folder("backup.db");
    REQUIRE_OK(store_begin(store, &error), &error);
    REQUIRE_OK(store_meta_put(store, "said", "later", &error), &error);
    REQUIRE_OK(store_backup(store, path, &error), &error); /* beside an open transaction */
    REQUIRE_OK(store_commit(store, &error), &error);
    CHECK_INT(store_backup(store, path, &error), STATUS_CONFLICT);
    CHECK_CONTAINS(error.message, "it is there already");
    CHECK_INT(store_backup(store, in_folder("none/b.db"), &error), STATUS_NOT_FOUND);
    struct stat info;
    REQUIRE(stat(path, &info) == 0);
    CHECK_INT(info.st_mode & 0777, 0600);
    REQUIRE_OK(store_open(path, STORE_WRITE, &copy, &error), &error);
    REQUIRE_OK(store_check(copy, &error), &error);
    int64_t key;
    REQUIRE_OK(store_facility_find_id(copy, "sample-0001", &key, &error), &error);
    struct arena arena;
    const char *value;
    arena_init(&arena, 4096);
    CHECK_INT(store_meta_get(copy, "said", &arena, &value, &error), STATUS_NOT_FOUND);
    arena_release(&arena);
    CHECK_INT(store_generation(copy), 2);
    store_close(copy);
    store_close(store);
}

TEST(what_the_system_refuses_is_said_with_its_reason)
{
    const char *path = in_folder("blocked.db");
    char log[4200];
    struct error error;
    struct store *store;
    store_close(make_store(path));
    snprintf(log, sizeof log, "%s-wal", path);
    REQUIRE(mkdir(log, 0700) == 0); /* where the log belongs */
    CHECK_INT(store_open(path, STORE_WRITE, &store, &error), STATUS_IO);
    CHECK_CONTAINS(error.message, "unable to open database file: Is a directory");
}

TEST(generations_go_on_where_they_were)
{
    const char *path = in_folder("generation.db");
    struct error error;
    struct store *store = make_store(path);
    CHECK_INT(store_generation(store), 2);
    store_close(store);
    REQUIRE_OK(store_open(path, STORE_READ, &store, &error), &error);
    CHECK_INT(store_generation(store), 2);
    store_close(store);
}
