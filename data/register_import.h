/*
 * `tuoyu import register`: a register file into the store, by a mapping, in one transaction.
 *
 * The file is read twice: once for its identities (an id twice rejects both rows, and
 * --close-missing must know what is there), once to put each row into its facility's history
 * (data/history.h). Every row ends as accepted, changed, unchanged, conflicting or rejected; what
 * is rejected or conflicting does not stop the others. A failure on the way leaves the store as it
 * was.
 */
#ifndef DATA_REGISTER_IMPORT_H
#define DATA_REGISTER_IMPORT_H

#include "data/import_report.h"
#include "data/mapping.h"
#include "data/region.h"
#include "data/store.h"

#include <stdatomic.h>

struct register_import_options {
    const char *coordsys;          /* required: wgs84, gcj02, bd09, EPSG:N, or "none" */
    day_t as_of;                   /* required: the day the file speaks of */
    moment_t now;                  /* required */
    const struct mapping *mapping; /* NULL: mapping_default() */
    const char *source;            /* NULL: the mapping's, or the file's base name */
    const char *layer;             /* NULL: the mapping's */
    const char *encoding;          /* NULL: the mapping's, or UTF-8 */
    bool dry_run;                  /* everything is done, and then rolled back */
    bool strict;                   /* commit nothing when any row is rejected or conflicting */
    bool close_missing;            /* end the source's facilities that the file does not have */
    bool force;                    /* close_missing closes whatever is missing */
    const atomic_bool *cancelled;  /* looked at now and then; may be NULL */
    /* Told now and then: done 0 to 1 and rows so far; may be NULL. */
    void (*progress)(void *context, double done, uint64_t rows);
    void *progress_context;
};

/*
 * Run an import. *report is filled in any case and yours (import_report_release()).
 *
 * Returns STATUS_OK when the file was read to its end: report->committed says whether anything was
 * stored (not with dry_run, strict with rejections), import_report_has_rejections() whether to exit
 * 3. Else the file as a whole, an option or the store refused, nothing is committed, and the error
 * says why: INVALID (an option, parameter named), REJECTED (a column that is not there; more than
 * 5 % to close without force, or any beside rows that do not say whose they are), what table_open()
 * gives, what the store gives, CANCELLED.
 * The report is stored by the same transaction (store_import_run_insert()).
 */
enum status MUST_CHECK register_import_run(struct store *store, const struct region *region,
                                           const char *path,
                                           const struct register_import_options *options,
                                           struct import_report *report, struct error *error);

/* The source id that a file name gives: its base name without the ending, in lower case, what is
 * not a letter or digit as hyphens; "register" where nothing is left. */
void register_source_name(const char *path, char name[ID_MAX_BYTES + 1]);

#endif
