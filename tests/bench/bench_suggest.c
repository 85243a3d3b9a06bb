/*
 * suggest_find() over the seeded register, against one memmem() run through all folded names, which finds
 * the hits and neither ranks nor stops; and what gathering the names takes.
 *
 * Questions are what people type: the first characters of a name, some out of its middle, a word that all
 * names hold, and what none holds. The slowest of them is told with its time, since somebody waits for
 * each.
 *
 *   bench_suggest [COUNT [STORE]]    100000 facilities; STORE is made when it is not there
 */
#include "data/suggest.h"
#include "tests/bench/seed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { QUESTIONS = 1000, TURNS = 5, QUESTION_BYTES = 64, LIMIT = 8 };

struct bench {
    struct dataset *dataset;
    struct vacancies *vacancies;
    struct suggest *suggest;
    char *names; /* all of them, folded, one after another */
    size_t names_bytes;
    char questions[QUESTIONS][QUESTION_BYTES];
    uint64_t found; /* kept, so that nothing is left out */
};

typedef void ask_fn(struct bench *bench, const char *question);

static double now_us(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static void fail(const struct error *error)
{
    fprintf(stderr, "bench_suggest: %s\n", error->message);
    exit(1);
}

static void load(struct bench *bench, const char *path, uint32_t count, moment_t now)
{
    struct error error = {.message = "no memory"};
    struct store *store = NULL;
    struct stat info;
    struct seed seed = {.seed = 7, .count = count, .now = now};
    bool made = stat(path, &info) == 0;
    if (store_open(path, made ? STORE_WRITE : STORE_CREATE, &store, &error) ||
        (!made && seed_store_write(&seed, store, &error)) ||
        dataset_build(store, now, &bench->dataset, &error) ||
        vacancies_build(bench->dataset, now, NULL, &bench->vacancies, &error) ||
        suggest_open(bench->dataset, &bench->suggest, &error))
        fail(&error);
    store_close(store);
    double started = now_us();
    if (suggest_gather(bench->suggest, &error))
        fail(&error);
    printf("%u facilities; their names gathered in %.0f ms\n", bench->dataset->facility_count,
           (now_us() - started) / 1e3);
    bench->names = malloc(bench->dataset->facility_count * (size_t)160);
    if (!bench->names)
        fail(&error);
    for (uint32_t i = 0; i < bench->dataset->facility_count; i++)
        for (int language = 0; language < 2; language++) {
            const struct dataset_facility *facility = &bench->dataset->facilities[i];
            const char *name =
                dataset_text(bench->dataset, language ? facility->name_en : facility->name);
            if (name)
                bench->names_bytes +=
                    1 + suggest_fold(name, strnlen(name, 79), bench->names + bench->names_bytes);
        }
}

/* `characters` of the name from its character number `first` on. */
static void cut(const char *name, uint32_t first, uint32_t characters, char *question)
{
    size_t length = 0;
    for (; *name; name++) {
        bool begins = ((unsigned char)*name & 0xC0) != 0x80;
        if (begins && first > 0)
            first--;
        else if (begins && characters-- == 0)
            break;
        else if (begins || length > 0)
            question[length++] = *name;
    }
    question[length] = '\0';
}

static void make_questions(struct bench *bench, bool from_start)
{
    for (uint32_t i = 0; i < QUESTIONS; i++) {
        uint32_t pick = (uint32_t)(i * (uint64_t)2654435761u % bench->dataset->facility_count);
        const struct dataset_facility *facility = &bench->dataset->facilities[pick];
        const char *name = dataset_text(bench->dataset, i % 2 ? facility->name_en : facility->name);
        cut(name ? name : "x", from_start ? 0 : pick % 11, 1 + i / 2 % 8, bench->questions[i]);
    }
}

static void ask_suggest(struct bench *bench, const char *question)
{
    struct suggestion found[SUGGEST_MAX];
    struct error error;
    uint32_t count;
    if (suggest_find(bench->suggest, bench->vacancies, question, strlen(question),
                     SUGGEST_ANY_REGION, LIMIT, found, &count, &error))
        fail(&error);
    bench->found += count;
}

static void ask_scan(struct bench *bench, const char *question)
{
    char folded[QUESTION_BYTES];
    size_t length = suggest_fold(question, strlen(question), folded);
    const char *at = bench->names, *end = at + bench->names_bytes;
    while (length > 0 && (at = memmem(at, (size_t)(end - at), folded, length))) {
        bench->found++;
        at++;
    }
}

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* The least of TURNS for each question; then their median, and the worst. */
static double measure(struct bench *bench, const char *name, ask_fn *ask, uint32_t count)
{
    static double times[QUESTIONS];
    double worst = 0;
    const char *slowest = "";
    for (uint32_t i = 0; i < count; i++) {
        times[i] = 1e12;
        for (int turn = 0; turn < TURNS; turn++) {
            double started = now_us();
            ask(bench, bench->questions[i]);
            double spent = now_us() - started;
            times[i] = spent < times[i] ? spent : times[i];
        }
        if (times[i] > worst) {
            worst = times[i];
            slowest = bench->questions[i];
        }
    }
    qsort(times, count, sizeof *times, by_value);
    printf("%-34s median %7.1f us, 99 of 100 within %7.1f us, worst %7.1f us (%s)\n", name,
           times[count / 2], times[count * 99 / 100], worst, slowest);
    return times[count / 2];
}

static void measure_hard(struct bench *bench)
{
    static const char *const hard[] = {"示",
                                       "示例",
                                       "例",
                                       "sample",
                                       "nursery",
                                       "n",
                                       "e",
                                       "1",
                                       "12",
                                       "9999",
                                       " ",
                                       "rser",
                                       "zq",
                                       "没有",
                                       "春夏",
                                       "春夏秋",
                                       "y 1",
                                       "sz",
                                       "ample nursery 77"};
    uint32_t count = sizeof hard / sizeof *hard;
    for (uint32_t i = 0; i < count; i++)
        snprintf(bench->questions[i], QUESTION_BYTES, "%s", hard[i]);
    measure(bench, "what all hold, some, and none", ask_suggest, count);
}

int main(int argc, char **argv)
{
    static struct bench bench;
    uint32_t count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100000;
    char path[256];
    snprintf(path, sizeof path, "build/bench/seed-%u.db", count);
    moment_t now = 1795575600; /* 2026-11-25: the seed's numbers are dated from here */
    mkdir("build/bench", 0777);
    load(&bench, argc > 2 ? argv[2] : path, count, now);
    make_questions(&bench, true);
    measure(&bench, "beginnings of names", ask_suggest, QUESTIONS);
    make_questions(&bench, false);
    double ours = measure(&bench, "parts of names", ask_suggest, QUESTIONS);
    double scan = measure(&bench, "the same by reading all names", ask_scan, 40);
    printf("reading all names takes %.0f times as long\n", scan / ours);
    measure_hard(&bench);
    suggest_close(bench.suggest);
    vacancies_release(bench.vacancies);
    dataset_release(bench.dataset);
    free(bench.names);
    return bench.found == 0;
}
