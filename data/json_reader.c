#include "data/json_reader.h"

#include "geo/number.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void json_reader_init(struct json_reader *reader, const char *text, size_t length)
{
    *reader = (struct json_reader){.text = text, .length = length, .keys_are_checked = true};
}

void json_reader_release(struct json_reader *reader)
{
    free(reader->keys);
    *reader = (struct json_reader){0};
}

enum status json_reader_refuse(const struct json_reader *reader, const char *at, enum status status,
                               struct error *error, const char *format, ...)
{
    uint64_t line = 1, column = 1;
    for (const char *c = reader->text; c < at; c++) {
        if (*c == '\n' || (*c == '\r' && c[1] != '\n')) {
            line++;
            column = 1;
        } else {
            column += ((unsigned char)*c & 0xC0) != 0x80; /* characters, not bytes */
        }
    }
    char sentence[400];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    return error_set(error, status, "line %llu, column %llu: %s", (unsigned long long)line,
                     (unsigned long long)column, sentence);
}

static enum status refuse(const struct json_reader *reader, enum status status, struct error *error,
                          const char *sentence)
{
    return json_reader_refuse(reader, reader->text + reader->at, status, error, "%s", sentence);
}

static enum status refuse_character(const struct json_reader *reader, struct error *error,
                                    const char *wanted)
{
    const char *at = reader->text + reader->at;
    if (reader->at >= reader->length)
        return json_reader_refuse(reader, at, STATUS_CORRUPT, error,
                                  "the file ends where %s should stand", wanted);
    if (*at > ' ' && *at <= '~')
        return json_reader_refuse(reader, at, STATUS_CORRUPT, error, "'%c' stands where %s should",
                                  *at, wanted);
    return json_reader_refuse(reader, at, STATUS_CORRUPT, error,
                              "byte 0x%02X stands where %s should", (unsigned char)*at, wanted);
}

/* Another type of value than the caller wanted; or no value, for the file has ended. */
static enum status refuse_type(const struct json_reader *reader, struct error *error,
                               const char *wanted)
{
    if (reader->at >= reader->length)
        return refuse_character(reader, error, wanted);
    return json_reader_refuse(reader, reader->text + reader->at, STATUS_REJECTED, error,
                              "%s should stand here", wanted);
}

static char skip_space(struct json_reader *reader)
{
    const char *text = reader->text;
    while (text[reader->at] == ' ' || text[reader->at] == '\n' || text[reader->at] == '\r' ||
           text[reader->at] == '\t')
        reader->at++;
    return text[reader->at]; /* NUL at the end */
}

enum status json_reader_peek(struct json_reader *reader, enum json_kind *kind, struct error *error)
{
    char c = skip_space(reader);
    switch (c) {
    case '{':
        *kind = JSON_KIND_OBJECT;
        return STATUS_OK;
    case '[':
        *kind = JSON_KIND_ARRAY;
        return STATUS_OK;
    case '"':
        *kind = JSON_KIND_STRING;
        return STATUS_OK;
    case 't':
        *kind = JSON_KIND_TRUE;
        return STATUS_OK;
    case 'f':
        *kind = JSON_KIND_FALSE;
        return STATUS_OK;
    case 'n':
        *kind = JSON_KIND_NULL;
        return STATUS_OK;
    default:
        *kind = JSON_KIND_NUMBER;
        return c == '-' || (c >= '0' && c <= '9') ? STATUS_OK
                                                  : refuse_character(reader, error, "a value");
    }
}

/* Strings and numbers ------------------------------------------------------------------------ */

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* The four digits behind a "\\u" at `text`, or -1. The text ends in a NUL, which is no digit. */
static int32_t unicode_escape(const char *text)
{
    if (text[0] != '\\' || text[1] != 'u')
        return -1;
    int32_t value = 0;
    for (int i = 2; i < 6; i++) {
        if (!is_hex(text[i]))
            return -1;
        value = value * 16 + (text[i] <= '9' ? text[i] - '0' : (text[i] | 0x20) - 'a' + 10);
    }
    return value;
}

/* Check the escape at reader->at and step behind it. */
static enum status pass_escape(struct json_reader *reader, struct error *error)
{
    const char *text = reader->text + reader->at;
    if (text[1] && strchr("\"\\/bfnrt", text[1])) {
        reader->at += 2;
        return STATUS_OK;
    }
    int32_t unit = unicode_escape(text);
    if (unit < 0)
        return refuse(reader, STATUS_CORRUPT, error, "this escape is none of JSON's");
    if (unit == 0)
        return refuse(reader, STATUS_CORRUPT, error, "the character U+0000 is not accepted");
    reader->at += 6;
    if (unit < 0xD800 || unit > 0xDFFF)
        return STATUS_OK;
    int32_t low = unit < 0xDC00 ? unicode_escape(text + 6) : -1;
    if (low < 0xDC00 || low > 0xDFFF) {
        reader->at -= 6;
        return refuse(reader, STATUS_CORRUPT, error, "half a surrogate pair");
    }
    reader->at += 6;
    return STATUS_OK;
}

