/*
 * The lock by which one process owns a store: on STORE.lock, beside it, for as long as the process
 * lives (an open file description lock, which the kernel drops with the last handle). The file stays:
 * taking it away would race. Opening a store takes it (store.h); by itself it is for who moves the
 * store's files.
 */
#ifndef DATA_STORE_LOCK_H
#define DATA_STORE_LOCK_H

#include "geo/status.h"

#include <stdbool.h>

struct store_lock {
    bool is_held;
    int file;
}; /* {0} = none */

enum store_lock_kind { STORE_LOCK_SHARED, STORE_LOCK_ALONE };

/*
 * Take the lock of the store at `path`, which need not be there; never waits. BUSY where another
 * process holds it; NOT_FOUND where its folder is missing, READ_ONLY where the folder cannot be
 * written to; IO.
 */
enum status MUST_CHECK store_lock_take(const char *path, enum store_lock_kind kind,
                                       struct store_lock *lock, struct error *error);
void store_lock_release(struct store_lock *lock); /* safe on {0} and safe twice */

#endif
