#include "data/community_import.h"

#include "data/cell_text.h"
#include "data/community_locator.h"
#include "data/geojson_geometry.h"
#include "data/import_record.h"
#include "data/outlines.h"
#include "data/register_identities.h"
#include "data/register_import.h"
#include "data/register_place.h"
#include "data/table.h"
#include "data/text.h"

#include "geo/plain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_COMMUNITIES = 20000,
    MAX_TEXT_BYTES = 512 << 20, /* all of a file's */
    MAX_CODE_BYTES = 64,
};
#define OVERLAP_SHARE 0.001 /* edges drawn twice by hand differ by less */

enum column {
    CODE,
    NAME,
    NAME_EN,
    STREET,
    RESIDENTS,
    CHILDREN,
    CHILDREN_ESTIMATED,
    STANDARD,
    COLUMN_COUNT
};

static const char *const column_names[COLUMN_COUNT] = {
    "code", "name", "name_en", "street", "residents", "children", "children_estimated", "standard"};

struct row_community {
    struct community_record record;
    struct outline *outline;
    struct geo_box box;
    uint64_t line;
};

/* One import on its way. */
struct running {
    struct store *store;
    const struct region *region;
    const struct community_import_options *options;
    struct import_report *report;
    const char *path;
    struct table *table;
    int32_t columns[COLUMN_COUNT]; /* of the file; -1 = not there */
    uint32_t column_count;
    struct register_identities identities;
    struct outlines *outlines;
    struct row_community *rows; /* the accepted ones */
    uint32_t row_count, row_capacity;
    struct arena arena;
};

/* The file ------------------------------------------------------------------------------------------ */

static const char *wanted_column(const struct community_columns *columns, enum column column)
{
    const char *const given[COLUMN_COUNT] = {columns->code,
                                             columns->name,
                                             columns->name_en,
                                             columns->street,
                                             columns->residents,
                                             columns->children,
                                             columns->children_estimated,
                                             columns->standard};
    return given[column];
}

static enum status bind(struct running *run, struct error *error)
{
    uint32_t count;
    const char *const *names = table_columns(run->table, &count);
    struct import_report *report = run->report;
    run->column_count = count;
    for (int column = 0; column < COLUMN_COUNT; column++) {
        const char *given = wanted_column(&run->options->columns, (enum column)column);
        const char *wanted = given ? given : column_names[column];
        run->columns[column] = -1;
        for (uint32_t i = 0; i < count; i++)
            if (strcmp(names[i], wanted) == 0)
                run->columns[column] = (int32_t)i;
        if (run->columns[column] < 0 && (given || column == CODE))
            return error_set_parameter(error, STATUS_REJECTED, column_names[column],
                                       "the file has no column '%.60s' for the community's %s",
                                       wanted, column_names[column]);
    }
    report->format = import_report_text(report, table_format(run->table));
    report->row_word = table_row_word(run->table);
    report->unused_columns = arena_calloc(&report->arena, count, sizeof *report->unused_columns);
    for (uint32_t i = 0; report->unused_columns && i < count; i++) {
        bool used = false;
        for (int column = 0; column < COLUMN_COUNT; column++)
            used |= run->columns[column] == (int32_t)i;
        if (!used)
            report->unused_columns[report->unused_count++] = import_report_text(report, names[i]);
    }
    return STATUS_OK;
}

static enum status open_file(struct running *run, struct error *error)
{
    struct table_options how = {.encoding = run->options->encoding,
                                .layer = run->options->layer,
                                .cancelled = run->options->cancelled};
    enum status status = table_open(run->path, &how, &run->table, error);
    if (status)
        return status;
    const char *declared = table_declared_crs(run->table);
    if (declared && !register_same_system(declared, "wgs84"))
        return error_set_parameter(
            error, STATUS_INVALID, "coordsys",
            "outlines must be WGS 84, but the file says that its coordinates "
            "are %.60s",
            declared);
    return bind(run, error);
}

/* A cell's text, trimmed, copied and made plain; NULL where it is empty. */
static const char *cell(struct running *run, const struct table_row *row, enum column column)
{
    int32_t number = run->columns[column];
    if (number < 0)
        return NULL;
    const char *text = row->cells[number].text;
    size_t length = row->cells[number].length;
    text_trim(&text, &length);
    char *copy = length ? arena_copy(&run->arena, text, length) : NULL;
    return copy && plain_make(copy, length) ? copy : NULL;
}

