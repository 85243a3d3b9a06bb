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

/* Ranking -------------------------------------------------------------------------------------- */

enum match { MATCH_EXACT, MATCH_PREFIX, MATCH_WORD, MATCH_PART, MATCH_NONE };

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* A hit at `at`; every name has a NUL before and behind it. */
static enum match judge(const char *at, size_t length)
{
    if (at[-1] == '\0')
        return at[length] == '\0' ? MATCH_EXACT : MATCH_PREFIX;
    return is_word_byte(at[-1]) ? MATCH_PART : MATCH_WORD;
}

/* Where a hit stands among others, in one number: match, kind, length of the name, entry. */
static uint64_t key_of(const struct suggest *suggest, uint32_t entry, const char *at,
                       enum match match)
{
    const char *begin = at;
    while (begin[-1])
        begin--;
    size_t length = strlen(begin);
    if (length > UINT16_MAX)
        length = UINT16_MAX;
    return (uint64_t)match << 56 | (uint64_t)suggest->entries[entry].kind << 48 |
           (uint64_t)length << 32 | entry;
}

/* The best keys, ascending. */
struct best {
    uint64_t keys[SUGGEST_MAX];
    uint32_t count, limit;
};

static void offer_key(struct best *best, uint64_t key)
{
    if (best->count == best->limit) {
        if (key >= best->keys[best->count - 1])
            return;
        best->count--;
    }
    uint32_t place = best->count++;
    for (; place > 0 && best->keys[place - 1] > key; place--)
        best->keys[place] = best->keys[place - 1];
    best->keys[place] = key;
}

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

static bool is_wanted(const struct suggest *suggest, const struct vacancies *vacancies,
                      struct suggest_entry entry, int region)
{
    if (entry.kind == SUGGEST_FACILITY && !vacancies->is_public[entry.number])
        return false;
    return region == SUGGEST_ANY_REGION || region_of(suggest, entry) == region;
}

static void search(const struct suggest *suggest, const struct vacancies *vacancies,
                   const char *question, size_t length, int region, struct best *best)
{
    const char *at = suggest->text, *end = at + suggest->text_bytes;
    uint32_t entry = 0;
    while (entry < suggest->entry_count &&
           (at = memmem(at, (size_t)(end - at), question, length))) {
        while (suggest->text + suggest->entries[entry].text_end <= at)
            entry++;
        const char *entry_end = suggest->text + suggest->entries[entry].text_end;
        uint64_t key = UINT64_MAX;
        if (is_wanted(suggest, vacancies, suggest->entries[entry], region))
            for (; at && at < entry_end;
                 at = memmem(at + 1, (size_t)(entry_end - at - 1), question, length)) {
                uint64_t one = key_of(suggest, entry, at, judge(at, length));
                if (one < key)
                    key = one;
            }
        if (key != UINT64_MAX)
            offer_key(best, key);
        at = entry_end;
        entry++;
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
    uint32_t count = code ? community_locator_named(&suggest->locator, code, &first) : 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t community = suggest->locator.words[first + i].community;
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
    told->point = suggest->community_points[number];
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
    tell_community_around(suggest, community_locator_at(&suggest->locator, told->point), told);
}

static void tell(const struct suggest *suggest, uint32_t number, struct suggestion *told)
{
    struct suggest_entry entry = suggest->entries[number];
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

enum status suggest_find(const struct suggest *suggest, const struct vacancies *vacancies,
                         const char *question, size_t length, int region, uint32_t limit,
                         struct suggestion *found, uint32_t *count, struct error *error)
{
    *count = 0;
    char *folded = malloc(length + 1);
    if (!folded)
        return error_memory(error, "looking for a name");
    size_t folded_length = suggest_fold(question, length, folded);
    struct best best = {.limit = limit < SUGGEST_MAX ? limit : SUGGEST_MAX};
    if (folded_length > 0 && best.limit > 0)
        search(suggest, vacancies, folded, folded_length, region, &best);
    for (uint32_t i = 0; i < best.count; i++)
        tell(suggest, (uint32_t)best.keys[i], &found[i]);
    *count = best.count;
    free(folded);
    return STATUS_OK;
}
