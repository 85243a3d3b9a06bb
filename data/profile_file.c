#include "data/profile_file.h"

#include "data/input_file.h"
#include "data/json_fields.h"

#include <stdlib.h>

enum { MAX_BYTES = 64 << 10 };

static enum status read_fields(const json_t *root, struct profile *profile, struct error *error)
{
    static const char *const keys[] = {
        "name",       "speed_m_s",           "steps",           "snap_counts",
        "snap_max_m", "resident_snap_max_m", "min_component_m", NULL};
    const char *where = "the profile";
    bool steps = true;
    enum status status = fields_check(root, where, keys, error);
    if (!status)
        status =
            fields_text(root, where, "name", OPTIONAL, profile->name, sizeof profile->name, error);
    if (!status && !record_id_is_valid(profile->name))
        status = error_set(error, STATUS_INVALID,
                           "the profile: name is '%s'; it must be 1 to 16 of a-z, 0-9 and -",
                           profile->name);
    if (!status)
        status =
            fields_number(root, where, "speed_m_s", REQUIRED, 0.1, 5, &profile->speed_m_s, error);
    if (!status)
        status = fields_flag(root, where, "steps", &steps, error);
    if (!status)
        status = fields_flag(root, where, "snap_counts", &profile->snap_counts, error);
    if (!status)
        status = fields_number(root, where, "snap_max_m", OPTIONAL, 1, 1000, &profile->snap_max_m,
                               error);
    profile->resident_snap_max_m = profile->snap_max_m;
    if (!status)
        status = fields_number(root, where, "resident_snap_max_m", OPTIONAL, 1, 1000,
                               &profile->resident_snap_max_m, error);
    if (!status)
        status = fields_number(root, where, "min_component_m", OPTIONAL, 0, 1e9,
                               &profile->min_component_m, error);
    profile->barred = steps ? 0 : UINT32_C(1) << STREET_STEPS;
    return status;
}

enum status profile_parse(const char *json, size_t length, struct profile *profile,
                          struct error *error)
{
    const struct profile *usual = profile_builtin(PROFILE_STROLLER);
    struct profile parsed = {.name = "custom",
                             .snap_counts = true,
                             .snap_max_m = usual->snap_max_m,
                             .min_component_m = usual->min_component_m};
    json_t *root = NULL;
    *profile = (struct profile){0};
    enum status status = fields_parse(json, length, MAX_BYTES, "the profile", &root, error);
    if (!status)
        status = read_fields(root, &parsed, error);
    json_decref(root);
    if (!status)
        *profile = parsed;
    return status;
}

enum status profile_file_read(const char *path, struct profile *profile, struct error *error)
{
    char *json = NULL;
    size_t length = 0;
    *profile = (struct profile){0};
    enum status status = input_file_read(path, MAX_BYTES, NULL, &json, &length, error);
    if (!status)
        status = profile_parse(json, length, profile, error);
    if (status)
        error_prefix(error, "%.200s", path);
    free(json);
    return status;
}
