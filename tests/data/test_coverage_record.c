/* A run that was kept is the run that was computed. */
#include "data/coverage_record.h"
#include "tests/data/coverage_same.h"

#include <stdio.h>
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

/* `from` in the text, the first time, made `to`. */
static enum status read_with(const char *text, const char *from, const char *to)
{
    struct coverage_run *run;
    struct error error = {0};
    const char *at = strstr(text, from);
    char *changed = malloc(strlen(text) + strlen(to) + 1);
    REQUIRE(at && changed);
    sprintf(changed, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    enum status status = coverage_record_read("r", changed, strlen(changed), &run, &error);
    CHECK(status == STATUS_OK ? run != NULL : !run && strstr(error.message, "damaged"));
    coverage_run_release(run);
    free(changed);
    return status;
}

TEST(a_kept_run_without_what_is_always_known_is_damaged)
{
    struct test_random random = test_random();
    struct error error = {0};
    struct coverage_world town = coverage_world_make(&random, 10, 10);
    struct coverage_run *run = coverage_world_run(&town, 15);
    char *text;
    REQUIRE_OK(coverage_record_write(run, &text, &error), &error);
    CHECK_INT(read_with(text, "\"minutes\":15.0", "\"minutes\":14.5"), STATUS_OK);
    CHECK_INT(read_with(text, "\"minutes\":15.0", "\"minutes\":null"), STATUS_CORRUPT);
    CHECK_INT(read_with(text, "\"weight\":", "\"weight\":null,\"w\":"), STATUS_CORRUPT);
    CHECK_INT(read_with(text, "\"empty_supply\":", "\"empty\":"), STATUS_CORRUPT);
    CHECK_INT(read_with(text, "\"stroller\"",
                        "\"a way of walking with a name that is longer than any that is kept, "
                        "however long one tries to make it in a file of one's own\""),
              STATUS_CORRUPT);
    free(text);
    coverage_run_release(run);
    coverage_world_release(&town);
}
