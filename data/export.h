/*
 * The register's public data as files that other programs open: SpatiaLite (QGIS, ogrinfo), GeoJSON
 * (RFC 7946) and CSV. Made from the dataset and its vacancies, so that a file says what the API says
 * at that moment: public facilities only, a home's point rounded and its address and phone left out.
 *
 * Layers, in longitude and latitude of WGS 84:
 *   facilities   one row a facility
 *   offers       one row an offer, at its facility's point, with its group's numbers, its open places
 *                and how fresh they are; open is null where unknown
 *   communities  one row a community, with its outline; residents and children rounded to 10, null
 *                below 10, so that differences reveal no building
 *
 * SpatiaLite files hold all three, each with a spatial index, and a table `about`. A GeoJSON or CSV
 * file holds one layer. CSV is for spreadsheets: UTF-8 with a byte order mark, CRLF, lon and lat as
 * the last columns, no outlines; a text that begins with = + - @ or a tab gets an apostrophe in
 * front, so that no name becomes a formula.
 */
#ifndef DATA_EXPORT_H
#define DATA_EXPORT_H

#include "data/vacancies.h"

#include <stdio.h>

enum export_format { EXPORT_SPATIALITE, EXPORT_GEOJSON, EXPORT_CSV };
enum export_layer { EXPORT_FACILITIES, EXPORT_OFFERS, EXPORT_COMMUNITIES, EXPORT_LAYER_COUNT };

/* "spatialite", "geojson", "csv"; "facilities", "offers", "communities"; INVALID names the list. */
enum status MUST_CHECK export_format_parse(const char *text, enum export_format *format,
                                           struct error *error);
enum status MUST_CHECK export_layer_parse(const char *text, enum export_layer *layer,
                                          struct error *error);

struct export_request {
    enum export_format format;
    enum export_layer layer; /* not of SpatiaLite */
    uint16_t region;         /* into dataset->regions */
    bool replace;            /* over a file that is there */
    const char *store_path;  /* of the store: never replaced, nor its companions; NULL */
};

struct export_counts {
    uint32_t rows[EXPORT_LAYER_COUNT]; /* written, by layer */
};

/*
 * Write the file `path`: aside first, then under its name, so that nobody ever sees half of it.
 * CONFLICT where it is there already and not to be replaced, or is the store itself; IO; UNSUPPORTED
 * where mod_spatialite is not installed. counts may be NULL.
 */
enum status MUST_CHECK export_write(const struct dataset *dataset,
                                    const struct vacancies *vacancies,
                                    const struct export_request *request, const char *path,
                                    struct export_counts *counts, struct error *error);

/* The same to an open stream (standard output): GeoJSON and CSV; INVALID for SpatiaLite. */
enum status MUST_CHECK export_write_stream(const struct dataset *dataset,
                                           const struct vacancies *vacancies,
                                           const struct export_request *request, FILE *out,
                                           struct export_counts *counts, struct error *error);

#endif