enum status json_reader_string(struct json_reader *reader, struct json_span *string,
                               struct error *error)
{
    if (skip_space(reader) != '"')
        return refuse_type(reader, error, "a string");
    const size_t opened = reader->at++, start = reader->at;
    bool escaped = false;
    for (;;) {
        unsigned char c = (unsigned char)reader->text[reader->at];
        if (c == '"')
            break;
        if (c == '\\') {
            escaped = true;
            enum status status = pass_escape(reader, error);
            if (status)
                return status;
        } else if (c >= 0x20) {
            reader->at++;
        } else if (reader->at >= reader->length) {
            reader->at = opened;
            return refuse(reader, STATUS_CORRUPT, error, "this string is never closed");
        } else {
            return refuse(reader, STATUS_CORRUPT, error,
                          "a control character inside a string (a quotation mark may be missing)");
        }
    }
    *string = (struct json_span){reader->text + start, reader->at - start, escaped};
    reader->at++;
    return STATUS_OK;
}

static size_t pass_digits(struct json_reader *reader)
{
    size_t start = reader->at;
    while (reader->text[reader->at] >= '0' && reader->text[reader->at] <= '9')
        reader->at++;
    return reader->at - start;
}

/* JSON's grammar of a number, from reader->at on. */
static bool pass_number(struct json_reader *reader, bool *has_exponent)
{
    const char *text = reader->text;
    reader->at += text[reader->at] == '-';
    bool leading_zero = text[reader->at] == '0';
    size_t whole = pass_digits(reader);
    if (whole == 0 || (leading_zero && whole > 1))
        return false;
    if (text[reader->at] == '.') {
        reader->at++;
        if (pass_digits(reader) == 0)
            return false;
    }
    *has_exponent = text[reader->at] == 'e' || text[reader->at] == 'E';
    if (*has_exponent) {
        reader->at++;
        reader->at += text[reader->at] == '-' || text[reader->at] == '+';
        if (pass_digits(reader) == 0)
            return false;
    }
    return true;
}

enum status json_reader_number(struct json_reader *reader, struct json_span *number,
                               struct error *error)
{
    char c = skip_space(reader);
    if (c != '-' && !(c >= '0' && c <= '9'))
        return refuse_type(reader, error, "a number");
    const size_t start = reader->at;
    bool has_exponent = false, is_number = pass_number(reader, &has_exponent);
    *number = (struct json_span){reader->text + start, reader->at - start, false};
    const char *trouble = NULL;
    double value;
    if (!is_number)
        trouble = "this is not written as JSON writes numbers";
    else if (number->length > NUMBER_MAX_BYTES)
        trouble = "this number has too many digits";
    else if (has_exponent && number_parse_double(number->text, number->length, &value))
        trouble = "this number is too large"; /* without an exponent none of that length is */
    if (!trouble)
        return STATUS_OK;
    reader->at = start;
    return refuse(reader, STATUS_CORRUPT, error, trouble);
}

static enum status pass_word(struct json_reader *reader, const char *word, struct error *error)
{
    if (strncmp(reader->text + reader->at, word, strlen(word)) != 0)
        return refuse(reader, STATUS_CORRUPT, error, "true, false or null should stand here");
    reader->at += strlen(word);
    return STATUS_OK;
}

/* Objects and arrays ------------------------------------------------------------------------- */

static enum status begin(struct json_reader *reader, char open, struct error *error)
{
    if (skip_space(reader) != open)
        return refuse_type(reader, error, open == '{' ? "an object" : "an array");
    if (reader->depth == JSON_MAX_DEPTH)
        return refuse(reader, STATUS_LIMIT, error, "more than 64 levels of objects and arrays");
    reader->levels[reader->depth++] = (struct json_reader_level){.first_key = reader->key_count,
                                                                 .close = open == '{' ? '}' : ']'};
    reader->at++;
    return STATUS_OK;
}

enum status json_reader_begin_object(struct json_reader *reader, struct error *error)
{
    return begin(reader, '{', error);
}

enum status json_reader_begin_array(struct json_reader *reader, struct error *error)
{
    return begin(reader, '[', error);
}

/* Over the comma, or behind the close: what both kinds of container share. */
static enum status next(struct json_reader *reader, bool *more, struct error *error)
{
    struct json_reader_level *level = &reader->levels[reader->depth - 1];
    char c = skip_space(reader);
    *more = c != level->close;
    if (!*more) {
        reader->at++;
        reader->depth--;
        return STATUS_OK;
    }
    if (level->has_elements) {
        if (c != ',')
            return refuse_character(reader, error,
                                    level->close == '}' ? "',' or '}'" : "',' or ']'");
        reader->at++;
    }
    level->has_elements = true;
    return STATUS_OK;
}

