#include "data/residents_import.h"

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

#include "geo/crs.h"
#include "geo/plain.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_POINTS = 2000000,
    MAX_TEXT_BYTES = 512 << 20, /* all of a file's */
    REASON_BYTES = 200
};

enum column { ID, LON, LAT, RESIDENTS, CHILDREN, COLUMN_COUNT };
static const char *const column_names[COLUMN_COUNT] = {"id", "lon", "lat", "residents",
                                                       "children_under_3"};

struct row_resident {
    struct resident_record record;
    uint64_t line;
};

/* One import on its way. */
struct running {
    struct store *store;
    const struct region *region;
    const struct residents_import_options *options;
    struct import_report *report;
    const char *path;
    struct table *table;
    int32_t columns[COLUMN_COUNT]; /* of the file; -1 = not there */
    uint32_t column_count;
    struct crs_transform *transform;
    struct outlines *outlines;
    struct community_locator locator;
    struct register_identities identities;
    struct row_resident *rows; /* the accepted ones */
    uint32_t row_count, row_capacity;
    struct arena arena;
};

/* The file ------------------------------------------------------------------------------------------ */

static int32_t find_column(const char *const *names, uint32_t count, const char *wanted)
{
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(names[i], wanted) == 0)
            return (int32_t)i;
    return -1;
}

static void note_unused(struct running *run, const char *const *names, uint32_t count)
{
    struct import_report *report = run->report;
    report->unused_columns = arena_calloc(&report->arena, count, sizeof *report->unused_columns);
    for (uint32_t i = 0; report->unused_columns && i < count; i++) {
        bool used = false;
        for (int column = 0; column < COLUMN_COUNT; column++)
            used |= run->columns[column] == (int32_t)i;
        if (!used)
            report->unused_columns[report->unused_count++] = import_report_text(report, names[i]);
    }
}

static enum status bind(struct running *run, struct error *error)
{
    const struct residents_columns *columns = &run->options->columns;
    const char *const given[COLUMN_COUNT] = {columns->id, columns->lon, columns->lat,
                                             columns->residents, columns->children};
    uint32_t count;
    const char *const *names = table_columns(run->table, &count);
    run->column_count = count;
    for (int i = 0; i < COLUMN_COUNT; i++) {
        const char *wanted = given[i] ? given[i] : column_names[i];
        run->columns[i] = find_column(names, count, wanted);
        if (run->columns[i] < 0 && (given[i] || i == ID))
            return error_set_parameter(error, STATUS_REJECTED, column_names[i],
                                       "the file has no column '%.60s' for the points' %s", wanted,
                                       column_names[i]);
    }
    if (run->columns[RESIDENTS] < 0 && run->columns[CHILDREN] < 0)
        return error_set(error, STATUS_REJECTED,
                         "the file has neither a column '%s' nor a column '%s'",
                         column_names[RESIDENTS], column_names[CHILDREN]);
    if ((run->columns[LON] < 0) != (run->columns[LAT] < 0))
        return error_set(error, STATUS_REJECTED, "the file has a column '%s' but none '%s'",
                         column_names[run->columns[LON] < 0 ? LAT : LON],
                         column_names[run->columns[LON] < 0 ? LON : LAT]);
    run->report->format = import_report_text(run->report, table_format(run->table));
    run->report->row_word = table_row_word(run->table);
    note_unused(run, names, count);
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
    if (declared && !register_same_system(declared, run->options->coordsys))
        return error_set_parameter(error, STATUS_INVALID, "coordsys",
                                   "--coordsys is %.60s, but the file says that its coordinates "
                                   "are %.60s",
                                   run->options->coordsys, declared);
    return bind(run, error);
}

/* Rows ---------------------------------------------------------------------------------------------- */

/* A row that does not come in: which column is at fault, its value, and why. */
struct refusal {
    int column; /* -1 = the row as a whole */
    char value[64];
    char reason[REASON_BYTES];
};

__attribute__((format(printf, 4, 5))) static bool refuse(struct refusal *refusal, int column,
                                                         const char *value, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(refusal->reason, sizeof refusal->reason, format, args);
    va_end(args);
    refusal->column = column;
    size_t given = value ? strlen(value) : 0, room = sizeof refusal->value - 1;
    size_t length = value ? text_utf8_length(value, given < room ? given : room) : 0;
    memcpy(refusal->value, value ? value : "", length);
    refusal->value[length] = '\0';
    return false;
}

/* A cell's text, trimmed; length 0 where there is none. */
static const char *cell(const struct running *run, const struct table_row *row, enum column column,
                        size_t *length)
{
    int32_t number = run->columns[column];
    *length = 0;
    if (number < 0)
        return "";
    const char *text = row->cells[number].text;
    *length = row->cells[number].length;
    text_trim(&text, length);
    return text;
}

static bool read_count(const struct running *run, const struct table_row *row, enum column column,
                       int32_t *count, struct refusal *refusal)
{
    size_t length;
    const char *text = cell(run, row, column, &length);
    *count = NONE;
    if (length == 0 || cell_count(text, length, count))
        return true;
    return refuse(refusal, (int)column, row->cells[run->columns[column]].text,
                  "not a count from 0 to 1,000,000");
}

