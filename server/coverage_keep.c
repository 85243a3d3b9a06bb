#include "server/coverage_keep.h"

#include "data/coverage_record.h"
#include "data/walking.h"

static bool has_streets(const struct dataset *dataset, uint32_t region)
{
    for (uint32_t i = 0; i < dataset->network_count; i++)
        if (dataset->networks[i]->region == region)
            return true;
    return false;
}

static enum status keep_one(struct store *store, const struct picture *picture, uint16_t region,
                            moment_t now, struct error *error)
{
    const struct coverage_parameters usual = {
        .region = region, .profile = PROFILE_STROLLER, .minutes = COVERAGE_MINUTES_DEFAULT};
    struct coverage_run *run;
    enum status status =
        coverage_run_make(picture->dataset, picture->vacancies, &usual, &run, error);
    if (status)
        return status;
    status = coverage_record_keep(store, run, PROFILE_STROLLER, run->made_for, now, error);
    coverage_run_release(run);
    return status;
}

enum status coverage_keep_all(struct store *store, const struct picture *picture, moment_t now,
                              struct error *error)
{
    const struct dataset *dataset = picture->dataset;
    uint32_t kept = 0;
    enum status status = store_begin(store, error);
    if (status)
        return status;
    for (uint32_t i = 0; i < dataset->region_count && !status; i++) {
        if (dataset->people[i].count == 0 || !has_streets(dataset, i))
            continue;
        status = keep_one(store, picture, (uint16_t)i, now, error);
        kept++;
    }
    if (!status && kept)
        return store_commit(store, error);
    store_rollback(store);
    return status;
}
