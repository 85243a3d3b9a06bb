#include "geo/distance.h"

#include "geo/pair.h"

#include <geodesic.h>

/* WGS 84 (NIMA TR8350.2, 2000): semi-major axis, flattening. */
#define AXIS_M        6378137.0
#define FLATTENING    (1 / 298.257223563)
#define ECCENTRICITY2 (FLATTENING * (2 - FLATTENING))
#define RADIANS       0.017453292519943295769

/* Where the mid-latitude formula holds its 5 mm. Degrees past which 50 km are passed anyway. */
#define MID_LATITUDE_MAX_M   50000.0
#define MID_LATITUDE_MAX_LAT 80.0
#define MID_MAX_LAT_DEG      0.5
#define MID_MAX_LON_DEG      2.7

/*
 * The series below take no library call: they pipeline, and give the same bits everywhere. Each is
 * cut where the next term is below the last bit of a double in the range given. All of it is done
 * for two pairs of points at a time; distance_m() asks for the same twice, so that alone or among
 * many a distance has the same bits.
 */

/* One step of Horner's scheme. */
static inline pair step(pair sum, pair s, double coefficient)
{
    return pair_add(pair_mul(sum, s), pair_all(coefficient));
}

/* |x| <= 0.024 (half of 2.7 degrees) */
static inline pair small_sin(pair x)
{
    pair s = pair_mul(x, x), sum = pair_all(-1.0 / 5040);
    sum = step(step(step(sum, s, 1.0 / 120), s, -1.0 / 6), s, 1);
    return pair_mul(x, sum);
}

/* 0 <= x <= 0.005 */
static inline pair small_asin(pair x)
{
    pair s = pair_mul(x, x), sum = pair_all(15.0 / 336);
    sum = step(step(step(sum, s, 3.0 / 40), s, 1.0 / 6), s, 1);
    return pair_mul(x, sum);
}

/* |x| <= 1.4 (80 degrees): the cosine's Taylor series, even powers up to 22. Every other term by
 * itself: two short chains are sooner done than a long one. */
static inline pair mean_cos(pair x)
{
    pair s = pair_mul(x, x), s2 = pair_mul(s, s);
    pair even = pair_all(1 / 2432902008176640000.0); /* 20! */
    even = step(even, s2, 1 / 20922789888000.0);     /* 16! */
    even = step(even, s2, 1 / 479001600.0);          /* 12! */
    even = step(even, s2, 1 / 40320.0);              /* 8! */
    even = step(even, s2, 1 / 24.0);                 /* 4! */
    even = step(even, s2, 1);
    pair odd = pair_all(-1 / 1124000727777607680000.0); /* 22! */
    odd = step(odd, s2, -1 / 6402373705728000.0);       /* 18! */
    odd = step(odd, s2, -1 / 87178291200.0);            /* 14! */
    odd = step(odd, s2, -1 / 3628800.0);                /* 10! */
    odd = step(odd, s2, -1 / 720.0);                    /* 6! */
    odd = step(odd, s2, -1 / 2.0);
    return pair_add(even, pair_mul(s, odd));
}

/* A constant in all but name: its series' coefficients take longer to compute than a distance, and
 * are there before main() and any thread. */
static struct geod_geodesic wgs84;

__attribute__((constructor)) static void make_wgs84(void)
{
    geod_init(&wgs84, AXIS_M, FLATTENING);
}

double distance_geodesic_m(struct geo_point from, struct geo_point to)
{
    /* One order of the two, whichever way round they come, so that the result has the same bits. */
    if (from.lat > to.lat || (from.lat == to.lat && from.lon > to.lon)) {
        struct geo_point swapped = from;
        from = to;
        to = swapped;
    }
    double metres = 0;
    geod_inverse(&wgs84, from.lat, from.lon, to.lat, to.lon, &metres, NULL, NULL);
    return metres;
}

/*
 * u = sin(½Δφ·M/N)·cos(½Δλ), v = cos φm·sin(½Δλ), d = 2N·asin √(u² + v²): the haversine of the
 * sphere of radius N, with the latitude difference scaled by M/N, both at the mean latitude.
 *
 * From one point to two. Returns a bit for each that the formula holds for.
 */
static inline uint32_t mid_latitude(struct geo_point from, struct geo_point a, struct geo_point b,
                                    pair *metres)
{
    const pair one = pair_all(1), half_radians = pair_all(RADIANS / 2);
    pair lat = pair_of(a.lat, b.lat), from_lat = pair_all(from.lat);
    pair lat_deg = pair_abs(pair_sub(lat, from_lat));
    pair turn = pair_abs(pair_sub(pair_of(a.lon, b.lon), pair_all(from.lon)));
    pair lon_deg = pair_min(turn, pair_sub(pair_all(360), turn)); /* the shorter way round */

    pair cosine = mean_cos(pair_mul(pair_add(lat, from_lat), half_radians));
    pair cosine2 = pair_mul(cosine, cosine);
    pair w2 = pair_add(pair_all(1 - ECCENTRICITY2), pair_mul(pair_all(ECCENTRICITY2), cosine2));
    pair over_w2 = pair_div(one, w2); /* 1 / (1 - e² sin² φm) */
    pair m_over_n = pair_mul(pair_all(1 - ECCENTRICITY2), over_w2);
    pair two_n = pair_mul(pair_all(2 * AXIS_M), pair_sqrt(over_w2));
    pair half_lon = small_sin(pair_mul(lon_deg, half_radians));
    pair half_lat = small_sin(pair_mul(pair_mul(lat_deg, half_radians), m_over_n));
    pair lon2 = pair_mul(half_lon, half_lon), lat2 = pair_mul(half_lat, half_lat);
    pair square = pair_add(pair_mul(lat2, pair_sub(one, lon2)), pair_mul(cosine2, lon2));
    *metres = pair_mul(two_n, small_asin(pair_sqrt(square)));

    const pair polar = pair_all(MID_LATITUDE_MAX_LAT);
    return pair_at_most(pair_abs(lat), polar) & pair_at_most(pair_abs(from_lat), polar) &
           pair_at_most(lat_deg, pair_all(MID_MAX_LAT_DEG)) &
           pair_at_most(lon_deg, pair_all(MID_MAX_LON_DEG)) &
           pair_at_most(*metres, pair_all(MID_LATITUDE_MAX_M));
}

double distance_m(struct geo_point from, struct geo_point to)
{
    pair metres;
    return mid_latitude(from, to, to, &metres) ? pair_first(metres) : distance_geodesic_m(from, to);
}

void distance_many_m(struct geo_point from, const struct geo_point *to, uint32_t count,
                     double *metres)
{
    for (uint32_t i = 0; i + 1 < count; i += 2) {
        pair two;
        uint32_t held = mid_latitude(from, to[i], to[i + 1], &two);
        pair_store(metres + i, two);
        if (!(held & 1))
            metres[i] = distance_geodesic_m(from, to[i]);
        if (!(held & 2))
            metres[i + 1] = distance_geodesic_m(from, to[i + 1]);
    }
    if (count % 2)
        metres[count - 1] = distance_m(from, to[count - 1]);
}
