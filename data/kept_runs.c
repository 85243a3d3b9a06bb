#include "data/kept_runs.h"

#include "data/calendar.h"
#include "data/coverage_record.h"

#include <libdeflate.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARAMETERS_BYTES = 128, DAYS_NAMED = 6, DAY_BYTES = 11 };
#define ARENA_BYTES      ((size_t)64 << 20)
#define MAX_RESULT_BYTES ((size_t)64 << 20)

static const char KIND[] = "coverage";

/* Questions -------------------------------------------------------------------------------------- */

bool kept_question_is_usual(const struct kept_question *question)
{
    return question->profile == PROFILE_STROLLER && question->minutes == COVERAGE_MINUTES_DEFAULT &&
           !question->inclusive;
}

/* As the store compares them: equal questions have equal texts. */
static void write_parameters(const struct kept_question *question, char text[PARAMETERS_BYTES])
{
    snprintf(text, PARAMETERS_BYTES, "{\"profile\":\"%s\",\"minutes\":%.9g,\"inclusive\":%s}",
             profile_builtin(question->profile)->name, question->minutes,
             question->inclusive ? "true" : "false");
}

/* What goes -------------------------------------------------------------------------------------- */

/* Of one question's runs, ascending by day and key: the last of a day, or, of days long past, of a
 * month. */
static void choose_of_question(const struct run_record *runs, uint32_t count, bool *goes)
{
    day_t newest = runs[count - 1].day;
    for (uint32_t i = 0; i + 1 < count; i++) {
        bool is_recent = runs[i].day > newest - KEPT_RUNS_DAYS;
        bool is_last = is_recent ? runs[i].day != runs[i + 1].day
                                 : day_month(runs[i].day) != day_month(runs[i + 1].day) ||
                                       runs[i + 1].day > newest - KEPT_RUNS_DAYS;
        goes[i] = !is_last || day_month(runs[i].day) < day_month(newest) - KEPT_RUNS_MONTHS;
    }
}

/* Which goes next where there are too many: an unusual one before a usual, then the oldest. */
static bool goes_before(const struct run_record *a, const struct run_record *b, const char *usual)
{
    bool a_is_usual = strcmp(a->parameters, usual) == 0;
    bool b_is_usual = strcmp(b->parameters, usual) == 0;
    if (a_is_usual != b_is_usual)
        return b_is_usual;
    return a->day != b->day ? a->day < b->day : a->key < b->key;
}

static void choose_of_rest(const struct run_record *runs, uint32_t count, int64_t newest,
                           bool *goes)
{
    char usual[PARAMETERS_BYTES];
    const struct kept_question question = {.profile = PROFILE_STROLLER,
                                           .minutes = COVERAGE_MINUTES_DEFAULT};
    write_parameters(&question, usual);
    uint32_t left = 0;
    for (uint32_t i = 0; i < count; i++)
        left += !goes[i];
    for (; left > KEPT_RUNS_MAX; left--) {
        uint32_t next = UINT32_MAX;
        for (uint32_t i = 0; i < count; i++)
            if (!goes[i] && runs[i].key != newest &&
                (next == UINT32_MAX || goes_before(&runs[i], &runs[next], usual)))
                next = i;
        goes[next] = true;
    }
}

void kept_runs_choose(const struct run_record *runs, uint32_t count, int64_t newest, bool *goes)
{
    memset(goes, 0, count * sizeof *goes);
    for (uint32_t first = 0, end; first < count; first = end) {
        for (end = first + 1;
             end < count && strcmp(runs[end].parameters, runs[first].parameters) == 0;)
            end++;
        choose_of_question(runs + first, end - first, goes + first);
    }
    for (uint32_t i = 0; i < count; i++)
        if (runs[i].key == newest)
            goes[i] = false;
    choose_of_rest(runs, count, newest, goes);
}

/* Keeping ---------------------------------------------------------------------------------------- */

static enum status forget(struct store *store, const char *region, int64_t newest,
                          struct error *error)
{
    struct arena arena;
    struct run_record *runs;
    uint32_t count, first = 0, end;
    arena_init(&arena, ARENA_BYTES);
    enum status status = store_runs(store, KIND, &arena, &runs, &count, error);
    while (!status && first < count && strcmp(runs[first].region, region) != 0)
        first++;
    for (end = first; !status && end < count && strcmp(runs[end].region, region) == 0;)
        end++;
    bool *goes = status ? NULL : arena_calloc(&arena, (size_t)(end - first) + 1, sizeof *goes);
    if (!status && !goes)
        status = error_memory(error, "keeping coverage");
    if (!status)
        kept_runs_choose(runs + first, end - first, newest, goes);
    for (uint32_t i = first; i < end && !status; i++)
        if (goes[i - first])
            status = store_run_delete(store, runs[i].key, error);
    arena_release(&arena);
    return status;
}

