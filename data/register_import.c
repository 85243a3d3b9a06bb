#include "data/register_import.h"

#include "data/calendar.h"
#include "data/history.h"
#include "data/import_record.h"
#include "data/register_feed.h"
#include "data/register_identities.h"
#include "data/register_place.h"
#include "data/register_row.h"
#include "data/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROW_MAX_BYTES = 16 << 20, /* what one row may become */
    LOOK_UP_EVERY = 512,      /* rows between looking at cancelled and telling progress */
    CLOSE_LIMIT_PER_CENT = 5, /* --close-missing closes at most these without --force */
    ROW_CONFLICTS = 16
};

/* A facility of this source that the file does not have. */
struct missing {
    int64_t key;
    const char *identity; /* in the report's arena; NULL when that is full */
};

/* One import on its way. */
struct running {
    struct store *store;
    const struct region *region;
    const char *path;
    const struct register_import_options *options;
    const struct mapping *mapping;
    struct import_report *report;

    struct mapping own_mapping;
    char source[ID_MAX_BYTES + 1];
    struct community_locator communities;
    struct register_placer placer;
    struct register_identities identities;
    struct table *table;
    struct register_reader reader;
    struct arena row_arena;
    struct missing *missing; /* the facilities to close */
    uint32_t missing_count, missing_capacity;
    uint64_t nameless_count, first_nameless; /* rows without a readable identity; a line */
    uint32_t open_count;                     /* facilities of this source before the import */
};

