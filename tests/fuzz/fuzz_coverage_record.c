/* A kept run of coverage, as a store that somebody changed may hold it: refused, or read to what is
 * written and read again as the same. */
#include "data/coverage_record.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *write_again(const struct coverage_run *run)
{
    char *text;
    if (coverage_record_write(run, &text, NULL))
        abort();
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct coverage_run *run, *again;
    struct error error;
    if (coverage_record_read("fuzz", (const char *)data, size, &run, &error))
        return 0;
    char *text = write_again(run);
    if (coverage_record_read("fuzz", text, strlen(text), &again, &error))
        abort();
    char *same = write_again(again);
    if (strcmp(text, same) != 0)
        abort();
    for (uint32_t c = 0; c < run->community_count; c++)
        if (coverage_run_find(run, run->communities[c].code) != &run->communities[c])
            abort();
    free(text);
    free(same);
    coverage_run_release(run);
    coverage_run_release(again);
    return 0;
}
