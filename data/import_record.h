/*
 * The run of an import, with its report, kept in the store by the same transaction as what it brought.
 */
#ifndef DATA_IMPORT_RECORD_H
#define DATA_IMPORT_RECORD_H

#include "data/import_report.h"
#include "data/store.h"

/* Within the import's transaction. The report says from here on that it was committed, since what is
 * stored of it is there only then; where the commit fails after all, the caller takes that back. */
enum status MUST_CHECK import_record_keep(struct store *store, struct import_report *report,
                                          moment_t recorded_at, struct error *error);

#endif
