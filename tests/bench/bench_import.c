/*
 * A register file of seeded facilities, 100,000 rows with 3 groups and 4 offers on average, through
 * `import register`: into a new SQLite store, and again (which changes nothing); and reading alone,
 * without a store. What was imported is counted against the seed in the run itself.
 *
 * bench_import [ROWS]
 */
#include "data/calendar.h"
#include "data/register_import.h"
#include "data/register_row.h"
#include "tests/bench/seed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { DEFAULT_ROWS = 100000, WANTED_ROWS_PER_SECOND = 20000, MAPPING_BYTES = 1 << 16 };

/* Groups and offers that the file has, from the seed. */
struct totals {
    uint64_t facilities, groups, offers;
};

__attribute__((noreturn)) static void fail(const char *doing, const struct error *error)
{
    fprintf(stderr, "bench_import: %s: %s\n", doing, error ? error->message : "");
    exit(1);
}

/* Processor time of this process: what a machine that is busy otherwise does not change. The disk's
 * part is small: one commit. */
static double cpu_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double now_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

struct spent {
    double wall_s, cpu_s;
};

static struct spent begin(void)
{
    return (struct spent){now_s(), cpu_s()};
}

static void end(struct spent *spent)
{
    spent->wall_s = now_s() - spent->wall_s;
    spent->cpu_s = cpu_s() - spent->cpu_s;
}

/* The file ------------------------------------------------------------------------------------------ */

static void write_header(FILE *out)
{
    fprintf(out, "id,name,name_en,kind,ownership,state,community,address,lon,lat,opened_on,"
                 "inclusive,licensed_total,open,close");
    for (int g = 1; g <= SEED_MAX_GROUPS; g++) {
        fprintf(out, ",g%d_from,g%d_to,g%d_licensed,g%d_staffed,g%d_enrolled,g%d_held,g%d_as_of", g,
                g, g, g, g, g, g);
        for (int care = 0; care < CARE_COUNT; care++)
            fprintf(out, ",g%d_%s", g, care_code(care));
    }
    fputc('\n', out);
}

static void write_count(FILE *out, int32_t count)
{
    if (count == NONE)
        fputc(',', out);
    else
        fprintf(out, ",%d", count);
}

static void write_day(FILE *out, day_t day)
{
    char text[11] = "";
    if (day != DAY_NONE)
        day_format(day, text);
    fprintf(out, ",%s", text);
}

/* The price of the group's offer of a care type; 0: it has none. One offer of each is enough. */
static int32_t find_price(const struct facility_bundle *bundle, uint32_t group, int care)
{
    for (uint32_t i = 0; i < bundle->offer_count; i++)
        if (bundle->offer_groups[i] == group && bundle->offers[i].care == care)
            return bundle->offers[i].price == NONE ? 100 : bundle->offers[i].price;
    return 0;
}

static void write_group(FILE *out, const struct facility_bundle *bundle, uint32_t number,
                        struct totals *totals)
{
    if (number >= bundle->group_count) {
        fprintf(out, ",,,,,,,,,,,");
        return;
    }
    const struct group_record *group = &bundle->groups[number];
    const struct places_record *places = &bundle->places[number];
    char as_of[21] = "";
    if (places->as_of != TIME_NONE)
        moment_format(places->as_of, as_of);
    write_count(out, group->age_from_m);
    write_count(out, group->age_to_m);
    fprintf(out, ",%d", group->licensed == NONE ? 0 : group->licensed);
    write_count(out, places->staffed);
    write_count(out, places->enrolled);
    write_count(out, places->held);
    fprintf(out, ",%s", as_of);
    totals->groups++;
    for (int care = 0; care < CARE_COUNT; care++) {
        int32_t price = find_price(bundle, number, care);
        if (price > 0)
            fprintf(out, ",%d.%02d", price / 100, price % 100);
        else
            fputc(',', out);
        totals->offers += price > 0;
    }
}

