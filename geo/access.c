#include "geo/access.h"

#include <math.h>

double access_weight(const struct access_zone *zones, uint32_t zone_count, uint32_t cost)
{
    for (uint32_t i = 0; i < zone_count; i++)
        if (cost <= zones[i].upto)
            return zones[i].weight;
    return 0;
}

static enum status check_amounts(const char *what, const double *amounts, uint32_t count,
                                 struct error *error)
{
    for (uint32_t i = 0; i < count; i++)
        if (!isfinite(amounts[i]) || amounts[i] < 0)
            return error_set(error, STATUS_INVALID, "%s %u is %g; it must be 0 or more", what, i,
                             amounts[i]);
    return STATUS_OK;
}

static enum status check_input(const struct access_input *input, struct error *error)
{
    enum status status = check_amounts("supply", input->supply, input->facility_count, error);
    if (!status)
        status = check_amounts("demand", input->demand, input->demand_count, error);
    if (status)
        return status;
    for (uint32_t i = 0; i < input->first_pair[input->facility_count]; i++)
        if (input->pairs[i].demand >= input->demand_count)
            return error_set(error, STATUS_INVALID, "pair %u is with demand point %u of %u", i,
                             input->pairs[i].demand, input->demand_count);
    return STATUS_OK;
}

enum status access_compute(const struct access_input *input, double *ratio, double *access,
                           uint32_t *empty, struct error *error)
{
    enum status status = check_input(input, error);
    if (status)
        return status;
    uint32_t empty_count = 0;
    for (uint32_t k = 0; k < input->demand_count; k++)
        access[k] = 0;
    for (uint32_t j = 0; j < input->facility_count; j++) {
        double wanted = 0;
        for (uint32_t i = input->first_pair[j]; i < input->first_pair[j + 1]; i++)
            wanted += input->demand[input->pairs[i].demand] *
                      access_weight(input->zones, input->zone_count, input->pairs[i].cost);
        ratio[j] = wanted > 0 ? input->supply[j] / wanted : 0;
        empty_count += wanted <= 0 && input->supply[j] > 0;
        for (uint32_t i = input->first_pair[j]; i < input->first_pair[j + 1]; i++)
            access[input->pairs[i].demand] +=
                ratio[j] * access_weight(input->zones, input->zone_count, input->pairs[i].cost);
    }
    if (empty)
        *empty = empty_count;
    return STATUS_OK;
}