static void warn(struct running *run, const struct table_row *row, const char *code,
                 enum import_warning warning, enum column column, const char *value)
{
    import_report_warn(run->report, warning,
                       &(struct import_entry){row->line, code, column_names[column], value, NULL});
}

static int32_t count_cell(struct running *run, const struct table_row *row, const char *code,
                          enum column column)
{
    const char *text = cell(run, row, column);
    int32_t count = NONE;
    if (text && !cell_count(text, strlen(text), &count))
        warn(run, row, code, IMPORT_UNREADABLE_NUMBER, column, text);
    else if (!text && column == RESIDENTS)
        warn(run, row, code, IMPORT_NO_FIGURE, column, NULL);
    return count;
}

static void read_figures(struct running *run, const struct table_row *row,
                         struct community_record *record)
{
    record->residents = count_cell(run, row, record->code, RESIDENTS);
    record->children = count_cell(run, row, record->code, CHILDREN);
    const char *estimated = cell(run, row, CHILDREN_ESTIMATED);
    if (estimated && !cell_flag(estimated, strlen(estimated), &record->children_estimated))
        warn(run, row, record->code, IMPORT_UNREADABLE_FLAG, CHILDREN_ESTIMATED, estimated);
    const char *text = cell(run, row, STANDARD);
    enum standard standard;
    record->standard = STANDARD_UNKNOWN;
    if (text && standard_parse(text, strlen(text), &standard, NULL) == STATUS_OK)
        record->standard = (int8_t)standard;
    else if (text)
        warn(run, row, record->code, IMPORT_UNKNOWN_CODE, STANDARD, text);
}

/* The outline as GeoJSON text, its box and GEOS's view of it. REJECTED where the row is. */
static enum status read_outline(struct running *run, const struct table_row *row,
                                struct row_community *community, struct error *error)
{
    if (!row->geometry) {
        warn(run, row, community->record.code, IMPORT_NO_OUTLINE, CODE, NULL);
        return STATUS_OK;
    }
    struct geo_polygon polygon;
    struct arena scratch;
    arena_init(&scratch, MAX_TEXT_BYTES);
    enum status status =
        geojson_polygon_parse(row->geometry, row->geometry_length, &scratch, &polygon, error);
    if (!status)
        community->box = geo_polygon_box(&polygon);
    arena_release(&scratch);
    if (status)
        return status == STATUS_MEMORY ? status : STATUS_REJECTED;
    community->record.outline = arena_copy(&run->arena, row->geometry, row->geometry_length);
    if (!community->record.outline)
        return error_set(error, STATUS_LIMIT, "the outlines are larger than %d bytes",
                         MAX_TEXT_BYTES);
    return outline_read(run->outlines, community->record.outline, &community->outline, error);
}

static void reject(struct running *run, const struct table_row *row, const char *code,
                   const char *reason)
{
    import_report_reject(run->report, &(struct import_entry){row->line, code, NULL, NULL, reason});
}

/* False: the row is rejected, and the report says why. */
static bool identify(struct running *run, const struct table_row *row, const char **code)
{
    char reason[120];
    if (row->cell_count != run->column_count) {
        snprintf(reason, sizeof reason, "the row has %u cells, the file %u columns",
                 row->cell_count, run->column_count);
        reject(run, row, NULL, reason);
        return false;
    }
    *code = cell(run, row, CODE);
    if (!*code || strlen(*code) > MAX_CODE_BYTES) {
        reject(run, row, *code, "no code: empty, or longer than 64 bytes");
        return false;
    }
    return true;
}

static enum status add_row(struct running *run, const struct row_community *community,
                           struct error *error)
{
    if (run->row_count == MAX_COMMUNITIES)
        return error_set(error, STATUS_LIMIT, "more than %d communities", MAX_COMMUNITIES);
    if (run->row_count == run->row_capacity) {
        uint32_t capacity = run->row_capacity ? run->row_capacity * 2 : 128;
        struct row_community *grown = realloc(run->rows, capacity * sizeof *grown);
        if (!grown)
            return error_memory(error, "importing communities");
        run->rows = grown;
        run->row_capacity = capacity;
    }
    run->rows[run->row_count++] = *community;
    return STATUS_OK;
}

