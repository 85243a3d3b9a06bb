/* Hours that many owners share are kept once: a table of patterns, found by hash. */
#include "data/dataset_internal.h"

#include <stdlib.h>

enum { FIRST_TABLE_SIZE = 1024 };

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9E3779B97F4A7C15u;
    return hash ^ (hash >> 29);
}

static uint32_t hash_pattern(uint16_t region, const struct hours_record *rules, uint32_t rule_count,
                             const struct hours_exception_record *exceptions,
                             uint32_t exception_count)
{
    uint64_t hash = mix(region, rule_count);
    for (uint32_t i = 0; i < rule_count; i++)
        hash = mix(hash, (uint64_t)rules[i].weekdays << 32 |
                             (uint64_t)(uint16_t)rules[i].open_min << 16 |
                             (uint16_t)rules[i].close_min);
    for (uint32_t i = 0; i < exception_count; i++)
        hash = mix(hash, (uint64_t)(uint32_t)exceptions[i].day << 32 |
                             (uint64_t)(uint16_t)exceptions[i].open_min << 16 |
                             (uint16_t)exceptions[i].close_min);
    return (uint32_t)(hash >> 32);
}

static bool same_rules(const struct hours_record *a, const struct hours_record *b, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (a[i].weekdays != b[i].weekdays || a[i].open_min != b[i].open_min ||
            a[i].close_min != b[i].close_min)
            return false;
    return true;
}

static bool same_exceptions(const struct hours_exception_record *a,
                            const struct hours_exception_record *b, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (a[i].day != b[i].day || a[i].open_min != b[i].open_min ||
            a[i].close_min != b[i].close_min)
            return false;
    return true;
}

enum status hours_builder_init(struct hours_builder *builder, struct dataset *dataset,
                               struct error *error)
{
    *builder = (struct hours_builder){.dataset = dataset, .table_size = FIRST_TABLE_SIZE};
    builder->table = calloc(builder->table_size, sizeof *builder->table);
    if (!builder->table)
        return error_memory(error, "gathering opening hours");
    enum status status = raw_grow((void **)&dataset->hours_patterns, 0, &builder->pattern_capacity,
                                  sizeof *dataset->hours_patterns, error);
    if (!status) /* never NULL, so that adding 0 to them is allowed */
        status = raw_grow((void **)&dataset->rules, 0, &builder->rule_capacity,
                          sizeof *dataset->rules, error);
    if (!status)
        status = raw_grow((void **)&dataset->exceptions, 0, &builder->exception_capacity,
                          sizeof *dataset->exceptions, error);
    if (!status)
        dataset->hours_patterns[dataset->hours_pattern_count++] = (struct dataset_hours){0};
    return status;
}

static uint32_t hash_kept(const struct dataset *dataset, uint32_t pattern)
{
    const struct dataset_hours *kept = &dataset->hours_patterns[pattern];
    return hash_pattern(kept->region, dataset->rules + kept->first_rule, kept->rule_count,
                        dataset->exceptions + kept->first_exception, kept->exception_count);
}

static enum status widen_table(struct hours_builder *builder, struct error *error)
{
    uint32_t size = builder->table_size * 2;
    uint32_t *table = calloc(size, sizeof *table);
    if (!table)
        return error_memory(error, "gathering opening hours");
    for (uint32_t pattern = 1; pattern < builder->dataset->hours_pattern_count; pattern++) {
        uint32_t at = hash_kept(builder->dataset, pattern) % size;
        while (table[at])
            at = (at + 1) % size;
        table[at] = pattern + 1;
    }
    free(builder->table);
    builder->table = table;
    builder->table_size = size;
    return STATUS_OK;
}

static enum status keep_pattern(struct hours_builder *builder, uint16_t region,
                                const struct hours_record *rules, uint32_t rule_count,
                                const struct hours_exception_record *exceptions,
                                uint32_t exception_count, struct error *error)
{
    struct dataset *dataset = builder->dataset;
    struct dataset_hours kept = {dataset->rule_count, rule_count, dataset->exception_count,
                                 exception_count, region};
    enum status status =
        raw_grow((void **)&dataset->hours_patterns, dataset->hours_pattern_count,
                 &builder->pattern_capacity, sizeof *dataset->hours_patterns, error);
    for (uint32_t i = 0; i < rule_count && !status; i++) {
        status = raw_grow((void **)&dataset->rules, dataset->rule_count, &builder->rule_capacity,
                          sizeof *dataset->rules, error);
        if (!status)
            dataset->rules[dataset->rule_count++] = rules[i];
    }
    for (uint32_t i = 0; i < exception_count && !status; i++) {
        status = raw_grow((void **)&dataset->exceptions, dataset->exception_count,
                          &builder->exception_capacity, sizeof *dataset->exceptions, error);
        if (!status)
            dataset->exceptions[dataset->exception_count++] = exceptions[i];
    }
    if (!status)
        dataset->hours_patterns[dataset->hours_pattern_count++] = kept;
    return status;
}

enum status hours_builder_add(struct hours_builder *builder, uint16_t region,
                              const struct hours_record *rules, uint32_t rule_count,
                              const struct hours_exception_record *exceptions,
                              uint32_t exception_count, uint32_t *pattern, struct error *error)
{
    struct dataset *dataset = builder->dataset;
    *pattern = 0;
    if (rule_count + exception_count == 0)
        return STATUS_OK;
    if (dataset->hours_pattern_count > builder->table_size / 2) {
        enum status status = widen_table(builder, error);
        if (status)
            return status;
    }
    uint32_t at =
        hash_pattern(region, rules, rule_count, exceptions, exception_count) % builder->table_size;
    for (; builder->table[at]; at = (at + 1) % builder->table_size) {
        const struct dataset_hours *kept = &dataset->hours_patterns[builder->table[at] - 1];
        if (kept->region == region && kept->rule_count == rule_count &&
            kept->exception_count == exception_count &&
            same_rules(dataset->rules + kept->first_rule, rules, rule_count) &&
            same_exceptions(dataset->exceptions + kept->first_exception, exceptions,
                            exception_count)) {
            *pattern = builder->table[at] - 1;
            return STATUS_OK;
        }
    }
    enum status status =
        keep_pattern(builder, region, rules, rule_count, exceptions, exception_count, error);
    if (!status) {
        *pattern = dataset->hours_pattern_count - 1;
        builder->table[at] = *pattern + 1;
    }
    return status;
}

void hours_builder_release(struct hours_builder *builder)
{
    free(builder->table);
    *builder = (struct hours_builder){0};
}
