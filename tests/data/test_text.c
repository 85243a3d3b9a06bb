#include "data/text.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

/* Unicode's definition, one code point at a time: decode, then demand the shortest form. */
static size_t slow_utf8_length(const unsigned char *text, size_t length)
{
    size_t at = 0;
    while (at < length) {
        static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
        size_t size = text[at] < 0x80             ? 1
                      : (text[at] & 0xE0) == 0xC0 ? 2
                      : (text[at] & 0xF0) == 0xE0 ? 3
                      : (text[at] & 0xF8) == 0xF0 ? 4
                                                  : 0;
        if (size == 0 || length - at < size)
            return at;
        uint32_t point = size == 1 ? text[at] : text[at] & (0x7Fu >> size);
        for (size_t i = 1; i < size; i++) {
            if ((text[at + i] & 0xC0) != 0x80)
                return at;
            point = point << 6 | (text[at + i] & 0x3F);
        }
        if (point < least[size] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000))
            return at;
        at += size;
    }
    return at;
}

TEST(utf8_is_judged_as_its_definition_says)
{
    /* every lead, every second byte, the edges of the third and fourth */
    static const unsigned char edges[] = {0x00, 0x7F, 0x80, 0xBF, 0xC0, 0xFF};
    for (unsigned first = 0; first < 256; first++)
        for (unsigned second = 0; second < 256; second++)
            for (size_t i = 0; i < sizeof edges * sizeof edges; i++) {
                unsigned char text[4] = {(unsigned char)first, (unsigned char)second,
                                         edges[i / sizeof edges], edges[i % sizeof edges]};
                for (size_t length = 1; length <= 4; length++)
                    REQUIRE(text_utf8_length((char *)text, length) ==
                            slow_utf8_length(text, length));
            }
}

TEST(utf8_of_random_bytes_is_judged_like_the_slow_way)
{
    struct test_random random = test_random();
    for (int round = 0; round < 50000; round++) {
        unsigned char text[40];
        size_t length = test_random_below(&random, sizeof text + 1);
        for (size_t i = 0; i < length; i++)
            text[i] = test_random_below(&random, 20) ? (unsigned char)('a' + i % 26)
                                                     : (unsigned char)test_random_u64(&random);
        REQUIRE(text_utf8_length((char *)text, length) == slow_utf8_length(text, length));
    }
}

static enum status decode(const char *bytes, size_t length, const char *encoding, char **text,
                          size_t *text_length, struct error *error)
{
    *text = malloc(length + 1);
    REQUIRE(*text);
    memcpy(*text, bytes, length);
    *text_length = length;
    return text_decode(text, text_length, encoding, error);
}

static void check_decoded(const char *bytes, size_t length, const char *encoding,
                          const char *expected)
{
    struct error error = {0};
    char *text;
    size_t text_length;
    REQUIRE_OK(decode(bytes, length, encoding, &text, &text_length, &error), &error);
    CHECK_TEXT(text, expected);
    CHECK_INT(text_length, strlen(expected));
    free(text);
}

static void check_undecodable(const char *bytes, size_t length, const char *encoding,
                              enum status expected, const char *sentence)
{
    struct error error = {0};
    char *text;
    size_t text_length;
    CHECK_INT(decode(bytes, length, encoding, &text, &text_length, &error), expected);
    CHECK_CONTAINS(error.message, sentence);
    free(text);
}

TEST(a_byte_order_mark_is_no_text)
{
    check_decoded("\xEF\xBB\xBF"
                  "a",
                  4, NULL, "a");
    check_decoded("\xEF\xBB\xBF", 3, "utf-8", "");
    check_decoded("\x84\x31\x95\x33"
                  "a",
                  5, "GB18030", "a");
    check_decoded("a\xEF\xBB\xBF", 4, NULL, "a\xEF\xBB\xBF");
    check_decoded("\xFF\xFE"
                  "a\0"
                  "\x58\x62",
                  6, "UTF-16", "a托");
}

