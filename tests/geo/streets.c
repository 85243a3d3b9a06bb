#include "tests/geo/streets.h"

#include "geo/distance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct geo_point ORIGIN = {0.1, 30.2};

static struct network_point place_at(double east_m, double south_m)
{
    /* Degrees of so many metres here, near enough: lengths are measured by distance_m() anyway. */
    double lon = ORIGIN.lon + east_m / (111320 * cos(ORIGIN.lat * 0.017453292519943295));
    double lat = ORIGIN.lat - south_m / 110850;
    return (struct network_point){geo_e7(lon), geo_e7(lat)};
}

struct drawing {
    const char *picture;
    uint32_t width, height;
};

static char cell(const struct drawing *drawing, uint32_t column, uint32_t row)
{
    const char *line = drawing->picture;
    for (uint32_t i = 0; i < row; i++)
        line = strchr(line, '\n') + 1;
    for (uint32_t i = 0; i < column; i++)
        if (line[i] == '\n' || line[i] == '\0')
            return ' ';
    return line[column] == '\n' || line[column] == '\0' ? ' ' : line[column];
}

static bool is_node(char c)
{
    return c == '+' || (c >= 'A' && c <= 'Z');
}

static uint8_t class_between(char a, char b)
{
    if (strchr("=!", a) || strchr("=!", b))
        return STREET_STEPS;
    return strchr(".:", a) || strchr(".:", b) ? STREET_PATH : STREET_ROAD;
}

struct writer {
    struct network_point *nodes;
    uint32_t *refs;
    struct street_way *ways;
    struct street_ways out;
};

static void writer_init(struct writer *writer, uint32_t node_capacity, uint32_t way_capacity)
{
    *writer = (struct writer){.nodes = calloc(node_capacity, sizeof *writer->nodes),
                              .refs = calloc(way_capacity * 2, sizeof *writer->refs),
                              .ways = calloc(way_capacity, sizeof *writer->ways)};
    REQUIRE(writer->nodes && writer->refs && writer->ways);
}

static void write_segment(struct writer *writer, uint32_t a, uint32_t b, uint8_t street_class)
{
    writer->ways[writer->out.way_count++] =
        (struct street_way){writer->out.ref_count, 2, street_class};
    writer->refs[writer->out.ref_count++] = a;
    writer->refs[writer->out.ref_count++] = b;
}

static struct street_ways finish(struct writer *writer)
{
    writer->out.nodes = writer->nodes;
    writer->out.refs = writer->refs;
    writer->out.ways = writer->ways;
    return writer->out;
}

static void build(struct streets *streets)
{
    struct error error = {0};
    const struct network_build_options keep_all = {0};
    REQUIRE_OK(
        network_build(&streets->ways, &keep_all, &streets->network, &streets->report, &error),
        &error);
    REQUIRE_OK(network_check(&streets->network, &error), &error);
}

struct streets streets_draw(double cell_m, const char *picture)
{
    struct streets streets = {0};
    struct drawing drawing = {picture, 0, 1};
    uint32_t width = 0;
    for (const char *c = picture; *c; c++) {
        width = *c == '\n' ? 0 : width + 1;
        drawing.height += *c == '\n';
        drawing.width = width > drawing.width ? width : drawing.width;
    }
    uint32_t cells = drawing.width * drawing.height;
    struct writer writer;
    writer_init(&writer, cells, cells * 2);
    memset(streets.letters, 0xFF, sizeof streets.letters);
    for (uint32_t row = 0; row < drawing.height; row++) {
        for (uint32_t column = 0; column < drawing.width; column++) {
            char c = cell(&drawing, column, row), right = cell(&drawing, column + 1, row);
            char below = row + 1 < drawing.height ? cell(&drawing, column, row + 1) : ' ';
            uint32_t node = row * drawing.width + column;
            writer.nodes[node] = place_at(column * cell_m, row * cell_m);
            if (c >= 'A' && c <= 'Z')
                streets.letters[c - 'A'] = node;
            if ((is_node(c) || strchr("-.=", c)) && (is_node(right) || strchr("-.=", right)))
                write_segment(&writer, node, node + 1, class_between(c, right));
            if ((is_node(c) || strchr("|:!", c)) && (is_node(below) || strchr("|:!", below)))
                write_segment(&writer, node, node + drawing.width, class_between(c, below));
        }
    }
    writer.out.node_count = cells;
    streets.ways = finish(&writer);
    build(&streets);
    return streets;
}