enum status json_reader_next_element(struct json_reader *reader, bool *more, struct error *error)
{
    return next(reader, more, error);
}

static int compare_keys(const void *left, const void *right)
{
    const struct json_span *a = left, *b = right;
    return json_span_compare(*a, *b);
}

/* The object that ends has its keys from `first` on: none twice. They are dropped. */
static enum status check_keys(struct json_reader *reader, uint32_t first, struct error *error)
{
    const uint32_t count = reader->key_count - first;
    reader->key_count = first;
    if (count < 2)
        return STATUS_OK;
    struct json_span *keys = reader->keys + first;
    qsort(keys, count, sizeof *keys, compare_keys);
    for (uint32_t i = 1; i < count; i++) {
        if (json_span_compare(keys[i - 1], keys[i]) != 0)
            continue;
        struct json_span later = keys[i].text > keys[i - 1].text ? keys[i] : keys[i - 1];
        return json_reader_refuse(reader, later.text - 1, STATUS_CORRUPT, error,
                                  "the key \"%.*s\" is in this object twice",
                                  later.length > 100 ? 100 : (int)later.length, later.text);
    }
    return STATUS_OK;
}

static enum status keep_key(struct json_reader *reader, struct json_span key, struct error *error)
{
    const struct json_reader_level *level = &reader->levels[reader->depth - 1];
    if (reader->key_count - level->first_key == JSON_MAX_MEMBERS)
        return refuse(reader, STATUS_LIMIT, error, "more than 4096 members in one object");
    if (reader->key_count == reader->key_capacity) {
        uint32_t capacity = reader->key_capacity ? reader->key_capacity * 2 : 64;
        struct json_span *keys = realloc(reader->keys, capacity * sizeof *keys);
        if (!keys)
            return error_memory(error, "reading JSON");
        reader->keys = keys;
        reader->key_capacity = capacity;
    }
    reader->keys[reader->key_count++] = key;
    return STATUS_OK;
}

enum status json_reader_next_member(struct json_reader *reader, struct json_span *key, bool *more,
                                    struct error *error)
{
    const uint32_t first_key = reader->levels[reader->depth - 1].first_key;
    enum status status = next(reader, more, error);
    if (status)
        return status;
    if (!*more)
        return reader->keys_are_checked ? check_keys(reader, first_key, error) : STATUS_OK;
    if (skip_space(reader) != '"')
        return refuse_character(reader, error, "a key in quotation marks");
    status = json_reader_string(reader, key, error);
    if (!status && reader->keys_are_checked)
        status = keep_key(reader, *key, error);
    if (status)
        return status;
    if (skip_space(reader) != ':')
        return refuse_character(reader, error, "':'");
    reader->at++;
    return STATUS_OK;
}

/* A string, a number or a word. */
static enum status skip_scalar(struct json_reader *reader, enum json_kind kind, struct error *error)
{
    struct json_span value;
    switch (kind) {
    case JSON_KIND_STRING:
        return json_reader_string(reader, &value, error);
    case JSON_KIND_NUMBER:
        return json_reader_number(reader, &value, error);
    default:
        return pass_word(reader,
                         kind == JSON_KIND_TRUE    ? "true"
                         : kind == JSON_KIND_FALSE ? "false"
                                                   : "null",
                         error);
    }
}

/* To the next value inside the containers opened since `depth`, closing those that end. */
static enum status next_inside(struct json_reader *reader, uint32_t depth, struct error *error)
{
    bool more = false;
    while (reader->depth > depth && !more) {
        struct json_span key;
        enum status status = reader->levels[reader->depth - 1].close == '}'
                                 ? json_reader_next_member(reader, &key, &more, error)
                                 : json_reader_next_element(reader, &more, error);
        if (status)
            return status;
    }
    return STATUS_OK;
}

enum status json_reader_skip(struct json_reader *reader, struct json_span *value,
                             struct error *error)
{
    const uint32_t depth = reader->depth;
    skip_space(reader);
    const size_t start = reader->at;
    do {
        enum json_kind kind;
        enum status status = json_reader_peek(reader, &kind, error);
        if (!status)
            status = kind == JSON_KIND_OBJECT  ? json_reader_begin_object(reader, error)
                     : kind == JSON_KIND_ARRAY ? json_reader_begin_array(reader, error)
                                               : skip_scalar(reader, kind, error);
        if (!status)
            status = next_inside(reader, depth, error);
        if (status)
            return status;
    } while (reader->depth > depth);
    *value = (struct json_span){reader->text + start, reader->at - start, false};
    return STATUS_OK;
}

enum status json_reader_end(struct json_reader *reader, struct error *error)
{
    skip_space(reader);
    return reader->at == reader->length ? STATUS_OK
                                        : refuse_character(reader, error, "the end of the file");
}
