/*
 * Borrowing and publishing from many threads at once. A picture here carries a block of numbers that
 * all equal one another while it lives; its release overwrites them. A reader that ever sees two
 * numbers differ, or the overwritten ones, was given a picture that somebody freed under it; under
 * TSan the overwriting is a reported race besides.
 */
#include "server/app.h"
#include "tests/test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { BLOCK = 64, READERS = 4, PUBLISHERS = 2, PUBLICATIONS = 400 };
static const uint64_t POISON = 0xDDDDDDDDDDDDDDDD;

struct block {
    struct picture picture; /* first: a picture is its block */
    uint64_t numbers[BLOCK];
    atomic_uint *alive;
};

static void block_release(struct picture *picture)
{
    struct block *block = (struct block *)picture;
    for (uint32_t i = 0; i < BLOCK; i++)
        block->numbers[i] = POISON;
    atomic_fetch_sub(block->alive, 1);
    free(block);
}

static struct picture *block_new(uint64_t value, atomic_uint *alive)
{
    struct block *block = calloc(1, sizeof *block);
    if (!block)
        abort();
    for (uint32_t i = 0; i < BLOCK; i++)
        block->numbers[i] = value;
    block->picture.release = block_release;
    block->alive = alive;
    atomic_fetch_add(alive, 1);
    return &block->picture;
}

struct stage {
    struct app *app;
    atomic_uint alive;
    atomic_bool stop;
    atomic_ulong wrong, borrowed;
    atomic_uint most_alive;
};

static void *read_on(void *context)
{
    struct stage *stage = context;
    struct app_reader *reader = NULL;
    if (app_reader_open(stage->app, &reader, NULL))
        abort();
    uint64_t last = 0;
    while (!atomic_load(&stage->stop)) {
        const struct picture *picture = app_borrow(reader);
        const struct block *block = (const struct block *)picture;
        uint64_t first = block->numbers[0];
        bool good = first != POISON && picture->generation >= last;
        last = picture->generation;
        for (uint32_t i = 1; i < BLOCK; i++)
            good = good && block->numbers[i] == first;
        app_return(reader);
        atomic_fetch_add(&stage->borrowed, 1);
        if (!good)
            atomic_fetch_add(&stage->wrong, 1);
    }
    app_reader_close(reader);
    return NULL;
}

static void *publish_on(void *context)
{
    struct stage *stage = context;
    for (uint64_t i = 1; i <= PUBLICATIONS; i++) {
        app_publish(stage->app, block_new(i, &stage->alive));
        uint32_t alive = app_generations_alive(stage->app);
        if (alive > atomic_load(&stage->most_alive))
            atomic_store(&stage->most_alive, alive);
    }
    return NULL;
}

TEST(threads_never_read_a_picture_that_was_freed)
{
    struct stage stage = {0};
    REQUIRE_OK(app_open(&stage.app, NULL), NULL);
    app_publish(stage.app, block_new(7, &stage.alive));
    pthread_t readers[READERS], publishers[PUBLISHERS];
    for (int i = 0; i < READERS; i++)
        REQUIRE(pthread_create(&readers[i], NULL, read_on, &stage) == 0);
    for (int i = 0; i < PUBLISHERS; i++)
        REQUIRE(pthread_create(&publishers[i], NULL, publish_on, &stage) == 0);
    for (int i = 0; i < PUBLISHERS; i++)
        pthread_join(publishers[i], NULL);
    while (atomic_load(&stage.borrowed) < 1000)
        ;
    atomic_store(&stage.stop, true);
    for (int i = 0; i < READERS; i++)
        pthread_join(readers[i], NULL);
    CHECK_INT(atomic_load(&stage.wrong), 0);
    CHECK(atomic_load(&stage.most_alive) <= APP_MAX_GENERATIONS);
    CHECK_INT(app_generations_alive(stage.app), 1);
    CHECK_INT(atomic_load(&stage.alive), 1); /* the current one; every other was released */
    app_close(stage.app);
    CHECK_INT(atomic_load(&stage.alive), 0);
}

TEST(a_borrowed_picture_outlives_its_replacement)
{
    atomic_uint alive = 0;
    struct app *app = NULL;
    struct app_reader *reader = NULL;
    REQUIRE_OK(app_open(&app, NULL), NULL);
    REQUIRE_OK(app_reader_open(app, &reader, NULL), NULL);
    CHECK(app_borrow(reader) == NULL); /* nothing is published yet */
    app_return(reader);

    app_publish(app, block_new(1, &alive));
    const struct picture *held = app_borrow(reader);
    app_publish(app, block_new(2, &alive));
    app_publish(app, block_new(3, &alive)); /* the second goes at once: nobody holds it */
    CHECK_INT(atomic_load(&alive), 2);
    CHECK_INT(((const struct block *)held)->numbers[BLOCK - 1], 1);
    CHECK_INT(held->generation, 1);
    app_return(reader);

    CHECK_INT(app_generations_alive(app), 1);
    CHECK_INT(app_borrow(reader)->generation, 3);
    app_return(reader);
    app_reader_close(reader);
    app_close(app);
}

TEST(readers_are_limited_and_their_places_are_used_again)
{
    struct app *app = NULL;
    struct app_reader *readers[APP_MAX_READERS], *more = NULL;
    struct error error = {0};
    REQUIRE_OK(app_open(&app, NULL), NULL);
    for (int i = 0; i < APP_MAX_READERS; i++)
        REQUIRE_OK(app_reader_open(app, &readers[i], &error), &error);
    CHECK_INT(app_reader_open(app, &more, &error), STATUS_LIMIT);
    CHECK(more == NULL);
    CHECK_CONTAINS(error.message, "256");
    app_reader_close(readers[17]);
    REQUIRE_OK(app_reader_open(app, &more, &error), &error);
    CHECK(more == readers[17]);
    readers[17] = more;
    for (int i = 0; i < APP_MAX_READERS; i++)
        app_reader_close(readers[i]);
    app_close(app);
}

/* Waits for a reader that holds the oldest of three, then goes on. */
static void *publish_one(void *context)
{
    struct stage *stage = context;
    app_publish(stage->app, block_new(99, &stage->alive));
    atomic_store(&stage->stop, true);
    return NULL;
}

TEST(a_publishing_thread_waits_rather_than_keep_a_fourth_generation)
{
    struct stage stage = {0};
    struct app_reader *first = NULL, *second = NULL;
    REQUIRE_OK(app_open(&stage.app, NULL), NULL);
    REQUIRE_OK(app_reader_open(stage.app, &first, NULL), NULL);
    REQUIRE_OK(app_reader_open(stage.app, &second, NULL), NULL);
    app_publish(stage.app, block_new(1, &stage.alive));
    (void)app_borrow(first);
    app_publish(stage.app, block_new(2, &stage.alive));
    (void)app_borrow(second);
    app_publish(stage.app, block_new(3, &stage.alive)); /* 1 and 2 are held, 3 is current */
    pthread_t publisher;
    REQUIRE(pthread_create(&publisher, NULL, publish_one, &stage) == 0);
    for (int i = 0; i < 2000 && atomic_load(&stage.alive) < 4; i++)
        sched_yield();
    CHECK(!atomic_load(&stage.stop));
    app_return(first);
    pthread_join(publisher, NULL);
    CHECK_INT(app_generations_alive(stage.app), 2); /* 2 is held still, 99 is current */
    app_return(second);
    app_reader_close(first);
    app_reader_close(second);
    app_close(stage.app);
    CHECK_INT(atomic_load(&stage.alive), 0);
}
