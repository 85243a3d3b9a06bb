/*
 * GET /v1/coverage and /v1/coverage/{community}: find the run, show of it what the public may see.
 *
 * A run for minutes and profiles that somebody thought of is computed by the request that first asks
 * for it, within the bounds of the memo: one at a time, and no more than a share of a processor.
 */
#include "data/coverage_run.h"
#include "data/dataset.h"
#include "data/reaching.h"
#include "data/vacancies.h"
#include "server/coverage_ask.h"
#include "server/json_coverage.h"
#include "server/params.h"
#include "server/router.h"

#include <stdio.h>

/* By code: the run may be of the dataset before this one. */
static const char *find_outline(const struct dataset *dataset, uint16_t region,
                                const struct coverage_entry *entry)
{
    uint32_t guess = entry->community;
    if (guess < dataset->community_count && dataset->community_regions[guess] == region &&
        strcmp(dataset->communities[guess].code, entry->code) == 0)
        return dataset->communities[guess].outline;
    for (uint32_t i = 0; i < dataset->community_count; i++)
        if (dataset->community_regions[i] == region &&
            strcmp(dataset->communities[i].code, entry->code) == 0)
            return dataset->communities[i].outline;
    return NULL;
}

static enum status add_outlines(const struct request *request, const struct dataset *dataset,
                                uint16_t region, struct coverage_answer *answer,
                                struct error *error)
{
    const struct coverage_run *run = answer->run;
    const char **outlines =
        arena_calloc(request->arena, (size_t)run->community_count + 1, sizeof *outlines);
    if (!outlines)
        return error_memory(error, "drawing communities");
    for (uint32_t i = 0; i < run->community_count; i++)
        outlines[i] = find_outline(dataset, region, &run->communities[i]);
    answer->outlines = outlines;
    return STATUS_OK;
}

static void name_file(struct worker *worker, const struct coverage_run *run, const char *ending)
{
    char day[11];
    day_format(run->day, day);
    snprintf(worker->response.file_name, sizeof worker->response.file_name, "coverage-%.64s-%s.%s",
             run->region, day, ending);
}

static enum status write_answer(struct worker *worker, const struct request *request,
                                const struct coverage_query *query,
                                const struct coverage_answer *answer, struct json *out,
                                struct error *error)
{
    switch (query->format) {
    case COVERAGE_CSV:
        worker->response.content_type = "text/csv; charset=utf-8";
        name_file(worker, answer->run, "csv");
        csv_coverage(out, answer);
        return STATUS_OK;
    case COVERAGE_GEOJSON:
        worker->response.content_type = "application/geo+json";
        name_file(worker, answer->run, "geojson");
        return geojson_coverage(out, request, answer, error);
    default:
        return json_coverage(out, request, answer, error);
    }
}

/* What both paths do: the question read, the region and its run found, an answer made of it. */
struct showing {
    struct coverage_query query;
    uint16_t region;
    struct held_run held;
    struct coverage_answer answer;
};

static enum status begin(struct worker *worker, const struct request *request,
                         struct showing *showing, struct error *error)
{
    const struct dataset *dataset = worker->picture->dataset;
    *showing = (struct showing){0};
    params_coverage(request, &showing->query);
    enum status status =
        dataset_find_region(dataset, showing->query.region, &showing->region, error);
    if (status == STATUS_NOT_FOUND) /* the path is there; the parameter's value is wrong */
        status = STATUS_INVALID;
    if (!status)
        status = coverage_ask(worker, &showing->query, showing->region, &showing->held, error);
    if (status)
        return status;
    const char *notice = dataset->regions[showing->region].notice;
    showing->answer = (struct coverage_answer){.run = showing->held.run,
                                               .age = showing->query.age,
                                               .notice = *notice ? notice : NULL,
                                               .coordsys = showing->query.coordsys};
    coverage_tag(worker, showing->held.run);
    if (showing->query.geometry || showing->query.format == COVERAGE_GEOJSON)
        status = add_outlines(request, dataset, showing->region, &showing->answer, error);
    return status;
}

enum status api_coverage(struct worker *worker, const struct request *request, struct json *out,
                         struct error *error)
{
    struct showing showing;
    enum status status = begin(worker, request, &showing, error);
    if (!status)
        status = write_answer(worker, request, &showing.query, &showing.answer, out, error);
    coverage_give_back(worker, &showing.held);
    return status;
}

/* Of the data and the day that the run is of; of an earlier one nobody knows any more. */
static enum status find_reaching(struct worker *worker, const struct request *request,
                                 struct showing *showing, const struct coverage_entry *entry,
                                 struct reaching_list *list, struct error *error)
{
    const struct picture *picture = worker->picture;
    const struct coverage_run *run = showing->held.run;
    const struct dataset *dataset = picture->dataset;
    struct reaching_query query = {.region = showing->region,
                                   .community = entry->community,
                                   .profile = showing->query.profile,
                                   .minutes = run->minutes,
                                   .inclusive = run->inclusive,
                                   .weighs_children = run->weighs_children};
    if (showing->query.as_of != DAY_NONE || run->dataset_generation != dataset->generation ||
        run->day != picture->vacancies->local[showing->region].day)
        return STATUS_OK;
    enum status status = reaching_find(dataset, picture->vacancies, &query, worker->walker,
                                       request->arena, list, error);
    showing->answer.dataset = dataset;
    showing->answer.reaching = status ? NULL : list;
    return status;
}

enum status api_coverage_community(struct worker *worker, const struct request *request,
                                   struct json *out, struct error *error)
{
    struct showing showing;
    enum status status = begin(worker, request, &showing, error);
    const struct coverage_entry *entry =
        status ? NULL : coverage_run_find(showing.held.run, request->captures[0]);
    if (!status && !entry) {
        char shown[PARAMS_SHOWN_BYTES];
        params_show(request->captures[0], strlen(request->captures[0]), shown);
        status = error_set(error, STATUS_NOT_FOUND, "region '%s' has no community '%s'",
                           showing.held.run->region, shown);
    }
    struct reaching_list reaching;
    if (!status)
        status = find_reaching(worker, request, &showing, entry, &reaching, error);
    if (!status)
        status = json_coverage_of(out, request, &showing.answer,
                                  (uint32_t)(entry - showing.held.run->communities), error);
    coverage_give_back(worker, &showing.held);
    return status;
}
