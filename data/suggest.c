/* Finding: one run through the folded names, the best few kept in order. */
#include "data/suggest_internal.h"
#include "data/walking.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *suggest_kind_code(enum suggest_kind kind)
{
    static const char *const codes[SUGGEST_KIND_COUNT] = {"community", "station", "place", "road",
                                                          "facility"};
    return codes[kind];
}

/* Looking -------------------------------------------------------------------------------------- */

/* One after another, the best first: each is told before any of the next. */
enum match { MATCH_EXACT, MATCH_BEGINNING, MATCH_WORD, MATCH_PART, MATCH_COUNT };

struct search {
    const struct suggest *suggest;
    const struct vacancies *vacancies;
    int region;
    const char *question; /* folded */
    size_t length;
    uint64_t *blocks; /* those to be read */
    uint32_t entries[SUGGEST_MAX], count, limit;
};

static uint16_t region_of(const struct suggest *suggest, struct suggest_entry entry)
{
    const struct dataset *dataset = suggest->dataset;
    switch ((enum suggest_kind)entry.kind) {
    case SUGGEST_COMMUNITY:
        return dataset->community_regions[entry.number];
    case SUGGEST_FACILITY:
        return dataset->facilities[entry.number].region;
    default:
        return dataset->networks[entry.network]->region;
    }
}

/* A hit: its entry is among the found unless it is there already or nobody asks for it. */
static void take(struct search *search, uint32_t number)
{
    struct suggest_entry entry = search->suggest->all.entries[number];
    if (entry.kind == SUGGEST_FACILITY && !search->vacancies->is_public[entry.number])
        return;
    if (search->region != SUGGEST_ANY_REGION && region_of(search->suggest, entry) != search->region)
        return;
    for (uint32_t i = 0; i < search->count; i++)
        if (search->entries[i] == number)
            return;
    search->entries[search->count++] = number;
}

/* Names first … end - 1 that are the question, or begin with it and go on. */
static void read_beginnings(struct search *search, size_t first, size_t end, bool whole)
{
    const struct suggest_names *all = &search->suggest->all;
    for (size_t i = first; i < end && search->count < search->limit; i++) {
        const char *name = all->text + all->names[i].begin;
        size_t length = all->names[i + 1].begin - all->names[i].begin - 1;
        if ((whole ? length == search->length : length > search->length) &&
            memcmp(name, search->question, search->length) == 0 &&
            !suggest_is_inside(name[search->length]))
            take(search, all->names[i].entry);
    }
}

/* Names that hold it at the beginning of a word, or inside of one. */
static void read_insides(struct search *search, size_t first, size_t end, bool of_word)
{
    const struct suggest_names *all = &search->suggest->all;
    const char *at = all->text + all->names[first].begin;
    const char *stop = all->text + all->names[end].begin;
    size_t name = first;
    while (search->count < search->limit &&
           (at = memmem(at, (size_t)(stop - at), search->question, search->length))) {
        while (all->text + all->names[name + 1].begin <= at)
            name++;
        if (at[-1] != '\0' && suggest_is_word_byte(at[-1]) != of_word &&
            !suggest_is_inside(at[search->length])) {
            take(search, all->names[name].entry);
            at = all->text + all->names[++name].begin;
        } else {
            at++;
        }
    }
}

/* Read the blocks that may hold what matches so. */
static void read_blocks(struct search *search, enum match match)
{
    static const enum suggest_where places[MATCH_COUNT] = {[MATCH_EXACT] = SUGGEST_AT_NAME,
                                                           [MATCH_BEGINNING] = SUGGEST_AT_NAME,
                                                           [MATCH_WORD] = SUGGEST_AT_WORD,
                                                           [MATCH_PART] = SUGGEST_ANYWHERE};
    const struct suggest_names *all = &search->suggest->all;
    memset(search->blocks, 0xFF, all->row_words * sizeof *search->blocks);
    suggest_sift(all, search->question, places[match], search->blocks);
    for (uint32_t word = 0; word < all->row_words; word++)
        for (uint64_t bits = search->blocks[word]; bits; bits &= bits - 1) {
            size_t block = word * (size_t)64 + (size_t)__builtin_ctzll(bits);
            size_t first = block * SUGGEST_BLOCK_NAMES, end = first + SUGGEST_BLOCK_NAMES;
            if (end > all->name_count)
                end = all->name_count;
            if (match <= MATCH_BEGINNING)
                read_beginnings(search, first, end, match == MATCH_EXACT);
            else
                read_insides(search, first, end, match == MATCH_WORD);
            if (search->count == search->limit)
                return;
        }
}

/* What is told of a hit ------------------------------------------------------------------------ */

static const char *text_or_null(const char *text)
{
    return text && *text ? text : NULL;
}

/* The place of a community's record by its code in a region; COMMUNITY_NONE. */
static int64_t community_of_code(const struct suggest *suggest, const char *code, uint16_t region)
{
    uint32_t first = 0;
    uint32_t count = code ? community_locator_named(&suggest->all.locator, code, &first) : 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t community = suggest->all.locator.words[first + i].community;
        if (suggest->dataset->community_regions[community] == region &&
            strcmp(suggest->dataset->communities[community].code, code) == 0)
            return community;
    }
    return COMMUNITY_NONE;
}

static void tell_community_around(const struct suggest *suggest, int64_t community,
                                  struct suggestion *told)
{
    if (community < 0)
        return;
    told->within = text_or_null(suggest->dataset->communities[community].name);
    told->within_en = text_or_null(suggest->dataset->communities[community].name_en);
}