/* The point as given, in the file's own system. */
static bool read_xy(struct running *run, const struct table_row *row, double *x, double *y,
                    struct refusal *refusal)
{
    size_t lon_length, lat_length;
    const char *lon = cell(run, row, LON, &lon_length), *lat = cell(run, row, LAT, &lat_length);
    if (row->has_point) {
        *x = row->x;
        *y = row->y;
        return true;
    }
    if (row->geometry) {
        struct error why;
        struct geo_point inside;
        if (outline_point(run->outlines, row->geometry, row->geometry_length, &inside, &why))
            return refuse(refusal, -1, NULL, "%s", why.message);
        *x = inside.lon;
        *y = inside.lat;
        return true;
    }
    if (lon_length == 0 || lat_length == 0)
        return refuse(refusal, -1, NULL, "no coordinates");
    if (!cell_number(lon, lon_length, x))
        return refuse(refusal, LON, row->cells[run->columns[LON]].text, "not a number");
    if (!cell_number(lat, lat_length, y))
        return refuse(refusal, LAT, row->cells[run->columns[LAT]].text, "not a number");
    return true;
}

/* What a point outside the region's bounds would have to be read as to be inside. */
static const char *what_would_fit(const struct running *run, double x, double y)
{
    struct error ignored;
    struct geo_point point;
    if (crs_transform_point(run->transform, y, x, &point, &ignored) == STATUS_OK &&
        geo_box_contains(run->region->bounds, point))
        return "; it fits with the axes exchanged";
    point = (struct geo_point){x, y};
    if (geo_point_is_valid(point) &&
        geo_box_contains(run->region->bounds, crs_to_wgs84(COORDSYS_GCJ02, point)))
        return "; it fits as gcj02";
    return "";
}

static bool place(struct running *run, const struct table_row *row, struct resident_record *record,
                  struct refusal *refusal)
{
    double x, y;
    struct geo_point point;
    struct error why;
    if (!read_xy(run, row, &x, &y, refusal))
        return false;
    if (x == 0 && y == 0)
        return refuse(refusal, -1, NULL, "the point is 0, 0");
    if (crs_transform_point(run->transform, x, y, &point, &why))
        return refuse(refusal, -1, NULL, "%s%s", why.message, what_would_fit(run, x, y));
    if (!geo_box_contains(run->region->bounds, point))
        return refuse(refusal, -1, NULL, "%.7g, %.7g lies outside the region%s", x, y,
                      what_would_fit(run, x, y));
    record->lon_e7 = geo_e7(point.lon);
    record->lat_e7 = geo_e7(point.lat);
    int32_t at =
        community_locator_at(&run->locator, geo_point_from_e7(record->lon_e7, record->lat_e7));
    record->community = at == COMMUNITY_NONE ? NULL : run->locator.communities[at].code;
    return true;
}

static bool read_record(struct running *run, const struct table_row *row,
                        struct resident_record *record, struct refusal *refusal)
{
    size_t length;
    if (row->cell_count != run->column_count)
        return refuse(refusal, -1, NULL, "the row has %u cells, the file %u columns",
                      row->cell_count, run->column_count);
    const char *id = cell(run, row, ID, &length);
    char *copy = length && length <= ID_MAX_BYTES ? arena_copy(&run->arena, id, length) : NULL;
    if (!copy || !plain_make(copy, length))
        return refuse(refusal, ID, row->cells[run->columns[ID]].text,
                      "no id: empty, or longer than %d bytes", ID_MAX_BYTES);
    record->source_id = copy;
    if (!read_count(run, row, RESIDENTS, &record->residents, refusal) ||
        !read_count(run, row, CHILDREN, &record->children, refusal))
        return false;
    if (record->residents != NONE && record->children > record->residents)
        return refuse(refusal, CHILDREN, row->cells[run->columns[CHILDREN]].text,
                      "more children than the %d residents", record->residents);
    return place(run, row, record, refusal);
}

static enum status add_row(struct running *run, const struct row_resident *resident,
                           struct error *error)
{
    if (run->row_count == MAX_POINTS)
        return error_set(error, STATUS_LIMIT, "more than %d resident points", MAX_POINTS);
    if (run->row_count == run->row_capacity) {
        uint32_t capacity = run->row_capacity ? run->row_capacity * 2 : 1024;
        struct row_resident *grown = realloc(run->rows, capacity * sizeof *grown);
        if (!grown)
            return error_memory(error, "importing residents");
        run->rows = grown;
        run->row_capacity = capacity;
    }
    run->rows[run->row_count++] = *resident;
    return STATUS_OK;
}

static enum status read_row(struct running *run, const struct table_row *row, struct error *error)
{
    struct row_resident resident = {.line = row->line};
    struct refusal refusal = {0};
    enum status status = STATUS_OK;
    bool accepted = read_record(run, row, &resident.record, &refusal);
    const char *id = resident.record.source_id;
    if (id)
        status = register_identities_add(&run->identities, id, row->line, error);
    if (status)
        return status;
    if (accepted)
        return add_row(run, &resident, error);
    import_report_reject(run->report, &(struct import_entry){
                                          row->line, id,
                                          refusal.column < 0 ? NULL : column_names[refusal.column],
                                          refusal.value[0] ? refusal.value : NULL, refusal.reason});
    return STATUS_OK;
}

