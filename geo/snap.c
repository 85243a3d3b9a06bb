#include "geo/snap.h"

#include "geo/distance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * A grid over the network's box: each cell lists the segments whose own box touches it. A query looks
 * at rings of cells around its point until no farther cell can hold anything nearer.
 *
 * Segments are compared on a plane laid at the query point (degrees scaled by the ellipsoid's radii
 * of curvature there): within a kilometre that is true to a millimetre or two. The distance handed
 * out is distance_m() to the spot found.
 */
enum { CELL_M = 120, MAX_CELLS = 1 << 22, FARTHEST_M = 100000 };

struct segment_ref {
    uint32_t piece;
    uint32_t point; /* the segment from points[point] to points[point + 1] */
};

struct snapper {
    const struct network *network;
    uint32_t columns, rows;
    double cell_lon, cell_lat; /* degrees */
    uint32_t *first;           /* by cell: columns * rows + 1 */
    struct segment_ref *segments;
};

/* Which pieces ---------------------------------------------------------------------------------- */

static uint32_t find_root(uint32_t *parent, uint32_t node)
{
    while (parent[node] != node) {
        parent[node] = parent[parent[node]];
        node = parent[node];
    }
    return node;
}

/* usable[piece]: allowed, and in a component of the profile's own that is long enough. */
static enum status mark_usable(const struct network *network, const struct profile *profile,
                               double min_component_m, bool *usable, struct error *error)
{
    uint32_t *parent = malloc(((size_t)network->node_count + 1) * sizeof *parent);
    uint64_t *length_mm = calloc((size_t)network->node_count + 1, sizeof *length_mm);
    if (!parent || !length_mm) {
        free(parent);
        free(length_mm);
        return error_memory(error, "finding a profile's components");
    }
    for (uint32_t n = 0; n < network->node_count; n++)
        parent[n] = n;
    for (uint32_t i = 0; i < network->piece_count; i++) {
        const struct network_piece *piece = &network->pieces[i];
        usable[i] = profile_allows(profile, piece->street_class);
        uint32_t a = find_root(parent, piece->from), b = find_root(parent, piece->to);
        if (usable[i])
            parent[a > b ? a : b] = a > b ? b : a;
    }
    uint64_t longest = 0, least = (uint64_t)(fmin(min_component_m, 1e12) * 1000);
    for (uint32_t i = 0; i < network->piece_count; i++) {
        if (!usable[i])
            continue;
        uint64_t *sum = &length_mm[find_root(parent, network->pieces[i].from)];
        *sum += network->pieces[i].length_mm;
        longest = *sum > longest ? *sum : longest;
    }
    least = least < longest ? least : longest;
    for (uint32_t i = 0; i < network->piece_count; i++)
        usable[i] = usable[i] && length_mm[find_root(parent, network->pieces[i].from)] >= least;
    free(parent);
    free(length_mm);
    return STATUS_OK;
}

/* The grid -------------------------------------------------------------------------------------- */

/* Metres of a degree of latitude and of longitude at a latitude (WGS 84 radii of curvature). */
static void degree_metres(double lat_deg, double *lon_m, double *lat_m)
{
    const double a = 6378137, e2 = 6.69437999014e-3, degree = 0.017453292519943295;
    double sine = sin(lat_deg * degree), w = 1 - e2 * sine * sine;
    *lat_m = a * (1 - e2) / (w * sqrt(w)) * degree;
    *lon_m = a / sqrt(w) * cos(lat_deg * degree) * degree;
}

static uint32_t cell_of(double value, double low, double cell, uint32_t count)
{
    double place = floor((value - low) / cell);
    return place <= 0 ? 0 : place >= count - 1 ? count - 1 : (uint32_t)place;
}

struct cell_range {
    uint32_t west, east, south, north;
};

static struct cell_range cells_of_segment(const struct snapper *snapper, uint32_t point)
{
    const struct network *network = snapper->network;
    struct geo_point a =
        geo_point_from_e7(network->points[point].lon_e7, network->points[point].lat_e7);
    struct geo_point b =
        geo_point_from_e7(network->points[point + 1].lon_e7, network->points[point + 1].lat_e7);
    struct geo_box box = network->bounds;
    return (struct cell_range){
        cell_of(fmin(a.lon, b.lon), box.west, snapper->cell_lon, snapper->columns),
        cell_of(fmax(a.lon, b.lon), box.west, snapper->cell_lon, snapper->columns),
        cell_of(fmin(a.lat, b.lat), box.south, snapper->cell_lat, snapper->rows),
        cell_of(fmax(a.lat, b.lat), box.south, snapper->cell_lat, snapper->rows)};
}

