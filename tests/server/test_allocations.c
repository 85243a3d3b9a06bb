/*
 * A nearby search and the writing of its answer allocate nothing: every allocation of the whole
 * process, of our code and of libraries, is counted on the thread that asks.
 */
#include "data/nearby.h"
#include "server/json_nearby.h"
#include "server/params.h"
#include "server/picture.h"
#include "tests/data/nearby_reference.h"
#include "tests/test.h"

#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif

enum { MAX_BODY_BYTES = 4 << 20 };
static const moment_t NOW = 1790562600; /* 2026-09-28, 10:30 in the seeded region */

static _Thread_local bool is_counting;
static _Thread_local uint64_t allocations;

#ifdef SANITIZED

/* A sanitizer has malloc() for itself, and tells who asks. */
int __sanitizer_install_malloc_and_free_hooks(void (*allocated)(const volatile void *, size_t),
                                              void (*freed)(const volatile void *));

static void note_allocated(const volatile void *block, size_t bytes)
{
    (void)block;
    (void)bytes;
    allocations += is_counting;
}

static void note_freed(const volatile void *block)
{
    (void)block;
}

static void listen(void)
{
    static bool is_installed;
    if (!is_installed)
        is_installed = __sanitizer_install_malloc_and_free_hooks(note_allocated, note_freed) > 0;
    REQUIRE(is_installed);
}

#else

/* The C library's functions under the names that it keeps for those who take its place. */
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *block, size_t bytes);

void *malloc(size_t bytes)
{
    allocations += is_counting;
    return __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes)
{
    allocations += is_counting;
    return __libc_calloc(count, bytes);
}

void *realloc(void *block, size_t bytes)
{
    allocations += is_counting;
    return __libc_realloc(block, bytes);
}

static void listen(void)
{
}

#endif

/* A handler and what its worker keeps. */
struct asking {
    struct world *world;
    struct picture *picture;
    struct arena arena;
    struct request request;
    struct nearby_list *list;
    struct json body;
};

static void ask(struct asking *asking, const char *url)
{
    struct error error;
    struct nearby_query query;
    arena_release(&asking->arena);
    arena_init(&asking->arena, REQUEST_ARENA_BYTES);
    REQUIRE_OK(request_make(METHOD_GET, url, NULL, NOW, &asking->arena, &asking->request, &error),
               &error);
    asking->request.base_url = "http://127.0.0.1:8080";
    REQUIRE_OK(params_nearby(&asking->request, &query, &error), &error);

    allocations = 0;
    is_counting = true;
    enum status found = nearby_find(asking->picture->dataset, asking->picture->vacancies, NULL,
                                    &query, asking->list, &error);
    if (!found)
        json_nearby(&asking->body, &asking->request, asking->picture, &query, asking->list);
    is_counting = false;
    REQUIRE_OK(found, &error);
    REQUIRE_OK(json_status(&asking->body, &error), &error);
}

static void asking_open(struct asking *asking)
{
    struct error error;
    *asking = (struct asking){.world = world_make(31, 500, NOW)};
    asking->list = malloc(sizeof *asking->list);
    REQUIRE(asking->list != NULL);
    json_init(&asking->body, MAX_BODY_BYTES);
    REQUIRE_OK(picture_build(asking->world->store, NOW, NULL, PICTURE_FOR_SERVER, &asking->picture,
                             &error),
               &error);
}

static void asking_close(struct asking *asking)
{
    json_release(&asking->body);
    free(asking->list);
    arena_release(&asking->arena);
    asking->picture->release(asking->picture);
    world_release(asking->world);
}

TEST(a_nearby_search_and_the_writing_of_its_answer_allocate_nothing)
{
    static const char *const questions[] = {
        "",
        "&open=true",
        "&open=true&care=hourly&age_months=18",
        "&open=true&care=hourly,drop_in&inclusive=true&limit=100",
        "&care=full_day&max_price=300000&price_unit=month&within_m=20000",
        "&day=mon&from=09:00&to=11:00&limit=100",
        "&kind=home&relax=true",
    };
    struct asking asking;
    size_t bytes = 0;
    listen();
    asking_open(&asking);
    ask(&asking, "/v1/nearby?lon=120.13&lat=30.2&by=line&limit=100"); /* the largest answer */
    CHECK(allocations > 0); /* the control: the body's buffer was new, and that was seen */
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        char url[256];
        snprintf(url, sizeof url, "/v1/nearby?lon=120.13&lat=30.2&by=line%s", questions[i]);
        json_reset(&asking.body);
        ask(&asking, url);
        if (!CHECK_INT(allocations, 0))
            test_fail(__FILE__, __LINE__, "the question was %s", url);
        bytes += asking.body.length;
    }
    CHECK(bytes > 10000); /* there was something to write */
    asking_close(&asking);
}
