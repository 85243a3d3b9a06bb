/* A run that was kept is the run that was computed. */
#include "data/coverage_record.h"
#include "tests/data/coverage_same.h"

#include <stdlib.h>
#include <string.h>

TEST(a_kept_run_is_read_back_to_the_bit)
{
    struct test_random random = test_random();
    struct error error = {0};
    struct coverage_world town = coverage_world_make(&random, 40, 60);
    struct coverage_run *run = coverage_world_run(&town, 15), *again;
    char *text;
    REQUIRE_OK(coverage_record_write(run, &text, &error), &error);
    REQUIRE_OK(coverage_record_read(run->region, text, strlen(text), &again, &error), &error);
    coverage_runs_check_same(again, run);
    coverage_run_release(again);

    /* Cut short or changed anywhere, it is refused or read; never half read. */
    size_t length = strlen(text);
    for (int i = 0; i < 300; i++) {
        size_t at = test_random_below(&random, (uint32_t)length);
        char kept = text[at];
        text[at] = "0[]{}\",x-n"[test_random_below(&random, 10)];
        size_t cut = i % 3 ? length : at;
        enum status status = coverage_record_read("r", text, cut, &again, &error);
        CHECK(status == STATUS_OK ? again != NULL : status == STATUS_CORRUPT && !again);
        coverage_run_release(again);
        text[at] = kept;
    }
    free(text);
    coverage_run_release(run);
    coverage_world_release(&town);
}
