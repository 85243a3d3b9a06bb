#include "data/store_files.h"
#include "tests/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    REQUIRE(fd >= 0);
    REQUIRE(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

TEST(a_finished_file_gets_its_name_and_never_anothers)
{
    char path[1000], aside[STORE_FILES_PATH_BYTES], lock[STORE_FILES_PATH_BYTES + 8];
    struct error error = {0};
    snprintf(path, sizeof path, "%s/store.db", test_folder());
    store_files_name_aside(path, aside);
    CHECK(strcmp(path, aside) != 0);
    CHECK_CONTAINS(aside, path);
    snprintf(lock, sizeof lock, "%s.lock", aside);

    write_file(aside, "first");
    write_file(lock, "");
    REQUIRE_OK(store_files_put_in_place(aside, path, &error), &error);
    CHECK(access(aside, F_OK) != 0);
    CHECK(access(lock, F_OK) != 0);

    write_file(aside, "second");
    CHECK_INT(store_files_put_in_place(aside, path, &error), STATUS_CONFLICT);
    CHECK_CONTAINS(error.message, "is there already");
    CHECK(access(aside, F_OK) != 0); /* nothing is left of it either way */
    size_t length = 0;
    char *text = test_read_file(path, &length);
    CHECK_TEXT(text, "first");
    free(text);

    store_files_remove(path);
    CHECK(access(path, F_OK) != 0);
    CHECK_INT(store_files_put_in_place(aside, path, &error), STATUS_IO); /* nothing to put */
    store_files_remove(path);                                            /* safe where nothing is */
}
