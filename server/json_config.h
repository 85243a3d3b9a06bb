/*
 * What a page must know before it asks anything: the regions, where they lie, what is drawn beneath
 * the map, and what must stand on it. GET /v1/config answers with it; a page may carry it inside.
 */
#ifndef SERVER_JSON_CONFIG_H
#define SERVER_JSON_CONFIG_H

#include "data/dataset.h"
#include "server/json.h"

/*
 * One JSON object, as "Config" in openapi_schemas.json says. `base_url` begins the address of our own
 * tiles (request.h); "" makes it relative. Text is escaped as JSON: whoever puts it into a page must
 * still keep "</" from ending a script.
 */
void json_config(const struct dataset *dataset, const char *base_url, const char *version,
                 struct json *out);

#endif