void register_source_name(const char *path, char name[ID_MAX_BYTES + 1])
{
    const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    const char *dot = strrchr(base, '.');
    size_t length = dot && dot > base ? (size_t)(dot - base) : strlen(base), used = 0;
    for (size_t i = 0; i < length && used < ID_MAX_BYTES; i++) {
        char c = base[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            name[used++] = c;
        else if (used && name[used - 1] != '-')
            name[used++] = '-';
    }
    while (used && name[used - 1] == '-')
        used--;
    name[used] = '\0';
    if (used == 0)
        snprintf(name, ID_MAX_BYTES + 1, "register");
}

/* Before the file ---------------------------------------------------------------------------------- */

static enum status choose_mapping(struct running *run, struct error *error)
{
    run->mapping = run->options->mapping;
    if (!run->mapping) {
        enum status status = mapping_default(&run->own_mapping, error);
        if (status)
            return status;
        run->mapping = &run->own_mapping;
    }
    const char *source = run->options->source ? run->options->source : run->mapping->source;
    if (source && !record_id_is_valid(source))
        return error_set_parameter(
            error, STATUS_INVALID, "source",
            "source is '%.80s'; it must be 1 to %d lower case letters, digits "
            "and hyphens",
            source, ID_MAX_BYTES);
    if (source)
        snprintf(run->source, sizeof run->source, "%s", source);
    else
        register_source_name(run->path, run->source);
    return STATUS_OK;
}

static enum status prepare(struct running *run, struct error *error)
{
    const struct register_import_options *options = run->options;
    if (options->as_of == DAY_NONE)
        return error_set_parameter(error, STATUS_INVALID, "as-of",
                                   "as-of is missing: the day the register speaks of");
    struct local_time today = calendar_local(&run->region->calendar, options->now);
    if (options->as_of > today.day) {
        char day[11], now[11];
        day_format(options->as_of, day);
        day_format(today.day, now);
        return error_set_parameter(error, STATUS_INVALID, "as-of",
                                   "as-of is %s; it must not be after today, %s", day, now);
    }
    enum status status = choose_mapping(run, error);
    if (!status)
        status = community_locator_init(&run->communities, run->store, run->region->name, error);
    if (!status)
        status = register_placer_init(&run->placer, run->region, run->mapping, &run->communities,
                                      options->coordsys, error);
    return status;
}

static void describe(struct running *run)
{
    import_record_describe(run->report, run->region, run->path, NULL, run->options->coordsys);
    run->report->as_of = run->options->as_of;
    run->report->dry_run = run->options->dry_run;
}

/* The file ------------------------------------------------------------------------------------------ */

/* A file that names its own system must not be read in quite another. */
static enum status compare_systems(const struct running *run, struct error *error)
{
    const char *declared = table_declared_crs(run->table);
    const char *coordsys = run->options->coordsys;
    if (!declared || !run->placer.transform || !run->mapping->coordinates.from_geometry)
        return STATUS_OK;
    if (register_same_system(declared, coordsys))
        return STATUS_OK;
    return error_set_parameter(
        error, STATUS_INVALID, "coordsys",
        "coordsys is %.20s, but the file says that its coordinates are %.60s", coordsys, declared);
}

static void close_file(struct running *run)
{
    register_reader_release(&run->reader);
    table_close(run->table);
    run->table = NULL;
}

static enum status open_file(struct running *run, struct error *error)
{
    const struct mapping *mapping = run->mapping;
    const struct register_import_options *options = run->options;
    struct table_options how = {
        .encoding = options->encoding ? options->encoding : mapping->encoding,
        .layer = options->layer ? options->layer : mapping->layer,
        .delimiter = mapping->delimiter,
        .header_row = mapping->header_row,
        .cancelled = options->cancelled,
    };
    enum status status = table_open(run->path, &how, &run->table, error);
    if (status)
        return status;
    uint32_t count;
    const char *const *columns = table_columns(run->table, &count);
    status = register_reader_init(&run->reader, mapping, run->region, run->source, options->as_of,
                                  options->now, columns, count, error);
    if (!status)
        status = compare_systems(run, error);
    if (!status && !run->placer.transform && mapping->coordinates.given &&
        !mapping->coordinates.from_geometry && run->reader.bound[mapping->coordinates.x] >= 0)
        status = error_set_parameter(error, STATUS_INVALID, "coordsys",
                                     "coordsys is none, but the file has the column %.60s",
                                     mapping->columns[mapping->coordinates.x]);
    if (status)
        close_file(run);
    return status;
}

static void note_columns(struct running *run)
{
    struct import_report *report = run->report;
    uint32_t count;
    const char *const *columns = table_columns(run->table, &count);
    report->format = import_report_text(report, table_format(run->table));
    report->row_word = table_row_word(run->table);
    report->unused_columns = arena_calloc(&report->arena, count, sizeof *report->unused_columns);
    if (!report->unused_columns)
        return;
    for (uint32_t i = 0; i < count; i++)
        if (!register_reader_uses(&run->reader, i))
            report->unused_columns[report->unused_count++] = import_report_text(report, columns[i]);
}

/* Every so many rows: has the person who asked gone, and how far are we? */
static enum status look_up(struct running *run, uint64_t rows, double done, struct error *error)
{
    const struct register_import_options *options = run->options;
    if (rows % LOOK_UP_EVERY)
        return STATUS_OK;
    if (options->cancelled && atomic_load(options->cancelled))
        return error_set(error, STATUS_CANCELLED, "the import was cancelled");
    if (options->progress)
        options->progress(options->progress_context, done, rows);
    return STATUS_OK;
}

/* Which facility is it? A row that cannot say so may be of any. */
static enum status note_identity(struct running *run, const struct table_row *row,
                                 struct error *error)
{
    const char *column, *identity = NULL;
    if (row->cell_count == run->reader.column_count) {
        if (register_row_skipped(&run->reader, row, &run->row_arena))
            return STATUS_OK;
        identity = register_row_identity(&run->reader, row, &run->row_arena, &column);
    }
    if (identity)
        return register_identities_add(&run->identities, identity, row->line, error);
    if (run->nameless_count++ == 0)
        run->first_nameless = row->line;
    return STATUS_OK;
}

/* The first reading: which identities are there. */
static enum status read_identities(struct running *run, struct error *error)
{
    enum status status = open_file(run, error);
    if (status)
        return status;
    note_columns(run);
    struct table_row row;
    bool more = true;
    for (uint64_t rows = 1; !status; rows++) {
        status = table_next(run->table, &row, &more, error);
        if (status || !more)
            break;
        status = look_up(run, rows, table_progress(run->table) * 0.2, error);
        arena_reset(&run->row_arena);
        if (!status)
            status = note_identity(run, &row, error);
    }
    close_file(run);
    return status;
}

/* What is missing from the file ---------------------------------------------------------------------- */

static enum status add_missing(struct running *run, const struct facility_record *facility,
                               struct error *error)
{
    if (run->missing_count == run->missing_capacity) {
        uint32_t capacity = run->missing_capacity ? run->missing_capacity * 2 : 64;
        struct missing *grown = realloc(run->missing, capacity * sizeof *grown);
        if (!grown)
            return error_memory(error, "listing what the register no longer has");
        run->missing = grown;
        run->missing_capacity = capacity;
    }
    run->missing[run->missing_count++] =
        (struct missing){facility->key, import_report_text(run->report, facility->source_id)};
    return STATUS_OK;
}

/* What is not in the file is closed only where that is sure, and not too much of it. */
static enum status judge_missing(struct running *run, struct error *error)
{
    char sentence[240];
    if (run->options->force || run->missing_count == 0)
        return STATUS_OK;
    if ((uint64_t)run->missing_count * 100 > (uint64_t)run->open_count * CLOSE_LIMIT_PER_CENT)
        snprintf(sentence, sizeof sentence,
                 "%u of the %u facilities of %s are not in the file; closing more than %d %% needs "
                 "--force",
                 run->missing_count, run->open_count, run->source, CLOSE_LIMIT_PER_CENT);
    else if (run->nameless_count)
        snprintf(
            sentence, sizeof sentence,
            "%u of the %u facilities of %s are not in the file, but %llu of its rows do not say "
            "which facility they are of, the first on %s %llu; closing needs --force",
            run->missing_count, run->open_count, run->source,
            (unsigned long long)run->nameless_count, run->report->row_word,
            (unsigned long long)run->first_nameless);
    else
        return STATUS_OK;
    import_report_refuse(run->report, sentence);
    return error_set_parameter(error, STATUS_REJECTED, "close-missing", "%s", sentence);
}

/* Facilities of this source that are not closed on the day, and that the file does not have. */
static enum status find_missing(struct running *run, struct error *error)
{
    struct store_scan *scan;
    struct facility_record facility;
    bool more = true;
    enum status status =
        store_scan_open(run->store, STORE_ROWS_FACILITIES, run->options->as_of, &scan, error);
    while (!status) {
        status = store_scan_next(scan, &facility, &more, error);
        if (status || !more)
            break;
        if (strcmp(facility.region, run->region->name) != 0 ||
            strcmp(facility.source, run->source) != 0 || facility.state == STATE_CLOSED)
            continue;
        run->open_count++;
        if (!register_identities_find(&run->identities, facility.source_id))
            status = add_missing(run, &facility, error);
    }
    store_scan_close(scan);
    return status ? status : judge_missing(run, error);
}

/* `line` 0: of no row. */
static void report_conflicts(struct running *run, uint64_t line, const char *identity,
                             const struct history_conflict *conflicts, uint32_t count)
{
    run->report->conflicting++;
    for (uint32_t i = 0; i < count && i < ROW_CONFLICTS; i++)
        import_report_conflict(
            run->report,
            &(struct import_conflict_entry){line, identity, conflicts[i].field, conflicts[i].stored,
                                            conflicts[i].given, conflicts[i].because});
}

static enum status close_missing(struct running *run, struct error *error)
{
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < run->missing_count && !status; i++) {
        const struct missing *missing = &run->missing[i];
        struct history_conflict conflict;
        enum history_outcome outcome;
        status = history_close(run->store, missing->key, run->options->as_of, run->options->now,
                               run->source, &outcome, &conflict, error);
        if (status)
            return status;
        if (outcome == HISTORY_CONFLICTING)
            report_conflicts(run, 0, missing->identity, &conflict, 1);
        else if (outcome != HISTORY_UNCHANGED)
            run->report->closed++;
    }
    return status;
}

