#include "data/coverage_run_internal.h"

#include "data/recompute.h"
#include "data/vacancies.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Words ------------------------------------------------------------------------------------------ */

static const char *const age_codes[COVERAGE_AGES] = {"any", "6-12", "12-24", "24-36"};

const char *coverage_age_code(uint32_t age)
{
    return age < COVERAGE_AGES ? age_codes[age] : NULL;
}

enum status coverage_age_parse(const char *text, uint32_t *age, struct error *error)
{
    for (*age = 0; *age < COVERAGE_AGES; (*age)++)
        if (strcmp(text, age_codes[*age]) == 0)
            return STATUS_OK;
    *age = COVERAGE_AGE_ANY;
    return error_set_parameter(error, STATUS_INVALID, "age",
                               "age is '%.40s'; it must be any, 6-12, 12-24 or 24-36 (months)",
                               text);
}

const char *coverage_run_state_code(uint32_t state)
{
    static const char *const codes[] = {"known", "no_data", "off_network"};
    return state < sizeof codes / sizeof *codes ? codes[state] : NULL;
}

/* Questions -------------------------------------------------------------------------------------- */

struct asking {
    const struct coverage_input *input;
    struct coverage *coverage;
    uint32_t numbers[COVERAGE_QUESTIONS]; /* coverage_question() by item */
};

static enum status ask_begin(void *context, void **scratch, struct error *error)
{
    const struct asking *asking = context;
    struct coverage_scratch *made = calloc(1, sizeof *made);
    if (!made)
        return error_memory(error, "sweeping the streets");
    enum status status = coverage_scratch_init(asking->input, made, error);
    if (status)
        free(made);
    else
        *scratch = made;
    return status;
}

static enum status ask(void *context, void *scratch, uint32_t item, struct error *error)
{
    const struct asking *asking = context;
    uint32_t number = asking->numbers[item];
    uint32_t bit = number / COVERAGE_LEVELS;
    return coverage_answer(asking->input, bit / COVERAGE_AGES, bit % COVERAGE_AGES,
                           (enum coverage_level)(number % COVERAGE_LEVELS), scratch,
                           asking->coverage, error);
}

static void ask_end(void *context, void *scratch)
{
    (void)context;
    coverage_scratch_release(scratch);
    free(scratch);
}

enum status coverage_questions_answer(const struct coverage_input *input, uint32_t questions,
                                      struct coverage *coverage, struct error *error)
{
    struct asking asking = {.input = input, .coverage = coverage};
    struct recompute recompute = {
        .context = &asking, .begin = ask_begin, .work = ask, .end = ask_end};
    for (uint32_t number = 0; number < COVERAGE_QUESTIONS; number++)
        if (questions >> number & 1)
            asking.numbers[recompute.count++] = number;
    return recompute.count ? recompute_all(&recompute, error) : STATUS_OK;
}

/* Making ----------------------------------------------------------------------------------------- */

struct making {
    const struct coverage_ground *ground;
    struct coverage_marks *marks;
    struct coverage_supply *supply;
    struct coverage_facility *facilities;
};

static void making_release(struct making *making)
{
    free(making->marks);
    free(making->supply);
    free(making->facilities);
}

static enum status making_init(struct making *making, const struct coverage_ground *ground,
                               const struct vacancies *vacancies, bool inclusive,
                               struct error *error)
{
    size_t room = (size_t)ground->facility_count + 1;
    *making = (struct making){.ground = ground,
                              .marks = calloc(room, sizeof *making->marks),
                              .supply = calloc(room, sizeof *making->supply),
                              .facilities = calloc(room, sizeof *making->facilities)};
    if (!making->marks || !making->supply || !making->facilities)
        return error_memory(error, "computing coverage");
    coverage_ground_mark(ground, vacancies, inclusive, making->marks);
    coverage_supply_find(ground, vacancies, inclusive, making->supply);
    for (uint32_t j = 0; j < ground->facility_count; j++) {
        const struct ground_facility *facility = &ground->facilities[j];
        making->facilities[j] = (struct coverage_facility){.snap = facility->snap,
                                                           .snap_mm = facility->snap_mm,
                                                           .community = facility->community,
                                                           .offered = making->marks[j].offered,
                                                           .open = making->marks[j].open};
    }
    return STATUS_OK;
}

