#include "data/import_record.h"

#include "data/register_import.h"

#include <stdlib.h>
#include <string.h>

void import_record_describe(struct import_report *report, const struct region *region,
                            const char *path, const char *source, const char *coordsys)
{
    char named[ID_MAX_BYTES + 1];
    const char *base = strrchr(path, '/');
    register_source_name(path, named);
    report->file = import_report_text(report, base ? base + 1 : path);
    report->region = import_report_text(report, region->name);
    report->source = import_report_text(report, source ? source : named);
    report->coordsys = import_report_text(report, coordsys);
}

/* The report says from here on that it was committed, since what is stored of it is there only then. */
static enum status keep(struct store *store, struct import_report *report, moment_t recorded_at,
                        struct error *error)
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

enum status import_record_finish(struct store *store, struct import_report *report,
                                 moment_t recorded_at, struct error *error)
{
    if (report->refused || report->dry_run) {
        store_rollback(store);
        return STATUS_OK;
    }
    enum status status = keep(store, report, recorded_at, error);
    if (!status)
        status = store_commit(store, error);
    report->committed = status == STATUS_OK;
    if (status)
        store_rollback(store);
    return status;
}
