/* Which addresses of tiles there are: every zoom's corners, and what lies just beyond them. */
#include "data/base_tile.h"
#include "server/params.h"
#include "tests/test.h"

#include <stdio.h>

static enum status ask(const char *z, const char *x, const char *y, struct tile_id *id,
                       struct error *error)
{
    struct request request = {.captures = {z, x, y}};
    *error = (struct error){0};
    *id = (struct tile_id){0};
    return params_tile(&request, id, error);
}

static enum status ask_numbers(uint32_t z, uint64_t x, uint64_t y, struct tile_id *id,
                               struct error *error)
{
    char texts[3][24];
    snprintf(texts[0], sizeof texts[0], "%u", z);
    snprintf(texts[1], sizeof texts[1], "%llu", (unsigned long long)x);
    snprintf(texts[2], sizeof texts[2], "%llu", (unsigned long long)y);
    return ask(texts[0], texts[1], texts[2], id, error);
}

TEST(every_corner_of_the_world_is_a_tile_at_every_zoom_and_nothing_beyond_it)
{
    struct tile_id id;
    struct error error;
    for (uint32_t z = BASE_MIN_ZOOM; z <= BASE_MAX_ZOOM; z++) {
        uint64_t last = ((uint64_t)1 << z) - 1;
        for (int corner = 0; corner < 4; corner++) {
            uint64_t x = corner & 1 ? last : 0, y = corner & 2 ? last : 0;
            REQUIRE_OK(ask_numbers(z, x, y, &id, &error), &error);
            CHECK(id.z == z && id.x == x && id.y == y);
        }
        CHECK_INT(ask_numbers(z, last + 1, 0, &id, &error), STATUS_INVALID);
        CHECK_TEXT(error.parameter, "x");
        CHECK_INT(ask_numbers(z, 0, last + 1, &id, &error), STATUS_INVALID);
        CHECK_TEXT(error.parameter, "y");
    }
    for (uint32_t z = 0; z < 40; z++)
        if (z < BASE_MIN_ZOOM || z > BASE_MAX_ZOOM) {
            CHECK_INT(ask_numbers(z, 0, 0, &id, &error), STATUS_NOT_FOUND);
            CHECK_TEXT(error.parameter, "z");
        }
}

TEST(a_tile_beyond_its_zoom_is_told_what_the_bound_is)
{
    struct tile_id id;
    struct error error;
    CHECK_INT(ask("12", "4096", "1", &id, &error), STATUS_INVALID);
    CHECK_TEXT(error.message, "x is 4096; at zoom 12 it must be a whole number from 0 to 4095");
}

TEST(numbers_that_are_written_otherwise_are_no_tiles)
{
    static const char *const wrong[] = {"",
                                        "-1",
                                        "+1",
                                        " 1",
                                        "1 ",
                                        "01",
                                        "00",
                                        "1.0",
                                        "1e1",
                                        "0x1",
                                        "nan",
                                        "\xEF\xBC\x91",
                                        "1\n",
                                        "a",
                                        "1a",
                                        "999999999999999999999",
                                        "4294967296",
                                        "4294967297",
                                        "18446744073709551616"};
    struct tile_id id;
    struct error error;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CHECK_INT(ask(wrong[i], "1", "1", &id, &error), STATUS_INVALID);
        CHECK_TEXT(error.parameter, "z");
        CHECK_INT(ask("12", wrong[i], "1", &id, &error), STATUS_INVALID);
        CHECK_TEXT(error.parameter, "x");
        CHECK_INT(ask("12", "1", wrong[i], &id, &error), STATUS_INVALID);
        CHECK_TEXT(error.parameter, "y");
    }
    REQUIRE_OK(ask("12", "0", "4095", &id, &error), &error);
}
