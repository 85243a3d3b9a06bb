/* Between the files that make a run. */
#ifndef DATA_COVERAGE_RUN_INTERNAL_H
#define DATA_COVERAGE_RUN_INTERNAL_H

#include "data/coverage_counts.h"

/* What a facility has, apart from what its offers say. */
struct coverage_supply {
    int32_t places, places_staff_only; /* licensed */
    bool is_public;                    /* and inclusive, where the run is of those alone */
};

/* Licensed places by facility of the ground: each group once. Where no group of a facility says how
 * many, the register's total of the facility speaks. */
void coverage_supply_find(const struct coverage_ground *ground, const struct vacancies *vacancies,
                          bool inclusive, struct coverage_supply *supply);

/* Fill entries and totals, but for access, of a run whose `coverage` has been answered. `supply` by
 * facility. */
enum status MUST_CHECK coverage_run_fill(const struct coverage_ground *ground,
                                         const struct coverage_supply *supply,
                                         struct coverage_run *run, struct error *error);

/* Places per 1,000 residents, of an entry's own counts. */
void coverage_run_relate(struct coverage_entry *entry);

/* The bits and counts that depend on shares: after `coverage` has been answered, or changed. */
void coverage_run_judge(struct coverage_run *run);

/* Places per child within walk, into entries (access, access_plain), and run->empty_supply. */
enum status MUST_CHECK coverage_run_access(const struct coverage_ground *ground,
                                           const struct coverage_supply *supply,
                                           struct coverage_run *run, struct error *error);

/* A run of 15 minutes by counters, with minutes to the nearest and accessibility of a run before it, of
 * the same communities; not settled. */
struct coverage_moved {
    const struct coverage_counts *offered, *open;
    const struct coverage_run *last;
};
enum status MUST_CHECK coverage_run_moved(const struct coverage_ground *ground,
                                          const struct vacancies *vacancies,
                                          const struct coverage_moved *moved,
                                          struct coverage_run **run, struct error *error);

/* Answer the questions whose bits are set (coverage_question()) on two threads. */
enum status MUST_CHECK coverage_questions_answer(const struct coverage_input *input,
                                                 uint32_t questions, struct coverage *coverage,
                                                 struct error *error);
static inline uint32_t coverage_question(uint32_t care, uint32_t age, enum coverage_level level)
{
    return coverage_bit(care, age) * COVERAGE_LEVELS + level;
}

#endif