enum status kept_runs_keep(struct store *store, const struct coverage_run *run, uint32_t profile,
                           moment_t started_at, moment_t ended_at, struct error *error)
{
    const struct kept_question question = {run->region, profile, run->minutes, run->inclusive};
    char parameters[PARAMETERS_BYTES], *result;
    enum status status = coverage_record_write(run, &result, error);
    if (status)
        return status;
    write_parameters(&question, parameters);
    struct run_record record = {.region = run->region,
                                .kind = KIND,
                                .parameters = parameters,
                                .result = result,
                                .generation = run->dataset_generation,
                                .day = run->day,
                                .started_at = started_at,
                                .ended_at = ended_at,
                                .is_current = kept_question_is_usual(&question)};
    status = store_run_insert(store, &record, error);
    free(result);
    return status ? status : forget(store, run->region, record.key, error);
}

/* In memory -------------------------------------------------------------------------------------- */

/* A result, packed by gzip; shared by the lists that have it. */
struct kept_text {
    atomic_uint lists;
    size_t bytes, packed_bytes; /* of the result, and packed */
    unsigned char packed[];
};

struct kept_runs {
    atomic_uint holders;
    struct arena arena; /* runs and their texts but results */
    struct kept_run *runs;
    uint32_t count;
};

static void release_text(struct kept_text *text)
{
    if (text && atomic_fetch_sub(&text->lists, 1) == 1)
        free(text);
}

void kept_runs_release(struct kept_runs *kept)
{
    if (!kept || atomic_fetch_sub(&kept->holders, 1) > 1)
        return;
    for (uint32_t i = 0; i < kept->count; i++)
        release_text(kept->runs[i].text);
    arena_release(&kept->arena);
    free(kept);
}

struct kept_runs *kept_runs_hold(struct kept_runs *kept)
{
    if (kept)
        atomic_fetch_add(&kept->holders, 1);
    return kept;
}

static enum status list(struct store *store, struct kept_runs *kept, struct error *error)
{
    struct run_record *runs;
    uint32_t count;
    enum status status = store_runs(store, KIND, &kept->arena, &runs, &count, error);
    if (status)
        return status;
    kept->runs = arena_calloc(&kept->arena, (size_t)count + 1, sizeof *kept->runs);
    if (!kept->runs)
        return error_memory(error, "listing kept runs");
    for (; kept->count < count; kept->count++) {
        const struct run_record *run = &runs[kept->count];
        kept->runs[kept->count] = (struct kept_run){
            .key = run->key, .region = run->region, .parameters = run->parameters, .day = run->day};
    }
    return STATUS_OK;
}

enum status kept_runs_list(struct store *store, struct kept_runs **kept, struct error *error)
{
    *kept = NULL;
    struct kept_runs *made = calloc(1, sizeof *made);
    if (!made)
        return error_memory(error, "listing kept runs");
    atomic_init(&made->holders, 1);
    arena_init(&made->arena, ARENA_BYTES);
    enum status status = list(store, made, error);
    if (status)
        kept_runs_release(made);
    else
        *kept = made;
    return status;
}

static enum status pack(const char *result, struct libdeflate_compressor *gzip,
                        struct kept_text **text, struct error *error)
{
    size_t bytes = strlen(result), bound = libdeflate_gzip_compress_bound(gzip, bytes);
    struct kept_text *made = malloc(sizeof *made + bound);
    if (!made)
        return error_memory(error, "holding kept runs");
    made->bytes = bytes;
    made->packed_bytes = libdeflate_gzip_compress(gzip, result, bytes, made->packed, bound);
    atomic_init(&made->lists, 1);
    struct kept_text *fitting = realloc(made, sizeof *made + made->packed_bytes);
    if (fitting)
        made = fitting;
    *text = made;
    return STATUS_OK;
}

static enum status load_text(struct store *store, struct kept_run *run,
                             struct libdeflate_compressor *gzip, struct error *error)
{
    struct arena scratch;
    const char *result;
    arena_init(&scratch, MAX_RESULT_BYTES + 1);
    enum status status = store_run_result(store, run->key, &scratch, &result, error);
    if (!status)
        status = pack(result, gzip, &run->text, error);
    arena_release(&scratch);
    return status;
}

/* The text of the same run in a list of before. The key of a run that has gone may be another's: the
 * newest never goes, so that is never so of one that both lists have. */
static struct kept_text *share_text(const struct kept_runs *previous, int64_t key)
{
    for (uint32_t i = 0; previous && i < previous->count; i++)
        if (previous->runs[i].key == key && previous->runs[i].text) {
            atomic_fetch_add(&previous->runs[i].text->lists, 1);
            return previous->runs[i].text;
        }
    return NULL;
}