static void write_row(FILE *out, const struct seed_facility *seeded, struct totals *totals)
{
    const struct facility_bundle *bundle = &seeded->bundle;
    const struct facility_record *facility = &bundle->facility;
    const char *kind = kind_code(facility->kind), *ownership = ownership_code(facility->ownership);
    fprintf(out, "%s,%s,%s,%s,%s,%s,%s,\"%s\",%.7f,%.7f", facility->source_id, facility->name,
            facility->name_en ? facility->name_en : "", kind ? kind : "",
            ownership ? ownership : "", state_code(facility->state),
            facility->declared_community ? facility->declared_community : "",
            facility->address ? facility->address : "", facility->lon_e7 / 1e7,
            facility->lat_e7 / 1e7);
    write_day(out, facility->opened_on);
    fprintf(out, ",%s", facility->inclusive == YES ? "yes" : "no");
    write_count(out, facility->licensed_total);
    fprintf(out, ",08:00,18:00");
    for (uint32_t group = 0; group < SEED_MAX_GROUPS; group++)
        write_group(out, bundle, group, totals);
    fputc('\n', out);
    totals->facilities++;
}

static void write_file(const char *path, const struct seed *seed, struct totals *totals)
{
    static struct seed_facility facility;
    FILE *out = fopen(path, "w");
    if (!out)
        fail("writing the register", NULL);
    write_header(out);
    for (uint32_t i = 0; i < seed->count; i++) {
        seed_facility(seed, i, &facility);
        write_row(out, &facility, totals);
    }
    if (fclose(out) != 0)
        fail("writing the register", NULL);
}

