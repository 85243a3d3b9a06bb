/*
 * The frame of every page: head, language, navigation, notices, foot. A page of its own is page_x.c.
 *
 * Pages are written by the server and can be read and used without JavaScript; where the web folder is
 * built, its script takes the same elements over. No style or script stands inside a page: the
 * Content-Security-Policy admits files of this server alone.
 *
 *   enum status page_x(worker, request, out, error)
 *       struct page page;
 *       status = page_open(&page, worker, request, out, error);
 *       page_begin(&page, &(struct page_head){.path = "/x", .title = …});
 *       … the content of <main> …
 *       page_end(&page);
 */
#ifndef SERVER_PAGE_H
#define SERVER_PAGE_H

#include "server/files.h"
#include "server/form.h"
#include "server/html.h"
#include "server/request.h"

#define PAGE_POLICY_PARTS(images)                                                          \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:" images \
    "; connect-src 'self'; form-action 'self'; base-uri 'none'; "                          \
    "frame-ancestors 'none'"
#define PAGE_POLICY PAGE_POLICY_PARTS("")
#define PAGE_VARY   "Accept-Encoding, Accept-Language"

enum page_tab { PAGE_TAB_NONE, PAGE_TAB_HOME, PAGE_TAB_PLANNER, PAGE_TAB_ABOUT };

struct page {
    struct html html;
    const struct request *request;
    const struct picture *picture; /* NULL: no data at hand (a problem) */
    const struct files *files;     /* may be NULL */
    const char *base_url;          /* NULL: no address of its own */
    bool language_is_chosen;       /* by ?lang=: links then keep it */
    struct form form;              /* what the query says, or the body of a POST */
};

struct page_head {
    enum page_tab tab;
    const char *title;       /* NULL = the site's; anybody's text */
    const char *description; /* NULL = the site's; anybody's text */
    const char *path;        /* "/planner", or "/facilities/" with an id behind it */
    const char *id;          /* NULL = none */
    const char *state; /* what the other language's link keeps: "at=…&care=…"; NULL = nothing */
    const char *og_type;   /* NULL = website */
    const char *script;    /* of the web folder, by its own name: "finder.js"; NULL = none */
    bool language_by_form; /* it answers a form: the other language is a button of #search-form */
    bool is_unlisted;      /* search engines leave it out */
};

/*
 * Read the query or the form, choose the language, and say so in the worker's response with the page's policy.
 * MEMORY.
 */
enum status MUST_CHECK page_open(struct page *page, struct worker *worker,
                                 const struct request *request, struct json *out,
                                 struct error *error);
void page_begin(struct page *page, const struct page_head *head);
void page_end(struct page *page);

/* #config: what GET /v1/config answers, for the page's script. LIMIT, MEMORY. */
enum status MUST_CHECK page_write_config(struct page *page, const char *version,
                                         struct error *error);

/* ` href="PATH"` within this server, keeping the language: path + id (percent-encoded; NULL = none). */
void page_href(struct page *page, const char *path, const char *id);

/* Of two names the one in the reader's language, else the other, else NULL. */
const char *page_name(enum language language, const char *name, const char *name_en);

#endif
