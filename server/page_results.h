/*
 * The answer of the first page as a list: the same cards that web/src/results.ts makes.
 */
#ifndef SERVER_PAGE_RESULTS_H
#define SERVER_PAGE_RESULTS_H

#include "server/page.h"
#include "server/page_search.h"

/* The content of #results: what was found, or what to do where nothing was. */
void page_results_write(struct page *page, const struct page_search *search,
                        const struct nearby_list *list);

#endif
