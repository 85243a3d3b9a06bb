#include "geo/distance.h"

#include <geodesic.h>
#include <math.h>

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
 * cut where the next term is below the last bit of a double in the range given.
 */

/* |x| <= 0.024 (half of 2.7 degrees) */
static double small_sin(double x)
{
    double s = x * x;
    return x * (1 - s * (1.0 / 6 - s * (1.0 / 120 - s * (1.0 / 5040))));
}

/* 0 <= x <= 0.005 */
static double small_asin(double x)
{
    double s = x * x;
    return x * (1 + s * (1.0 / 6 + s * (3.0 / 40 + s * (15.0 / 336))));
}

/* |x| <= 1.4 (80 degrees): the cosine's Taylor series, even powers up to 22 */
static double mean_cos(double x)
{
    static const double one_over_factorial[] = {
        -1 / 1124000727777607680000.0, /* 22! */
        1 / 2432902008176640000.0,     /* 20! */
        -1 / 6402373705728000.0,       /* 18! */
        1 / 20922789888000.0,          /* 16! */
        -1 / 87178291200.0,            /* 14! */
        1 / 479001600.0,               /* 12! */
        -1 / 3628800.0,                /* 10! */
        1 / 40320.0,                   /* 8! */
        -1 / 720.0,                    /* 6! */
        1 / 24.0,                      /* 4! */
        -1 / 2.0,
        1,
    };
    double s = x * x, sum = one_over_factorial[0];
    for (int i = 1; i < 12; i++)
        sum = sum * s + one_over_factorial[i];
    return sum;
}

static double turn_deg(double from_lon, double to_lon)
{
    double turn = fabs(to_lon - from_lon);
    return turn > 180 ? 360 - turn : turn;
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
 */
double distance_m(struct geo_point from, struct geo_point to)
{
    double lat_deg = fabs(to.lat - from.lat), lon_deg = turn_deg(from.lon, to.lon);
    if (!(lat_deg <= MID_MAX_LAT_DEG && lon_deg <= MID_MAX_LON_DEG &&
          fabs(from.lat) < MID_LATITUDE_MAX_LAT && fabs(to.lat) < MID_LATITUDE_MAX_LAT))
        return distance_geodesic_m(from, to);

    double cosine = mean_cos((from.lat + to.lat) * (RADIANS / 2));
    double cosine2 = cosine * cosine;
    double over_w2 = 1 / (1 - ECCENTRICITY2 + ECCENTRICITY2 * cosine2); /* 1 - e² sin² φm */
    double m_over_n = (1 - ECCENTRICITY2) * over_w2;
    double two_n = 2 * AXIS_M * sqrt(over_w2);
    double half_lon = small_sin(lon_deg * (RADIANS / 2));
    double half_lat = small_sin(lat_deg * (RADIANS / 2) * m_over_n);
    double lon2 = half_lon * half_lon;
    double metres = two_n * small_asin(sqrt(half_lat * half_lat * (1 - lon2) + cosine2 * lon2));
    return metres <= MID_LATITUDE_MAX_M ? metres : distance_geodesic_m(from, to);
}
