/*
 * Private to register_*.c: what a mapping's VALUEs and CONDITIONs give for a row.
 */
#ifndef DATA_REGISTER_VALUE_H
#define DATA_REGISTER_VALUE_H

#include "data/register_row.h"

/* A row being read. */
struct row_context {
    const struct register_reader *reader;
    const struct table_row *row;
    struct arena *arena;
    struct register_row *out; /* for findings; may be NULL */
    bool full;                /* the arena is */
};

/* Text that a VALUE gives: trimmed, codes applied; not NUL-terminated. text NULL: nothing is said. */
struct row_text {
    const char *text;
    size_t length;
    const char *column; /* for reports; NULL for a constant */
    uint32_t dates;     /* formats that its mapping allows */
    bool is_code;       /* replaced by the mapping's codes, or a constant */
};

bool row_when(struct row_context *context, const struct mapping_when *when);
struct row_text row_value(struct row_context *context, const struct mapping_value *value);
/* A mapping's column in this row, trimmed; NULL text where it is empty or not in the file. */
struct row_text row_column(struct row_context *context, uint16_t column);

/* NUL-terminated copy for a record: line breaks inside become blanks; cut, with a finding, past
 * REGISTER_MAX_TEXT_BYTES. NULL for nothing. */
const char *row_record_text(struct row_context *context, const struct row_text *text);
/* The text as given, for a finding. */
const char *row_given_text(struct row_context *context, const struct row_text *text);
void row_find(struct row_context *context, enum import_warning warning, const struct row_text *text,
              const char *detail);

/* NONE, DAY_NONE or UNKNOWN, with a finding where a text is there that cannot be read. `detail`
 * names the field. */
int32_t row_count(struct row_context *context, const struct mapping_value *value,
                  const char *detail);
day_t row_day(struct row_context *context, const struct mapping_value *value, const char *detail);
int8_t row_flag(struct row_context *context, const struct mapping_value *value, const char *detail);

#endif
