#include "tests/test.h"

#include "geo/crs.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/*
 * Reference points on which two independent public implementations (gcoord, coordtransform) agree
 * to 1.5e-14 degree. Those that are not `shifted` are what the formula gives where it does not
 * apply: outside the outline a point must stay as it is, in all three systems.
 */
static const struct reference {
    const char *id;
    bool shifted;
    struct geo_point wgs84, gcj02, bd09;
} references[] = {
    {"hangzhou-binjiang-gov",
     true,
     {120.210600000000, 30.206600000000},
     {120.215132157230, 30.204169454756},
     {120.221589599649, 30.210260556713}},
    {"hangzhou-west-lake",
     true,
     {120.148500000000, 30.242400000000},
     {120.153210479639, 30.240079899282},
     {120.159725739144, 30.246019611288}},
    {"beijing-tiananmen",
     true,
     {116.391275700000, 39.906742600000},
     {116.397516772332, 39.908143831485},
     {116.403890233025, 39.914487393470}},
    {"shanghai-peoples-square",
     true,
     {121.469200000000, 31.232300000000},
     {121.473737615861, 31.230370648574},
     {121.480275200915, 31.236304764308}},
    {"guangzhou",
     true,
     {113.264300000000, 23.129100000000},
     {113.269629525459, 23.126423285330},
     {113.276050871952, 23.132710286435}},
    {"shenzhen",
     true,
     {114.057900000000, 22.543100000000},
     {114.063013998565, 22.540382814222},
     {114.069563987033, 22.546041559074}},
    {"chengdu",
     true,
     {104.066500000000, 30.572300000000},
     {104.069004905671, 30.569845540720},
     {104.075480940876, 30.575856163708}},
    {"kashgar",
     true,
     {75.989500000000, 39.470400000000},
     {75.992454000027, 39.470626127369},
     {75.998960807320, 39.476592569652}},
    {"harbin",
     true,
     {126.642500000000, 45.756900000000},
     {126.648470084602, 45.758851206030},
     {126.655099921274, 45.764544499609}},
    {"mohe",
     true,
     {122.538600000000, 52.972100000000},
     {122.545628574972, 52.973612790830},
     {122.552098542544, 52.979698810217}},
    {"sanya",
     true,
     {109.511900000000, 18.252800000000},
     {109.515984294827, 18.251094791736},
     {109.522531791739, 18.256876553759}},
    {"lhasa",
     true,
     {91.132200000000, 29.660400000000},
     {91.133743324879, 29.657679589950},
     {91.140342762186, 29.663425674028}},
    {"urumqi",
     true,
     {87.616800000000, 43.825600000000},
     {87.619649949469, 43.826805393111},
     {87.626099770816, 43.832949794793}},
    {"xian",
     true,
     {108.939800000000, 34.341600000000},
     {108.944455634275, 34.340044495655},
     {108.950901434909, 34.346274135515}},
    {"lon105-lat35-pole",
     true,
     {105.000000000000, 35.000000000000},
     {105.003286241457, 34.999098632235},
     {105.009666828319, 35.005403668457}},
    {"fuyuan-east",
     true,
     {134.307600000000, 48.364500000000},
     {134.315320531827, 48.366911012360},
     {134.321867095003, 48.372802603847}},
    {"tokyo",
     false,
     {139.691700000000, 35.689500000000},
     {139.691700000000, 35.689500000000},
     {139.698122526263, 35.695845452841}},
    {"newyork",
     false,
     {-74.006000000000, 40.712800000000},
     {-74.006000000000, 40.712800000000},
     {-73.999491941362, 40.718855696827}},
    {"london",
     false,
     {-0.127600000000, 51.507200000000},
     {-0.127600000000, 51.507200000000},
     {-0.121242496838, 51.513219432300}},
    {"sydney",
     false,
     {151.209300000000, -33.868800000000},
     {151.209300000000, -33.868800000000},
     {151.215870317789, -33.862394736402}},
    {"seoul-in-bbox",
     false,
     {126.978000000000, 37.566500000000},
     {126.983082735782, 37.567402112494},
     {126.989550051343, 37.573539234914}},
    {"bangkok-in-bbox",
     false,
     {100.501800000000, 13.756300000000},
     {100.502672887999, 13.754890080548},
     {100.509199818115, 13.760589613889}},
};
enum { REFERENCES = sizeof references / sizeof references[0] };

