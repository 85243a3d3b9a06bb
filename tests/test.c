#include "tests/test.h"

#include "geo/status.h"

#include <errno.h>
#include <ftw.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_FAILED = 1, EXIT_SKIPPED = 77, SECONDS_A_TEST = 300, FAILURES_PRINTED = 20 };

static struct test *tests; /* in order of registration, reversed */
static int failures;       /* of the running test; its process's own */
static char folder[4096];

void test_register(struct test *test)
{
    test->next = tests;
    tests = test;
}

void test_fail(const char *file, int line, const char *format, ...)
{
    failures++;
    if (failures > FAILURES_PRINTED)
        return;
    fprintf(stderr, "    %s:%d: ", file, line);
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    if (failures == FAILURES_PRINTED)
        fprintf(stderr, "    (further failures of this test are not printed)\n");
}

static int remove_one(const char *path, const struct stat *info, int flag, struct FTW *walk)
{
    (void)info, (void)flag, (void)walk;
    return remove(path);
}

__attribute__((noreturn)) static void end(int code)
{
    if (folder[0] && code == 0)
        nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    fflush(NULL);
    exit(code);
}

void test_abandon(void)
{
    end(EXIT_FAILED);
}

void test_skip(const char *format, ...)
{
    fprintf(stderr, "    skipped: ");
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    end(failures ? EXIT_FAILED : EXIT_SKIPPED);
}

bool test_check_int(const char *file, int line, const char *what, int64_t actual, int64_t expected)
{
    if (actual != expected)
        test_fail(file, line, "%s is %lld, expected %lld", what, (long long)actual,
                  (long long)expected);
    return actual == expected;
}

bool test_check_near(const char *file, int line, const char *what, double actual, double expected,
                     double tolerance)
{
    bool near = fabs(actual - expected) <= tolerance;
    if (!near)
        test_fail(file, line, "%s is %.17g, expected %.17g within %g", what, actual, expected,
                  tolerance);
    return near;
}

bool test_check_text(const char *file, int line, const char *what, const char *actual,
                     const char *expected)
{
    bool same = actual && expected ? strcmp(actual, expected) == 0 : actual == expected;
    if (!same)
        test_fail(file, line, "%s is \"%s\", expected \"%s\"", what, actual ? actual : "(null)",
                  expected ? expected : "(null)");
    return same;
}

bool test_check_contains(const char *file, int line, const char *what, const char *actual,
                         const char *part)
{
    bool found = actual && strstr(actual, part);
    if (!found)
        test_fail(file, line, "%s does not contain \"%s\"; it is \"%.2000s\"", what, part,
                  actual ? actual : "(null)");
    return found;
}

void test_require_ok(const char *file, int line, const char *what, int status,
                     const struct error *error)
{
    if (status == STATUS_OK)
        return;
    test_fail(file, line, "%s is %s: %s", what, status_text((enum status)status),
              error ? error->message : "");
    test_abandon();
}

static char *join(const char *root, const char *name)
{
    static char paths[8][4096];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", root, name);
    return path;
}

const char *test_data(const char *name)
{
    const char *root = getenv("TEST_DATA");
    const char *path = join(root && *root ? root : "../shared/data", name);
    if (access(path, R_OK) != 0)
        test_skip("no file %s in TEST_DATA", name);
    return path;
}

const char *test_fixture(const char *name)
{
    return join("tests/fixtures", name);
}

const char *test_folder(void)
{
    if (!folder[0]) {
        const char *root = getenv("TEST_TMP");
        snprintf(folder, sizeof folder, "%s/tuoyu-test-XXXXXX", root && *root ? root : "/tmp");
        if (!mkdtemp(folder)) {
            test_fail(__FILE__, __LINE__, "mkdtemp %s: %s", folder, strerror(errno));
            folder[0] = '\0';
            test_abandon();
        }
    }
    return folder;
}

char *test_read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    char *bytes = NULL;
    long size = -1;
    if (file && fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0) {
        rewind(file);
        bytes = malloc((size_t)size + 1);
    }
    if (!bytes || fread(bytes, 1, (size_t)size, file) != (size_t)size) {
        test_fail(__FILE__, __LINE__, "cannot read %s: %s", path, strerror(errno));
        test_abandon();
    }
    fclose(file);
    bytes[size] = '\0';
    if (length)
        *length = (size_t)size;
    return bytes;
}

struct test_random test_random(void)
{
    const char *seed = getenv("TEST_SEED");
    return (struct test_random){seed && *seed ? strtoull(seed, NULL, 10) : 1};
}

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t test_random_u64(struct test_random *random)
{
    uint64_t z = (random->state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

double test_random_unit(struct test_random *random)
{
    return (double)(test_random_u64(random) >> 11) * 0x1p-53;
}

uint32_t test_random_below(struct test_random *random, uint32_t bound)
{
    return (uint32_t)(((test_random_u64(random) >> 32) * bound) >> 32);
}

static double now_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int run_one(const struct test *test)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        alarm(SECONDS_A_TEST);
        test->run();
        end(failures ? EXIT_FAILED : 0);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child)
        return EXIT_FAILED;
    if (WIFSIGNALED(status)) {
        fprintf(stderr, "    %s:%d: ended by signal %d%s\n", test->file, test->line,
                WTERMSIG(status), WTERMSIG(status) == SIGALRM ? " (too slow)" : "");
        return EXIT_FAILED;
    }
    return WEXITSTATUS(status);
}

static bool wanted(const struct test *test, int argc, char **argv)
{
    if (argc < 2)
        return true;
    for (int i = 1; i < argc; i++)
        if (strstr(test->name, argv[i]) || strstr(test->file, argv[i]))
            return true;
    return false;
}

/* tests [part of a name or file]…; writes "passed failed skipped" to $TEST_COUNTS when set. */
int main(int argc, char **argv)
{
    struct test *ordered = NULL;
    while (tests) {
        struct test *next = tests->next;
        tests->next = ordered;
        ordered = tests;
        tests = next;
    }
    int passed = 0, failed = 0, skipped = 0;
    const char *file = "";
    for (const struct test *test = ordered; test; test = test->next) {
        if (!wanted(test, argc, argv))
            continue;
        if (strcmp(file, test->file) != 0)
            fprintf(stderr, "%s\n", file = test->file);
        double started = now_s();
        int code = run_one(test);
        double seconds = now_s() - started;
        passed += code == 0;
        skipped += code == EXIT_SKIPPED;
        failed += code != 0 && code != EXIT_SKIPPED;
        if (code != 0)
            fprintf(stderr, "  %s %s\n", code == EXIT_SKIPPED ? "skip" : "FAIL", test->name);
        else if (seconds > 5)
            fprintf(stderr, "  ok   %s (%.1f s)\n", test->name, seconds);
    }
    const char *counts = getenv("TEST_COUNTS");
    FILE *out = counts && *counts ? fopen(counts, "w") : NULL;
    if (out) {
        fprintf(out, "%d %d %d\n", passed, failed, skipped);
        fclose(out);
    }
    printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
    return failed || passed + skipped == 0;
}