static enum status read_row(struct running *run, const struct table_row *row, struct error *error)
{
    const char *code;
    if (!identify(run, row, &code))
        return STATUS_OK;
    struct row_community community = {.line = row->line, .record = {.code = code}};
    community.record.name = cell(run, row, NAME);
    community.record.name_en = cell(run, row, NAME_EN);
    community.record.street = cell(run, row, STREET);
    read_figures(run, row, &community.record);
    struct error why;
    enum status status = read_outline(run, row, &community, &why);
    if (status == STATUS_REJECTED) {
        reject(run, row, code, why.message);
        return STATUS_OK;
    }
    if (status) {
        if (error)
            *error = why;
        return status;
    }
    status = register_identities_add(&run->identities, code, row->line, error);
    if (!status)
        status = add_row(run, &community, error);
    if (status)
        outline_release(run->outlines, community.outline);
    return status;
}

/* A code twice: both rows are rejected. */
static void drop_duplicates(struct running *run)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < run->row_count; i++) {
        struct row_community *row = &run->rows[i];
        const struct register_identity *known =
            register_identities_find(&run->identities, row->record.code);
        if (!known || !known->other_line) {
            run->rows[kept++] = *row;
            continue;
        }
        import_report_reject(run->report,
                             &(struct import_entry){row->line, row->record.code, "code",
                                                    row->record.code, "the code stands twice"});
        outline_release(run->outlines, row->outline);
    }
    run->row_count = kept;
}

static enum status read_rows(struct running *run, struct error *error)
{
    enum status status = open_file(run, error);
    struct table_row row;
    bool more = true;
    while (!status) {
        status = table_next(run->table, &row, &more, error);
        if (status || !more)
            break;
        run->report->rows++;
        status = read_row(run, &row, error);
    }
    if (!status)
        drop_duplicates(run);
    return status;
}

/* Overlaps: the boxes propose, the areas decide. */
static enum status find_overlaps(struct running *run, struct error *error)
{
    for (uint32_t i = 0; i < run->row_count; i++)
        for (uint32_t j = i + 1; j < run->row_count; j++) {
            const struct row_community *a = &run->rows[i], *b = &run->rows[j];
            double share = 0;
            if (!a->outline || !b->outline || a->box.east < b->box.west ||
                b->box.east < a->box.west || a->box.north < b->box.south ||
                b->box.north < a->box.south)
                continue;
            enum status status =
                outline_overlap(run->outlines, a->outline, b->outline, &share, error);
            if (status)
                return status;
            if (share <= OVERLAP_SHARE)
                continue;
            char detail[120];
            snprintf(detail, sizeof detail, "with %.64s: %.1f %% of the smaller", b->record.code,
                     share * 100);
            import_report_warn(run->report, IMPORT_OVERLAP,
                               &(struct import_entry){a->line, a->record.code, NULL, NULL, detail});
        }
    return STATUS_OK;
}

/* The store ------------------------------------------------------------------------------------------ */

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_community(const struct community_record *a, const struct community_record *b)
{
    return same_text(a->name, b->name) && same_text(a->name_en, b->name_en) &&
           same_text(a->street, b->street) && outline_is_same(a->outline, b->outline) &&
           a->residents == b->residents && a->children == b->children &&
           a->children_estimated == b->children_estimated && a->standard == b->standard;
}

static int compare_records(const void *a, const void *b)
{
    return strcmp(((const struct community_record *)a)->code,
                  ((const struct community_record *)b)->code);
}

/* All communities as they will be: the stored ones, ascending by code, with the file's put over
 * them; writes those that are new or differ. */
static enum status put_communities(struct running *run, struct community_record **all,
                                   uint32_t *count, struct error *error)
{
    struct community_record *stored;
    uint32_t stored_count;
    enum status status = store_communities(run->store, run->region->name, &run->arena, &stored,
                                           &stored_count, error);
    if (status)
        return status;
    *all = arena_calloc(&run->arena, (size_t)stored_count + run->row_count, sizeof **all);
    if (!*all)
        return error_memory(error, "importing communities");
    if (stored_count)
        memcpy(*all, stored, stored_count * sizeof **all);
    *count = stored_count;
    for (uint32_t i = 0; i < run->row_count && !status; i++) {
        const struct community_record *record = &run->rows[i].record;
        struct community_record *known =
            stored_count ? bsearch(record, *all, stored_count, sizeof **all, compare_records)
                         : NULL;
        bool same = known && same_community(known, record);
        run->report->accepted += !known;
        run->report->unchanged += same;
        run->report->changed += known && !same;
        if (!known)
            known = &(*all)[(*count)++];
        *known = *record;
        if (!same)
            status = store_community_put(run->store, run->region->name, record, error);
    }
    qsort(*all, *count, sizeof **all, compare_records);
    return status;
}

