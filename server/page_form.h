/*
 * The search form of the first page. It works without JavaScript: it POSTs, by the names of
 * page_search.h. All that the script needs of it is there from the start, so that nothing moves when the
 * script comes; what only the script can do has the class needs-script, and is not shown without.
 *
 *   .where         a disclosure: where from; closed once there is an answer, its summary (.start) says
 *                  from where
 *     .where-home  the field q with the buttons .locate and .pick
 *     .second      the same for a second place
 *     .at          coordinates, for whoever has no map
 *   .choices       care types; open, inclusive: in sight always
 *   .more          a disclosure: child, hours, walking; its summary (.used) says what is set
 *   .submit        the button
 */
#ifndef SERVER_PAGE_FORM_H
#define SERVER_PAGE_FORM_H

#include "server/page.h"
#include "server/page_search.h"

enum { PAGE_FORM_EXAMPLE_BYTES = 48 };

/* age_months: of the search that was answered; NONE = not asked for, or not answered. */
void page_form_write(struct page *page, const struct page_search *search, int32_t age_months);

/* The middle of the first region, as an example of coordinates. */
void page_form_example(const struct dataset *dataset, char text[PAGE_FORM_EXAMPLE_BYTES]);

#endif
