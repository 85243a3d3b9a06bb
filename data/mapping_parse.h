/*
 * Private to mapping*.c: reading the parts of a mapping file. `where` names the place for people
 * ("fields.kind"). All memory comes from the mapping's arena.
 */
#ifndef DATA_MAPPING_PARSE_H
#define DATA_MAPPING_PARSE_H

#include "data/mapping.h"

#include <jansson.h>

enum { WHERE_BYTES = 160 };

/* Every key of the object is one of `keys` (NULL-ended); else INVALID, naming key and place. */
enum status MUST_CHECK parse_keys(const json_t *object, const char *where, const char *const *keys,
                                  struct error *error);
/* A non-empty string under `key`, copied; *out is untouched when the key is not there. */
enum status MUST_CHECK parse_text(struct mapping *mapping, const json_t *object, const char *where,
                                  const char *key, const char **out, struct error *error);
enum status MUST_CHECK parse_bool(const json_t *object, const char *where, const char *key,
                                  bool *out, struct error *error);
enum status MUST_CHECK parse_int(const json_t *object, const char *where, const char *key,
                                 int32_t least, int32_t most, int32_t *out, struct error *error);
/* One of `words` (NULL-ended) under `key`; *out is its number. */
enum status MUST_CHECK parse_word(const json_t *object, const char *where, const char *key,
                                  const char *const *words, int32_t *out, struct error *error);
/* An array of strings. */
enum status MUST_CHECK parse_texts(struct mapping *mapping, const json_t *list, const char *where,
                                   const char *const **out, uint32_t *count, struct error *error);
/* The number of a column, entered into mapping.columns. */
enum status MUST_CHECK parse_column(struct mapping *mapping, const json_t *name, const char *where,
                                    uint16_t *column, struct error *error);
/* A name, or a list of names. */
enum status MUST_CHECK parse_columns(struct mapping *mapping, const json_t *names,
                                     const char *where, uint16_t **columns, uint32_t *count,
                                     struct error *error);
/* CONDITION and VALUE under `key`; nothing there: left at {0}. */
enum status MUST_CHECK parse_when(struct mapping *mapping, const json_t *object, const char *where,
                                  const char *key, struct mapping_when *when, struct error *error);
enum status MUST_CHECK parse_condition(struct mapping *mapping, const json_t *json,
                                       const char *where, struct mapping_when *when,
                                       struct error *error);
enum status MUST_CHECK parse_value(struct mapping *mapping, const json_t *object, const char *where,
                                   const char *key, struct mapping_value *value,
                                   struct error *error);
/* parse_value(), and its constants, defaults and codes must be on the field's code list. */
typedef enum status (*parse_code)(const char *text, size_t length, struct error *error);
enum status MUST_CHECK parse_coded(struct mapping *mapping, const json_t *object, const char *where,
                                   const char *key, parse_code check, struct mapping_value *value,
                                   struct error *error);

/* The parts (mapping_parts.c). */
enum status MUST_CHECK parse_coordinates(struct mapping *mapping, const json_t *root,
                                         struct error *error);
enum status MUST_CHECK parse_fields(struct mapping *mapping, const json_t *root,
                                    struct error *error);
enum status MUST_CHECK parse_groups(struct mapping *mapping, const json_t *root,
                                    struct error *error);
enum status MUST_CHECK parse_offers(struct mapping *mapping, const json_t *root,
                                    struct error *error);
enum status MUST_CHECK parse_hours(struct mapping *mapping, const json_t *object, const char *where,
                                   struct mapping_hours_list *hours, struct error *error);

/* "where.key", cut to WHERE_BYTES. */
void parse_where(char out[WHERE_BYTES], const char *where, const char *key);
/* "where[n]", from 1. */
void parse_where_number(char out[WHERE_BYTES], const char *where, size_t number);

#endif
