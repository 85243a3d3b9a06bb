#include "tests/test.h"

#include "geo/status.h"

#include <stdio.h>
#include <string.h>

TEST(every_status_has_its_word_and_others_none)
{
    for (int s = 0; s < STATUS_COUNT; s++) {
        CHECK(strlen(status_text((enum status)s)) > 0);
        CHECK(strcmp(status_text((enum status)s), "unknown") != 0);
    }
    CHECK_TEXT(status_text(STATUS_OK), "ok");
    CHECK_TEXT(status_text((enum status)999), "unknown");
}

TEST(an_error_names_status_sentence_and_parameter)
{
    struct error error;
    CHECK_INT(error_set(&error, STATUS_INVALID, "limit is %d; it must be 1 to %d", 0, 100),
              STATUS_INVALID);
    CHECK_INT(error.status, STATUS_INVALID);
    CHECK_TEXT(error.message, "limit is 0; it must be 1 to 100");
    CHECK_TEXT(error.parameter, "");

    CHECK_INT(error_set_parameter(&error, STATUS_LIMIT, "limit", "too many"), STATUS_LIMIT);
    CHECK_TEXT(error.parameter, "limit");
    error_prefix(&error, "line %d", 7);
    CHECK_TEXT(error.message, "line 7: too many");
    CHECK_TEXT(error.parameter, "limit");
    CHECK_INT(error.status, STATUS_LIMIT);

    CHECK_INT(error_set(NULL, STATUS_IO, "nobody asked"), STATUS_IO);
    error_prefix(NULL, "nobody");
    CHECK_INT(error_memory(&error, "reading"), STATUS_MEMORY);
    CHECK_TEXT(error.message, "out of memory while reading");
}

/* Strict: no partial, overlong or surrogate sequence; a check of its own, not the code under test. */
static bool is_utf8(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    while (*s) {
        int more = *s < 0x80   ? 0
                   : *s < 0xC2 ? -1
                   : *s < 0xE0 ? 1
                   : *s < 0xF0 ? 2
                   : *s < 0xF5 ? 3
                               : -1;
        if (more < 0)
            return false;
        for (s++; more > 0; more--, s++)
            if ((*s & 0xC0) != 0x80)
                return false;
    }
    return true;
}

/* A random sentence of characters of one to four bytes, `bytes` long at most. */
static void random_sentence(struct test_random *random, char *out, size_t bytes)
{
    static const char *const letters[] = {"a", "é", "托", "𠮷", " ", "育", "ß"};
    size_t used = 0;
    for (;;) {
        const char *letter = letters[test_random_below(random, 7)];
        if (used + strlen(letter) > bytes)
            break;
        memcpy(out + used, letter, strlen(letter));
        used += strlen(letter);
    }
    out[used] = '\0';
}

TEST(a_cut_sentence_stays_utf8_and_loses_at_most_one_character)
{
    struct test_random random = test_random();
    for (int i = 0; i < 20000; i++) {
        char sentence[700], prefix[700];
        struct error error;
        random_sentence(&random, sentence, test_random_below(&random, 650));
        random_sentence(&random, prefix, test_random_below(&random, 650));
        error_set(&error, STATUS_INVALID, "%s", sentence);
        size_t length = strlen(error.message);
        CHECK(is_utf8(error.message));
        CHECK(strncmp(error.message, sentence, length) == 0);
        CHECK(length == strlen(sentence) ||
              (length <= sizeof error.message - 1 && length >= sizeof error.message - 4));

        error_prefix(&error, "%s", prefix);
        CHECK(is_utf8(error.message));
        size_t whole = strlen(prefix) + 2 + length;
        CHECK(strlen(error.message) == whole || strlen(error.message) >= sizeof error.message - 4);
    }
}

TEST(a_quotation_is_cut_between_characters)
{
    struct test_random random = test_random();
    for (int i = 0; i < 20000; i++) {
        char sentence[100], expected[100];
        struct error error;
        random_sentence(&random, sentence, test_random_below(&random, 90));
        int most = (int)test_random_below(&random, 70);
        error_set(&error, STATUS_INVALID, "'%.*s' is wrong", most, sentence);
        CHECK(is_utf8(error.message));
        size_t kept = (size_t)most < strlen(sentence) ? (size_t)most : strlen(sentence);
        while (((unsigned char)sentence[kept] & 0xC0) == 0x80) /* to where a character begins */
            kept--;
        snprintf(expected, sizeof expected, "'%.*s' is wrong", (int)kept, sentence);
        CHECK_TEXT(error.message, expected);
    }
}

TEST(bytes_that_are_no_character_are_left_out_and_nothing_else_is)
{
    static const struct {
        const char *given, *kept;
    } cases[] = {
        {"a\x80z", "az"},
        {"a\xC3", "a"},
        {"a\xC0\xAFz", "az"},         /* overlong */
        {"a\xE0\x9F\xBFz", "az"},     /* overlong */
        {"a\xED\xA0\x80z", "az"},     /* a surrogate */
        {"a\xF4\x90\x80\x80z", "az"}, /* past U+10FFFF */
        {"a\xFF\xFEz", "az"},
        {"\xE6\x89托\xE6", "托"},
        {"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF\xED\x9F\xBF",
         "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF\xED\x9F\xBF"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error;
        error_set(&error, STATUS_INVALID, "%s", cases[i].given);
        CHECK_TEXT(error.message, cases[i].kept);
    }
}

TEST(a_long_parameter_name_is_cut_not_overrun)
{
    struct error error;
    char name[200];
    memset(name, 'p', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    CHECK_INT(error_set_parameter(&error, STATUS_INVALID, name, "bad"), STATUS_INVALID);
    CHECK_INT(strlen(error.parameter), sizeof error.parameter - 1);
    for (const char *p = error.parameter; *p; p++)
        CHECK(*p == 'p');

    /* 13 characters of three bytes fill 39: the 14th does not fit and must not leave a part. */
    for (int ascii = 0; ascii < 4; ascii++) {
        char mixed[100];
        memset(mixed, 'x', sizeof mixed);
        for (int i = 0; i < 20; i++)
            memcpy(mixed + ascii + 3 * i, "托", 3);
        mixed[ascii + 60] = '\0';
        CHECK_INT(error_set_parameter(&error, STATUS_INVALID, mixed, "bad"), STATUS_INVALID);
        CHECK(is_utf8(error.parameter));
    }
}