static void size_grid(struct snapper *snapper)
{
    struct geo_box box = snapper->network->bounds;
    double lon_m, lat_m;
    degree_metres((box.south + box.north) / 2, &lon_m, &lat_m);
    double width_m = (box.east - box.west) * lon_m, height_m = (box.north - box.south) * lat_m;
    double side_m = CELL_M;
    while ((width_m / side_m + 1) * (height_m / side_m + 1) > MAX_CELLS)
        side_m *= 2;
    snapper->columns = (uint32_t)(width_m / side_m) + 1;
    snapper->rows = (uint32_t)(height_m / side_m) + 1;
    snapper->cell_lon = side_m / (lon_m > 1 ? lon_m : 1);
    snapper->cell_lat = side_m / lat_m;
}

/* One pass counts (place_segments false), the next places; both walk the same segments. */
static void walk_segments(struct snapper *snapper, const bool *usable, bool place_segments)
{
    const struct network *network = snapper->network;
    for (uint32_t i = 0; i < network->piece_count; i++) {
        const struct network_piece *piece = &network->pieces[i];
        for (uint32_t p = 0; usable[i] && p + 1 < piece->point_count; p++) {
            uint32_t point = piece->first_point + p;
            struct cell_range range = cells_of_segment(snapper, point);
            for (uint32_t row = range.south; row <= range.north; row++)
                for (uint32_t column = range.west; column <= range.east; column++) {
                    uint32_t cell = row * snapper->columns + column;
                    if (place_segments)
                        snapper->segments[snapper->first[cell + 1]++] =
                            (struct segment_ref){i, point};
                    else
                        snapper->first[cell + 2]++;
                }
        }
    }
}

static enum status fill_grid(struct snapper *snapper, const bool *usable, struct error *error)
{
    size_grid(snapper);
    size_t cells = (size_t)snapper->columns * snapper->rows;
    snapper->first = calloc(cells + 2, sizeof *snapper->first);
    if (!snapper->first)
        return error_memory(error, "laying a grid over the network");
    walk_segments(snapper, usable, false);
    for (size_t cell = 0; cell < cells; cell++)
        snapper->first[cell + 2] += snapper->first[cell + 1];
    uint32_t total = snapper->first[cells + 1];
    snapper->segments = malloc(((size_t)total + 1) * sizeof *snapper->segments);
    if (!snapper->segments)
        return error_memory(error, "laying a grid over the network");
    walk_segments(snapper, usable, true);
    return STATUS_OK;
}

enum status snapper_build(const struct network *network, const struct profile *profile,
                          double min_component_m, struct snapper **out, struct error *error)
{
    *out = NULL;
    struct snapper *snapper = calloc(1, sizeof *snapper);
    bool *usable = calloc((size_t)network->piece_count + 1, sizeof *usable);
    if (!snapper || !usable) {
        free(snapper);
        free(usable);
        return error_memory(error, "building a snapper");
    }
    snapper->network = network;
    enum status status = mark_usable(network, profile, min_component_m, usable, error);
    if (!status)
        status = fill_grid(snapper, usable, error);
    free(usable);
    if (status)
        snapper_release(snapper);
    else
        *out = snapper;
    return status;
}

void snapper_release(struct snapper *snapper)
{
    if (!snapper)
        return;
    free(snapper->first);
    free(snapper->segments);
    free(snapper);
}

/* A query --------------------------------------------------------------------------------------- */

struct search {
    const struct snapper *snapper;
    struct geo_point from;
    double lon_m, lat_m; /* metres of a degree here */
    double best_m2;      /* squared plane distance of the best so far */
    struct segment_ref best;
    double best_share; /* along the segment, 0..1 */
    bool found;
};

static void try_segment(struct search *search, struct segment_ref segment)
{
    const struct network *network = search->snapper->network;
    const struct network_point *a = &network->points[segment.point], *b = a + 1;
    double ax = (a->lon_e7 / 1e7 - search->from.lon) * search->lon_m;
    double ay = (a->lat_e7 / 1e7 - search->from.lat) * search->lat_m;
    double dx = (b->lon_e7 - a->lon_e7) / 1e7 * search->lon_m;
    double dy = (b->lat_e7 - a->lat_e7) / 1e7 * search->lat_m;
    double square = dx * dx + dy * dy;
    double share = square > 0 ? -(ax * dx + ay * dy) / square : 0;
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    double x = ax + share * dx, y = ay + share * dy, m2 = x * x + y * y;
    if (m2 > search->best_m2 ||
        (m2 == search->best_m2 &&
         (!search->found || segment.piece > search->best.piece ||
          (segment.piece == search->best.piece && segment.point >= search->best.point))))
        return;
    search->found = true;
    search->best_m2 = m2;
    search->best = segment;
    search->best_share = share;
}