/* The rows ------------------------------------------------------------------------------------------- */

static void report_findings(struct running *run, const struct register_fed_row *fed)
{
    for (uint32_t i = 0; i < fed->row.finding_count; i++) {
        const struct register_finding *finding = &fed->row.findings[i];
        import_report_warn(run->report, finding->warning,
                           &(struct import_entry){fed->line, fed->identity, finding->column,
                                                  finding->value, finding->detail});
    }
}

static enum status put_row(struct running *run, struct register_fed_row *fed, struct error *error)
{
    struct import_report *report = run->report;
    report_findings(run, fed);
    struct history_conflict conflicts[ROW_CONFLICTS];
    uint32_t conflict_count = 0;
    enum history_outcome outcome;
    struct facility_bundle *bundle = &fed->row.bundle;
    bool off_map = bundle->facility.lon_e7 == NONE;
    enum status status =
        history_put(run->store, bundle, run->region->id_prefix, run->options->as_of,
                    run->options->now, &outcome, conflicts, ROW_CONFLICTS, &conflict_count, error);
    if (status) {
        error_prefix(error, "%s %llu", report->row_word, (unsigned long long)fed->line);
        return status;
    }
    if (outcome == HISTORY_CONFLICTING) {
        report_conflicts(run, fed->line, fed->identity, conflicts, conflict_count);
        return STATUS_OK;
    }
    day_t until = bundle->facility.validity.valid_to;
    if (outcome == HISTORY_ACCEPTED && until != DAY_OPEN) {
        char day[11];
        day_format(until, day);
        import_report_warn(report, IMPORT_HISTORY_ONLY,
                           &(struct import_entry){fed->line, fed->identity, .value = day});
    }
    report->off_map += off_map;
    report->accepted += outcome == HISTORY_ACCEPTED;
    report->changed += outcome == HISTORY_CHANGED;
    report->unchanged += outcome == HISTORY_UNCHANGED;
    return STATUS_OK;
}

