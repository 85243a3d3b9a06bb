#include "server/cursor.h"

#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct cursor some_cursor(struct test_random *random)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    struct cursor cursor = {.parameters_hash = test_random_u64(random),
                            .distance_m = test_random_unit(random) * 1e6};
    size_t length = 1 + test_random_below(random, ID_MAX_BYTES);
    for (size_t i = 0; i < length; i++)
        cursor.id[i] = letters[test_random_below(random, sizeof letters - 1)];
    return cursor;
}

TEST(cursor_comes_back_to_the_last_bit)
{
    struct test_random random = test_random();
    for (int round = 0; round < 5000; round++) {
        struct cursor cursor = some_cursor(&random), back;
        struct error error;
        char text[CURSOR_MAX_BYTES];
        cursor_encode(&cursor, text);
        CHECK(strlen(text) < CURSOR_MAX_BYTES);
        CHECK(strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
              strlen(text));
        REQUIRE_OK(cursor_decode(text, strlen(text), cursor.parameters_hash, &back, &error),
                   &error);
        CHECK(memcmp(&back.distance_m, &cursor.distance_m, sizeof back.distance_m) == 0);
        CHECK_TEXT(back.id, cursor.id);
    }
}

TEST(cursor_of_another_question_is_refused)
{
    struct cursor cursor = {.parameters_hash = 7, .distance_m = 12.5, .id = "bj-0001"}, back;
    struct error error;
    char text[CURSOR_MAX_BYTES];
    cursor_encode(&cursor, text);
    CHECK_INT(cursor_decode(text, strlen(text), 8, &back, &error), STATUS_INVALID);
    CHECK_TEXT(error.parameter, "cursor");
    CHECK_CONTAINS(error.message, "other parameters");
}

TEST(cursor_that_is_damaged_is_refused_or_is_another_valid_cursor)
{
    struct test_random random = test_random();
    for (int round = 0; round < 5000; round++) {
        struct cursor cursor = some_cursor(&random), back;
        char text[CURSOR_MAX_BYTES];
        cursor_encode(&cursor, text);
        size_t length = strlen(text);
        switch (test_random_below(&random, 3)) {
        case 0:
            length = test_random_below(&random, (uint32_t)length);
            break;
        case 1:
            text[test_random_below(&random, (uint32_t)length)] = "%=+/ \n\xC3"[round % 7];
            break;
        default:
            text[test_random_below(&random, 12)] ^= 1; /* version or hash */
        }
        struct error error;
        if (cursor_decode(text, length, cursor.parameters_hash, &back, &error) == STATUS_OK) {
            CHECK(record_id_is_valid(back.id)); /* a shorter id is an id */
            CHECK(isfinite(back.distance_m) && back.distance_m >= 0);
        } else {
            CHECK_TEXT(error.parameter, "cursor");
        }
    }
}

TEST(cursor_never_holds_a_distance_that_is_no_distance)
{
    static const double distances[] = {NAN, INFINITY, -INFINITY, -1};
    for (size_t i = 0; i < sizeof distances / sizeof *distances; i++) {
        struct cursor cursor = {.parameters_hash = 1, .distance_m = distances[i], .id = "a"}, back;
        char text[CURSOR_MAX_BYTES];
        cursor_encode(&cursor, text);
        CHECK_INT(cursor_decode(text, strlen(text), 1, &back, NULL), STATUS_INVALID);
    }
}
