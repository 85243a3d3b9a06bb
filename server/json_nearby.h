/*
 * The answer of a nearby search: API.md, "Nearby".
 */
#ifndef SERVER_JSON_NEARBY_H
#define SERVER_JSON_NEARBY_H

#include "data/nearby.h"
#include "server/request.h"

/* Appends the FeatureCollection. Allocates nothing beyond the answer's buffer. */
void json_nearby(struct json *out, const struct request *request, const struct picture *picture,
                 const struct nearby_query *query, const struct nearby_list *list);

#endif
