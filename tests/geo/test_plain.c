#include "geo/plain.h"

#include "geo/status.h"
#include "tests/test.h"

#include <string.h>

static void check(const char *given, const char *expected)
{
    char text[128];
    size_t length = strlen(given);
    memcpy(text, given, length + 1);
    CHECK_INT(plain_length(text, length) == length, strcmp(given, expected) == 0);
    CHECK_INT(plain_make(text, length), strlen(expected));
    CHECK_TEXT(text, expected);
    CHECK_INT(plain_length(text, strlen(text)), strlen(text));
}

TEST(plain_text_holds_no_command_to_a_terminal)
{
    check("", "");
    check("托育 Ä é \xC2\xA0 € 😀", "托育 Ä é \xC2\xA0 € 😀");
    check("\x1B[31mred\x1B\x07\x7F end\n", "[31mred  end ");
    check("a\xC2\x9B"
          "31mb\xC2\x80\xC2\x9F"
          "c",
          "a 31mb c");
    check("a\xE2\x80\xAE"
          "b\xE2\x80\xA8"
          "c\xE2\x81\xA6"
          "d\xE2\x81\xA9"
          "e",
          "a b c d e");
    check("\xE2\x80\xA7\xE2\x80\xAF\xE2\x81\xA5\xE2\x81\xAA",
          "\xE2\x80\xA7\xE2\x80\xAF\xE2\x81\xA5\xE2\x81\xAA");
    check("cut \xE2\x80", "cut \xE2\x80"); /* no read past the end */
}

TEST(plain_sentences_of_errors)
{
    struct error error;
    CHECK_INT(error_set(&error, STATUS_INVALID, "the column '%s'", "\x1B]0;x\x07\xC2\x9B"),
              STATUS_INVALID);
    CHECK_TEXT(error.message, "the column ' ]0;x '");
    error_prefix(&error, "%s", "f\x1B[2J");
    CHECK_TEXT(error.message, "f [2J: the column ' ]0;x '");
}
