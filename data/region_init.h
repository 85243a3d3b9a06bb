/*
 * Making a region in a store: what `tuoyu init --region-file FILE` does.
 */
#ifndef DATA_REGION_INIT_H
#define DATA_REGION_INIT_H

#include "data/osm_import.h"
#include "data/region.h"
#include "data/residents_import.h"
#include "data/store.h"

struct region_loaded {
    char name[65]; /* of the region */
    bool sample;
    char notice[256], notice_en[256];
    uint32_t streets, communities, facilities, groups, offers;
};

/*
 * Put the region of a region.json into the store, in one transaction, with the files it names
 * beside itself: streets, communities, a sample register (data/sample_register.h), whose relative
 * ages become dates at `now`. A region that names no files is empty. All or nothing. The streets to
 * walk on are not among them: region_init_osm().
 *
 * CONFLICT where the store has a region of that name already; NOT_FOUND, INVALID or IO with the
 * file's name in the sentence. `loaded` (may be NULL) says what there is now.
 *
 * Writes these facts of the store (store_meta_get): "sample" and "test" ("yes" while every region of
 * the store is one, else "no"), "loaded_at" (RFC 3339) and, for a sample register, what
 * data/sample.h needs.
 */
enum status MUST_CHECK region_init(struct store *store, const char *region_file, moment_t now,
                                   struct region_loaded *loaded, struct error *error);

/*
 * Import the OSM file that a region.json names, if it names one, into its region, which is in the
 * store: osm_import_run() with `options`. *imported says whether there was one; else *report is
 * empty. Errors name the file; what osm_import_run() says of failures holds.
 */
enum status MUST_CHECK region_init_osm(struct store *store, const char *region_file,
                                       const struct osm_import_options *options, bool *imported,
                                       struct osm_import_report *report, struct error *error);

/* The same of the file of residents that it names: residents_import_run() in WGS 84, of today. A row
 * that is rejected is an error here: what a region brings with it must be whole. */
enum status MUST_CHECK region_init_residents(struct store *store, const char *region_file,
                                             moment_t now, const atomic_bool *cancelled,
                                             uint32_t *points, struct error *error);

#endif
