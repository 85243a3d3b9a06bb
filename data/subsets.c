#include "data/subsets.h"

#include "data/records.h"

#include <stdatomic.h>
#include <stdlib.h>

/*
 * A cell is a question: a care type or any, an age class or any, open or not asked, inclusive or not
 * asked. Cells that ask less come before those that ask more.
 */
enum {
    ANY_CARE = 0,  /* care type c is 1 + c */
    ANY_CLASS = 0, /* age class c is 1 + c */
    CARES = 1 + MASK_CARES,
    CLASSES = 1 + MASK_AGE_CLASSES,
    CELLS = CARES * CLASSES * 2 * 2,
    EVERYTHING = 0, /* the cell that asks nothing: all that is in any answer */
    WHOLE = -1      /* no cell: the index itself */
};

/* The whole has masks to prune by, a subset asks item by item; so a subset of it must be smaller
 * than one of a subset before it is worth its memory. Below FEW a search is short anyway. */
enum { PAYS_OF_WHOLE = 12, PAYS_OF_SUBSET = 2, FEW = 256 };

/* Shared by all vacancies since it was built; the last one frees it. */
struct tree {
    struct spatial_index *index;
    atomic_uint users;
};

struct cell {
    uint64_t wanted;
    uint32_t matching; /* items that have any of `wanted` */
    struct tree *tree; /* NULL = not worth it */
    bool is_fresh;     /* the tree was built for these masks */
    bool is_exact;     /* the tree holds what is wanted and nothing else */
    int smallest;      /* the cell in whose tree to look; WHOLE */
};

struct subsets {
    struct subsets_source source;
    struct cell cells[CELLS];
};

struct place {
    unsigned care, age_class, open, inclusive;
};

static unsigned cell_at(struct place at)
{
    return ((at.care * CLASSES + at.age_class) * 2 + at.open) * 2 + at.inclusive;
}

static struct place place_of(unsigned cell)
{
    return (struct place){.care = cell / (CLASSES * 4),
                          .age_class = cell / 4 % CLASSES,
                          .open = cell / 2 % 2,
                          .inclusive = cell % 2};
}

static uint64_t wanted_at(struct place at)
{
    struct mask_query query = {
        .cares = (uint8_t)(1u << at.care >> 1), /* any: none of them */
        .age_months =
            at.age_class == ANY_CLASS ? NONE : (int32_t)(at.age_class - 1) * MASK_AGE_CLASS_MONTHS,
        .open = at.open,
        .inclusive = at.inclusive};
    return mask_wanted(&query);
}

static const struct spatial_index *index_of(const struct subsets *subsets, int cell)
{
    return cell == WHOLE ? subsets->source.index : subsets->cells[cell].tree->index;
}

static uint32_t tree_items(const struct subsets *subsets, int cell)
{
    return spatial_index_count(index_of(subsets, cell));
}

/* Of the cells that ask one thing less, the one whose tree is smallest. Open bits may stand without
 * the others, so that a cell which asks for open places has no part in one that does not. */
static int smallest_around(const struct subsets *subsets, struct place at)
{
    struct place less[3] = {at, at, at};
    less[0].care = ANY_CARE;
    less[1].age_class = ANY_CLASS;
    less[2].inclusive = 0;
    int smallest = WHOLE;
    for (int i = 0; i < 3; i++) {
        unsigned cell = cell_at(less[i]);
        if (cell == cell_at(at))
            continue;
        int candidate = subsets->cells[cell].smallest;
        if (tree_items(subsets, candidate) < tree_items(subsets, smallest))
            smallest = candidate;
    }
    return smallest;
}

static bool pays(const struct subsets *subsets, unsigned cell, int around)
{
    uint32_t matching = subsets->cells[cell].matching, items = tree_items(subsets, around);
    if (cell == EVERYTHING) /* asked by everyone, and half the masks must be looked at without it */
        return matching < items;
    return items > FEW && matching <= items / (around == WHOLE ? PAYS_OF_WHOLE : PAYS_OF_SUBSET);
}

/* Masks that came and went since then. */
struct changes {
    uint64_t gained, lost;
    bool has_vanished; /* an item has no mask any more: it must be in no subset either */
};

static struct changes changes_since(const struct subsets_source *before,
                                    const struct subsets_source *now)
{
    struct changes changes = {0};
    uint32_t count = spatial_index_count(now->index);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t old = before->item_masks[i], new = now->item_masks[i];
        changes.gained |= new & ~old;
        changes.lost |= old & ~new;
        changes.has_vanished |= old && !new;
    }
    return changes;
}

static uint32_t count_matching(const struct subsets_source *source, uint64_t wanted)
{
    uint32_t matching = 0, count = spatial_index_count(source->index);
    for (uint32_t i = 0; i < count; i++)
        matching += (source->item_masks[i] & wanted) != 0;
    return matching;
}