enum status kept_runs_load(struct store *store, const struct kept_runs *previous,
                           struct kept_runs **kept, struct error *error)
{
    enum status status = kept_runs_list(store, kept, error);
    if (status)
        return status;
    struct libdeflate_compressor *gzip = libdeflate_alloc_compressor(1);
    if (!gzip)
        status = error_memory(error, "holding kept runs");
    for (uint32_t i = 0; i < (*kept)->count && !status; i++) {
        struct kept_run *run = &(*kept)->runs[i];
        run->text = share_text(previous, run->key);
        if (!run->text)
            status = load_text(store, run, gzip, error);
    }
    libdeflate_free_compressor(gzip);
    if (status) {
        kept_runs_release(*kept);
        *kept = NULL;
    }
    return status;
}

/* Finding ---------------------------------------------------------------------------------------- */

/* "2026-11-01", or of several the first, " … " and the last few. */
static void name_days(const struct kept_run *runs, uint32_t count, char *text, size_t size)
{
    char day[DAY_BYTES];
    size_t used = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < count && used < size; i++) {
        if (i && i + DAYS_NAMED - 1 < count) /* the first and the newest are named */
            continue;
        bool is_after_gap = i && i + DAYS_NAMED - 1 == count && count > DAYS_NAMED;
        day_format(runs[i].day, day);
        used += (size_t)snprintf(text + used, size - used, "%s%s",
                                 is_after_gap ? " … "
                                 : i          ? ", "
                                              : "",
                                 day);
    }
}

static enum status refuse(const struct kept_runs *kept, const struct kept_question *question,
                          const struct kept_run *runs, uint32_t count, day_t day,
                          struct error *error)
{
    char asked[DAY_BYTES], days[(DAYS_NAMED + 1) * 16];
    uint32_t others = 0;
    day_format(day, asked);
    for (uint32_t i = 0; i < kept->count; i++)
        others += strcmp(kept->runs[i].region, question->region) == 0;
    if (count) {
        name_days(runs, count, days, sizeof days);
        return error_set_parameter(error, STATUS_NOT_FOUND, "as_of",
                                   "as_of is %s; no run of that day or earlier is kept of region "
                                   "'%s' with %s, %g minutes%s, but of %s",
                                   asked, question->region,
                                   profile_builtin(question->profile)->name, question->minutes,
                                   question->inclusive ? ", inclusive" : "", days);
    }
    return error_set_parameter(error, STATUS_NOT_FOUND, "as_of",
                               "as_of is %s; no run is kept of region '%s' with %s, %g minutes%s%s",
                               asked, question->region, profile_builtin(question->profile)->name,
                               question->minutes, question->inclusive ? ", inclusive" : "",
                               others ? "; other questions have some" : "");
}

enum status kept_runs_find(const struct kept_runs *kept, const struct kept_question *question,
                           day_t day, const struct kept_run **found, struct error *error)
{
    char parameters[PARAMETERS_BYTES];
    uint32_t first = 0, end, at;
    write_parameters(question, parameters);
    *found = NULL;
    while (first < kept->count && (strcmp(kept->runs[first].region, question->region) != 0 ||
                                   strcmp(kept->runs[first].parameters, parameters) != 0))
        first++;
    for (end = first; end < kept->count && strcmp(kept->runs[end].region, question->region) == 0 &&
                      strcmp(kept->runs[end].parameters, parameters) == 0;)
        end++;
    for (at = first; at < end && kept->runs[at].day <= day;)
        at++;
    if (at == first)
        return refuse(kept, question, kept->runs + first, end - first, day, error);
    *found = &kept->runs[at - 1];
    return STATUS_OK;
}

/* Reading ---------------------------------------------------------------------------------------- */

static enum status unpack(const struct kept_text *text, char **result, struct error *error)
{
    struct libdeflate_decompressor *gzip = libdeflate_alloc_decompressor();
    *result = gzip ? malloc(text->bytes + 1) : NULL;
    enum status status = *result ? STATUS_OK : error_memory(error, "reading a kept run");
    if (!status && libdeflate_gzip_decompress(gzip, text->packed, text->packed_bytes, *result,
                                              text->bytes, NULL) != LIBDEFLATE_SUCCESS)
        status = error_set(error, STATUS_CORRUPT, "a kept run of coverage cannot be unpacked");
    libdeflate_free_decompressor(gzip);
    if (status) {
        free(*result);
        *result = NULL;
    }
    return status;
}

enum status kept_run_read(const struct kept_run *kept, struct store *store,
                          struct coverage_run **run, struct error *error)
{
    *run = NULL;
    char *unpacked = NULL;
    const char *result;
    enum status status;
    struct arena scratch;
    arena_init(&scratch, MAX_RESULT_BYTES + 1);
    if (kept->text) {
        status = unpack(kept->text, &unpacked, error);
        if (!status)
            status = coverage_record_read(kept->region, unpacked, kept->text->bytes, run, error);
    } else {
        status = store_run_result(store, kept->key, &scratch, &result, error);
        if (!status)
            status = coverage_record_read(kept->region, result, strlen(result), run, error);
    }
    free(unpacked);
    arena_release(&scratch);
    return status;
}
