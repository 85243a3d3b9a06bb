/* The parts of the planners' page: a run's figures, rounded as GET /v1/coverage rounds them. */
#ifndef SERVER_PAGE_PLANNER_H
#define SERVER_PAGE_PLANNER_H

#include "data/coverage_run.h"
#include "server/page.h"

/* What is shown of a run: one care type at one level. */
enum planner_level { PLANNER_LOCATED, PLANNER_REACHABLE, PLANNER_OPEN, PLANNER_LEVELS };
extern const char *const page_planner_level_codes[PLANNER_LEVELS]; /* "located", … */
enum text_key page_planner_level_words(uint32_t level);

struct planner_choice {
    uint32_t care, level;
};

/*
 * .headline: how many communities lack it; then the beginning of .map-side with .legend-box: how many
 * are how well served. The classes of web/src/planner_data.ts, coloured by its style sheet: .share-0 …
 * .share-5, .count-0 … .count-3, .no-data, .off-network. `run` NULL = still computing: both are empty.
 */
void page_planner_write_head(struct page *page, const struct coverage_run *run, uint32_t age,
                             const struct planner_choice *choice);

/*
 * <table class="coverage">: a row a community, <tr data-code="CODE">, then the region's own and how
 * many communities are what. Cells say what they are of in data-column: "full_day.reachable",
 * "full_day.minutes", "missing", "children", "places", …  `age`: enum coverage_age.
 */
void page_planner_write_table(struct page *page, const struct coverage_run *run, uint32_t age);

enum text_key page_planner_age_words(uint32_t age); /* enum coverage_age */

#endif
