#include "data/mapping.h"

#include "data/input_file.h"
#include "data/mapping_parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_MAX_BYTES = 32 << 20 };

static const char *const field_names[MAPPING_FIELD_COUNT] = {
#define X(name, key, reading) [MAPPING_##name] = key,
    MAPPING_FIELD_LIST(X)
#undef X
};

static const uint8_t field_readings[MAPPING_FIELD_COUNT] = {
#define X(name, key, reading) [MAPPING_##name] = READ_##reading,
    MAPPING_FIELD_LIST(X)
#undef X
};

const char *mapping_field_name(enum mapping_field field)
{
    return field_names[field];
}

enum mapping_reading mapping_field_reading(enum mapping_field field)
{
    return (enum mapping_reading)field_readings[field];
}

static enum status parse_file(struct mapping *mapping, const json_t *root, struct error *error)
{
    static const char *const keys[] = {"encoding", "layer", "delimiter", "header_row", NULL};
    const json_t *file = json_object_get(root, "file");
    if (!file)
        return STATUS_OK;
    const char *delimiter = NULL;
    int32_t header_row = 0;
    enum status status = parse_keys(file, "file", keys, error);
    if (!status)
        status = parse_text(mapping, file, "file", "encoding", &mapping->encoding, error);
    if (!status)
        status = parse_text(mapping, file, "file", "layer", &mapping->layer, error);
    if (!status)
        status = parse_text(mapping, file, "file", "delimiter", &delimiter, error);
    if (!status)
        status = parse_int(file, "file", "header_row", 1, 1000, &header_row, error);
    if (status)
        return status;
    mapping->header_row = (uint32_t)header_row;
    if (!delimiter)
        return STATUS_OK;
    if (strcmp(delimiter, "tab") == 0)
        delimiter = "\t";
    if (strlen(delimiter) != 1 || !strchr(",;|\t", *delimiter))
        return error_set_parameter(error, STATUS_INVALID, "mapping",
                                   "mapping: file.delimiter must be one of , ; | \"tab\"");
    mapping->delimiter = *delimiter;
    return STATUS_OK;
}

static enum status parse_skips(struct mapping *mapping, const json_t *root, struct error *error)
{
    const json_t *list = json_object_get(root, "skip");
    if (!list)
        return STATUS_OK;
    size_t size = json_array_size(list);
    if (!json_is_array(list) || size == 0 || size > MAPPING_MAX_LIST)
        return error_set_parameter(error, STATUS_INVALID, "mapping",
                                   "mapping: skip must be a list of conditions");
    mapping->skips = arena_calloc(&mapping->arena, size, sizeof *mapping->skips);
    if (!mapping->skips)
        return error_memory(error, "reading a mapping");
    for (size_t i = 0; i < size; i++) {
        char where[WHERE_BYTES];
        parse_where_number(where, "skip", i);
        enum status status =
            parse_condition(mapping, json_array_get(list, i), where, &mapping->skips[i], error);
        if (status)
            return status;
    }
    mapping->skip_count = (uint32_t)size;
    return STATUS_OK;
}

static enum status parse_lapses(struct mapping *mapping, const json_t *root, struct error *error)
{
    static const char *const keys[] = {"on", "delists", NULL};
    const json_t *lapses = json_object_get(root, "lapses");
    if (!lapses)
        return STATUS_OK;
    enum status status = parse_keys(lapses, "lapses", keys, error);
    if (!status)
        status = parse_value(mapping, lapses, "lapses", "on", &mapping->lapses_on, error);
    if (!status)
        status = parse_bool(lapses, "lapses", "delists", &mapping->lapse_delists, error);
    if (!status && mapping->lapses_on.count == 0)
        status = error_set_parameter(error, STATUS_INVALID, "mapping",
                                     "mapping: lapses.on must say where the day is");
    return status;
}

static enum status parse_head(struct mapping *mapping, const json_t *root, struct error *error)
{
    static const char *const keys[] = {"version",     "title",           "source", "file",
                                       "empty",       "missing_columns", "skip",   "identity",
                                       "coordinates", "fields",          "lapses", "groups",
                                       "offers",      "hours",           NULL};
    static const char *const missing[] = {"refuse", "ignore", NULL};
    int32_t version = 0, ignore = 0;
    enum status status = parse_keys(root, "", keys, error);
    if (!status)
        status = parse_int(root, "", "version", 1, 1, &version, error);
    if (!status && version == 0)
        status = error_set_parameter(error, STATUS_INVALID, "mapping",
                                     "mapping: \"version\": 1 is missing");
    if (!status)
        status = parse_text(mapping, root, "", "title", &mapping->title, error);
    if (!status)
        status = parse_text(mapping, root, "", "source", &mapping->source, error);
    if (!status && mapping->source && !record_id_is_valid(mapping->source))
        status = error_set_parameter(error, STATUS_INVALID, "mapping",
                                     "mapping: source must be 1 to 64 lower case letters, digits "
                                     "and hyphens");
    if (!status)
        status = parse_word(root, "", "missing_columns", missing, &ignore, error);
    const json_t *empty = json_object_get(root, "empty");
    if (!status && empty)
        status =
            parse_texts(mapping, empty, "empty", &mapping->empty, &mapping->empty_count, error);
    mapping->ignore_missing_columns = ignore == 1;
    return status;
}

static enum status parse_root(struct mapping *mapping, const json_t *root, struct error *error)
{
    enum status status = parse_head(mapping, root, error);
    if (!status)
        status = parse_file(mapping, root, error);
    if (!status)
        status = parse_columns(mapping, json_object_get(root, "identity"), "identity",
                               &mapping->identity, &mapping->identity_count, error);
    if (!status)
        status = parse_skips(mapping, root, error);
    if (!status)
        status = parse_coordinates(mapping, root, error);
    if (!status)
        status = parse_fields(mapping, root, error);
    if (!status)
        status = parse_lapses(mapping, root, error);
    if (!status)
        status = parse_groups(mapping, root, error);
    if (!status)
        status = parse_offers(mapping, root, error);
    if (!status)
        status = parse_hours(mapping, root, "", &mapping->hours, error);
    mapping->has_hours |= mapping->hours.count > 0;
    return status;
}

enum status mapping_parse(const char *json, size_t length, struct mapping *mapping,
                          struct error *error)
{
    *mapping = (struct mapping){0};
    if (length > MAPPING_MAX_BYTES)
        return error_set(error, STATUS_LIMIT, "the mapping has %zu bytes; at most %d are read",
                         length, MAPPING_MAX_BYTES);
    arena_init(&mapping->arena, ARENA_MAX_BYTES);
    json_error_t at;
    json_t *root = json_loadb(json, length, JSON_REJECT_DUPLICATES, &at);
    if (!root)
        return error_set_parameter(error, STATUS_INVALID, "mapping",
                                   "mapping: line %d, column %d: %s", at.line, at.column, at.text);
    enum status status = parse_root(mapping, root, error);
    json_decref(root);
    if (status)
        mapping_release(mapping);
    return status;
}

enum status mapping_read(const char *path, struct mapping *mapping, struct error *error)
{
    *mapping = (struct mapping){0};
    char *json;
    size_t length;
    enum status status = input_file_read(path, MAPPING_MAX_BYTES, NULL, &json, &length, error);
    if (!status)
        status = mapping_parse(json, length, mapping, error);
    free(json);
    if (status)
        error_prefix(error, "%s", path);
    return status;
}

void mapping_release(struct mapping *mapping)
{
    arena_release(&mapping->arena);
    *mapping = (struct mapping){0};
}