static void check_point(const char *id, struct geo_point actual, struct geo_point expected,
                        double tolerance)
{
    if (!CHECK_NEAR(actual.lon, expected.lon, tolerance) ||
        !CHECK_NEAR(actual.lat, expected.lat, tolerance))
        test_fail(__FILE__, __LINE__, "at %s", id);
}

TEST(reference_points_of_china_hold_both_ways_and_the_others_stay)
{
    for (int i = 0; i < REFERENCES; i++) {
        const struct reference *r = &references[i];
        CHECK(crs_gcj02_applies(r->wgs84) == r->shifted);
        if (r->shifted) {
            check_point(r->id, crs_from_wgs84(COORDSYS_GCJ02, r->wgs84), r->gcj02, 1e-9);
            check_point(r->id, crs_from_wgs84(COORDSYS_BD09, r->wgs84), r->bd09, 1e-9);
            check_point(r->id, crs_to_wgs84(COORDSYS_GCJ02, r->gcj02), r->wgs84, 1e-9);
            check_point(r->id, crs_to_wgs84(COORDSYS_BD09, r->bd09), r->wgs84, 1e-9);
        }
        for (int c = 0; c < COORDSYS_COUNT && !r->shifted; c++) {
            check_point(r->id, crs_from_wgs84((enum coordsys)c, r->wgs84), r->wgs84, 0);
            check_point(r->id, crs_to_wgs84((enum coordsys)c, r->wgs84), r->wgs84, 0);
        }
    }
}

TEST(shifts_round_trip_to_a_ten_billionth_of_a_degree)
{
    struct test_random random = test_random();
    int shifted = 0;
    for (int i = 0; i < 20000; i++) {
        struct geo_point at = {73 + 62 * test_random_unit(&random),
                               18 + 36 * test_random_unit(&random)};
        if (i % 10 == 0)
            at.lon = 105 + (test_random_unit(&random) - 0.5) * 1e-8; /* the formula has a kink */
        if (!crs_gcj02_applies(at))
            continue;
        shifted++;
        for (int c = COORDSYS_GCJ02; c < COORDSYS_COUNT; c++) {
            struct geo_point there = crs_from_wgs84((enum coordsys)c, at);
            CHECK(there.lon != at.lon);
            check_point("round trip", crs_to_wgs84((enum coordsys)c, there), at, 1e-10);
        }
    }
    CHECK(shifted > 5000);
}

struct town {
    const char *name;
    struct geo_point at;
};

static const struct town inside[] = {
    {"Binjiang", {120.2106, 30.2066}},    {"Dandong", {124.383, 40.130}},
    {"Ji'an", {126.170, 41.135}},         {"Tumen", {129.835, 42.967}},
    {"Hunchun", {130.366, 42.862}},       {"Suifenhe", {131.152, 44.412}},
    {"Heihe", {127.495, 50.245}},         {"Manzhouli", {117.379, 49.598}},
    {"Erenhot", {111.977, 43.653}},       {"Khorgos", {80.424, 44.211}},
    {"Tacheng", {82.980, 46.745}},        {"Altay", {88.141, 47.845}},
    {"Tashkurgan", {75.230, 37.773}},     {"Shiquanhe", {80.100, 32.500}},
    {"Burang", {81.177, 30.294}},         {"Zhangmu", {85.984, 27.990}},
    {"Yadong", {88.907, 27.485}},         {"Medog", {95.333, 29.325}},
    {"Tengchong", {98.490, 25.020}},      {"Ruili", {97.852, 24.013}},
    {"Jinghong", {100.797, 22.009}},      {"Mengla", {101.565, 21.479}},
    {"Hekou", {103.950, 22.530}},         {"Pingxiang", {106.760, 22.095}},
    {"Dongxing", {107.967, 21.547}},      {"Haikou", {110.330, 20.020}},
    {"Weizhou", {109.110, 21.040}},       {"Zhuhai", {113.577, 22.271}},
    {"Hengqin", {113.520, 22.130}},       {"Shekou", {113.915, 22.485}},
    {"Futian port", {114.068, 22.519}},   {"Luohu", {114.125, 22.548}},
    {"Yantian", {114.237, 22.557}},       {"Nan'ao", {114.485, 22.535}},
    {"Neilingding", {113.805, 22.413}},   {"Dangan", {114.270, 22.045}},
    {"Xiamen", {118.089, 24.480}},        {"Gulangyu", {118.062, 24.446}},
    {"Dadeng", {118.330, 24.560}},        {"Weitou", {118.565, 24.522}},
    {"Pingtan", {119.790, 25.500}},       {"Huangqi", {119.885, 26.330}},
    {"Taishan isles", {120.700, 27.000}}, {"Dachen", {121.890, 28.460}},
    {"Zhoushan", {122.207, 29.985}},      {"Shengshan", {122.820, 30.720}},
    {"Weihai", {122.120, 37.510}},        {"Chengshantou", {122.700, 37.395}},
    {"Changhai", {122.588, 39.273}},      {"Qinhuangdao", {119.600, 39.935}},
};