TEST(other_encodings_are_decoded_by_their_name)
{
    check_decoded("\xCD\xD0\xD3\xFD", 4, "gb18030", "托育");
    check_decoded("\x95\xDB\x88\xE7", 4, "Shift_JIS", "保育");
    check_decoded("", 0, "gb18030", "");
}

TEST(invalid_bytes_are_refused_with_line_and_offset)
{
    check_undecodable("a\r\nb\rc\n\xFF", 8, NULL, STATUS_CORRUPT,
                      "line 4, byte offset 7: byte 0xFF is not valid UTF-8");
    check_undecodable("\xE6\x89", 2, NULL, STATUS_CORRUPT, "byte 0xE6 is not valid UTF-8");
    check_undecodable("\xCD\xD0\n\xD3\xFD", 5, NULL, STATUS_CORRUPT, "it would read as GB18030");
    check_undecodable("a\n\xCD\xD0\n\x80", 6, "gb18030", STATUS_CORRUPT,
                      "line 3, byte offset 5: byte 0x80 is not valid gb18030");
    check_undecodable("\xCD", 1, "gb18030", STATUS_CORRUPT, "not valid gb18030");
    check_undecodable("\xFF\xFE"
                      "a\0",
                      4, NULL, STATUS_CORRUPT, "try --encoding utf-16");
}

TEST(a_nul_is_no_text_in_any_encoding)
{
    check_undecodable("a\n\0", 3, NULL, STATUS_CORRUPT, "line 2: a NUL character (offset 2)");
    check_undecodable("\xCD\xD0\0", 3, "gb18030", STATUS_CORRUPT, "line 1: a NUL character");
}

TEST(an_encoding_must_be_known_and_cannot_ask_to_ignore_errors)
{
    check_undecodable("a", 1, "gb18030//IGNORE", STATUS_INVALID, "not known");
    check_undecodable("a", 1, "", STATUS_INVALID, "not known");
    check_undecodable("a", 1, "no-such-encoding", STATUS_INVALID, "'no-such-encoding'");
}

TEST(line_ends_are_counted_once_each)
{
    CHECK_INT(text_count_line_ends("a\nb\r\nc\rd\r\re", 11), 5);
    CHECK_INT(text_count_line_ends("\r", 1), 1);
    CHECK_INT(text_count_line_ends("\n\r\n", 3), 2);
    CHECK_INT(text_count_line_ends("", 0), 0);
}

static void check_trimmed(const char *text, const char *expected)
{
    size_t length = strlen(text);
    text_trim(&text, &length);
    CHECK_INT(length, strlen(expected));
    CHECK(strncmp(text, expected, length) == 0);
}

TEST(white_space_of_every_width_is_trimmed_at_the_ends_only)
{
    check_trimmed(" \t\r\n　a　b　\xC2\xA0 ", "a　b");
    check_trimmed("　", "");
    check_trimmed("", "");
    check_trimmed("\xE2\x80\x8B托\xEF\xBB\xBF", "托");
    check_trimmed("ー", "ー"); /* ends in bytes that other white space has */
    check_trimmed("\xE2\x82\xA0", "\xE2\x82\xA0");
}

static void check_folded(const char *text, const char *expected)
{
    char folded[128];
    REQUIRE(strlen(text) < sizeof folded);
    CHECK_INT(text_fold_digits(text, strlen(text), folded), strlen(expected));
    CHECK_TEXT(folded, expected);
    strcpy(folded, text);
    text_fold_digits(folded, strlen(folded), folded);
    CHECK_TEXT(folded, expected);
}

TEST(full_width_forms_fold_to_ascii_and_the_rest_stays)
{
    check_folded("１歳６か月", "1歳6か月");
    check_folded("７：００〜１９：００", "7:00~19:00");
    check_folded("７：００～", "7:00~");
    check_folded("ＡＢｃ　−１．５", "ABc -1.5");
    check_folded("産休あけ", "産休あけ");
    check_folded("ﾊﾝｶｸ", "ﾊﾝｶｸ");
    check_folded("", "");
    check_folded("！＼｝", "!\\}");
}
