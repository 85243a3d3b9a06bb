#include "server/control_message.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM = CONTROL_HEAD_BYTES + CONTROL_MAX_BODY };

TEST(a_command_comes_through_as_it_was_sent)
{
    const char *const words[] = {"near", "-122.4", "37.7", "--care", "hourly", "", "城 "};
    unsigned char *bytes = malloc(ROOM);
    struct control_request *request = malloc(sizeof *request);
    REQUIRE(bytes && request);
    struct error error = {0};
    size_t length = 0;
    uint32_t body = 0;
    REQUIRE_OK(control_request_write("/home/a b", 7, words, bytes, ROOM, &length, &error), &error);
    REQUIRE_OK(control_head_read(bytes, &body, &error), &error);
    CHECK_INT(body, length - CONTROL_HEAD_BYTES);
    REQUIRE_OK(control_body_read(bytes + CONTROL_HEAD_BYTES, body, request, &error), &error);
    CHECK_TEXT(request->cwd, "/home/a b");
    REQUIRE(request->word_count == 7);
    for (int i = 0; i < 7; i++)
        CHECK_TEXT(request->words[i], words[i]);
    CHECK(request->words[7] == NULL);

    /* Whatever is cut off is refused, or is a shorter whole command: never read beyond. */
    for (size_t cut = 0; cut < body; cut++) {
        unsigned char *exact = malloc(cut ? cut : 1); /* ASan watches its end */
        REQUIRE(exact);
        memcpy(exact, bytes + CONTROL_HEAD_BYTES, cut);
        enum status status = control_body_read(exact, cut, request, &error);
        CHECK(status == STATUS_INVALID || request->word_count < 7);
        free(exact);
    }
    free(request);
    free(bytes);
}

TEST(a_command_that_is_too_long_is_refused_on_both_sides)
{
    unsigned char *bytes = malloc(ROOM);
    char *word = malloc(CONTROL_MAX_BODY + 1);
    struct control_request *request = malloc(sizeof *request);
    REQUIRE(bytes && word && request);
    memset(word, 'x', CONTROL_MAX_BODY);
    word[CONTROL_MAX_BODY] = '\0';
    const char *words[CONTROL_MAX_WORDS + 1];
    for (int i = 0; i <= CONTROL_MAX_WORDS; i++)
        words[i] = word;
    struct error error = {0};
    size_t length = 0;
    CHECK_INT(control_request_write("/", 1, words, bytes, ROOM, &length, &error), STATUS_LIMIT);
    CHECK_CONTAINS(error.message, "65536");
    CHECK_INT(
        control_request_write("/", CONTROL_MAX_WORDS + 1, words, bytes, ROOM, &length, &error),
        STATUS_LIMIT);
    CHECK_CONTAINS(error.message, "128");

    /* The largest that fits does. */
    word[CONTROL_MAX_BODY - 4 - 1 - 4] = '\0';
    REQUIRE_OK(control_request_write("/", 1, words, bytes, ROOM, &length, &error), &error);
    CHECK_INT(length, ROOM);
    REQUIRE_OK(control_body_read(bytes + CONTROL_HEAD_BYTES, CONTROL_MAX_BODY, request, &error),
               &error);
    CHECK_INT(strlen(request->words[0]), CONTROL_MAX_BODY - 9);

    /* 129 empty words, as a stranger might send. */
    unsigned char many[4 + 1 + 4 * (CONTROL_MAX_WORDS + 1)] = {1, 0, 0, 0, '/'};
    CHECK_INT(control_body_read(many, sizeof many, request, &error), STATUS_LIMIT);
    free(request);
    free(word);
    free(bytes);
}

TEST(other_heads_are_refused_by_name)
{
    unsigned char head[CONTROL_HEAD_BYTES] = "TUOYUctl\1\0\0\0\1\0\0";
    uint32_t body = 0;
    struct error error = {0};
    REQUIRE_OK(control_head_read(head, &body, &error), &error);
    CHECK_INT(body, 1);
    head[8] = 2;
    CHECK_INT(control_head_read(head, &body, &error), STATUS_VERSION);
    CHECK_CONTAINS(error.message, "version 2");
    head[8] = 1;
    head[15] = 1;
    CHECK_INT(control_head_read(head, &body, &error), STATUS_LIMIT);
    CHECK_INT(control_head_read((const unsigned char *)"GET / HTTP/1.1\r\n", &body, &error),
              STATUS_INVALID);
}

TEST(a_body_must_name_a_folder_and_hold_no_nul)
{
    struct control_request *request = malloc(sizeof *request);
    REQUIRE(request);
    struct error error = {0};
    static const struct {
        const char *bytes;
        size_t length;
        const char *says;
    } cases[] = {
        {"", 0, "which folder"},
        {"\1\0\0", 3, "which folder"},
        {"\1\0\0\0x\1\0\0\0a", 10, "which folder"},
        {"\1\0\0\0/", 5, "no words"},
        {"\1\0\0\0/\2\0\0\0a", 10, "cut off"},
        {"\1\0\0\0/\1\0\0\0\0", 10, "cut off"},
        {"\1\0\0\0/\377\377\377\377a", 10, "cut off"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_INT(control_body_read((const unsigned char *)cases[i].bytes, cases[i].length, request,
                                    &error),
                  STATUS_INVALID);
        CHECK_CONTAINS(error.message, cases[i].says);
    }
    free(request);
}