static const struct town outside[] = {
    {"Hong Kong Central", {114.158, 22.282}},
    {"Lok Ma Chau", {114.060, 22.500}},
    {"Sheung Shui", {114.128, 22.502}},
    {"Yuen Long", {114.022, 22.445}},
    {"Chek Lap Kok", {113.915, 22.309}},
    {"Tung Ping Chau", {114.433, 22.543}},
    {"Po Toi", {114.255, 22.168}},
    {"Macao", {113.543, 22.193}},
    {"Taipa", {113.558, 22.155}},
    {"Coloane", {113.563, 22.118}},
    {"Kinmen", {118.317, 24.434}},
    {"Lieyu", {118.240, 24.432}},
    {"Nangan", {119.930, 26.150}},
    {"Beigan", {119.990, 26.225}},
    {"Dongyin", {120.490, 26.367}},
    {"Penghu", {119.566, 23.565}},
    {"Taipei", {121.565, 25.033}},
    {"Kaohsiung", {120.301, 22.627}},
    {"Sinuiju", {124.400, 40.090}},
    {"Hyesan", {128.180, 41.398}},
    {"Hoeryong", {129.755, 42.440}},
    {"Vladivostok", {131.886, 43.116}},
    {"Khabarovsk", {135.072, 48.480}},
    {"Blagoveshchensk", {127.540, 50.290}},
    {"Zabaykalsk", {117.327, 49.651}},
    {"Zamyn-Uud", {111.907, 43.725}},
    {"Ulaanbaatar", {106.917, 47.918}},
    {"Zaysan", {84.872, 47.467}},
    {"Zharkent", {79.999, 44.163}},
    {"Almaty", {76.946, 43.238}},
    {"Karakol", {78.394, 42.491}},
    {"Naryn", {75.991, 41.429}},
    {"Murghab", {73.966, 38.169}},
    {"Gilgit", {74.314, 35.920}},
    {"Leh", {77.577, 34.163}},
    {"Kathmandu", {85.324, 27.717}},
    {"Gangtok", {88.612, 27.331}},
    {"Thimphu", {89.639, 27.472}},
    {"Myitkyina", {97.396, 25.383}},
    {"Muse", {97.905, 23.980}},
    {"Laukkai", {98.765, 23.690}},
    {"Kengtung", {99.610, 21.295}},
    {"Luang Namtha", {101.400, 20.950}},
    {"Lao Cai", {103.975, 22.485}},
    {"Dong Dang", {106.695, 21.940}},
    {"Mong Cai", {107.966, 21.522}},
    {"Hanoi", {105.834, 21.028}},
    {"Bach Long Vi", {107.730, 20.130}},
    {"Fukuoka", {130.402, 33.590}},
    {"Jeju", {126.530, 33.500}},
    {"Pyongyang", {125.750, 39.030}},
    {"Manila", {120.984, 14.600}},
};

TEST(the_outline_tells_towns_on_both_sides_of_its_line)
{
    for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++)
        if (!CHECK(crs_gcj02_applies(inside[i].at)))
            test_fail(__FILE__, __LINE__, "%s should be inside", inside[i].name);
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++)
        if (!CHECK(!crs_gcj02_applies(outside[i].at)))
            test_fail(__FILE__, __LINE__, "%s should be outside", outside[i].name);
    CHECK(!crs_gcj02_applies((struct geo_point){NAN, 30}));
    CHECK(!crs_gcj02_applies((struct geo_point){120, INFINITY}));
}

