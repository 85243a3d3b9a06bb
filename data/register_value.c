#include "data/register_value.h"

#include "data/cell_text.h"
#include "data/text.h"

#include "geo/plain.h"

#include <string.h>

static struct row_text empty_text(void)
{
    return (struct row_text){.dates = CELL_DATES_DEFAULT};
}

/* Does the mapping say that this text means nothing? */
static bool means_nothing(const struct mapping *mapping, const char *text, size_t length)
{
    for (uint32_t i = 0; i < mapping->empty_count; i++)
        if (strncmp(mapping->empty[i], text, length) == 0 && mapping->empty[i][length] == '\0')
            return true;
    return false;
}

/* Most cells begin and end with a plain sign: nothing to trim. */
static bool is_plain_sign(char c)
{
    return c > ' ' && c < 0x7F;
}

struct row_text row_column(struct row_context *context, uint16_t column)
{
    struct row_text found = empty_text();
    const struct register_reader *reader = context->reader;
    int32_t number = reader->bound[column];
    found.column = reader->mapping->columns[column];
    if (number < 0 || (uint32_t)number >= context->row->cell_count)
        return found;
    const struct table_cell *cell = &context->row->cells[number];
    const char *text = cell->text;
    size_t length = cell->length;
    if (length == 0)
        return found;
    if (!is_plain_sign(text[0]) || !is_plain_sign(text[length - 1]))
        text_trim(&text, &length);
    if (length == 0 || means_nothing(reader->mapping, text, length))
        return found;
    found.text = text;
    found.length = length;
    return found;
}

static bool is_one_of(const struct mapping_condition *condition, const struct row_text *text)
{
    for (uint32_t i = 0; i < condition->value_count; i++) {
        const char *value = condition->values[i];
        if (text->text
                ? strncmp(value, text->text, text->length) == 0 && value[text->length] == '\0'
                : value[0] == '\0')
            return true;
    }
    return false;
}

static bool condition_holds(struct row_context *context, const struct mapping_condition *condition)
{
    struct row_text text = row_column(context, condition->column);
    double number;
    switch (condition->test) {
    case MAPPING_IS:
        return is_one_of(condition, &text);
    case MAPPING_IS_NOT:
        return !is_one_of(condition, &text);
    case MAPPING_EMPTY:
        return !text.text;
    case MAPPING_NOT_EMPTY:
        return text.text;
    case MAPPING_NUMBER:
        return text.text && cell_number(text.text, text.length, &number);
    default:
        return !text.text || !cell_number(text.text, text.length, &number);
    }
}

bool row_when(struct row_context *context, const struct mapping_when *when)
{
    for (uint32_t i = 0; i < when->count; i++)
        if (!condition_holds(context, &when->conditions[i]))
            return false;
    return true;
}

/* Several columns' texts, those that say something, with the mapping's text between. */
static struct row_text join_columns(struct row_context *context,
                                    const struct mapping_choice *choice)
{
    struct row_text joined = empty_text();
    size_t join_length = strlen(choice->join), total = 0;
    for (uint32_t i = 0; i < choice->column_count; i++) {
        struct row_text part = row_column(context, choice->columns[i]);
        if (part.text)
            total += part.length + join_length;
    }
    joined.column = context->reader->mapping->columns[choice->columns[0]];
    if (total == 0)
        return joined;
    char *text = arena_alloc(context->arena, total);
    if (!text) {
        context->full = true;
        return joined;
    }
    for (uint32_t i = 0; i < choice->column_count; i++) {
        struct row_text part = row_column(context, choice->columns[i]);
        if (!part.text)
            continue;
        if (joined.length) {
            memcpy(text + joined.length, choice->join, join_length);
            joined.length += join_length;
        }
        memcpy(text + joined.length, part.text, part.length);
        joined.length += part.length;
    }
    joined.text = text;
    return joined;
}

