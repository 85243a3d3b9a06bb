/*
 * A mapping file: which column of a register file feeds which field of a facility.
 *
 * JSON (UTF-8, at most 1 MiB). Unknown keys are refused by name, every wrong value is named with the
 * place it stands in. Column names must be in the file exactly as written here.
 *
 * | key           | value |
 * |---------------|-------|
 * | version       | 1 (required) |
 * | title         | free text for people |
 * | source        | the register's own id, [a-z0-9-]{1,64}; default: the file's base name |
 * | file          | { "encoding", "layer", "delimiter" (one character or "tab"), "header_row" (1, 2, …) } |
 * | missing_columns | "refuse" (default): a named column that the file lacks refuses the file; "ignore": it is empty |
 * | empty         | list of cell texts that mean nothing is said: ["NA", "REDACTED"] |
 * | skip          | list of CONDITIONs; a row for which any holds is no facility; skipped rows are counted |
 * | identity      | COLUMN or list of columns, joined by "/" (required) |
 * | coordinates   | { "from": "columns" (default) or "geometry", "x": COLUMN, "y": COLUMN, "unit": "degrees"|"metres", |
 * |               |   "swapped": true where x holds the latitude, "coarse": CONDITION (known only roughly: not placed) } |
 * | fields        | { FIELD: VALUE, … }: see MAPPING_FIELD_LIST |
 * | lapses        | { "on": VALUE (a day), "delists": false (default) or true } of the licence document |
 * | groups        | list of { "id", "when", "ages", "licensed": VALUE, "admission": VALUE, "places" }; default: one group |
 * |   ages        | { "from_months": N, "to_months": N } or { "from": VALUE, "to": VALUE } or { "text": VALUE }; and |
 * |               |   "unit": "months"|"years" of numbers that stand alone (default: they are not read) |
 * |   places      | { "as_of": VALUE (default: the import's day), "staffed", "enrolled", "held", "next_open", |
 * |               |   "next_open_from", "open_until": VALUE } |
 * | offers        | list of { "id", "when", "groups": [id, …] (default: all), "care": VALUE, "ages", "price": VALUE, |
 * |               |   "price_unit": VALUE, "price_in": "major" (default: yuan) or "minor", "hours" }; |
 * |               |   default: one offer of unknown care for each group |
 * | hours         | list of { "when", "weekdays": ["mon", …] (default: all seven), "holidays": false|true|CONDITION, |
 * |               |   "open": VALUE, "close": VALUE } or { …, "text": VALUE } ("08:00-18:00") or { …, "all_day": true } |
 *
 * VALUE is a column's name, or an object, or a list of objects of which the first that applies and
 * is not empty counts:
 *   { "column": COLUMN } or { "columns": [COLUMN, …], "join": " " }   where the text comes from
 *   { "constant": text or number }                                    or what it always is
 *   "when": CONDITION        only where this holds
 *   "default": text          where the cell is empty
 *   "codes": { cell text: text, number or null (unknown) }  replaces the cell's text before it is read
 *   "dates": [format, …]     how days are written (below)
 * CONDITION is an object, or a list of them which must all hold: { "column": COLUMN } with one of
 *   "is": [text, …], "is_not": [text, …], "empty": true|false, "number": true|false
 *
 * Cells are trimmed (also of U+3000 and line breaks), and full-width digits and signs read as plain
 * ones, before anything else. How cells are read as numbers, days, ages and hours: cell_text.h.
 * What cannot be read is null with a named warning, never zero.
 * Date formats: "YYYY-MM-DD", "YYYY/MM/DD" (also with one-digit months and days), "YYYYMMDD",
 *   "YYYY年M月D日", "time" (date, time and zone: the region's local day of that moment),
 *   "time_as_written" (the date part, whatever the time says), "excel" (serial day numbers).
 *   Default: all but the last two.
 */
#ifndef DATA_MAPPING_H
#define DATA_MAPPING_H

#include "data/records.h"
#include "geo/arena.h"

/* Fields of a facility: name in C, name in the mapping file, how it is read. */
#define MAPPING_FIELD_LIST(X)                          \
    X(NAME, "name", TEXT)                              \
    X(NAME_EN, "name_en", TEXT)                        \
    X(KIND, "kind", CODE)                              \
    X(OWNERSHIP, "ownership", CODE)                    \
    X(REGISTRAR, "registrar", CODE)                    \
    X(STATE, "state", CODE)                            \
    X(COMMUNITY, "community", TEXT)                    \
    X(ADDRESS, "address", TEXT)                        \
    X(PHONE, "phone", TEXT)                            \
    X(OPENS_ON, "opens_on", DAY)                       \
    X(OPENED_ON, "opened_on", DAY)                     \
    X(FILED_ON, "filed_on", DAY)                       \
    X(CLOSED_ON, "closed_on", DAY)                     \
    X(INCLUSIVE, "inclusive", FLAG)                    \
    X(INCLUSIVE_SINCE, "inclusive_since", DAY)         \
    X(DEMONSTRATION, "demonstration", FLAG)            \
    X(DEMONSTRATION_SINCE, "demonstration_since", DAY) \
    X(LICENSED_TOTAL, "licensed_total", COUNT)         \
    X(STAFF, "staff", COUNT)                           \
    X(CERTIFIED, "certified", COUNT)                   \
    X(STAFF_ON, "staff_on", DAY)                       \
    X(POINT_CONSENT, "point_consent", FLAG)

