/*
 * Many independent pieces of work on both cores: the caller's thread and one helper draw items until
 * none is left. The functions they call are pure but for their own scratch.
 */
#ifndef DATA_RECOMPUTE_H
#define DATA_RECOMPUTE_H

#include "geo/status.h"

#include <stdint.h>

struct recompute {
    uint32_t count; /* items 0 … count - 1, drawn in that order */
    void *context;  /* shared by the threads */
    /* A thread's own scratch before its first item, and after its last; end() only where begin()
     * went well. */
    enum status (*begin)(void *context, void **scratch, struct error *error);
    enum status (*work)(void *context, void *scratch, uint32_t item, struct error *error);
    void (*end)(void *context, void *scratch);
};

/* Do all; the first failure stops both threads and is returned. Where no helper can be started, the
 * caller's thread does everything. */
enum status MUST_CHECK recompute_all(const struct recompute *recompute, struct error *error);

#endif
