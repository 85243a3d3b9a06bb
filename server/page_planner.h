/* The table of the planners' page: a run's figures, rounded as GET /v1/coverage rounds them. */
#ifndef SERVER_PAGE_PLANNER_H
#define SERVER_PAGE_PLANNER_H

#include "data/coverage_run.h"
#include "server/page.h"

/*
 * <table class="coverage">: a row a community, <tr data-code="CODE">, then the region's own and how
 * many communities are what. Cells say what they are of in data-column: "full_day.reachable",
 * "full_day.minutes", "missing", "children", "places", …  `age`: enum coverage_age.
 */
void page_planner_write_table(struct page *page, const struct coverage_run *run, uint32_t age);

enum text_key page_planner_age_words(uint32_t age); /* enum coverage_age */

#endif