/* A mapping of 5 groups with up to 4 offers each. */
static void write_mapping(char *json)
{
    char *at = json;
    at += sprintf(at, "{\"version\":1,\"source\":\"seed\",\"identity\":\"id\","
                      "\"coordinates\":{\"x\":\"lon\",\"y\":\"lat\"},\"fields\":{");
    static const char *const fields[] = {"name",      "name_en",       "kind",    "ownership",
                                         "state",     "community",     "address", "opened_on",
                                         "inclusive", "licensed_total"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        at += sprintf(at, "%s\"%s\":\"%s\"", i ? "," : "", fields[i], fields[i]);
    at += sprintf(at, "},\"hours\":[{\"open\":\"open\",\"close\":\"close\"}],\"groups\":[");
    for (int g = 1; g <= SEED_MAX_GROUPS; g++)
        at += sprintf(at,
                      "%s{\"id\":\"g%d\",\"when\":{\"column\":\"g%d_licensed\",\"empty\":false},"
                      "\"ages\":{\"from\":\"g%d_from\",\"to\":\"g%d_to\",\"unit\":\"months\"},"
                      "\"licensed\":\"g%d_licensed\",\"places\":{\"as_of\":\"g%d_as_of\","
                      "\"staffed\":\"g%d_staffed\",\"enrolled\":\"g%d_enrolled\","
                      "\"held\":\"g%d_held\"}}",
                      g > 1 ? "," : "", g, g, g, g, g, g, g, g, g);
    at += sprintf(at, "],\"offers\":[");
    for (int care = 0; care < CARE_COUNT; care++)
        for (int g = 1; g <= SEED_MAX_GROUPS; g++)
            at +=
                sprintf(at,
                        "%s{\"id\":\"g%d-%d\",\"groups\":[\"g%d\"],\"when\":{\"column\":\"g%d_%s\","
                        "\"empty\":false},\"care\":{\"constant\":\"%s\"},\"price\":\"g%d_%s\","
                        "\"price_unit\":{\"constant\":\"%s\"}}",
                        care + g > 1 ? "," : "", g, care, g, g, care_code(care), care_code(care), g,
                        care_code(care), care < 2 ? "month" : "hour");
    sprintf(at, "]}");
}

/* Runs ---------------------------------------------------------------------------------------------- */

static uint64_t count_rows(struct store *store, enum store_rows rows, day_t day)
{
    union {
        struct facility_record facility;
        struct group_record group;
        struct offer_record offer;
    } record;
    struct store_scan *scan;
    struct error error;
    bool more = true;
    uint64_t count = 0;
    if (store_scan_open(store, rows, day, &scan, &error))
        fail("counting", &error);
    while (store_scan_next(scan, &record, &more, &error) == STATUS_OK && more)
        count++;
    store_scan_close(scan);
    return count;
}

static struct spent run_import(struct store *store, const struct region *region, const char *path,
                               const struct register_import_options *options, uint64_t accepted,
                               uint64_t unchanged)
{
    struct import_report report;
    struct error error;
    struct spent spent = begin();
    if (register_import_run(store, region, path, options, &report, &error))
        fail("importing", &error);
    end(&spent);
    if (report.accepted != accepted || report.unchanged != unchanged) {
        import_report_print(&report, stderr);
        fail("not what the seed has", NULL);
    }
    import_report_release(&report);
    return spent;
}

/* Reading the file and making facilities of its rows, without a store. */
static struct spent run_reading(const struct region *region, const char *path,
                                const struct register_import_options *options)
{
    static struct register_row out;
    struct table *table;
    struct register_reader reader;
    struct table_row row;
    struct arena arena;
    struct error error;
    uint32_t count;
    const char *column;
    bool more = true;
    struct spent spent = begin();
    arena_init(&arena, 1 << 20);
    if (table_open(path, NULL, &table, &error))
        fail("reading", &error);
    const char *const *columns = table_columns(table, &count);
    if (register_reader_init(&reader, options->mapping, region, "seed", options->as_of,
                             options->now, columns, count, &error))
        fail("reading", &error);
    for (;;) {
        if (table_next(table, &row, &more, &error))
            fail("reading", &error);
        if (!more)
            break;
        arena_reset(&arena);
        const char *id = register_row_identity(&reader, &row, &arena, &column);
        if (register_row_read(&reader, &row, id, &arena, &out, &error))
            fail("reading", &error);
    }
    register_reader_release(&reader);
    table_close(table);
    arena_release(&arena);
    end(&spent);
    return spent;
}

static void print_line(const char *what, uint32_t rows, struct spent spent)
{
    printf("%-44s %6.2f s %8.0f rows/s; processor %6.2f s %8.0f rows/s\n", what, spent.wall_s,
           rows / spent.wall_s, spent.cpu_s, rows / spent.cpu_s);
}

static void remove_folder(const char *folder)
{
    static const char *const names[] = {"register.csv", "bench.db",      "bench.db-wal",
                                        "bench.db-shm", "bench.db.lock", "bench.db.sock"};
    char path[128];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    if (rmdir(folder) != 0)
        fprintf(stderr, "bench_import: %s is left\n", folder);
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/tuoyu-bench-XXXXXX", csv[64], database[64];
    static char json[MAPPING_BYTES];
    struct seed seed = {.seed = 1, .count = DEFAULT_ROWS, .now = 1795600000};
    struct totals totals = {0};
    struct error error;
    struct region region;
    struct mapping mapping;
    struct store *store = NULL;
    if (argc > 1)
        seed.count = (uint32_t)strtoul(argv[1], NULL, 10);
    if (!mkdtemp(folder))
        fail("making a folder", NULL);
    snprintf(csv, sizeof csv, "%s/register.csv", folder);
    snprintf(database, sizeof database, "%s/bench.db", folder);
    write_file(csv, &seed, &totals);
    write_mapping(json);
    if (mapping_parse(json, strlen(json), &mapping, &error) ||
        region_parse(seed_region_json(), strlen(seed_region_json()), &region, &error) ||
        store_open(database, STORE_CREATE, &store, &error) || store_begin(store, &error) ||
        store_region_put(store, SEED_REGION, seed_region_json(), &error) ||
        store_commit(store, &error))
        fail("preparing", &error);
    struct stat info;
    if (stat(csv, &info) != 0)
        fail("looking at the register", NULL);
    struct register_import_options options = {.coordsys = "wgs84",
                                              .as_of = (day_t)(seed.now / 86400),
                                              .now = seed.now,
                                              .mapping = &mapping};
    printf("%u rows, %.1f groups and %.1f offers a row, %.0f MB\n", seed.count,
           (double)totals.groups / seed.count, (double)totals.offers / seed.count,
           (double)info.st_size / 1e6);
    struct spent reading = run_reading(&region, csv, &options);
    print_line("read and convert, no store", seed.count, reading);
    struct spent first = run_import(store, &region, csv, &options, seed.count, 0);
    print_line("import into SQLite (wanted: 20000 rows/s)", seed.count, first);
    if (count_rows(store, STORE_ROWS_FACILITIES, options.as_of) != totals.facilities ||
        count_rows(store, STORE_ROWS_GROUPS, options.as_of) != totals.groups ||
        count_rows(store, STORE_ROWS_OFFERS, options.as_of) != totals.offers)
        fail("the store does not hold what the seed has", NULL);
    struct spent again = run_import(store, &region, csv, &options, 0, seed.count);
    print_line("the same again: nothing changes", seed.count, again);
    store_close(store);
    mapping_release(&mapping);
    region_release(&region);
    remove_folder(folder);
    if (seed.count / first.wall_s < WANTED_ROWS_PER_SECOND)
        fprintf(stderr, "bench_import: slower than wanted\n");
    return 0;
}
