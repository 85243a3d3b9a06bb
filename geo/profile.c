#include "geo/profile.h"

#include <math.h>
#include <string.h>

#define STEPS_CLOSED (UINT32_C(1) << STREET_STEPS)

/*
 * stroller  1.00 m/s, no steps: design value; GB 50180-2018 gives 800-1,000 m of walking for its
 *           15-minute circle
 * toddler   0.88 m/s: measured mean of 48 preschoolers, standard deviation 0.2
 * adult     1.30 m/s: the default walking speed of the routing engine R5
 * Farther than 300 m from any street is "off network", said so and never snapped silently. The main
 * components of each are those with 2 km of street, a small quarter: design value.
 */
#define SNAP_MAX_M      300
#define MIN_COMPONENT_M 2000

static const struct profile builtin[PROFILE_COUNT] = {
    [PROFILE_STROLLER] = {"stroller", 1.00, STEPS_CLOSED, true, SNAP_MAX_M, SNAP_MAX_M,
                          MIN_COMPONENT_M},
    [PROFILE_TODDLER] = {"toddler", 0.88, 0, true, SNAP_MAX_M, SNAP_MAX_M, MIN_COMPONENT_M},
    [PROFILE_ADULT] = {"adult", 1.30, 0, true, SNAP_MAX_M, SNAP_MAX_M, MIN_COMPONENT_M},
};

const struct profile *profile_builtin(uint32_t number)
{
    return number < PROFILE_COUNT ? &builtin[number] : NULL;
}

enum status profile_find(const char *name, size_t length, uint32_t *number, struct error *error)
{
    for (uint32_t i = 0; i < PROFILE_COUNT; i++) {
        if (strlen(builtin[i].name) == length && memcmp(builtin[i].name, name, length) == 0) {
            *number = i;
            return STATUS_OK;
        }
    }
    int shown = length > 60 ? 60 : (int)length;
    return error_set_parameter(error, STATUS_NOT_FOUND, "profile",
                               "profile is '%.*s'; it must be stroller, toddler or adult", shown,
                               name);
}

double profile_seconds(const struct profile *profile, uint64_t millimetres)
{
    return (double)millimetres / 1000 / profile->speed_m_s;
}

uint64_t profile_reach_mm(const struct profile *profile, double seconds)
{
    double millimetres = seconds * profile->speed_m_s * 1000;
    /* 900 s at 1.00 m/s must be 900,000 mm whatever the floats say: a limit is inclusive. */
    return millimetres <= 0 ? 0 : (uint64_t)floor(millimetres * (1 + 1e-12) + 1e-6);
}
