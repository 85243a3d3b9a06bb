/*
 * A report as JSON, and as lines for people.
 */
#include "data/import_report.h"

#include "data/calendar.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

/* NULL becomes null. Text that jansson would refuse (it is UTF-8 by then) would become null too. */
static json_t *text_or_null(const char *text)
{
    json_t *json = text ? json_string(text) : json_null();
    return json ? json : json_null();
}

static json_t *number(uint64_t value)
{
    return json_integer((json_int_t)value);
}

static const char *row_word(const struct import_report *report)
{
    return report->row_word ? report->row_word : "line";
}

static json_t *entries_json(const struct import_entries *entries, const char *reason)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < entries->count; i++) {
        const struct import_entry *entry = &entries->items[i];
        json_array_append_new(
            list, json_pack("{s:o, s:o, s:o, s:o, s:o}", "line", number(entry->line), "id",
                            text_or_null(entry->id), "column", text_or_null(entry->column), "value",
                            text_or_null(entry->value), reason, text_or_null(entry->reason)));
    }
    return list;
}

static json_t *conflicts_json(const struct import_report *report)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < report->conflict_count; i++) {
        const struct import_conflict_entry *entry = &report->conflicts[i];
        json_array_append_new(
            list, json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "line",
                            entry->line ? number(entry->line) : json_null(), "id",
                            text_or_null(entry->id), "field", text_or_null(entry->field), "stored",
                            text_or_null(entry->stored), "given", text_or_null(entry->given),
                            "because", text_or_null(entry->because)));
    }
    return list;
}

static json_t *warnings_json(const struct import_report *report)
{
    json_t *all = json_object();
    for (int i = 0; i < IMPORT_WARNING_COUNT; i++) {
        const struct import_entries *entries = &report->warnings[i];
        if (entries->total == 0)
            continue;
        json_object_set_new(all, import_warning_code((enum import_warning)i),
                            json_pack("{s:o, s:s, s:o}", "count", number(entries->total), "means",
                                      import_warning_meaning((enum import_warning)i), "rows",
                                      entries_json(entries, "detail")));
    }
    return all;
}

