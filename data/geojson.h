/*
 * GeoJSON (RFC 7946) as a table: every Feature of a FeatureCollection is a row, its properties are
 * cells.
 *
 * Read twice: once whole, to check everything and to learn the columns, then feature by feature.
 * Strings are decoded; numbers, true and false keep their source text; null, and a property that a
 * feature does not have, is null; objects and arrays stay JSON text. A Feature's own "id" (a string
 * or a number) is the last column, "id", unless some feature has a property of that name. Beyond
 * what json_reader.h refuses: a top that is no FeatureCollection, a Feature without "properties" or
 * "geometry" (either may be null), a geometry of no known type.
 */
#ifndef DATA_GEOJSON_H
#define DATA_GEOJSON_H

#include "data/table.h"

struct geojson;

/*
 * `text` is valid UTF-8 without NUL, NUL-terminated at `length`, malloc'd; it becomes the reader's,
 * also on failure, and is changed by reading. `cancelled` may be NULL. *geojson is yours
 * (geojson_close).
 */
enum status MUST_CHECK geojson_open(char *text, size_t length, const atomic_bool *cancelled,
                                    struct geojson **geojson, struct error *error);
/* As table.h says of the functions of the same name. */
const char *const *geojson_columns(const struct geojson *geojson, uint32_t *count);
enum status MUST_CHECK geojson_next(struct geojson *geojson, struct table_row *row, bool *more,
                                    struct error *error);
double geojson_progress(const struct geojson *geojson);
const char *geojson_declared_crs(const struct geojson *geojson);
/* Do two features begin on one line, so that a line does not say which one is meant? */
bool geojson_shares_lines(const struct geojson *geojson);
void geojson_close(struct geojson *geojson); /* safe on NULL */

#endif
