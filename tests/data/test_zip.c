#include "data/xlsx_readings.h"
#include "data/zip.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An archive that Python's zipfile makes: sample.txt deflated, folder/b.bin stored. */
static char *make_archive(size_t *length)
{
    char command[9000], path[4400];
    snprintf(path, sizeof path, "%s/a.zip", test_folder());
    snprintf(command, sizeof command,
             "python3 -c \"import sys, zipfile\n"
             "with zipfile.ZipFile('%s', 'w') as z:\n"
             "  z.writestr('sample.txt', '示例 ' * 1000, zipfile.ZIP_DEFLATED)\n"
             "  z.writestr('folder/b.bin', bytes(range(256)), zipfile.ZIP_STORED)\n"
             "  z.comment = b'a comment'\"",
             path);
    REQUIRE(system(command) == 0);
    return test_read_file(path, length);
}

static void check_sample(const struct zip *zip)
{
    struct error error = {0};
    char *bytes;
    size_t length;
    CHECK(zip_name_ends(&zip->members[0], "SAMPLE.TXT") &&
          !zip_name_ends(&zip->members[0], "b.bin"));
    REQUIRE_OK(zip_unpack(&zip->members[0], 7000, &bytes, &length, &error), &error);
    CHECK_INT(length, 7000);
    CHECK(strncmp(bytes, "示例 示例 ", 14) == 0);
    free(bytes);
    CHECK_INT(zip_unpack(&zip->members[0], 6999, &bytes, &length, &error), STATUS_LIMIT);
    CHECK_CONTAINS(error.message, "'sample.txt' in the archive has 7000 bytes; at most 6999");
    CHECK(bytes == NULL);
}

TEST(zip_archives_of_another_writer_are_read_and_written_again)
{
    size_t length, again_length, unpacked_length;
    char *bytes = make_archive(&length), *again, *unpacked;
    struct zip zip, copy;
    struct error error = {0};
    REQUIRE_OK(zip_open(bytes, length, &zip, &error), &error);
    REQUIRE(zip.member_count == 2);
    check_sample(&zip);
    REQUIRE_OK(zip_exchange(&zip, 1, "other", 5, &again, &again_length, &error), &error);
    REQUIRE_OK(zip_open(again, again_length, &copy, &error), &error);
    REQUIRE(copy.member_count == 2);
    check_sample(&copy);
    REQUIRE_OK(zip_unpack(&copy.members[1], 100, &unpacked, &unpacked_length, &error), &error);
    CHECK_TEXT(unpacked, "other");
    /* and the other reader agrees */
    char path[4400], command[5000];
    snprintf(path, sizeof path, "%s/again.zip", test_folder());
    FILE *file = fopen(path, "wb");
    REQUIRE(file && fwrite(again, 1, again_length, file) == again_length && fclose(file) == 0);
    snprintf(command, sizeof command, "python3 -m zipfile -t '%s' >/dev/null", path);
    CHECK_INT(system(command), 0);
    free(bytes), free(again), free(unpacked);
    zip_close(&zip);
    zip_close(&copy);
}

TEST(zip_archives_cut_anywhere_are_refused)
{
    size_t length;
    char *bytes = make_archive(&length);
    for (size_t cut = 0; cut < length; cut++) {
        struct zip zip;
        struct error error = {0};
        char *part = malloc(cut + 1); /* of its own, so that reading past it is seen */
        REQUIRE(part);
        memcpy(part, bytes, cut);
        CHECK_INT(zip_open(part, cut, &zip, &error), STATUS_CORRUPT);
        CHECK(zip.members == NULL);
        free(part);
    }
    free(bytes);
}

TEST(zip_members_with_any_byte_changed_are_refused_or_whole)
{
    size_t length;
    char *bytes = make_archive(&length);
    struct test_random random = test_random();
    for (int round = 0; round < 3000; round++) {
        size_t at = test_random_below(&random, (uint32_t)length);
        char old = bytes[at];
        bytes[at] ^= (char)(1 << test_random_below(&random, 8));
        struct zip zip;
        if (zip_open(bytes, length, &zip, NULL) == STATUS_OK) {
            for (uint32_t i = 0; i < zip.member_count; i++) {
                char *member;
                size_t member_length;
                if (zip_unpack(&zip.members[i], 1 << 20, &member, &member_length, NULL) ==
                    STATUS_OK)
                    CHECK(member_length == 7000 || member_length == 256);
                free(member);
            }
            zip_close(&zip);
        }
        bytes[at] = old;
    }
    free(bytes);
}

static void check_cut(const char *xml, const char *expected)
{
    char text[300];
    REQUIRE(strlen(xml) < sizeof text);
    strcpy(text, xml);
    CHECK_INT(xlsx_cut_readings(text, strlen(text)), strlen(expected));
    CHECK_TEXT(text, expected);
}

TEST(xlsx_readings_are_cut_and_nothing_else)
{
    check_cut("<si><t>示例</t><rPh sb=\"0\" eb=\"2\"><t>シレイ</t></rPh><phoneticPr/></si>",
              "<si><t>示例</t><phoneticPr/></si>");
    check_cut("<a><x:rPh sb=\"0\"><x:t>b</x:t></x:rPh ><x:t>c</x:t></a>", "<a><x:t>c</x:t></a>");
    check_cut("<a><rPh/><t>b</t><rPh sb=\"1\"/></a>", "<a><t>b</t></a>");
    check_cut("<a><rPhx>b</rPhx><r><rPr/><t>rPh</t></r></a>",
              "<a><rPhx>b</rPhx><r><rPr/><t>rPh</t></r></a>");
    check_cut("<a><rPh><t>never closed", "<a>");
    check_cut("<rPh", "");
    check_cut("", "");
}
