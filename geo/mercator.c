#include "geo/mercator.h"

#include <math.h>

#define PI    3.14159265358979323846
#define WORLD 4294967296.0 /* 2^32 */

static uint32_t to_unit(double share)
{
    double unit = floor(share * WORLD + 0.5);
    if (!(unit > 0))
        return 0;
    return unit >= WORLD ? UINT32_MAX : (uint32_t)unit;
}

struct plane_point mercator_project(struct geo_point point)
{
    double lat = fmin(fmax(point.lat, -MERCATOR_MAX_LAT), MERCATOR_MAX_LAT) * (PI / 180);
    /* asinh(tan φ) is ln tan(π/4 + φ/2) without its loss of digits near the equator */
    double y = 0.5 - asinh(tan(lat)) / (2 * PI);
    return (struct plane_point){to_unit(point.lon / 360 + 0.5), to_unit(y)};
}

struct geo_point mercator_unproject(struct plane_point point)
{
    double north = PI - 2 * PI * (point.y / WORLD);
    return (struct geo_point){point.x / WORLD * 360 - 180, atan(sinh(north)) * (180 / PI)};
}

static uint32_t clamp(int64_t value)
{
    return value < 0 ? 0 : value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

struct plane_box mercator_tile_box(struct tile_id tile, uint32_t margin)
{
    int64_t side = INT64_C(1) << (32 - tile.z);
    int64_t around = (int64_t)margin << mercator_grid_shift(tile.z);
    int64_t x = tile.x * side, y = tile.y * side;
    return (struct plane_box){clamp(x - around), clamp(y - around), clamp(x + side + around),
                              clamp(y + side + around)};
}
