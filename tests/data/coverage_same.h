/* Whether two runs of coverage are the same to the bit. */
#ifndef TESTS_DATA_COVERAGE_SAME_H
#define TESTS_DATA_COVERAGE_SAME_H

#include "tests/data/coverage_world.h"

void coverage_runs_check_same(const struct coverage_run *a, const struct coverage_run *b);

#endif
