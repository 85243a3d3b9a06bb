/*
 * What a person asks of the first page, by its form or by a shared link, and what came of it: the
 * typed values as they were, so that nothing typed is lost; where the search starts; the answer, found
 * by the very parser and search that POST /v1/nearby uses.
 *
 *   name              of the form (POST /)          of a link (GET /)
 *   q                 the name of a place
 *   pick              the one of several that q names, by id
 *   at, coordsys      longitude,latitude            at: rounded to 0.001 degree here, whatever it has
 *   care              boxes, any of                 a comma list
 *   born              YYYY-MM
 *   age                                             months
 *   start             YYYY-MM                       the same
 *   open, inclusive   1                             1
 *   day, from, to     mon … sun, HH:MM              day, hours=0900-1700
 *   within_minutes    minutes on foot               minutes
 *   profile           stroller, toddler, adult      the same
 *   cursor, drop      buttons: the next page; without that filter
 *
 * Names that are not here are passed over: other software appends its own to links.
 */
#ifndef SERVER_PAGE_SEARCH_H
#define SERVER_PAGE_SEARCH_H

#include "data/nearby.h"
#include "data/suggest.h"
#include "server/form.h"
#include "server/request.h"
#include "server/text.h"

enum { PAGE_PLACES_MAX = 8 };

enum search_from { SEARCH_NOWHERE, SEARCH_PLACE, SEARCH_POINT, SEARCH_LINK };

struct page_search {
    /* As typed, "" where nothing was. */
    const char *q, *pick, *at, *coordsys, *born, *age, *start, *day, *from, *to, *minutes, *profile;
    bool care[CARE_COUNT], open, inclusive;

    /* Where it starts. */
    enum search_from start_from;
    struct geo_point point;                    /* WGS 84, or as coordsys says of SEARCH_POINT */
    struct suggestion places[PAGE_PLACES_MAX]; /* [0] = the one it starts from */
    uint32_t place_count; /* more than one: to be chosen among; nothing is searched yet */

    /* What is wrong, and with which field; NULL = nothing. */
    const char *wrong_field;
    enum text_key wrong;

    bool is_answered; /* `query` was searched; its list is the worker's */
    struct nearby_query query;
    const char *next_cursor; /* NULL = the list is complete */
};

/*
 * Read what `form` says (by_link: as a link says it), find the place, search. Failures that are the
 * person's are in `search`, with OK; other failures are returned.
 */
enum status MUST_CHECK page_search_run(struct worker *worker, const struct request *request,
                                       const struct form *form, bool by_link,
                                       struct page_search *search, struct error *error);

/* The same search as the query of a link: the point to 0.001 degree, the age in months instead of the
 * month of birth. In the arena; "" where nothing was searched. MEMORY gives NULL. */
const char *page_search_link(const struct page_search *search, const struct nearby_list *list,
                             struct arena *arena);

#endif