/* An id twice: both rows are rejected. */
static void drop_duplicates(struct running *run)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < run->row_count; i++) {
        struct row_resident *row = &run->rows[i];
        const struct register_identity *known =
            register_identities_find(&run->identities, row->record.source_id);
        if (!known || !known->other_line) {
            run->rows[kept++] = *row;
            continue;
        }
        import_report_reject(
            run->report, &(struct import_entry){row->line, row->record.source_id, column_names[ID],
                                                row->record.source_id, "the id stands twice"});
    }
    run->row_count = kept;
}

static void warn_of_strays(struct running *run)
{
    for (uint32_t i = 0; i < run->row_count && run->locator.count; i++) {
        const struct row_resident *row = &run->rows[i];
        if (!row->record.community)
            import_report_warn(
                run->report, IMPORT_IN_NO_COMMUNITY,
                &(struct import_entry){row->line, row->record.source_id, NULL, NULL, NULL});
    }
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
    if (!status) {
        drop_duplicates(run);
        warn_of_strays(run);
    }
    return status;
}

/* The store ------------------------------------------------------------------------------------------ */

static int by_source_id(const void *a, const void *b)
{
    return strcmp(((const struct resident_record *)a)->source_id,
                  ((const struct resident_record *)b)->source_id);
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_resident(const struct resident_record *a, const struct resident_record *b)
{
    return a->lon_e7 == b->lon_e7 && a->lat_e7 == b->lat_e7 && a->residents == b->residents &&
           a->children == b->children && same_text(a->community, b->community);
}

/* Both ascending by id, walked side by side. */
static void count_changes(struct import_report *report, const struct resident_record *old,
                          uint32_t old_count, const struct resident_record *new, uint32_t new_count)
{
    uint32_t i = 0, j = 0;
    while (i < old_count || j < new_count) {
        int order = i == old_count   ? 1
                    : j == new_count ? -1
                                     : strcmp(old[i].source_id, new[j].source_id);
        if (order == 0) {
            bool same = same_resident(&old[i], &new[j]);
            report->unchanged += same;
            report->changed += !same;
        } else if (order < 0) {
            report->closed++;
        } else {
            report->accepted++;
        }
        i += order <= 0;
        j += order >= 0;
    }
}

static enum status replace(struct running *run, struct error *error)
{
    struct resident_record *old, *new = arena_calloc(&run->arena, run->row_count + 1, sizeof *new);
    uint32_t old_count;
    if (!new)
        return error_memory(error, "importing residents");
    for (uint32_t i = 0; i < run->row_count; i++)
        new[i] = run->rows[i].record;
    if (run->row_count)
        qsort(new, run->row_count, sizeof *new, by_source_id);
    enum status status =
        store_residents(run->store, run->region->name, &run->arena, &old, &old_count, error);
    if (status)
        return status;
    struct import_report *report = run->report;
    count_changes(report, old, old_count, new, run->row_count);
    if (!report->accepted && !report->changed && !report->closed)
        return STATUS_OK; /* the same file twice changes nothing */
    return store_residents_replace(run->store, run->region->name, report->source, new,
                                   run->row_count, error);
}

static enum status write_all(struct running *run, struct error *error)
{
    struct import_report *report = run->report;
    enum status status = replace(run, error);
    if (status)
        return status;
    if (run->row_count == 0)
        report->refused = "no row could be taken, and the residents that are there stay";
    else if (run->options->strict && import_report_has_rejections(report))
        report->refused = "rows are rejected, and --strict takes all or nothing";
    return import_record_finish(run->store, run->report, run->options->now, error);
}

static enum status run_all(struct running *run, struct error *error)
{
    enum status status = crs_transform_open(run->options->coordsys, &run->transform, error);
    if (status)
        return status;
    status = outlines_open(&run->outlines, error);
    if (!status)
        status = community_locator_init(&run->locator, run->store, run->region->name, error);
    if (!status)
        status = read_rows(run, error);
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
    import_record_describe(run->report, run->region, run->path, run->options->source,
                           run->options->coordsys);
    run->report->as_of = run->options->as_of;
    run->report->dry_run = run->options->dry_run;
}

enum status residents_import_run(struct store *store, const struct region *region, const char *path,
                                 const struct residents_import_options *options,
                                 struct import_report *report, struct error *error)
{
    import_report_init(report, "residents");
    struct running run = {
        .store = store, .region = region, .options = options, .report = report, .path = path};
    arena_init(&run.arena, MAX_TEXT_BYTES);
    register_identities_init(&run.identities);
    describe(&run);
    enum status status = run_all(&run, error);
    free(run.rows);
    community_locator_release(&run.locator);
    outlines_close(run.outlines);
    crs_transform_close(run.transform);
    table_close(run.table);
    register_identities_release(&run.identities);
    arena_release(&run.arena);
    return status;
}