/* Facilities of other regions serve, but stand in none of this one's communities, nor in it. */
static void count_located(const struct making *making, struct coverage_community *whole)
{
    const struct coverage_ground *ground = making->ground;
    memset(whole->located, 0, sizeof whole->located);
    for (uint32_t j = 0; j < ground->facility_count; j++)
        if (ground->dataset->facilities[ground->facilities[j].number].region == ground->region)
            for (uint32_t bit = 0; bit < COVERAGE_CARES * COVERAGE_AGES; bit++)
                whole->located[bit] += making->marks[j].offered >> bit & 1;
}

/* Without streets nobody is within any time of anything. */
static void answer_far(struct coverage *coverage)
{
    for (uint32_t c = 0; c <= coverage->community_count; c++)
        for (uint32_t number = 0; number < COVERAGE_QUESTIONS; number++) {
            uint32_t bit = number / COVERAGE_LEVELS;
            coverage->communities[c]
                .cells[bit / COVERAGE_AGES][bit % COVERAGE_AGES][number % COVERAGE_LEVELS] =
                (struct coverage_cell){0, REACH_FAR, REACH_FAR};
        }
}

static enum status answer_all(const struct coverage_input *input, struct coverage_run *run,
                              struct error *error)
{
    if (input->network)
        return coverage_questions_answer(input, UINT32_MAX, &run->coverage, error);
    answer_far(&run->coverage);
    return STATUS_OK;
}

/* Who is served, by counters; how far the nearest is, as it was. */
static void answer_moved(const struct coverage_moved *moved, struct coverage *coverage)
{
    for (uint32_t c = 0; c <= coverage->community_count; c++)
        for (uint32_t bit = 0; bit < COVERAGE_BITS; bit++) {
            uint32_t care = bit / COVERAGE_AGES, age = bit % COVERAGE_AGES;
            struct coverage_cell *cells = coverage->communities[c].cells[care][age];
            memcpy(cells, moved->last->coverage.communities[c].cells[care][age],
                   COVERAGE_LEVELS * sizeof *cells);
            cells[COVERAGE_REACHABLE].served = coverage_counts_served(moved->offered, c, care, age);
            cells[COVERAGE_OPEN].served = coverage_counts_served(moved->open, c, care, age);
        }
}

static void take_access(const struct coverage_run *last, struct coverage_run *run)
{
    for (uint32_t c = 0; c <= run->community_count; c++) {
        bool is_whole = c == run->community_count;
        const struct coverage_entry *from = is_whole ? &last->whole : &last->communities[c];
        struct coverage_entry *entry = is_whole ? &run->whole : &run->communities[c];
        entry->access = from->access;
        entry->access_plain = from->access_plain;
    }
    run->empty_supply = last->empty_supply;
}

static struct coverage_input input_of(const struct making *making, const struct coverage_run *run)
{
    const struct coverage_ground *ground = making->ground;
    return (struct coverage_input){
        .network = ground->network,
        .profile = &ground->profile,
        .residents = &ground->residents,
        .weights = ground->weights,
        .communities = ground->communities,
        .community_count = ground->community_count,
        .facilities = making->facilities,
        .facility_count = ground->facility_count,
        .limit_mm = (uint32_t)profile_reach_mm(&ground->profile, run->minutes * 60),
        .horizon_mm = (uint32_t)profile_reach_mm(&ground->profile, COVERAGE_MINUTES_MAX * 60)};
}

/* `moved` NULL: everything is computed. */
static enum status fill(const struct making *making, const struct coverage_moved *moved,
                        struct coverage_run *run, struct error *error)
{
    const struct coverage_ground *ground = making->ground;
    const struct coverage_input input = input_of(making, run);
    enum status status = coverage_init(&input, &run->coverage, error);
    if (status)
        return status;
    count_located(making, &run->coverage.communities[ground->community_count]);
    if (moved)
        answer_moved(moved, &run->coverage);
    else
        status = answer_all(&input, run, error);
    if (!status)
        status = coverage_run_fill(ground, making->supply, run, error);
    if (status)
        return status;
    if (!moved)
        return coverage_run_access(ground, making->supply, run, error);
    take_access(moved->last, run);
    return STATUS_OK;
}

