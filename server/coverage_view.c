#include "server/coverage_view.h"

#include "data/calendar.h"

#include <math.h>
#include <stdlib.h>

static const char *const level_names[COVERAGE_LEVELS] = {"reachable", "open"};

static bool is_shown(const struct coverage_view *view, uint32_t care)
{
    return view->cares >> care & 1;
}

/* The communities that are shown: one, or all. */
static const struct coverage_entry *first_entry(const struct coverage_view *view, uint32_t *count)
{
    *count = view->community ? 1 : view->run->community_count;
    return view->community ? coverage_run_find(view->run, view->community) : view->run->communities;
}

static double share_of(const struct coverage_entry *entry, const struct coverage_cell *cell)
{
    return entry->state == COVERAGE_RUN_KNOWN ? coverage_share(entry->figures, cell) : (double)NAN;
}

static double off_network_share(const struct coverage_entry *entry)
{
    return entry->figures->off_network_weight / entry->figures->weight; /* NaN without weight */
}

/* Up, so that nobody is promised less of a walk than it is; a limit that is met is met. */
static double shown_minutes(const struct coverage_run *run, const struct coverage_entry *entry,
                            uint32_t mm)
{
    return entry->state == COVERAGE_RUN_KNOWN
               ? ceil(coverage_run_minutes(run, mm) * 10 * (1 - 1e-12)) / 10
               : (double)NAN;
}

bool coverage_view_is(const struct coverage_view *view, const struct coverage_entry *entry,
                      uint32_t care, uint32_t level)
{
    const struct coverage_cell *cells = entry->figures->cells[care][view->age];
    return share_of(entry, &cells[level]) >= view->run->community_share; /* NaN is not */
}

bool coverage_view_is_missing(const struct coverage_view *view, const struct coverage_entry *entry,
                              uint32_t care)
{
    return entry->state != COVERAGE_RUN_NO_DATA &&
           entry->figures->located[coverage_bit(care, view->age)] == 0 &&
           !coverage_view_is(view, entry, care, COVERAGE_REACHABLE);
}

/* Columns ---------------------------------------------------------------------------------------- */

enum { NAME_BYTES = 40, MISSING_BYTES = 64 };

/* One figure of an entry: a text (NULL = unknown) or a number (NaN = unknown). */
struct column {
    char name[NAME_BYTES];
    bool is_text;
    const char *text;
    double number;
    unsigned decimals;
    char own[MISSING_BYTES];
};

typedef void column_visitor(void *context, const struct column *column);

struct visit {
    column_visitor *visitor;
    void *context;
};

static void visit_text(const struct visit *visit, const char *name, const char *text)
{
    struct column column = {.is_text = true, .text = text};
    snprintf(column.name, sizeof column.name, "%s", name);
    visit->visitor(visit->context, &column);
}

static void visit_number(const struct visit *visit, const char *name, double number,
                         unsigned decimals)
{
    struct column column = {.number = number, .decimals = decimals};
    snprintf(column.name, sizeof column.name, "%s", name);
    visit->visitor(visit->context, &column);
}

static void visit_count(const struct visit *visit, const char *name, int32_t count)
{
    visit_number(visit, name, count == NONE ? (double)NAN : count, 0);
}

/* "hourly drop_in"; of the care types that are shown. NULL where nothing may be said. */
static const char *join_missing(const struct coverage_view *view,
                                const struct coverage_entry *entry, char text[MISSING_BYTES])
{
    size_t length = 0;
    text[0] = 0;
    for (uint32_t care = 0; care < CARE_COUNT; care++)
        if (is_shown(view, care) && coverage_view_is_missing(view, entry, care))
            length += (size_t)snprintf(text + length, MISSING_BYTES - length, "%s%s",
                                       length ? " " : "", care_code((int)care));
    return entry->state == COVERAGE_RUN_NO_DATA ? NULL : text;
}

static void visit_care(const struct coverage_view *view, const struct coverage_entry *entry,
                       uint32_t care, const struct visit *visit)
{
    const struct coverage_cell *cells = entry->figures->cells[care][view->age];
    const struct {
        const char *what;
        double number;
        unsigned decimals;
    } figures[] = {
        {"located", entry->figures->located[coverage_bit(care, view->age)], 0},
        {"reachable", share_of(entry, &cells[COVERAGE_REACHABLE]), 4},
        {"open", share_of(entry, &cells[COVERAGE_OPEN]), 4},
        {"median_minutes", shown_minutes(view->run, entry, cells[COVERAGE_REACHABLE].median_mm), 1},
        {"p90_minutes", shown_minutes(view->run, entry, cells[COVERAGE_REACHABLE].p90_mm), 1}};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        char name[NAME_BYTES];
        snprintf(name, sizeof name, "%s_%s", care_code((int)care), figures[i].what);
        visit_number(visit, name, figures[i].number, figures[i].decimals);
    }
}

