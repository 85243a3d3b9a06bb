#include "data/column_names.h"

#include "data/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_BYTES = 16 /* " #4294967295" and a NUL */ };

static int compare_names(const void *left, const void *right)
{
    const char *const *a = left, *const *b = right;
    return strcmp(*a, *b);
}

static bool is_repeated(const char *const *sorted, uint32_t count, const char *name)
{
    const char *const *found = bsearch(&name, sorted, count, sizeof *sorted, compare_names);
    size_t at = (size_t)(found - sorted);
    return (at > 0 && strcmp(sorted[at - 1], name) == 0) ||
           (at + 1 < count && strcmp(sorted[at + 1], name) == 0);
}

/* The trimmed names into the pool, each with room for a number behind it. */
static enum status copy_names(struct column_names *names, const struct table_cell *cells,
                              uint32_t count, struct error *error)
{
    size_t bytes = 1;
    for (uint32_t i = 0; i < count; i++)
        bytes += cells[i].length + NUMBER_BYTES;
    names->pool = malloc(bytes);
    names->names = calloc(count + 1u, sizeof *names->names);
    if (!names->pool || !names->names)
        return error_memory(error, "reading the columns' names");
    char *at = names->pool;
    for (uint32_t i = 0; i < count; i++) {
        const char *text = cells[i].text;
        size_t length = cells[i].length;
        text_trim(&text, &length);
        memcpy(at, text, length);
        at[length] = '\0';
        names->names[i] = at;
        at += length + NUMBER_BYTES;
    }
    names->count = count;
    return STATUS_OK;
}

/* Sorts `sorted` (room for all names); then numbers the names that need it, all judged first. */
static void number_names(struct column_names *names, const char **sorted, bool *needs_number)
{
    memcpy(sorted, names->names, names->count * sizeof *sorted);
    qsort(sorted, names->count, sizeof *sorted, compare_names);
    for (uint32_t i = 0; i < names->count; i++)
        needs_number[i] = !*names->names[i] || is_repeated(sorted, names->count, names->names[i]);
    for (uint32_t i = 0; i < names->count; i++) {
        char *end = names->pool + (names->names[i] - names->pool) + strlen(names->names[i]);
        if (needs_number[i])
            snprintf(end, NUMBER_BYTES, "%s#%u", *names->names[i] ? " " : "", i + 1);
    }
}

static enum status check_distinct(const struct column_names *names, const char **sorted,
                                  struct error *error)
{
    memcpy(sorted, names->names, names->count * sizeof *sorted);
    qsort(sorted, names->count, sizeof *sorted, compare_names);
    for (uint32_t i = 1; i < names->count; i++)
        if (strcmp(sorted[i - 1], sorted[i]) == 0)
            return error_set(error, STATUS_REJECTED,
                             "two columns are named '%.100s', one of them by its number as equal "
                             "or empty names are; give them different names",
                             sorted[i]);
    return STATUS_OK;
}

enum status column_names_set(struct column_names *names, const struct table_cell *cells,
                             uint32_t count, struct error *error)
{
    enum status status = copy_names(names, cells, count, error);
    const char **sorted = malloc((count + 1u) * sizeof *sorted);
    bool *needs_number = malloc((count + 1u) * sizeof *needs_number);
    if (!status && (!sorted || !needs_number))
        status = error_memory(error, "reading the columns' names");
    if (!status) {
        number_names(names, sorted, needs_number);
        status = check_distinct(names, sorted, error);
    }
    free(sorted);
    free(needs_number);
    return status;
}

void column_names_release(struct column_names *names)
{
    free(names->names);
    free(names->pool);
    *names = (struct column_names){0};
}