/* Outside the outline stays outside when it comes back, unless it lies where shifted points do. */
TEST(points_well_outside_stay_in_every_system)
{
    struct test_random random = test_random();
    for (int i = 0; i < 20000; i++) {
        struct geo_point at = {360 * test_random_unit(&random) - 180,
                               180 * test_random_unit(&random) - 90};
        bool near = false;
        for (int d = 0; d < 9; d++)
            near |= crs_gcj02_applies(
                (struct geo_point){at.lon + 0.05 * (d % 3 - 1), at.lat + 0.05 * (d / 3 - 1)});
        if (near)
            continue;
        for (int c = 0; c < COORDSYS_COUNT; c++) {
            check_point("far", crs_from_wgs84((enum coordsys)c, at), at, 0);
            check_point("far", crs_to_wgs84((enum coordsys)c, at), at, 0);
        }
    }
}

TEST(coordinate_systems_have_their_codes)
{
    for (int c = 0; c < COORDSYS_COUNT; c++) {
        enum coordsys parsed = COORDSYS_COUNT;
        const char *code = coordsys_code((enum coordsys)c);
        CHECK_INT(coordsys_parse(code, strlen(code), &parsed), STATUS_OK);
        CHECK_INT(parsed, c);
    }
    enum coordsys parsed;
    CHECK_INT(coordsys_parse("wgs8", 4, &parsed), STATUS_NOT_FOUND);
    CHECK_INT(coordsys_parse("WGS84", 5, &parsed), STATUS_NOT_FOUND);
    CHECK_INT(coordsys_parse("", 0, &parsed), STATUS_NOT_FOUND);
}

static void check_transform(const char *name, double x, double y, struct geo_point expected,
                            double tolerance)
{
    struct error error;
    struct crs_transform *transform;
    struct geo_point point = {0, 0};
    REQUIRE_OK(crs_transform_open(name, &transform, &error), &error);
    REQUIRE_OK(crs_transform_point(transform, x, y, &point, &error), &error);
    check_point(name, point, expected, tolerance);
    crs_transform_close(transform);
}

/* Gauss-Krueger by its series (Snyder 1987, 8-9 to 8-13): a second way to the projected ones. */
static void gauss_krueger(double lon, double lat, double central, double false_east, double *x,
                          double *y)
{
    const double a = 6378137, f = 1 / 298.257222101, e2 = f * (2 - f), ep2 = e2 / (1 - e2);
    double phi = lat * 0.017453292519943295, s = sin(phi), c = cos(phi), t = tan(phi) * tan(phi);
    double n = a / sqrt(1 - e2 * s * s), k = ep2 * c * c;
    double d = (lon - central) * 0.017453292519943295 * c;
    double m = a * ((1 - e2 / 4 - 3 * e2 * e2 / 64 - 5 * e2 * e2 * e2 / 256) * phi -
                    (3 * e2 / 8 + 3 * e2 * e2 / 32 + 45 * e2 * e2 * e2 / 1024) * sin(2 * phi) +
                    (15 * e2 * e2 / 256 + 45 * e2 * e2 * e2 / 1024) * sin(4 * phi) -
                    (35 * e2 * e2 * e2 / 3072) * sin(6 * phi));
    *x = false_east + n * (d + (1 - t + k) * pow(d, 3) / 6 +
                           (5 - 18 * t + t * t + 72 * k - 58 * ep2) * pow(d, 5) / 120);
    *y = m + n * tan(phi) *
                 (d * d / 2 + (5 - t + 9 * k + 4 * k * k) * pow(d, 4) / 24 +
                  (61 - 58 * t + t * t + 600 * k - 330 * ep2) * pow(d, 6) / 720);
}

TEST(registers_in_chinese_and_web_projections_land_where_they_should)
{
    const struct geo_point office = {120.2106, 30.2066};
    double x, y;
    check_transform("EPSG:4490", office.lon, office.lat, office, 1e-9);
    check_transform("epsg:4326", office.lon, office.lat, office, 1e-12);
    gauss_krueger(office.lon, office.lat, 120, 500000, &x, &y); /* CGCS2000, 3 degrees, CM 120E */
    check_transform("EPSG:4549", x, y, office, 1e-8);
    gauss_krueger(office.lon, office.lat, 120, 40500000, &x, &y); /* the same, zone 40 */
    check_transform("EPSG:4528", x, y, office, 1e-8);
    const double radius = 6378137, degree = 0.017453292519943295;
    check_transform("EPSG:3857", radius * office.lon * degree,
                    radius * log(tan(0.78539816339744831 + office.lat * degree / 2)), office, 1e-9);
    check_transform("gcj02", references[0].gcj02.lon, references[0].gcj02.lat, references[0].wgs84,
                    1e-9);
    check_transform("BD09", references[0].bd09.lon, references[0].bd09.lat, references[0].wgs84,
                    1e-9);
    check_transform("wgs84", -180, 90, (struct geo_point){-180, 90}, 0);
}