/* Every column of an entry, in order: the one list behind CSV and GeoJSON. */
static void visit_columns(const struct coverage_view *view, const struct coverage_entry *entry,
                          const struct visit *visit)
{
    char missing[MISSING_BYTES];
    visit_text(visit, "community", entry->code);
    visit_text(visit, "name", entry->name);
    visit_text(visit, "name_en", entry->name_en);
    visit_text(visit, "street", entry->street);
    visit_text(visit, "state", coverage_run_state_code(entry->state));
    visit_count(visit, "residents", entry->residents);
    visit_count(visit, "children", entry->children);
    visit_number(visit, "off_network_share", off_network_share(entry), 4);
    for (uint32_t care = 0; care < CARE_COUNT; care++)
        if (is_shown(view, care))
            visit_care(view, entry, care, visit);
    visit_text(visit, "missing", join_missing(view, entry, missing));
    visit_count(visit, "facilities", entry->facilities);
    visit_count(visit, "places", entry->places);
    visit_count(visit, "places_staff_only", entry->places_staff_only);
    visit_number(visit, "places_per_1000", entry->places_per_1000, 2);
    visit_number(visit, "public_places_per_1000", entry->public_places_per_1000, 2);
    visit_number(visit, "standard_per_1000", entry->standard_per_1000, 2);
    visit_count(visit, "places_needed", entry->places_needed);
    visit_number(visit, "access_e2sfca", entry->access, 4);
    visit_number(visit, "access_2sfca", entry->access_plain, 4);
}

/* CSV -------------------------------------------------------------------------------------------- */

struct csv_line {
    FILE *out;
    bool is_head, comma;
};

/* What would be a formula is made text by an apostrophe. */
static void write_csv_text(const char *text, FILE *out)
{
    putc('"', out);
    if (text[0] && strchr("=+-@\t\r", text[0]))
        putc('\'', out);
    for (; *text; text++) {
        if (*text == '"')
            putc('"', out);
        putc(*text, out);
    }
    putc('"', out);
}

static void write_csv_column(void *context, const struct column *column)
{
    struct csv_line *line = context;
    if (line->comma)
        putc(',', line->out);
    line->comma = true;
    if (line->is_head)
        fputs(column->name, line->out);
    else if (column->is_text && column->text)
        write_csv_text(column->text, line->out);
    else if (!column->is_text && !isnan(column->number))
        fprintf(line->out, "%.*f", (int)column->decimals, column->number);
}

static void write_csv_line(const struct coverage_view *view, const struct coverage_entry *entry,
                           bool is_head, FILE *out)
{
    struct csv_line line = {.out = out, .is_head = is_head};
    const struct visit visit = {write_csv_column, &line};
    visit_columns(view, entry, &visit);
    fputs("\r\n", out);
}

void coverage_view_csv(const struct coverage_view *view, FILE *out)
{
    uint32_t count;
    const struct coverage_entry *entries = first_entry(view, &count);
    fputs("\xEF\xBB\xBF", out);
    write_csv_line(view, &view->run->whole, true, out);
    for (uint32_t i = 0; i < count; i++)
        write_csv_line(view, &entries[i], false, out);
    if (!view->community)
        write_csv_line(view, &view->run->whole, false, out);
}

/* GeoJSON and JSON ------------------------------------------------------------------------------- */

static void write_run(const struct coverage_view *view, struct json *out)
{
    const struct coverage_run *run = view->run;
    char day[11], made_for[21];
    day_format(run->day, day);
    moment_format(run->made_for, made_for);
    json_key(out, "run");
    json_object_begin(out);
    json_key(out, "parameters");
    json_object_begin(out);
    json_key_text(out, "region", run->region);
    json_key_text(out, "profile", run->profile.name);
    json_key_fixed(out, "speed_m_s", run->profile.speed_m_s, 3);
    json_key_fixed(out, "minutes", run->minutes, 3);
    json_key_text(out, "age", coverage_age_code(view->age));
    json_key_bool(out, "inclusive", run->inclusive);
    json_object_end(out);
    json_key_text(out, "weight", run->weighs_children ? "children" : "residents");
    json_key_text(out, "residents_from", resident_source_code(run->source));
    json_key_int(out, "resident_points", run->resident_points);
    json_key_bool(out, "has_network", run->has_network);
    json_key_fixed(out, "community_share", run->community_share, 4);
    json_key_fixed(out, "empty_supply", run->empty_supply, 0);
    json_key_int(out, "dataset", (int64_t)run->dataset_generation);
    json_key_text(out, "day", day);
    json_key_text(out, "time", made_for);
    json_object_end(out);
}

/* By code: a kept run may be of another dataset. NULL = none, or no such community any more. */
static const char *find_outline(const struct dataset *dataset, const char *code)
{
    for (uint32_t i = 0; i < dataset->community_count; i++)
        if (strcmp(dataset->communities[i].code, code) == 0)
            return dataset->communities[i].outline;
    return NULL;
}

