#include "data/import_record.h"

#include <stdlib.h>

enum status import_record_keep(struct store *store, struct import_report *report,
                               moment_t recorded_at, struct error *error)
{
    char *json = NULL;
    report->committed = true;
    enum status status = import_report_json(report, false, &json, error);
    if (!status) {
        struct import_run run = {.region = report->region,
                                 .kind = report->kind,
                                 .file = report->file,
                                 .source = report->source,
                                 .as_of = report->as_of,
                                 .recorded_at = recorded_at,
                                 .report = json};
        status = store_import_run_insert(store, &run, error);
    }
    free(json);
    bool changed = report->accepted || report->changed || report->closed || report->reassigned;
    if (!status && changed)
        status = store_change_note(store, recorded_at, error);
    return status;
}
