#include "data/import_report.h"

#include "geo/plain.h"

#include <stdlib.h>
#include <string.h>

static const char *const codes[IMPORT_WARNING_COUNT] = {
#define X(name, code, meaning) [IMPORT_##name] = code,
    IMPORT_WARNING_LIST(X)
#undef X
};

static const char *const meanings[IMPORT_WARNING_COUNT] = {
#define X(name, code, meaning) [IMPORT_##name] = meaning,
    IMPORT_WARNING_LIST(X)
#undef X
};

const char *import_warning_code(enum import_warning warning)
{
    return codes[warning];
}

const char *import_warning_meaning(enum import_warning warning)
{
    return meanings[warning];
}

void import_report_init(struct import_report *report, const char *kind)
{
    *report = (struct import_report){.kind = kind, .as_of = DAY_NONE};
    arena_init(&report->arena, REPORT_MAX_BYTES);
}

void import_report_release(struct import_report *report)
{
    for (int warning = 0; warning < IMPORT_WARNING_COUNT; warning++)
        free(report->warnings[warning].items);
    free(report->rejections.items);
    free(report->conflicts);
    arena_release(&report->arena);
    *report = (struct import_report){0};
}

const char *import_report_text(struct import_report *report, const char *text)
{
    char *copy = arena_string(&report->arena, text);
    if (copy)
        plain_make(copy, strlen(copy));
    return copy;
}

void import_report_refuse(struct import_report *report, const char *sentence)
{
    report->refused = import_report_text(report, sentence);
    if (!report->refused)
        report->refused = "the import was refused, and its report is too full to say why";
}

/* Room for one more, or NULL past the ceiling or the memory. */
static void *one_more(void **items, uint32_t *count, uint32_t *capacity, size_t size)
{
    if (*count == *capacity) {
        uint32_t wanted = *capacity ? *capacity * 2 : 16;
        if (wanted > REPORT_MAX_ENTRIES)
            wanted = REPORT_MAX_ENTRIES;
        void *grown = *count < wanted ? realloc(*items, wanted * size) : NULL;
        if (!grown)
            return NULL;
        *items = grown;
        *capacity = wanted;
    }
    return (char *)*items + size * (*count)++;
}

static void add_entry(struct import_report *report, struct import_entries *entries,
                      const struct import_entry *entry)
{
    entries->total++;
    void *items = entries->items;
    struct import_entry *added =
        one_more(&items, &entries->count, &entries->capacity, sizeof *added);
    entries->items = items;
    if (!added) {
        report->not_listed++;
        return;
    }
    *added = (struct import_entry){.line = entry->line,
                                   .id = import_report_text(report, entry->id),
                                   .column = import_report_text(report, entry->column),
                                   .value = import_report_text(report, entry->value),
                                   .reason = import_report_text(report, entry->reason)};
}

void import_report_reject(struct import_report *report, const struct import_entry *entry)
{
    report->rejected++;
    add_entry(report, &report->rejections, entry);
}

void import_report_warn(struct import_report *report, enum import_warning warning,
                        const struct import_entry *entry)
{
    add_entry(report, &report->warnings[warning], entry);
}

void import_report_conflict(struct import_report *report,
                            const struct import_conflict_entry *conflict)
{
    report->conflict_total++;
    void *items = report->conflicts;
    struct import_conflict_entry *added =
        one_more(&items, &report->conflict_count, &report->conflict_capacity, sizeof *added);
    report->conflicts = items;
    if (!added) {
        report->not_listed++;
        return;
    }
    *added =
        (struct import_conflict_entry){.line = conflict->line,
                                       .id = import_report_text(report, conflict->id),
                                       .field = import_report_text(report, conflict->field),
                                       .stored = import_report_text(report, conflict->stored),
                                       .given = import_report_text(report, conflict->given),
                                       .because = import_report_text(report, conflict->because)};
}

bool import_report_has_rejections(const struct import_report *report)
{
    return report->rejected > 0 || report->conflicting > 0;
}
