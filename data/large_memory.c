#include "data/large_memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    PAGE_BYTES = 4096,
    MAPPED_FROM_BYTES = 1 << 20,
    LARGE_PAGES_FROM_BYTES = 1 << 20,
    LARGE_PAGE_BYTES = 2 << 20
};

/* Before each block; a cache line, so that the block begins on one. */
struct header {
    size_t bytes;        /* of the block */
    size_t mapped_bytes; /* of the mapping, header included; 0 = from malloc */
    char padding[48];
};

static struct header *header_of(void *block)
{
    return (struct header *)((char *)block - sizeof(struct header));
}

void large_memory_advise(void *block, size_t bytes)
{
#ifdef MADV_HUGEPAGE
    if (!block || bytes < LARGE_PAGES_FROM_BYTES)
        return;
    uintptr_t start = ((uintptr_t)block + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    uintptr_t end = ((uintptr_t)block + bytes) / PAGE_BYTES * PAGE_BYTES;
    (void)madvise((void *)start, end - start, MADV_HUGEPAGE);
#else
    (void)block, (void)bytes;
#endif
}

/* Advice comes before the first touch: a page that is touched small keeps its neighbours small. */
static void *finish(struct header *header, size_t bytes, size_t mapped_bytes)
{
    if (mapped_bytes)
        large_memory_advise(header, mapped_bytes);
    header->bytes = bytes;
    header->mapped_bytes = mapped_bytes;
    return header + 1;
}

/* Whole large pages, where there are to be any: only such a mapping is laid where they fit, by
 * mmap() and again by mremap(), which else breaks those it has. What is not touched costs nothing. */
static size_t mapped_size(size_t bytes)
{
    size_t unit = bytes < LARGE_PAGES_FROM_BYTES ? (size_t)PAGE_BYTES : (size_t)LARGE_PAGE_BYTES;
    return (bytes + unit - 1) / unit * unit;
}

static void *make(size_t bytes)
{
    size_t whole = bytes + sizeof(struct header);
    if (bytes < MAPPED_FROM_BYTES) {
        struct header *header = aligned_alloc(64, (whole + 63) / 64 * 64);
        return header ? finish(memset(header, 0, whole), bytes, 0) : NULL;
    }
    whole = mapped_size(whole);
    void *mapping = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mapping == MAP_FAILED ? NULL : finish(mapping, bytes, whole);
}

void *large_memory_resize(void *block, size_t bytes)
{
    if (bytes > SIZE_MAX / 2)
        return NULL;
    if (!block)
        return make(bytes);
    struct header *header = header_of(block);
    if (header->mapped_bytes) {
        size_t whole = mapped_size(bytes + sizeof(struct header));
        void *moved = mremap(header, header->mapped_bytes, whole, MREMAP_MAYMOVE);
        return moved == MAP_FAILED ? NULL : finish(moved, bytes, whole);
    }
    void *larger = make(bytes);
    if (!larger)
        return NULL;
    memcpy(larger, block, header->bytes < bytes ? header->bytes : bytes);
    free(header);
    return larger;
}

void large_memory_free(void *block)
{
    if (!block)
        return;
    struct header *header = header_of(block);
    if (header->mapped_bytes)
        (void)munmap(header, header->mapped_bytes);
    else
        free(header);
}
