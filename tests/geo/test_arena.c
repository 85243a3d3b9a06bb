#include "tests/test.h"

#include "geo/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

TEST(an_arena_hands_out_zeroed_aligned_memory_that_does_not_overlap)
{
    enum { COUNT = 2000 };
    struct test_random random = test_random();
    struct arena arena;
    arena_init(&arena, 16u << 20);
    for (int round = 0; round < 3; round++) {
        unsigned char *memory[COUNT];
        size_t sizes[COUNT];
        for (int i = 0; i < COUNT; i++) {
            sizes[i] = test_random_below(&random, i % 50 ? 200 : 20000);
            memory[i] = arena_alloc(&arena, sizes[i]);
            REQUIRE(memory[i]);
            CHECK((uintptr_t)memory[i] % alignof(max_align_t) == 0);
            for (size_t b = 0; b < sizes[i]; b++)
                REQUIRE(memory[i][b] == 0);
            memset(memory[i], i & 0xFF, sizes[i]);
        }
        for (int i = 0; i < COUNT; i++)
            for (size_t b = 0; b < sizes[i]; b++)
                REQUIRE(memory[i][b] == (i & 0xFF));
        arena_reset(&arena);
        CHECK_INT(arena.used_bytes, 0);
    }
    arena_release(&arena);
    arena_release(&arena);
}

TEST(an_arena_refuses_what_passes_its_ceiling_and_goes_on)
{
    struct arena arena;
    arena_init(&arena, 1000);
    CHECK(arena_alloc(&arena, 1001) == NULL);
    CHECK(arena_alloc(&arena, 600) != NULL);
    CHECK(arena_alloc(&arena, 600) == NULL);
    CHECK(arena_alloc(&arena, 300) != NULL);
    CHECK(arena.used_bytes <= 1000);
    arena_reset(&arena);
    CHECK(arena_alloc(&arena, 900) != NULL);
    arena_release(&arena);
}

TEST(sizes_that_overflow_are_refused)
{
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    CHECK(arena_alloc(&arena, SIZE_MAX) == NULL);
    CHECK(arena_alloc(&arena, SIZE_MAX - 8) == NULL);
    CHECK(arena_calloc(&arena, SIZE_MAX / 2, 3) == NULL);
    CHECK(arena_calloc(&arena, (size_t)1 << (4 * sizeof(size_t)),
                       (size_t)1 << (4 * sizeof(size_t))) == NULL);
    CHECK(arena_copy(&arena, "x", SIZE_MAX) == NULL);
    CHECK(arena_calloc(&arena, 0, SIZE_MAX) != NULL);
    CHECK(arena_alloc(&arena, 0) != NULL);
    arena_release(&arena);
}

TEST(copies_are_terminated_and_null_stays_null)
{
    struct arena arena = {0};
    CHECK(arena_alloc(&arena, 1) == NULL); /* no ceiling given: none allowed */
    arena_release(&arena);
    arena_init(&arena, 10000);
    CHECK_TEXT(arena_string(&arena, "托育"), "托育");
    CHECK(arena_string(&arena, NULL) == NULL);
    char *copy = arena_copy(&arena, "a\0b", 3);
    REQUIRE(copy);
    CHECK(memcmp(copy, "a\0b", 4) == 0);
    arena_release(&arena);
}
