/*
 * What an import did, as values: counts, and every row that was rejected, conflicting or warned
 * about, with its line, column, value and reason. Printed for people and as JSON.
 *
 * JSON of a register's report, as it is printed with --json and stored:
 *   { "kind", "file", "format", "counted_by" ("line", "row", "feature"), "region", "source", "as_of", "coordsys", "dry_run", "committed",
 *     "refused" (why nothing was committed; null), "rows", "skipped",
 *     "accepted", "changed", "unchanged", "conflicting", "rejected", "closed", "off_map",
 *     "reassigned",
 *     "unused_columns": [name, …],
 *     "rejections": [{"line", "id", "column", "value", "reason"}],
 *     "conflicts":  [{"line", "id", "field", "stored", "given", "because"}],
 *     "warnings":   {NAME: {"count", "means", "rows": [{"line", "id", "column", "value", "detail"}]}},
 *     "not_listed": how many entries are beyond REPORT_MAX_ENTRIES and only counted }
 */
#ifndef DATA_IMPORT_REPORT_H
#define DATA_IMPORT_REPORT_H

#include "data/records.h"
#include "geo/arena.h"

#include <stdio.h>

/* name in C, name in reports, what it means */
#define IMPORT_WARNING_LIST(X)                                                                     \
    X(NO_COORDINATES, "no_coordinates", "no coordinates are given; off the map")                   \
    X(UNREADABLE_COORDINATES, "unreadable_coordinates",                                            \
      "the coordinates cannot be read as numbers; off the map")                                    \
    X(ZERO_COORDINATES, "zero_coordinates", "the coordinates are 0, 0; off the map")               \
    X(SWAPPED_AXES, "swapped_axes",                                                                \
      "the coordinates fit the region only when exchanged; off the map")                           \
    X(LOST_DECIMAL_POINT, "lost_decimal_point",                                                    \
      "the coordinates fit the region only with a decimal point put in; off the map")              \
    X(OUTSIDE_REGION, "outside_region", "the coordinates lie outside the region; off the map")     \
    X(PROBABLY_GCJ02, "probably_gcj02",                                                            \
      "the coordinates fit only when read as GCJ-02, though declared otherwise; off the map")      \
    X(COARSE_COORDINATES, "coarse_coordinates",                                                    \
      "the register says that the coordinates are only rough; off the map")                        \
    X(COMMUNITY_DIFFERS, "community_differs",                                                      \
      "the point stands in another community than the one declared")                               \
    X(UNKNOWN_COMMUNITY, "unknown_community",                                                      \
      "the declared community is none of the region's, by code or by name")                        \
    X(SUMS_DIFFER, "sums_differ", "the groups' places do not add up to the total; both are kept")  \
    X(UNREADABLE_NUMBER, "unreadable_number", "not a count; null")                                 \
    X(UNREADABLE_AGE, "unreadable_age", "not an age; the band is null")                            \
    X(AGES_BEYOND_GROUP, "ages_beyond_group",                                                      \
      "the offer's ages reach beyond its groups': cut to what they have, or left out")             \
    X(UNREADABLE_HOURS, "unreadable_hours", "not opening hours; left out")                         \
    X(UNREADABLE_DATE, "unreadable_date", "not a date; null")                                      \
    X(FUTURE_DATE, "future_date", "numbers dated in the future; left out")                         \
    X(UNREADABLE_PRICE, "unreadable_price", "not a price; null")                                   \
    X(UNREADABLE_FLAG, "unreadable_flag", "not yes or no; null")                                   \
    X(UNKNOWN_CODE, "unknown_code", "not on the field's code list; null")                          \
    X(PERHAPS_A_HOME, "perhaps_a_home",                                                            \
      "the kind is not known, so it may be somebody's home: shown to 0.001 degree, without "       \
      "address and phone, unless the mapping gives the kind or consent (point_consent)")           \
    X(NO_NAME, "no_name", "no name is given")                                                      \
    X(TEXT_CUT, "text_cut", "the text is longer than 1,000 bytes; cut there")                      \
    X(HISTORY_ONLY, "history_only",                                                                \
      "a newer report of this source does not name it: kept until that report's day, as history, " \
      "and not listed today")                                                                      \
    X(LAPSED, "lapsed",                                                                            \
      "the licence's date has passed; it stays listed, for 30 days where the mapping says that "   \
      "it delists")                                                                                \
    X(DELISTED, "delisted", "the licence lapsed 30 days ago or longer; off the public list")       \
    X(OVERLAP, "overlap", "two communities' outlines overlap")                                     \
    X(NO_OUTLINE, "no_outline", "the community has no outline")                                    \
    X(NO_FIGURE, "no_figure", "the community has no residents' figure")                            \
    X(IN_NO_COMMUNITY, "in_no_community",                                                          \
      "the point stands in no community's outline; it counts for the region only")

