/*
 * The run of an import, with its report, kept in the store by the same transaction as what it brought.
 */
#ifndef DATA_IMPORT_RECORD_H
#define DATA_IMPORT_RECORD_H

#include "data/import_report.h"
#include "data/region.h"
#include "data/store.h"

/* What a report says from the beginning: which file, of what. `source` NULL = by the file's name. */
void import_record_describe(struct import_report *report, const struct region *region,
                            const char *path, const char *source, const char *coordsys);

/*
 * The end of an import's transaction, which is closed when this returns: rolled back where the report
 * says why it was refused, or a dry run; else the run is kept with its report, and all is committed.
 * report->committed says whether.
 */
enum status MUST_CHECK import_record_finish(struct store *store, struct import_report *report,
                                            moment_t recorded_at, struct error *error);

#endif
