/*
 * Names and a question from anybody, folded and searched: the first byte says how many may be found, a
 * line each is a facility's name, the last line is the question. What is found is what folding and
 * comparing every name finds.
 */
#include "data/suggest.h"
#include "data/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_NAMES = 200 };

static void check_fold(const char *text, size_t length)
{
    char *once = malloc(length + 1), *twice = malloc(length + 1);
    if (once && twice) {
        size_t folded = suggest_fold(text, length, once);
        if (folded > length || strlen(once) != folded)
            abort();
        if (suggest_fold(once, folded, twice) != folded || memcmp(once, twice, folded) != 0)
            abort();
        if (text_utf8_length(text, length) == length && text_utf8_length(once, folded) != folded)
            abort();
    }
    free(once);
    free(twice);
}

/* Is the folded question in the folded name, not cutting a character? */
static bool holds(const char *name, const char *question)
{
    size_t length = strlen(question);
    for (const char *at = name; (at = strstr(at, question)); at++)
        if ((*at & 0xC0) != 0x80 && (at[length] & 0xC0) != 0x80)
            return true;
    return false;
}

/* Facilities whose names are the lines of a text: line i begins at text + begins[i]. */
struct lines {
    char *text; /* NULs for ends of lines, one in front */
    uint32_t begins[MOST_NAMES], count;
};

static uint32_t count_holding(const struct lines *lines, uint32_t names, const char *question)
{
    uint32_t holding = 0;
    for (uint32_t i = 0; i < names; i++) {
        const char *name = lines->text + lines->begins[i];
        char *folded = malloc(strlen(name) + 1);
        if (!folded)
            abort();
        suggest_fold(name, strlen(name), folded);
        holding += holds(folded, question);
        free(folded);
    }
    return holding;
}

static void check_search(const struct lines *lines, uint32_t names, const char *asked,
                         uint32_t limit)
{
    struct dataset_facility facilities[MOST_NAMES] = {0};
    uint8_t is_public[MOST_NAMES];
    memset(is_public, 1, sizeof is_public);
    for (uint32_t i = 0; i < names; i++)
        facilities[i] = (struct dataset_facility){.point = {120.2, 30.2},
                                                  .id = lines->begins[i],
                                                  .name = lines->begins[i],
                                                  .in_register = true};
    struct region region = {.name = "fuzz"};
    struct dataset dataset = {.text = lines->text,
                              .facilities = facilities,
                              .facility_count = names,
                              .regions = &region,
                              .region_count = 1};
    struct vacancies vacancies = {.is_public = is_public};
    struct suggestion found[SUGGEST_MAX];
    struct suggest *suggest;
    uint32_t count;
    char *question = malloc(strlen(asked) + 1);
    if (!question || suggest_open(&dataset, &suggest, NULL))
        abort();
    size_t length = suggest_fold(asked, strlen(asked), question);
    if (suggest_find(suggest, &vacancies, asked, strlen(asked), SUGGEST_ANY_REGION, limit, found,
                     &count, NULL))
        abort();
    uint32_t holding = length ? count_holding(lines, names, question) : 0;
    if (count != (holding < limit ? holding : limit))
        abort();
    suggest_close(suggest);
    free(question);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct lines lines = {.text = malloc(size + 1)};
    if (!lines.text)
        return 0;
    memcpy(lines.text, data, size);
    lines.text[0] = lines.text[size] = '\0';
    for (size_t i = 1; i < size; i++)
        if (lines.text[i] == '\n')
            lines.text[i] = '\0';
    for (size_t i = 1; i <= size && lines.count < MOST_NAMES; i++)
        if (lines.text[i - 1] == '\0')
            lines.begins[lines.count++] = (uint32_t)i;
    if (lines.count == 0) {
        free(lines.text);
        return 0;
    }
    check_fold((const char *)data + 1, size - 1);
    const char *question = lines.text + lines.begins[lines.count - 1];
    check_search(&lines, lines.count - 1, question, 1 + data[0] % SUGGEST_MAX);
    free(lines.text);
    return 0;
}