enum import_warning {
#define X(name, code, meaning) IMPORT_##name,
    IMPORT_WARNING_LIST(X)
#undef X
        IMPORT_WARNING_COUNT
};
const char *import_warning_code(enum import_warning warning);
const char *import_warning_meaning(enum import_warning warning);

enum {
    REPORT_MAX_ENTRIES = 10000,   /* of each list, and of the warnings of each name */
    REPORT_MAX_BYTES = 64 << 20,  /* of all their text */
    REPORT_SHOWN_REJECTIONS = 20, /* to people; all are in the JSON */
    REPORT_SHOWN_WARNINGS = 3     /* of each name */
};

struct import_entry {
    uint64_t line;
    const char *id;     /* the identity the register gives; NULL */
    const char *column; /* NULL */
    const char *value;  /* NULL */
    const char *reason; /* or detail; NULL */
};

struct import_conflict_entry {
    uint64_t line; /* 0: of a facility that is not in the file */
    const char *id, *field, *stored, *given, *because;
};

struct import_entries {
    struct import_entry *items;
    uint32_t count, capacity;
    uint64_t total; /* count and those that were only counted */
};

struct import_report {
    const char *kind; /* "register", "communities" */
    const char *file, *format, *region, *source, *coordsys;
    const char *row_word; /* what `line` of every entry counts: table_row_word(); NULL = "line" */
    day_t as_of;
    bool dry_run, committed;
    const char *refused; /* why nothing was committed though the file could be read; NULL */

    uint64_t rows; /* read, skipped ones included */
    uint64_t skipped, accepted, changed, unchanged, conflicting, rejected, closed;
    uint64_t off_map;    /* of the rows taken, those without a point */
    uint64_t reassigned; /* facilities whose community changed (communities) */

    struct import_entries rejections;
    struct import_entries warnings[IMPORT_WARNING_COUNT];
    struct import_conflict_entry *conflicts;
    uint32_t conflict_count, conflict_capacity;
    uint64_t conflict_total;
    const char **unused_columns;
    uint32_t unused_count;
    uint64_t not_listed;

    struct arena arena; /* holds all text, REPORT_MAX_BYTES of it */
};

void import_report_init(struct import_report *report, const char *kind);
void import_report_release(struct import_report *report); /* safe on {0} and safe twice */

/* Texts are copied. What is beyond the ceilings is counted in not_listed; memory that is out too. */
void import_report_reject(struct import_report *report, const struct import_entry *entry);
void import_report_warn(struct import_report *report, enum import_warning warning,
                        const struct import_entry *entry);
void import_report_conflict(struct import_report *report,
                            const struct import_conflict_entry *conflict);
/* Nothing is to be committed, and why; also of a report that has no room for the sentence. */
void import_report_refuse(struct import_report *report, const char *sentence);
/* A copy that lives as long as the report; NULL when memory, or the report's room, is out. */
const char *import_report_text(struct import_report *report, const char *text);

/* Rows that did not come in as the file has them: the command's exit code 3. */
bool import_report_has_rejections(const struct import_report *report);

/* malloc'd JSON (free()); `pretty` breaks lines. */
enum status MUST_CHECK import_report_json(const struct import_report *report, bool pretty,
                                          char **json, struct error *error);
void import_report_print(const struct import_report *report, FILE *out);

#endif