enum mapping_field {
#define X(name, key, reading) MAPPING_##name,
    MAPPING_FIELD_LIST(X)
#undef X
        MAPPING_FIELD_COUNT
};

enum mapping_reading { READ_TEXT, READ_CODE, READ_DAY, READ_FLAG, READ_COUNT };

enum mapping_test {
    MAPPING_IS,
    MAPPING_IS_NOT,
    MAPPING_EMPTY,
    MAPPING_NOT_EMPTY,
    MAPPING_NUMBER,
    MAPPING_NOT_NUMBER
};

/* Columns are numbers into mapping.columns. */
struct mapping_condition {
    const char *const *values; /* of is, is_not */
    uint32_t value_count;
    uint16_t column;
    uint8_t test;
};

/* All must hold; none of them: always. */
struct mapping_when {
    const struct mapping_condition *conditions;
    uint32_t count;
};

struct mapping_code {
    const char *from, *to; /* to NULL: nothing is said */
    uint32_t from_length, to_length;
};

struct mapping_choice {
    struct mapping_when when;
    const uint16_t *columns;
    uint32_t column_count;
    const char *join;
    const char *constant; /* instead of columns */
    const char *fallback; /* where the cells are empty */
    const struct mapping_code *codes;
    uint32_t code_count;
    uint32_t dates; /* bits of enum cell_date; 0 = the default ones */
};

/* count 0: the mapping says nothing of it. */
struct mapping_value {
    const struct mapping_choice *choices;
    uint32_t count;
};

struct mapping_ages {
    int32_t from_m, to_m; /* constants; NONE */
    int32_t bare_months;  /* of a number without a unit; 0 = not read */
    struct mapping_value from, to, text;
};

struct mapping_places {
    bool given;
    struct mapping_value as_of, staffed, enrolled, held, next_open, next_open_from, open_until;
};

struct mapping_group {
    const char *id; /* the group's source_id within its facility */
    struct mapping_when when;
    struct mapping_ages ages;
    struct mapping_value licensed, admission;
    struct mapping_places places;
};

struct mapping_hours {
    struct mapping_when when;
    struct mapping_when holidays; /* when always_holidays is false and count > 0 */
    bool always_holidays, all_day;
    uint8_t weekdays; /* HOURS_MONDAY << n */
    struct mapping_value open, close, text;
};

struct mapping_hours_list {
    const struct mapping_hours *rules;
    uint32_t count;
};

struct mapping_offer {
    const char *id;
    struct mapping_when when;
    const uint16_t *groups; /* into mapping.groups */
    uint32_t group_count;
    struct mapping_value care, price, price_unit;
    bool price_is_minor;
    struct mapping_ages ages;
    struct mapping_hours_list hours;
};

enum mapping_unit { MAPPING_UNIT_ANY, MAPPING_UNIT_DEGREES, MAPPING_UNIT_METRES };

struct mapping_coordinates {
    bool given, from_geometry, swapped, has_coarse;
    uint8_t unit;  /* enum mapping_unit */
    uint16_t x, y; /* columns */
    struct mapping_when coarse;
};

enum {
    MAPPING_MAX_BYTES = 1 << 20,
    MAPPING_MAX_COLUMNS = 512,
    MAPPING_MAX_GROUPS = 32,
    MAPPING_MAX_OFFERS = 32, /* as written; each may stand for several groups */
    MAPPING_MAX_LIST = 1024  /* conditions, codes, choices, hours in one list */
};

struct mapping {
    const char *title, *source; /* NULL where not given */
    const char *encoding, *layer;
    char delimiter; /* 0 = not given */
    uint32_t header_row;
    bool ignore_missing_columns;
    bool is_default; /* none was given: mapping_default() */

    const char *columns[MAPPING_MAX_COLUMNS]; /* every column named anywhere, each once */
    uint32_t column_count;

    const char *const *empty;
    uint32_t empty_count;
    struct mapping_when *skips;
    uint32_t skip_count;
    uint16_t *identity;
    uint32_t identity_count;

    struct mapping_coordinates coordinates;
    struct mapping_value fields[MAPPING_FIELD_COUNT];
    struct mapping_value lapses_on;
    bool lapse_delists;

    struct mapping_group *groups; /* at least one */
    uint32_t group_count;
    struct mapping_offer *offers; /* at least one */
    uint32_t offer_count;
    bool has_hours;
    struct mapping_hours_list hours;

    struct arena arena; /* holds all of the above */
};

/* Parse and check; STATUS_INVALID with the place and the value, STATUS_LIMIT, STATUS_MEMORY. The
 * mapping is yours: mapping_release(). */
enum status MUST_CHECK mapping_parse(const char *json, size_t length, struct mapping *mapping,
                                     struct error *error);
/* The same from a file; STATUS_NOT_FOUND, STATUS_IO. */
enum status MUST_CHECK mapping_read(const char *path, struct mapping *mapping, struct error *error);
/* The mapping that holds where none is given: columns named as the fields are (mapping_default.c
 * lists them), of which only the identity and the name must be there. */
enum status MUST_CHECK mapping_default(struct mapping *mapping, struct error *error);
void mapping_release(struct mapping *mapping); /* safe on {0} and safe twice */

const char *mapping_field_name(enum mapping_field field);
enum mapping_reading mapping_field_reading(enum mapping_field field);

#endif
