/*
 * Places to start from, found by a part of their name: communities, stations, named places and roads
 * of the base maps, and facilities.
 *
 * Names are folded (suggest_fold()): any part of one is found, two Chinese characters as well as a
 * Latin word. What many names hold and what few do is found alike without reading all of them
 * (suggest_internal.h).
 *
 * One for a dataset, which it borrows. The names are gathered once, by suggest_gather() or for the first
 * question, whichever comes first, and never changed afterwards.
 */
#ifndef DATA_SUGGEST_H
#define DATA_SUGGEST_H

#include "data/vacancies.h"

/* In the order in which equally good matches are told. */
enum suggest_kind {
    SUGGEST_COMMUNITY, /* with an outline: a point inside it */
    SUGGEST_STATION,
    SUGGEST_PLACE,
    SUGGEST_ROAD, /* however many pieces it is drawn in: one, at the piece nearest to its middle */
    SUGGEST_FACILITY, /* on the map and public; at its public point */
    SUGGEST_KIND_COUNT
};
const char *suggest_kind_code(enum suggest_kind kind); /* "community", … */

enum { SUGGEST_MAX = 20, SUGGEST_ANY_REGION = -1, SUGGEST_ID_BYTES = 160 };

/* Texts are the dataset's; NULL = none. */
struct suggestion {
    enum suggest_kind kind;
    uint16_t region;
    struct geo_point point;     /* WGS 84 */
    char id[SUGGEST_ID_BYTES];  /* a community's code, a facility's id, else of these data alone */
    const char *name, *name_en; /* name is never NULL */
    const char *within, *within_en; /* a community's street, of the others the community */
    const char *attribution;        /* of what comes from a base map; else NULL */
};

struct suggest;

/* Gathers nothing yet. Yours: suggest_close(), before the dataset goes. MEMORY. */
enum status MUST_CHECK suggest_open(const struct dataset *dataset, struct suggest **suggest,
                                    struct error *error);
/* No other thread uses it any more. Safe on NULL. */
void suggest_close(struct suggest *suggest);

/* Gather the names, unless that is done; whoever comes meanwhile waits. Any thread. MEMORY, or LIMIT past
 * 4 GiB of names: the next to come tries again. */
enum status MUST_CHECK suggest_gather(struct suggest *suggest, struct error *error);

/*
 * The best `limit` (1 … SUGGEST_MAX) whose name in either language holds the folded question: the
 * whole name first, then its beginning, the beginning of a word, any part; then by kind, then the
 * shorter name. `vacancies` say which facilities are public now. Returns how many; 0 for a question
 * of which nothing is left when folded. Any thread. MEMORY; what suggest_gather() says.
 */
enum status MUST_CHECK suggest_find(struct suggest *suggest, const struct vacancies *vacancies,
                                    const char *question, size_t length, int region, uint32_t limit,
                                    struct suggestion *found, uint32_t *count, struct error *error);

/*
 * Fold a name: ASCII and Latin-1 letters to lower case, full-width forms to ASCII, white space and
 * control characters to single spaces, none at the ends. `folded` has room for length + 1 bytes;
 * returns the folded length; a NUL follows.
 */
size_t suggest_fold(const char *text, size_t length, char *folded);

#endif
