#include "tests/test.h"

#include "data/backup.h"
#include "data/backup_sums.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4200, NOW = 1796000000 };

#define SUM_A "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SUM_B "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void in_folder(const char *name, char path[PATH_BYTES])
{
    snprintf(path, PATH_BYTES, "%s/%s", test_folder(), name);
}

/* A store whose one fact "who" says who it is. */
static void make_store(const char *path, const char *who)
{
    struct error error;
    struct store *store;
    REQUIRE_OK(store_open(path, STORE_CREATE, &store, &error), &error);
    REQUIRE_OK(store_begin(store, &error), &error);
    REQUIRE_OK(store_region_put(store, "town", "{}", &error), &error);
    REQUIRE_OK(store_meta_put(store, "who", who, &error), &error);
    REQUIRE_OK(store_commit(store, &error), &error);
    store_close(store);
}

static void check_is(const char *path, const char *who)
{
    struct error error;
    struct store *store;
    struct arena arena;
    const char *value = "";
    arena_init(&arena, 4096);
    REQUIRE_OK(store_open(path, STORE_READ, &store, &error), &error);
    REQUIRE_OK(store_check(store, &error), &error);
    REQUIRE_OK(store_meta_get(store, "who", &arena, &value, &error), &error);
    CHECK_TEXT(value, who);
    store_close(store);
    arena_release(&arena);
}

static void back_up(const char *path, const char *folder)
{
    struct error error;
    struct store *store;
    struct backup_report report;
    REQUIRE_OK(store_open(path, STORE_READ, &store, &error), &error);
    REQUIRE_OK(backup_write(store, folder, &report, &error), &error);
    CHECK(report.bytes > 4096);
    CHECK_INT(backup_write(store, folder, &report, &error), STATUS_CONFLICT);
    store_close(store);
}

static int count_entries(void)
{
    DIR *entries = opendir(test_folder());
    int count = 0;
    REQUIRE(entries);
    while (readdir(entries))
        count++;
    closedir(entries);
    return count;
}

TEST(a_list_of_sums_is_read_as_sha256sum_writes_it)
{
    struct backup_file files[4];
    struct error error;
    uint32_t count = 0;
    const char text[] = SUM_A "  store.db\n" SUM_B " *store.db.sample-town.streets\n";
    REQUIRE_OK(backup_sums_read(text, strlen(text), files, 4, &count, &error), &error);
    REQUIRE(count == 2);
    CHECK_TEXT(files[0].name, "store.db");
    CHECK_TEXT(files[1].sum, SUM_B);
    CHECK_TEXT(files[1].name, "store.db.sample-town.streets");

    static const char *const bad[] = {
        "",
        SUM_B "  store.db.town.streets\n",                     /* no store */
        SUM_A "  store.db\n" SUM_A "  store.db\n",             /* twice */
        SUM_A "  store.db\n" SUM_A "  ../store.db\n",          /* out of the folder */
        SUM_A "  store.db\n" SUM_A "  store.db.a/b.streets\n", /* likewise */
        SUM_A "  store.db\n" SUM_A "  store.db.lock\n",
        SUM_A "  store.db\n" SUM_A "  store.db..streets\n",
        "E3B0" SUM_A "  store.db\n",
        "abc  store.db\n",
        SUM_A " store.db\n",
        SUM_A "  store.db\n\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (!CHECK_INT(backup_sums_read(bad[i], strlen(bad[i]), files, 4, &count, &error),
                       STATUS_CORRUPT))
            fprintf(stderr, "%s\n", bad[i]);
        CHECK_INT(count, 0);
    }
    CHECK_INT(backup_sums_read(text, strlen(text), files, 1, &count, &error), STATUS_LIMIT);
}

TEST(a_sum_is_the_published_one)
{
    char path[PATH_BYTES], sum[BACKUP_SUM_BYTES];
    uint64_t bytes = 0;
    struct error error;
    in_folder("abc", path);
    FILE *file = fopen(path, "wb");
    REQUIRE(file && fputs("abc", file) >= 0 && fclose(file) == 0);
    REQUIRE_OK(backup_sums_copy(path, NULL, sum, &bytes, &error), &error);
    CHECK_TEXT(sum, SUM_B); /* FIPS 180-4's example */
    CHECK_INT(bytes, 3);
}

TEST(a_backup_comes_back_and_what_was_there_is_kept)
{
    char first[PATH_BYTES], second[PATH_BYTES], folder[PATH_BYTES];
    struct backup_report report;
    struct error error;
    in_folder("first.db", first);
    in_folder("second.db", second);
    in_folder("backup", folder);
    make_store(first, "first");
    back_up(first, folder);
    REQUIRE_OK(backup_restore(folder, second, false, NOW, &report, &error), &error);
    CHECK_TEXT(report.kept, "");
    check_is(second, "first");

    CHECK_INT(unlink(second), 0);
    make_store(second, "second");
    CHECK_INT(backup_restore(folder, second, false, NOW, &report, &error), STATUS_CONFLICT);
    check_is(second, "second");
    REQUIRE_OK(backup_restore(folder, second, true, NOW, &report, &error), &error);
    check_is(second, "first");
    check_is(report.kept, "second");
}

