/*
 * Tests are claims: TEST(name) in any tests/SECTION/test_*.c, found by pattern, nothing to register.
 * Each runs in a process of its own (a crash or a leak fails that test alone).
 *
 *   TEST(a_ring_contains_its_centre) { CHECK(geo_polygon_contains(&ring, centre)); }
 *
 * CHECK goes on after a failure, REQUIRE ends the test. SKIP says visibly why and ends it.
 */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct test {
    const char *name, *file;
    int line;
    void (*run)(void);
    struct test *next;
};

void test_register(struct test *test);
void test_fail(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void test_skip(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
void test_abandon(void) __attribute__((noreturn)); /* what REQUIRE does after test_fail() */

#define TEST(name_)                                                                      \
    static void test_run_##name_(void);                                                  \
    __attribute__((constructor)) static void test_add_##name_(void)                      \
    {                                                                                    \
        static struct test test_ = {#name_, __FILE__, __LINE__, test_run_##name_, NULL}; \
        test_register(&test_);                                                           \
    }                                                                                    \
    static void test_run_##name_(void)

#define CHECK(condition) \
    ((condition) ? true : (test_fail(__FILE__, __LINE__, "CHECK(%s)", #condition), false))
#define REQUIRE(condition) \
    ((condition) ? (void)0 \
                 : (test_fail(__FILE__, __LINE__, "REQUIRE(%s)", #condition), test_abandon()))

/* Values are printed when they differ. */
#define CHECK_INT(actual, expected) \
    test_check_int(__FILE__, __LINE__, #actual, (int64_t)(actual), (int64_t)(expected))
#define CHECK_NEAR(actual, expected, tolerance) \
    test_check_near(__FILE__, __LINE__, #actual, (actual), (expected), (tolerance))
#define CHECK_TEXT(actual, expected) \
    test_check_text(__FILE__, __LINE__, #actual, (actual), (expected))
#define CHECK_CONTAINS(actual, part) \
    test_check_contains(__FILE__, __LINE__, #actual, (actual), (part))
/* The status is OK; else the error's sentence is printed. Ends the test. */
#define REQUIRE_OK(status, error) \
    test_require_ok(__FILE__, __LINE__, #status, (int)(status), (error))

bool test_check_int(const char *file, int line, const char *what, int64_t actual, int64_t expected);
bool test_check_near(const char *file, int line, const char *what, double actual, double expected,
                     double tolerance);
bool test_check_text(const char *file, int line, const char *what, const char *actual,
                     const char *expected);
bool test_check_contains(const char *file, int line, const char *what, const char *actual,
                         const char *part);
struct error;
void test_require_ok(const char *file, int line, const char *what, int status,
                     const struct error *error);

#define SKIP(...) test_skip(__VA_ARGS__)

/*
 * TEST_DATA/NAME when that file is there; else skips the test, naming the file. TEST_DATA comes from
 * the Makefile. The text lives until the test ends.
 */
const char *test_data(const char *name);
/* tests/fixtures/NAME. */
const char *test_fixture(const char *name);
/* A new empty folder under the build folder, removed when the test ends well. */
const char *test_folder(void);
/* The whole of a file, NUL-terminated (malloc); ends the test when it cannot be read. */
char *test_read_file(const char *path, size_t *length);

/* A small fast generator for random tests: deterministic, printed seed 1 unless TEST_SEED says. */
struct test_random {
    uint64_t state;
};
struct test_random test_random(void);
uint64_t test_random_u64(struct test_random *random);
double test_random_unit(struct test_random *random);                    /* [0, 1) */
uint32_t test_random_below(struct test_random *random, uint32_t bound); /* [0, bound) */

#endif