static enum status put_fed(struct running *run, struct register_fed_row *fed, struct error *error)
{
    struct import_report *report = run->report;
    report->rows++;
    enum status status = look_up(run, report->rows, 0.2 + fed->done * 0.75, error);
    if (status)
        return status;
    switch (fed->outcome) {
    case REGISTER_FED_SKIPPED:
        report->skipped++;
        return STATUS_OK;
    case REGISTER_FED_REJECTED:
        import_report_reject(report, &(struct import_entry){fed->line, fed->identity, fed->column,
                                                            fed->value, fed->reason});
        return STATUS_OK;
    case REGISTER_FED_ROW:
        break;
    }
    return put_row(run, fed, error);
}

/* The second reading: each row into its facility's history. */
static enum status put_rows(struct running *run, struct error *error)
{
    struct register_feed *feed = NULL;
    struct register_fed_row *fed;
    enum status status = open_file(run, error);
    if (!status)
        status = register_feed_open(run->table, &run->reader, &run->placer, &run->identities, &feed,
                                    error);
    while (!status) {
        status = register_feed_next(feed, &fed, error);
        if (status || !fed)
            break;
        status = put_fed(run, fed, error);
    }
    register_feed_close(feed);
    close_file(run);
    return status;
}

/* The end ---------------------------------------------------------------------------------------------- */

static enum status finish(struct running *run, struct error *error)
{
    const struct register_import_options *options = run->options;
    if (options->strict && import_report_has_rejections(run->report)) {
        char sentence[160];
        snprintf(sentence, sizeof sentence,
                 "%llu rows are rejected, %llu conflicting, and --strict "
                 "takes all or nothing",
                 (unsigned long long)run->report->rejected,
                 (unsigned long long)run->report->conflicting);
        import_report_refuse(run->report, sentence);
    }
    return import_record_finish(run->store, run->report, run->options->now, error);
}

static enum status run_all(struct running *run, struct error *error)
{
    enum status status = prepare(run, error);
    run->report->source = import_report_text(run->report, run->source);
    if (!status)
        status = read_identities(run, error);
    if (!status && run->options->close_missing)
        status = find_missing(run, error);
    if (!status)
        status = store_begin(run->store, error);
    if (status)
        return status;
    status = put_rows(run, error);
    if (!status)
        status = close_missing(run, error);
    if (!status)
        return finish(run, error);
    store_rollback(run->store);
    return status;
}

enum status register_import_run(struct store *store, const struct region *region, const char *path,
                                const struct register_import_options *options,
                                struct import_report *report, struct error *error)
{
    import_report_init(report, "register");
    struct running *run = calloc(1, sizeof *run);
    if (!run)
        return error_memory(error, "starting an import");
    run->store = store;
    run->region = region;
    run->path = path;
    run->options = options;
    run->report = report;
    arena_init(&run->row_arena, ROW_MAX_BYTES);
    register_identities_init(&run->identities);
    describe(run);
    enum status status = run_all(run, error);
    free(run->missing);
    arena_release(&run->row_arena);
    register_identities_release(&run->identities);
    register_placer_release(&run->placer);
    community_locator_release(&run->communities);
    mapping_release(&run->own_mapping);
    free(run);
    return status;
}
