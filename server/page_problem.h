/*
 * A problem as a page, for people: what happened, in their language, and where to go on. Of the
 * request it repeats nothing.
 */
#ifndef SERVER_PAGE_PROBLEM_H
#define SERVER_PAGE_PROBLEM_H

#include "server/page.h"
#include "server/problem.h"

struct page_problem {
    enum problem problem;
    const char *url;             /* as sent; only its lang= and its beginning are looked at */
    const char *accept_language; /* header value; NULL = none */
    const struct files *files;   /* NULL = none */
};

/* Writes the page; returns its language's tag. */
const char *page_problem_write(struct json *out, const struct page_problem *problem);

#endif
