/*
 * A SQLite VFS that stands before the system's and fails on purpose: an error at the n-th change, a
 * full disk, or a cut of the power, after which the files hold what had been synced and, sector by
 * sector, only a random part of what had not.
 *
 * One of it a process; a test's own process ends it.
 */
#ifndef TESTS_DATA_FAULT_VFS_H
#define TESTS_DATA_FAULT_VFS_H

#include "tests/test.h"

struct fault_plan {
    int at;            /* the change (write, sync, truncation) that fails, from 1; 0 = none */
    int code;          /* SQLITE_IOERR_WRITE, SQLITE_FULL, … */
    bool goes_on;      /* all later changes fail too, as after a power cut */
    bool only_pretend; /* control: syncs are answered, and nothing is made to last */
};

/* Make it the default VFS. Once, before any store is opened. */
void fault_install(void);

/* Forget all files and count changes from 0 again. Only while no store is open. */
void fault_begin(struct fault_plan plan);

/* From here on nothing fails; a store may be open. */
void fault_heal(void);

/* Changes since fault_begin(). */
int fault_changes(void);

/* Has the planned fault happened? */
bool fault_happened(void);

/* After all connections are closed: bring every file written since fault_begin() to what a power cut
 * would have left of it. No fault happens from here on. */
void fault_cut_power(struct test_random *random);

#endif