TEST(a_damaged_store_is_replaced_and_its_log_never_reaches_the_new_one)
{
    char path[PATH_BYTES], log[PATH_BYTES + 8], folder[PATH_BYTES];
    struct backup_report report;
    struct error error;
    in_folder("store.db", path);
    in_folder("backup", folder);
    make_store(path, "sound");
    back_up(path, folder);
    FILE *file = fopen(path, "r+b");
    REQUIRE(file && fputs("no store any more", file) >= 0 && fclose(file) == 0);
    snprintf(log, sizeof log, "%s-wal", path);
    file = fopen(log, "wb");
    REQUIRE(file && fputs("not a log", file) >= 0 && fclose(file) == 0);
    REQUIRE_OK(backup_restore(folder, path, true, NOW, &report, &error), &error);
    CHECK(access(log, F_OK) != 0);
    check_is(path, "sound");
    CHECK_INT(access(report.kept, F_OK), 0);

    CHECK_INT(unlink(path), 0); /* and a log whose store is gone is no log of the next one */
    file = fopen(log, "wb");
    REQUIRE(file && fputs("not a log", file) >= 0 && fclose(file) == 0);
    CHECK_INT(backup_restore(folder, path, true, NOW, &report, &error), STATUS_CONFLICT);
    CHECK_INT(unlink(log), 0);
    REQUIRE_OK(backup_restore(folder, path, false, NOW, &report, &error), &error);
}

TEST(a_backup_that_is_not_whole_changes_nothing)
{
    char path[PATH_BYTES], folder[PATH_BYTES], name[PATH_BYTES + 16];
    struct backup_report report;
    struct error error;
    in_folder("store.db", path);
    in_folder("backup", folder);
    make_store(path, "old");
    back_up(path, folder);
    int before = count_entries();

    snprintf(name, sizeof name, "%s/store.db", folder);
    int file = open(name, O_RDWR | O_CLOEXEC);
    struct stat info;
    REQUIRE(file >= 0 && fstat(file, &info) == 0);
    char byte;
    for (off_t at = 100; at < info.st_size; at += info.st_size / 5) {
        REQUIRE(pread(file, &byte, 1, at) == 1);
        byte = (char)(byte ^ 1); /* a single bit, which SQLite may well not see */
        REQUIRE(pwrite(file, &byte, 1, at) == 1);
        CHECK_INT(backup_restore(folder, path, true, NOW, &report, &error), STATUS_CORRUPT);
        CHECK_CONTAINS(error.message, "its sum is not");
        byte = (char)(byte ^ 1);
        REQUIRE(pwrite(file, &byte, 1, at) == 1);
    }
    REQUIRE(ftruncate(file, info.st_size / 2) == 0);
    CHECK_INT(backup_restore(folder, path, true, NOW, &report, &error), STATUS_CORRUPT);
    close(file);
    CHECK_INT(unlink(name), 0);
    CHECK_INT(backup_restore(folder, path, true, NOW, &report, &error), STATUS_NOT_FOUND);
    CHECK_INT(backup_restore(path, path, true, NOW, &report, &error), STATUS_CORRUPT);
    CHECK_CONTAINS(error.message, "is no backup");
    check_is(path, "old");
    CHECK_INT(count_entries(), before);
}

/* While the backup comes out of a pipe, slowly --------------------------------------------------- */

struct restoring {
    const char *folder, *path;
    enum status status;
    struct error error;
};

static void *restore(void *context)
{
    struct restoring *restoring = context;
    struct backup_report report;
    restoring->status =
        backup_restore(restoring->folder, restoring->path, true, NOW, &report, &restoring->error);
    return NULL;
}

TEST(a_restoring_thread_owns_the_store_from_the_beginning_to_the_end)
{
    char path[PATH_BYTES], folder[PATH_BYTES], name[PATH_BYTES + 16];
    struct error error;
    struct store *store;
    size_t length = 0;
    pthread_t thread;
    in_folder("store.db", path);
    in_folder("backup", folder);
    make_store(path, "old");
    back_up(path, folder);
    snprintf(name, sizeof name, "%s/store.db", folder);
    char *bytes = test_read_file(name, &length);
    REQUIRE(unlink(name) == 0 && mkfifo(name, 0600) == 0);

    struct restoring restoring = {.folder = folder, .path = path};
    REQUIRE(pthread_create(&thread, NULL, restore, &restoring) == 0);
    int pipe = open(name, O_WRONLY | O_CLOEXEC); /* waits until it reads */
    REQUIRE(pipe >= 0);
    for (size_t at = 0; at < length;) {
        CHECK_INT(store_open(path, STORE_READ, &store, &error), STATUS_BUSY);
        CHECK_INT(store_open(path, STORE_WRITE, &store, &error), STATUS_BUSY);
        size_t piece = length - at < 200000 ? length - at : 200000;
        ssize_t written = write(pipe, bytes + at, piece);
        REQUIRE(written > 0);
        at += (size_t)written;
    }
    close(pipe);
    REQUIRE(pthread_join(thread, NULL) == 0);
    REQUIRE_OK(restoring.status, &restoring.error);
    check_is(path, "old");
    free(bytes);
}
