#include "server/files.h"

#include "tests/test.h"

#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void put(const char *folder, const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    REQUIRE(file);
    fputs(text, file);
    fclose(file);
}

static struct files *open_folder(const char *folder)
{
    struct files *files = NULL;
    struct error error = {0};
    REQUIRE_OK(files_open(folder, &files, &error), &error);
    return files;
}

/* A text that packs well, so that the choice of an encoding can be seen. */
static const char *long_text(void)
{
    static char text[4000];
    for (size_t i = 0; i + 1 < sizeof text; i++)
        text[i] = "var a = 1;\n"[i % 11];
    return text;
}

TEST(without_a_web_folder_the_pages_have_their_own_style)
{
    struct files *files = open_folder(NULL);
    const struct file *plain = files_find(files, "base.css"),
                      *hashed = files_named(files, "base.css");
    REQUIRE(plain && hashed);
    CHECK(strncmp(hashed->name, "base.", 5) == 0 && strcmp(hashed->name, "base.css") != 0);
    CHECK(hashed->immutable && !plain->immutable);
    CHECK_TEXT(hashed->tag, plain->tag);
    CHECK_TEXT(plain->content_type, "text/css; charset=utf-8");
    CHECK(files_find(files, hashed->name) == hashed);
    CHECK(files_find(files, "favicon.svg") != NULL);
    CHECK(files_named(files, "finder.js") == NULL);
    files_close(files);
    files_close(NULL);
    CHECK(files_find(NULL, "base.css") == NULL && files_named(NULL, "base.css") == NULL);
}

TEST(what_is_packed_is_the_same_file)
{
    struct files *files = open_folder("");
    const struct file *file = files_find(files, "base.css");
    REQUIRE(file && file->encodings[FILE_GZIP].bytes);
    size_t length = file->encodings[FILE_PLAIN].length, got = 0;
    char *plain = malloc(length);
    struct libdeflate_decompressor *unpack = libdeflate_alloc_decompressor();
    CHECK_INT(libdeflate_gzip_decompress(unpack, file->encodings[FILE_GZIP].bytes,
                                         file->encodings[FILE_GZIP].length, plain, length, &got),
              LIBDEFLATE_SUCCESS);
    CHECK(got == length && memcmp(plain, file->encodings[FILE_PLAIN].bytes, length) == 0);
    libdeflate_free_decompressor(unpack);
    free(plain);
    files_close(files);
}

TEST(files_of_the_folder_are_served_in_the_smallest_encoding_that_is_accepted)
{
    const char *folder = test_folder();
    put(folder, "manifest.json", "{\"finder.js\":\"finder.1a2b.js\"}");
    put(folder, "finder.1a2b.js", long_text());
    put(folder, "finder.1a2b.js.br", "brotli");
    put(folder, "finder.1a2b.js.gz", "gzipped by the build");
    put(folder, "NOTICES.txt", "short");
    struct files *files = open_folder(folder);
    const struct file *script = files_named(files, "finder.js");
    REQUIRE(script);
    CHECK_TEXT(script->name, "finder.1a2b.js");
    CHECK(script->immutable);
    CHECK_TEXT(script->content_type, "text/javascript; charset=utf-8");
    CHECK_INT(file_choose(script, NULL), FILE_PLAIN);
    CHECK_INT(file_choose(script, "gzip"), FILE_GZIP);
    CHECK_INT(script->encodings[FILE_GZIP].length, strlen("gzipped by the build"));
    CHECK_INT(file_choose(script, "gzip, deflate, br"), FILE_BROTLI);
    CHECK_INT(file_choose(script, "br;q=0, *"), FILE_GZIP);
    CHECK_INT(file_choose(script, "identity"), FILE_PLAIN);
    const struct file *notices = files_find(files, "NOTICES.txt");
    REQUIRE(notices);
    CHECK(!notices->immutable);
    CHECK_INT(file_choose(notices, "gzip, br"), FILE_PLAIN); /* too small to pack */
    CHECK(files_find(files, "manifest.json") == NULL);
    CHECK(files_find(files, "finder.1a2b.js.br") == NULL); /* its twin, no file of its own */
    files_close(files);
}

TEST(only_what_was_listed_is_found)
{
    const char *folder = test_folder();
    char inner[512], outside[512], link[512];
    snprintf(inner, sizeof inner, "%s/inner", folder);
    REQUIRE(mkdir(inner, 0700) == 0);
    put(folder, "manifest.json", "{}");
    put(folder, ".hidden", "x");
    put(folder, "with space.js", "x");
    put(inner, "deep.js", "x");
    snprintf(outside, sizeof outside, "%s/pipe.js", folder);
    REQUIRE(mkfifo(outside, 0600) == 0); /* would block for ever if it were opened to be read */
    snprintf(link, sizeof link, "%s/broken.js", folder);
    REQUIRE(symlink("/nowhere/at/all", link) == 0);
    struct files *files = open_folder(folder);
    static const char *const names[] = {"",          ".",
                                        "..",        "../manifest.json",
                                        ".hidden",   "with space.js",
                                        "inner",     "inner/deep.js",
                                        "deep.js",   "pipe.js",
                                        "broken.js", "manifest.json"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (files_find(files, names[i]))
            test_fail(__FILE__, __LINE__, "'%s' was found", names[i]);
    char endless[500];
    memset(endless, 'a', sizeof endless);
    endless[sizeof endless - 1] = '\0';
    CHECK(files_find(files, endless) == NULL);
    files_close(files);
}

TEST(a_web_folder_that_is_not_whole_is_refused_by_name)
{
    static const struct {
        const char *manifest, *sentence;
    } cases[] = {
        {NULL, "manifest.json"},
        {"", "manifest.json of the web folder is no JSON object"},
        {"[]", "no JSON object"},
        {"{\"finder.js\":1}", "'finder.js' must name a file"},
        {"{\"finder.js\":\"../x\"}", "'finder.js' must name a file"},
        {"{\"finder.js\":\"gone.js\"}", "'gone.js', which is not there"},
        {"{\"finder.js\":\"a.js\",\"finder.js\":\"a.js\"}", "no JSON object"},
    };
    const char *folder = test_folder();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct files *files = NULL;
        struct error error = {0};
        if (cases[i].manifest)
            put(folder, "manifest.json", cases[i].manifest);
        CHECK(files_open(folder, &files, &error) != STATUS_OK);
        CHECK(files == NULL);
        CHECK_CONTAINS(error.message, cases[i].sentence);
    }
    struct files *files = NULL;
    struct error error = {0};
    CHECK_INT(files_open("/nowhere/at/all", &files, &error), STATUS_NOT_FOUND);
    CHECK_CONTAINS(error.message, "/nowhere/at/all");
}