/* A deep copy: what a scan hands out is only borrowed. */
static bool copy_facility(struct arena *arena, const struct facility_record *from,
                          struct facility_record *to)
{
    *to = *from;
    const char **texts[] = {&to->id,        &to->region,         &to->source,
                            &to->source_id, &to->name,           &to->name_en,
                            &to->address,   &to->phone,          &to->declared_community,
                            &to->community, &to->validity.source};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (*texts[i] && !(*texts[i] = arena_string(arena, *texts[i])))
            return false;
    return true;
}

struct moved {
    struct facility_record facility;
    struct moved *next;
};

/* Every believed version of every facility whose community is no longer the one its point is in. */
static enum status find_moved(struct running *run, const struct community_locator *locator,
                              struct moved **list, struct error *error)
{
    struct store_scan *scan;
    struct facility_record facility;
    bool more = true;
    enum status status = store_scan_open(run->store, STORE_ROWS_FACILITIES, DAY_NONE, &scan, error);
    while (!status) {
        status = store_scan_next(scan, &facility, &more, error);
        if (status || !more)
            break;
        if (strcmp(facility.region, run->region->name) != 0)
            continue;
        int32_t at = facility.lon_e7 == NONE
                         ? COMMUNITY_NONE
                         : community_locator_at(
                               locator, geo_point_from_e7(facility.lon_e7, facility.lat_e7));
        const char *code = at == COMMUNITY_NONE ? NULL : locator->communities[at].code;
        if (same_text(code, facility.community))
            continue;
        facility.community = code;
        struct moved *moved = arena_alloc(&run->arena, sizeof *moved);
        if (!moved || !copy_facility(&run->arena, &facility, &moved->facility))
            status = error_memory(error, "giving facilities their communities");
        else {
            moved->next = *list;
            *list = moved;
        }
    }
    store_scan_close(scan);
    return status;
}

/* The old version stays, superseded; the new one holds for the same days. */
static enum status reassign(struct running *run, const struct community_locator *locator,
                            struct error *error)
{
    struct moved *list = NULL;
    enum status status = find_moved(run, locator, &list, error);
    for (struct moved *moved = list; moved && !status; moved = moved->next) {
        struct facility_record *facility = &moved->facility;
        status = store_version_supersede(run->store, STORE_FACILITIES, facility->version_key,
                                         run->options->now, error);
        facility->validity.recorded_at = run->options->now;
        facility->version_key = 0;
        if (!status)
            status = store_facility_version_insert(run->store, facility, error);
        run->report->reassigned += facility->validity.valid_to == DAY_OPEN;
    }
    return status;
}

static enum status write_all(struct running *run, struct error *error)
{
    struct community_record *all = NULL;
    uint32_t count = 0;
    struct community_locator locator = {0};
    enum status status = put_communities(run, &all, &count, error);
    if (!status)
        status = community_locator_build(&locator, all, count, error);
    if (!status)
        status = reassign(run, &locator, error);
    community_locator_release(&locator);
    if (status)
        return status;
    if (run->options->strict && import_report_has_rejections(run->report))
        run->report->refused = "rows are rejected, and --strict takes all or nothing";
    return import_record_finish(run->store, run->report, run->options->now, error);
}

static enum status run_all(struct running *run, struct error *error)
{
    enum status status = outlines_open(&run->outlines, error);
    if (!status)
        status = read_rows(run, error);
    if (!status)
        status = find_overlaps(run, error);
    if (!status)
        status = store_begin(run->store, error);
    if (status)
        return status;
    status = write_all(run, error);
    if (status)
        store_rollback(run->store);
    return status;
}

static void describe(struct running *run)
{
    import_record_describe(run->report, run->region, run->path, run->options->source, "wgs84");
    run->report->as_of = run->options->as_of;
    run->report->dry_run = run->options->dry_run;
}

enum status community_import_run(struct store *store, const struct region *region, const char *path,
                                 const struct community_import_options *options,
                                 struct import_report *report, struct error *error)
{
    import_report_init(report, "communities");
    struct running run = {
        .store = store, .region = region, .options = options, .report = report, .path = path};
    arena_init(&run.arena, MAX_TEXT_BYTES);
    register_identities_init(&run.identities);
    describe(&run);
    enum status status = run_all(&run, error);
    for (uint32_t i = 0; i < run.row_count; i++)
        outline_release(run.outlines, run.rows[i].outline);
    free(run.rows);
    outlines_close(run.outlines);
    table_close(run.table);
    register_identities_release(&run.identities);
    arena_release(&run.arena);
    return status;
}