struct streets streets_random(struct test_random *random, uint32_t count)
{
    struct streets streets = {0};
    struct writer writer;
    writer_init(&writer, count, count * 4);
    double side_m = 60 * sqrt(count);
    for (uint32_t n = 0; n < count; n++) {
        bool same = n > 0 && test_random_below(random, 50) == 0; /* two nodes in one spot */
        writer.nodes[n] =
            same ? writer.nodes[n - 1]
                 : place_at(test_random_unit(random) * side_m, test_random_unit(random) * side_m);
    }
    for (uint32_t n = 0; n < count; n++) {
        uint32_t links = test_random_below(random, 4);
        for (uint32_t i = 0; i < links; i++) {
            uint32_t best = UINT32_MAX;
            double nearest = INFINITY;
            for (uint32_t tries = 0; tries < 12; tries++) {
                uint32_t other = test_random_below(random, count);
                double dx = writer.nodes[n].lon_e7 - writer.nodes[other].lon_e7;
                double dy = writer.nodes[n].lat_e7 - writer.nodes[other].lat_e7;
                if (dx * dx + dy * dy < nearest) {
                    nearest = dx * dx + dy * dy;
                    best = other;
                }
            }
            if (test_random_below(random, 100) == 0)
                best = UINT32_MAX; /* missing from the extract */
            write_segment(&writer, n, best, (uint8_t)test_random_below(random, STREET_CLASS_COUNT));
        }
    }
    writer.out.node_count = count;
    streets.ways = finish(&writer);
    build(&streets);
    return streets;
}

void streets_release(struct streets *streets)
{
    free((void *)streets->ways.nodes);
    free((void *)streets->ways.refs);
    free((void *)streets->ways.ways);
    network_build_release(&streets->network);
}

struct geo_point streets_point(const struct streets *streets, char letter)
{
    uint32_t node = streets->letters[letter - 'A'];
    REQUIRE(node != UINT32_MAX);
    return geo_point_from_e7(streets->ways.nodes[node].lon_e7, streets->ways.nodes[node].lat_e7);
}

struct snap streets_snap(const struct streets *streets, const struct profile *profile, char letter)
{
    struct snapper *snapper;
    struct snap snap;
    struct error error = {0};
    REQUIRE_OK(snapper_build(&streets->network, profile, 0, &snapper, &error), &error);
    REQUIRE_OK(snap_point(snapper, streets_point(streets, letter), 1, &snap, &error), &error);
    snapper_release(snapper);
    return snap;
}

static uint64_t segment_mm(const struct street_ways *ways, uint32_t a, uint32_t b)
{
    double metres = distance_m(geo_point_from_e7(ways->nodes[a].lon_e7, ways->nodes[a].lat_e7),
                               geo_point_from_e7(ways->nodes[b].lon_e7, ways->nodes[b].lat_e7));
    long mm = lround(metres * 1000);
    return mm < 1 ? 1 : (uint64_t)mm;
}

/* Bellman and Ford's rounds over all segments until nothing changes: nothing plainer is right. Of
 * several segments between two nodes only the first in the list of classes counts, as in the build. */
void streets_plain_walk(const struct streets *streets, uint32_t barred, const uint64_t *start_mm,
                        uint64_t *mm)
{
    const struct street_ways *ways = &streets->ways;
    uint8_t *hidden = calloc(ways->way_count + 1, 1);
    REQUIRE(hidden);
    for (uint32_t i = 0; i < ways->way_count; i++) {
        const uint32_t *x = ways->refs + ways->ways[i].first_ref;
        hidden[i] = x[0] == UINT32_MAX || x[1] == UINT32_MAX || x[0] == x[1];
        for (uint32_t j = 0; j < ways->way_count && !hidden[i]; j++) {
            const uint32_t *y = ways->refs + ways->ways[j].first_ref;
            bool same = (x[0] == y[0] && x[1] == y[1]) || (x[0] == y[1] && x[1] == y[0]);
            hidden[i] = same && ways->ways[j].street_class < ways->ways[i].street_class;
        }
    }
    memcpy(mm, start_mm, ways->node_count * sizeof *mm);
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < ways->way_count; i++) {
            if (hidden[i] || (barred >> ways->ways[i].street_class & 1))
                continue;
            const uint32_t *x = ways->refs + ways->ways[i].first_ref;
            uint64_t length = segment_mm(ways, x[0], x[1]);
            for (int turn = 0; turn < 2; turn++) {
                uint32_t from = x[turn], to = x[!turn];
                if (mm[from] != UINT64_MAX && mm[from] + length < mm[to]) {
                    mm[to] = mm[from] + length;
                    changed = true;
                }
            }
        }
    }
    free(hidden);
}
