/*
 * The OpenAPI 3.0.3 document, written from the tables that the server itself obeys: routes and their
 * parameters (router.h), problems (problem.h), lists of codes (records.h). What it says of a
 * parameter is what params.c checks. Only the shapes of answers are written by hand, in
 * openapi_schemas.json; the flow tests hold answers against them.
 */
#ifndef SERVER_OPENAPI_H
#define SERVER_OPENAPI_H

#include "server/json.h"

void openapi_write(struct json *out, const char *base_url, const char *version);

#endif
