/* GET /v1/config: what a page must know before it asks anything. */
#include "server/http.h"
#include "server/json_config.h"
#include "server/router.h"

enum status api_config(struct worker *worker, const struct request *request, struct json *out,
                       struct error *error)
{
    (void)error;
    json_config(worker->picture->dataset, request->base_url, worker->options->version, out);
    return STATUS_OK;
}
