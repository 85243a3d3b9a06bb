/* Two ways to read the whole register, pulling rows and being handed them, and two backends: all
 * four say the same. (The keys of versions are each backend's own.) */
#include "data/store.h"
#include "tests/bench/seed.h"
#include "tests/test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY = 20780 };

/* What may be left out of rows that are handed over is left out of both. */
static void write_validity(FILE *out, const struct validity *v, bool lean)
{
    fprintf(out, " [%d %d %" PRId64 " %" PRId64 " %s]", v->valid_from, v->valid_to, v->recorded_at,
            v->superseded_at, lean ? "" : v->source);
}

static void write_facility(FILE *out, const struct facility_record *f, bool lean)
{
    const char *texts[] = {f->id,      f->region,  f->source,    f->source_id,         f->name,
                           f->name_en, f->address, f->community, f->declared_community};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        fprintf(out, "%s|", texts[i] ? texts[i] : "(null)");
    fprintf(out, "%s", f->phone ? f->phone : "(null)");
    const int32_t numbers[] = {
        f->lon_e7, f->lat_e7,    f->opens_on,      f->opened_on,       f->filed_on,
        f->staff,  f->closed_on, f->certified,     f->inclusive_since, f->demonstration_since,
        f->kind,   f->staff_on,  f->ownership,     f->licensed_total,  f->registrar,
        f->state,  f->inclusive, f->demonstration, f->point_consent};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        fprintf(out, " %d", numbers[i]);
    fprintf(out, " %" PRId64, f->key);
    write_validity(out, &f->validity, lean);
}

static void write_row(FILE *out, enum store_rows rows, const void *row, bool lean)
{
    if (rows == STORE_ROWS_FACILITIES) {
        write_facility(out, row, lean);
    } else if (rows == STORE_ROWS_GROUPS) {
        const struct group_record *g = row;
        fprintf(out, "%" PRId64 " %" PRId64 " %s %s %d %d %d %d", g->key, g->facility, g->id,
                lean ? "" : g->source_id, g->age_from_m, g->age_to_m, g->licensed, g->admission);
        write_validity(out, &g->validity, lean);
    } else if (rows == STORE_ROWS_OFFERS) {
        const struct offer_record *o = row;
        fprintf(out, "%" PRId64 " %" PRId64 " %s %s %d %d %d %d %d", o->key, o->group, o->id,
                lean ? "" : o->source_id, o->age_from_m, o->age_to_m, o->price, o->price_unit,
                o->care);
        write_validity(out, &o->validity, lean);
    } else if (rows == STORE_ROWS_PLACES) {
        const struct places_record *p = row;
        fprintf(out, "%" PRId64 " %d %" PRId64 " %" PRId64 " %s %d %d %d %d %d %d", p->group,
                p->seq, p->as_of, p->recorded_at, p->source, p->staffed, p->enrolled, p->held,
                p->next_open, p->next_open_from, p->open_until);
    } else if (rows == STORE_ROWS_HOURS) {
        const struct hours_record *h = row;
        fprintf(out, "%d %" PRId64 " %d %d %d", h->owner_kind, h->owner, h->weekdays, h->open_min,
                h->close_min);
    } else if (rows == STORE_ROWS_EXCEPTIONS) {
        const struct hours_exception_record *e = row;
        fprintf(out, "%d %" PRId64 " %d %d %d", e->owner_kind, e->owner, e->day, e->open_min,
                e->close_min);
    } else {
        const struct slot_record *s = row;
        fprintf(out, "%" PRId64 " %d %d %d %d %d %" PRId64, s->offer, s->day, s->from_min,
                s->to_min, s->places, s->taken, s->as_of);
    }
    fputc('\n', out);
}

union row {
    struct facility_record facility;
    struct group_record group;
    struct offer_record offer;
    struct places_record places;
    struct hours_record hours;
    struct hours_exception_record exception;
    struct slot_record slot;
};

struct gathered {
    enum store_rows rows;
    FILE *out;
    uint32_t count, stop_after; /* 0 = never */
};

static enum status gather(void *context, const void *record, struct error *error)
{
    struct gathered *gathered = context;
    write_row(gathered->out, gathered->rows, record, true);
    return ++gathered->count == gathered->stop_after
               ? error_set(error, STATUS_CANCELLED, "enough of it")
               : STATUS_OK;
}

static char *visited(struct store *store, enum store_rows rows, day_t day, uint32_t *count)
{
    char *text = NULL;
    size_t length;
    struct error error;
    struct gathered gathered = {.rows = rows, .out = open_memstream(&text, &length)};
    REQUIRE_OK(store_scan_each(store, rows, day, gather, &gathered, &error), &error);
    fclose(gathered.out);
    *count = gathered.count;
    return text;
}

static char *pulled(struct store *store, enum store_rows rows, day_t day, bool lean)
{
    char *text = NULL;
    size_t length;
    struct error error;
    struct store_scan *scan;
    union row row;
    bool more = true;
    FILE *out = open_memstream(&text, &length);
    REQUIRE_OK(store_scan_open(store, rows, day, &scan, &error), &error);
    for (;;) {
        REQUIRE_OK(store_scan_next(scan, &row, &more, &error), &error);
        if (!more)
            break;
        write_row(out, rows, &row, lean);
    }
    store_scan_close(scan);
    fclose(out);
    return text;
}

static struct store *seeded(const char *location)
{
    struct seed seed = {.seed = 11, .count = 300, .now = (moment_t)DAY * 86400, .rough = true};
    struct store *store;
    struct error error;
    REQUIRE_OK(store_open(location, STORE_CREATE, &store, &error), &error);
    REQUIRE_OK(seed_store_write(&seed, store, &error), &error);
    return store;
}

static struct store *seeded_file(void)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/store.db", test_folder());
    return seeded(path);
}

TEST(rows_handed_over_are_those_pulled_in_both_backends)
{
    struct store *file = seeded_file(), *memory = seeded("memory:");
    const day_t days[] = {DAY_NONE, DAY, DAY + 3};
    for (enum store_rows rows = 0; rows <= STORE_ROWS_SLOTS; rows++)
        for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
            uint32_t count, in_memory;
            char *handed = visited(file, rows, days[i], &count);
            char *handed_memory = visited(memory, rows, days[i], &in_memory);
            char *one_by_one = pulled(file, rows, days[i], true);
            char *whole = pulled(file, rows, days[i], false);
            char *whole_memory = pulled(memory, rows, days[i], false);
            CHECK(count > 0);
            CHECK_INT(in_memory, count);
            CHECK_TEXT(handed, one_by_one);
            CHECK_TEXT(handed, handed_memory);
            CHECK_TEXT(whole, whole_memory);
            free(handed);
            free(handed_memory);
            free(one_by_one);
            free(whole);
            free(whole_memory);
        }
    store_close(file);
    store_close(memory);
}

static void stop_early(struct store *store)
{
    struct error error = {0};
    char *text = NULL;
    size_t length;
    struct gathered gathered = {.rows = STORE_ROWS_OFFERS, .stop_after = 5};
    gathered.out = open_memstream(&text, &length);
    CHECK_INT(store_scan_each(store, STORE_ROWS_OFFERS, DAY_NONE, gather, &gathered, &error),
              STATUS_CANCELLED);
    CHECK_TEXT(error.message, "enough of it");
    CHECK_INT(gathered.count, 5);
    fclose(gathered.out);
    free(text);
    store_close(store);
}

TEST(who_is_handed_rows_may_end_the_scan)
{
    stop_early(seeded_file());
    stop_early(seeded("memory:"));
}