static void tell_community(const struct suggest *suggest, uint32_t number, struct suggestion *told)
{
    const struct dataset *dataset = suggest->dataset;
    const struct community_record *community = &dataset->communities[number];
    told->point = suggest->all.community_points[number];
    snprintf(told->id, sizeof told->id, "%s", community->code);
    told->name = text_or_null(community->name);
    told->name_en = text_or_null(community->name_en);
    for (uint32_t i = 0; i < dataset->street_count && community->street; i++) {
        if (dataset->street_regions[i] != told->region ||
            strcmp(dataset->streets[i].code, community->street) != 0)
            continue;
        told->within = text_or_null(dataset->streets[i].name);
        told->within_en = text_or_null(dataset->streets[i].name_en);
        return;
    }
}

static void tell_facility(const struct suggest *suggest, uint32_t number, struct suggestion *told)
{
    const struct dataset *dataset = suggest->dataset;
    const struct dataset_facility *facility = &dataset->facilities[number];
    told->point = facility->point;
    snprintf(told->id, sizeof told->id, "%s", dataset->text + facility->id);
    told->name = dataset_text(dataset, facility->name);
    told->name_en = dataset_text(dataset, facility->name_en);
    const char *code = dataset_text(dataset, facility->community);
    tell_community_around(suggest, community_of_code(suggest, code, facility->region), told);
}

static void tell_feature(const struct suggest *suggest, struct suggest_entry entry,
                         struct suggestion *told)
{
    const struct network_file *file = &suggest->dataset->networks[entry.network]->file;
    const struct base_feature *feature = &file->map.features[entry.number];
    told->point = base_feature_place(&file->map, feature);
    snprintf(told->id, sizeof told->id, "%s:%s:%u", suggest_kind_code(told->kind),
             suggest->dataset->regions[told->region].name, entry.number);
    told->name = base_map_text(&file->map, feature->name);
    told->name_en = base_map_text(&file->map, feature->name_en);
    told->attribution = base_map_attribution(file->is_invented);
    tell_community_around(suggest, community_locator_at(&suggest->all.locator, told->point), told);
}

static void tell(const struct suggest *suggest, uint32_t number, struct suggestion *told)
{
    struct suggest_entry entry = suggest->all.entries[number];
    *told = (struct suggestion){.kind = (enum suggest_kind)entry.kind,
                                .region = region_of(suggest, entry)};
    if (told->kind == SUGGEST_COMMUNITY)
        tell_community(suggest, entry.number, told);
    else if (told->kind == SUGGEST_FACILITY)
        tell_facility(suggest, entry.number, told);
    else
        tell_feature(suggest, entry, told);
    if (!told->name) { /* named in English alone */
        told->name = told->name_en ? told->name_en : "";
    }
}

enum status suggest_find(struct suggest *suggest, const struct vacancies *vacancies,
                         const char *question, size_t length, int region, uint32_t limit,
                         struct suggestion *found, uint32_t *count, struct error *error)
{
    *count = 0;
    enum status status = suggest_gather(suggest, error);
    if (status)
        return status;
    char *folded = malloc(length + 1);
    struct search search = {.suggest = suggest,
                            .vacancies = vacancies,
                            .region = region,
                            .question = folded,
                            .blocks = malloc(suggest->all.row_words * sizeof *search.blocks),
                            .limit = limit < SUGGEST_MAX ? limit : SUGGEST_MAX};
    if (folded && search.blocks) {
        search.length = suggest_fold(question, length, folded);
        bool is_cut = suggest_is_inside(folded[0]); /* within a character: nothing begins so */
        for (int match = 0; match < MATCH_COUNT && search.length > 0 && !is_cut; match++)
            if (search.count < search.limit)
                read_blocks(&search, (enum match)match);
        for (uint32_t i = 0; i < search.count; i++)
            tell(suggest, search.entries[i], &found[i]);
        *count = search.count;
    } else {
        status = error_memory(error, "looking for a name");
    }
    free(search.blocks);
    free(folded);
    return status;
}

/* The whole ------------------------------------------------------------------------------------ */

enum status suggest_open(const struct dataset *dataset, struct suggest **suggest,
                         struct error *error)
{
    *suggest = calloc(1, sizeof **suggest);
    if (!*suggest)
        return error_memory(error, "preparing to search names");
    (*suggest)->dataset = dataset;
    pthread_mutex_init(&(*suggest)->gathering, NULL);
    atomic_init(&(*suggest)->is_gathered, false);
    return STATUS_OK;
}

enum status suggest_gather(struct suggest *suggest, struct error *error)
{
    if (atomic_load_explicit(&suggest->is_gathered, memory_order_acquire))
        return STATUS_OK;
    enum status status = STATUS_OK;
    pthread_mutex_lock(&suggest->gathering);
    if (!atomic_load_explicit(&suggest->is_gathered, memory_order_relaxed)) {
        status = suggest_collect(suggest->dataset, &suggest->all, error);
        if (!status)
            status = suggest_index(&suggest->all, error);
        if (status) /* whoever asks next tries again */
            suggest_names_release(&suggest->all);
        else
            atomic_store_explicit(&suggest->is_gathered, true, memory_order_release);
    }
    pthread_mutex_unlock(&suggest->gathering);
    return status;
}

void suggest_close(struct suggest *suggest)
{
    if (!suggest)
        return;
    suggest_names_release(&suggest->all);
    pthread_mutex_destroy(&suggest->gathering);
    free(suggest);
}
