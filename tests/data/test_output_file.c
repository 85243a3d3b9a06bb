/* Files that somebody asked for: whole or not there, and never the store's. */
#include "data/output_file.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[512], store[512];

static void put(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    REQUIRE(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

static bool holds(const char *name, const char *text)
{
    size_t length;
    char *found = access(name, F_OK) == 0 ? test_read_file(name, &length) : NULL;
    bool same = found && length == strlen(text) && memcmp(found, text, length) == 0;
    free(found);
    return same;
}

static enum status write_to(const char *name, bool replace, enum status failing,
                            struct error *error)
{
    struct output_file file;
    enum status status = output_file_open(&file, name, replace, store, error);
    if (status)
        return status;
    status = output_file_write(&file, "whole", 5, error);
    status = output_file_close(&file, status ? status : failing, 0600, error);
    CHECK(access(file.aside, F_OK) != 0); /* nothing is left beside it */
    return status;
}

static void name_files(void)
{
    snprintf(path, sizeof path, "%s/out.csv", test_folder());
    snprintf(store, sizeof store, "%s/town.db", test_folder());
}

TEST(an_output_file_is_whole_or_not_there_and_replaces_nothing_unasked)
{
    struct error error = {0};
    struct stat info;
    name_files();
    CHECK_INT(write_to(path, false, STATUS_CANCELLED, &error), STATUS_CANCELLED);
    CHECK(access(path, F_OK) != 0);
    REQUIRE_OK(write_to(path, false, STATUS_OK, &error), &error);
    CHECK(holds(path, "whole"));
    CHECK(stat(path, &info) == 0 && (info.st_mode & 0777) == 0600);
    put(path, "before");
    CHECK_INT(write_to(path, false, STATUS_OK, &error), STATUS_CONFLICT);
    CHECK_CONTAINS(error.message, "it was not replaced");
    CHECK_INT(write_to(path, true, STATUS_CANCELLED, &error), STATUS_CANCELLED);
    CHECK(holds(path, "before"));
    REQUIRE_OK(write_to(path, true, STATUS_OK, &error), &error);
    CHECK(holds(path, "whole"));
}

TEST(a_file_that_came_into_being_while_another_was_written_stays)
{
    struct error error = {0};
    struct output_file file;
    name_files();
    REQUIRE_OK(output_file_open(&file, path, false, store, &error), &error);
    REQUIRE_OK(output_file_write(&file, "late", 4, &error), &error);
    put(path, "first");
    CHECK_INT(output_file_close(&file, STATUS_OK, 0600, &error), STATUS_CONFLICT);
    CHECK(holds(path, "first"));
}

TEST(an_output_file_is_never_the_store_nor_what_stands_beside_it)
{
    static const char *const endings[] = {"", "-wal", ".lock", ".binjiang.streets",
                                          ".binjiang.streets.next"};
    struct error error = {0};
    name_files();
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        char name[600], other[600];
        snprintf(name, sizeof name, "%s%s", store, endings[i]);
        snprintf(other, sizeof other, "%s/../%s/town.db%s", test_folder(),
                 strrchr(test_folder(), '/') + 1, endings[i]);
        put(name, "precious");
        CHECK_INT(write_to(name, true, STATUS_OK, &error), STATUS_CONFLICT);
        CHECK_CONTAINS(error.message, "belongs to the store");
        CHECK_INT(write_to(other, true, STATUS_OK, &error), STATUS_CONFLICT);
        CHECK(holds(name, "precious"));
    }
    char beside[600], link_path[600];
    snprintf(beside, sizeof beside, "%s.csv", store); /* a name like it is no harm */
    REQUIRE_OK(write_to(beside, true, STATUS_OK, &error), &error);
    snprintf(link_path, sizeof link_path, "%s/linked", test_folder());
    REQUIRE(symlink(store, link_path) == 0); /* and a link to it is it */
    CHECK_INT(write_to(link_path, true, STATUS_OK, &error), STATUS_CONFLICT);
    CHECK(holds(store, "precious"));
}

TEST(a_path_too_long_for_an_output_file_is_refused)
{
    struct error error = {0};
    struct output_file file;
    char *name = malloc(OUTPUT_FILE_PATH_BYTES + 10);
    REQUIRE(name != NULL);
    memset(name, 'a', OUTPUT_FILE_PATH_BYTES);
    name[0] = '/';
    name[OUTPUT_FILE_PATH_BYTES] = '\0';
    CHECK_INT(output_file_open(&file, name, true, NULL, &error), STATUS_LIMIT);
    free(name);
}
