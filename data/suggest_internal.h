/*
 * What the files of suggest share: suggest_gather.c collects the names, suggest_index.c orders and marks
 * them, suggest.c looks among them.
 *
 * Names stand folded in one text, a NUL before and behind each, in the order in which equally good
 * matches are told: by kind, then the shorter one, then by entry. So whoever looks for the best few may
 * stop as soon as there are enough of them, which is soon for what many names hold.
 *
 * What few names hold is found by marks. SUGGEST_BLOCK_NAMES names after one another are a block; for
 * every character and pair of neighbours, and every beginning of a word and of a name, a row of bits says
 * which blocks have it (several may share a row, so that a bit says "perhaps"). The rows of a question,
 * one upon another, leave the few blocks that are read. Source: bit-sliced signature files, Faloutsos &
 * Christodoulakis 1984.
 */
#ifndef DATA_SUGGEST_INTERNAL_H
#define DATA_SUGGEST_INTERNAL_H

#include "data/community_locator.h"
#include "data/suggest.h"

#include <pthread.h>
#include <stdatomic.h>

enum { SUGGEST_BLOCK_NAMES = 64, SUGGEST_ROW_BITS = 14 };

/* Something with a name or two. */
struct suggest_entry {
    uint32_t number;  /* of the dataset's community or facility, or of the map's feature */
    uint16_t network; /* of a feature: into dataset->networks */
    uint8_t kind;     /* enum suggest_kind */
};

/* It ends with the NUL before the next one's `begin`; behind the last one stands one more of them. */
struct suggest_name {
    uint32_t begin; /* into the text */
    uint32_t entry;
};

struct suggest_names {
    const struct dataset *dataset;
    char *text;
    size_t text_bytes, text_capacity;
    struct suggest_entry *entries; /* by kind, then number or name */
    size_t entry_count, entry_capacity;
    struct suggest_name *names;
    size_t name_count, name_capacity;
    uint64_t *rows;     /* 1 << SUGGEST_ROW_BITS of them */
    uint32_t row_words; /* of 64 bits, one a block, the least first */
    struct geo_point
        *community_points; /* malloc'd, beside the dataset's communities; lon NaN = none */
    struct community_locator locator; /* over the dataset's communities, in their order */
};

struct suggest {
    const struct dataset *dataset;
    pthread_mutex_t gathering;
    atomic_bool is_gathered; /* then `all` changes no more */
    struct suggest_names all;
};

/* Room for `more` elements in a growing array. */
enum status MUST_CHECK suggest_grow(void **array, size_t count, size_t more, size_t *capacity,
                                    size_t bytes, struct error *error);

/* Collect the names in the order of their entries; `all` is {0}, and its owner's on failure too. */
enum status MUST_CHECK suggest_collect(const struct dataset *dataset, struct suggest_names *all,
                                       struct error *error);
/* Then put them in order and mark their blocks. */
enum status MUST_CHECK suggest_index(struct suggest_names *all, struct error *error);
void suggest_names_release(struct suggest_names *all);

/* Where in a name something stands. */
enum suggest_where { SUGGEST_ANYWHERE, SUGGEST_AT_WORD, SUGGEST_AT_NAME };

/* Behind which byte does a word go on? Chinese has no words that could be told apart so. */
static inline bool suggest_is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* Does a byte continue a character of UTF-8? */
static inline bool suggest_is_inside(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* Clear in `blocks` (row_words of them) the blocks that cannot hold the folded question there. */
void suggest_sift(const struct suggest_names *all, const char *question, enum suggest_where where,
                  uint64_t *blocks);

#endif
