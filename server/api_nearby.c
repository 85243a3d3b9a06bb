/* GET and POST /v1/nearby: read, find, write. */
#include "server/json_nearby.h"
#include "server/params.h"
#include "server/router.h"

enum status api_nearby(struct worker *worker, const struct request *request, struct json *out,
                       struct error *error)
{
    const struct picture *picture = worker->picture;
    struct nearby_query query;
    enum status status = params_nearby(request, &query, error);
    if (!status)
        status = nearby_find(picture->dataset, picture->vacancies, worker->walker, &query,
                             worker->nearby, error);
    if (!status)
        json_nearby(out, request, picture, &query, worker->nearby);
    return status;
}