static void describe(const struct coverage_ground *ground, const struct vacancies *vacancies,
                     double minutes, bool inclusive, struct coverage_run *run)
{
    const struct dataset *dataset = ground->dataset;
    run->profile = ground->profile;
    run->minutes = minutes;
    run->inclusive = inclusive;
    run->weighs_children = ground->weighs_children;
    run->source = ground->source;
    run->has_network = ground->network != NULL;
    run->community_share = dataset->regions[ground->region].community_share;
    run->dataset_generation = dataset->generation;
    run->dataset_at = dataset->changed_at;
    run->made_for = vacancies->now;
    run->day = vacancies->local[ground->region].day;
    run->resident_points = ground->residents.count;
}

static enum status check_minutes(double minutes, struct error *error)
{
    if (minutes > 0 && minutes <= COVERAGE_MINUTES_MAX)
        return STATUS_OK;
    return error_set_parameter(error, STATUS_INVALID, "minutes",
                               "minutes is %g; it must be more than 0 and at most %d", minutes,
                               COVERAGE_MINUTES_MAX);
}

enum { ARENA_BYTES = 64 << 20 };

static enum status make_run(const struct coverage_ground *ground, const struct vacancies *vacancies,
                            double minutes, bool inclusive, const struct coverage_moved *moved,
                            struct coverage_run **run, struct error *error)
{
    *run = NULL;
    struct coverage_run *made = calloc(1, sizeof *made);
    if (!made)
        return error_memory(error, "computing coverage");
    arena_init(&made->arena, ARENA_BYTES);
    describe(ground, vacancies, minutes, inclusive, made);
    made->is_settled = !moved;
    struct making making;
    enum status status = making_init(&making, ground, vacancies, inclusive, error);
    if (!status)
        status = fill(&making, moved, made, error);
    making_release(&making);
    if (status)
        coverage_run_release(made);
    else
        *run = made;
    return status;
}

enum status coverage_run_over(const struct coverage_ground *ground,
                              const struct vacancies *vacancies, double minutes, bool inclusive,
                              struct coverage_run **run, struct error *error)
{
    *run = NULL;
    enum status status = check_minutes(minutes, error);
    return status ? status : make_run(ground, vacancies, minutes, inclusive, NULL, run, error);
}

enum status coverage_run_moved(const struct coverage_ground *ground,
                               const struct vacancies *vacancies,
                               const struct coverage_moved *moved, struct coverage_run **run,
                               struct error *error)
{
    return make_run(ground, vacancies, COVERAGE_MINUTES_DEFAULT, false, moved, run, error);
}

enum status coverage_run_make(const struct dataset *dataset, const struct vacancies *vacancies,
                              const struct coverage_parameters *parameters,
                              struct coverage_run **run, struct error *error)
{
    *run = NULL;
    struct coverage_ground *ground = NULL;
    enum status status = check_minutes(parameters->minutes, error);
    if (!status)
        status = coverage_ground_make(dataset, parameters, &ground, error);
    if (!status)
        status = coverage_run_over(ground, vacancies, parameters->minutes, parameters->inclusive,
                                   run, error);
    coverage_ground_release(ground);
    return status;
}

void coverage_run_release(struct coverage_run *run)
{
    if (!run)
        return;
    coverage_release(&run->coverage);
    arena_release(&run->arena);
    free(run);
}

/* Reading ---------------------------------------------------------------------------------------- */

static int compare_entry(const void *code, const void *entry)
{
    return strcmp(code, ((const struct coverage_entry *)entry)->code);
}

const struct coverage_entry *coverage_run_find(const struct coverage_run *run, const char *code)
{
    return run->community_count ? bsearch(code, run->communities, run->community_count,
                                          sizeof *run->communities, compare_entry)
                                : NULL;
}

double coverage_run_minutes(const struct coverage_run *run, uint32_t mm)
{
    return mm == REACH_FAR ? (double)NAN : profile_seconds(&run->profile, mm) / 60;
}
