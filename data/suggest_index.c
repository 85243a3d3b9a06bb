/* Putting the names in order, and the marks by which few blocks of them need be read. */
#include "data/suggest_internal.h"

#include "data/large_memory.h"

#include <stdlib.h>
#include <string.h>

/* Order ---------------------------------------------------------------------------------------- */

/* 4 bits of kind, 28 of length, 32 of entry; and where the name stands as yet. */
struct ranked {
    uint64_t key;
    uint32_t begin;
};

static int by_rank(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return (a->begin > b->begin) - (a->begin < b->begin);
}

static void rank_names(const struct suggest_names *all, struct ranked *ranked)
{
    const uint32_t longest = (1u << 28) - 1;
    for (size_t i = 0; i < all->name_count; i++) {
        struct suggest_name name = all->names[i];
        uint32_t length = all->names[i + 1].begin - name.begin - 1;
        uint64_t kind = all->entries[name.entry].kind;
        ranked[i].key =
            kind << 60 | (uint64_t)(length < longest ? length : longest) << 32 | name.entry;
        ranked[i].begin = name.begin;
    }
    qsort(ranked, all->name_count, sizeof *ranked, by_rank);
}

static enum status order_names(struct suggest_names *all, struct error *error)
{
    char *text = large_memory_resize(NULL, all->text_bytes);
    struct ranked *ranked = large_memory_resize(NULL, (all->name_count + 1) * sizeof *ranked);
    if (!text || !ranked) {
        large_memory_free(text);
        large_memory_free(ranked);
        return error_memory(error, "putting names in order");
    }
    rank_names(all, ranked);
    uint32_t end = 1;
    text[0] = '\0';
    for (size_t i = 0; i < all->name_count; i++) {
        size_t bytes = strlen(all->text + ranked[i].begin) + 1;
        memcpy(text + end, all->text + ranked[i].begin, bytes);
        all->names[i] = (struct suggest_name){end, (uint32_t)ranked[i].key};
        end += (uint32_t)bytes;
    }
    large_memory_free(ranked);
    large_memory_free(all->text);
    all->text = text;
    all->text_capacity = all->text_bytes;
    return STATUS_OK;
}

/* Marks ---------------------------------------------------------------------------------------- */

/* The next character's bytes in one number; of what is no UTF-8 whatever follows like one. */
static uint32_t next_character(const char **at)
{
    uint32_t character = (unsigned char)*(*at)++;
    while (suggest_is_inside(**at))
        character = character << 8 | (unsigned char)*(*at)++;
    return character;
}

/* The beginning of a question is marked up to so many characters. */
enum { BEGINNING_CHARACTERS = 8 };

static uint64_t mix(uint64_t hash)
{
    hash = (hash ^ hash >> 29) * 0x9E3779B97F4A7C15u;
    return hash ^ hash >> 32;
}

/* Half of the rows are for what stands anywhere, a quarter each for beginnings of words and of names: what
 * is in every block leaves no trace where it would hide what is in few. */
static size_t row_of(enum suggest_where where, uint64_t hash)
{
    static const unsigned bits[] = {SUGGEST_ROW_BITS - 1, SUGGEST_ROW_BITS - 2,
                                    SUGGEST_ROW_BITS - 2};
    static const size_t first[] = {0, (size_t)1 << (SUGGEST_ROW_BITS - 1),
                                   (size_t)3 << (SUGGEST_ROW_BITS - 2)};
    return first[where] + (size_t)(mix(hash) >> (64 - bits[where]));
}

/* Two neighbours, or a character alone (second 0), have two rows. */
struct pair_rows {
    size_t rows[2];
};

static struct pair_rows rows_of_pair(uint32_t first, uint32_t second)
{
    uint64_t hash = (uint64_t)first << 32 | second;
    return (struct pair_rows){
        {row_of(SUGGEST_ANYWHERE, hash), row_of(SUGGEST_ANYWHERE, ~hash * 0xD6E8FEB86659FD93u)}};
}

static void set_mark(struct suggest_names *all, size_t row, uint32_t block)
{
    all->rows[row * all->row_words + block / 64] |= (uint64_t)1 << block % 64;
}

static void mark_pair(struct suggest_names *all, uint32_t first, uint32_t second, uint32_t block)
{
    struct pair_rows pair = rows_of_pair(first, second);
    set_mark(all, pair.rows[0], block);
    set_mark(all, pair.rows[1], block);
}

/* Each beginning of what begins at `at`: its first character, its first two, … */
static void mark_beginnings(struct suggest_names *all, const char *at, enum suggest_where where,
                            uint32_t block)
{
    uint64_t hash = 0;
    for (int i = 0; i < BEGINNING_CHARACTERS && *at; i++) {
        hash = mix(hash + next_character(&at));
        set_mark(all, row_of(where, hash), block);
    }
}

static void mark_name(struct suggest_names *all, const char *name, uint32_t block)
{
    const char *at = name;
    mark_beginnings(all, name, SUGGEST_AT_NAME, block);
    for (uint32_t first = next_character(&at); first;) {
        if (*at && !suggest_is_word_byte(at[-1]))
            mark_beginnings(all, at, SUGGEST_AT_WORD, block);
        uint32_t second = *at ? next_character(&at) : 0;
        mark_pair(all, first, 0, block);
        mark_pair(all, first, second, block);
        first = second;
    }
}

static enum status mark_names(struct suggest_names *all, struct error *error)
{
    size_t blocks = (all->name_count + SUGGEST_BLOCK_NAMES - 1) / SUGGEST_BLOCK_NAMES;
    size_t words = blocks / 64 + 1, bytes = (words << SUGGEST_ROW_BITS) * sizeof *all->rows;
    all->rows = large_memory_resize(NULL, bytes);
    if (!all->rows)
        return error_memory(error, "marking names to search");
    memset(all->rows, 0, bytes);
    all->row_words = (uint32_t)words;
    for (size_t i = 0; i < all->name_count; i++)
        mark_name(all, all->text + all->names[i].begin, (uint32_t)(i / SUGGEST_BLOCK_NAMES));
    return STATUS_OK;
}

enum status suggest_index(struct suggest_names *all, struct error *error)
{
    enum status status = order_names(all, error);
    return status ? status : mark_names(all, error);
}

static void lay_upon(const struct suggest_names *all, size_t row, uint64_t *blocks)
{
    const uint64_t *bits = all->rows + row * all->row_words;
    for (uint32_t i = 0; i < all->row_words; i++)
        blocks[i] &= bits[i];
}

static void lay_pair(const struct suggest_names *all, uint32_t first, uint32_t second,
                     uint64_t *blocks)
{
    struct pair_rows pair = rows_of_pair(first, second);
    lay_upon(all, pair.rows[0], blocks);
    lay_upon(all, pair.rows[1], blocks);
}

void suggest_sift(const struct suggest_names *all, const char *question, enum suggest_where where,
                  uint64_t *blocks)
{
    const char *at = question;
    if (where != SUGGEST_ANYWHERE) {
        uint64_t hash = 0;
        for (int i = 0; i < BEGINNING_CHARACTERS && *at; i++)
            hash = mix(hash + next_character(&at));
        lay_upon(all, row_of(where, hash), blocks);
        at = question;
    }
    uint32_t first = next_character(&at);
    if (!*at)
        lay_pair(all, first, 0, blocks);
    while (*at) {
        uint32_t second = next_character(&at);
        lay_pair(all, first, second, blocks);
        first = second;
    }
}