static void write_property(void *context, const struct column *column)
{
    struct json *out = context;
    if (column->is_text)
        json_key_text(out, column->name, column->text);
    else
        json_key_fixed(out, column->name, column->number, column->decimals);
}

void coverage_view_geojson(const struct coverage_view *view, struct json *out)
{
    uint32_t count;
    const struct coverage_entry *entries = first_entry(view, &count);
    json_object_begin(out);
    json_key_text(out, "type", "FeatureCollection");
    write_run(view, out);
    json_key(out, "features");
    json_array_begin(out);
    for (uint32_t i = 0; i < count; i++) {
        const char *outline = find_outline(view->dataset, entries[i].code);
        const struct visit visit = {write_property, out};
        json_object_begin(out);
        json_key_text(out, "type", "Feature");
        json_key_text(out, "id", entries[i].code);
        json_key(out, "geometry");
        if (outline)
            json_fragment(out, outline, strlen(outline));
        else
            json_nothing(out);
        json_key(out, "properties");
        json_object_begin(out);
        visit_columns(view, &entries[i], &visit);
        json_object_end(out);
        json_object_end(out);
    }
    json_array_end(out);
    json_object_end(out);
}

static void write_care(const struct coverage_view *view, const struct coverage_entry *entry,
                       uint32_t care, struct json *out)
{
    const struct coverage_cell *cells = entry->figures->cells[care][view->age];
    json_key(out, care_code((int)care));
    json_object_begin(out);
    json_key_int(out, "located", entry->figures->located[coverage_bit(care, view->age)]);
    for (uint32_t level = 0; level < COVERAGE_LEVELS; level++)
        json_key_fixed(out, level_names[level], share_of(entry, &cells[level]), 4);
    const struct coverage_cell *nearest = &cells[COVERAGE_REACHABLE];
    json_key_fixed(out, "median_minutes", shown_minutes(view->run, entry, nearest->median_mm), 1);
    json_key_fixed(out, "p90_minutes", shown_minutes(view->run, entry, nearest->p90_mm), 1);
    json_key_bool(out, "beyond_60",
                  entry->state == COVERAGE_RUN_KNOWN && nearest->p90_mm == REACH_FAR);
    json_object_end(out);
}

static void write_missing(const struct coverage_view *view, const struct coverage_entry *entry,
                          struct json *out)
{
    if (entry->state == COVERAGE_RUN_NO_DATA) {
        json_key_null(out, "missing");
        return;
    }
    json_key(out, "missing");
    json_array_begin(out);
    for (uint32_t care = 0; care < CARE_COUNT; care++)
        if (is_shown(view, care) && coverage_view_is_missing(view, entry, care))
            json_text(out, care_code((int)care));
    json_array_end(out);
}

static void write_entry(const struct coverage_view *view, const struct coverage_entry *entry,
                        struct json *out)
{
    json_object_begin(out);
    json_key_text(out, "community", entry == &view->run->whole ? NULL : entry->code);
    json_key_text(out, "name", entry->name);
    json_key_text(out, "name_en", entry->name_en);
    json_key_text(out, "street", entry->street);
    json_key_text(out, "state", coverage_run_state_code(entry->state));
    json_key_int_or_null(out, "residents", entry->residents);
    json_key_int_or_null(out, "children", entry->children);
    json_key(out, "care");
    json_object_begin(out);
    for (uint32_t care = 0; care < CARE_COUNT; care++)
        if (is_shown(view, care))
            write_care(view, entry, care, out);
    json_object_end(out);
    write_missing(view, entry, out);
    json_key_fixed(out, "off_network_share", off_network_share(entry), 4);
    json_key_int(out, "facilities", entry->facilities);
    json_key_int(out, "places", entry->places);
    json_key_int(out, "places_staff_only", entry->places_staff_only);
    json_key_fixed(out, "places_per_1000", entry->places_per_1000, 2);
    json_key_fixed(out, "public_places_per_1000", entry->public_places_per_1000, 2);
    json_key_fixed(out, "standard_per_1000", entry->standard_per_1000, 2);
    json_key_int_or_null(out, "places_needed", entry->places_needed);
    json_key_fixed(out, "access", entry->access, 4);
    json_key_fixed(out, "access_2sfca", entry->access_plain, 4);
    json_object_end(out);
}

void coverage_view_json(const struct coverage_view *view, struct json *out)
{
    uint32_t count;
    const struct coverage_entry *entries = first_entry(view, &count);
    json_object_begin(out);
    write_run(view, out);
    json_key(out, "region");
    write_entry(view, &view->run->whole, out);
    json_key(out, "communities");
    json_array_begin(out);
    for (uint32_t i = 0; i < count; i++)
        write_entry(view, &entries[i], out);
    json_array_end(out);
    json_object_end(out);
}