static void apply_codes(const struct mapping_choice *choice, struct row_text *text)
{
    for (uint32_t i = 0; i < choice->code_count; i++) {
        const struct mapping_code *code = &choice->codes[i];
        if (code->from_length != text->length || memcmp(code->from, text->text, text->length) != 0)
            continue;
        text->text = code->to;
        text->length = code->to_length;
        text->is_code = true;
        return;
    }
}

static struct row_text choice_text(struct row_context *context, const struct mapping_choice *choice)
{
    struct row_text text;
    if (choice->constant) {
        text = empty_text();
        text.text = choice->constant;
        text.length = strlen(choice->constant);
        text.is_code = true;
        return text;
    }
    text = choice->column_count == 1 ? row_column(context, choice->columns[0])
                                     : join_columns(context, choice);
    if (choice->dates)
        text.dates = choice->dates;
    if (text.text)
        apply_codes(choice, &text);
    if (!text.text && choice->fallback) {
        text.text = choice->fallback;
        text.length = strlen(choice->fallback);
        text.is_code = true;
    }
    return text;
}

struct row_text row_value(struct row_context *context, const struct mapping_value *value)
{
    struct row_text text = empty_text();
    for (uint32_t i = 0; i < value->count && !text.text; i++)
        if (row_when(context, &value->choices[i].when))
            text = choice_text(context, &value->choices[i]);
    return text;
}

/* Texts for records and reports ------------------------------------------------------------------ */

/* The most whole characters within `most` bytes. */
static size_t cut_length(const char *text, size_t length, size_t most)
{
    if (length <= most)
        return length;
    while (most > 0 && ((unsigned char)text[most] & 0xC0) == 0x80)
        most--;
    return most;
}

/* Control characters, line breaks among them, become one blank; also a run of them. */
static const char *clean_copy(struct row_context *context, const char *text, size_t length)
{
    char *copy = arena_alloc(context->arena, length + 1);
    if (!copy) {
        context->full = true;
        return NULL;
    }
    memcpy(copy, text, length);
    plain_make(copy, length);
    return copy;
}

const char *row_record_text(struct row_context *context, const struct row_text *text)
{
    if (!text->text)
        return NULL;
    size_t length = cut_length(text->text, text->length, REGISTER_MAX_TEXT_BYTES);
    if (length < text->length)
        row_find(context, IMPORT_TEXT_CUT, text, NULL);
    bool clean = text->text[length] == '\0'; /* only where the cell itself ends there */
    if (text->is_code)
        return text->text;
    clean = clean && plain_length(text->text, length) == length;
    return clean && length == text->length ? text->text : clean_copy(context, text->text, length);
}

const char *row_given_text(struct row_context *context, const struct row_text *text)
{
    return text->text ? clean_copy(context, text->text, cut_length(text->text, text->length, 200))
                      : NULL;
}

void row_find(struct row_context *context, enum import_warning warning, const struct row_text *text,
              const char *detail)
{
    if (context->out)
        register_row_find(context->out, warning, text->column, row_given_text(context, text),
                          detail);
}

/* Typed -------------------------------------------------------------------------------------------- */

int32_t row_count(struct row_context *context, const struct mapping_value *value,
                  const char *detail)
{
    struct row_text text = row_value(context, value);
    int32_t count = NONE;
    if (text.text && !cell_count(text.text, text.length, &count))
        row_find(context, IMPORT_UNREADABLE_NUMBER, &text, detail);
    return count;
}

day_t row_day(struct row_context *context, const struct mapping_value *value, const char *detail)
{
    struct row_text text = row_value(context, value);
    day_t day = DAY_NONE;
    if (text.text &&
        !cell_day(text.text, text.length, text.dates, &context->reader->region->calendar, &day))
        row_find(context, IMPORT_UNREADABLE_DATE, &text, detail);
    return day;
}

int8_t row_flag(struct row_context *context, const struct mapping_value *value, const char *detail)
{
    struct row_text text = row_value(context, value);
    bool flag;
    if (!text.text)
        return UNKNOWN;
    if (cell_flag(text.text, text.length, &flag))
        return flag ? YES : NO;
    row_find(context, IMPORT_UNREADABLE_FLAG, &text, detail);
    return UNKNOWN;
}