/* From the smallest tree that holds all of it. */
static enum status build_tree(const struct subsets *subsets, struct cell *cell, int around,
                              struct error *error)
{
    cell->tree = calloc(1, sizeof *cell->tree);
    if (!cell->tree)
        return error_memory(error, "building subsets of the spatial index");
    atomic_init(&cell->tree->users, 1);
    cell->is_fresh = cell->is_exact = true;
    return spatial_index_build_subset(index_of(subsets, around), subsets->source.item_masks,
                                      cell->wanted, &cell->tree->index, error);
}

/* The tree of the vacancies before: nothing wanted may be missing, and not much too much be in it. */
static bool take_over(struct cell *cell, const struct cell *before, const struct changes *changes)
{
    if (!before || !before->tree || changes->has_vanished || (changes->gained & cell->wanted) ||
        spatial_index_count(before->tree->index) / 2 > cell->matching)
        return false;
    cell->tree = before->tree;
    cell->is_exact = before->is_exact && !(changes->lost & cell->wanted);
    atomic_fetch_add(&cell->tree->users, 1);
    return true;
}

static enum status make_cell(struct subsets *subsets, const struct subsets *previous,
                             const struct changes *changes, unsigned number, struct error *error)
{
    struct cell *cell = &subsets->cells[number];
    const struct cell *before = previous ? &previous->cells[number] : NULL;
    struct place at = place_of(number);
    enum status status = STATUS_OK;
    int around = smallest_around(subsets, at);
    cell->wanted = wanted_at(at);
    cell->matching = before && !((changes->gained | changes->lost) & cell->wanted)
                         ? before->matching
                         : count_matching(&subsets->source, cell->wanted);
    if (pays(subsets, number, around) && !take_over(cell, before, changes))
        status = build_tree(subsets, cell, around, error);
    cell->smallest = cell->tree ? (int)number : around;
    return status;
}

enum status subsets_build(const struct subsets_source *source, const struct subsets *previous,
                          struct subsets **subsets, struct error *error)
{
    *subsets = NULL;
    struct subsets *made = calloc(1, sizeof *made);
    if (!made)
        return error_memory(error, "building subsets of the spatial index");
    made->source = *source;
    struct changes changes = {0};
    if (previous)
        changes = changes_since(&previous->source, source);
    enum status status = STATUS_OK;
    for (unsigned i = 0; i < CELLS && !status; i++)
        status = make_cell(made, previous, &changes, i, error);
    if (status) {
        subsets_release(made);
        return status;
    }
    *subsets = made;
    return STATUS_OK;
}

void subsets_release(struct subsets *subsets)
{
    if (!subsets)
        return;
    for (unsigned i = 0; i < CELLS; i++) {
        struct tree *tree = subsets->cells[i].tree;
        if (!tree || atomic_fetch_sub(&tree->users, 1) > 1)
            continue;
        spatial_index_release(tree->index);
        free(tree);
    }
    free(subsets);
}

/* The cell that asks what the query asks, or a little less: several care types are any. */
static unsigned cell_of(const struct mask_query *query)
{
    struct place at = {.open = query->open, .inclusive = query->inclusive};
    bool is_one = query->cares && !(query->cares & (query->cares - 1));
    if (is_one)
        at.care = 1 + (unsigned)__builtin_ctz(query->cares);
    if (query->age_months != NONE)
        at.age_class = 1 + (unsigned)mask_age_class(query->age_months);
    return cell_at(at);
}

struct subsets_choice subsets_choose(const struct subsets *subsets, const struct mask_query *query)
{
    const struct subsets_source *source = &subsets->source;
    const struct cell *asked = &subsets->cells[cell_of(query)];
    uint64_t wanted = mask_wanted(query);
    if (asked->smallest == WHOLE) {
        struct subsets_choice whole = {.index = source->index};
        if (asked->matching < spatial_index_count(source->index) || asked->wanted != wanted)
            whole.filter = (struct spatial_filter){.item_masks = source->item_masks,
                                                   .node_masks = source->node_masks,
                                                   .wanted = wanted};
        return whole;
    }
    const struct cell *found = &subsets->cells[asked->smallest];
    struct subsets_choice choice = {.index = found->tree->index};
    if (!found->is_exact || found->wanted != wanted)
        choice.filter = (struct spatial_filter){.item_masks = source->item_masks, .wanted = wanted};
    return choice;
}

struct subsets_size subsets_size(const struct subsets *subsets)
{
    struct subsets_size size = {0};
    for (unsigned i = 0; i < CELLS; i++) {
        const struct cell *cell = &subsets->cells[i];
        if (!cell->tree)
            continue;
        size.count++;
        size.fresh += cell->is_fresh;
        size.items += spatial_index_count(cell->tree->index);
        size.bytes += spatial_index_bytes(cell->tree->index);
    }
    return size;
}
