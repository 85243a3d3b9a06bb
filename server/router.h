/*
 * Routes: one const table says which path takes which method and parameters, how large a body, what
 * answers it, and how the answer may be kept. The OpenAPI document (openapi.h) is made from it.
 */
#ifndef SERVER_ROUTER_H
#define SERVER_ROUTER_H

#include "server/params.h"
#include "server/problem.h"

enum { ROUTE_BODY_BYTES = 64 * 1024 /* what a body may have unless its row says otherwise */ };

enum route_cache {
    CACHE_PRIVATE, /* private, no-cache: it speaks of where somebody is */
    CACHE_PUBLIC,  /* public, no-cache: may be kept, asked again each time (ETag) */
    CACHE_DAY,     /* public, max-age=86400: its address changes with what it is made of */
    CACHE_NONE     /* no-store: the state of this moment */
};
enum route_etag {
    ETAG_NONE,
    ETAG_WEAK,   /* of the picture and the question */
    ETAG_OF_OWN, /* weak too: of the question and what the handler says, not of the picture */
    ETAG_STRONG
};
enum route_kind {
    ROUTE_API, /* in the OpenAPI document; its parameters are read by its table */
    ROUTE_PAGE, /* for people: reads request->query and body (a form) itself; problems are pages too */
    ROUTE_FILE /* answers with a file */
};

typedef enum status route_handler(struct worker *worker, const struct request *request,
                                  struct json *out, struct error *error);

struct route {
    enum route_kind kind;
    enum method method;    /* GET rows answer HEAD too */
    const char *path;      /* "/v1/facilities/{id}" */
    const char *operation; /* operationId */
    const char *summary;
    route_handler *handler;
    const struct parameter *parameters; /* query of GET, members of the body of POST */
    const uint32_t *parameter_count;    /* NULL = none */
    size_t max_body_bytes;              /* 0 = takes none */
    const char *content_type;
    const char *const *other_types; /* of a route that has a `format`; NULL ends the list */
    const char *schema;             /* of the answer, in the OpenAPI document; NULL = plain text */
    enum route_cache cache;
    enum route_etag etag;
    bool needs_picture; /* 503 not-ready before the first dataset */
    bool takes_numbers; /* {…} of the path are whole numbers, not ids */
    bool may_be_empty;  /* 204 where there is nothing */
};

extern const struct route routes[];
extern const uint32_t route_count;

uint32_t route_parameter_count(const struct route *route);

/*
 * Find the row. `path` is as sent (percent-encoded), NUL-terminated. OK: *route and the captures,
 * decoded, in the arena. NOT_FOUND: no row has this path. UNSUPPORTED: some row has, not with this
 * method; *route is then one of them (for Allow).
 */
enum status MUST_CHECK router_find(enum method method, const char *path, struct arena *arena,
                                   const struct route **route, const char *captures[CAPTURES_MAX],
                                   struct error *error);

/* The methods that the rows of this path take: "GET, HEAD, OPTIONS, POST". */
void router_allow(const char *path, char allow[64]);

/* The method's word; METHOD_OTHER for one we do not know. */
enum method method_parse(const char *word);
const char *method_word(enum method method);

/* The handlers, one file a resource (api_*.c). */
route_handler api_coverage, api_coverage_community;
route_handler api_nearby, api_isochrone, api_facilities, api_facility, api_offer_places;
route_handler api_base_tile, api_base_tilejson, api_suggest;
route_handler api_status, api_config, api_health, api_ready, api_metrics, api_openapi;

/* And the pages (page_*.c), one file a page. */
route_handler page_home, page_facility, page_planner, page_about;
route_handler page_robots, page_icon, page_file;

#endif