TEST(systems_nobody_knows_are_refused_by_name)
{
    static const char *const bad[] = {"",
                                      "wgs",
                                      "EPSG:",
                                      "EPSG:12x",
                                      "EPSG:0",
                                      "EPSG:999999",
                                      "EPSG:1234567",
                                      "4326",
                                      "EPSG:-4326",
                                      "none",
                                      "+proj=merc",
                                      "EPSG:4326 ",
                                      "a name that is longer than any name of a system could be"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct error error = {0};
        struct crs_transform *transform = (void *)&error;
        CHECK_INT(crs_transform_open(bad[i], &transform, &error), STATUS_INVALID);
        CHECK(transform == NULL);
        CHECK_TEXT(error.parameter, "coordsys");
        char quoted[64];
        snprintf(quoted, sizeof quoted, "\"%.40s\"", bad[i]);
        CHECK_CONTAINS(error.message, quoted);
    }
    crs_transform_close(NULL);
}

/* Xian 1980 is some 100 m from WGS 84 by a shift that is not public: guessing it is refused. */
TEST(a_datum_without_a_known_shift_is_refused_not_guessed)
{
    struct error error;
    struct crs_transform *transform;
    CHECK_INT(crs_transform_open("EPSG:2385", &transform, &error), STATUS_INVALID);
    CHECK_CONTAINS(error.message, "no exact enough way");
    CHECK_INT(crs_transform_open("EPSG:4978", &transform, &error), STATUS_INVALID);
    CHECK_CONTAINS(error.message, "two coordinates"); /* geocentric */
    CHECK_INT(crs_transform_open("EPSG:5703", &transform, &error), STATUS_INVALID);
    CHECK_CONTAINS(error.message, "two coordinates"); /* a height */
}

TEST(what_is_no_point_of_its_system_is_refused_and_writes_nothing)
{
    static const char *const names[] = {"wgs84",     "gcj02",     "bd09",
                                        "EPSG:4326", "EPSG:4549", "EPSG:3857"};
    static const double bad[][2] = {{NAN, 30}, {120, INFINITY}, {-INFINITY, NAN}, {1e300, 1e300}};
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        struct error error;
        struct crs_transform *transform;
        REQUIRE_OK(crs_transform_open(names[n], &transform, &error), &error);
        for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
            struct geo_point point = {1, 2};
            CHECK_INT(crs_transform_point(transform, bad[i][0], bad[i][1], &point, &error),
                      STATUS_INVALID);
            CHECK(point.lon == 1 && point.lat == 2);
        }
        struct geo_point point = {1, 2};
        if (n < 4)
            CHECK_INT(crs_transform_point(transform, 30, 120, &point, &error), STATUS_INVALID);
        crs_transform_close(transform);
    }
}

static void *transform_many(void *argument)
{
    struct geo_point *sum = argument;
    struct crs_transform *transform;
    struct geo_point point;
    for (int round = 0; round < 3; round++) {
        if (crs_transform_open("EPSG:4549", &transform, NULL) != STATUS_OK)
            return NULL;
        for (int i = 0; i < 200; i++)
            if (crs_transform_point(transform, 520000 + i, 3343000 + i, &point, NULL) == STATUS_OK)
                *sum = (struct geo_point){sum->lon + point.lon, sum->lat + point.lat};
        crs_transform_close(transform);
    }
    return NULL;
}

TEST(threads_with_a_transform_each_get_the_same_points)
{
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    struct geo_point sums[THREADS] = {0};
    for (int i = 0; i < THREADS; i++)
        REQUIRE(pthread_create(&threads[i], NULL, transform_many, &sums[i]) == 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CHECK(sums[0].lon > 0);
    for (int i = 1; i < THREADS; i++)
        CHECK(sums[i].lon == sums[0].lon && sums[i].lat == sums[0].lat);
}
