/*
 * Arrays that grow large: without copying what is there, and on large pages.
 *
 * A register of 100,000 facilities touches 60,000 pages while it is loaded, and half of the load was
 * spent on their faults and on copying in realloc(). Past a megabyte a block is a mapping of its
 * own, moved by its page tables; below, it is plain malloc, so that sanitizers see small ones.
 */
#ifndef DATA_LARGE_MEMORY_H
#define DATA_LARGE_MEMORY_H

#include <stddef.h>

/*
 * Make (block NULL: zeroed), widen or narrow a block. What grows is not zeroed below a megabyte.
 * NULL when there is no memory: the old block is then as it was. Aligned to 64 bytes.
 */
void *large_memory_resize(void *block, size_t bytes);
void large_memory_free(void *block); /* safe on NULL */

/* Ask for large pages under a block from malloc, where it is large enough to have any. Only advice:
 * a system that has none goes on as before. */
void large_memory_advise(void *block, size_t bytes);

#endif