/* Is all of a cell farther than the best so far? A centimetre is left for what is on its border. */
static bool is_farther(const struct search *search, int64_t column, int64_t row)
{
    const struct snapper *snapper = search->snapper;
    struct geo_box box = snapper->network->bounds;
    double west = box.west + (double)column * snapper->cell_lon;
    double south = box.south + (double)row * snapper->cell_lat;
    double dx = fmax(west - search->from.lon, search->from.lon - west - snapper->cell_lon);
    double dy = fmax(south - search->from.lat, search->from.lat - south - snapper->cell_lat);
    double x_m = fmax(dx * search->lon_m - 0.01, 0), y_m = fmax(dy * search->lat_m - 0.01, 0);
    return x_m * x_m + y_m * y_m > search->best_m2;
}

static void try_cell(struct search *search, int64_t column, int64_t row)
{
    const struct snapper *snapper = search->snapper;
    if (column < 0 || row < 0 || column >= snapper->columns || row >= snapper->rows ||
        is_farther(search, column, row))
        return;
    uint32_t cell = (uint32_t)row * snapper->columns + (uint32_t)column;
    for (uint32_t i = snapper->first[cell]; i < snapper->first[cell + 1]; i++)
        try_segment(search, snapper->segments[i]);
}

/* The cells at `ring` steps from the middle one: its whole border. */
static void try_ring(struct search *search, int64_t column, int64_t row, int64_t ring)
{
    for (int64_t x = column - ring; x <= column + ring; x++) {
        try_cell(search, x, row - ring);
        if (ring)
            try_cell(search, x, row + ring);
    }
    for (int64_t y = row - ring + 1; y < row + ring; y++) {
        try_cell(search, column - ring, y);
        try_cell(search, column + ring, y);
    }
}

static void fill_snap(const struct search *search, struct snap *snap)
{
    const struct network *network = search->snapper->network;
    const struct network_piece *piece = &network->pieces[search->best.piece];
    uint64_t along_mm = 0;
    double segment_mm = 0;
    for (uint32_t p = piece->first_point; p <= search->best.point; p++) {
        struct geo_point a =
            geo_point_from_e7(network->points[p].lon_e7, network->points[p].lat_e7);
        struct geo_point b =
            geo_point_from_e7(network->points[p + 1].lon_e7, network->points[p + 1].lat_e7);
        segment_mm = (double)lround(distance_m(a, b) * 1000);
        segment_mm = segment_mm < 1 ? 1 : segment_mm;
        if (p < search->best.point)
            along_mm += (uint64_t)segment_mm;
        snap->at = (struct geo_point){a.lon + search->best_share * (b.lon - a.lon),
                                      a.lat + search->best_share * (b.lat - a.lat)};
    }
    along_mm += (uint64_t)lround(search->best_share * segment_mm);
    snap->piece = search->best.piece;
    snap->from_start_mm = along_mm < piece->length_mm ? (uint32_t)along_mm : piece->length_mm;
    snap->distance_m = distance_m(search->from, snap->at);
}

enum status snap_point(const struct snapper *snapper, struct geo_point from, double max_m,
                       struct snap *snap, struct error *error)
{
    *snap = (struct snap){0};
    struct geo_box box = snapper->network->bounds;
    struct search search = {.snapper = snapper, .from = from, .best_m2 = INFINITY};
    degree_metres(from.lat, &search.lon_m, &search.lat_m);
    double side_m = fmin(snapper->cell_lon * search.lon_m, snapper->cell_lat * search.lat_m);
    int64_t column = (int64_t)floor((from.lon - box.west) / snapper->cell_lon);
    int64_t row = (int64_t)floor((from.lat - box.south) / snapper->cell_lat);
    /* After ring r everything within r cell sides has been seen. */
    double limit_m = fmin(max_m, FARTHEST_M) * 1.001 + 0.01;
    for (int64_t ring = 0;; ring++) {
        double seen_m = (double)(ring - 1) * side_m;
        if (seen_m > limit_m || (search.found && seen_m > 0 && seen_m * seen_m > search.best_m2))
            break;
        try_ring(&search, column, row, ring);
    }
    if (search.found)
        fill_snap(&search, snap);
    if (search.found && snap->distance_m <= max_m)
        return STATUS_OK;
    bool near = search.found;
    double distance = snap->distance_m;
    *snap = (struct snap){0};
    if (near)
        return error_set(error, STATUS_OFF_NETWORK,
                         "the nearest street is %.0f m away; at most %.0f m are bridged", distance,
                         max_m);
    return error_set(error, STATUS_OFF_NETWORK, "there is no street within %.0f m", max_m);
}
