/* What pages are made of besides HTML: files, the icon, and what search engines are told. */
#include "server/http.h"
#include "server/page.h"
#include "server/router.h"

#include <stdio.h>

static enum status answer(struct worker *worker, const struct request *request, const char *name,
                          struct error *error)
{
    const struct file *file = files_find(worker->options->files, name);
    if (!file)
        return error_set(error, STATUS_NOT_FOUND, "there is no file of this name");
    struct response *response = &worker->response;
    enum file_encoding encoding = file_choose(file, request->accept_encoding);
    const char *word = file_encoding_word(encoding);
    response->file = file;
    response->file_encoding = (uint8_t)encoding;
    response->content_type = file->content_type;
    snprintf(response->etag, sizeof response->etag, "%s%s%s", file->tag, word ? "-" : "",
             word ? word : "");
    return STATUS_OK;
}

enum status page_file(struct worker *worker, const struct request *request, struct json *out,
                      struct error *error)
{
    (void)out;
    return answer(worker, request, request->captures[0], error);
}

/* Browsers ask for it whatever a page says. */
enum status page_icon(struct worker *worker, const struct request *request, struct json *out,
                      struct error *error)
{
    (void)out;
    return answer(worker, request, "favicon.svg", error);
}

/* The API is for programs; a shared search is somebody's, and its page says noindex itself. */
enum status page_robots(struct worker *worker, const struct request *request, struct json *out,
                        struct error *error)
{
    (void)worker, (void)request, (void)error;
    JSON_RAW(out, "User-agent: *\nDisallow: /v1/\nDisallow: /metrics\n");
    return STATUS_OK;
}