static void set_counts(json_t *root, const struct import_report *report)
{
    const struct {
        const char *key;
        uint64_t value;
    } counts[] = {{"rows", report->rows},           {"skipped", report->skipped},
                  {"accepted", report->accepted},   {"changed", report->changed},
                  {"unchanged", report->unchanged}, {"conflicting", report->conflicting},
                  {"rejected", report->rejected},   {"closed", report->closed},
                  {"off_map", report->off_map},     {"reassigned", report->reassigned}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        json_object_set_new(root, counts[i].key, number(counts[i].value));
}

enum status import_report_json(const struct import_report *report, bool pretty, char **json,
                               struct error *error)
{
    char day[11] = "";
    if (report->as_of != DAY_NONE)
        day_format(report->as_of, day);
    json_t *root = json_object();
    json_object_set_new(root, "kind", text_or_null(report->kind));
    json_object_set_new(root, "file", text_or_null(report->file));
    json_object_set_new(root, "format", text_or_null(report->format));
    json_object_set_new(root, "counted_by", json_string(row_word(report)));
    json_object_set_new(root, "region", text_or_null(report->region));
    json_object_set_new(root, "source", text_or_null(report->source));
    json_object_set_new(root, "as_of", text_or_null(*day ? day : NULL));
    json_object_set_new(root, "coordsys", text_or_null(report->coordsys));
    json_object_set_new(root, "dry_run", json_boolean(report->dry_run));
    json_object_set_new(root, "committed", json_boolean(report->committed));
    json_object_set_new(root, "refused", text_or_null(report->refused));
    set_counts(root, report);
    json_t *unused = json_array();
    for (uint32_t i = 0; i < report->unused_count; i++)
        json_array_append_new(unused, text_or_null(report->unused_columns[i]));
    json_object_set_new(root, "unused_columns", unused);
    json_object_set_new(root, "rejections", entries_json(&report->rejections, "reason"));
    json_object_set_new(root, "conflicts", conflicts_json(report));
    json_object_set_new(root, "warnings", warnings_json(report));
    json_object_set_new(root, "not_listed", number(report->not_listed));
    *json = json_dumps(root, pretty ? JSON_INDENT(1) : JSON_COMPACT);
    json_decref(root);
    return *json ? STATUS_OK : error_memory(error, "writing an import's report");
}

/* For people --------------------------------------------------------------------------------------- */

static void print_entry(const struct import_entry *entry, const char *word, FILE *out)
{
    fprintf(out, "  %s %" PRIu64, word, entry->line);
    if (entry->id)
        fprintf(out, ", %s", entry->id);
    if (entry->column)
        fprintf(out, ", %s", entry->column);
    if (entry->value)
        fprintf(out, " \"%s\"", entry->value);
    if (entry->reason)
        fprintf(out, ": %s", entry->reason);
    fputc('\n', out);
}

static void print_entries(const struct import_report *report, const struct import_entries *entries,
                          uint32_t shown, FILE *out)
{
    for (uint32_t i = 0; i < entries->count && i < shown; i++)
        print_entry(&entries->items[i], row_word(report), out);
    if (entries->total > shown)
        fprintf(out, "  … and %" PRIu64 " more\n", entries->total - shown);
}

static void print_head(const struct import_report *report, FILE *out)
{
    char day[11] = "";
    if (report->as_of != DAY_NONE)
        day_format(report->as_of, day);
    fprintf(out, "%s%s%s: %" PRIu64 " row%s", report->file ? report->file : "",
            *day ? ", as of " : "", day, report->rows, report->rows == 1 ? "" : "s");
    if (report->skipped)
        fprintf(out, " (%" PRIu64 " skipped: no facilities)", report->skipped);
    fprintf(out,
            "\n%" PRIu64 " accepted, %" PRIu64 " changed, %" PRIu64 " unchanged, %" PRIu64
            " conflicting, %" PRIu64 " rejected",
            report->accepted, report->changed, report->unchanged, report->conflicting,
            report->rejected);
    if (report->closed)
        fprintf(out, ", %" PRIu64 " closed", report->closed);
    if (report->off_map)
        fprintf(out, "; %" PRIu64 " off the map", report->off_map);
    fputc('\n', out);
}

void import_report_print(const struct import_report *report, FILE *out)
{
    print_head(report, out);
    if (report->rejections.total)
        fprintf(out, "rejected %" PRIu64 "\n", report->rejections.total);
    print_entries(report, &report->rejections, REPORT_SHOWN_REJECTIONS, out);
    if (report->conflict_total)
        fprintf(out, "conflicts %" PRIu64 "\n", report->conflict_total);
    for (uint32_t i = 0; i < report->conflict_count && i < REPORT_SHOWN_REJECTIONS; i++) {
        const struct import_conflict_entry *entry = &report->conflicts[i];
        if (entry->line)
            fprintf(out, "  %s %" PRIu64 ", ", row_word(report), entry->line);
        else
            fprintf(out, "  not in the file, ");
        fprintf(out, "%s, %s: stored \"%s\", given \"%s\": %s\n", entry->id ? entry->id : "",
                entry->field ? entry->field : "", entry->stored ? entry->stored : "",
                entry->given ? entry->given : "", entry->because ? entry->because : "");
    }
    if (report->conflict_total > REPORT_SHOWN_REJECTIONS)
        fprintf(out, "  … and %" PRIu64 " more\n",
                report->conflict_total - REPORT_SHOWN_REJECTIONS);
    for (int i = 0; i < IMPORT_WARNING_COUNT; i++) {
        const struct import_entries *entries = &report->warnings[i];
        if (entries->total == 0)
            continue;
        fprintf(out, "%s %" PRIu64 ": %s\n", import_warning_code((enum import_warning)i),
                entries->total, import_warning_meaning((enum import_warning)i));
        print_entries(report, entries, REPORT_SHOWN_WARNINGS, out);
    }
    if (report->unused_count) {
        fprintf(out, "columns not used:");
        for (uint32_t i = 0; i < report->unused_count; i++)
            fprintf(out, "%s %s", i ? "," : "",
                    report->unused_columns[i] ? report->unused_columns[i] : "(too long)");
        fputc('\n', out);
    }
    if (report->refused)
        fprintf(out, "nothing was committed: %s\n", report->refused);
    else if (report->dry_run)
        fprintf(out, "a dry run: nothing was committed\n");
}
